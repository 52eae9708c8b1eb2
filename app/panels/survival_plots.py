"""Times of a cohort as pictures: survival with its interval and numbers at risk, incidence of progression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from app.cohort.cohort import TimeToEvent
from app.cohort.pictures import IncidencePoint
from app.panels.cohort_plot import CohortPlot, time_axis
from app.statistics.survival import KaplanMeier
from app.theme import Face, Theme
from app.words import translated

AT_RISK_ROW = 16
_REGIONS = ("region.intra", "region.extra")
_GROUP_TOKENS = ("text.1", "signal.accent", "signal.amber", "signal.met", "region.extra", "text.3")
_NAME_WIDTH, _NAME_HEIGHT = 0.3, 7.0
"""The room of a group's name at the end of its curve: of the length of the axis of time, and in per cent."""
_GROUP_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
_UNDOTTED_STYLES = tuple(
    style for style in (*_GROUP_STYLES, Qt.PenStyle.DashDotDotLine) if style != Qt.PenStyle.DotLine
)
"""Where dots mean 1 - Kaplan-Meier."""


class AtRiskLane(pg.GraphicsWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """The numbers at risk below a curve, one row a group."""

    def __init__(self, theme: Theme, view: Any) -> None:
        super().__init__()
        self._theme, self._view = theme, view
        self._rows: Sequence[tuple[str, QColor, Sequence[tuple[float, int]]]] = ()

    def set_rows(self, rows: Sequence[tuple[str, QColor, Sequence[tuple[float, int]]]]) -> None:
        self._rows = rows
        self.setFixedHeight(self._theme.px(AT_RISK_ROW * len(rows) + (4 if rows else 0)))
        self.update()

    def paint(self, painter: QPainter, _option: object = None, _widget: object = None) -> None:
        theme = self._theme
        painter.setFont(theme.font(Face.SMALL))
        left = self.mapFromScene(self._view.sceneBoundingRect().topLeft()).x()
        for number, (name, colour, values) in enumerate(self._rows):
            y = theme.px(2) + number * theme.px(AT_RISK_ROW)
            painter.setPen(colour)
            room = QRectF(0, y, left - theme.px(6), theme.px(AT_RISK_ROW))
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), shown)
            painter.setPen(theme.colour("text.1"))
            for time, count in values:
                x = self.mapFromScene(self._view.mapViewToScene(QPointF(time, 0.0))).x()
                place = QRectF(x - theme.px(20), y, theme.px(40), theme.px(AT_RISK_ROW))
                painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), str(count))


class Curves(CohortPlot):
    """Survival of one or more groups with its interval, censoring and numbers at risk."""

    def __init__(self, theme: Theme, title: str, note: str = "") -> None:
        super().__init__(theme, title, note)
        self.at_risk = AtRiskLane(theme, self.plot.getViewBox())
        self.canvas.addItem(self.at_risk, 1, 0)

    def set_curves(self, groups: Mapping[str, TimeToEvent], unit: str) -> None:
        """One curve a group, in a unit of time."""
        shown = {name: told for name, told in groups.items() if told.curve.n}
        if not shown:
            self.at_risk.set_rows(())
            self.say_empty(translated("No read has this time."))
            return
        self.begin()
        longest = max(float(told.curve.time[-1]) for told in shown.values())
        ticks = time_axis(self.plot, longest, unit)
        rows = []
        for number, (name, told) in enumerate(shown.items()):
            colour = group_colour(self.theme, number)
            self._curve(told, colour, number, alone=len(shown) == 1)
            counts = told.curve.at_risk_at(ticks)
            rows.append((name or translated("at risk"), colour, tuple(zip(ticks, counts, strict=True))))
        self.at_risk.set_rows(rows)
        percent_axis(self.plot)
        self.level(50.0)
        self.set_numbers(" · ".join(_median_text(name, told, unit) for name, told in shown.items()))

    def _curve(self, told: TimeToEvent, colour: QColor, number: int, alone: bool) -> None:
        curve = told.curve
        xs, ys = steps(curve.time, curve.survival * 100, 100.0)
        if alone:
            fill = QColor(colour)
            fill.setAlpha(40)
            bounds = [pg.PlotCurveItem(*bound, pen=pg.mkPen(None)) for bound in band(curve)]
            self.plot.addItem(pg.FillBetweenItem(*bounds, brush=fill))
        style = _GROUP_STYLES[number % len(_GROUP_STYLES)]
        self.plot.addItem(pg.PlotCurveItem(xs, ys, pen=pg.mkPen(colour, width=self.theme.px(2), style=style)))
        censored = curve.censored > 0
        if censored.sum() <= 400:
            self.plot.addItem(
                pg.ScatterPlotItem(
                    curve.time[censored], curve.survival[censored] * 100, symbol="|", size=self.theme.px(8),
                    pen=pg.mkPen(colour, width=1.2), brush=colour,
                )
            )  # fmt: skip


