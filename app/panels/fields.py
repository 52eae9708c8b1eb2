"""Fields whose list or calendar is announced by a small chevron."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QComboBox, QDateEdit, QWidget

from app.theme import Theme


class PickBox(QComboBox):
    """One of a list.

    Only Tab gives it the focus: after a choice by the mouse the letters are keys of the program again, and not the
    first letter of another choice. A wheel that passes over it chooses nothing.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _paint_chevron(self, self._theme)


class DateField(QDateEdit):
    """A date, ISO, typed or picked from a calendar."""

    def __init__(self, theme: Theme, on: date | None = None) -> None:
        super().__init__(QDate.currentDate())
        self._theme = theme
        self.setDisplayFormat("yyyy-MM-dd")
        self.setCalendarPopup(True)
        self.setMinimumWidth(theme.px(104))
        if on is not None:
            self.set_value(on)

    @property
    def value(self) -> date:
        shown = self.date()
        return date(shown.year(), shown.month(), shown.day())

    def set_value(self, on: date) -> None:
        self.setDate(QDate(on.year, on.month, on.day))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _paint_chevron(self, self._theme)


def _paint_chevron(field: QWidget, theme: Theme) -> None:
    painter = QPainter(field)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("text.2" if field.isEnabled() else "text.disabled"), 1.5 * theme.scale))
    middle = QPointF(field.width() - theme.px(11), field.height() / 2 - theme.px(1))
    reach = theme.px(3)
    painter.drawPolyline(
        QPolygonF([middle + QPointF(-reach, 0), middle + QPointF(0, reach), middle + QPointF(reach, 0)])
    )
    painter.end()
