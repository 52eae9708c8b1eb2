"""A lesion that turns out to be one of the liver, or not, on a case without images."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.desks.assignment import AssignmentDesk
from app.panels.lesion_form import LesionForm
from app.resources import load_ruleset
from app.session import ReadingSession
from app.state.events import PhaseCorrected
from app.storage.database import Database
from app.store import CaseStore
from app.theme import Ground, load_theme
from mrecist.values import Organ, Region
from tests.support.cases import READER, added, measured
from tests.support.databases import opened, url_in


@pytest.mark.parametrize(
    ("phase", "kept"), [("portal_venous", False), ("arterial", True)], ids=["portal venous phase", "arterial phase"]
)
def test_that_a_diameter_becomes_a_viable_one_only_where_it_was_drawn_on_the_arterial_phase(
    qtbot: QtBot, tmp_path: Path, phase: str, kept: bool
) -> None:
    """Drawn as a target outside the liver, the line was asked nothing; as one of the liver it is drawn anew."""
    form = LesionForm(load_theme(Ground.DARK))
    qtbot.addWidget(form)
    with Database.open(url_in(tmp_path)) as database:
        outside = added("ET1", "BL", measured("30", "1.1"), region=Region.EXTRAHEPATIC, organ=Organ.LUNG)
        opened(database, PhaseCorrected("1.1", phase), outside)
        session = ReadingSession(CaseStore(database), load_ruleset(), READER)
        session.open_case("C-1")
        session.select_visit("BL")
        session.select_lesion("ET1")
        desk = AssignmentDesk(session, form, form)
        told: list[str] = []
        desk.told.connect(lambda said, _undo: told.append(said))
        desk.refresh()
        form.show()
        before = session.record
        qtbot.mouseClick(form.region.chip_of(Region.INTRAHEPATIC), Qt.MouseButton.LeftButton)
        reading = session.reading
        assert reading is not None and [x.id for x in reading.lesions] == ["IT1"]
        finding = reading.finding("IT1", "BL")
        assert finding == (measured("30", "1.1") if kept else None)
        anew = ": measure its viable diameter on the arterial phase."
        assert told == [f"ET1 is now IT1{'' if kept else anew}"]
        after = session.record
        session.undo()
        assert session.record == before
        assert (session.undo_text, session.redo_text) == ("", "ET1 as IT1")
        session.redo()
        assert session.record == after
