"""A column of rows that stay as long as what they tell is the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.panels.chips import PanelHead, rule_line

T = TypeVar("T")


class KeptRows(QVBoxLayout):
    """Rows are made anew only where they tell something else, and are shown at once: the panel does not blink.

    A row that stays keeps what is typed in it, and the focus. Where the row that has the focus is made anew, the row
    that takes its place gets it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__()
        if parent is not None:
            parent.setLayout(self)
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(0)
        self._rows: list[tuple[Any, QWidget]] = []

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """The rows, from above."""
        return tuple(row for _, row in self._rows)

    def show_rows(self, told: Sequence[T], make: Callable[[T], QWidget]) -> None:
        """One row for each of what is told; `make` makes those that are not there yet."""
        before, self._rows = self._rows, []
        left = list(before)
        for one in told:
            known = next((row for row in left if row[0] == one), None)
            if known is not None:
                left.remove(known)
            self._rows.append((one, make(one)) if known is None else known)
        for at, (_, row) in enumerate(self._rows):
            if (item := self.itemAt(at)) is None or item.widget() is not row:
                self.removeWidget(row)
                self.insertWidget(at, row)
                row.show()  # at once: a layout shows what is new in it only in the next turn
        panel = self.parentWidget()
        focus = None if panel is None else panel.window().focusWidget()
        for _, row in left:
            if focus is not None and row.isAncestorOf(focus):
                self._focus_at([x for _, x in before].index(row))
            self.removeWidget(row)
            row.hide()
            row.deleteLater()

    def _focus_at(self, at: int) -> None:
        if at < len(self._rows):
            inside = (x for x in self._rows[at][1].findChildren(QWidget) if x.focusPolicy() & Qt.FocusPolicy.TabFocus)
            if (first := next((x for x in inside if x.isEnabled() and not x.isHidden()), None)) is not None:
                first.setFocus(Qt.FocusReason.OtherFocusReason)


def under_head(panel: QWidget, head: PanelHead) -> KeptRows:
    """The rows of a panel that has nothing but a head above them, between two rules."""
    rows = KeptRows()
    column = QVBoxLayout(panel)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(head)
    column.addWidget(rule_line())
    column.addLayout(rows)
    column.addWidget(rule_line())
    return rows
