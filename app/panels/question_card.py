"""The missing judgement as a question: its answers, what each would decide, reason, signer, date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.panels.chips import KeyButton, label
from app.panels.decision_text import Answer, Question, Value, asks, would_be
from app.panels.marks import Icon, MarkBox
from app.theme import Face, Theme
from app.words import DASH, iso, translated
from mrecist.results import Decision

WhatIf = Callable[[str, Value], tuple[Decision, Decision]]
"""The TACE and sorafenib decisions that would follow if the field had this value."""


class QuestionCard(QFrame):
    """One question. No answer is chosen to begin with; the reason is required; keys 1 2 3 answer."""

    judgement_signed = Signal(str, object, str)
    answer_chosen = Signal(str, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._question: Question | None = None
        self._decisions = ("TACE", translated("Sorafenib"))
        self._chosen: Answer | None = None
        self.setProperty("card", "question")
        self.title = label(face=Face.TITLE, strong=True)
        self.title.setWordWrap(True)
        self.place = label(tone="2", face=Face.SMALL)
        self.why = label(tone="2")
        self.why.setWordWrap(True)
        self.answers: list[KeyButton] = []
        self.effects: list[tuple[QLabel, QLabel]] = []
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(translated("required, one sentence"))
        self.reason.setAccessibleName(translated("Reason"))
        self.signer = QLineEdit()
        self.signer.setReadOnly(True)
        self.signer.setAccessibleName(translated("Signed by"))
        self.on = QLineEdit()
        self.on.setReadOnly(True)
        self.on.setAccessibleName(translated("Signed on"))
        self.sign = QPushButton(translated("Sign answer"))
        self.sign.setProperty("primary", "true")
        self._table = QFrame()
        self._table.setProperty("card", "table")
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(theme.px(5), theme.px(2), theme.px(8), theme.px(5))
        self._grid.setHorizontalSpacing(theme.px(16))
        self._grid.setVerticalSpacing(theme.px(5))
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        self._build()
        self.reason.textChanged.connect(self._refresh_sign)
        self.reason.returnPressed.connect(self._sign)
        self.sign.clicked.connect(self._sign)

    @property
    def question(self) -> Question | None:
        return self._question

    @property
    def chosen(self) -> Answer | None:
        return self._chosen

    def ask(self, question: Question, place: str, why: str, what_if: WhatIf | None, signer: str, today: date) -> None:
        """Put a question; an answer begun for the same question is kept."""
        same = self.asks(question)
        self._question = question
        self.title.setText(question.text)
        self.place.setText(place)
        self.why.setText(why)
        for field, text in ((self.signer, signer), (self.on, iso(today))):
            field.setText(text)
            field.setFixedWidth(field.fontMetrics().horizontalAdvance(text) + self._theme.px(20))
        if not same:
            self._chosen = None
            self.reason.clear()
        self._lay_answers(question, what_if)
        self._refresh_sign()

    def name_decisions(self, local: str, systemic: str) -> None:
        """What the study calls the two decisions that an answer may change; for the next question that is put."""
        self._decisions = (local, systemic)

    def asks(self, question: Question) -> bool:
        """Whether it is this question that is put already."""
        return self._question is not None and self._question.field == question.field

    def forget(self) -> None:
        """No question is put; what was begun for the last one is gone."""
        self._question = self._chosen = None
        self.reason.clear()

    def focus_first(self) -> None:
        """The focus goes to the first answer, which is not thereby chosen."""
        if self.answers:
            self.answers[0].show()  # one just made is not in sight yet, and takes no focus until it is
            self.answers[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """1 2 3 belong to the card while the focus is in it, except in its text field."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._answers_to(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._answers_to(event):
            self.answers[int(event.text()) - 1].click()
            return
        super().keyPressEvent(event)

    def _answers_to(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        keys = [str(number + 1) for number in range(len(self.answers))]
        return plain and event.text() in keys and not self.reason.hasFocus()

    def _build(self) -> None:
        theme = self._theme
        top = QHBoxLayout()
        top.setSpacing(theme.px(8))
        top.addWidget(MarkBox(Icon.QUESTION, theme), 0, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self.title, 1)
        top.addWidget(self.place)
        why = QHBoxLayout()
        why.addSpacing(theme.px(22))
        why.addWidget(self.why, 1)
        foot = QHBoxLayout()
        foot.setSpacing(theme.px(8))
        foot.addWidget(label(translated("Reason"), "3", Face.SMALL))
        foot.addWidget(self.reason, 1)
        foot.addWidget(label(translated("By"), "3", Face.SMALL))
        foot.addWidget(self.signer)
        foot.addWidget(self.on)
        foot.addWidget(self.sign)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(12), theme.px(9), theme.px(12), theme.px(8))
        column.setSpacing(theme.px(3))
        column.addLayout(top)
        column.addLayout(why)
        column.addSpacing(theme.px(1))
        column.addWidget(self._table)
        column.addSpacing(theme.px(4))
        column.addLayout(foot)

    def _lay_answers(self, question: Question, what_if: WhatIf | None) -> None:
        had_focus = any(button.hasFocus() for button in self.answers)
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        heads = (translated("Answer"), *(translated("{decision} would be", decision=x) for x in self._decisions))
        for at, head in enumerate(heads):
            made = label(head, "3", Face.SMALL)
            made.setContentsMargins(self._theme.px(5) if at == 0 else 0, 0, 0, 0)
            self._grid.addWidget(made, 0, at)
        self.answers, self.effects = [], []
        for number, answer in enumerate(question.answers, start=1):
            button = KeyButton(answer.word, str(number), small=True)
            button.setCheckable(True)
            button.setFixedWidth(self._theme.px(138))
            button.setChecked(self._chosen is not None and self._chosen.value == answer.value)
            button.clicked.connect(lambda _checked, at=number - 1: self._choose(at))
            outcome = None if what_if is None else what_if(question.field, answer.value)
            shown = tuple(self._effect(outcome[at] if outcome else None, question.field) for at in range(2))
            self.answers.append(button)
            self.effects.append((shown[0], shown[1]))
            for at, widget in enumerate((button, *shown)):
                self._grid.addWidget(widget, number, at)
        if had_focus:
            self.focus_first()

    def _effect(self, decision: Decision | None, field: str) -> QLabel:
        made = QLabel(DASH)
        if decision is not None:
            tone = self._theme.name("text.2" if asks(decision) else "text.1")
            faint = self._theme.name("text.3")
            made.setText(
                f'<span style="color:{tone}">{would_be(decision, field)}</span> '
                f'<span style="color:{faint}">{decision.row}</span>'
            )
        return made

    def _choose(self, number: int) -> None:
        assert self._question is not None
        self._chosen = self._question.answers[number]
        for at, button in enumerate(self.answers):
            button.setChecked(at == number)
        self._refresh_sign()
        if self._chosen.value is not None:
            self.reason.setFocus(Qt.FocusReason.OtherFocusReason)  # what is typed next is the reason
        self.answer_chosen.emit(self._question.field, self._chosen.value)

    def _refresh_sign(self) -> None:
        """Signing needs an answer that closes the question, and a reason."""
        missing = self._missing()
        self.sign.setEnabled(not missing)
        self.sign.setToolTip(missing)

    def _missing(self) -> str:
        if self._chosen is None:
            return translated("No answer is chosen.")
        if self._chosen.value is None:
            return translated("The question stays open; there is nothing to sign.")
        if not self.reason.text().strip():
            return translated("A reason is required.")
        return ""

    def _sign(self) -> None:
        if self._missing() or self._question is None or self._chosen is None:
            return
        self.judgement_signed.emit(self._question.field, self._chosen.value, self.reason.text().strip())


class NoQuestion(QWidget):
    """Said in place of the card when nothing is left to judge."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        row = QHBoxLayout()
        row.addWidget(MarkBox(Icon.MET, theme))
        self.words = label(translated("No judgement is missing."), "2")
        row.addWidget(self.words, 1)
        self.answers = label(tone="2", face=Face.SMALL)
        self.answers.setWordWrap(True)
        self.answers.setContentsMargins(theme.px(22), 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(12), theme.px(4), theme.px(12), theme.px(4))
        column.setSpacing(theme.px(3))
        column.addLayout(row)
        column.addWidget(self.answers)

    def show_answers(self, lines: Sequence[str]) -> None:
        """The answers that were signed, one a line."""
        self.answers.setText("\n".join(lines))
        self.answers.setVisible(bool(lines))
