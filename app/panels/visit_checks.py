"""What does not conform at the time point itself: window of the baseline, entry criteria, laboratory values."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.focus import into_sight
from app.panels.chips import PanelHead
from app.panels.kept_rows import under_head
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
        self.head = PanelHead(theme, "", translated("conformance of the time point"))
        self._body = under_head(self, self.head)
        self.hide()

    def show_checks(self, visit_id: str, checks: Sequence[Check]) -> None:
        """Show the checks of a time point; a reason that is being typed stays while its check is the same."""
        self.head.title.setText(visit_id)
        self._body.show_rows([(visit_id, check) for check in checks], self._row)
        left = sum(check.state is CheckState.TO_RESOLVE for check in checks)
        self.head.right.setText(translated("{count} to resolve", count=left) if left else "")
        self.setVisible(bool(checks))

    def _row(self, told: tuple[str, Check]) -> CheckRow:
        row = CheckRow(self._theme, told[1])
        row.override_given.connect(self.override_given)
        return row

    @property
    def rows(self) -> tuple[CheckRow, ...]:
        return tuple(row for row in self._body.widgets if isinstance(row, CheckRow))

    def focus_first(self) -> None:
        """The focus goes to the first finding that is to be resolved."""
        left = (row for row in self.rows if row.check.state is CheckState.TO_RESOLVE and row.buttons)
        if (row := next(left, None)) is not None:
            row.buttons[OVERRIDE].setFocus(Qt.FocusReason.OtherFocusReason)
            into_sight(row)
