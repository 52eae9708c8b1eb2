"""The sitting: the case on screen, its assessment, and where the reader is in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.assessing import assess_read
from app.models.hiding import HiddenVisit, Sight, default_of, sight_of, without_decisions
from app.models.reading import Reading
from app.state.apply import EditRefused, apply
from app.state.events import (
    BaselineConfirmed,
    ClinicalEventRecorded,
    ClinicalEventRemoved,
    ClinicalImported,
    ClinicalRecorded,
    CriterionSigned,
    EnrolmentRecorded,
    Entry,
    Event,
    LabsRecorded,
    LabsRemoved,
    PhaseCorrected,
    ProtocolChosen,
    ReadStarted,
    TreatmentRecorded,
    TreatmentRemoved,
)
from app.state.reading_mode import Hidden, in_order, is_blinded
from app.state.record import Record, Visit
from app.state.undo import signature_stays
from app.store import CaseStore
from mrecist.case import Read, ReadKind
from mrecist.lesions import Lesion
from mrecist.results import Assessment
from mrecist.rulesets import RuleSet

OF_THE_CASE = (
    ClinicalRecorded,
    ClinicalImported,
    CriterionSigned,
    LabsRecorded,
    LabsRemoved,
    EnrolmentRecorded,
    TreatmentRecorded,
    TreatmentRemoved,
    ClinicalEventRecorded,
    ClinicalEventRemoved,
    PhaseCorrected,
    ProtocolChosen,
    BaselineConfirmed,
)
"""Edits that belong to the case, whoever's read is on screen."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which time point is open, which it is compared with, and which lesion is selected."""

    visit_id: str = ""
    compared_id: str | None = None
    lesion_id: str | None = None


