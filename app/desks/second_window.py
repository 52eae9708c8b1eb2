"""Moves the images whole into a window of their own, and back; panels, keys and actions stay what they are."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.desks.view_memory import ViewMemory
from app.main_window import MainWindow
from app.panels.image_window import ImagesElsewhere, ImageWindow
from app.reading_page import ReadingPage

_NAME = "second_window"


class SecondWindow(QObject):
    """Takes tool bar and grid out of the reading page, as one, and puts them back.

    Signals
    -------
    changed(bool)
        The images are in their own window now, or back.
    """

    changed = Signal(bool)

    def __init__(self, window: MainWindow, page: ReadingPage, memory: ViewMemory) -> None:
        super().__init__(window)
        self._main, self._page, self._memory = window, page, memory
        self._own = ImageWindow(window.theme, window)
        self._elsewhere = ImagesElsewhere(window.theme)
        self._elsewhere.hide()
        self._own.closed.connect(self._on_closed)
        self._elsewhere.back_requested.connect(self.attach)
        window.installEventFilter(self)

    @property
    def detached(self) -> bool:
        """Whether the images are in their own window."""
        return self._page.images.parentWidget() is self._own

    @property
    def window(self) -> QWidget:
        """The window the images are detached into."""
        return self._own

    def restore(self) -> None:
        """Detach the images if they were when the window was closed last."""
        if self._memory.is_on(_NAME, False):
            self.detach()

    def toggle(self) -> None:
        """Into their own window, or back."""
        if self.detached:
            self.attach()
        else:
            self.detach()

    def detach(self) -> None:
        """Move the images into their own window."""
        if self.detached:
            return
        for action in self._main.actions():
            self._own.addAction(action)  # a key belongs to the windows its action is on
        self._put(self._elsewhere, self._own.column)
        self._own.restore_place()
        self._own.show()
        self._memory.switch(_NAME, True)
        self._told()

    def attach(self) -> None:
        """Bring the images back into the reading page, where they stay after a restart."""
        if self.detached:
            self._memory.switch(_NAME, False)
            self._put_back()

    def keep_place(self) -> None:
        """Remember where the window is, before all is closed."""
        if self.detached:
            self._own.keep_place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._main and event.type() == QEvent.Type.Close:
            self.keep_place()
        return super().eventFilter(watched, event)

    def _on_closed(self) -> None:
        """Its own button, or the end of the program, which closes every window and is no wish of the reader's: only
        where the main window is still there a turn of the event loop later did the reader close this one.
        """
        if self.detached:
            self._put_back()
            QTimer.singleShot(0, self, self._keep_attached)

    def _keep_attached(self) -> None:
        if self._main.isVisible() and not self.detached:
            self._memory.switch(_NAME, False)

    def _put_back(self) -> None:
        self._own.keep_place()
        self._page.middle.replaceWidget(self._elsewhere, self._page.images)
        self._elsewhere.hide()
        self._elsewhere.setParent(None)
        self._page.images.show()
        self._own.hide()
        self._told()

    def _put(self, instead: QWidget, column: QVBoxLayout) -> None:
        self._page.middle.replaceWidget(self._page.images, instead)
        instead.show()
        column.addWidget(self._page.images)
        self._page.images.show()

    def _told(self) -> None:
        QTimer.singleShot(0, self, lambda: self._page.grid.active.setFocus())
        self.changed.emit(self.detached)
