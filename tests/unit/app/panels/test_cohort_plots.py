"""Pictures of a cohort: what a press finds, and how steps, ticks and numbers are drawn."""

from __future__ import annotations

import itertools

import numpy as np
import pyqtgraph as pg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.cohort.agreement import Pair
from app.cohort.pictures import SpiderPoint, SwimmerMark, WaterfallBar
from app.panels.agreement_view import Matrix
from app.panels.cohort_plot import CohortPlot, round_ticks, signed
from app.panels.response_plots import Spider, Swimmer, Waterfall
from app.panels.survival_plots import band, steps
from app.statistics.agreement import Coefficient
from app.statistics.estimates import Estimate, Proportion
from app.statistics.reliability import BlandAltman
from app.statistics.survival import kaplan_meier
from app.theme import load_theme

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
BARS = (
    WaterfallBar("A", "read-1", "1", 140.0, "PD", True),
    WaterfallBar("B", "read-1", "1", -12.0, "SD", False),
    WaterfallBar("C", "read-1", "1", -100.0, "CR", False),
)


def shown(qtbot: QtBot, plot: CohortPlot) -> None:
    qtbot.addWidget(plot)
    plot.resize(640, 340)
    with qtbot.waitExposed(plot):
        plot.show()


def press(plot: CohortPlot, x: float, y: float) -> None:
    at = plot.canvas.mapFromScene(plot.scene_of(x, y))
    QTest.mouseClick(plot.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at.x(), at.y()))


@pytest.mark.parametrize(("x", "case"), [(0, "A"), (1, "B"), (2, "C")])
def test_that_a_press_on_a_bar_chooses_its_case(qtbot: QtBot, x: int, case: str) -> None:
    plot = Waterfall(load_theme(), "Intrahepatic")
    plot.set_bars({"": BARS})
    shown(qtbot, plot)
    with qtbot.waitSignal(plot.case_chosen, timeout=2000) as chosen:
        press(plot, x, 3)
    assert chosen.args == [case]


def test_that_a_change_beyond_the_picture_is_told_at_its_edge(qtbot: QtBot) -> None:
    """A grows by 140 %, which a waterfall cuts at 100 % and a spider at 200 % does not."""

    def numbers(plot: CohortPlot) -> list[str]:
        qtbot.addWidget(plot)
        return [said for _, said in plot.plot.getAxis("left")._tickLevels[0]]

    bars, lines = Waterfall(load_theme(), "Intrahepatic"), Spider(load_theme(), "Intrahepatic")
    bars.set_bars({"": BARS})
    assert numbers(bars)[-1] == "≥ +100"
    bars.set_bars({"": BARS[1:]})
    assert numbers(bars)[-1] == "+100"
    for change, said in ((200.0, "+200"), (200.1, "≥ +200")):
        lines.set_points(
            {"": (SpiderPoint("A", "read-1", 0, 0.0, ""), SpiderPoint("A", "read-1", 42, change, "PD"))}, 7.0, "wk"
        )
        assert numbers(lines)[-1] == said


def test_that_a_larger_cohort_after_a_small_one_is_seen_whole(qtbot: QtBot) -> None:
    plot = Waterfall(load_theme(), "Intrahepatic")
    plot.set_bars({"": BARS})
    shown(qtbot, plot)
    plot.set_bars({"": BARS * 100})
    first, last = plot.plot.viewRange()[0]
    assert first <= 0 and last >= 299


def test_that_without_bars_it_says_so(qtbot: QtBot) -> None:
    plot = Waterfall(load_theme(), "Extrahepatic")
    plot.set_bars({})
    shown(qtbot, plot)
    assert plot.numbers.text() == "No read has a change from baseline here."


def test_that_the_nearest_point_of_a_spider_is_told(qtbot: QtBot) -> None:
    plot = Spider(load_theme(), "Intrahepatic")
    line = [SpiderPoint("A", "r", 0, 0.0, ""), SpiderPoint("A", "r", 60, -40.0, "PR")]
    plot.set_points({"": [*line, SpiderPoint("B", "r", 0, 0.0, ""), SpiderPoint("B", "r", 60, 30.0, "PD")]}, 30.0, "mo")
    shown(qtbot, plot)
    with qtbot.waitSignal(plot.case_chosen, timeout=2000) as chosen:
        press(plot, 2.0, 30.0)
    assert chosen.args == ["B"]


def test_that_the_longest_lane_is_on_top(qtbot: QtBot) -> None:
    plot = Swimmer(load_theme(), "Course")
    marks = [
        SwimmerMark("LONG", "r", "death", "", 900, None), SwimmerMark("LONG", "r", "treatment", "TACE", 0, None),
        SwimmerMark("SHORT", "r", "ongoing", "", 300, None), SwimmerMark("SHORT", "r", "response", "PR", 60, None),
    ]  # fmt: skip
    plot.set_marks({"": marks}, 30.0, "mo")
    shown(qtbot, plot)
    with qtbot.waitSignal(plot.case_chosen, timeout=2000) as chosen:
        press(plot, 1.0, -1.0)
    assert chosen.args == ["SHORT"]


