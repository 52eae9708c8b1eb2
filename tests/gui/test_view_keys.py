"""Turning, mirroring, smoothing and zooming the active view by keys; a line of the read follows the picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.demo.truth import Truth
from tests.support.driver import Driver

SHIFT = Qt.KeyboardModifier.ShiftModifier


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
