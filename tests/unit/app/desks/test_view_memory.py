"""What is kept of the display: only what was chosen, nothing of a patient, and nothing that damage can break."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings

from app.desks.own_presets import CT, MR, OwnPresets
from app.desks.view_memory import ViewMemory
from app.reading.stages import Stage
from viewers.imaging.windowing import Window
from viewers.tools.layout import FOUR, Layout
from viewers.widgets.marks import OverlayLevel

pytestmark = pytest.mark.usefixtures("qapp")


def test_that_nothing_is_remembered_at_first() -> None:
    memory = ViewMemory()
    assert (memory.stage(True), memory.layout(Stage.PHASES), memory.overlay) == (None, None, OverlayLevel.FULL)
    assert (memory.cine_rate, memory.is_on("linked", True), memory.is_on("second_window", False)) == (10, True, False)


def test_that_a_stage_is_kept_for_baseline_and_follow_up_apart_and_a_layout_for_its_stage() -> None:
    ViewMemory().keep_stage(True, Stage.PHASES)
    ViewMemory().keep_stage(False, Stage.STRIP)
    ViewMemory().keep_layout(Stage.STRIP, Layout(2, 3))
    assert (ViewMemory().stage(True), ViewMemory().stage(False)) == (Stage.PHASES, Stage.STRIP)
    assert (ViewMemory().layout(Stage.STRIP), ViewMemory().layout(Stage.PHASES)) == (Layout(2, 3), None)
    ViewMemory().keep_layout(Stage.PHASES, FOUR)
    assert ViewMemory().layout(Stage.STRIP) is None


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "null",
        "[[1, 2]]",
        '[["x", 1, 2, 3, 4, 5, "6"]]',
        '[["x", 1, 2, 3, 4, 5, NaN]]',
        "7",
        '{"CT 3": [0, 1]}',
    ],
)
def test_that_damaged_settings_are_as_good_as_none(damage: str) -> None:
    for name in ("presets", "layout", "stage_at_baseline", "cine_rate", "linked", "overlay"):
        QSettings().setValue(f"view/{name}", damage)
    memory = ViewMemory()
    assert (memory.stage(True), memory.layout(Stage.PHASES), memory.overlay) == (None, None, OverlayLevel.FULL)
    assert memory.is_on("linked", True)
    assert 1 <= memory.cine_rate <= 30
    assert OwnPresets().ct(3) is None
    OwnPresets().keep_ct(3, Window(200, 50))
    assert OwnPresets().ct(3) == Window(200, 50)


def test_that_presets_are_kept_by_modality_and_ct_windows_in_hu() -> None:
    presets = OwnPresets()
    presets.keep_ct(3, Window(222, 66))
    assert (presets.ct(3), presets.ct(4), presets.keys(CT), presets.keys(MR)) == (Window(222, 66), None, (3,), ())
    presets.forget(MR)
    assert presets.keys(CT) == (3,)
    presets.forget(CT)
    assert presets.keys(CT) == ()


def test_that_an_mr_window_means_the_same_brightness_on_a_scan_with_other_values() -> None:
    """Half as wide as the values and a tenth of them above their middle: so on a scan ten times as bright."""
    presets = OwnPresets()
    presets.keep_mr(1, Window(500, 600), whole=Window(1000, 500))
    assert presets.mr(1, whole=Window(1000, 500)) == Window(500, 600)
    assert presets.mr(1, whole=Window(10000, 5000)) == Window(5000, 6000)
