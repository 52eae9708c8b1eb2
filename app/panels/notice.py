"""A line that was not taken: why, and the ways out, where the reader is looking; no dialog."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.panels.flow import FlowLayout
from app.panels.marks import Icon, MarkBox
from app.theme import Theme
from app.words import translated


class Notice(QWidget):
    """Amber at the edge only. An offer that needs a reason is enabled once the reason is written."""

    offer_taken = Signal(str, str)
    """(offer, reason)"""
    dismissed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("notice")
        self.setProperty("ground", "notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setProperty("tone", "amber")
        self.message.setProperty("strong", "true")
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(translated("reason, one sentence"))
        self.reason.setAccessibleName(translated("Reason"))
        self.offers: list[QPushButton] = []
        self._needs_reason: set[str] = set()
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        mark = QVBoxLayout()
        mark.addWidget(MarkBox(Icon.ALERT, theme))
        mark.addStretch(1)
        head.addLayout(mark)
        head.addWidget(self.message, 1)
        self._buttons = FlowLayout(theme.px(6))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
        column.setSpacing(theme.px(6))
        column.addLayout(head)
        column.addWidget(self.reason)
        column.addLayout(self._buttons)
        self.reason.textChanged.connect(lambda _: self._enable())
        self.reason.returnPressed.connect(self._submit)
        self.hide()

    def show_refusal(
        self, message: str, offers: Sequence[str], needs_reason: Sequence[str] = (), leave: str = "Cancel"
    ) -> None:
        """Say why, and offer the ways out; those of `needs_reason` want a sentence first.

        The keyboard goes to the reason, or to the first way out, so that no key meant for it does anything else.
        """
        self.message.setText(message)
        self.reason.clear()
        self._needs_reason = set(needs_reason)
        self.reason.setVisible(bool(needs_reason))
        while (item := self._buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.offers = []
        for offer in offers:
            button = QPushButton(translated(offer))
            button.setProperty("size", "small")
            button.clicked.connect(lambda _checked, chosen=offer: self._take(chosen))
            self.offers.append(button)
            self._buttons.addWidget(button)
        out = QPushButton(translated(leave))
        out.setProperty("size", "small")
        out.setProperty("flat", "true")
        out.clicked.connect(self.clear)
        self._buttons.addWidget(out)
        self._enable()
        self.show()
        first: QWidget = self.reason if needs_reason else self.offers[0] if self.offers else out
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def clear(self) -> None:
        if not self.isHidden():
            self.hide()
            self.dismissed.emit()

    def _enable(self) -> None:
        written = bool(self.reason.text().strip())
        for button in self.offers:
            needs = button.text() in {translated(offer) for offer in self._needs_reason}
            button.setEnabled(written or not needs)
            button.setToolTip("" if button.isEnabled() else translated("Write the reason first."))

    def _submit(self) -> None:
        """Enter in the reason takes the offer that the reason is for."""
        wanting = [offer for offer in self._needs_reason if self.reason.text().strip()]
        if len(wanting) == 1:
            self._take(wanting[0])

    def _take(self, offer: str) -> None:
        reason = self.reason.text().strip()
        self.hide()
        self.offer_taken.emit(offer, reason)
