"""The values of a volume on any plane, linear between its voxels.

Written for NumPy rather than handed to SimpleITK, which needs a second copy of the volume (0.2 GB and half a second
for a CT), cannot tell pixels of slices that are still being read, and cuts fractions off instead of rounding them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.geometry import SlicePlane
from viewers.imaging.line_sampling import Floats, Steps, sample_lines
from viewers.imaging.volume import Volume

_TILE_ROWS, _TILE_COLUMNS = 64, 512
"""A tile stays in the processor's cache while it is worked on, and takes NumPy longer than Python to ask for it."""

_CORNERS = 8
_MOST_INT32 = 2**31
_HALF = 0.5
_SAFE = 1e-3
"""Nearer to the border than this, rounding may tell inside from outside."""


def sample_plane(volume: Volume, plane: SlicePlane, rows: int, columns: int, quick: bool = False) -> Floats:
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
    quick
        Linear from image to image alone, and the nearest voxel in each: in a quarter of the time, for looking while
        the plane moves.

    Returns
    -------
    ndarray
        float32, (rows, columns), in the volume's unit, not rounded. NaN where nothing was measured: outside the
        volume, between slices of which one has not been read, and beside padding.
    """
    if volume.affine is None:
        raise ValueError("a stack without an affine has no values between its images")
    to_voxel = np.linalg.inv(volume.affine)
    first = (to_voxel @ (*plane.origin, 1.0))[:3]
    down = to_voxel[:3, :3] @ plane.column_direction * plane.row_spacing_mm
    right = to_voxel[:3, :3] @ plane.row_direction * plane.column_spacing_mm
    padding = padding_entries(volume)
    one_padding = padding is None or bool((padding == padding[0]).all())
    if not quick and volume.rescaled and one_padding and volume.loaded.all():
        entry = None if padding is None else int(padding[0])
        straight = sample_lines(volume.pixels, first, down, right, (rows, columns), entry)
        if straight is not None:
            return straight
    job = _Job.of(volume, first, down, np.arange(columns)[:, None] * right, padding, quick)
    out = np.empty((rows, columns), np.float32)
    tiles = [
        (top, min(top + _TILE_ROWS, rows), left, min(left + _TILE_COLUMNS, columns))
        for top in range(0, rows, _TILE_ROWS)
        for left in range(0, columns, _TILE_COLUMNS)
    ]
    _fill(job, tiles, out)
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
    first: Steps
    down: Steps
    right: tuple[Floats, Floats, Floats]
    strides: tuple[int, int, int]
    slopes: tuple[Floats, Floats] | None
    unread: NDArray[np.bool_] | None
    padding: NDArray[np.int64] | None
    """The entry that marks padding, by slice."""
    quick: bool

    @classmethod
    def of(
        cls, volume: Volume, first: Steps, down: Steps, right: Steps, padding: NDArray[np.int64] | None, quick: bool
    ) -> _Job:
        """`first` and `down` in voxels, `right` from the first to every column, (columns, 3)."""
        k, j, i = np.asarray(right.T, np.float32)
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
            first=first,
            down=down,
            right=(k, j, i),
            # an axis of one voxel has no neighbour to go to
            strides=(rows * wide if slices > 1 else 0, wide if rows > 1 else 0, 1 if wide > 1 else 0),
            slopes=slopes,
            unread=None if loaded.all() else ~loaded,
            padding=padding,
            quick=quick,
        )

    @property
    def corners(self) -> tuple[int, ...]:
        """Which of the eight voxels about a place are asked for; 4, 2 and 1 stand for the next slice, row, column."""
        return (0, 4) if self.quick else tuple(range(_CORNERS))


class _Scratch:
    """Memory for one tile, used again for the next: to ask for it anew costs more than the arithmetic."""

    def __init__(self, job: _Job) -> None:
        size = _TILE_ROWS * _TILE_COLUMNS
        self._corners = len(job.corners)
        self._floats = np.empty((self._corners + 6, size), np.float32)
        self._indices = np.empty((2, size), np.int32 if job.entries.size < _MOST_INT32 else np.int64)
        self._entries = np.empty((self._corners, size), job.entries.dtype)

    def values(self, size: int) -> Floats:
        """The values of the voxels about each pixel."""
        return self._floats[: self._corners, :size]

    def places(self, rows: int, columns: int) -> Floats:
        """Where each pixel is among slices, rows and columns, and the whole part of that."""
        return self._floats[self._corners :, : rows * columns].reshape(6, rows, columns)

    def indices(self, size: int) -> NDArray[Any]:
        return self._indices[:, :size]

    def entries(self, size: int) -> NDArray[Any]:
        """The entries of the voxels about each pixel."""
        return self._entries[:, :size]


def _fill(job: _Job, tiles: list[tuple[int, int, int, int]], out: Floats) -> None:
    scratch = _Scratch(job)
    for top, bottom, left, right in tiles:
        _fill_tile(job, scratch, out[top:bottom, left:right], top, left)


def _fill_tile(job: _Job, scratch: _Scratch, out: Floats, top: int, left: int) -> None:
    """The values of one tile, whose first pixel is (top, left)."""
    rows, columns = out.shape
    places = scratch.places(rows, columns)
    down = np.arange(top, top + rows, dtype=np.float64)
    outside: NDArray[np.bool_] | None = None
    for axis, count in enumerate(job.shape):
        start = np.asarray(job.first[axis] + down * job.down[axis], np.float32)
        step = job.right[axis][left : left + columns]
        # a coordinate grows evenly, so that its ends are at the corners of the tile
        ends = [float(a) + float(b) for a in (start[0], start[-1]) for b in (step[0], step[-1])]
        low, high = min(ends), max(ends)
        if high < -_HALF - _SAFE or low > count - _HALF + _SAFE:
            out[...] = np.nan
            return
        place, floor = places[axis], places[axis + 3]
        np.add(start[:, None], step, out=place)
        if low < _SAFE or high > count - 1 - _SAFE:
            beyond = (place < -_HALF) | (place > count - _HALF)
            outside = beyond if outside is None else outside | beyond
            np.clip(place, 0, count - 1, out=place)
        if job.quick and axis > 0:
            np.add(place, np.float32(_HALF), out=floor)  # its whole part is the nearest voxel
            continue
        np.floor(place, out=floor)
        if high > count - 1 - _SAFE:
            np.minimum(floor, max(0, count - 2), out=floor)
        np.subtract(place, floor, out=place)
    part, floors = places[:3].reshape(3, -1), places[3:].reshape(3, -1)
    entries, values = scratch.entries(out.size), scratch.values(out.size)
    _gather(job, floors, scratch.indices(out.size), entries)
    np.copyto(values, entries)
    slices = _slices(job, floors[0])
    if not job.quick:
        _between(values[0::2], values[1::2], part[2])
        _between(values[0::4], values[2::4], part[1])
    here, there = values[0], values[len(values) // 2]
    if job.slopes is not None:
        for side, number in zip((here, there), slices, strict=True):
            side *= job.slopes[0][number]
            side += job.slopes[1][number]
    _between(here, there, part[0])
    np.copyto(out, values[0].reshape(out.shape))
    for mask in (outside, _beside_padding(job, entries, slices), _unread(job, slices, part[0])):
        if mask is not None:
            out[mask.reshape(out.shape)] = np.nan


def _gather(job: _Job, floors: Floats, indices: NDArray[Any], entries: NDArray[Any]) -> None:
    """The voxels about each pixel: the next column beside each, then the next row, then the next slice."""
    index, other = indices
    np.copyto(index, floors[0], casting="unsafe")
    for axis in (1, 2):
        np.multiply(index, job.shape[axis], out=index)
        np.copyto(other, floors[axis], casting="unsafe")
        np.add(index, other, out=index)
    index = index.astype(np.intp)
    for corner, into in zip(job.corners, entries, strict=True):
        offset = sum(stride for bit, stride in zip((4, 2, 1), job.strides, strict=True) if corner & bit)
        job.entries[offset:].take(index, out=into, mode="clip")


def _between(start: Floats, end: Floats, share: Floats) -> None:
    """start + (end - start) x share, in the memory of `start`; `end` is used up."""
    np.subtract(end, start, out=end)
    np.multiply(end, share, out=end)
    np.add(start, end, out=start)


def _slices(job: _Job, floor: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The numbers of the slices on either side of each pixel; nothing where nothing depends on them."""
    if job.slopes is None and job.padding is None and job.unread is None:
        nothing = np.empty(0, np.intp)
        return nothing, nothing
    first = floor.astype(np.intp)
    return first, np.minimum(first + 1, job.shape[0] - 1)


def _beside_padding(
    job: _Job, entries: NDArray[Any], slices: tuple[NDArray[np.intp], NDArray[np.intp]]
) -> NDArray[np.bool_] | None:
    """Pixels that have padding among their voxels."""
    if job.padding is None:
        return None
    first, second = (job.padding[number] for number in slices)
    half = len(entries) // 2
    return np.asarray((entries[:half] == first).any(axis=0) | (entries[half:] == second).any(axis=0))


def _unread(job: _Job, slices: tuple[NDArray[np.intp], NDArray[np.intp]], part: Floats) -> NDArray[np.bool_] | None:
    """Pixels for which a slice is needed that has not been read."""
    if job.unread is None:
        return None
    first, second = (job.unread[number] for number in slices)
    return np.asarray((first & (part < 1)) | (second & (part > 0)))
