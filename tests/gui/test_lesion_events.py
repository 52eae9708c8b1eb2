"""What happened to a lesion, recorded from the reading screen by keys and clicks; nothing is modal, all is undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.demo.truth import Truth
from app.state.events import (
    BaselineConfirmed,
    LesionAdded,
    SeriesImported,
    TreatmentRecorded,
    VisitProposed,
    VisitSigned,
)
from app.state.record import DatedTreatment
from app.storage.database import Database
from mrecist.case import TreatmentKind
from mrecist.lesions import (
    Features,
    Finding,
    Lesion,
    Measured,
    Merged,
    Nonviable,
    Observation,
    Present,
    Split,
    TooSmall,
)
from mrecist.values import (
    Certainty,
    Diameter,
    EarlierAbsence,
    LesionRole,
    Line,
    LocalTreatment,
    Organ,
    Proof,
    Region,
)
from tests.support.cases import BASELINE_DATE, READ, READER, added, found, measured, series_ref
from tests.support.databases import opened, url_in
from tests.support.driver import Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
FU2 = date(2025, 3, 31)
IN1 = Lesion("IN1", Region.INTRAHEPATIC, LesionRole.NEW, Organ.LIVER)


@pytest.fixture
def driver(qtbot: QtBot, tmp_path: Path) -> Iterator[Driver]:
    """Two liver targets, 30 and 20 mm; at FU1 one is gone and a nodule of 8 mm is new; FU2 is still to be read."""
    with Database.open(url_in(tmp_path)) as database:
        opened(
            database,
            BaselineConfirmed("BL", BASELINE_DATE),
            SeriesImported((series_ref("1.3", FU2),)),
            VisitProposed("FU2", (FU2,), ("1.3",)),
            added("IT1", "BL", measured("30")),
            added("IT2", "BL", measured("20")),
            found("IT1", "FU1", measured("20")),
            found("IT2", "FU1", Nonviable()),
            LesionAdded(IN1, "FU1", Observation("IN1", measured("8"), Features(certainty=Certainty.EQUIVOCAL))),
            TreatmentRecorded(DatedTreatment("T1", TreatmentKind.TACE, date(2025, 3, 3))),
        )
    driver = Driver(qtbot, url_in(tmp_path), READER, size=(1280, 800))
    driver.station.work.open_case("C-1")
    driver.session.select_visit("FU2")
    driver.settle()
    yield driver
    driver.close()


def seen(driver: Driver, lesion: str, visit: str = "FU2") -> Observation | None:
    record = driver.session.record
    assert record is not None
    read = record.read(READ)
    assert read is not None
    return read.observation(visit, lesion)


def finding(driver: Driver, lesion: str, visit: str = "FU2") -> Finding | None:
    found_there = seen(driver, lesion, visit)
    return None if found_there is None else found_there.finding


def type_mm(driver: Driver, lesion: str, mm: str) -> None:
    """Click the lesion and type its diameter into the cell, as the table takes it."""
    driver.click_lesion(lesion)
    grid = driver.page.table.grid
    QTest.keyClicks(grid, mm[0])  # the first digit opens the editor
    editor = QApplication.focusWidget()
    assert editor is not None and editor is not grid
    QTest.keyClicks(editor, mm[1:])
    driver.key(Qt.Key.Key_Return, widget=editor)
    driver.settle()


def choose(driver: Driver, key: Qt.Key, words: str) -> None:
    """Press the key of an event, and take the choice that says so, by the keyboard."""
    driver.key(key, SHIFT, widget=driver.page.table.grid)
    menu = driver.page.findings.choices
    assert menu.isVisible() and QApplication.activeModalWidget() is None
    for action in menu.actions():
        if action.isEnabled() and not action.isSeparator():
            driver.key(Qt.Key.Key_Down, widget=menu)
            if words in action.text():
                break
    driver.key(Qt.Key.Key_Return, widget=menu)
    driver.settle()


def undo(driver: Driver) -> None:
    driver.key(Qt.Key.Key_Z, CONTROL, widget=driver.page.table.grid)
    driver.settle()


def split_measure_merge_and_take_back(driver: Driver) -> None:
    """12 + 9 = 21 mm in place of 30 mm; with IT2 of 5 mm 26 of 50 mm: PR. Taken back step by step."""
    type_mm(driver, "IT2", "5")
    driver.click_lesion("IT1")
    driver.key(Qt.Key.Key_E, widget=driver.page.table.grid)
    asked = QApplication.activePopupWidget()
    assert asked is driver.page.findings.reasons and finding(driver, "IT1") is None, "the reason is asked for first"
    driver.key(Qt.Key.Key_Escape, widget=asked)
    choose(driver, Qt.Key.Key_D, "2 fragments")
    assert finding(driver, "IT1") == Split()
    assert driver.session.selection.lesion_id == "IT1.1", "the first fragment is measured next"
    driver.key(Qt.Key.Key_Escape, widget=driver.page.grid.active)
    type_mm(driver, "IT1.1", "12")
    type_mm(driver, "IT1.2", "9")
    reading = driver.session.reading
    assert reading is not None and reading.response is not None
    assert (reading.response.intrahepatic.sum_mm, reading.response.intrahepatic.target) == (26, "PD")
    model = driver.page.table.grid.model()
    rows = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert [text.strip() for text in rows if text and text.strip().startswith("IT")] == ["IT1", "IT1.1", "IT1.2", "IT2"]

    driver.click_lesion("IT1.1")
    choose(driver, Qt.Key.Key_J, "with IT1.2: measured as one next")
    assert finding(driver, "IT1.2") == Merged("IT1.1")
    assert finding(driver, "IT1.1") is None, "12 mm were of the one fragment: they are not the diameter of both"
    assert not driver.page.footer.sign.isEnabled(), "the two are still to be measured as one"
    driver.key(Qt.Key.Key_Escape, widget=driver.page.grid.active)
    undo(driver)  # both are one step
    assert finding(driver, "IT1.1") == Measured(Diameter(120))
    assert finding(driver, "IT1.2") == Measured(Diameter(90))
    choose(driver, Qt.Key.Key_J, "with IT1.2: the 12.0 mm are of both")
    assert (finding(driver, "IT1.1"), finding(driver, "IT1.2")) == (Measured(Diameter(120)), Merged("IT1.1"))
    undo(driver)
    for _ in range(3):
        undo(driver)
    assert finding(driver, "IT1") is None
    assert driver.session.reading is not None
    assert [x.id for x in driver.session.reading.lesions] == ["IT1", "IT2", "IN1"]


def answer_treat_and_settle(driver: Driver) -> None:
    """IT2 was gone at FU1 and is 5.5 mm: had it been there, 5 mm."""
    type_mm(driver, "IT2", "5.5")
    card = driver.page.happened
    assert card.isVisible() and QApplication.activeModalWidget() is None
    effects = [said.text() for said in card.findChildren(QLabel) if said.isVisible()]
    assert any(said.startswith("FU1: too small, counts 5.0\u00a0mm.") for said in effects), "it counts, unmeasured"
    driver.click(card.buttons["seen_again", "unclear"])
    driver.settle()
    assert any("could not be evaluated" in said.text() for said in card.findChildren(QLabel) if said.isVisible())
    undo(driver)
    driver.click(card.buttons["seen_again", "there"])
    driver.settle()
    assert finding(driver, "IT2", "FU1") == TooSmall()
    assert ("seen_again", "open") not in card.buttons, "nothing is gone before it: there is nothing to ask again"
    answered = seen(driver, "IT2")
    assert answered is not None and answered.features.earlier_absence is EarlierAbsence.MISTAKEN
    undo(driver)  # the answer and what it corrects are one step
    assert finding(driver, "IT2", "FU1") == Nonviable() and ("seen_again", "gone") in card.buttons

    choose(driver, Qt.Key.Key_T, "TACE of 2025-03-03")
    treated = seen(driver, "IT2")
    assert treated is not None and treated.finding == Measured(Diameter(55))
    assert (treated.features.treated_since, treated.features.treatment_id) == (LocalTreatment.TACE, "T1")

    type_mm(driver, "IN1", "9")
    assert "It does not count" in card.meaning.text()
    driver.click(card.buttons["proof", "Positive"])
    driver.settle()
    settled = seen(driver, "IN1")
    assert settled is not None and (settled.features.proof, settled.features.settled_on) == (Proof.POSITIVE, FU2)
    assert "dated back to FU1" in card.meaning.text()


def note_an_effusion_and_settle_it(driver: Driver) -> None:
    """Without a line: the form asks for cytology alone; positive, it counts; undone, nothing is left of it."""
    choose(driver, Qt.Key.Key_U, "Pleural effusion")
    assert driver.session.selection.lesion_id == "EN1"
    assert finding(driver, "EN1") == Present()
    card = driver.page.happened
    assert [field for field, _ in card.buttons] == ["cytology", "cytology"]
    assert "It does not count" in card.meaning.text()
    driver.click(card.buttons["cytology", "Positive"])
    driver.settle()
    assert "It counts: extrahepatic PD" in card.meaning.text()
    undo(driver)
    undo(driver)
    assert driver.session.reading is not None
    assert "EN1" not in [x.id for x in driver.session.reading.lesions]


def test_that_what_happened_to_lesions_is_recorded_by_keys_and_clicks_undone_and_locked(driver: Driver) -> None:
    split_measure_merge_and_take_back(driver)
    answer_treat_and_settle(driver)
    note_an_effusion_and_settle_it(driver)
    type_mm(driver, "IT1", "20")
    assert driver.session.do(VisitSigned("FU2", READER, driver.session.store.head, "mrecist-literal", ()))
    driver.click_lesion("IT2")
    driver.settle()
    assert not driver.page.findings.happened.isVisible(), "a signed time point is locked"
    assert not [button for button in driver.page.happened.buttons.values() if button.isVisible()]
    driver.key(Qt.Key.Key_D, SHIFT, widget=driver.page.table.grid)
    assert not driver.page.findings.choices.isVisible()
    driver.key(Qt.Key.Key_D, SHIFT, widget=driver.page.grid.active)
    assert driver.page.toast.message.text() == "FU2 is signed. Amend it, with a reason, to change it."


def test_that_fragments_are_measured_by_lines_on_the_image_and_merged_again(
    qtbot: QtBot, tmp_path: Path, small_study: tuple[Path, Truth]
) -> None:
    """The viable strip of IT1 at FU1 as two fragments, each drawn on its own half."""
    folder, truth = small_study
    before, after = truth.timepoint("BL"), truth.timepoint("FU1")
    assert before is not None and after is not None
    baseline, true = before.finding("IT1"), after.finding("IT1")
    assert baseline is not None and baseline.counted is not None and true is not None and true.counted is not None
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    try:
        for series in (folder / "BL" / "arterial", folder / "FU1" / "arterial"):
            driver.drop_folder(series)
        image = (baseline.series_uid, baseline.sop_uid, 1, baseline.frame_of_reference_uid)
        line = Line(*image, baseline.counted.start, baseline.counted.end)
        first = Observation("IT1", Measured(Diameter.from_mm(baseline.counted.diameter_mm), evidence=(line,)))
        lesion = next(x for x in truth.lesions if x.id == "IT1")
        assert driver.session.do(BaselineConfirmed("BL", truth.day0), LesionAdded(lesion, "BL", first))
        driver.station.desk.show_reading()
        driver.session.select_visit("FU1")
        driver.click_lesion("IT1")
        choose(driver, Qt.Key.Key_D, "2 fragments")
        view = driver.view_of(true.series_uid)
        driver.go_to_image(view, true.sop_uid)
        (x1, y1, z), (x2, y2, _) = true.counted.start, true.counted.end
        middle = ((x1 + x2) / 2, (y1 + y2) / 2, z)
        driver.drag(view, true.counted.start, middle)  # the first fragment is asked for at once
        driver.key(Qt.Key.Key_BracketRight, widget=view)
        assert driver.session.selection.lesion_id == "IT1.2"
        driver.key(Qt.Key.Key_Y, widget=view)
        driver.drag(view, middle, true.counted.end)
        halves_mm = []
        for name in ("IT1.1", "IT1.2"):
            half = finding(driver, name, "FU1")
            assert isinstance(half, Measured) and half.evidence[0].sop_uid == true.sop_uid
            assert float(half.diameter.mm) == pytest.approx(true.counted.diameter_mm / 2, abs=1.8)  # a pixel
            halves_mm.append(half.diameter.mm)
        reading = driver.session.reading
        assert reading is not None and reading.response is not None
        assert reading.response.intrahepatic.sum_mm == sum(halves_mm)
        driver.click_lesion("IT1.1")
        choose(driver, Qt.Key.Key_J, "with IT1.2: measured as one next")
        assert finding(driver, "IT1.2", "FU1") == Merged("IT1.1")
        assert "measure IT1.1 as one" in driver.page.toast.message.text(), "the line is drawn at once"
        driver.drag(view, true.counted.end, true.counted.start)  # from the far end: a press on an end moves the line
        whole = finding(driver, "IT1.1", "FU1")
        assert isinstance(whole, Measured)
        assert float(whole.diameter.mm) == pytest.approx(true.counted.diameter_mm, abs=1.8)
    finally:
        driver.close()
