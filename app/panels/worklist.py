"""The worklist: views at the left, the cases at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.models.worklist import COLUMNS, LINE_ROLE, CaseLine, View, WorklistColumn, WorklistModel, cell_text
from app.panels.chips import KeyButton, label, rule_line
from app.panels.decision_text import asks, is_failure
from app.panels.focus_ring import FocusRing
from app.panels.marks import paint_response_letters
from app.theme import Face, Theme
from app.words import DASH, counted, no_case, translated
from mrecist.results import Decision
from mrecist.values import Response

_WIDTHS = {
    WorklistColumn.CASE: 118,
    WorklistColumn.PATIENT: 118,
    WorklistColumn.PROTOCOL: 132,
    WorklistColumn.LAST: 44,
    WorklistColumn.DATE: 88,
    WorklistColumn.INTRAHEPATIC: 62,
    WorklistColumn.EXTRAHEPATIC: 62,
    WorklistColumn.COMPOSITE: 88,
    WorklistColumn.TACE: 168,
    WorklistColumn.SORAFENIB: 152,
    WorklistColumn.WINDOW: 126,
    WorklistColumn.DUE: 96,
    WorklistColumn.READS: 120,
}
_GIVING_WAY = {
    WorklistColumn.PROTOCOL: 58,
    WorklistColumn.PATIENT: 72,
    WorklistColumn.SORAFENIB: 98,
    WorklistColumn.TACE: 98,
    WorklistColumn.READS: 88,
    WorklistColumn.WINDOW: 104,
}
"""The least width of the columns that give way in a small window, in their order; the others keep theirs."""
ROW_HEIGHT = 29
VIEWS_WIDTH = 200


class WorklistDelegate(QStyledItemDelegate):
    """Responses with shape and letters; decisions with their row id; what waits or is late in its colour."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(self._theme.px(40), self._theme.px(ROW_HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme = self._theme
        line: CaseLine = index.data(LINE_ROLE)
        column = COLUMNS[index.column()]
        box: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(box, theme.colour("surface.selected" if selected else "surface.app"))
        painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), theme.colour("line.divider"))
        if selected and index.column() == 0:
            painter.fillRect(QRect(box.left(), box.top(), theme.px(2), box.height()), theme.colour("signal.accent"))
        place = box.adjusted(theme.px(10 if index.column() == 0 else 4), 0, -theme.px(4), -1)
        match column:
            case WorklistColumn.INTRAHEPATIC:
                self._response(painter, place, line.intrahepatic)
            case WorklistColumn.EXTRAHEPATIC:
                self._response(painter, place, line.extrahepatic)
            case WorklistColumn.COMPOSITE:
                self._response(painter, place, line.composite)
                if line.borderline:
                    spot = QRect(place.right() - theme.px(20), place.top(), theme.px(18), place.height())
                    self._text(painter, spot, "±", "signal.amber")
            case WorklistColumn.TACE:
                self._decision(painter, place, line.tace, line, column)
            case WorklistColumn.SORAFENIB:
                self._decision(painter, place, line.sorafenib, line, column)
            case WorklistColumn.PATIENT:
                left = self._text(painter, place, line.name, "text.1")
                place.setLeft(left + theme.px(4))
                self._text(painter, place, f"{line.sex} {'' if line.age is None else line.age}".strip(), "text.3")
            case _:
                token, bold = self._tone(line, column)
                self._text(painter, place, cell_text(line, column), token, bold)
        painter.restore()

    def _tone(self, line: CaseLine, column: WorklistColumn) -> tuple[str, bool]:
        if column is WorklistColumn.CASE:
            return "text.1", True
        if column is WorklistColumn.READS:
            return ("signal.error" if line.fault else "text.2" if line.signed else "signal.accent"), False
        if column is WorklistColumn.DUE:
            return ("signal.amber" if line.overdue else "text.1"), False
        loud = column in (WorklistColumn.LAST, WorklistColumn.DATE)
        return ("text.1" if loud else "text.2"), False

    def _response(self, painter: QPainter, place: QRect, response: Response | None) -> None:
        if response is None:
            self._text(painter, place, DASH, "text.3")
            return
        paint_response_letters(painter, QRectF(place), response, self._theme, Face.BODY)

    def _decision(
        self, painter: QPainter, place: QRect, decision: Decision | None, line: CaseLine, column: WorklistColumn
    ) -> None:
        text = cell_text(line, column)
        if decision is None:
            self._text(painter, place, text, "text.3")
            return
        token = "signal.accent" if asks(decision) else "response.PD" if is_failure(decision) else "text.1"
        left = self._text(painter, place, text, token)
        place.setLeft(left + self._theme.px(4))
        self._text(painter, place, decision.row, "text.3")

    def _text(self, painter: QPainter, place: QRect, text: str, token: str, bold: bool = False) -> int:
        painter.setFont(self._theme.font(bold=bold))
        painter.setPen(self._theme.colour(token))
        # a long case id keeps both its ends, by which ids are told apart
        elide = Qt.TextElideMode.ElideMiddle if bold else Qt.TextElideMode.ElideRight
        shown = painter.fontMetrics().elidedText(text, elide, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)
        return place.left() + painter.fontMetrics().horizontalAdvance(shown)


