"""Small pictures that are painted when they change and copied otherwise."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from viewers.widgets.palette import ViewPalette

LOW_PX = 90
"""Qt divides a picture of 96 rows or more among its threads and waits for them: pieces are lower."""

_TEXTS = 256
"""How many texts one view keeps."""

IMAGES = 128
"""Of so many images of a stack is kept how words and lines were painted, for who scrolls to and fro."""

_SELDOM = 2
"""What was drawn so often is drawn as a picture from then on, where it changes with the image or the window."""

_AROUND = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1))

_Value = TypeVar("_Value")

Recipe = tuple[QRectF, Callable[[QPainter], None]]
"""The place of a picture and how to paint it there."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A painted picture in pieces, each with the corner it is drawn at, and the place that they take.

    The corners are on whole pixels of the device.
    """

    pieces: tuple[tuple[QPointF, QImage], ...]
    place: QRectF

    def draw(self, painter: QPainter) -> None:
        for corner, image in self.pieces:
            painter.drawImage(corner, image)

    def draw_at(self, painter: QPainter, place: QPointF) -> None:
        """Drawn with its origin at another place."""
        for corner, image in self.pieces:
            painter.drawImage(place + corner, image)


@dataclass(frozen=True, slots=True)
class Fresh:
    """What was never painted before, or soon changes again: painted where it stands, without a picture of it."""

    place: QRectF
    paint: Callable[[QPainter], None]

    def draw(self, painter: QPainter) -> None:
        painter.save()
        self.paint(painter)
        painter.restore()


Drawn = Picture | Fresh


class Latest(Generic[_Value]):
    """The values that were asked for last, by key; beyond `most` the one that was not asked for the longest goes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, _Value] = OrderedDict()

    def get(self, key: Hashable) -> _Value | None:
        value = self._kept.get(key)
        if value is not None:
            self._kept.move_to_end(key)
        return value

    def put(self, key: Hashable, value: _Value) -> None:
        self._kept[key] = value
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


class PaintedOnce:
    """Keeps the `most` latest pictures of each name; text is shaped once, not at every step of the wheel."""

    def __init__(self, most: int = 1) -> None:
        self._most = most
        self._kept: dict[str, Latest[Picture | int]] = {}

    def picture(self, name: str, key: Hashable, ratio: float, recipe: Callable[[], Recipe]) -> Picture:
        """The picture `name` for a device of `ratio`; painted by `recipe` unless it was with this `key` and `ratio`."""
        kept = self._of(name)
        known = kept.get((key, ratio))
        if not isinstance(known, Picture):
            place, paint = recipe()
            known = _painted(place, ratio, paint)
            kept.put((key, ratio), known)
        return known

    def drawn(self, name: str, key: Hashable, ratio: float, recipe: Callable[[], Recipe]) -> Drawn:
        """As `picture`, but what was seldom asked for gets no picture: it would take longer than to paint it."""
        kept = self._of(name)
        known = kept.get((key, ratio)) or 0
        if isinstance(known, Picture):
            return known
        if known < _SELDOM:
            kept.put((key, ratio), known + 1)
            return Fresh(*recipe())
        return self.picture(name, key, ratio, recipe)

    def _of(self, name: str) -> Latest[Picture | int]:
        kept = self._kept.get(name)
        if kept is None:
            kept = self._kept[name] = Latest(self._most)
        return kept


class PaintedTwice:
    """What lies over an image, kept as one picture from the second time on that nothing of it has changed.

    While a window is dragged the image alone changes. However many lines and figures lie over it, they take no longer
    than one picture that is clear nearly everywhere.
    """

    def __init__(self) -> None:
        self._key: object = None
        self._picture: Picture | None = None

    def paint(
        self, painter: QPainter, key: object, size: tuple[float, float], paint: Callable[[QPainter], None]
    ) -> None:
        """Paint an area of a size; `key` is all that decides how it looks."""
        place = painter.deviceTransform()
        whole = place.dx().is_integer() and place.dy().is_integer()
        if key != self._key or not whole:
            self._key, self._picture = key, None
            paint(painter)
            return
        if self._picture is None:
            self._picture = _painted(QRectF(0.0, 0.0, *size), place.m11(), paint)
        self._picture.draw(painter)


