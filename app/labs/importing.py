"""A table of laboratory values into a case: what would be added, converted, refused; then one edit, or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from app.cohort.sheets import Row, Sheet
from app.labs.entry import EntryRefused, canonical_text, exact_number, question, read_value, typed_text
from app.labs.mapping import DateOrder, LabMapping, ValueColumn
from app.labs.units import ANALYTES
from app.state.clinical import Analyte, LabSet, LabValue
from app.state.dates import Precision, precision_of, read_date
from app.state.record import Record

_DAY = re.compile(r"(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})\.?(?: 00:00(?::00)?)?")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of the table; `asks` is the question about a value that is out of range, empty where there is none."""

    line: int
    on: date
    value: LabValue
    asks: str = ""

    @property
    def converted(self) -> bool:
        return self.value.unit != self.value.canonical_unit

    @property
    def text(self) -> str:
        """As it was written, and what it becomes: ``34.2 µmol/L = 2 mg/dL``."""
        name = ANALYTES[self.value.analyte].name
        written = f"{name} {typed_text(self.value)} {self.value.unit}".strip()
        if self.value.canonical is None:
            return f"{written} ({canonical_text(self.value)})"
        return f"{written} = {canonical_text(self.value)}" if self.converted else written


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is not taken: the line of the file, the column, and why."""

    line: int
    column: str
    why: str


@dataclass(frozen=True, slots=True)
class LabImport:
    """What an import would do. `labs` is the edit; empty where nothing is new."""

    added: tuple[Cell, ...]
    known: int
    other_cases: int
    refused: tuple[Refusal, ...]
    labs: tuple[LabSet, ...]

    @property
    def asked(self) -> tuple[Cell, ...]:
        return tuple(x for x in self.added if x.asks)


def preview(
    sheet: Sheet, mapping: LabMapping, record: Record, new_id: Callable[[], str], as_typed: bool = False
) -> LabImport:
    """Read a table against what the case has already; nothing is recorded.

    A value that is recorded already is passed over; one that differs from the record on the same day is refused, and
    so is a value out of range, until it was said that it is `as_typed`.

    Raises
    ------
    SheetError
        If the table has not the columns that the mapping names.
    """
    sheet.require(mapping.columns())
    found: list[Cell] = []
    refused: list[Refusal] = []
    known = others = 0
    taken: dict[tuple[date, Analyte], LabValue] = {
        (labs.on, value.analyte): value for labs in record.labs for value in labs.values
    }
    for row in sheet.rows:
        if mapping.case and row[mapping.case] not in (record.case_id, record.patient.id):
            others += 1
            continue
        try:
            on = read_day(row[mapping.date], mapping.date_order)
        except ValueError as error:
            refused.append(Refusal(row.line, mapping.date, str(error)))
            continue
        for column in mapping.values:
            try:
                value = _value(row, column)
            except EntryRefused as error:
                refused.append(Refusal(row.line, column.column, str(error)))
                continue
            if value is None:
                continue
            there = taken.get((on, value.analyte))
            if there is not None and _same(there, value):
                known += 1
            elif there is not None:
                told = f"{on.isoformat()} has {typed_text(there)} {there.unit}".strip()
                why = f"{told} already; take that out first if this is right"
                refused.append(Refusal(row.line, column.column, why))
            else:
                asks = question(value)
                value = replace(value, confirmed=True) if asks and as_typed else value
                taken[on, value.analyte] = value
                found.append(Cell(row.line, on, value, asks))
    if not as_typed:
        refused += [Refusal(x.line, ANALYTES[x.value.analyte].name, x.asks) for x in found if x.asks]
    sure = [x for x in found if as_typed or not x.asks]
    sets = _sets(sure, record.labs, new_id)
    return LabImport(tuple(found), known, others, tuple(sorted(refused, key=lambda x: x.line)), sets)


def read_day(text: str, order: DateOrder = "YYYY-MM-DD") -> date:
    """A date of a table in the order of its parts; a month or a year alone (``2012-02``) is kept as such.

    Raises
    ------
    ValueError
        If it is no date in this order; the message says what is expected.
    """
    written = text.strip()
    matched = _DAY.fullmatch(written)
    try:
        if matched is None:
            on = read_date(written)
            if precision_of(on) is Precision.DAY and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
                raise ValueError
            return on
        stated = "YYYY-MM-DD" if len(matched[1]) == 4 else order  # as a cell that is a date comes, whatever the order
        parts = dict(zip(stated.split("-"), matched.groups(), strict=True))
        if len(parts["YYYY"]) != 4:
            raise ValueError
        return date(int(parts["YYYY"]), int(parts["MM"]), int(parts["DD"]))
    except ValueError:
        raise ValueError(f"{written!r} is no date in the order {order}, nor a month such as 2012-02") from None


def _value(row: Row, column: ValueColumn) -> LabValue | None:
    text = row[column.column]
    if not text:
        return None
    unit = row[column.unit_column] if column.unit_column else column.unit
    written = row[column.upper_limit_column] if column.upper_limit_column else column.upper_limit
    limit: Fraction | None = None
    if written:
        try:
            limit = exact_number(written)
        except EntryRefused as refused:
            raise EntryRefused(f"upper limit: {refused}") from refused
        if limit <= 0:
            raise EntryRefused("upper limit: it is not above zero")
    return read_value(Analyte(column.analyte), text, unit, limit)


def _same(one: LabValue, other: LabValue) -> bool:
    return replace(one, confirmed=False) == replace(other, confirmed=False)


def _sets(cells: Iterable[Cell], there: Sequence[LabSet], new_id: Callable[[], str]) -> tuple[LabSet, ...]:
    """The sets after the import: values join the set of their day where there is one."""
    by_day: dict[date, list[LabValue]] = {}
    for cell in cells:
        by_day.setdefault(cell.on, []).append(cell.value)
    made = []
    for on, values in by_day.items():
        old = next((x for x in there if x.on == on), None)
        made.append(LabSet(old.id if old else new_id(), on, (*(old.values if old else ()), *values)))
    return tuple(made)
