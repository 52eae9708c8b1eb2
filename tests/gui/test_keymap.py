"""Every key of the table, sent to the real window: it runs its action and no other, as shipped and as changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.action_set import ActionSet
from app.actions import ACTIONS, Action
from app.bootstrap import make_application
from app.keymap import Keymap
from app.keystroke import KeyStroke, parse_keystroke
from app.panels.chips import KeyCap
from app.qt_keys import keep_keymap, sequences
from app.situation import every_situation
from app.theme import Ground
from tests.support.driver import Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the actions whose keys were pressed, which do nothing else."""
    told: list[str] = []
    monkeypatch.setattr(ActionSet, "_run", lambda _set, action, _checked=False: told.append(action.id))
    return told


@pytest.fixture
def driver(qtbot: QtBot, tmp_path: Path, ran: list[str]) -> Iterator[Driver]:
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    driver.window.activateWindow()
    qtbot.waitUntil(driver.window.isActiveWindow)
    yield driver
    driver.close()


def send(driver: Driver, key: KeyStroke, target: QWidget) -> None:
    """The key as the keyboard sends it."""
    told = sequences((key,))[0][0]
    QTest.keyClick(target, told.key(), told.keyboardModifiers())


def enable(driver: Driver, action: Action) -> None:
    """A situation in which the action can run; the others are as that situation has them."""
    now = next(now for now in every_situation() if not action.enabled_when(now))
    driver.station.wiring.actions.show(now)


SHIFTED = (
    Keymap()
    .taking(parse_keystroke("F7"), "measure.target")
    .taking(parse_keystroke("T"), "view.invert")
    .taking(parse_keystroke("Ctrl+Shift+U"), "edit.undo")
    .taking(parse_keystroke("Z"), "finding.gone")
    .taking(parse_keystroke("D"), "view.flip_h", beside=True)
    .taking(parse_keystroke("?"), "help.keys", beside=True)
)
"""Keys changed, taken from one another, given beside others."""


@pytest.mark.parametrize("place", ["view", "lesion table", "worklist", "button"])
@pytest.mark.parametrize("keymap", [Keymap(), SHIFTED], ids=["shipped", "changed"])
def test_that_every_key_runs_its_action_and_no_other(
    driver: Driver, ran: list[str], keymap: Keymap, place: str
) -> None:
    actions = driver.station.wiring.actions
    actions.use(keymap)
    if place != "worklist":
        driver.window.show_reading()
    target = {
        "view": driver.page.grid.views[0],
        "lesion table": driver.page.table.grid,
        "worklist": driver.window.worklist.table,
        "button": driver.page.footer.sign,
    }[place]
    target.show()
    target.setEnabled(True)
    wrong = []
    for action in ACTIONS:
        enable(driver, action)
        for key in keymap.keys(action.id):
            if place == "button" and str(key) in ("Space", "Return"):
                continue  # they press the button
            target.setFocus()
            ran.clear()
            send(driver, key, target)
            if ran != [action.id]:
                wrong.append((action.id, str(key), list(ran)))
    assert wrong == []


def test_that_a_key_that_was_taken_away_runs_nothing(driver: Driver, ran: list[str]) -> None:
    driver.station.wiring.actions.use(Keymap().with_keys("view.rail", ()))
    send(driver, parse_keystroke("F2"), driver.window.worklist.search)
    assert ran == []
    driver.station.wiring.actions.use(Keymap())
    send(driver, parse_keystroke("F2"), driver.window.worklist.search)
    assert ran == ["view.rail"]


@pytest.mark.parametrize("keymap", [Keymap(), SHIFTED], ids=["shipped", "changed"])
def test_that_no_key_that_is_typed_into_a_text_field_runs_an_action(
    driver: Driver, ran: list[str], keymap: Keymap
) -> None:
    driver.station.wiring.actions.use(keymap)
    field = driver.window.worklist.search
    field.setFocus()
    typed = [key for action in ACTIONS for key in keymap.keys(action.id) if key.types]
    assert len(typed) > 40
    expected = ""
    for action in ACTIONS:
        enable(driver, action)
        for key in keymap.keys(action.id):
            if key.types:
                sign = " " if key.name == "Space" else key.name if key.modifiers else key.name.lower()
                QTest.keyClicks(field, sign)
                expected += sign
    assert field.text() == expected
    for editing in ("Del", "Backspace", "Ctrl+Z", "Ctrl+Y", "Ctrl+Left", "Ctrl+Right"):
        send(driver, parse_keystroke(editing), field)
    assert ran == []


def test_that_changed_keys_are_shown_wherever_a_key_is(driver: Driver) -> None:
    actions, window = driver.station.wiring.actions, driver.window
    actions.use(SHIFTED)
    caps = {cap.action: cap.text() for cap in window.findChildren(KeyCap) if cap.action}
    assert caps["measure.target"] == "F7"
    assert caps["edit.undo"] == "Ctrl+Shift+U"
    assert caps["finding.gone"] == "Z"
    assert caps["file.import"] == "Ctrl+I"
    assert actions.of("view.invert").shortcut() == QKeySequence("T")
    assert driver.page.table.empty.text().startswith("No lesion yet. Press F7 and draw")
    driver.settle()
    hints = [label.text() for label in window.status.findChildren(KeyCap)]
    assert "F7" in hints and "T" not in hints
    driver.station.keys.show_sheet()
    sheet = driver.station.keys.sheet
    assert sheet is not None
    assert "Ctrl+Shift+U" in sheet.text.toPlainText()
    actions.use(Keymap())
    assert "Ctrl+Shift+U" not in sheet.text.toPlainText()


