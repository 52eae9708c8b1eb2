"""The data behind each picture of a cohort, as plain values, and as the CSV that is exported with it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from app.cohort.cohort import Cohort, counted_once, time_to_event
from app.cohort.collection import garbage_left_alone
from app.cohort.rows import SCOPES, EndpointRow
from app.statistics.competing import CumulativeIncidence
from app.statistics.survival import KaplanMeier, known
from mrecist.censoring import Outcome
from mrecist.values import Response, Scope

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
Cell = str | float | int | bool | None


class WaterfallBar(NamedTuple):
    """One read in one scope: the lowest change from baseline, the best response, and whether a new lesion counted."""

    case_id: str
    read_id: str
    reader: str
    change_pct: float
    best: str
    new_lesion: bool
    group: str = ""


class SpiderPoint(NamedTuple):
    """One follow-up of one read: days, change from baseline in per cent. The baseline is the first, at 0 %."""

    case_id: str
    read_id: str
    day: int
    change_pct: float
    response: str
    group: str = ""


class SwimmerMark(NamedTuple):
    """One thing in a swimmer's lane: `what` is treatment, response, progression, death, or ongoing (last known alive).

    `end_day` is given of a treatment that lasted.
    """

    case_id: str
    read_id: str
    what: str
    detail: str
    day: float
    end_day: float | None
    group: str = ""


class CurvePoint(NamedTuple):
    """A step of a survival curve, in the unit of its picture; `reader` is empty where it is not of one reader."""

    group: str
    time: float
    at_risk: int
    events: int
    censored: int
    survival: float
    lower: float | None
    upper: float | None
    reader: str = ""


class IncidencePoint(NamedTuple):
    """A step of a cumulative incidence, with 1 - Kaplan-Meier at the same time beside it."""

    group: str
    cause: str
    time: float
    incidence: float
    lower: float | None
    upper: float | None
    one_minus_km: float | None
    reader: str = ""


class AtRisk(NamedTuple):
    """How many of a group are under observation just before each time."""

    group: str
    time: float
    at_risk: int


def waterfall(cohort: Cohort, scope: Scope, group: str = "") -> tuple[WaterfallBar, ...]:
    """The bars of one scope, from the largest growth to the largest decrease; reads without a change have no bar."""
    index = SCOPES.index(scope)
    bars = [
        WaterfallBar(row.case_id, row.read_id, row.reader, change, row.best[index], row.new_lesion[index], group)
        for row in cohort.rows
        if (change := row.best_change_pct[index]) is not None
    ]
    return tuple(sorted(bars, key=lambda bar: (-bar.change_pct, bar.case_id, bar.read_id)))


def spider(cohort: Cohort, scope: Scope, group: str = "") -> tuple[SpiderPoint, ...]:
    """The changes of every read over time; reads of which no days are known have none."""
    with garbage_left_alone():
        return _spider(cohort, SCOPES.index(scope), group)


def _spider(cohort: Cohort, index: int, group: str) -> tuple[SpiderPoint, ...]:
    found: list[SpiderPoint] = []
    for row in cohort.rows:
        if not row.days_known or row.baseline_mm[index] is None:
            continue
        case_id, read_id = row.case_id, row.read_id
        found.append(SpiderPoint(case_id, read_id, 0, 0.0, "", group))
        found += [
            SpiderPoint(case_id, read_id, at.day, change, at.responses[index], group)
            for at in row.timepoints
            if (change := at.changes_pct[index]) is not None
        ]
    return tuple(found)


def swimmer(cohort: Cohort, scope: Scope = Scope.OVERALL, group: str = "") -> tuple[SwimmerMark, ...]:
    """Every lane from the longest to the shortest: treatments, responses, progression, death or last known alive."""
    with garbage_left_alone():
        return _swimmer(cohort, SCOPES.index(scope), group)


def _swimmer(cohort: Cohort, index: int, group: str) -> tuple[SwimmerMark, ...]:
    lanes: list[tuple[float, str, str, EndpointRow, Outcome | None]] = []
    for row in cohort.rows:
        survival = row.times.get("OS")
        last = max([at.day for at in row.timepoints], default=0) if row.days_known else 0
        lanes.append((-max(last, 0 if survival is None else survival.days), row.case_id, row.read_id, row, survival))
    lanes.sort(key=lambda lane: lane[:3])
    found: list[SwimmerMark] = []
    pd = Response.PD.value
    for _, case_id, read_id, row, survival in lanes:
        who = (case_id, read_id)
        found += [SwimmerMark(*who, "treatment", t.kind, t.day, t.end_day, group) for t in row.treatments]
        if row.days_known:
            told = [(at.responses[index], at.day) for at in row.timepoints]
            found += [
                SwimmerMark(case_id, read_id, "progression" if seen == pd else "response", seen, day, None, group)
                for seen, day in told
            ]
        if survival is not None:
            what = "death" if survival.event else "ongoing"
            found.append(SwimmerMark(*who, what, survival.source, survival.days, None, group))
    return tuple(found)


def survival_curves(
    groups: Mapping[str, Cohort], name: str, unit: str = "days", *, each_reader: bool = False
) -> tuple[CurvePoint, ...]:
    """The Kaplan-Meier curves of one time, each from 1 at time 0.

    With `each_reader` a case counts once in a curve: a time that differs from reader to reader has one for each.
    """
    return tuple(
        point
        for group, reader, cohort in _curves_of(groups, name, each_reader)
        for point in _curve(group, reader, time_to_event(cohort, name, unit).curve)
    )


def numbers_at_risk(
    groups: Mapping[str, Cohort], name: str, times: Sequence[float], unit: str = "days"
) -> tuple[AtRisk, ...]:
    """The row of numbers under a Kaplan-Meier curve."""
    found: list[AtRisk] = []
    for group, cohort in groups.items():
        curve = time_to_event(cohort, name, unit).curve
        found += [AtRisk(group, t, n) for t, n in zip(times, curve.at_risk_at(times), strict=True)]
    return tuple(found)


def incidence_curves(
    groups: Mapping[str, Cohort], name: str, unit: str = "days", *, each_reader: bool = False
) -> tuple[IncidencePoint, ...]:
    """The cumulative incidences of the event and of death without it; 1 - Kaplan-Meier beside that of the event.

    `each_reader` as in `survival_curves`.
    """
    found: list[IncidencePoint] = []
    for group, reader, cohort in _curves_of(groups, name, each_reader):
        told = time_to_event(cohort, name, unit)
        for cause, curve in (("event", told.incidence), ("death", told.competing)):
            if curve is not None:
                found += _incidence((group, reader), cause, curve, told.curve if cause == "event" else None)
    return tuple(found)


def picture_csv(records: Sequence[tuple[Any, ...]], kind: type[NamedTuple]) -> bytes:
    """The data behind a picture: one line for each record of this kind, UTF-8, CRLF, no formulas."""
    return table_csv(kind._fields, records)


def table_csv(columns: Sequence[str], lines: Iterable[Sequence[Cell]]) -> bytes:
    """A table as CSV: UTF-8, CRLF; a text that a spreadsheet would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for line in lines:
        writer.writerow([f"'{x}" if isinstance(x, str) and x.startswith(_FORMULA_STARTS) else x for x in line])
    return text.getvalue().encode("utf-8")


