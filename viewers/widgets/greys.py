"""Image values to grey levels of the screen, through the window, into one picture that is used again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from viewers.widgets.source import Flags, Pixels

_OPAQUE = np.uint32(0xFF000000)
_GREY = np.uint32(0x00010101)
_FRACTION_BITS = 22
_STEP = 1e-6
"""A window 1 wide is black up to its centre less a half, and white above."""


class Greys:
    """The last image that was asked for, as a QImage that shares memory with an array of 32 bit pixels.

    The window is DICOM's linear function (PS3.3 C.11.2.1.2.1): a value v becomes
    ``((v - (centre - 0.5)) / (width - 1) + 0.5) * 255``, held between 0 and 255 and rounded to the nearest grey.
    """

    def __init__(self) -> None:
        self._shape = (0, 0)
        self._clipped: NDArray[np.int16] = np.empty((0, 0), np.int16)
        self._rgb: NDArray[np.uint32] = np.empty((0, 0), np.uint32)
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
            self._clipped = np.empty(pixels.shape, np.int16)
            self._rgb = np.empty(pixels.shape, np.uint32)
            rows, columns = pixels.shape
            self._image = QImage(self._rgb.data, columns, rows, columns * 4, QImage.Format.Format_RGB32)
        span = max(width - 1.0, _STEP)
        low = center - 0.5 - span / 2
        if pixels.dtype == np.int16 and 1.0 <= span < 32_000:
            self._window_int16(pixels, low, span)
        else:
            grey = np.rint(np.clip((pixels.astype(np.float32) - low) * (255.0 / span), 0.0, 255.0))
            np.copyto(self._rgb, np.nan_to_num(grey), casting="unsafe")
        if inverted:
            np.subtract(np.uint32(255), self._rgb, out=self._rgb)
        np.multiply(self._rgb, _GREY, out=self._rgb)
        np.bitwise_or(self._rgb, _OPAQUE, out=self._rgb)
        if unmeasured is not None:
            np.copyto(self._rgb, _OPAQUE | np.uint32(int(tone[1:], 16)), where=unmeasured)
        return self._image

    def _window_int16(self, pixels: Pixels, low: float, span: float) -> None:
        """Fixed point with 22 bits of fraction: within 0.01 of the exact grey before it is rounded."""
        floor = int(np.floor(low))
        top = min(32_767, floor + int(np.ceil(span)) + 1)
        bottom = max(-32_768, floor)
        np.clip(pixels, np.int16(min(bottom, 32_767)), np.int16(max(top, -32_768)), out=self._clipped)
        factor = 255.0 * (1 << _FRACTION_BITS) / span
        # value * factor + offset may be negative or above 255 by less than one step of the window: held afterwards
        shifted = self._rgb.view(np.int32)
        np.subtract(self._clipped, bottom, out=shifted, dtype=np.int32)
        np.multiply(shifted, np.int32(factor), out=shifted)
        np.add(shifted, np.int32((bottom - low) * factor + (1 << (_FRACTION_BITS - 1))), out=shifted)
        np.right_shift(shifted, _FRACTION_BITS, out=shifted)
        np.clip(shifted, 0, 255, out=shifted)
