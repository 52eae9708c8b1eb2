"""The series rail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.panels.series_rail import NARROW, WIDE, SeriesRail, amount_text, is_unsure, phase_text
from app.theme import Theme
from app.words import SPACE
from tests.support.example_reading import example_record
from viewers.widgets.view_grid import SERIES_MIME


def none(_uid: str) -> QImage | None:
    return None


def rail(qtbot: QtBot, theme: Theme, upto: str = "FU2") -> SeriesRail:
    made = SeriesRail(theme)
    qtbot.addWidget(made)
    made.set_record(example_record(), upto, lambda _uid: None, {"2.25.FU2.AP"})
    return made


def test_that_the_newest_time_point_comes_first(qtbot: QtBot, theme: Theme) -> None:
    order = list(rail(qtbot, theme).items)
    assert order[0] == "2.25.FU2.AP"
    assert order[-1] == "2.25.BL.Chest"
    assert len(order) == 11


def test_that_time_points_to_come_are_hidden(qtbot: QtBot, theme: Theme) -> None:
    assert all(".BL." in uid for uid in rail(qtbot, theme, "BL").items)


def test_that_it_goes_narrow_and_keeps_its_series(qtbot: QtBot, theme: Theme) -> None:
    made = rail(qtbot, theme)
    assert made.width() == WIDE
    made.set_narrow(True)
    assert made.width() == NARROW
    assert len(made.items) == 11


def test_that_a_phase_on_mr_is_told_from_the_same_phase_on_ct() -> None:
    ct = next(ref for ref in example_record().series if ref.phase == "arterial")
    ct = replace(ct, slice_thickness_mm=2.5, images=69)
    assert amount_text(ct) == f"2.5{SPACE}mm · 69"
    assert amount_text(replace(ct, modality="MR")) == f"MR · 2.5{SPACE}mm · 69"
    assert amount_text(replace(ct, modality="MR", phase=None, description="T2")) == f"2.5{SPACE}mm · 69"


def test_that_a_drag_carries_the_series(qtbot: QtBot, theme: Theme) -> None:
    data = rail(qtbot, theme).items["2.25.FU1.PVP"].mime_data()
    assert bytes(data.data(SERIES_MIME).data()).decode() == "2.25.FU1.PVP"


def test_that_a_double_click_or_enter_opens_a_series(qtbot: QtBot, theme: Theme) -> None:
    made = rail(qtbot, theme)
    made.show()
    with qtbot.waitSignal(made.series_opened) as told:
        qtbot.mouseDClick(made.items["2.25.BL.AP"], Qt.MouseButton.LeftButton)
    assert told.args == ["2.25.BL.AP"]
    with qtbot.waitSignal(made.series_opened):
        qtbot.keyClick(made.items["2.25.BL.AP"], Qt.Key.Key_Return)


def test_that_a_series_that_cannot_be_measured_says_why(qtbot: QtBot, theme: Theme) -> None:
    record = example_record()
    broken = replace(record.series[0], measurable=False, why_not=("3 slices missing",))
    record = replace(record, series=(broken, *record.series[1:]))
    made = SeriesRail(theme)
    qtbot.addWidget(made)
    made.set_record(record, "FU2", lambda _uid: None, set())
    assert "not measurable, 3 slices missing" in made.items[broken.uid].accessibleName()


def test_that_an_unsure_phase_says_so_with_its_evidence_until_it_is_corrected(qtbot: QtBot, theme: Theme) -> None:
    record = example_record()
    evidence = ("'AP' in the description: arterial",)
    unsure = replace(record.series[1], phase_confidence=0.79, phase_evidence=evidence)
    sure = replace(record.series[2], phase_confidence=0.80)
    made = SeriesRail(theme)
    qtbot.addWidget(made)
    made.set_record(replace(record, series=(record.series[0], unsure, sure, *record.series[3:])), "FU2", none, set())
    assert "unsure" in made.items[unsure.uid].accessibleName()
    assert evidence[0] in made.items[unsure.uid].toolTip()
    assert "unsure" not in made.items[sure.uid].accessibleName()
    assert is_unsure(unsure) and not is_unsure(replace(unsure, phase_corrected_by="Dr J. Lee"))


@pytest.mark.parametrize("narrow", [False, True])
def test_that_an_unsure_phase_is_drawn_in_amber(qtbot: QtBot, theme: Theme, narrow: bool) -> None:
    def amber(confidence: float) -> int:
        record = example_record()
        series = replace(record.series[1], phase_confidence=confidence)
        made = SeriesRail(theme)
        qtbot.addWidget(made)
        made.set_narrow(narrow)
        made.set_record(replace(record, series=(record.series[0], series, *record.series[2:])), "FU2", none, set())
        item = made.items[series.uid]
        item.resize(NARROW if narrow else WIDE, item.height())
        image = item.grab().toImage()
        colours = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
        # Letters are smoothed: their amber is mixed with the ground, which is grey like all else.
        return sum(colour.red() > colour.blue() + 60 for colour in colours)

    assert amber(0.79) > 0
    assert amber(0.80) == 0


@pytest.mark.parametrize("narrow", [False, True])
def test_that_a_right_click_or_the_menu_key_asks_for_the_phase(qtbot: QtBot, theme: Theme, narrow: bool) -> None:
    made = rail(qtbot, theme)
    made.set_narrow(narrow)
    item = made.items["2.25.BL.AP"]
    for reason in (QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard):
        with qtbot.waitSignal(made.phase_asked) as told:
            QApplication.sendEvent(item, QContextMenuEvent(reason, QPoint(2, 2), QPoint(40, 50)))
        assert told.args == ["2.25.BL.AP", QPoint(40, 50)]


def test_that_a_corrected_phase_shows_no_confidence() -> None:
    series = example_record().series[1]
    assert phase_text(series) == "AP 0.98"
    assert phase_text(replace(series, phase_corrected_by="Dr J. Lee")) == "AP ✓"


def test_that_place_and_focus_stay_when_another_series_hangs(qtbot: QtBot, theme: Theme) -> None:
    made = rail(qtbot, theme)
    made.resize(168, 120)
    made.show()
    qtbot.waitUntil(lambda: made.verticalScrollBar().maximum() > 40)
    item = made.items["2.25.FU2.PVP"]
    item.setFocus()
    made.verticalScrollBar().setValue(40)
    made.set_record(example_record(), "FU2", none, {"2.25.FU2.PVP"})
    qtbot.wait(1)
    assert made.items["2.25.FU2.PVP"] is item
    assert made.focusWidget() is item
    assert made.verticalScrollBar().value() == 40
