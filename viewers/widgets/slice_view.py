"""A view of a stack that answers to mouse, wheel and keys, and tells what was drawn, dragged and clicked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from viewers.imaging.geometry import length_mm
from viewers.tools import bidirectional, caliper
from viewers.tools.events import Button, EventKind, Key, Modifier, Point, WorldEvent
from viewers.tools.hit import Part, Segment, grip_at
from viewers.tools.navigate import drag_zoom_factor, dragged_window, panned, zoomed
from viewers.tools.projection import Projection
from viewers.widgets.image_view import ImageView
from viewers.widgets.line_painter import paint_loupe
from viewers.widgets.marks import DrawnLine, LineStyle, Probe, ViewLine, length_text
from viewers.widgets.palette import ViewPalette

CLICK_PX = 3.0
FAST_STEPS = 5
WHEEL_ZOOM = 1.1
_NOTCH = 120.0


class Tool(Enum):
    """What the left button does; with no tool armed it windows."""

    CALIPER = auto()
    BIDIRECTIONAL = auto()


@dataclass(frozen=True, slots=True)
class _Drag:
    """A drag of the picture itself: window, zoom or pan; not a click once it `moved` more than 3 px."""

    button: Qt.MouseButton
    pressed: QPointF
    last: QPointF
    moved: bool = False


class SliceView(ImageView):
    """Wheel: image (Shift x 5, Ctrl zoom, Alt phase). Left: tool or window. Right: zoom, menu. Middle: pan.

    Signals
    -------
    line_drawn(DrawnLine)
        A line was drawn with the caliper.
    bidirectional_drawn(DrawnLine, DrawnLine)
        The long and the short line.
    line_edited(str, DrawnLine)
        The line of that id has new ends.
    line_selected(str)
        The line of that id was picked; empty when none is.
    view_clicked(point)
        A click on the image with no tool armed, in patient mm.
    measuring_refused(str)
        Someone wanted to draw where nothing may be measured, and why not.
    probed(Probe or None)
        The value under the pointer.
    phase_step_requested(int), series_step_requested(int)
        Alt and the wheel; Page Up and Page Down. +1 is the next.
    maximise_requested(), context_menu_requested(QPoint), activated()
        Double click; right click (place on the screen); a press, the wheel or the focus came to this view.
    """

    line_drawn = Signal(object)
    bidirectional_drawn = Signal(object, object)
    line_edited = Signal(str, object)
    line_selected = Signal(str)
    view_clicked = Signal(object)
    measuring_refused = Signal(str)
    probed = Signal(object)
    phase_step_requested = Signal(int)
    series_step_requested = Signal(int)
    maximise_requested = Signal()
    context_menu_requested = Signal(QPoint)
    activated = Signal()

    def __init__(self, palette: ViewPalette | None = None, parent: QWidget | None = None) -> None:
        super().__init__(palette, parent)
        self.tool: Tool | None = None
        self._caliper: caliper.CaliperState = caliper.Idle()
        self._bidirectional: bidirectional.BidirectionalState = bidirectional.Long()
        self._drag: _Drag | None = None
        self._pointer = QPointF()
        self._wheel_left = 0.0
        self._steps = 0
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._scroll)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.index_changed.connect(self._give_up)

    # Tools

    def arm(self, tool: Tool | None) -> None:
        """What the left button does from now on; a line under way is given up."""
        self.tool = tool
        self._give_up()
        self.setCursor(Qt.CursorShape.ArrowCursor if tool is None else Qt.CursorShape.CrossCursor)

    @property
    def busy(self) -> bool:
        """Whether a line is being drawn or dragged."""
        return caliper.is_busy(self._caliper) or bidirectional.is_busy(self._bidirectional)

    @property
    def down_step(self) -> int:
        """How the index changes when the wheel turns down: towards the feet; else along the stack."""
        if self.source is None or self.source.count < 2:
            return 1
        first, last = self.source.plane(0), self.source.plane(self.source.count - 1)
        if first is None or last is None:
            return 1
        rise = last.origin[2] - first.origin[2]
        return -1 if rise > 0 and rise > 0.5 * length_mm(first.origin, last.origin) else 1

    def _give_up(self) -> None:
        selected = self._caliper.selected if isinstance(self._caliper, caliper.Idle) else None
        self._caliper = caliper.Idle(selected)
        self._bidirectional = bidirectional.Long()
        self.update()

    def _event(
        self, kind: EventKind, place: QPointF, modifiers: Qt.KeyboardModifier, key: Key | None = None
    ) -> WorldEvent | None:
        """The input as the tools take it, held within the image; None where nothing may be measured."""
        if self.source is None or self.placeholder is not None or not self.source.ready(self.state.index):
            return None
        projection = self.projection()
        if projection.plane is None or not self.source.measurable:
            return None
        column, row = projection.pixel_of_view(place.x(), place.y())
        column = min(max(column, -0.5), self.source.columns - 0.5)
        row = min(max(row, -0.5), self.source.rows - 0.5)
        return WorldEvent(
            kind,
            projection.world_of_pixel(column, row),
            (column, row),
            projection.plane,
            projection.mm_per_px,
            projection.right,
            projection.down,
            Button.LEFT,
            _modifiers(modifiers),
            key,
        )

    def _segments(self) -> tuple[Segment, ...]:
        own = (LineStyle.OWN, LineStyle.SELECTED, LineStyle.WHOLE)
        return tuple(
            Segment(line.id, line.start, line.end, line.editable)
            for line in self.visible_lines()
            if line.style in own or line.editable
        )

    def _step(self, event: WorldEvent) -> bool:
        """Hand the event to the tool; whether the tool has use for it."""
        if self.tool is Tool.BIDIRECTIONAL and not caliper.is_busy(self._caliper):
            self._bidirectional, drawn = bidirectional.step(self._bidirectional, event)
            if drawn is not None:
                self.bidirectional_drawn.emit(self._drawn(*drawn.long), self._drawn(*drawn.short))
            self.update()
            return event.kind is not EventKind.KEY
        before = self._caliper
        self._caliper, effect = caliper.step(before, event, self._segments(), self.tool is Tool.CALIPER)
        match effect:
            case caliper.LineDrawn():
                self.line_drawn.emit(self._drawn(effect.start, effect.end))
            case caliper.LineEdited():
                self.line_edited.emit(effect.id, self._drawn(effect.start, effect.end))
            case caliper.LineSelected():
                self.line_selected.emit(effect.id)
            case None:
                pass
            case _:
                assert_never(effect)
        self.update()
        return effect is not None or caliper.is_busy(before) or caliper.is_busy(self._caliper)

    def _drawn(self, start: Point, end: Point) -> DrawnLine:
        assert self.source is not None
        k = self.state.index
        source = self.source
        return DrawnLine(
            source.series_uid,
            source.sop_uid(k),
            source.frame(k),
            source.frame_of_reference_uid,
            start,
            end,
            length_mm(start, end),
        )

    # Painting

    def visible_lines(self) -> tuple[ViewLine, ...]:
        """The lines of this image; one that is being dragged is shown where it is now, with its length."""
        lines = super().visible_lines()
        match self._caliper:
            case caliper.Editing(grip=grip, start=start, end=end):
                live = length_text(length_mm(start, end))
                return tuple(line if line.id != grip.line.id else _moved(line, start, end, live) for line in lines)
            case caliper.Drawing(start=start, end=end) | caliper.Done(start=start, end=end):
                known = any({line.start, line.end} == {start, end} for line in lines)
                return lines if known else (*lines, _preview(start, end))
            case caliper.Idle():
                return lines + tuple(_preview(*ends) for ends in bidirectional.preview(self._bidirectional))
            case _:
                assert_never(self._caliper)

    def paint_lines(self, painter: QPainter, projection: Projection) -> None:
        super().paint_lines(painter, projection)
        if self.busy:

            def paint_under(glass: QPainter) -> None:
                self.paint_image(glass, projection)
                super(SliceView, self).paint_lines(glass, projection)

            paint_loupe(painter, self._pointer, projection.size_px, paint_under, self.colours)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.activated.emit()
        place = event.position()
        self._pointer = place
        if event.button() == Qt.MouseButton.LeftButton and self._pressed(place, event.modifiers()):
            return
        if self._drag is None and not self.busy:
            self._drag = _Drag(event.button(), place, place)

    def _pressed(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        world = self._event(EventKind.PRESS, place, modifiers)
        if world is not None:
            return self._step(world)
        if self.tool is not None and self.source is not None and self.placeholder is None:
            why = self.source.why_not if not self.source.measurable else "This image is still being read."
            self.measuring_refused.emit(why or "This image has no geometry.")
            return True
        return False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        self._pointer = place
        if self._drag is not None:
            self._dragged(self._drag, place)
            return
        world = self._event(EventKind.MOVE, place, event.modifiers())
        if self.busy and world is not None:
            self._step(world)
            return
        self._hover(world)
        self.probed.emit(self._probe(place))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag = self._drag
        if drag is not None and event.button() == drag.button:
            self._drag = None
            if not drag.moved:
                self._clicked(event)
        elif event.button() == Qt.MouseButton.LeftButton and self.busy:
            world = self._event(EventKind.RELEASE, event.position(), event.modifiers())
            if world is not None:
                self._step(world)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.tool is None and not self.busy:
            self.maximise_requested.emit()
        else:
            self.mousePressEvent(event)

    def _clicked(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            self.context_menu_requested.emit(event.globalPosition().toPoint())
        elif event.button() == Qt.MouseButton.LeftButton and self.plane is not None:
            place = event.position()
            self.line_selected.emit("")
            self.view_clicked.emit(self.projection().world_of_view(place.x(), place.y()))

    def _dragged(self, drag: _Drag, place: QPointF) -> None:
        total = place - drag.pressed
        moved = drag.moved or max(abs(total.x()), abs(total.y())) > CLICK_PX
        delta = place - drag.last
        self._drag = _Drag(drag.button, drag.pressed, place if moved else drag.last, moved)
        if not moved or self.source is None:
            return
        projection = self.projection()
        if drag.button == Qt.MouseButton.LeftButton:
            self.set_window(*dragged_window(self.state.center, self.state.width, delta.x(), delta.y()))
        elif drag.button == Qt.MouseButton.RightButton:
            anchor = (drag.pressed.x(), drag.pressed.y())
            self.set_framing(zoomed(projection.framing, drag_zoom_factor(delta.y()), anchor, projection.size_px))
        elif drag.button == Qt.MouseButton.MiddleButton:
            self.set_framing(panned(projection.framing, delta.x(), delta.y()))

    def _hover(self, world: WorldEvent | None) -> None:
        grip = None if world is None else grip_at(world.point, self._segments(), world.mm_per_px)
        hovered = "" if grip is None else grip.line.id
        if hovered != self.hovered:
            self.hovered = hovered
            self.update()
        if self.tool is None:
            on_handle = grip is not None and grip.part is not Part.BODY
            self.setCursor(Qt.CursorShape.SizeAllCursor if on_handle else Qt.CursorShape.ArrowCursor)

    def _probe(self, place: QPointF) -> Probe | None:
        if self.source is None or self.placeholder is not None or not self.source.ready(self.state.index):
            return None
        projection = self.projection()
        column, row = (round(v) for v in projection.pixel_of_view(place.x(), place.y()))
        if not (0 <= column < self.source.columns and 0 <= row < self.source.rows):
            return None
        point = None if projection.plane is None else projection.world_of_view(place.x(), place.y())
        value = float(self.source.pixels(self.state.index)[row, column])
        return Probe(column, row, point, value, self.source.unit)

    # Wheel, keys, focus

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turns are gathered until the events that wait are read, so that a fast wheel paints once."""
        event.accept()
        self.activated.emit()
        delta = event.angleDelta()
        # with Alt, and with Shift on some platforms, Qt reports the vertical wheel as a horizontal one
        self._wheel_left += delta.y() or delta.x()
        notches = int(self._wheel_left / _NOTCH)
        self._wheel_left -= notches * _NOTCH
        if not notches or self._drag is not None or (self.busy and event.buttons() != Qt.MouseButton.NoButton):
            return
        modifiers = event.modifiers()
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            projection = self.projection()
            anchor = (event.position().x(), event.position().y())
            self.set_framing(zoomed(projection.framing, WHEEL_ZOOM**notches, anchor, projection.size_px))
        elif modifiers & Qt.KeyboardModifier.AltModifier:
            self.phase_step_requested.emit(-notches)
        else:
            fast = FAST_STEPS if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
            self._steps -= notches * fast
            self._turn.start()

    def _scroll(self) -> None:
        steps, self._steps = self._steps, 0
        self.set_index(self.state.index + steps * self.down_step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self.busy:
            self._give_up()
        elif (arrow := _ARROWS.get(key)) is not None and self._nudged(arrow, event.modifiers()):
            pass
        elif self.source is not None and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.set_index(self.state.index + (self.down_step if key == Qt.Key.Key_Down else -self.down_step))
        elif self.source is not None and key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            first = (key == Qt.Key.Key_Home) == (self.down_step > 0)
            self.set_index(0 if first else self.source.count - 1)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.series_step_requested.emit(1 if key == Qt.Key.Key_PageDown else -1)
        elif key == Qt.Key.Key_O and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.set_overlay(self.state.overlay.next())
        else:
            event.ignore()

    def _nudged(self, key: Key, modifiers: Qt.KeyboardModifier) -> bool:
        """Whether a line is selected here that the arrow keys move."""
        world = self._event(EventKind.KEY, self._pointer, modifiers, key)
        state = self._caliper
        if world is None or not isinstance(state, caliper.Idle) or state.selected is None:
            return False
        selected = state.selected.line.id
        return any(s.id == selected and s.editable for s in self._segments()) and self._step(world)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.activated.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._drag = None
            self._give_up()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._drag = None
        self._give_up()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self.hovered:
            self.hovered = ""
            self.update()
        self.probed.emit(None)


_ARROWS = {
    Qt.Key.Key_Left: Key.LEFT,
    Qt.Key.Key_Right: Key.RIGHT,
    Qt.Key.Key_Up: Key.UP,
    Qt.Key.Key_Down: Key.DOWN,
}

_MODIFIERS = (
    (Qt.KeyboardModifier.ShiftModifier, Modifier.SHIFT),
    (Qt.KeyboardModifier.ControlModifier, Modifier.CONTROL),
    (Qt.KeyboardModifier.AltModifier, Modifier.ALT),
)


def _modifiers(held: Qt.KeyboardModifier) -> frozenset[Modifier]:
    return frozenset(ours for theirs, ours in _MODIFIERS if held & theirs)


def _preview(start: Point, end: Point) -> ViewLine:
    length = length_mm(start, end)
    return ViewLine("", start, end, "", 1, length_text(length) if length else "", LineStyle.SELECTED)


def _moved(line: ViewLine, start: Point, end: Point, label: str) -> ViewLine:
    return ViewLine(line.id, start, end, line.sop_uid, line.frame, label, LineStyle.SELECTED, line.editable)
