"""Bland and Altman's plot of two reads: how far their diameters lie apart, against how long they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt

from app.cohort.lesion_differences import LesionDifference
from app.cohort.read_comparison import ReadComparison
from app.panels.cohort_plot import CohortPlot, nearest
from app.statistics.estimates import Estimate
from app.statistics.reliability import BlandAltman
from app.theme import Theme
from app.words import MINUS, translated
from mrecist.values import Region

_DOT_PX = 8


class DifferencePlot(CohortPlot):
    """One mark a lesion and time point: filled at follow-up, open at baseline; limits are those of the follow-ups.

    `case_chosen` tells ``time point/lesion`` of the first read.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            theme,
            translated("Difference of diameters"),
            translated("first less second, mm · ○ liver □ outside"),
        )

    def set_comparison(self, compared: ReadComparison | None, first_visit: str) -> None:
        """Of every lesion that both reads measured; `first_visit` is the baseline."""
        shown = [x for x in compared.lesions if x.difference_mm is not None] if compared else []
        if compared is None or not shown:
            self.say_empty(translated("No lesion was measured in both reads."))
            return
        self.begin()
        places = np.array([[_mean(x), x.difference_mm or 0.0] for x in shown])
        for at_baseline in (True, False):
            chosen = np.array([(x.timepoint == first_visit) is at_baseline for x in shown])
            self._marks(shown, places, chosen, filled=not at_baseline)
        self.level(0.0, Qt.PenStyle.SolidLine)
        limits = compared.followup
        for estimate in (limits.bias, limits.lower_limit, limits.upper_limit):
            if estimate.value is not None and limits.pairs > 1:
                self.level(estimate.value, Qt.PenStyle.DashLine, "signal.accent")
        told = (
            (translated("Baseline, open"), compared.baseline),
            (translated("Follow-up, filled and dashed"), compared.followup),
        )
        self.set_numbers("\n".join(f"{name}: {_summary(found)}" for name, found in told))
        self._axes(places, limits)
        self.found_by(lambda scene: self._found(shown, places, scene))

    def _marks(
        self, shown: Sequence[LesionDifference], places: np.ndarray, chosen: np.ndarray, *, filled: bool
    ) -> None:
        for region, token in ((Region.INTRAHEPATIC, "region.intra"), (Region.EXTRAHEPATIC, "region.extra")):
            some = chosen & np.array([x.region == region.value for x in shown])
            if not some.any():
                continue
            colour = self.theme.colour(token)
            marks = pg.ScatterPlotItem(
                x=places[some, 0],
                y=places[some, 1],
                size=self.theme.px(_DOT_PX),
                symbol="o" if region is Region.INTRAHEPATIC else "s",
                pen=pg.mkPen(colour, width=1.5),
                brush=pg.mkBrush(colour if filled else self.theme.colour("surface.app")),
            )
            self.plot.addItem(marks)

    def _axes(self, places: np.ndarray, limits: BlandAltman) -> None:
        longest = max(10.0, float(places[:, 0].max()) * 1.08)
        edges = [abs(x.value) for x in (limits.lower_limit, limits.upper_limit) if x.value is not None]
        reach = max(1.0, float(np.abs(places[:, 1]).max()), *edges) * 1.15
        self.plot.setXRange(0, longest, padding=0.02)
        self.plot.setYRange(-reach, reach, padding=0)
        for side, most in (("bottom", longest), ("left", reach)):
            step = next(x for x in (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500) if most / x <= 5)
            count = int(most / step)
            values = [step * n for n in range(0 if side == "bottom" else -count, count + 1)]
            self.plot.getAxis(side).setTicks([[(value, _plain(value)) for value in values], []])

    def _found(self, shown: Sequence[LesionDifference], places: np.ndarray, scene: QPointF) -> tuple[str, str] | None:
        at = nearest(self, places, scene)
        if at is None:
            return None
        one = shown[at]
        names = (
            one.first_lesion if one.first_lesion == one.second_lesion else f"{one.first_lesion} / {one.second_lesion}"
        )
        said = translated(
            "{lesion} at {timepoint}: {first:.1f} and {second:.1f} mm",
            lesion=names,
            timepoint=one.timepoint,
            first=one.first_mm or 0.0,
            second=one.second_mm or 0.0,
        )
        return f"{one.timepoint}/{one.first_lesion}", said


def _mean(one: LesionDifference) -> float:
    return ((one.first_mm or 0.0) + (one.second_mm or 0.0)) / 2


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", MINUS)


def _summary(found: BlandAltman) -> str:
    if found.pairs == 0:
        return translated("no lesion measured in both reads")
    bias = translated("mean {mm} mm of {pairs}", mm=_signed(found.bias), pairs=found.pairs)
    low, high = found.lower_limit, found.upper_limit
    if low.value is None or high.value is None:
        return bias
    return translated("{bias}, 95 % {low} to {high} mm", bias=bias, low=_signed(low), high=_signed(high))


def _signed(estimate: Estimate) -> str:
    return "" if estimate.value is None else f"{estimate.value:+.1f}".replace("-", MINUS)
