"""A list that is folded to one line: a title, what it comes to, and, once opened, its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.panels.chips import label, rule_line
from app.panels.kept_rows import KeptRows
from app.panels.marks import Icon, MarkBox
from app.theme import Face, Theme
from app.words import translated


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row: its mark, what it is, and what was found of it; `key` and `action` where something can be done there."""

    icon: Icon
    text: str
    found: str = ""
    tone: str = "1"
    key: str = ""
    action: str = ""


class FoldedList(QWidget):
    """Hidden while it has no rows. Its head opens and folds it, by click or by Space.

    Signals
    -------
    row_asked(str)
        The button of the row with this key was pressed.
    """

    row_asked = Signal(str)

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._theme = theme
        self._listed: tuple[ListRow, ...] = ()
        self.head = QToolButton()
        self.head.setText(title)
        self.head.setProperty("flat", "true")
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setArrowType(Qt.ArrowType.RightArrow)
        self.head.setCheckable(True)
        self.note = label(tone="2", face=Face.SMALL)
        self.note.setWordWrap(True)
        self.body = QWidget()
        self.body.hide()
        self._rows = KeptRows(self.body)
        self._rows.setContentsMargins(theme.px(12), 0, theme.px(10), theme.px(8))
        self._rows.setSpacing(theme.px(3))
        top = QHBoxLayout()
        top.setContentsMargins(theme.px(4), theme.px(3), theme.px(10), theme.px(3))
        top.setSpacing(theme.px(8))
        top.addWidget(self.head)
        top.addWidget(self.note, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(rule_line())
        column.addLayout(top)
        column.addWidget(self.body)
        self.head.toggled.connect(self._fold)

    @property
    def rows(self) -> tuple[ListRow, ...]:
        return self._listed

    def set_rows(self, rows: Sequence[ListRow], note: str) -> None:
        """What the list holds, and what it comes to in one line."""
        self._listed = tuple(rows)
        self.note.setText(note)
        self.head.setAccessibleName(f"{self.head.text()}: {note}")
        self.head.setToolTip(translated("Open or fold the list"))
        self.setVisible(bool(rows))
        if self.head.isChecked():
            self._fill()

    def _fold(self, opened: bool) -> None:
        self.head.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)
        if opened:
            self._fill()
        self.body.setVisible(opened)

    def _fill(self) -> None:
        """The rows are made when they are looked at: there may be many."""
        self._rows.show_rows(self._listed, self._row)

    def _row(self, row: ListRow) -> QWidget:
        theme = self._theme
        made = QWidget()
        line = QHBoxLayout(made)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(8))
        text = label(row.text, row.tone, Face.SMALL)
        text.setWordWrap(True)
        found = label(row.found, row.tone, Face.SMALL)
        side = Qt.AlignmentFlag.AlignVCenter if row.action else Qt.AlignmentFlag.AlignTop
        line.addWidget(MarkBox(row.icon, theme, 12), 0, side)
        line.addWidget(text, 1)
        line.addWidget(found, 0, side)
        if row.action:
            button = QPushButton(row.action)
            button.setProperty("compact", "true")
            button.setAccessibleName(f"{row.action}: {row.text}")
            button.clicked.connect(lambda: self.row_asked.emit(row.key))
            line.addWidget(button, 0, side)
        return made
