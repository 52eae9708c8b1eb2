"""What comes next under the protocol, and by when: windows of treatment, laboratory tests, imaging and visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.state.record import Record
from mrecist.case import ProtocolName, TreatmentKind
from mrecist.results import Decision, TaceOutput


@dataclass(frozen=True, slots=True)
class Windows:
    """The protocol's windows in days (COTSOM, rule specification 4.5): 6 ± 2 weeks after TACE and between visits."""

    earliest_days: int = 28
    latest_days: int = 56
    labs_valid_days: int = 3
    sorafenib_stop_days: int = 1
    sorafenib_resume_days: tuple[int, int] = (3, 7)


class Upcoming(StrEnum):
    TACE = "tace"
    SAFETY_LABS = "safety_labs"
    SORAFENIB_STOP = "sorafenib_stop"
    SORAFENIB_RESUME = "sorafenib_resume"
    EFFICACY_IMAGING = "efficacy_imaging"
    VISIT = "visit"


class Standing(StrEnum):
    """How a window stands today: before it, inside it, past it; bound to a TACE not dated yet; or to be renewed."""

    AHEAD = "ahead"
    OPEN = "open"
    OVERDUE = "overdue"
    WITH_TACE = "with_tace"
    RENEW = "renew"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class NextDate:
    """One thing to do. `first` and `last` bound its window; `basis` names what it counts from, on `basis_date`.

    `days` counts from today to the start of the window (AHEAD) or to its end (OPEN), or since its end (OVERDUE).
    """

    what: Upcoming
    standing: Standing
    first: date | None = None
    last: date | None = None
    basis: str = ""
    basis_date: date | None = None
    number: int | None = None
    days: int = 0


_ENDS_TACE = (TaceOutput.STOP_FAILURE, TaceOutput.STOP_WITHDRAWN, TaceOutput.STOP_CR, TaceOutput.NO_INDICATION)


def next_dates(
    record: Record, visit_id: str, today: date, tace: Decision | None = None, windows: Windows | None = None
) -> tuple[NextDate, ...]:
    """The dates that follow from a time point, in the order in which they come up; none outside COTSOM.

    The windows are COTSOM's: a case on another protocol, or on none, is not due by them.
    A treatment after `today` is not known yet and does not count; nor is its end, of one that ends later.
    Where the TACE decision ends TACE, only the next visit remains. Nothing is said of a TACE that no earlier TACE
    dates: its window is unknown, not zero.
    """
    if record.protocol != ProtocolName.COTSOM:
        return ()
    limits = windows or Windows()
    found: list[NextDate] = []
    given = [t for t in record.treatments if t.on <= today]
    sessions = sorted(t.on for t in given if t.kind is TreatmentKind.TACE)
    goes_on = tace is None or tace.decision not in _ENDS_TACE
    if sessions and goes_on:
        found.extend(_around_tace(record, visit_id, today, sessions, limits))
    visit = record.visit(visit_id)
    withdrawn = tace is not None and tace.decision is TaceOutput.STOP_WITHDRAWN
    if visit is not None and not withdrawn:
        found.append(_window(Upcoming.VISIT, visit.on, visit_id, today, limits))
    return tuple(found)


def _around_tace(record: Record, visit_id: str, today: date, sessions: list[date], limits: Windows) -> list[NextDate]:
    count = len(sessions)
    procedure = _window(Upcoming.TACE, sessions[-1], f"TACE {count}", today, limits, count + 1)
    begun = [t for t in record.treatments if t.kind is TreatmentKind.SORAFENIB and t.on <= today]
    sorafenib = [t for t in begun if t.until is None or t.until > today]
    given = max(sorafenib, key=lambda t: t.on, default=None)
    rows = [procedure, _labs(record, visit_id, today, limits)]
    if given is not None:
        rows.append(NextDate(Upcoming.SORAFENIB_STOP, Standing.WITH_TACE, basis=given.dose, basis_date=given.on))
        rows.append(NextDate(Upcoming.SORAFENIB_RESUME, Standing.WITH_TACE))
    rows.append(NextDate(Upcoming.EFFICACY_IMAGING, Standing.WITH_TACE, number=count + 1))
    return rows


def _window(
    what: Upcoming, since: date, basis: str, today: date, limits: Windows, number: int | None = None
) -> NextDate:
    first, last = since + timedelta(limits.earliest_days), since + timedelta(limits.latest_days)
    if today < first:
        standing, count = Standing.AHEAD, (first - today).days
    elif today <= last:
        standing, count = Standing.OPEN, (last - today).days
    else:
        standing, count = Standing.OVERDUE, (today - last).days
    return NextDate(what, standing, first, last, basis, since, number, count)


def _labs(record: Record, visit_id: str, today: date, limits: Windows) -> NextDate:
    """Labs serve a TACE within 3 days of them: on their last valid day they are already to be renewed."""
    visit = record.visit(visit_id)
    day = None if visit is None or visit.clinical is None else visit.clinical.labs_day
    if day is None or record.day0 is None:
        return NextDate(Upcoming.SAFETY_LABS, Standing.RENEW)
    taken = record.day0 + timedelta(day)
    valid_to = taken + timedelta(limits.labs_valid_days)
    standing = Standing.VALID if today < valid_to else Standing.RENEW
    return NextDate(Upcoming.SAFETY_LABS, standing, taken, valid_to)
