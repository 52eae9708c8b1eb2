"""The ring around a table, a text or a scrolled panel that has the focus; it lies over it and takes no room."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.theme import Theme, paint_focus_ring


class FocusRing(QWidget):
    """In sight while its target has the focus."""

    def __init__(self, theme: Theme, target: QWidget) -> None:
        super().__init__(target)
        self._theme, self._target = theme, target
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._target:
            match event.type():
                case QEvent.Type.FocusIn:
                    self.setGeometry(self._target.rect())
                    self.raise_()
                    self.show()
                case QEvent.Type.FocusOut:
                    self.hide()
                case QEvent.Type.Resize:
                    self.setGeometry(self._target.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_focus_ring(painter, QRectF(self.rect()), self._theme)
        painter.end()
