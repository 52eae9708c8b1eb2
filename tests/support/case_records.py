"""Response cases of the schema as records, so that whatever reads a record can be tried on them."""

from __future__ import annotations

from datetime import date, timedelta

from app.state.record import DatedEvent, DatedTreatment, Patient, Record, SeriesRef, Visit
from mrecist.case import Case, TimePoint
from tests.support.cases import series_ref

DAY_0 = date(2024, 3, 1)


def record_of_case(case: Case) -> Record:
    """The case as a record whose day 0 is `DAY_0`; its own policy, arm and randomisation are no part of a record."""
    series = {t.id: _series(t) for t in case.timepoints}
    visits = tuple(
        Visit(
            t.id,
            _on(t.day),
            (_on(t.day),),
            tuple(s.uid for s in series[t.id]),
            coverage=t.coverage,
            clinical=t.clinical,
        )
        for t in case.timepoints
        for on in [_on(t.day)]
    )
    return Record(
        case.id,
        Patient(case.id),
        case.protocol,
        DAY_0,
        series=tuple(one for of_visit in series.values() for one in of_visit),
        visits=visits,
        reads=case.reads,
        treatments=tuple(
            DatedTreatment(str(n), t.kind, _on(t.day), None if t.end_day is None else _on(t.end_day), t.dose, t.lesions)
            for n, t in enumerate(case.treatments)
        ),
        events=tuple(DatedEvent(str(n), e.kind, _on(e.day)) for n, e in enumerate(case.events)),
    )


def _series(at: TimePoint) -> tuple[SeriesRef, ...]:
    found = []
    for number, scan in enumerate(at.scans):
        on = _on(at.day if scan.day is None else scan.day)
        found.append(series_ref(f"{at.id}.{number}", on, scan.modality.value))
    return tuple(found)


def _on(day: int) -> date:
    return DAY_0 + timedelta(days=day)
