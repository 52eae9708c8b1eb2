"""The password of a signature: typed once, set twice, or changed, in the line of work and in no dialog."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from app.panels.chips import label
from app.theme import Face, Theme
from app.words import translated


class Asking(Enum):
    """Which passwords are asked for."""

    KNOWN = "known"
    FIRST = "first"
    CHANGE = "change"


class PasswordFields(QWidget):
    """Reports Enter in the last field; what was typed is dropped as soon as it was taken."""

    submitted = Signal()
    edited = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.asking = Asking.KNOWN
        self.known = _field(translated("Password"))
        self.new = _field(translated("New password"))
        self.again = _field(translated("New password again"))
        self._rows = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(theme.px(4))
        grid.setColumnStretch(1, 1)
        for row, field in enumerate((self.known, self.new, self.again)):
            named = label(field.accessibleName(), "2", Face.SMALL)
            named.setBuddy(field)
            grid.addWidget(named, row, 0)
            grid.addWidget(field, row, 1)
            self._rows.append((named, field))
            field.returnPressed.connect(self._entered)
            field.textChanged.connect(lambda _text: self.edited.emit())
        self.ask(Asking.KNOWN)

    @property
    def shown(self) -> tuple[QLineEdit, ...]:
        wanted = {
            Asking.KNOWN: (self.known,),
            Asking.FIRST: (self.new, self.again),
            Asking.CHANGE: (self.known, self.new, self.again),
        }
        return wanted[self.asking]

    @property
    def filled(self) -> bool:
        return all(field.text() for field in self.shown)

    @property
    def differ(self) -> bool:
        """Whether the new password was typed in two ways."""
        return self.asking is not Asking.KNOWN and self.new.text() != self.again.text()

    def ask(self, asking: Asking) -> None:
        self.asking = asking
        self.clear()
        for named, field in self._rows:
            named.setVisible(field in self.shown)
            field.setVisible(field in self.shown)

    def clear(self) -> None:
        for field in (self.known, self.new, self.again):
            field.clear()

    def take(self) -> tuple[str, str]:
        """The password that holds and the new one; the fields are empty afterwards."""
        taken = self.known.text(), self.new.text()
        self.clear()
        return taken

    def focus(self) -> None:
        self.shown[0].setFocus()

    def _entered(self) -> None:
        """Enter goes to the first field that is empty, then submits."""
        empty = next((field for field in self.shown if not field.text()), None)
        if empty is not None:
            empty.setFocus()
        else:
            self.submitted.emit()


def _field(name: str) -> QLineEdit:
    made = QLineEdit()
    made.setEchoMode(QLineEdit.EchoMode.Password)
    made.setAccessibleName(name)
    return made
