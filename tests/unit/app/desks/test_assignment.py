"""A lesion that turns out to be one of the liver, or not, on a case without images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.desks.assignment import AssignmentDesk
from app.desks.lesion_events import LesionEventsDesk
from app.desks.signoff import checklist
from app.models.signoff import Item, LineState
from app.panels.finding_bar import FindingBar
from app.panels.lesion_card import LesionCard
from app.panels.lesion_form import OVERRIDE, CheckRow, CheckState, LesionForm
from app.resources import load_ruleset
from app.session import ReadingSession
from app.state.events import PhaseCorrected
from app.storage.database import Database
from app.store import CaseStore
from app.theme import Ground, load_theme
from mrecist.lesions import Features, Measured
from mrecist.values import Axis, Diameter, LesionKind, Organ, Region
from tests.support.cases import READER, added, found, measured
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


def _open_checks(session: ReadingSession) -> tuple[set[str], LineState]:
    """The lesions that are marked as to be resolved, and the checklist's line of warnings."""
    reading = session.reading
    assert reading is not None
    (line,) = [line for line in checklist(reading) if line.item is Item.WARNINGS]
    return set(reading.to_resolve()), line.state


def _rows(of: QWidget) -> list[CheckRow]:
    QTest.qWait(0)  # what was made anew is shown, and what it replaced is gone
    shown = [row for row in of.findChildren(CheckRow) if row.isVisible()]
    return sorted(shown, key=lambda row: row.y())


def _give_reason(qtbot: QtBot, row: CheckRow, reason: str) -> None:
    qtbot.mouseClick(row.buttons[OVERRIDE], Qt.MouseButton.LeftButton)
    QTest.keyClicks(row.reason, reason)
    QTest.keyClick(row.reason, Qt.Key.Key_Return)


def test_that_a_reason_is_kept_for_the_objection_that_was_shown_and_a_later_one_is_open_again(
    qtbot: QtBot, tmp_path: Path
) -> None:
    form = LesionForm(load_theme(Ground.DARK))
    qtbot.addWidget(form)
    with Database.open(url_in(tmp_path)) as database:
        opened(database, PhaseCorrected("1.1", "arterial"), added("IT1", "BL", measured("8", "1.1")))
        session = ReadingSession(CaseStore(database), load_ruleset(), READER)
        session.open_case("C-1")
        session.select_visit("BL")
        session.select_lesion("IT1")
        desk = AssignmentDesk(session, form, form)
        session.record_changed.connect(desk.refresh)
        told: list[str] = []
        desk.told.connect(lambda said, _undo: told.append(said))
        desk.refresh()
        form.show()
        assert _open_checks(session) == ({"IT1"}, LineState.OPEN)
        _give_reason(qtbot, _rows(form)[0], "seen in all phases")
        assert told == ["IT1: E-SMALL kept: seen in all phases"]
        assert _open_checks(session) == (set(), LineState.DONE)

        assert session.do(PhaseCorrected("1.1", "portal_venous"))
        assert _open_checks(session) == ({"IT1"}, LineState.OPEN), "the reason was not given for the phase"
        shown = {row.check.rule: row.check for row in _rows(form) if row.check.rule in ("E-SMALL", "E-PHASE")}
        assert {rule: check.state for rule, check in shown.items()} == {
            "E-PHASE": CheckState.TO_RESOLVE,
            "E-SMALL": CheckState.MET,
        }
        assert shown["E-SMALL"].detail == "Kept: seen in all phases"
        _give_reason(qtbot, _rows(form)[0], "no arterial phase")
        assert _open_checks(session) == (set(), LineState.DONE)
        session.undo()
        assert _open_checks(session) == ({"IT1"}, LineState.OPEN)
        reading = session.reading
        seen = None if reading is None else reading.read.observation("BL", "IT1")
        assert seen is not None and seen.features.overrides == (("E-SMALL", "seen in all phases"),)


