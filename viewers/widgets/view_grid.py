"""Up to four views side by side that follow each other by place in the patient, never by image number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum

from PySide6.QtCore import QMimeData, QPoint, QRect, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from viewers.imaging.geometry import along, dot
from viewers.tools.events import Point
from viewers.widgets.palette import ViewPalette
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ImageSource

SERIES_MIME = "application/x-hepatrace-series"
GAP_PX = 2
SMALLEST_WIDTH_PX, SMALLEST_HEIGHT_PX = 280, 260
_PARALLEL = 0.985
"""Cosine of 10 degrees: views whose planes differ by more do not follow each other."""


class Layout(Enum):
    """(rows, columns) of the grid."""

    ONE = (1, 1)
    TWO = (1, 2)
    FOUR = (2, 2)


@dataclass(frozen=True, slots=True)
class Links:
    """What views of the same patient space share. Windows are apart: each phase has its own."""

    scroll: bool = True
    zoom: bool = True
    pan: bool = True
    window: bool = False


class ViewGrid(QWidget):
    """Four slice views, of which the layout shows one, two or four; one of them is active.

    Views follow the active one when they share its frame of reference, or when an offset between the two frames is
    known (`set_offset`), and their planes are parallel within 10 degrees.

    Signals
    -------
    active_changed(int)
        Another tile is active.
    maximised_changed(bool)
        A double click made one tile fill the grid, or gave the others back.
    series_dropped(int, str)
        A series was dropped on a tile.
    """

    active_changed = Signal(int)
    maximised_changed = Signal(bool)
    series_dropped = Signal(int, str)

    def __init__(self, palette: ViewPalette | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette or ViewPalette()
        self.views = tuple(SliceView(self._palette, self) for _ in range(4))
        self.links = Links()
        self.layout_wanted = Layout.FOUR
        self.active_index = 0
        self.maximised = False
        self._offsets: dict[tuple[str, str], Point] = {}
        self._following = False
        self.setAcceptDrops(True)
        for tile, view in enumerate(self.views):
            view.activated.connect(lambda tile=tile: self.activate(tile))
            view.maximise_requested.connect(self.toggle_maximised)
            view.index_changed.connect(lambda _, view=view: self._follow_scroll(view))
            view.framing_changed.connect(lambda view=view: self._follow_framing(view))
            view.window_changed.connect(lambda center, width, view=view: self._follow_window(view, center, width))
        self.views[0].set_active(True)
        self._arrange()

    @property
    def active(self) -> SliceView:
        """The view that keys and actions speak to."""
        return self.views[self.active_index]

    @property
    def shown(self) -> tuple[int, ...]:
        """The tiles that are in sight, in reading order."""
        rows, columns = self._fitting().value
        count = rows * columns
        first = self.active_index // count * count
        return tuple(range(first, first + count))

    def activate(self, tile: int) -> None:
        """Make a tile the active one."""
        if tile == self.active_index:
            return
        had_focus = any(view.hasFocus() for view in self.views)
        self.active.set_active(False)
        self.active_index = tile
        self.active.set_active(True)
        self._arrange()
        if had_focus:
            self.active.setFocus()
        self.active_changed.emit(tile)

    def set_layout(self, layout: Layout) -> None:
        """How many tiles are wanted; fewer are shown while each would be smaller than 280 x 260."""
        self.layout_wanted = layout
        self.maximised = False
        rows, columns = layout.value
        if self.active_index >= rows * columns:
            self.activate(0)
        self._arrange()
        self.align()

    def toggle_maximised(self) -> None:
        """One tile fills the grid, or all are back."""
        if self.layout_wanted is not Layout.ONE:
            self.maximised = not self.maximised
            self._arrange()
            self.align()
            self.maximised_changed.emit(self.maximised)

    def set_links(self, links: Links) -> None:
        """What views share from now on."""
        self.links = links
        self.align()

    def set_offset(self, frame_a: str, frame_b: str, offset_mm: Point | None) -> None:
        """A place p of frame of reference `frame_a` is at p + offset in `frame_b` (LPS mm); None forgets it."""
        for pair, sign in (((frame_a, frame_b), 1.0), ((frame_b, frame_a), -1.0)):
            if offset_mm is None:
                self._offsets.pop(pair, None)
            else:
                self._offsets[pair] = along((0.0, 0.0, 0.0), offset_mm, sign)
        self.align()

    def set_source(self, tile: int, source: ImageSource | None, index: int | None = None) -> None:
        """Hang a stack in a tile; unless it is the active one, it goes where the active one is."""
        with self.apart():
            self.views[tile].set_source(source, index)
        if tile != self.active_index:
            self.align()

    def align(self) -> None:
        """Bring all views to the place of the active one."""
        self._follow_scroll(self.active)
        self._follow_framing(self.active)

    # Following

    def _follow_scroll(self, leader: SliceView) -> None:
        leader.set_note("")
        if self.links.scroll and self._leads(leader):
            with self.apart():
                for view, place in self._followers(leader):
                    found = None if view.levels is None else view.levels.nearest(place)
                    if found is not None and view.levels is not None:
                        view.set_index(found[0])
                        view.set_note("" if view.levels.holds(place) else "No image at this level")

    def _follow_framing(self, leader: SliceView) -> None:
        if not (self.links.zoom or self.links.pan) or not self._leads(leader):
            return
        theirs = leader.state.framing
        with self.apart():
            for view, place in self._followers(leader):
                plane, framing = view.plane, view.projection().framing
                if theirs is None:
                    view.set_framing(None)
                    continue
                if self.links.zoom:
                    framing = replace(framing, px_per_mm=theirs.px_per_mm)
                if self.links.pan and plane is not None and self._same_way_up(leader, view):
                    column, row = plane.to_pixel(place)
                    centre = (column * plane.column_spacing_mm, row * plane.row_spacing_mm)
                    framing = replace(framing, centre_mm=centre)
                view.set_framing(framing)

    def _follow_window(self, leader: SliceView, center: float, width: float) -> None:
        if self.links.window and self._leads(leader):
            with self.apart():
                for view, _ in self._followers(leader):
                    view.set_window(center, width)

    def _leads(self, view: SliceView) -> bool:
        return not self._following and view is self.active

    def _followers(self, leader: SliceView) -> Iterator[tuple[SliceView, Point]]:
        """The other views that are linked, with the leader's middle as a place in their own space."""
        projection = leader.projection()
        if projection.plane is None or leader.source is None or leader.levels is None:
            return
        middle = projection.world_of_view(projection.size_px[0] / 2, projection.size_px[1] / 2)
        for view in self.views:
            if view is leader or view.source is None or view.levels is None or view.levels.normal is None:
                continue
            offset = self._offset(leader.source.frame_of_reference_uid, view.source.frame_of_reference_uid)
            normal = leader.levels.normal
            if offset is not None and normal is not None and abs(dot(normal, view.levels.normal)) >= _PARALLEL:
                yield view, along(middle, offset, 1.0)

    def _offset(self, frame_a: str | None, frame_b: str | None) -> Point | None:
        if not frame_a or not frame_b:
            return None
        return (0.0, 0.0, 0.0) if frame_a == frame_b else self._offsets.get((frame_a, frame_b))

    def _same_way_up(self, a: SliceView, b: SliceView) -> bool:
        p, q = a.projection(), b.projection()
        return dot(p.right, q.right) >= _PARALLEL and dot(p.down, q.down) >= _PARALLEL

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Changes made within are not followed by the other views."""
        before, self._following = self._following, True
        try:
            yield
        finally:
            self._following = before

    # Layout, drops

    def _fitting(self) -> Layout:
        """The wanted layout, or the largest whose tiles are not smaller than 280 x 260."""
        if self.maximised:
            return Layout.ONE
        smallest = (SMALLEST_WIDTH_PX * self._palette.scale, SMALLEST_HEIGHT_PX * self._palette.scale)
        for layout in (Layout.FOUR, Layout.TWO):
            rows, columns = layout.value
            tile = ((self.width() - GAP_PX) / 2, (self.height() - GAP_PX * (rows - 1)) / rows)
            wanted = rows * columns <= self.layout_wanted.value[0] * self.layout_wanted.value[1]
            if wanted and tile[0] >= smallest[0] and tile[1] >= smallest[1]:
                return layout
        return Layout.ONE

    def _arrange(self) -> None:
        with self.apart():
            self._place_tiles()

    def _place_tiles(self) -> None:
        rows, columns = self._fitting().value
        shown = self.shown
        for tile, view in enumerate(self.views):
            if tile not in shown:
                view.hide()
        for place, tile in enumerate(shown):
            row, column = divmod(place, columns)
            left, right = (round((self.width() + GAP_PX) * (column + n) / columns) for n in (0, 1))
            top, bottom = (round((self.height() + GAP_PX) * (row + n) / rows) for n in (0, 1))
            self.views[tile].setGeometry(QRect(left, top, right - left - GAP_PX, bottom - top - GAP_PX))
            self.views[tile].show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._palette.line_strong))
        painter.end()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(SERIES_MIME):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        tile = self.tile_at(event.position().toPoint())
        if tile is not None:
            event.acceptProposedAction()
            self.series_dropped.emit(tile, dragged_series(event.mimeData()))

    def tile_at(self, place: QPoint) -> int | None:
        """The tile under a place of the grid."""
        return next((tile for tile in self.shown if self.views[tile].geometry().contains(place)), None)


def series_mime(uid: str) -> QMimeData:
    """What a drag of a series carries."""
    data = QMimeData()
    data.setData(SERIES_MIME, uid.encode())
    return data


def dragged_series(data: QMimeData) -> str:
    """The uid of the series that a drag carries."""
    return bytes(data.data(SERIES_MIME).data()).decode()
