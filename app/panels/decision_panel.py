"""The wide decision form: responses in one row, the open question, both decisions, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app import words
from app.models.reading import Reading
from app.panels.chips import KeyCap, PanelHead, label, rule_line
from app.panels.decision_card import DecisionCard
from app.panels.decision_text import answer_line, data_missing, decision_titles, judgements_at, questions, why_asked
from app.panels.entry_criteria import EntryCriteria
from app.panels.focus_ring import FocusRing
from app.panels.folded_list import FoldedList
from app.panels.marks import ResponseMark
from app.panels.next_dates_table import NextDatesTable
from app.panels.protocol_text import entry_rows, timing_rows
from app.panels.question_card import NoQuestion, QuestionCard, WhatIf
from app.panels.response_text import new_that_count
from app.profiles import known_profiles, protocol_of
from app.reading.next_dates import next_dates
from app.theme import Face, Theme
from app.words import translated
from mrecist.case import TreatmentKind
from mrecist.results import RegionResponse
from mrecist.values import Region, Response

NARROW_BELOW = 700


@dataclass(frozen=True, slots=True)
class Session:
    """Who reads, on which day, and what a judgement would lead to; `foot` names the protocol and the log's head.

    `signing_on` is the date an answer is signed with; `today`, which the next dates count from, unless stated.
    """

    reader: str
    today: date
    what_if: WhatIf | None = None
    foot: str = ""
    advisory: tuple[str, ...] = ()
    signing_on: date | None = None


class DecisionPanel(QWidget):
    """Reports judgements; computes nothing and stores nothing."""

    judgement_signed = Signal(str, object, str)
    criterion_signed = Signal(str, bool, str)
    closed = Signal()
    sign_requested = Signal()
    note_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[Reading, Session] | None = None
        self._cells: tuple[tuple[str, Response, Sequence[str]], ...] = ()
        self.setProperty("ground", "app")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.head = PanelHead(theme, "", height=36)
        self.narrow = QPushButton(translated("Narrow"))
        self.narrow.setProperty("flat", "true")
        self.narrow.setProperty("compact", "true")
        self.head.row.addWidget(self.narrow)
        self.head.row.addWidget(KeyCap(action="view.decision"))
        self._summary = QHBoxLayout()
        self._summary.setSpacing(0)
        self.question = QuestionCard(theme)
        self.no_question = NoQuestion(theme)
        self.tace = DecisionCard(theme, "TACE")
        self.sorafenib = DecisionCard(theme, translated("Sorafenib"))
        self.dates = NextDatesTable(theme)
        self.timing = FoldedList(theme, translated("Windows kept"))
        self.entry = EntryCriteria(theme)
        self.advisory = AdvisoryRow(theme)
        self.foot = label(tone="2", face=Face.SMALL)
        self.print_note = QPushButton(translated("Decision note"))
        self.print_note.setToolTip(translated("The decisions of this time point with their reasons, as PDF"))
        self.sign = QPushButton()
        self._build()
        self.question.judgement_signed.connect(self.judgement_signed)
        self.entry.criterion_signed.connect(self.criterion_signed)
        self.narrow.clicked.connect(self.closed)
        self.sign.clicked.connect(self.sign_requested)
        self.print_note.clicked.connect(self.note_requested)

    def set_reading(self, reading: Reading, session: Session) -> None:
        """Show the decisions of the open time point."""
        self._shown = (reading, session)
        response = reading.response
        self.head.title.setText(translated("Decision at {visit}", visit=reading.visit_id))
        self.head.note.setText(_head_note(reading))
        self.foot.setText(session.foot)
        self.sign.setText(translated("Sign {visit}", visit=reading.visit_id))
        self.sign.setEnabled(not reading.to_do() and not reading.signed and response is not None)
        self.sign.setToolTip(_why_not_signed(reading))
        self.print_note.setEnabled(response is not None)
        self._show_summary(reading)
        tace = None if response is None else response.tace
        sorafenib = None if response is None else response.sorafenib
        judged = judgements_at(reading)
        protocol = protocol_of(reading.record.protocol)
        if protocol is not None:
            names = decision_titles(protocol)
            self.question.name_decisions(*names)
            for card, name in zip((self.tace, self.sorafenib), names, strict=True):
                card.rename(name)
        visit = reading.record.visit(reading.visit_id)
        clinical = None if visit is None else visit.clinical
        self.tace.show_decision(tace, judged, response, clinical)
        self.sorafenib.show_decision(sorafenib, judged, response, clinical)
        asked = questions(tace, sorafenib, protocol)
        begins = bool(asked) and self.isVisible() and not self.question.asks(asked[0])
        self.question.setVisible(bool(asked))
        self.no_question.setVisible(not asked and response is not None)
        self.no_question.show_answers([answer_line(judgement, protocol) for judgement in judged])
        missing = data_missing(tace, sorafenib)
        self.no_question.words.setText(
            translated("No judgement is missing. Data missing: {names}.", names=words.listed(missing))
            if missing
            else translated("No judgement is missing.")
        )
        if asked:
            place = translated("1 of {count} · {decides}", count=len(asked), decides=asked[0].decides)
            why = why_asked(asked[0], reading)
            on = session.signing_on or session.today
            self.question.ask(asked[0], place, why, session.what_if, session.reader, on)
        else:
            self.question.forget()
        if begins:
            self.question.focus_first()
        found = next_dates(reading.record, reading.visit_id, session.today, tace, sorafenib)
        self.dates.set_dates(found, session.today, short=self._is_narrow)
        self.entry.set_signer(session.reader, session.signing_on or session.today)
        self._show_protocol(reading, session.today)
        self.advisory.set_scores(session.advisory)

    def _show_protocol(self, reading: Reading, today: date) -> None:
        """The entry criteria and the windows of the protocol that the case names."""
        named = known_profiles().find(reading.record.protocol)
        self.timing.set_rows(*(((), "") if named is None else timing_rows(named, reading.record, today)))
        self.entry.set_rows(*(((), "") if named is None else entry_rows(named, reading)))

    def showEvent(self, event: QShowEvent) -> None:
        """A question that waits takes the keys 1 2 3 at once."""
        super().showEvent(event)
        if not self.question.isHidden() and self.question.chosen is None:
            self.question.focus_first()

    def resizeEvent(self, event: QResizeEvent) -> None:
        narrow = event.oldSize().width() < self._theme.px(NARROW_BELOW)
        super().resizeEvent(event)
        if self._shown is not None and narrow != self._is_narrow:
            self.set_reading(*self._shown)

    @property
    def _is_narrow(self) -> bool:
        return self.width() < self._theme.px(NARROW_BELOW)

    def _build(self) -> None:
        theme = self._theme
        summary = QWidget()
        summary.setProperty("ground", "panel")
        summary.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        summary.setLayout(self._summary)
        summary.setFixedHeight(theme.px(57))
        self._summary.setContentsMargins(0, 0, 0, 0)
        cards = QHBoxLayout()
        cards.setSpacing(theme.px(11))
        cards.addWidget(self.tace, 1)
        cards.addWidget(self.sorafenib, 1)
        form = QVBoxLayout()
        form.setContentsMargins(theme.px(12), theme.px(9), theme.px(12), theme.px(9))
        form.setSpacing(theme.px(9))
        form.addWidget(self.question)
        form.addWidget(self.no_question)
        form.addLayout(cards)
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addLayout(form)
        inside.addWidget(rule_line())
        inside.addWidget(self.dates)
        inside.addWidget(self.timing)
        inside.addWidget(self.entry)
        inside.addWidget(self.advisory)
        inside.addStretch(1)
        area = QScrollArea()
        area.setAccessibleName(translated("Question, decisions and next dates"))
        FocusRing(theme, area)
        area.setWidgetResizable(True)
        area.setWidget(body)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.px(12), theme.px(8), theme.px(10), theme.px(8))
        foot.setSpacing(theme.px(8))
        foot.addWidget(self.foot, 1)
        foot.addWidget(self.print_note)
        foot.addWidget(self.sign)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.head, rule_line(), summary, rule_line(), area, rule_line()):
            column.addWidget(part)
        column.addLayout(foot)

    def _show_summary(self, reading: Reading) -> None:
        response = reading.response
        if response is None:
            self._show_cells(())
            return
        worst = (translated("worst of"), translated("both regions"))
        liver, beyond = (new_that_count(reading, region) for region in Region)
        cells = (
            (translated("Intrahepatic"), response.intrahepatic.response, _numbers(response.intrahepatic, liver)),
            (translated("Extrahepatic"), response.extrahepatic.response, _numbers(response.extrahepatic, beyond)),
            (translated("Composite"), response.composite, worst),
            (translated("Overall (pooled)"), response.overall.response, _numbers(response.overall, (*liver, *beyond))),
        )
        self._show_cells(cells)

    def _show_cells(self, cells: tuple[tuple[str, Response, Sequence[str]], ...]) -> None:
        """The cells side by side; those that are shown already stay."""
        if cells == self._cells:
            return
        self._cells = cells
        while (item := self._summary.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for at, (name, shown, lines) in enumerate(cells):
            parts = [self._summary_cell(name, shown, lines)]
            if at:
                parts.insert(0, rule_line(horizontal=False))
            for part in parts:
                self._summary.addWidget(part, int(part is parts[-1]))
                part.show()  # at once, or the row would blink

    def _summary_cell(self, name: str, response: Response, lines: Sequence[str]) -> QWidget:
        theme = self._theme
        cell = QWidget()
        column = QVBoxLayout(cell)
        column.setContentsMargins(theme.px(12), theme.px(7), theme.px(6), theme.px(7))
        column.setSpacing(0)
        head = label(name, "2", Face.SMALL)
        head.setFixedHeight(theme.px(14))
        row = QHBoxLayout()
        row.setSpacing(theme.px(10))
        row.addWidget(ResponseMark(response, theme))
        note = label("\n".join(lines), "2", Face.SMALL)
        note.setFixedHeight(theme.px(30))
        row.addWidget(note, 1)
        column.addWidget(head)
        column.addLayout(row)
        return cell


class AdvisoryRow(QWidget):
    """Advisory scores, folded to one line: they do not decide."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setFixedHeight(theme.px(30))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(10), 0, theme.px(6), 0)
        row.setSpacing(theme.px(8))
        row.addWidget(label(translated("Advisory scores"), strong=True))
        row.addWidget(label(translated("do not decide"), "2", Face.SMALL), 1)
        self.scores = label(tone="2", face=Face.SMALL)
        row.addWidget(self.scores)

    def set_scores(self, scores: Sequence[str]) -> None:
        self.scores.setText(" · ".join(scores))
        self.setVisible(bool(scores))


