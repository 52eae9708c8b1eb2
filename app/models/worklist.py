"""The list of cases: one line each, with the last time point's responses and decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app import words
from app.models.hiding import sight_of
from app.person_names import person_name
from app.reading.next_dates import NextDate, Standing, next_dates, next_visit
from app.state.record import Record
from app.words import translated
from mrecist.results import Assessment, Decision, SorafenibOutput, TaceOutput
from mrecist.values import Response

Index = QModelIndex | QPersistentModelIndex
LINE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_NO_PARENT = QModelIndex()


@dataclass(frozen=True, slots=True)
class NextVisit:
    """When the next time point is due; `days` counts as in `NextDate`."""

    first: date
    last: date
    standing: Standing
    days: int

    @classmethod
    def seen_on(cls, first: date, last: date, today: date) -> NextVisit:
        """The window as it stands on a day."""
        if today < first:
            return cls(first, last, Standing.AHEAD, (first - today).days)
        if today <= last:
            return cls(first, last, Standing.OPEN, (last - today).days)
        return cls(first, last, Standing.OVERDUE, (today - last).days)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case as the worklist shows it. `fault` says why a case cannot be opened."""

    case_id: str
    name: str = ""
    sex: str = ""
    age: int | None = None
    protocol: str = ""
    last_visit: str = ""
    last_on: date | None = None
    intrahepatic: Response | None = None
    extrahepatic: Response | None = None
    composite: Response | None = None
    borderline: bool = False
    tace: Decision | None = None
    sorafenib: Decision | None = None
    next_visit: NextVisit | None = None
    signed: bool = False
    synthetic: bool = False
    at_baseline: bool = False
    fault: str = ""
    read_by: tuple[str, ...] = ()
    hidden_from: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether a judgement is missing, be it one that holds TACE."""
        return any(
            decision.decision in (TaceOutput.JUDGEMENT, SorafenibOutput.JUDGEMENT) or "eligibility" in decision.needs
            for decision in (self.tace, self.sorafenib)
            if decision is not None
        )

    @property
    def overdue(self) -> bool:
        return self.next_visit is not None and self.next_visit.standing is Standing.OVERDUE

    def matches(self, text: str) -> bool:
        """Whether the case is found by this text: its id, name, protocol or last time point."""
        return all(
            word.casefold() in " ".join((self.case_id, self.name, self.protocol, self.last_visit)).casefold()
            for word in text.split()
        )


def _is_signed(record: Record, read_id: str) -> bool:
    """Whether a read is signed at the last time point, and none that was amended is open again."""
    signed = {one.visit_id for one in record.signed if one.read_id == read_id}
    open_again = (visit.id not in signed and record.amendments(read_id, visit.id) for visit in record.visits)
    return record.visits[-1].id in signed and not any(open_again)


def line_of(record: Record, assessment: Assessment | None, today: date) -> CaseLine:
    """The line of a case at its last time point."""
    patient, last = record.patient, record.visits[-1] if record.visits else None
    response = None if assessment is None or last is None else assessment.timepoint(last.id)
    tace = None if response is None else response.tace
    sorafenib = None if response is None else response.sorafenib
    upcoming = () if last is None else next_dates(record, last.id, today, tace, sorafenib)
    readers = tuple(dict.fromkeys(read.reader for read in record.reads))
    return CaseLine(
        case_id=record.case_id,
        name=person_name(patient.name),
        sex=patient.sex,
        age=None if patient.birth_date is None else _age(patient.birth_date, last.on if last else today),
        protocol=(record.protocol or "").upper(),
        last_visit="" if last is None else last.id,
        last_on=None if last is None else last.on,
        intrahepatic=None if response is None else response.intrahepatic.response,
        extrahepatic=None if response is None else response.extrahepatic.response,
        composite=None if response is None else response.composite,
        borderline=response is not None and any(r.borderline for r in (response.intrahepatic, response.extrahepatic)),
        tace=tace,
        sorafenib=sorafenib,
        next_visit=_next_visit(upcoming, today),
        signed=last is not None and any(_is_signed(record, read.id) for read in record.reads),
        synthetic=record.synthetic,
        at_baseline=len(record.visits) == 1,
        read_by=readers,
        hidden_from=tuple(name for name in readers if sight_of(record, name).hides),
    )


def _next_visit(upcoming: tuple[NextDate, ...], today: date) -> NextVisit | None:
    due = next_visit(upcoming)
    if due is None or due.first is None or due.last is None:
        return None
    return NextVisit.seen_on(due.first, due.last, today)


class View(StrEnum):
    """The filters of the list; the value is the word for each."""

    ALL = "All cases"
    UNSIGNED = "Unsigned reads"
    JUDGEMENT = "Needs judgement"
    OVERDUE = "Visit overdue"
    BORDERLINE = "Borderline ±"
    PROBLEMS = "Import problems"


VIEW_HOLDS: dict[View, Callable[[CaseLine], bool]] = {
    View.ALL: lambda _line: True,
    View.UNSIGNED: lambda line: bool(line.last_visit) and not line.signed,
    View.JUDGEMENT: lambda line: line.asks,
    View.OVERDUE: lambda line: line.overdue,
    View.BORDERLINE: lambda line: line.borderline,
    View.PROBLEMS: lambda line: bool(line.fault),
}


class WorklistColumn(StrEnum):
    CASE = "Case"
    PATIENT = "Patient"
    PROTOCOL = "Protocol"
    LAST = "Last"
    DATE = "Date"
    INTRAHEPATIC = "IH"
    EXTRAHEPATIC = "EH"
    COMPOSITE = "Comp."
    TACE = "TACE"
    SORAFENIB = "Sorafenib"
    WINDOW = "Next visit window"
    DUE = "Due"
    READS = "Reads"


COLUMNS = tuple(WorklistColumn)


class WorklistModel(QAbstractTableModel):
    """The lines that a view and a search leave, sorted by one column."""

    def __init__(self) -> None:
        super().__init__()
        self._all: tuple[CaseLine, ...] = ()
        self._counts: dict[View, int] = {}
        self._shown: list[CaseLine] = []
        self._view, self._search = View.ALL, ""
        self._sorted_by, self._descending = WorklistColumn.CASE, False

    @property
    def lines(self) -> tuple[CaseLine, ...]:
        return tuple(self._shown)

    @property
    def is_empty(self) -> bool:
        """Whether there is no case at all, whatever the filter."""
        return not self._all

    @property
    def sorted_by(self) -> WorklistColumn:
        return self._sorted_by

    def count(self, view: View) -> int:
        """How many of all cases a view holds, whatever the search."""
        if view not in self._counts:
            self._counts[view] = sum(map(VIEW_HOLDS[view], self._all))
        return self._counts[view]

    def set_lines(self, lines: Sequence[CaseLine]) -> None:
        self._all, self._counts = tuple(lines), {}
        self._refresh()

    def set_filter(self, view: View, search: str) -> None:
        if (view, search) != (self._view, self._search):
            self._view, self._search = view, search
            self._refresh()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by, self._descending = COLUMNS[column], order is Qt.SortOrder.DescendingOrder
        self._refresh()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._shown[index.row()]
        if role == LINE_ROLE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return cell_text(line, COLUMNS[index.column()])
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.fault or cell_text(line, COLUMNS[index.column()]) or None
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return translated(COLUMNS[section].value)
        return None

    def _refresh(self) -> None:
        self.beginResetModel()
        kept = list(filter(VIEW_HOLDS[self._view], self._all))
        if self._search.strip():
            kept = [line for line in kept if line.matches(self._search)]
        by_case = self._sorted_by is WorklistColumn.CASE
        kept.sort(key=attrgetter("case_id"), reverse=by_case and self._descending)
        if not by_case:
            kept.sort(key=lambda line: _sort_key(line, self._sorted_by), reverse=self._descending)
        self._shown = kept
        self.endResetModel()


def cell_text(line: CaseLine, column: WorklistColumn) -> str:
    """What a cell says."""
    match column:
        case WorklistColumn.CASE:
            return line.case_id
        case WorklistColumn.PATIENT:
            return f"{line.name} {line.sex} {'' if line.age is None else line.age}".strip()
        case WorklistColumn.PROTOCOL:
            return line.protocol
        case WorklistColumn.LAST:
            return line.last_visit
        case WorklistColumn.DATE:
            return words.iso(line.last_on)
        case WorklistColumn.INTRAHEPATIC:
            return _response_text(line.intrahepatic)
        case WorklistColumn.EXTRAHEPATIC:
            return _response_text(line.extrahepatic)
        case WorklistColumn.COMPOSITE:
            return _response_text(line.composite)
        case WorklistColumn.TACE:
            return decision_text(line.tace, line)
        case WorklistColumn.SORAFENIB:
            return decision_text(line.sorafenib, line)
        case WorklistColumn.WINDOW:
            due = line.next_visit
            return "" if due is None else words.window(due.first, due.last)
        case WorklistColumn.DUE:
            return due_text(line.next_visit)
        case WorklistColumn.READS:
            if line.fault:
                return translated("cannot be opened")
            return translated("signed") if line.signed else translated("unsigned")


def decision_text(decision: Decision | None, line: CaseLine) -> str:
    """A decision in one or two words; ``? judge`` where it waits for a judgement."""
    if decision is None:
        if not line.last_visit or line.composite is not None:
            return ""
        return translated("baseline") if line.at_baseline else translated("not read")
    if decision.decision in (TaceOutput.JUDGEMENT, SorafenibOutput.JUDGEMENT):
        return translated("? judge")
    if decision.decision is TaceOutput.STOP_FAILURE:
        return translated("stop, failure")
    if decision.decision is SorafenibOutput.SORAFENIB_FAILURE:
        return translated("failure")
    said = words.decision_word(decision.decision)
    return said[0].lower() + said[1:]


def due_text(entry: NextVisit | None) -> str:
    if entry is None:
        return ""
    match entry.standing:
        case Standing.AHEAD:
            return translated("in {days}", days=words.days(entry.days))
        case Standing.OPEN:
            return translated("{days} left", days=words.days(entry.days)) if entry.days else translated("today")
        case Standing.OVERDUE:
            return translated("{days} overdue", days=words.days(entry.days))
        case Standing.BOUND | Standing.RENEW | Standing.VALID:
            return ""


def _response_text(response: Response | None) -> str:
    return words.DASH if response is None else words.response_letters(response)


def _sort_key(line: CaseLine, column: WorklistColumn) -> tuple[bool, Any]:
    if column is WorklistColumn.DUE:
        last = None if line.next_visit is None else line.next_visit.last
        return (last is None, last or date.max)
    text = cell_text(line, column)
    return (text in ("", words.DASH), text)


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
