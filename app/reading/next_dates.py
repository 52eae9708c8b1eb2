"""What comes next under the protocol, and by when: windows of treatment, laboratory tests, imaging and visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.profiles import known_profiles
from app.state.dates import PartialDate
from app.state.record import DatedTreatment, Record
from mrecist.protocols import Protocol
from mrecist.results import Decision
from mrecist.schedule import Due, Standing, Window, due

__all__ = ["VISIT", "NextDate", "Standing", "next_dates", "next_visit"]

VISIT = "visit"


@dataclass(frozen=True, slots=True)
class NextDate:
    """One thing to do. `first` and `last` bound its window; `basis` names what it counts from, on `basis_date`.

    `days` counts from today to the start of the window (AHEAD) or to its end (OPEN), or since its end (OVERDUE).
    """

    window: Window
    standing: Standing
    first: date | None = None
    last: date | None = None
    basis: str = ""
    basis_date: date | None = None
    number: int | None = None
    days: int = 0

    @property
    def what(self) -> str:
        """The id of the window."""
        return self.window.id


def next_dates(
    record: Record,
    visit_id: str,
    today: date,
    tace: Decision | None = None,
    sorafenib: Decision | None = None,
    protocol: Protocol | None = None,
) -> tuple[NextDate, ...]:
    """The dates that follow from a time point, in the order in which the protocol lists them.

    They are those of the protocol that the case names, or of `protocol`; a case that names none, or one that is not
    known, is not due. A treatment after `today` is not known yet and does not count; nor is its end, of one that ends
    later. What a decision has ended is not due any more. Nothing is said of a window whose beginning is not recorded:
    it is unknown, not zero.
    """
    found = protocol or known_profiles().find(record.protocol)
    start = record.day0 or (record.baseline.on if record.baseline else None)
    if found is None or start is None or record.visit(visit_id) is None:
        return ()
    outputs = [x.decision.value for x in (tace, sorafenib) if x is not None]
    entries = due(found.windows, record.case, visit_id, record.day(today), outputs)
    return tuple(_dated(entry, record, start, today) for entry in entries)


def next_visit(dates: tuple[NextDate, ...]) -> NextDate | None:
    """The time point among them that is due first, if one is due by a date."""
    dated = [x for x in dates if x.window.what == VISIT and x.last is not None]
    return min(dated, key=lambda x: x.last or date.max, default=None)


def _dated(entry: Due, record: Record, start: date, today: date) -> NextDate:
    basis, basis_date = "", None
    if entry.anchor is not None:
        basis = entry.anchor.name
        basis_date = _day(start, entry.anchor.day)
        if entry.anchor.slack_days:
            ends = _day(start, entry.anchor.last)
            alone = (ends.year, ends.month) == (basis_date.year, basis_date.month)
            span = None if alone else (ends.year, ends.month)
            basis_date = PartialDate(basis_date.year, basis_date.month, until=span)
    elif (open_treatment := _going_on(record, entry.window, today)) is not None:
        basis, basis_date = open_treatment.dose, open_treatment.on
    first = None if entry.first is None else _day(start, entry.first)
    until = None if entry.last is None else _day(start, entry.last)
    return NextDate(entry.window, entry.standing, first, until, basis, basis_date, entry.number, entry.days)


def _day(start: date, day: int) -> date:
    return start + timedelta(day)


def _going_on(record: Record, window: Window, today: date) -> DatedTreatment | None:
    """The treatment that has to end before what is due, with its dose."""
    if window.what != f"{window.while_open} end":
        return None
    given = [t for t in record.treatments if t.kind == window.while_open and t.on <= today]
    return max((t for t in given if t.until is None or t.until > today), key=lambda t: t.on, default=None)
