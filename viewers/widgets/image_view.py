"""A view that shows one image of a stack with all that is written over it; it answers to no mouse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from viewers.imaging.geometry import SlicePlane, edge_letters
from viewers.tools.events import Point
from viewers.tools.navigate import Framing, fitted
from viewers.tools.projection import Projection
from viewers.widgets import overlay
from viewers.widgets.greys import Greys
from viewers.widgets.levels import Levels
from viewers.widgets.line_painter import paint_lines
from viewers.widgets.marks import CornerTexts, LineStyle, OverlayLevel, Placeholder, ViewLine
from viewers.widgets.painted_once import PaintedOnce, Picture
from viewers.widgets.palette import ViewPalette
from viewers.widgets.source import ImageSource

DEFAULT_WINDOW = (40.0, 400.0)


@dataclass(frozen=True, slots=True)
class ViewState:
    """How the stack is shown. `framing` None is the whole image, fitted to the view."""

    index: int = 0
    center: float = DEFAULT_WINDOW[0]
    width: float = DEFAULT_WINDOW[1]
    inverted: bool = False
    flip_h: bool = False
    flip_v: bool = False
    framing: Framing | None = None
    overlay: OverlayLevel = OverlayLevel.FULL


class ImageView(QWidget):
    """Shows `state` of `source`; every change of it is told by a signal.

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
    action_requested()
        The button of the placeholder was pressed.
    """

    index_changed = Signal(int)
    window_changed = Signal(float, float)
    zoom_changed = Signal(float)
    framing_changed = Signal()
    overlay_changed = Signal(object)
    action_requested = Signal()

    def __init__(self, palette: ViewPalette | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colours = palette or ViewPalette()
        self.source: ImageSource | None = None
        self.levels: Levels | None = None
        self.state = ViewState()
        self.lines: tuple[ViewLine, ...] = ()
        self.texts = CornerTexts()
        self.banner = ""
        self.note = ""
        self.placeholder: Placeholder | None = None
        self.progress: float | None = None
        self.active = False
        self.hovered = ""
        self._greys = Greys()
        self._kept = PaintedOnce()
        self._shown: tuple[int, float, float, bool] | None = None
        self._image = QImage()
        self._action = QPushButton(self)
        self._action.hide()
        self._action.clicked.connect(self.action_requested)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # What is shown

    def set_source(self, source: ImageSource | None, index: int | None = None) -> None:
        """Show a stack, at its middle image unless told otherwise; the window and the overlay level stay."""
        self.source = source
        self.levels = None if source is None else Levels(source)
        self.lines = ()
        self.note = ""
        self._shown = None
        count = source.count if source is not None else 0
        self.state = replace(self.state, index=count // 2 if index is None else index, framing=None)
        self.state = replace(self.state, index=min(max(0, self.state.index), max(0, count - 1)))
        self.update()
        self.index_changed.emit(self.state.index)
        self.framing_changed.emit()

    def refresh(self) -> None:
        """The pixels of the source changed (more images were read): paint them anew."""
        self._shown = None
        self.update()

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
        width = max(1.0, width)
        if (center, width) != (self.state.center, self.state.width):
            self.state = replace(self.state, center=center, width=width)
            self.update()
            self.window_changed.emit(center, width)

    def set_framing(self, framing: Framing | None) -> None:
        """Show a part of the plane; None fits the whole image."""
        before = self.projection().framing.px_per_mm
        self.state = replace(self.state, framing=framing)
        self.update()
        self.framing_changed.emit()
        now = self.projection().framing.px_per_mm
        if now != before:
            self.zoom_changed.emit(now)

    def set_flips(self, horizontal: bool, vertical: bool) -> None:
        """Mirror the picture; letters, lines and lengths follow."""
        framing = self.state.framing
        self.state = replace(self.state, flip_h=horizontal, flip_v=vertical)
        self.set_framing(None if framing is None else replace(framing, flip_h=horizontal, flip_v=vertical))

    def set_inverted(self, inverted: bool) -> None:
        self.state = replace(self.state, inverted=inverted)
        self.update()

    def set_overlay(self, level: OverlayLevel) -> None:
        self.state = replace(self.state, overlay=level)
        self.update()
        self.overlay_changed.emit(level)

    def set_lines(self, lines: Iterable[ViewLine]) -> None:
        """The lines to show; each is drawn on its own image only."""
        self.lines = tuple(lines)
        self.update()

    def set_corner_texts(self, texts: CornerTexts) -> None:
        if texts != self.texts:
            self.texts = texts
            self.update()

    def set_banner(self, text: str) -> None:
        """An error across the top of the view (NOT MEASURABLE, MIXED PATIENT); empty takes it away."""
        self.banner = text
        self.update()

    def set_note(self, text: str) -> None:
        """A short text in the middle of the view; empty takes it away."""
        self.note = text
        self.update()

    def set_progress(self, share: float | None) -> None:
        """How much of the series has been read, 0 to 1; None when nothing is being read."""
        self.progress = share
        self.update()

    def set_placeholder(self, placeholder: Placeholder | None) -> None:
        """What stands in place of an image, with the button of what can be done about it."""
        self.placeholder = placeholder
        self._action.setText(placeholder.action if placeholder else "")
        self._action.setVisible(bool(placeholder and placeholder.action))
        self.update()

    def set_active(self, active: bool) -> None:
        self.active = active
        self.update()

    def reset_view(self) -> None:
        """The whole image, unflipped and not inverted."""
        self.state = replace(self.state, inverted=False, flip_h=False, flip_v=False)
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

    def visible_lines(self) -> tuple[ViewLine, ...]:
        """The lines that belong to the image that is shown."""
        plane = self.plane
        if plane is None or self.source is None:
            return ()
        k = self.state.index
        own = (self.source.sop_uid(k), self.source.frame(k))
        reach = 0.0 if self.levels is None else self.levels.half_gap_mm(k)
        return tuple(line for line in self.lines if _belongs(line, own, plane, reach))

    # Painting

    def render_to_image(self, size: QSize, ratio: float = 1.0) -> QImage:
        """The view as it is painted, without border and progress, at a size in pixels times `ratio`."""
        image = QImage(size * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        self.paint(painter, (float(size.width()), float(size.height())))
        painter.end()
        return image

    def paint(self, painter: QPainter, size: tuple[float, float]) -> None:
        """Image, lines and texts in an area of `size` pixels; name and date are above the lines."""
        painter.fillRect(QRectF(0, 0, *size), QColor(self.colours.background))
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        top = overlay.BANNER_PX * self.colours.scale if self.banner else 0.0
        ratio = painter.device().devicePixelRatioF()
        corners = overlay.corner_pictures(size, top, self.texts, self.state.overlay, self.colours, self._kept, ratio)
        projection = None
        if self.placeholder is not None:
            place = overlay.paint_placeholder(painter, size, self.placeholder, self.colours)
            self._action.move(round(place.left()), round(place.bottom() + 8))
        elif self.source is not None and self.source.count:
            projection = self.projection(size)
            self.paint_image(painter, projection)
            for guide in self._guides(projection, top, ratio):
                guide.draw(painter)
            self.paint_lines(painter, projection, [corner.place for corner in corners])
        for corner in corners:
            corner.draw(painter)
        if projection is not None:
            self.paint_above(painter, projection)
        if self.banner:
            overlay.paint_banner(painter, size[0], self.banner, self.colours)

    def paint_image(self, painter: QPainter, projection: Projection) -> None:
        """The pixels of the image, in view coordinates; nothing while it is still being read."""
        if self.source is None or not self.source.ready(self.state.index):
            return
        state = self.state
        wanted = (state.index, state.center, state.width, state.inverted != self.source.bright_is_low)
        if wanted != self._shown:
            self._image = self._greys.image(self.source.pixels(state.index), *wanted[1:])
            self._shown = wanted
        left, top = projection.view_of_pixel(-0.5, -0.5)
        right, bottom = projection.view_of_pixel(self.source.columns - 0.5, self.source.rows - 0.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # soft edges would cost as much as the image
        painter.translate(left, top)
        painter.scale((right - left) / self.source.columns, (bottom - top) / self.source.rows)
        painter.drawImage(0, 0, self._image)
        painter.restore()

    def paint_lines(self, painter: QPainter, projection: Projection, taken: Sequence[QRectF] = ()) -> None:
        """The lines of the image, in view coordinates; their labels keep clear of the places that are `taken`."""
        paint_lines(painter, self.visible_lines(), projection, self.colours, self.hovered, taken)

    def paint_above(self, painter: QPainter, projection: Projection) -> None:
        """What stands above lines and texts."""
        reading = self.source is not None and not self.source.ready(self.state.index)
        if note := "Reading this image" if reading else self.note:
            overlay.paint_note(painter, projection.size_px, note, self.colours)

    def _guides(self, projection: Projection, top: float, ratio: float) -> Iterator[Picture]:
        """Letters and, where lengths are known, the ruler."""
        if projection.plane is None or self.source is None or self.state.overlay is OverlayLevel.OFF:
            return
        size, letters = projection.size_px, edge_letters(projection.right, projection.down)
        yield from overlay.letter_pictures(size, top, letters, self.colours, self._kept, ratio)
        if self.source.measurable:
            scale = projection.framing.px_per_mm
            yield from overlay.ruler_picture(size, top, scale, self.colours, self._kept, ratio)

    def paintEvent(self, event: QPaintEvent) -> None:
        size = (float(self.width()), float(self.height()))
        painter = QPainter(self)
        self.paint(painter, size)
        if self.progress is not None and self.progress < 1.0:
            overlay.paint_progress(painter, size, self.progress, self.colours)
        if self.active or self.hasFocus():
            overlay.paint_border(painter, size, self.hasFocus(), self.colours)
        painter.end()

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
    framing = fitted((columns * width, rows * height), (width, height), size)
    return replace(framing, flip_h=state.flip_h, flip_v=state.flip_v)


def _belongs(line: ViewLine, image: tuple[str, int], plane: SlicePlane, reach_mm: float) -> bool:
    if line.sop_uid:
        return (line.sop_uid, line.frame) == image
    if line.style not in (LineStyle.GHOST, LineStyle.PROPOSAL):
        return False
    return all(abs(plane.distance_mm(end)) <= max(reach_mm, 0.01) for end in (line.start, line.end))
