"""Small records for tests: a patient with liver phases and a chest series at two time points."""

from __future__ import annotations

from datetime import date

from app.state.record import Patient, Record, SeriesRef, Visit
from mrecist.case import Read, TimePointRead
from mrecist.lesions import Lesion, Measured, Observation
from mrecist.values import Axis, Diameter, LesionRole, Line, Organ, Region

BASELINE, FOLLOW_UP = date(2025, 3, 11), date(2025, 4, 29)


def series_ref(uid: str, on: date, phase: str | None, description: str, **changes: object) -> SeriesRef:
    values: dict[str, object] = {
        "uid": uid,
        "study_uid": f"2.25.{on.toordinal()}",
        "frame_of_reference_uid": f"2.25.1.{on.toordinal()}",
        "study_date": on,
        "acquired_at": "101500",
        "modality": "CT",
        "description": description,
        "number": 1,
        "images": 40,
        "slice_thickness_mm": 5.0,
        "phase": phase,
        "phase_confidence": 0.97 if phase else 0.0,
        "phase_evidence": (),
        "measurable": True,
        "volume_ok": True,
        "why_not": (),
    }
    return SeriesRef(**{**values, **changes})  # type: ignore[arg-type]


def exam(on: date, prefix: str) -> tuple[SeriesRef, ...]:
    """Four liver phases and a chest series of one day; uids are the prefix and PRE, AP, PVP, DP, CH."""
    phases = (("PRE", "pre"), ("AP", "arterial"), ("PVP", "portal_venous"), ("DP", "delayed"))
    liver = tuple(series_ref(f"{prefix}-{short}", on, phase, f"Liver dynamic CT {short}") for short, phase in phases)
    return (*liver, series_ref(f"{prefix}-CH", on, None, "Chest CT"))


def line(length_mm: float, series: str = "BL-AP") -> Line:
    return Line(series, "2.25.77", 1, "2.25.1", (0.0, 0.0, 0.0), (length_mm, 0.0, 0.0))


def two_visits() -> Record:
    """A case with a baseline and one follow-up, nothing marked."""
    first, second = exam(BASELINE, "BL"), exam(FOLLOW_UP, "FU1")
    visits = (
        Visit("BL", BASELINE, (BASELINE,), tuple(x.uid for x in first), confirmed=True),
        Visit("FU1", FOLLOW_UP, (FOLLOW_UP,), tuple(x.uid for x in second)),
    )
    return Record(
        "HEP-0001", Patient("HEP-0001"), series=first + second, visits=visits, reads=(Read("read-1", "Reader 1"),)
    )


def with_targets(record: Record, *diameters_mm: float) -> Record:
    """The record with liver targets IT1, IT2 ... measured at baseline."""
    lesions = tuple(
        Lesion(f"IT{k}", Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER, axis=Axis.VIABLE_LONGEST)
        for k in range(1, len(diameters_mm) + 1)
    )
    observations = tuple(
        Observation(lesion.id, Measured(Diameter.from_mm(mm), evidence=(line(mm),)))
        for lesion, mm in zip(lesions, diameters_mm, strict=True)
    )
    read = Read("read-1", "Reader 1", lesions=lesions, timepoints=(TimePointRead("BL", observations),))
    return Record(record.case_id, record.patient, series=record.series, visits=record.visits, reads=(read,))
