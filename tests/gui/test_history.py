"""The history of a read case: opened by its key, and from a point back to the images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.demo.truth import Truth
from app.main_window import HISTORY, READING
from tests.support.driver import Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def driver(qtbot: QtBot, tmp_path: Path, small_study: tuple[Path, Truth]) -> Iterator[Driver]:
    """A baseline with IT1 measured on its image."""
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    driver.window.activateWindow()
    qtbot.waitUntil(driver.window.isActiveWindow)
    driver.measure_baseline(small_study)
    yield driver
    driver.close()


def test_that_the_history_shows_the_lesion_and_leads_back_to_its_images(
    driver: Driver, qtbot: QtBot, tmp_path: Path
) -> None:
    driver.key(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier, widget=driver.page.grid.active)
    assert driver.window.shown_page == HISTORY
    page = driver.station.history.page
    assert page is not None
    qtbot.waitUntil(lambda: page.strip.views["BL"].tile.picture is not None, timeout=20_000)
    tile = page.strip.views["BL"].tile
    assert tile.value.endswith("mm") and tile.selected
    for kind in ("PNG", "SVG", "CSV"):
        driver.station.history.write(tmp_path / f"course.{kind}", kind)
        assert (tmp_path / f"course.{kind}").stat().st_size > 200
    place = page.plot.scene_place("BL", "IT1")
    assert place is not None
    at = page.plot.canvas.mapFromScene(place)
    QTest.mouseClick(page.plot.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at.x(), at.y()))
    qtbot.waitUntil(lambda: driver.window.shown_page == READING)
    assert driver.session.selection.lesion_id == "IT1"


def test_that_enter_opens_the_images_and_the_tab_comes_back(driver: Driver) -> None:
    driver.window.bar.page_chosen.emit(HISTORY)
    page = driver.station.history.page
    assert page is not None and driver.window.shown_page == HISTORY
    driver.key(Qt.Key.Key_Return, widget=page.plot)
    assert driver.window.shown_page == READING
    driver.window.bar.page_chosen.emit(HISTORY)
    assert driver.window.shown_page == HISTORY
