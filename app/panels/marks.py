"""The few marks the panels draw: check, question, open, warning, hollow triangle."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app.theme import Face, Theme, paint_response
from app.words import response_letters
from mrecist.values import Response


class Icon(Enum):
    """A mark with one meaning each."""

    MET = auto()
    QUESTION = auto()
    OPEN = auto()
    ALERT = auto()
    NOT_MET = auto()
    LOCKED = auto()
    DONE = auto()


_TOKEN = {
    Icon.MET: "signal.met",
    Icon.QUESTION: "signal.accent",
    Icon.OPEN: "signal.accent",
    Icon.ALERT: "signal.amber",
    Icon.NOT_MET: "text.2",
    Icon.LOCKED: "text.3",
    Icon.DONE: "text.1",
}


def paint_icon(painter: QPainter, box: QRectF, icon: Icon, theme: Theme) -> None:
    """Draw a mark with a 1.5 px stroke inside `box`, which is square."""
    colour = theme.colour(_TOKEN[icon])
    side = box.width()

    def at(x: float, y: float) -> QPointF:
        return QPointF(box.left() + x * side, box.top() + y * side)

    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(colour, 1.5 * theme.scale)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inside = box.adjusted(0.08 * side, 0.08 * side, -0.08 * side, -0.08 * side)
    match icon:
        case Icon.MET | Icon.DONE:
            painter.drawPolyline(QPolygonF([at(0.16, 0.55), at(0.4, 0.78), at(0.86, 0.24)]))
        case Icon.QUESTION:
            painter.drawEllipse(inside)
            font = theme.font(Face.RULE, bold=True)
            font.setPixelSize(max(8, round(side * 0.62)))
            painter.setFont(font)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "?")
        case Icon.OPEN:
            pen.setDashPattern([1.2, 2.0])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawEllipse(inside.adjusted(0.06 * side, 0.06 * side, -0.06 * side, -0.06 * side))
        case Icon.ALERT:
            painter.drawPolygon(QPolygonF([at(0.5, 0.1), at(0.95, 0.88), at(0.05, 0.88)]))
            painter.drawLine(at(0.5, 0.4), at(0.5, 0.6))
            painter.drawPoint(at(0.5, 0.74))
        case Icon.NOT_MET:
            painter.drawLine(at(0.2, 0.2), at(0.8, 0.8))
            painter.drawLine(at(0.8, 0.2), at(0.2, 0.8))
        case Icon.LOCKED:
            painter.drawRect(QRectF(at(0.2, 0.45), at(0.8, 0.9)))
            painter.drawArc(QRectF(at(0.3, 0.1), at(0.7, 0.8)), 0, 180 * 16)
    painter.restore()


def paint_nadir(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """The hollow triangle that marks the smallest sum."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("text.2"), theme.scale))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolygon(QPolygonF([box.topLeft(), box.topRight(), QPointF(box.center().x(), box.bottom())]))
    painter.restore()


class MarkBox(QWidget):
    """A fixed square that shows one mark."""

    def __init__(self, icon: Icon, theme: Theme, side: float = 14) -> None:
        super().__init__()
        self._icon, self._theme = icon, theme
        self.setFixedSize(QSize(theme.px(side), theme.px(side)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(painter, QRectF(self.rect()), self._icon, self._theme)
        painter.end()


class ResponseMark(QWidget):
    """Shape and letters of a response, 20 px or another face; said aloud as words."""

    def __init__(self, response: Response, theme: Theme, face: Face = Face.LETTERS) -> None:
        super().__init__()
        self._theme, self._face = theme, face
        self.set_response(response)

    def set_response(self, response: Response) -> None:
        self._response = response
        letters = QFontMetrics(self._font()).horizontalAdvance(response_letters(response))
        side = self._shape_side() + self._theme.px(7)
        self.setFixedSize(side + letters + 1, self._theme.line_height(self._face))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_response_letters(painter, QRectF(self.rect()), self._response, self._theme, self._face)
        painter.end()

    def _font(self) -> QFont:
        return self._theme.font(self._face, bold=True)

    def _shape_side(self) -> int:
        return _shape_side(self._theme, self._face)


def paint_response_letters(painter: QPainter, box: QRectF, response: Response, theme: Theme, face: Face) -> float:
    """Shape, then letters, at the left of `box`; returns the x where they end."""
    side = _shape_side(theme, face)
    top = box.top() + (box.height() - side) / 2
    paint_response(painter, QRectF(box.left(), top, side, side), response, theme)
    painter.setFont(theme.font(face, bold=True))
    painter.setPen(theme.response(response))
    left = box.left() + side + theme.px(7 if face is Face.LETTERS else 5)
    letters = QRectF(left, box.top(), max(0.0, box.right() - left), box.height())
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextDontClip
    painter.drawText(letters, int(flags), response_letters(response))
    return left + painter.fontMetrics().horizontalAdvance(response_letters(response))


def _shape_side(theme: Theme, face: Face) -> int:
    return theme.px(13 if face is Face.LETTERS else 9)


class NadirMark(QWidget):
    """The hollow triangle beside its explanation."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedSize(theme.px(10), theme.px(10))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_nadir(painter, QRectF(self.rect()).adjusted(1, 1.5, -1, -1.5), self._theme)
        painter.end()
