"""Whether two readers agree: a matrix a region, coefficients below it, and who is to be adjudicated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.cohort.agreement import Agreement, Pair, Unit
from app.panels.chips import PanelHead, label, rule_line
from app.panels.fields import PickBox
from app.statistics.agreement import Coefficient
from app.theme import Face, Theme, paint_focus_ring
from app.words import translated
from mrecist.values import Response

CELL_PX, NAMES_PX = (32, 24), 32
_LOWEST_PX = 16
"""How low a row of a matrix becomes where there is little room."""
_ALWAYS = ("CR", "PR", "SD", "PD", "NE")


class Matrix(QWidget):
    """How often each pair of categories was given: agreement in accent, disagreement in amber, by its share."""

    def __init__(self, theme: Theme, name: str, token: str) -> None:
        super().__init__()
        self._theme, self._name, self._token = theme, name, token
        self._pair: Pair | None = None
        self.setAccessibleName(name)

    def set_pair(self, pair: Pair | None) -> None:
        self._pair = pair
        self.setAccessibleDescription("" if pair is None else _spoken(pair))
        self.updateGeometry()
        self.update()

    @property
    def _categories(self) -> tuple[str, ...]:
        known = self._pair.categories if self._pair else ()
        return tuple(dict.fromkeys((*_ALWAYS, *known)))

    def sizeHint(self) -> QSize:
        px, count = self._theme.px, len(self._categories)
        return QSize(px(NAMES_PX) + count * px(CELL_PX[0]) + 2, px(20) + (count + 1) * px(CELL_PX[1]) + 2)

    def minimumSizeHint(self) -> QSize:
        px, count = self._theme.px, len(self._categories)
        return QSize(self.sizeHint().width(), px(20) + (count + 1) * px(_LOWEST_PX) + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_into(painter, QRectF(self.rect()))
        painter.end()

    def paint_into(self, painter: QPainter, box: QRectF) -> None:
        """Rows are the first reader, columns the second."""
        theme, px = self._theme, self._theme.px
        names, wide = px(NAMES_PX), px(CELL_PX[0])
        tall = min(float(px(CELL_PX[1])), (box.height() - px(20) - 2) / (len(self._categories) + 1))
        painter.setFont(theme.font(Face.SMALL, bold=True))
        painter.setPen(theme.colour(self._token))
        title = QRectF(box.left() + names, box.top(), box.width() - names, px(20))
        painter.drawText(title, int(Qt.AlignmentFlag.AlignVCenter), self._name)
        top = box.top() + px(20)
        counts = _counts(self._pair)
        whole = max(1, max(counts.values(), default=1))
        for number, category in enumerate(self._categories):
            painter.setFont(theme.font(Face.SMALL, bold=True))
            painter.setPen(theme.response(Response(category)))
            column = QRectF(box.left() + names + number * wide, top, wide, tall)
            painter.drawText(column, int(Qt.AlignmentFlag.AlignCenter), category)
            row = QRectF(box.left(), top + (number + 1) * tall, names - px(6), tall)
            painter.drawText(row, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), category)
        for y, first in enumerate(self._categories):
            for x, second in enumerate(self._categories):
                cell = QRectF(box.left() + names + x * wide, top + (y + 1) * tall, wide - 1, tall - 1)
                count = counts.get((first, second), 0)
                painter.fillRect(cell, theme.colour("surface.panel"))
                if count:
                    token = "signal.accent" if first == second else "signal.amber"
                    painter.fillRect(cell, theme.colour(token, 0.15 + 0.45 * count / whole))
                painter.setFont(theme.font(Face.SMALL))
                painter.setPen(theme.colour("text.1" if count else "text.3"))
                painter.drawText(cell, int(Qt.AlignmentFlag.AlignCenter), str(count) if count else "·")


class Differing(QWidget):
    """One unit on which readers differ; a press opens the case."""

    pressed = Signal(str)

    def __init__(self, theme: Theme, unit: Unit, where: str, decides: str = "") -> None:
        super().__init__()
        self._theme, self._case = theme, unit.case_id
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(10), theme.px(3), theme.px(10), theme.px(3))
        given = " / ".join(response or "·" for response in unit.responses)
        row.addWidget(label(unit.case_id, "1", Face.SMALL, strong=True))
        row.addWidget(label(f"{where} {given}", "1", Face.SMALL))
        if decides:
            row.addWidget(label(decides, "2", Face.SMALL))
        near = [one for one in unit.nearest if one is not None]
        if near and not decides:
            least = min(near, key=lambda one: abs(one.by_mm))
            said = translated("{mm:.1f} mm from {response}", mm=abs(least.by_mm), response=least.response)
            row.addWidget(label(said, "2", Face.SMALL))
        row.addStretch(1)
        self.setAccessibleName(f"{unit.case_id}, {where} {given}")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit(self._case)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            paint_focus_ring(painter, QRectF(self.rect()), self._theme)
            painter.end()


class AgreementView(QWidget):
    """Matrices of the first two readers, their coefficients, and the units on which they differ.

    Signals
    -------
    case_chosen(str)
    """

    case_chosen = Signal(str)
    MOST_LISTED = 60

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.head = PanelHead(theme, translated("Agreement"))
        self.pair = PickBox(theme)
        self.pair.setProperty("compact", "true")
        self.pair.setAccessibleName(translated("Which two readers"))
        self.pair.activated.connect(lambda _row: self._show_pair())
        self.head.row.addWidget(self.pair)
        self._regions: tuple[Agreement | None, ...] = (None, None)
        self._decides: Mapping[tuple[str, str], str] = {}
        self.numbers = label("", "2", Face.SMALL)
        self.numbers.setWordWrap(True)
        self.numbers.setContentsMargins(theme.px(10), 0, theme.px(10), theme.px(2))
        self.matrices = (
            Matrix(theme, translated("Intrahepatic"), "region.intra"),
            Matrix(theme, translated("Extrahepatic"), "region.extra"),
        )
        self.coefficients = (label("", "1", Face.SMALL), label("", "1", Face.SMALL))
        for said in self.coefficients:  # as much room without numbers, so that both matrices are of one height
            said.setMinimumHeight(3 * said.fontMetrics().lineSpacing())
            said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.list_head = label("", "2", Face.SMALL)
        self.list_head.setContentsMargins(theme.px(10), theme.px(3), theme.px(10), theme.px(3))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setAccessibleName(translated("To be adjudicated"))
        self._build()

    def set_agreement(
        self, regions: Sequence[Agreement | None], decides: Mapping[tuple[str, str], str] | None = None
    ) -> None:
        """Of each region, in the fixed order; None where no case has two readers.

        `decides` tells by region and case whose value decides where readers differ.
        """
        self._regions, self._decides = tuple(regions), decides or {}
        some = next((found for found in regions if found is not None and found.pairs), None)
        names = [f"{pair.first} × {pair.second}" for pair in some.pairs] if some is not None else []
        chosen = self.pair.currentText()
        self.pair.clear()
        self.pair.addItems(names)
        self.pair.setVisible(len(names) > 1)
        if chosen in names:
            self.pair.setCurrentIndex(names.index(chosen))
        self._show_pair()
        rows = [
            (where, unit)
            for where, found in zip(("IH", "EH"), regions, strict=True)
            if found is not None
            for unit in found.adjudication
        ]
        self._list(rows)

    def _show_pair(self) -> None:
        at = max(0, self.pair.currentIndex())
        pairs = [found.pairs[at] if found is not None and len(found.pairs) > at else None for found in self._regions]
        first = next((pair for pair in pairs if pair is not None), None)
        told = translated("no case was read by two readers")
        if first is not None:
            told = translated("{rows} (rows) × {columns}, best response", rows=first.first, columns=first.second)
        self.head.note.setText(told)
        for matrix, said, pair in zip(self.matrices, self.coefficients, pairs, strict=True):
            matrix.set_pair(pair)
            said.setText("" if pair is None else _coefficients(pair))
        self.numbers.setText("" if first is None else _limits(pairs))

    def _list(self, rows: Sequence[tuple[str, Unit]]) -> None:
        counts = {where: sum(1 for at, _ in rows if at == where) for where in ("IH", "EH")}
        said = translated(
            "{ih} intrahepatic and {eh} extrahepatic differences to adjudicate", ih=counts["IH"], eh=counts["EH"]
        )
        self.list_head.setText(said)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for where, unit in rows[: self.MOST_LISTED]:
            line = Differing(self._theme, unit, where, self._decides.get((where, unit.case_id), ""))
            line.pressed.connect(self.case_chosen)
            column.addWidget(line)
        if len(rows) > self.MOST_LISTED:
            more = translated("and {count} more, in the exported table", count=len(rows) - self.MOST_LISTED)
            column.addWidget(label(more, "3", Face.SMALL))
        column.addStretch(1)
        self._area.setWidget(body)

    def _build(self) -> None:
        theme = self._theme
        row = QHBoxLayout()
        row.setContentsMargins(theme.px(10), 0, theme.px(10), 0)
        row.setSpacing(theme.px(14))
        for matrix, said in zip(self.matrices, self.coefficients, strict=True):
            part = QVBoxLayout()
            part.setSpacing(theme.px(2))
            part.addWidget(matrix)
            part.addWidget(said)
            row.addLayout(part)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.numbers)
        column.addLayout(row)
        column.addSpacing(theme.px(4))
        column.addWidget(rule_line())
        column.addWidget(self.list_head)
        column.addWidget(self._area, 1)

    def render_into(self, painter: QPainter, box: QRectF) -> None:
        """Heading, matrices and coefficients."""
        theme = self._theme
        painter.setFont(theme.font(Face.BODY, bold=True))
        painter.setPen(theme.colour("text.1"))
        line = QRectF(box.left() + 8, box.top() + 4, box.width() - 16, 18)
        title = f"{self.head.title.text()}   {self.head.note.text()}"
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), title)
        left = box.left() + 8
        for matrix, said in zip(self.matrices, self.coefficients, strict=True):
            size = matrix.sizeHint()
            matrix.paint_into(painter, QRectF(left, box.top() + 42, size.width(), size.height()))
            painter.setFont(theme.font(Face.SMALL))
            painter.setPen(theme.colour("text.1"))
            below = QRectF(left, box.top() + 46 + size.height(), size.width() + 40, 80)
            painter.drawText(below, int(Qt.AlignmentFlag.AlignTop), said.text())
            left += size.width() + 40
        painter.setPen(theme.colour("text.2"))
        numbers = QRectF(box.left() + 8, box.top() + 22, box.width() - 16, 18)
        painter.drawText(numbers, int(Qt.AlignmentFlag.AlignVCenter), self.numbers.text())


def _counts(pair: Pair | None) -> dict[tuple[str, str], int]:
    if pair is None:
        return {}
    return {
        (first, second): count
        for first, row in zip(pair.categories, pair.matrix, strict=True)
        for second, count in zip(pair.categories, row, strict=True)
        if count
    }


def _spoken(pair: Pair) -> str:
    return "; ".join(f"{first} / {second}: {count}" for (first, second), count in _counts(pair).items())


def _coefficients(pair: Pair) -> str:
    agreed = pair.agreed
    share = "" if agreed.value is None else f"{100 * agreed.value:.1f}\u00a0%"
    lines = [translated("agree {share} ({count} of {total})", share=share, count=agreed.count, total=agreed.total)]
    lines.append(f"Cohen κ {_value(pair.kappa)}")
    lines.append(translated("weighted κ {value}", value=_value(pair.quadratic)))
    return "\n".join(lines)


def _value(found: Coefficient) -> str:
    if found.value is None:
        return translated("not defined")
    bounds = "" if found.lower is None or found.upper is None else f" ({found.lower:.2f}–{found.upper:.2f})"
    return f"{found.value:.2f}{bounds}"


def _limits(pairs: Sequence[Pair | None]) -> str:
    told = []
    for where, pair in zip(("IH", "EH"), pairs, strict=True):
        low, high = (None, None) if pair is None else (pair.followup.lower_limit.value, pair.followup.upper_limit.value)
        if low is not None and high is not None:
            told.append(f"{where} {low:+.1f} to {high:+.1f} mm".replace("-", "\u2212"))
    return translated("Limits of agreement of sums: {told}", told=", ".join(told)) if told else ""
