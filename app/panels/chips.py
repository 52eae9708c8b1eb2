"""Chips, key caps, dividers and labels: the small parts every panel is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from app.theme import Face, Theme


def label(text: str = "", tone: str = "1", face: Face = Face.BODY, strong: bool = False) -> QLabel:
    """A line of text in one tone and face."""
    return _toned(QLabel(text), tone, face, strong)


def elided(text: str = "", tone: str = "1", face: Face = Face.BODY) -> QLabel:
    """A line at the right of its room that gives way where the room is short."""
    made = _toned(ElidedLabel(text), tone, face)
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made


def shortened(text: str, tone: str = "1", face: Face = Face.BODY, strong: bool = False) -> QLabel:
    """A line at the left of its room that gives way where the room is short."""
    return _toned(ElidedLabel(text), tone, face, strong)


def _toned(made: QLabel, tone: str, face: Face, strong: bool = False) -> QLabel:
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("tone", tone)
    made.setProperty("face", face.value)
    made.setProperty("strong", "true" if strong else "false")
    return made


class ElidedLabel(QLabel):
    """A line of text that ends in … where its room ends; the whole of it is then its tool tip."""

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip("" if shown == self.text() else self.text())
        painter = QPainter(self)
        self.style().drawItemText(
            painter, self.rect(), int(self.alignment()), self.palette(), True, shown, self.foregroundRole()
        )
        painter.end()


def chip(text: str, tone: str = "plain", pressable: bool = False) -> QToolButton:
    """An 18 px chip; `tone` is plain, amber, accent, error or met.

    One that can be pressed takes the focus by Tab alone: after a click the keys still belong to the images.
    """
    made = QToolButton()
    made.setText(text)
    made.setProperty("chip", tone)
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    if not pressable:
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    else:
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def rule_line(horizontal: bool = True) -> QFrame:
    """A 1 px divider."""
    made = QFrame()
    made.setObjectName("divider")
    made.setProperty("divider", "true")
    if horizontal:
        made.setFixedHeight(1)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    else:
        made.setFixedWidth(1)
        made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
    return made


class KeyCap(QLabel):
    """A key as it is printed on buttons: a fixed one, or that of an action, which the reader may change."""

    changed = Signal()

    def __init__(self, key: str = "", action: str = "") -> None:
        """`action` is an id of the table; `key`, else its shipped key, shows until `show_key` tells another."""
        super().__init__(key or (_shipped(action) if action else ""))
        self.action = action
        self.setProperty("keycap", "true")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        if not self.text():
            self.hide()

    def show_key(self, key: str) -> None:
        if key != self.text():
            self.setText(key)
            self.changed.emit()


def _shipped(action: str) -> str:
    from app.keymap import Keymap  # the table of actions takes long to import, and the frame comes without it

    return Keymap().cap(action)


class KeyButton(QPushButton):
    """A button that carries its key, as in `Next: ENT1 ]`: a fixed key, or that of an action, as `KeyCap` has it."""

    def __init__(self, text: str, key: str = "", primary: bool = False, small: bool = False, action: str = "") -> None:
        super().__init__()
        self._room = (12, 8)
        self._words = QLabel(text)
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._cap = KeyCap(key, action)
        self._cap.changed.connect(self._fit)
        if small:
            self.setProperty("compact", "true")
            self._words.setProperty("face", "small")
        row = QHBoxLayout(self)
        row.setSpacing(10)
        row.addWidget(self._words)
        row.addStretch(1)
        row.addWidget(self._cap)
        self.set_primary(primary)
        self.set_text(text)

    def tighten(self) -> None:
        """Less room about the words, for a row of buttons in a narrow panel."""
        self._room = (8, 6)
        layout = self.layout()
        assert layout is not None
        layout.setSpacing(6)
        self._fit()

    def set_text(self, text: str) -> None:
        self._words.setText(text)
        self.setAccessibleName(text)
        self._fit()

    def _fit(self) -> None:
        """Words and key have room."""
        key = self._cap.text()
        self._cap.setVisible(bool(key))
        self.setAccessibleDescription(key)
        layout = self.layout()
        assert layout is not None
        side, beside_key = self._room
        layout.setContentsMargins(side, 0, beside_key if key else side, 0)
        self._words.ensurePolished()
        self._cap.ensurePolished()
        self.setMinimumWidth(layout.sizeHint().width())

    def set_primary(self, primary: bool) -> None:
        """Primary or plain; a panel has one primary button at most."""
        self.setProperty("primary", "true" if primary else "false")
        for part in (self._words, self._cap):
            part.setProperty("onbutton", "primary" if primary else "true")
        for widget in (self, self._words, self._cap):
            widget.style().unpolish(widget)
            widget.style().polish(widget)

    @property
    def words(self) -> str:
        return self._words.text()


class PanelHead(QWidget):
    """The 30 px head of a panel: a bold title, a note beside it, and a note or widgets at the right."""

    def __init__(self, theme: Theme, title: str, note: str = "", right: str = "", height: float = 30) -> None:
        super().__init__()
        self.setFixedHeight(theme.px(height))
        self.title = label(title, strong=True)
        self.note = label(note, "2", Face.SMALL)
        self.right = label(right, "2", Face.SMALL)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(theme.px(10), 0, theme.px(10), 0)
        self.row.setSpacing(theme.px(8))
        self.row.addWidget(self.title)
        self.row.addWidget(self.note, 1)
        self.row.addWidget(self.right)


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a row of chips: its value, its word, and its key if it has one."""

    value: object
    word: str
    key: str = ""


class ChipRow(QWidget):
    """Options as chips, one or several of which are chosen; none is chosen to begin with."""

    changed = Signal()

    def __init__(self, theme: Theme, choices: Sequence[Choice], several: bool = False, stretch: bool = False) -> None:
        super().__init__()
        self._several = several
        self._chips: list[tuple[Choice, QToolButton]] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(4))
        for choice in choices:
            made = chip(f"{choice.word}  {choice.key}" if choice.key else choice.word, pressable=True)
            made.setCheckable(True)
            made.setAccessibleName(choice.word)
            if stretch:
                made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
                made.setMinimumWidth(theme.px(24))  # ten in a row of the narrow panel
            made.clicked.connect(lambda _checked, at=made: self._clicked(at))
            self._chips.append((choice, made))
            row.addWidget(made)
        if not stretch:
            row.addStretch(1)

    @property
    def values(self) -> tuple[object, ...]:
        return tuple(choice.value for choice, made in self._chips if made.isChecked())

    @property
    def value(self) -> object | None:
        return next(iter(self.values), None)

    def choose(self, *values: object) -> None:
        for choice, made in self._chips:
            made.setChecked(choice.value in values)

    def chip_of(self, value: object) -> QToolButton:
        return next(made for choice, made in self._chips if choice.value == value)

    def _clicked(self, pressed: QToolButton) -> None:
        if not self._several:
            for _, made in self._chips:
                made.setChecked(made is pressed)
        self.changed.emit()
