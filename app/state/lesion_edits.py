"""Edits of one read where a target comes apart, or targets fuse into one."""

from __future__ import annotations

from dataclasses import replace

from app.state.lesion_events import LesionsMerged, LesionSplit
from app.state.read_edits import check_open, lesion_of, note_finding, read_of
from app.state.record import Record
from app.state.refusal import EditRefused
from mrecist.case import Read
from mrecist.lesions import Features, Finding, Lesion, Merged, Observation, Split
from mrecist.values import LesionRole


def split_lesion(record: Record, event: LesionSplit, read_id: str | None) -> Record:
    """The lesion is recorded as split; what was noted beside its finding stays."""
    read = read_of(record, read_id)
    lesion = lesion_of(read, event.lesion_id)
    check_open(record, read, event.visit_id)
    names = [x.id for x in event.fragments]
    known = [x.id for x in read.lesions if x.parent == lesion.id]
    if not names or len({*names, *known}) < 2 or len(set(names)) < len(names):
        raise EditRefused(f"{lesion.id} splits into two fragments or more, each with its own name.")
    for fragment in event.fragments:
        if read.lesion(fragment.id) is not None:
            raise EditRefused(f"There is a lesion {fragment.id} already.")
        if _fixed(fragment) != _fixed(replace(lesion, parent=lesion.id)) or not _is_numbered(fragment, lesion):
            raise EditRefused(f"A fragment of {lesion.id} is named {lesion.id}.1, {lesion.id}.2 …, and is of its kind.")
    read = replace(read, lesions=(*read.lesions, *event.fragments))
    record = replace(record, reads=tuple(read if x.id == read.id else x for x in record.reads))
    return _found(record, read, event.visit_id, lesion.id, Split())


def merge_lesions(record: Record, event: LesionsMerged, read_id: str | None) -> Record:
    """Each of the lesions is recorded as merged into the one, whose own finding stays as it is."""
    read = read_of(record, read_id)
    into = lesion_of(read, event.into)
    if not event.lesions:
        raise EditRefused(f"Which lesions fused with {into.id} is not said.")
    there = read.observation(event.visit_id, into.id)
    if there is not None and isinstance(there.finding, Split):
        raise EditRefused(f"{into.id} is recorded as split at {event.visit_id}. Merge its fragments instead.")
    for name in event.lesions:
        if any(x.role is not LesionRole.TARGET for x in (lesion_of(read, name), into)):
            raise EditRefused(f"{name} and {into.id} are not both targets: only diameters of a sum are merged.")
        record = _found(record, read_of(record, read_id), event.visit_id, name, Merged(into.id))
    return record


def _found(record: Record, read: Read, visit_id: str, lesion_id: str, finding: Finding) -> Record:
    before = read.observation(visit_id, lesion_id)
    return note_finding(
        record, read, visit_id, Observation(lesion_id, finding, before.features if before else Features())
    )


def _fixed(lesion: Lesion) -> tuple[object, ...]:
    return lesion.region, lesion.role, lesion.organ, lesion.kind, lesion.axis, lesion.parent


def _is_numbered(fragment: Lesion, lesion: Lesion) -> bool:
    head, _, number = fragment.id.rpartition(".")
    return head == lesion.id and number.isdecimal() and number.isascii()
