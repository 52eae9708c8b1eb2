from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QSettings, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from pytestqt.qtbot import QtBot

from app.actions import ACTIONS
from app.bootstrap import make_application
from app.keymap import Keymap
from app.keystroke import NAMED, KeyStroke, parse_keystroke, parse_keystrokes
from app.qt_keys import keep_keymap, kept_keymap, pressed_key, sequences

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, PAD, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.KeypadModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.mark.parametrize(
    ("code", "held", "named"),
    [
        (Qt.Key.Key_A, NONE, "A"),
        (Qt.Key.Key_A, CONTROL | SHIFT, "Ctrl+Shift+A"),
        (Qt.Key.Key_Exclam, SHIFT, "!"),  # Shift and 1 on an American keyboard
        (Qt.Key.Key_Slash, CONTROL | SHIFT, "Ctrl+/"),  # Ctrl, Shift and 7 on a German one
        (Qt.Key.Key_Enter, CONTROL | PAD, "Ctrl+Return"),
        (Qt.Key.Key_Up, ALT | PAD, "Alt+Up"),
        (Qt.Key.Key_5, PAD, "5"),
        (Qt.Key.Key_Backtab, SHIFT, "Shift+Tab"),
        (Qt.Key.Key_Space, SHIFT, "Shift+Space"),
    ],
)
def test_that_a_pressed_key_has_its_name(code: Qt.Key, held: Qt.KeyboardModifier, named: str) -> None:
    assert str(pressed_key(QKeyEvent(QEvent.Type.KeyPress, code, held))) == named


@pytest.mark.parametrize("code", [Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_VolumeUp, Qt.Key.Key_unknown])
def test_that_a_modifier_alone_and_a_key_without_a_name_are_none(code: Qt.Key) -> None:
    assert pressed_key(QKeyEvent(QEvent.Type.KeyPress, code, NONE)) is None


def test_that_qt_knows_every_key_of_the_table_and_every_named_key(qtbot: QtBot) -> None:
    written = QKeySequence.SequenceFormat.PortableText
    named = (KeyStroke(name) for name in NAMED)
    for key in (*named, *(key for action in ACTIONS for key in Keymap().keys(action.id))):
        made = sequences((key,))[0]
        assert made.count() == 1
        assert made.toString(written) == str(key)


def test_that_return_stands_for_the_enter_of_the_number_pad_too(qtbot: QtBot) -> None:
    made = sequences(parse_keystrokes("Ctrl+Return F7"))
    assert [x.toString(QKeySequence.SequenceFormat.PortableText) for x in made] == ["Ctrl+Return", "F7", "Ctrl+Enter"]


def test_that_the_settings_keep_the_difference_alone(qtbot: QtBot) -> None:
    make_application()
    assert kept_keymap() == (Keymap(), ())
    keymap = Keymap().with_keys("view.invert", (parse_keystroke("Ctrl+J"),))
    keep_keymap(keymap)
    assert kept_keymap() == (keymap, ())
    kept = str(QSettings().value("keys/changes"))
    assert "view.invert" in kept and "view.flip_h" not in kept
    keep_keymap(keymap.reset("view.invert"))
    assert not QSettings().contains("keys/changes")


@pytest.mark.parametrize("kept", ["[keys", 7, b"\xff", ["a", "b"]])
def test_that_broken_settings_leave_the_shipped_keys(qtbot: QtBot, kept: object) -> None:
    make_application()
    QSettings().setValue("keys/changes", kept)
    keymap, problems = kept_keymap()
    assert not keymap.changes
    assert problems
