"""One dataclass for each edit of a case, with plain values only. The log of these is the record.

Each class has a `kind` and a `version`; both are stored with every row, and older versions are upcast when replayed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from app.state.assistance import Assistance
from app.state.clinical import Enrolment, LabSet
from app.state.figures import Figure
from app.state.lesion_events import LesionsMerged as LesionsMerged
from app.state.lesion_events import LesionSplit as LesionSplit
from app.state.pins import PlacePinned as PlacePinned
from app.state.proposals import Proposal
from app.state.read_events import HidingLifted as HidingLifted
from app.state.read_events import ReadStarted as ReadStarted
from app.state.read_events import VisitAmended as VisitAmended
from app.state.read_events import VisitSigned as VisitSigned
from app.state.record import CriterionAnswer, DatedEvent, DatedTreatment, Judgement, Patient, SeriesRef
from mrecist.case import ClinicalStatus, Examination
from mrecist.lesions import Lesion, Observation


@dataclass(frozen=True, slots=True)
class CaseOpened:
    kind: ClassVar[str] = "case_opened"
    version: ClassVar[int] = 1
    case_id: str
    patient: Patient
    protocol: str | None = None


@dataclass(frozen=True, slots=True)
class SeriesImported:
    """Series found by an import, in one step with the time points they form or join; known ones have grown."""

    kind: ClassVar[str] = "series_imported"
    version: ClassVar[int] = 1
    series: tuple[SeriesRef, ...]


@dataclass(frozen=True, slots=True)
class VisitProposed:
    """A time point formed from exams within 14 days, or more series for one that exists."""

    kind: ClassVar[str] = "visit_proposed"
    version: ClassVar[int] = 1
    visit_id: str
    exam_dates: tuple[date, ...]
    series: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeriesMoved:
    kind: ClassVar[str] = "series_moved"
    version: ClassVar[int] = 1
    series: str
    visit_id: str


@dataclass(frozen=True, slots=True)
class BaselineConfirmed:
    """The reader confirmed which time point is the baseline and which date is day 0."""

    kind: ClassVar[str] = "baseline_confirmed"
    version: ClassVar[int] = 1
    visit_id: str
    day0: date


@dataclass(frozen=True, slots=True)
class PhaseCorrected:
    kind: ClassVar[str] = "phase_corrected"
    version: ClassVar[int] = 1
    series: str
    phase: str | None


@dataclass(frozen=True, slots=True)
class ProtocolChosen:
    kind: ClassVar[str] = "protocol_chosen"
    version: ClassVar[int] = 1
    protocol: str | None


@dataclass(frozen=True, slots=True)
class CoverageRecorded:
    kind: ClassVar[str] = "coverage_recorded"
    version: ClassVar[int] = 1
    visit_id: str
    coverage: tuple[tuple[Examination, bool], ...]


@dataclass(frozen=True, slots=True)
class VisitJustified:
    """Why what a rule of conformance finds of a time point itself is accepted; it replaces what was said before.

    The rules are `mrecist.case.RULES_OF_TIMEPOINT`: window of the baseline, entry criteria, laboratory values.
    Version 2: `seen` is what the rule looked at (`visit_reasons.looked_at`); the reason falls when that changes.
    """

    kind: ClassVar[str] = "visit_justified"
    version: ClassVar[int] = 2
    visit_id: str
    rule: str
    justification: str
    seen: str = ""


@dataclass(frozen=True, slots=True)
class LesionAdded:
    """A lesion enters a read, with what was found of it at the time point where it was marked.

    Version 2: `assisted` says how, where the assistant proposed the measurement. Version 3 knows fragments, local
    treatment since, when a doubt was settled, and the answer on a lesion that is seen again. Version 4 tells with
    each reason for going against the criteria which rule it speaks of, and knows the parts of segment IV.
    """

    kind: ClassVar[str] = "lesion_added"
    version: ClassVar[int] = 4
    lesion: Lesion
    visit_id: str
    observation: Observation
    assisted: Assistance | None = None


@dataclass(frozen=True, slots=True)
class LesionChanged:
    """Region, role, organ, kind, axis, segments, site or name of a lesion; `lesion_id` is the name it had.

    Version 2 knows fragments, version 3 the parts of segment IV.
    """

    kind: ClassVar[str] = "lesion_changed"
    version: ClassVar[int] = 3
    lesion_id: str
    lesion: Lesion


@dataclass(frozen=True, slots=True)
class LesionRemoved:
    kind: ClassVar[str] = "lesion_removed"
    version: ClassVar[int] = 1
    lesion_id: str


@dataclass(frozen=True, slots=True)
class FindingRecorded:
    """What was found of a lesion.

    Version 2: `assisted` says how, where the assistant proposed the measurement. Version 3 notes what `LesionAdded`
    of version 3 does; version 4 tells with each reason for going against the criteria which rule it speaks of.
    """

    kind: ClassVar[str] = "finding_recorded"
    version: ClassVar[int] = 4
    visit_id: str
    observation: Observation
    assisted: Assistance | None = None


@dataclass(frozen=True, slots=True)
class FindingCleared:
    kind: ClassVar[str] = "finding_cleared"
    version: ClassVar[int] = 1
    visit_id: str
    lesion_id: str


@dataclass(frozen=True, slots=True)
class FigureAdded:
    """The reader drew a figure. It counts for nothing: no response reads it."""

    kind: ClassVar[str] = "figure_added"
    version: ClassVar[int] = 1
    figure: Figure


@dataclass(frozen=True, slots=True)
class FigureChanged:
    """A figure has other points or another note; it is known by its id."""

    kind: ClassVar[str] = "figure_changed"
    version: ClassVar[int] = 1
    figure: Figure


@dataclass(frozen=True, slots=True)
class FigureRemoved:
    kind: ClassVar[str] = "figure_removed"
    version: ClassVar[int] = 1
    figure_id: str


@dataclass(frozen=True, slots=True)
class ProposalsImported:
    """Measurements of a report or segmentation of another program, for one read. None counts until it is accepted.

    Accepting one is a `LesionAdded` or `FindingRecorded` with its line. Version 2 knows the parts of segment IV.
    """

    kind: ClassVar[str] = "proposals_imported"
    version: ClassVar[int] = 2
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class ProposalDeclined:
    kind: ClassVar[str] = "proposal_declined"
    version: ClassVar[int] = 1
    proposal_id: str


@dataclass(frozen=True, slots=True)
class ClinicalRecorded:
    """The clinical data of one time point, whole: it replaces what was recorded before.

    Version 2 knows two more judgements: resectability, and benefit of systemic treatment.
    """

    kind: ClassVar[str] = "clinical_recorded"
    version: ClassVar[int] = 2
    visit_id: str
    clinical: ClinicalStatus


@dataclass(frozen=True, slots=True)
class JudgementSigned:
    kind: ClassVar[str] = "judgement_signed"
    version: ClassVar[int] = 1
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class TreatmentRecorded:
    """A treatment, whole: one with an id that exists replaces it.

    Version 2 knows dose changes, cycles, and the dose and fractions of radiotherapy.
    """

    kind: ClassVar[str] = "treatment_recorded"
    version: ClassVar[int] = 2
    treatment: DatedTreatment


@dataclass(frozen=True, slots=True)
class TreatmentRemoved:
    kind: ClassVar[str] = "treatment_removed"
    version: ClassVar[int] = 1
    treatment_id: str


@dataclass(frozen=True, slots=True)
class ClinicalEventRecorded:
    kind: ClassVar[str] = "clinical_event_recorded"
    version: ClassVar[int] = 1
    event: DatedEvent


@dataclass(frozen=True, slots=True)
class ClinicalEventRemoved:
    kind: ClassVar[str] = "clinical_event_removed"
    version: ClassVar[int] = 1
    event_id: str


@dataclass(frozen=True, slots=True)
class LabsRecorded:
    """Dated laboratory values of one entry, paste or import, in one step; each set replaces that of its id."""

    kind: ClassVar[str] = "labs_recorded"
    version: ClassVar[int] = 1
    labs: tuple[LabSet, ...]


@dataclass(frozen=True, slots=True)
class LabsRemoved:
    kind: ClassVar[str] = "labs_removed"
    version: ClassVar[int] = 1
    labs_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EnrolmentRecorded:
    """Consent, enrolment and randomisation, whole: it replaces what was recorded before."""

    kind: ClassVar[str] = "enrolment_recorded"
    version: ClassVar[int] = 1
    enrolment: Enrolment


@dataclass(frozen=True, slots=True)
class ClinicalImported:
    """Clinical data of one table, in one step. Each part is recorded as its own edit would record it.

    `statuses` are the whole clinical data of time points, by their names.
    """

    kind: ClassVar[str] = "clinical_imported"
    version: ClassVar[int] = 1
    labs: tuple[LabSet, ...] = ()
    treatments: tuple[DatedTreatment, ...] = ()
    events: tuple[DatedEvent, ...] = ()
    enrolment: Enrolment | None = None
    statuses: tuple[tuple[str, ClinicalStatus], ...] = ()


@dataclass(frozen=True, slots=True)
class CriterionSigned:
    """A clinician answered an entry criterion that no recorded value answers; the newest answer counts."""

    kind: ClassVar[str] = "criterion_signed"
    version: ClassVar[int] = 1
    answer: CriterionAnswer


@dataclass(frozen=True, slots=True)
class CaseClosed:
    """Closed as opened in error, with the reason. Nothing is deleted."""

    kind: ClassVar[str] = "case_closed"
    version: ClassVar[int] = 1
    reason: str


@dataclass(frozen=True, slots=True)
class Reverted:
    """Takes back (or, on redo, reinstates) the edit with this sequence number."""

    kind: ClassVar[str] = "reverted"
    version: ClassVar[int] = 1
    sequence: int


Event = (
    CaseOpened
    | SeriesImported
    | VisitProposed
    | SeriesMoved
    | BaselineConfirmed
    | PhaseCorrected
    | ProtocolChosen
    | CoverageRecorded
    | VisitJustified
    | ReadStarted
    | HidingLifted
    | LesionAdded
    | LesionChanged
    | LesionRemoved
    | LesionSplit
    | LesionsMerged
    | FindingRecorded
    | FindingCleared
    | FigureAdded
    | FigureChanged
    | FigureRemoved
    | PlacePinned
    | ProposalsImported
    | ProposalDeclined
    | ClinicalRecorded
    | JudgementSigned
    | TreatmentRecorded
    | TreatmentRemoved
    | ClinicalEventRecorded
    | ClinicalEventRemoved
    | LabsRecorded
    | LabsRemoved
    | EnrolmentRecorded
    | ClinicalImported
    | CriterionSigned
    | VisitSigned
    | VisitAmended
    | CaseClosed
    | Reverted
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as the log holds it: who, when, in which read. `at` is UTC, ISO 8601 with microseconds."""

    sequence: int
    at: str
    author: str
    read_id: str | None
    event: Event


@dataclass(frozen=True, slots=True)
class Draft:
    """An edit that is not in the log yet; without a time it gets that of its entry."""

    event: Event
    author: str
    read_id: str | None = None
    at: str = ""
