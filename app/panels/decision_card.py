"""One treatment's decision with the inputs it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.panels.chips import chip, label, shortened
from app.panels.decision_inputs import input_value
from app.panels.decision_text import asks, is_failure, origin_text, reason_line
from app.panels.derivation import DerivationList
from app.panels.flow import FlowLayout
from app.panels.kept_rows import KeptRows
from app.panels.marks import Icon, MarkBox
from app.state.record import Judgement
from app.theme import Face, Theme
from app.words import decision_word, translated
from mrecist.case import ClinicalStatus
from mrecist.results import Decision, DecisionInput, TimePointResponse

_ICONS = {"met": Icon.MET, "not_met": Icon.NOT_MET, "open": Icon.OPEN, "alert": Icon.ALERT}


class DecisionCard(QFrame):
    """Title and row id, decision word, one-line reason, then inputs: mark, name, value, source."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme, self._name = theme, name
        self.title = label(name, face=Face.TITLE, strong=True)
        self._decision: Decision | None = None
        self.setProperty("card", "plain")
        self.row: QToolButton = chip("", pressable=True)
        self.row.clicked.connect(self.open_derivation)
        self._mark = MarkBox(Icon.QUESTION, theme)
        self.word = label(face=Face.TITLE, strong=True)
        self.reason = QLabel()
        self.reason.setProperty("tone", "2")
        self.reason.setProperty("face", "small")
        self.reason.setWordWrap(True)
        self.derivation = DerivationList(theme)
        self.derivation.hide()
        self._inputs = KeptRows()
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.row)
        decided = QHBoxLayout()
        decided.setSpacing(theme.px(6))
        decided.addWidget(self._mark)
        decided.addWidget(self.word, 1)
        head = QVBoxLayout()
        head.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(4))
        head.setSpacing(theme.px(2))
        head.addLayout(top)
        head.addLayout(decided)
        head.addWidget(self.reason)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.derivation)
        column.addLayout(self._inputs)
        column.addStretch(1)

    def rename(self, name: str) -> None:
        """What the study calls this decision."""
        self._name = name
        self.title.setText(name)

    def show_decision(
        self,
        decision: Decision | None,
        judgements: Sequence[Judgement] = (),
        response: TimePointResponse | None = None,
        clinical: ClinicalStatus | None = None,
    ) -> None:
        """Show a decision, or say that the protocol gives none.

        Parameters
        ----------
        judgements
            The answers it may rest on.
        response
            The response it follows from, of which its reason speaks.
        clinical
            What was recorded at its time point.
        """
        self._decision = decision
        self.row.setVisible(decision is not None)
        self._mark.setVisible(decision is not None and asks(decision))
        inputs = () if decision is None else decision.inputs
        told = [(x, input_value(x, response, clinical), origin_text(x, judgements)) for x in inputs]
        self._inputs.show_rows(told, self._input)
        if decision is None:
            self.word.setText(translated("Not in this protocol"))
            self.reason.clear()
            return
        self.row.setText(decision.row)
        self.row.setAccessibleName(translated("Derivation by row {row}", row=decision.row))
        self.word.setText(decision_word(decision.decision))
        tone = "accent" if asks(decision) else "failure" if is_failure(decision) else "1"
        self.word.setProperty("tone", tone)
        self.word.style().polish(self.word)
        self.reason.setText(reason_line(decision, response))
        self.setAccessibleName(f"{self._name}: {self.word.text()}, {decision.row}. {self.reason.text()}")
        if not self.derivation.isHidden():
            self.derivation.set_reasons(decision.reasons)

    def open_derivation(self) -> None:
        """Open the reasons of the row in place, or close them."""
        opening = self.derivation.isHidden() and self._decision is not None
        self.derivation.setVisible(opening)
        if opening and self._decision is not None:
            self.derivation.set_reasons(self._decision.reasons)

    def _input(self, told: tuple[DecisionInput, str, str]) -> QWidget:
        theme, (entry, said, origin) = self._theme, told
        row = QFrame()
        row.setProperty("rule", "top")
        row.setMinimumHeight(theme.px(21))
        line = QHBoxLayout(row)
        line.setContentsMargins(theme.px(10), theme.px(2), theme.px(10), theme.px(2))
        line.setSpacing(theme.px(6))
        beside_first_line = QVBoxLayout()
        beside_first_line.setContentsMargins(0, theme.px(3), 0, 0)
        beside_first_line.addWidget(MarkBox(_ICONS.get(entry.state, Icon.OPEN), theme, 12))
        beside_first_line.addStretch(1)
        line.addLayout(beside_first_line)
        words = FlowLayout(theme.px(4), last_at_right=True)  # the source goes below where there is no room beside
        words.addWidget(shortened(entry.name, "2"))
        words.addWidget(shortened(said, "1", strong=True))
        words.addWidget(shortened(origin, "3", Face.SMALL))
        line.addLayout(words, 1)
        return row