def _why_not_signed(reading: Reading) -> str:
    """Why the time point cannot be signed now; nothing where it can."""
    left = reading.to_do()
    if reading.signed:
        return translated("This time point is signed.")
    if left:
        return words.still_to_do(left)
    return translated("There is no response yet.") if reading.response is None else ""


def _head_note(reading: Reading) -> str:
    """Date, weeks after the first TACE, and how much is read."""
    visit = reading.visit
    if visit is None:
        return ""
    sessions = sorted(t.on for t in reading.record.treatments if t.kind is TreatmentKind.TACE)
    parts = [words.iso(visit.on)]
    if sessions and visit.on >= sessions[0]:
        after = words.decimal_text(Fraction((visit.on - sessions[0]).days, 7))
        parts.append(translated("week {weeks} after TACE 1", weeks=after))
    total = len(reading.lesions)
    parts.append(translated("assessed {done} of {total}", done=total - len(reading.to_do()), total=total))
    return " · ".join(parts)


def _numbers(response: RegionResponse, new: Sequence[str]) -> tuple[str, ...]:
    """The sum, and what decided: the growth from the nadir or the new lesions for PD, else the change from baseline."""
    if response.sum_mm is None:
        return (translated("new {names}", names=words.listed(new)),) if new else ()
    lines = [words.with_mm(response.sum_mm)]
    if response.target is Response.PD and response.change_from_nadir_pct is not None:
        lines.append(translated("{pct} nadir", pct=words.with_pct(response.change_from_nadir_pct)))
    elif new:
        lines.append(translated("new {names}", names=words.listed(new)))
    elif response.non_target is Response.PD:
        lines.append(translated("non-target PD"))
    elif response.change_from_baseline_pct is not None:
        lines.append(translated("{pct} BL", pct=words.with_pct(response.change_from_baseline_pct)))
    return tuple(lines)
