"""The history's picture: what is pressed, what is shown, and where names and dates stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.assessing import assess_read
from app.demo.published import READ, edits_of, read_course
from app.models.course import Course, MarkerPoint, course_of
from app.panels.history_drawing import marker_text
from app.panels.history_lanes import month_ticks, spread, week_ticks
from app.panels.history_plot import HistoryPlot, Shown
from app.resources import load_ruleset
from app.state.apply import replay
from app.state.events import CaseOpened
from app.state.record import Patient
from app.theme import load_theme
from tests.support.cases import log_of
from tests.support.example_reading import READ_ID, example_record, example_ruleset
from tests.support.proposals import with_proposals

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def course() -> Course:
    record, ruleset = example_record(), example_ruleset()
    return course_of(record, READ_ID, ruleset, assess_read(record, READ_ID, ruleset))


@pytest.fixture
def plot(qtbot: QtBot) -> Iterator[HistoryPlot]:
    made = HistoryPlot(load_theme())
    qtbot.addWidget(made)
    made.resize(935, 574)
    made.set_course(course(), "FU2", "IT1")
    with qtbot.waitExposed(made):
        made.show()
    yield made


def press(plot: HistoryPlot, scene: QPointF) -> None:
    at = plot.canvas.mapFromScene(scene)
    QTest.mouseClick(plot.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at.x(), at.y()))


def test_that_a_course_that_grew_is_in_sight_to_its_last_time_point(plot: HistoryPlot) -> None:
    """In a sequential read the baseline is alone at first, and its range reaches six weeks beyond it."""
    whole = course()
    plot.set_course(replace(whole, points=whole.points[:1], treatments=(), markers=()), "BL", "IT1")
    plot.set_course(whole, "FU2", "IT1")
    first, last = plot.sums.viewRange()[0]
    assert first < whole.points[0].on.toordinal() and whole.points[-1].on.toordinal() < last


def test_that_a_press_on_a_lesion_asks_for_its_images(plot: HistoryPlot, qtbot: QtBot) -> None:
    place = plot.scene_place("FU1", "IT1")
    assert place is not None
    with qtbot.waitSignal(plot.point_opened, timeout=2000) as asked:
        press(plot, place)
    assert asked.args == ["FU1", "IT1"]


def test_that_a_press_beside_the_points_chooses_the_time_point(plot: HistoryPlot, qtbot: QtBot) -> None:
    place = plot.scene_place("FU1", "IT1")
    assert place is not None
    with qtbot.waitSignal(plot.visit_chosen, timeout=2000) as chosen:
        press(plot, place + QPointF(4, -40))
    assert chosen.args == ["FU1"]


def test_that_the_pointer_at_a_point_tells_its_numbers(plot: HistoryPlot) -> None:
    place = plot.scene_place("FU2")
    assert place is not None
    found = plot.spot_at(place)
    assert found is not None
    assert found[2] == (
        "FU2 · 2025-06-10 · Intrahepatic: 37.7\u00a0mm, −48.2\u00a0% vs BL, −25.9\u00a0% vs nadir · partial response"
    )


def test_that_the_pointer_at_a_point_tells_what_the_assistant_proposed(plot: HistoryPlot) -> None:
    record, ruleset = with_proposals(example_record()), example_ruleset()
    plot.set_course(course_of(record, READ_ID, ruleset, assess_read(record, READ_ID, ruleset)))
    place = plot.scene_place("FU1", "IT1")
    found = None if place is None else plot.spot_at(place)
    assert found is not None
    assert found[2].replace("\u00a0", " ").endswith("36.4 mm · proposed 37.1, at first 38.0")


def test_that_keys_zoom_and_bring_all_back(plot: HistoryPlot) -> None:
    whole = plot.sums.viewRange()[0]
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    near = plot.sums.viewRange()[0]
    QTest.keyClick(plot, Qt.Key.Key_PageUp)
    earlier = plot.sums.viewRange()[0]
    QTest.keyClick(plot, Qt.Key.Key_0)
    assert near[1] - near[0] == pytest.approx((whole[1] - whole[0]) / 1.25)
    assert earlier[0] < near[0]
    assert plot.sums.viewRange()[0] == pytest.approx(whole)


def test_that_the_plots_share_their_time(plot: HistoryPlot) -> None:
    plot.sums.setXRange(date(2025, 4, 1).toordinal(), date(2025, 5, 1).toordinal(), padding=0)
    assert plot.lesions.viewRange()[0] == pytest.approx(plot.sums.viewRange()[0])
    assert plot.markers.viewRange()[0] == pytest.approx(plot.sums.viewRange()[0])


def test_that_parts_can_be_left_out(plot: HistoryPlot) -> None:
    plot.show_only(frozenset({Shown.LESIONS}))
    assert [one.isVisible() for one in (plot.sums, plot.lesions, plot.markers)] == [False, True, False]
    assert plot.scene_place("FU1", "IT1") is not None and plot.scene_place("FU1") is None


def test_that_an_empty_course_is_an_empty_picture(plot: HistoryPlot) -> None:
    plot.set_course(None)
    assert plot.scene_place("FU1", "IT1") is None


def test_that_months_are_as_many_as_have_room() -> None:
    first, last = date(2024, 11, 20).toordinal(), date(2025, 3, 5).toordinal()
    assert [said for _, said in month_ticks(first, last, 9)] == ["2024-11", "2024-12", "2025-01", "2025-02", "2025-03"]
    assert [said for _, said in month_ticks(first, last, 3)] == ["2024-11", "2025-01", "2025-03"]
    assert [said for _, said in month_ticks(date(2010, 1, 1).toordinal(), last, 8)][-1] == "2024"


def test_that_weeks_count_from_day_0() -> None:
    first, last = date(2025, 3, 11).toordinal(), date(2025, 6, 10).toordinal()  # day -7 to day 84
    assert week_ticks(course(), first, last, 4) == [
        (date(2025, 3, 18), "day 0"), (date(2025, 4, 29), "+6.0\u00a0wk"), (date(2025, 6, 10), "+12.0\u00a0wk"),
    ]  # fmt: skip


@given(st.lists(st.floats(-50, 300), max_size=12))
def test_that_names_at_the_edge_never_cover_each_other(wanted: list[float]) -> None:
    line, height = 15.0, 400.0
    tops = spread(wanted, line, height)
    ordered = sorted(tops)
    assert all(b - a >= line - 1e-9 for a, b in pairwise(ordered))
    assert all(0 <= top <= height - line for top in tops)
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    assert [tops[at] for at in order] == ordered


@pytest.mark.parametrize(
    ("value", "above", "said"),
    [(Fraction(35000), True, ">35,000"), (Fraction(24, 10), False, "2.4"), (Fraction(2310), False, "2,310")],
)
def test_that_a_marker_is_written_as_the_laboratory_gave_it(value: Fraction, above: bool, said: str) -> None:
    assert marker_text(MarkerPoint("AFP", date(2025, 1, 1), value, above)) == said


def test_that_a_course_without_sums_gives_its_room_to_what_it_has_and_is_in_sight_whole(qtbot: QtBot) -> None:
    record = replay(log_of(CaseOpened("P", Patient("P")), *edits_of(read_course()), read_id=READ))
    ruleset = load_ruleset()
    published = course_of(record, READ, ruleset, assess_read(record, READ, ruleset))
    noted = {x.lesion.id: [float(p.mm) for p in x.points if p.mm is not None] for x in published.lesions}
    assert noted["IN1"] == [25.0] and noted["EN1"] == [50.0] and noted["INT1"] == [], "as published, and no sum has it"
    made = HistoryPlot(load_theme())
    qtbot.addWidget(made)
    made.resize(935, 574)
    made.set_course(published, "FU5", "IN1")
    assert [plot.opacity() for plot in (made.sums, made.lesions, made.markers)] == [0.0, 1.0, 1.0]
    first, last = made.lesions.viewRange()[0]
    assert first < date(2010, 8, 1).toordinal() and last > date(2021, 8, 31).toordinal()
    assert made.markers.viewRange()[0] == pytest.approx([first, last], abs=20)
    made.set_course(course(), "FU2", "IT1")
    assert made.sums.opacity() == 1.0
