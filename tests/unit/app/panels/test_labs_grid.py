"""The grid of laboratory values as its user has it: typed, refused, asked about, undone, pasted, used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from app.desks.labs import LabsDesk
from app.panels.labs_grid import LabsWindow
from app.resources import load_ruleset
from app.session import ReadingSession
from app.state.clinical import Analyte
from app.state.events import BaselineConfirmed
from app.state.record import Record
from app.storage.database import Database
from app.store import CaseStore
from app.theme import Theme
from tests.support.cases import READER
from tests.support.databases import opened, url_in

_SAID = 2
"""The column of a preview that says what a row is taken for."""


def said(lines: QTableWidget, row: int) -> str:
    item = lines.item(row, _SAID)
    assert item is not None
    return item.text()


def choices(columns: QTableWidget, row: int, column: int) -> QComboBox:
    box = columns.cellWidget(row, column)
    assert isinstance(box, QComboBox)
    return box


AST, INR = list(Analyte).index(Analyte.AST) + 1, list(Analyte).index(Analyte.INR) + 1


class Bench:
    """A case, its session and the window of its laboratory values."""

    def __init__(self, qtbot: QtBot, theme: Theme, folder: Path) -> None:
        self.database = Database.open(url_in(folder))
        opened(self.database, BaselineConfirmed("BL", date(2025, 1, 10)))
        self.session = ReadingSession(CaseStore(self.database), load_ruleset(), READER)
        self.session.open_case("C-1")
        self.session.select_visit("FU1")
        self.parent = QWidget()
        qtbot.addWidget(self.parent)
        self.desk = LabsDesk(self.session, theme, self.parent)
        self.desk.open()
        self.settle()

    @property
    def window(self) -> LabsWindow:
        assert self.desk.window is not None
        return self.desk.window

    @property
    def record(self) -> Record:
        assert self.session.record is not None
        return self.session.record

    def settle(self) -> None:
        for _ in range(3):
            QApplication.processEvents()

    def go(self, row: int, column: int) -> None:
        table = self.window.table
        table.setCurrentIndex(table.labs.index(row, column))
        self.settle()

    def type(self, text: str, end: Qt.Key = Qt.Key.Key_Tab) -> None:
        """Type into the current cell as a person does, and leave it by this key."""
        table = self.window.table
        if self._editor() is None:  # Tab has opened that of the next cell already
            QTest.keyClicks(table, text[0])
            text = text[1:]
        editor = self._editor()
        assert editor is not None
        QTest.keyClicks(editor, text)
        QTest.keyClick(editor, end)
        self.settle()

    def _editor(self) -> QLineEdit | None:
        return next((w for w in self.window.table.viewport().findChildren(QLineEdit) if w.isVisible()), None)

    def shown(self, row: int, column: int) -> str:
        return str(self.window.model.index(row, column).data())


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("HEPATRACE_DATA", str(tmp_path))
    made = Bench(qtbot, theme, tmp_path)
    yield made
    made.window.close()
    made.database.close()


def test_that_a_row_is_typed_with_its_date_undone_and_used_for_a_time_point_on_request_only(bench: Bench) -> None:
    bench.type("2025-02-15")
    bench.type("34.2 umol/L")
    assert [x.on for x in bench.record.labs] == [date(2025, 2, 15)]
    assert bench.shown(0, 1) == "34.2 µmol/L\n= 2 mg/dL"
    assert bench.window.table.currentIndex().column() == 2, "Tab goes on in the row that was made"
    assert bench.window.table.currentIndex().row() == 0
    bench.go(0, AST)
    bench.window.limit.setText("40")
    bench.window.limit.editingFinished.emit()
    bench.type("80", Qt.Key.Key_Return)
    assert bench.shown(0, AST) == "80\n= 2 × ULN"
    before = bench.record.visit("FU1")
    assert before is not None and before.clinical is None
    bench.go(0, AST)
    bench.window.use.click()
    visit = bench.record.visit("FU1")
    assert visit is not None and visit.clinical is not None
    assert (visit.clinical.bilirubin_mg_dl, visit.clinical.ast_x_uln, visit.clinical.labs_day) == (2, 2, 36)
    bench.session.undo()
    bench.session.undo()
    bench.settle()
    assert bench.shown(0, AST) == ""
    QTest.keyClick(bench.window.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    bench.go(0, 0)
    QTest.keyClick(bench.window.table, Qt.Key.Key_Delete)
    bench.settle()
    assert bench.record.labs == ()


def test_that_what_cannot_be_read_stays_in_its_cell_and_is_not_recorded(bench: Bench) -> None:
    bench.go(0, INR)
    bench.type("1.1")
    assert bench.shown(0, INR) == "1.1" and "date" in bench.window.said.text()
    assert bench.record.labs == ()
    bench.go(0, 0)
    bench.type("2025-02-15")
    bench.type("35,000")
    assert bench.shown(0, 1) == "35,000" and "write which" in bench.window.said.text()
    assert bench.record.labs == ()


def test_that_a_value_out_of_range_is_asked_about_and_kept_as_typed(bench: Bench) -> None:
    bench.type("2025-02")
    bench.type("34.2", Qt.Key.Key_Return)
    (labs,) = bench.record.labs
    assert labs.on.isoformat() == "2025-02" and not labs.values[0].confirmed
    assert bench.window.as_typed.isVisible() and "As typed?" in bench.window.asked.text()
    bench.window.as_typed.click()
    bench.settle()
    (labs,) = bench.record.labs
    assert labs.values[0].confirmed and labs.values[0].value == Fraction("34.2")
    assert not bench.window.as_typed.isVisible()


def test_that_a_pasted_block_is_shown_before_it_is_recorded(bench: Bench) -> None:
    bench.go(0, 0)
    QGuiApplication.clipboard().setText("2025-01-06\t1.4\t4.4\n2025-02-17\tx\t3.9\n")
    QTest.keyClick(bench.window.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    bench.settle()
    preview = bench.desk.preview
    assert preview is not None and bench.record.labs == ()
    assert preview.lines.rowCount() == 4 and "1 not taken" in preview.said.text()
    preview.add.click()
    bench.settle()
    assert [[str(v.value) for v in x.values] for x in bench.record.labs] == [["7/5", "22/5"], ["39/10"]]


def test_that_a_table_needs_its_units_and_is_remembered_once_confirmed(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "labs.csv"
    file.write_text("Date,T-Bil,AFP (ng/mL)\n2025-01-06,34.2,>35000\n", encoding="utf-8")
    bench.desk.open_file(file)
    preview = bench.desk.preview
    assert preview is not None and not preview.add.isEnabled() and "T-Bil" in preview.said.text()
    unit = choices(preview.columns, 1, 2)
    unit.setCurrentIndex(unit.findData("µmol/L"))
    assert said(preview.lines, 0) == "Bilirubin 34.2 µmol/L = 2 mg/dL"
    preview.add.click()
    bench.settle()
    assert bench.record.labs[0].values[0].canonical == 2
    bench.desk.open_file(file)
    again = bench.desk.preview
    assert again is not None and "2 known" in again.said.text()
    again.reject()


def test_that_treatments_typed_or_pasted_in_rows_are_shown_then_recorded_in_one_step(bench: Bench) -> None:
    bench.desk.open_rows()
    grid = bench.desk.rows
    assert grid is not None
    grid.table.setCurrentIndex(grid.model.index(0, 0))
    QTest.keyClick(grid.table, Qt.Key.Key_2)
    editor = grid.table.viewport().findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, "012-02")
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert grid.table.currentIndex().column() == 1
    grid.paste("haic\t\t\t\t1\nx\n")
    grid.table.setCurrentIndex(grid.model.index(2, 0))
    grid.paste("2025-02-17\t\t\t\t\t\t\t\t\t\t2")
    bench.settle()
    assert [said(grid.lines, at) for at in range(3)] == [
        "HAIC, cycle 1",
        "treatment or event",
        "ECOG 2 at FU1",
    ]
    assert bench.record.treatments == ()
    grid.add.click()
    bench.settle()
    (haic,) = bench.record.treatments
    visit = bench.record.visit("FU1")
    assert haic.on.isoformat() == "2012-02" and visit is not None and visit.clinical is not None
    assert visit.clinical.ecog == 2
    bench.session.undo()
    visit = bench.record.visit("FU1")
    assert bench.record.treatments == () and visit is not None and visit.clinical is None


def test_that_the_columns_of_a_table_of_treatments_are_proposed_and_can_be_given_another_meaning(
    bench: Bench, tmp_path: Path
) -> None:
    file = tmp_path / "course.csv"
    file.write_text("Date,What,Dose,Gy\n2025-05-01,RT,6000,\n", encoding="utf-8")
    bench.desk.open_file(file)
    preview = bench.desk.preview
    assert preview is not None
    assert said(preview.lines, 0) == "radiotherapy, 6000, RT"
    means = [choices(preview.columns, row, 1) for row in range(4)]
    means[3].setCurrentIndex(0)
    means[2].setCurrentIndex(means[2].findData("dose_gy"))
    assert not preview.add.isEnabled() and "none of Gy, cGy" in preview.said.text()
    unit = choices(preview.columns, 2, 2)
    unit.setCurrentIndex(unit.findData("cGy"))
    assert said(preview.lines, 0) == "radiotherapy, 6000 cGy = 60 Gy, RT"
    preview.add.click()
    assert bench.record.treatments[0].dose_gy == 60
