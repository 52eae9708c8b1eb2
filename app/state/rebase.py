"""Edits made on a log that somebody else has added to: put behind theirs where they still hold, else kept back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.state.apply import EditRefused, apply, replay
from app.state.events import Entry, Reverted, VisitSigned
from app.state.record import Record
from app.state.subjects import subjects
from app.state.undo import check_taken_back, replayed_without
from app.state.wording import summary


@dataclass(frozen=True, slots=True)
class KeptBack:
    """An edit that does not hold any more because somebody else changed the case first, and why."""

    entry: Entry
    why: str


@dataclass(frozen=True, slots=True)
class Rebased:
    """The log with the edits that hold behind it: `waiting`, under new sequence numbers."""

    entries: tuple[Entry, ...]
    waiting: tuple[Entry, ...]
    kept_back: tuple[KeptBack, ...]
    record: Record


def rebase(saved: Sequence[Entry], known: int, waiting: Sequence[Entry]) -> Rebased:
    """Put `waiting` behind the log as it is now.

    Parameters
    ----------
    saved
        The whole log as it is now.
    known
        How many of its entries were known when the waiting edits were made.
    waiting
        Edits in order, numbered as if the log had ended at `known`.

    An edit is kept back when it no longer fits the record, when somebody has since set what it sets (their edit would
    be overwritten unseen), or when it is a signature (it was given for another log).
    """
    entries, record = tuple(saved), replay(saved)
    theirs = saved[known:]
    numbers: dict[int, int] = {}
    kept_back: list[KeptBack] = []
    for entry in waiting:
        try:
            moved = _renumbered(entry, len(entries) + 1, numbers, known)
            record = _judged(entries, record, theirs, moved)
        except EditRefused as refused:
            kept_back.append(KeptBack(entry, refused.reason))
            continue
        numbers[entry.sequence] = moved.sequence
        entries = (*entries, moved)
    return Rebased(entries, entries[len(saved) :], tuple(kept_back), record)


def _renumbered(entry: Entry, sequence: int, numbers: dict[int, int], known: int) -> Entry:
    event = entry.event
    if isinstance(event, Reverted) and event.sequence > known:
        if event.sequence not in numbers:
            raise EditRefused("The edit it takes back was itself kept back.")
        event = Reverted(numbers[event.sequence])
    return replace(entry, sequence=sequence, event=event)


def _judged(entries: tuple[Entry, ...], record: Record, theirs: Sequence[Entry], entry: Entry) -> Record:
    event = entry.event
    if isinstance(event, VisitSigned):
        raise EditRefused("The case has changed since it was shown. Look again, then sign.")
    if isinstance(event, Reverted):
        target = _entry(entries, event.sequence)
        if isinstance(target.event, Reverted):
            return replayed_without(entries, target)
        return check_taken_back(entries, target)
    for other in theirs:
        set_by_other = subjects(other)
        if isinstance(other.event, Reverted):
            set_by_other |= subjects(_entry(entries, other.event.sequence))
        if subjects(entry) & set_by_other:
            when = f"{other.author} at {other.at[11:16]} UTC"
            raise EditRefused(f"Another edit came first: {summary(other.event)}, by {when}.")
    return apply(record, entry)


def _entry(entries: Sequence[Entry], sequence: int) -> Entry:
    return entries[sequence - 1]
