"""A window of its own for the images, for a second monitor; and what stands in their old place meanwhile."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.focus import step_focus
from app.panels.chips import label
from app.theme import Theme
from app.words import translated

_PLACE = "window/images_place"
SMALLEST = (640, 560)


class ImageWindow(QWidget):
    """Holds the images while they are detached.

    Signals
    -------
    closed()
        Its close button was pressed: the images want to go back.
    """

    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._theme = theme
        self.setProperty("ground", "app")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(translated("Images"))
        self.setAccessibleName(translated("Images"))
        self.setMinimumSize(*(theme.px(side) for side in SMALLEST))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)

    def restore_place(self) -> None:
        """Where it was closed last; else on another monitor than the window it came from, if there is one."""
        place = QSettings().value(_PLACE)
        if isinstance(place, QByteArray) and self.restoreGeometry(place):
            return
        parent = self.parentWidget()
        home = self.screen() if parent is None else parent.screen()
        others = [screen for screen in home.virtualSiblings() if screen is not home]
        room = (others[0] if others else home).availableGeometry()
        if others:
            self.setGeometry(room.adjusted(0, self._theme.px(32), 0, 0))  # its title bar
        else:
            self.resize(room.width() * 3 // 5, room.height() * 4 // 5)

    def keep_place(self) -> None:
        """Remember where it is."""
        QSettings().setValue(_PLACE, self.saveGeometry())

    def focusNextPrevChild(self, forward: bool) -> bool:
        return step_focus(self, forward)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()  # the images leave it
        event.accept()


class ImagesElsewhere(QWidget):
    """Stands where the images were: they are in their own window, and this is how they come back."""

    back_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        said: QLabel = label(translated("The images are in their own window."), "2")
        self.back = QPushButton(translated("Bring the images back"))
        self.back.setAccessibleName(self.back.text())
        self.back.clicked.connect(self.back_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(24), theme.px(24), theme.px(24), theme.px(24))
        column.setSpacing(theme.px(8))
        column.addWidget(said)
        column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
