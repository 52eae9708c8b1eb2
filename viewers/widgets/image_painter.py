"""Painting the pixels of one image through a window, where they belong to a hundredth of a pixel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from viewers.imaging.reslice import PlaneImage
from viewers.tools.navigate import Framing, Pair
from viewers.tools.projection import Projection
from viewers.widgets.derived_source import DerivedSource
from viewers.widgets.greys import Greys
from viewers.widgets.painted_once import LOW_PX
from viewers.widgets.palette import ViewPalette
from viewers.widgets.scaled_image import OnScreen, ScaledImage, compiled_loop
from viewers.widgets.source import ImageSource
from viewers.widgets.view_state import ViewState

_FIXED = 65536
"""Qt steps through a picture that it scales in fixed point with 16 bits of fraction, cut off."""

_BELOW = 1 / 512
"""Qt cuts a place between two pixels off to 1/256 of a pixel: half of that below it, on average."""

_BLOCK_PX = 16
_BESIDE = 2 / _BLOCK_PX
"""Pixels beside those that are seen are blended into them."""

_LARGE_PX = 1_000_000


class ImagePainter:
    """Paints one image of a stack; its greys are kept until image, window or facing change.

    The picture is mirrored and turned by its pixels, so that it is only scaled. Only the part of it that is seen is
    made: by the compiled loop where there is one, else by Qt.
    """

    def __init__(self, palette: ViewPalette) -> None:
        self._palette = palette
        self._ground = QColor(palette.background)
        self._greys = Greys()
        self.coarse = False
        """Whether the picture that was painted last is to be followed by a finer one."""
        self._shown: _Wanted | None = None
        self._part = _Part(0, 0, 0, 0)
        self._laid_out: tuple[object, _Layout] = (None, _Layout(QTransform(), self._part, (), (), None))
        self._image = QImage()
        self._scaled = ScaledImage()
        self._scaled_of: tuple[_Wanted | None, OnScreen | None] = (None, None)

    def forget(self) -> None:
        """The pixels changed: read them again."""
        self._shown, self._scaled_of = None, (None, None)

    def paint_ground(self, painter: QPainter, source: ImageSource | None, projection: Projection, smooth: bool) -> None:
        """The background where the image of `source` will not cover it: everywhere without one."""
        width, height = projection.size_px
        everywhere = (QRect(0, 0, math.ceil(width), math.ceil(height)),)
        for bar in everywhere if source is None else self._layout(painter, source, projection, smooth).bare:
            painter.fillRect(bar, self._ground)

    def paint(self, painter: QPainter, source: ImageSource, state: ViewState, projection: Projection) -> None:
        """The image in view coordinates. It must be ready."""
        self.coarse = False
        layout = self._layout(painter, source, projection, state.smooth)
        if layout.part.empty:
            return
        loop, on_screen = compiled_loop(), layout.on_screen
        if loop is not None and on_screen is not None:
            if on_screen.empty:
                return
            self._scale(loop, source, state, projection.framing, on_screen)
            self._scaled.draw(painter)
            return
        self._make(source, state, projection.framing, layout.part)
        placed = QTransform(layout.placed).translate(self._part.left, self._part.top)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # soft edges would cost as much as the image
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, state.smooth)
        for band in layout.bands:
            painter.save()
            if band is not None:
                painter.setClipRect(band, Qt.ClipOperation.IntersectClip)
            painter.setTransform(placed, True)
            painter.drawImage(0, 0, self._image)
            painter.restore()
        painter.restore()

    def _layout(self, painter: QPainter, source: ImageSource, projection: Projection, smooth: bool) -> _Layout:
        """Where the image comes to lie: the same while other images of a stack are shown."""
        place, base = painter.deviceTransform(), painter.transform()
        size = (source.columns, source.rows)
        key = (size, projection.pixel_mm, projection.framing, projection.size_px, smooth, place, base)
        if key != self._laid_out[0]:
            self._laid_out = key, _Layout.of(source, projection, smooth, painter)
        return self._laid_out[1]

    def _scale(
        self,
        loop: ModuleType,
        source: ImageSource,
        state: ViewState,
        framing: Framing,
        on_screen: OnScreen,
    ) -> None:
        """The greys of the pixels of the screen, unless they are there already."""
        wanted = self._wanted(source, state, framing)
        if (wanted, on_screen) != self._scaled_of:
            pixels, unmeasured = wanted.values(framing)
            window = (state.center, state.width, wanted.inverted)
            self._scaled.make(loop, pixels, *window, unmeasured, self._palette.raised, on_screen)
            self._scaled_of = wanted, on_screen

    def _make(self, source: ImageSource, state: ViewState, framing: Framing, part: _Part) -> None:
        """The greys of a part of the image, unless they are there already."""
        wanted = self._wanted(source, state, framing)
        if wanted == self._shown and part.within(self._part):
            return
        pixels, unmeasured = wanted.values(framing)
        self._image = self._greys.image(
            part.of_pixels(pixels),
            state.center,
            state.width,
            wanted.inverted,
            None if unmeasured is None else part.of_pixels(unmeasured),
            self._palette.raised,
        )
        self._shown, self._part = wanted, part

    def _wanted(self, source: ImageSource, state: ViewState, framing: Framing) -> _Wanted:
        picture = None
        if isinstance(source, DerivedSource):
            self.coarse, picture = source.is_coarse(state.index), source.at_once(state.index)
        facing = (framing.flip_h, framing.flip_v, framing.quarter_turns)
        inverted = state.inverted != source.bright_is_low
        return _Wanted(source, picture, state.index, state.center, state.width, inverted, facing)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """All that decides the greys of an image."""

    source: ImageSource
    picture: PlaneImage | None
    index: int
    center: float
    width: float
    inverted: bool
    facing: tuple[bool, bool, int]

    def values(self, framing: Framing) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        """The pixels as they are turned, and those that were never measured."""
        if self.picture is None:
            return faced(self.source.pixels(self.index), framing), None
        outside = self.picture.outside
        return faced(self.picture.pixels, framing), None if outside is None else faced(outside, framing)


@dataclass(frozen=True, slots=True)
class _Part:
    """Whole pixels of a picture: from `left` and `top`, up to but not with `right` and `bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of(cls, seen: QRectF, size: tuple[int, int]) -> _Part:
        """What is seen of a picture of a size (columns, rows), and a little more: it changes less often then."""
        columns, rows = size
        left, top = seen.left() / _BLOCK_PX, seen.top() / _BLOCK_PX
        right, bottom = seen.right() / _BLOCK_PX, seen.bottom() / _BLOCK_PX
        return cls(
            max(0, _BLOCK_PX * math.floor(left - _BESIDE)),
            max(0, _BLOCK_PX * math.floor(top - _BESIDE)),
            min(columns, _BLOCK_PX * math.ceil(right + _BESIDE)),
            min(rows, _BLOCK_PX * math.ceil(bottom + _BESIDE)),
        )

    @property
    def empty(self) -> bool:
        return self.left >= self.right or self.top >= self.bottom

    def within(self, other: _Part) -> bool:
        return (
            other.left <= self.left
            and other.top <= self.top
            and self.right <= other.right
            and self.bottom <= other.bottom
        )

    def of_pixels(self, pixels: NDArray[Any]) -> NDArray[Any]:
        return pixels[self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where an image lies in a view.

    Parameters
    ----------
    placed
        From the picture's pixels to the view.
    part
        What is seen of the picture.
    bare
        Where the image does not cover the view.
    bands
        The view in bands so low that Qt paints them itself; None, the whole, where it is large. Qt divides a scaled
        picture of 96 rows or more among its threads and waits for them. A large view gains by it; a small one waits
        longer than it takes to paint, above all while series are decoded.
    on_screen
        The same for a picture made on the pixels of the screen; None where Qt is to scale.
    """

    placed: QTransform
    part: _Part
    bare: tuple[QRect, ...]
    bands: tuple[QRect | None, ...]
    on_screen: OnScreen | None

    @classmethod
    def of(cls, source: ImageSource, projection: Projection, smooth: bool, painter: QPainter) -> _Layout:
        """`painter` knows how many pixels the device has for one of the view, and how the view is moved and scaled."""
        scale = painter.deviceTransform().m11()
        box = _box(source, projection)
        size = _faced_size(source, projection.framing)
        placed = _placed(box, size, projection.size_px[0], scale, smooth)
        seen = painter.transform().inverted()[0].mapRect(QRectF(0, 0, *projection.size_px))
        part = _Part.of(placed.inverted()[0].mapRect(seen), size)
        on_screen = OnScreen.of(painter, box, size, seen) if smooth else None
        return cls(placed, part, _bare(box, projection.size_px), _bands(projection.size_px, scale), on_screen)


def _bare(box: tuple[float, float, float, float], size_px: Pair) -> tuple[QRect, ...]:
    left, top, across, down = box
    width, height = math.ceil(size_px[0]), math.ceil(size_px[1])
    # the edges of the image fall between pixels: the ground reaches beneath them
    x, y = math.ceil(left) + 2, math.ceil(top) + 2
    right, bottom = math.floor(left + across) - 2, math.floor(top + down) - 2
    at_sides = ((0, 0, x, height), (right, 0, width - right, height))
    bars = (*at_sides, (0, 0, width, y), (0, bottom, width, height - bottom))
    view = QRect(0, 0, width, height)  # Qt leaves a trace of what was there at the end of a bar from far away
    within = (QRect(*bar) & view for bar in bars if bar[2] > 0 and bar[3] > 0)
    return tuple(bar for bar in within if not bar.isEmpty())


def _bands(size_px: Pair, scale: float) -> tuple[QRect | None, ...]:
    width, height = size_px
    if width * height * scale**2 > _LARGE_PX:
        return (None,)
    rows = max(1, math.floor(LOW_PX / scale))
    return tuple(QRect(0, top, math.ceil(width), rows) for top in range(0, math.ceil(height), rows))


def faced(pixels: NDArray[Any], framing: Framing) -> NDArray[Any]:
    """The pixels (rows, columns) mirrored and turned as the framing says; no copy."""
    rows = slice(None, None, -1) if framing.flip_v else slice(None)
    columns = slice(None, None, -1) if framing.flip_h else slice(None)
    return np.rot90(pixels[rows, columns], -framing.quarter_turns)


def _faced_size(source: ImageSource, framing: Framing) -> tuple[int, int]:
    """Columns and rows of the picture as it is turned."""
    return (source.rows, source.columns) if framing.quarter_turns % 2 else (source.columns, source.rows)


def _placed(
    box: tuple[float, float, float, float], size: tuple[int, int], view_width: float, scale: float, smooth: bool
) -> QTransform:
    """From the pixels of a picture of a size (columns, rows) to its box in the view."""
    left, top, width, height = box
    across, down = width / size[0], height / size[1]
    if not smooth:
        return QTransform(across, 0.0, 0.0, down, left, top)
    seen = (max(left, 0.0) + min(left + width, view_width)) / 2
    stepped = _stepped(across * scale) / scale
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