class CaseTable(QTableView):
    """Whole rows; Enter or a double click opens a case."""

    opened = Signal(str)

    def __init__(self, theme: Theme, model: WorklistModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(WorklistDelegate(theme, self))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(ROW_HEIGHT))
        head = self.horizontalHeader()
        head.setFixedHeight(theme.px(32))
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setHighlightSections(False)
        head.setStretchLastSection(True)
        head.setSortIndicatorShown(True)
        head.sortIndicatorChanged.connect(model.sort)
        head.setSectionsClickable(True)
        self._theme = theme
        self._fit()
        self.doubleClicked.connect(self._open)
        self.setAccessibleName(translated("Cases"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Every column has its width; where the window is too small, some give way, the case id never."""
        px = self._theme.px
        widths = {column: px(_WIDTHS[column]) for column in COLUMNS}
        over = sum(widths.values()) - self.viewport().width()
        for column, least in _GIVING_WAY.items():
            given = min(max(0, over), widths[column] - px(least))
            widths[column] -= given
            over -= given
        for number, column in enumerate(COLUMNS):
            self.setColumnWidth(number, widths[column])

    def _open(self, index: QModelIndex) -> None:
        line: CaseLine = index.data(LINE_ROLE)
        if not line.fault:
            self.opened.emit(line.case_id)


class ViewButton(QPushButton):
    """A view by its word, with the count of its cases at the right."""

    def __init__(self, theme: Theme, view: View) -> None:
        super().__init__(translated(view.value))
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setProperty("view", "true")
        self.setChecked(view is View.ALL)
        self.count = label(tone="2")
        self.count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, theme.px(12), 0)
        row.addStretch(1)
        row.addWidget(self.count)

    def set_count(self, count: int) -> None:
        self.count.setText(str(count))
        self.setAccessibleName(f"{self.text()}: {count}")


class Worklist(QWidget):
    """Reports which case to open; an empty list says how to begin."""

    case_opened = Signal(str)
    import_requested = Signal()
    export_requested = Signal()
    demo_requested = Signal()
    course_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.table_model = WorklistModel()
        self.table = CaseTable(theme, self.table_model)
        FocusRing(theme, self.table)
        self.search = QLineEdit()
        self.search.setPlaceholderText(translated("Search name, ID, 이름, time point"))
        self.search.setAccessibleName(translated("Search the cases"))
        self.search.setFixedWidth(theme.px(300))
        self.search.setClearButtonEnabled(True)
        self.told = label(tone="2", face=Face.SMALL)
        self.importing = KeyButton(translated("Import"), action="file.import")
        self.exporting = KeyButton(translated("Export"), action="file.export")
        self.views = {view: ViewButton(theme, view) for view in View}
        self.empty = self._empty_state()
        self.stack = QStackedWidget()
        self._known = False
        self._build()
        self.table.opened.connect(self.case_opened)
        self.search.textChanged.connect(lambda _text: self._filter())
        self.search.returnPressed.connect(self.table.setFocus)
        self.importing.clicked.connect(self.import_requested)
        self.exporting.clicked.connect(self.export_requested)

    def set_lines(self, lines: Sequence[CaseLine]) -> None:
        """Show the cases; the selected one stays selected."""
        selected = self.selected
        self._known = True
        self.table_model.set_lines(lines)
        self._filter()
        rows = [line.case_id for line in self.table_model.lines]
        if selected in rows:
            self.table.selectRow(rows.index(selected or ""))

    @property
    def selected(self) -> str | None:
        index = self.table.currentIndex()
        return index.data(LINE_ROLE).case_id if index.isValid() else None

    @property
    def is_filtered(self) -> bool:
        """Whether a view or a search leaves cases out."""
        return bool(self.search.text()) or not self.views[View.ALL].isChecked()

    def _build(self) -> None:
        theme = self._theme
        side = QVBoxLayout()
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(0)
        head = label(translated("Views"), "2", strong=True)
        head.setContentsMargins(theme.px(10), theme.px(10), 0, theme.px(8))
        side.addWidget(head)
        side.addWidget(rule_line())
        for button in self.views.values():
            button.clicked.connect(self._filter)
            side.addWidget(button)
        side.addStretch(1)
        views = QWidget()
        views.setFixedWidth(theme.px(VIEWS_WIDTH))
        views.setLayout(side)
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.px(8), theme.px(6), theme.px(8), theme.px(6))
        bar.addWidget(self.search)
        bar.addStretch(1)
        bar.addWidget(self.told)
        bar.addSpacing(theme.px(8))
        bar.addWidget(self.importing)
        bar.addSpacing(theme.px(6))
        bar.addWidget(self.exporting)
        main = QVBoxLayout()
        main.setSpacing(0)
        main.addLayout(bar)
        main.addWidget(rule_line())
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        main.addWidget(self.stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(views)
        row.addWidget(rule_line(horizontal=False))
        row.addLayout(main, 1)
        self._filter()

    def _empty_state(self) -> QWidget:
        theme = self._theme
        made = QWidget()
        self.empty_words = label(no_case(), "2")
        self.empty_import = QPushButton(translated("Import a folder"))
        self.empty_demo = QPushButton(translated("Open the demonstration study"))
        self.empty_course = QPushButton(translated("Open a published course"))
        self.empty_import.clicked.connect(self.import_requested)
        self.empty_course.clicked.connect(self.course_requested)
        self.empty_demo.clicked.connect(self.demo_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(8))
        buttons.addWidget(self.empty_import)
        buttons.addWidget(self.empty_demo)
        buttons.addWidget(self.empty_course)
        buttons.addStretch(1)
        column = QVBoxLayout(made)
        column.setContentsMargins(theme.px(12), theme.px(16), theme.px(12), theme.px(12))
        column.setSpacing(theme.px(12))
        column.addWidget(self.empty_words)
        column.addLayout(buttons)
        column.addStretch(1)
        return made

    def _filter(self) -> None:
        chosen = next((view for view, button in self.views.items() if button.isChecked()), View.ALL)
        self.table_model.set_filter(chosen, self.search.text())
        for view, button in self.views.items():
            button.set_count(self.table_model.count(view))
        empty = self._known and self.table_model.is_empty  # until it is known, nobody is told that there is no case
        self.stack.setCurrentWidget(self.empty if empty else self.table)
        count, by = self.table_model.rowCount(), translated(self.table_model.sorted_by.value).lower()
        told = translated("{cases} · sorted by {by}", cases=counted(count, "case", "cases"), by=by)
        self.told.setText("" if empty or not self._known else told)