class ReadingSession(QObject):
    """One reader at one case. Panels and images listen; edits go through `do`, which tells refusals as `told`."""

    case_opened = Signal()
    record_changed = Signal()
    selection_changed = Signal()
    told = Signal(str)
    """One sentence for the reader: what was recorded, or why it was not."""

    def __init__(self, store: CaseStore, ruleset: RuleSet, reader: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._ruleset = ruleset
        self.reader = reader
        self._assessment: Assessment | None = None
        self._selection = Selection()
        self._looking_at: str | None = None
        self._sight: Sight | None = None
        store.changed.connect(self._on_changed)

    # --- what is open ---

    @property
    def store(self) -> CaseStore:
        return self._store

    @property
    def ruleset(self) -> RuleSet:
        return self._ruleset

    @property
    def record(self) -> Record | None:
        """The open case as this reader may see it: without what the read hides."""
        sight = self._in_sight()
        return None if sight is None else sight.shown

    @property
    def hides(self) -> tuple[Hidden, ...]:
        """What is hidden from this reader now."""
        sight = self._in_sight()
        return () if sight is None else sight.hides

    @property
    def hidden_visits(self) -> tuple[HiddenVisit, ...]:
        """The later time points that wait, in a sequential read."""
        sight = self._in_sight()
        return () if sight is None else sight.waiting

    def _in_sight(self) -> Sight | None:
        if not self._store.is_open:
            return None
        if self._sight is None or not self._sight.is_of(self._store.record, self.reader):
            self._sight = sight_of(self._store.record, self.reader)
        return self._sight

    @property
    def read_id(self) -> str:
        """The read on screen: this reader's own, unless another is looked at; one not begun has the next free name."""
        reads = self.record.reads if self.record else ()
        if self._looking_at is not None and any(read.id == self._looking_at for read in reads):
            return self._looking_at
        return self.own_read_id or _free_name(reads)

    @property
    def own_read_id(self) -> str | None:
        """The read that this reader works on: of several of the same reader the last; None before it is begun."""
        reads = self.record.reads if self.record else ()
        return next((read.id for read in reversed(reads) if read.reader == self.reader), None)

    @property
    def assessment(self) -> Assessment | None:
        return self._assessment

    @property
    def selection(self) -> Selection:
        return self._selection

    @property
    def visit(self) -> Visit | None:
        return self.record.visit(self._selection.visit_id) if self.record else None

    @property
    def lesion(self) -> Lesion | None:
        reading = self.reading
        return reading.read.lesion(self._selection.lesion_id) if reading and self._selection.lesion_id else None

    @property
    def reading(self) -> Reading | None:
        if self.record is None:
            return None
        chosen = self._selection
        blind = Hidden.PRIOR in self.hides
        return Reading(self.record, self.read_id, chosen.visit_id, self._assessment, chosen.compared_id, blind)

    @property
    def locked(self) -> bool:
        """Whether findings cannot be changed: the time point is signed, or the read is another reader's."""
        if self.others_read:
            return True
        return self.record is not None and self.record.is_signed(self.read_id, self._selection.visit_id)

    @property
    def others_read(self) -> str:
        """Whose read is on screen, when it is not the one this reader works on; empty otherwise."""
        record, shown = self.record, self.read_id
        if record is None or record.read(shown) is None or shown == self.own_read_id:
            return ""
        return record.read_names[shown]

    @property
    def reads_in_sight(self) -> tuple[Read, ...]:
        """The reads of the case that may be looked at: a blinded one hides the others, also before it is begun."""
        if self.record is None:
            return ()
        own = self.own_read_id
        if {Hidden.LATER, Hidden.PRIOR, Hidden.OTHERS} & set(self.hides):
            return tuple(read for read in self.record.reads if read.id == own)
        return self.record.reads if own is None else self.record.reads_in_sight(own)

    # --- moving about ---

    def open_case(self, case_id: str) -> None:
        """Open a case at its latest time point that is not complete, else at the last."""
        self._looking_at = None
        self._store.open(case_id)
        record = self.record
        if (
            record is not None
            and not record.series
            and not self.hides
            and record.reads
            and record.read(self.read_id) is None
        ):
            self._looking_at = record.reads[0].id  # a case without images is shown as it was read
        self._refresh()
        visits = record.visits if record else ()
        looked_at = self._looking_at is not None  # nothing is left to do in another's read
        start = next((v for v in visits if not looked_at and not self._is_complete(v)), visits[-1] if visits else None)
        self._selection = Selection(start.id if start else "", None, None)
        self.case_opened.emit()
        self.selection_changed.emit()

    def select_visit(self, visit_id: str) -> None:
        """Open a time point; one that a sequential read hides is not opened, and it is told why."""
        waiting = next((x for x in self.hidden_visits if x.visit_id == visit_id), None)
        if waiting is not None:
            self.told.emit(waiting.told)
            return
        if visit_id != self._selection.visit_id:
            self._selection = replace(self._selection, visit_id=visit_id, compared_id=None)
            self.selection_changed.emit()

    def compare_with(self, visit_id: str | None) -> None:
        waiting = next((x for x in self.hidden_visits if x.visit_id == visit_id), None)
        if waiting is not None:
            self.told.emit(waiting.told)
            return
        self._selection = replace(self._selection, compared_id=visit_id)
        self.selection_changed.emit()

    def select_lesion(self, lesion_id: str | None) -> None:
        if lesion_id != self._selection.lesion_id:
            self._selection = replace(self._selection, lesion_id=lesion_id)
            self.selection_changed.emit()

    def look_at(self, read_id: str | None) -> None:
        """Show another read, or one's own again; another cannot be changed, and one that is hidden is not shown."""
        if read_id is not None and all(read.id != read_id for read in self.reads_in_sight):
            self.told.emit("Your read hides the others until you have signed every time point of it.")
            return
        self._looking_at = None if read_id == self.own_read_id else read_id
        self._refresh()
        self.record_changed.emit()
        self.selection_changed.emit()

    def rename_reader(self, name: str) -> None:
        """Who reads from now on; edits made so far keep the name they were made under."""
        self.reader = name
        self._looking_at = None
        if self.record is not None:
            self.look_at(None)

    # --- edits ---

    def do(self, *events: Event) -> bool:
        """Record edits in one step, all or none; says why in `told` and answers False where one is refused.

        The first begins the read.
        """
        record = self.record
        if self.others_read and not all(isinstance(event, OF_THE_CASE) for event in events):
            self.told.emit(f"This is the read of {self.others_read}. Go back to your own to change a finding.")
            return False
        if record is not None and record.read(self.read_id) is None:
            hides = default_of(record.protocol)
            events = (ReadStarted(self.reader, ReadKind.LOCAL, is_blinded(hides), hides), *events)
        return self._try(partial(self._store.do_all, events, self.reader, self.read_id))

    def begin_again(self, hides: tuple[Hidden, ...] = (Hidden.OTHERS,)) -> bool:
        """Begin another read of the case by this reader, with nothing of the reads there are; answers whether it began.

        It is the one that is worked on from now on; the reads before it stay as they are. What is hidden now stays
        hidden in it: that is lifted with a reason, and not by beginning anew.
        """
        record = self.record
        if record is None:
            return False
        self._looking_at = None
        hides = in_order((*hides, *self.hides))
        event = ReadStarted(self.reader, ReadKind.LOCAL, is_blinded(hides), hides)
        if not self._try(partial(self._store.do, event, self.reader, _free_name(record.reads))):
            return False
        visits = record.visits
        self._selection = Selection(visits[0].id if visits else "", None, None)
        self.case_opened.emit()
        self.selection_changed.emit()
        return True

    @property
    def undo_text(self) -> str:
        """What undo would take back; empty when there is nothing."""
        return self._store.undo_text(self.reader)

    @property
    def undo_stops(self) -> str:
        """Why undo goes no further back: a signature; empty where there is none."""
        signed = self._store.undo_stops_at(self.reader)
        return signature_stays(signed) if signed else ""

    @property
    def redo_text(self) -> str:
        return self._store.redo_text(self.reader)

    def undo(self) -> None:
        what = self.undo_text
        if self._try(lambda: self._store.undo(self.reader)):
            self.told.emit(f"Taken back: {what}")

    def redo(self) -> None:
        what = self.redo_text
        if self._try(lambda: self._store.redo(self.reader)):
            self.told.emit(f"Brought back: {what}")

    def what_if(self, *events: Event) -> Assessment | None:
        """The assessment as it would be after edits that are not made; None where the record would refuse them."""
        record = self.record
        if record is None:
            return None
        try:
            for event in events:
                record = apply(record, Entry(0, "", self.reader, self.read_id, event))
        except EditRefused:
            return None
        return assess_read(record, self.read_id, self._ruleset)

    # --- inside ---

    def _on_changed(self, _before: object, _after: object) -> None:
        self._refresh()
        self.record_changed.emit()

    def _refresh(self) -> None:
        record = self.record
        ready = record is not None and record.visits and record.read(self.read_id) is not None
        self._assessment = None
        try:
            self._assessment = self._assessed(record) if record and ready else None
        except Exception as fault:  # noqa: BLE001 - whatever stops the rules, the window must not keep an older response
            sys.excepthook(type(fault), fault, fault.__traceback__)
        lesion_id = self._selection.lesion_id
        read = record.read(self.read_id) if record else None
        if lesion_id and (read is None or read.lesion(lesion_id) is None):
            self._selection = replace(self._selection, lesion_id=None)

    def _assessed(self, record: Record) -> Assessment | None:
        """No response beside hidden measurements, no decision beside hidden data."""
        hides = self.hides
        if Hidden.PRIOR in hides:
            return None
        assessment = assess_read(record, self.read_id, self._ruleset)
        return without_decisions(assessment) if Hidden.CLINICAL in hides else assessment

    def _is_complete(self, visit: Visit) -> bool:
        record = self.record
        if record is None:
            return False
        reading = Reading(record, self.read_id, visit.id)
        return bool(reading.lesions) and not reading.to_do()

    def _try(self, step: Callable[[], None]) -> bool:
        """Whether an edit is in the record; what another's edit left no room for is told by the store."""
        kept_back = len(self._store.kept_back)
        try:
            step()
        except EditRefused as refusal:
            self.told.emit(refusal.reason)
            return False
        return len(self._store.kept_back) == kept_back


def _free_name(reads: Sequence[Read]) -> str:
    taken = {read.id for read in reads}
    return next(name for number in range(1, len(taken) + 2) if (name := f"read-{number}") not in taken)
