"""Parts that are painted whole: they know when the pointer is over them, and are pressed like buttons."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

_PRESSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class Hoverable(QWidget):
    """Painted anew when the pointer comes and goes."""

    def __init__(self) -> None:
        super().__init__()
        self._hover = False

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = False
        self.update()


class Pressable(Hoverable):
    """Pressed by a click, Enter or Space; what that does is up to the class that is one."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def press(self, modifiers: Qt.KeyboardModifier) -> None:
        """What a press does, with the modifiers that were held at a click."""
        raise NotImplementedError

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.press(event.modifiers())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _PRESSING:
            self.press(Qt.KeyboardModifier.NoModifier)
            return
        super().keyPressEvent(event)
