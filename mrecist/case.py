"""One patient's record as the rules see it: a frozen tree.

Case > TimePoint holds what is true of the patient whoever reads (dates, scans, clinical status);
Case > Read > TimePointRead > Observation holds what one reader found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from mrecist.lesions import Lesion, Observation
from mrecist.values import Scope


class Modality(StrEnum):
    CT = "CT"
    MR = "MR"
    PT = "PT"
    BS = "BS"


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan of a time point.

    `series` are the uids of its series, by which a line of evidence finds it; `lesions` the ids of lesions that are
    said to have been read on it. `not_arterial` are those of its series that are not of the arterial phase.
    """

    modality: Modality
    slice_thickness_mm: Fraction | None = None
    day: int | None = None
    series: tuple[str, ...] = ()
    lesions: tuple[str, ...] = ()
    not_arterial: tuple[str, ...] = ()


class Examination(StrEnum):
    """What a time point should have imaged."""

    LIVER_DYNAMIC = "liver_dynamic"
    CHEST = "chest"
    ABDOMEN_PELVIS = "abdomen_pelvis"
    BONE_SCAN = "bone_scan"
    BRAIN = "brain"


class Ascites(StrEnum):
    NONE = "none"
    SLIGHT = "slight"
    MODERATE = "moderate"


@dataclass(frozen=True, slots=True)
class Marker:
    """A tumour marker; `above` marks a value that the laboratory reported only as "greater than"."""

    value: Fraction
    above: bool = False


class Benefit(StrEnum):
    """Is clinical benefit of further TACE expected? The investigator's judgement; absent is never "no"."""

    YES = "yes"
    NO = "no"
    UNDETERMINED = "undetermined"


class Ineligibility(StrEnum):
    """Why the investigator confirmed that the patient is lastingly ineligible for TACE."""

    ECOG = "ecog"
    LIVER = "liver"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who judged, when (ISO date), and why."""

    by: str
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class ClinicalStatus:
    """Clinical data and judgements at one time point; None is "not recorded", never "no"."""

    ecog: int | None = None
    bilirubin_mg_dl: Fraction | None = None
    albumin_g_dl: Fraction | None = None
    inr: Fraction | None = None
    ascites: Ascites | None = None
    encephalopathy: int | None = None
    ast_x_uln: Fraction | None = None
    alt_x_uln: Fraction | None = None
    anc_per_ul: Fraction | None = None
    hb_g_dl: Fraction | None = None
    platelets_per_ul: Fraction | None = None
    creatinine_x_uln: Fraction | None = None
    main_pv_occlusion: bool | None = None
    labs_day: int | None = None
    afp_ng_ml: Marker | None = None
    pivka_mau_ml: Marker | None = None
    tace_benefit: Benefit | None = None
    tace_planned: bool | None = None
    ineligibility_confirmed: Ineligibility | None = None
    sorafenib_tolerable: bool | None = None
    clinical_worsening: bool | None = None
    consent_withdrawn: bool | None = None
    resectable: bool | None = None
    systemic_benefit: Benefit | None = None


@dataclass(frozen=True, slots=True)
class TimePoint:
    """One dated tumour assessment. `day` counts from day 0, the start of treatment.

    `slack_days`: how many days later it can have been, where only the month or year is known; `day` is the first.
    `override` justifies what does not conform at the time point itself, all of it; `overrides` a single rule each,
    one of `RULES_OF_TIMEPOINT`, and goes before it.
    """

    id: str
    day: int
    clinical: ClinicalStatus | None = None
    scans: tuple[Scan, ...] = ()
    coverage: tuple[tuple[Examination, bool], ...] | None = None
    slack_days: int = 0
    override: str = ""
    overrides: tuple[tuple[str, str], ...] = ()

    def justification(self, rule: str) -> str:
        """Why what this rule says of the time point is accepted; empty where nobody said so."""
        return next((why for name, why in self.overrides if name == rule), self.override).strip()


RULES_OF_TIMEPOINT = ("E-WINDOW", "E-AFTER-START", "E-ENTRY", "E-LABS", "E-UNRECORDED", "E-INELIGIBLE")
"""The rules that speak of a time point itself, not of a lesion: window, entry criteria, laboratory values."""

RULES_OF_LESION = (
    *("E-ORGAN", "E-TOTAL", "E-SMALL", "E-SLICE", "E-DELINEATED", "E-ENHANCEMENT", "E-TREATED", "E-TREATED-OUTSIDE"),
    *("E-INFILTRATIVE", "E-THROMBUS", "E-EFFUSION", "E-BONE", "E-FUNCTIONAL", "E-RECIST"),
    *("E-NODE", "E-NODE-NORMAL", "E-NODE-REACTIVE", "E-NODE-AXIS", "E-PHASE", "E-WHOLE"),
    "E-NEW-UNSEEN",
)
"""The rules of conformance that object to one lesion, and that a reader may go against with a reason.

