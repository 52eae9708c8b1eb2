"""What the last edit changed at other time points, listed beside the responses."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.models.rederived import Rederived, rederived
from app.panels.decision_text import decision_titles
from app.panels.folded_list import FoldedList, ListRow
from app.panels.marks import Icon
from app.profiles import protocol_of
from app.session import ReadingSession
from mrecist.results import Assessment

_NOTED = 2


class RederivingDesk(QObject):
    """The list stands until the next edit of the read; another case or read begins anew."""

    def __init__(self, session: ReadingSession, listed: FoldedList, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._listed = session, listed
        self._before: Assessment | None = None
        session.case_opened.connect(self._begin)
        session.record_changed.connect(self._compare)
        self._begin()

    def _begin(self) -> None:
        self._before = self._session.assessment
        self._listed.set_rows((), "")

    def _compare(self) -> None:
        before, now = self._before, self._session.assessment
        self._before = now
        if before is now:
            return
        of_the_same = before is not None and now is not None and before.read_id == now.read_id
        here, record = self._session.selection.visit_id, self._session.record
        titles = decision_titles(None if record is None else protocol_of(record.protocol))
        found = rederived(before, now, here, titles) if of_the_same else ()
        self._listed.set_rows([_row(x) for x in found], _note(found))


def _row(one: Rederived) -> ListRow:
    icon, tone = (Icon.ALERT, "amber") if one.decides else (Icon.OPEN, "2")
    return ListRow(icon, f"{one.where}: {' · '.join(one.changes)}", tone=tone)


def _note(found: tuple[Rederived, ...]) -> str:
    """The first changes in one line; how many more there are."""
    told = [f"{x.where} {x.changes[0]}" for x in found]
    more = len(told) - _NOTED
    return " · ".join(told[:_NOTED]) + (f" · +{more}" if more > 0 else "")
