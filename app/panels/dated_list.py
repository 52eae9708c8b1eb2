"""Treatments or events of a case as a list, with a line to add one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.panels.chips import PanelHead, label
from app.panels.fields import DateField, PickBox
from app.theme import Face, Theme
from app.words import translated


def plain_word(value: str) -> str:
    """The word for a kind of treatment or event."""
    return translated(value if value.isupper() else value.replace("_", " ").capitalize())


class DatedList(QWidget):
    """Dated entries, each with a button to change it, and a line to add one."""

    added = Signal(str, object, object, str)
    edit_asked = Signal(str)

    def __init__(
        self,
        theme: Theme,
        title: str,
        kinds: Sequence[str],
        ended: bool,
        refused: Callable[[str, date], str] = lambda _kind, _on: "",
    ) -> None:
        """`refused` says why an entry of a kind and date cannot be added; empty where it can."""
        super().__init__()
        self._theme, self._refused = theme, refused
        self.problem = label(tone="error", face=Face.SMALL)
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.kind = PickBox(theme)
        self.kind.setPlaceholderText(translated("choose"))
        for kind in kinds:
            self.kind.addItem(plain_word(kind), kind)
        self.kind.setCurrentIndex(-1)
        self.on, self.until = DateField(theme), DateField(theme)
        self.note = QLineEdit()
        self.note.setPlaceholderText(translated("dose") if ended else translated("note"))
        self.until_known = QPushButton(translated("ended"))
        self.until_known.setCheckable(True)
        self.until_known.setProperty("compact", "true")
        self.add = QPushButton(translated("Add"))
        self.kind.setAccessibleName(title)
        self.on.setAccessibleName(translated("Date"))
        self.until.setAccessibleName(translated("Ended on"))
        self.note.setAccessibleName(self.note.placeholderText())
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        dated = QHBoxLayout()
        dated.setSpacing(theme.px(6))
        for part in (self.kind, self.on, self.until_known, self.until):
            dated.addWidget(part, 1 if part is self.kind else 0)
        noted = QHBoxLayout()
        noted.setSpacing(theme.px(6))
        noted.addWidget(self.note, 1)
        noted.addWidget(self.add)
        entry = QVBoxLayout()
        entry.setContentsMargins(theme.px(10), theme.px(4), theme.px(10), theme.px(8))
        entry.setSpacing(theme.px(6))
        entry.addLayout(dated)
        entry.addLayout(noted)
        entry.addWidget(self.problem)
        self.kind.setMinimumContentsLength(8)
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.until_known.setVisible(ended)
        self.until.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(PanelHead(theme, title))
        column.addLayout(self._rows)
        column.addLayout(entry)
        self.until_known.toggled.connect(self.until.setVisible)
        self.kind.currentIndexChanged.connect(lambda _at: self._refresh())
        self.on.dateChanged.connect(lambda _on: self._tell(""))
        self._refresh()
        self.add.clicked.connect(self._add)

    def set_rows(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Entries as (id, text, note)."""
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for entry_id, text, note in rows:
            row = QWidget()
            row.setFixedHeight(self._theme.px(26))
            line = QHBoxLayout(row)
            line.setContentsMargins(self._theme.px(10), 0, self._theme.px(10), 0)
            line.addWidget(label(text))
            line.addWidget(label(note, "2"), 1)
            edit = QPushButton(translated("Edit …"))
            edit.setProperty("compact", "true")
            edit.setProperty("flat", "true")
            edit.setAccessibleName(translated("Edit {entry}", entry=text))
            edit.clicked.connect(lambda _checked, asked=entry_id: self.edit_asked.emit(asked))
            line.addWidget(edit)
            self._rows.addWidget(row)

    def _refresh(self) -> None:
        """What is added must be said first: no kind is taken for granted."""
        chosen = self.kind.currentIndex() >= 0
        self.add.setEnabled(chosen)
        self.add.setToolTip("" if chosen else translated("Choose what it is first."))
        self._tell("")

    def _tell(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if problem:
            QTimer.singleShot(0, self.problem, self._show_problem)  # once it has its place

    def _show_problem(self) -> None:
        """Where the list scrolls, what is wrong is in sight."""
        around = self.parentWidget()
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        if around is not None:
            around.ensureWidgetVisible(self.problem)

    def _add(self) -> None:
        until = self.until.value if self.until_known.isChecked() else None
        on = self.on.value
        if until is not None and until < on:
            self.until.setFocus()
            return
        if problem := self._refused(self.kind.currentData(), on):
            self._tell(problem)
            return
        self.added.emit(self.kind.currentData(), on, until, self.note.text().strip())
        self.note.clear()
        self.kind.setCurrentIndex(-1)
