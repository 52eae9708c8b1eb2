"""Edits of one read: its lesions, what was found of them, and its signatures."""

from __future__ import annotations

from dataclasses import replace

from app.state import assistance
from app.state.assistance import Assistance
from app.state.case_edits import evidence_of
from app.state.events import (
    FindingCleared,
    FindingRecorded,
    HidingLifted,
    LesionAdded,
    LesionChanged,
    LesionRemoved,
    ReadStarted,
    VisitAmended,
    VisitSigned,
)
from app.state.reading_mode import Lifted, ReadingMode, in_order, is_blinded
from app.state.record import Record
from app.state.refusal import EditRefused
from app.state.signatures import AmendedVisit, SignedVisit
from mrecist.case import RULES_OF_LESION, Read, TimePointRead
from mrecist.lesions import Lesion, Merged, Nonviable, Observation, Split, UnequivocalProgression
from mrecist.values import LesionRole, Region


def start_read(record: Record, event: ReadStarted, read_id: str | None) -> Record:
    """The entry's read id names the new read."""
    if not read_id:
        raise EditRefused("A read needs an id.")
    if record.read(read_id) is not None:
        raise EditRefused(f"The read {read_id} was started already.")
    hides = in_order(event.hides)
    read = Read(read_id, event.reader, event.read_kind, event.blinded or is_blinded(hides))
    modes = (*record.modes, ReadingMode(read_id, hides)) if hides else record.modes
    return replace(record, reads=(*record.reads, read), modes=modes)


def lift_hiding(record: Record, event: HidingLifted, read_id: str | None, at: str) -> Record:
    """What was hidden is shown from now on; that it was hidden until then stays known."""
    mode = record.mode(read_of(record, read_id).id)
    what = in_order(event.what)
    if not event.by.strip() or not event.reason.strip():
        raise EditRefused("What a read hides is lifted with a name and a reason.")
    if not what or not set(what) <= set(mode.still_hides):
        raise EditRefused("The read does not hide that.")
    lifted = replace(mode, lifted=(*mode.lifted, Lifted(what, event.by, at, event.reason.strip())))
    return replace(record, modes=tuple(lifted if x.read_id == mode.read_id else x for x in record.modes))


def add_lesion(record: Record, event: LesionAdded, read_id: str | None) -> Record:
    read, lesion = read_of(record, read_id), event.lesion
    _check_name(read, lesion.id)
    if event.observation.lesion_id != lesion.id:
        raise EditRefused(f"The finding speaks of {event.observation.lesion_id}, not of {lesion.id}.")
    first = record.baseline
    if lesion.role is not LesionRole.NEW and first is not None and record.is_signed(read.id, first.id):
        raise EditRefused(
            f"{first.id} is signed: a lesion found later is new. To choose a {lesion.role.value}, amend it."
        )
    record = _with_read(record, replace(read, lesions=(*read.lesions, lesion)))
    record = note_finding(record, read_of(record, read_id), event.visit_id, event.observation)
    return _with_assistance(record, read.id, event.visit_id, event.observation, event.assisted)


def change_lesion(record: Record, event: LesionChanged, read_id: str | None) -> Record:
    """Findings stay with the lesion when its name changes, and so do mergers into it, and its fragments."""
    read, new = read_of(record, read_id), event.lesion
    old = lesion_of(read, event.lesion_id)
    if new.region is not old.region:
        raise EditRefused(f"{old.id} cannot change region. Remove it and mark it anew.")
    if new.id != old.id:
        _check_name(read, new.id)
    fragments = _fragments(read, old)
    _check_fragments(old, new, fragments)
    _check_unlocked_for(record, read, old.id)
    for found in read.timepoints:
        seen = found.observation(old.id)
        if seen is not None:
            _check_finding(new, seen)
    changed = {old.id: new} | {
        x.id: replace(x, id=new.id + x.id[len(old.id) :], parent=new.id, organ=new.organ, kind=new.kind, axis=new.axis)
        for x in fragments
    }
    timepoints, assisted = read.timepoints, record.assisted
    for name, one in changed.items():
        timepoints = tuple(
            replace(t, observations=tuple(_renamed(o, name, one.id) for o in t.observations)) for t in timepoints
        )
        assisted = assistance.renamed(assisted, read.id, name, one.id)
    lesions = tuple(changed.get(x.id, x) for x in read.lesions)
    return _with_read(replace(record, assisted=assisted), replace(read, lesions=lesions, timepoints=timepoints))


