"""Window and smooth scaling of an image in one go, compiled when this module is imported.

A fresh installation takes some seconds for it. So no view imports it: the program does, behind its window, and until
then Qt scales.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from viewers.imaging.compiled import compiled, within

Floats = NDArray[np.float32]
Places = NDArray[np.uint32]

_WHITE = 255.0
_HALF = 0.5
_OPAQUE, _COLOUR, _EACH_COLOUR = -0x01000000, 0x00FFFFFF, 0x00010101  # of int32


@within
def _line(
    values: NDArray[Any], low: float, scale: float, columns: Places, shares: Floats, greys: Floats, line: Floats
) -> None:
    """One row of the image in greys, not rounded, at the columns of the screen. `greys` is room to work in."""
    black, white = np.float32(0.0), np.float32(_WHITE)
    base, step = np.float32(low), np.float32(scale)
    rest = np.float32(low - base)  # so that a window far from nought stays exact
    start, stop = np.int64(columns[0]), np.int64(columns[-1]) + 2
    if stop > len(values):  # an image of one column
        stop = np.int64(len(values))
    seen, made = values[start:stop], greys[start:stop]
    for x in range(len(seen)):  # from nought: a place that might be negative keeps the loop from being vectorised
        grey = (np.float32(seen[x]) - base - rest) * step
        grey = grey if grey > black else black  # also where it is no number
        made[x] = grey if grey < white else white
    greys[stop] = greys[stop - 1]
    one = np.uint32(1)
    for x in range(len(columns)):
        value = greys[columns[x]]
        line[x] = value + (greys[columns[x] + one] - value) * shares[x]


def _scaled_greys(
    values: NDArray[Any],
    low: float,
    scale: float,
    inverted: bool,
    rows: Places,
    row_shares: Floats,
    columns: Places,
    column_shares: Floats,
    covered: Floats,
    red: int,
    green: int,
    blue: int,
    out: NDArray[np.int32],
) -> None:
    """The part of an image that is seen, as opaque grey pixels of the screen, linear between the pixels of the image.

    Each value becomes its grey first, ``(value - low) * scale`` held between 0 and 255, so that a bright and a dark
    pixel have grey between them in any window. Rounded once, at the end.

    Parameters
    ----------
    values
        The whole image, (rows, columns).
    inverted
        Whether low values are bright.
    rows, row_shares
        For each row of the screen, the row of the image before it, and how far it is on the way to the next, 0 to 1.
    columns, column_shares
        The same for each column. Both only rise.
    covered
        How much of each pixel of the screen was never measured, 0 to 1, (rows, columns); empty where all was. The image
        must be black there.
    red, green, blue
        The colour of what was never measured.
    out
        0xAARRGGBB, (rows, columns) of the screen.
    """
    height, width = values.shape
    greys = np.empty(width + 1, np.float32)
    upper, lower = np.empty(len(columns), np.float32), np.empty(len(columns), np.float32)
    turned = np.int32(_COLOUR if inverted else 0)
    held = np.int64(-2)
    for y in range(len(rows)):
        row = np.int64(rows[y])
        if row != held:
            if row == held + 1:
                upper, lower = lower, upper
            else:
                _line(values[row], low, scale, columns, column_shares, greys, upper)
            _line(values[min(row + 1, height - 1)], low, scale, columns, column_shares, greys, lower)
            held = row
        share, shown = row_shares[y], out[y]
        if covered.size:
            for x in range(len(columns)):
                light, hidden = upper[x] + (lower[x] - upper[x]) * share, covered[y, x]
                if inverted:
                    light = np.float32(_WHITE) * (1 - hidden) - light
                light += np.float32(_HALF)
                red_and_green = np.int32(light + hidden * red) << 16 | np.int32(light + hidden * green) << 8
                shown[x] = np.int32(_OPAQUE) | red_and_green | np.int32(light + hidden * blue)
            continue
        for x in range(len(columns)):
            grey = np.int32(upper[x] + (lower[x] - upper[x]) * share + np.float32(_HALF))
            shown[x] = (grey * np.int32(_EACH_COLOUR) | np.int32(_OPAQUE)) ^ turned


def _scaled_shares(
    flags: NDArray[np.bool_],
    rows: Places,
    row_shares: Floats,
    columns: Places,
    column_shares: Floats,
    out: Floats,
) -> None:
    """How much of each pixel of the screen is flagged, 0 to 1, scaled as `scaled_greys` does."""
    height, width = flags.shape
    given = np.empty(width + 1, np.float32)
    upper, lower = np.empty(len(columns), np.float32), np.empty(len(columns), np.float32)
    for y in range(len(rows)):
        _line(flags[rows[y]], 0.0, 1.0, columns, column_shares, given, upper)
        _line(flags[min(np.int64(rows[y]) + 1, height - 1)], 0.0, 1.0, columns, column_shares, given, lower)
        for x in range(len(columns)):
            out[y, x] = upper[x] + (lower[x] - upper[x]) * row_shares[y]


_PLACED = (types.uint32[::1], types.float32[::1], types.uint32[::1], types.float32[::1])
_COVERED = types.float32[:, ::1]


def _image(kind: Any) -> Any:
    """Whole images, which are only read."""
    return types.Array(kind, 2, "C", readonly=True)


def _greys_of(kind: Any) -> Any:
    window, colour = (types.float64, types.float64, types.boolean), (types.int64, types.int64, types.int64)
    return types.void(_image(kind), *window, *_PLACED, _COVERED, *colour, types.int32[:, ::1])


scaled_shares = compiled(_scaled_shares, types.void(_image(types.boolean), *_PLACED, _COVERED))
scaled_greys = compiled(_scaled_greys, _greys_of(types.int16), _greys_of(types.float32))
