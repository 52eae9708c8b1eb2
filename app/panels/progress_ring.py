"""How many of the lesions are read, as one arc; full, it becomes a check mark."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.panels.marks import Icon, paint_icon
from app.theme import Theme, flat_pen


class ProgressRing(QWidget):
    """One arc, no animation: `done` of `total`."""

    def __init__(self, theme: Theme, side: float = 22) -> None:
        super().__init__()
        self._theme = theme
        self._done, self._total = 0, 0
        self.setFixedSize(theme.px(side), theme.px(side))

    @property
    def complete(self) -> bool:
        return self._total > 0 and self._done >= self._total

    def set_progress(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        self.setAccessibleName(f"{done} / {total}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        stroke = 3.5 * self._theme.scale
        box = QRectF(self.rect()).adjusted(stroke / 2, stroke / 2, -stroke / 2, -stroke / 2)
        painter.setPen(QPen(self._theme.colour("line.strong"), stroke))
        painter.drawEllipse(box)
        if self._total:
            painter.setPen(flat_pen(self._theme.colour("signal.accent"), stroke))
            painter.drawArc(box, 90 * 16, -round(360 * 16 * min(1.0, self._done / self._total)))
        if self.complete:
            quarter = self.width() / 4
            inner = QRectF(self.rect()).adjusted(quarter, quarter, -quarter, -quarter)
            paint_icon(painter, inner, Icon.DONE, self._theme)
        painter.end()
