"""What is written and drawn over the views: corners, banners, the read's lines; kept true as things change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject

from app.desks.image_library import ImageLibrary, LoadedSeries
from app.desks.view_display import ViewDisplay
from app.reading.hanging import Tile
from app.reading.linework import lines_for
from app.reading.overlay_texts import banner, corner_texts
from app.session import ReadingSession
from viewers.widgets.view_grid import ViewGrid


class ViewWriter(QObject):
    """Writes on the views of a grid what the record says of the tiles that hang there."""

    def __init__(
        self,
        session: ReadingSession,
        library: ImageLibrary,
        grid: ViewGrid,
        display: ViewDisplay,
        tiles: Callable[[], Sequence[Tile]],
        is_linked: Callable[[], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._library, self._grid, self._tiles = session, library, grid, tiles
        self._is_linked = is_linked
        self._display = display
        self._ghosts = True
        self._movable = True
        for number, view in enumerate(grid.views):
            view.index_changed.connect(lambda _index, n=number: self.write(n))
            view.zoom_changed.connect(lambda _zoom, n=number: self.write(n))
            view.window_changed.connect(lambda _centre, _width, n=number: self.write(n))
        session.record_changed.connect(self.refresh)
        library.image_read.connect(self._on_image_read)
        library.failed.connect(self._on_failed)

    def refresh(self) -> None:
        """Write every view anew."""
        for number in range(len(self._grid.views)):
            self.write(number)

    def toggle_ghosts(self) -> None:
        """Show or hide the lines of other series."""
        self._ghosts = not self._ghosts
        self.refresh()

    def let_lines_move(self, movable: bool) -> None:
        """Whether the ends of the selected lesion's lines can be dragged."""
        if movable != self._movable:
            self._movable = movable
            self.refresh()

    def write(self, number: int) -> None:
        """Corner texts, banner and lines of one view."""
        tiles, view, record = self._tiles(), self._grid.views[number], self._session.record
        tile = tiles[number] if number < len(tiles) else None
        if record is None or tile is None or tile.series_uid is None or not isinstance(view.source, LoadedSeries):
            return
        ref, series = record.series_ref(tile.series_uid), view.source.series
        visit = record.visit(tile.visit_id) if tile.visit_id else None
        if ref is None:
            return
        zoom = view.projection().framing.px_per_mm
        role = self._role(tile)
        apart = role == "prior" and self._display.linked and not self._is_linked()
        view.set_corner_texts(corner_texts(record, visit, role, ref, series, view.state, view.plane, zoom, apart))
        fault = self._library.fault(series.uid)
        view.set_banner(f"NOT READ: {fault}" if fault else banner(ref, series))
        if visit is not None:
            chosen = self._session.selection.lesion_id
            lines = lines_for(record, self._session.read_id, visit.id, series.uid, chosen, self._ghosts)
            movable = self._movable and visit.id == self._session.selection.visit_id
            view.set_lines(line if movable else replace(line, editable=False) for line in lines)

    def _role(self, tile: Tile) -> str:
        """What a time point is to the one that is read, where several hang."""
        if len({other.visit_id for other in self._tiles()}) < 2:
            return ""
        return "current" if tile.visit_id == self._session.selection.visit_id else "prior"

    def _on_image_read(self, uid: str, done: int, total: int) -> None:
        for number in self._showing(uid):
            view = self._grid.views[number]
            view.set_progress(None if done == total else done / total)
            if done == 1:
                self._display.open_window(number)
            view.refresh()

    def _on_failed(self, uid: str, _message: str) -> None:
        for number in self._showing(uid):
            self._grid.views[number].set_progress(None)
            self.write(number)

    def _showing(self, uid: str) -> list[int]:
        views = enumerate(self._grid.views)
        return [number for number, view in views if view.source is not None and view.source.series_uid == uid]
