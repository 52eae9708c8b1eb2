"""Up to nine views side by side that follow each other by place in the patient, never by image number."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from viewers.tools.layout import FOUR, ONE, SMALLEST_HEIGHT_PX, SMALLEST_WIDTH_PX, Layout, fitting
from viewers.widgets.palette import ViewPalette
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ImageSource
from viewers.widgets.view_links import Links, ViewLinks

SERIES_MIME = "application/x-hepatrace-series"
MOST_VIEWS = 9


class ViewGrid(QWidget):
    """Nine slice views, of which a page of the layout is shown; one of them is active.

    Views follow the active one when `links` knows how their spaces lie to each other; see `ViewLinks`.

    Signals
    -------
    active_changed(int)
        Another tile is active.
    arranged()
        Other tiles are in sight: another layout, another page, or one tile was made large.
    resized()
        Tiles may have other sizes.
    series_dropped(int, str)
        A series was dropped on a tile.
    """

    active_changed = Signal(int)
    arranged = Signal()
    resized = Signal()
    series_dropped = Signal(int, str)

    def __init__(self, palette: ViewPalette | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette or ViewPalette()
        self.views = tuple(SliceView(self._palette, self) for _ in range(MOST_VIEWS))
        self.links = ViewLinks(self.views)
        self.layout_wanted = FOUR
        self.active_index = 0
        self.maximised = False
        self._least = (SMALLEST_WIDTH_PX, SMALLEST_HEIGHT_PX)
        self._seen: tuple[int, ...] = ()
        self.hung = 0
        """How many tiles something hangs in."""
        self._stood: list[QRect] = []
        self._drop_mark = _DropMark(self._palette, self)
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
    def layout_shown(self) -> Layout:
        """The wanted layout, or what there is room for of it."""
        if self.maximised:
            return ONE
        return fitting(self.layout_wanted, (float(self.width()), float(self.height())), self._scaled_least)

    @property
    def _scaled_least(self) -> tuple[float, float]:
        return self._least[0] * self._palette.scale, self._least[1] * self._palette.scale

    @property
    def _boxes(self) -> list[QRect]:
        """Where tiles stand now, those of a page that is not full as well."""
        shape = self.layout_shown
        return [QRect(*box) for box in shape.boxes((self.width(), self.height()), self._scaled_least)]

    @property
    def shown(self) -> tuple[int, ...]:
        """The tiles that are in sight, in reading order: the page with the active one."""
        count = self.layout_shown.count
        first = self.active_index // count * count
        return tuple(range(first, min(first + count, self._tiles)))

    @property
    def pages(self) -> tuple[int, int]:
        """Which page is shown, from 0, and how many there are."""
        count = self.layout_shown.count
        return self.active_index // count, -(-self._tiles // count)

    @property
    def _tiles(self) -> int:
        """How many tiles the wanted layout has, on all its pages; one view alone goes through all that hang."""
        count = self.layout_wanted.count
        return min(max(count, self.hung) if count == 1 else count, MOST_VIEWS)

    def activate(self, tile: int) -> None:
        """Make a tile the active one; its page is shown."""
        if tile == self.active_index:
            return
        had_focus = any(view.hasFocus() for view in self.views)
        self.active.set_active(False)
        self.active_index = tile
        self.active.set_active(True)
        self._arrange()
        if had_focus and not self.active.hasFocus():
            self.active.setFocus()
        self.active_changed.emit(tile)

    def set_layout(self, layout: Layout) -> None:
        """Which tiles are wanted; fewer are shown, on pages, while one would be smaller than allowed."""
        self.layout_wanted = layout
        self.maximised = False
        if self.active_index >= self._tiles:
            self.activate(0)
        self._arrange()
        self.align()

    def set_least(self, width_px: float = SMALLEST_WIDTH_PX, height_px: float = SMALLEST_HEIGHT_PX) -> None:
        """How small a tile may be, before scaling."""
        self._least = (width_px, height_px)
        self._arrange()

    def page_after(self, step: int) -> tuple[int, ...]:
        """The tiles of the next or previous page, round and round."""
        page, pages = self.pages
        count = self.layout_shown.count
        first = (page + step) % pages * count
        return tuple(range(first, min(first + count, self._tiles)))

    def toggle_maximised(self) -> None:
        """One tile fills the grid, or all are back."""
        if self.layout_wanted.count > 1:
            self.maximised = not self.maximised
            self._arrange()
            self.align()

    def share(self, what: Links) -> None:
        """What linked views share from now on."""
        self.links.shared = what
        self.align()

    def set_source(self, tile: int, source: ImageSource | None, index: int | None = None) -> None:
        """Hang a stack in a tile; unless it is the active one, it goes where the active one is."""
        with self.links.apart():
            self.views[tile].set_source(source, index)
        if tile != self.active_index:
            self.align()

    def align(self) -> None:
        """Bring all views to the place of the active one."""
        self._follow_scroll(self.active)
        self._follow_framing(self.active)

    # Following

    def _leads(self, view: SliceView) -> bool:
        return not self.links.busy and view is self.active

    def _follow_scroll(self, leader: SliceView) -> None:
        if self._leads(leader):
            self.links.follow_scroll(leader)
        else:
            leader.set_note("")

    def _follow_framing(self, leader: SliceView) -> None:
        if self._leads(leader):
            self.links.follow_framing(leader)

    def _follow_window(self, leader: SliceView, center: float, width: float) -> None:
        if self._leads(leader):
            self.links.follow_window(leader, center, width)

    # Layout, drops

    def _arrange(self) -> None:
        with self.links.apart():
            shown = self.shown
            boxes = self._boxes
            for tile, box in zip(shown, boxes, strict=False):
                self.views[tile].setGeometry(box)
                self.views[tile].show()
            hidden = [view for tile, view in enumerate(self.views) if tile not in shown]
            if any(view.hasFocus() for view in hidden):
                self.active.setFocus()  # else Qt would choose who has it next, and that one would become active
            for view in hidden:
                view.hide()
        if boxes != self._stood:  # what lay between tiles that stood elsewhere has to go
            self._stood = boxes
            self.update()
        self.resized.emit()
        if shown != self._seen:
            self._seen = shown
            self.arranged.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._palette.line_strong))
        for box in self._boxes[len(self.shown) :]:
            painter.fillRect(box, QColor(self._palette.background))  # the last page may not be full
        painter.end()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(SERIES_MIME):
            event.acceptProposedAction()
            self._mark_drop(event.position().toPoint())

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._mark_drop(event.position().toPoint()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_mark.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_mark.hide()
        tile = self.tile_at(event.position().toPoint())
        if tile is not None:
            event.acceptProposedAction()
            self.series_dropped.emit(tile, dragged_series(event.mimeData()))

    @property
    def drop_tile(self) -> int | None:
        """The tile that would take what is being dragged; None while nothing is."""
        return None if self._drop_mark.isHidden() else self.tile_at(self._drop_mark.geometry().center())

    def tile_at(self, place: QPoint) -> int | None:
        """The tile under a place of the grid."""
        return next((tile for tile in self.shown if self.views[tile].geometry().contains(place)), None)

    def _mark_drop(self, place: QPoint) -> bool:
        tile = self.tile_at(place)
        if tile is None:
            self._drop_mark.hide()
        else:
            self._drop_mark.setGeometry(self.views[tile].geometry())
            self._drop_mark.raise_()
            self._drop_mark.show()
        return tile is not None


class _DropMark(QWidget):
    """Lies over the tile that would take the series that is being dragged."""

    def __init__(self, palette: ViewPalette, parent: QWidget) -> None:
        super().__init__(parent)
        self._palette = palette
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        thickness = round(3 * self._palette.scale)
        painter.fillRect(self.rect(), self._palette.colour(self._palette.accent, 0.18))
        inner = self.rect().adjusted(thickness, thickness, -thickness, -thickness)
        painter.setClipRegion(event.region().subtracted(inner))
        painter.fillRect(self.rect(), QColor(self._palette.accent))
        painter.end()


def series_mime(uid: str) -> QMimeData:
    """What a drag of a series carries."""
    data = QMimeData()
    data.setData(SERIES_MIME, uid.encode())
    return data


def dragged_series(data: QMimeData) -> str:
    """The uid of the series that a drag carries."""
    return bytes(data.data(SERIES_MIME).data()).decode()
