"""A view onto a stack of images: which image, through which window, which part of it, and where things are seen."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QSignalBlocker, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from viewers.imaging.geometry import SlicePlane
from viewers.imaging.windowing import NARROWEST_WIDTH, WIDEST_WIDTH
from viewers.tools.events import Point
from viewers.tools.navigate import Framing, fitted, mirrored, turned, zoomed
from viewers.tools.projection import Projection
from viewers.widgets.levels import Levels
from viewers.widgets.source import ImageSource
from viewers.widgets.view_state import ViewState


class StackView(QWidget):
    """Holds `state` of `source`; every change of it is told by a signal. Paints nothing.

    Signals
    -------
    index_changed(int)
        Another image of the stack is shown.
    window_changed(float, float)
        Centre and width of the window.
    zoom_changed(float)
        Pixels of the screen for one mm.
    framing_changed()
        Zoom, position or flip changed.
    """

    index_changed = Signal(int)
    window_changed = Signal(float, float)
    zoom_changed = Signal(float)
    framing_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source: ImageSource | None = None
        self.levels: Levels | None = None
        self.state = ViewState()

    def set_source(self, source: ImageSource | None, index: int | None = None) -> None:
        """Show a stack, at its middle image unless told otherwise; the window and the overlay level stay."""
        self.source = source
        self.levels = None if source is None else Levels(source)
        count = source.count if source is not None else 0
        self.state = replace(self.state, index=count // 2 if index is None else index, framing=None)
        self.state = replace(self.state, index=min(max(0, self.state.index), max(0, count - 1)))
        self.update()
        self.index_changed.emit(self.state.index)
        self.framing_changed.emit()

    def swap_source(self, source: ImageSource, index: int, keep: Point) -> None:
        """Show another stack of the same space through the same window and zoom, mirrored and turned as before.

        `keep`, a place in the patient (LPS mm), stays where it is seen; a fitted image of the same size stays fitted.
        """
        seen = self.projection()
        before = self.source
        if seen.plane is None or before is None:
            self.set_source(source, index)
            return
        x, y = seen.view_of_world(keep)
        fitted = self.state.framing is None
        with QSignalBlocker(self):
            self.set_source(source, index)
        plane = self.plane
        same = (source.rows, source.columns) == (before.rows, before.columns)
        if plane is not None and not (
            fitted and same and self.projection().framing.px_per_mm == seen.framing.px_per_mm
        ):
            column, row = plane.to_pixel(keep)
            u, v = seen.framing.way_on_plane(x - seen.size_px[0] / 2, y - seen.size_px[1] / 2)
            centre = (column * plane.column_spacing_mm - u, row * plane.row_spacing_mm - v)
            self.state = replace(self.state, framing=replace(seen.framing, centre_mm=centre))
        self.update()
        self.index_changed.emit(self.state.index)
        self.framing_changed.emit()

    def set_index(self, index: int) -> None:
        """Show image `index` of the stack (from 0), held within the stack."""
        if self.source is None:
            return
        index = min(max(0, index), self.source.count - 1)
        if index != self.state.index:
            self.state = replace(self.state, index=index)
            self.update()
            self.index_changed.emit(index)

    def set_window(self, center: float, width: float) -> None:
        """Window in the unit of the source (HU for CT)."""
        least = 1.0 if width < 1.0 and self._whole_values() else NARROWEST_WIDTH
        width = min(max(width, least), WIDEST_WIDTH)
        if (center, width) != (self.state.center, self.state.width):
            self.state = replace(self.state, center=center, width=width)
            super().update()  # the image alone
            self.window_changed.emit(center, width)

    def _whole_values(self) -> bool:
        """Whether the image is known to hold none with fractions: a window narrower than 1 tells nothing of it."""
        source, k = self.source, self.state.index
        return source is not None and source.ready(k) and source.pixels(k).dtype.kind != "f"

    def set_framing(self, framing: Framing | None) -> None:
        """Show a part of the plane, mirrored and turned as the framing says; None fits the whole image as it is."""
        before = self.projection().framing.px_per_mm
        if framing is not None:
            self._face(framing)
        self.state = replace(self.state, framing=framing)
        self.update()
        self.framing_changed.emit()
        now = self.projection().framing.px_per_mm
        if now != before:
            self.zoom_changed.emit(now)

    def set_flips(self, horizontal: bool, vertical: bool) -> None:
        """Mirror the image along its rows and its columns; letters, lines and lengths follow."""
        self._reframe(replace(self.projection().framing, flip_h=horizontal, flip_v=vertical))

    def mirror(self, horizontal: bool) -> None:
        """Mirror the picture as it is seen, left and right or up and down."""
        self._reframe(mirrored(self.projection().framing, horizontal))

    def turn(self, quarters: int = 1) -> None:
        """Turn the picture clockwise by quarter turns; letters, ruler, lines and lengths follow."""
        self._reframe(turned(self.projection().framing, quarters))

    def zoom(self, factor: float) -> None:
        """Larger by a factor, about the middle of the view."""
        seen = self.projection()
        self.set_framing(zoomed(seen.framing, factor, (seen.size_px[0] / 2, seen.size_px[1] / 2), seen.size_px))

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between pixels, or show each as a plain rectangle."""
        self.state = replace(self.state, smooth=smooth)
        self.update()

    def set_inverted(self, inverted: bool) -> None:
        self.state = replace(self.state, inverted=inverted)
        self.update()

    def reset_view(self) -> None:
        """The whole image, neither mirrored nor turned nor inverted."""
        self.state = replace(self.state, inverted=False, flip_h=False, flip_v=False, quarter_turns=0)
        self.set_framing(None)

    def centre_on(self, point: Point) -> None:
        """Show the image nearest to a place in the patient (LPS mm), with the place in the middle when zoomed in."""
        found = None if self.levels is None else self.levels.nearest(point)
        if found is None:
            return
        self.set_index(found[0])
        plane = self.plane
        if plane is not None and self.state.framing is not None:
            column, row = plane.to_pixel(point)
            centre = (column * plane.column_spacing_mm, row * plane.row_spacing_mm)
            self.set_framing(replace(self.state.framing, centre_mm=centre))

    def _reframe(self, framing: Framing) -> None:
        """Mirror and turn as the framing does; a fitted image stays fitted."""
        self._face(framing)
        self.set_framing(None if self.state.framing is None else framing)

    def _face(self, framing: Framing) -> None:
        flip_h, flip_v, turns = framing.flip_h, framing.flip_v, framing.quarter_turns
        self.state = replace(self.state, flip_h=flip_h, flip_v=flip_v, quarter_turns=turns)

    # Where things are

    @property
    def plane(self) -> SlicePlane | None:
        """The plane of the image that is shown."""
        return None if self.source is None or not self.source.count else self.source.plane(self.state.index)

    def projection(self, size: tuple[float, float] | None = None) -> Projection:
        """How the image is seen in this view, or in one of another size."""
        own = (float(self.width()), float(self.height()))
        area = size or own
        framing = self.state.framing
        if framing is None:
            framing = _fitted(self.source, self.state, area)
        elif area != own:
            factor = _fitted(self.source, self.state, area).px_per_mm / _fitted(self.source, self.state, own).px_per_mm
            framing = replace(framing, px_per_mm=framing.px_per_mm * factor)
        return Projection(self.plane, framing, area)

    def widget_point_of(self, point: Point) -> QPointF:
        """Where a place in the patient (LPS mm) is seen, in pixels of the widget, with fractions."""
        return QPointF(*self.projection().view_of_world(point))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A zoomed picture keeps its share of the view."""
        old = event.oldSize()
        if self.state.framing is not None and old.isValid() and not old.isEmpty():
            before = _fitted(self.source, self.state, (float(old.width()), float(old.height())))
            now = _fitted(self.source, self.state, (float(self.width()), float(self.height())))
            factor = now.px_per_mm / before.px_per_mm
            self.set_framing(replace(self.state.framing, px_per_mm=self.state.framing.px_per_mm * factor))
        super().resizeEvent(event)


def _fitted(source: ImageSource | None, state: ViewState, size: tuple[float, float]) -> Framing:
    """The whole image of the stack in a view of `size`."""
    plane = source.plane(state.index) if source is not None and source.count else None
    rows, columns = (1, 1) if source is None else (source.rows, source.columns)
    width, height = (1.0, 1.0) if plane is None else (plane.column_spacing_mm, plane.row_spacing_mm)
    like = Framing((0.0, 0.0), 1.0, state.flip_h, state.flip_v, state.quarter_turns)
    return fitted((columns * width, rows * height), (width, height), size, like)
