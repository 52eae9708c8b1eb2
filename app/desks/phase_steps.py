"""Steps the active view through the phases and series of its time point, at the same place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desks.image_library import ImageLibrary, LoadedSeries
from app.reading.hanging import PHASE_WORDS, Tile, best_of_phases, phase_label
from app.reading.stages import Derivation
from app.state.record import SeriesRef
from mrecist.values import Point
from viewers.imaging.catalogue import PhaseName
from viewers.widgets.levels import Levels
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ImageSource

if TYPE_CHECKING:
    from app.desks.images import ImageDesk


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A series that will hang in a view once its image at the view's place has been read."""

    uid: str
    source: LoadedSeries
    levels: Levels
    instead_of: ImageSource | None
    note: str


class PhaseSteps(QObject):
    """Asks the image desk to hang; until the new image is read, the old one stays and the view says what is coming.

    Signals
    -------
    told(str)
        One sentence for the reader.
    """

    told = Signal(str)

    def __init__(self, desk: ImageDesk, library: ImageLibrary) -> None:
        super().__init__(desk)
        self._desk, self._library = desk, library
        self._waiting: dict[int, _Waiting] = {}
        for number, view in enumerate(desk.grid.views):
            view.phase_step_requested.connect(self.step)
            view.series_step_requested.connect(self.step_series)
            view.index_changed.connect(lambda _index, n=number: self._show_note(n))
        library.image_read.connect(lambda uid, _done, _total: self._go_on(uid))
        library.failed.connect(lambda uid, _why: self._go_on(uid, failed=True))
        library.not_computed.connect(lambda uid: self._go_on(uid, failed=True))

    def show(self, phase: PhaseName) -> None:
        """Show another phase of the active view's own time point, at the same place.

        Where it is shown already: the same phase on the other modality, where the time point has CT and MR.
        """
        if not self._desk.is_free():
            return
        found, tile = self.best(phase), self._desk.tile(self._desk.grid.active_index)
        if found is not None and tile is not None and (found.uid, None) == (tile.series_uid, tile.derivation):
            others = [ref for ref in self._desk.siblings() if ref.modality != found.modality]
            found = best_of_phases(others, (phase,), "MR") or found
        if found is not None:
            self._show(found)
        elif tile is not None and tile.visit_id:
            self.told.emit(f"{PHASE_WORDS[phase]} missing at {tile.visit_id}.")

    def best(self, phase: PhaseName) -> SeriesRef | None:
        """The series that stands for a phase of the active view's time point."""
        return best_of_phases(self._desk.siblings(), (phase,), self._modality())

    def go_to(self, phase: PhaseName, visit_id: str) -> None:
        """Make the view active that shows a phase of a time point; hang it in the active view if none does."""
        grid = self._desk.grid
        for number in grid.shown:
            tile, ref = self._desk.tile(number), self._desk.ref(number)
            shows = tile is not None and tile.visit_id == visit_id and tile.derivation is None
            if shows and ref is not None and ref.phase == phase:
                grid.activate(number)
                grid.views[number].setFocus()
                return
        self.show(phase)

    def step(self, step: int) -> None:
        """The next phase of the active view's time point, in the order of contrast."""
        phases = self.phases()
        shown = self._phase()
        if shown in phases and len(phases) > 1:
            self.show(phases[(phases.index(shown) + step) % len(phases)])

    def phases(self) -> list[PhaseName]:
        """The phases of the active view's time point, in the order of contrast."""
        there = {ref.phase for ref in self._desk.siblings() if ref.modality == self._modality()}
        return [phase for phase in PhaseName if phase in there]

    def toggle_subtraction(self) -> None:
        """The arterial phase of the active view's time point minus the one before contrast, and back."""
        grid, now = self._desk.grid, self._desk.tile(self._desk.grid.active_index)
        if now is None or now.visit_id is None or not self._desk.is_free():
            return
        if now.derivation is Derivation.SUBTRACTION:
            self._desk.hang_tile(grid.active_index, replace(now, derivation=None, minus_uid=""))
            return
        arterial, pre = self.best(PhaseName.ARTERIAL), self.best(PhaseName.PRE)
        if arterial is None or pre is None:
            lacking = PhaseName.ARTERIAL if arterial is None else PhaseName.PRE
            self.told.emit(f"{PHASE_WORDS[lacking]} missing at {now.visit_id}: nothing can be subtracted.")
            return
        wanted = Tile(now.visit_id, arterial.uid, "", None, now.role, Derivation.SUBTRACTION, pre.uid)
        self._desk.hang_tile(grid.active_index, wanted)

    def step_series(self, step: int) -> None:
        """The next series of the active view's time point."""
        shown = self._desk.ref(self._desk.grid.active_index)
        refs = self._desk.siblings()
        if shown is not None and shown in refs and self._desk.is_free():
            self._show(refs[(refs.index(shown) + step) % len(refs)])

    def forget(self) -> None:
        """Wait for nothing any more."""
        self._waiting.clear()

    @contextmanager
    def same_place(self, number: int) -> Iterator[None]:
        """Place, zoom, turn and flips of a view are kept while another series of the same space is hung in it.

        Of another space the place alone, where it is known there: between CT and MR that are registered.
        """
        view = self._desk.grid.views[number]
        before, framing = _middle(view), view.state.framing
        frame = view.source.frame_of_reference_uid if view.source else None
        yield
        plane = view.plane
        if before is None or plane is None or not frame or view.source is None:
            return
        if view.source.frame_of_reference_uid != frame:
            linking, there = self._desk.linking, view.source.frame_of_reference_uid
            place = linking.carry(frame, there, linking.part(), before) if there else None
            if place is not None:
                view.centre_on(place)
        else:
            view.centre_on(before)
            plane = view.plane or plane
            if framing is not None:
                column, row = plane.to_pixel(before)
                centre = (column * plane.column_spacing_mm, row * plane.row_spacing_mm)
                view.set_framing(replace(framing, centre_mm=centre))

    def ready_at_place(self, number: int, uid: str) -> bool:
        """Whether the image of a series at the place of a view has been read, or never can be."""
        source = self._library.source(uid)
        return source is None or self._ready(number, source, Levels(source))

    def _show(self, ref: SeriesRef) -> None:
        number = self._desk.grid.active_index
        view, source = self._desk.grid.views[number], self._library.source(ref.uid)
        self._waiting.pop(number, None)
        levels = None if source is None else Levels(source)
        faulty = bool(self._library.fault(ref.uid))
        if source is None or levels is None or view.source is None or faulty or self._ready(number, source, levels):
            view.set_note("")
            self._desk.hang_series(number, ref.uid)
        else:
            note = f"Reading {phase_label(ref)} …"
            self._waiting[number] = _Waiting(ref.uid, source, levels, view.source, note)
            self._show_note(number)

    def _ready(self, number: int, source: LoadedSeries, levels: Levels) -> bool:
        view = self._desk.grid.views[number]
        middle = _middle(view)
        same = view.source is not None and view.source.frame_of_reference_uid == source.frame_of_reference_uid
        found = levels.nearest(middle) if middle is not None and same else None
        return source.ready(source.count // 2 if found is None else found[0])

    def _go_on(self, uid: str, failed: bool = False) -> None:
        for number, waiting in list(self._waiting.items()):
            view = self._desk.grid.views[number]
            if view.source is not waiting.instead_of:
                del self._waiting[number]
            elif waiting.uid == uid and (failed or self._ready(number, waiting.source, waiting.levels)):
                del self._waiting[number]
                view.set_note("")
                self._desk.hang_series(number, uid)

    def _show_note(self, number: int) -> None:
        if number in self._waiting:
            self._desk.grid.views[number].set_note(self._waiting[number].note)

    def _phase(self) -> PhaseName | None:
        """The phase that the active view shows, or will show as soon as it is read."""
        number = self._desk.grid.active_index
        waiting = self._waiting.get(number)
        coming = next((ref for ref in self._desk.siblings() if waiting is not None and ref.uid == waiting.uid), None)
        shown = coming or self._desk.ref(number)
        return None if shown is None or shown.phase is None else PhaseName(shown.phase)

    def _modality(self) -> str:
        shown = self._desk.ref(self._desk.grid.active_index)
        return "" if shown is None else shown.modality


def _middle(view: SliceView) -> Point | None:
    """The place in the middle of a view, in patient mm; None without geometry."""
    if view.plane is None:
        return None
    projection = view.projection()
    return projection.world_of_view(projection.size_px[0] / 2, projection.size_px[1] / 2)
