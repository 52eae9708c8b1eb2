"""Small pictures that are painted when they change and copied otherwise."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from viewers.widgets.palette import ViewPalette

_TEXTS = 256
"""How many texts one view keeps."""

_AROUND = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1))

Recipe = tuple[QRectF, Callable[[QPainter], None]]
"""The place of a picture and how to paint it there."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A painted picture, the corner it is drawn at, and the place it takes."""

    corner: QPoint
    image: QImage
    place: QRectF

    def draw(self, painter: QPainter) -> None:
        painter.drawImage(self.corner, self.image)


class PaintedOnce:
    """Keeps one picture for each name; text is shaped and outlined once, not at every step of the wheel."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, Picture]] = {}

    def picture(self, name: str, key: object, ratio: float, recipe: Callable[[], Recipe]) -> Picture:
        """The picture `name` for a device of `ratio`; painted anew by `recipe` when `key` or `ratio` is another."""
        kept = self._kept.get(name)
        if kept is None or kept[0] != (key, ratio):
            place, paint = recipe()
            kept = ((key, ratio), _painted(place, ratio, paint))
            self._kept[name] = kept
        return kept[1]


class OutlinedTexts:
    """Bold or plain words with a dark outline, so that they are read on any image; the latest ones are kept."""

    def __init__(self, palette: ViewPalette) -> None:
        self._palette = palette
        self._metrics: dict[tuple[float, bool], tuple[QFont, QFontMetricsF]] = {}
        self._kept: OrderedDict[tuple[str, str, float, bool, float], Picture] = OrderedDict()

    def size(self, text: str, size_px: float, bold: bool) -> tuple[float, float]:
        """Width and height that a text takes, without its outline."""
        _, metrics = self._font(size_px, bold)
        return metrics.horizontalAdvance(text), metrics.ascent() + metrics.descent()

    def draw(self, painter: QPainter, place: QPointF, text: str, colour: str, size_px: float, bold: bool) -> None:
        """The text with its upper left corner at `place`, on whole pixels of the device."""
        ratio = painter.device().devicePixelRatioF() * painter.transform().m11()
        key = (text, colour, size_px, bold, ratio)
        picture = self._kept.get(key)
        if picture is None:
            picture = self._kept[key] = self._painted(*key)
            if len(self._kept) > _TEXTS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        painter.drawImage(place + QPointF(picture.corner), picture.image)

    def _painted(self, text: str, colour: str, size_px: float, bold: bool, ratio: float) -> Picture:
        font, metrics = self._font(size_px, bold)
        dark, bright = self._palette.colour(self._palette.background, 0.85), QColor(colour)
        base = QPointF(0.0, metrics.ascent())

        def paint(painter: QPainter) -> None:
            painter.setFont(font)
            painter.setPen(dark)
            for dx, dy in _AROUND:
                painter.drawText(base + QPointF(dx, dy), text)
            painter.setPen(bright)
            painter.drawText(base, text)

        width, height = self.size(text, size_px, bold)
        return _painted(QRectF(-2.0, -2.0, width + 4.0, height + 4.0), ratio, paint)

    def _font(self, size_px: float, bold: bool) -> tuple[QFont, QFontMetricsF]:
        known = self._metrics.get((size_px, bold))
        if known is None:
            font = self._palette.font(size_px, bold)
            known = self._metrics[size_px, bold] = (font, QFontMetricsF(font))
        return known


def _painted(place: QRectF, ratio: float, paint: Callable[[QPainter], None]) -> Picture:
    corner = QPoint(math.floor(place.left()), math.floor(place.top()))
    width, height = math.ceil(place.right()) - corner.x(), math.ceil(place.bottom()) - corner.y()
    image = QImage(math.ceil(width * ratio), math.ceil(height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    canvas = QPainter(image)
    canvas.setRenderHint(QPainter.RenderHint.Antialiasing)
    canvas.translate(-corner.x(), -corner.y())
    paint(canvas)
    canvas.end()
    return Picture(corner, image, place)
