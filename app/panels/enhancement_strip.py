"""How a lesion, the liver and the aorta enhance over the phases of a time point: numbers, and a small plot."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.panels.chips import PanelHead, chip, label
from app.reading.enhancement import Strip
from app.theme import Face, Theme
from app.words import DASH, translated

_ROWS = (("lesion", "Lesion", "signal.caliper"), ("liver", "Liver", "signal.met"), ("aorta", "Aorta", "signal.accent"))
_PLOT_WIDTH, _PLOT_HEIGHT = 132, 62


class EnhancementStrip(QWidget):
    """One column for each phase; a dash where nothing can be told, dots where a series is still being read."""

    oil_chosen = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.head = PanelHead(theme, translated("Enhancement"))
        self.oil = chip(translated("oil fills the lesion"), pressable=True)
        self.oil.setCheckable(True)
        self.oil.setToolTip(translated("Lipiodol without a defect: no viable tumour can be seen on CT."))
        self.head.row.addWidget(self.oil)
        self.plot = _Plot(theme)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(10))
        self._grid.setVerticalSpacing(theme.px(1))
        self.cells: dict[tuple[str, int], str] = {}
        self._labels: dict[tuple[int, int], QLabel] = {}
        self.note = label("", "amber", Face.SMALL)
        self.note.setWordWrap(True)
        body = QHBoxLayout()
        body.setContentsMargins(theme.px(10), 0, theme.px(10), 0)
        body.setSpacing(theme.px(12))
        body.addLayout(self._grid)
        body.addStretch(1)
        body.addWidget(self.plot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.px(6))
        column.setSpacing(theme.px(2))
        column.addWidget(self.head)
        column.addLayout(body)
        column.addWidget(self.note)
        self.note.setContentsMargins(theme.px(10), 0, theme.px(10), 0)
        self.oil.clicked.connect(lambda: self.oil_chosen.emit(self.oil.isChecked()))
        self.hide()

    def show_strip(self, strip: Strip | None, oil: bool = False, locked: bool = False) -> None:
        """Show a strip; None hides it. `oil`: the reader said that oil fills the lesion."""
        self.setVisible(strip is not None)
        if strip is None:
            return
        self.cells.clear()
        self._write(0, 0, strip.unit, "3")
        for column, letters in enumerate(strip.letters, start=1):
            self._write(0, column, letters, "3")
        for row, (field, word, token) in enumerate(_ROWS, start=1):
            self._write(row, 0, translated(word), "2", token)
            for column, uptake in enumerate(strip.uptakes, start=1):
                value = None if uptake is None else getattr(uptake, field)
                text = "…" if uptake is None else DASH if value is None else f"{value:.0f}"
                self.cells[field, column - 1] = text
                self._write(row, column, text, "1" if field == "lesion" else "2")
        for (_, column), made in self._labels.items():
            made.setVisible(column <= len(strip.letters))
        self.plot.show_strip(strip)
        self.note.setText(strip.note)
        self.note.setVisible(bool(strip.note))
        self.oil.setChecked(oil)
        self.oil.setEnabled(not locked)

    def _write(self, row: int, column: int, text: str, tone: str, token: str = "") -> None:
        """A cell has its label for good: it is written anew, and the strip does not blink.

        `token`: the colour of the line that a row has in the plot, which its name bears.
        """
        made = self._labels.get((row, column))
        if made is None:
            made = self._labels[row, column] = label(text, tone, Face.SMALL)
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            self._grid.addWidget(made, row, column, side)
            if token:
                made.setStyleSheet(f"color: {self._theme.colour(token).name()};")
        made.setText(text)


class _Plot(QWidget):
    """A line for each row over the phases; the numbers beside it say the same."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._strip: Strip | None = None
        self.setFixedSize(theme.px(_PLOT_WIDTH), theme.px(_PLOT_HEIGHT))

    def show_strip(self, strip: Strip) -> None:
        self._strip = strip
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        strip, theme = self._strip, self._theme
        values = [
            value
            for uptake in (strip.uptakes if strip else ())
            if uptake is not None
            for value in (uptake.lesion, uptake.liver, uptake.aorta)
            if value is not None
        ]
        if strip is None or not values:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        low, high = min(0.0, *values), max(values)
        span = max(high - low, 1.0)
        step = box.width() / max(len(strip.letters) - 1, 1)
        painter.setPen(QPen(theme.colour("line.strong"), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        for field, _, token in _ROWS:
            places = [
                QPointF(box.left() + n * step, box.bottom() - (getattr(uptake, field) - low) / span * box.height())
                for n, uptake in enumerate(strip.uptakes)
                if uptake is not None and getattr(uptake, field) is not None
            ]
            style = Qt.PenStyle.SolidLine if field == "lesion" else Qt.PenStyle.DashLine
            painter.setPen(QPen(theme.colour(token), theme.px(2) if field == "lesion" else 1.2, style))
            painter.drawPolyline(places)
            painter.setBrush(theme.colour(token))
            for place in places:
                painter.drawEllipse(place, 1.8, 1.8)
        painter.end()
