"""Small pictures that are painted when they change and copied otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

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