def test_that_a_reason_for_one_more_target_in_an_organ_says_nothing_of_another_organ(
    qtbot: QtBot, tmp_path: Path
) -> None:
    form = LesionForm(load_theme(Ground.DARK))
    qtbot.addWidget(form)
    noted = Features(overrides=(("E-ORGAN", "the charter allows five"), ("E-SMALL", "seen twice")))
    with Database.open(url_in(tmp_path)) as database:
        lung = added("ET1", "BL", measured("8"), region=Region.EXTRAHEPATIC, organ=Organ.LUNG)
        opened(database, replace(lung, observation=replace(lung.observation, features=noted)))
        session = ReadingSession(CaseStore(database), load_ruleset(), READER)
        session.open_case("C-1")
        session.select_visit("BL")
        session.select_lesion("ET1")
        desk = AssignmentDesk(session, form, form)
        desk.refresh()
        for organ, left in ((Organ.LUNG, noted), (Organ.ADRENAL, noted.unjustified("E-ORGAN"))):
            form.lesion_changed.emit(replace(lung.lesion, organ=organ, site="left"))
            reading = session.reading
            seen = None if reading is None else reading.read.observation("BL", "ET1")
            assert seen is not None and seen.features == left
        session.undo()
        assert session.lesion is not None and session.lesion.organ is Organ.LUNG, "one act, one undo"


def test_that_a_reason_for_the_size_of_a_node_says_nothing_of_one_at_the_hilum(qtbot: QtBot, tmp_path: Path) -> None:
    """12 mm against 15 mm is not 12 mm against 20 mm."""
    form = LesionForm(load_theme(Ground.DARK))
    qtbot.addWidget(form)
    with Database.open(url_in(tmp_path)) as database:
        node = added("ET1", "BL", measured("12"), region=Region.EXTRAHEPATIC, organ=Organ.LYMPH_NODE)
        node = replace(node, lesion=replace(node.lesion, kind=LesionKind.LYMPH_NODE, axis=Axis.SHORT))
        noted = Features(overrides=(("E-NODE", "proven"), ("E-TOTAL", "the charter allows ten")))
        opened(database, replace(node, observation=replace(node.observation, features=noted)))
        session = ReadingSession(CaseStore(database), load_ruleset(), READER)
        session.open_case("C-1")
        session.select_visit("BL")
        session.select_lesion("ET1")
        AssignmentDesk(session, form, form)
        form.lesion_changed.emit(replace(node.lesion, organ=Organ.LYMPH_NODE_PERIPORTAL))
        seen = None if session.reading is None else session.reading.read.observation("BL", "ET1")
        assert seen is not None and seen.features == noted.unjustified("E-NODE")


def test_that_at_a_follow_up_the_lesions_card_asks_for_the_reason(qtbot: QtBot, tmp_path: Path) -> None:
    theme = load_theme(Ground.DARK)
    card, bar = LesionCard(theme), FindingBar(theme)
    qtbot.addWidget(card)
    qtbot.addWidget(bar)
    with Database.open(url_in(tmp_path)) as database:
        longer = found("IT1", "FU1", Measured(Diameter(300), Diameter(250)))
        opened(database, added("IT1", "BL", measured("30")), longer)
        session = ReadingSession(CaseStore(database), load_ruleset(), READER)
        session.open_case("C-1")
        session.select_visit("FU1")
        session.select_lesion("IT1")
        desk = LesionEventsDesk(session, card, bar, card)
        session.record_changed.connect(desk.refresh)
        desk.refresh()
        card.show()
        (row,) = _rows(card)
        assert row.check.rule == "E-WHOLE" and _open_checks(session) == ({"IT1"}, LineState.OPEN)
        _give_reason(qtbot, row, "drawn on another phase")
        assert _open_checks(session) == (set(), LineState.DONE)
        assert [(x.check.state, x.check.detail) for x in _rows(card)] == [
            (CheckState.MET, "Kept: drawn on another phase")
        ]
