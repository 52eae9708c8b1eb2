"""Small pictures of gestures for buttons and menus."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap

from app.theme import Theme

ICON_SIDE = 14
"""The side of the square that is drawn in, and at 100 % of the picture in pixels."""

_FINER = 3


def drawn_icon(theme: Theme, paint: Callable[[QPainter], None], stroke: float = 1.5) -> QIcon:
    """What `paint` draws in a square of 14 units, in the colour of text; at 3x, so that it stays sharp."""
    side = theme.px(ICON_SIDE) * _FINER
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side / ICON_SIDE, side / ICON_SIDE)
    pen = QPen(theme.colour("text.2"), stroke)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    paint(painter)
    painter.end()
    return QIcon(pixmap)
