"""A view that paints one image of a stack with all that is written over it; it answers to no mouse."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from viewers.imaging.geometry import SlicePlane, edge_letters
from viewers.tools.projection import Projection
from viewers.widgets import overlay
from viewers.widgets.corners import Corners
from viewers.widgets.crosshair import Crosshair, ReferenceLine, paint_crosshair, paint_reference_lines
from viewers.widgets.derived_source import DerivedSource
from viewers.widgets.image_painter import ImagePainter
from viewers.widgets.line_painter import LinePainter, name_places, paint_places
from viewers.widgets.marks import CornerTexts, LineStyle, OverlayLevel, Placeholder, ViewLine, ViewPlace
from viewers.widgets.painted_ahead import PaintedAhead
from viewers.widgets.painted_once import OutlinedTexts, PaintedOnce, PaintedTwice, Picture
from viewers.widgets.palette import ViewPalette
from viewers.widgets.source import ImageSource
from viewers.widgets.stack_view import StackView
from viewers.widgets.view_state import ViewState

__all__ = ["ImageView", "ViewState"]

_HINTS = QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
_REST_MS = 100
_COARSE = "Coarse: the fine picture follows"

_OF_NONE = ("", 0)
"""The image of lines that belong to none."""


class ImageView(StackView):
    """Paints the stack with its lines, corner texts, guides and notices.

    Signals
    -------
    overlay_changed(OverlayLevel)
        More or less is written over the image.
    action_requested()
        The button of the placeholder was pressed.
    fine_wanted()
        A coarse picture has rested for a moment: its source should `make` the fine one, then `refresh` the view.
    """

    overlay_changed = Signal(object)
    action_requested = Signal()
    fine_wanted = Signal()

    def __init__(self, palette: ViewPalette | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colours = palette or ViewPalette()
        self.lines: tuple[ViewLine, ...] = ()
        self._lines_of: dict[tuple[str, int], list[ViewLine]] = {}
        self.places: tuple[ViewPlace, ...] = ()
        self.texts = CornerTexts()
        self.banner = ""
        self.note = ""
        self.placeholder: Placeholder | None = None
        self.crosshair: Crosshair | None = None
        self.reference_lines: tuple[ReferenceLine, ...] = ()
        self.progress: float | None = None
        self.active = False
        self.hovered = ""
        self._pixels = ImagePainter(self.colours)
        self._ahead = PaintedAhead(self, self.colours)
        self.words = OutlinedTexts(self.colours)
        self.drawn = LinePainter(self.colours, self.words)
        self._corners = Corners(self.colours)
        self._kept = PaintedOnce()
        self._over, self._changes = PaintedTwice(), 0
        self._guided: tuple[object, tuple[Picture, ...]] = (None, ())
        self._action = QPushButton(self)
        self._action.hide()
        self._action.clicked.connect(self.action_requested)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._on_rest)
        self.index_changed.connect(self._describe)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_source(self, source: ImageSource | None, index: int | None = None) -> None:
        self.lines = ()
        self._lines_of.clear()
        self.places = ()
        self.note = ""
        self._pixels.forget()
        self._ahead.forget()
        super().set_source(source, index)

    def refresh(self) -> None:
        """The pixels of the source changed (more images were read): paint them anew."""
        self._pixels.forget()
        self._ahead.forget()
        self.update()

    def update(self, *part: Any) -> None:
        """Paint anew: more than the window and the corner texts may have changed."""
        self._changes += 1
        super().update(*part)

    def set_overlay(self, level: OverlayLevel) -> None:
        self.state = replace(self.state, overlay=level)
        self.update()
        self.overlay_changed.emit(level)

    def set_lines(self, lines: Iterable[ViewLine]) -> None:
        """The lines to show; each is drawn on its own image only."""
        lines = tuple(lines)
        if lines == self.lines:
            return
        self.lines = lines
        self._lines_of.clear()
        for line in self.lines:
            self._lines_of.setdefault((line.sop_uid, line.frame) if line.sop_uid else _OF_NONE, []).append(line)
        self.update()

    def set_places(self, places: Iterable[ViewPlace]) -> None:
        """Where lines are expected; circles only, nothing that counts."""
        self.places = tuple(places)
        self.update()

    def set_corner_texts(self, texts: CornerTexts) -> None:
        if texts != self.texts:
            self.texts = texts
            super().update()  # nothing else, as long as the plates are as large as before

    def set_banner(self, text: str) -> None:
        """An error across the top of the view (NOT MEASURABLE, MIXED PATIENT); empty takes it away."""
        self.banner = text
        self._describe()
        self.update()

    def set_note(self, text: str) -> None:
        """A short text in the middle of the view; empty takes it away."""
        if text != self.note:
            self.note = text
            self.update()

    def set_crosshair(self, crosshair: Crosshair | None) -> None:
        """The shared place and the planes through it; it is seen on an image that holds the place."""
        if crosshair != self.crosshair:
            self.crosshair = crosshair
            self.update()

    def set_reference_lines(self, lines: Iterable[ReferenceLine]) -> None:
        """Where the images of other views cut this one."""
        lines = tuple(lines)
        if lines != self.reference_lines:
            self.reference_lines = lines
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
        self._describe()
        self.update()

    def _describe(self) -> None:
        """For those who do not see it: which image of how many, or why there is none. Nothing of the patient."""
        if self.placeholder is not None:
            said = self.placeholder.text
        else:
            count = 0 if self.source is None else self.source.count
            said = f"Image {self.state.index + 1} of {count}" if count else "No image"
        self.setAccessibleDescription(f"{said}. {self.banner}" if self.banner else said)

    def set_active(self, active: bool) -> None:
        self.active = active
        self.update()

    def visible_lines(self) -> tuple[ViewLine, ...]:
        """The lines that belong to the image that is shown."""
        plane = self.plane
        if plane is None or self.source is None:
            return ()
        k = self.state.index
        own = (self.source.sop_uid(k), self.source.frame(k))
        reach = 0.0 if self.levels is None else self.levels.half_gap_mm(k)
        anywhere = self._lines_of.get(_OF_NONE, ())
        held = (line for line in anywhere if _holds(plane, line, reach))
        return (*self._lines_of.get(own, ()), *held)

    # Painting

    def render_to_image(self, size: QSize, ratio: float = 1.0) -> QImage:
        """The view as it is painted, without border and progress, at a size in pixels times `ratio`."""
        if isinstance(self.source, DerivedSource) and self.source.ready(self.state.index):
            self.source.make(self.state.index)
        image = QImage(size * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        self.paint(painter, (float(size.width()), float(size.height())))
        painter.end()
        return image

    def paint(self, painter: QPainter, size: tuple[float, float]) -> None:
        """Image, lines and texts in an area of `size` pixels; name and date are above all but an error's banner."""
        painter.setRenderHints(_HINTS)
        top = overlay.banner_px(self.banner, size[0], self.colours) if self.banner else 0.0
        ratio = painter.deviceTransform().m11()
        corners = self._corners.pictures(size, top, self.texts, self.state.overlay, ratio)
        plates = [corner.place for corner in corners]
        projection = None
        self._pixels.coarse = False
        if self.placeholder is not None:
            place = overlay.paint_placeholder(painter, size, self.placeholder, self.colours)
            if size == (float(self.width()), float(self.height())):
                self._action.move(round(place.left()), round(place.bottom() + 8))
        elif self.source is not None and self.source.count:
            projection = self.projection(size)
            if not self._ahead.paint(painter, projection):
                ready = self.source.ready(self.state.index)
                self._pixels.paint_ground(painter, self.source if ready else None, projection, self.state.smooth)
                self.paint_image(painter, projection)
            over = partial(self._paint_over, projection=projection, top=top, plates=plates)
            self._over.paint(painter, (self._changes, projection, top, ratio, plates), size, over)
            self.paint_above(painter, projection)
        else:
            self._pixels.paint_ground(painter, None, self.projection(size), self.state.smooth)
        for corner in corners:
            corner.draw(painter)
        if self.banner:
            overlay.paint_banner(painter, size[0], top, self.banner, self.colours)

    def paint_image(self, painter: QPainter, projection: Projection) -> None:
        """The pixels of the image, in view coordinates; nothing while it is still being read."""
        if self.source is None or not self.source.ready(self.state.index):
            return
        self._pixels.paint(painter, self.source, self.state, projection)

    def paint_lines(self, painter: QPainter, projection: Projection, taken: Sequence[QRectF] = ()) -> list[QRectF]:
        """The lines of the image, in view coordinates; their labels keep clear of the places that are `taken`.

        Gives the places that are taken then.
        """
        paint_places(painter, self.places, projection, self.colours)
        occupied = self.drawn.paint(painter, self.visible_lines(), projection, self.hovered, taken)
        return name_places(painter, self.places, projection, self.colours, self.words, occupied)

    def _paint_over(self, painter: QPainter, projection: Projection, top: float, plates: Sequence[QRectF]) -> None:
        """Guides, planes, lines: what lies over the image and is not changed by its window."""
        guides = self._guides(projection, top, plates, painter.deviceTransform().m11())
        for guide in guides:
            guide.draw(painter)
        taken = [*plates, *(guide.place for guide in guides)]
        _paint_planes(painter, self, projection, taken[: len(plates) + 4])  # the letters come before the ruler
        self.paint_lines(painter, projection, taken)

    def paint_above(self, painter: QPainter, projection: Projection) -> None:
        """What stands above lines and texts."""
        if note := _still_to_come(self.source, self.state.index) or self.note:
            overlay.paint_note(painter, projection.size_px, note, self.colours)
        elif self._pixels.coarse:
            overlay.paint_foot(painter, projection.size_px, _COARSE, self.colours, self.words)

    def _on_rest(self) -> None:
        source, k = self.source, self.state.index
        if not isinstance(source, DerivedSource) or not source.ready(k):
            return
        if source.is_coarse(k):
            self.fine_wanted.emit()
        else:
            self.refresh()  # it was made meanwhile, to measure on it

    def _guides(
        self, projection: Projection, top: float, plates: Sequence[QRectF], ratio: float
    ) -> tuple[Picture, ...]:
        """Letters and, where lengths are known, the ruler."""
        plane, framing = projection.plane, projection.framing
        if plane is None or self.source is None or self.state.overlay is OverlayLevel.OFF:
            return ()
        size, scale = projection.size_px, framing.px_per_mm if self.source.measurable else 0.0
        facing = (plane.row_direction, plane.column_direction, framing.flip_h, framing.flip_v, framing.quarter_turns)
        key = (size, top, ratio, scale, facing, [plate.getRect() for plate in plates])
        if key != self._guided[0]:
            letters = edge_letters(projection.right, projection.down)
            guides = overlay.letter_pictures(size, top, letters, plates, self.colours, self._kept, ratio)
            if scale:
                guides += overlay.ruler_picture(size, top, scale, plates, self.colours, self._kept, ratio)
            self._guided = key, guides
        return self._guided[1]

    def paintEvent(self, event: QPaintEvent) -> None:
        size = (float(self.width()), float(self.height()))
        painter = QPainter(self)
        self.paint(painter, size)
        if self.progress is not None and self.progress < 1.0:
            overlay.paint_progress(painter, size, self.progress, self.colours)
        if self.active or self.hasFocus():
            overlay.paint_border(painter, size, self.hasFocus(), self.colours)
        painter.end()
        if self._pixels.coarse:
            self._rest.start()
        self._ahead.go_on()


