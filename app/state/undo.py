"""Which edit undo would take back, and redo bring again; the log itself is only ever added to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.state.apply import EditRefused, apply, standing
from app.state.events import (
    CaseOpened,
    Entry,
    Event,
    HidingLifted,
    ProposalsImported,
    ReadStarted,
    Reverted,
    SeriesImported,
    VisitProposed,
    VisitSigned,
)
from app.state.reading_mode import Hidden
from app.state.record import Record
from app.state.subjects import subjects
from app.state.wording import summary

_LASTING = (CaseOpened, SeriesImported, VisitProposed, ReadStarted, ProposalsImported, HidingLifted)
"""Edits that undo passes over: they begin something, and are closed or corrected instead of taken back."""


def _lasts(event: Event) -> bool:
    """A second read, as long as nothing was done in it, is taken back all the same: it hides what the reader knew."""
    return isinstance(event, _LASTING) and not (isinstance(event, ReadStarted) and Hidden.OTHERS in event.hides)


def begun_and_empty(entries: Sequence[Entry]) -> frozenset[int]:
    """Where a read that hides others was begun in which nothing stands yet.

    It can be taken back in a later sitting too: beside it the reader's earlier read could not be gone on with.
    """
    counted = standing(entries)
    filled = {e.read_id for e in counted if not isinstance(e.event, ReadStarted | Reverted)}
    return frozenset(
        e.sequence
        for e in counted
        if isinstance(e.event, ReadStarted) and not _lasts(e.event) and e.read_id not in filled
    )


@dataclass(frozen=True, slots=True)
class Step:
    """What undo takes back in one: edits that were made together, the newest first.

    Where a signature is the newest of all, there are none, and `signed` names its time point: undo goes never past it.
    """

    edits: tuple[Entry, ...] = ()
    signed: str = ""


def undo_step(entries: Sequence[Entry], author: str, sitting: Collection[int]) -> Step:
    """The author's newest edit of this sitting that stands, with those made with it; they bear one time.

    Parameters
    ----------
    entries
        The whole log of the case, in order.
    sitting
        Sequence numbers of the edits made in this sitting.
    """
    own = [e for e in standing(entries) if e.sequence in sitting and e.author == author and not _lasts(e.event)]
    edits = [e for e in reversed(own) if not isinstance(e.event, Reverted)]
    if not edits:
        return Step()
    newest = edits[0]
    if isinstance(newest.event, VisitSigned):
        return Step(signed=newest.event.visit_id)
    return Step(_made_with(newest, edits))


def redo_step(entries: Sequence[Entry], author: str, sitting: Collection[int]) -> tuple[Entry, ...]:
    """The author's newest undo that redo would take back, the newest first; empty when a newer edit came after it."""
    counted = {e.sequence for e in standing(entries)}
    by_sequence = {e.sequence: e for e in entries}
    undone: list[Entry] = []
    for entry in reversed(entries):
        if entry.sequence not in sitting or entry.author != author or _lasts(entry.event):
            continue
        if not isinstance(entry.event, Reverted):
            break
        if entry.sequence in counted and not isinstance(by_sequence[entry.event.sequence].event, Reverted):
            undone.append(entry)
    return _made_with(undone[0], undone) if undone else ()


def _made_with(newest: Entry, edits: Sequence[Entry]) -> tuple[Entry, ...]:
    return tuple(e for e in edits if (e.at, e.read_id) == (newest.at, newest.read_id))


def signature_stays(visit_id: str) -> str:
    """That undo does not take back what is signed, and the way out."""
    return f"{visit_id} is signed. A signature is not taken back; amend with a reason."


def check_taken_back(entries: Sequence[Entry], entry: Entry) -> Record:
    """The record without that entry, when nothing stands on it.

    Raises
    ------
    EditRefused
        If the entry is a signature, lies before one, or a later entry builds on it; the reason says which.
    """
    if isinstance(entry.event, VisitSigned):
        raise EditRefused(signature_stays(entry.event.visit_id))
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
