"""What does not conform at the open time point itself; a reason that is given for it becomes an edit."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.models.reading import Reading
from app.panels.lesion_form import OVERRIDE, Check, Way, check_of
from app.panels.visit_checks import VisitChecks
from app.session import ReadingSession
from app.state.events import VisitJustified
from app.state.visit_reasons import looked_at
from app.words import translated
from mrecist.case import RULES_OF_TIMEPOINT
from mrecist.results import Issue

_TOLD_ELSEWHERE = "E-UNRECORDED"
"""What is not recorded stands among the inputs of the decision."""


def issues_of_visit(reading: Reading) -> tuple[Issue, ...]:
    """The findings of conformance that speak of the open time point itself."""
    return tuple(x for x in reading.issues if x.rule in RULES_OF_TIMEPOINT)


class VisitChecksDesk(QObject):
    """Shows the checks of the open time point, and records why one is accepted.

    Signals
    -------
    told(str, bool)
        One sentence for the reader, and whether it can be undone.
    """

    told = Signal(str, bool)

    def __init__(self, session: ReadingSession, panel: VisitChecks, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._panel = session, panel
        panel.override_given.connect(self._on_override)

    def refresh(self) -> None:
        reading = self._session.reading
        shown = () if reading is None else tuple(x for x in issues_of_visit(reading) if x.rule != _TOLD_ELSEWHERE)
        visit = None if reading is None else reading.visit
        before = {} if visit is None else dict(visit.asked_again)
        checks = tuple(_check(issue, self._session.locked, before.get(issue.rule, "")) for issue in shown)
        self._panel.show_checks("" if reading is None else reading.visit_id, checks)

    def _on_override(self, rule: str, reason: str) -> None:
        reading = self._session.reading
        if reading is None:
            return
        seen = looked_at(reading.record, reading.visit_id, rule)
        if self._session.do(VisitJustified(reading.visit_id, rule, reason, seen)):
            self.told.emit(translated("{rule} kept: {reason}", rule=rule, reason=reason), True)


def _check(issue: Issue, locked: bool, before: str) -> Check:
    """A reminder may be justified as well; a reason that was given may be put otherwise while nothing is signed.

    `before` is the reason that fell.
    """
    word = translated("Other reason") if issue.overridden else translated("Keep, give reason")
    made = replace(check_of(issue), ways=() if locked else (Way(OVERRIDE, word),))
    if not before:
        return made
    return replace(made, detail=translated("Asked again, for it changed. The reason was: {why}", why=before))
