"""The words of an arrow, typed where it stands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.words import translated

LONGEST_NOTE = 200


class NoteEditor(QLineEdit):
    """A field over an image. Enter takes the words, and so does leaving it: nothing typed is lost. Esc drops them.

    Signals
    -------
    ended(str or None)
        The words as typed, None when they are to stay as they were. The field is gone then.
    """

    ended = Signal(object)

    def __init__(self, parent: QWidget, text: str, place: QPoint, width: int) -> None:
        super().__init__(text, parent)
        self._open = True
        self.setMaxLength(LONGEST_NOTE)
        self.setPlaceholderText(translated("Note"))
        self.setAccessibleName(translated("Note of the arrow"))
        self.setFixedWidth(min(width, parent.width()))
        self.adjustSize()
        x = min(max(0, place.x()), parent.width() - self.width())
        y = min(max(0, place.y()), parent.height() - self.height())
        self.move(x, y)
        self.selectAll()
        self.show()
        self.setFocus()

    def finish(self, taken: bool = True) -> None:
        """Take what was typed, or drop it."""
        if self._open:
            self._open = False
            self.ended.emit(self.text().strip() if taken else None)
            self.deleteLater()

    def event(self, event: QEvent) -> bool:
        """Enter and Esc are for this field while it is open, and no shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _OWN_KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OWN_KEYS:
            self.finish(taken=event.key() != Qt.Key.Key_Escape)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.finish()


_OWN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
