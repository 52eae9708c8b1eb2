"""Edits of clinical data that have dates of their own: laboratory values, enrolment, treatments and events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.state.case_edits import record_clinical
from app.state.clinical import LabSet
from app.state.dates import in_order, last_day
from app.state.events import (
    ClinicalEventRecorded,
    ClinicalEventRemoved,
    ClinicalImported,
    ClinicalRecorded,
    CriterionSigned,
    EnrolmentRecorded,
    LabsRecorded,
    LabsRemoved,
    TreatmentRecorded,
    TreatmentRemoved,
)
from app.state.record import DatedEvent, DatedTreatment, Record
from app.state.refusal import EditRefused
from mrecist.case import EventKind, TreatmentKind


def record_labs(record: Record, event: LabsRecorded) -> Record:
    """Sets with ids that exist replace them."""
    ids = [one.id for one in event.labs]
    if not ids or len(set(ids)) < len(ids):
        raise EditRefused("Laboratory values need a set each, with an id of its own.")
    for one in event.labs:
        _check_labs(one)
    kept = tuple(x for x in record.labs if x.id not in ids)
    return replace(record, labs=tuple(sorted((*kept, *event.labs), key=lambda x: in_order(x.on))))


def _check_labs(labs: LabSet) -> None:
    if not labs.values:
        raise EditRefused(f"No laboratory value is given for {labs.on.isoformat()}. To take a set out, remove it.")
    analytes = [x.analyte for x in labs.values]
    twice = next((x for x in analytes if analytes.count(x) > 1), None)
    if twice is not None:
        raise EditRefused(f"{twice.value} is given twice for {labs.on.isoformat()}.")
    for value in labs.values:
        if value.value < 0:
            raise EditRefused(f"{value.analyte.value} on {labs.on.isoformat()} is below zero.")
        if value.upper_limit is not None and value.upper_limit <= 0:
            raise EditRefused(f"The upper limit of {value.analyte.value} is not above zero.")


def remove_labs(record: Record, event: LabsRemoved) -> Record:
    known = {x.id for x in record.labs}
    missing = next((x for x in event.labs_ids if x not in known), None)
    if missing is not None or not event.labs_ids:
        raise EditRefused(f"There are no laboratory values {missing or ''}".rstrip() + ".")
    return replace(record, labs=tuple(x for x in record.labs if x.id not in event.labs_ids))


def record_enrolment(record: Record, event: EnrolmentRecorded) -> Record:
    """The whole enrolment: it replaces what was recorded before."""
    return replace(record, enrolment=event.enrolment)


def record_treatment(record: Record, event: TreatmentRecorded) -> Record:
    """A treatment with an id that exists replaces it."""
    new = event.treatment
    check_treatment(new)
    kept = tuple(x for x in record.treatments if x.id != new.id)
    return replace(record, treatments=tuple(sorted((*kept, new), key=lambda x: in_order(x.on))))


def check_treatment(treatment: DatedTreatment) -> None:
    """Refuse a treatment that ends before it begins, or whose dose changes or cycles lie outside it or out of order.

    Only radiotherapy has a dose in Gy. Raises EditRefused.
    """
    on, until = treatment.on, treatment.until
    if until is not None and last_day(until) < on:
        raise EditRefused(f"The treatment ends ({until.isoformat()}) before it begins ({on.isoformat()}).")
    for what, dates in (
        ("dose change", [x.on for x in treatment.dose_changes]),
        ("cycle", [x.on for x in treatment.cycles]),
    ):
        for on in dates:
            if last_day(on) < treatment.on:
                raise EditRefused(f"A {what} ({on.isoformat()}) is before the treatment ({treatment.on.isoformat()}).")
            if treatment.until is not None and on > last_day(treatment.until):
                raise EditRefused(f"A {what} ({on.isoformat()}) is after the end ({treatment.until.isoformat()}).")
        if dates != sorted(dates, key=in_order):
            raise EditRefused(f"The {what}s are not in order of date.")
    for cycle in treatment.cycles:
        if cycle.until is not None and last_day(cycle.until) < cycle.on:
            raise EditRefused(f"Cycle {cycle.number} ends ({cycle.until.isoformat()}) before it begins.")
    numbers = [x.number for x in treatment.cycles]
    if any(x < 1 for x in numbers) or numbers != sorted(set(numbers)):
        raise EditRefused("Cycles are numbered from 1, each number once.")
    if treatment.dose_gy is None and treatment.fractions is None:
        return
    if treatment.kind is not TreatmentKind.RADIOTHERAPY:
        raise EditRefused(f"{treatment.kind.value} has no dose in Gy.")
    if treatment.dose_gy is not None and treatment.dose_gy <= 0:
        raise EditRefused("The dose in Gy is not above zero.")
    if treatment.fractions is not None and treatment.fractions < 1:
        raise EditRefused("Radiotherapy has one fraction or more.")


def remove_treatment(record: Record, event: TreatmentRemoved) -> Record:
    kept = tuple(x for x in record.treatments if x.id != event.treatment_id)
    if len(kept) == len(record.treatments):
        raise EditRefused(f"There is no treatment {event.treatment_id}.")
    return replace(record, treatments=kept)


def record_event(record: Record, event: ClinicalEventRecorded) -> Record:
    """An event with an id that exists replaces it: so it is corrected."""
    kept = tuple(x for x in record.events if x.id != event.event.id)
    return replace(record, events=tuple(sorted((*kept, event.event), key=lambda x: in_order(x.on))))


def second_death(record: Record, event: DatedEvent) -> DatedEvent | None:
    """The death that is recorded where the event would be another one; None where it is no death, or corrects it."""
    if event.kind is not EventKind.DEATH:
        return None
    return next((x for x in record.events if x.kind is EventKind.DEATH and x.id != event.id), None)


def check_one_death(before: Record, after: Record) -> None:
    """Refuse what would make a second death of a patient; a log that holds two from earlier stays readable.

    Raises EditRefused.
    """
    known = [x for x in before.events if x.kind is EventKind.DEATH]
    died = [x for x in after.events if x.kind is EventKind.DEATH]
    if len(died) > max(1, len(known)):
        on = (known or died)[0].on.isoformat()
        raise EditRefused(f"Death is recorded on {on}. Nothing was added. If that date is wrong, correct it there.")


def remove_event(record: Record, event: ClinicalEventRemoved) -> Record:
    kept = tuple(x for x in record.events if x.id != event.event_id)
    if len(kept) == len(record.events):
        raise EditRefused(f"There is no event {event.event_id}.")
    return replace(record, events=kept)


Part = LabsRecorded | TreatmentRecorded | ClinicalEventRecorded | EnrolmentRecorded | ClinicalRecorded


def parts_of(event: ClinicalImported) -> Iterator[Part]:
    """The edits that an import stands for, in order."""
    if event.labs:
        yield LabsRecorded(event.labs)
    yield from (TreatmentRecorded(x) for x in event.treatments)
    yield from (ClinicalEventRecorded(x) for x in event.events)
    if event.enrolment is not None:
        yield EnrolmentRecorded(event.enrolment)
    yield from (ClinicalRecorded(visit_id, status) for visit_id, status in event.statuses)


def import_clinical(record: Record, event: ClinicalImported) -> Record:
    """All of it, or nothing: raises EditRefused where one part is refused."""
    parts = list(parts_of(event))
    if not parts:
        raise EditRefused("The table adds nothing.")
    for part in parts:
        match part:
            case LabsRecorded():
                record = record_labs(record, part)
            case TreatmentRecorded():
                record = record_treatment(record, part)
            case ClinicalEventRecorded():
                record = record_event(record, part)
            case EnrolmentRecorded():
                record = record_enrolment(record, part)
            case ClinicalRecorded():
                record = record_clinical(record, part)
    return record


def sign_criterion(record: Record, event: CriterionSigned) -> Record:
    """The newest answer to a criterion stands; earlier ones stay in the log."""
    new = event.answer
    if not new.signature.by.strip() or not new.signature.reason.strip():
        raise EditRefused("An answer to an entry criterion needs a signer and a reason.")
    if not new.protocol or not new.criterion:
        raise EditRefused("An answer names the criterion and its protocol.")
    kept = tuple(x for x in record.criteria if (x.protocol, x.criterion) != (new.protocol, new.criterion))
    return replace(record, criteria=(*kept, new))
