"""The course as one small picture for the report: sums with their limits, responses, treatments, markers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPolygonF

from app import words
from app.models.course import REGIONS, Course, MarkerPoint
from app.panels.history_drawing import marker_text
from app.panels.history_lanes import month_ticks, region_token, spread
from app.panels.marks import paint_response_letters
from app.theme import Face, Theme, flat_pen
from app.words import translated
from mrecist.values import Region, Response

HEIGHT = 300.0
_LEFT, _RIGHT, _ROW = 52.0, 92.0, 16.0
_SHORT = {Region.INTRAHEPATIC: "IH", Region.EXTRAHEPATIC: "EH"}


class CoursePicture:
    """Paints one course into a box; regions differ by word, line style, mark and colour."""

    def __init__(self, theme: Theme, course: Course) -> None:
        self._theme, self._course = theme, course
        span = course.span or (date(2000, 1, 1), date(2000, 1, 2))
        first, last = (float(on.toordinal()) for on in span)
        room = max(7.0, (last - first) * 0.05)
        self._first, self._last = first - room, last + room

    def paint(self, painter: QPainter, box: QRectF) -> None:
        course = self._course
        lanes = tuple(dict.fromkeys(bar.lane for bar in course.treatments))
        self._box = QRectF(box.left() + _LEFT, box.top(), box.width() - _LEFT - _RIGHT, box.height())
        head = 3 * _ROW + 4
        treated = len(lanes) * _ROW
        foot = 18.0
        markers = 74.0 if any(marker.value > 0 for marker in course.markers) else 0.0
        plot = QRectF(
            self._box.left(), box.top() + head, self._box.width(), box.height() - head - treated - markers - foot
        )
        self._responses(painter, box)
        self._sums(painter, plot)
        self._treatments(painter, plot.bottom() + 2, lanes, box)
        if markers:
            self._markers(painter, QRectF(plot.left(), plot.bottom() + treated + 4, plot.width(), markers - 8), box)
        self._dates(painter, box.bottom() - foot)

    def _x(self, on: date) -> float:
        share = (on.toordinal() - self._first) / (self._last - self._first)
        return self._box.left() + share * self._box.width()

    def _write(
        self, painter: QPainter, box: QRectF, said: str, token: str, align: Qt.AlignmentFlag, bold: bool = False
    ) -> None:
        painter.setFont(self._theme.font(Face.RULE, bold))
        painter.setPen(self._theme.colour(token))
        painter.drawText(box, int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip), said)

    def _responses(self, painter: QPainter, box: QRectF) -> None:
        left, right, middle = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter
        for row, region in enumerate(REGIONS, start=1):
            name = QRectF(box.left(), box.top() + row * _ROW, _LEFT - 8, _ROW)
            self._write(painter, name, _SHORT[region], region_token(region), right, bold=True)
            best = self._course.best(region)
            if best is not None:
                said = translated("best {response}", response=words.response_letters(best.unconfirmed))
                place = QRectF(self._box.right() + 8, box.top() + row * _ROW, _RIGHT, _ROW)
                self._write(painter, place, said, "text.2", left)
        for point in self._course.points:
            x = self._x(point.on)
            self._write(painter, QRectF(x - 30, box.top(), 60, _ROW), point.id, "text.1", middle, bold=True)
            for row, region in enumerate(REGIONS, start=1):
                place = QRectF(x - 12, box.top() + row * _ROW, 60, _ROW)
                response = point.of_region(region)
                if response is None:
                    self._write(painter, QRectF(x - 10, place.top(), 20, _ROW), words.DASH, "text.3", middle)
                else:
                    paint_response_letters(painter, place, response.response, self._theme, Face.SMALL)

    def _sums(self, painter: QPainter, plot: QRectF) -> None:
        course = self._course
        known = [float(total) for point in course.points for total in point.sums_mm if total is not None]
        known += [float(limit.mm) for limit in course.limits]
        top = max([10.0, *known]) * 1.18

        def y_of(mm: float) -> float:
            return plot.bottom() - mm / top * plot.height()

        self._grid(painter, plot, [(tick, f"{tick:g}") for tick in _ticks(top)], y_of, translated("sum, mm"))
        for point in course.points:
            painter.fillRect(
                QRectF(self._x(point.on), plot.top(), 0.6, plot.height()), self._theme.colour("line.divider")
            )
        for limit in course.limits:
            pen = flat_pen(self._theme.colour(region_token(limit.region), 0.7), 0.8)
            pen.setStyle(Qt.PenStyle.DotLine)
            painter.setPen(pen)
            y = y_of(float(limit.mm))
            painter.drawLine(QPointF(self._x(limit.since), y), QPointF(plot.right(), y))
        wanted = [y_of(float(limit.mm)) - plot.top() - 7 for limit in course.limits]
        for limit, y in zip(course.limits, spread(wanted, 12.0, plot.height()), strict=True):
            sign = "≤" if limit.response is Response.PR else "≥"
            said = f"{_SHORT[limit.region]} {limit.response} {sign} {words.mm(limit.mm)}"
            place = QRectF(plot.right() + 8, plot.top() + y, _RIGHT, 14)
            self._write(painter, place, said, "text.3", Qt.AlignmentFlag.AlignLeft)
        for region in REGIONS:
            colour = self._theme.colour(region_token(region))
            spots = [
                (QPointF(self._x(point.on), y_of(float(total))), total)
                for point in course.points
                if (total := point.sum_mm(region)) is not None
            ]
            self._line(painter, [spot for spot, _ in spots], colour, region)
            for (spot, total), point in zip(
                spots, (p for p in course.points if p.sum_mm(region) is not None), strict=True
            ):
                other = point.sum_mm(REGIONS[1 - REGIONS.index(region)])
                above = other is None or total > other or (total == other and region is Region.INTRAHEPATIC)
                place = QRectF(spot.x() - 30, spot.y() + (-18 if above else 5), 60, 13)
                painter.setFont(self._theme.font(Face.RULE, bold=True))
                painter.setPen(colour)
                painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), point.sum_text(region))

    def _line(self, painter: QPainter, spots: Sequence[QPointF], colour: QColor, region: Region) -> None:
        pen = flat_pen(colour, 1.6)
        if region is Region.EXTRAHEPATIC:
            pen.setDashPattern([4.0, 2.0])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(list(spots)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for spot in spots:
            if region is Region.INTRAHEPATIC:
                painter.drawEllipse(spot, 3.2, 3.2)
            else:
                painter.drawRect(QRectF(spot.x() - 3, spot.y() - 3, 6, 6))

    def _treatments(self, painter: QPainter, top: float, lanes: Sequence[str], box: QRectF) -> None:
        for row, lane in enumerate(lanes):
            y = top + row * _ROW
            self._write(painter, QRectF(box.left(), y, _LEFT - 8, _ROW), lane, "text.2", Qt.AlignmentFlag.AlignRight)
            for bar in (one for one in self._course.treatments if one.lane == lane):
                x = self._x(bar.on)
                if bar.session:
                    painter.fillRect(QRectF(x - 1, y + 2, 2.4, _ROW - 4), self._theme.colour("text.1"))
                    continue
                last = bar.until or (self._course.span or (bar.on, bar.on))[1]
                end = max(x + 2, self._x(last))
                place = QRectF(x, y + 3, end - x, _ROW - 6)
                painter.fillRect(place, self._theme.colour("line.input"))
                wide = QFontMetricsF(self._theme.font(Face.RULE)).horizontalAdvance(bar.text)
                if wide < place.width() - 6:
                    self._write(painter, place, bar.text, "text.on_primary", Qt.AlignmentFlag.AlignHCenter)

    def _markers(self, painter: QPainter, plot: QRectF, box: QRectF) -> None:
        named: dict[str, list[MarkerPoint]] = {}
        for marker in sorted(self._course.markers, key=lambda m: m.on.toordinal()):
            if marker.value > 0:
                named.setdefault(marker.name, []).append(marker)
        values = [math.log10(float(m.value)) for series in named.values() for m in series]
        low, high = math.floor(min(values)) - 0.1, math.ceil(max(values) + 0.3)

        def y_of(power: float) -> float:
            return plot.bottom() - (power - low) / (high - low) * plot.height()

        whole = range(math.ceil(low), high + 1)
        shown = [power for power in whole if len(whole) <= 4 or power % 2 == 0]
        self._grid(painter, plot, [(p, f"{10**p:,}" if p >= 0 else f"{10.0**p:g}") for p in shown], y_of, "")
        for number, (name, series) in enumerate(named.items()):
            token = "text.1" if number == 0 else "text.2"
            spots = [QPointF(self._x(m.on), y_of(math.log10(float(m.value)))) for m in series]
            pen = flat_pen(self._theme.colour(token), 1.1)
            if number:
                pen.setStyle(Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(spots))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour(token))
            for spot in spots:
                painter.drawEllipse(spot, 2, 2)
            said = f"{name} {marker_text(series[-1])}"
            place = QRectF(plot.right() + 8, spots[-1].y() - 7 + (0 if number == 0 else 2), _RIGHT, 14)
            self._write(painter, place, said, token, Qt.AlignmentFlag.AlignLeft, bold=number == 0)

    def _grid(
        self, painter: QPainter, plot: QRectF, ticks: Sequence[tuple[float, str]], y_of: object, name: str
    ) -> None:
        assert callable(y_of)
        for value, said in ticks:
            y = y_of(value)
            painter.fillRect(QRectF(plot.left(), y, plot.width(), 0.4), self._theme.colour("line.divider"))
            if name and y < plot.top() + 14:  # the name of the axis stands there
                continue
            self._write(
                painter, QRectF(plot.left() - _LEFT, y - 7, _LEFT - 8, 14), said, "text.3", Qt.AlignmentFlag.AlignRight
            )
        if name:
            place = QRectF(plot.left() - _LEFT, plot.top() - 4, _LEFT - 8, 14)
            self._write(painter, place, name, "text.3", Qt.AlignmentFlag.AlignRight)
        painter.fillRect(QRectF(plot.left(), plot.top(), 0.8, plot.height()), self._theme.colour("line.strong"))

    def _dates(self, painter: QPainter, top: float) -> None:
        painter.fillRect(QRectF(self._box.left(), top, self._box.width(), 0.8), self._theme.colour("line.strong"))
        for on, said in month_ticks(self._first, self._last, max(1, int(self._box.width() / 66))):
            x = self._x(on)
            if self._box.left() <= x <= self._box.right():
                painter.fillRect(QRectF(x, top, 0.8, 4), self._theme.colour("line.strong"))
                self._write(painter, QRectF(x - 33, top + 4, 66, 12), said, "text.3", Qt.AlignmentFlag.AlignHCenter)


def _ticks(top: float) -> list[float]:
    """Round values up to `top`, three to six of them."""
    step = 10.0 ** math.floor(math.log10(top / 3))
    step = next(step * times for times in (1, 2, 5, 10) if top / (step * times) <= 5)
    return [step * number for number in range(int(top / step) + 1)]
