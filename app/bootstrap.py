"""The composition root: the only place that makes what lives as long as the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QApplication

from app.image_desk import ImageDesk
from app.image_library import ImageLibrary
from app.main_window import MainWindow
from app.measuring_desk import MeasuringDesk
from app.reading_desk import ReadingDesk
from app.reading_page import ReadingPage
from app.resources import DEFAULT_RULESET, load_ruleset
from app.session import ReadingSession
from app.storage.catalogue import StoredCatalogue
from app.storage.database import Database
from app.store import CaseStore
from app.tasks import TaskRunner
from app.theme import Theme, apply_theme, load_theme
from app.thumbnails import Thumbnails
from app.work import Work

if TYPE_CHECKING:
    from app.demo.study import Variant

ORGANISATION = "Hepatrace"


class Workstation(QObject):
    """One window on one database, with everything behind it."""

    def __init__(self, database: Database, theme: Theme, reader: str) -> None:
        super().__init__()
        self._database = database
        self.runner = TaskRunner(self)
        self.images = TaskRunner(self)
        catalogue = StoredCatalogue(database)
        self.store = CaseStore(database, self)
        self.session = ReadingSession(self.store, load_ruleset(DEFAULT_RULESET), reader, self)
        self.library = ImageLibrary(catalogue, self.images, self)
        page = ReadingPage(theme)
        self.window = MainWindow(theme, self.session, page)
        images = ImageDesk(self.session, self.library, page.grid, self)
        measuring = MeasuringDesk(self.session, images, self.library, self)
        thumbnails = Thumbnails(catalogue, self.runner, self)
        desk = ReadingDesk(self.session, page, images, measuring, thumbnails, self)
        self.window.attach(images, measuring, desk)
        self.work = Work(database, self.session, self.runner, self.window, self)

    def close(self) -> None:
        """Stop the background work and let the database go."""
        self.library.close()
        self.runner.close()
        self.images.close()
        self._database.close()


def make_application(scale: float | None = None) -> tuple[QApplication, Theme]:
    """The Qt application in Hepatrace's looks; settings are kept under its name."""
    QApplication.setOrganizationName(ORGANISATION)
    QApplication.setApplicationName(ORGANISATION)
    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else QApplication([ORGANISATION])
    application.setApplicationDisplayName(ORGANISATION)
    theme = load_theme(scale=scale or _kept_scale())
    apply_theme(application, theme)
    return application, theme


def reader_name(fallback: str) -> str:
    """Who reads: the name kept in the settings, else the name of this user."""
    kept = QSettings().value("reader/name", "")
    return str(kept) or fallback


def _kept_scale() -> float:
    kept = QSettings().value("window/scale", 1.0)
    try:
        return min(2.0, max(1.0, float(str(kept))))
    except ValueError:
        return 1.0


def run_workstation(
    database: Database, reader: str, folder: str = "", demo: Variant | None = None, case_id: str = ""
) -> int:
    """Open the window and stay until it is closed.

    Parameters
    ----------
    case_id
        The case to open with; empty for the list of cases.
    folder
        Imported on opening; empty for none.
    demo
        The variant of the demonstration study to open with, if any.
    """
    application, theme = make_application()
    workstation = Workstation(database, theme, reader_name(reader))
    workstation.window.restore_place()
    workstation.window.show()
    workstation.work.show_cases()
    if folder:
        workstation.work.import_folder(folder)
    elif demo is not None:
        workstation.work.open_demo(small=demo == "small")
    elif case_id:
        workstation.work.open_case(case_id)
    status = application.exec()
    workstation.close()
    return status
