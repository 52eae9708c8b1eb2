"""The values of a volume on a plane between its voxels: the compiled loop, which nothing but `sampling` calls."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import from_dtype, types
from numpy.typing import NDArray

from viewers.imaging.compiled import Loop, compiled, within

_BLOCK = 256
"""So many pixels are gone through at a time. What is noted of them stays in the processor's cache, and the voxels of
many pixels are asked for before the first has come from memory: that takes half the time of pixel by pixel."""

_PAIRS = 4

USUAL = (np.dtype(np.int16), np.dtype(np.uint16))
"""Entries that CT and MR have: worth compiling for before somebody waits for it."""


@within
def _nearest(value: np.float32, nothing: int) -> np.int16:
    """The nearest whole number, of two the even one; `nothing` of what is no number."""
    return np.int16(nothing) if value != value else np.int16(np.int32(np.rint(value)))


def _plane_values(
    entries: NDArray[Any],
    pairs: NDArray[Any],
    slices: int,
    rows: int,
    columns: int,
    first: NDArray[np.float64],
    down: NDArray[np.float64],
    right: NDArray[np.float64],
    slopes: NDArray[np.float32],
    intercepts: NDArray[np.float32],
    unread: NDArray[np.bool_],
    padding: NDArray[np.int64],
    out: NDArray[np.float32],
    whole: NDArray[np.int16],
    outside: NDArray[np.bool_],
    nothing: int,
    top: int,
    bottom: int,
) -> None:
    """Rows `top` to `bottom` of a plane through a volume, linear between its voxels.

    Parameters
    ----------
    entries
        The volume, flat; what is read of it is in `pairs`.
    pairs
        Each entry and its neighbour as one number, see `paired`: one reading of the memory for two voxels.
    slices, rows, columns
        Of the volume.
    first, down, right
        The first pixel, and the way to the next row and to the next column of the plane, in voxels by slice, row and
        column of the volume.
    slopes, intercepts
        Of each slice; empty where the entries are the values.
    unread
        Slices that have not been read; empty where all have been.
    padding
        The entry that marks padding, of each slice; empty where none does.
    out
        (rows, columns) of the plane; NaN is written where nothing was measured. Empty where whole numbers are wanted.
    whole, outside
        Instead of `out`: the values as whole numbers, halves to the even one, and where nothing was measured; the
        number there is `nothing`.
    """
    step_row = np.uint64(columns if rows > 1 else 0)  # an axis of one voxel has no neighbour to go to
    step_slice = np.uint64(rows * columns if slices > 1 else 0)
    last_slice, last_row, last_column = max(slices - 2, 0), max(rows - 2, 0), max(columns - 2, 0)
    number, line, place = np.empty(_BLOCK, np.int32), np.empty(_BLOCK, np.int32), np.empty(_BLOCK, np.int32)
    a, b, c = np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32)
    here, there = np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32)
    beyond, values = np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32)
    pair = np.empty((_PAIRS, _BLOCK), pairs.dtype)
    corner = pair.view(entries.dtype)
    steps = np.arange(_BLOCK) * 1.0
    width = len(out[0]) if len(out) else len(whole[0])
    for y in range(top, bottom):
        for left in range(0, width, _BLOCK):
            count = min(_BLOCK, width - left)
            k_start = first[0] + y * down[0] + left * right[0]
            j_start = first[1] + y * down[1] + left * right[1]
            i_start = first[2] + y * down[2] + left * right[2]
            far = steps[count - 1]
            k_end, j_end, i_end = k_start + far * right[0], j_start + far * right[1], i_start + far * right[2]
            if (
                (min(k_start, k_end) >= 0)
                & (max(k_start, k_end) < slices - 1)
                & (min(j_start, j_end) >= 0)
                & (max(j_start, j_end) < rows - 1)
                & (min(i_start, i_end) >= 0)
                & (max(i_start, i_end) < columns - 1)
            ):  # all of them lie between voxels
                for x in range(count):
                    k, j = k_start + steps[x] * right[0], j_start + steps[x] * right[1]
                    i = i_start + steps[x] * right[2]
                    before_k, before_j, before_i = np.int32(k), np.int32(j), np.int32(i)
                    a[x], b[x], c[x] = k - before_k, j - before_j, i - before_i
                    number[x], line[x], place[x] = before_k, before_k * np.int32(rows) + before_j, before_i
                    beyond[x] = np.float32(0.0)
            else:
                for x in range(count):
                    k, j = k_start + steps[x] * right[0], j_start + steps[x] * right[1]
                    i = i_start + steps[x] * right[2]
                    inside = (
                        (k >= -0.5)
                        & (k <= slices - 0.5)
                        & (j >= -0.5)
                        & (j <= rows - 0.5)
                        & (i >= -0.5)
                        & (i <= columns - 0.5)
                    )
                    beyond[x] = np.float32(0.0) if inside else np.float32(np.nan)
                    k, j, i = min(k, slices - 1.0), min(j, rows - 1.0), min(i, columns - 1.0)
                    k, j, i = (
                        k if k > 0 else 0.0,
                        j if j > 0 else 0.0,
                        i if i > 0 else 0.0,
                    )  # also where it is no number
                    before_k = np.int32(min(k, last_slice * 1.0))
                    before_j = np.int32(min(j, last_row * 1.0))
                    before_i = np.int32(min(i, last_column * 1.0))
                    a[x], b[x], c[x] = k - before_k, j - before_j, i - before_i
                    number[x], line[x], place[x] = before_k, before_k * np.int32(rows) + before_j, before_i
            for x in range(count):
                at = np.uint64(line[x]) * np.uint64(columns) + np.uint64(place[x])
                pair[0, x], pair[1, x] = pairs[at], pairs[at + step_row]
                at += step_slice
                pair[2, x], pair[3, x] = pairs[at], pairs[at + step_row]
            for x in range(count):
                one, other = np.float32(corner[0, 2 * x]), np.float32(corner[0, 2 * x + 1])
                above = one + (other - one) * c[x]
                one, other = np.float32(corner[1, 2 * x]), np.float32(corner[1, 2 * x + 1])
                below = one + (other - one) * c[x]
                here[x] = above + (below - above) * b[x]
                one, other = np.float32(corner[2, 2 * x]), np.float32(corner[2, 2 * x + 1])
                above = one + (other - one) * c[x]
                one, other = np.float32(corner[3, 2 * x]), np.float32(corner[3, 2 * x + 1])
                below = one + (other - one) * c[x]
                there[x] = above + (below - above) * b[x]
            if slopes.size:
                for x in range(count):
                    before, after = number[x], min(number[x] + 1, slices - 1)
                    here[x] = here[x] * slopes[before] + intercepts[before]
                    there[x] = there[x] * slopes[after] + intercepts[after]
            for x in range(count):
                values[x] = here[x] + (there[x] - here[x]) * a[x] + beyond[x]
            if unread.size:
                for x in range(count):
                    before, after = number[x], min(number[x] + 1, slices - 1)
                    if (unread[before] and a[x] < 1) or (unread[after] and a[x] > 0):
                        values[x] = np.nan
            if padding.size:
                for x in range(count):
                    before, after = padding[number[x]], padding[min(number[x] + 1, slices - 1)]
                    for n in range(_PAIRS):
                        mark = before if n < _PAIRS // 2 else after
                        if corner[n, 2 * x] == mark or corner[n, 2 * x + 1] == mark:
                            values[x] = np.nan
            if len(out):
                floats = out[y, left : left + count]
                for x in range(count):
                    floats[x] = values[x]
            else:
                numbers, without = whole[y, left : left + count], outside[y, left : left + count]
                for x in range(count):
                    without[x] = values[x] != values[x]
                    numbers[x] = _nearest(values[x], nothing)


def _rounded(values: NDArray[np.float32], nothing: int, whole: NDArray[np.int16], outside: NDArray[np.bool_]) -> None:
    """Values to whole numbers, halves to the even one; what is no number becomes `nothing` and is `outside`."""
    for y in range(values.shape[0]):
        row, numbers, without = values[y], whole[y], outside[y]
        for x in range(len(row)):
            without[x] = row[x] != row[x]
            numbers[x] = _nearest(row[x], nothing)


rounded = compiled(
    _rounded,
    types.void(types.float32[:, ::1], types.int64, types.int16[:, ::1], types.boolean[:, ::1]),
)


def paired(entries: NDArray[Any], columns: int) -> NDArray[Any]:
    """Each entry of a flat volume and its neighbour as one number, of no meaning but its two halves; without a copy.

    Where there is but one column, an entry is its own neighbour.
    """
    double = _double(entries.dtype)
    if columns == 1:
        return entries.repeat(2).view(double)
    return np.ndarray((entries.size - 1,), double, entries, strides=entries.strides)


def _double(kind: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype({1: np.int16, 2: np.int32, 4: np.int64, 8: np.complex128}[kind.itemsize])


@cache
def plane_values(kind: np.dtype[Any]) -> Loop:
    """`_plane_values` for entries of a type, in this machine's byte order; compiled when it is first asked for."""
    entries = types.Array(from_dtype(kind), 1, "C", readonly=True)
    pairs = types.Array(from_dtype(_double(kind)), 1, "A", readonly=True, aligned=False)
    number, place, rescale = types.int64, types.float64[::1], types.float32[::1]
    volume = entries, pairs, number, number, number
    of_slices = rescale, rescale, types.boolean[::1], types.int64[::1]
    pictures = types.float32[:, ::1], types.int16[:, ::1], types.boolean[:, ::1]
    return compiled(
        _plane_values, types.void(*volume, place, place, place, *of_slices, *pictures, number, number, number)
    )
