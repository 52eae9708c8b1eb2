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
_TOP_PCT = 200.0
_GROUP_PITCH = 1.14
"""How far the groups of a spider lie apart, by the length of their axis of time."""
_MOST_TICKS = 14
_NAME_ROOM = 90
"""About how many letters the width of a picture holds."""
_HEADING_SHARE = 0.085
"""How much of the height of a picture a line of text takes."""


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
    """The change of each read over time, each group beside the others; a line ends in the mark of its last response."""

    def set_points(self, groups: Mapping[str, Sequence[SpiderPoint]], days: float, unit: str) -> None:
        """The points of each group; one group needs no name. `days` is how many of them a `unit` of the axis has."""
        lines = {name: found for name, points in groups.items() if (found := _lines(points))}
        if not lines:
            self.say_empty(translated("No read has a change over time here."))
            return
        self.begin()
        shown = [line for group in lines.values() for line in group]
        longest = max(line[-1].day for line in shown) / days
        ticks = time_axis(self.plot, longest, unit)
        apart = ticks[-1] * _GROUP_PITCH
        begins = {name: number * apart for number, name in enumerate(lines)}
        placed = [
            (line, [(begins[name] + point.day / days, min(point.change_pct, _TOP_PCT)) for point in line])
            for name, group in lines.items()
            for line in group
        ]
        self._draw(placed)
        for y in (20.0, -30.0):
            self.level(y)
        self.level(0.0, Qt.PenStyle.SolidLine, "line.strong")
        top = min(_TOP_PCT, max(60.0, *(point.change_pct for line in shown for point in line)))
        marks = [y for y in (-100.0, -50.0, -30.0, 0.0, 20.0, 50.0, 100.0, 150.0, 200.0) if y <= top + 5]
        self.plot.getAxis("left").setTicks([[(y, signed(y)) for y in marks], []])
        self.plot.setYRange(-105, top + 8, padding=0)
        if len(lines) > 1:
            self._name_groups(lines, begins, ticks, unit, top)
        flat = [point for line, _ in placed for point in line]
        spots = np.array([place for _, places in placed for place in places])

        def find(scene: QPointF) -> tuple[str, str] | None:
            at = nearest(self, spots, scene)
            if at is None:
                return None
            point = flat[at]
            return point.case_id, f"{point.case_id} · {point.day} d: {pct_text(point.change_pct)} {point.response}"

        self.found_by(find)

    def _draw(self, placed: Sequence[tuple[Sequence[SpiderPoint], Sequence[tuple[float, float]]]]) -> None:
        """One item for all lines that end in the same response, and one for their marks."""
        by_response: dict[str, list[Sequence[tuple[float, float]]]] = {}
        for line, places in placed:
            by_response.setdefault(line[-1].response, []).append(places)
        few = len(placed) <= 4 * _MOST_MARKS
        for response, found in by_response.items():
            colour = response_colour(self.theme, response)
            pen = pg.mkPen(QColor(colour.red(), colour.green(), colour.blue(), 150), width=1)
            xs, ys = np.array([place for places in found for place in places]).T
            joined = np.array([n < len(places) - 1 for places in found for n in range(len(places))])
            self.plot.addItem(pg.PlotCurveItem(xs, ys, pen=pen, connect=joined))
            if few:
                mark = _SYMBOLS[Response(response)] if response else "x"
                size, pen = self.theme.px(7), pg.mkPen(colour)
                ends = [places[-1] for places in found]
                self.plot.addItem(pg.ScatterPlotItem(pos=ends, symbol=mark, size=size, pen=pen, brush=colour))

    def _name_groups(
        self,
        lines: Mapping[str, Sequence[Sequence[SpiderPoint]]],
        begins: Mapping[str, float],
        ticks: Sequence[float],
        unit: str,
        top: float,
    ) -> None:
        """The name of each group above its lines, its own times below, a line between two."""
        theme, axis = self.theme, []
        step = -(-(len(ticks) - 1) * len(lines) // _MOST_TICKS)
        room = (top + 8 + 105) * 0.12
        for number, (name, group) in enumerate(lines.items()):
            begin = begins[name]
            said = [(tick, f"{tick:g}") for tick in ticks[::step]]
            said[0] = (0.0, f"0 {unit}" if number == 0 else "0")
            axis += [(begin + tick, text) for tick, text in said]
            self.name_group(name, counted(len(group), "read", "reads"), begin, top + 8 + room, _NAME_ROOM // len(lines))
            if number:
                pen = pg.mkPen(theme.colour("line.input"), width=1)
                between = begin - ticks[-1] * (_GROUP_PITCH - 1) / 2
                self.plot.addItem(pg.InfiniteLine(between, angle=90, movable=False, pen=pen), ignoreBounds=True)
        end = list(begins.values())[-1] + ticks[-1]
        self.plot.getAxis("bottom").setTicks([axis, []])
        self.plot.setYRange(-105, top + 8 + room, padding=0)
        self.plot.getViewBox().setLimits(xMin=-0.1 * ticks[-1], xMax=end + 0.2 * ticks[-1], minXRange=ticks[-1] / 50)
        self.plot.setXRange(0, end, padding=0.03)


def _lines(points: Sequence[SpiderPoint]) -> list[list[SpiderPoint]]:
    """The points read by read; one point makes no line."""
    found: dict[tuple[str, str], list[SpiderPoint]] = {}
    for point in points:
        found.setdefault((point.case_id, point.read_id), []).append(point)
    return [line for line in found.values() if len(line) > 1]


def _heading(groups: Mapping[str, Sequence[tuple[str, str]]]) -> float:
    """How many lanes the name of a group takes the room of: about a line of text, however many lanes there are."""
    lanes = sum(map(len, groups.values()))
    return max(1.0, _HEADING_SHARE * lanes / max(1.0 - _HEADING_SHARE * len(groups), 0.3))


def _lasts(mark: SwimmerMark) -> bool:
    """A treatment over days: one that ended later than it began, or sorafenib that goes on."""
    if mark.end_day is None:
        return mark.detail == TreatmentKind.SORAFENIB.value
    return mark.end_day > mark.day


class Swimmer(CohortPlot):
    """A lane a read, the longest on top: treatments as bars, TACE as ticks, responses and progression as marks."""

    def set_marks(self, groups: Mapping[str, Sequence[SwimmerMark]], days: float, unit: str) -> None:
        """The marks of each group, one group below the other; one group needs no name."""
        found = {name: list(dict.fromkeys((m.case_id, m.read_id) for m in group)) for name, group in groups.items()}
        found = {name: lanes for name, lanes in found.items() if lanes}
        if not found:
            self.say_empty(translated("No read has days."))
            return
        self.begin()
        theme = self.theme
        marks = [mark for group in groups.values() for mark in group]
        row = self._places(found)
        lanes = list(row)
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
        top = 0.6 + (_heading(found) if len(found) > 1 else 0.0)
        self.plot.setYRange(float(ys.min()) - 0.6, top, padding=0.01)
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
            y = self.plot.getViewBox().mapSceneToView(scene).y()
            at = int(np.abs(ys - y).argmin())
            return (lanes[at][0], f"{lanes[at][0]} · {ends[lanes[at]]:g} d") if abs(ys[at] - y) <= 0.5 else None

        self.found_by(find)

    def _places(self, groups: Mapping[str, Sequence[tuple[str, str]]]) -> dict[tuple[str, str], float]:
        """Where each lane lies, from 0 downwards; where there are groups each has its name above its lanes."""
        heading = _heading(groups)
        found: dict[tuple[str, str], float] = {}
        y = 0.0
        for number, (name, lanes) in enumerate(groups.items()):
            if len(groups) > 1:
                y -= heading if number else 0.0
                self.name_group(name, counted(len(lanes), "read", "reads"), 0.0, y + 0.5 + heading, _NAME_ROOM)
                if number:
                    pen = pg.mkPen(self.theme.colour("line.input"), width=1)
                    line = pg.InfiniteLine(y + 0.5 + heading, angle=0, movable=False, pen=pen)
                    self.plot.addItem(line, ignoreBounds=True)
            for who in lanes:
                found[who] = y
                y -= 1.0
        return found

    def _scatter(
        self,
        marks: Sequence[SwimmerMark],
        row: Mapping[tuple[str, str], float],
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
