"""What stands beside the curves of a plot, painted by one item: uprights, level lines and words at places of the plot.

An item of the plotting library for each of them took a quarter of the time in which a course opens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget


@dataclass(frozen=True, slots=True)
class Upright:
    """A line through the height of the plot."""

    x: float
    pen: QPen


@dataclass(frozen=True, slots=True)
class Level:
    """A level line between two places."""

    first: float
    last: float
    y: float
    pen: QPen


@dataclass(frozen=True, slots=True)
class Word:
    """A text at a place; `anchor` is the point of its box that lies there, as fractions of width and height."""

    x: float
    y: float
    text: str
    colour: QColor
    font: QFont
    anchor: tuple[float, float]
    ground: QColor | None = None


class PlotLayer(QGraphicsItem):
    """Lies over the curves of a view, or under them; it paints in pixels, at places of the view's axes."""

    def __init__(self, view: Any, margin: float, *, under: bool) -> None:
        super().__init__()
        self._view, self._margin = view, margin
        self.uprights: Sequence[Upright] = ()
        self.levels: Sequence[Level] = ()
        self.words: Sequence[Word] = ()
        self.setParentItem(view)
        self.setZValue(-1 if under else 1)
        view.sigRangeChanged.connect(lambda *_: self.update())
        view.sigResized.connect(lambda *_: self.prepareGeometryChange())

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's own name
        box: QRectF = self._view.rect()
        return box

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        box = self.boundingRect()
        painter.setClipRect(box)
        for upright in self.uprights:
            x = self._place(upright.x, 0.0).x()
            painter.setPen(upright.pen)
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        for level in self.levels:
            painter.setPen(level.pen)
            painter.drawLine(self._place(level.first, level.y), self._place(level.last, level.y))
        taken: list[QRectF] = []
        for word in self.words:
            self._paint_word(painter, word, taken)

    def _place(self, x: float, y: float) -> QPointF:
        place: QPointF = self._view.mapFromView(QPointF(x, y))
        return place

    def _paint_word(self, painter: QPainter, word: Word, taken: list[QRectF]) -> None:
        """At its place, else on the other side of it; a word that would cover an earlier one is left out."""
        metrics, margin = QFontMetricsF(word.font), self._margin
        width, height = metrics.horizontalAdvance(word.text) + 2 * margin, metrics.height() + 2 * margin
        at, (across, down) = self._place(word.x, word.y), word.anchor
        for side in (down, 1 - down):
            box = QRectF(at.x() - across * width, at.y() - side * height, width, height)
            inner = box.adjusted(margin, margin, -margin, -margin)
            if not any(inner.intersects(other) for other in taken):
                break
        else:
            return
        taken.append(inner)
        if word.ground is not None:
            painter.fillRect(box, word.ground)
        painter.setFont(word.font)
        painter.setPen(word.colour)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip), word.text)
