"""A case that is being edited: its record in memory, its log in the database, and what is between the two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.state.apply import EditRefused, apply
from app.state.clinical_edits import check_one_death
from app.state.events import CaseOpened, Draft, Entry, Event, Reverted, VisitSigned
from app.state.rebase import KeptBack, rebase
from app.state.record import Patient, Record
from app.state.undo import (
    Step,
    begun_and_empty,
    check_taken_back,
    redo_step,
    replayed_without,
    signature_stays,
    undo_step,
)
from app.storage import snapshots
from app.storage.chain import Head
from app.storage.database import Database
from app.storage.errors import ConcurrentEdit, DatabaseBusy, EditsNotKept, StorageError
from app.storage.log import Log, append, head_of, read_log, read_record, utc_now

_ATTEMPTS = 3
"""How often an edit is put behind those of others before it waits for a retry."""


class OpenCase:
    """One case and one sitting. An edit is judged first, then in the record, then saved.

    An edit that the database does not take stays in `record` and in `unsaved`; it is saved with the next one or by
    `save`. An edit that others' edits left no room for goes to `kept_back`.

    Attributes
    ----------
    record
        The record with all edits, saved or not.
    entries
        The log, saved or not.
    head
        Where the saved log ends.
    unsaved
        The end of `entries` that is not in the database.
    failure
        Why it is not; None when all is saved.
    """

    def __init__(self, database: Database, record: Record, log: Log) -> None:
        self._database = database
        self._sitting = begun_and_empty(log.entries)
        self.record = record
        self.entries = log.entries
        self.head = log.head
        self.unsaved: tuple[Entry, ...] = ()
        self.kept_back: tuple[KeptBack, ...] = ()
        self.failure: StorageError | None = None

    @classmethod
    def read(cls, database: Database, case_id: str) -> OpenCase:
        """Open a case that is there; undo does not reach back before this, but for a read with nothing in it.

        Raises
        ------
        StorageError
            If there is no such case, it was purged, or its log is damaged.
        """
        with database.reading() as connection:
            record, log = read_record(connection, case_id)
        if snapshots.is_due(log.head, log.snapshot_at):
            snapshots.keep(database, record, log.head)
        return cls(database, record, log)

    @classmethod
    def create(
        cls, database: Database, case_id: str, patient: Patient, author: str, protocol: str | None = None
    ) -> OpenCase:
        """Open a new case.

        Raises
        ------
        EditRefused
            If the id is empty or taken.
        StorageError
            If the database did not take it.
        """
        event = CaseOpened(case_id, patient, protocol)
        record = apply(None, Entry(1, "", author, None, event))
        try:
            with database.writing() as connection:
                log = append(connection, case_id, Head(), [Draft(event, author)], record)
        except ConcurrentEdit as error:
            raise EditRefused(f"There is a case {case_id} already.") from error
        return cls(database, record, log)

    # --- editing -----------------------------------------------------------------------------------------------

    def do(self, event: Event, author: str, read_id: str | None = None) -> None:
        """Make an edit and save it.

        Raises
        ------
        EditRefused
            If the record cannot take it. Nothing has changed then.
        StorageError
            If it is made and not saved, or was kept back.
        """
        self.do_all((event,), author, read_id)

    def do_all(self, events: Sequence[Event], author: str, read_id: str | None = None) -> None:
        """Make edits in one: all or none of them, saved together and taken back together. Raises as `do`."""
        at, entries, record = self._now(), self.entries, self.record
        for event in events:
            if isinstance(event, Reverted):
                raise EditRefused("An edit is taken back by undo.")
            if isinstance(event, VisitSigned):
                self._check_signature(event, alone=len(events) == 1)
            entry = Entry(len(entries) + 1, at, author, read_id, event)
            entries, record = (*entries, entry), apply(record, entry)
        self._commit(entries, record)

    def undo(self, author: str) -> None:
        """Take back `undo_step`; raises as `do`, also when a later edit builds on it."""
        step = self.undo_step(author)
        if not step.edits:
            why = signature_stays(step.signed) if step.signed else "There is nothing to undo in this sitting."
            raise EditRefused(why)
        at, entries, record = self._now(), self.entries, self.record
        for edit in step.edits:
            record = check_taken_back(entries, edit)
            entries = (*entries, Entry(len(entries) + 1, at, author, edit.read_id, Reverted(edit.sequence)))
        self._commit(entries, record)

    def redo(self, author: str) -> None:
        """Bring back `redo_edits`; raises as `do`, also when it no longer fits the record."""
        undone = redo_step(self.entries, author, self._sitting)
        if not undone:
            raise EditRefused("There is nothing to redo.")
        at, entries, record = self._now(), self.entries, self.record
        for undo in undone:
            record = replayed_without(entries, undo)
            entries = (*entries, Entry(len(entries) + 1, at, author, undo.read_id, Reverted(undo.sequence)))
        self._commit(entries, record)

    def undo_step(self, author: str) -> Step:
        """What undo would take back; it has no edits when there is nothing, or a signature is the newest.

        That a later edit of somebody else builds on it is found only when it is tried.
        """
        return undo_step(self.entries, author, self._sitting)

    def redo_edits(self, author: str) -> tuple[Entry, ...]:
        """What redo would bring back, in order."""
        undone = (entry.event for entry in redo_step(self.entries, author, self._sitting))
        return tuple(self.entries[event.sequence - 1] for event in undone if isinstance(event, Reverted))

    def drop(self, kept: KeptBack) -> None:
        """Let go of an edit that was kept back: its author has seen it."""
        self.kept_back = tuple(x for x in self.kept_back if x is not kept)

    # --- the database ------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Save what is not saved.

        Raises
        ------
        StorageError
            If the database does not take it, or part of it was kept back.
        """
        kept_before = len(self.kept_back)
        try:
            self._write()
        except StorageError as error:
            self.failure = error
            raise
        self.failure = None
        if len(self.kept_back) > kept_before:
            raise EditsNotKept(self.record.case_id)

    def reload(self) -> None:
        """Take in what others have added since; raises as `save`."""
        with self._database.reading() as connection:
            grown = head_of(connection, self.record.case_id) != self.head
        if grown:
            self._take_in_others()
        self.save()

    @property
    def unsaved_text(self) -> str:
        """What is not saved, since when, and what to do; empty when all is saved."""
        if not self.unsaved or self.failure is None:
            return ""
        return self.failure.about_edits_since(datetime.fromisoformat(self.unsaved[0].at))

    def _now(self) -> str:
        """The time of edits that are made now: another than that of the last, since edits of one time are one step."""
        now, last = utc_now(), self.entries[-1].at
        if now != last:
            return now
        return (datetime.fromisoformat(now) + timedelta(microseconds=1)).isoformat(timespec="microseconds")

    def _check_signature(self, event: VisitSigned, alone: bool) -> None:
        """A signature speaks of a log that is saved, and of its newest state."""
        if self.unsaved:
            raise EditRefused("Edits are not saved yet. Retry, then sign.")
        if event.head != self.head.hash or not alone:
            raise EditRefused("The case has changed since it was shown. Look again, then sign.")

    def _commit(self, entries: tuple[Entry, ...], after: Record) -> None:
        """Take a longer log and what it gives, and save what is new; refuses a second death of the patient."""
        check_one_death(self.record, after)
        made = entries[len(self.entries) :]
        self.unsaved = (*self.unsaved, *made)
        self.entries = entries
        self._sitting |= {entry.sequence for entry in made}
        self.record = after
        self.save()

    def _write(self) -> None:
        for _ in range(_ATTEMPTS):
            if not self.unsaved:
                return
            drafts = [Draft(e.event, e.author, e.read_id, e.at) for e in self.unsaved]
            try:
                with self._database.writing() as connection:
                    log = append(connection, self.record.case_id, self.head, drafts, self.record)
            except ConcurrentEdit:
                self._take_in_others()
            else:
                self.head, self.unsaved = log.head, ()
                return
        raise DatabaseBusy(self._database.place)

    def _take_in_others(self) -> None:
        """Load the log as others have made it, and put our unsaved edits behind it where they still hold."""
        with self._database.reading() as connection:
            log = read_log(connection, self.record.case_id)
        known = len(self.entries) - len(self.unsaved)
        result = rebase(log.entries, known, self.unsaved)
        self.head, self.entries, self.unsaved = log.head, result.entries, result.waiting
        self.kept_back += result.kept_back
        self._sitting = frozenset(n for n in self._sitting if n <= known) | {e.sequence for e in result.waiting}
        self.record = result.record
