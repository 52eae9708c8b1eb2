"""Export of the window: the panel, the work behind it, and what the settings keep of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QUrl
from PySide6.QtGui import QDesktopServices

from app.main_window import MainWindow
from app.session import ReadingSession
from app.state.reading_mode import Hidden
from app.storage.database import Database
from app.storage.errors import StorageError
from app.tasks import Cancelled, Failure, TaskRunner, Token
from app.words import counted, listed, translated

if TYPE_CHECKING:
    from app.panels.export_panel import ExportChoice, ExportPanel, Scope

_SLOT = "export"
_FORMATS, _FOLDER, _STUDY = "export/formats", "export/folder", "export/study"
_KEY_IMAGES, _DEIDENTIFIED = "export/key_images", "export/deidentified"


class ExportDesk(QObject):
    """The panel is made when it is first asked for, and stays beside the images."""

    def __init__(
        self, database: Database, session: ReadingSession, runner: TaskRunner, window: MainWindow, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._database, self._session, self._runner, self._window = database, session, runner, window
        self.panel: ExportPanel | None = None
        self._folder = ""
        window.worklist.export_requested.connect(self.show)

    def show(self) -> None:
        """The panel in front, for the cases that are in sight now."""
        if self.panel is None:
            self.panel = self._made()
        if not self._runner.is_running(_SLOT):
            self.panel.show_scopes(self._scopes())
        self.panel.show()
        self.panel.activateWindow()

    def copy_read(self) -> str:
        """Put the read of the open case on the clipboard as plain text; answers what is said of it."""
        from PySide6.QtWidgets import QApplication

        from app.exports.exported import exported_reads
        from app.reading.read_text import read_text

        session = self._session
        record = session.record
        if record is None:
            return translated("Open a case first.")
        if {Hidden.PRIOR, Hidden.CLINICAL} & set(session.hides):
            return translated("Your read hides part of this case: it is not copied.")
        reads = exported_reads(record, session.store.head, session.ruleset)
        one = next((x for x in reads if x.read.id == session.read_id), None)
        if one is None or not session.selection.visit_id:
            return translated("Nothing is read yet.")
        QApplication.clipboard().setText(read_text(one, session.selection.visit_id))
        return translated("The read of {visit} is on the clipboard.", visit=session.selection.visit_id)

    # --- inside ------------------------------------------------------------------------------------------------

    def print_note(self) -> None:
        """Ask for a file, and write the note on the decisions of the open time point there."""
        from PySide6.QtWidgets import QFileDialog

        folder = str(QSettings().value(_FOLDER, ""))
        # no name or number of the patient in a file name that the reader did not choose
        suggested = str(Path(folder) / "decision-note.pdf")
        chosen, _ = QFileDialog.getSaveFileName(self._window, translated("Decision note"), suggested, "PDF (*.pdf)")
        if chosen:
            self.write_note(Path(chosen))

    def write_note(self, path: Path) -> None:
        """Write the note; says where it is, or why it could not be written."""
        from app.exports.exported import exported_reads
        from app.report.decision_note import write_decision_note

        session = self._session
        record, visit_id = session.record, session.selection.visit_id
        if record is None:
            return
        if session.hides:
            self._window.work.show_result(
                translated("Your read hides part of this case: no note is written."), error=True
            )
            return
        reads = exported_reads(record, session.store.head, session.ruleset)
        one = next((x for x in reads if x.read.id == session.read_id), None)
        response = None if one is None else one.assessment.timepoint(visit_id)
        if one is None or response is None:
            self._window.work.show_result(translated("No decision yet: read a follow-up first."), error=True)
            return
        try:
            write_decision_note(path, one, session.ruleset, visit_id)
        except OSError as error:
            self._window.work.show_result(f"Not written: {error.strerror or error}", error=True)
            return
        self._window.work.show_result(f"Written {path.name} to {path.parent}")

    def _made(self) -> ExportPanel:
        from app.panels.export_panel import ExportPanel

        panel = ExportPanel(self._window.theme, self._window)
        settings = QSettings()
        formats = str(settings.value(_FORMATS, "csv")).split()
        asked = [settings.value(name, False, type=bool) for name in (_KEY_IMAGES, _DEIDENTIFIED)]
        panel.choose(
            formats, str(settings.value(_FOLDER, "")), str(settings.value(_STUDY, "HEPATRACE")), *map(bool, asked)
        )
        panel.export_requested.connect(self._export)
        panel.cancel_requested.connect(lambda: self._runner.request_cancel(_SLOT))
        panel.folder_requested.connect(self._open_folder)
        return panel

    def _scopes(self) -> list[Scope]:
        """The case in sight first, then the list as it is filtered, then all."""
        from app.panels.export_panel import Scope

        worklist = self._window.worklist
        found: list[Scope] = []
        record = self._session.record
        one = record.case_id if record is not None and self._window.is_reading else worklist.selected
        if one is None and record is not None:
            one = record.case_id
        if one is not None:
            found.append(Scope(translated("This case: {case}", case=one), (one,)))
        shown = tuple(sorted(line.case_id for line in worklist.table_model.lines if not line.fault))
        if shown and worklist.is_filtered:
            found.append(Scope(translated("{cases} of the list as it is filtered", cases=_cases(len(shown))), shown))
        if one is not None or not worklist.table_model.is_empty:
            found.append(Scope(translated("All cases that were not closed"), None))
        return found

    def _export(self, choice: ExportChoice) -> None:
        assert self.panel is not None
        settings = QSettings()
        settings.setValue(_FORMATS, " ".join(choice.formats))
        settings.setValue(_FOLDER, choice.folder)
        settings.setValue(_STUDY, choice.study)
        settings.setValue(_KEY_IMAGES, choice.key_images)
        settings.setValue(_DEIDENTIFIED, choice.deidentified)
        self._folder = choice.folder
        self.panel.show_work()
        self._runner.start(
            _SLOT,
            partial(_job, self._database, choice, self._session.ruleset.name, self._session.reader),
            done=self._done,
            failed=self._failed,
            progressed=self.panel.show_work,
            cancelled=lambda: self._told(translated("Cancelled. Nothing was changed.")),
        )

    def _done(self, exported: object) -> None:
        from app.exports.batch import Exported

        assert isinstance(exported, Exported) and self.panel is not None
        left_out = [str(one) for one in exported.left_out]
        if not exported.files:
            self._told(translated("There is nothing to export."), left_out, error=True)
            return
        failed = sum(one.failed for one in exported.left_out)
        parts = [counted(len(exported.files), "file is", "files are") + f" in {self._folder}"]
        if failed:
            parts.append(_cases(failed) + translated(" failed and are not in the files"))
        if len(left_out) > failed:
            parts.append(_cases(len(left_out) - failed) + translated(" left out"))
        if self._session.store.unsaved:
            parts.append(translated("edits that are not saved are not in the files"))
        self.panel.show_result(" · ".join(parts), left_out, error=bool(failed), written=True)
        self._window.status.say(parts[0])

    def _failed(self, failure: Failure) -> None:
        """What is known to go wrong is said in its own words; for the rest there are details to copy."""
        from app.exports.exported import ExportRefused

        match failure.error:
            case StorageError() | ExportRefused():
                self._told(failure.message, error=True)
            case OSError() as error:
                said = f"{error.filename or self._folder}: {error.strerror or error}."
                self._told(translated("Nothing was written. ") + said, error=True)
            case _:
                said = translated("The export stopped unexpectedly. Nothing was changed. The details can be copied.")
                self._told(said, [failure.details], error=True)

    def _told(self, text: str, details: list[str] | None = None, error: bool = False) -> None:
        if self.panel is not None:
            self.panel.show_result(text, details or (), error=error)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder))


def _job(database: Database, choice: ExportChoice, ruleset_name: str, reader: str, token: Token) -> object:
    from app.desks.case_list import hiding_cases
    from app.exports.batch import ExportCancelled, export_cases
    from app.exports.exported import ExportRefused
    from app.formats import chosen_formats, export_settings
    from app.resources import load_ruleset

    settings = export_settings(
        load_ruleset(ruleset_name),
        database,
        choice.study,
        key_images=choice.key_images,
        deidentified=choice.deidentified,
    )
    ids = choice.scope.case_ids
    hidden = hiding_cases(database, ids, reader)
    if hidden:
        raise ExportRefused(
            f"Your reads hide part of {listed(hidden)}. Sign every time point, lift what is hidden, or choose others."
        )
    try:
        return export_cases(
            database,
            ids,
            chosen_formats(choice.formats),
            Path(choice.folder).expanduser(),
            settings,
            whole=ids is not None and len(ids) == 1,
            progress=token.progress,
            cancelled=token.cancelled,
        )
    except ExportCancelled as stopped:
        raise Cancelled from stopped


def _cases(count: int) -> str:
    return counted(count, "case", "cases")