def remove_lesion(record: Record, event: LesionRemoved, read_id: str | None) -> Record:
    """The fragments of a lesion go with it."""
    read = read_of(record, read_id)
    lesion = lesion_of(read, event.lesion_id)
    gone = {lesion.id, *(x.id for x in _fragments(read, lesion))}
    if lesion.parent is not None and sum(x.parent == lesion.parent for x in read.lesions) == 1:
        raise EditRefused(f"{lesion.id} is the last fragment: measure {lesion.parent} as one instead.")
    for name in gone:
        _check_unlocked_for(record, read, name)
    for found in read.timepoints:
        for seen in found.observations:
            if isinstance(seen.finding, Merged) and seen.finding.into in gone and seen.lesion_id not in gone:
                raise EditRefused(
                    f"{seen.lesion_id} merged into {seen.finding.into} at {found.timepoint_id}. Change that first."
                )
    lesions = tuple(x for x in read.lesions if x.id not in gone)
    timepoints = tuple(
        replace(t, observations=tuple(o for o in t.observations if o.lesion_id not in gone)) for t in read.timepoints
    )
    assisted = record.assisted
    for name in gone:
        assisted = assistance.renamed(assisted, read.id, name, None)
    record = replace(record, assisted=assisted)
    return _with_read(record, replace(read, lesions=lesions, timepoints=timepoints))


def record_finding(record: Record, event: FindingRecorded, read_id: str | None) -> Record:
    read = read_of(record, read_id)
    record = note_finding(record, read, event.visit_id, event.observation)
    return _with_assistance(record, read.id, event.visit_id, event.observation, event.assisted)


def clear_finding(record: Record, event: FindingCleared, read_id: str | None) -> Record:
    read = read_of(record, read_id)
    lesion_of(read, event.lesion_id)
    check_open(record, read, event.visit_id)
    found = read.timepoint(event.visit_id)
    if found is None or found.observation(event.lesion_id) is None:
        raise EditRefused(f"Nothing is recorded of {event.lesion_id} at {event.visit_id}.")
    gone = (event.lesion_id, *(x.id for x in _fragments(read, lesion_of(read, event.lesion_id))))
    left = replace(found, observations=tuple(o for o in found.observations if o.lesion_id not in gone))
    kept = record.assisted
    for name in gone:
        kept = assistance.without(kept, read.id, event.visit_id, name)
    return replace(_with_read(record, _with_timepoint(read, left)), assisted=kept)


def sign_visit(record: Record, event: VisitSigned, read_id: str | None, at: str) -> Record:
    read = read_of(record, read_id)
    check_open(record, read, event.visit_id)
    if not event.by.strip():
        raise EditRefused("A signature needs a name.")
    signed = SignedVisit(
        read.id,
        event.visit_id,
        event.by,
        event.head,
        event.ruleset,
        at,
        event.shown,
        event.meaning,
        event.left_open,
    )
    return replace(record, signed=(*record.signed, signed))


def amend_visit(record: Record, event: VisitAmended, read_id: str | None, at: str) -> Record:
    """The time point is open again; the signature is kept, with the reason why it no longer stands."""
    read = read_of(record, read_id)
    signed = record.signature(read.id, event.visit_id)
    if signed is None:
        raise EditRefused(f"{event.visit_id} is not signed.")
    if not event.reason.strip():
        raise EditRefused("An amendment needs a reason.")
    left = tuple(x for x in record.signed if x is not signed)
    kept = AmendedVisit(signed, event.by, at, event.reason.strip())
    return replace(record, signed=left, amended=(*record.amended, kept))


# --- what every edit of a read is checked for ----------------------------------------------------------------------


