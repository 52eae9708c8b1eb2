"""Cases into files: which cases, which formats, into which folder; how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.exports.formats import ExportFormat
from app.formats import FORMATS
from app.panels.chips import label, rule_line
from app.theme import Face, Theme
from app.words import translated

NAMED_STUDY = frozenset(("sdtm", "xpt"))
"""The formats in which the study has a name."""

PICTURED = frozenset(("case",))
"""The formats that key images can go with."""

NAMELESS = frozenset(name for name, one in FORMATS.items() if one.identifies and one.can_leave)
"""The formats that hold the patient's name, or not, as is asked."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases: the words for them, and their ids; None for all that were not closed."""

    words: str
    case_ids: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What was asked for."""

    scope: Scope
    formats: tuple[str, ...]
    folder: str
    study: str
    key_images: bool = False
    deidentified: bool = False


class ExportPanel(QDialog):
    """A window of its own beside the images; what was chosen stays chosen.

    Signals
    -------
    export_requested(ExportChoice)
        The choice is complete and Export was pressed.
    cancel_requested(), folder_requested()
        Stop the export that runs; show the folder of the last one.
    """

    export_requested = Signal(object)
    cancel_requested = Signal()
    folder_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scopes: tuple[Scope, ...] = ()
        self._working = False
        self.setWindowTitle(translated("Export"))
        self.scopes = QVBoxLayout()
        self.scope_group = QButtonGroup(self)
        self.formats = {name: _format_box(one) for name, one in FORMATS.items()}
        self.key_images = QCheckBox(translated("Case file with key images (no name in the pictures)"))
        self.deidentified = QCheckBox(translated("SR and SEG without the patient, to go with such images"))
        self.study = QLineEdit()
        self.study.setAccessibleName(translated("Name of the study"))
        self.folder = QLineEdit()
        self.folder.setAccessibleName(translated("Folder"))
        self.folder.setPlaceholderText(translated("Folder for the files"))
        self.choosing = QPushButton(translated("Choose …"))
        self.message = label(tone="2")
        self.message.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(theme.px(6))
        self.list = QPlainTextEdit()
        self.list.setReadOnly(True)
        self.list.setFixedHeight(theme.px(96))
        self.list.setAccessibleName(translated("Details"))
        self.opening = QPushButton(translated("Open the folder"))
        self.closing = QPushButton(translated("Close"))
        self.cancelling = QPushButton(translated("Cancel"))
        self.exporting = QPushButton(translated("Export"))
        self.exporting.setProperty("primary", "true")
        self._build()
        self._connect()
        self._show_state(working=False)
        self.list.hide()
        self.opening.hide()

    # --- what is chosen ---------------------------------------------------------------------------------------

    def show_scopes(self, scopes: Sequence[Scope], chosen: int = 0) -> None:
        """The cases that can be exported now."""
        self._scopes = tuple(scopes)
        for button in self.scope_group.buttons():
            self.scope_group.removeButton(button)
            self.scopes.removeWidget(button)
            button.deleteLater()
        for number, scope in enumerate(scopes):
            button = QRadioButton(scope.words)
            button.setChecked(number == chosen)
            self.scope_group.addButton(button, number)
            self.scopes.addWidget(button)
        self._edited()

    def choose(
        self, formats: Iterable[str], folder: str, study: str, key_images: bool = False, deidentified: bool = False
    ) -> None:
        """What was chosen before."""
        wanted = set(formats)
        for name, box in self.formats.items():
            box.setChecked(name in wanted and box.isEnabled())
        self.folder.setText(folder)
        self.study.setText(study)
        self.key_images.setChecked(key_images)
        self.deidentified.setChecked(deidentified)
        self._edited()

    @property
    def choice(self) -> ExportChoice | None:
        """What is chosen; None while something is missing."""
        number = self.scope_group.checkedId()
        formats = tuple(name for name, box in self.formats.items() if box.isChecked())
        folder, study = self.folder.text().strip(), self.study.text().strip()
        if not 0 <= number < len(self._scopes) or not formats or not folder:
            return None
        if not study and NAMED_STUDY.intersection(formats):
            return None
        pictured = self.key_images.isChecked() and bool(PICTURED.intersection(formats))
        nameless = self.deidentified.isChecked() and bool(NAMELESS.intersection(formats))
        return ExportChoice(self._scopes[number], formats, folder, study, pictured, nameless)

    # --- what comes of it -------------------------------------------------------------------------------------

    def show_work(self, done: int = 0, total: int = 0) -> None:
        """The export runs; how many cases there are may not be known yet."""
        self._tell(translated("{done} of {total} cases", done=done, total=total) if total else translated("Exporting"))
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.list.hide()
        self.opening.hide()
        self._show_state(working=True)

    def show_result(
        self, text: str, details: Sequence[str] = (), *, error: bool = False, written: bool = False
    ) -> None:
        """It has ended; `details` are what was left out. With `written`, its folder can be opened."""
        self._tell(text, "error" if error else "1")
        self.list.setPlainText("\n".join(details))
        self.list.setVisible(bool(details))
        self.opening.setVisible(written)
        self._show_state(working=False)

    # --- inside ------------------------------------------------------------------------------------------------

    def _tell(self, text: str, tone: str = "2") -> None:
        self.message.setText(text)
        self.message.setProperty("tone", tone)
        for step in (self.message.style().unpolish, self.message.style().polish):
            step(self.message)

    def _show_state(self, working: bool) -> None:
        self._working = working
        self.progress.setVisible(working)
        self.cancelling.setVisible(working)
        self._check()

    def _check(self) -> None:
        """Export can be pressed once nothing is missing; until then its tool tip says what is."""
        names = {name for name, box in self.formats.items() if box.isChecked()}
        self.study.setEnabled(bool(NAMED_STUDY & names))
        self.key_images.setEnabled(bool(PICTURED & names))
        self.deidentified.setEnabled(bool(NAMELESS & names))
        missing = ""
        if not names:
            missing = translated("Choose a format.")
        elif not self.folder.text().strip():
            missing = translated("Choose a folder.")
        elif NAMED_STUDY & names and not self.study.text().strip():
            missing = translated("Name the study.")
        elif self.scope_group.checkedId() < 0:
            missing = translated("There is no case yet.")
        self.exporting.setEnabled(not missing and not self._working)
        self.exporting.setToolTip(missing)

    def _edited(self) -> None:
        """Another choice: what came of the one before is no longer said."""
        self._check()
        if not self._working:
            self._tell(self.exporting.toolTip())
            self.list.hide()
            self.opening.hide()

    def _request(self) -> None:
        choice = self.choice
        if choice is not None and not self._working:
            self.export_requested.emit(choice)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, translated("Export into a folder"), self.folder.text())
        if chosen:
            self.folder.setText(chosen)

    def _connect(self) -> None:
        for box in self.formats.values():
            box.toggled.connect(lambda _on: self._edited())
        for box in (self.key_images, self.deidentified):
            box.toggled.connect(lambda _on: self._edited())
        for line in (self.study, self.folder):
            line.textChanged.connect(lambda _text: self._edited())
        self.choosing.clicked.connect(self._choose_folder)
        self.exporting.clicked.connect(self._request)
        self.cancelling.clicked.connect(self.cancel_requested)
        self.opening.clicked.connect(self.folder_requested)
        self.closing.clicked.connect(self.close)

    def _build(self) -> None:
        theme = self._theme
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(14),) * 4)
        column.setSpacing(theme.px(8))
        column.addWidget(label(translated("Cases"), "2", strong=True))
        self.scopes.setSpacing(theme.px(4))
        column.addLayout(self.scopes)
        column.addWidget(rule_line())
        column.addWidget(label(translated("Formats"), "2", strong=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(1, 1)
        for row, (name, box) in enumerate(self.formats.items()):
            said = label(_about(FORMATS[name]), "2", Face.SMALL)
            said.setWordWrap(True)
            grid.addWidget(box, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(said, row, 1)
        column.addLayout(grid)
        column.addWidget(rule_line())
        column.addWidget(self.deidentified)
        column.addWidget(self.key_images)
        column.addWidget(rule_line())
        where = QGridLayout()
        where.setHorizontalSpacing(theme.px(8))
        where.setVerticalSpacing(theme.px(6))
        where.addWidget(label(translated("Study"), "2"), 0, 0)
        where.addWidget(self.study, 0, 1)
        where.addWidget(label(translated("STUDYID of SDTM"), "3", Face.SMALL), 0, 2)
        where.addWidget(label(translated("Folder"), "2"), 1, 0)
        where.addWidget(self.folder, 1, 1)
        where.addWidget(self.choosing, 1, 2)
        where.setColumnStretch(1, 1)
        column.addLayout(where)
        column.addWidget(self.progress)
        column.addWidget(self.message)
        column.addWidget(self.list)
        column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(6))
        buttons.addWidget(self.opening)
        buttons.addStretch(1)
        for button in (self.closing, self.cancelling, self.exporting):
            buttons.addWidget(button)
        column.addLayout(buttons)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        self.exporting.setDefault(True)
        room = self.screen().availableGeometry()
        self.resize(min(theme.px(640), room.width()), min(self.sizeHint().height(), room.height() - theme.px(40)))


def _format_box(one: ExportFormat) -> QCheckBox:
    box = QCheckBox(translated(one.title))
    box.setEnabled(not one.missing)
    box.setToolTip(one.missing)
    box.setAccessibleDescription(_about(one))
    return box


def _about(one: ExportFormat) -> str:
    """What a format holds; where something has to be installed first, that."""
    return (one.missing or translated(one.summary)).replace("`", "")
