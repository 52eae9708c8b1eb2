"""Exams into time points: which belong together, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from app.state.record import Record, Visit

WINDOW = timedelta(days=14)
"""Exams up to this long after the earliest one of a time point belong to it."""


def group_dates(dates: Iterable[date]) -> tuple[tuple[date, ...], ...]:
    """Dates in groups: each begins with its earliest and ends 14 days later at most."""
    groups: list[list[date]] = []
    for on in sorted(set(dates)):
        if groups and on - groups[-1][0] <= WINDOW:
            groups[-1].append(on)
        else:
            groups.append([on])
    return tuple(tuple(group) for group in groups)


def place_exams(dates: Iterable[date], record: Record | None) -> Mapping[date, str]:
    """The time point of each exam date: one that exists where the date fits, else a new one.

    A date fits a time point when its earliest and latest exam stay within 14 days. A signed time point takes later
    exams only, since its date is what was signed.
    """
    placed: dict[date, str] = {}
    visits = list(record.visits) if record else []
    left: list[date] = []
    for on in sorted(set(dates)):
        visit = next((v for v in visits if on in v.exam_dates), None) or _fitting(on, visits, record)
        if visit is None:
            left.append(on)
        else:
            placed[on] = visit.id
            dates_there = tuple(sorted({*visit.exam_dates, on}))
            visits[visits.index(visit)] = Visit(visit.id, dates_there[0], dates_there, visit.series)
    for group in group_dates(left):
        label = next_label(group[0], visits)
        visits = sorted([*visits, Visit(label, group[0], group, ())], key=lambda v: v.on)
        placed.update(dict.fromkeys(group, label))
    return placed


def _fitting(on: date, visits: Sequence[Visit], record: Record | None) -> Visit | None:
    signed = {x.visit_id for x in record.signed} if record else set()
    for visit in visits:
        within = max(on, *visit.exam_dates) - min(on, *visit.exam_dates) <= WINDOW
        if within and (on >= visit.on or visit.id not in signed):
            return visit
    return None


def next_label(on: date, visits: Sequence[Visit]) -> str:
    """What a new time point of this date is called: BL, FU1, FU2 ... in order of date.

    One that comes to light between two others is called after the earlier one (FU1.1); one before the baseline is SC1,
    SC2 ... Labels that exist do not change.
    """
    if not visits:
        return "BL"
    taken = {v.id for v in visits}
    earlier = [v for v in visits if v.on < on]
    if not earlier:
        return _first_free("SC", taken)
    if len(earlier) < len(visits):
        return _first_free(f"{earlier[-1].id}.", taken)
    numbers = [int(match[1]) for label in taken if (match := re.match(r"FU(\d+)", label))]
    return f"FU{max(numbers, default=0) + 1}"


def _first_free(stem: str, taken: set[str]) -> str:
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
