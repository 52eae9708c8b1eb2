"""Before clinical data are added: what the columns mean, and line by line what would be added, or not, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.cohort.sheets import Sheet, SheetError
from app.labs.importing import ClinicalImport
from app.labs.mapping import (
    DATE_ORDERS,
    GRAYS,
    ClinicalMapping,
    DateOrder,
    FieldColumn,
    MappingError,
    ValueColumn,
    mapping_text,
    parse_mapping,
    unit_of,
)
from app.labs.meanings import TITLES, Meaning
from app.labs.units import ANALYTES
from app.panels.chips import PanelHead, label, rule_line
from app.panels.fields import PickBox
from app.state.clinical import Analyte
from app.theme import Theme
from app.words import translated

Previewed = Callable[[ClinicalMapping, bool], ClinicalImport]
_NOTHING, _DATE, _CASE = "", "date", "case"


@dataclass(frozen=True, slots=True)
class _Line:
    """The choices for one column of the table."""

    column: str
    means: QComboBox
    unit: QComboBox
    limit: QLineEdit


class ClinicalImportDialog(QDialog):
    """The mapping is a proposal until Add is pressed; every change of it shows at once what would be added.

    Signals
    -------
    confirmed(ClinicalMapping, ClinicalImport)
        Add was pressed: this is to be recorded.
    """

    confirmed = Signal(object, object)

    def __init__(
        self, theme: Theme, sheet: Sheet, mapping: ClinicalMapping | None, preview: Previewed, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._theme, self._sheet, self._preview = theme, sheet, preview
        self._found: tuple[ClinicalMapping, ClinicalImport] | None = None
        self._lines: list[_Line] = []
        self._given = {x.column: x for x in mapping.values} if mapping else {}
        self._fields = {x.column: x for x in mapping.fields} if mapping else {}
        self.setWindowTitle(translated("Clinical data to be added"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.order = PickBox(theme)
        self.order.addItems(DATE_ORDERS)
        self.as_typed = QCheckBox(translated("what is unusual is as typed: add it too"))
        self.columns = QTableWidget(len(sheet.columns), 4)
        self.lines = preview_table()
        self.said = label(tone="2")
        self.add = QPushButton(translated("Add"))
        self._build(mapping)
        self._refresh()
        self.resize(theme.px(940), theme.px(700))

    def _build(self, mapping: ClinicalMapping | None) -> None:
        px = self._theme.px
        told = translated("a proposal from the headings; check each unit")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, px(8))
        column.setSpacing(px(6))
        column.addWidget(PanelHead(self._theme, self._sheet.name, told))
        column.addWidget(rule_line())
        self.columns.setHorizontalHeaderLabels(
            [translated(x) for x in ("Column of the table", "is", "in", "upper limit")]
        )
        for row, name in enumerate(self._sheet.columns):
            self._lines.append(self._column_line(row, name, mapping))
        for table, widths in ((self.columns, (240, 230, 130)), (self.lines, (50, 110, 320))):
            for at, width in enumerate(widths):
                table.setColumnWidth(at, px(width))
        self.columns.verticalHeader().hide()
        self.columns.horizontalHeader().setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        self.columns.setFixedHeight(px(32) * min(len(self._lines), 8) + px(34))
        self.columns.verticalHeader().setDefaultSectionSize(px(32))
        column.addWidget(self.columns)
        ordered = QHBoxLayout()
        ordered.setContentsMargins(px(10), 0, px(10), 0)
        ordered.addWidget(label(translated("Dates are written"), "3"))
        ordered.addWidget(self.order)
        ordered.addStretch(1)
        ordered.addWidget(self.as_typed)
        column.addLayout(ordered)
        column.addWidget(self.lines, 1)
        self.add.setProperty("primary", "true")
        cancel = QPushButton(translated("Cancel"))
        foot = QHBoxLayout()
        foot.setContentsMargins(px(10), 0, px(10), 0)
        self.said.setWordWrap(True)
        foot.addWidget(self.said, 1)
        foot.addWidget(cancel)
        foot.addWidget(self.add)
        column.addLayout(foot)
        if mapping is not None:
            self.order.setCurrentText(mapping.date_order)
        self.order.currentIndexChanged.connect(self._refresh)
        self.as_typed.toggled.connect(self._refresh)
        cancel.clicked.connect(self.reject)
        self.add.clicked.connect(self._confirm)

    def _column_line(self, row: int, name: str, mapping: ClinicalMapping | None) -> _Line:
        means, unit, limit = PickBox(self._theme), PickBox(self._theme), QLineEdit()
        for text, value in (("not used", _NOTHING), ("date", _DATE), ("case or patient", _CASE)):
            means.addItem(translated(text), value)
        for analyte in Analyte:
            means.addItem(translated(ANALYTES[analyte].name), analyte.value)
        for meaning in Meaning:
            means.addItem(translated(TITLES[meaning]), meaning.value)
        given = self._given.get(name)
        field = self._fields.get(name)
        meant = given.analyte if given else field.meaning if field else _NOTHING
        if mapping is not None and name in (mapping.date, mapping.case):
            meant = _DATE if name == mapping.date else _CASE
        means.setCurrentIndex(means.findData(meant))
        limit.setPlaceholderText(translated("not given"))
        line = _Line(name, means, unit, limit)
        if given is not None:
            limit.setText(given.upper_limit or (f"[{given.upper_limit_column}]" if given.upper_limit_column else ""))
        told = field.unit if field else ""
        self._offer_units(
            line, f"[{given.unit_column}]" if given and given.unit_column else given.unit if given else told
        )
        for at, part in enumerate((means, unit, limit), 1):
            self.columns.setCellWidget(row, at, part)
        item = QTableWidgetItem(name)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.columns.setItem(row, 0, item)
        means.currentIndexChanged.connect(lambda _at: self._on_meaning(line))
        unit.currentIndexChanged.connect(self._refresh)
        limit.editingFinished.connect(self._refresh)
        return line

    def _on_meaning(self, line: _Line) -> None:
        self._offer_units(line, "")
        self._refresh()

    def _offer_units(self, line: _Line, chosen: str) -> None:
        """The units of the analyte, or a column that has them; none is chosen where the heading told none."""
        line.unit.blockSignals(True)
        line.unit.clear()
        meant = line.means.currentData()
        measured = meant in list(Analyte)
        if meant == Meaning.DOSE_GY:
            for text in GRAYS:
                line.unit.addItem(text, text)
            line.unit.setPlaceholderText(translated("choose"))
            line.unit.setCurrentIndex(line.unit.findData(chosen))
        if measured:
            rule = ANALYTES[Analyte(meant)]
            for one in rule.units:
                line.unit.addItem(one.text or translated("no unit"), one.text)
            for other in self._sheet.columns:
                line.unit.addItem(translated("as column {name}", name=other), f"[{other}]")
            line.unit.setPlaceholderText(translated("choose"))
            known = line.unit.findData(chosen)
            line.unit.setCurrentIndex(known if chosen or len(rule.units) == 1 else -1)
        line.unit.setEnabled(measured or meant == Meaning.DOSE_GY)
        line.limit.setEnabled(measured)
        line.unit.blockSignals(False)

    def _mapping(self) -> ClinicalMapping:
        """What is chosen; raises MappingError where something is missing."""
        dates = [x.column for x in self._lines if x.means.currentData() == _DATE]
        cases = [x.column for x in self._lines if x.means.currentData() == _CASE]
        if len(dates) > 1 or len(cases) > 1:
            raise MappingError(translated("One column at most is the date, and one the case."))
        values, fields = [], []
        for line in self._lines:
            meant = line.means.currentData()
            if meant in list(Meaning):  # Qt gives a plain text back
                fields.append(FieldColumn(str(meant), line.column, str(line.unit.currentData() or "")))
                continue
            if meant not in list(Analyte):
                continue
            if line.unit.currentIndex() < 0:
                why = ANALYTES[Analyte(meant)].why_refused(unit_of(line.column))
                raise MappingError(why or translated("Choose the unit of {column}.", column=line.column))
            unit, limit = str(line.unit.currentData()), line.limit.text().strip()
            in_column = self._column_named(limit)
            values.append(
                ValueColumn(
                    meant,
                    line.column,
                    "" if self._column_named(unit) else unit,
                    self._column_named(unit),
                    "" if in_column else limit,
                    in_column,
                )
            )
        order = cast(DateOrder, self.order.currentText())
        made = ClinicalMapping(
            dates[0] if dates else "", tuple(values), order, cases[0] if cases else "", tuple(fields)
        )
        return parse_mapping(mapping_text(made))

    def _column_named(self, text: str) -> str:
        name = text[1:-1] if text.startswith("[") and text.endswith("]") else ""
        return name if name in self._sheet.columns else ""

    def _refresh(self) -> None:
        self._found = None
        self.add.setEnabled(False)
        self.as_typed.hide()
        self.lines.setRowCount(0)
        try:
            mapping = self._mapping()
            found = self._preview(mapping, self.as_typed.isChecked())
        except (MappingError, SheetError) as error:
            self.said.setText(str(error).removeprefix("not a mapping: "))
            return
        self._show(found)
        self._found = (mapping, found)
        self.add.setEnabled(found.event is not None)

    def _show(self, found: ClinicalImport) -> None:
        self.said.setText(show_preview(self.lines, self._theme, found))
        self.as_typed.setVisible(bool(found.asked))

    def _confirm(self) -> None:
        if self._found is not None:
            self.confirmed.emit(*self._found)
            self.accept()


def preview_table() -> QTableWidget:
    """An empty table for `show_preview`."""
    made = QTableWidget(0, 4)
    made.setHorizontalHeaderLabels([translated(x) for x in ("Line", "Date", "What", "What becomes of it")])
    made.verticalHeader().hide()
    made.horizontalHeader().setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
    made.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    made.setAccessibleName(translated("What becomes of each line"))
    return made


def show_preview(table: QTableWidget, theme: Theme, found: ClinicalImport) -> str:
    """Line by line what would be added, and what not and why; the sum of it in one line."""
    rows = [
        (
            x.line,
            "" if x.on is None else x.on.isoformat(),
            x.text,
            translated("as typed") if x.asks else translated("added"),
            "text.1",
        )
        for x in found.sure
    ]
    rows += [(x.line, "", x.column, translated("not taken: {why}", why=x.why), "signal.amber") for x in found.refused]
    rows.sort(key=lambda x: x[0])
    table.setRowCount(len(rows))
    for at, (number, on, text, becomes, tone) in enumerate(rows):
        for column, said in enumerate((str(number), on, text, becomes)):
            item = QTableWidgetItem(said)
            item.setForeground(theme.colour(tone))
            item.setToolTip(said)
            table.setItem(at, column, item)
    parts = [
        translated("{count} added", count=len(found.sure)),
        translated("{count} known", count=found.known),
        translated("{count} not taken", count=len(found.refused)),
    ]
    if found.other_cases:
        parts.append(translated("rows of other cases: {count}", count=found.other_cases))
    return ", ".join(parts)
