"""Small pictures that are painted when they change and copied otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

Recipe = tuple[QRectF, Callable[[QPainter], None]]
"""The place of a picture and how to paint it there."""


class PaintedOnce:
    """Keeps one picture for each name; text is shaped and outlined once, not at every step of the wheel."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, QPoint, QImage]] = {}

    def draw(self, painter: QPainter, name: str, key: object, recipe: Callable[[], Recipe]) -> None:
        """Draw the picture `name`; it is painted anew by `recipe` when `key` or the device's scale is another."""
        ratio = painter.device().devicePixelRatioF()
        kept = self._kept.get(name)
        if kept is None or kept[0] != (key, ratio):
            place, paint = recipe()
            corner = QPoint(math.floor(place.left()), math.floor(place.top()))
            size = (math.ceil(place.right()) - corner.x(), math.ceil(place.bottom()) - corner.y())
            picture = QImage(
                math.ceil(size[0] * ratio), math.ceil(size[1] * ratio), QImage.Format.Format_ARGB32_Premultiplied
            )
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            canvas = QPainter(picture)
            canvas.setRenderHint(QPainter.RenderHint.Antialiasing)
            canvas.translate(-corner.x(), -corner.y())
            paint(canvas)
            canvas.end()
            kept = ((key, ratio), corner, picture)
            self._kept[name] = kept
        painter.drawImage(kept[1], kept[2])
