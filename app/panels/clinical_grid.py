"""Treatments, events, ECOG, ascites and encephalopathy typed or pasted row by row, with a preview of what is added."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QHeaderView, QPushButton, QVBoxLayout, QWidget

from app.cohort.sheets import Row, Sheet
from app.labs.importing import ClinicalImport
from app.labs.mapping import ClinicalMapping, FieldColumn, proposed_mapping
from app.labs.meanings import TITLES, Meaning
from app.panels.chips import PanelHead, label, rule_line
from app.panels.clinical_import import preview_table, show_preview
from app.panels.grid_table import GridTable
from app.theme import Theme
from app.words import translated

Previewed = Callable[[Sheet, ClinicalMapping, bool], ClinicalImport]
DATE = "Date"
MEANINGS = (
    *(Meaning.WHAT, Meaning.STEP, Meaning.UNTIL, Meaning.DOSE, Meaning.CYCLE, Meaning.DOSE_GY, Meaning.FRACTIONS),
    *(Meaning.NOTE, Meaning.TIME_POINT, Meaning.ECOG, Meaning.ASCITES, Meaning.ENCEPHALOPATHY),
)
COLUMNS = (DATE, *(TITLES[m] for m in MEANINGS))
MAPPING = ClinicalMapping(
    DATE, fields=tuple(FieldColumn(m, TITLES[m], "Gy" if m is Meaning.DOSE_GY else "") for m in MEANINGS)
)
_ROWS = 8
_WIDTHS = (96, 130, 132, 96, 130, 54, 54, 70, 150, 80, 56, 80, 76)


class ClinicalGridDialog(QDialog):
    """A row for each treatment, dose change, cycle, event or examination; nothing is recorded before Add is pressed.

    Signals
    -------
    confirmed(ClinicalImport)
        Add was pressed: this is to be recorded.
    table_pasted(str)
        A block with a heading of its own was pasted: its columns are to be asked about.
    """

    confirmed = Signal(object)
    table_pasted = Signal(str)

    def __init__(self, theme: Theme, preview: Previewed, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._preview = theme, preview
        self._found: ClinicalImport | None = None
        self.setWindowTitle(translated("Clinical data by date"))
        self.model = QStandardItemModel(_ROWS, len(COLUMNS))
        self.model.setHorizontalHeaderLabels([translated(x) for x in _headings()])
        self.table = GridTable(theme, self.model, translated("Clinical data by date"))
        self.lines = preview_table()
        self.as_typed = QCheckBox(translated("what is unusual is as typed: add it too"))
        self.said = label(tone="2")
        self.add = QPushButton(translated("Add"))
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._build()
        self._refresh()

    def sheet(self) -> Sheet:
        """What is typed, as a table; the line of a row is its number in the grid."""
        rows = []
        for at in range(self.model.rowCount()):
            cells = [str(self.model.index(at, column).data() or "").strip() for column in range(len(COLUMNS))]
            if any(cells):
                rows.append(Row(at + 1, dict(zip(COLUMNS, cells, strict=True))))
        return Sheet(translated("typed"), COLUMNS, tuple(rows))

    def _build(self) -> None:
        px = self._theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, px(8))
        column.setSpacing(px(6))
        hint = translated("one row for each thing · type or paste · a date may be a month: 2012-02")
        column.addWidget(PanelHead(self._theme, translated("Clinical data by date"), hint))
        column.addWidget(rule_line())
        column.addWidget(self.table, 3)
        self.table.verticalHeader().setDefaultSectionSize(px(28))
        head = self.table.horizontalHeader()
        head.setMinimumSectionSize(px(50))
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for at, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(at, px(width))
        head.setSectionResizeMode(COLUMNS.index(TITLES[Meaning.NOTE]), QHeaderView.ResizeMode.Stretch)
        for at, width in enumerate((50, 110, 420)):
            self.lines.setColumnWidth(at, px(width))
        column.addWidget(self.lines, 2)
        foot = QHBoxLayout()
        foot.setContentsMargins(px(10), 0, px(10), 0)
        cancel = QPushButton(translated("Cancel"))
        self.said.setWordWrap(True)
        self.add.setProperty("primary", "true")
        for part in (self.said, self.as_typed, cancel, self.add):
            foot.addWidget(part, 1 if part is self.said else 0)
            if isinstance(part, QPushButton):
                part.setAutoDefault(False)
        column.addLayout(foot)
        self.resize(px(1240), px(600))
        self.model.itemChanged.connect(lambda _item: self._soon.start())
        self._soon.timeout.connect(self._refresh)
        self.table.pasted.connect(self.paste)
        self.table.cleared.connect(self._clear)
        self.as_typed.toggled.connect(self._refresh)
        cancel.clicked.connect(self.reject)
        self.add.clicked.connect(self._confirm)

    def paste(self, text: str) -> None:
        """A block goes into the cells from the current one on; one with a heading of its own is reported."""
        lines = [[cell.strip() for cell in line.split("\t")] for line in text.rstrip("\r\n").splitlines()]
        if len(lines) > 1 and len(set(lines[0])) == len(lines[0]) and proposed_mapping(lines[0]) is not None:
            self.table_pasted.emit(text)
            return
        at = self.table.currentIndex()
        row, column = max(at.row(), 0), max(at.column(), 0)
        if lines and column + max(map(len, lines)) > len(COLUMNS):
            self.said.setText(translated("The block is wider than the grid from here on."))
            return
        self.model.setRowCount(max(self.model.rowCount(), row + len(lines) + 1))
        for down, cells in enumerate(lines):
            for aside, cell in enumerate(cells):
                self.model.setData(self.model.index(row + down, column + aside), cell)

    def _clear(self) -> None:
        for index in self.table.selectionModel().selectedIndexes():
            self.model.setData(index, "")

    def _refresh(self) -> None:
        sheet = self.sheet()
        if sheet.rows and sheet.rows[-1].line == self.model.rowCount():
            self.model.setRowCount(self.model.rowCount() + 1)
        self._found = self._preview(sheet, MAPPING, self.as_typed.isChecked())
        self.said.setText(show_preview(self.lines, self._theme, self._found))
        self.as_typed.setVisible(bool(self._found.asked))
        self.add.setEnabled(self._found.event is not None)

    def _confirm(self) -> None:
        if self._found is not None and self._found.event is not None:
            self.confirmed.emit(self._found)
            self.accept()


def _headings() -> Sequence[str]:
    short = {
        Meaning.STEP: "begun, change, ended",
        Meaning.CYCLE: "Cycle",
        Meaning.DOSE_GY: "Gy",
        Meaning.TIME_POINT: "Time point",
        Meaning.ENCEPHALOPATHY: "Encephal.",
    }
    return [DATE, *(short.get(m, TITLES[m]) for m in MEANINGS)]
