"""Small windows to change a treatment with its course, an event, and the enrolment; dates may be months."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import words
from app.labs.entry import EntryRefused, exact_number, exact_text
from app.labs.importing import read_day
from app.panels.chips import PanelHead, label, rule_line
from app.panels.dated_list import plain_word
from app.state.clinical import DoseChange, Enrolment, TreatmentCycle
from app.state.clinical_edits import check_treatment
from app.state.record import DatedEvent, DatedTreatment
from app.state.refusal import EditRefused
from app.theme import Theme
from app.words import translated
from mrecist.case import TreatmentKind

_EMPTY_ROWS = 3


def treatment_text(treatment: DatedTreatment) -> str:
    """Dose and course of a treatment in one line."""
    parts = [treatment.dose] if treatment.dose else []
    if treatment.dose_gy is not None:
        parts.append(f"{exact_text(treatment.dose_gy)} Gy")
    if treatment.fractions is not None:
        parts.append(words.counted(treatment.fractions, "fraction", "fractions"))
    if treatment.cycles:
        parts.append(words.counted(len(treatment.cycles), "cycle", "cycles"))
    parts += [f"{words.iso(x.on)} {x.dose}" for x in treatment.dose_changes]
    return ", ".join(parts)


def enrolment_text(enrolment: Enrolment) -> str:
    """What is recorded of the enrolment in one line."""
    dated = (
        (translated("consent"), enrolment.consented),
        (translated("enrolled"), enrolment.enrolled),
        (translated("randomised"), enrolment.randomised),
    )
    parts = [f"{name} {on.isoformat()}" for name, on in dated if on is not None]
    if enrolment.arm:
        parts.append(translated("arm {arm}", arm=enrolment.arm))
    return " · ".join(parts)


class _EditDialog(QDialog):
    """Fields, a line that says what is wrong, and Save; nothing is lost while something is wrong."""

    changed = Signal(object)
    removed = Signal()

    def __init__(self, theme: Theme, title: str, parent: QWidget, removable: bool = True) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fields = QFormLayout()
        self.fields.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
        self.problem = label(tone="error")
        self.problem.setWordWrap(True)
        self.save = QPushButton(translated("Save"))
        self.save.setProperty("primary", "true")
        self.remove = QPushButton(translated("Remove"))
        self.remove.setVisible(removable)
        cancel = QPushButton(translated("Cancel"))
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, theme.px(8))
        self.body.addWidget(PanelHead(theme, title, translated("a date may be a month: 2012-02")))
        self.body.addWidget(rule_line())
        self.body.addLayout(self.fields)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.px(10), 0, theme.px(10), 0)
        for part in (self.remove, self.problem, cancel, self.save):
            foot.addWidget(part, 1 if part is self.problem else 0)
            if isinstance(part, QPushButton):
                part.setAutoDefault(False)
        self.foot = foot
        cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self._save)
        self.remove.clicked.connect(self._remove)
        self.setMinimumWidth(theme.px(480))

    def edited(self) -> object:
        """What is in the fields; raises ValueError or EditRefused where something is wrong.

        Each dialog has its own. (Qt's metaclass leaves no room for an abstract class.)
        """
        raise NotImplementedError

    def line(self, name: str, text: str) -> QLineEdit:
        made = QLineEdit(text)
        made.setAccessibleName(name)
        self.fields.addRow(label(name, "3"), made)
        return made

    def _save(self) -> None:
        try:
            found = self.edited()
        except (ValueError, EditRefused) as error:
            self.problem.setText(str(error))
            return
        self.changed.emit(found)
        self.accept()

    def _remove(self) -> None:
        self.removed.emit()
        self.accept()


class TreatmentDialog(_EditDialog):
    """A treatment: its dates, its dose, dose changes, cycles, and the dose of radiation."""

    def __init__(self, theme: Theme, treatment: DatedTreatment, parent: QWidget) -> None:
        super().__init__(theme, plain_word(treatment.kind.value), parent)
        self._treatment = treatment
        self.on = self.line(translated("Begun on"), treatment.on.isoformat())
        self.until = self.line(translated("Ended on"), words.iso(treatment.until) if treatment.until else "")
        self.until.setPlaceholderText(translated("goes on, or one session"))
        self.dose = self.line(translated("Dose"), treatment.dose)
        self.note = self.line(translated("Note"), treatment.note)
        radiation = treatment.kind is TreatmentKind.RADIOTHERAPY
        self.gy = self.line(translated("Total dose, Gy"), exact_text(treatment.dose_gy) if treatment.dose_gy else "")
        self.fractions = self.line(translated("Fractions"), str(treatment.fractions or ""))
        for part in (self.gy, self.fractions):
            self.fields.setRowVisible(part, radiation)
        self.changes = _table(theme, [translated(x) for x in ("from", "dose", "why")])
        self.cycles = _table(theme, [translated(x) for x in ("cycle", "begun", "ended", "dose")])
        _fill(self.changes, [(x.on.isoformat(), x.dose, x.reason) for x in treatment.dose_changes])
        _fill(
            self.cycles,
            [
                (str(x.number), x.on.isoformat(), x.until.isoformat() if x.until else "", x.dose)
                for x in treatment.cycles
            ],
        )
        for name, table in ((translated("Dose changes"), self.changes), (translated("Cycles"), self.cycles)):
            table.setAccessibleName(name)
            self.body.addWidget(PanelHead(theme, name, translated("empty rows do not count")))
            self.body.addWidget(table)
        self.body.addLayout(self.foot)

    def edited(self) -> DatedTreatment:
        fractions = self.fractions.text().strip()
        if fractions and not (fractions.isascii() and fractions.isdigit()):
            raise ValueError(translated("Fractions: a whole number"))
        until = self.until.text().strip()
        changed = replace(
            self._treatment,
            on=_date(translated("Begun on"), self.on.text()),
            until=_date(translated("Ended on"), until) if until else None,
            dose=self.dose.text().strip(),
            note=self.note.text().strip(),
            dose_gy=_number(translated("Total dose"), self.gy.text()) if self.gy.text().strip() else None,
            fractions=int(fractions) if fractions else None,
            dose_changes=tuple(DoseChange(_date(translated("from"), x[0]), x[1], x[2]) for x in _rows(self.changes)),
            cycles=tuple(_cycle(x) for x in _rows(self.cycles)),
        )
        check_treatment(changed)
        return changed


class EventDialog(_EditDialog):
    """An event: its date and note."""

    def __init__(self, theme: Theme, event: DatedEvent, parent: QWidget) -> None:
        super().__init__(theme, plain_word(event.kind.value), parent)
        self._event = event
        self.on = self.line(translated("Date"), event.on.isoformat())
        self.note = self.line(translated("Note"), event.note)
        self.body.addLayout(self.foot)

    def edited(self) -> DatedEvent:
        return replace(self._event, on=_date(translated("Date"), self.on.text()), note=self.note.text().strip())


class EnrolmentDialog(_EditDialog):
    """Consent, enrolment, randomisation and arm; empty means not recorded."""

    def __init__(self, theme: Theme, enrolment: Enrolment, parent: QWidget) -> None:
        super().__init__(theme, translated("Enrolment"), parent, removable=False)
        self.consented, self.enrolled, self.randomised = (
            self.line(name, on.isoformat() if on else "")
            for name, on in (
                (translated("Consent"), enrolment.consented),
                (translated("Enrolment"), enrolment.enrolled),
                (translated("Randomisation"), enrolment.randomised),
            )
        )
        self.arm = self.line(translated("Arm"), enrolment.arm)
        self.arm.setPlaceholderText(translated("as the protocol names it"))
        self.body.addLayout(self.foot)

    def edited(self) -> Enrolment:
        consented, enrolled, randomised = (
            _date(part.accessibleName(), part.text()) if part.text().strip() else None
            for part in (self.consented, self.enrolled, self.randomised)
        )
        return Enrolment(consented, enrolled, randomised, self.arm.text().strip())


def _table(theme: Theme, columns: Sequence[str]) -> QTableWidget:
    made = QTableWidget(0, len(columns))
    made.setHorizontalHeaderLabels(list(columns))
    made.verticalHeader().hide()
    made.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    made.setMinimumHeight(theme.px(130))
    return made


def _fill(table: QTableWidget, rows: Sequence[Sequence[str]]) -> None:
    table.setRowCount(len(rows) + _EMPTY_ROWS)
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            table.setItem(row, column, QTableWidgetItem(text))
    table.itemChanged.connect(lambda item: _grow(table, item))


def _grow(table: QTableWidget, item: QTableWidgetItem) -> None:
    if item.row() == table.rowCount() - 1 and item.text().strip():
        table.setRowCount(table.rowCount() + 1)


def _rows(table: QTableWidget) -> Iterator[list[str]]:
    for row in range(table.rowCount()):
        cells = [table.item(row, column) for column in range(table.columnCount())]
        texts = [item.text().strip() if item is not None else "" for item in cells]
        if any(texts):
            yield texts


def _cycle(cells: Sequence[str]) -> TreatmentCycle:
    number, on, until, dose = cells
    if not (number.isascii() and number.isdigit()):
        raise ValueError(translated("Cycles: the first column is the number of the cycle"))
    ended = _date(translated("ended"), until) if until else None
    return TreatmentCycle(int(number), _date(translated("begun"), on), ended, dose)


def _date(name: str, text: str) -> date:
    try:
        return read_day(text)
    except ValueError:
        raise ValueError(
            translated("{name}: a date such as 2025-06-09, or a month such as 2012-02", name=name)
        ) from None


def _number(name: str, text: str) -> Fraction:
    try:
        return exact_number(text)
    except EntryRefused as refused:
        raise ValueError(f"{name}: {refused}") from refused
