"""A record as it stood on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.state.clinical import Enrolment
from app.state.record import Record
from mrecist.case import Read, TimePointRead
from mrecist.values import LesionRole


def as_of(record: Record, until: date) -> Record:
    """The record without anything that happened after a date: what a reader could have known on that day."""
    visits = tuple(visit for visit in record.visits if visit.on <= until)
    known = {visit.id for visit in visits}
    reads = tuple(_until(read, known) for read in record.reads)
    treatments = tuple(
        replace(
            one,
            until=None if one.until is not None and one.until > until else one.until,
            dose_changes=tuple(x for x in one.dose_changes if x.on <= until),
            cycles=tuple(x for x in one.cycles if x.on <= until),
        )
        for one in record.treatments
        if one.on <= until
    )
    return replace(
        record,
        visits=visits,
        reads=reads,
        judgements=tuple(one for one in record.judgements if one.visit_id in known and one.signature.on <= until),
        criteria=tuple(one for one in record.criteria if one.signature.on <= until),
        treatments=treatments,
        labs=tuple(one for one in record.labs if one.on <= until),
        enrolment=_enrolment_until(record.enrolment, until),
        events=tuple(event for event in record.events if event.on <= until),
        signed=tuple(one for one in record.signed if one.visit_id in known),
    )


def _enrolment_until(enrolment: Enrolment, until: date) -> Enrolment:
    """What of the enrolment had happened by then; the arm is known from randomisation on."""
    consented, enrolled, randomised = (
        on if on is not None and on <= until else None
        for on in (enrolment.consented, enrolment.enrolled, enrolment.randomised)
    )
    told = enrolment.randomised is None or randomised is not None
    return Enrolment(consented, enrolled, randomised, enrolment.arm if told else "")


def _until(read: Read, known: set[str]) -> Read:
    """A read without later time points and without the lesions that were first seen at one of them."""
    points = tuple(point for point in read.timepoints if point.timepoint_id in known)
    seen = {one.lesion_id for point in points for one in point.observations}
    lesions = tuple(x for x in read.lesions if x.role is not LesionRole.NEW or x.id in seen)
    ids = {lesion.id for lesion in lesions}
    kept = tuple(
        TimePointRead(point.timepoint_id, tuple(one for one in point.observations if one.lesion_id in ids))
        for point in points
    )
    return replace(read, lesions=lesions, timepoints=kept)
