"""Turning, mirroring, smoothing and zooming the active view by keys; a line of the read follows the picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.demo.truth import Truth
from app.desks.view_memory import ViewMemory
from tests.support.driver import Driver
from viewers.tools.navigate import Gesture

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def driver(qtbot: QtBot, tmp_path: Path, small_study: tuple[Path, Truth]) -> Iterator[Driver]:
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    driver.drop_folder(small_study[0] / "BL")
    driver.station.desk.show_reading()
    driver.settle()
    yield driver
    driver.close()


def test_that_keys_turn_mirror_smooth_and_zoom_the_active_view(driver: Driver) -> None:
    view = driver.page.grid.active
    plane = view.plane
    assert plane is not None
    fitted = view.projection().framing.px_per_mm
    # a place 30 mm to the patient's left of the middle is seen to the right of it
    middle = view.projection().world_of_view(view.width() / 2, view.height() / 2)
    place = (middle[0] + 30.0, middle[1], middle[2])

    def seen() -> tuple[float, float]:
        """Where the place is seen from the middle of the view, in mm of the screen."""
        at, scale = view.widget_point_of(place), view.projection().framing.px_per_mm
        return (at.x() - view.width() / 2) / scale, (at.y() - view.height() / 2) / scale

    assert seen() == pytest.approx((30.0, 0.0), abs=1e-6)
    driver.key(Qt.Key.Key_R, SHIFT, widget=view)
    assert seen() == pytest.approx((0.0, 30.0), abs=1e-6)
    driver.key(Qt.Key.Key_V, widget=view)
    assert seen() == pytest.approx((0.0, -30.0), abs=1e-6)
    driver.key(Qt.Key.Key_H, widget=view)
    assert seen() == pytest.approx((0.0, -30.0), abs=1e-6)
    driver.key(Qt.Key.Key_I, SHIFT, widget=view)
    assert not view.state.smooth
    driver.key(Qt.Key.Key_I, SHIFT, widget=view)
    assert view.state.smooth
    driver.key(Qt.Key.Key_R, widget=view)
    assert seen() == pytest.approx((30.0, 0.0), abs=1e-6)
    driver.key(Qt.Key.Key_Plus, widget=view)
    driver.key(Qt.Key.Key_Plus, widget=view)
    assert view.projection().framing.px_per_mm == pytest.approx(fitted * 1.44)
    driver.key(Qt.Key.Key_Minus, widget=view)
    assert view.projection().framing.px_per_mm == pytest.approx(fitted * 1.2)
    driver.key(Qt.Key.Key_Equal, widget=view)
    assert view.state.framing is None


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_that_a_right_click_on_an_image_opens_the_menu_of_that_view(driver: Driver) -> None:
    view = driver.page.grid.views[2]
    assert view is not driver.page.grid.active and view.source is not None

    def menu_after(place: QPoint) -> QMenu | None:
        QTest.mouseClick(view, Qt.MouseButton.RightButton, pos=place)
        menu = QApplication.activePopupWidget()
        return menu if isinstance(menu, QMenu) else None

    menu = menu_after(QPoint(120, 150))
    assert menu is not None
    inner = {entry.text(): entry.menu() for entry in menu.actions() if entry.menu() is not None}
    windows = inner["Window"]
    assert isinstance(windows, QMenu)
    lung = next(entry for entry in windows.actions() if "lung" in entry.text())
    assert lung.shortcut().toString() == "5"
    lung.trigger()
    assert (view.state.width, view.state.center) == (1500, -600)
    assert driver.page.grid.active is view
    menu.close()
    # not in the middle of a line, which the focus would be taken from
    driver.key(Qt.Key.Key_Q, widget=view)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(150, 150))
    QTest.mouseMove(view, QPoint(200, 170))
    assert view.busy
    assert menu_after(QPoint(220, 180)) is None
    assert view.busy
    view.give_up()


def test_that_keys_do_what_the_mouse_does_by_dragging(driver: Driver) -> None:
    grid, images = driver.page.grid, driver.station.images
    view = grid.active
    view.set_window(40.0, 400.0)
    driver.key(Qt.Key.Key_F4, widget=view)
    assert (view.state.center, view.state.width) == pytest.approx((40.0, 440.0))
    driver.key(Qt.Key.Key_F3, widget=view)
    driver.key(Qt.Key.Key_F4, SHIFT, widget=view)
    assert (view.state.center, view.state.width) == pytest.approx((60.0, 400.0))
    # the picture moves by 40 px
    middle = view.projection().world_of_view(view.width() / 2, view.height() / 2)
    at = view.widget_point_of(middle)
    driver.key(Qt.Key.Key_Left, CONTROL | SHIFT, widget=view)
    driver.key(Qt.Key.Key_Down, CONTROL | SHIFT, widget=view)
    moved = view.widget_point_of(middle) - at
    assert (moved.x(), moved.y()) == pytest.approx((-40.0, 40.0))
    # the left drag scrolls when it is asked to
    view.set_framing(None)
    driver.key(Qt.Key.Key_B, SHIFT, widget=view)
    window, index = (view.state.center, view.state.width), view.state.index
    assert view.source is not None and view.levels is not None
    step = min(16.0, max(2.0, view.height() / view.source.count))
    start = QPoint(view.width() // 2, view.height() // 2)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, start + QPoint(0, round(1.5 * step)))
    QTest.mouseMove(view, start + QPoint(0, round(3.5 * step)))
    driver.settle()
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start)
    assert (view.state.index - index) * view.levels.down_step == 3
    assert (view.state.center, view.state.width) == window
    assert ViewMemory().left_drag is Gesture.SCROLL
    driver.key(Qt.Key.Key_W, SHIFT, widget=view)
    assert view.left_drag is Gesture.WINDOW
    way = driver.station.wiring.actions.of("drag.level_turned_round")
    way.trigger()
    assert way.isChecked() and grid.views[3].level_turned_round and ViewMemory().is_on("level_turned_round", False)
    way.trigger()
    assert not view.level_turned_round
    # the crosshair moves by 1 mm of the patient; on an axial image right is the patient's left (x grows)
    driver.key(Qt.Key.Key_M, CONTROL, widget=view)
    axial, before = grid.views[0], images.sources.planes
    assert before is not None
    driver.key(Qt.Key.Key_Right, ALT | SHIFT, widget=axial)
    driver.key(Qt.Key.Key_Down, ALT | SHIFT, widget=axial)
    x, y, z = before.place
    assert images.sources.planes is not None
    assert images.sources.planes.place == pytest.approx((x + 1.0, y + 1.0, z), abs=1e-6)

    def oblique() -> tuple[float, float, float]:
        line = images.sources.planes.oblique_line((0.0, 0.0, 1.0)) if images.sources.planes else None
        assert line is not None
        return line

    # at first the oblique plane's line halves the right angle of the others; seven steps turn it by 35 degrees
    first = oblique()
    assert abs(first[0]) == pytest.approx(abs(first[1]))
    for _ in range(7):
        driver.key(">", widget=axial)
    turned = oblique()
    assert abs(turned[0] * first[0] + turned[1] * first[1]) == pytest.approx(0.819152, abs=1e-5)
    assert first[0] * turned[1] - first[1] * turned[0] == pytest.approx(0.573576, abs=1e-5)  # clockwise, as y goes down
    driver.key(Qt.Key.Key_M, CONTROL | SHIFT, widget=axial)
    assert oblique() == pytest.approx(first)
    driver.key(Qt.Key.Key_F6, widget=axial)
    assert grid.active_index == 1 and grid.views[1].hasFocus()
    driver.key(Qt.Key.Key_F6, SHIFT, widget=grid.views[1])
    driver.key(Qt.Key.Key_F6, SHIFT, widget=axial)
    assert grid.active_index == 3
