"""An edit in a few words, for menus, messages and the audit trail. It carries no patient data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import assert_never

from app.state.events import (
    BaselineConfirmed,
    CaseClosed,
    CaseOpened,
    ClinicalEventRecorded,
    ClinicalEventRemoved,
    ClinicalImported,
    ClinicalRecorded,
    CoverageRecorded,
    CriterionSigned,
    EnrolmentRecorded,
    Event,
    FigureAdded,
    FigureChanged,
    FigureRemoved,
    FindingCleared,
    FindingRecorded,
    HidingLifted,
    JudgementSigned,
    LabsRecorded,
    LabsRemoved,
    LesionAdded,
    LesionChanged,
    LesionRemoved,
    LesionsMerged,
    LesionSplit,
    PhaseCorrected,
    PlacePinned,
    ProposalDeclined,
    ProposalsImported,
    ProtocolChosen,
    ReadStarted,
    Reverted,
    SeriesImported,
    SeriesMoved,
    TreatmentRecorded,
    TreatmentRemoved,
    VisitAmended,
    VisitJustified,
    VisitProposed,
    VisitSigned,
)
from app.state.figures import FigureKind

_FIGURES: Mapping[FigureKind, str] = MappingProxyType(
    {
        FigureKind.LENGTH: "length",
        FigureKind.BIDIRECTIONAL: "two lengths across",
        FigureKind.ELLIPSE: "ellipse",
        FigureKind.FREEHAND: "freehand region",
        FigureKind.ANGLE: "angle",
        FigureKind.ARROW: "arrow",
        FigureKind.POINT: "point",
    }
)


def summary_of(events: Sequence[Event]) -> str:
    """What was done in one step: "IT1 as ET1" where a lesion went to another region."""
    match events:
        case (LesionRemoved(lesion_id=before), LesionAdded(lesion=lesion), *_):
            return f"{before} as {lesion.id}"
        case _:
            return ", ".join(summary(event) for event in events)


def summary(event: Event) -> str:
    """What was done, as a noun phrase: "finding of IT1 at FU2"."""
    match event:
        case CaseOpened():
            return "case opened"
        case SeriesImported():
            return f"{len(event.series)} series imported"
        case VisitProposed():
            return f"time point {event.visit_id}"
        case SeriesMoved():
            return f"series moved to {event.visit_id}"
        case BaselineConfirmed():
            return f"baseline {event.visit_id}, day 0 {event.day0.isoformat()}"
        case PhaseCorrected():
            return f"phase {(event.phase or 'unknown').replace('_', ' ')}"
        case ProtocolChosen():
            return f"protocol {event.protocol or 'none'}"
        case CoverageRecorded():
            return f"coverage at {event.visit_id}"
        case VisitJustified():
            return f"justification of {event.rule} at {event.visit_id}"
        case ReadStarted():
            return "read started"
        case LesionAdded():
            return f"lesion {event.lesion.id} at {event.visit_id}"
        case LesionChanged():
            return f"change of lesion {event.lesion_id}"
        case LesionRemoved():
            return f"removal of lesion {event.lesion_id}"
        case LesionSplit():
            return f"split of {event.lesion_id} at {event.visit_id}"
        case LesionsMerged():
            return f"merger of {', '.join(event.lesions)} into {event.into} at {event.visit_id}"
        case FindingRecorded():
            return f"finding of {event.observation.lesion_id} at {event.visit_id}"
        case FindingCleared():
            return f"clearing of {event.lesion_id} at {event.visit_id}"
        case FigureAdded():
            return f"{_FIGURES[event.figure.kind]} drawn"
        case FigureChanged():
            return f"change of {_FIGURES[event.figure.kind]}"
        case FigureRemoved():
            return "removal of a figure"
        case PlacePinned():
            return "removal of a pin" if event.places is None else "place pinned"
        case ProposalsImported():
            many = len(event.proposals)
            return f"{many} {'proposal' if many == 1 else 'proposals'} of another program"
        case ProposalDeclined():
            return "a proposal declined"
        case ClinicalRecorded():
            return f"clinical data at {event.visit_id}"
        case JudgementSigned():
            return f"judgement at {event.judgement.visit_id}: {event.judgement.field.replace('_', ' ')}"
        case TreatmentRecorded():
            return f"treatment {event.treatment.kind.value} on {event.treatment.on.isoformat()}"
        case TreatmentRemoved():
            return "removal of a treatment"
        case ClinicalEventRecorded():
            return f"{event.event.kind.value.replace('_', ' ')} on {event.event.on.isoformat()}"
        case ClinicalEventRemoved():
            return "removal of an event"
        case LabsRecorded(labs=(one,)):
            return f"laboratory values of {one.on.isoformat()}"
        case LabsRecorded():
            return f"laboratory values of {len(event.labs)} dates"
        case LabsRemoved():
            return "removal of laboratory values"
        case EnrolmentRecorded():
            return "enrolment"
        case ClinicalImported():
            return "clinical data of a table"
        case CriterionSigned():
            return "answer to an entry criterion"
        case VisitSigned():
            return f"signature of {event.visit_id}"
        case VisitAmended():
            return f"amendment of {event.visit_id}"
        case HidingLifted():
            return "lifting of what the read hides"
        case CaseClosed():
            return "case closed"
        case Reverted():
            return f"taking back of entry {event.sequence}"
        case _:
            assert_never(event)
