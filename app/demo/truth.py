"""What is true of the demonstration study: lines known by formula, responses and decisions worked by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from cattrs import Converter

from app.state.dates import read_date
from app.state.record import DatedTreatment, Judgement, Patient
from mrecist.case import ClinicalStatus
from mrecist.lesions import Lesion
from mrecist.values import Point, Response


@dataclass(frozen=True, slots=True)
class TrueLine:
    """A straight line in one axial image: its end points (patient mm, LPS) and its length in mm, to one decimal."""

    start: Point
    end: Point
    diameter_mm: float


@dataclass(frozen=True, slots=True)
class TrueFinding:
    """One lesion at one time point.

    `counted` is the diameter that enters the sum (viable, longest or, of a node, short), `whole` the longest diameter
    of the whole lesion (of a node its long axis); both are None of a lesion that is only present. `centres` are the
    places of the lesion, several where it stands for a group of nodules. `phase` is the one it is read on
    (``arterial``, ``portal_venous``) or ``chest``.
    """

    lesion_id: str
    phase: str
    series_uid: str
    sop_uid: str
    frame_of_reference_uid: str
    z_mm: float
    centres: tuple[Point, ...]
    counted: TrueLine | None = None
    whole: TrueLine | None = None
    typical_vascular_pattern: bool | None = None


@dataclass(frozen=True, slots=True)
class TrueRegion:
    """Response of one scope, worked by hand; `nadir_mm` is the smallest earlier sum."""

    target: Response
    non_target: Response
    response: Response
    sum_mm: float
    nadir_mm: float
    new_lesion: bool = False


@dataclass(frozen=True, slots=True)
class TrueDecision:
    output: str
    row: str


@dataclass(frozen=True, slots=True)
class TrueDecisions:
    tace: TrueDecision
    sorafenib: TrueDecision


@dataclass(frozen=True, slots=True)
class TrueResponses:
    """What follows at one follow-up: the responses, and the decisions before and after the signed judgements."""

    intrahepatic: TrueRegion
    extrahepatic: TrueRegion
    overall: TrueRegion
    composite: Response
    whole_intrahepatic_sum_mm: float
    before: TrueDecisions
    after: TrueDecisions


@dataclass(frozen=True, slots=True)
class TrueSeries:
    """One written series.

    `phase` is ``pre``, ``arterial``, ``portal_venous``, ``delayed``, ``hepatobiliary`` or ``chest``.
    """

    uid: str
    phase: str
    images: int
    folder: str
    modality: str
    study_uid: str
    frame_of_reference_uid: str


@dataclass(frozen=True, slots=True)
class TrueTimePoint:
    """One time point; `study_uid` and `frame_of_reference_uid` are those of its CT."""

    id: str
    on: date
    day: int
    study_uid: str
    frame_of_reference_uid: str
    series: tuple[TrueSeries, ...]
    findings: tuple[TrueFinding, ...]
    clinical: ClinicalStatus
    responses: TrueResponses | None = None

    def finding(self, lesion_id: str) -> TrueFinding | None:
        return next((x for x in self.findings if x.lesion_id == lesion_id), None)


@dataclass(frozen=True, slots=True)
class MarkerValue:
    """Tumour markers taken between the time points, for the history."""

    on: date
    afp_ng_ml: Fraction | None = None
    pivka_mau_ml: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """The demonstration study as it is known to be; `images` counts the files of all series."""

    version: str
    variant: str
    case_id: str
    protocol: str
    day0: date
    reader: str
    patient: Patient
    lesions: tuple[Lesion, ...]
    timepoints: tuple[TrueTimePoint, ...]
    treatments: tuple[DatedTreatment, ...]
    judgements: tuple[Judgement, ...]
    markers: tuple[MarkerValue, ...]
    images: int

    def timepoint(self, timepoint_id: str) -> TrueTimePoint | None:
        return next((x for x in self.timepoints if x.id == timepoint_id), None)


def converter() -> Converter:
    """Dates as ISO text and fractions as decimal text, both ways; fields that no class knows are refused."""
    made = Converter(forbid_extra_keys=True)
    made.register_structure_hook(date, lambda v, _: v if isinstance(v, date) else read_date(v))
    made.register_unstructure_hook(date, date.isoformat)
    made.register_structure_hook(Fraction, lambda v, _: Fraction(str(v)))
    made.register_unstructure_hook(Fraction, lambda v: f"{float(v):.10g}")
    made.register_structure_hook(str | bool, lambda v, _: v)
    return made


def read_truth(path: Path) -> Truth:
    """The truth of a demonstration study that was written to disk.

    Raises
    ------
    OSError
        If the file cannot be read.
    cattrs.BaseValidationError, ValueError
        If it was not written by this version.
    """
    return converter().structure(json.loads(path.read_text(encoding="utf-8")), Truth)


def truth_text(truth: Truth) -> str:
    """The truth as JSON text (UTF-8, one field a line)."""
    plain: dict[str, Any] = converter().unstructure(truth)
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"
