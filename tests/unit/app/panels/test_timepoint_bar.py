"""Time points and the treatments between them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.timepoint_bar import TimePointBar, segments, treatments_between
from app.theme import Theme
from mrecist.values import Response
from tests.support.example_reading import example_reading


def test_that_each_time_point_has_one_segment_in_order() -> None:
    made = segments(example_reading())
    assert [(s.visit_id, s.day) for s in made] == [("BL", -7), ("FU1", 42), ("FU2", 84)]
    assert made[2].responses == (("IH", Response.PR), ("EH", Response.PD), ("Comp.", Response.PD))
    assert (made[1].left, made[2].left) == ((0, 0, 0), (0, 1, 1)), "ENT1 is still to do: outside the liver, and in all"
    assert made[0].note == "reference for PR, CR"
    assert [s.visit_id for s in made if s.current] == ["FU2"]
    assert [s.visit_id for s in made if s.compared] == ["FU1"]


def test_that_a_baseline_nobody_confirmed_says_so() -> None:
    reading = example_reading()
    reading = replace(reading, record=replace(reading.record, baseline_confirmed=False))
    assert segments(reading)[0].note == "baseline not confirmed"


def test_that_a_read_that_hides_responses_does_not_say_that_nothing_was_read() -> None:
    reading = replace(example_reading(), assessment=None, blind=True)
    assert [s.note for s in segments(reading)[1:]] == ["responses hidden"] * 2
    assert [s.note for s in segments(replace(reading, blind=False))[1:]] == ["not judged"] * 2, "the rules stopped"
    unread = replace(reading.record.reads[0], timepoints=reading.record.reads[0].timepoints[:1])
    reading = replace(reading, record=replace(reading.record, reads=(unread,)))
    assert [s.note for s in segments(reading)[1:]] == ["not read"] * 2


def test_that_treatments_stand_where_they_began() -> None:
    reading = example_reading()
    bl, fu1, fu2 = (visit.on for visit in reading.record.visits)
    assert treatments_between(reading, bl, fu1) == ("TACE 1 03-18", "Sorafenib 400 mg bid")
    assert treatments_between(reading, fu1, fu2) == ("TACE 2 05-07", "Sorafenib 400 mg qd")
    assert treatments_between(reading, fu2, None) == ()


def test_that_a_click_opens_and_control_click_compares(qtbot: QtBot, theme: Theme) -> None:
    bar = TimePointBar(theme)
    qtbot.addWidget(bar)
    bar.resize(1100, 44)
    bar.set_reading(example_reading())
    bar.show()
    with qtbot.waitSignal(bar.visit_opened) as opened:
        qtbot.mouseClick(bar.views["FU1"], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(bar.visit_compared) as compared:
        qtbot.mouseClick(bar.views["BL"], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(bar.visit_opened) as by_key:
        qtbot.keyClick(bar.views["BL"], Qt.Key.Key_Return)
    assert (opened.args, compared.args, by_key.args) == (["FU1"], ["BL"], ["BL"])
    assert "partial response" in bar.views["FU2"].accessibleName()
