"""The decisions of the open time point in two lines, for the reading layout."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.models.reading import Reading
from app.panels.chips import PanelHead, label, rule_line
from app.panels.decision_text import asks, data_missing, is_failure, lacks_images, questions, reason_line
from app.panels.lesion_columns import is_narrow
from app.panels.marks import Icon, MarkBox
from app.panels.response_text import Run
from app.panels.sentence_label import SentenceLabel
from app.profiles import protocol_of
from app.theme import Face, Theme, paint_focus_ring
from app.words import SPACE, counted, decision_word, translated
from mrecist.results import Decision, TimePointResponse


class DecisionBrief(QWidget):
    """One treatment: mark, name, decision word, row id; below, why."""

    pressed = Signal()

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._name = name
        self.title = label(name, strong=True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._mark = MarkBox(Icon.QUESTION, theme)
        self.word = label(tone="2")
        self.row = label(tone="3", face=Face.RULE)
        self.reason = SentenceLabel(theme, "text.2", Face.SMALL)
        top = QHBoxLayout()
        top.setSpacing(theme.px(6))
        top.addWidget(self._mark)
        top.addWidget(self.title)
        top.addWidget(self.word, 1)
        top.addWidget(self.row)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(10), theme.px(7), theme.px(10), theme.px(8))
        column.setSpacing(theme.px(1))
        column.addLayout(top)
        column.addWidget(self.reason)
        column.addStretch(1)

    def rename(self, name: str) -> None:
        """What the study calls this decision."""
        self._name = name
        self.title.setText(name)

    def show_unread(self, left: int) -> None:
        """What is not read yet is not "not evaluable": nothing is proposed from it."""
        self._mark.hide()
        self.word.setText(translated("not read yet"))
        self.row.clear()
        self.reason.set_sentence((Run(counted(left, "lesion still to do", "lesions still to do")),))

    def show_decision(
        self, decision: Decision | None, question: str, short: bool, response: TimePointResponse | None = None
    ) -> None:
        """The decision in brief; an open question stands in place of the reason."""
        self._mark.setVisible(decision is not None and asks(decision))
        if decision is None:
            self.word.setText(translated("no decision at this time point"))
            self.row.clear()
            self.reason.set_sentence(())
            return
        said = decision_word(decision.decision)
        word = said[0].lower() + said[1:]
        self.word.setText(_short_word(decision, word) if short else word)
        self.word.setProperty("tone", "failure" if is_failure(decision) else "2")
        self.word.style().polish(self.word)
        self.row.setText(decision.row)
        line = question or reason_line(decision, response)
        self.reason.set_sentence((Run(line),))
        self.reason.setVisible(not short)
        self.setToolTip(line if short else "")
        self.setAccessibleName(f"{self._name}: {word}, {decision.row}. {line}")

    def mark_provisional(self, left: int) -> None:
        """The decision may be another one when the lesions that are left have been read."""
        told = counted(left, "lesion still to do", "lesions still to do")
        self.word.setText(f"{self.word.text()}{SPACE}*")
        self.setToolTip(". ".join(filter(None, (f"* {told}", self.toolTip()))))
        self.setAccessibleName(f"{self.accessibleName()} {told}.")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            paint_focus_ring(painter, self.rect().toRectF(), self._theme)
            painter.end()


def _short_word(decision: Decision, word: str) -> str:
    """What fits beside the treatment's name at the narrow panel."""
    if asks(decision):
        return translated("to judge")
    return translated("stop, failure") if is_failure(decision) else word


class DecisionStrip(QWidget):
    """TACE and sorafenib side by side, under a head that counts the questions."""

    opened = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._reading: Reading | None = None
        self._short = False
        self.head = PanelHead(theme, translated("Decision"))
        self.tace = DecisionBrief(theme, "TACE")
        self.sorafenib = DecisionBrief(theme, translated("Sorafenib"))
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.tace, 1)
        row.addWidget(rule_line(horizontal=False))
        row.addWidget(self.sorafenib, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(rule_line())
        column.addLayout(row)
        self.tace.pressed.connect(self.opened)
        self.sorafenib.pressed.connect(self.opened)

    def set_reading(self, reading: Reading | None) -> None:
        """Show both decisions of the open time point; nothing where the case has none."""
        self._reading = reading
        response = None if reading is None else reading.response
        decided = response is not None and (response.tace is not None or response.sorafenib is not None)
        self.setVisible(decided)
        if response is None or reading is None or not decided:
            return
        self.head.note.setText((reading.record.protocol or "").upper())
        protocol = protocol_of(reading.record.protocol)
        if protocol is not None:
            self.tace.rename(translated(protocol.tace_card.brief))
            self.sorafenib.rename(translated(protocol.sorafenib_card.brief))
        asked = questions(response.tace, response.sorafenib, protocol)
        missing = data_missing(response.tace, response.sorafenib)
        left = len(reading.to_do())
        told = [counted(len(asked), "question to answer", "questions to answer")] if asked else []
        if missing:
            told.append(translated("data missing"))
        self.head.right.setText(" · ".join(told))
        fields = {question.field: question.short for question in asked}
        benefit = fields.get("tace_benefit", "") if response.tace and asks(response.tace) else ""
        self.tace.show_decision(response.tace, benefit, self._short, response)
        self.sorafenib.show_decision(response.sorafenib, "", self._short, response)
        for brief, decision in ((self.tace, response.tace), (self.sorafenib, response.sorafenib)):
            if decision is not None and lacks_images(decision, response) and left:
                brief.show_unread(left)
            elif decision is not None and left and not asks(decision):
                brief.mark_provisional(left)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        short = is_narrow(round(self.width() / self._theme.scale))
        if short != self._short:
            self._short = short
            self.set_reading(self._reading)
