"""The signature of a time point: what is done and what is open, what the signature means, and the password."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.models.signoff import CheckLine, LineState, blocks, meaning_text, meaning_word
from app.panels.chips import ChipRow, Choice, KeyButton, elided, label
from app.panels.marks import Icon, MarkBox
from app.panels.password_fields import Asking, PasswordFields
from app.state.signatures import SignatureMeaning
from app.theme import Face, Theme
from app.words import translated

_ICONS = {LineState.DONE: Icon.MET, LineState.OPEN: Icon.QUESTION, LineState.BLOCKS: Icon.ALERT}
_TONES = {LineState.DONE: "2", LineState.OPEN: "1", LineState.BLOCKS: "amber"}


class SignatureSheet(QWidget):
    """Stands where notices stand. It asks; what is signed is decided elsewhere.

    Signals
    -------
    line_chosen(CheckLine)
        A press on a line: go to what is open.
    submitted()
        Sign, or change the password; `meaning` and `passwords` say what was entered.
    change_asked()
        The reader wants another password.
    closed()
        Nothing is signed.
    """

    line_chosen = Signal(object)
    submitted = Signal()
    change_asked = Signal()
    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: tuple[CheckLine, ...] = ()
        self._busy = False
        self.setObjectName("signature-sheet")
        self.setProperty("ground", "notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = label(strong=True)
        self.title.setWordWrap(True)
        self.rows: dict[str, CheckRowButton] = {}
        self._checks = QVBoxLayout()
        self._checks.setSpacing(0)
        self.signer = label(tone="2", face=Face.SMALL)
        self.meaning = ChipRow(theme, [Choice(one, meaning_word(one)) for one in SignatureMeaning], stretch=True)
        self.means = label(tone="2", face=Face.SMALL)
        self.passwords = PasswordFields(theme)
        self.told = label(tone="error", face=Face.SMALL)
        self.told.setWordWrap(True)
        self.sign = KeyButton("", primary=True)
        self.change = QPushButton(translated("Change password"))
        self.leave = QPushButton(translated("Cancel"))
        for flat in (self.change, self.leave):
            flat.setProperty("size", "small")
            flat.setProperty("flat", "true")
        self._build()
        self.meaning.changed.connect(self._tell_meaning)
        self.passwords.submitted.connect(self.submit)
        self.passwords.edited.connect(self._enable)
        self.sign.clicked.connect(self.submit)
        self.change.clicked.connect(self.change_asked)
        self.leave.clicked.connect(self.clear)
        self.hide()

    # --- showing ----------------------------------------------------------------------------------------------

    def ask(self, title: str, signer: str, lines: Sequence[CheckLine], meaning: SignatureMeaning, first: bool) -> None:
        """Ask for a signature; `first`: the reader has no password yet and sets one here."""
        self._set_kind(signing=True)
        self.title.setText(title)
        self.signer.setText(signer)
        self.meaning.choose(meaning)
        self._tell_meaning()
        self.passwords.ask(Asking.FIRST if first else Asking.KNOWN)
        self.change.setVisible(not first)
        self.sign.set_text(translated("Set password and sign") if first else translated("Sign"))
        self.tell(translated("First signature: choose your password. It signs for you from now on.") if first else "")
        self.set_lines(lines)
        self.show()
        self.focus_first()

    def ask_change(self, title: str, first: bool) -> None:
        """Ask for another password; `first`: there is none yet."""
        self._set_kind(signing=False)
        self.title.setText(title)
        self.passwords.ask(Asking.FIRST if first else Asking.CHANGE)
        self.sign.set_text(translated("Set password") if first else translated("Change password"))
        self.tell("")
        self.set_lines(())
        self.show()
        self.passwords.focus()

    def set_lines(self, lines: Sequence[CheckLine]) -> None:
        """The checklist as it is now."""
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            while (item := self._checks.takeAt(0)) is not None:
                if (old := item.widget()) is not None:
                    old.hide()
                    old.deleteLater()
            self.rows = {}
            for line in self._lines:
                row = CheckRowButton(self._theme, line)
                row.clicked.connect(lambda _checked=False, chosen=line: self.line_chosen.emit(chosen))
                self.rows[line.item] = row
                self._checks.addWidget(row)
        self._enable()

    def focus_first(self) -> None:
        """The keyboard goes to what stands in the way, else to the password."""
        blocking = next((row for row in self.rows.values() if row.line.state is LineState.BLOCKS), None)
        if blocking is not None:
            blocking.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.passwords.focus()

    def tell(self, text: str, error: bool = False) -> None:
        self.told.setProperty("tone", "error" if error else "2")
        self.told.style().unpolish(self.told)
        self.told.style().polish(self.told)
        self.told.setText(text)
        self.told.setVisible(bool(text))

    def set_busy(self, busy: bool) -> None:
        """While the password is looked at, or the next one has to wait, nothing can be submitted."""
        self._busy = busy
        self._enable()

    @property
    def lines(self) -> tuple[CheckLine, ...]:
        return self._lines

    @property
    def chosen_meaning(self) -> SignatureMeaning | None:
        value = self.meaning.value
        return value if isinstance(value, SignatureMeaning) else None

    def clear(self) -> None:
        """Close without a signature; nothing that was typed stays."""
        self.passwords.clear()
        self._busy = False
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    # --- inside -----------------------------------------------------------------------------------------------

    def _set_kind(self, signing: bool) -> None:
        self._busy = False
        for part in (self.signer, self.meaning, self.means, self.change):
            part.setVisible(signing)

    def _tell_meaning(self) -> None:
        self.means.setText(meaning_text(self.chosen_meaning))
        self._enable()

    def _enable(self) -> None:
        waits = translated("Do what stands in the way first.") if blocks(self._lines) else ""
        if not waits and not self.passwords.filled:
            waits = translated("Type the password.")
        self.sign.setEnabled(not waits and not self._busy)
        self.sign.setToolTip(waits)
        self.passwords.setEnabled(not blocks(self._lines))

    def submit(self) -> None:
        """As if the button was pressed; nothing where it cannot be."""
        if self.sign.isEnabled():
            self.submitted.emit()

    def _build(self) -> None:
        theme = self._theme
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        head.addWidget(MarkBox(Icon.LOCKED, theme), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.title, 1)
        foot = QHBoxLayout()
        foot.setSpacing(theme.px(6))
        foot.addWidget(self.sign)
        foot.addWidget(self.leave)
        foot.addStretch(1)
        foot.addWidget(self.change)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
        column.setSpacing(theme.px(5))
        column.addLayout(head)
        column.addLayout(self._checks)
        for part in (self.signer, self.meaning, self.means, self.passwords, self.told):
            column.addWidget(part)
        column.addLayout(foot)


class CheckRowButton(QPushButton):
    """One line of the checklist; what is open is where a press goes."""

    def __init__(self, theme: Theme, line: CheckLine) -> None:
        super().__init__()
        self.line = line
        self.setProperty("flat", "true")
        self.setProperty("size", "small")
        self.setEnabled(line.state is not LineState.DONE)
        self.setAccessibleName(f"{line.text}: {line.detail or translated('done')}")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(2), 0, theme.px(2), 0)
        row.setSpacing(theme.px(8))
        text = label(line.text, _TONES[line.state])
        detail = elided(line.detail, "3" if line.state is LineState.DONE else _TONES[line.state], Face.SMALL)
        detail.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for part in (MarkBox(_ICONS[line.state], theme), text, detail):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(part, 1 if part is detail else 0)
        if line.state is not LineState.DONE:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setToolTip(f"{translated('Go there')}: {line.detail}")
        self.setMinimumHeight(theme.px(24))
