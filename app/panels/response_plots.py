"""Responses of a cohort as pictures: waterfall, spider, swimmer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
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
_WIDTH = 540.0
"""About how wide a picture is that has half of the window."""
_MOST_LANES = 1000
_MOST_NAMED = 18
"""So many lanes are high enough for their names at 1280 x 800; of more the pointer tells the case."""
_TACE = TreatmentKind.TACE.value
_TOP_BAR_PCT, _TOP_PCT = 100.0, 200.0
"""What lies above is drawn at the edge of a waterfall, of a spider, and the number there says so."""
_GROUP_PITCH = 1.14
"""How far the groups of a spider lie apart, by the length of their axis of time."""
_MOST_TICKS = 14
_NAME_ROOM = 90
"""About how many letters the width of a picture holds."""
_HEADING_SHARE = 0.085
"""How much of the height of a picture a line of text takes."""


def _percent_ticks(places: Sequence[float], edge: float, largest: float) -> list[tuple[float, str]]:
    """The numbers of an axis of changes; where one is cut off at the edge its number is "or more"."""
    return [(y, f"≥ {signed(y)}" if y == edge < largest else signed(y)) for y in places]


class Waterfall(CohortPlot):
    """The best change of each read, sorted; colour and mark are its best response, + a new lesion."""

    def set_bars(self, groups: Mapping[str, Sequence[WaterfallBar]]) -> None:
        """The bars of each group beside each other; one group needs no name."""
        bars = [bar for group in groups.values() for bar in group]
        if not bars:
            self.say_empty(translated("No read has a change from baseline here."))
            return
        self.begin()
        largest = max(bar.change_pct for bar in bars)
        heights = np.clip([bar.change_pct for bar in bars], -100.0, _TOP_BAR_PCT)
        few = len(bars) <= _MOST_MARKS
        best = np.array([bar.best for bar in bars])
        for response in dict.fromkeys(best.tolist()):
            at = np.flatnonzero(best == response)
            colour = response_colour(self.theme, response)
            bar_item = pg.BarGraphItem(
                x=at, height=heights[at], width=0.86 if few else 1.0, brush=colour, pen=pg.mkPen(None)
            )
            self.plot.addItem(bar_item)
        if few:
            self._marks(bars, heights)
        for y in (20.0, -30.0):
            self.level(y)
        self.level(0.0, Qt.PenStyle.SolidLine, "line.strong")
        ticks = (-100.0, -50.0, -30.0, 0.0, 20.0, 50.0, _TOP_BAR_PCT)
        self.plot.getAxis("left").setTicks([_percent_ticks(ticks, _TOP_BAR_PCT, largest), []])
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
        size = theme.px(min(8.0, max(4.0, _WIDTH / len(bars))))  # a mark is as wide as its bar
        for response in Response:
            at = [n for n, bar in enumerate(bars) if bar.best == response.value]
            if not at:
                continue
            below = [-6.0 if heights[n] > 0 else 6.0 for n in at]
            colour = theme.response(response)
            hollow = response in (Response.CR, Response.NE)
            self.plot.addItem(
                pg.ScatterPlotItem(
                    at, below, symbol=_SYMBOLS[response], size=size, pen=pg.mkPen(colour, width=1.5),
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
        lines = {name: found for name, points in groups.items() if (found := _Lines.of(points)).begins.size}
        if not lines:
            self.say_empty(translated("No read has a change over time here."))
            return
        self.begin()
        longest = max(float(found.days.max()) for found in lines.values()) / days
        ticks = time_axis(self.plot, longest, unit)
        begins = {name: number * ticks[-1] * _GROUP_PITCH for number, name in enumerate(lines)}
        xs = np.concatenate([begins[name] + found.days / days for name, found in lines.items()])
        changes = np.concatenate([found.changes for found in lines.values()])
        ys = np.minimum(changes, _TOP_PCT)
        self._draw(xs, ys, list(lines.values()))
        for y in (20.0, -30.0):
            self.level(y)
        self.level(0.0, Qt.PenStyle.SolidLine, "line.strong")
        top = min(_TOP_PCT, max(60.0, float(changes.max())))
        marks = [y for y in (-100.0, -50.0, -30.0, 0.0, 20.0, 50.0, 100.0, 150.0, _TOP_PCT) if y <= top + 5]
        self.plot.getAxis("left").setTicks([_percent_ticks(marks, _TOP_PCT, float(changes.max())), []])
        self.plot.setYRange(-105, top + 8, padding=0)
        if len(lines) > 1:
            self._name_groups(lines, begins, ticks, unit, top)
        flat = [point for found in lines.values() for point in found.points]
        spots = np.column_stack((xs, ys))

        def find(scene: QPointF) -> tuple[str, str] | None:
            at = nearest(self, spots, scene)
            if at is None:
                return None
            point = flat[at]
            return point.case_id, f"{point.case_id} · {point.day} d: {pct_text(point.change_pct)} {point.response}"

        self.found_by(find)

    def _draw(self, xs: Any, ys: Any, lines: Sequence[_Lines]) -> None:
        """One item for all lines that end in the same response, and one for their marks."""
        responses = [response for found in lines for response in found.responses]
        joined = np.concatenate([found.joined for found in lines])
        ends = np.flatnonzero(~joined)
        of = np.repeat(np.arange(ends.size), np.diff(ends, prepend=-1))  # the line that each point is of
        for response in dict.fromkeys(responses):
            colour = response_colour(self.theme, response)
            pen = pg.mkPen(QColor(colour.red(), colour.green(), colour.blue(), 150), width=1)
            chosen = np.array([x == response for x in responses])
            at = chosen[of]
            self.plot.addItem(pg.PlotCurveItem(xs[at], ys[at], pen=pen, connect=joined[at]))
            if ends.size <= 4 * _MOST_MARKS:
                mark = _SYMBOLS[Response(response)] if response else "x"
                last = ends[chosen]
                size, pen = self.theme.px(7), pg.mkPen(colour)
                self.plot.addItem(pg.ScatterPlotItem(xs[last], ys[last], symbol=mark, size=size, pen=pen, brush=colour))

    def _name_groups(
        self,
        lines: Mapping[str, _Lines],
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
            self.name_group(
                name, counted(group.begins.size, "read", "reads"), begin, top + 8 + room, _NAME_ROOM // len(lines)
            )
            if number:
                pen = pg.mkPen(theme.colour("line.input"), width=1)
                between = begin - ticks[-1] * (_GROUP_PITCH - 1) / 2
                self.plot.addItem(pg.InfiniteLine(between, angle=90, movable=False, pen=pen), ignoreBounds=True)
        end = list(begins.values())[-1] + ticks[-1]
        self.plot.getAxis("bottom").setTicks([axis, []])
        self.plot.setYRange(-105, top + 8 + room, padding=0)
        self.plot.getViewBox().setLimits(xMin=-0.1 * ticks[-1], xMax=end + 0.2 * ticks[-1], minXRange=ticks[-1] / 50)
        self.plot.setXRange(0, end, padding=0.03)


@dataclass(frozen=True, slots=True)
class _Lines:
    """The points of reads that have more than one, read by read, as arrays.

    `begins` is where in them each line begins, `joined` whether a point is joined to the next, `responses` the last
    response of each line.
    """

    points: Sequence[SpiderPoint]
    begins: Any
    days: Any
    changes: Any
    joined: Any
    responses: Sequence[str]

    @classmethod
    def of(cls, points: Sequence[SpiderPoint]) -> _Lines:
        """The lines of points that come read by read; one point makes no line."""
        if not points:
            none = np.zeros(0)
            return cls((), none, none, none, none, ())
        cases, reads, days, changes, responses, _groups = zip(*points, strict=True)
        case, read = np.array(cases, object), np.array(reads, object)
        follows = np.concatenate(([False], (case[1:] == case[:-1]) & (read[1:] == read[:-1])))  # as the one before
        same = np.append(follows[1:], False)  # as the next
        on_a_line = same | follows
        joined = same[on_a_line]
        return cls(
            tuple(compress(points, on_a_line.tolist())),
            np.flatnonzero(~follows[on_a_line]),
            np.array(days, float)[on_a_line],
            np.array(changes, float)[on_a_line],
            joined,
            np.array(responses, object)[on_a_line][~joined].tolist(),
        )


def _heading(sizes: Mapping[str, int]) -> float:
    """How many lanes the name of a group takes the room of: about a line of text, however many lanes there are."""
    return max(1.0, _HEADING_SHARE * sum(sizes.values()) / max(1.0 - _HEADING_SHARE * len(sizes), 0.3))


class _Course:
    """The marks of a swimmer sorted into lanes, and by what they are drawn as.

    `ends` is the last day of each lane, `given` the lane, first and last day of treatments over days, `marks` the days
    and lanes of everything else by its sort: a response, ``TACE``, another ``treatment``, ``death``, ``ongoing``.
    """

    def __init__(self) -> None:
        self.lanes: list[tuple[str, str]] = []
        self.ends: list[float] = []
        self.given: list[tuple[int, float, float | None]] = []
        self.marks: dict[str, tuple[list[float], list[int]]] = {}

    def add(self, marks: Sequence[SwimmerMark]) -> int:
        """The marks of one group, which come lane by lane; how many lanes these are."""
        before, case, read = len(self.lanes), "", ""
        for mark in marks:
            case_id, read_id, what, detail, day, end_day, _ = mark
            if read_id != read or case_id != case:
                case, read = case_id, read_id
                self.lanes.append((case, read))
                self.ends.append(0.0)
            lane, last = len(self.lanes) - 1, day if end_day is None else end_day
            if last > self.ends[lane]:
                self.ends[lane] = last
            if what in ("response", "progression"):
                sort = detail
            elif what != "treatment":
                sort = what
            elif _lasts(mark):
                self.given.append((lane, day, end_day))
                continue
            else:
                sort = "TACE" if detail == _TACE else "treatment"
            if sort not in self.marks:
                self.marks[sort] = ([], [])
            days, lanes = self.marks[sort]
            days.append(day)
            lanes.append(lane)
        return len(self.lanes) - before


def _lasts(mark: SwimmerMark) -> bool:
    """A treatment over days: one that ended later than it began, or sorafenib that goes on."""
    if mark.end_day is None:
        return mark.detail == TreatmentKind.SORAFENIB.value
    return mark.end_day > mark.day


class Swimmer(CohortPlot):
    """A lane a read, the longest on top: treatments as bars, TACE as ticks, responses and progression as marks."""

    def set_marks(self, groups: Mapping[str, Sequence[SwimmerMark]], days: float, unit: str) -> None:
        """The marks of each group, one group below the other; one group needs no name."""
        course = _Course()
        sizes = {name: size for name, marks in groups.items() if (size := course.add(marks))}
        if not sizes:
            self.say_empty(translated("No read has days."))
            return
        self.begin()
        theme = self.theme
        lanes, ys, ends = course.lanes, self._places(sizes), course.ends
        lengths = np.array(ends) / days
        self.plot.addItem(
            pg.BarGraphItem(
                x0=0, y=ys, width=lengths, height=0.8, brush=theme.colour("surface.raised"), pen=pg.mkPen(None)
            )
        )
        if course.given:
            begun = np.array([begin for _, begin, _ in course.given])
            until = np.array([ends[lane] if end is None else end for lane, _, end in course.given])
            self.plot.addItem(
                pg.BarGraphItem(
                    x0=begun / days, y=ys[[lane for lane, _, _ in course.given]], width=(until - begun) / days,
                    height=0.45, brush=theme.colour("line.input"), pen=pg.mkPen(None),
                )
            )  # fmt: skip
        bright, pale = theme.colour("text.1"), theme.colour("text.2")
        for sort, symbol, colour, size in (
            ("TACE", "|", bright, 9),
            ("treatment", "d", pale, 6),
            *((r.value, _SYMBOLS[r], theme.response(r), 7) for r in Response),
            ("death", "x", bright, 8),
            ("ongoing", "t2", pale, 8),
        ):
            if sort in course.marks:
                when, at = course.marks[sort]
                self._mark(np.array(when) / days, ys[at], symbol, colour, size, len(lanes))
        few = len(lanes) <= _MOST_NAMED
        self.plot.getAxis("left").setTicks(
            [[(float(y), who[0][-7:]) for y, who in zip(ys, lanes, strict=True)] if few else [], []]
        )
        time_axis(self.plot, float(lengths.max()), unit)
        top = 0.6 + (_heading(sizes) if len(sizes) > 1 else 0.0)
        self.plot.setYRange(float(ys.min()) - 0.6, top, padding=0.01)
        self.plot.setMouseEnabled(x=True, y=True)
        self.set_numbers(
            "● CR · ▼ PR · ■ SD · ▲ PD · "
            + translated(
                "| TACE · ◇ other session · bar: treatment that lasts · × death · ▷ alive at last contact · {reads}",
                reads=counted(len(lanes), "read", "reads"),
            )
        )

        def find(scene: QPointF) -> tuple[str, str] | None:
            if not self.plot.getViewBox().sceneBoundingRect().contains(scene):
                return None
            y = self.plot.getViewBox().mapSceneToView(scene).y()
            at = int(np.abs(ys - y).argmin())
            return (lanes[at][0], f"{lanes[at][0]} · {ends[at]:g} d") if abs(ys[at] - y) <= 0.5 else None

        self.found_by(find)

    def _places(self, sizes: Mapping[str, int]) -> Any:
        """Where each lane lies, from 0 downwards; where there are groups each has its name above its lanes."""
        heading = _heading(sizes)
        found: list[Any] = []
        y = 0.0
        for number, (name, size) in enumerate(sizes.items()):
            if len(sizes) > 1:
                y -= heading if number else 0.0
                self.name_group(name, counted(size, "read", "reads"), 0.0, y + 0.5 + heading, _NAME_ROOM)
                if number:
                    pen = pg.mkPen(self.theme.colour("line.input"), width=1)
                    line = pg.InfiniteLine(y + 0.5 + heading, angle=0, movable=False, pen=pen)
                    self.plot.addItem(line, ignoreBounds=True)
            found.append(y - np.arange(size))
            y -= size
        return np.concatenate(found)

    def _mark(self, xs: Any, ys: Any, symbol: str, colour: QColor, size: float, lanes: int) -> None:
        """Marks; where a lane is finer than a dot they are lines as high as their lanes."""
        if lanes > _MOST_LANES:
            ups = np.column_stack((ys - 0.5, ys + 0.5)).ravel()
            self.plot.addItem(pg.PlotCurveItem(xs.repeat(2), ups, pen=pg.mkPen(colour, width=2), connect="pairs"))
            return
        pen, dots = pg.mkPen(colour, width=1.5), self.theme.px(size)
        self.plot.addItem(pg.ScatterPlotItem(xs, ys, symbol=symbol, size=dots, pen=pen, brush=colour))
