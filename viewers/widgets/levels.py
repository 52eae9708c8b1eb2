"""How high each image of a stack lies along the stack's normal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.geometry import dot
from viewers.tools.events import Point
from viewers.widgets.source import ImageSource

_TOUCHING = 1.01


class Levels:
    """The images of one stack by their height; an image without a plane has none and is never the nearest."""

    def __init__(self, source: ImageSource) -> None:
        planes = [source.plane(k) for k in range(source.count)]
        first = next((plane for plane in planes if plane is not None), None)
        normal = None if first is None else first.normal
        self.normal: Point | None = normal
        self._heights: NDArray[np.float64] = np.array(
            [np.nan if plane is None or normal is None else dot(plane.origin, normal) for plane in planes]
        )
        self._known = np.where(np.isnan(self._heights), np.inf, self._heights)
        self._half_gaps = _half_gaps(self._heights)

    def nearest(self, point: Point) -> tuple[int, float] | None:
        """The image nearest to a place in the patient (LPS mm) and its distance in mm; None without any plane."""
        if self.normal is None:
            return None
        distances = np.abs(self._known - dot(point, self.normal))
        k = int(distances.argmin())
        return k, float(distances[k])

    def half_gap_mm(self, k: int) -> float:
        """Half the distance to the nearer neighbour; 0 for a single image."""
        return self._half_gaps[k]

    def holds(self, point: Point) -> bool:
        """Whether the stack reaches a place: it is within half a gap of an image."""
        found = self.nearest(point)
        return found is not None and self.reaches(*found)

    def reaches(self, k: int, distance_mm: float) -> bool:
        """Whether what is so far from image `k`, the nearest, is still within the stack."""
        return distance_mm <= self.half_gap_mm(k) * _TOUCHING + 0.01

    @property
    def down_step(self) -> int:
        """How the index changes when the wheel turns down: towards the feet, else along the stack."""
        upwards = self.normal is not None and self.normal[2] > 0.5
        return -1 if upwards and self._heights[-1] > self._heights[0] else 1


def _half_gaps(heights: NDArray[np.float64]) -> list[float]:
    """Half the distance of each height to the nearer of its neighbours in the stack; 0 where there is none."""
    gaps = np.abs(np.diff(heights))
    gaps[~(np.isfinite(gaps) & (gaps > 0))] = np.inf
    nearer = np.minimum(np.append(gaps, np.inf), np.insert(gaps, 0, np.inf))
    halves: list[float] = np.where(np.isfinite(nearer), nearer / 2, 0.0).tolist()
    return halves
