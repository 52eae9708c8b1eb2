"""The values of a volume on planes that run along one of its axes, as coronal planes turned about the body's length do.

On such a plane every line of pixels lies between the same four lines of voxels, from end to end. Those are blended
once, and the pixels are read off the blend: the same values as voxel by voxel, in a third of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ASKEW = 1e-4
"""A plane runs along an axis when over its whole length it leaves it by no more than this, in voxels."""

_STRIP = 128
"""So many lines are worked on at a time: their blend stays in the processor's cache."""

_HALF = 0.5

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Steps = NDArray[np.float64]


def sample_lines(
    pixels: NDArray[Any], first: Steps, down: Steps, right: Steps, size: tuple[int, int], padding: int | None
) -> Floats | None:
    """The values at the pixels of a plane, linear between voxels; None where it runs along no axis of the volume.

    Parameters
    ----------
    pixels
        The volume, (slices, rows, columns), all of it read.
    first
        Where the first pixel of the plane is, by slice, row and column of the volume.
    down, right
        The way from one row, from one column, of the plane to the next.
    size
        (rows, columns) of the plane.
    padding
        The entry of the volume that marks padding; None without.

    Returns
    -------
    ndarray or None
        float32, (rows, columns); NaN outside the volume and beside padding.
    """
    rows, columns = size
    for along, across, count, others, turned in (
        (down, right, rows, columns, False),
        (right, down, columns, rows, True),
    ):
        axis = _axis_of(along, count)
        if axis is not None and abs(across[axis]) * others <= _ASKEW:
            picture = _picture(pixels, axis, first, along[axis], across, (count, others), padding)
            return np.ascontiguousarray(picture.T) if turned else picture
    return None


def _axis_of(step: Steps, count: int) -> int | None:
    """The one axis of the volume that a direction of the picture runs along."""
    reach = np.abs(step) * count
    axis = int(reach.argmax())
    return axis if float(np.delete(reach, axis).max()) <= _ASKEW else None


@dataclass(frozen=True, slots=True, eq=False)
class _Between:
    """Places along one axis: the voxel before each, that after it, the share of the latter, and which are inside."""

    before: NDArray[np.intp]
    after: NDArray[np.intp]
    share: Floats
    inside: Flags

    @classmethod
    def of(cls, start: float, step: float, count: int, voxels: int) -> _Between:
        places = start + np.arange(count) * step
        inside = (places >= -_HALF) & (places <= voxels - _HALF)
        held = np.clip(places, 0, voxels - 1)
        before = np.minimum(held.astype(np.intp), max(0, voxels - 2))
        return cls(before, np.minimum(before + 1, voxels - 1), np.asarray(held - before, np.float32), inside)

    def part(self, which: slice) -> _Between:
        """Some of the places."""
        return _Between(self.before[which], self.after[which], self.share[which], self.inside[which])


def _picture(
    pixels: NDArray[Any],
    axis: int,
    first: Steps,
    step: float,
    across: Steps,
    size: tuple[int, int],
    padding: int | None,
) -> Floats:
    """The picture with what runs along the axis downwards, (along, across)."""
    along = _Between.of(first[axis], step, size[0], pixels.shape[axis])
    b, c = (
        _Between.of(first[other], across[other], size[1], pixels.shape[other]) for other in range(3) if other != axis
    )
    out = np.empty(size, np.float32)
    for start in range(0, size[1], _STRIP):
        some = slice(start, start + _STRIP)
        out[:, some] = _strip(pixels, axis, along, b.part(some), c.part(some), padding)
    return out


def _strip(pixels: NDArray[Any], axis: int, along: _Between, b: _Between, c: _Between, padding: int | None) -> Floats:
    """The picture of some of the places across."""
    low, high = int(along.before.min()), int(along.after.max()) + 1
    blend, beside = _blended(pixels, axis, slice(low, high), b, c, padding)
    before, after = along.before - low, along.after - low
    if axis == 0:
        values, share = blend[before], along.share[:, None]
        values += (blend[after] - values) * share
    else:  # the lines of voxels lie across
        values = blend.take(before, axis=1)
        values += (blend.take(after, axis=1) - values) * along.share
        values = np.ascontiguousarray(values.T)
    values[~along.inside] = np.nan
    values[:, ~(b.inside & c.inside)] = np.nan
    if beside is not None:
        beside = beside if axis == 0 else beside.T
        values[beside[before] | beside[after]] = np.nan
    return values


def _blended(
    pixels: NDArray[Any], axis: int, part: slice, b: _Between, c: _Between, padding: int | None
) -> tuple[Floats, Flags | None]:
    """The line of values on each place across, linear between the four lines of voxels about it.

    (along, across) for lines through the slices, else (across, along); beside it where padding is among the four.
    """
    corners = _lines(pixels, axis, part, b, c)
    beside = None if padding is None else np.logical_or.reduce([entries == padding for entries in corners])
    first, first_next, second, second_next = (entries.astype(np.float32) for entries in corners)
    b_share, c_share = (b.share, c.share) if axis == 0 else (b.share[:, None], c.share[:, None])
    first += (first_next - first) * c_share
    second += (second_next - second) * c_share
    first += (second - first) * b_share
    return first, beside


def _lines(pixels: NDArray[Any], axis: int, part: slice, b: _Between, c: _Between) -> list[NDArray[Any]]:
    """The four lines of voxels along an axis about each place: by the first other axis, then by the second."""
    slices, rows, columns = pixels.shape
    places = [(of_b, of_c) for of_b in (b.before, b.after) for of_c in (c.before, c.after)]
    if axis == 0:
        # all four at once: they lie near each other in every slice
        at = np.concatenate([of_b * columns + of_c for of_b, of_c in places])
        return np.split(pixels[part].reshape(-1, rows * columns).take(at, axis=1), 4, axis=1)
    if axis == 1:
        return [np.asarray(pixels[of_b, part, of_c]) for of_b, of_c in places]
    flat = pixels.reshape(slices * rows, columns)
    return [np.asarray(flat[of_b * rows + of_c, part]) for of_b, of_c in places]
