"""A response in a cell of a table: its shape and its letters."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.panels.marks import paint_response_letters
from app.theme import Face, Theme
from mrecist.values import Response

RESPONSE_ROLE = Qt.ItemDataRole.UserRole


class ResponseDelegate(QStyledItemDelegate):
    """Paints a response as shape and letters; other cells as text."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        response = index.data(RESPONSE_ROLE)
        if response is not None:
            box = QRectF(option.rect).adjusted(self._theme.px(6), 0, 0, 0)
            paint_response_letters(painter, box, Response(response), self._theme, Face.SMALL)
