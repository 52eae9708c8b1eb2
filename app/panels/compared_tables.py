"""Two reads in two tables: the responses of each follow-up, and the diameters of each lesion."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from app import words
from app.cohort.lesion_differences import LesionDifference
from app.cohort.read_comparison import COMPOSITE, ComparedResponse, ReadComparison
from app.panels.response_delegate import RESPONSE_ROLE, ResponseDelegate
from app.theme import Theme
from app.words import translated
from mrecist.lesionfields import Status
from mrecist.values import Region, Response, Scope

ROW_PX = 25
_SHORT = {Scope.INTRAHEPATIC: "IH", Scope.EXTRAHEPATIC: "EH", COMPOSITE: "Composite", Scope.OVERALL: "Overall"}
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_WARN_ALPHA = 0.16


class ComparedTable(QTableWidget):
    """Rows whose two reads differ stand on amber. Enter or a double click opens the images of a row.

    Signals
    -------
    opened(str, str)
        A time point, and a lesion of the first read (or none).
    """

    opened = Signal(str, str)

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._places: list[tuple[str, str]] = []
        self.setAccessibleName(name)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(ROW_PX))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setStyleSheet(f"QTableWidget::item {{ padding: 0 {theme.px(6)}px; }}")
        self.setItemDelegate(ResponseDelegate(theme, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setMinimumSectionSize(theme.px(36))
        self.cellActivated.connect(lambda row, _column: self.opened.emit(*self._places[row]))

    def show_responses(self, compared: ReadComparison | None) -> None:
        """Each follow-up, each scope; where it differs, the row says so."""
        first, second = compared.readers if compared else ("", "")
        mm = translated("{reader}, mm", reader=first), translated("{reader}, mm", reader=second)
        heads = (
            *(translated("TP"), translated("Region"), first, mm[0], second, mm[1]),
            *(translated("Difference, mm"), translated("Response")),
        )
        self._begin(heads, (3, 5, 6), len(compared.responses) if compared else 0)
        for row, one in enumerate(compared.responses if compared else ()):
            self._response_row(row, one)

    def show_lesions(self, compared: ReadComparison | None) -> None:
        """Each lesion at each time point; what a response rests on is marked."""
        first, second = compared.readers if compared else ("", "")
        heads = (
            *(translated("TP"), translated("Region"), first, translated("found, mm"), second, translated("found, mm")),
            *(translated("Difference, mm"), translated("Apart, mm"), translated("Decides")),
        )
        self._begin(heads, (3, 5, 6, 7), len(compared.lesions) if compared else 0)
        decisive = {(x.timepoint, x.lesion) for x in compared.decisive} if compared else set()
        for row, one in enumerate(compared.lesions if compared else ()):
            names = {one.first_lesion, one.second_lesion} - {None}
            self._lesion_row(row, one, any((one.timepoint, name) in decisive for name in names))

    def _response_row(self, row: int, one: ComparedResponse) -> None:
        self._places.append((one.timepoint, ""))
        gap = None if one.first_sum_mm is None or one.second_sum_mm is None else one.first_sum_mm - one.second_sum_mm
        self._put(row, 0, one.timepoint)
        self._put(row, 1, translated(_SHORT[one.scope]))
        self._put_response(row, 2, one.first)
        self._put(row, 3, _mm(one.first_sum_mm))
        self._put_response(row, 4, one.second)
        self._put(row, 5, _mm(one.second_sum_mm))
        self._put(row, 6, _gap(gap))
        if one.first is not None and one.second is not None:
            self._put(row, 7, translated("differs") if one.differs else translated("alike"))
        else:
            self._put(row, 7, translated("still to do"))
        if one.differs:
            self._mark(row, translated("The two reads differ."))

    def _lesion_row(self, row: int, one: LesionDifference, decides: bool) -> None:
        self._places.append((one.timepoint, one.first_lesion or ""))
        region = "IH" if one.region == Region.INTRAHEPATIC.value else "EH"
        told = (
            *(one.timepoint, translated(region), one.first_lesion or translated("not listed")),
            _found(one.first_mm, one.first_finding, one.region),
            one.second_lesion or translated("not listed"),
            _found(one.second_mm, one.second_finding, one.region),
            _gap(None if one.difference_mm is None else Fraction(round(10 * one.difference_mm), 10)),
            *(_tenths(one.apart_mm), translated("a response rests on it") if decides else ""),
        )
        for column, said in enumerate(told):
            self._put(row, column, said)
        if decides:
            self._mark(row, translated("With the other's finding a response would change."))

    def _begin(self, heads: Sequence[str], numbers: Sequence[int], rows: int) -> None:
        self.clear()
        self._places = []
        self._numbers = frozenset(numbers)
        self.setColumnCount(len(heads))
        self.setRowCount(rows)
        for column, said in enumerate(heads):
            item = QTableWidgetItem(said)
            item.setTextAlignment(_RIGHT if column in self._numbers else _LEFT)
            self.setHorizontalHeaderItem(column, item)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setStretchLastSection(True)

    def _put(self, row: int, column: int, said: str) -> QTableWidgetItem:
        item = QTableWidgetItem(said)
        item.setTextAlignment(_RIGHT if column in self._numbers else _LEFT)
        self.setItem(row, column, item)
        return item

    def _put_response(self, row: int, column: int, response: Response | None) -> None:
        item = self._put(row, column, words.DASH if response is None else "")
        if response is not None:
            item.setData(RESPONSE_ROLE, response.value)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words.response_words(response))

    def _mark(self, row: int, why: str) -> None:
        ground: QColor = self._theme.colour("signal.amber", _WARN_ALPHA)
        for column in range(self.columnCount()):
            item = self.item(row, column)
            if item is not None:
                item.setBackground(ground)
                item.setToolTip(why)


def _mm(value: Fraction | None) -> str:
    return words.DASH if value is None else words.mm(value)


def _found(size_mm: float | None, finding: str, region: str) -> str:
    """The size; what was found, in the words of the region, where there is none or it says more than the size."""
    if not finding or (size_mm is not None and finding in (Status.MEASURED, Status.PRESENT)):
        return _tenths(size_mm)
    named = {
        Status.ABSENT: words.gone(Region(region)),
        Status.NONVIABLE: words.gone(Region.INTRAHEPATIC),
        Status.TOO_SMALL: translated("too small"),
        Status.PRESENT: words.still_there(Region(region)),
        Status.UNEQUIVOCAL_PD: translated("unequivocal PD"),
        Status.NOT_EVALUABLE: translated("not evaluable"),
        Status.MERGED: translated("merged"),
        Status.SPLIT: translated("split"),
    }
    said = named[Status(finding)]
    return said if size_mm is None else f"{said}, {_tenths(size_mm)}"


def _tenths(value: float | None) -> str:
    return words.DASH if value is None else words.mm(Fraction(round(10 * value), 10))


def _gap(value: Fraction | None) -> str:
    """A difference with its sign."""
    if value is None:
        return words.DASH
    sign = "+" if value > 0 else words.MINUS if value < 0 else ""
    return f"{sign}{words.mm(abs(value))}"