Not among them are E-BASELINE, E-NEW-AT-BASELINE and E-ABSENCE-MISTAKEN: there the record itself is to be corrected.
"""


class TreatmentKind(StrEnum):
    TACE = "TACE"
    SORAFENIB = "sorafenib"
    HAIC = "HAIC"
    RADIOTHERAPY = "radiotherapy"
    ABLATION = "ablation"
    RESECTION = "resection"
    METASTASECTOMY = "metastasectomy"
    TRANSPLANTATION = "transplantation"
    FLUOROURACIL_MITOMYCIN = "fluorouracil_mitomycin"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Treatment:
    """One treatment; the slacks are how many days later it can have begun or ended (see `TimePoint`)."""

    kind: TreatmentKind
    day: int
    end_day: int | None = None
    dose: str = ""
    lesions: tuple[str, ...] = ()
    slack_days: int = 0
    end_slack_days: int = 0


class EventKind(StrEnum):
    DEATH = "death"
    LAST_CONTACT = "last_contact"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    NEW_THERAPY = "new_therapy"


@dataclass(frozen=True, slots=True)
class ClinicalEvent:
    kind: EventKind
    day: int


@dataclass(frozen=True, slots=True)
class TimePointRead:
    """What one reader found at one time point. A lesion without an observation is not recorded."""

    timepoint_id: str
    observations: tuple[Observation, ...] = ()

    def observation(self, lesion_id: str) -> Observation | None:
        return next((o for o in self.observations if o.lesion_id == lesion_id), None)


class ReadKind(StrEnum):
    LOCAL = "local"
    CENTRAL = "central"
    ADJUDICATION = "adjudication"


@dataclass(frozen=True, slots=True)
class Read:
    """One reader's assessment of the whole case: own lesions, own findings."""

    id: str = "read-1"
    reader: str = ""
    kind: ReadKind = ReadKind.LOCAL
    blinded: bool = False
    lesions: tuple[Lesion, ...] = ()
    timepoints: tuple[TimePointRead, ...] = ()

    def lesion(self, lesion_id: str) -> Lesion | None:
        return next((x for x in self.lesions if x.id == lesion_id), None)

    def timepoint(self, timepoint_id: str) -> TimePointRead | None:
        return next((x for x in self.timepoints if x.timepoint_id == timepoint_id), None)

    def observation(self, timepoint_id: str, lesion_id: str) -> Observation | None:
        found = self.timepoint(timepoint_id)
        return found.observation(lesion_id) if found else None


class ProtocolName(StrEnum):
    """The studies that a case file may name without being told of more; those with ``_`` are older names."""

    COTSOM = "cotsom"
    SORAFENIB_VS_FM = "sorafenib-vs-fm"
    TACE_SORAFENIB_SEQUENTIAL = "tace-sorafenib-sequential"
    LD_CCRT = "ld-ccrt"
    MULTIDISCIPLINARY_HCC = "multidisciplinary-hcc"
    OLDER_SORAFENIB_VS_FM = "sorafenib_vs_fm"
    OLDER_TACE_SORAFENIB = "tace_sorafenib"
    OLDER_LD_CCRT = "ld_ccrt"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a case's own charter sets otherwise than the rule set: least absolute growth for PD, in mm."""

    min_abs_mm: tuple[tuple[Scope, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A patient's record. The first time point is the baseline; time points are in order of day.

    `protocol` is the name of a protocol, exactly as it is written there; one that is not known brings no decisions.
    """

    id: str
    timepoints: tuple[TimePoint, ...] = ()
    reads: tuple[Read, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    events: tuple[ClinicalEvent, ...] = ()
    policy: Policy = field(default_factory=Policy)
    protocol: str | None = None
    title: str = ""
    arm: str | None = None
    enrolled_day: int | None = None
    randomised_day: int | None = None

    def timepoint(self, timepoint_id: str) -> TimePoint | None:
        return next((x for x in self.timepoints if x.id == timepoint_id), None)

    def read(self, read_id: str) -> Read | None:
        return next((x for x in self.reads if x.id == read_id), None)
