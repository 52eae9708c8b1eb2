"""The surroundings of a lesion at one time point, cut from the image its line lies on. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrecist.values import Line, Organ
from viewers.imaging.catalogue import Series
from viewers.imaging.volume import load_slice, plane_of
from viewers.imaging.windowing import PRESETS, GreyMapper, default_window

_LUNG = next(preset.window for preset in PRESETS if preset.name == "lung")
SIDE_MM = 70.0
"""Wide enough for most lesions with a rim of liver around them; a longer line widens it."""


@dataclass(frozen=True)
class LesionCrop:
    """A square picture: `grey` is side x side of uint8, `line` the two ends in it, `mm_per_px` its scale."""

    grey: NDArray[np.uint8]
    line: tuple[tuple[float, float], tuple[float, float]]
    mm_per_px: float


def crop_of(
    series: Series, line: Line, side_px: int, side_mm: float = SIDE_MM, organ: Organ | None = None
) -> LesionCrop | None:
    """The square around the middle of a line, in its image's own plane, rows and columns as stored.

    Parameters
    ----------
    series
        The series whose image `line` names; its window is that of its phase, or that of the lung for a lesion there.
    side_px, side_mm
        The side of the picture in pixels and in mm.

    Returns
    -------
    LesionCrop or None
        None where the series has no such image or the image has no geometry.

    Raises
    ------
    ImagingError
        If the image cannot be read.
    """
    index = next(
        (k for k, one in enumerate(series.slices) if one.sop_uid == line.sop_uid and one.frame + 1 == line.frame), None
    )
    plane = None if index is None else plane_of(series, index)
    if index is None or plane is None:
        return None
    pixels = load_slice(series, index)
    ends = tuple(plane.to_pixel(end) for end in (line.start, line.end))
    per_px = side_mm / side_px
    middle = [(ends[0][axis] + ends[1][axis]) / 2 for axis in (0, 1)]
    steps = (np.arange(side_px) - (side_px - 1) / 2) * per_px
    columns = middle[0] + steps / plane.column_spacing_mm
    rows = middle[1] + steps / plane.row_spacing_mm
    values = _sampled(np.asarray(pixels, np.float32), rows, columns)
    window = _LUNG if organ is Organ.LUNG and series.hounsfield else default_window(series, pixels)
    grey = GreyMapper().map(values, window, inverted=series.photometric == "MONOCHROME1")

    def placed(end: tuple[float, float]) -> tuple[float, float]:
        spacing = (plane.column_spacing_mm, plane.row_spacing_mm)
        x, y = ((end[axis] - middle[axis]) * spacing[axis] / per_px + (side_px - 1) / 2 for axis in (0, 1))
        return x, y

    return LesionCrop(grey, (placed(ends[0]), placed(ends[1])), per_px)


def _sampled(image: NDArray[np.float32], rows: NDArray[Any], columns: NDArray[Any]) -> NDArray[np.float32]:
    """Linear interpolation on a grid; outside the image its lowest value."""
    from scipy.ndimage import map_coordinates

    grid = np.meshgrid(rows, columns, indexing="ij")
    lowest = float(image.min())
    sampled: NDArray[np.float32] = map_coordinates(image, grid, order=1, mode="constant", cval=lowest)
    return sampled
