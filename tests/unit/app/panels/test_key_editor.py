from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.keymap import Keymap
from app.panels.key_editor import KeyEditor
from app.theme import Theme

NONE, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def editor(qtbot: QtBot, theme: Theme) -> Iterator[KeyEditor]:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    made = KeyEditor(theme, Keymap(), parent)
    made.heard: list[Keymap] = []
    made.keymap_changed.connect(made.heard.append)
    made.show()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()


def press(key: Qt.Key | str, held: Qt.KeyboardModifier = NONE) -> None:
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, key, held)


def rows_in_sight(editor: KeyEditor) -> list[str]:
    return [name for name, row in editor.tree.rows.items() if not row.isHidden()]


def test_that_every_action_has_a_row_under_its_menu(editor: KeyEditor) -> None:
    assert list(editor.tree.rows) == [action.id for action in Keymap().actions]
    assert editor.tree.rows["view.1x1"].parent().text(0) == "View › Layout"


def test_that_a_search_finds_words_and_a_single_letter_finds_the_key(editor: KeyEditor) -> None:
    QTest.keyClicks(editor.search, "invert")
    assert rows_in_sight(editor) == ["view.invert"]
    editor.search.clear()
    QTest.keyClicks(editor.search, "t")
    assert rows_in_sight(editor) == ["measure.target"]
    assert editor.tree.action_id == "measure.target"
    QTest.keyClicks(editor.search, "xyz")
    assert rows_in_sight(editor) == []
    assert editor.chosen.text() == "No action fits the search."
    assert not editor.record.isEnabled()


def test_that_a_free_key_is_taken_at_once_with_keys_alone(editor: KeyEditor) -> None:
    QTest.keyClicks(editor.search, "invert")
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)
    assert editor.recorder.waiting
    press(Qt.Key.Key_J, CONTROL)
    assert editor.heard[-1].text("view.invert") == "Ctrl+J"
    assert editor.told.text() == "Ctrl+J now runs “Invert”."
    assert editor.tree.hasFocus()


def test_that_a_key_of_another_is_taken_only_when_told_to(editor: KeyEditor) -> None:
    editor.choose("view.invert")
    editor.record.click()
    press(Qt.Key.Key_T)
    assert editor.heard == []
    assert editor.told.text() == "T is the key of “Target: draw its longest viable diameter”."
    assert editor.take.isVisible() and editor.take.hasFocus()
    press(Qt.Key.Key_Space)
    assert editor.heard[-1].text("view.invert") == "T"
    assert editor.heard[-1].keys("measure.target") == ()
    assert "“Target: draw its longest viable diameter” has lost it." in editor.told.text()
    assert not editor.take.isVisible()


def test_that_a_key_of_the_widgets_is_refused_with_its_reason(editor: KeyEditor) -> None:
    editor.choose("view.invert")
    editor.record.click()
    press(Qt.Key.Key_Home)
    assert editor.heard == []
    assert editor.told.text() == (
        "Home cannot be used: it scrolls views, nudges lines, moves in tables. Press another."
    )


def test_that_one_more_key_stands_beside_the_first(editor: KeyEditor) -> None:
    editor.choose("view.invert")
    editor.add.click()
    press(Qt.Key.Key_F7)
    assert editor.heard[-1].text("view.invert") == "I  F7"


@pytest.mark.parametrize("leaving", [Qt.Key.Key_Escape, Qt.Key.Key_Tab])
def test_that_esc_and_tab_give_up_and_change_nothing(editor: KeyEditor, leaving: Qt.Key) -> None:
    editor.choose("view.invert")
    editor.record.click()
    press(leaving)
    assert not editor.recorder.waiting
    assert editor.heard == [] and editor.isVisible()


def test_that_a_modifier_alone_waits_for_its_key(editor: KeyEditor) -> None:
    editor.choose("view.invert")
    editor.record.click()
    press(Qt.Key.Key_Control, CONTROL)
    assert editor.recorder.waiting


def test_that_resetting_and_taking_back_go_where_they_say(editor: KeyEditor) -> None:
    editor.choose("view.invert")
    editor.record.click()
    press(Qt.Key.Key_F7)
    changed = editor.heard[-1]
    editor.reset.click()
    assert editor.heard[-1] == Keymap()
    editor.undo.click()
    assert editor.heard[-1] == changed
    editor.clear.click()
    assert editor.heard[-1].keys("view.invert") == ()
    editor.reset_all.click()
    assert editor.heard[-1] == Keymap()
    for _ in range(3):
        editor.undo.click()
    assert editor.heard[-1] == Keymap()
    assert not editor.undo.isEnabled()


def test_that_cancel_keeps_esc(editor: KeyEditor) -> None:
    editor.choose("edit.cancel")
    editor.clear.click()
    assert editor.heard == []
    assert editor.told.text() == "Esc cancels, always."


def test_that_a_changed_row_says_so_in_words_too(editor: KeyEditor) -> None:
    editor.choose("view.invert")
    editor.record.click()
    press(Qt.Key.Key_F7)
    row = editor.tree.rows["view.invert"]
    assert (row.text(1), row.text(2)) == ("F7", "I")
    assert row.data(0, Qt.ItemDataRole.AccessibleTextRole) == "Invert: F7, changed"