def _holds(plane: SlicePlane, line: ViewLine, reach_mm: float) -> bool:
    """Whether a line of no image is shown on a plane: a ghost or a proposal, with both ends within reach."""
    if line.style not in (LineStyle.GHOST, LineStyle.PROPOSAL):
        return False
    return all(abs(plane.distance_mm(end)) <= max(reach_mm, 0.01) for end in (line.start, line.end))


def _still_to_come(source: ImageSource | None, k: int) -> str:
    """What is still to come of an image; empty when all of it is there."""
    if isinstance(source, DerivedSource):
        done, wanted = source.read_of(k)
        return "" if done == wanted else f"{done} of {wanted} images read"
    return "Reading this image" if source is not None and not source.ready(k) else ""


def _paint_planes(painter: QPainter, view: ImageView, projection: Projection, taken: Sequence[QRectF]) -> None:
    """Where other images cut this one, and the shared place; never through the letters or the words in corners."""
    if projection.plane is None or view.source is None or not (view.reference_lines or view.crosshair):
        return
    painter.save()
    free = QRegion(0, 0, math.ceil(projection.size_px[0]), math.ceil(projection.size_px[1]))
    for place in taken:
        free -= QRegion(place.toAlignedRect())
    painter.setClipRegion(free)
    paint_reference_lines(painter, view.reference_lines, projection, view.colours)
    if view.crosshair is not None:
        size = (view.source.rows, view.source.columns)
        reach = 0.0 if view.levels is None else view.levels.half_gap_mm(view.state.index)
        reach = max(reach * 1.01, 0.01)
        paint_crosshair(painter, view.crosshair, projection, size, view.colours, reach)
    painter.restore()
