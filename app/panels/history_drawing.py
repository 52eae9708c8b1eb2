"""Lines, values and names of the history's plots, drawn into pyqtgraph; what can be pressed is listed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from app import words
from app.models.course import MARKER_UNITS, REGIONS, Course, CoursePoint, Limit, MarkerPoint
from app.panels.history_lanes import EdgeLabel, region_token
from app.panels.plot_layer import Level, Word
from app.theme import Face, Theme
from app.words import translated
from mrecist.values import Region, Response

_STYLES = {Region.INTRAHEPATIC: Qt.PenStyle.SolidLine, Region.EXTRAHEPATIC: Qt.PenStyle.DashLine}
_SYMBOLS = {Region.INTRAHEPATIC: "o", Region.EXTRAHEPATIC: "s"}
_SHORT = {Region.INTRAHEPATIC: "IH", Region.EXTRAHEPATIC: "EH"}


@dataclass(frozen=True, slots=True)
class Spot:
    """A point that can be pressed: where it lies, at which time point, of which lesion, and what it says."""

    plot: Any
    x: float
    y: float
    visit_id: str
    lesion_id: str
    said: str


class CourseDrawing:
    """Draws one course once; `spots` are its points.

    `names` are those beside each plot, `values` the numbers at its points, both by the plot's identity; `limits` belong
    to the sums.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.spots: list[Spot] = []
        self.names: dict[int, Sequence[EdgeLabel]] = {}
        self.values: dict[int, list[Word]] = {}
        self.limits: list[tuple[Level, Word]] = []
        self.sum_curves: list[list[tuple[float, float]]] = []

    def sums(self, plot: Any, course: Course) -> None:
        """The sums of both regions with their limits."""
        names = []
        end = course.span[1] if course.span else date.today()
        top = 0.0
        for region in REGIONS:
            known = [(point, total) for point in course.points if (total := point.sum_mm(region)) is not None]
            if not known:
                continue
            colour = self._theme.colour(region_token(region))
            xs = [float(point.on.toordinal()) for point, _ in known]
            ys = [float(total) for _, total in known]
            top = max(top, *ys)
            self._line(plot, xs, ys, colour, region, wide=True)
            self.sum_curves.append(list(zip(xs, ys, strict=True)))
            nadir = course.nadir(region)
            for (point, total), x, y in zip(known, xs, ys, strict=True):
                mark = "▽ " if nadir is point and len(known) > 1 else ""
                other = point.sum_mm(REGIONS[1 - REGIONS.index(region)])
                above = other is None or total > other or (total == other and region is Region.INTRAHEPATIC)
                self._value(plot, x, y, f"{mark}{point.sum_text(region)}", colour, above, bold=True)
                size = f"{point.sum_text(region)}{words.SPACE}mm"
                said = f"{point.id} · {words.iso(point.on)} · {words.region_word(region)}: {size}"
                self.spots.append(Spot(plot, x, y, point.id, "", said + _changes(point, region)))
            last = known[-1][0].of_region(region)
            change = "" if last is None else _short_change(last.change_from_nadir_pct, translated("nadir"))
            names.append(EdgeLabel(ys[-1], f"{_SHORT[region]} {translated('sum')}", colour, bold=True))
            if change:
                names.append(EdgeLabel(ys[-1] - 0.001, change, self._theme.colour("text.2")))
        for limit in course.limits:
            top = max(top, float(limit.mm))
            self._limit(limit, end)
        plot.setYRange(0, max(10.0, top) * 1.25, padding=0)
        self.names[id(plot)] = names

    def _limit(self, limit: Limit, end: date) -> None:
        colour = self._theme.colour("text.2")
        xs, y = [float(limit.since.toordinal()), float(end.toordinal())], float(limit.mm)
        pen = pg.mkPen(self._theme.colour(region_token(limit.region), 0.7), width=1, style=Qt.PenStyle.DotLine)
        sign = "≤" if limit.response is Response.PR else "≥"
        said = f"{_SHORT[limit.region]} {limit.response} {sign} {words.with_mm(limit.mm)}"
        at_start = limit.response is Response.PR
        below = at_start and limit.region is Region.EXTRAHEPATIC
        ground = self._theme.colour("surface.app", 0.75)
        x = xs[0] + 0.06 * (xs[1] - xs[0]) if at_start else xs[1]
        anchor = (0.0 if at_start else 1.0, 0.0 if below else 1.0)
        word = Word(x, y, said, colour, self._theme.font(Face.RULE), anchor, ground, (xs[0], xs[1]))
        self.limits.append((Level(xs[0], xs[1], y, pen), word))

    def lesions(self, plot: Any, course: Course, selected: str) -> None:
        """The diameter of each lesion; the selected one stands out."""
        names, top = [], 0.0
        for one in course.lesions:
            known = [point for point in one.points if point.mm is not None]
            if not known:
                continue
            lesion = one.lesion
            chosen = lesion.id == selected
            colour = self._theme.colour("response.PD" if one.new else region_token(lesion.region))
            xs = [float(point.on.toordinal()) for point in known]
            ys = [float(point.mm or 0) for point in known]
            top = max(top, *ys)
            self._line(plot, xs, ys, colour, lesion.region, wide=chosen, symbol="+" if one.new else "")
            for point, x, y in zip(known, xs, ys, strict=True):
                assert point.mm is not None
                said = f"{lesion.id} · {point.visit_id} · {words.iso(point.on)}: {words.with_mm(point.mm)}"
                said = " · ".join(filter(None, (said, point.proposed)))
                self.spots.append(Spot(plot, x, y, point.visit_id, lesion.id, said))
            new = f" {translated('new')}" if one.new else ""
            names.append(
                EdgeLabel(ys[-1], f"{lesion.id}{new} {words.mm(known[-1].mm or 0)}", colour, chosen or one.new)
            )
        plot.setYRange(0, max(10.0, top) * 1.1, padding=0)
        self.names[id(plot)] = _by_end(names)

    def markers(self, plot: Any, course: Course) -> None:
        """The tumour markers on a logarithmic axis."""
        names, seen = [], []
        for number, name in enumerate(MARKER_UNITS):
            known = sorted((m for m in course.markers if m.name == name), key=lambda m: m.on.toordinal())
            drawn = [marker for marker in known if marker.value > 0]
            if not drawn:
                continue
            colour = self._theme.colour("text.1" if number == 0 else "text.2")
            style = Qt.PenStyle.SolidLine if number == 0 else Qt.PenStyle.DotLine
            xs = [float(marker.on.toordinal()) for marker in drawn]
            ys = [float(marker.value) for marker in drawn]
            seen += ys
            pen = pg.mkPen(colour, width=self._theme.px(1.5), style=style)
            plot.plot(xs, ys, pen=pen, symbol="os"[number], symbolSize=self._theme.px(6), symbolBrush=colour,
                              symbolPen=None)  # fmt: skip
            for marker, x, y in sorted(zip(drawn, xs, ys, strict=True), key=lambda one: -one[2]):
                value = marker_text(marker)
                self._value(plot, x, math.log10(y), value, colour, number == 0)
                said = f"{name} · {words.iso(marker.on)}: {value} {MARKER_UNITS[name]}"
                self.spots.append(Spot(plot, x, math.log10(y), "", "", said))
            end = math.log10(ys[-1])
            names.append(EdgeLabel(end, f"{name} {marker_text(drawn[-1])}", colour, bold=number == 0))
            names.append(EdgeLabel(end - 0.001, MARKER_UNITS[name], self._theme.colour("text.3")))
        if seen:
            low, high = math.floor(math.log10(min(seen))), math.ceil(math.log10(max(seen)) + 0.25)
            top, bottom = math.log10(max(seen)), math.log10(min(seen))
            lowest = min(low - 0.15, bottom - 0.6 * (top - bottom))  # room for the numbers
            plot.setYRange(lowest, max(high, low + 1, top + 0.25 * (top - low)), padding=0)
            ticks = [
                (float(power), f"{10**power:,}" if power >= 0 else f"{10.0**power:g}") for power in range(low, high + 1)
            ]
            plot.getAxis("left").setTicks([ticks, []])
        self.names[id(plot)] = _by_end(names)

    def _line(
        self,
        plot: Any,
        xs: Sequence[float],
        ys: Sequence[float],
        colour: QColor,
        region: Region,
        *,
        wide: bool,
        symbol: str = "",
    ) -> None:
        pen: QPen = pg.mkPen(colour, width=self._theme.px(2 if wide else 1), style=_STYLES[region])
        size = self._theme.px(9 if symbol else 8 if wide else 5)
        plot.plot(
            xs, ys, pen=pen, symbol=symbol or _SYMBOLS[region], symbolSize=size, symbolBrush=colour,
            symbolPen=pg.mkPen(colour, width=1), antialias=True,
        )  # fmt: skip

    def _value(self, plot: Any, x: float, y: float, said: str, colour: QColor, above: bool, bold: bool = False) -> None:
        font = self._theme.font(Face.SMALL, bold=bold)
        word = Word(x, y, said, colour, font, (0.5, 1.15 if above else -0.15))
        self.values.setdefault(id(plot), []).append(word)


def marker_text(marker: MarkerPoint) -> str:
    """A marker as the laboratory gave it: ``2,310``, ``>35,000``, ``2.4``."""
    whole = marker.value.denominator == 1
    number = f"{int(marker.value):,}" if whole else f"{float(marker.value):,.6g}"
    return f">{number}" if marker.above else number


def _by_end(names: Sequence[EdgeLabel]) -> list[EdgeLabel]:
    return sorted(names, key=lambda name: -name.y)


def _changes(point: CoursePoint, region: Region) -> str:
    response = point.of_region(region)
    if response is None:
        return ""
    parts = [
        _short_change(response.change_from_baseline_pct, translated("BL")),
        _short_change(response.change_from_nadir_pct, translated("nadir")),
    ]
    return "".join(f", {part}" for part in parts if part) + f" · {words.response_words(response.response)}"


def _short_change(change: Any, since: str) -> str:
    return "" if change is None else translated("{change} vs {since}", change=words.with_pct(change), since=since)