def read_of(record: Record, read_id: str | None) -> Read:
    read = record.read(read_id) if read_id else None
    if read is None:
        raise EditRefused(f"The case has no read {read_id or '(none given)'}.")
    return read


def lesion_of(read: Read, lesion_id: str) -> Lesion:
    lesion = read.lesion(lesion_id)
    if lesion is None:
        raise EditRefused(f"The read has no lesion {lesion_id}.")
    return lesion


def _check_name(read: Read, name: str) -> None:
    if not name.strip():
        raise EditRefused("A lesion needs a name.")
    if read.lesion(name) is not None:
        raise EditRefused(f"There is a lesion {name} already.")


def check_open(record: Record, read: Read, visit_id: str) -> None:
    visit = record.visit(visit_id)
    if visit is None:
        raise EditRefused(f"The case has no time point {visit_id}.")
    if visit not in record.assessed_visits:
        raise EditRefused(f"{visit_id} lies before the baseline; nothing is read there.")
    if record.is_signed(read.id, visit_id):
        raise EditRefused(f"{visit_id} is signed and locked. Amend it, with a reason, to change it.")


def _check_unlocked_for(record: Record, read: Read, lesion_id: str) -> None:
    for found in read.timepoints:
        if found.observation(lesion_id) is not None:
            check_open(record, read, found.timepoint_id)


def _check_finding(lesion: Lesion, seen: Observation) -> None:
    if isinstance(seen.finding, Nonviable) and lesion.region is Region.EXTRAHEPATIC:
        raise EditRefused(f"{lesion.id} is extrahepatic: it is present or absent, not without viable tumour.")
    if isinstance(seen.finding, UnequivocalProgression) and lesion.role is LesionRole.TARGET:
        raise EditRefused(f"{lesion.id} is a target: its progression is measured.")
    for rule, why in seen.features.overrides:
        if rule not in RULES_OF_LESION:
            raise EditRefused(f"{rule} does not object to a lesion.")
        if not why.strip():
            raise EditRefused("A justification needs a reason.")


def _fragments(read: Read, lesion: Lesion) -> tuple[Lesion, ...]:
    return tuple(x for x in read.lesions if x.parent == lesion.id)


def _check_fragments(old: Lesion, new: Lesion, fragments: tuple[Lesion, ...]) -> None:
    """A fragment is what its lesion is, and a lesion with fragments stays a target."""
    if new.parent != old.parent:
        raise EditRefused(f"{old.id} stays what it is a fragment of.")
    if old.parent is not None and replace(new, segments=old.segments, site=old.site) != old:
        raise EditRefused(f"{old.id} is a fragment of {old.parent}. Change {old.parent} instead.")
    if fragments and new.role is not old.role:
        raise EditRefused(f"{old.id} is split into {len(fragments)} fragments. Take them out before its role changes.")


def _check_split(record: Record, read: Read, lesion: Lesion, visit_id: str, seen: Observation) -> None:
    """A target with fragments can be split, after baseline; a fragment is found only where its lesion is split."""
    parent = None if lesion.parent is None else read.observation(visit_id, lesion.parent)
    if lesion.parent is not None and not (parent is not None and isinstance(parent.finding, Split)):
        raise EditRefused(f"{lesion.parent} is not split at {visit_id}: measure it as one, or split it there first.")
    if not isinstance(seen.finding, Split):
        return
    if lesion.role is not LesionRole.TARGET or lesion.parent is not None:
        raise EditRefused(f"{lesion.id} cannot split: only a target does, and a fragment no further.")
    if record.baseline is not None and record.baseline.id == visit_id:
        raise EditRefused(f"{visit_id} is the baseline: two lesions there are two targets, not a split one.")
    if not _fragments(read, lesion):
        raise EditRefused(f"{lesion.id} has no fragments.")
    for other in (read.timepoint(visit_id) or TimePointRead(visit_id)).observations:
        if isinstance(other.finding, Merged) and other.finding.into == lesion.id:
            raise EditRefused(f"{other.lesion_id} is recorded as merged into {lesion.id} at {visit_id}.")


