"""One short message at the foot of the views, with Undo where there is something to take back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.panels.chips import KeyButton, label
from app.theme import Theme
from app.words import translated

SHOWN_MS = 6000


class Toast(QWidget):
    """One at a time, for 6 s; it stays while the pointer or the focus is on it."""

    undone = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.message = label()
        self.undo = KeyButton(translated("Undo"), small=True, action="edit.undo")
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(SHOWN_MS)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), 0, theme.px(7), 0)
        row.setSpacing(theme.px(14))
        row.addWidget(self.message)
        row.addWidget(self.undo)
        self.timer.timeout.connect(self._end)
        self.undo.clicked.connect(self._undo)
        self.undo.installEventFilter(self)
        parent.installEventFilter(self)
        self.hide()

    def tell(self, message: str, undo: bool = True) -> None:
        """Show a message; the one before it goes."""
        self.message.setText(message)
        self.undo.setVisible(undo)
        self.setAccessibleName(message)
        self._fit()
        self.place()
        self.show()
        self.raise_()
        self.timer.start()

    def outdate(self) -> None:
        """The record went on: `Undo` would take back another edit than the one that is told here."""
        if not self.undo.isHidden():
            self.hide()

    def _fit(self) -> None:
        """One line of 36 px; more lines where the views are narrower than the message."""
        theme, parent = self._theme, self.parentWidget()
        self.message.setWordWrap(False)
        self.setFixedSize(self.sizeHint().width(), theme.px(36))
        room = self.width() if parent is None else parent.width() - 2 * theme.px(8)
        if self.width() > room > 0:
            self.message.setWordWrap(True)
            self.setFixedSize(room, max(theme.px(36), self.heightForWidth(room) + theme.px(12)))

    def place(self) -> None:
        """At the bottom centre of the views."""
        parent = self.parentWidget()
        if parent is not None:
            gap = self._theme.px(14)
            self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - gap)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self.timer.start()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is not self.undo:
            if event.type() == QEvent.Type.Resize and self.isVisible():
                self._fit()
                self.place()
        elif event.type() == QEvent.Type.FocusIn:
            self.timer.stop()
        elif event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.timer.start()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("line.strong"), 1))
        painter.setBrush(self._theme.colour("surface.raised"))
        radius = self._theme.px(4)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()

    def _end(self) -> None:
        if not self.underMouse() and not self.undo.hasFocus():
            self.hide()

    def _undo(self) -> None:
        self.hide()
        self.undone.emit()
