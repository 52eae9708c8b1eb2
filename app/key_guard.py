"""What has the focus keeps the keys it lives on, which are shortcuts elsewhere; Shift+F10 asks for its menu."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QSlider, QWidget

from app.panels.lesion_table import LesionGrid
from viewers.widgets.image_view import ImageView

_PRESSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_ACCEPTING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_COMMANDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_OPENS_MENUS_ITSELF = sys.platform == "win32"


class KeyGuard(QObject):
    """An event filter for the application.

    Space and Enter press the focused button, and do nothing else. A letter looks for an entry in a focused list of
    choices, and does nothing else.

    Parameters
    ----------
    accept, next_lesion
        Enter on an image or on the threshold of a proposal, and Tab on an image or in the table of lesions; each
        answers whether there was anything to do: where not, the key is what it always is.
    """

    def __init__(
        self, parent: QObject, accept: Callable[[], bool] = bool, next_lesion: Callable[[], bool] = bool
    ) -> None:
        super().__init__(parent)
        self._accept, self._next_lesion = accept, next_lesion

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return False
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            if _lives_on(watched, event):
                event.accept()
                return True
        elif isinstance(watched, QAbstractButton) and _presses(event):
            if event.key() != Qt.Key.Key_Space and not event.isAutoRepeat():
                watched.click()
                return True
        elif _is_plain(event, *_ACCEPTING) and isinstance(watched, (ImageView, QSlider)):
            return self._accept()
        elif _is_plain(event, Qt.Key.Key_Tab) and isinstance(watched, (ImageView, LesionGrid)):
            return self._next_lesion()
        elif _asks_for_menu(event):
            middle = watched.rect().center()
            asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, middle, watched.mapToGlobal(middle))
            QApplication.sendEvent(watched, asked)
            return True
        return False


def _presses(event: QKeyEvent) -> bool:
    return event.key() in _PRESSING and not event.modifiers() & _COMMANDING


def _is_plain(event: QKeyEvent, *keys: Qt.Key) -> bool:
    return event.key() in keys and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier


def _lives_on(focused: QWidget, event: QKeyEvent) -> bool:
    """Whether the key is for the widget itself, before any shortcut."""
    if isinstance(focused, QAbstractButton):
        return _presses(event)
    return isinstance(focused, QComboBox) and bool(event.text().strip()) and not event.modifiers() & _COMMANDING


def _asks_for_menu(event: QKeyEvent) -> bool:
    shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
    return not _OPENS_MENUS_ITSELF and shift and event.key() == Qt.Key.Key_F10
