"""Asks for a place: while it listens, a click in a view names a place in the patient and does nothing else.

Enter names the place of the crosshair in the view, or what is seen in its middle.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from viewers.widgets.slice_view import SliceView

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PlacePicker(QObject):
    """Takes the left button of some views while it listens; wheel, zoom and pan go on as ever.

    Signals
    -------
    picked(int, point)
        A place (LPS mm) was clicked in the view of that number.
    missed(int)
        A click where no place is known: no image, or one without geometry.
    """

    picked = Signal(int, object)
    missed = Signal(int)

    def __init__(self, views: Sequence[SliceView], parent: QObject) -> None:
        super().__init__(parent)
        self._views = tuple(views)
        self.listening = False

    def listen(self, on: bool) -> None:
        """Begin or stop to take clicks."""
        if on == self.listening:
            return
        self.listening = on
        for view in self._views:
            if on:
                view.installEventFilter(self)
                view.hold_cursor(Qt.CursorShape.CrossCursor)
            else:
                view.removeEventFilter(self)
                view.hold_cursor(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(watched, SliceView):
            return super().eventFilter(watched, event)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ENTER:
            self._pick_by_key(watched)
            return True
        if isinstance(event, QMouseEvent):
            match event.type():
                case QEvent.Type.MouseButtonPress | QEvent.Type.MouseButtonDblClick:
                    if event.button() == Qt.MouseButton.LeftButton:
                        watched.activated.emit()
                        self._pick(watched, event.position())
                        return True
                case QEvent.Type.MouseButtonRelease:
                    return event.button() == Qt.MouseButton.LeftButton
                case QEvent.Type.MouseMove:
                    return event.buttons() == Qt.MouseButton.NoButton  # a handle would change the pointer
                case _:
                    pass
        return super().eventFilter(watched, event)

    def _pick_by_key(self, view: SliceView) -> None:
        middle = QPointF(view.width() / 2, view.height() / 2)
        self._pick(view, middle if view.crosshair is None else view.widget_point_of(view.crosshair.place))

    def _pick(self, view: SliceView, at: QPointF) -> None:
        number, projection = self._views.index(view), view.projection()
        if view.source is None or view.placeholder is not None or projection.plane is None:
            self.missed.emit(number)
        else:
            self.picked.emit(number, projection.world_of_view(at.x(), at.y()))
