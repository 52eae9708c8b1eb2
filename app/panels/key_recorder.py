"""A field that waits for a key and tells which was pressed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.qt_keys import pressed_key
from app.words import translated


class KeyRecorder(QLineEdit):
    """While it waits, every key is its own, those of menus too; Esc and Tab give up, as they always do.

    Signals
    -------
    recorded(KeyStroke)
        This key was pressed.
    given_up()
        It waits no longer.
    """

    recorded = Signal(object)
    given_up = Signal()
    waiting = False

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setAccessibleName(translated("New key"))
        self.setText(translated("Press the new key. Esc gives up."))
        self.stop()

    def wait(self) -> None:
        """The next key is recorded."""
        self.waiting = True
        self.show()
        self.setFocus()

    def stop(self) -> None:
        self.waiting = False
        self.hide()

    def event(self, event: QEvent) -> bool:
        if self.waiting and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._pressed(event)
                return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.waiting:
            self._give_up()

    def _pressed(self, event: QKeyEvent) -> None:
        event.accept()
        key = pressed_key(event)
        if key is None:
            return  # a modifier that is held for the key to come
        if not key.modifiers and key.name == "Esc":
            self._give_up()
        elif key.name == "Tab" and not key.modifiers - {"Shift"}:
            self._give_up()
            self.focusNextPrevChild("Shift" not in key.modifiers)
        else:
            self.stop()
            self.recorded.emit(key)

    def _give_up(self) -> None:
        self.stop()
        self.given_up.emit()