def _curves_of(groups: Mapping[str, Cohort], name: str, each_reader: bool) -> Iterator[tuple[str, str, Cohort]]:
    """Group, reader and those of whom a curve is drawn."""
    for group, cohort in groups.items():
        parts = counted_once(cohort, name) if each_reader else {None: cohort}
        for reader, part in parts.items():
            yield group, reader or "", part


def _curve(group: str, reader: str, curve: KaplanMeier) -> list[CurvePoint]:
    start = [CurvePoint(group, 0.0, curve.n, 0, 0, 1.0, None, None, reader)] if curve.n and curve.time[0] > 0 else []
    columns = (curve.time, curve.at_risk, curve.events, curve.censored, curve.survival, curve.lower, curve.upper)
    return start + [
        CurvePoint(group, t, int(n), int(d), int(c), s, known(low), known(high), reader)
        for t, n, d, c, s, low, high in zip(*(x.tolist() for x in columns), strict=True)
    ]


def _incidence(
    whose: tuple[str, str], cause: str, curve: CumulativeIncidence, beside: KaplanMeier | None
) -> list[IncidencePoint]:
    group, reader = whose
    found: list[IncidencePoint] = []
    columns = (curve.time, curve.incidence, curve.lower, curve.upper)
    for t, value, low, high in zip(*(x.tolist() for x in columns), strict=True):
        rate = None if beside is None else beside.at(t).value
        found.append(
            IncidencePoint(group, cause, t, value, known(low), known(high), None if rate is None else 1 - rate, reader)
        )
    return found
