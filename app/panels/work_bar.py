"""Long work at the foot of the window: what is done, how far, Cancel; then what came of it, with what was refused."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.chips import label, rule_line
from app.theme import Theme
from app.translation import translated


class WorkBar(QWidget):
    """One piece of work at a time."""

    cancel_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.message = label()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(theme.px(240))
        self.progress.setFixedHeight(theme.px(6))
        self.cancel = _small(translated("Cancel"))
        self.details = _small(translated("Details"))
        self.close_button = _small(translated("Close"))
        self.list = QPlainTextEdit()
        self.list.setReadOnly(True)
        self.list.setFixedHeight(theme.px(150))
        self.list.setAccessibleName(translated("Details"))
        row = QHBoxLayout()
        row.setContentsMargins(theme.px(10), theme.px(6), theme.px(10), theme.px(6))
        row.setSpacing(theme.px(12))
        row.addWidget(self.message, 1)
        for part in (self.progress, self.details, self.cancel, self.close_button):
            row.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(rule_line())
        column.addWidget(self.list)
        column.addLayout(row)
        self.cancel.clicked.connect(self.cancel_requested)
        self.details.clicked.connect(lambda: self.list.setVisible(self.list.isHidden()))
        self.close_button.clicked.connect(self.hide)
        self.hide()

    def show_work(self, what: str) -> None:
        """Work has begun; how much there is of it is not known yet."""
        self._tone("1")
        self.message.setText(what)
        self.progress.setRange(0, 0)
        self._show(working=True)

    def show_progress(self, what: str, done: int, total: int) -> None:
        self.message.setText(f"{what}: {done} of {total}" if total else what)
        self.progress.setRange(0, max(0, total))
        self.progress.setValue(done)

    def show_result(self, message: str, refused: Sequence[str] = (), error: bool = False) -> None:
        """Work has ended; `refused` says of each file why it was not taken."""
        self._tone("error" if error else "1")
        self.message.setText(message)
        self.list.setPlainText("\n".join(refused))
        self._show(working=False)
        self.details.setVisible(bool(refused))

    def _show(self, working: bool) -> None:
        self.progress.setVisible(working)
        self.cancel.setVisible(working)
        self.close_button.setVisible(not working)
        self.details.hide()
        self.list.hide()
        self.show()

    def _tone(self, tone: str) -> None:
        self.message.setProperty("tone", tone)
        self.message.style().unpolish(self.message)
        self.message.style().polish(self.message)


def _small(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("size", "small")
    return button
