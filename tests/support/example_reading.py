"""A reading at its second follow-up: 3 time points, 7 lesions of which one is still to do, regions that disagree.

The sums and changes are worked out by hand: liver 72.8, 50.9, 37.7 mm; elsewhere 60.0, 57.2, 68.9 mm.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from importlib import resources

from app.models.reading import Reading
from app.resources import load_protocol
from app.state.record import DatedTreatment, Judgement, Patient, Record, SeriesRef, Visit
from mrecist.assess import assess
from mrecist.case import Ascites, ClinicalStatus, Marker, Read, Signature, TimePointRead, TreatmentKind
from mrecist.lesions import Finding, Lesion, Measured, Observation, Present
from mrecist.results import Assessment, Decision
from mrecist.rulesets import RuleSet, parse_ruleset
from mrecist.values import Diameter, LesionKind, LesionRole, Organ, Region, Segment

READ_ID = "read-1"
LESIONS = (
    Lesion("IT1", Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER, segments=(Segment.VIII, Segment.V), site="S8/5"),
    Lesion("IT2", Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER, segments=(Segment.III,), site="S3"),
    Lesion(
        "INT1",
        Region.INTRAHEPATIC,
        LesionRole.NONTARGET,
        Organ.PORTAL_VEIN,
        LesionKind.TUMOUR_THROMBUS,
        site="PVTT Vp3",
    ),
    Lesion("ET1", Region.EXTRAHEPATIC, LesionRole.TARGET, Organ.LUNG, site="Lung RLL"),
    Lesion("ET2", Region.EXTRAHEPATIC, LesionRole.TARGET, Organ.LUNG, site="Lung LUL"),
    Lesion("ET3", Region.EXTRAHEPATIC, LesionRole.TARGET, Organ.LYMPH_NODE, LesionKind.LYMPH_NODE, site="Node 7"),
    Lesion("ENT1", Region.EXTRAHEPATIC, LesionRole.NONTARGET, Organ.LUNG, site="Lung < 10\u00a0mm"),
)
_DIAMETERS = {
    "IT1": (("49.2", "53.6"), ("36.4", "45.0"), ("26.8", "40.2")),
    "IT2": (("23.6", "23.6"), ("14.5", "20.1"), ("10.9", "18.8")),
    "ET1": (("24.2", None), ("23.0", None), ("28.9", None)),
    "ET2": (("17.5", None), ("16.8", None), ("21.4", None)),
    "ET3": (("18.3", "26.0"), ("17.4", "25.1"), ("18.6", "26.4")),
}
_DATES = {"BL": date(2025, 3, 11), "FU1": date(2025, 4, 29), "FU2": date(2025, 6, 10)}
_PHASES = {
    "BL": (("PRE", 0.99, 88), ("AP", 0.98, 88), ("PVP", 0.99, 88), ("DP", 0.93, 88), ("Chest", 0.0, 128)),
    "FU1": (("AP", 0.96, 90), ("PVP", 0.99, 90), ("Chest", 0.0, 130)),
    "FU2": (("AP", 0.97, 88), ("PVP", 0.99, 88), ("Chest", 0.0, 132)),
}


_PHASE_OF = {"PRE": "pre", "AP": "arterial", "PVP": "portal_venous", "DP": "delayed"}


def example_record() -> Record:
    """The record of the demonstration patient, at the second follow-up."""
    series = tuple(_series(visit_id, *phase) for visit_id, phases in _PHASES.items() for phase in phases)
    return Record(
        case_id="HEP-0142",
        patient=Patient("HEP-0142", "김영수", "M", date(1961, 8, 14)),
        protocol="cotsom",
        day0=date(2025, 3, 18),
        baseline_confirmed=True,
        series=series,
        visits=tuple(
            Visit(
                visit_id,
                on,
                (on,),
                tuple(x.uid for x in series if x.study_date == on),
                confirmed=True,
                clinical=_clinical(visit_id),
            )
            for visit_id, on in _DATES.items()
        ),
        reads=(Read(READ_ID, "Dr J. Lee", lesions=LESIONS, timepoints=tuple(_read(v) for v in _DATES)),),
        treatments=(
            DatedTreatment("t1", TreatmentKind.TACE, date(2025, 3, 18)),
            DatedTreatment("s1", TreatmentKind.SORAFENIB, date(2025, 3, 22), date(2025, 5, 6), "400 mg bid"),
            DatedTreatment("t2", TreatmentKind.TACE, date(2025, 5, 7)),
            DatedTreatment("s2", TreatmentKind.SORAFENIB, date(2025, 5, 20), None, "400 mg qd"),
        ),
    )


def example_assessment(record: Record | None = None) -> Assessment:
    """What the engine says of the example under published mRECIST."""
    return assess((record or example_record()).case, example_ruleset(), READ_ID, protocol=load_protocol())


def example_ruleset() -> RuleSet:
    text = (resources.files("resources") / "rulesets" / "mrecist-literal.toml").read_text(encoding="utf-8")
    return parse_ruleset(text)


def example_reading(visit_id: str = "FU2") -> Reading:
    return Reading(example_record(), READ_ID, visit_id, example_assessment())


def _series(visit_id: str, phase: str, confidence: float, images: int) -> SeriesRef:
    chest = phase == "Chest"
    return SeriesRef(
        uid=f"2.25.{visit_id}.{phase}",
        study_uid=f"2.25.{visit_id}",
        frame_of_reference_uid=f"2.25.{visit_id}.1",
        study_date=_DATES[visit_id],
        acquired_at=None,
        modality="CT",
        description="Chest CT" if chest else "Liver dynamic CT",
        number=4,
        images=images,
        slice_thickness_mm=2.5,
        phase=_PHASE_OF.get(phase),
        phase_confidence=confidence,
        phase_evidence=(),
        measurable=True,
        volume_ok=True,
        why_not=(),
        synthetic=True,
    )


def _clinical(visit_id: str) -> ClinicalStatus:
    return ClinicalStatus(
        ecog=1,
        bilirubin_mg_dl=Fraction(11, 10),
        albumin_g_dl=Fraction(38, 10),
        inr=Fraction(108, 100),
        ascites=Ascites.NONE,
        encephalopathy=0,
        labs_day=None if visit_id == "BL" else (_DATES[visit_id] - date(2025, 3, 18)).days - 1,
        afp_ng_ml=Marker(Fraction(412)),
    )


def _read(visit_id: str) -> TimePointRead:
    at = list(_DATES).index(visit_id)
    found: list[Observation] = []
    for lesion in LESIONS:
        finding: Finding
        if lesion.id in _DIAMETERS:
            counted, whole = _DIAMETERS[lesion.id][at]
            finding = Measured(Diameter.from_mm(counted or "0"), None if whole is None else Diameter.from_mm(whole))
        elif (lesion.id, visit_id) == ("ENT1", "FU2"):
            continue
        else:
            finding = Present()
        found.append(Observation(lesion.id, finding))
    return TimePointRead(visit_id, tuple(found))


def example_what_if(field: str, value: str | bool | None) -> tuple[Decision, Decision]:
    """What an answer at the second follow-up would lead to."""
    record = example_record()
    if value is not None:
        signature = Signature("Dr J. Lee", date(2025, 6, 12), "what if")
        record = replace(record, judgements=(Judgement("FU2", field, value, signature),))
    response = example_assessment(record).timepoint("FU2")
    assert response is not None
    assert response.tace is not None
    assert response.sorafenib is not None
    return response.tace, response.sorafenib
