"""What an edit sets, so that it can be told which edits are about the same thing."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from app.state.clinical_edits import parts_of
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
    Entry,
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
from mrecist.case import EventKind


def subjects(entry: Entry) -> frozenset[tuple[str, ...]]:
    """What an edit sets. Of two edits with a subject in common, the later overwrites the earlier."""
    read, event = entry.read_id or "", entry.event
    match event:
        case CaseOpened() | CaseClosed():
            return frozenset({("case",)})
        case SeriesImported():
            return frozenset(("series", ref.uid) for ref in event.series)
        case VisitProposed() | CoverageRecorded():
            return frozenset({(event.kind, event.visit_id)})
        case VisitJustified():
            return frozenset({("justified", event.visit_id, event.rule)})
        case SeriesMoved():
            return frozenset({("place", event.series)})
        case BaselineConfirmed():
            return frozenset({("baseline",)})
        case PhaseCorrected():
            return frozenset({("phase", event.series)})
        case ProtocolChosen():
            return frozenset({("protocol",)})
        case ReadStarted():
            return frozenset({("read", read)})
        case LesionAdded():
            name = event.lesion.id
            return frozenset({("lesion", read, name), ("finding", read, event.visit_id, name)})
        case LesionChanged():
            return frozenset({("lesion", read, event.lesion_id), ("lesion", read, event.lesion.id)})
        case LesionRemoved():
            return frozenset({("lesion", read, event.lesion_id)})
        case LesionSplit():
            made = {("lesion", read, x.id) for x in event.fragments}
            return frozenset({("finding", read, event.visit_id, event.lesion_id), *made})
        case LesionsMerged():
            return frozenset(("finding", read, event.visit_id, name) for name in event.lesions)
        case FindingRecorded():
            return frozenset({("finding", read, event.visit_id, event.observation.lesion_id)})
        case FindingCleared():
            return frozenset({("finding", read, event.visit_id, event.lesion_id)})
        case FigureAdded() | FigureChanged():
            return frozenset({("figure", read, event.figure.id)})
        case FigureRemoved():
            return frozenset({("figure", read, event.figure_id)})
        case PlacePinned():
            return frozenset({("pin", read, *sorted(event.frames))})
        case ProposalsImported():
            return frozenset(("proposal", read, one.id) for one in event.proposals)
        case ProposalDeclined():
            return frozenset({("proposal", read, event.proposal_id)})
        case ClinicalRecorded():
            return frozenset({("clinical", event.visit_id)})
        case JudgementSigned():
            return frozenset({("judgement", event.judgement.visit_id, event.judgement.field)})
        case TreatmentRecorded():
            return frozenset({("treatment", event.treatment.id)})
        case TreatmentRemoved():
            return frozenset({("treatment", event.treatment_id)})
        case ClinicalEventRecorded():
            death = {("death",)} if event.event.kind is EventKind.DEATH else set()
            return frozenset({("event", event.event.id), *death})
        case ClinicalEventRemoved():
            return frozenset({("event", event.event_id)})
        case LabsRecorded():
            return frozenset(("labs", one.id) for one in event.labs)
        case LabsRemoved():
            return frozenset(("labs", labs_id) for labs_id in event.labs_ids)
        case EnrolmentRecorded():
            return frozenset({("enrolment",)})
        case ClinicalImported():
            return frozenset(key for part in parts_of(event) for key in subjects(replace(entry, event=part)))
        case CriterionSigned():
            return frozenset({("criterion", event.answer.protocol, event.answer.criterion)})
        case VisitSigned() | VisitAmended():
            return frozenset({("signature", read, event.visit_id)})
        case HidingLifted():
            return frozenset({("hiding", read)})
        case Reverted():
            return frozenset({("entry", str(event.sequence))})
        case _:
            assert_never(event)
