"""The window's frame: bars, a place for pages, what is dropped on it.

It needs no database and none of the field's modules, so it can be shown at once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRect, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from app.focus import step_focus
from app.panels.app_bar import AppBar, StatusBar
from app.panels.chips import label, rule_line
from app.panels.work_bar import WorkBar
from app.text_size import SMALLEST_WINDOW_PX, fits, told_of_choice
from app.theme import Ground, Theme
from app.translation import translated

if TYPE_CHECKING:
    from app.panels.worklist import Worklist

WORKLIST, READING, HISTORY, READS, COHORT = "Worklist", "Reading", "History", "Reads", "Cohort"
WIDE_FROM = 1440


class MainWindow(QMainWindow):
    """Signals ask for what is not the frame's business.

    Signals
    -------
    painted()
        The window is on the screen for the first time.
    folder_chosen(str)
        A folder to import.
    narrowed(bool)
        The window became small, or large again.
    page_shown(str)
        The worklist, the reading, the history, the reads or the cohort page.
    page_asked(str)
        A page that is made when it is first asked for.
    key_unused(QKeySequence)
        A key that nothing in the window had use for.
    looks_chosen()
        The settings hold other looks than the window has, and it may be opened anew.
    """

    painted = Signal()
    folder_chosen = Signal(str)
    narrowed = Signal(bool)
    page_shown = Signal(str)
    page_asked = Signal(str)
    key_unused = Signal(QKeySequence)
    looks_chosen = Signal()

    worklist: Worklist
    """There once `set_worklist` was called."""

    def __init__(self, theme: Theme, reader: str) -> None:
        super().__init__()
        self.setWindowTitle("Hepatrace")
        self.setMinimumSize(*(theme.px(side) for side in SMALLEST_WINDOW_PX))
        self.setAcceptDrops(True)
        self.theme = theme
        self.narrow = False
        self.may_close: Callable[[], bool] = lambda: True
        self.may_reopen: Callable[[], bool] = lambda: False
        """Whether it is opened anew as soon as other looks are chosen, and not only at the next start."""
        self.bar: AppBar = AppBar(theme, (WORKLIST, READING, HISTORY, READS, COHORT), reader)
        self.work = WorkBar(theme)
        self.status = StatusBar(theme)
        self._pages = QStackedWidget()
        self._opening = label(tone="2")
        self._named: dict[str, QWidget] = {}
        self.shown_page = WORKLIST
        self._seen = False
        self._build()
        for page in (READING, HISTORY, READS):
            self.bar.enable_page(page, False, "Open a case first.")
        self.bar.show_page(WORKLIST)
        self.bar.page_chosen.connect(self._on_page_chosen)

    # --- pages ------------------------------------------------------------------------------------------------

    def show_opening(self, text: str) -> None:
        """What is said in the place of the pages until there is one."""
        self._opening.setText(text)

    def set_worklist(self, worklist: Worklist) -> None:
        """The first page."""
        self.worklist = worklist
        worklist.import_requested.connect(self.import_folder)
        self.set_page(WORKLIST, worklist)

    def set_page(self, name: str, page: QWidget) -> None:
        """The page of this name."""
        self._named[name] = page
        self._pages.addWidget(page)

    @property
    def is_reading(self) -> bool:
        return READING in self._named and self.shown_page == READING

    def show_page(self, name: str) -> None:
        """Show a page that was set."""
        if name in self._named:
            self.shown_page = name
            self._pages.setCurrentWidget(self._named[name])
            self.bar.show_page(name)
            self.page_shown.emit(name)

    def show_worklist(self) -> None:
        self.show_page(WORKLIST)

    def show_reading(self) -> None:
        self.show_page(READING)

    def _on_page_chosen(self, name: str) -> None:
        """A press on a name; one whose page is not there yet is asked for, and the name of the shown page stays."""
        self.bar.show_page(self.shown_page)
        if name in (WORKLIST, READING):
            self.show_page(name)
        else:
            self.page_asked.emit(name)

    # --- folders ----------------------------------------------------------------------------------------------

    def import_folder(self) -> None:
        """Ask for a folder to import."""
        chosen = QFileDialog.getExistingDirectory(self, translated("Import a folder"), _last_folder())
        if chosen:
            QSettings().setValue("import/folder", chosen)
            self.folder_chosen.emit(chosen)

    def import_archive(self) -> None:
        """Ask for a ZIP archive, the DICOMDIR of a disc, or a case file, to import."""
        kinds = translated("Archives, discs, case files (*.zip DICOMDIR dicomdir *.json)")
        title = translated("Import an archive, disc or case file")
        chosen, _ = QFileDialog.getOpenFileName(self, title, _last_folder(), kinds)
        if chosen:
            QSettings().setValue("import/folder", str(Path(chosen).parent))
            self.folder_chosen.emit(chosen)

    # --- the window itself ------------------------------------------------------------------------------------

    def restore_place(self) -> None:
        """The window where it was when it was closed last."""
        place = QSettings().value("window/place")
        if not (isinstance(place, QByteArray) and self.restoreGeometry(place)):
            room = self._room()
            self.resize(min(self.theme.px(1600), room.width()), min(self.theme.px(1000), room.height()))
        elif not self.isMaximized() and not self.isFullScreen():
            self._come_into_sight()

    def _room(self) -> QRect:
        """What its screen has for it below its title bar."""
        return self.screen().availableGeometry().adjusted(0, 0, 0, -self.theme.px(32))

    def _come_into_sight(self) -> None:
        """With larger type than when it was closed the window is larger, and may reach out of the screen."""
        room = self._room()
        size = self.size().expandedTo(self.minimumSize())
        left = max(room.left(), min(self.x(), room.right() + 1 - size.width()))
        top = max(room.top(), min(self.y(), room.bottom() + 1 - size.height()))
        if (left, top) != (self.x(), self.y()):
            self.move(left, top)

    def choose_text_size(self, scale: float) -> str:
        """Keep a size of type, if this screen has room for it; answers what is said of it."""
        room = self.screen().availableGeometry()
        screen_px = (room.width(), room.height())
        at_once = False
        if fits(scale, screen_px):
            QSettings().setValue("window/scale", scale)
            at_once = self._reopen_soon(scale != self.theme.scale)
        return told_of_choice(scale, screen_px, at_once)

    def choose_ground(self, ground: Ground) -> str:
        """Keep dark or light colours; answers what is said of it."""
        QSettings().setValue("window/ground", ground.value)
        name = translated("Light colours" if ground is Ground.LIGHT else "Dark colours")
        if self._reopen_soon(ground is not self.theme.ground):
            return f"{name}."
        return translated("{name} hold from the next start. Quit and start again; all edits are saved.", name=name)

    def _reopen_soon(self, differs: bool) -> bool:
        """Ask to be opened anew, where the looks differ and it may be; whether what was chosen holds at once."""
        if not differs:
            return True
        if not self.may_reopen():
            return False
        QTimer.singleShot(0, self.looks_chosen.emit)
        return True

    def open_menu(self) -> None:
        """The menu of all commands, to be walked by keys."""
        self.bar.open_menu()

    def ask_to_lose(self, what: str) -> bool:
        """Edits would be lost on closing: the one question that is worth a dialog."""
        box = QMessageBox.StandardButton
        question = f"{what}\n\nClose and lose them?"
        return QMessageBox.warning(self, "Hepatrace", question, box.Close | box.Cancel, box.Cancel) == box.Close

    def focusNextPrevChild(self, forward: bool) -> bool:
        return step_focus(self, forward)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._seen:
            self._seen = True
            QTimer.singleShot(0, self.painted.emit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.narrow = event.size().width() < self.theme.px(WIDE_FROM)
        self.bar.set_narrow(self.narrow)
        self.status.set_narrow(self.narrow)
        self.narrowed.emit(self.narrow)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """No part of the window had use for the key."""
        super().keyPressEvent(event)
        self.key_unused.emit(QKeySequence(event.keyCombination()))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        folders = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if folders:
            event.acceptProposedAction()
            self.folder_chosen.emit(folders[0])

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_close():
            event.ignore()
            return
        QSettings().setValue("window/place", self.saveGeometry())
        super().closeEvent(event)

    def _build(self) -> None:
        body = QWidget()
        body.setProperty("ground", "app")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._opening.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages.addWidget(self._opening)
        column.addWidget(self.bar)
        column.addWidget(rule_line())
        column.addWidget(self._pages, 1)
        column.addWidget(self.work)
        column.addWidget(rule_line())
        column.addWidget(self.status)
        self.setCentralWidget(body)


def _last_folder() -> str:
    return str(QSettings().value("import/folder", ""))
