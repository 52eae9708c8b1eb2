"""Measurements of other programs that wait: a row for each, and what to do with it. A window beside the images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.panels.chips import label
from app.theme import Theme
from app.words import translated

_HEADS = ("Time point", "Lesion", "Diameter", "Site", "Made by")


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One proposal in words: what the columns say."""

    id: str
    cells: tuple[str, str, str, str, str]


class ProposalList(QDialog):
    """The reader goes through the rows one by one; nothing is accepted together.

    Signals
    -------
    chosen(str)
        A row was selected: the id of its proposal.
    way_taken(str, str)
        The proposal, and the way it was accepted as.
    declined(str)
    files_requested()
    """

    chosen = Signal(str)
    way_taken = Signal(str, str)
    declined = Signal(str)
    files_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle(translated("Measurements of other programs"))
        self.resize(theme.px(640), theme.px(380))
        self.table = QTableWidget(0, len(_HEADS))
        self.table.setHorizontalHeaderLabels([translated(head) for head in _HEADS])
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setAccessibleName(translated("Proposals that wait"))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(_HEADS) - 1, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.empty = label(translated("Nothing waits. Import a structured report (SR) or a segmentation (SEG)."), "2")
        self.said = QPlainTextEdit()
        self.said.setReadOnly(True)
        self.said.setMaximumHeight(theme.px(96))
        self.said.setAccessibleName(translated("What was not taken, and why"))
        self.said.hide()
        self.files = QPushButton(translated("Import files …"))
        self.decline = QPushButton(translated("Decline"))
        self.ways: list[QPushButton] = []
        self._ways = QHBoxLayout()
        self._ways.setSpacing(theme.px(6))
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(6))
        buttons.addWidget(self.files)
        buttons.addStretch(1)
        buttons.addLayout(self._ways)
        buttons.addWidget(self.decline)
        column = QVBoxLayout(self)
        column.setSpacing(theme.px(8))
        column.addWidget(self.table, 1)
        column.addWidget(self.empty)
        column.addWidget(self.said)
        column.addLayout(buttons)
        self._rows: tuple[ProposalRow, ...] = ()
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.files.clicked.connect(lambda: self.files_requested.emit())
        self.decline.clicked.connect(lambda: self.declined.emit(self.selected) if self.selected else None)
        self.show_rows(())

    @property
    def selected(self) -> str:
        """The id of the proposal whose row is selected; empty where none is."""
        row = self.table.currentRow()
        return self._rows[row].id if 0 <= row < len(self._rows) and self.table.selectedItems() else ""

    def show_rows(self, rows: Sequence[ProposalRow]) -> None:
        """The proposals that wait; the selection stays where its row is still there, else it moves to the next one."""
        kept, at = self.selected, max(self.table.currentRow(), 0)
        self._rows = tuple(rows)
        self.table.blockSignals(True)
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for column, text in enumerate(row.cells):
                self.table.setItem(number, column, QTableWidgetItem(text))
        self.table.blockSignals(False)
        self.table.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self.decline.setEnabled(bool(rows))
        if not rows:
            self.show_ways(())
            return
        ids = [row.id for row in rows]
        self.table.selectRow(ids.index(kept) if kept in ids else min(at, len(rows) - 1))

    def show_ways(self, ways: Sequence[tuple[str, str]]) -> None:
        """What the selected proposal can be accepted as: (name, words)."""
        for old in self.ways:
            self._ways.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.ways = []
        for name, words in ways:
            button = QPushButton(words)
            button.clicked.connect(lambda _checked, way=name: self.way_taken.emit(self.selected, way))
            self.ways.append(button)
            self._ways.addWidget(button)

    def show_said(self, lines: Sequence[str]) -> None:
        """What came of the files that were read last."""
        self.said.setPlainText("\n".join(lines))
        self.said.setVisible(bool(lines))

    def _on_selected(self) -> None:
        if self.selected:
            self.chosen.emit(self.selected)
