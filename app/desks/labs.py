"""Clinical data by date: between the session, the grids and the preview of what is pasted or imported."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.cohort.sheets import Sheet, SheetError, read_sheet
from app.labs.importing import ClinicalImport, preview
from app.labs.mapping import ClinicalMapping, keep_mapping, kept_mapping, proposed_mapping
from app.labs.paste import block_of, sheet_of
from app.labs.status import fill
from app.locations import data_folder
from app.panels.clinical_grid import ClinicalGridDialog
from app.panels.clinical_import import ClinicalImportDialog
from app.panels.labs_grid import LabsWindow
from app.panels.labs_model import COLUMNS
from app.session import ReadingSession
from app.state.clinical import LabSet
from app.state.events import ClinicalRecorded, LabsRecorded, LabsRemoved
from app.theme import Theme
from app.words import listed, translated


def new_id() -> str:
    return uuid4().hex[:12]


class LabsDesk(QObject):
    """It stores nothing; the window is made when it is asked for."""

    told = Signal(str, bool)

    def __init__(self, session: ReadingSession, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._theme, self._parent = session, theme, parent
        self.window: LabsWindow | None = None
        self.preview: ClinicalImportDialog | None = None
        self.rows: ClinicalGridDialog | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._refresh)
        for signal in (session.case_opened, session.record_changed, session.selection_changed):
            signal.connect(self._soon.start)

    def open(self) -> None:
        """Show the grid of the open case."""
        if self._session.record is None:
            return
        if self.window is None:
            self.window = self._made()
        self._refresh()
        self.window.show()
        self.window.activateWindow()

    def _made(self) -> LabsWindow:
        window = LabsWindow(self._theme, new_id, self._parent)
        window.labs_recorded.connect(self._on_recorded)
        window.labs_removed.connect(lambda ids: self._session.do(LabsRemoved(ids)))
        window.used.connect(self._on_used)
        window.pasted.connect(self._on_pasted)
        window.import_asked.connect(self.ask_file)
        window.undo_asked.connect(self._session.undo)
        window.redo_asked.connect(self._session.redo)
        self._session.told.connect(lambda text: window.tell(text))
        return window

    def _refresh(self) -> None:
        record = self._session.record
        if self.window is not None and record is not None:
            self.window.set_record(record, self._session.selection.visit_id, self._session.locked)

    def _on_recorded(self, labs: tuple[LabSet, ...]) -> None:
        self._session.do(LabsRecorded(labs))

    def _on_used(self, labs: LabSet) -> None:
        record, visit_id = self._session.record, self._session.selection.visit_id
        if record is None or self.window is None:
            return
        try:
            filled = fill(record, visit_id, labs)
        except ValueError as error:
            self.window.tell(str(error), problem=True)
            return
        if not filled.taken:
            said = translated("Nothing of this row can be used: {left}.", left=", ".join(filled.left))
            self.window.tell(said, problem=True)
            return
        if not self._session.do(ClinicalRecorded(visit_id, filled.status)):
            return
        said = translated("{visit} has {taken}", visit=visit_id, taken=listed(filled.taken))
        if filled.changed:
            said += translated("; replaced: {changed}", changed=listed(filled.changed))
        if filled.left:
            said += translated("; not used: {left}", left=", ".join(filled.left))
        self.window.tell(f"{said}.")
        self.told.emit(translated("Clinical data of {visit} recorded", visit=visit_id), True)

    # --- pasted and imported ----------------------------------------------------------------------------------

    def _on_pasted(self, text: str, row: int, column: int) -> None:
        window = self.window
        if window is None:
            return
        model = window.model
        dates = None
        if column > 0:
            rows = range(row, model.rowCount() - 1)
            dates = [labs.on.isoformat() for at in rows if (labs := model.labs_at(at)) is not None]
        try:
            sheet, mapping = block_of(text, COLUMNS[max(column - 1, 0) :], dates, model.units, model.limits)
        except SheetError as error:
            window.tell(str(error), problem=True)
            return
        self._show_preview(sheet, mapping, keep=False)

    def ask_file(self) -> None:
        """Choose a table of clinical data, to be previewed."""
        kinds = f"{translated('Tables')} (*.csv *.tsv *.txt *.xlsx)"
        name, _kind = QFileDialog.getOpenFileName(self._over, translated("Import a table"), "", kinds)
        if name:
            self.open_file(Path(name))

    def open_file(self, file: Path) -> None:
        """Show what a table would add; the mapping of its layout is the one confirmed before, else a proposal."""
        if self._session.record is None:
            return
        try:
            sheet = read_sheet(file)
        except SheetError as error:
            self._tell_problem(str(error))
            return
        except OSError as error:
            self._tell_problem(f"{file.name}: {error.strerror or type(error).__name__}")
            return
        kept = kept_mapping(data_folder() / "lab-mappings", sheet.columns)
        self._show_preview(sheet, kept or proposed_mapping(sheet.columns), keep=True)

    def open_rows(self) -> None:
        """Show the grid of treatments, events and examinations."""
        if self._session.record is None:
            return
        self.rows = ClinicalGridDialog(self._theme, self._previewed, self._parent)
        self.rows.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.rows.confirmed.connect(self._record)
        self.rows.table_pasted.connect(self._on_table_pasted)
        self.rows.finished.connect(lambda _result: setattr(self, "rows", None))
        self.rows.open()

    def _on_table_pasted(self, text: str) -> None:
        """A block with a heading: what its columns mean is asked, as it is of a file."""
        try:
            sheet = sheet_of(text)
        except SheetError as error:
            self._tell_problem(str(error))
            return
        self._show_preview(sheet, proposed_mapping(sheet.columns), keep=False)

    @property
    def _over(self) -> QWidget:
        """The window over which a dialog opens."""
        if self.rows is not None:
            return self.rows
        return self.window if self.window is not None and self.window.isVisible() else self._parent

    def _tell_problem(self, text: str) -> None:
        if self.window is not None and self.window.isVisible():
            self.window.tell(text, problem=True)
        else:
            self.told.emit(text, False)

    def _previewed(self, sheet: Sheet, mapping: ClinicalMapping, as_typed: bool) -> ClinicalImport:
        record = self._session.record
        assert record is not None
        return preview(sheet, mapping, record, new_id, as_typed)

    def _show_preview(self, sheet: Sheet, mapping: ClinicalMapping | None, keep: bool) -> None:
        self.preview = ClinicalImportDialog(self._theme, sheet, mapping, partial(self._previewed, sheet), self._over)
        self.preview.confirmed.connect(lambda chosen, found: self._add(sheet, chosen, found, keep))
        self.preview.finished.connect(lambda _result: setattr(self, "preview", None))
        self.preview.open()

    def _record(self, found: ClinicalImport) -> bool:
        """One table is one edit."""
        if found.event is None or not self._session.do(found.event):
            return False
        self.told.emit(translated("{count} added", count=len(found.sure)), True)
        return True

    def _add(self, sheet: Sheet, mapping: ClinicalMapping, found: ClinicalImport, keep: bool) -> None:
        if not self._record(found):
            return
        if keep:
            try:
                keep_mapping(data_folder() / "lab-mappings", sheet.columns, mapping)
            except OSError as error:
                told = translated("The columns are not remembered: {why}", why=error.strerror or type(error).__name__)
                self._tell_problem(told)
