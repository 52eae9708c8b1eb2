"""Edits of what is true of the patient whoever reads: images, time points, clinical data of a time point."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.state.dates import in_order
from app.state.events import (
    BaselineConfirmed,
    CaseClosed,
    CaseOpened,
    ClinicalRecorded,
    CoverageRecorded,
    JudgementSigned,
    PhaseCorrected,
    ProtocolChosen,
    SeriesImported,
    SeriesMoved,
    VisitJustified,
    VisitProposed,
)
from app.state.record import JUDGED_FIELDS, Record, SeriesRef, Visit
from app.state.refusal import EditRefused
from mrecist.case import RULES_OF_TIMEPOINT
from mrecist.lesions import Finding, Measured, Present
from mrecist.values import Line


def open_case(record: Record | None, event: CaseOpened) -> Record:
    if record is not None:
        raise EditRefused(f"The case {record.case_id} is open already.")
    if not event.case_id.strip():
        raise EditRefused("A case needs an id.")
    return Record(event.case_id, event.patient, event.protocol)


def close_case(record: Record, event: CaseClosed) -> Record:
    if not event.reason.strip():
        raise EditRefused("Closing a case needs a reason.")
    return replace(record, closed_because=event.reason)


def choose_protocol(record: Record, event: ProtocolChosen) -> Record:
    return replace(record, protocol=event.protocol)


# --- images and time points ----------------------------------------------------------------------------------------


def import_series(record: Record, event: SeriesImported) -> Record:
    """New series come to the case; of a known one what is recorded follows its images, which may have grown."""
    known = {ref.uid: ref for ref in record.series}
    uids = [ref.uid for ref in event.series]
    for ref in event.series:
        old = known.get(ref.uid)
        if uids.count(ref.uid) > 1 or (old is not None and followed(old, ref) == old):
            raise EditRefused(f"The series {ref.uid} is in the case already.")
        if old is not None and (old.study_uid, old.modality) != (ref.study_uid, ref.modality):
            raise EditRefused(f"The series {ref.uid} is in the case already, from another study.")
        known[ref.uid] = ref if old is None else followed(old, ref)
    return replace(record, series=tuple(known.values()))


def followed(old: SeriesRef, new: SeriesRef) -> SeriesRef:
    """What is recorded of a series whose images have changed: its day and a phase that a reader corrected stay."""
    if not old.phase_corrected_by:
        return replace(new, study_date=old.study_date)
    by = old.phase_corrected_by
    return replace(new, study_date=old.study_date, phase=old.phase, phase_corrected_by=by)


def propose_visit(record: Record, event: VisitProposed) -> Record:
    """A new time point, or more exams and series for one that exists; time points stay in order of date."""
    if not event.exam_dates:
        raise EditRefused(f"The time point {event.visit_id} needs the date of an exam.")
    for uid in event.series:
        _series(record, uid)
        there = record.visit_of_series(uid)
        if there is not None and there.id != event.visit_id:
            raise EditRefused(f"The series {uid} belongs to {there.id} already.")
    old = record.visit(event.visit_id)
    dates = tuple(sorted({*event.exam_dates, *(old.exam_dates if old else ())}))
    if old is None:
        return _with_visit(record, Visit(event.visit_id, dates[0], dates, event.series))
    if dates[0] != old.on and _signed_by(record, old.id):
        raise EditRefused(f"{old.id} is signed; its date stays {old.on.isoformat()}.")
    series = tuple(dict.fromkeys(old.series + event.series))
    return _with_visit(record, replace(old, on=dates[0], exam_dates=dates, series=series))


def move_series(record: Record, event: SeriesMoved) -> Record:
    """A series goes to another time point; exam dates follow the series that are left."""
    moved, target = _series(record, event.series), _visit(record, event.visit_id)
    source = record.visit_of_series(moved.uid)
    if source is not None and source.id == target.id:
        raise EditRefused(f"The series is in {target.id} already.")
    for visit in (source, target):
        if visit is not None and (by := _signed_by(record, visit.id)):
            raise EditRefused(f"{visit.id} is signed by {by}. Amend it first.")
    if source is not None:
        if _is_evidence(record, source.id, moved.uid):
            raise EditRefused(f"A diameter of {source.id} was drawn on this series. Clear it first.")
        left = tuple(uid for uid in source.series if uid != moved.uid)
        if not left:
            raise EditRefused(f"This is the only series of {source.id}.")
        record = _with_visit(record, _dated(record, replace(source, series=left)))
    return _with_visit(record, _dated(record, replace(target, series=(*target.series, moved.uid))))


def confirm_baseline(record: Record, event: BaselineConfirmed) -> Record:
    """The named time point becomes BL; earlier ones become SC1, SC2 ..., later ones FU1, FU2 ...

    The labels move only while nothing was read, judged or signed, since findings are kept by label.
    """
    chosen = _visit(record, event.visit_id)
    if record.baseline is not None and chosen.id != record.baseline.id:
        if record.signed or record.judgements or any(t.observations for r in record.reads for t in r.timepoints):
            raise EditRefused("The baseline cannot move to another time point: findings are recorded already.")
        at = record.visits.index(chosen)
        record = replace(record, visits=tuple(replace(v, id=_label(i - at, i)) for i, v in enumerate(record.visits)))
        chosen = record.visits[at]
    record = _with_visit(record, replace(chosen, confirmed=True))
    return replace(record, day0=event.day0, baseline_confirmed=True)


def _label(after_baseline: int, index: int) -> str:
    if after_baseline == 0:
        return "BL"
    return f"FU{after_baseline}" if after_baseline > 0 else f"SC{index + 1}"


def correct_phase(record: Record, event: PhaseCorrected, author: str) -> Record:
    ref = replace(_series(record, event.series), phase=event.phase, phase_corrected_by=author)
    return replace(record, series=tuple(ref if x.uid == ref.uid else x for x in record.series))


def record_coverage(record: Record, event: CoverageRecorded) -> Record:
    examined = [examination for examination, _ in event.coverage]
    if len(set(examined)) < len(examined):
        raise EditRefused("An examination is listed twice.")
    return _with_visit(record, replace(_visit(record, event.visit_id), coverage=event.coverage))


def justify_visit(record: Record, event: VisitJustified, read_id: str | None) -> Record:
    """What was signed with a finding open stays so until the time point is amended."""
    visit = _visit(record, event.visit_id)
    if event.rule not in RULES_OF_TIMEPOINT:
        raise EditRefused(f"{event.rule} does not speak of a time point itself.")
    if not event.justification.strip():
        raise EditRefused("A justification needs a reason.")
    signed = None if read_id is None else record.signature(read_id, visit.id)
    if signed is not None:
        raise EditRefused(f"{visit.id} is signed by {signed.by}. Amend it first.")
    justified, seen, asked = (
        tuple(x for x in reasons if x[0] != event.rule) for reasons in (visit.justified, visit.seen, visit.asked_again)
    )
    justified = (*justified, (event.rule, event.justification.strip()))
    seen = (*seen, (event.rule, event.seen)) if event.seen else seen
    return _with_visit(record, replace(visit, justified=justified, seen=seen, asked_again=asked))


# --- clinical data -------------------------------------------------------------------------------------------------


def record_clinical(record: Record, event: ClinicalRecorded) -> Record:
    return _with_visit(record, replace(_visit(record, event.visit_id), clinical=event.clinical))


def sign_judgement(record: Record, event: JudgementSigned) -> Record:
    judged = event.judgement
    _visit(record, judged.visit_id)
    kind = JUDGED_FIELDS.get(judged.field)
    if kind is None:
        raise EditRefused(f"{judged.field} is not a matter of judgement.")
    if kind is bool:
        if not isinstance(judged.value, bool):
            raise EditRefused(f"{judged.field} is answered by yes or no, not {judged.value!r}.")
    elif judged.value not in [x.value for x in kind]:
        raise EditRefused(f"{judged.value!r} is not an answer for {judged.field}.")
    if not judged.signature.by.strip() or not judged.signature.reason.strip():
        raise EditRefused("A judgement needs a signer and a reason.")
    return replace(record, judgements=(*record.judgements, judged))


# --- looking up ----------------------------------------------------------------------------------------------------


def _series(record: Record, uid: str) -> SeriesRef:
    ref = record.series_ref(uid)
    if ref is None:
        raise EditRefused(f"The case has no series {uid}.")
    return ref


def _visit(record: Record, visit_id: str) -> Visit:
    visit = record.visit(visit_id)
    if visit is None:
        raise EditRefused(f"The case has no time point {visit_id}.")
    return visit


def _with_visit(record: Record, visit: Visit) -> Record:
    others = tuple(x for x in record.visits if x.id != visit.id)
    return replace(record, visits=tuple(sorted((*others, visit), key=lambda x: in_order(x.on))))


def _dated(record: Record, visit: Visit) -> Visit:
    """The visit with the dates of its own series; what has no date changes nothing."""
    found: set[date] = set()
    for uid in visit.series:
        ref = record.series_ref(uid)
        if ref is not None and ref.study_date is not None:
            found.add(ref.study_date)
    dates = tuple(sorted(found)) or visit.exam_dates
    return replace(visit, on=dates[0], exam_dates=dates)


def _signed_by(record: Record, visit_id: str) -> str:
    return next((x.by for x in record.signed if x.visit_id == visit_id), "")


def _is_evidence(record: Record, visit_id: str, uid: str) -> bool:
    return any(
        line.series_uid == uid
        for read in record.reads
        for found in read.timepoints
        if found.timepoint_id == visit_id
        for seen in found.observations
        for line in evidence_of(seen.finding)
    )


def evidence_of(finding: Finding) -> tuple[Line, ...]:
    """Every line that a finding was read from."""
    if isinstance(finding, Measured):
        return finding.evidence + finding.whole_evidence
    return finding.evidence if isinstance(finding, Present) else ()
