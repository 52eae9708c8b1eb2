"""Other colours, and another size of type, hold at once: the same case, at the same place, in a new window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Starter
from app.main_window import MainWindow
from app.state.record import Patient
from app.storage.database import Database
from app.storage.open_case import OpenCase
from app.theme import Ground, load_theme
from tests.support.cases import OPENING, READ, READER, measured
from tests.support.cases import added as lesion_added


def test_that_another_size_and_other_colours_hold_at_once(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    database = Database.open(url)
    case = OpenCase.create(database, "C-1", Patient("P-1"), READER)
    for event in (*OPENING[1:], lesion_added("IT1", "BL", measured("30"))):
        case.do(event, READER, READ)
    database.close()
    starter = Starter(url, READER, case_id="C-1")
    starter.show()
    try:
        qtbot.waitUntil(lambda: starter.workstation is not None, timeout=30_000)
        first, station = starter.window, starter.workstation
        assert station is not None
        station.session.select_visit("FU1")
        station.session.select_lesion("IT1")
        first.show_reading()
        station.choose_ground(Ground.LIGHT)
        qtbot.waitUntil(lambda: starter.window is not first and starter.workstation is not None, timeout=30_000)
        again = starter.workstation
        assert again is not None and starter.window.theme.ground is Ground.LIGHT
        assert starter.window.isVisible() and starter.window.is_reading
        chosen = again.session.selection
        assert (chosen.visit_id, chosen.lesion_id) == ("FU1", "IT1")
        assert first not in QApplication.topLevelWidgets() or not first.isVisible()
        assert QApplication.quitOnLastWindowClosed()
        # while an edit is not saved, what was chosen waits for the next start
        monkeypatch.setattr(type(again.store), "unsaved", property(lambda _store: (object(),)))
        second = starter.window
        again.choose_ground(Ground.DARK)
        assert "next start" in second.status.said
        qtbot.wait(1)
        assert starter.window is second
    finally:
        monkeypatch.undo()
        starter.window.close()
        starter.close()
        QSettings().remove("window/ground")


def test_that_a_window_that_grew_with_its_type_is_brought_into_the_screen(qtbot: QtBot) -> None:
    """It was closed at the lower right, where the smallest window of the larger type has no room."""
    theme = load_theme(Ground.DARK, 1.0)
    room = QApplication.primaryScreen().availableGeometry()
    before = QWidget()
    qtbot.addWidget(before)
    before.setGeometry(room.x() + 300, room.y() + 400, room.width() - 300, room.height() - 400)
    QSettings().setValue("window/place", before.saveGeometry())
    window = MainWindow(theme, READER)
    qtbot.addWidget(window)
    window.restore_place()
    assert window.minimumWidth() > room.width() - 300
    assert window.x() == max(room.x(), room.right() + 1 - window.width())
    assert room.y() <= window.y() <= max(room.y(), room.bottom() + 1 - window.height())
    QSettings().remove("window/place")
