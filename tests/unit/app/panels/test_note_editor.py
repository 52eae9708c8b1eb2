from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.panels.note_editor import NoteEditor


@pytest.fixture
def ground(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(300, 200)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize(
    ("key", "told"), [(Qt.Key.Key_Return, "new"), (Qt.Key.Key_Enter, "new"), (Qt.Key.Key_Escape, None)]
)
def test_that_enter_takes_what_was_typed_and_escape_drops_it(
    qtbot: QtBot, ground: QWidget, key: Qt.Key, told: str | None
) -> None:
    editor = NoteEditor(ground, "old", QPoint(10, 10), 120)
    qtbot.keyClicks(editor, " new ")  # the old words are selected
    with qtbot.waitSignal(editor.ended) as ended:
        qtbot.keyClick(editor, key)
    assert ended.args == [told]


def test_that_leaving_the_field_loses_nothing_and_tells_once(qtbot: QtBot, ground: QWidget) -> None:
    other = QLineEdit(ground)
    other.show()
    editor = NoteEditor(ground, "", QPoint(10, 10), 120)
    told: list[object] = []
    editor.ended.connect(told.append)
    qtbot.keyClicks(editor, "vein")
    other.setFocus()
    editor.finish()
    assert told == ["vein"]


def test_that_the_field_stays_within_the_image(ground: QWidget) -> None:
    editor = NoteEditor(ground, "", QPoint(290, 195), 120)
    assert ground.rect().contains(editor.geometry())
    assert NoteEditor(ground, "", QPoint(-50, -50), 900).geometry().width() == 300
