"""The hand on the crosshair: while it is on, the left button moves the shared place and turns planes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from viewers.tools import crosshair
from viewers.tools.crosshair import Localised, PlaneTurned
from viewers.tools.events import Button, EventKind, WorldEvent
from viewers.widgets.crosshair import lines_in_sight
from viewers.widgets.slice_view import SliceView

_LEFT = Qt.MouseButton.LeftButton
_KINDS = {
    QEvent.Type.MouseButtonPress: EventKind.PRESS,
    QEvent.Type.MouseMove: EventKind.MOVE,
    QEvent.Type.MouseButtonRelease: EventKind.RELEASE,
}


class Localiser(QObject):
    """Takes the left button of some views while it is on and no tool is armed; wheel, zoom and pan go on as ever.

    It stores no place: it tells what the hand did, and whoever listens gives the views their new crosshair.

    Signals
    -------
    localised(int, point)
        The hand in the view of that number put the shared place here (LPS mm); again and again while it drags.
    plane_turned(int, PlaneTurned)
        The line of a plane was turned in the view of that number.
    reset_requested(int)
        A line that turns its plane was double-clicked.
    """

    localised = Signal(int, object)
    plane_turned = Signal(int, object)
    reset_requested = Signal(int)

    def __init__(self, views: Sequence[SliceView], parent: QObject) -> None:
        super().__init__(parent)
        self._views = tuple(views)
        self._state: crosshair.CrosshairState = crosshair.Idle()
        self._held: SliceView | None = None
        self.on = False

    @property
    def busy(self) -> bool:
        """Whether the place or a plane is being dragged."""
        return crosshair.is_busy(self._state)

    def switch(self, on: bool) -> None:
        """Take the left button, or let go of it; a drag under way is taken back."""
        if on == self.on:
            return
        self.cancel()
        self.on = on
        for view in self._views:
            if on:
                view.installEventFilter(self)
            else:
                view.removeEventFilter(self)
            view.hold_cursor(Qt.CursorShape.CrossCursor if on else None)

    def cancel(self) -> None:
        """Take back what the drag has done; whatever is not dragged stays."""
        view, self._held = self._held, None
        if view is None or not self.busy:
            self._state = crosshair.Idle()
            return
        world = _world_event(view, EventKind.CANCEL, QPointF())
        if world is None:  # the image has gone, and with it what could be taken back on it
            self._state = crosshair.Idle()
        else:
            self._step(view, world)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(watched, SliceView) or watched.tool is not None or watched.busy:
            return False
        match event.type():
            case QEvent.Type.MouseButtonPress | QEvent.Type.MouseMove | QEvent.Type.MouseButtonRelease:
                assert isinstance(event, QMouseEvent)
                return self._on_mouse(watched, event)
            case QEvent.Type.MouseButtonDblClick:
                assert isinstance(event, QMouseEvent)
                return self._on_double_click(watched, event)
            case QEvent.Type.Wheel:
                return self.busy
            case QEvent.Type.KeyPress | QEvent.Type.ShortcutOverride:
                assert isinstance(event, QKeyEvent)
                return self._on_key(event)
            case QEvent.Type.FocusOut | QEvent.Type.Hide:
                self.cancel()
        return False

    def _on_mouse(self, view: SliceView, event: QMouseEvent) -> bool:
        kind = _KINDS[event.type()]
        if kind is EventKind.PRESS and event.button() == _LEFT and not self.busy:
            world = _world_event(view, kind, event.position())
            if world is None:
                return False
            view.activated.emit()
            self._held = view
            self._step(view, world)
            return True
        if self.busy and view is self._held:
            if kind is EventKind.MOVE or (kind is EventKind.RELEASE and event.button() == _LEFT):
                turning = isinstance(self._state, crosshair.Turning)
                world = _world_event(view, kind, event.position(), held_within=not turning)
                if world is None:
                    self.cancel()
                else:
                    self._step(view, world)
            return True
        if kind is EventKind.MOVE and event.buttons() == Qt.MouseButton.NoButton:
            self._hover(view, event.position())
        return False

    def _on_double_click(self, view: SliceView, event: QMouseEvent) -> bool:
        found = self._line_under(view, event.position()) if event.button() == _LEFT else None
        if found is None or not found[0].turnable:
            return False
        self.reset_requested.emit(self._views.index(view))
        return True

    def _on_key(self, event: QKeyEvent) -> bool:
        if not self.busy or event.key() != Qt.Key.Key_Escape:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # Esc is the hand's own while it drags
        else:
            self.cancel()
        return True

    def _hover(self, view: SliceView, place: QPointF) -> None:
        found = self._line_under(view, place)
        shape = Qt.CursorShape.CrossCursor
        if found is not None:
            shape = Qt.CursorShape.PointingHandCursor if found[1] else Qt.CursorShape.SizeAllCursor
        view.hold_cursor(shape)

    def _line_under(self, view: SliceView, place: QPointF) -> tuple[crosshair.CrossLine, bool] | None:
        world = _world_event(view, EventKind.MOVE, place)
        if world is None or view.crosshair is None:
            return None
        lines = lines_in_sight(view.crosshair, view.projection(), _size(view))
        centre = world.plane.to_world(*world.plane.to_pixel(view.crosshair.place))
        return crosshair.line_at(world.point, centre, lines, world.mm_per_px)

    def _step(self, view: SliceView, world: WorldEvent) -> None:
        shown = view.crosshair
        lines = () if shown is None else lines_in_sight(shown, view.projection(), _size(view))
        self._state, effect = crosshair.step(self._state, world, None if shown is None else shown.place, lines)
        if not self.busy:
            self._held = None
        number = self._views.index(view)
        match effect:
            case Localised():
                self.localised.emit(number, effect.point)
            case PlaneTurned():
                self.plane_turned.emit(number, effect)
            case None:
                pass
            case _:
                assert_never(effect)


def _size(view: SliceView) -> tuple[int, int]:
    """(rows, columns) of what the view shows."""
    return (0, 0) if view.source is None else (view.source.rows, view.source.columns)


def _world_event(view: SliceView, kind: EventKind, place: QPointF, held_within: bool = True) -> WorldEvent | None:
    """The input as a place in the patient, held within the image or not; None where no place is known.

    Unlike a measuring tool it needs no sound spacing between images, only the plane of this one.
    """
    source, projection = view.source, view.projection()
    if source is None or view.placeholder is not None or projection.plane is None:
        return None
    column, row = projection.pixel_of_view(place.x(), place.y())
    if held_within:
        column = min(max(column, -0.5), source.columns - 0.5)
        row = min(max(row, -0.5), source.rows - 0.5)
    return WorldEvent(
        kind,
        projection.world_of_pixel(column, row),
        (column, row),
        projection.plane,
        projection.mm_per_px,
        projection.right,
        projection.down,
        Button.LEFT,
    )
