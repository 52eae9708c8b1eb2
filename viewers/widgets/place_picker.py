"""Asks for a place: while it listens, a click in a view names a place in the patient and does nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent

from viewers.widgets.slice_view import SliceView


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
        if isinstance(event, QMouseEvent) and isinstance(watched, SliceView):
            match event.type():
                case QEvent.Type.MouseButtonPress | QEvent.Type.MouseButtonDblClick:
                    if event.button() == Qt.MouseButton.LeftButton:
                        watched.activated.emit()
                        self._pick(watched, event)
                        return True
                case QEvent.Type.MouseButtonRelease:
                    return event.button() == Qt.MouseButton.LeftButton
                case QEvent.Type.MouseMove:
                    return event.buttons() == Qt.MouseButton.NoButton  # a handle would change the pointer
                case _:
                    pass
        return super().eventFilter(watched, event)

    def _pick(self, view: SliceView, event: QMouseEvent) -> None:
        number, projection = self._views.index(view), view.projection()
        if view.source is None or view.placeholder is not None or projection.plane is None:
            self.missed.emit(number)
        else:
            self.picked.emit(number, projection.world_of_view(event.position().x(), event.position().y()))
