"""The painted lanes of the history: responses above the plots, treatments between them, dates below, names beside.

They share the time axis of the plots: what lies at a date is where the plots' view has it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from app import words
from app.models.course import REGIONS, Course, TreatmentBar
from app.panels.marks import paint_response_letters
from app.theme import Face, Theme, flat_pen, paint_response
from app.words import translated
from mrecist.values import Region, Response

ROW_PX = 22
TimeView = Callable[[], Any]
"""The plots' view box at this moment: whichever of the plots is in sight."""


class Lane(pg.GraphicsWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """A strip that paints by date; left of the view stand its names, right of it nothing."""

    def __init__(self, theme: Theme, time_view: TimeView, height: float = 0) -> None:
        super().__init__()
        self.theme, self._time_view = theme, time_view
        self.course: Course | None = None
        self.set_height(height)

    def set_height(self, height: float) -> None:
        """A height in pixels at 100 %."""
        self.setFixedHeight(self.theme.px(height))

    def set_course(self, course: Course | None) -> None:
        self.course = course
        self.update()

    def view_edges(self) -> tuple[float, float]:
        """Where the plots begin and end, in this lane's coordinates."""
        box = self._time_view().sceneBoundingRect()
        return self.mapFromScene(box.topLeft()).x(), self.mapFromScene(box.topRight()).x()

    def x_of(self, on: date) -> float:
        view = self._time_view()
        x: float = self.mapFromScene(view.mapViewToScene(QPointF(float(on.toordinal()), 0.0))).x()
        return x

    def paint(self, painter: QPainter, _option: object = None, _widget: object = None) -> None:
        if self.course is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_course(painter, self.course)

    def paint_course(self, painter: QPainter, course: Course) -> None:
        """What a lane shows; each kind paints its own. (Qt's metaclass leaves no room for an abstract class.)"""
        raise NotImplementedError

    def name(self, painter: QPainter, y: float, text: str, token: str) -> None:
        """A name at the left of the plots, right aligned."""
        left, _ = self.view_edges()
        px = self.theme.px
        box = QRectF(0, y, left - px(10), px(ROW_PX))
        self.text(painter, box, text, token, Face.SMALL, Qt.AlignmentFlag.AlignRight)

    def text(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        token: str,
        face: Face = Face.SMALL,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        bold: bool = False,
    ) -> float:
        """One line, in the middle of `box`; answers how wide it is."""
        painter.setFont(self.theme.font(face, bold))
        painter.setPen(self.theme.colour(token))
        flags = align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
        painter.drawText(box, int(flags), text)
        return QFontMetricsF(painter.font()).horizontalAdvance(text)


class ResponseLane(Lane):
    """The name of each time point, and the responses of the two regions below it."""

    def __init__(self, theme: Theme, time_view: TimeView) -> None:
        super().__init__(theme, time_view, 3 * ROW_PX + 4)
        self.selected = ""
        self.study_time = False

    def paint_course(self, painter: QPainter, course: Course) -> None:
        px = self.theme.px
        row = px(ROW_PX)
        self.name(painter, row, translated("IH"), "region.intra")
        self.name(painter, 2 * row, translated("EH"), "region.extra")
        left, right = self.view_edges()
        last_end = -1.0
        for point in course.points:
            x = self.x_of(point.on)
            if not left - 1 <= x <= right + 1:
                continue
            chosen = point.id == self.selected
            when = words.weeks(point.day) if self.study_time else words.iso(point.on)
            said = f"{point.id} · {when}"
            font = QFontMetricsF(self.theme.font(Face.SMALL, bold=True))
            if x - font.horizontalAdvance(said) / 2 < last_end + px(8):
                said = point.id
            wide = font.horizontalAdvance(said)
            if x - wide / 2 >= last_end + px(4):
                box = QRectF(x - wide / 2, 0, wide, row)
                self.text(painter, box, said, "text.1" if chosen else "text.2", bold=True)
                last_end = x + wide / 2
            following = next((self.x_of(p.on) for p in course.points if p.on > point.on), right + px(60))
            for number, region in enumerate(REGIONS, start=1):
                self._response(painter, x, number * row, point.of_region(region), following - x)
        for number, region in enumerate(REGIONS, start=1):
            best = course.best(region)
            if best is not None:
                box = QRectF(right + px(12), number * row, px(100), row)
                said = translated("best {response}", response=words.response_letters(best.unconfirmed))
                self.text(painter, box, said, "text.2")

    def _response(self, painter: QPainter, x: float, y: float, response: Any, room: float) -> None:
        """Shape and letters; the shape alone where the next time point leaves no room."""
        px = self.theme.px
        if response is None:
            box = QRectF(x - px(10), y, px(20), px(ROW_PX))
            self.text(painter, box, words.DASH, "text.3", align=Qt.AlignmentFlag.AlignHCenter)
            return
        shown: Response = response.response
        if room < px(40):
            side = px(10)
            paint_response(painter, QRectF(x - side, y + (px(ROW_PX) - side) / 2, side, side), shown, self.theme)
            return
        box = QRectF(x - px(12), y, px(60), px(ROW_PX))
        paint_response_letters(painter, box, shown, self.theme, Face.SMALL)


class TreatmentLane(Lane):
    """One row for each kind of treatment: sessions as strokes, periods as bars."""

    def set_course(self, course: Course | None) -> None:
        rows = len(self._rows(course)) if course else 0
        self.set_height(rows * ROW_PX + (4 if rows else 0))
        super().set_course(course)

    @staticmethod
    def _rows(course: Course) -> tuple[str, ...]:
        return tuple(dict.fromkeys(bar.lane for bar in course.treatments))

    def paint_course(self, painter: QPainter, course: Course) -> None:
        px = self.theme.px
        left, right = self.view_edges()
        for number, lane in enumerate(self._rows(course)):
            top = px(2) + number * px(ROW_PX)
            self.name(painter, top, lane, "text.2")
            bars = [bar for bar in course.treatments if bar.lane == lane]
            painter.save()
            painter.setClipRect(QRectF(left, top, right - left, px(ROW_PX)))
            for at, bar in enumerate(bars):
                following = self.x_of(bars[at + 1].on) if at + 1 < len(bars) else right
                if bar.session:
                    self._session(painter, bar, top, following)
                else:
                    self._period(painter, bar, top, course, right)
            painter.restore()

    def _session(self, painter: QPainter, bar: TreatmentBar, top: float, following: float) -> None:
        px = self.theme.px
        x = self.x_of(bar.on)
        painter.fillRect(QRectF(x - px(1), top + px(3), px(3), px(ROW_PX - 6)), self.theme.colour("text.1"))
        room = QRectF(x + px(6), top, following - x - px(8), px(ROW_PX))
        wide = QFontMetricsF(self.theme.font(Face.SMALL)).horizontalAdvance(bar.text)
        if wide <= room.width():
            self.text(painter, room, bar.text, "text.1")

    def _period(self, painter: QPainter, bar: TreatmentBar, top: float, course: Course, right: float) -> None:
        px = self.theme.px
        begin = self.x_of(bar.on)
        span = course.span
        goes_on = bar.until is None
        last = bar.until or (span[1] if span else bar.on)
        end = max(begin + px(3), self.x_of(last))
        box = QRectF(begin, top + px(3), end - begin, px(ROW_PX - 6))
        painter.fillRect(box, self.theme.colour("line.input"))
        if goes_on:  # open at its right end
            edge = flat_pen(self.theme.colour("line.input"), px(2))
            edge.setStyle(Qt.PenStyle.DotLine)
            painter.setPen(edge)
            painter.drawLine(QPointF(end, box.center().y()), QPointF(right, box.center().y()))
        else:
            painter.fillRect(QRectF(end - px(2), box.top(), px(2), box.height()), self.theme.colour("text.1"))
        if QFontMetricsF(self.theme.font(Face.SMALL)).horizontalAdvance(bar.text) <= box.width() - px(8):
            ground = "text.on_primary"
            self.text(painter, box, bar.text, ground, align=Qt.AlignmentFlag.AlignHCenter)


class TimeLane(Lane):
    """The dates, or the weeks from day 0, below the plots."""

    def __init__(self, theme: Theme, time_view: TimeView) -> None:
        super().__init__(theme, time_view, 22)
        self.study_time = False

    def paint_course(self, painter: QPainter, course: Course) -> None:
        px = self.theme.px
        left, right = self.view_edges()
        painter.fillRect(QRectF(left, 0, right - left, 1), self.theme.colour("line.strong"))
        (first, last), _ = self._time_view().viewRange()
        room = max(1, int((right - left) / px(76)))
        ticks = week_ticks(course, first, last, room) if self.study_time else month_ticks(first, last, room)
        for on, said in ticks:
            x = self.x_of(on)
            if not left <= x <= right:
                continue
            painter.fillRect(QRectF(x, 0, 1, px(4)), self.theme.colour("line.strong"))
            wide = QFontMetricsF(self.theme.font(Face.SMALL)).horizontalAdvance(said)
            if x + wide / 2 <= right + px(20):
                self.text(painter, QRectF(x - wide / 2, px(3), wide, px(18)), said, "text.3")


def month_ticks(first: float, last: float, room: int) -> list[tuple[date, str]]:
    """Firsts of months within a range of ordinal days, at most `room` of them."""
    begin, end = (date.fromordinal(max(1, round(day))) for day in (first, last))
    months = (end.year - begin.year) * 12 + end.month - begin.month + 1
    step = next(each for each in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if months / each <= room or each == 1200)
    ticks = []
    for number in range(begin.year * 12 + begin.month - 1, end.year * 12 + end.month):
        if number % step == 0:
            on = date(number // 12, number % 12 + 1, 1)
            ticks.append((on, f"{on:%Y}" if step >= 12 else f"{on:%Y-%m}"))
    return ticks


def week_ticks(course: Course, first: float, last: float, room: int) -> list[tuple[date, str]]:
    """Whole weeks from day 0 within a range of ordinal days, at most `room` of them."""
    if course.day0 is None:
        return []
    zero = course.day0.toordinal()
    weeks = (last - first) / 7
    step = next(each for each in (1, 2, 3, 6, 12, 24, 52, 104, 520, 10_000) if weeks / each <= room or each == 10_000)
    begin = -(-(first - zero) // (7 * step))
    ticks, number = [], int(begin)
    while zero + number * 7 * step <= last:
        week = number * step
        ticks.append(
            (date.fromordinal(max(1, zero + week * 7)), words.weeks(week * 7) if week else translated("day 0"))
        )
        number += 1
    return ticks


@dataclass(frozen=True, slots=True)
class EdgeLabel:
    """A name at the right end of a line: where the line ends, what it says, in which colour."""

    y: float
    text: str
    colour: QColor
    bold: bool = False


class EdgeNames(pg.GraphicsWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Names beside a plot, each as near as possible to the end of its line; none covers another."""

    def __init__(self, theme: Theme, view: Any, width: float) -> None:
        super().__init__()
        self._theme, self._view = theme, view
        self._labels: tuple[EdgeLabel, ...] = ()
        self.setFixedWidth(theme.px(width))
        view.sigYRangeChanged.connect(lambda *_: self.update())

    def set_labels(self, labels: Sequence[EdgeLabel]) -> None:
        self._labels = tuple(labels)
        self.update()

    def paint(self, painter: QPainter, _option: object = None, _widget: object = None) -> None:
        line = self._theme.line_height(Face.SMALL) + 1
        wanted = [
            self.mapFromScene(self._view.mapViewToScene(QPointF(0.0, label.y))).y() - line / 2 for label in self._labels
        ]
        left = self._theme.px(12)
        for label, top in zip(self._labels, spread(wanted, line, self.size().height()), strict=True):
            painter.setFont(self._theme.font(Face.SMALL, label.bold))
            painter.setPen(label.colour)
            box = QRectF(left, top, self.size().width() - left, line)
            room = QFontMetricsF(painter.font()).elidedText(label.text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), room)


def spread(wanted: Sequence[float], line: float, height: float) -> list[float]:
    """Tops of lines of text, each `line` high, in 0 to `height`: as near to their places as they go without overlap."""
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    tops = [0.0] * len(wanted)
    free = 0.0
    for at in order:
        tops[at] = free = max(free, wanted[at])
        free += line
    limit = height
    for at in reversed(order):
        tops[at] = min(tops[at], limit - line)
        limit = tops[at]
    return tops


def region_token(region: Region) -> str:
    return "region.intra" if region is Region.INTRAHEPATIC else "region.extra"
