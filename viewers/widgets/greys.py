"""Image values to grey levels of the screen, through the window, into one picture that is used again."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from viewers.imaging.windowing import shown_span
from viewers.widgets.source import Flags, Pixels

_OPAQUE = np.uint32(0xFF000000)
_COLOUR = np.uint32(0x00FFFFFF)
_EACH_COLOUR = np.uint32(0x00010101)
_FAR = 2.0**16
"""How many greys from nought float32 still tells a hundredth of a grey."""

_MOST = 32767
"""Of int16."""

_LAST_BIT = -(2.0**104)
"""The last bit of a number between -2^127 and -2^128, whose bits are 0xFF000000 and more."""

_BLACK = -(2.0**127)
"""0xFF000000 as float32: an opaque black pixel."""


class Greys:
    """The last image that was asked for, as a QImage that shares memory with an array of 32 bit pixels.

    The window is DICOM's linear function (PS3.3 C.11.2.1.2.1): a value v becomes
    ``((v - (centre - 0.5)) / (width - 1) + 0.5) * 255``, held between 0 and 255 and rounded to the nearest grey. Values
    with fractions in a narrow window go by its exact function instead (see `shown_span`).
    """

    def __init__(self) -> None:
        self._shape = (0, 0)
        self._rgb: NDArray[np.uint32] = np.empty((0, 0), np.uint32)
        self._held: NDArray[np.int16] = np.empty((0, 0), np.int16)
        self._image = QImage()

    def image(
        self,
        pixels: Pixels,
        center: float,
        width: float,
        inverted: bool,
        unmeasured: Flags | None = None,
        tone: str = "#000000",
    ) -> QImage:
        """The picture of `pixels` (rows, columns); valid until the next call.

        Pixels that are `unmeasured` have no grey: they are painted in `tone` (``#RRGGBB``).
        """
        if pixels.shape != self._shape:
            self._shape = pixels.shape
            self._rgb, self._held = np.empty(pixels.shape, np.uint32), np.empty(pixels.shape, np.int16)
            rows, columns = pixels.shape
            self._image = QImage(self._rgb.data, columns, rows, columns * 4, QImage.Format.Format_RGB32)
        self._window(pixels, center - width / 2, shown_span(width, pixels.dtype.kind == "f"))
        np.multiply(self._rgb, _EACH_COLOUR, out=self._rgb)  # what runs over the alpha is lost: it stays as it is
        if inverted:
            np.bitwise_xor(self._rgb, _COLOUR, out=self._rgb)
        if unmeasured is not None:
            np.copyto(self._rgb, _OPAQUE | np.uint32(int(tone[1:], 16)), where=unmeasured)
        return self._image

    def _window(self, pixels: Pixels, low: float, span: float) -> None:
        """Opaque pixels with the grey in blue.

        Each pass over the image counts. So the sum that rounds to the nearest grey also makes the pixel: among numbers
        of the size of `_BLACK` neighbours differ by one bit.
        """
        values = self._rgb.view(np.float32)
        scale = 255.0 / span
        if pixels.dtype == np.int16 and _whole(low, span):
            np.clip(pixels, np.int16(low), np.int16(low + span), out=self._held)  # half as much to go through
            above = np.subtract(self._held, np.int16(low), out=self._held)
        else:
            self._values_above(pixels, low, abs(low) * scale > _FAR)
            above = np.clip(values, np.float32(0.0), np.float32(span), out=values)
        np.multiply(above, np.float32(scale * _LAST_BIT), out=values)
        np.add(values, np.float32(_BLACK), out=values)

    def _values_above(self, pixels: Pixels, low: float, far: bool) -> None:
        """How far the values of any type are above the lower end of the window."""
        values = self._rgb.view(np.float32)
        exact = pixels.dtype.itemsize <= 2 or pixels.dtype == np.float32
        if not exact or far:
            base = math.floor(low)
            np.subtract(pixels, base, out=values, dtype=np.float64, casting="unsafe")
            np.subtract(values, np.float32(low - base), out=values)
        else:
            np.subtract(pixels, np.float32(low), out=values)
        if pixels.dtype.kind == "f":
            np.copyto(values, np.float32(0.0), where=np.isnan(values))


def _whole(low: float, span: float) -> bool:
    """Whether a window begins and ends at whole numbers of int16, not too far apart."""
    return low.is_integer() and span.is_integer() and -_MOST - 1 <= low <= _MOST - span and span <= _MOST