class Incidence(CohortPlot):
    """Progression of each region with death as its competing event; 1 - Kaplan-Meier dotted beside it."""

    def set_curves(
        self, curves: Mapping[str, Sequence[IncidencePoint]], unit: str, told: str, by_group: bool = False
    ) -> None:
        """Points of the event by the word of a region, or of a group; `told` are the numbers above."""
        shown = {name: [p for p in points if p.cause == "event"] for name, points in curves.items()}
        shown = {name: points for name, points in shown.items() if points}
        if not shown:
            self.say_empty(translated("No read has a time to progression."))
            return
        self.begin()
        ends = []
        for number, (name, points) in enumerate(shown.items()):
            colour = group_colour(self.theme, number) if by_group else self.theme.colour(_REGIONS[number % 2])
            times = np.array([point.time for point in points])
            xs, ys = steps(times, np.array([point.incidence for point in points]) * 100, 0.0)
            style = _UNDOTTED_STYLES[number % len(_UNDOTTED_STYLES)]
            self.plot.addItem(pg.PlotCurveItem(xs, ys, pen=pg.mkPen(colour, width=self.theme.px(2), style=style)))
            beside = np.array([np.nan if p.one_minus_km is None else p.one_minus_km for p in points]) * 100
            bx, by = steps(times, beside, 0.0)
            dotted = pg.mkPen(colour, width=self.theme.px(1.5), style=Qt.PenStyle.DotLine)
            self.plot.addItem(pg.PlotCurveItem(bx, by, pen=dotted, connect="finite"))
            ends.append((name, colour, float(xs[-1]), float(ys[-1])))
        longest = max(x for _, _, x, _ in ends)
        time_axis(self.plot, longest, unit)
        percent_axis(self.plot)
        for name, colour, x, y in _apart(ends, longest):
            text = pg.TextItem(name, colour, anchor=(0.0 if x < longest / 6 else 1.0, 1.1))
            text.setFont(self.theme.font(Face.SMALL, bold=True))
            text.setPos(x, y)
            self.plot.addItem(text, ignoreBounds=True)
        self.set_numbers(told)


def _apart(ends: Sequence[tuple[str, QColor, float, float]], longest: float) -> list[tuple[str, QColor, float, float]]:
    """The names at the ends of curves, from the lowest up, each moved up until it lies on none below it."""
    found: list[tuple[str, QColor, float, float]] = []
    for name, colour, x, y in sorted(ends, key=lambda end: end[3]):
        below = [other for _, _, at, other in found if abs(at - x) < _NAME_WIDTH * longest]
        found.append((name, colour, x, max([y, *(other + _NAME_HEIGHT for other in below)])))
    return found


def steps(times: Any, values: Any, start: float) -> tuple[Any, Any]:
    """A step function that changes at `times` to `values`, from `start` at time 0."""
    xs, ys = [0.0], [start]
    for time, value in zip(np.asarray(times, float), np.asarray(values, float), strict=True):
        xs += [float(time), float(time)]
        ys += [ys[-1], float(value)]
    return np.array(xs), np.array(ys)


def group_colour(theme: Theme, number: int) -> QColor:
    return theme.colour(_GROUP_TOKENS[number % len(_GROUP_TOKENS)])


def percent_axis(plot: Any) -> None:
    plot.getAxis("left").setTicks([[(y, f"{y}") for y in (0, 25, 50, 75, 100)], []])
    plot.setYRange(0, 100, padding=0.03)


def band(curve: KaplanMeier) -> list[tuple[Any, Any]]:
    """The lower and the upper bound as steps in per cent; where there is none, at 1 and at 0, they lie on the curve."""
    told = [np.where(np.isnan(bound), curve.survival, bound) for bound in (curve.lower, curve.upper)]
    return [steps(curve.time, bound * 100, 100.0) for bound in told]


def _median_text(name: str, told: TimeToEvent, unit: str) -> str:
    median = told.curve.median
    value = translated("not reached") if median.value is None else f"{median.value:.1f} {unit}"
    bounds = "–".join("NR" if bound is None else f"{bound:.1f}" for bound in (median.lower, median.upper))
    events = translated("{events} events of {n}", events=told.curve.event_count, n=told.curve.n)
    said = translated("median {value} (95{nbsp}% CI {bounds}), {events}", value=value, bounds=bounds, events=events,
                      nbsp="\u00a0")  # fmt: skip
    return f"{name}: {said}" if name else said[0].upper() + said[1:]
