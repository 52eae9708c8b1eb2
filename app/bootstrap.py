"""Starting: the window is shown at once, and what is behind it is made when it has been painted."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.locations import data_folder
from app.main_window import MainWindow
from app.text_size import fitting
from app.theme import Ground, Theme, apply_theme, load_theme

if TYPE_CHECKING:
    from app.demo.study import Variant
    from app.workstation import Workstation

ORGANISATION = "Hepatrace"

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
        self.application, theme = make_application()
        self._reader = reader_name(reader)
        self.window = MainWindow(theme, self._reader)
        self.workstation: Workstation | None = None
        self.failure = ""
        self.window.painted.connect(self._continue)

    def show(self) -> None:
        self.window.restore_place()
        self.window.show()

    def run(self) -> None:
        """Stay until the window is closed."""
        self.show()
        self.application.exec()
        if self.workstation is not None:
            self.workstation.close()

    def _continue(self) -> None:
        from app.storage.database import Database
        from app.storage.errors import StorageError
        from app.workstation import Workstation

        try:
            database = Database.open(self._url)
        except StorageError as error:
            self.failure = str(error)
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
