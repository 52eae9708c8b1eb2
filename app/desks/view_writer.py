"""What is written and drawn over the views: corners, banners, the read's lines; kept true as things change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.desks.image_library import ImageLibrary, LoadedSeries
from app.desks.tile_sources import base_of
from app.reading.figurework import figures_for
from app.reading.linework import as_prior, lines_for
from app.reading.overlay_texts import (
    ACQUIRED,
    Shown,
    alignment_chip,
    banner,
    corner_texts,
    missing_texts,
    not_computed,
    series_name,
)
from app.reading.stages import When
from app.session import ReadingSession
from app.state.record import Record, SeriesRef, Visit
from viewers.widgets.derived_source import DerivedSource
from viewers.widgets.marks import CornerTexts, ViewLine
from viewers.widgets.source import ImageSource, derived_label
from viewers.widgets.subtraction_source import SubtractionSource

if TYPE_CHECKING:
    from app.desks.images import ImageDesk


class ViewWriter(QObject):
    """Writes on the views of a grid what the record says of the tiles that hang there."""

    def __init__(self, session: ReadingSession, library: ImageLibrary, desk: ImageDesk) -> None:
        super().__init__(desk)
        self._session, self._library, self._desk, self._grid = session, library, desk, desk.grid
        self._ghosts = True
        self.proposed: Callable[[str], Sequence[ViewLine]] = lambda _series_uid: ()
        """The lines of an assisted proposal on a series."""
        self.waiting: Callable[[str, str], Sequence[ViewLine]] = lambda _visit_id, _series_uid: ()
        """The lines of other programs that wait, of a time point on a series."""
        self.asked_about: Callable[[str], Sequence[ViewLine]] = lambda _series_uid: ()
        """The line on a series that was not taken, while it is asked what it shall be."""
        self._movable = True
        self._written: dict[int, ImageSource | None] = {}
        for number, view in enumerate(self._grid.views):
            view.index_changed.connect(lambda _index, n=number: self._write_seen(n))
            view.zoom_changed.connect(lambda _zoom, n=number: self._write_seen(n))
            view.window_changed.connect(lambda _centre, _width, n=number: self._write_seen(n))
        session.record_changed.connect(self.refresh)
        library.image_read.connect(self._on_image_read)
        library.failed.connect(self._on_failed)
        library.not_computed.connect(lambda uid: self._on_failed(uid, ""))
        self._grid.active_changed.connect(lambda _tile: self.refresh())
        self._grid.resized.connect(self.refresh)  # a fitted image has another zoom
        desk.linking.changed.connect(self.refresh)
        desk.display.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Write every view anew."""
        for number in range(len(self._grid.views)):
            self.write(number)

    def toggle_ghosts(self) -> None:
        """Show or hide the lines of other series and other time points."""
        self._ghosts = not self._ghosts
        self.refresh()

    def let_lines_move(self, movable: bool) -> None:
        """Whether the ends of the selected lesion's lines can be dragged."""
        if movable != self._movable:
            self._movable = movable
            self.refresh()

    def write(self, number: int) -> None:
        """Corner texts, banner, lines and figures of one view."""
        view, record, tile = self._grid.views[number], self._session.record, self._desk.tile(number)
        self._written[number] = view.source
        base = base_of(view.source)
        if record is not None and tile is not None and view.source is None and tile.missing:
            visit = record.visit(tile.visit_id) if tile.visit_id else None
            view.set_corner_texts(missing_texts(record, visit, self._role(number)))
        if record is None or tile is None or view.source is None or base is None:
            return
        ref, series = record.series_ref(base.series_uid), base.series
        visit = record.visit(tile.visit_id) if tile.visit_id else None
        if ref is None:
            return
        said = ", ".join(filter(None, (self._role(number), visit.id if visit else "", ref.phase, ref.description)))
        if view.accessibleName() != (name := f"View {number + 1}: {said}"):
            view.setAccessibleName(name)
        self._write_corners(number, record, visit, ref, base)
        view.set_banner(self._fault(view.source, record) or banner(ref, series))
        if visit is not None:
            chosen = self._session.selection.lesion_id
            lines = lines_for(record, self._session.read_id, visit.id, series.uid, chosen, self._ghosts)
            if visit.id != self._session.selection.visit_id:
                lines = as_prior(lines) if self._ghosts else ()
            reading = self._session.reading
            hidden = reading is not None and reading.blind and (visit.id != reading.visit_id or reading.signed)
            if hidden:
                lines = ()
            own_lines = lines if self._movable else (replace(line, editable=False) for line in lines)
            open_lines = (*self.proposed(series.uid), *self.asked_about(series.uid))
            view.set_lines((*own_lines, *self.waiting(visit.id, series.uid), *open_lines))
            own = not self._session.others_read
            read_id, derived = self._session.read_id, derived_label(view.source)
            figures = figures_for(record, read_id, visit.id, series.uid, derived, self._ghosts, own)
            view.set_figures(() if hidden else figures)

    def _write_seen(self, number: int) -> None:
        """What changes with image, zoom and window; the view itself knows which lines belong to which image."""
        view, record, tile = self._grid.views[number], self._session.record, self._desk.tile(number)
        base = base_of(view.source)
        if number not in self._written or self._written[number] is not view.source:
            self.write(number)
        elif record is not None and tile is not None and base is not None:
            ref = record.series_ref(base.series_uid)
            if ref is not None:
                visit = record.visit(tile.visit_id) if tile.visit_id else None
                self._write_corners(number, record, visit, ref, base)

    def _write_corners(
        self, number: int, record: Record, visit: Visit | None, ref: SeriesRef, base: LoadedSeries
    ) -> None:
        view = self._grid.views[number]
        assert view.source is not None  # it is `base`, or computed from it
        zoom, shown = view.projection().framing.px_per_mm, _shown(view.source)
        link = self._desk.linking.chip(number) if self._desk.display.linked else None
        role = self._role(number)
        view.set_corner_texts(
            corner_texts(record, visit, role, ref, base.series, view.state, view.plane, zoom, shown, link)
        )

    def on_computed_anew(self, source: ImageSource) -> None:
        """What is computed from series may look otherwise now."""
        for number, view in enumerate(self._grid.views):
            if view.source is source:
                view.refresh()
                self.write(number)

    def clear(self, number: int) -> None:
        """Nothing of what hung in a view before is told any more."""
        view = self._grid.views[number]
        view.set_corner_texts(CornerTexts())
        view.set_banner("")
        view.set_progress(None)
        view.setAccessibleName(f"View {number + 1}")
        self.write(number)

    def show_progress(self, number: int) -> None:
        """How much of what a view shows has been read."""
        base = base_of(self._grid.views[number].source)
        if base is not None:
            done = int(base.volume.loaded.sum())
            self._grid.views[number].set_progress(None if base.complete else done / base.count)

    def _role(self, number: int) -> str:
        """What a time point is to the one that is read, where several hang."""
        tile = self._desk.tile(number)
        if tile is None or len({other.visit_id for other in self._desk.tiles if other.series_uid}) < 2:
            return ""
        current = tile.visit_id == self._session.selection.visit_id
        return tile.role or (When.CURRENT.value if current else "")

    def _on_image_read(self, uid: str, done: int, _total: int) -> None:
        if done == 1:
            self._desk.windows.on_first_image(uid)
        for number in self._showing(uid):
            self.show_progress(number)
            self._grid.views[number].refresh()

    def _on_failed(self, uid: str, _message: str) -> None:
        for number in self._showing(uid):
            self._grid.views[number].set_progress(None)
            self.write(number)

    def _fault(self, source: ImageSource, record: Record) -> str:
        """Why what a view shows is not there, or not whole."""
        if not isinstance(source, DerivedSource):
            fault = self._library.fault(source.series_uid)
            return f"NOT READ: {fault}" if fault else ""
        refs = [(one.series_uid, record.series_ref(one.series_uid)) for one in source.inputs]
        inputs = [(uid if ref is None else series_name(ref), self._library.fault(uid)) for uid, ref in refs]
        return not_computed(inputs, source.fault)

    def _showing(self, uid: str) -> list[int]:
        """The views that show a series, or what is computed from it."""
        tiles = ((number, self._desk.tile(number)) for number in range(len(self._grid.views)))
        return [number for number, tile in tiles if tile is not None and uid in tile.uids]


def _shown(source: ImageSource) -> Shown:
    """What a view says of what it shows."""
    if isinstance(source, SubtractionSource):
        return Shown(source.label, source.off_axial, source.count, alignment_chip(source.alignment))
    if isinstance(source, DerivedSource):
        return Shown(source.label, source.off_axial, source.count)
    return ACQUIRED
