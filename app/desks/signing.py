"""Amending a time point, and the judgements that decide; each with name, date and reason."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import QObject, Signal

from app.models.reading import Reading
from app.panels.decision_panel import Session as DecisionSession
from app.panels.notice import Notice
from app.panels.protocol_text import rows_named
from app.profiles import protocol_of
from app.session import ReadingSession
from app.state.events import CriterionSigned, JudgementSigned, VisitAmended
from app.state.record import CriterionAnswer, Judgement, Record
from mrecist.case import Signature
from mrecist.results import Decision

AMEND = "Amend"


class SigningDesk(QObject):
    """Turns answers into edits; what is asked first is asked in the notice, beside the button."""

    told = Signal(str, bool)

    def __init__(self, session: ReadingSession, notice: Notice, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._notice = session, notice
        notice.offer_taken.connect(self._on_offer)

    def ask_to_amend(self) -> None:
        visit_id = self._session.selection.visit_id
        self._notice.show_refusal(f"{visit_id} is signed. Why is it opened again?", [AMEND], needs_reason=[AMEND])

    def sign_judgement(self, field: str, value: object, reason: str) -> None:
        """Record a clinician's answer, signed."""
        if self._session.do(JudgementSigned(self._judgement(field, value, reason))):
            self.told.emit(f"Answer signed by {self._session.reader}", True)

    def sign_criterion(self, criterion: str, eligible: bool, reason: str) -> None:
        """Record a clinician's answer to an entry criterion of the protocol of the case, signed."""
        record = self._session.record
        protocol = None if record is None else protocol_of(record.protocol)
        if protocol is None:
            return
        signature = Signature(self._session.reader, date.today(), reason)
        if self._session.do(CriterionSigned(CriterionAnswer(protocol.name, criterion, eligible, signature))):
            self.told.emit(f"Entry criterion answered by {self._session.reader}", True)

    def decision_session(self, reading: Reading) -> DecisionSession:
        """What the decision panel needs beside the reading."""
        head = self._session.store.head
        rules = f"{self._session.ruleset.name} {self._session.ruleset.version}"
        protocol = protocol_of(reading.record.protocol)
        parts = [(reading.record.protocol or "no protocol").upper()]
        parts.append("not known" if protocol is None else f"rows {rows_named(protocol)}")
        foot = " · ".join([*parts, rules, f"head {head[:4]}…{head[-4:]}"])
        ahead = today_of(reading.record, reading.visit_id)
        return DecisionSession(self._session.reader, ahead, self._what_if, foot, signing_on=date.today())

    def _on_offer(self, offer: str, reason: str) -> None:
        visit_id, reader = self._session.selection.visit_id, self._session.reader
        if offer == AMEND and self._session.do(VisitAmended(visit_id, reader, reason)):
            self.told.emit(f"{visit_id} opened again", False)

    def _what_if(self, field: str, value: object) -> tuple[Decision, Decision]:
        """The decisions if a field were answered so; an answer without a value leaves all as it is."""
        visit_id = self._session.selection.visit_id
        if value is None:
            found = self._session.assessment
        else:
            found = self._session.what_if(JudgementSigned(self._judgement(field, value, "what if")))
        point = found.timepoint(visit_id) if found else None
        if point is None or point.tace is None or point.sorafenib is None:
            raise LookupError(f"{visit_id} has no decisions")
        return point.tace, point.sorafenib

    def _judgement(self, field: str, value: object, reason: str) -> Judgement:
        reading = self._session.reading
        assert reading is not None and isinstance(value, str | bool)
        return Judgement(reading.visit_id, field, value, Signature(self._session.reader, date.today(), reason))


def today_of(record: Record, visit_id: str) -> date:
    """The day from which dates are counted ahead: in a synthetic case two days after the open time point.

    Signatures always carry the real date.
    """
    visit = record.visit(visit_id)
    return visit.on + timedelta(days=2) if record.synthetic and visit is not None else date.today()
