"""The worklist, the toast and the foot of the reading panel."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.models.worklist import COLUMNS, CaseLine, View, WorklistColumn, cell_text, line_of
from app.panels.app_bar import StatusBar
from app.panels.reading_footer import ReadingFooter
from app.panels.toast import SHOWN_MS, Toast
from app.panels.worklist import Worklist
from app.state.signatures import SignedVisit
from app.theme import Theme
from mrecist.lesions import Absent, Observation
from tests.support.example_reading import READ_ID, example_reading, example_record

TODAY = date(2025, 6, 12)
LINE = line_of(example_record(), example_reading().assessment, TODAY)


@pytest.fixture
def worklist(qtbot: QtBot, theme: Theme) -> Worklist:
    made = Worklist(theme)
    qtbot.addWidget(made)
    made.resize(1600, 900)
    signed = replace(LINE, case_id="HEP-0139", name="이정희", signed=True, borderline=False, tace=None, sorafenib=None)
    made.set_lines([LINE, signed, CaseLine("HEP-0200", fault="the log is broken at entry 3")])
    made.show()
    return made


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (WorklistColumn.PATIENT, "김영수 M 63"),
        (WorklistColumn.LAST, "FU2"),
        (WorklistColumn.DATE, "2025-06-10"),
        (WorklistColumn.INTRAHEPATIC, "PR"),
        (WorklistColumn.COMPOSITE, "PD"),
        (WorklistColumn.TACE, "? judge"),
        (WorklistColumn.WINDOW, "07-08 – 08-05"),
        (WorklistColumn.DUE, "in 26\u00a0d"),
        (WorklistColumn.READS, "unsigned"),
    ],
)
def test_that_a_line_says_where_a_case_stands(column: WorklistColumn, text: str) -> None:
    assert cell_text(LINE, column) == text


def test_that_views_count_and_filter(qtbot: QtBot, worklist: Worklist) -> None:
    counts = {view: worklist.table_model.count(view) for view in View}
    assert counts == {
        View.ALL: 3, View.UNSIGNED: 1, View.JUDGEMENT: 1, View.OVERDUE: 0, View.BORDERLINE: 1, View.PROBLEMS: 1,
    }  # fmt: skip
    qtbot.mouseClick(worklist.views[View.PROBLEMS], Qt.MouseButton.LeftButton)
    assert [line.case_id for line in worklist.table_model.lines] == ["HEP-0200"]


def test_that_search_finds_korean_names(qtbot: QtBot, worklist: Worklist) -> None:
    worklist.search.setText("정희")
    assert [line.case_id for line in worklist.table_model.lines] == ["HEP-0139"]


def test_that_enter_or_a_double_click_opens_a_case(qtbot: QtBot, worklist: Worklist) -> None:
    worklist.table.selectRow(1)
    with qtbot.waitSignal(worklist.case_opened) as told:
        qtbot.keyClick(worklist.table, Qt.Key.Key_Return)
    assert told.args == ["HEP-0142"]


def test_that_a_broken_case_is_not_opened(qtbot: QtBot, worklist: Worklist) -> None:
    worklist.table.selectRow(2)
    with qtbot.assertNotEmitted(worklist.case_opened):
        qtbot.keyClick(worklist.table, Qt.Key.Key_Return)


def test_that_sorting_by_due_puts_cases_without_a_date_last(worklist: Worklist) -> None:
    worklist.table_model.sort(COLUMNS.index(WorklistColumn.DUE))
    assert worklist.table_model.lines[-1].case_id == "HEP-0200"


def test_that_an_empty_worklist_says_how_to_begin(qtbot: QtBot, worklist: Worklist) -> None:
    worklist.set_lines([])
    assert worklist.empty_words.text() == "No cases yet. Import a folder or open the demonstration study."
    with qtbot.waitSignal(worklist.demo_requested):
        qtbot.mouseClick(worklist.empty_demo, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(worklist.import_requested):
        qtbot.mouseClick(worklist.empty_import, Qt.MouseButton.LeftButton)


def test_that_a_toast_goes_after_six_seconds_and_offers_undo(qtbot: QtBot, theme: Theme) -> None:
    views = QWidget()
    views.resize(900, 600)
    qtbot.addWidget(views)
    elsewhere = QLineEdit(views)
    toast = Toast(theme, views)
    views.show()
    elsewhere.setFocus()
    toast.tell("IT1 at FU2: 26.8 mm recorded")
    assert SHOWN_MS == 6000
    assert toast.isVisible()
    assert abs(toast.geometry().center().x() - views.rect().center().x()) <= 1
    toast.timer.setInterval(10)
    toast.timer.start()
    qtbot.waitUntil(lambda: not toast.isVisible(), timeout=10_000)
    toast.tell("again")
    with qtbot.waitSignal(toast.undone):
        qtbot.mouseClick(toast.undo, Qt.MouseButton.LeftButton)
    assert not toast.isVisible()
    toast.tell("Delayed phase missing", undo=False)
    toast.outdate()
    assert toast.isVisible(), "what takes nothing back is as true as before"
    toast.tell(
        "FU2 and FU3 (liver) are registered, with doubt. 49 of 60 places in the liver are found again within 9 mm."
    )
    high = toast.height()
    views.resize(500, 600)  # the decision opens, which is wide
    qtbot.waitUntil(lambda: views.rect().contains(toast.geometry()))
    assert toast.height() > high and toast.message.height() >= toast.message.heightForWidth(toast.message.width())


def test_that_news_goes_from_the_status_bar_and_what_a_tool_asks_for_stays(qtbot: QtBot, theme: Theme) -> None:
    bar = StatusBar(theme)
    qtbot.addWidget(bar)
    bar.news.setInterval(10)
    bar.say("No window is kept under 6", passing=True)
    qtbot.waitUntil(lambda: bar.said == "")
    bar.say("old news", passing=True)
    bar.say("Draw the long line")
    assert bar.said and not bar.news.isActive()


def test_that_the_foot_leads_on_until_all_is_read_then_signs(qtbot: QtBot, theme: Theme) -> None:
    foot = ReadingFooter(theme)
    qtbot.addWidget(foot)
    reading = example_reading()
    foot.set_reading(reading)
    foot.show()
    assert foot.next.words == "Next: ENT1"
    assert not foot.sign.isEnabled()
    with qtbot.waitSignal(foot.next_requested) as told:
        qtbot.mouseClick(foot.next, Qt.MouseButton.LeftButton)
    assert told.args == ["ENT1"]
    read = reading.read
    last = replace(read.timepoints[-1], observations=(*read.timepoints[-1].observations, Observation("ENT1", Absent())))
    record = replace(reading.record, reads=(replace(read, timepoints=(*read.timepoints[:-1], last)),))
    foot.set_reading(replace(reading, record=record))
    assert foot.next.isHidden()
    with qtbot.waitSignal(foot.sign_requested):
        qtbot.mouseClick(foot.sign, Qt.MouseButton.LeftButton)
    foot.set_reading(replace(reading, record=record), proposed=True)
    assert not foot.sign.isEnabled()
    signed = replace(record, signed=(SignedVisit(READ_ID, "FU2", "Dr J. Lee", "", ""),))
    foot.set_reading(replace(reading, record=signed))
    with qtbot.waitSignal(foot.amend_requested):
        qtbot.mouseClick(foot.sign, Qt.MouseButton.LeftButton)
    assert foot.note.text() == "Signed by Dr J. Lee\nmeaning not stated"
    assert foot.onward.words == "Go to BL", "none is left after it: the first that is not signed"
    everything = tuple(SignedVisit(READ_ID, visit.id, "Dr J. Lee", "", "") for visit in record.assessed_visits)
    foot.set_reading(replace(reading, record=replace(record, signed=everything)))
    assert foot.onward.isHidden() and foot.after.text() == "Every time point is signed."


def test_that_a_small_window_is_never_scrolled_sideways(worklist: Worklist) -> None:
    table = worklist.table
    wide = [table.columnWidth(at) for at in range(len(COLUMNS))]
    worklist.resize(1280, 748)
    QApplication.processEvents()
    narrow = [table.columnWidth(at) for at in range(len(COLUMNS))]
    assert table.horizontalHeader().length() <= table.viewport().width()
    assert narrow[COLUMNS.index(WorklistColumn.CASE)] == wide[COLUMNS.index(WorklistColumn.CASE)]
    for column in (WorklistColumn.PATIENT, WorklistColumn.PROTOCOL):
        assert narrow[COLUMNS.index(column)] < wide[COLUMNS.index(column)]


def test_that_one_case_is_one_case(worklist: Worklist) -> None:
    assert worklist.told.text() == "3 cases · sorted by case"
    worklist.set_lines([LINE])
    assert worklist.told.text() == "1 case · sorted by case"
