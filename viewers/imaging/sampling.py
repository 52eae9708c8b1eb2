"""The values of a volume on any plane, linear between its voxels.

Written for NumPy rather than handed to SimpleITK, which needs a second copy of the volume (0.2 GB and half a second
for a CT), cannot tell pixels of slices that are still being read, and cuts fractions off instead of rounding them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.geometry import SlicePlane
from viewers.imaging.volume import Volume

_TILE_ROWS, _TILE_COLUMNS = 64, 512
_THREADED_PIXELS = 60_000
_HALF = 0.5

Floats = NDArray[np.float32]


def sample_plane(volume: Volume, plane: SlicePlane, rows: int, columns: int) -> Floats:
    """The values of a volume at the pixels of a plane.

    A voxel is as large as the distance to its neighbours: beyond the centre of an outermost voxel, its value holds for
    half that distance.

    Parameters
    ----------
    volume
        One with an affine; its slices may still be loading.
    plane
        Where the pixels are, at any angle.
    rows, columns
        How many pixels the plane has.

    Returns
    -------
    ndarray
        float32, (rows, columns), in the volume's unit, not rounded. NaN where nothing was measured: outside the
        volume, between slices of which one has not been read, and beside padding.
    """
    job = _Job.of(volume, plane, columns)
    out = np.empty((rows, columns), np.float32)
    tiles = [
        (top, min(top + _TILE_ROWS, rows), left, min(left + _TILE_COLUMNS, columns))
        for top in range(0, rows, _TILE_ROWS)
        for left in range(0, columns, _TILE_COLUMNS)
    ]
    if rows * columns < _THREADED_PIXELS:
        _fill(job, tiles, out)
    else:
        with ThreadPoolExecutor(1, thread_name_prefix="sample") as other:  # NumPy lets go of the interpreter
            half = other.submit(_fill, job, tiles[1::2], out)
            _fill(job, tiles[::2], out)
            half.result()
    return out


def padding_entries(volume: Volume) -> NDArray[np.int64] | None:
    """The entry of `volume.pixels` that marks padding, for each slice; None where the series has no padding."""
    if volume.series.padding_value is None:
        return None
    return np.array([volume.padding_entry(k) for k in range(volume.shape[0])], np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """A plane as steps through the voxels. Each triple is by slice, row and column of the volume."""

    entries: NDArray[Any]
    shape: tuple[int, int, int]
    first: NDArray[np.float64]
    down: NDArray[np.float64]
    right: tuple[Floats, Floats, Floats]
    strides: tuple[int, int, int]
    slopes: tuple[Floats, Floats] | None
    unread: NDArray[np.bool_] | None
    padding: NDArray[np.int64] | None
    """The entry that marks padding, by slice."""

    @classmethod
    def of(cls, volume: Volume, plane: SlicePlane, columns: int) -> _Job:
        if volume.affine is None:
            raise ValueError("a stack without an affine has no values between its images")
        to_voxel = np.linalg.inv(volume.affine)
        first = to_voxel @ (*plane.origin, 1.0)
        down = to_voxel[:3, :3] @ plane.column_direction * plane.row_spacing_mm
        right = to_voxel[:3, :3] @ plane.row_direction * plane.column_spacing_mm
        along = np.arange(columns, dtype=np.float64)
        k, j, i = (np.asarray(along * step, np.float32) for step in right)
        slices, rows, wide = volume.shape
        loaded = volume.loaded
        slopes = None
        if not volume.rescaled:
            records = volume.series.slices
            slopes = (
                np.array([record.slope for record in records], np.float32),
                np.array([record.intercept for record in records], np.float32),
            )
        return cls(
            entries=volume.pixels.reshape(-1),
            shape=volume.shape,
            first=first[:3],
            down=down,
            right=(k, j, i),
            # an axis of one voxel has no neighbour to go to
            strides=(rows * wide if slices > 1 else 0, wide if rows > 1 else 0, 1 if wide > 1 else 0),
            slopes=slopes,
            unread=None if loaded.all() else ~loaded,
            padding=padding_entries(volume),
        )


def _fill(job: _Job, tiles: list[tuple[int, int, int, int]], out: Floats) -> None:
    for top, bottom, left, right in tiles:
        values = _tile(job, top, bottom, left, right)
        if values is None:
            out[top:bottom, left:right] = np.nan
        else:
            out[top:bottom, left:right] = values


def _tile(job: _Job, top: int, bottom: int, left: int, right: int) -> Floats | None:
    """The values of one tile; None where all of it is outside."""
    down = np.arange(top, bottom, dtype=np.float64)
    outside: NDArray[np.bool_] | None = None
    whole: list[NDArray[np.int32]] = []
    part: list[Floats] = []
    for axis, count in enumerate(job.shape):
        start = np.asarray(job.first[axis] + down * job.down[axis], np.float32)
        step = job.right[axis][left:right]
        place = start[:, None] + step
        # the coordinate grows evenly, so that its ends are at the corners of the tile
        ends = place[:: max(1, len(start) - 1), :: max(1, len(step) - 1)]
        low, high = float(ends.min()), float(ends.max())
        if high < -_HALF or low > count - _HALF:
            return None
        if low < 0 or high > count - 1:
            beyond = (place < -_HALF) | (place > count - _HALF)
            outside = beyond if outside is None else outside | beyond
            np.clip(place, 0, count - 1, out=place)
        floor = place.astype(np.int32)
        if high >= count - 1:
            np.minimum(floor, max(0, count - 2), out=floor)
        place -= floor
        whole.append(floor)
        part.append(place)
    values, beside_padding = _interpolated(job, whole, part)
    for mask in (outside, beside_padding, _unread(job, whole[0], part[0])):
        if mask is not None:
            values[mask] = np.nan
    return values


def _unread(job: _Job, slices: NDArray[np.int32], part: Floats) -> NDArray[np.bool_] | None:
    """Pixels for which a slice is needed that has not been read."""
    if job.unread is None:
        return None
    after = job.unread[np.minimum(slices + 1, job.shape[0] - 1)] & (part > 0)
    return np.asarray((job.unread[slices] & (part < 1)) | after)


def _interpolated(
    job: _Job, whole: list[NDArray[np.int32]], part: list[Floats]
) -> tuple[Floats, NDArray[np.bool_] | None]:
    """Linear along columns, then rows, then slices; beside it which pixels have padding as a neighbour."""
    by_slice, by_row, by_column = job.strides
    _, rows, columns = job.shape
    at = whole[0].astype(np.intp)
    at *= rows
    at += whole[1]
    at *= columns
    at += whole[2]
    entry = np.empty(at.shape, job.entries.dtype)
    beside = None if job.padding is None else np.zeros(at.shape, np.bool_)
    scratch = np.empty(at.shape, np.float32)

    def gather(offset: int, number: NDArray[np.int32], into: Floats) -> None:
        job.entries[offset:].take(at, out=entry, mode="clip")
        if job.padding is not None and beside is not None:
            np.logical_or(beside, entry == job.padding[number], out=beside)
        np.copyto(into, entry)

    def row_of(offset: int, number: NDArray[np.int32]) -> Floats:
        values = np.empty(at.shape, np.float32)
        gather(offset, number, values)
        gather(offset + by_column, number, scratch)
        return _between(values, scratch, part[2])

    def slice_of(offset: int, number: NDArray[np.int32]) -> Floats:
        number = np.minimum(number, job.shape[0] - 1)
        values = row_of(offset, number)
        _between(values, row_of(offset + by_row, number), part[1])
        if job.slopes is not None:
            values *= job.slopes[0][number]
            values += job.slopes[1][number]
        return values

    values = slice_of(0, whole[0])
    _between(values, slice_of(by_slice, whole[0] + 1), part[0])
    return values, beside


def _between(start: Floats, end: Floats, share: Floats) -> Floats:
    """start + (end - start) x share, in the memory of `start`; `end` is used up."""
    np.subtract(end, start, out=end)
    np.multiply(end, share, out=end)
    np.add(start, end, out=start)
    return start
