"""The values of a volume on a plane between its voxels: the compiled loop, which nothing but `sampling` calls."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import from_dtype, types
from numpy.typing import NDArray

from viewers.imaging.compiled import Loop, compiled

_BLOCK = 256
"""So many pixels are gone through at a time. What is noted of them stays in the processor's cache, and the voxels of
many pixels are asked for before the first has come from memory: that takes half the time of pixel by pixel."""

_CORNERS = 8

USUAL = (np.dtype(np.int16), np.dtype(np.uint16))
"""Entries that CT and MR have: worth compiling for before somebody waits for it."""


def _plane_values(
    entries: NDArray[Any],
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
    top: int,
    bottom: int,
) -> None:
    """Rows `top` to `bottom` of a plane through a volume, linear between its voxels.

    Parameters
    ----------
    entries
        The volume, flat.
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
        (rows, columns) of the plane; NaN is written where nothing was measured.
    """
    step_row = columns if rows > 1 else 0  # an axis of one voxel has no neighbour to go to
    step_column = 1 if columns > 1 else 0
    step_slice = rows * columns if slices > 1 else 0
    last_slice, last_row, last_column = max(slices - 2, 0), max(rows - 2, 0), max(columns - 2, 0)
    number, line, place = np.empty(_BLOCK, np.int32), np.empty(_BLOCK, np.int32), np.empty(_BLOCK, np.int32)
    a, b, c = np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32)
    here, there = np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32)
    outside = np.empty(_BLOCK, np.float32)
    corner = np.empty((_CORNERS, _BLOCK), entries.dtype)
    steps = np.arange(_BLOCK) * 1.0
    for y in range(top, bottom):
        for left in range(0, out.shape[1], _BLOCK):
            count = min(_BLOCK, out.shape[1] - left)
            k_start = first[0] + y * down[0] + left * right[0]
            j_start = first[1] + y * down[1] + left * right[1]
            i_start = first[2] + y * down[2] + left * right[2]
            for x in range(count):
                k, j, i = k_start + steps[x] * right[0], j_start + steps[x] * right[1], i_start + steps[x] * right[2]
                inside = (
                    (k >= -0.5)
                    & (k <= slices - 0.5)
                    & (j >= -0.5)
                    & (j <= rows - 0.5)
                    & (i >= -0.5)
                    & (i <= columns - 0.5)
                )
                outside[x] = np.float32(0.0) if inside else np.float32(np.nan)
                k, j, i = min(k, slices - 1.0), min(j, rows - 1.0), min(i, columns - 1.0)
                k, j, i = k if k > 0 else 0.0, j if j > 0 else 0.0, i if i > 0 else 0.0  # also where it is no number
                before_k = np.int32(min(k, last_slice * 1.0))
                before_j = np.int32(min(j, last_row * 1.0))
                before_i = np.int32(min(i, last_column * 1.0))
                a[x], b[x], c[x] = k - before_k, j - before_j, i - before_i
                number[x], line[x], place[x] = before_k, before_k * np.int32(rows) + before_j, before_i
            for x in range(count):
                at = np.int64(line[x]) * columns + place[x]
                corner[0, x], corner[1, x] = entries[at], entries[at + step_column]
                at += step_row
                corner[2, x], corner[3, x] = entries[at], entries[at + step_column]
                at += step_slice
                corner[6, x], corner[7, x] = entries[at], entries[at + step_column]
                at -= step_row
                corner[4, x], corner[5, x] = entries[at], entries[at + step_column]
            for x in range(count):
                above = np.float32(corner[0, x]) + (np.float32(corner[1, x]) - np.float32(corner[0, x])) * c[x]
                below = np.float32(corner[2, x]) + (np.float32(corner[3, x]) - np.float32(corner[2, x])) * c[x]
                here[x] = above + (below - above) * b[x]
                above = np.float32(corner[4, x]) + (np.float32(corner[5, x]) - np.float32(corner[4, x])) * c[x]
                below = np.float32(corner[6, x]) + (np.float32(corner[7, x]) - np.float32(corner[6, x])) * c[x]
                there[x] = above + (below - above) * b[x]
            if slopes.size:
                for x in range(count):
                    before, after = number[x], min(number[x] + 1, slices - 1)
                    here[x] = here[x] * slopes[before] + intercepts[before]
                    there[x] = there[x] * slopes[after] + intercepts[after]
            row = out[y, left : left + count]
            for x in range(count):
                row[x] = here[x] + (there[x] - here[x]) * a[x] + outside[x]
            if unread.size:
                for x in range(count):
                    before, after = number[x], min(number[x] + 1, slices - 1)
                    if (unread[before] and a[x] < 1) or (unread[after] and a[x] > 0):
                        row[x] = np.nan
            if padding.size:
                for x in range(count):
                    before, after = padding[number[x]], padding[min(number[x] + 1, slices - 1)]
                    for n in range(_CORNERS):
                        if corner[n, x] == (before if n < _CORNERS // 2 else after):
                            row[x] = np.nan


def _rounded(values: NDArray[np.float32], nothing: int, entries: NDArray[np.int16], outside: NDArray[np.bool_]) -> bool:
    """Values to whole numbers, halves to the even one; what is no number becomes `nothing` and is `outside`.

    Whether there was any.
    """
    some = False
    for y in range(values.shape[0]):
        row, entry, without = values[y], entries[y], outside[y]
        missing = 0
        for x in range(len(row)):
            value = row[x]
            without[x] = value != value
            missing += value != value
            entry[x] = np.int16(nothing) if value != value else np.int16(np.int32(np.rint(value)))
        some |= missing > 0
    return some


rounded = compiled(
    _rounded,
    types.boolean(types.float32[:, ::1], types.int64, types.int16[:, ::1], types.boolean[:, ::1]),
)


@cache
def plane_values(kind: np.dtype[Any]) -> Loop:
    """`_plane_values` for entries of a type, in this machine's byte order; compiled when it is first asked for."""
    entries = types.Array(from_dtype(kind), 1, "C", readonly=True)
    number, place, rescale = types.int64, types.float64[::1], types.float32[::1]
    volume = entries, number, number, number
    of_slices = rescale, rescale, types.boolean[::1], types.int64[::1]
    values = types.float32[:, ::1]
    return compiled(_plane_values, types.void(*volume, place, place, place, *of_slices, values, number, number))
