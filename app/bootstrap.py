"""Starting: the window is shown at once; what is behind it is imported when it has been painted, and then made."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QThread, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.faults import telling
from app.locations import data_folder
from app.main_window import READING, WORKLIST, MainWindow
from app.text_size import fitting
from app.theme import Ground, Theme, apply_theme, load_theme
from app.translation import translated

if TYPE_CHECKING:
    from app.demo.study import Variant
    from app.session import Selection
    from app.tasks import Failure, Token
    from app.workstation import Workstation

ORGANISATION = "Hepatrace"

_SETTLED_MS = 1500
"""After so long the window is settled, and seldom anything is read yet."""

_TURN_S = 0.0005
"""How long a worker may keep the interpreter from the screen; Python's own 5 ms are half a frame."""


def make_application(scale: float | None = None) -> tuple[QApplication, Theme]:
    """The Qt application in Hepatrace's looks; settings are kept under its name."""
    QApplication.setOrganizationName(ORGANISATION)
    QApplication.setApplicationName(ORGANISATION)
    if os.environ.get("HEPATRACE_DATA"):  # settings go where the data went
        QSettings.setDefaultFormat(QSettings.Format.IniFormat)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(data_folder()))
    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else QApplication([ORGANISATION])
    application.setApplicationDisplayName(ORGANISATION)
    theme = load_theme(_kept_ground(), scale or _kept_scale())
    apply_theme(application, theme)
    sys.setswitchinterval(_TURN_S)
    return application, theme


def reader_name(fallback: str) -> str:
    """Who reads: the name kept in the settings, else the name of this user."""
    kept = QSettings().value("reader/name", "")
    return str(kept) or fallback


def _kept_scale() -> float:
    kept, room = QSettings().value("window/scale", 1.0), QGuiApplication.primaryScreen().availableSize()
    try:
        return fitting(float(str(kept)), (room.width(), room.height()))
    except ValueError:
        return 1.0


def _kept_ground() -> Ground:
    return Ground.LIGHT if QSettings().value("window/ground", "") == Ground.LIGHT.value else Ground.DARK


class _Importing(QThread):
    """Imports what is behind the window, which answers meanwhile."""

    def run(self) -> None:
        import_module("app.workstation")


def _compile_loops(token: Token) -> None:
    planes = import_module("viewers.imaging.compiled_planes")
    for kind in planes.USUAL:
        if token.cancelled():  # the window was closed, and waits for what is being compiled
            return
        planes.plane_values(kind)
    for module in ("viewers.imaging.compiled_greys", "viewers.imaging.compiled_lines"):
        if not token.cancelled():
            import_module(module)


class Starter:
    """Opens the window, then the database behind it; `failure` says why there is none.

    Parameters
    ----------
    url
        The database.
    folder
        Imported on opening; empty for none.
    demo
        The variant of the demonstration study to open with, if any.
    case_id
        The case to open with; empty for the list of cases.
    """

    def __init__(self, url: str, reader: str, folder: str = "", demo: Variant | None = None, case_id: str = "") -> None:
        self._url, self._folder, self._demo, self._case_id = url, folder, demo, case_id
        self._selection: Selection | None = None
        self._page = ""
        self.application, theme = make_application()
        self._reader = reader_name(reader)
        self.workstation: Workstation | None = None
        self.failure = ""
        self._importing = _Importing()
        self._importing.finished.connect(self._continue)
        self.window = self._made(theme)

    def _made(self, theme: Theme) -> MainWindow:
        window = MainWindow(theme, self._reader)
        window.may_reopen = self._may_reopen
        window.painted.connect(self._prepare)
        window.looks_chosen.connect(self._reopen)
        return window

    def show(self) -> None:
        self.window.restore_place()
        self.window.show()

    def run(self) -> None:
        """Stay until the window is closed."""
        sys.excepthook = telling(lambda said, details: self.window.work.show_result(said, details, error=True))
        self.show()
        self.application.exec()
        self.close()

    def close(self) -> None:
        """Stop what runs behind the window and let the database go."""
        self._importing.wait()
        if self.workstation is not None:
            self.workstation.close()

    def _may_reopen(self) -> bool:
        """Whether nothing would be lost or broken off: all is saved, and nothing is imported."""
        station = self.workstation
        return station is not None and not station.store.unsaved and not station.runner.is_running("work")

    def _reopen(self) -> None:
        """The same case, at the same place, in a new window with the looks that the settings have now."""
        station, before = self.workstation, self.window
        if station is None or not self._may_reopen():
            return
        record = station.session.record
        self._folder, self._demo = "", None
        self._case_id = record.case_id if record is not None else ""
        self._selection, self._page = station.session.selection, before.shown_page
        self.application.setQuitOnLastWindowClosed(False)
        station.end_nudges()
        before.close()
        station.close()
        before.deleteLater()
        station.deleteLater()
        self.workstation = None
        self.application, theme = make_application()
        self.window = self._made(theme)
        self.show()
        self.application.setQuitOnLastWindowClosed(True)

    def _prepare(self) -> None:
        self.window.show_opening(translated("Opening the cases …"))
        self._importing.start()

    def _continue(self) -> None:
        from app.storage.database import Database
        from app.storage.errors import StorageError
        from app.workstation import Workstation

        try:
            database = Database.open(self._url)
        except StorageError as error:
            self.failure = str(error)
            self.window.show_opening("")
            self.window.work.show_result(self.failure, error=True)
            return
        self.workstation = Workstation(self.window, database, self._reader)
        work = self.workstation.work
        self.window.show_worklist()
        if self._folder:
            work.import_folder(self._folder)
        elif self._demo is not None:
            work.open_demo(small=self._demo == "small")
        elif self._case_id:
            work.open_case(self._case_id)
        if self._selection is not None:
            self._go_back_to(self.workstation, self._selection)
        QTimer.singleShot(_SETTLED_MS, self.workstation, self._compile)

    def _compile(self) -> None:
        """Make the loops over pixels ready, which takes some seconds when the program is new, else half of one."""
        if self.workstation is not None:
            start = self.workstation.runner.start
            start("loops", _compile_loops, done=lambda _: None, failed=self._tell_without, behind=True)

    def _tell_without(self, failure: Failure) -> None:
        said = "Images are drawn more slowly; oblique planes and assisted measurements cannot be made"
        self.window.status.say(f"{said}: {failure.message}")

    def _go_back_to(self, station: Workstation, selection: Selection) -> None:
        """Where the reader was before the window was opened anew."""
        if station.session.record is not None:
            station.session.select_visit(selection.visit_id)
            station.session.compare_with(selection.compared_id)
            station.session.select_lesion(selection.lesion_id)
        if self._page in (WORKLIST, READING):
            self.window.show_page(self._page)
        self._selection = None
        self.window.status.say("The window has its new looks. Undo begins anew; all edits are saved.", passing=True)