class OutlinedTexts:
    """Bold or plain words with a dark outline, so that they are read on any image; the latest ones are kept."""

    def __init__(self, palette: ViewPalette) -> None:
        self._palette = palette
        self._metrics: dict[tuple[float, bool], tuple[QFont, QFontMetricsF]] = {}
        self._kept: Latest[Picture] = Latest(_TEXTS)
        self._sizes: dict[tuple[str, float, bool], tuple[float, float]] = {}

    def size(self, text: str, size_px: float, bold: bool) -> tuple[float, float]:
        """Width and height that a text takes, without its outline."""
        known = self._sizes.get((text, size_px, bold))
        if known is None:
            if len(self._sizes) > 2 * _TEXTS:
                self._sizes.clear()
            _, metrics = self._font(size_px, bold)
            known = metrics.horizontalAdvance(text), metrics.ascent() + metrics.descent()
            self._sizes[text, size_px, bold] = known
        return known

    def draw(self, painter: QPainter, place: QPointF, text: str, colour: str, size_px: float, bold: bool) -> None:
        """The text with its upper left corner at `place`, on whole pixels of the device."""
        ratio = painter.deviceTransform().m11()
        key = (text, colour, size_px, bold, ratio)
        picture = self._kept.get(key)
        if picture is None:
            picture = self._painted(*key)
            self._kept.put(key, picture)
        picture.draw_at(painter, place)

    def _painted(self, text: str, colour: str, size_px: float, bold: bool, ratio: float) -> Picture:
        font, metrics = self._font(size_px, bold)
        dark, bright = self._palette.colour(self._palette.background, 0.85), QColor(colour)
        base = QPointF(0.0, metrics.ascent())

        def write(colour: QColor, painter: QPainter) -> None:
            painter.setFont(font)
            painter.setPen(colour)
            painter.drawText(base, text)

        width, height = self.size(text, size_px, bold)
        place = QRectF(-2.0, -2.0, width + 4.0, height + 4.0)
        outline, step = _painted(place, ratio, partial(write, dark)), max(1, round(ratio)) / ratio

        def paint(painter: QPainter) -> None:
            for dx, dy in _AROUND:  # a picture is drawn in a fraction of the time of words
                outline.draw_at(painter, QPointF(dx * step, dy * step))
            write(bright, painter)

        return _painted(place, ratio, paint)

    def _font(self, size_px: float, bold: bool) -> tuple[QFont, QFontMetricsF]:
        known = self._metrics.get((size_px, bold))
        if known is None:
            font = self._palette.font(size_px, bold)
            known = self._metrics[size_px, bold] = (font, QFontMetricsF(font))
        return known


def _painted(place: QRectF, ratio: float, paint: Callable[[QPainter], None]) -> Picture:
    left, top = math.floor(place.left() * ratio), math.floor(place.top() * ratio)
    right, bottom = math.ceil(place.right() * ratio), math.ceil(place.bottom() * ratio)
    image = QImage(right - left, bottom - top, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    corner = QPointF(left / ratio, top / ratio)
    canvas = QPainter(image)
    canvas.setRenderHint(QPainter.RenderHint.Antialiasing)
    canvas.translate(-corner)
    paint(canvas)
    canvas.end()
    if image.height() <= LOW_PX:
        return Picture(((corner, image),), place)
    pieces = []
    for y in range(0, image.height(), LOW_PX):
        piece = image.copy(0, y, image.width(), min(LOW_PX, image.height() - y))
        pieces.append((QPointF(corner.x(), (top + y) / ratio), piece))
    return Picture(tuple(pieces), place)
