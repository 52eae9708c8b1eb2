"""A published course as a case: months kept as months, lesions without a published size as non-targets, no images."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib import resources

from app.demo.truth import converter
from app.state.events import (
    BaselineConfirmed,
    ClinicalEventRecorded,
    ClinicalRecorded,
    Event,
    FindingRecorded,
    LesionAdded,
    ReadStarted,
    TreatmentRecorded,
    VisitProposed,
)
from app.state.record import DatedEvent, DatedTreatment, Patient
from app.storage.database import Database
from app.storage.open_case import OpenCase
from app.storage.worklist import list_cases
from mrecist.case import ClinicalStatus
from mrecist.lesions import Absent, Features, Finding, Lesion, Nonviable, Observation, Present
from mrecist.results import Assessment
from mrecist.values import Certainty, Diameter

READ = "published"


@dataclass(frozen=True, slots=True)
class PublishedTimePoint:
    """`findings` by lesion: present, absent, nonviable, or a published diameter in mm; none: nothing is published.

    `typical` are lesions reported with arterial enhancement and washout, `certain` those reported as unequivocal.
    `expected` are the intrahepatic and the extrahepatic response, worked by hand.
    """

    id: str
    on: date
    findings: dict[str, str] = field(default_factory=dict)
    typical: tuple[str, ...] = ()
    certain: tuple[str, ...] = ()
    clinical: ClinicalStatus | None = None
    expected: str = ""


@dataclass(frozen=True, slots=True)
class PublishedCourse:
    version: str
    case_id: str
    title: str
    protocol: str
    reader: str
    day0: date
    lesions: tuple[Lesion, ...]
    timepoints: tuple[PublishedTimePoint, ...]
    treatments: tuple[DatedTreatment, ...]
    events: tuple[DatedEvent, ...]


def read_course() -> PublishedCourse:
    """The course that comes with the program."""
    text = resources.files("resources").joinpath("demo/course.toml").read_text(encoding="utf-8")
    return converter().structure(tomllib.loads(text), PublishedCourse)


def edits_of(course: PublishedCourse) -> Iterator[Event]:
    """The edits that record the course in a case that was just opened."""
    for point in course.timepoints:
        yield VisitProposed(point.id, (point.on,), ())
    yield BaselineConfirmed(course.timepoints[0].id, course.day0)
    yield from (TreatmentRecorded(x) for x in course.treatments)
    yield from (ClinicalEventRecorded(x) for x in course.events)
    yield from (ClinicalRecorded(p.id, p.clinical) for p in course.timepoints if p.clinical is not None)
    yield ReadStarted(course.reader)
    lesions = {x.id: x for x in course.lesions}
    for point in course.timepoints:
        for lesion_id, word in point.findings.items():
            seen = Observation(lesion_id, _finding(word), _features(point, lesion_id))
            first = lesions.pop(lesion_id, None)
            yield FindingRecorded(point.id, seen) if first is None else LesionAdded(first, point.id, seen)


def _finding(word: str) -> Finding:
    match word:
        case "present":
            return Present()
        case "absent":
            return Absent()
        case "nonviable":
            return Nonviable()
        case mm:
            return Present(Diameter.from_mm(mm))


def _features(point: PublishedTimePoint, lesion_id: str) -> Features:
    return Features(
        typical_vascular_pattern=True if lesion_id in point.typical else None,
        certainty=Certainty.UNEQUIVOCAL if lesion_id in point.certain else None,
    )


def record_published(database: Database) -> str:
    """Record the course in the database, once; the id of its case.

    Raises
    ------
    StorageError
        If the database does not take it.
    """
    course = read_course()
    with database.reading() as connection:
        known = {line.case_id for line in list_cases(connection)}
    if course.case_id not in known:
        patient = Patient(course.case_id, course.title)
        case = OpenCase.create(database, course.case_id, patient, course.reader, course.protocol)
        for event in edits_of(course):
            case.do(event, course.reader, READ)
    return course.case_id


def differences(course: PublishedCourse, assessment: Assessment) -> tuple[str, ...]:
    """Where the responses are not those worked by hand."""
    found = []
    for point in course.timepoints:
        at = assessment.timepoint(point.id)
        responses = "" if at is None else f"{at.intrahepatic.response} {at.extrahepatic.response}"
        if responses != point.expected:
            found.append(f"{point.id}: expected {point.expected or 'no response'}, found {responses or 'no response'}")
    return tuple(found)
