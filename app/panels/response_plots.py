"""Responses of a cohort as pictures: waterfall, spider, swimmer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor

from app.cohort.pictures import SpiderPoint, SwimmerMark, WaterfallBar
from app.panels.cohort_plot import CohortPlot, nearest, pct_text, response_colour, signed, time_axis
from app.words import counted, translated
from mrecist.case import TreatmentKind
from mrecist.values import Response

_MOST_MARKS = 160
"""From so many bars on their responses are told by colour and pointer alone: marks would cover each other."""
_SYMBOLS = {
    Response.CR: "o", Response.PR: "t", Response.SD: "s", Response.PD: "t1", Response.NN: "d", Response.NE: "x",
    Response.ND: "x", Response.NA: "x",
}  # fmt: skip
_TACE = TreatmentKind.TACE.value


class Waterfall(CohortPlot):
    """The best change of each read, sorted; colour and mark are its best response, + a new lesion."""

    def set_bars(self, groups: Mapping[str, Sequence[WaterfallBar]]) -> None:
        """The bars of each group beside each other; one group needs no name."""
        bars = [bar for group in groups.values() for bar in group]
        if not bars:
            self.say_empty(translated("No read has a change from baseline here."))
            return
        self.begin()
        theme = self.theme
        heights = np.clip([bar.change_pct for bar in bars], -100.0, 100.0)
        colours = [response_colour(theme, bar.best) for bar in bars]
        xs = np.arange(len(bars))
        few = len(bars) <= _MOST_MARKS
        self.plot.addItem(
            pg.BarGraphItem(
                x=xs, height=heights, width=0.86 if few else 1.0, brushes=colours, pens=[pg.mkPen(None)] * len(bars)
            )
        )
        if few:
            self._marks(bars, heights)
        for y in (20.0, -30.0):
            self.level(y)
        self.level(0.0, Qt.PenStyle.SolidLine, "line.strong")
        ticks = (-100.0, -50.0, -30.0, 0.0, 20.0, 50.0, 100.0)
        self.plot.getAxis("left").setTicks([[(y, signed(y)) for y in ticks], []])
        self.plot.getAxis("bottom").setTicks([self._group_ticks(groups), []])
        self.plot.setYRange(-108, 112, padding=0)
        self.plot.setXRange(-0.8, len(bars) - 0.2, padding=0.01)
        self.plot.getViewBox().setLimits(xMin=-2, xMax=len(bars) + 1, minXRange=8)

        def find(scene: QPointF) -> tuple[str, str] | None:
            if not self.plot.getViewBox().sceneBoundingRect().contains(scene):
                return None
            at = round(self.plot.getViewBox().mapSceneToView(scene).x())
            if not 0 <= at < len(bars):
                return None
            bar = bars[at]
            new = f" · {translated('new lesion')}" if bar.new_lesion else ""
            return bar.case_id, f"{bar.case_id} · {bar.reader}: {pct_text(bar.change_pct)} · {bar.best}{new}"

        self.found_by(find)

    def _group_ticks(self, groups: Mapping[str, Sequence[WaterfallBar]]) -> list[tuple[float, str]]:
        """A name below the middle of each group, and a line between two."""
        shown = {name: bars for name, bars in groups.items() if bars}
        ticks, begin = [], 0
        for name, bars in shown.items():
            count = counted(len(bars), "read", "reads")
            said = f"{name}: {count}" if len(shown) > 1 else translated("{reads}, sorted; + new lesion", reads=count)
            ticks.append((begin + (len(bars) - 1) / 2, said))
            begin += len(bars)
            if begin < sum(map(len, shown.values())):
                pen = pg.mkPen(self.theme.colour("line.input"), width=1)
                self.plot.addItem(pg.InfiniteLine(begin - 0.5, angle=90, movable=False, pen=pen), ignoreBounds=True)
        return ticks

    def _marks(self, bars: Sequence[WaterfallBar], heights: Any) -> None:
        theme = self.theme
        for response in Response:
            at = [n for n, bar in enumerate(bars) if bar.best == response.value]
            if not at:
                continue
            below = [-6.0 if heights[n] > 0 else 6.0 for n in at]
            colour = theme.response(response)
            hollow = response in (Response.CR, Response.NE)
            self.plot.addItem(
                pg.ScatterPlotItem(
                    at, below, symbol=_SYMBOLS[response], size=theme.px(8), pen=pg.mkPen(colour, width=1.5),
                    brush=None if hollow else colour,
                )
            )  # fmt: skip
        new = [n for n, bar in enumerate(bars) if bar.new_lesion]
        ys = [heights[n] + (7 if heights[n] > 0 else -7) for n in new]
        white = theme.colour("text.1")
        self.plot.addItem(pg.ScatterPlotItem(new, ys, symbol="+", size=theme.px(9), pen=pg.mkPen(white), brush=white))


class Spider(CohortPlot):
    """The change of each read over time; a line ends in the mark of its last response."""

    def set_points(self, points: Sequence[SpiderPoint], days: float, unit: str) -> None:
        """`days` is how many of them a `unit` of the axis has."""
        lines: dict[tuple[str, str], list[SpiderPoint]] = {}
        for point in points:
            lines.setdefault((point.case_id, point.read_id), []).append(point)
        lines = {who: line for who, line in lines.items() if len(line) > 1}
        if not lines:
            self.say_empty(translated("No read has a change over time here."))
            return
        self.begin()
        theme = self.theme
        by_response: dict[str, tuple[list[float], list[float], list[bool]]] = {}
        ends: dict[str, list[SpiderPoint]] = {}
        for line in lines.values():
            last = line[-1]
            xs, ys, joined = by_response.setdefault(last.response, ([], [], []))
            xs += [point.day / days for point in line]
            ys += [min(point.change_pct, 200.0) for point in line]
            joined += [True] * (len(line) - 1) + [False]
            ends.setdefault(last.response, []).append(last)
        for response, (xs, ys, joined) in by_response.items():
            colour = response_colour(theme, response)
            pen = pg.mkPen(QColor(colour.red(), colour.green(), colour.blue(), 150), width=1)
            self.plot.addItem(pg.PlotCurveItem(np.array(xs), np.array(ys), pen=pen, connect=np.array(joined)))
            if len(lines) <= 4 * _MOST_MARKS:
                places = [(point.day / days, min(point.change_pct, 200.0)) for point in ends[response]]
                mark = _SYMBOLS[Response(response)] if response else "x"
                self.plot.addItem(
                    pg.ScatterPlotItem(pos=places, symbol=mark, size=theme.px(7), pen=pg.mkPen(colour), brush=colour)
                )
        for y in (20.0, -30.0):
            self.level(y)
        self.level(0.0, Qt.PenStyle.SolidLine, "line.strong")
        top = min(200.0, max(60.0, *(point.change_pct for line in lines.values() for point in line)))
        marks = [y for y in (-100.0, -50.0, -30.0, 0.0, 20.0, 50.0, 100.0, 150.0, 200.0) if y <= top + 5]
        self.plot.getAxis("left").setTicks([[(y, signed(y)) for y in marks], []])
        self.plot.setYRange(-105, top + 8, padding=0)
        longest = max(line[-1].day for line in lines.values()) / days
        time_axis(self.plot, longest, unit)
        flat = [(point, who) for who, line in lines.items() for point in line]
        spots = np.array([(point.day / days, min(point.change_pct, 200.0)) for point, _ in flat])

        def find(scene: QPointF) -> tuple[str, str] | None:
            at = nearest(self, spots, scene)
            if at is None:
                return None
            point = flat[at][0]
            return point.case_id, f"{point.case_id} · {point.day} d: {pct_text(point.change_pct)} {point.response}"

        self.found_by(find)


def _lasts(mark: SwimmerMark) -> bool:
    """A treatment over days: one that ended later than it began, or sorafenib that goes on."""
    if mark.end_day is None:
        return mark.detail == TreatmentKind.SORAFENIB.value
    return mark.end_day > mark.day


class Swimmer(CohortPlot):
    """A lane a read, the longest on top: treatments as bars, TACE as ticks, responses and progression as marks."""

    def set_marks(self, marks: Sequence[SwimmerMark], days: float, unit: str) -> None:
        lanes = list(dict.fromkeys((mark.case_id, mark.read_id) for mark in marks))
        if not lanes:
            self.say_empty(translated("No read has days."))
            return
        self.begin()
        theme = self.theme
        row = {who: -number for number, who in enumerate(lanes)}
        ends: dict[tuple[str, str], float] = {}
        for mark in marks:
            who = (mark.case_id, mark.read_id)
            ends[who] = max(ends.get(who, 0.0), mark.day, mark.end_day or 0.0)
        ys = np.array([row[who] for who in lanes], float)
        lengths = np.array([ends[who] / days for who in lanes])
        self.plot.addItem(
            pg.BarGraphItem(
                x0=0, y=ys, width=lengths, height=0.8, brush=theme.colour("surface.raised"), pen=pg.mkPen(None)
            )
        )
        given = [
            (m, ends[(m.case_id, m.read_id)] if m.end_day is None else m.end_day)
            for m in marks
            if m.what == "treatment" and _lasts(m)
        ]
        if given:
            self.plot.addItem(
                pg.BarGraphItem(
                    x0=[m.day / days for m, _ in given], y=[row[(m.case_id, m.read_id)] for m, _ in given],
                    width=[(end - m.day) / days for m, end in given], height=0.45,
                    brush=theme.colour("line.input"), pen=pg.mkPen(None),
                )
            )  # fmt: skip
        once = [m for m in marks if m.what == "treatment" and not _lasts(m)]
        self._scatter([m for m in once if m.detail == _TACE], row, days, "|", theme.colour("text.1"), 9)
        self._scatter([m for m in once if m.detail != _TACE], row, days, "d", theme.colour("text.2"), 6)
        for response in Response:
            seen = [m for m in marks if m.what in ("response", "progression") and m.detail == response.value]
            self._scatter(seen, row, days, _SYMBOLS[response], theme.response(response), 7)
        self._scatter([m for m in marks if m.what == "death"], row, days, "x", theme.colour("text.1"), 8)
        self._scatter([m for m in marks if m.what == "ongoing"], row, days, "t2", theme.colour("text.2"), 8)
        few = len(lanes) <= 40
        self.plot.getAxis("left").setTicks([[(row[who], who[0][-7:]) for who in lanes] if few else [], []])
        time_axis(self.plot, float(lengths.max()), unit)
        self.plot.setYRange(-len(lanes) + 0.4, 0.6, padding=0.01)
        self.plot.setMouseEnabled(x=True, y=True)
        self.set_numbers(
            translated(
                "| TACE · ◇ other session · bar: treatment that lasts · × death · ▷ alive at last contact · {reads}",
                reads=counted(len(lanes), "read", "reads"),
            )
        )

        def find(scene: QPointF) -> tuple[str, str] | None:
            if not self.plot.getViewBox().sceneBoundingRect().contains(scene):
                return None
            at = -round(self.plot.getViewBox().mapSceneToView(scene).y())
            return (lanes[at][0], f"{lanes[at][0]} · {ends[lanes[at]]:g} d") if 0 <= at < len(lanes) else None

        self.found_by(find)

    def _scatter(
        self,
        marks: Sequence[SwimmerMark],
        row: Mapping[tuple[str, str], int],
        days: float,
        symbol: str,
        colour: QColor,
        size: float,
    ) -> None:
        if not marks:
            return
        places = [(mark.day / days, row[(mark.case_id, mark.read_id)]) for mark in marks]
        self.plot.addItem(
            pg.ScatterPlotItem(
                pos=places, symbol=symbol, size=self.theme.px(size), pen=pg.mkPen(colour, width=1.5), brush=colour
            )
        )
