"""Keys between Qt and the keymap: what was pressed, what a shortcut is made of, what the settings keep."""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, QSettings, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.keymap import Keymap, Keys, salvage_keymap
from app.keystroke import KeyStroke, NoSuchKey, parse_keystroke

_TEXT = QKeySequence.SequenceFormat.PortableText
_KEPT_AT = "keys/changes"
_HELD = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.MetaModifier
)
_ALONE = frozenset(
    key.value
    for key in (
        Qt.Key.Key_Shift,
        Qt.Key.Key_Control,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_Meta,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock,
        Qt.Key.Key_unknown,
    )
)
_FIRST_NAMED = 0x01000000
"""Qt numbers keys that write something by their letter, and the others from here on."""


def pressed_key(event: QKeyEvent) -> KeyStroke | None:
    """The key of an event; None for a modifier alone, and for a key that has no name here."""
    code, held = event.key(), event.modifiers() & _HELD
    if code in _ALONE:
        return None
    if code == Qt.Key.Key_Backtab.value:
        return KeyStroke("Tab", frozenset({"Shift"}))
    if 0x20 < code < _FIRST_NAMED and chr(code).lower() == chr(code).upper():
        held &= ~Qt.KeyboardModifier.ShiftModifier  # the sign is what Shift made of the key
    try:
        return parse_keystroke(QKeySequence(QKeyCombination.fromCombined(held.value | code)).toString(_TEXT))
    except NoSuchKey:
        return None


def sequences(keys: Keys) -> list[QKeySequence]:
    """Shortcuts for these keys; Return stands for the Enter of the number pad too."""
    texts = [str(key) for key in keys]
    texts += [text.replace("Return", "Enter") for key, text in zip(keys, texts, strict=True) if key.name == "Return"]
    return [QKeySequence.fromString(text, _TEXT) for text in texts]


def kept_keymap() -> tuple[Keymap, tuple[str, ...]]:
    """The reader's keymap from the settings, and what of it cannot be used."""
    kept = QSettings().value(_KEPT_AT, "")
    if not isinstance(kept, str):
        return Keymap(), ("the settings hold no text",)
    return salvage_keymap(kept)


def keep_keymap(keymap: Keymap) -> None:
    """The settings hold what differs from the table, and nothing when nothing does."""
    if keymap.changes:
        QSettings().setValue(_KEPT_AT, keymap.to_text())
    else:
        QSettings().remove(_KEPT_AT)
