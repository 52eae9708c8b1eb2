"""The reader's own keys: the sheet and the editor, what the settings keep, files and paper."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QFileDialog

from app.action_set import ActionSet
from app.exports.exported import write_files
from app.key_file import read_key_file, write_key_file
from app.keymap import Keymap, KeymapRefused
from app.main_window import MainWindow
from app.panels.help import KeySheet
from app.panels.key_editor import KeyEditor
from app.qt_keys import keep_keymap, kept_keymap
from app.theme import Ground, load_theme
from app.words import counted, translated

_FOLDER = "keys/folder"


class KeyDesk(QObject):
    """Both windows are made when they are first asked for, and stay beside the images."""

    def __init__(self, actions: ActionSet, window: MainWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._actions, self._window = actions, window
        self.sheet: KeySheet | None = None
        self.editor: KeyEditor | None = None
        actions.keys_changed.connect(self._on_changed)

    def load(self) -> None:
        """The keys of the settings hold; what is broken in them is told, and changes nothing else."""
        keymap, problems = kept_keymap()
        self._actions.use(keymap)
        if problems:
            lost = counted(len(problems), "of your keys cannot be used", "of your keys cannot be used")
            self._window.status.say(f"{lost}: {'; '.join(problems)}")

    def show_sheet(self) -> None:
        if self.sheet is None:
            self.sheet = KeySheet(self._window.theme, self._actions.keymap, self._window)
            self.sheet.change_requested.connect(self.show_editor)
            self.sheet.print_requested.connect(self.print_sheet)
            self.sheet.pdf_requested.connect(self.save_pdf)
            self._actions.show_keys_on(self.sheet)
        self._to_front(self.sheet)

    def show_editor(self) -> None:
        if self.editor is None:
            self.editor = KeyEditor(self._window.theme, self._actions.keymap, self._window)
            self.editor.keymap_changed.connect(self._changed)
            self.editor.import_requested.connect(self._import)
            self.editor.export_requested.connect(self._export)
        self._to_front(self.editor)

    def print_sheet(self) -> None:
        """Ask for a printer, then print the sheet on A4."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        from app.key_sheet import on_a4, print_sheet

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        on_a4(printer)
        printer.setDocName(translated("Hepatrace: keys"))
        dialog = QPrintDialog(printer, self.sheet or self._window)
        if dialog.exec():
            pages = print_sheet(printer, self._actions.keymap, load_theme(Ground.PRINT))
            where = printer.outputFileName() or printer.printerName()
            if pages and printer.printerState() is not QPrinter.PrinterState.Error:
                self._window.status.say(translated("The keys went to {where}.", where=where))
            else:
                self._window.status.say(translated("The keys were not printed: {where} cannot be used.", where=where))

    def save_pdf(self) -> None:
        """Ask for a file, then write the sheet as PDF on A4."""
        path = self._ask_to_save(self.sheet, translated("Save the keys as PDF"), "hepatrace-keys.pdf", "PDF (*.pdf)")
        if path is not None:
            self._window.status.say(self.write_pdf(path))

    def write_pdf(self, path: Path) -> str:
        """Write the sheet; answers what came of it."""
        from app.key_sheet import pdf_of

        try:
            write_files(path.parent, {path.name: pdf_of(self._actions.keymap, load_theme(Ground.PRINT))})
        except OSError as error:
            return translated("{file} was not written: {why}.", file=path.name, why=error.strerror or error)
        return translated("The keys are in {file}.", file=str(path))

    # --- inside ----------------------------------------------------------------------------------------------

    def _to_front(self, shown: KeySheet | KeyEditor) -> None:
        shown.show()
        shown.activateWindow()

    def _changed(self, keymap: Keymap) -> None:
        keep_keymap(keymap)
        self._actions.use(keymap)

    def _on_changed(self, keymap: Keymap) -> None:
        if self.sheet is not None:
            self.sheet.show_keymap(keymap)

    def _import(self) -> None:
        kinds = translated("Files of keys (*.toml);;All files (*)")
        chosen, _ = QFileDialog.getOpenFileName(self.editor, translated("Import keys"), _last_folder(), kinds)
        if chosen:
            QSettings().setValue(_FOLDER, str(Path(chosen).parent))
            self.import_file(Path(chosen))

    def import_file(self, path: Path) -> None:
        """The keys of a file hold instead of the reader's; a file with a fault changes nothing."""
        assert self.editor is not None
        try:
            keymap = read_key_file(path)
        except KeymapRefused as refusal:
            self.editor.tell("\n".join((translated("Nothing was changed."), *refusal.problems)), "error")
            return
        told = counted(len(keymap.changes), "action differs", "actions differ")
        self.editor.change(keymap, translated("The keys of {file} hold; {told}.", file=path.name, told=told))

    def _export(self) -> None:
        path = self._ask_to_save(self.editor, translated("Export keys"), "hepatrace-keys.toml", "TOML (*.toml)")
        if path is not None:
            self.export_file(path)

    def export_file(self, path: Path) -> None:
        """Write what the reader changed."""
        assert self.editor is not None
        try:
            write_key_file(path, self._actions.keymap)
        except OSError as error:
            said = translated("{file} was not written: {why}.", file=path.name, why=error.strerror or error)
            self.editor.tell(said, "error")
        else:
            self.editor.tell(translated("Your keys are in {file}.", file=str(path)))

    def _ask_to_save(self, over: KeySheet | KeyEditor | None, title: str, name: str, kinds: str) -> Path | None:
        suggested = str(Path(_last_folder()) / name)
        chosen, _ = QFileDialog.getSaveFileName(over or self._window, title, suggested, kinds)
        if not chosen:
            return None
        QSettings().setValue(_FOLDER, str(Path(chosen).parent))
        return Path(chosen)


def _last_folder() -> str:
    return str(QSettings().value(_FOLDER, ""))
