"""A button that has the focus keeps the keys that press it; they are shortcuts elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton

_PRESSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class KeyGuard(QObject):
    """An event filter for the application: Space and Enter press the focused button, and do nothing else."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, QAbstractButton) and isinstance(event, QKeyEvent) and event.key() in _PRESSING:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and event.key() != Qt.Key.Key_Space and not event.isAutoRepeat():
                watched.click()
                return True
        return super().eventFilter(watched, event)
