"""The window is there at once; the cases, or why there are none, come when what is behind it has been imported."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.bootstrap import Starter
from app.state.record import Patient
from app.storage.database import Database
from app.storage.open_case import OpenCase
from tests.support.cases import READER


def test_that_the_cases_follow_the_window_and_nobody_is_told_before_that_there_are_none(
    qtbot: QtBot, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    database = Database.open(url)
    OpenCase.create(database, "C-1", Patient("P-1"), READER)
    database.close()
    starter = Starter(url, READER)
    starter.show()
    try:
        qtbot.waitUntil(lambda: starter.workstation is not None, timeout=30_000)
        worklist = starter.window.worklist
        assert worklist.isVisible() and not worklist.empty.isVisible()
        qtbot.waitUntil(lambda: bool(worklist.table_model.lines))
        assert [line.case_id for line in worklist.table_model.lines] == ["C-1"]
        assert not worklist.empty.isVisible()
    finally:
        starter.window.close()
        starter.close()


def test_that_a_database_that_cannot_be_opened_is_told_in_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    broken = tmp_path / "cases.db"
    broken.write_bytes(b"no database" * 1000)
    starter = Starter(f"sqlite:///{broken}", READER)
    starter.show()
    try:
        qtbot.waitUntil(lambda: bool(starter.failure), timeout=30_000)
        assert "cases.db" in starter.failure
        assert starter.window.work.isVisible() and starter.window.work.message.text() == starter.failure
        assert starter.workstation is None
    finally:
        starter.window.close()
        starter.close()
