"""Which of the connected parts of a mask was clicked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Vector
from viewers.imaging.crop import Mask

CLICK_MM = 3.5
"""A click this close to a lesion is meant for it."""
_AROUND_MM, _DIRECTIONS = 25.0, 96


def holding(parts: Mask, marks: list[Vector], spacing_mm: Vector, near_mm: float) -> Mask | None:
    """The connected part in which, or within `near_mm` of which, most marks lie."""
    from scipy.ndimage import label

    labels, count = label(parts)
    if not count:
        return None
    votes = np.zeros(count + 1)
    nearest, distance = _nearest_labels(labels, marks, spacing_mm)
    for found, away in zip(nearest, distance, strict=True):
        if away <= near_mm:
            votes[found] += 1 / (1 + away)
    return np.asarray(labels == votes.argmax()) if votes.any() else None


def click_mm(spacing_mm: Vector) -> float:
    """A click in the outermost slice of a lesion, which shows only a part of it, is meant for it too."""
    return max(CLICK_MM, 1.1 * spacing_mm[0])


def _nearest_labels(
    labels: NDArray[np.int32], marks: list[Vector], spacing_mm: Vector
) -> tuple[list[int], list[float]]:
    found, distances = [], []
    for mark in marks:
        reach = [int(np.ceil(3 * CLICK_MM / step)) + 1 for step in spacing_mm]
        low = [max(0, round(c) - r) for c, r in zip(mark, reach, strict=True)]
        box = labels[tuple(slice(a, round(c) + r + 1) for a, c, r in zip(low, mark, reach, strict=True))]
        at = np.argwhere(box > 0)
        if not len(at):
            found.append(0)
            distances.append(np.inf)
            continue
        away = np.linalg.norm((at + low - np.asarray(mark)) * spacing_mm, axis=1)
        best = int(away.argmin())
        found.append(int(box[tuple(at[best])]))
        distances.append(float(away[best]))
    return found, distances


def around(parts: Mask, mark: Vector, spacing_mm: Vector) -> Mask | None:
    """The nearest part whose hull holds the mark: a dead part that looks like liver was clicked."""
    from scipy.ndimage import label

    labels, count = label(parts)
    best, nearest = None, _AROUND_MM
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(_DIRECTIONS, 3))
    for number in range(1, min(count, 60) + 1):
        at = (np.argwhere(labels == number) - np.asarray(mark)) * spacing_mm
        if len(at) < 8:
            continue
        away = float(np.linalg.norm(at, axis=1).min())
        if away < nearest and bool((np.max(at @ directions.T, axis=0) >= 0).all()):
            best, nearest = number, away
    return None if best is None else np.asarray(labels == best)
