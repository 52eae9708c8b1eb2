"""The part of an image that a view shows, made on the very pixels of the screen by a compiled loop."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace
from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPaintEngine, QPainter, QTransform

from viewers.imaging.rescale import PADDED
from viewers.imaging.windowing import shown_span
from viewers.widgets.source import Flags, Pixels

_MOST_PX = 16_000_000
"""A larger picture is no screen: let the device scale it."""

_EXACT = (np.dtype(np.int16), np.dtype(np.float32))
_NOWHERE = np.empty((0, 0), np.float32)


def compiled_loop() -> ModuleType | None:
    """`viewers.imaging.compiled_greys` once it has been imported, which takes too long for a view to wait for."""
    module = sys.modules.get("viewers.imaging.compiled_greys")
    return module if hasattr(module, "scaled_greys") else None


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Pixels of the screen along one axis, and where they are in the image.

    `first` counts pixels of the device; `before` is the image's pixel before each and `share` how far each is on the
    way to the next, 0 to 1. Beyond the middle of an outermost pixel its value holds.
    """

    first: int
    before: NDArray[np.uint32]
    share: NDArray[np.float32]

    @classmethod
    def of(cls, start: float, length: float, pixels: int, seen: tuple[int, int]) -> Steps:
        """Of an image that lies from `start` over a `length` of the device, the part that is `seen`."""
        first = math.ceil(max(start, seen[0]) - 0.5)
        stop = math.ceil(min(start + length, seen[1]) - 0.5)
        middles = np.arange(first, max(first, stop)) + 0.5
        places = np.clip((middles - start) * (pixels / length) - 0.5, 0, pixels - 1)
        before = np.minimum(places.astype(np.uint32), max(0, pixels - 2)).astype(np.uint32)
        return cls(first, before, np.asarray(places - before, np.float32))

    def moved(self, pixels: int) -> Steps:
        """The same so many pixels of the screen further on."""
        return replace(self, first=self.first + pixels)


@dataclass(frozen=True, slots=True, eq=False)
class OnScreen:
    """Where the picture of an image comes to lie on the device."""

    across: Steps
    down: Steps

    @property
    def empty(self) -> bool:
        return not (len(self.across.before) and len(self.down.before))

    @classmethod
    def of(
        cls, painter: QPainter, box: tuple[float, float, float, float], size: tuple[int, int], seen: QRectF
    ) -> OnScreen | None:
        """None where the device scales better itself: paper, a turned or sheared view.

        `box` is left, top, width and height of the image in the view, `size` its columns and rows, `seen` the part of
        the view that is painted.
        """
        place, engine = painter.deviceTransform(), painter.paintEngine()
        upright = not place.isRotating() and place.m11() > 0 and place.m22() > 0
        if not upright or engine is None or engine.type() != QPaintEngine.Type.Raster:
            return None
        # counted from the view's own corner: what is rounded does not depend on where the window has the view
        x, y = math.floor(place.dx()), math.floor(place.dy())
        place = place * QTransform.fromTranslate(-x, -y)
        image, part = place.mapRect(QRectF(*box)), place.mapRect(seen)
        if part.width() * part.height() > _MOST_PX or not (image.width() > 0 and image.height() > 0):
            return None
        whole = part.toAlignedRect()  # a pixel that the view covers in part is painted too
        across = Steps.of(image.left(), image.width(), size[0], (whole.left(), whole.left() + whole.width()))
        down = Steps.of(image.top(), image.height(), size[1], (whole.top(), whole.top() + whole.height()))
        return cls(across.moved(x), down.moved(y))


class ScaledImage:
    """The last picture that was made, as a QImage that shares memory with an array of 32 bit pixels."""

    def __init__(self) -> None:
        self._rgb: NDArray[np.int32] = np.empty((0, 0), np.int32)
        self._image = QImage()
        self._at = OnScreen(Steps.of(0.0, 1.0, 1, (0, 0)), Steps.of(0.0, 1.0, 1, (0, 0)))

    def make(
        self,
        loop: ModuleType,
        pixels: Pixels,
        center: float,
        width: float,
        inverted: bool,
        unmeasured: Flags | None,
        tone: str,
        at: OnScreen,
    ) -> None:
        """The picture of `pixels` (rows, columns) through a window, as `Greys` explains it.

        `loop` is the `compiled_loop`; pixels that are `unmeasured` are painted in `tone` (``#RRGGBB``).
        """
        shape = len(at.down.before), len(at.across.before)
        if shape != self._rgb.shape:
            self._rgb = np.empty(shape, np.int32)
            self._image = QImage(self._rgb.data, shape[1], shape[0], shape[1] * 4, QImage.Format.Format_RGB32)
        self._at = at
        placed = (at.down.before, at.down.share, at.across.before, at.across.share)
        low, span = center - width / 2, shown_span(width, pixels.dtype.kind == "f")
        covered = _NOWHERE
        if unmeasured is not None:
            covered = np.empty(shape, np.float32)
            loop.scaled_shares(np.ascontiguousarray(unmeasured), *placed, covered)
            if low < PADDED:  # then its value is grey, not black
                pixels = np.where(unmeasured, np.float32(np.nan), pixels)
        if pixels.dtype not in _EXACT:
            pixels, low = np.subtract(pixels, low, dtype=np.float64).astype(np.float32), 0.0
        colour = int(tone[1:], 16)
        rgb = (colour >> 16, colour >> 8 & 0xFF, colour & 0xFF)
        scale = 255.0 / span
        loop.scaled_greys(np.ascontiguousarray(pixels), low, scale, inverted, *placed, covered, *rgb, self._rgb)

    def draw(self, painter: QPainter) -> None:
        """Pixel on pixel: nothing is scaled any more."""
        painter.save()
        there = QTransform.fromTranslate(self._at.across.first, self._at.down.first)
        painter.setTransform(there * painter.deviceTransform().inverted()[0], True)
        painter.drawImage(0, 0, self._image)
        painter.restore()
