"""Long work of the window: import, the demonstration study, the list of cases; cancelled, it leaves nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.case_import import is_case_file_name
from app.desks.case_list import case_lines
from app.main_window import WORKLIST, MainWindow
from app.session import ReadingSession
from app.storage.database import Database
from app.storage.errors import StorageError
from app.tasks import Cancelled, Failure, Job, TaskRunner, Token

if TYPE_CHECKING:
    from app.importing import ImportReport

_SLOT = "work"
_PRESENT = "Importing"
_MANY = 50
"""From so many cases on it is told how far their judging is."""


class Work(QObject):
    """Runs one piece of long work at a time and shows it in the window's work bar."""

    def __init__(
        self, database: Database, session: ReadingSession, runner: TaskRunner, window: MainWindow, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._database, self._session, self._runner, self._window = database, session, runner, window
        window.folder_chosen.connect(self.import_folder)
        window.page_shown.connect(lambda page: self.refresh_cases() if page == WORKLIST else None)
        window.worklist.demo_requested.connect(lambda: self.open_demo())
        window.worklist.course_requested.connect(self.open_course)
        window.worklist.case_opened.connect(self.open_case)
        window.work.cancel_requested.connect(lambda: runner.request_cancel(_SLOT))

    # --- cases ------------------------------------------------------------------------------------------------

    def refresh_cases(self) -> None:
        """The worklist as the database has it now."""
        ruleset, reader = self._session.ruleset, self._session.reader

        def job(token: Token) -> object:
            return case_lines(self._database, ruleset, token.cancelled, token.progress, reader)

        def judging(done: int, total: int) -> None:
            if total >= _MANY:
                self._window.status.say(f"Judging {done} of {total} cases" if done < total else "")

        self._runner.start(
            "cases", job, done=self._window.worklist.set_lines, failed=self._show_failure, progressed=judging
        )

    def open_case(self, case_id: str) -> None:
        try:
            self._session.open_case(case_id)
        except StorageError as error:
            self._window.work.show_result(str(error), error=True)

    # --- import -----------------------------------------------------------------------------------------------

    def import_folder(self, folder: str) -> None:
        """Import a folder, an archive or a case file in the background; then open its case, if it is one."""
        if self._busy():
            return
        if is_case_file_name(Path(folder)):
            self._window.work.show_work(f"{_PRESENT} {Path(folder).name}")
            self._start(_PRESENT, partial(_take_case, Path(folder), self._database), self._case_taken)
            return
        self._window.work.show_work(f"{_PRESENT} {Path(folder).name}")
        self._start(_PRESENT, partial(_import, Path(folder), self._database, self._session.reader), self._imported)

    def open_demo(self, small: bool = False) -> None:
        """Write the demonstration study if it is not there, import it, and open its case."""
        if self._busy():
            return
        self._window.work.show_work("Preparing the demonstration study")
        job = partial(_demo, self._database, self._session.reader, small)
        self._start("Demonstration study", job, self._imported)

    def open_course(self) -> None:
        """Record the published course if it is not there, and open its case."""
        if self._busy():
            return
        self._window.work.show_work("Recording the published course")
        self._start("Published course", partial(_course, self._database), self._recorded)

    def _recorded(self, case_id: object) -> None:
        assert isinstance(case_id, str)
        self._window.work.hide()
        self.refresh_cases()
        self.open_case(case_id)

    def _imported(self, report: object) -> None:
        from app.importing import ImportReport

        assert isinstance(report, ImportReport)
        refused = [f"{refused.file}: {refused.reason}" for refused in report.refused]
        if not report.cases:
            self._window.work.show_result("Nothing was imported: no series can be read.", refused, error=True)
            return
        added = sum(len(case.series_added) for case in report.cases)
        known = sum(len(case.series_known) for case in report.cases)
        names = ", ".join(case.case_id for case in report.cases)
        parts = [f"{names}: {added} series added"]
        parts += [f"{known} known already"] if known else []
        more = sum(count for case in report.cases for _, count in case.images_added)
        parts += [f"{more} more of their images"] if more else []
        parts += [f"{len(refused)} files or series not added"] if refused else []
        undated = sum(len(case.no_study_date) for case in report.cases)
        parts += [f"{undated} series dated by their other dates: StudyDate is missing"] if undated else []
        self.refresh_cases()
        if refused or undated or more or len(report.cases) > 1:
            self._window.work.show_result(" · ".join(parts), refused)
        else:
            self._window.work.hide()
        if len(report.cases) == 1:
            self.open_case(report.cases[0].case_id)

    def _case_taken(self, taken: object) -> None:
        assert isinstance(taken, tuple)
        case_id, said = taken
        self.refresh_cases()
        self._window.work.show_result(f"{case_id}: {said}.")
        self.open_case(case_id)

    # --- running ----------------------------------------------------------------------------------------------

    def _busy(self) -> bool:
        busy = self._runner.is_running(_SLOT)
        if busy:
            self._window.status.say("One thing at a time: wait for the work below, or cancel it.")
        return busy

    def _start(self, what: str, job: Job, done: Callable[[Any], None]) -> None:
        bar = self._window.work
        self._runner.start(
            _SLOT,
            job,
            done=done,
            failed=self._show_failure,
            progressed=lambda count, total: bar.show_progress(what, count, total),
            cancelled=lambda: bar.show_result(f"{what} cancelled. Nothing was changed."),
        )

    def _show_failure(self, failure: Failure) -> None:
        """What is known to go wrong is said in its own words; for the rest there are details to copy."""
        from app.exports.whole_case import CaseFileRefused
        from app.importing import ImportRefused
        from viewers.imaging.errors import ImagingError

        bar = self._window.work
        match failure.error:
            case ImportRefused(refused=refused):
                bar.show_result(failure.message, [f"{one.file}: {one.reason}" for one in refused], error=True)
            case ImagingError() | StorageError() | CaseFileRefused():
                bar.show_result(failure.message, error=True)
            case OSError() as error:
                bar.show_result(f"{error.filename or 'The disk'}: {error.strerror or error}.", error=True)
            case _:
                said = "The work stopped unexpectedly. Nothing was changed. The details can be copied."
                bar.show_result(said, [failure.details], error=True)


def _import(folder: Path, database: Database, author: str, token: Token) -> ImportReport:
    from app.importing import import_folder
    from viewers.imaging.errors import Cancelled as ScanCancelled

    try:
        return import_folder(folder, database, author=author, progress=token.progress, cancelled=token.cancelled)
    except ScanCancelled as stopped:
        raise Cancelled from stopped


def _demo(database: Database, author: str, small: bool, token: Token) -> object:
    from app.demo.course import record_course
    from app.demo.study import DemoCancelled, Variant, demo_folder, write_study
    from app.locations import data_folder

    variant = Variant.SMALL if small else Variant.FULL
    folder = demo_folder(data_folder(), variant)
    try:
        truth = write_study(folder, variant, progress=token.progress, cancelled=token.cancelled)
    except DemoCancelled as stopped:
        raise Cancelled from stopped
    report = _import(folder, database, author, token)
    record_course(database, truth)
    return replace(report, refused=())  # its truth and its stamp are no images, and no one's concern


def _course(database: Database, _token: Token) -> object:
    from app.demo.published import record_published

    return record_published(database)


def _take_case(path: Path, database: Database, _token: Token) -> object:
    from app.case_import import import_case_file
    from app.words import counted

    found, taken = import_case_file(path, database)
    kept = f"; {counted(len(found.images), 'key image', 'key images')}" if found.images else ""
    return found.record.case_id, f"{taken.value}{kept}"
