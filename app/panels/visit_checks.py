"""What does not conform at the time point itself: window of the baseline, entry criteria, laboratory values."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.focus import into_sight
from app.panels.chips import PanelHead, rule_line
from app.panels.lesion_form import OVERRIDE, Check, CheckRow, CheckState
from app.theme import Theme
from app.words import translated


class VisitChecks(QWidget):
    """Rows as in the lesion form, each with its own reason; not there where nothing is to be told."""

    override_given = Signal(str, str)
    """(rule, reason)"""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._checks: tuple[Check, ...] = ()
        self.rows: tuple[CheckRow, ...] = ()
        self.head = PanelHead(theme, "", translated("conformance of the time point"))
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(rule_line())
        column.addLayout(self._body)
        column.addWidget(rule_line())
        self.hide()

    def show_checks(self, visit_id: str, checks: Sequence[Check]) -> None:
        """Show the checks of a time point; a reason that is being typed stays while they are the same."""
        shown = tuple(checks)
        if shown == self._checks and visit_id == self.head.title.text():
            return
        self._checks = shown
        self.head.title.setText(visit_id)
        for row in self.rows:
            self._body.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = tuple(CheckRow(self._theme, check) for check in shown)
        for row in self.rows:
            row.override_given.connect(self.override_given)
            self._body.addWidget(row)
        left = sum(check.state is CheckState.TO_RESOLVE for check in shown)
        self.head.right.setText(translated("{count} to resolve", count=left) if left else "")
        self.setVisible(bool(shown))

    def focus_first(self) -> None:
        """The focus goes to the first finding that is to be resolved."""
        left = (row for row in self.rows if row.check.state is CheckState.TO_RESOLVE and row.buttons)
        if (row := next(left, None)) is not None:
            row.buttons[OVERRIDE].setFocus(Qt.FocusReason.OtherFocusReason)
            into_sight(row)
