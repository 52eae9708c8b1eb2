"""How many lines through a shape lie inside it: the compiled loops of `viewers.imaging.chord`."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from viewers.imaging.compiled import compiled, within

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


def _is_inside(inside: Flags, x: float, y: float, row_mm: float, column_mm: float) -> bool:
    """Whether the pixel nearest to a place (x, y), in mm, is inside; beyond the picture nothing is."""
    column, row = int(np.rint(x / column_mm)), int(np.rint(y / row_mm))
    return bool(0 <= row < inside.shape[0] and 0 <= column < inside.shape[1] and inside[row, column])


_inside = within(_is_inside)


def _likely(
    inside: Flags,
    starts: Floats,
    ends: Floats,
    lengths: Floats,
    row_mm: float,
    column_mm: float,
    gap_mm: float,
    sixteenths: NDArray[np.int64],
    out: Flags,
) -> None:
    """Which lines may lie inside, by so many sixteenths of their way, looked at in this order.

    Each sixteenth that is outside stands for that part of the length; of lines that may cross a gap two are let pass.
    """
    for n in range(len(starts)):
        part = lengths[n] / 16
        most = gap_mm + 2 * part if gap_mm else 0.0
        missed = 0.0
        out[n] = True
        for sixteenth in sixteenths:
            share = sixteenth / 16
            x = starts[n, 0] + (ends[n, 0] - starts[n, 0]) * share
            y = starts[n, 1] + (ends[n, 1] - starts[n, 1]) * share
            missed += not _inside(inside, x, y, row_mm, column_mm)
            if missed * part > most:
                out[n] = False
                break


def _share_outside(
    inside: Flags,
    starts: Floats,
    ends: Floats,
    clear: Floats,
    count: int,
    row_mm: float,
    column_mm: float,
    out: Floats,
) -> None:
    """The share of each line, at `count` places evenly along it, that is outside; `clear` of it at each end apart."""
    step = 1.0 / (count - 1)
    for n in range(len(starts)):
        missed = 0
        for place in range(count):
            along = place * step if place < count - 1 else 1.0
            part = clear[n] + along * (1 - 2 * clear[n])
            x = starts[n, 0] + part * (ends[n, 0] - starts[n, 0])
            y = starts[n, 1] + part * (ends[n, 1] - starts[n, 1])
            missed += not _inside(inside, x, y, row_mm, column_mm)
        out[n] = missed / count


_SHAPE = types.Array(types.boolean, 2, "C", readonly=True)
_POINTS = types.Array(types.float64, 2, "C", readonly=True)
_EACH = types.Array(types.float64, 1, "C", readonly=True)
_MM = types.float64

likely = compiled(
    _likely, types.void(_SHAPE, _POINTS, _POINTS, _EACH, _MM, _MM, _MM, types.int64[::1], types.boolean[::1])
)
share_outside = compiled(
    _share_outside, types.void(_SHAPE, _POINTS, _POINTS, _EACH, types.int64, _MM, _MM, types.float64[::1])
)
