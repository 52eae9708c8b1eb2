"""The window of the laboratory values: a grid to type and paste into, what is asked about, and what a row is for."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from PySide6.QtCore import QItemSelectionModel, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.labs.entry import EntryRefused, exact_number, exact_text
from app.labs.units import ANALYTES
from app.panels.chips import PanelHead, label, rule_line
from app.panels.fields import PickBox
from app.panels.grid_table import GridTable
from app.panels.labs_model import COLUMNS, LabsModel
from app.state.clinical import Analyte, LabSet
from app.state.record import Record
from app.theme import Face, Theme
from app.words import translated


class LabsTable(GridTable):
    """The grid of the laboratory values; clearing a date clears its whole row."""

    def __init__(self, theme: Theme, model: LabsModel) -> None:
        super().__init__(theme, model, translated("Laboratory values"))
        self.labs = model
        self.cleared.connect(self.clear_selected)

    def clear_selected(self) -> None:
        """Clear the selected cells; where a date is among them, its whole row."""
        cells: dict[str, set[Analyte]] = {}
        chosen = self.selectionModel().selectedIndexes()
        self.labs.forget_unread([(x.row(), x.column()) for x in chosen])
        for index in chosen:
            labs = self.labs.labs_at(index.row())
            if labs is not None:
                found = set(COLUMNS) if index.column() == 0 else {COLUMNS[index.column() - 1]}
                cells.setdefault(labs.id, set()).update(found)
        if cells:
            self.labs.clear(cells)


class LabsWindow(QDialog):
    """A window of its own beside the case.

    Signals
    -------
    labs_recorded(tuple), labs_removed(tuple)
        Sets of values, and ids of sets.
    used(LabSet)
        This row is to fill the clinical data of the open time point.
    pasted(str, int, int), import_asked()
        A block of text at a row and column; a table of a file is wanted.
    undo_asked(), redo_asked()
    """

    labs_recorded = Signal(object)
    labs_removed = Signal(object)
    used = Signal(object)
    pasted = Signal(str, int, int)
    import_asked = Signal()
    undo_asked = Signal()
    redo_asked = Signal()

    def __init__(self, theme: Theme, new_id: Callable[[], str], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle(translated("Laboratory values"))
        self.model = LabsModel(theme, new_id)
        self.table = LabsTable(theme, self.model)
        self.unit = PickBox(theme)
        self.limit = QLineEdit()
        self.apply = QPushButton(translated("Apply to the selected rows"))
        self.column_name = label()
        self.asked = label(tone="amber")
        self.as_typed = QPushButton(translated("Yes, as typed"))
        self.go_there = QPushButton(translated("Show it"))
        self.said = label(tone="2", face=Face.SMALL)
        self.use = QPushButton()
        self.load = QPushButton(translated("Import a table …"))
        self.close_button = QPushButton(translated("Close"))
        self._case_id, self._visit_id, self._locked = "", "", False
        self._build()
        self._connect()
        self.resize(theme.px(1180), theme.px(520))

    def set_record(self, record: Record, visit_id: str, locked: bool) -> None:
        """Show the values of a case; `visit_id` is the time point that a row may be used for."""
        at = self.table.currentIndex()
        labs = self.model.labs_at(at.row())
        kept = labs.id if labs else self.model.newest_id
        opened, self._case_id = record.case_id != self._case_id, record.case_id
        self._visit_id, self._locked = visit_id, locked
        rows = self.model.rowCount()
        self.model.set_record(record, opened)
        if at.isValid() and self.model.rowCount() != rows:
            index = self.model.index(self.model.row_of(kept), at.column())
            self.table.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.model.newest_id = ""
        self.use.setText(translated("Use for {visit}", visit=visit_id))
        self._refresh()

    def tell(self, text: str, problem: bool = False) -> None:
        """One line under the grid."""
        self.said.setProperty("tone", "error" if problem else "2")
        self.said.style().polish(self.said)
        self.said.setText(text)

    # --- inside -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        px = self._theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        hint = translated("one row for each date · type or paste · > and < are kept · a unit may follow the number")
        column.addWidget(PanelHead(self._theme, translated("Laboratory values"), hint))
        column.addWidget(rule_line())
        self.limit.setPlaceholderText(translated("not given"))
        self.limit.setFixedWidth(px(80))
        self.limit.setAccessibleName(translated("Upper limit"))
        self.unit.setAccessibleName(translated("Unit"))
        self.unit.setMinimumWidth(px(90))
        limit_name = label(translated("upper limit of the laboratory"), "3")
        column.addLayout(self._line(self.column_name, self.unit, limit_name, self.limit, self.apply, None))
        column.addWidget(self.table, 1)
        column.addWidget(rule_line())
        self._question = QWidget()
        self._question.setLayout(self._line(self.asked, None, self.go_there, self.as_typed))
        column.addWidget(self._question)
        self.use.setProperty("primary", "true")
        self.said.setWordWrap(True)
        foot = self._line(self.said, self.load, self.use, self.close_button)
        foot.setStretch(0, 1)
        column.addLayout(foot)
        for button in (self.apply, self.as_typed, self.go_there, self.use, self.load, self.close_button):
            button.setAutoDefault(False)

    def _line(self, *parts: QWidget | None) -> QHBoxLayout:
        line = QHBoxLayout()
        px = self._theme.px
        line.setContentsMargins(px(10), px(6), px(10), px(6))
        line.setSpacing(px(8))
        for part in parts:
            line.addStretch(1) if part is None else line.addWidget(part)
        return line

    def _connect(self) -> None:
        self.model.recorded.connect(self.labs_recorded)
        self.model.removed.connect(self.labs_removed)
        self.model.told.connect(lambda text: self.tell(text, problem=True))
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._refresh())
        self.table.selectionModel().currentChanged.connect(lambda *_: self._refresh())
        self.model.modelReset.connect(self._refresh)
        self.unit.activated.connect(lambda _at: self._set_column())
        self.limit.editingFinished.connect(self._set_column)
        self.apply.clicked.connect(self._apply)
        self.as_typed.clicked.connect(self._confirm)
        self.go_there.clicked.connect(self._show_asked)
        self.table.pasted.connect(self._paste)
        self.use.clicked.connect(self._use)
        self.load.clicked.connect(self.import_asked)
        self.close_button.clicked.connect(self.close)
        QShortcut(QKeySequence.StandardKey.Undo, self, self.undo_asked.emit)
        QShortcut(QKeySequence.StandardKey.Redo, self, self.redo_asked.emit)

    @property
    def analyte(self) -> Analyte | None:
        """That of the current column."""
        at = self.table.currentIndex().column()
        return COLUMNS[at - 1] if at > 0 else None

    def row(self) -> LabSet | None:
        """The set of the current row."""
        return self.model.labs_at(self.table.currentIndex().row())

    def _refresh(self) -> None:
        analyte = self.analyte
        for part in (self.unit, self.limit, self.apply):
            part.setEnabled(analyte is not None)
        self.unit.clear()
        self.limit.clear()
        if analyte is None:
            self.column_name.setText(translated("Unit and upper limit: choose a column"))
        else:
            rule = ANALYTES[analyte]
            self.column_name.setText(translated("{name} is typed in", name=translated(rule.name)))
            self.unit.addItems([x.text or translated("no unit") for x in rule.units])
            self.unit.setCurrentIndex([x.text for x in rule.units].index(self.model.units[analyte]))
            if analyte in self.model.limits:
                self.limit.setText(exact_text(self.model.limits[analyte]))
        row = self.row()
        self.use.setEnabled(row is not None and bool(self._visit_id) and not self._locked)
        self.use.setToolTip(translated("The time point is locked.") if self._locked else "")
        questions = self.model.open_questions()
        self._question.setVisible(bool(questions))
        if questions:
            at, _column, said = self._asked()
            labs = self.model.labs_at(at)
            more = f" ({len(questions)})" if len(questions) > 1 else ""
            self.asked.setText(f"{labs.on.isoformat() if labs else ''}  {said}{more}")

    def _asked(self) -> tuple[int, int, str]:
        """The question of the current cell, else the first."""
        at = self.table.currentIndex()
        questions = self.model.open_questions()
        return next((x for x in questions if x[:2] == (at.row(), at.column())), questions[0])

    def _confirm(self) -> None:
        row, column, _said = self._asked()
        self.model.confirm(row, column)

    def _show_asked(self) -> None:
        row, column, _said = self._asked()
        self.table.setCurrentIndex(self.model.index(row, column))
        self.table.setFocus()

    def _set_column(self) -> None:
        analyte = self.analyte
        if analyte is None:
            return
        limit: Fraction | None = None
        if text := self.limit.text().strip():
            try:
                limit = exact_number(text)
            except EntryRefused as refused:
                self.tell(f"{translated('Upper limit')}: {refused}", problem=True)
                return
            if limit <= 0:
                self.tell(translated("Upper limit: a number above zero"), problem=True)
                return
        unit = ANALYTES[analyte].units[max(self.unit.currentIndex(), 0)].text
        if (unit, limit) != (self.model.units[analyte], self.model.limits.get(analyte)):
            changed = unit != self.model.units[analyte]
            self.model.set_column(analyte, unit, None if changed else limit)  # a limit of another unit is none
            self._refresh()

    def _apply(self) -> None:
        if (analyte := self.analyte) is not None:
            self._set_column()
            self.model.apply_limit(sorted({x.row() for x in self.table.selectedIndexes()}), analyte)

    def _paste(self, text: str) -> None:
        at = self.table.currentIndex()
        self.pasted.emit(text, at.row(), max(at.column(), 0))

    def _use(self) -> None:
        if (row := self.row()) is not None:
            self.used.emit(row)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self.model.index(self.model.rowCount() - 1, 0))
        QTimer.singleShot(0, self.table.setFocus)
