"""What is known of the demonstration patient before anyone reads the images: protocol, treatments, clinical data."""

from __future__ import annotations

from app.demo.truth import Truth
from app.state.apply import EditRefused
from app.state.events import ClinicalRecorded, Event, ProtocolChosen, TreatmentRecorded
from app.storage.database import Database
from app.storage.open_case import OpenCase

AUTHOR = "Demonstration study"


def course_of(truth: Truth) -> tuple[Event, ...]:
    """The edits that record the clinical course; the reading, and every judgement, is left to the reader."""
    clinical = tuple(ClinicalRecorded(point.id, point.clinical) for point in truth.timepoints)
    return (ProtocolChosen(truth.protocol), *(TreatmentRecorded(t) for t in truth.treatments), *clinical)


def record_course(database: Database, truth: Truth) -> None:
    """Record the clinical course in the imported case, once.

    Raises
    ------
    StorageError
        If the case is not there, or the database does not take it.
    """
    case = OpenCase.read(database, truth.case_id)
    if case.record.treatments or case.record.protocol:
        return
    for event in course_of(truth):
        try:
            case.do(event, AUTHOR)
        except EditRefused:
            return  # someone has read the case already: it is theirs now
