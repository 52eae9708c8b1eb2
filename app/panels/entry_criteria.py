"""The entry criteria of a protocol: what values answer, and what a clinician answers there, signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout

from app.panels.chips import label
from app.panels.folded_list import FoldedList, ListRow
from app.theme import Face, Theme
from app.words import iso, translated


@dataclass(frozen=True, slots=True)
class CriterionRow(ListRow):
    """A row of the list. `key` is the text of the criterion, where a clinician answers it."""

    included: bool = True


class EntryCriteria(FoldedList):
    """A criterion without an answer is a question: no answer is chosen to begin with, and the reason is required.

    Signals
    -------
    criterion_signed(str, bool, str)
        Text of the criterion, may the patient enter in this respect, reason.
    """

    criterion_signed = Signal(str, bool, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, translated("Entry criteria"))
        self.asked: CriterionRow | None = None
        self.form = QFrame(self)
        self.form.setProperty("card", "question")
        self.form.hide()
        self.fits, self.bars = QPushButton(), QPushButton()
        self.reason = QLineEdit()
        self.by = label(tone="2", face=Face.SMALL)
        self.sign = QPushButton(translated("Sign answer"))
        self._signer = ""
        self._build()
        self.row_asked.connect(self._ask)

    def set_signer(self, reader: str, on: date) -> None:
        """Who signs an answer, and with which date."""
        self._signer = f"{reader} · {iso(on)}"
        self.by.setText(self._signer)

    def set_rows(self, rows: Sequence[ListRow], note: str) -> None:
        """As `FoldedList`; an answer that was begun is kept as long as its criterion is there."""
        if self.asked is not None and self.asked.key not in [x.key for x in rows]:
            self._forget()
        super().set_rows(rows, note)

    def _build(self) -> None:
        px = self._theme.px
        self.reason.setPlaceholderText(translated("required, one sentence"))
        self.reason.setAccessibleName(translated("Reason"))
        self.sign.setProperty("primary", "true")
        answers = QHBoxLayout()
        for button in (self.fits, self.bars):
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.clicked.connect(self._refresh)
            answers.addWidget(button)
        answers.addStretch(1)
        answers.addWidget(self.by)
        foot = QHBoxLayout()
        foot.addWidget(label(translated("Reason"), "3", Face.SMALL))
        foot.addWidget(self.reason, 1)
        foot.addWidget(self.sign)
        column = QVBoxLayout(self.form)
        column.setContentsMargins(px(12), px(6), px(12), px(6))
        column.setSpacing(px(6))
        column.addLayout(answers)
        column.addLayout(foot)
        self.reason.textChanged.connect(self._refresh)
        self.reason.returnPressed.connect(self._sign)
        self.sign.clicked.connect(self._sign)

    def _ask(self, key: str) -> None:
        """The form opens under its row; asked again, it closes."""
        row = next((x for x in self.rows if x.key == key), None)
        closes = self.asked is not None and self.asked.key == key
        self._forget()
        if isinstance(row, CriterionRow) and not closes:
            self.asked = row
            self.fits.setText(translated("Fulfilled" if row.included else "Does not apply"))
            self.bars.setText(translated("Not fulfilled" if row.included else "Applies"))
        self._fill()
        if self.asked is not None:
            self.fits.setFocus()

    def _forget(self) -> None:
        self.asked = None
        for button in (self.fits, self.bars):
            button.setAutoExclusive(False)
            button.setChecked(False)
            button.setAutoExclusive(True)
        self.reason.clear()

    def _fill(self) -> None:
        """The form stays where it is as long as its row does, with what is typed in it."""
        at = next((n for n, x in enumerate(self.rows) if self.asked is not None and x.key == self.asked.key), None)
        self._rows.removeWidget(self.form)
        super()._fill()
        if at is not None:
            self._rows.insertWidget(at + 1, self.form)
        self.form.setVisible(at is not None)
        self._refresh()

    def _refresh(self) -> None:
        chosen = self.fits.isChecked() or self.bars.isChecked()
        reason = bool(self.reason.text().strip())
        self.sign.setEnabled(self.asked is not None and chosen and reason)
        lacks = translated("Choose an answer.") if not chosen else translated("A reason is required.")
        self.sign.setToolTip("" if self.sign.isEnabled() else lacks)

    def _sign(self) -> None:
        if self.asked is None or not self.sign.isEnabled():
            return
        said = self.asked.key, self.fits.isChecked(), self.reason.text().strip()
        self._forget()
        self._fill()
        self.criterion_signed.emit(*said)
