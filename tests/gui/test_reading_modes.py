"""A sequential, blinded read in the window: begun from the form, nothing leaks, and lifting is recorded."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.cohort.sources import Judging, database_cohort
from app.desks.case_list import hiding_cases
from app.reading_page import RightPage
from app.resources import load_ruleset
from app.state.events import BaselineConfirmed, HidingLifted, ReadStarted, TreatmentRecorded
from app.state.reading_mode import Hidden
from app.state.record import DatedTreatment
from app.storage.database import Database
from mrecist.case import TreatmentKind
from tests.support.cases import BASELINE_DATE, READ, READER, added, found, measured
from tests.support.databases import opened, url_in
from tests.support.driver import Driver

CONTROL = Qt.KeyboardModifier.ControlModifier
SECOND = "Reader B"


def test_that_a_sequential_blinded_read_shows_neither_what_comes_nor_whom_it_is_of(
    qtbot: QtBot, tmp_path: Path
) -> None:
    tace = TreatmentRecorded(DatedTreatment("T-1", TreatmentKind.TACE, date(2025, 1, 10)))
    with Database.open(url_in(tmp_path)) as database:
        first = (added("IT1", "BL", measured("30")), found("IT1", "FU1", measured("10")))
        opened(database, BaselineConfirmed("BL", BASELINE_DATE), tace, *first)
    driver = Driver(qtbot, url_in(tmp_path), SECOND, size=(1280, 800))
    try:
        station, page, session = driver.station, driver.page, driver.session
        station.work.open_case("C-1")
        driver.settle()
        station.wiring.actions.of("read.mode").trigger()
        assert page.right_page is RightPage.MODE and driver.window.focusWidget() is page.mode.begin
        for hidden in (Hidden.LATER, Hidden.CLINICAL, Hidden.PATIENT):
            driver.key(Qt.Key.Key_Space, widget=page.mode.choosing[hidden])
        assert page.mode.choosing[Hidden.OTHERS].isChecked(), "the read of another is there to be hidden"
        assert page.mode.choosing[Hidden.OTHERS].isVisible()
        driver.key(Qt.Key.Key_Return, widget=page.mode.begin)
        begun = session.store.entries[-1].event
        chosen = (Hidden.LATER, Hidden.CLINICAL, Hidden.PATIENT, Hidden.OTHERS)
        assert begun == ReadStarted(SECOND, blinded=True, hides=chosen)
        seen = [text for one in driver.window.findChildren(QLabel) if "Reader A" in (text := one.text())]
        assert not seen, "what was told of another's read before is gone"

        assert page.right_page is RightPage.READING and session.selection.visit_id == "BL"
        driver.key(Qt.Key.Key_Right, CONTROL, widget=page.table.grid)
        assert session.selection.visit_id == "BL" and "FU1 stays hidden until BL is signed" in page.toast.message.text()
        assert "hidden until BL is signed" in page.timepoints.views["FU1"].accessibleName()
        assert "2025-02-17" not in page.timepoints.views["FU1"].accessibleName()
        assert not session.reads_in_sight or [x.reader for x in session.reads_in_sight] == [SECOND]
        for action in ("visit.clinical", "file.clinical", "view.decision", "file.decision_note"):
            assert not station.wiring.actions.of(action).isEnabled()
        station.work.refresh_cases()
        qtbot.waitUntil(lambda: not station.runner.is_running("cases"))
        driver.settle()
        (line,) = driver.window.worklist.table_model.lines
        assert (line.name, line.last_visit, line.intrahepatic, line.tace) == ("", "BL", None, None)
        with Database.open(url_in(tmp_path)) as database:
            hidden = hiding_cases(database, None, SECOND)
            assert hidden == ("C-1",) and hiding_cases(database, None, "Reader A") == ()
            cohort = database_cohort(database, Judging(load_ruleset()))
        assert cohort.rows and cohort.without_hidden(hidden).rows == (), "nor does the cohort tell"
        assert "C-1: your read of it hides part of it" in cohort.without_hidden(hidden).left_out

        assert session.do(added("IT1", "BL", measured("31")))
        driver.sign()
        driver.key(Qt.Key.Key_Right, CONTROL, widget=page.table.grid)
        assert session.selection.visit_id == "FU1"
        reading = session.reading
        assert reading is not None and reading.finding("IT1", "FU1") is None, "the other read is another's"
        assert session.record is not None and session.record.treatments == ()

        assert session.begin_again(()), "which lifts nothing"
        left = (Hidden.CLINICAL, Hidden.PATIENT, Hidden.OTHERS)
        assert session.hides == left, "of the later time points all are in sight"
        station.wiring.actions.of("read.mode").trigger()
        assert not page.mode.choosing[Hidden.CLINICAL].isEnabled()
        driver.key(Qt.Key.Key_Space, widget=page.mode.lifting[Hidden.CLINICAL])
        assert not page.mode.lift.isEnabled(), "not without a reason"
        driver.type(page.mode.reason, "dose needed for a safety report")
        driver.key(Qt.Key.Key_Return, widget=page.mode.reason)
        lifted = session.store.entries[-1].event
        assert lifted == HidingLifted(SECOND, (Hidden.CLINICAL,), "dose needed for a safety report")
        assert [x.id for x in session.record.treatments] == ["T-1"] and session.record.patient.name == ""
        session.undo()
        assert session.store.entries[-1].event == lifted, "what was seen is not taken back"
    finally:
        driver.close()


def test_that_a_second_read_is_begun_from_the_reads_side_by_side_and_taken_back_where_it_is_told(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_of: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("app.cohort.read_comparison.compare_reads", crash)
    with Database.open(url_in(tmp_path)) as database:
        case = opened(database, BaselineConfirmed("BL", BASELINE_DATE), added("IT1", "BL", measured("30")))
        case.do(ReadStarted(SECOND), SECOND, "read-2")
        case.do(added("IT1", "BL", measured("28")), SECOND, "read-2")
    driver = Driver(qtbot, url_in(tmp_path), READER, size=(1280, 800))
    try:
        session, toast = driver.session, driver.page.toast
        driver.station.work.open_case("C-1")
        driver.settle()
        driver.key("G", CONTROL | Qt.KeyboardModifier.ShiftModifier, widget=driver.page.grid.active)
        reads = driver.station.comparing.page
        assert reads is not None and reads.isVisible()
        qtbot.waitUntil(reads.empty.isVisible)
        assert "The comparison stopped. Nothing was changed" in reads.empty.text(), "and no words of the program's own"
        driver.click(reads.again)
        driver.settle()
        assert (session.read_id, session.selection.visit_id) == ("read-3", "BL")
        assert session.reading is not None and session.reading.lesions == ()
        assert "Second read begun" in toast.message.text() and toast.undo.isVisible()
        driver.click(toast.undo)
        driver.settle()
        assert session.read_id == READ and [x.id for x in session.reading.lesions] == ["IT1"]
    finally:
        driver.close()


def test_that_a_lesion_of_another_read_opens_at_ones_own_name_for_it(qtbot: QtBot, tmp_path: Path) -> None:
    """Both measured it at one place; the one calls it IT1, the other T1."""
    with Database.open(url_in(tmp_path)) as database:
        case = opened(database, BaselineConfirmed("BL", BASELINE_DATE), added("IT1", "BL", measured("50", "1.1")))
        case.do(ReadStarted(SECOND), SECOND, "read-2")
        case.do(added("T1", "BL", measured("48", "1.1")), SECOND, "read-2")
    driver = Driver(qtbot, url_in(tmp_path), READER, size=(1280, 800))
    try:
        driver.station.work.open_case("C-1")
        driver.station.comparing.show()
        reads = driver.station.comparing.page
        assert reads is not None
        for box, read_id in ((reads.first, "read-2"), (reads.second, READ)):
            box.setCurrentIndex(box.findData(read_id))
        reads.asked.emit()
        qtbot.waitUntil(lambda: driver.station.comparing.compared is not None)
        reads.lesions.setCurrentCell(0, 0)
        driver.key(Qt.Key.Key_Return, widget=reads.lesions)
        assert (driver.session.read_id, driver.session.selection.lesion_id) == (READ, "IT1")
    finally:
        driver.close()
