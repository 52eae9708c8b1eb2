"""Every command, by its key, in an open case: none fails, none stops the reading, and every edit is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.actions import ACTIONS
from app.demo.truth import Truth
from app.keymap import Keymap
from app.qt_keys import sequences
from app.state.record import Record
from mrecist.lesions import Measured
from tests.support.driver import Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
CONTROL = Qt.KeyboardModifier.ControlModifier
LEAVES_THE_CASE = ("file.quit", "go.menu")
"""Quit ends the test; the menu waits until it is closed, and is opened in another test."""


@pytest.fixture
def driver(
    qtbot: QtBot, tmp_path: Path, small_study: tuple[Path, Truth], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Driver]:
    """A baseline with one liver target, IT1; whoever asks for a file is told that none was chosen."""
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: "")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: ("", ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: ("", ""))
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    driver.window.activateWindow()
    qtbot.waitUntil(driver.window.isActiveWindow)
    driver.measure_baseline(small_study)
    yield driver
    driver.close()


def record_of(driver: Driver) -> Record:
    record = driver.session.record
    assert record is not None
    return record


def test_that_every_command_runs_by_its_key_and_nothing_stops_the_reading(driver: Driver) -> None:
    keymap, actions = Keymap(), driver.station.wiring.actions
    for action in ACTIONS:
        if action.id in LEAVES_THE_CASE or not action.keys:
            continue
        driver.window.activateWindow()
        driver.window.show_reading()
        driver.session.select_lesion("IT1")
        if not actions.of(action.id).isEnabled():
            driver.station.cancel()
        target = driver.page.grid.active
        target.setFocus()
        for key in keymap.keys(action.id):
            told = sequences((key,))[0][0]
            QTest.keyClick(target, told.key(), told.keyboardModifiers())
            driver.settle()
            assert QApplication.activeModalWidget() is None, action.id
            while (popup := QApplication.activePopupWidget()) is not None:
                popup.close()
    assert record_of(driver).read("read-1") is not None


def test_that_every_edit_is_taken_back_and_brought_back_by_keys(driver: Driver) -> None:
    view = driver.page.grid.active
    driver.click_lesion("IT1")
    driver.type(driver.page.form.site, "dome")
    driver.key(Qt.Key.Key_Return, widget=driver.page.form.site)
    driver.key(Qt.Key.Key_Delete, widget=view)
    reading = driver.session.reading
    assert reading is not None and not isinstance(reading.finding("IT1", "BL"), Measured)
    final = record_of(driver).read("read-1")
    for _ in range(50):
        if not driver.session.undo_text:
            break
        driver.key(Qt.Key.Key_Z, CONTROL, widget=view)
    undone = record_of(driver).read("read-1")
    assert final is not None and final.lesions
    assert driver.session.undo_text == ""
    assert undone is None or undone.lesions == ()
    for _ in range(50):
        if not driver.session.redo_text:
            break
        driver.key(Qt.Key.Key_Y, CONTROL, widget=view)
    assert driver.session.redo_text == ""
    assert record_of(driver).read("read-1") == final
