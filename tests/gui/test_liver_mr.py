"""A liver MR in the window: its sequences hang, its dynamic phases share a window, and what is missing is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.desks.image_library import LoadedSeries
from app.desks.tile_sources import base_of
from app.reading.stages import Stage
from tests.support.driver import Driver
from tests.support.liver_mr import write_liver_mr
from viewers.widgets.slice_view import SliceView
from viewers.widgets.subtraction_source import SubtractionSource


def opened(qtbot: QtBot, folder: Path, *without: str) -> Driver:
    write_liver_mr(folder / "mr", without)
    driver = Driver(qtbot, f"sqlite:///{folder / 'cases.db'}")
    driver.drop_folder(folder / "mr")
    driver.station.desk.show_reading()

    def read() -> bool:
        bases = [base_of(view.source) for view in driver.page.grid.views]
        return all(base is None or base.complete for base in bases)

    qtbot.waitUntil(read, timeout=20_000)
    driver.settle()
    return driver


@pytest.fixture
def driver(qtbot: QtBot, tmp_path: Path) -> Iterator[Driver]:
    driver = opened(qtbot, tmp_path)
    yield driver
    driver.close()


def window(view: SliceView) -> tuple[float, float]:
    return view.state.width, view.state.center


def test_that_the_sequences_hang_in_their_order(driver: Driver) -> None:
    grid = driver.page.grid
    assert driver.station.images.stage is Stage.MR
    said = [base.series.description if (base := base_of(view.source)) else "" for view in grid.views[:8]]
    assert said == [
        "t1_vibe_fs_tra pre",
        "t1_vibe_fs_tra arterial",
        "t1_vibe_fs_tra portal venous",
        "t1_vibe_fs_tra HBP 20min",
        "ep2d_diff_b800_tra",
        "ep2d_diff_ADC",
        "t2_blade_fs_tra",
        "t1_vibe_fs_tra arterial",
    ]
    assert isinstance(grid.views[7].source, SubtractionSource)


def test_that_the_dynamic_phases_share_the_window_of_all_of_them_and_the_hepatobiliary_phase_has_its_own(
    driver: Driver,
) -> None:
    views = driver.page.grid.views
    dynamic = [base_of(view.source) for view in views[:3]]
    values = np.concatenate([base.pixels(base.count // 2).ravel() for base in dynamic if base is not None])
    low, high = np.percentile(values[values != 0], (1, 99))
    for view in views[:3]:
        assert window(view) == pytest.approx((high - low, (high + low) / 2), rel=0.02)
    assert window(views[3])[0] > 1.3 * window(views[0])[0]


def test_that_a_series_whose_middle_image_is_not_read_first_has_a_window_of_its_own_values(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = LoadedSeries.ready
    monkeypatch.setattr(LoadedSeries, "ready", lambda of, k: k != of.count // 2 and ready(of, k))
    driver = opened(qtbot, tmp_path)
    try:
        view = driver.page.grid.views[3]  # hepatobiliary: fat 120, lesion 300, liver 900, each with its noise
        centre, width = view.state.center, view.state.width
        assert centre - width / 2 < 120 and 800 < centre + width / 2 < 1100
    finally:
        driver.close()


def test_that_windowing_one_phase_windows_the_others_of_the_sequence_alone(driver: Driver) -> None:
    views = driver.page.grid.views
    others = [window(view) for view in views[3:8]]
    views[1].set_window(300.0, 480.0)
    assert [window(view) for view in views[:3]] == [(480.0, 300.0)] * 3
    assert [window(view) for view in views[3:8]] == others
    driver.key(Qt.Key.Key_F, widget=driver.page.grid.active)  # no delayed phase was taken
    assert "Delayed phase missing at BL" in driver.page.toast.message.text()
    driver.key(Qt.Key.Key_S, widget=driver.page.grid.active)
    assert window(driver.page.grid.active) == (480.0, 300.0)


def test_that_number_keys_give_windows_by_percentiles_and_one_that_is_kept(driver: Driver) -> None:
    view = driver.page.grid.active
    driver.key(Qt.Key.Key_1, widget=view)
    together = window(view)
    driver.key(Qt.Key.Key_2, widget=view)
    alone = window(view)
    base = base_of(view.source)
    assert base is not None
    values = base.pixels(base.count // 2)
    low, high = np.percentile(values[values != 0], (1, 99))
    assert alone == pytest.approx((high - low, (high + low) / 2), rel=0.02)
    assert together != alone
    driver.key(Qt.Key.Key_7, widget=view)
    assert window(view) == alone
    assert "No window is kept under 7 for MR" in driver.page.toast.message.text()
    view.set_window(200.0, 350.0)
    driver.station.images.windows.keep_preset(7)
    driver.key(Qt.Key.Key_1, widget=view)
    driver.key(Qt.Key.Key_7, widget=view)
    assert window(view) == pytest.approx((350.0, 200.0))


def test_that_what_was_not_taken_is_a_grey_tile_that_says_so_and_whose_it_is(qtbot: QtBot, tmp_path: Path) -> None:
    driver = opened(qtbot, tmp_path, "diff", "pre")
    try:
        views = driver.page.grid.views
        said = {n: view.placeholder.text for n, view in enumerate(views[:8]) if view.placeholder}
        assert said == {
            0: "Pre-contrast phase missing at BL",
            4: "Diffusion with a high b value missing at BL",
            5: "ADC map missing at BL",
            7: "No subtraction at BL: pre-contrast phase missing",
        }
        assert all(views[n].source is None for n in said)
        assert views[4].texts.top_left[0] == "Phantom PHANTOM"
    finally:
        driver.close()


def test_that_a_coronal_series_is_flagged(driver: Driver) -> None:
    record, grid = driver.session.record, driver.page.grid
    assert record is not None
    coronal = next(ref.uid for ref in record.series if ref.description == "t2_haste_cor")
    driver.station.images.hang_series(0, coronal)
    chips = [chip.text for entry in grid.views[0].texts.top_right if isinstance(entry, tuple) for chip in entry]
    assert chips == ["T2", "COR, not axial"]
    assert driver.station.images.linking.chip(0) is None
