from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.desks.phase_changes import PhaseChanges
from app.resources import load_ruleset
from app.session import ReadingSession
from app.state.events import PhaseCorrected
from app.storage.database import Database
from app.store import CaseStore
from tests.support.cases import READER, added, measured
from tests.support.databases import opened, url_in


def test_that_images_hang_anew_when_a_phase_is_corrected_and_when_that_is_taken_back(
    qtbot: QtBot, tmp_path: Path
) -> None:
    hung: list[str | None] = []
    with Database.open(url_in(tmp_path)) as database:
        opened(database)
        session = ReadingSession(CaseStore(database), load_ruleset(), READER)
        session.case_opened.connect(lambda: hung.clear())

        def hang() -> None:
            record = session.record
            assert record is not None
            hung.append(record.series[0].phase)

        parent = QObject()
        PhaseChanges(session, hang, parent)
        session.open_case("C-1")
        session.do(added("IT1", "BL", measured("30", "1.1")))
        assert hung == [], "no phase is another one"
        session.do(PhaseCorrected("1.1", "portal_venous"))
        session.undo()
        session.redo()
        assert hung == ["portal_venous", "arterial", "portal_venous"]
