"""A view of a stack that answers to mouse, wheel and keys, and tells what was drawn, dragged and clicked."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from viewers.tools.events import EventKind, Key
from viewers.tools.navigate import Gesture, drag_zoom_factor, dragged_images, dragged_window, panned, zoomed
from viewers.widgets.marks import Probe
from viewers.widgets.palette import ViewPalette
from viewers.widgets.source import ImageSource
from viewers.widgets.tool_view import ToolView

CLICK_PX = 3.0
FAST_STEPS = 5
WHEEL_ZOOM = 1.1
_NOTCH = 120.0


@dataclass(frozen=True, slots=True)
class _Drag:
    """A drag of the picture itself: window, zoom or pan; not a click once it `moved` more than 3 px."""

    button: Qt.MouseButton
    pressed: QPointF
    last: QPointF
    moved: bool = False


class SliceView(ToolView):
    """Wheel: image (Shift x 5, Ctrl zoom, Alt phase). Left: tool, else `left_drag`. Right: zoom, menu. Middle: pan.

    Signals
    -------
    view_clicked(point)
        A click on the image with no tool armed, in patient mm.
    figure_opened(str)
        The figure of that id was double-clicked.
    measuring_refused(str)
        Someone wanted to draw where nothing may be measured, and why not.
    probed(Probe or None)
        The value under the pointer.
    phase_step_requested(int), series_step_requested(int)
        Alt and the wheel; Page Up and Page Down. +1 is the next.
    maximise_requested(), context_menu_requested(QPoint), activated()
        Double click; right click (place on the screen); a press, the wheel or the focus came to this view.
    """

    view_clicked = Signal(object)
    figure_opened = Signal(str)
    measuring_refused = Signal(str)
    probed = Signal(object)
    phase_step_requested = Signal(int)
    series_step_requested = Signal(int)
    maximise_requested = Signal()
    context_menu_requested = Signal(QPoint)
    activated = Signal()

    def __init__(self, palette: ViewPalette | None = None, parent: QWidget | None = None) -> None:
        super().__init__(palette, parent)
        self.left_drag = Gesture.WINDOW
        """What the left button does while no tool is armed."""
        self.level_turned_round = False
        """Whether a drag up raises the level, and does not lower it."""
        self._drag: _Drag | None = None
        self._probing = False
        """Whether the pointer rests on this view."""
        self._wheel_left = 0.0
        self._steps = 0
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._scroll)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.activated.emit()
        place = event.position()
        self.pointer = place
        if event.button() == Qt.MouseButton.LeftButton and self._pressed(place, event.modifiers()):
            return
        if self._drag is None and (event.button() != Qt.MouseButton.LeftButton or not self.busy):
            self._drag = _Drag(event.button(), place, place)

    def _pressed(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        world = self.world_event(EventKind.PRESS, place, modifiers)
        if world is not None:
            return self.step_tools(world)
        if self.tool is not None and self.source is not None and self.placeholder is None:
            self.refuse()
            return True
        return False

    def refuse(self) -> None:
        """Tell why nothing can be drawn here."""
        source, k = self.source, self.state.index
        if source is None:
            return
        why = "This image has no geometry." if source.plane(k) is None else "This image is still being read."
        self.measuring_refused.emit(source.why_not if not source.measurable and source.why_not else why)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        self.pointer = place
        if self._drag is not None:
            self._dragged(self._drag, place)
            return
        world = self.world_event(EventKind.MOVE, place, event.modifiers())
        if self.busy and world is not None:
            self.step_tools(world)
            return
        if self.loupe:
            self.update()
        self.hover(world)
        self._probing = True
        self.probed.emit(self._probe(place))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag = self._drag
        if drag is not None and event.button() == drag.button:
            self._drag = None
            if not drag.moved:
                self._clicked(event)
        elif event.button() == Qt.MouseButton.LeftButton and self.busy:
            world = self.world_event(EventKind.RELEASE, event.position(), event.modifiers())
            if world is not None:
                self.step_tools(world)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.tool is None and not self.busy:
            figure = self.figure_at(event.position())
            self.figure_opened.emit(figure) if figure else self.maximise_requested.emit()
        else:
            self.mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu key asks for the menu in the middle; a right press waits for its release, which may end a drag."""
        event.accept()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            self.context_menu_requested.emit(self.mapToGlobal(self.rect().center()))

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
        match self.left_drag if drag.button == Qt.MouseButton.LeftButton else _GESTURES.get(drag.button):
            case Gesture.WINDOW:
                down = -delta.y() if self.level_turned_round else delta.y()
                self.set_window(*dragged_window(self.state.center, self.state.width, delta.x(), down))
            case Gesture.SCROLL:
                images, left_px = dragged_images(delta.y(), self.height(), self.source.count)
                self._drag = _Drag(drag.button, drag.pressed, place - QPointF(0.0, left_px), moved)
                self._steps += images
                self._turn.start()
            case Gesture.ZOOM:
                anchor = (drag.pressed.x(), drag.pressed.y())
                self.set_framing(zoomed(projection.framing, drag_zoom_factor(delta.y()), anchor, projection.size_px))
            case Gesture.PAN:
                self.set_framing(panned(projection.framing, delta.x(), delta.y()))

    def _probe(self, place: QPointF) -> Probe | None:
        if self.source is None or self.placeholder is not None or not self.source.ready(self.state.index):
            return None
        projection = self.projection()
        column, row = (round(v) for v in projection.pixel_of_view(place.x(), place.y()))
        if not (0 <= column < self.source.columns and 0 <= row < self.source.rows):
            return None
        point = None if projection.plane is None else projection.world_of_view(place.x(), place.y())
        value = self.source.value_at(self.state.index, row, column)
        if math.isnan(value):  # nothing was measured here
            return None
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
        if self.levels is not None:
            self.set_index(self.state.index + steps * self.levels.down_step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        down = self.levels.down_step if self.levels is not None else 1
        if key == Qt.Key.Key_Escape and self.busy:
            self.give_up()
        elif (key == Qt.Key.Key_Escape and self.let_go()) or (
            (arrow := _ARROWS.get(key)) is not None and self.nudge(arrow, event.modifiers())
        ):
            pass
        elif self.source is not None and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.set_index(self.state.index + (down if key == Qt.Key.Key_Down else -down))
        elif self.source is not None and key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            first = (key == Qt.Key.Key_Home) == (down > 0)
            self.set_index(0 if first else self.source.count - 1)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.series_step_requested.emit(1 if key == Qt.Key.Key_PageDown else -1)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.activated.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._drag = None
            self.give_up()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._drag = None
        self.give_up()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self.hovered:
            self.hovered = ""
            self.update()
        self._probing = False
        self.probed.emit(None)

    def set_source(self, source: ImageSource | None, index: int | None = None) -> None:
        super().set_source(source, index)
        self._read_again()

    def _on_index(self) -> None:
        super()._on_index()
        self._read_again()

    def _read_again(self) -> None:
        """What the pointer reads is of the image that is shown, also while the pointer rests."""
        if self._probing:
            self.probed.emit(self._probe(self.pointer))


_GESTURES = {Qt.MouseButton.RightButton: Gesture.ZOOM, Qt.MouseButton.MiddleButton: Gesture.PAN}
_ARROWS = {
    Qt.Key.Key_Left: Key.LEFT,
    Qt.Key.Key_Right: Key.RIGHT,
    Qt.Key.Key_Up: Key.UP,
    Qt.Key.Key_Down: Key.DOWN,
}
