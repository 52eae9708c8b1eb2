"""What is asked and told of the selected lesion at a follow-up: was it gone, is it tumour, is it still split."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QWidget

from app.panels.chips import KeyButton, PanelHead, label
from app.panels.fields import DateField
from app.panels.kept_rows import under_head
from app.panels.lesion_form import Check, CheckRow
from app.panels.marks import Icon, MarkBox
from app.theme import Face, Theme
from app.words import translated


@dataclass(frozen=True, slots=True)
class Option:
    """One answer, and what would follow from it."""

    id: str
    word: str
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question whose answers have consequences, which are told before one is chosen."""

    rule: str
    text: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """All that the card shows of one lesion; empty where there is nothing to ask or to tell.

    `meaning` says what the answers mean for the response; `settled_on` is the date of the latest finding that settled
    a doubt, where there is one.
    """

    title: str
    asked: Asked | None = None
    checks: tuple[Check, ...] = ()
    meaning: str = ""
    settled_on: date | None = None
    visit_id: str = ""

    @property
    def is_empty(self) -> bool:
        return self.asked is None and not self.checks and not self.meaning


class LesionCard(QWidget):
    """Reports what is answered; it judges nothing."""

    way_chosen = Signal(str, str)
    """(what was asked, the answer)"""
    override_given = Signal(str, str)
    """(the rule that objects, the reason for going against it)"""
    settled = Signal(object)
    """Another date on which the doubt was settled."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._told: Told | None = None
        self.head = PanelHead(theme, "", right=translated("live"))
        self._body = under_head(self, self.head)
        self.buttons: dict[tuple[str, str], KeyButton] = {}
        self.meaning = label(tone="1", face=Face.SMALL)
        self.date: DateField | None = None
        self.show_told(None)

    def show_told(self, told: Told | None) -> None:
        """Show what is asked and told; the card is not there where that is nothing."""
        if told == self._told and told is not None:
            return
        self._told = told
        title = "" if told is None or told.is_empty else told.title
        rows = () if told is None or told.is_empty else (told.asked, *told.checks, told.settled_on, told.meaning)
        self._body.show_rows([(title, told.visit_id, row) for row in rows if told and row], self._row)
        self.setVisible(bool(title))
        self.head.title.setText(title)
        self.buttons = {}
        for row in self._body.widgets:
            if isinstance(row, _Question | CheckRow):
                self.buttons |= {(row.rule, way): b for way, b in row.buttons.items() if isinstance(b, KeyButton)}
        self.date = next((x for row in self._body.widgets for x in row.findChildren(DateField)), None)

    def _row(self, told: tuple[str, str, Asked | Check | date | str]) -> QWidget:
        match told[2]:
            case Asked() as asked:
                question = _Question(self._theme, asked)
                question.way_chosen.connect(self.way_chosen)
                return question
            case Check() as check:
                row = CheckRow(self._theme, check)
                row.way_chosen.connect(self.way_chosen)
                row.override_given.connect(self.override_given)
                return row
            case date() as on:
                return self._dated(on)
            case str() as meaning:
                return self._meaning(meaning)

    def _dated(self, on: date) -> QWidget:
        theme = self._theme
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(theme.px(32), theme.px(2), theme.px(10), theme.px(2))
        row.addWidget(label(translated("Settled on"), "2"), 1)
        field = DateField(theme, on)
        field.setProperty("compact", "true")
        field.setAccessibleName(translated("Settled on"))
        field.setKeyboardTracking(False)
        field.dateChanged.connect(self._date_changed)
        row.addWidget(field)
        return line

    def _meaning(self, meaning: str) -> QWidget:
        theme = self._theme
        self.meaning = label(meaning, "2", Face.SMALL)
        self.meaning.setWordWrap(True)
        self.meaning.setContentsMargins(theme.px(32), theme.px(4), theme.px(10), theme.px(6))
        return self.meaning

    def _date_changed(self) -> None:
        if self.date is not None and self._told is not None and self.date.value != self._told.settled_on:
            self.settled.emit(self.date.value)


class _Question(QFrame):
    """A question with its answers, each with what would follow from it."""

    way_chosen = Signal(str, str)

    def __init__(self, theme: Theme, asked: Asked) -> None:
        super().__init__()
        self.rule = asked.rule
        self.buttons: dict[str, KeyButton] = {}
        self.setProperty("card", "question")
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.px(10), theme.px(6), theme.px(10), theme.px(6))
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(theme.px(4))
        grid.setColumnStretch(1, 1)
        text = label(asked.text, strong=True)
        text.setWordWrap(True)
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        head.addWidget(MarkBox(Icon.QUESTION, theme), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(text, 1)
        grid.addLayout(head, 0, 0, 1, 2)
        for number, option in enumerate(asked.options, 1):
            button = self.buttons[option.id] = KeyButton(option.word, small=True)
            button.setAccessibleDescription(option.effect)
            button.clicked.connect(lambda _checked, way=option.id: self.way_chosen.emit(self.rule, way))
            effect = label(option.effect, "2", Face.SMALL)
            effect.setWordWrap(True)
            grid.addWidget(button, number, 0)
            grid.addWidget(effect, number, 1)
