"""A table of clinical data into a case: what would be added, converted, refused; then one edit, or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import partial

from app.cohort.sheets import Row, Sheet
from app.labs.entry import EntryRefused, canonical_text, exact_number, question, read_value, typed_text
from app.labs.mapping import ClinicalMapping, DateOrder, ValueColumn
from app.labs.meanings import DATED, STATUS, Meaning
from app.labs.rows import Additions, Given, RowRefused, Told, read_given, read_status
from app.labs.units import ANALYTES
from app.state.clinical import Analyte, LabSet, LabValue
from app.state.dates import Precision, in_order, precision_of, read_date
from app.state.events import ClinicalImported
from app.state.record import Record

_DAY = re.compile(r"(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})\.?(?: 00:00(?::00)?)?")


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing that the table says; `asks` is the question about what is out of range, empty where there is none.

    `value` is that of a laboratory; `taken` is whether it is recorded when the import is.
    """

    line: int
    on: date | None
    text: str
    asks: str = ""
    taken: bool = True
    value: LabValue | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is not taken: the line of the file, the column, and why."""

    line: int
    column: str
    why: str


@dataclass(frozen=True, slots=True)
class ClinicalImport:
    """What an import would do. `event` is the edit; None where nothing is new."""

    added: tuple[Cell, ...]
    known: int
    other_cases: int
    refused: tuple[Refusal, ...]
    event: ClinicalImported | None

    @property
    def asked(self) -> tuple[Cell, ...]:
        return tuple(x for x in self.added if x.asks)

    @property
    def sure(self) -> tuple[Cell, ...]:
        """What is recorded when the import is."""
        return tuple(x for x in self.added if x.taken)

    @property
    def labs(self) -> tuple[LabSet, ...]:
        return self.event.labs if self.event else ()


class _Reading:
    """The rows of a table against what the case has; one method for each kind of data."""

    def __init__(
        self, mapping: ClinicalMapping, record: Record, new_id: Callable[[], str], as_typed: bool, today: date
    ) -> None:
        self._mapping, self._record, self._as_typed = mapping, record, as_typed
        self.additions = Additions(record, new_id, today)
        self.found: list[Cell] = []
        self.values: list[tuple[date, LabValue]] = []
        self.refused: list[Refusal] = []
        self.known = 0
        self._labs = {(labs.on, value.analyte): value for labs in record.labs for value in labs.values}

    def read_labs(self, row: Row, on: date) -> None:
        for column in self._mapping.values:
            try:
                value = _value(row, column)
            except EntryRefused as error:
                self.refused.append(Refusal(row.line, column.column, str(error)))
                continue
            if value is None:
                continue
            there = self._labs.get((on, value.analyte))
            if there is not None and _same(there, value):
                self.known += 1
            elif there is not None:
                told = f"{on.isoformat()} has {typed_text(there)} {there.unit}".strip()
                why = f"{told} already; take that out first if this is right"
                self.refused.append(Refusal(row.line, column.column, why))
            else:
                asks = question(value)
                value = replace(value, confirmed=True) if asks and self._as_typed else value
                self._labs[on, value.analyte] = value
                self._add(row.line, on, Told(_text(value), asks), ANALYTES[value.analyte].name, value)
                if self.found[-1].taken:
                    self.values.append((on, value))

    def read_status(self, row: Row, on: date | None) -> None:
        """ECOG, ascites and encephalopathy of the time point of the row."""
        name = self._mapping.column(Meaning.TIME_POINT)
        for meaning in STATUS:
            column = self._mapping.column(meaning)
            if not column or not row[column]:
                continue
            with _Refusing(self, row.line, column):
                field, value = read_status(meaning, row[column])
                visit_id = self.additions.visit_of(row[name] if name else "", on)
                self._note(row.line, on, self.additions.take_status(visit_id, field, value), column)

    def read_enrolment(self, row: Row) -> None:
        column = self._mapping.column(Meaning.ARM)
        if column and row[column]:
            with _Refusing(self, row.line, column):
                self._note(row.line, None, self.additions.take_arm(row[column]), column)

    def read_given(self, line: int, column: str, given: Given) -> None:
        with _Refusing(self, line, column):
            self._note(line, given.on, self.additions.take(given, self._as_typed), column)

    def _note(self, line: int, on: date | None, told: Told | None, column: str) -> None:
        if told is None:
            self.known += 1
        else:
            self._add(line, on, told, column)

    def _add(self, line: int, on: date | None, told: Told, column: str, value: LabValue | None = None) -> None:
        taken = self._as_typed or not told.asks
        self.found.append(Cell(line, on, told.text, told.asks, taken, value))
        if not taken:
            self.refused.append(Refusal(line, column, told.asks))


class _Refusing:
    """What cannot be taken is noted with its line and column, and the rest goes on."""

    def __init__(self, reading: _Reading, line: int, column: str) -> None:
        self._reading, self._line, self._column = reading, line, column

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if isinstance(error, RowRefused):
            self._reading.refused.append(Refusal(self._line, self._column, str(error)))
            return True
        return False


def preview(
    sheet: Sheet,
    mapping: ClinicalMapping,
    record: Record,
    new_id: Callable[[], str],
    as_typed: bool = False,
    today: date | None = None,
) -> ClinicalImport:
    """Read a table against what the case has already; nothing is recorded.

    What is recorded already is passed over; what differs from the record is refused, and so is what is out of range,
    until it was said that it is `as_typed`. Rows of treatments and events are read in the order of their dates.

    Raises
    ------
    SheetError
        If the table has not the columns that the mapping names.
    """
    sheet.require(mapping.columns())
    reading = _Reading(mapping, record, new_id, as_typed, today or date.today())
    others = 0
    given: list[tuple[int, str, Given]] = []
    for row in sheet.rows:
        if mapping.case and row[mapping.case] not in (record.case_id, record.patient.id):
            others += 1
            continue
        on: date | None = None
        try:
            on = read_day(row[mapping.date], mapping.date_order) if mapping.date and row[mapping.date] else None
        except ValueError as error:
            reading.refused.append(Refusal(row.line, mapping.date, str(error)))
        if on is not None:
            reading.read_labs(row, on)
        elif mapping.date and not row[mapping.date] and any(row[x.column] for x in mapping.values):
            reading.refused.append(Refusal(row.line, mapping.date, "the date is missing"))
        if on is not None or mapping.column(Meaning.TIME_POINT):
            reading.read_status(row, on)
        reading.read_enrolment(row)
        for column, read in _givens(row, mapping, on):
            with _Refusing(reading, row.line, column):
                if (one := read()) is not None:
                    given.append((row.line, column, one))
    for line, column, one in sorted(given, key=lambda x: (in_order(x[2].on), x[0])):
        reading.read_given(line, column, one)
    found = tuple(sorted(reading.found, key=lambda x: x.line))
    refused = tuple(sorted(reading.refused, key=lambda x: x.line))
    return ClinicalImport(found, reading.known, others, refused, _edit(reading, record, new_id))


def _givens(row: Row, mapping: ClinicalMapping, on: date | None) -> Iterator[tuple[str, Callable[[], Given | None]]]:
    """What a row may say of treatments, events and enrolment, column by column."""

    def read_text(text: str) -> date:
        return read_day(text, mapping.date_order)

    def dated(column: str, meaning: Meaning) -> Given:
        try:
            return Given(DATED[meaning], read_text(row[column]))
        except ValueError as error:
            raise RowRefused(str(error)) from error

    what = mapping.column(Meaning.WHAT)
    if what and (on is not None or not row[mapping.date]):
        yield what, lambda: read_given(row, mapping, on, read_text)
    for field in mapping.fields:
        if field.meaning in DATED and row[field.column]:
            yield field.column, partial(dated, field.column, Meaning(field.meaning))


def _edit(reading: _Reading, record: Record, new_id: Callable[[], str]) -> ClinicalImported | None:
    more = reading.additions
    sets = _sets(reading.values, record.labs, new_id)
    made = ClinicalImported(sets, more.treatments, more.events, more.new_enrolment, more.statuses)
    return None if made == ClinicalImported() else made


def _text(value: LabValue) -> str:
    """As it was written, and what it becomes: ``34.2 µmol/L = 2 mg/dL``."""
    written = f"{ANALYTES[value.analyte].name} {typed_text(value)} {value.unit}".strip()
    if value.canonical is None:
        return f"{written} ({canonical_text(value)})"
    return f"{written} = {canonical_text(value)}" if value.unit != value.canonical_unit else written


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


def _sets(
    values: Iterable[tuple[date, LabValue]], there: Sequence[LabSet], new_id: Callable[[], str]
) -> tuple[LabSet, ...]:
    """The sets after the import: values join the set of their day where there is one."""
    by_day: dict[date, list[LabValue]] = {}
    for on, value in values:
        by_day.setdefault(on, []).append(value)
    made = []
    for day, new in by_day.items():
        old = next((x for x in there if x.on == day), None)
        made.append(LabSet(old.id if old else new_id(), day, (*(old.values if old else ()), *new)))
    return tuple(made)
