"""A small case, made edit by edit, for tests of the record and of the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from app.state.apply import replay
from app.state.events import (
    CaseOpened,
    Draft,
    Entry,
    Event,
    FindingRecorded,
    LesionAdded,
    ReadStarted,
    SeriesImported,
    VisitProposed,
)
from app.state.record import Patient, Record, SeriesRef
from mrecist.lesions import Finding, Lesion, Measured, Observation
from mrecist.values import Axis, Diameter, LesionKind, LesionRole, Line, Organ, Region

READER, READ = "Reader A", "read-1"
BASELINE_DATE, FOLLOW_UP_DATE = date(2025, 1, 6), date(2025, 2, 17)


def series_ref(uid: str, on: date | None = BASELINE_DATE, modality: str = "CT") -> SeriesRef:
    return SeriesRef(
        uid=uid,
        study_uid=f"{uid}.study",
        frame_of_reference_uid=f"{uid}.frame",
        study_date=on,
        acquired_at=None,
        modality=modality,
        description="arterial",
        number=3,
        images=40,
        slice_thickness_mm=2.5,
        phase="arterial",
        phase_confidence=0.9,
        phase_evidence=("ARTERIAL in the description",),
        measurable=True,
        volume_ok=True,
        why_not=(),
    )


def lesion(
    name: str, region: Region = Region.INTRAHEPATIC, role: LesionRole = LesionRole.TARGET, organ: Organ = Organ.LIVER
) -> Lesion:
    return Lesion(name, region, role, organ, LesionKind.OTHER, Axis.VIABLE_LONGEST)


def measured(mm: str, *series: str) -> Measured:
    lines = tuple(Line(uid, f"{uid}.7", 1, f"{uid}.frame", (0.0, 0.0, 0.0), (float(mm), 0.0, 0.0)) for uid in series)
    return Measured(Diameter.from_mm(mm), evidence=lines)


def added(name: str, visit: str, finding: Finding, **how: object) -> LesionAdded:
    return LesionAdded(lesion(name, **how), visit, Observation(name, finding))  # type: ignore[arg-type]


def found(name: str, visit: str, finding: Finding) -> FindingRecorded:
    return FindingRecorded(visit, Observation(name, finding))


OPENING: tuple[Event, ...] = (
    CaseOpened("C-1", Patient("P-1", "Doe^Jane", "F", date(1960, 5, 4)), "cotsom"),
    SeriesImported((series_ref("1.1"), series_ref("1.2", FOLLOW_UP_DATE))),
    VisitProposed("BL", (BASELINE_DATE,), ("1.1",)),
    VisitProposed("FU1", (FOLLOW_UP_DATE,), ("1.2",)),
    ReadStarted(READER),
)
"""A case of two time points (BL, FU1), one series each (1.1, 1.2), and one read without findings."""


def drafts(events: Iterable[Event], author: str = READER, read_id: str | None = READ) -> list[Draft]:
    return [Draft(event, author, read_id) for event in events]


def log_of(*events: Event, author: str = READER, read_id: str | None = READ) -> tuple[Entry, ...]:
    """A log of these events, a minute apart."""
    return tuple(
        Entry(n, f"2025-03-01T09:{n:02}:00.000000+00:00", author, read_id, event) for n, event in enumerate(events, 1)
    )


def record_of(*events: Event) -> Record:
    """The record after the opening and these events."""
    return replay(log_of(*OPENING, *events))
