"""What a reader kept against the criteria: which rule, why, who said so, and when. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.state.apply import standing
from app.state.events import (
    Entry,
    FindingCleared,
    FindingRecorded,
    LesionAdded,
    LesionChanged,
    LesionRemoved,
    VisitJustified,
)
from app.state.record import Record
from mrecist.lesions import Observation


@dataclass(frozen=True, slots=True)
class Kept:
    """One reason that stands. `lesion` is empty where it speaks of the time point itself, `rule` where it was given for
    all objections to the lesion there; `at` is UTC, ISO 8601, empty where the log does not tell.
    """

    visit_id: str
    lesion: str
    rule: str
    reason: str
    by: str = ""
    at: str = ""


def kept_of(entries: Sequence[Entry], record: Record, read_id: str) -> tuple[Kept, ...]:
    """The reasons that stand in a record as one read sees it, by time point, those of the time point itself first.

    Parameters
    ----------
    entries
        The whole log of the case, in order: it tells who gave each reason, and when it was first given.
    """
    exact: dict[Kept, Entry] = {}
    loose: dict[Kept, Entry] = {}
    for found, entry in _given(entries, read_id):
        exact[found] = entry
        loose[Kept("", "", found.rule, found.reason)] = entry  # of a lesion that was named or placed anew since
    told = []
    for one in _standing(record, read_id):
        given = exact.get(one) or loose.get(Kept("", "", one.rule, one.reason))
        by, at = ("", "") if given is None else (given.author, given.at)
        told.append(Kept(one.visit_id, one.lesion, one.rule, one.reason, by, at))
    return tuple(told)


def _standing(record: Record, read_id: str) -> Iterator[Kept]:
    read = record.read(read_id)
    for visit in record.assessed_visits:
        yield from (Kept(visit.id, "", rule, why) for rule, why in visit.justified)
        seen = None if read is None else read.timepoint(visit.id)
        for one in () if seen is None else seen.observations:
            yield from _reasons(visit.id, one)


def _reasons(visit_id: str, seen: Observation) -> Iterator[Kept]:
    yield from (Kept(visit_id, seen.lesion_id, rule, why.strip()) for rule, why in seen.features.overrides)
    if why := seen.features.override.strip():
        yield Kept(visit_id, seen.lesion_id, "", why)


def _given(entries: Sequence[Entry], read_id: str) -> Iterator[tuple[Kept, Entry]]:
    """Each reason at each entry that newly gave it: what a later finding only carried on was given before."""
    known: dict[tuple[str, str], set[tuple[str, str]]] = {}
    removed: dict[str, set[tuple[str, str]]] = {}
    for entry in standing(entries):
        event = entry.event
        if isinstance(event, VisitJustified):
            yield Kept(event.visit_id, "", event.rule, event.justification.strip()), entry
        if entry.read_id != read_id:
            continue
        match event:
            case (
                LesionAdded(visit_id=visit_id, observation=seen) | FindingRecorded(visit_id=visit_id, observation=seen)
            ):
                reasons = list(_reasons(visit_id, seen))
                before = known.get((visit_id, seen.lesion_id), set()) | removed.pop(visit_id, set())
                yield from ((one, entry) for one in reasons if (one.rule, one.reason) not in before)
                known[visit_id, seen.lesion_id] = {(one.rule, one.reason) for one in reasons}
            case FindingCleared(visit_id=visit_id, lesion_id=name):
                known.pop((visit_id, name), None)
            case LesionRemoved(lesion_id=gone):
                removed |= {visit_id: known.pop((visit_id, name)) for visit_id, name in list(known) if name == gone}
            case LesionChanged(lesion_id=old, lesion=lesion):
                for visit_id, name in [key for key in known if key[1] == old]:
                    known[visit_id, lesion.id] = known.pop((visit_id, name))
            case _:
                pass
