"""The case that is open in the window, as a Qt object: edits go in, signals come out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from app.state.events import Entry, Event
from app.state.rebase import KeptBack
from app.state.record import Patient, Record
from app.state.wording import summary_of
from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.open_case import OpenCase


class CaseStore(QObject):
    """One open case at a time, with undo and redo for each author.

    Signals
    -------
    changed(before, after)
        After each edit, undo, redo, open or reload: the record before (None when no case was open) and after.
    failed(error)
        A `StorageError` after `changed`. The edits are in the record all the same: in `unsaved` until they are saved
        with the next one or by `retry`, or in `kept_back` when others' edits left no room for them.
    """

    changed = Signal(object, object)
    failed = Signal(object)

    def __init__(self, database: Database, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._database = database
        self._open: OpenCase | None = None

    # --- opening -----------------------------------------------------------------------------------------------

    def open(self, case_id: str) -> Record:
        """Show this case; a new sitting begins, so that undo does not reach back.

        Raises
        ------
        StorageError
            If there is no such case, it was purged or damaged, or the case that is open has edits that cannot be
            saved. The case that is open stays open.
        """
        self._check_saved()
        return self._show(OpenCase.read(self._database, case_id))

    def create(self, case_id: str, patient: Patient, author: str, protocol: str | None = None) -> Record:
        """Open a new case.

        Raises
        ------
        EditRefused
            If the id is empty or taken.
        StorageError
            As `open`, and if the database did not take it.
        """
        self._check_saved()
        return self._show(OpenCase.create(self._database, case_id, patient, author, protocol))

    def _check_saved(self) -> None:
        if self._open is not None and self._open.unsaved:
            self._open.save()

    def _show(self, opened: OpenCase) -> Record:
        before = self._open.record if self._open else None
        self._open = opened
        self.changed.emit(before, opened.record)
        return opened.record

    # --- what is open ------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        return self._open is not None

    @property
    def record(self) -> Record:
        """The record with all edits, saved or not. Raises LookupError when no case is open."""
        return self._case.record

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The log of the open case, saved or not."""
        return self._case.entries

    @property
    def head(self) -> str:
        """The hash of the last saved entry: what signatures and reports print."""
        return self._case.head.hash

    @property
    def unsaved(self) -> tuple[Entry, ...]:
        """Edits that are in the record and not yet in the database."""
        return self._open.unsaved if self._open else ()

    @property
    def unsaved_text(self) -> str:
        """What is not saved, since when, and what to do; empty when all is saved."""
        return self._open.unsaved_text if self._open else ""

    @property
    def kept_back(self) -> tuple[KeptBack, ...]:
        """Edits that others' edits left no room for, until each is dropped."""
        return self._open.kept_back if self._open else ()

    @property
    def _case(self) -> OpenCase:
        if self._open is None:
            raise LookupError("no case is open")
        return self._open

    # --- editing -----------------------------------------------------------------------------------------------

    def do(self, event: Event, author: str, read_id: str | None = None) -> None:
        """Make an edit and save it.

        Raises
        ------
        EditRefused
            If the record cannot take it. Nothing has changed then.
        """
        self._tell(lambda case: case.do(event, author, read_id))

    def do_all(self, events: Sequence[Event], author: str, read_id: str | None = None) -> None:
        """Make edits in one: all or none, and one undo takes them back. Raises as `do`."""
        self._tell(lambda case: case.do_all(events, author, read_id))

    def undo(self, author: str) -> None:
        """Take back the author's newest edit of this sitting that no signature locks, with those made with it.

        Raises
        ------
        EditRefused
            If there is none, or a later edit builds on it.
        """
        self._tell(lambda case: case.undo(author))

    def redo(self, author: str) -> None:
        """Bring back what the author's last undo took back; raises as `undo`."""
        self._tell(lambda case: case.redo(author))

    def can_undo(self, author: str) -> bool:
        """Is there an edit to take back? That others' edits build on it is found only when it is tried."""
        return self._open is not None and bool(self._open.undo_step(author).edits)

    def can_redo(self, author: str) -> bool:
        return self._open is not None and bool(self._open.redo_edits(author))

    def undo_text(self, author: str) -> str:
        """What undo would take back, in a few words; empty when there is nothing."""
        return summary_of([e.event for e in reversed(self._open.undo_step(author).edits)]) if self._open else ""

    def undo_stops_at(self, author: str) -> str:
        """The time point whose signature undo would not go past; empty where there is none."""
        return self._open.undo_step(author).signed if self._open else ""

    def redo_text(self, author: str) -> str:
        """What redo would bring back, in a few words; empty when there is nothing."""
        return summary_of([e.event for e in self._open.redo_edits(author)]) if self._open else ""

    def drop(self, kept: KeptBack) -> None:
        """Let go of an edit that was kept back: its author has seen it."""
        self._case.drop(kept)

    # --- the database ------------------------------------------------------------------------------------------

    def retry(self) -> bool:
        """Save what is not saved yet; is everything saved now?"""
        self._tell(OpenCase.save)
        return not self.unsaved

    def reload(self) -> None:
        """Take in what others have added to the case since it was read."""
        self._tell(OpenCase.reload)

    def _tell(self, act: Callable[[OpenCase], None]) -> None:
        """Act on the open case, then tell what changed, then what failed."""
        case = self._case
        before, failure = case.record, None
        try:
            act(case)
        except StorageError as error:
            failure = error
        if case.record is not before:
            self.changed.emit(before, case.record)
        if failure is not None:
            self.failed.emit(failure)
