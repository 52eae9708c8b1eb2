"""Laboratory values as a table: a row for each date, a column for each analyte, and an empty row at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.labs.entry import EntryRefused, canonical_text, exact_text, question, read_value, typed_text
from app.labs.importing import read_day
from app.labs.units import ANALYTES
from app.state.clinical import Analyte, LabSet, LabValue
from app.state.record import Record
from app.theme import Theme
from app.words import translated

COLUMNS = tuple(Analyte)
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class LabsModel(QAbstractTableModel):
    """What is typed is read exactly; what cannot be read stays in its cell, in red, and is not recorded.

    Signals
    -------
    recorded(tuple)
        Sets of values to record.
    removed(tuple)
        Ids of sets that are to be taken out.
    told(str)
        Why a cell was not read; empty once it was.
    """

    recorded = Signal(object)
    removed = Signal(object)
    told = Signal(str)

    def __init__(self, theme: Theme, new_id: Callable[[], str]) -> None:
        super().__init__()
        self._theme, self._new_id = theme, new_id
        self._sets: tuple[LabSet, ...] = ()
        self._questions: list[tuple[int, int, str]] = []
        self._new_on: date | None = None
        self._unread: dict[tuple[str, int], tuple[str, str]] = {}
        self.units = {a: ANALYTES[a].usual_unit for a in COLUMNS}
        self.limits: dict[Analyte, Fraction] = {}
        self.newest_id = ""

    def set_record(self, record: Record, case_opened: bool) -> None:
        """Show what is recorded; units and limits of a case that was just opened are those of its newest values."""
        if not case_opened and record.labs is self._sets:
            return
        same = [x.id for x in record.labs] == [x.id for x in self._sets]
        if case_opened:
            self._unread.clear()
            self._new_on = None
            self.units = {a: ANALYTES[a].usual_unit for a in COLUMNS}
            self.limits = {}
            for value in (v for labs in record.labs for v in labs.values):
                if ANALYTES[value.analyte].unit(value.unit) is None:  # recorded when it was still converted
                    continue
                self.units[value.analyte] = value.unit
                if value.upper_limit is not None:
                    self.limits[value.analyte] = value.upper_limit
        if same and not case_opened:
            self._sets = record.labs
            self._questions = self._asked_of_all()
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._sets), len(COLUMNS)))
            return
        self.beginResetModel()
        self._sets = record.labs
        self._questions = self._asked_of_all()
        self.endResetModel()

    def set_column(self, analyte: Analyte, unit: str, limit: Fraction | None) -> None:
        """The unit and upper limit of what is typed into this column from now on."""
        self.units[analyte] = unit
        self.limits.pop(analyte, None)
        if limit is not None:
            self.limits[analyte] = limit
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS))
        self.dataChanged.emit(self.index(0, 0), self.index(len(self._sets), len(COLUMNS)))

    # --- looking up -------------------------------------------------------------------------------------------

    def labs_at(self, row: int) -> LabSet | None:
        return self._sets[row] if 0 <= row < len(self._sets) else None

    def row_of(self, labs_id: str) -> int:
        """The row of a set; the empty row where there is none."""
        return next((n for n, x in enumerate(self._sets) if x.id == labs_id), len(self._sets))

    def open_questions(self) -> list[tuple[int, int, str]]:
        """Row, column and question of every value out of range that nobody confirmed."""
        return self._questions

    def _asked_of_all(self) -> list[tuple[int, int, str]]:
        return [
            (row, COLUMNS.index(value.analyte) + 1, said)
            for row, labs in enumerate(self._sets)
            for value in labs.values
            if (said := question(value))
        ]

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._sets) + 1

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS) + 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            if section == 0:
                return translated("Date")
            analyte = COLUMNS[section - 1]
            limit = f" ≤{exact_text(self.limits[analyte])}" if analyte in self.limits else ""
            return f"{translated(ANALYTES[analyte].name)}\n{self.units[analyte]}{limit}"
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        labs, column = self.labs_at(index.row()), index.column()
        unread = self._unread.get((labs.id if labs else "", column))
        value = labs.of(COLUMNS[column - 1]) if labs and column else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            if unread is not None:
                return unread[0]
            if column == 0:
                return self._date_text(labs)
            return "" if value is None else self._text(value, role == Qt.ItemDataRole.EditRole)
        if role == Qt.ItemDataRole.ToolTipRole:
            return unread[1] if unread else "" if value is None else _told(value)
        if role == Qt.ItemDataRole.ForegroundRole:
            if unread is not None:
                return self._theme.colour("signal.error")
            asked = value is not None and question(value)
            return self._theme.colour("signal.amber" if asked else "text.1")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return (
                Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            ) | Qt.AlignmentFlag.AlignVCenter
        return None

    def _date_text(self, labs: LabSet | None) -> str:
        on = labs.on if labs else self._new_on
        return "" if on is None else on.isoformat()

    def _text(self, value: LabValue, edited: bool) -> str:
        own = "" if value.unit == self.units[value.analyte] else f" {value.unit}"
        text = f"{typed_text(value)}{own}"
        if edited or value.unit == value.canonical_unit:
            return f"{text} ?" if question(value) and not edited else text
        becomes = canonical_text(value) if value.canonical is None else f"= {canonical_text(value)}"
        return f"{text}{' ?' if question(value) else ''}\n{becomes}"

    # --- edits ------------------------------------------------------------------------------------------------

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        labs, column, text = self.labs_at(index.row()), index.column(), str(value).strip()
        key = (labs.id if labs else "", column)
        if text == self.data(index, Qt.ItemDataRole.EditRole) and key not in self._unread:
            return False
        self._unread.pop(key, None)
        try:
            self._enter(labs, column, text)
        except ValueError as error:
            self._unread[key] = (text, str(error))
            self.told.emit(str(error))
            return False
        finally:
            self.dataChanged.emit(index, index)
        self.told.emit("")
        return True

    def _enter(self, labs: LabSet | None, column: int, text: str) -> None:
        if column == 0:
            self._enter_date(labs, text)
        elif not text:
            if labs is not None:
                self.clear({labs.id: {COLUMNS[column - 1]}})
        elif labs is None and self._new_on is None:
            raise EntryRefused(translated("Type the date of this row first."))
        else:
            analyte = COLUMNS[column - 1]
            read = read_value(analyte, text, self.units[analyte], self.limits.get(analyte))
            if labs is not None:
                self.recorded.emit((with_value(labs, read),))
                return
            assert self._new_on is not None
            self.newest_id = self._new_id()
            made = LabSet(self.newest_id, self._new_on, (read,))
            self._new_on = None
            self.recorded.emit((made,))

    def _enter_date(self, labs: LabSet | None, text: str) -> None:
        if not text:
            if labs is not None:
                raise EntryRefused(translated("A row needs its date; to take it out, select it and press Delete."))
            self._new_on = None
            return
        on = read_day(text)
        if any(x.on == on and x is not labs for x in self._sets):
            raise EntryRefused(translated("There is a row of {date} already.", date=on.isoformat()))
        if labs is None:
            self._new_on = on
        else:
            self.recorded.emit((replace(labs, on=on),))

    def clear(self, cells: dict[str, set[Analyte]]) -> None:
        """Take values out of sets; a set of which none is left is taken out whole."""
        left = [
            replace(labs, values=tuple(v for v in labs.values if v.analyte not in cells[labs.id]))
            for labs in self._sets
            if labs.id in cells
        ]
        changed = tuple(x for x in left if x.values and x not in self._sets)
        if changed:
            self.recorded.emit(changed)
        gone = tuple(x.id for x in left if not x.values)
        if gone:
            self.removed.emit(gone)

    def forget_unread(self, cells: Iterable[tuple[int, int]]) -> None:
        """Drop what was typed into these cells and could not be read."""
        for row, column in cells:
            labs = self.labs_at(row)
            self._unread.pop((labs.id if labs else "", column), None)
            if labs is None and column == 0:
                self._new_on = None
            self.dataChanged.emit(self.index(row, column), self.index(row, column))

    def confirm(self, row: int, column: int) -> None:
        """The value out of range is as typed: keep it so."""
        labs = self.labs_at(row)
        value = labs.of(COLUMNS[column - 1]) if labs else None
        if labs is not None and value is not None:
            self.recorded.emit((with_value(labs, replace(value, confirmed=True)),))

    def apply_limit(self, rows: Iterable[int], analyte: Analyte) -> None:
        """Give the column's upper limit to the values of these rows that were typed in the column's unit."""
        changed = []
        for labs in (x for row in rows if (x := self.labs_at(row)) is not None):
            value = labs.of(analyte)
            if value is not None and value.unit == self.units[analyte]:
                read = read_value(analyte, typed_text(value), value.unit, self.limits.get(analyte), value.confirmed)
                if read != value:
                    changed.append(with_value(labs, read))
        if changed:
            self.recorded.emit(tuple(changed))


def with_value(labs: LabSet, value: LabValue) -> LabSet:
    """The set with this value in place of that of its analyte."""
    kept = tuple(x for x in labs.values if x.analyte is not value.analyte)
    return replace(labs, values=tuple(sorted((*kept, value), key=lambda x: COLUMNS.index(x.analyte))))


def _told(value: LabValue) -> str:
    """How a value became one of the rules' unit."""
    unit = ANALYTES[value.analyte].unit(value.unit)
    lines = [question(value)] if question(value) else []
    if value.unit != value.canonical_unit and unit is not None:
        known = value.canonical is not None
        becomes = f"= {canonical_text(value)} ({unit.source})" if known else f"({canonical_text(value)})"
        lines.append(f"{typed_text(value)} {value.unit} {becomes}")
    if value.upper_limit is not None:
        lines.append(translated("upper limit {limit} {unit}", limit=exact_text(value.upper_limit), unit=value.unit))
    if value.confirmed:
        lines.append(translated("out of the usual range, confirmed as typed"))
    return "\n".join(lines)
