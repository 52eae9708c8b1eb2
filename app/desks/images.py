"""Hangs the series of the open time point in the views and keeps what is written and drawn on them true."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.desks.aligning import AligningDesk
from app.desks.cine import CineDesk
from app.desks.image_library import ImageLibrary
from app.desks.lesion_guide import LesionGuide
from app.desks.linking import LinkDesk
from app.desks.phase_steps import PhaseSteps
from app.desks.planes import PlanesDesk
from app.desks.stage_choice import StageChoice
from app.desks.tile_sources import TileSources
from app.desks.view_display import ViewDisplay
from app.desks.view_memory import ViewMemory
from app.desks.view_windows import WindowDesk
from app.desks.view_writer import ViewWriter
from app.reading.body_parts import IN_ABDOMEN
from app.reading.hanging import Hanging, Tile, preset_of
from app.reading.lesion_parts import part_in
from app.reading.linework import place_of
from app.reading.stages import Stage
from app.session import ReadingSession, Selection
from app.state.record import SeriesRef
from viewers.tools.layout import ONE, Layout
from viewers.widgets.marks import Placeholder
from viewers.widgets.view_grid import ViewGrid

_FINISH = "Finish the line first, or press Esc."
_EMPTY = "Empty. Drag a series here from the list at the left."


class ImageDesk(QObject):
    """Between the session and the grid of views; it stores nothing of the read.

    Signals
    -------
    hung()
        Other series hang now; `stage`, `offered` and `tiles` say which.
    rearranged()
        The same hangs, but other views are in sight, or they are linked otherwise.
    told(str)
        One sentence for the reader.
    """

    hung = Signal()
    rearranged = Signal()
    told = Signal(str)

    def __init__(self, session: ReadingSession, library: ImageLibrary, grid: ViewGrid, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._library, self.grid = session, library, grid
        self.memory = ViewMemory()
        self.sources = TileSources(library)
        self._seen = Selection()
        self._choice = StageChoice(session, library, self.memory)
        self.stage: Stage | None = None
        self.offered: tuple[Stage, ...] = ()
        self.tiles: tuple[Tile, ...] = ()
        self.display = ViewDisplay(self, self.memory)
        self.windows = WindowDesk(session, library, self)
        self.guide = LesionGuide(session, grid, self)
        self.linking = LinkDesk(session, grid, lambda: self.tiles, self)
        self.writer = ViewWriter(session, library, self)
        self.phases = PhaseSteps(self, library)
        self.planes = PlanesDesk(self, library, self.memory)
        self.cine = CineDesk(self, self.memory)
        self.aligning = AligningDesk(library, self)
        self.aligning.aligned.connect(self.writer.on_computed_anew)
        grid.series_dropped.connect(self.hang_series)
        grid.arranged.connect(self.rearranged)
        library.failed.connect(lambda _uid, message: self.told.emit(message))
        self.display.changed.connect(self.rearranged)
        self.linking.aligned.connect(self.guide.go)
        for part in (self.display, self.windows, self.linking, self.phases, self.planes, self.cine, self.aligning):
            part.told.connect(self.told)
        session.case_opened.connect(self._on_case_opened)
        session.selection_changed.connect(self._on_selection)

    # --- hanging ----------------------------------------------------------------------------------------------

    def is_free(self) -> bool:
        """Whether other images may hang: not while a line or figure is under way, which would be lost; told if so."""
        busy = any(view.busy for view in self.grid.views)
        if busy:
            self.told.emit(_FINISH)
        return not busy

    def choose_stage(self, stage: Stage) -> None:
        """Hang a stage because the reader wants it; it hangs again at the next start."""
        if self.is_free():
            self.set_stage(stage)
            self._choice.keep(stage)

    def set_stage(self, stage: Stage) -> None:
        """Hang a stage with the current and the compared time point."""
        self.stage = stage
        self._hang(self._hanging())

    def next_stage(self, step: int = 1) -> None:
        """The next hanging, or with -1 the one before; not while a line is under way."""
        if self.offered and self.is_free():
            stage = self.planes.back_to if self.stage is Stage.PLANES else self.stage
            at = self.offered.index(stage) if stage in self.offered else (-1 if step > 0 else 0)
            self.choose_stage(self.offered[(at + step) % len(self.offered)])

    def hang(self, hanging: Hanging, active: int | None = None) -> None:
        """Hang these tiles as they are, with a view active; the planes of a series are known to `sources`."""
        self.stage = hanging.stage
        self._hang(hanging, active)

    def set_layout(self, layout: Layout) -> None:
        """Another number of views; those that nothing hangs in are empty."""
        if not self.is_free():
            return
        self.grid.set_layout(layout)
        for number in range(len(self.tiles), len(self.grid.views)):
            self._fill(number)
        self._choice.keep_layout(self.stage, layout)
        self.hung.emit()

    def turn_page(self, step: int) -> None:
        """The views of the layout that there is no room for now; the active time point leads there too."""
        if not self.is_free():
            return
        page, now = self.grid.page_after(step), self.tile(self.grid.active_index)
        visit_id = now.visit_id if now is not None else None
        like = [n for n in page if (tile := self.tile(n)) is not None and tile.uids and tile.visit_id == visit_id]
        self.grid.activate((like or list(page))[0])

    def show_series(self, uid: str) -> None:
        """Hang one series in the active view."""
        self.hang_series(self.grid.active_index, uid)

    def hang_series(self, number: int, uid: str) -> None:
        """Hang a series of the case in a view, as it was acquired; place and zoom stay where the space is the same."""
        record = self._session.record
        visit = record.visit_of_series(uid) if record else None
        ref = record.series_ref(uid) if record else None
        if visit is None or ref is None or number >= len(self.grid.views) or not self.is_free():
            return
        if self.planes.hanging:
            self.planes.hang_series(uid, preset_of(ref), visit.id)
            return
        shown, tile = self.ref(number), self.tile(number)
        kept = shown is not None and shown.phase is None and ref.phase is None and tile is not None
        preset = tile.preset if kept and tile is not None else preset_of(ref)
        role = tile.role if tile is not None and tile.visit_id == visit.id else ""
        self.hang_tile(number, Tile(visit.id, uid, preset=preset, role=role))

    def hang_tile(self, number: int, tile: Tile, silent: bool = False) -> None:
        """Hang one tile; `silent` while others follow at once, as in a cine of phases."""
        tiles = [*self.tiles, *(Tile(None, None) for _ in range(len(self.tiles), number + 1))]
        tiles[number] = tile
        self.tiles = tuple(tiles)
        self._hold()
        self.grid.hung = len(self.tiles)
        self.linking.refresh()
        with self.phases.same_place(number):
            self._fill(number)
        self.linking.show_places()
        self.writer.write(number)
        if number == self.grid.active_index and not silent:
            self.writer.refresh()  # the chips of the others tell how they are linked with this one
        self.aligning.want(self.sources.subtractions)
        if not silent:
            self.hung.emit()

    def tile(self, number: int) -> Tile | None:
        return self.tiles[number] if number < len(self.tiles) else None

    def ref(self, number: int) -> SeriesRef | None:
        """The series that hangs in a view, as the record names it."""
        tile, record = self.tile(number), self._session.record
        return record.series_ref(tile.series_uid) if tile and tile.series_uid and record else None

    def siblings(self) -> list[SeriesRef]:
        """The series of the active view's time point."""
        record, tile = self._session.record, self.tile(self.grid.active_index)
        visit = record.visit(tile.visit_id) if record and tile and tile.visit_id else None
        return [ref for uid in visit.series if (ref := record.series_ref(uid))] if record and visit else []

    def rehang(self) -> None:
        """Hang the stage anew: the record names other series for it now."""
        self._hang(self._hanging())

    def _hanging(self) -> Hanging | None:
        self.offered = self._choice.offered
        hanging = self._choice.hanging(self.stage)
        if hanging is not None:
            self.stage = hanging.stage
        return hanging

    def _hang(self, hanging: Hanging | None, active: int | None = None) -> None:
        self.tiles = hanging.tiles if hanging else ()
        self.phases.forget()
        self._hold()
        self.grid.hung = len(self.tiles)
        self.grid.set_layout(self._choice.layout(hanging) if hanging else ONE)
        leader = self._leader() if active is None else active
        self.grid.activate(leader)
        self.linking.refresh()
        for number in sorted(range(len(self.grid.views)), key=lambda n: n != leader):
            self._fill(number, upright=True)  # the leader first: the others go where it is
        self.linking.show_places()
        self.guide.go()
        self.writer.refresh()
        self.aligning.want(self.sources.subtractions)
        self.hung.emit()

    def _leader(self) -> int:
        """The view the others follow at first: the open time point's arterial phase, else its first series."""
        own = [n for n, tile in enumerate(self.tiles) if tile.visit_id == self._session.selection.visit_id]
        hung = [n for n in own if self.tiles[n].series_uid and self.tiles[n].derivation is None]
        arterial = [n for n in hung if (ref := self.ref(n)) is not None and ref.phase == "arterial"]
        return next(iter((*arterial, *hung)), 0)

    def _hold(self) -> None:
        self._library.hold(frozenset(uid for tile in self.tiles for uid in tile.uids))
        self.sources.keep_only(self.tiles)

    def _fill(self, number: int, upright: bool = False) -> None:
        """Show what hangs in a tile; `upright` neither mirrored, turned nor inverted where it hangs anew."""
        view, tile = self.grid.views[number], self.tile(number)
        source, why = self.sources.of(tile) if tile is not None else (None, "")
        if view.source is not source:
            if upright:
                with self.grid.links.apart():
                    view.reset_view()
            self.grid.set_source(number, source)
        self.writer.clear(number)
        if source is not None:
            view.set_placeholder(None)
            self.writer.show_progress(number)
            self.windows.open_window(number)
        elif why:
            view.set_placeholder(Placeholder(why, missing=True))
        else:
            view.set_placeholder(Placeholder(_EMPTY if self.tiles else "No image at this time point."))

    # --- going to a lesion ------------------------------------------------------------------------------------

    def _on_case_opened(self) -> None:
        self.windows.forget()
        self.linking.cancel()
        self.aligning.forget()
        self.stage, self._seen = self._choice.left(), Selection()

    def _on_selection(self) -> None:
        before, now = self._seen, self._session.selection
        self._seen = now
        if (now.visit_id, now.compared_id) != (before.visit_id, before.compared_id):
            if before.visit_id and self.stage in (Stage.PHASES, Stage.PRIOR_CURRENT, Stage.PLANES):
                self.stage = None  # the phases at baseline, prior beside current later
            self._hang(self._hanging())
        elif now.lesion_id != before.lesion_id:
            self._hang_for_lesion()
            self.linking.refresh()  # what it moves with is what the views are linked by
            self.guide.go()
            self.writer.refresh()

    def _hang_for_lesion(self) -> None:
        """A lesion in the liver, or marked on its series, is read on a stage of phases; another on the chest stage."""
        lesion, reading = self._session.lesion, self._session.reading
        if lesion is None or reading is None or not self.tiles:
            return
        chest = part_in(reading, lesion) not in IN_ABDOMEN
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
