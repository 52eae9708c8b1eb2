"""The column beside the history: the course as a table, the selected time point, its decisions, and what happened."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHeaderView,
    QLabel,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import words
from app.models.course import MARKER_UNITS, REGIONS, Course, CoursePoint
from app.models.kept import Kept
from app.models.signoff import local_time, meaning_told, signed_told
from app.panels.chips import KeyButton, PanelHead, label, rule_line
from app.panels.decision_text import decision_titles, is_failure, reason_line
from app.panels.history_drawing import marker_text
from app.panels.marks import ResponseMark
from app.panels.response_delegate import RESPONSE_ROLE, ResponseDelegate
from app.panels.response_text import pattern_word
from app.profiles import protocol_of
from app.theme import Face, Theme
from app.words import translated
from mrecist.results import Decision
from mrecist.values import Response

ROW_PX, WIDTHS = 25, (404, 344)
_HEADS = ("TP", "Date", "IH mm", "IH", "EH mm", "EH", "Comp.")
_SHARES = (36, 80, 52, 46, 55, 46, 51)
"""How the columns share the width."""
_NUMBERS = (2, 4)


class CourseTable(QTableWidget):
    """One row for each time point, and one for the best responses."""

    visit_chosen = Signal(str)
    visit_opened = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(0, len(_HEADS))
        self._theme = theme
        self._ids: tuple[str, ...] = ()
        self.setAccessibleName(translated("Course"))
        self.setHorizontalHeaderLabels([translated(head) for head in _HEADS])
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setItemDelegate(ResponseDelegate(theme, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizeAdjustPolicy(QAbstractItemView.SizeAdjustPolicy.AdjustToContents)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setMinimumSectionSize(1)
        head.setHighlightSections(False)
        for column in _NUMBERS:
            head_item = QTableWidgetItem(translated(_HEADS[column]))
            head_item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setHorizontalHeaderItem(column, head_item)
        self.verticalHeader().setDefaultSectionSize(theme.px(ROW_PX))
        self.itemSelectionChanged.connect(self._report)
        self.cellDoubleClicked.connect(lambda row, _column: self._opened(row))

    def set_course(self, course: Course | None, visit_id: str) -> None:
        self.blockSignals(True)
        points = course.points if course else ()
        self._ids = tuple(point.id for point in points)
        best = course is not None and course.best(REGIONS[0]) is not None
        self.setRowCount(len(points) + best)
        for row, point in enumerate(points):
            self._fill(row, point)
        if course is not None and best:
            self._fill_best(len(points), course)
        self.clearSelection()
        if visit_id in self._ids:
            self.selectRow(self._ids.index(visit_id))
        self.blockSignals(False)
        self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width() / sum(_SHARES)
        for column, share in enumerate(_SHARES):
            self.setColumnWidth(column, int(share * room))

    def sizeHint(self) -> QSize:
        rows = self.rowCount() * self._theme.px(ROW_PX)
        return QSize(super().sizeHint().width(), self.horizontalHeader().height() + rows + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(1, self.sizeHint().height())

    def _fill(self, row: int, point: CoursePoint) -> None:
        self._put(row, 0, point.id, bold=True)
        self._put(row, 1, words.iso(point.on))
        for number, region in enumerate(REGIONS):
            response = point.of_region(region)
            self._put(row, 2 + 2 * number, point.sum_text(region), right=True)
            self._put_response(row, 3 + 2 * number, response.response if response else None)
        self._put_response(row, 6, point.response.composite if point.response else None)

    def _fill_best(self, row: int, course: Course) -> None:
        self._put(row, 0, translated("Best"), bold=True)
        for column in (1, 2, 4, 6):
            self._put(row, column, "")
        for number, region in enumerate(REGIONS):
            best = course.best(region)
            self._put_response(row, 3 + 2 * number, best.unconfirmed if best else None)
        for column in range(self.columnCount()):
            item = self.item(row, column)
            if item is not None:
                item.setFlags(Qt.ItemFlag.ItemIsEnabled)

    def _put(self, row: int, column: int, text: str, bold: bool = False, right: bool = False) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        if bold:
            item.setFont(self._theme.font(bold=True))
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.setItem(row, column, item)
        return item

    def _put_response(self, row: int, column: int, response: Response | None) -> None:
        item = self._put(row, column, f"   {words.DASH}" if response is None else "")
        if response is not None:
            item.setData(RESPONSE_ROLE, response.value)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words.response_words(response))

    def _report(self) -> None:
        row = self.currentRow()
        if 0 <= row < len(self._ids):
            self.visit_chosen.emit(self._ids[row])

    def _opened(self, row: int) -> None:
        if 0 <= row < len(self._ids):
            self.visit_opened.emit(self._ids[row])


class Facts(QWidget):
    """Lines of a name and what is said of it; a name may be left out."""

    def __init__(self, theme: Theme, first_px: float) -> None:
        super().__init__()
        self._theme = theme
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(theme.px(10), theme.px(4), theme.px(10), theme.px(6))
        self._grid.setHorizontalSpacing(theme.px(8))
        self._grid.setVerticalSpacing(theme.px(3))
        self._grid.setColumnMinimumWidth(0, theme.px(first_px))
        self._grid.setColumnStretch(1, 1)

    def show_lines(self, lines: Sequence[tuple[str, str, str, Response | None]]) -> None:
        """Each line is name, text, tone of the text, and a response to show before it."""
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for row, (name, said, tone, response) in enumerate(lines):
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(label(name, "3"), row, 0, top)
            told = label(said, tone)
            told.setWordWrap(True)
            told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            if response is None:
                self._grid.addWidget(told, row, 1, 1, 2)
            else:
                self._grid.addWidget(ResponseMark(response, self._theme, Face.BODY), row, 1, top)
                self._grid.addWidget(told, row, 2)
        self._grid.setColumnStretch(1, 0 if any(line[3] is not None for line in lines) else 1)
        self._grid.setColumnStretch(2, 1)


class CourseColumn(QWidget):
    """Everything about the selected time point in words, beside the plots.

    Signals
    -------
    visit_chosen(str), visit_opened(str)
        A time point of the table; opened with Enter or a double click.
    """

    visit_chosen = Signal(str)
    visit_opened = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._visit_id = ""
        self.head = PanelHead(theme, translated("Course"))
        self.table = CourseTable(theme)
        self.point_head = PanelHead(theme, "")
        self.open = KeyButton(translated("Open"), "Enter", small=True)
        self.point_head.row.addWidget(self.open)
        self.point = Facts(theme, 84)
        self.decision_head = PanelHead(theme, translated("Decisions"))
        self.decisions = Facts(theme, 84)
        self.kept_head = PanelHead(theme, translated("Kept against the criteria"))
        self.kept = Facts(theme, 84)
        self.events_head = PanelHead(theme, translated("Events"))
        self.events = Facts(theme, 84)
        self.foot: QLabel = label("", "3", Face.SMALL)
        self.foot.setContentsMargins(theme.px(10), theme.px(6), theme.px(10), theme.px(6))
        self.table.visit_chosen.connect(self.visit_chosen)
        self.table.visit_opened.connect(self.visit_opened)
        self.open.clicked.connect(lambda: self.visit_opened.emit(self._visit_id))
        self._build()

    def set_course(self, course: Course | None, visit_id: str, kept: Sequence[Kept] = ()) -> None:
        """Show a course; `kept` are the reasons that were given for going against the criteria."""
        self._visit_id = visit_id
        self.table.set_course(course, visit_id)
        point = course.point(visit_id) if course else None
        self.open.setEnabled(point is not None)
        self.head.note.setText(f"{course.ruleset.name} {course.ruleset.version}" if course else "")
        if course is None or point is None:
            self.point_head.title.setText("")
            for facts in (self.point, self.decisions, self.kept, self.events):
                facts.show_lines(())
            self.foot.clear()
            return
        self.point_head.title.setText(f"{point.id} · {words.iso(point.on)}")
        self.point_head.note.setText(words.weeks(point.day))
        self.point.show_lines(_point_lines(course, point))
        self.decision_head.note.setText(translated("as signed") if point.signed else translated("as computed now"))
        self.decisions.show_lines(_decision_lines(course))
        self.kept_head.note.setText(words.counted(len(kept), "reason", "reasons") if kept else "")
        self.kept.show_lines(_kept_lines(kept) or [("", translated("Nothing was kept against a rule."), "3", None)])
        self.events.show_lines(
            [(words.iso(e.on), e.text, "error" if e.grave else "1", None) for e in course.events]
            or [("", translated("Nothing recorded yet."), "3", None)]
        )
        signed = sum(one.signed is not None for one in course.points)
        told = words.counted(signed, "signed time point", "signed time points")
        own = f"{signed_told(point.signed)}\n{meaning_told(point.signed.meaning)}" if point.signed else ""
        self.foot.setText("\n".join(filter(None, (own, told))))

    def _build(self) -> None:
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        for part in (
            *(self.table, rule_line(), self.point_head, self.point, rule_line()),
            *(self.decision_head, self.decisions, rule_line(), self.kept_head, self.kept, rule_line()),
            *(self.events_head, self.events),
        ):
            inside.addWidget(part)
        inside.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(translated("Course in words"))
        area.setWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(rule_line())
        column.addWidget(area, 1)
        column.addWidget(rule_line())
        column.addWidget(self.foot)


def _point_lines(course: Course, point: CoursePoint) -> list[tuple[str, str, str, Response | None]]:
    lines: list[tuple[str, str, str, Response | None]] = []
    for region in REGIONS:
        total, response = point.sum_mm(region), point.of_region(region)
        said = [f"{point.sum_text(region)}{words.SPACE}mm"] if total is not None else []
        if response is not None and response.change_from_nadir_pct is not None and response.response is Response.PD:
            said.append(translated("{change} vs nadir", change=words.with_pct(response.change_from_nadir_pct)))
        elif response is not None and response.change_from_baseline_pct is not None:
            said.append(translated("{change} vs BL", change=words.with_pct(response.change_from_baseline_pct)))
        shown = response.response if response else None
        if response is not None and response.adjudicated_response is not response.response:
            said.append(translated("in retrospect {response}", response=response.adjudicated_response))
        lines.append((words.region_word(region), ", ".join(said) or words.DASH, "1", shown))
    if point.response is not None:
        patterns = [*point.response.intrahepatic.patterns, *point.response.extrahepatic.patterns]
        if patterns:
            lines.append((translated("Pattern"), words.listed([pattern_word(p) for p in patterns]), "1", None))
    seen = [(one.lesion.id, at) for one in course.lesions for at in one.points if at.visit_id == point.id]
    proposed = [f"{name} {words.mm(at.mm)}, {at.proposed}" for name, at in seen if at.proposed and at.mm is not None]
    if proposed:
        lines.append((translated("Assistant"), "; ".join(proposed), "1", None))
    near = [m for m in course.markers if (record_visit := course.record.visit(point.id)) and record_visit.clinical
            and abs((m.on - point.on).days) <= 14]  # fmt: skip
    if near:
        said_markers = [f"{m.name} {marker_text(m)} {MARKER_UNITS[m.name]} ({words.month_day(m.on)})" for m in near]
        lines.append((translated("Markers"), words.listed(said_markers), "1", None))
    return lines


def _decision_lines(course: Course) -> list[tuple[str, str, str, Response | None]]:
    lines: list[tuple[str, str, str, Response | None]] = []
    local, systemic = decision_titles(protocol_of(course.record.protocol))
    for point in course.points:
        if point.response is None:
            continue
        name = point.id
        for drug, decision in ((local, point.response.tace), (systemic, point.response.sorafenib)):
            if decision is not None:
                tone = "failure" if is_failure(decision) else "1"
                lines.append((name, f"{drug} · {decision.row} · {_said(decision, point)}", tone, None))
                name = ""
    return lines or [("", translated("No decision yet."), "3", None)]


def _kept_lines(kept: Sequence[Kept]) -> list[tuple[str, str, str, Response | None]]:
    """Each reason with its rule, then who gave it and when; a time point is named once."""
    lines: list[tuple[str, str, str, Response | None]] = []
    named = ""
    for one in kept:
        what = " ".join(filter(None, (one.lesion, one.rule or translated("all objections"))))
        lines.append((one.visit_id if one.visit_id != named else "", f"{what}: {one.reason}", "1", None))
        if one.by or one.at:
            lines.append(("", ", ".join(filter(None, (one.by, local_time(one.at)))), "3", None))
        named = one.visit_id
    return lines


def _said(decision: Decision, point: CoursePoint) -> str:
    """The word and why; once, where the reason begins with the word."""
    word, why = words.decision_word(decision.decision), reason_line(decision, point.response)
    if not why:
        return word
    return why if why.lower().startswith(word.lower()) else f"{word}: {why}"
