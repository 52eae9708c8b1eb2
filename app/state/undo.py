"""Which edit undo would take back, and redo bring again; the log itself is only ever added to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import assert_never

from app.state.apply import EditRefused, apply, standing
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
from app.state.reading_mode import Hidden
from app.state.record import Record
from app.state.wording import summary

_LASTING = (CaseOpened, SeriesImported, VisitProposed, ReadStarted, ProposalsImported, HidingLifted)
"""Edits that undo passes over: they begin something, and are closed or corrected instead of taken back."""


def _lasts(event: Event) -> bool:
    """A second read, as long as nothing was done in it, is taken back all the same: it hides what the reader knew."""
    return isinstance(event, _LASTING) and not (isinstance(event, ReadStarted) and Hidden.OTHERS in event.hides)


def undo_edit(entries: Sequence[Entry], author: str, sitting: Collection[int]) -> Entry | None:
    """The author's newest edit of this sitting that stands; None when there is none.

    Parameters
    ----------
    entries
        The whole log of the case, in order.
    sitting
        Sequence numbers of the edits made in this sitting.
    """
    counted = {e.sequence for e in standing(entries)}
    for entry in reversed(entries):
        if entry.sequence in sitting and entry.author == author and entry.sequence in counted:
            if _lasts(entry.event) or isinstance(entry.event, Reverted):
                continue
            return entry
    return None


def redo_undo(entries: Sequence[Entry], author: str, sitting: Collection[int]) -> Entry | None:
    """The author's newest undo that redo would take back; None when there is none or a newer edit came after it."""
    counted = {e.sequence for e in standing(entries)}
    by_sequence = {e.sequence: e for e in entries}
    for entry in reversed(entries):
        if entry.sequence not in sitting or entry.author != author or _lasts(entry.event):
            continue
        if not isinstance(entry.event, Reverted):
            return None
        if entry.sequence in counted and not isinstance(by_sequence[entry.event.sequence].event, Reverted):
            return entry
    return None


def check_taken_back(entries: Sequence[Entry], entry: Entry) -> Record:
    """The record without that entry, when nothing stands on it.

    Raises
    ------
    EditRefused
        If the entry is a signature, lies before one, or a later entry builds on it; the reason says which.
    """
    if isinstance(entry.event, VisitSigned):
        raise EditRefused(f"{entry.event.visit_id} is signed. A signature is not taken back; amend it with a reason.")
    keys = subjects(entry)
    for later in standing(entries):
        if later.sequence <= entry.sequence:
            continue
        if isinstance(later.event, VisitSigned) and entry.read_id in (None, later.read_id):
            raise EditRefused(
                f"{later.event.visit_id} was signed after this edit. Amend it, with a reason, to change it."
            )
        if keys & subjects(later):
            raise EditRefused(_built_on(later))
    return replayed_without(entries, entry)


def replayed_without(entries: Sequence[Entry], entry: Entry) -> Record:
    """The record without that entry (without an undo: with what it took back).

    Raises
    ------
    EditRefused
        If a later entry does not fit any more; the reason says which.
    """
    taking_back = Entry(entries[-1].sequence + 1, entry.at, entry.author, entry.read_id, Reverted(entry.sequence))
    record: Record | None = None
    for other in standing((*entries, taking_back)):
        try:
            record = apply(record, other)
        except EditRefused as refused:
            raise EditRefused(_built_on(other)) from refused
    if record is None:
        raise EditRefused("The case itself is not taken back; close it with a reason.")
    return record


def _built_on(later: Entry) -> str:
    return f"A later edit builds on this one: {summary(later.event)}, by {later.author} at {later.at[11:16]} UTC."


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
            return frozenset({("event", event.event.id)})
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
