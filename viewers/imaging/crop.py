"""A box of a volume around a place, in real values, and the same box on a coarser grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Vector
from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import SlicePlane, dot
from viewers.imaging.volume import Volume

Grid = NDArray[np.float32]
Mask = NDArray[np.bool_]
Index = tuple[int, int, int]
"""(Slice, row, column)."""
Box = tuple[slice, slice, slice]
Spacing3 = tuple[float, float, float]
"""(Between slices, between rows, between columns) in mm."""

_NO_GEOMETRY = "its slices have no position, orientation or pixel spacing: nothing in it can be measured in mm"


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """Values of a box of voxels.

    Parameters
    ----------
    values
        float32 (slices, rows, columns), in the volume's unit.
    start
        Which voxel of the volume the first one is.
    spacing_mm
        Between slices, between rows and between columns.
    """

    values: Grid
    start: Index
    spacing_mm: Spacing3

    @property
    def voxel_ml(self) -> float:
        dz, dy, dx = self.spacing_mm
        return dz * dy * dx / 1000.0

    def inside(self, index: Vector) -> Vector:
        """A voxel coordinate of the volume as one of the box."""
        return index[0] - self.start[0], index[1] - self.start[1], index[2] - self.start[2]


def spacing_of(volume: Volume) -> Spacing3:
    """Spacing of the stack; between slices that are unevenly apart, the usual one.

    Raises
    ------
    ImagingError
        A slice has no geometry, there is only one slice, or they have several orientations.
    """
    planes = planes_of(volume)
    normal = planes[0].normal
    if any(dot(plane.normal, normal) < 0.999 for plane in planes):
        raise ImagingError("its slices have several orientations", remedy="choose a series of one orientation")
    if len(planes) < 2:
        raise ImagingError("a single slice is no stack", remedy="choose a series of several slices")
    heights = [dot(plane.origin, normal) for plane in planes]
    between = median(abs(b - a) for a, b in pairwise(heights))
    if between <= 0:
        raise ImagingError("its slices lie at one place", remedy="choose a series that is a stack")
    return between, planes[0].row_spacing_mm, planes[0].column_spacing_mm


def planes_of(volume: Volume) -> list[SlicePlane]:
    """The planes of all slices; refused where one has no geometry."""
    planes = [plane for plane in volume.planes if plane is not None]
    if len(planes) < len(volume.planes) or not planes:
        raise ImagingError(_NO_GEOMETRY, remedy="choose a series with geometry")
    return planes


def voxel_at(volume: Volume, point: Vector) -> Vector | None:
    """The voxel coordinate (slice, row, column) of a patient point, LPS mm; None where it is in no slice.

    The slice is the nearest one, a whole number: between slices nothing was measured.
    """
    planes = planes_of(volume)
    distances = [abs(plane.distance_mm(point)) for plane in planes]
    k = min(range(len(planes)), key=distances.__getitem__)
    column, row = planes[k].to_pixel(point)
    _, rows, columns = volume.shape
    if distances[k] > spacing_of(volume)[0] or not (-0.5 <= column < columns - 0.5 and -0.5 <= row < rows - 0.5):
        return None
    return float(k), row, column


def crop_around(
    volume: Volume, voxel: Vector, half_mm: float, run: tuple[int, int] | None = None, aim_mm: float = 0.0
) -> Crop:
    """The box of `half_mm` to each side of a voxel, as far as the stack goes, within the slices `run`.

    It begins where a block of the coarse grid of `aim_mm` does: that grid is the same, wherever the voxel is.
    """
    spacing = spacing_of(volume)
    first, last = run or (0, volume.shape[0] - 1)
    limits = ((first, last + 1), (0, volume.shape[1]), (0, volume.shape[2]))
    low, high = [], []
    for axis, (at, step, (least, most)) in enumerate(zip(voxel, spacing, limits, strict=True)):
        reach, block = int(np.ceil(half_mm / step)), _factor(aim_mm, step)
        first_block = least + (axis == 2 and block > 1)  # any place will do, if it is always the same
        block_at = first_block + (round(at) - reach - first_block) // block * block
        low.append(min(max(first_block, block_at), max(least, round(at))))
        high.append(min(most, round(at) + reach + 1))
    return crop_box(volume, (low[0], low[1], low[2]), (high[0], high[1], high[2]))


def crop_box(volume: Volume, low: Index, high: Index) -> Crop:
    """The voxels from `low` to before `high`."""
    rows, columns = slice(low[1], high[1]), slice(low[2], high[2])
    values = np.stack([np.asarray(_part(volume, k, rows, columns), np.float32) for k in range(low[0], high[0])])
    return Crop(values, low, spacing_of(volume))


def _part(volume: Volume, k: int, rows: slice, columns: slice) -> NDArray[Any]:
    entries = volume.pixels[k, rows, columns]
    if volume.rescaled:
        return entries
    record = volume.series.slices[k]
    return np.asarray(entries.astype(np.float32) * np.float32(record.slope) + np.float32(record.intercept))


def even_run(volume: Volume, k: int) -> tuple[int, int]:
    """First and last slice of the run around slice `k` without a gap of more than 1.5 times the usual distance."""
    planes, usual = planes_of(volume), spacing_of(volume)[0]
    heights = [dot(plane.origin, planes[0].normal) for plane in planes]

    def apart(a: int) -> bool:
        return abs(heights[a + 1] - heights[a]) > 1.5 * usual

    first, last = k, k
    while first > 0 and not apart(first - 1):
        first -= 1
    while last < len(planes) - 1 and not apart(last):
        last += 1
    return first, last


@dataclass(frozen=True, slots=True, eq=False)
class Coarse:
    """A crop on a coarser grid: each value the mean of `factors` voxels along (slices, rows, columns)."""

    values: Grid
    factors: Index
    spacing_mm: Spacing3

    def index(self, voxel: Vector) -> Index:
        """The coarse voxel of a voxel coordinate of the crop, the nearest one that is there."""
        at = [
            min(max(round((x - (f - 1) / 2) / f), 0), n - 1)
            for x, f, n in zip(voxel, self.factors, self.values.shape, strict=True)
        ]
        return at[0], at[1], at[2]

    def voxel(self, index: Vector) -> Vector:
        """The voxel coordinate of the crop of a coarse one."""
        z, y, x = (i * f + (f - 1) / 2 for i, f in zip(index, self.factors, strict=True))
        return z, y, x


def coarse_of(crop: Crop, aim_mm: float) -> Coarse:
    """The crop on a grid of about `aim_mm`; voxels beyond the last whole block are left out."""
    factors = [_factor(aim_mm, step) for step in crop.spacing_mm]
    factors = [min(f, n) for f, n in zip(factors, crop.values.shape, strict=True)]
    counts = [n // f for f, n in zip(factors, crop.values.shape, strict=True)]
    values = crop.values
    for axis, (f, n) in enumerate(zip(factors, counts, strict=True)):
        if f > 1:
            kept = values[tuple(slice(n * f) if a == axis else slice(None) for a in range(3))]
            shape = [*kept.shape[:axis], n, f, *kept.shape[axis + 1 :]]
            values = kept.reshape(shape).mean(axis + 1, dtype=np.float32)
    dz, dy, dx = (f * step for f, step in zip(factors, crop.spacing_mm, strict=True))
    return Coarse(np.ascontiguousarray(values, np.float32), (factors[0], factors[1], factors[2]), (dz, dy, dx))


def _factor(aim_mm: float, step_mm: float) -> int:
    """How many voxels along an axis make one of a coarse grid."""
    return max(1, round(aim_mm / step_mm))


def box_of(crop: Crop, coarse: Coarse, mask: Mask, margin_mm: float = 6.0) -> Box:
    """The voxels of a crop that hold a mask of its coarse grid, and a margin."""
    at = np.argwhere(mask)
    low, high = coarse.voxel(tuple(at.min(0))), coarse.voxel(tuple(at.max(0)))
    parts = [
        slice(max(0, math.floor(a - margin_mm / step)), min(n, math.ceil(b + margin_mm / step) + 1))
        for a, b, step, n in zip(low, high, crop.spacing_mm, crop.values.shape, strict=True)
    ]
    return parts[0], parts[1], parts[2]
