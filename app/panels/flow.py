"""A layout that sets its widgets side by side and goes to the next line where the room ends."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem


class FlowLayout(QLayout):
    """Widgets from left to right, then below; its height follows from its width.

    Parameters
    ----------
    gap
        Between two widgets, px.
    last_at_right
        The last widget stands at the right end of its line, and lines as close as those of a text.
    """

    def __init__(self, gap: int, last_at_right: bool = False) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap, self._last_at_right = gap, last_at_right
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        inside = self._arrange(QRect(0, 0, width - margins.left() - margins.right(), 0), place=False)
        return inside + margins.top() + margins.bottom()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect.marginsRemoved(self.contentsMargins()), place=True)

    def sizeHint(self) -> QSize:
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() + self._gap for size in shown)
        return self._with_margins(width, max((size.height() for size in shown), default=0))

    def minimumSize(self) -> QSize:
        shown = [item.minimumSize() for item in self._items if not item.isEmpty()]
        widest, highest = (max((f(s) for s in shown), default=0) for f in (QSize.width, QSize.height))
        return self._with_margins(widest, highest)

    def _with_margins(self, width: int, height: int) -> QSize:
        return QSize(width, height).grownBy(self.contentsMargins())

    def _arrange(self, rect: QRect, place: bool) -> int:
        left, top, line = rect.left(), rect.top(), 0
        shown = [item for item in self._items if not item.isEmpty()]
        for item in shown:
            size = item.sizeHint()
            if left + size.width() > rect.right() + 1 and line > 0:
                below = 0 if self._last_at_right else self._gap
                left, top, line = rect.left(), top + line + below, 0
            if self._last_at_right:  # what is wider than the line is shortened by its own widget
                size.setWidth(min(size.width(), max(0, rect.width())))
                left = max(left, rect.right() + 1 - size.width()) if item is shown[-1] else left
            if place:
                item.setGeometry(QRect(QPoint(left, top), size))
            left += size.width() + self._gap
            line = max(line, size.height())
        return top + line - rect.top()
