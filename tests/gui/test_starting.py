"""The window is there at once; the cases, or why there are none, come when what is behind it has been imported."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QWidget
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


def test_that_a_program_that_cannot_compile_says_what_it_does_without(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.bootstrap._SETTLED_MS", 0)
    monkeypatch.setitem(sys.modules, "viewers.imaging.compiled_planes", None)
    starter = Starter(f"sqlite:///{tmp_path / 'cases.db'}", READER)
    starter.show()
    try:
        status = starter.window.status
        qtbot.waitUntil(lambda: "oblique planes" in said_by(status), timeout=30_000)
        assert "compiled_planes" in said_by(status), "why"
    finally:
        starter.window.close()
        starter.close()


def said_by(shown: QWidget) -> str:
    return " ".join(label.text() for label in shown.findChildren(QLabel))
