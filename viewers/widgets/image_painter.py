"""Painting the pixels of one image through a window, where they belong to a hundredth of a pixel."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from viewers.tools.navigate import Framing
from viewers.tools.projection import Projection
from viewers.widgets.derived_source import DerivedSource
from viewers.widgets.greys import Greys
from viewers.widgets.palette import ViewPalette
from viewers.widgets.source import ImageSource
from viewers.widgets.stack_view import ViewState

_FIXED = 65536
"""Qt steps through a picture that it scales in fixed point with 16 bits of fraction, cut off."""

_BELOW = 1 / 512
"""Qt cuts a place between two pixels off to 1/256 of a pixel: half of that below it, on average."""

_BAND_PX = 90
_LARGE_PX = 1_000_000


class ImagePainter:
    """Paints one image of a stack; its greys are kept until image, window or facing change.

    The picture is mirrored and turned by its pixels, so that Qt only scales it: turning takes Qt three times as long.
    """

    def __init__(self, palette: ViewPalette) -> None:
        self._palette = palette
        self._greys = Greys()
        self._shown: tuple[object, ...] | None = None
        self._image = QImage()

    def forget(self) -> None:
        """The pixels changed: read them again."""
        self._shown = None

    def paint_ground(self, painter: QPainter, source: ImageSource | None, projection: Projection) -> None:
        """The background where the image of `source` will not cover it: everywhere without one."""
        ground = QColor(self._palette.background)
        width, height = (math.ceil(length) for length in projection.size_px)
        if source is None:
            painter.fillRect(QRect(0, 0, width, height), ground)
            return
        left, top, across, down = _box(source, projection)
        # the edges of the image fall between pixels: the ground reaches beneath them
        x, y = math.ceil(left) + 2, math.ceil(top) + 2
        right, bottom = math.floor(left + across) - 2, math.floor(top + down) - 2
        at_sides = ((0, 0, x, height), (right, 0, width - right, height))
        for bar in (*at_sides, (0, 0, width, y), (0, bottom, width, height - bottom)):
            if bar[2] > 0 and bar[3] > 0:
                painter.fillRect(QRect(*bar), ground)

    def paint(self, painter: QPainter, source: ImageSource, state: ViewState, projection: Projection) -> None:
        """The image in view coordinates. It must be ready."""
        framing = projection.framing
        inverted = state.inverted != source.bright_is_low
        facing = (framing.flip_h, framing.flip_v, framing.quarter_turns)
        wanted = (id(source), state.index, state.center, state.width, inverted, facing)
        if wanted != self._shown:
            pixels = faced(source.pixels(state.index), framing)
            padding = source.padding(state.index) if isinstance(source, DerivedSource) else None
            unmeasured = None if padding is None else faced(padding, framing)
            self._image = self._greys.image(
                pixels, state.center, state.width, inverted, unmeasured, self._palette.raised
            )
            self._shown = wanted
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # soft edges would cost as much as the image
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, state.smooth)
        placed = _placed(self._image, source, projection, painter, state.smooth)
        for band in _bands(painter, projection):
            painter.save()
            if band is not None:
                painter.setClipRect(band, Qt.ClipOperation.IntersectClip)
            painter.setTransform(placed, True)
            painter.drawImage(0, 0, self._image)
            painter.restore()
        painter.restore()


def _bands(painter: QPainter, projection: Projection) -> Iterator[QRect | None]:
    """The view in bands so low that Qt paints them itself; None, the whole, where it is large.

    Qt divides a scaled picture of 96 rows or more among its threads and waits for them. A large view gains by it; a
    small one waits longer than it takes to paint, above all while series are decoded.
    """
    width, height = projection.size_px
    scale = painter.deviceTransform().m11()
    if width * height * scale**2 > _LARGE_PX:
        yield None
        return
    rows = max(1, math.floor(_BAND_PX / scale))
    for top in range(0, math.ceil(height), rows):
        yield QRect(0, top, math.ceil(width), rows)


def faced(pixels: NDArray[Any], framing: Framing) -> NDArray[Any]:
    """The pixels (rows, columns) mirrored and turned as the framing says; no copy."""
    rows = slice(None, None, -1) if framing.flip_v else slice(None)
    columns = slice(None, None, -1) if framing.flip_h else slice(None)
    return np.rot90(pixels[rows, columns], -framing.quarter_turns)


def _placed(image: QImage, source: ImageSource, projection: Projection, painter: QPainter, smooth: bool) -> QTransform:
    """From the picture's pixels to the view."""
    left, top, width, height = _box(source, projection)
    right = left + width
    across, down = width / image.width(), height / image.height()
    if not smooth:
        return QTransform(across, 0.0, 0.0, down, left, top)
    to_device = painter.deviceTransform().m11()
    seen = (max(left, 0.0) + min(right, projection.size_px[0])) / 2
    stepped = _stepped(across * to_device) / to_device
    left = seen - (seen - left) / across * stepped
    return QTransform(stepped, 0.0, 0.0, down, left - _BELOW * stepped, top - _BELOW * down)


def _box(source: ImageSource, projection: Projection) -> tuple[float, float, float, float]:
    """Left, top, width and height of the image in the view."""
    one = projection.view_of_pixel(-0.5, -0.5)
    other = projection.view_of_pixel(source.columns - 0.5, source.rows - 0.5)
    (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return left, top, right - left, bottom - top


def _stepped(scale: float) -> float:
    """The scale, pixels of the device for one of the picture, nearest to `scale` that Qt does not cut off.

    What is cut off grows along a row: to 0.015 pixels of the picture over 1000 of the device. The nearest scale of a
    whole number of steps, right in the middle of what is seen, is within 0.004 at both ends.
    """
    steps = round(_FIXED / scale)
    return scale if steps < 1 or not math.isfinite(scale) else _FIXED / (steps + 0.01)
