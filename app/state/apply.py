"""What each edit does to a record, and the record that a whole log gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from app.state import case_edits, clinical_edits, figure_edits, lesion_edits, proposal_edits, read_edits
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
from app.state.pins import pin_place
from app.state.record import Record
from app.state.refusal import EditRefused
from app.state.visit_reasons import let_fall

__all__ = ["EditRefused", "apply", "replay", "standing"]


def apply(record: Record | None, entry: Entry) -> Record:
    """The record after one more entry. The given record is untouched.

    A `Reverted` leaves the record as it is: which entries stand is a question to the whole log, answered by
    `replay`.

    Raises
    ------
    EditRefused
        If the edit does not fit the record: unknown names, a signed time point, a closed case, and so on.
    """
    return let_fall(_applied(record, entry))


def _applied(record: Record | None, entry: Entry) -> Record:
    event = entry.event
    if isinstance(event, CaseOpened):
        return case_edits.open_case(record, event)
    if record is None:
        raise EditRefused("No case is open.")
    if record.closed_because and not isinstance(event, Reverted):
        raise EditRefused(f"The case was closed ({record.closed_because}). It takes no more edits.")
    match event:
        case SeriesImported():
            return case_edits.import_series(record, event)
        case VisitProposed():
            return case_edits.propose_visit(record, event)
        case SeriesMoved():
            return case_edits.move_series(record, event)
        case BaselineConfirmed():
            return case_edits.confirm_baseline(record, event)
        case PhaseCorrected():
            return case_edits.correct_phase(record, event, entry.author)
        case ProtocolChosen():
            return case_edits.choose_protocol(record, event)
        case CoverageRecorded():
            return case_edits.record_coverage(record, event)
        case VisitJustified():
            return case_edits.justify_visit(record, event, entry.read_id)
        case ClinicalRecorded():
            return case_edits.record_clinical(record, event)
        case JudgementSigned():
            return case_edits.sign_judgement(record, event)
        case TreatmentRecorded():
            return clinical_edits.record_treatment(record, event)
        case TreatmentRemoved():
            return clinical_edits.remove_treatment(record, event)
        case ClinicalEventRecorded():
            return clinical_edits.record_event(record, event)
        case ClinicalEventRemoved():
            return clinical_edits.remove_event(record, event)
        case LabsRecorded():
            return clinical_edits.record_labs(record, event)
        case LabsRemoved():
            return clinical_edits.remove_labs(record, event)
        case EnrolmentRecorded():
            return clinical_edits.record_enrolment(record, event)
        case ClinicalImported():
            return clinical_edits.import_clinical(record, event)
        case CriterionSigned():
            return clinical_edits.sign_criterion(record, event)
        case CaseClosed():
            return case_edits.close_case(record, event)
        case ReadStarted():
            return read_edits.start_read(record, event, entry.read_id)
        case LesionAdded():
            return read_edits.add_lesion(record, event, entry.read_id)
        case LesionChanged():
            return read_edits.change_lesion(record, event, entry.read_id)
        case LesionRemoved():
            return read_edits.remove_lesion(record, event, entry.read_id)
        case LesionSplit():
            return lesion_edits.split_lesion(record, event, entry.read_id)
        case LesionsMerged():
            return lesion_edits.merge_lesions(record, event, entry.read_id)
        case FindingRecorded():
            return read_edits.record_finding(record, event, entry.read_id)
        case FindingCleared():
            return read_edits.clear_finding(record, event, entry.read_id)
        case FigureAdded():
            return figure_edits.add_figure(record, event, entry.read_id)
        case FigureChanged():
            return figure_edits.change_figure(record, event, entry.read_id)
        case FigureRemoved():
            return figure_edits.remove_figure(record, event, entry.read_id)
        case PlacePinned():
            return pin_place(record, event, entry.read_id)
        case ProposalsImported():
            return proposal_edits.import_proposals(record, event, entry.read_id)
        case ProposalDeclined():
            return proposal_edits.decline_proposal(record, event, entry.read_id)
        case VisitSigned():
            return read_edits.sign_visit(record, event, entry.read_id, entry.at)
        case VisitAmended():
            return read_edits.amend_visit(record, event, entry.read_id, entry.at)
        case HidingLifted():
            return read_edits.lift_hiding(record, event, entry.read_id, entry.at)
        case Reverted():
            return record
        case _:
            assert_never(event)


def standing(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries that count: a `Reverted` takes its entry out, unless it was itself taken back."""
    out: set[int] = set()
    for entry in reversed(entries):
        if isinstance(entry.event, Reverted) and entry.sequence not in out:
            out.add(entry.event.sequence)
    return tuple(e for e in entries if e.sequence not in out)


def replay(entries: Iterable[Entry]) -> Record:
    """The record that a log gives, from its first entry on.

    Raises
    ------
    EditRefused
        If an entry does not fit what stands before it, or the log is empty.
    """
    record: Record | None = None
    for entry in standing(tuple(entries)):
        record = apply(record, entry)
    if record is None:
        raise EditRefused("The log holds no case.")
    return record