@pytest.mark.parametrize(("lanes", "named"), [(18, 18), (19, 0)])
def test_that_lanes_are_named_while_their_names_do_not_overlap(qtbot: QtBot, lanes: int, named: int) -> None:
    plot = Swimmer(load_theme(), "Course")
    qtbot.addWidget(plot)
    plot.set_marks({"": [SwimmerMark(f"C-{n}", "r", "death", "", 900 - n, None) for n in range(lanes)]}, 30.0, "mo")
    assert len(plot.plot.getAxis("left")._tickLevels[0]) == named


def test_that_where_there_is_no_interval_none_is_drawn() -> None:
    """Censored at 1, deaths at 2 and 3 of the two left: R has 0.5 (0.005983088 to 0.9104101) between 2 and 3."""
    (when, low), (_, high) = band(kaplan_meier([1, 2, 3], [False, True, True]))
    assert when.tolist() == [0, 1, 1, 2, 2, 3, 3]
    assert low.tolist() == pytest.approx([100, 100, 100, 100, 0.5983088, 0.5983088, 0], abs=1e-6)
    assert high.tolist() == pytest.approx([100, 100, 100, 100, 91.04101, 91.04101, 0], abs=1e-5)


def test_that_groups_of_a_spider_lie_beside_each_other(qtbot: QtBot) -> None:
    plot = Spider(load_theme(), "Intrahepatic")
    groups = {
        name: [SpiderPoint(name, "r", 0, 0.0, ""), SpiderPoint(name, "r", 60, change, "PR")]
        for name, change in (("first", -40.0), ("second", -50.0))
    }
    plot.set_points(groups, 30.0, "mo")
    shown(qtbot, plot)
    (ticks, _) = plot.plot.getAxis("bottom")._tickLevels
    second = ticks[len(ticks) // 2][0]
    assert [said for _, said in ticks] == ["0 mo", "1", "2", "0", "1", "2"] and second > 2.0
    with qtbot.waitSignal(plot.case_chosen, timeout=2000) as chosen:
        press(plot, second + 2.0, -50.0)
    assert chosen.args == ["second"]
    first, last = plot.plot.viewRange()[0]
    assert first <= 0 and last >= second + 2.0
    assert texts(plot) == ["first: 1 read", "second: 1 read"]


def test_that_groups_of_a_swimmer_lie_below_each_other(qtbot: QtBot) -> None:
    plot = Swimmer(load_theme(), "Course")
    groups = {
        "arm A": [SwimmerMark("A1", "r", "death", "", 200, None), SwimmerMark("A2", "r", "death", "", 100, None)],
        "arm B": [SwimmerMark("B1", "r", "death", "", 900, None)],
    }
    plot.set_marks(groups, 30.0, "mo")
    shown(qtbot, plot)
    assert texts(plot) == ["arm A: 2 reads", "arm B: 1 read"]
    lowest = min(plot.plot.viewRange()[1])
    places = []
    for case in ("A1", "A2", "B1"):
        (y,) = [y for y, said in plot.plot.getAxis("left")._tickLevels[0] if said == case]
        places.append(y)
        with qtbot.waitSignal(plot.case_chosen, timeout=2000) as chosen:
            press(plot, 1.0, y)
        assert chosen.args == [case]
    assert places[0] - places[1] == 1.0 and places[1] - places[2] > 1.5 and lowest < places[2]


def texts(plot: CohortPlot) -> list[str]:
    return [item.toPlainText() for item in plot.plot.items if isinstance(item, pg.TextItem)]


def test_that_a_step_function_changes_at_its_times() -> None:
    xs, ys = steps(np.array([2.0, 5.0]), np.array([80.0, 40.0]), 100.0)
    assert list(zip(xs, ys, strict=True)) == [(0, 100), (2, 100), (2, 80), (5, 80), (5, 40)]


@given(st.floats(0.01, 20_000))
def test_that_ticks_are_few_even_and_reach_the_end(longest: float) -> None:
    ticks = round_ticks(longest)
    assert ticks[0] == 0 and ticks[-1] >= longest and 2 <= len(ticks) <= 8
    gaps = {round(b - a, 6) for a, b in itertools.pairwise(ticks)}
    assert len(gaps) == 1


@pytest.mark.parametrize(("value", "said"), [(20, "+20"), (-30, "−30"), (0, "0")])
def test_that_percentages_carry_their_sign(value: float, said: str) -> None:
    assert signed(value) == said


def test_that_a_matrix_tells_its_counts(qtbot: QtBot) -> None:
    none, unknown = Estimate(None), Coefficient(None, None, None, None, None, None, 0)
    limits = BlandAltman(none, none, none, None, 0)
    counts = ((3, 1), (0, 2))
    pair = Pair(
        "1", "2", ("CR", "PR"), counts, Proportion(5, 6, 5 / 6, 0.3, 0.9), unknown, unknown, unknown, 0, limits, limits
    )
    matrix = Matrix(load_theme(), "Intrahepatic", "region.intra")
    qtbot.addWidget(matrix)
    matrix.set_pair(pair)
    assert matrix.accessibleDescription() == "CR / CR: 3; CR / PR: 1; PR / PR: 2"
    assert not matrix.grab().isNull()
