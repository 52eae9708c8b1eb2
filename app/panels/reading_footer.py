"""The foot of the right panel: on to the next lesion, or sign; signed, on to the next time point."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.models.reading import Reading
from app.models.signoff import meaning_told, signed_told
from app.models.versions import changed_responses
from app.panels.chips import KeyButton, label, rule_line
from app.panels.progress_ring import ProgressRing
from app.theme import Face, Theme
from app.words import counted, still_to_do, translated


class ReadingFooter(QWidget):
    """`Next` leads while lesions are left; then `Sign` does. Signed, it leads to the next time point; `Amend` is there.

    Signals
    -------
    next_requested(str)
        The lesion to go to.
    visit_requested(str)
        The time point to go to.
    """

    next_requested = Signal(str)
    visit_requested = Signal(str)
    sign_requested = Signal()
    amend_requested = Signal()
    versions_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._signed = False
        self._next_id, self._next_visit = "", ""
        self.ring = ProgressRing(theme, 26)
        self.count = label(strong=True)
        self.note = label(tone="2", face=Face.SMALL)
        self.next = KeyButton("", action="lesion.next")
        self.sign = KeyButton("")
        self.onward = KeyButton("", primary=True)
        self.after = label(tone="2", face=Face.SMALL)
        self._onward = QWidget()
        leading = QHBoxLayout(self._onward)
        leading.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), 0)
        leading.setSpacing(theme.px(8))
        leading.addWidget(self.onward)
        leading.addWidget(self.after, 1)
        self.changed = label(tone="amber", face=Face.SMALL)
        self.changed.setWordWrap(True)
        self.changed.setContentsMargins(theme.px(10), theme.px(6), theme.px(10), 0)
        self.changed.hide()
        self.versions = QPushButton(translated("Signed version"))
        self.versions.setProperty("flat", "true")
        self.versions.setProperty("compact", "true")
        self.versions.hide()
        told = QVBoxLayout()
        told.setSpacing(0)
        told.addStretch(1)
        told.addWidget(self.count)
        told.addWidget(self.note)
        told.addStretch(1)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(theme.px(10), theme.px(4), theme.px(10), theme.px(4))
        self._row.setSpacing(theme.px(8))
        self._row.addWidget(self.ring)
        self._row.addLayout(told)
        self._row.addStretch(1)
        self._row.addWidget(self.versions)
        self._row.addWidget(self.next)
        self._row.addWidget(self.sign)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(rule_line())
        column.addWidget(self.changed)
        column.addWidget(self._onward)
        column.addLayout(self._row)
        self._theme = theme
        self._fit()
        self.versions.clicked.connect(self.versions_requested)
        self.next.clicked.connect(lambda: self.next_requested.emit(self._next_id))
        self.onward.clicked.connect(lambda: self.visit_requested.emit(self._next_visit))
        self.sign.clicked.connect(lambda: (self.amend_requested if self._signed else self.sign_requested).emit())

    def set_reading(
        self, reading: Reading | None, proposed: bool = False, selected: str | None = None, others: str = ""
    ) -> None:
        """Show how much is left; `proposed` says that some value is not accepted yet, `others` whose read it is else.

        `Next` names what its key goes to: the next lesion to do after the selected one, in the order of the table.
        """
        self.setVisible(reading is not None)
        if reading is None:
            return
        left = reading.to_do()
        baseline, self._signed = reading.at_baseline, reading.signed
        total = len(reading.lesions)
        complete = bool(total) and not left and not proposed
        names = [lesion.id for lesion in reading.lesions]
        at = names.index(selected) + 1 if selected in names else 0
        self._next_id = next((name for name in names[at:] + names[:at] if name in left), "")
        self.ring.setVisible(baseline)
        self.ring.set_progress(total - len(left), total)
        self.next.setVisible(bool(left) and not self._signed)
        self.next.set_text(translated("Next: {lesion}", lesion=self._next_id))
        self.next.set_primary(bool(left) and not baseline)
        self.count.setVisible(baseline and not self._signed)
        self.count.setText(translated("{done} of {total} done", done=total - len(left), total=total))
        self.note.setText(self._told(len(left), baseline, proposed, reading))
        self.note.setVisible(bool(self.note.text()))
        self._arrange(baseline)
        named = translated("baseline") if baseline else reading.visit_id
        self.sign.set_text(translated("Amend") if self._signed else translated("Sign {visit}", visit=named))
        self.sign.setEnabled((complete or self._signed) and not others)
        self.sign.set_primary(complete and not self._signed and not others)
        changed = ", ".join(f"{x.what} {x.then} → {x.now}" for x in changed_responses(reading))
        told = translated("Not as signed: {changed}. What it rests on was changed since.", changed=changed)
        self.changed.setText(told if changed else "")
        self.changed.setVisible(bool(changed))
        amended = reading.record.amendments(reading.read_id, reading.visit_id)
        self.versions.setVisible(bool(changed or amended))
        self.sign.setToolTip(translated("This is the read of {name}.", name=others) if others else _left_words(left))
        self._lead_from(reading)

    def focus_onward(self) -> None:
        """The keyboard goes to what leads on, where something does."""
        if not self.onward.isHidden() and self._signed:
            self.onward.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lead_from(self, reading: Reading) -> None:
        """Where the reader goes from a signed time point; that nothing is left, where it is the last."""
        self._next_visit = reading.next_to_sign if self._signed else ""
        self.onward.setVisible(bool(self._next_visit))
        self.onward.set_text(translated("Go to {visit}", visit=self._next_visit))
        if self._next_visit:
            there = replace(reading, visit_id=self._next_visit)
            done = len(there.lesions) - len(there.to_do())
            said = translated("next: {done} of {total} assessed", done=done, total=len(there.lesions))
        else:
            said = translated("Every time point is signed.")
        self.after.setText(said)
        self._fit()

    def _fit(self) -> None:
        """A second line where a time point is signed; two more where it is not as it was signed."""
        self._onward.setVisible(self._signed)
        told = 0 if self.changed.isHidden() else 40
        self.setFixedHeight(self._theme.px(45 + (36 if self._signed else 0) + told))

    def _arrange(self, baseline: bool) -> None:
        """At baseline both buttons stand at the right; later `Next` leads from the left."""
        self._row.removeWidget(self.next)
        self._row.insertWidget(3 if baseline else 0, self.next)

    def _told(self, left: int, baseline: bool, proposed: bool, reading: Reading) -> str:
        if self._signed:
            signed = reading.record.signature(reading.read_id, reading.visit_id)
            return "" if signed is None else f"{signed_told(signed)}\n{meaning_told(signed.meaning)}"
        if baseline:
            return translated("* not accepted yet") if proposed else ""
        return counted(left, "lesion left", "lesions left") if left else ""


def _left_words(left: tuple[str, ...]) -> str:
    if not left:
        return ""
    return f"{counted(len(left), 'lesion left', 'lesions left')}: {still_to_do(left)}"
