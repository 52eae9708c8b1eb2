"""Hangs the series of the open time point in the views and keeps what is written and drawn on them true."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.desks.image_library import ImageLibrary
from app.desks.lesion_guide import LesionGuide
from app.desks.view_display import ViewDisplay
from app.desks.view_writer import ViewWriter
from app.reading.hanging import Hanging, Stage, Tile, hang, prior_visit, stages
from app.reading.linework import place_of
from app.session import ReadingSession, Selection
from app.state.record import SeriesRef, Visit
from mrecist.values import Point, Region
from viewers.imaging.catalogue import PhaseName
from viewers.widgets.layout import FOUR, ONE, TWO, Layout
from viewers.widgets.marks import Placeholder
from viewers.widgets.slice_view import SliceView
from viewers.widgets.view_grid import ViewGrid

_LAYOUTS = {1: ONE, 2: TWO, 4: FOUR}


class ImageDesk(QObject):
    """Between the session and the grid of views; it stores nothing.

    Signals
    -------
    hung()
        Other series hang now; `stage`, `offered` and `tiles` say which.
    told(str)
        One sentence for the reader.
    """

    hung = Signal()
    told = Signal(str)

    def __init__(self, session: ReadingSession, library: ImageLibrary, grid: ViewGrid, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._library, self.grid = session, library, grid
        self.display = ViewDisplay(grid, self.tile, self)
        self._seen = Selection()
        self.stage: Stage | None = None
        self.offered: tuple[Stage, ...] = ()
        self.tiles: tuple[Tile, ...] = ()
        self.guide = LesionGuide(session, grid, self)
        self.writer = ViewWriter(session, library, grid, self.display, lambda: self.tiles, self.guide.is_linked, self)
        for view in grid.views:
            view.phase_step_requested.connect(self.step_phase)
            view.series_step_requested.connect(self.step_series)
        grid.series_dropped.connect(self._hang_in)
        library.failed.connect(lambda _uid, message: self.told.emit(message))
        self.display.changed.connect(self.hung)
        self.display.told.connect(self.told)
        session.case_opened.connect(self._on_case_opened)
        session.selection_changed.connect(self._on_selection)
        session.record_changed.connect(self.guide.link)

    # --- hanging ----------------------------------------------------------------------------------------------

    def set_stage(self, stage: Stage) -> None:
        """Hang a stage with the current and the compared time point."""
        self.stage = stage
        self._hang(self._hanging())

    def next_stage(self) -> None:
        """The next hanging; not while a line is under way."""
        if self.offered and not any(view.busy for view in self.grid.views):
            at = self.offered.index(self.stage) if self.stage in self.offered else -1
            self.set_stage(self.offered[(at + 1) % len(self.offered)])

    def set_layout(self, rows: int, columns: int) -> None:
        self.grid.set_layout(Layout(rows, columns))
        self.hung.emit()

    def show_series(self, uid: str) -> None:
        """Hang one series in the active view."""
        self._hang_in(self.grid.active_index, uid)

    def show_phase(self, phase: PhaseName) -> None:
        """Show another phase of the active view's own time point, at the same place."""
        found = [ref for ref in self._siblings() if ref.phase == phase]
        if found:
            self.show_series(max(found, key=lambda ref: ref.images).uid)
        elif (tile := self.tile(self.grid.active_index)) is not None:
            self.told.emit(f"{tile.visit_id} has no {phase.replace('_', ' ')} phase.")

    def go_to_phase(self, phase: PhaseName, visit_id: str) -> None:
        """Make the view active that shows a phase of a time point; hang it in the active view if none does."""
        for number in self.grid.shown:
            tile, ref = self.tile(number), self.ref(number)
            if tile is not None and tile.visit_id == visit_id and ref is not None and ref.phase == phase:
                self.grid.activate(number)
                self.grid.views[number].setFocus()
                return
        self.show_phase(phase)

    def step_phase(self, step: int) -> None:
        """The next phase of the active view's time point, in the order of contrast."""
        shown = self.ref(self.grid.active_index)
        if shown is None or shown.phase is None:
            return
        there = {ref.phase for ref in self._siblings()}
        phases = [phase for phase in PhaseName if phase in there]
        self.show_phase(phases[(phases.index(PhaseName(shown.phase)) + step) % len(phases)])

    def step_series(self, step: int) -> None:
        """The next series of the active view's time point."""
        shown = self.ref(self.grid.active_index)
        uids = [ref.uid for ref in self._siblings()]
        if shown is not None and shown.uid in uids:
            self.show_series(uids[(uids.index(shown.uid) + step) % len(uids)])

    def tile(self, number: int) -> Tile | None:
        return self.tiles[number] if number < len(self.tiles) else None

    def ref(self, number: int) -> SeriesRef | None:
        """The series that hangs in a view, as the record names it."""
        tile, record = self.tile(number), self._session.record
        return record.series_ref(tile.series_uid) if tile and tile.series_uid and record else None

    def rehang(self) -> None:
        """Hang the stage anew: the record names other series for it now."""
        self._hang(self._hanging())

    def _siblings(self) -> list[SeriesRef]:
        """The series of the active view's time point."""
        record, tile = self._session.record, self.tile(self.grid.active_index)
        visit = record.visit(tile.visit_id) if record and tile and tile.visit_id else None
        return [ref for uid in visit.series if (ref := record.series_ref(uid))] if record and visit else []

    def _hanging(self) -> Hanging | None:
        record, visit = self._session.record, self._session.visit
        self.offered = stages(record, visit) if record and visit else ()
        if record is None or visit is None or not self.offered:
            return None
        if self.stage not in self.offered:
            prior = Stage.PRIOR_CURRENT in self.offered
            self.stage = Stage.PRIOR_CURRENT if prior else self.offered[0]
        return hang(record, self.stage, visit, self._compared(visit))

    def _compared(self, visit: Visit) -> Visit | None:
        record, chosen = self._session.record, self._session.selection.compared_id
        if record is None:
            return None
        return record.visit(chosen) if chosen else prior_visit(record, visit)

    def _hang(self, hanging: Hanging | None) -> None:
        self.tiles = hanging.tiles if hanging else ()
        self._hold()
        self.grid.set_layout(_LAYOUTS.get(len(self.tiles), ONE))
        open_id = self._session.selection.visit_id
        leader = 1 if len(self.tiles) > 1 and self.tiles[1].visit_id == open_id else 0  # the open time point's arterial
        self.grid.activate(leader)
        for number in sorted(range(len(self.grid.views)), key=lambda n: n != leader):
            self._fill(number)  # the leader first: the others go where it is
        self.guide.link()
        self.guide.go()
        self.writer.refresh()
        self.hung.emit()

    def _hang_in(self, number: int, uid: str) -> None:
        record = self._session.record
        visit = record.visit_of_series(uid) if record else None
        tiles = list(self.tiles) or [Tile(None, None)]
        if visit is None or number >= len(tiles):
            return
        view = self.grid.views[number]
        middle = _middle(view)
        before = view.source.frame_of_reference_uid if view.source else None
        tiles[number] = Tile(visit.id, uid, preset=tiles[number].preset if self._same_body_part(number, uid) else None)
        self.tiles = tuple(tiles)
        self._hold()
        self._fill(number)
        if middle is not None and view.source is not None and view.source.frame_of_reference_uid == before:
            view.centre_on(middle)
        self.writer.write(number)
        self.hung.emit()

    def _same_body_part(self, number: int, uid: str) -> bool:
        record, shown = self._session.record, self.ref(number)
        ref = record.series_ref(uid) if record else None
        return bool(ref and shown and (ref.phase is None) == (shown.phase is None))

    def _hold(self) -> None:
        self._library.hold(frozenset(tile.series_uid for tile in self.tiles if tile.series_uid))

    def _fill(self, number: int) -> None:
        view, tile = self.grid.views[number], self.tile(number)
        source = self._library.source(tile.series_uid) if tile and tile.series_uid else None
        if view.source is not source:
            self.grid.set_source(number, source)
        if source is not None:
            view.set_placeholder(None)
            view.set_progress(None if source.complete else 0.0)
            self.display.open_window(number)
        elif tile is not None:
            gone = "" if tile.series_uid is None else "This series is not in the catalogue. Import its folder again."
            view.set_placeholder(Placeholder(tile.missing or gone, missing=True))
        else:
            view.set_placeholder(Placeholder("No image at this time point."))

    # --- going to a lesion ------------------------------------------------------------------------------------

    def _on_case_opened(self) -> None:
        self.display.forget()
        self.stage, self._seen = None, Selection()

    def _on_selection(self) -> None:
        before, now = self._seen, self._session.selection
        self._seen = now
        if (now.visit_id, now.compared_id) != (before.visit_id, before.compared_id):
            if before.visit_id and self.stage in (Stage.PHASES, Stage.PRIOR_CURRENT):
                self.stage = None  # the phases at baseline, prior beside current later
            self._hang(self._hanging())
        elif now.lesion_id != before.lesion_id:
            self._hang_for_lesion()
            self.guide.go()
            self.writer.refresh()

    def _hang_for_lesion(self) -> None:
        """A lesion outside the liver is read on the chest stage, one in the liver on a stage of phases."""
        lesion = self._session.lesion
        if lesion is None or not self.tiles:
            return
        chest = lesion.region is Region.EXTRAHEPATIC
        if self.stage is Stage.EVIDENCE or self._shows(lesion.id):
            return
        if chest and self.stage is not Stage.CHEST and Stage.CHEST in self.offered:
            self.set_stage(Stage.CHEST)
        elif not chest and self.stage is Stage.CHEST:
            self.stage = None
            self._hang(self._hanging())

    def _shows(self, lesion_id: str) -> bool:
        """Whether a series on which the lesion is marked hangs already."""
        reading = self._session.reading
        line = place_of(reading.read, reading.visit_id, lesion_id) if reading else None
        return line is not None and any(tile.series_uid == line.series_uid for tile in self.tiles)

    def show_evidence(self, shown: bool) -> None:
        """The images a decision rests on, or back to the usual hanging."""
        if shown and Stage.EVIDENCE in self.offered and self.stage is not Stage.EVIDENCE:
            self.set_stage(Stage.EVIDENCE)
        elif not shown and self.stage is Stage.EVIDENCE:
            self.stage = None
            self._hang(self._hanging())
            self._hang_for_lesion()


def _middle(view: SliceView) -> Point | None:
    """The place in the middle of a view, in patient mm; None without geometry."""
    if view.plane is None:
        return None
    projection = view.projection()
    return projection.world_of_view(projection.size_px[0] / 2, projection.size_px[1] / 2)
