"""How a read is done: what it hides, chosen when it is begun, and lifted with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.models.hiding import hidden_text, hidden_word, hidden_words
from app.panels.chips import PanelHead, label, rule_line
from app.state.reading_mode import Hidden, Lifted
from app.theme import Face, Theme
from app.words import translated


class ModeForm(QWidget):
    """Reports what the reader chose; nothing is hidden or shown before that is recorded.

    Signals
    -------
    begin_asked(tuple)
        Begin a read that hides these.
    lift_asked(tuple, str)
        Show these from now on, for this reason.
    closed()
        Back to the lesions.
    """

    begin_asked = Signal(object)
    lift_asked = Signal(object, str)
    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.head = PanelHead(theme, translated("Sequential and blinded reading"))
        self.now = label(tone="1")
        self.now.setWordWrap(True)
        self.past = label(tone="amber", face=Face.SMALL)
        self.past.setWordWrap(True)
        self.lifting = {one: _box(one) for one in Hidden}
        self.choosing = {one: _box(one) for one in Hidden}
        self._texts = {one: _told(theme, hidden_text(one)) for one in Hidden}
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(translated("reason, one sentence; it is recorded"))
        self.reason.setAccessibleName(translated("Reason"))
        self.lift = QPushButton(translated("Lift what is ticked"))
        self.begin = QPushButton()
        self.begin.setProperty("primary", "true")
        self.back = QPushButton(translated("Back to the lesions"))
        self._lift_part, self._begin_part = QWidget(), QWidget()
        self._begin_head = PanelHead(theme, "")
        self._build()
        for box in self.lifting.values():
            box.toggled.connect(lambda _on: self._enable())
        self.reason.textChanged.connect(lambda _text: self._enable())
        self.reason.returnPressed.connect(self._lift)
        self.lift.clicked.connect(self._lift)
        self.begin.clicked.connect(lambda: self.begin_asked.emit(_ticked(self.choosing)))
        self.back.clicked.connect(self.closed)

    def set_mode(
        self, begun: bool, hides: Sequence[Hidden], lifted: Sequence[Lifted], preset: Iterable[Hidden]
    ) -> None:
        """Show how the reader's read is done.

        Parameters
        ----------
        begun
            Is there a read of this reader?
        hides
            What is hidden now, by that read or, before it is begun, by the protocol.
        preset
            What a new read hides unless chosen otherwise.
        """
        names = hidden_words(hides)
        if hides:
            by = translated("Hidden in your read") if begun else translated("Hidden by the protocol")
            self.now.setText(f"{by}: {names}.")
        else:
            self.now.setText(translated("Your read hides nothing now.") if begun else translated("Nothing is hidden."))
        told = [
            translated("Lifted by {by}: {what}. {reason}", by=x.by, what=hidden_words(x.what), reason=x.reason)
            for x in lifted
        ]
        self.past.setText("\n".join(told))
        self.past.setVisible(bool(told))
        self._lift_part.setVisible(begun and bool(hides))
        for one, box in self.lifting.items():
            box.setVisible(one in hides)
            box.setChecked(False)
        for one, box in self.choosing.items():
            box.setChecked(one in {*preset, *hides})
            box.setEnabled(one not in hides)
            box.setToolTip(translated("Hidden now: it is lifted with a reason.") if one in hides else "")
        self._begin_head.title.setText(translated("Begin another read") if begun else translated("Begin your read"))
        note = translated("with nothing of the reads there are") if begun else translated("it hides what is ticked")
        self._begin_head.note.setText(note)
        self.begin.setText(translated("Begin another read") if begun else translated("Begin the read"))
        self.reason.clear()
        self._enable()

    def _enable(self) -> None:
        ready = bool(_ticked(self.lifting)) and bool(self.reason.text().strip())
        self.lift.setEnabled(ready)
        self.lift.setToolTip("" if ready else translated("Tick what is to be shown, and write the reason."))

    def _lift(self) -> None:
        if self.lift.isEnabled():
            self.lift_asked.emit(_ticked(self.lifting), self.reason.text().strip())

    def _build(self) -> None:
        theme = self._theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        told = QVBoxLayout()
        told.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
        told.setSpacing(theme.px(4))
        told.addWidget(self.now)
        told.addWidget(self.past)
        lifting = self._part(self._lift_part)
        for box in self.lifting.values():
            lifting.addWidget(box)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.reason, 1)
        row.addWidget(self.lift)
        lifting.addLayout(row)
        choosing = self._part(self._begin_part)
        for one, box in self.choosing.items():
            choosing.addWidget(box)
            choosing.addWidget(self._texts[one])
        row = QHBoxLayout()
        row.addWidget(self.begin)
        row.addStretch(1)
        choosing.addLayout(row)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
        foot.addStretch(1)
        foot.addWidget(self.back)
        column.addWidget(self.head)
        column.addWidget(rule_line())
        column.addLayout(told)
        column.addWidget(self._lift_part)
        column.addWidget(rule_line())
        column.addWidget(self._begin_head)
        column.addWidget(self._begin_part)
        column.addStretch(1)
        column.addWidget(rule_line())
        column.addLayout(foot)

    def _part(self, part: QWidget) -> QVBoxLayout:
        theme = self._theme
        inside = QVBoxLayout(part)
        inside.setContentsMargins(theme.px(10), theme.px(4), theme.px(10), theme.px(10))
        inside.setSpacing(theme.px(4))
        return inside


def _box(hidden: Hidden) -> QCheckBox:
    return QCheckBox(hidden_word(hidden))


def _told(theme: Theme, text: str) -> QLabel:
    """What is said of a box, below it."""
    said = label(text, "3", Face.SMALL)
    said.setWordWrap(True)
    said.setContentsMargins(theme.px(24), 0, 0, theme.px(4))
    return said


def _ticked(boxes: dict[Hidden, QCheckBox]) -> tuple[Hidden, ...]:
    return tuple(one for one, box in boxes.items() if box.isChecked() and not box.isHidden())
