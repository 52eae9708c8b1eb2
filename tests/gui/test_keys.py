"""Keys do what the reader means, wherever the focus is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.demo.truth import Truth
from app.reading.marking import Intent
from app.state.figures import FigureKind
from mrecist.lesions import Measured
from tests.support.driver import Driver
from viewers.widgets.marks import LineStyle

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NO_KEYS = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def driver(qtbot: QtBot, tmp_path: Path, small_study: tuple[Path, Truth]) -> Iterator[Driver]:
    """A baseline with one liver target, IT1, measured on the arterial phase."""
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    driver.measure_baseline(small_study)
    yield driver
    driver.close()


def test_that_one_key_draws_one_line_and_the_next_drag_windows(driver: Driver) -> None:
    assert driver.station.measuring.intent is None
    reading = driver.session.reading
    assert reading is not None
    before = reading.finding("IT1", "BL")
    assert isinstance(before, Measured)
    view = driver.page.grid.active
    window = view.state.width
    middle = view.projection().world_of_view(view.width() / 2, view.height() / 2)
    driver.drag(view, middle, (middle[0] + 20, middle[1] + 10, middle[2]))
    assert view.state.width != window
    assert reading.finding("IT1", "BL") == before


def test_that_a_tool_is_put_down_when_a_case_is_opened(driver: Driver) -> None:
    driver.key(Qt.Key.Key_T)
    assert driver.station.measuring.intent is not None
    assert driver.session.record is not None
    driver.open_from_worklist(driver.session.record.case_id)
    assert driver.station.measuring.intent is None  # the first drag in another patient windows
    driver.station.annotating.arm(FigureKind.LENGTH)
    driver.open_from_worklist(driver.session.record.case_id)
    assert driver.station.annotating.kind is None


def test_that_n_asks_for_a_non_target_also_after_a_click_in_the_table(driver: Driver) -> None:
    driver.click_lesion("IT1")
    driver.key(Qt.Key.Key_N)
    assert driver.station.measuring.intent is Intent.NONTARGET
    driver.key(Qt.Key.Key_Escape)
    assert driver.station.measuring.intent is None


def test_that_space_presses_the_button_that_has_the_focus_and_does_not_change_the_hanging(driver: Driver) -> None:
    driver.window.activateWindow()
    stage = driver.station.images.stage
    driver.key(Qt.Key.Key_Return, CONTROL, widget=driver.page.grid.active)
    sheet = driver.page.sheet
    assert sheet.isVisible()
    assert sheet.rows["questions"].line.detail == "IT1 3 questions"
    sheet.leave.setFocus()
    driver.key(Qt.Key.Key_Space, widget=sheet.leave)
    assert sheet.isHidden()
    assert driver.station.images.stage is stage
    driver.sign()
    assert driver.station.images.stage is stage


def test_that_a_reason_takes_every_letter_and_no_finding_changes(
    driver: Driver, small_study: tuple[Path, Truth]
) -> None:
    finding = small_study[1].timepoints[0].finding("IT2")
    portal = next(s for s in small_study[1].timepoints[0].series if s.phase == "portal_venous")
    assert finding is not None and finding.counted is not None
    view = driver.view_of(portal.uid)
    view.setFocus()
    driver.key(Qt.Key.Key_T, widget=view)
    driver.drag(view, finding.counted.start, finding.counted.end)
    notice = driver.page.notice
    assert notice.isVisible()
    assert driver.window.focusWidget() is notice.reason
    (asked,) = (line for line in view.visible_lines() if line.label.endswith("?"))
    assert (asked.style, asked.editable) == (LineStyle.PROPOSAL, False), "it stays, dashed, while the question stands"
    assert asked.start[:2] == pytest.approx(finding.counted.start[:2], abs=0.01)
    reading = driver.session.reading
    assert reading is not None
    for letter in "no dynamic media":
        driver.key(letter, widget=notice.reason)
    assert notice.reason.text() == "no dynamic media"
    after = driver.session.reading
    assert after is not None and after.read == reading.read
    driver.key(Qt.Key.Key_Escape, widget=notice.reason)
    assert not notice.isVisible()
    assert not any(line.label.endswith("?") for line in view.visible_lines())


def test_that_lesion_keys_rest_while_the_decision_is_open(driver: Driver) -> None:
    driver.click_lesion("IT1")
    driver.key(Qt.Key.Key_Backslash, widget=driver.page.grid.active)
    before = driver.session.record
    for key in (Qt.Key.Key_D, Qt.Key.Key_U, Qt.Key.Key_E, Qt.Key.Key_M):
        driver.key(key, widget=driver.page.grid.active)
    assert driver.session.record == before
    assert QApplication.activePopupWidget() is None


def test_that_a_key_that_cannot_act_yet_says_what_it_waits_for(driver: Driver) -> None:
    driver.session.select_lesion(None)
    driver.key(Qt.Key.Key_Y, widget=driver.page.grid.active)
    assert driver.station.measuring.intent is None
    assert driver.page.toast.message.text() == "Select a lesion in the table first."


def test_that_another_hanging_is_neither_mirrored_nor_turned_nor_inverted(driver: Driver) -> None:
    view = driver.page.grid.active
    for key, modifiers in ((Qt.Key.Key_H, NO_KEYS), (Qt.Key.Key_I, NO_KEYS), (Qt.Key.Key_R, SHIFT)):
        driver.key(key, modifiers, widget=view)
    assert (view.state.flip_h or view.state.flip_v) and view.state.inverted and view.state.quarter_turns == 1
    driver.key(Qt.Key.Key_Space, widget=view)
    states = [shown.state for shown in driver.page.grid.views if shown.source is not None]
    assert states
    assert not any(s.flip_h or s.flip_v or s.inverted or s.quarter_turns for s in states if s is not view.state)