def _check_merger(read: Read, lesion: Lesion, visit_id: str, seen: Observation) -> None:
    if not isinstance(seen.finding, Merged):
        return
    if seen.finding.into is not None:
        into = lesion_of(read, seen.finding.into)
        if into.id == lesion.id:
            raise EditRefused(f"{lesion.id} cannot merge into itself.")
        if into.region is not lesion.region:
            raise EditRefused(f"{lesion.id} and {into.id} are of different regions and cannot merge.")
        there = read.observation(visit_id, into.id)
        if there is not None and isinstance(there.finding, Merged):
            raise EditRefused(f"{into.id} is itself recorded as merged at {visit_id}.")
    found = read.timepoint(visit_id)
    for other in found.observations if found else ():
        if isinstance(other.finding, Merged) and other.finding.into == lesion.id:
            raise EditRefused(f"{other.lesion_id} is recorded as merged into {lesion.id} at {visit_id}.")


def _check_evidence(record: Record, visit_id: str, seen: Observation) -> None:
    """A diameter counts at the time point on whose images it was drawn, and at no other."""
    for line in evidence_of(seen.finding):
        drawn_on = record.visit_of_series(line.series_uid)
        if drawn_on is None:
            raise EditRefused(f"The line was drawn on a series that is not of this case ({line.series_uid}).")
        if drawn_on.id != visit_id:
            raise EditRefused(f"The line was drawn on an image of {drawn_on.id}, not of {visit_id}.")


# --- putting the tree together again -------------------------------------------------------------------------------


def note_finding(record: Record, read: Read, visit_id: str, seen: Observation) -> Record:
    """The record with one finding, which is checked first; a lesion found as one has no fragments there."""
    lesion = lesion_of(read, seen.lesion_id)
    check_open(record, read, visit_id)
    _check_finding(lesion, seen)
    _check_merger(read, lesion, visit_id, seen)
    _check_split(record, read, lesion, visit_id, seen)
    _check_evidence(record, visit_id, seen)
    found = read.timepoint(visit_id) or TimePointRead(visit_id)
    if not isinstance(seen.finding, Split) and (fragments := _fragments(read, lesion)):
        names = [x.id for x in fragments]
        found = replace(found, observations=tuple(o for o in found.observations if o.lesion_id not in names))
        for name in names:
            record = replace(record, assisted=assistance.without(record.assisted, read.id, visit_id, name))
    if found.observation(lesion.id) is None:
        observations = (*found.observations, seen)
    else:
        observations = tuple(seen if o.lesion_id == lesion.id else o for o in found.observations)
    return _with_read(record, _with_timepoint(read, replace(found, observations=observations)))


def _with_assistance(
    record: Record, read_id: str, visit_id: str, seen: Observation, assisted: Assistance | None
) -> Record:
    key = (read_id, visit_id, seen.lesion_id)
    if assisted is None and not record.assisted:
        return record
    if assisted is not None:
        drawn_on = record.visit_of_series(assisted.automatic_line.series_uid)
        if drawn_on is None or drawn_on.id != visit_id:
            raise EditRefused(f"The assistant did not measure on an image of {visit_id}.")
    return replace(record, assisted=assistance.after_finding(record.assisted, key, seen.finding, assisted))


def _with_timepoint(read: Read, found: TimePointRead) -> Read:
    if read.timepoint(found.timepoint_id) is None:
        return replace(read, timepoints=(*read.timepoints, found))
    return replace(
        read, timepoints=tuple(found if t.timepoint_id == found.timepoint_id else t for t in read.timepoints)
    )


def _with_read(record: Record, read: Read) -> Record:
    return replace(record, reads=tuple(read if x.id == read.id else x for x in record.reads))


def _renamed(seen: Observation, old: str, new: str) -> Observation:
    finding = seen.finding
    if isinstance(finding, Merged) and finding.into == old:
        seen = replace(seen, finding=replace(finding, into=new))
    return replace(seen, lesion_id=new) if seen.lesion_id == old else seen
