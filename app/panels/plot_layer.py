"""What stands beside the curves of a plot, painted by one item: uprights, level lines and words at places of the plot.

An item of the plotting library for each of them took a quarter of the time in which a course opens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

_STEPS = 12
"""How many other places along a level are tried."""


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
    """A text at a place; `anchor` is the point of its box that lies there, as fractions of width and height.

    `along`: from where to where it may stand instead, so that no curve goes through it.
    """

    x: float
    y: float
    text: str
    colour: QColor
    font: QFont
    anchor: tuple[float, float]
    ground: QColor | None = None
    along: tuple[float, float] | None = None


class PlotLayer(QGraphicsItem):
    """Lies over the curves of a view, or under them; it paints in pixels, at places of the view's axes."""

    def __init__(self, view: Any, margin: float, *, under: bool) -> None:
        super().__init__()
        self._view, self._margin = view, margin
        self.uprights: Sequence[Upright] = ()
        self.levels: Sequence[Level] = ()
        self.words: Sequence[Word] = ()
        self.curves: Sequence[Sequence[tuple[float, float]]] = ()
        """The courses of curves and level lines, which words that can stand elsewhere keep clear of."""
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
        for word in sorted(self.words, key=_room):
            self._paint_word(painter, word, taken)

    def _place(self, x: float, y: float) -> QPointF:
        place: QPointF = self._view.mapFromView(QPointF(x, y))
        return place

    def _places(self, word: Word, width: float, height: float) -> list[QRectF]:
        """The places of a word without its margin: at its place, on the other side of it, then along the level."""
        margin, (across, down) = self._margin, word.anchor
        places = [(word.x, across)]
        if word.along is not None:
            first, last = word.along
            places += [(first + (last - first) * step / _STEPS, step / _STEPS) for step in range(_STEPS + 1)]
        found = []
        for x, share in places:
            at = self._place(x, word.y)
            boxes = (QRectF(at.x() - share * width, at.y() - side * height, width, height) for side in (down, 1 - down))
            found += [box.adjusted(margin, margin, -margin, -margin) for box in boxes]
        return found

    def _is_crossed(self, box: QRectF, own_level: float, *, levels: bool = True) -> bool:
        """Whether a curve, or (`levels`) another level than the word's own, goes through a box."""
        return any(
            _meets(self._place(*start), self._place(*end), box)
            for curve in self.curves
            if levels or not _is_level(curve)
            for start, end in pairwise(curve)
            if not start[1] == end[1] == own_level
        )

    def _hides_point(self, box: QRectF, own_level: float) -> bool:
        """Whether the mark at a point of a curve would lie under the ground of a word."""
        room = 2 * self._margin
        near = box.adjusted(-room, -room, room, room)
        return any(near.contains(self._place(x, y)) for curve in self.curves for x, y in curve if y != own_level)

    def _choose(self, word: Word, free: Sequence[QRectF]) -> QRectF:
        """The first place that no line goes through and no mark lies at; else one where a dotted level does, if any."""
        if word.along is None:
            return free[0]
        clear = [box for box in free if not self._is_crossed(box, word.y)]
        clear += [box for box in free if not self._is_crossed(box, word.y, levels=False)]
        return next((box for box in clear if not self._hides_point(box, word.y)), (clear or free)[0])

    def _paint_word(self, painter: QPainter, word: Word, taken: list[QRectF]) -> None:
        """Where it covers no earlier word, and where it can, no curve; a word without such a place is left out."""
        metrics, margin = QFontMetricsF(word.font), self._margin
        width, height = metrics.horizontalAdvance(word.text) + 2 * margin, metrics.height() + 2 * margin
        free = [box for box in self._places(word, width, height) if not any(box.intersects(x) for x in taken)]
        if not free:
            return
        inner = self._choose(word, free)
        box = inner.adjusted(-margin, -margin, margin, margin)
        taken.append(inner)
        if word.ground is not None:
            painter.fillRect(box, word.ground)
        painter.setFont(word.font)
        painter.setPen(word.colour)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip), word.text)


def _room(word: Word) -> float:
    """How far a word may move along its level: what can move less is placed first, and what cannot before all."""
    return 0.0 if word.along is None else word.along[1] - word.along[0]


def _is_level(curve: Sequence[tuple[float, float]]) -> bool:
    return len(curve) == 2 and curve[0][1] == curve[1][1]


def _meets(start: QPointF, end: QPointF, box: QRectF) -> bool:
    """Whether a straight line from left to right has a point in a box."""
    left, right = max(start.x(), box.left()), min(end.x(), box.right())
    if left > right:
        return False
    rise = (end.y() - start.y()) / (end.x() - start.x()) if end.x() > start.x() else 0.0
    ys = [start.y() + rise * (x - start.x()) for x in (left, right)] if rise else [start.y(), end.y()]
    return max(ys) >= box.top() and min(ys) <= box.bottom()