def test_that_the_keys_of_the_last_sitting_hold_from_the_start(qtbot: QtBot, tmp_path: Path, ran: list[str]) -> None:
    make_application()  # the settings have their place now
    keep_keymap(SHIFTED)
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    assert driver.station.wiring.actions.keymap == SHIFTED
    driver.close()


@pytest.mark.parametrize("broken", ["[keys", '[keys]\n"view.invert" = ["Tab"]\n"measure.target" = ["F7"]'])
def test_that_broken_settings_are_told_and_never_stop_the_start(
    qtbot: QtBot, tmp_path: Path, ran: list[str], broken: str
) -> None:
    make_application()
    QSettings().setValue("keys/changes", broken)
    driver = Driver(qtbot, f"sqlite:///{tmp_path / 'cases.db'}")
    actions = driver.station.wiring.actions
    said = driver.window.status.said
    driver.window.activateWindow()
    qtbot.waitUntil(driver.window.isActiveWindow)
    driver.window.show_reading()
    enable(driver, actions.keymap.action("view.invert"))
    driver.page.grid.views[0].setFocus()
    send(driver, parse_keystroke("I"), driver.page.grid.views[0])
    assert ran == ["view.invert"]
    assert "of your keys cannot be used" in said
    assert actions.keymap.cap("measure.target") == ("F7" if "F7" in broken else "T")
    driver.close()


def test_that_a_key_changed_in_the_editor_runs_its_action_at_once_and_is_kept(driver: Driver, ran: list[str]) -> None:
    driver.key(Qt.Key.Key_Slash, CONTROL, widget=driver.window.worklist.search)
    assert ran == ["keys.change"]
    ran.clear()
    driver.station.keys.show_editor()
    editor = driver.station.keys.editor
    assert editor is not None
    driver.qtbot.waitUntil(editor.isActiveWindow)
    QTest.keyClicks(editor.search, "series names")
    driver.key(Qt.Key.Key_Return)
    driver.key(Qt.Key.Key_Return)
    driver.key(Qt.Key.Key_F8)
    assert ran == []
    driver.key(Qt.Key.Key_Escape)
    assert not editor.isVisible()
    driver.window.activateWindow()
    driver.qtbot.waitUntil(driver.window.isActiveWindow)
    driver.key(Qt.Key.Key_F8, widget=driver.window.worklist.search)
    assert ran == ["view.rail"]
    assert "F8" in str(QSettings().value("keys/changes"))


def test_that_files_of_keys_go_out_and_in_and_a_bad_one_changes_nothing(driver: Driver, tmp_path: Path) -> None:
    keys, actions = driver.station.keys, driver.station.wiring.actions
    keys.show_editor()
    editor = keys.editor
    assert editor is not None
    actions.use(SHIFTED)
    keys.export_file(tmp_path / "mine.toml")
    assert editor.told.text() == f"Your keys are in {tmp_path / 'mine.toml'}."
    actions.use(Keymap())
    keys.import_file(tmp_path / "mine.toml")
    assert actions.keymap == SHIFTED
    (tmp_path / "bad.toml").write_text('[keys]\n"view.invert" = ["H"]\n')
    keys.import_file(tmp_path / "bad.toml")
    assert actions.keymap == SHIFTED
    assert editor.told.text().splitlines() == [
        "Nothing was changed.",
        'bad.toml: H is on both "Invert" (view.invert) and "Flip left and right" (view.flip_h)',
    ]
    keys.export_file(tmp_path / "no folder" / "x" / ("y" * 300))
    assert "was not written" in editor.told.text()


def test_that_the_sheet_is_kept_as_pdf(driver: Driver, tmp_path: Path) -> None:
    assert driver.station.keys.write_pdf(tmp_path / "keys.pdf") == f"The keys are in {tmp_path / 'keys.pdf'}."
    assert (tmp_path / "keys.pdf").read_bytes().startswith(b"%PDF-")
    assert "was not written" in driver.station.keys.write_pdf(tmp_path / ("y" * 300))


def test_that_text_sizes_are_offered_and_the_one_that_holds_is_marked(driver: Driver) -> None:
    actions = driver.station.wiring.actions
    enable(driver, actions.keymap.action("view.text_100"))
    marked = [a.id for a in ACTIONS if a.id.startswith("view.text_") and actions.of(a.id).isChecked()]
    assert marked == ["view.text_100"]
    screen = driver.window.screen().availableGeometry()
    driver.station.choose_text_size(2.0)
    fits = screen.width() >= 2360 and screen.height() >= 1440
    assert ("next start" in driver.window.status.said) is fits
    assert QSettings().contains("window/scale") is fits
    driver.station.choose_text_size(1.0)
    assert float(str(QSettings().value("window/scale"))) == 1.0
    driver.station.choose_ground(Ground.LIGHT)
    assert "Light colours hold from the next start" in driver.window.status.said
    assert QSettings().value("window/ground") == "light"
    QSettings().remove("window/ground")
    assert QApplication.activeModalWidget() is None
