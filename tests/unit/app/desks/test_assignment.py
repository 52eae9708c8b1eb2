"""A lesion that turns out to be one of the liver, or not, on a case without images."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.desks.assignment import AssignmentDesk
from app.desks.lesion_checks import MEASURE, TAKE_BACK
from app.desks.lesion_events import LesionEventsDesk
from app.desks.signoff import checklist
from app.models.signoff import Item, LineState
from app.panels.finding_bar import FindingBar
from app.panels.lesion_card import LesionCard
from app.panels.lesion_form import OVERRIDE, CheckRow, CheckState, LesionForm
from app.resources import load_ruleset
from app.session import ReadingSession
from app.state.events import FindingRecorded, PhaseCorrected, SeriesImported, VisitProposed
from app.storage.database import Database
from app.store import CaseStore
from app.theme import Ground, load_theme
from mrecist.lesions import Features, Measured, Nonviable, NotEvaluable, Observation, Present, TooSmall
from mrecist.values import Axis, Certainty, Diameter, EarlierAbsence, LesionKind, LesionRole, Organ, Region
from tests.support.cases import READER, added, found, measured, series_ref
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


THIRD_VISIT = (
    SeriesImported((series_ref("1.3", date(2025, 4, 1)),)),
    VisitProposed("FU2", (date(2025, 4, 1),), ("1.3",)),
)


def _open_checks(session: ReadingSession) -> tuple[set[str], LineState]:
    """The lesions that are marked as to be resolved, and the checklist's line of warnings."""
    reading = session.reading
    assert reading is not None
    (line,) = [line for line in checklist(reading) if line.item is Item.WARNINGS]
    return set(reading.to_resolve()), line.state


def _card_and_bar(qtbot: QtBot) -> tuple[LesionCard, FindingBar]:
    theme = load_theme(Ground.DARK)
    card, bar = LesionCard(theme), FindingBar(theme)
    qtbot.addWidget(card)
    qtbot.addWidget(bar)
    return card, bar


def _desk_at(session: ReadingSession, visit: str, lesion: str, card: LesionCard, bar: FindingBar) -> LesionEventsDesk:
    """The card is shown for a lesion at a visit."""
    session.open_case("C-1")
    session.select_visit(visit)
    session.select_lesion(lesion)
    desk = LesionEventsDesk(session, card, bar, card)
    session.record_changed.connect(desk.refresh)
    desk.refresh()
    card.show()
    return desk


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


def test_that_what_no_reason_can_stand_for_says_what_to_correct_and_does_it(qtbot: QtBot, tmp_path: Path) -> None:
    """A target without a diameter at baseline is measured or no target; what is found there is not new."""
    form = LesionForm(load_theme(Ground.DARK))
    qtbot.addWidget(form)
    with Database.open(url_in(tmp_path)) as database:
        new = added("IN1", "BL", measured("20", "1.1"), role=LesionRole.NEW)
        opened(database, added("IT1", "BL", NotEvaluable()), new)
        session = ReadingSession(CaseStore(database), load_ruleset(), READER)
        session.open_case("C-1")
        session.select_visit("BL")
        desk = AssignmentDesk(session, form, form)
        session.record_changed.connect(desk.refresh)
        session.selection_changed.connect(desk.refresh)
        form.show()
        session.select_lesion("IT1")
        row = next(row for row in _rows(form) if row.check.rule == "E-BASELINE")
        assert [way.word for way in row.check.ways] == ["Measure it", "Make it a non-target"]
        with qtbot.waitSignal(desk.measure_asked):
            qtbot.mouseClick(row.buttons[MEASURE], Qt.MouseButton.LeftButton)
        session.select_lesion("IN1")
        row = next(row for row in _rows(form) if row.check.rule == "E-NEW-AT-BASELINE")
        assert [way.word for way in row.check.ways] == ["Make it a target", "Make it a non-target"]
        assert form.role.chip_of(LesionRole.TARGET).isVisible(), "nor is the form a dead end"
        qtbot.mouseClick(row.buttons["target"], Qt.MouseButton.LeftButton)
        reading = session.reading
        assert reading is not None and [(x.id, x.role) for x in reading.lesions] == [
            ("IT1", LesionRole.TARGET),
            ("IT2", LesionRole.TARGET),
        ]
        assert reading.finding("IT2", "BL") == measured("20", "1.1")
        assert "E-NEW-AT-BASELINE" not in {x.rule for x in reading.issues}


def test_that_a_new_lesion_that_was_not_evaluated_is_measured_or_kept_so_with_a_reason(
    qtbot: QtBot, tmp_path: Path
) -> None:
    card, bar = _card_and_bar(qtbot)
    with Database.open(url_in(tmp_path)) as database:
        sure = Observation("EN1", Present(), Features(certainty=Certainty.UNEQUIVOCAL))
        seen = added("EN1", "FU1", Present(), region=Region.EXTRAHEPATIC, role=LesionRole.NEW, organ=Organ.LUNG)
        new = replace(seen, observation=sure)
        opened(database, *THIRD_VISIT, added("IT1", "BL", measured("30")), new, found("EN1", "FU2", NotEvaluable()))
        session = ReadingSession(CaseStore(database), load_ruleset(), READER)
        desk = _desk_at(session, "FU2", "EN1", card, bar)
        (row,) = [row for row in _rows(card) if row.check.rule == "E-NEW-UNSEEN"]
        assert [way.word for way in row.check.ways] == ["Measure it", "Keep, give reason"]
        with qtbot.waitSignal(desk.measure_asked):
            qtbot.mouseClick(row.buttons[MEASURE], Qt.MouseButton.LeftButton)
        assert _open_checks(session) == ({"EN1"}, LineState.OPEN)
        _give_reason(qtbot, row, "the chest was not imaged")
        assert _open_checks(session) == (set(), LineState.DONE)


def test_that_an_absence_that_was_a_mistake_is_asked_to_be_corrected_where_it_is_recorded(
    qtbot: QtBot, tmp_path: Path
) -> None:
    card, bar = _card_and_bar(qtbot)
    with Database.open(url_in(tmp_path)) as database:
        again = Observation("IT1", measured("12"), Features(earlier_absence=EarlierAbsence.MISTAKEN))
        gone = found("IT1", "FU1", Nonviable())
        opened(database, *THIRD_VISIT, added("IT1", "BL", measured("30")), gone, FindingRecorded("FU2", again))
        session = ReadingSession(CaseStore(database), load_ruleset(), READER)
        _desk_at(session, "FU2", "IT1", card, bar)
        assert _open_checks(session) == ({"IT1"}, LineState.OPEN)
        asked = "IT1 had been there, and FU1 still has it as gone: correct that."
        assert asked in [shown.text() for shown in card.findChildren(QLabel)]
        desk = _desk_at(session, "FU1", "IT1", card, bar)  # where the way leads when FU1 was signed, and amended
        (row,) = _rows(card)
        assert row.check.text == "IT1 is seen again at FU2 and had been there: correct FU1."
        with qtbot.waitSignal(desk.measure_asked):
            qtbot.mouseClick(row.buttons[MEASURE], Qt.MouseButton.LeftButton)
        session.select_visit("FU2")
        desk.refresh()
        qtbot.mouseClick(card.buttons["seen_again", "there"], Qt.MouseButton.LeftButton)
        assert session.reading is not None and session.reading.finding("IT1", "FU1") == TooSmall()
        assert _open_checks(session) == (set(), LineState.DONE)


def test_that_at_a_follow_up_the_lesions_card_asks_for_the_reason(qtbot: QtBot, tmp_path: Path) -> None:
    card, bar = _card_and_bar(qtbot)
    with Database.open(url_in(tmp_path)) as database:
        longer = found("IT1", "FU1", Measured(Diameter(300), Diameter(250)))
        opened(database, added("IT1", "BL", measured("30")), longer)
        session = ReadingSession(CaseStore(database), load_ruleset(), READER)
        _desk_at(session, "FU1", "IT1", card, bar)
        (row,) = _rows(card)
        assert row.check.rule == "E-WHOLE" and _open_checks(session) == ({"IT1"}, LineState.OPEN)
        _give_reason(qtbot, row, "drawn on another phase")
        assert _open_checks(session) == (set(), LineState.DONE)
        (row,) = _rows(card)
        assert (row.check.state, row.check.detail) == (CheckState.MET, "Kept: drawn on another phase")
        session.open_case("C-1")  # a later sitting, in which undo does not reach it
        session.select_lesion("IT1")
        session.select_visit("FU1")
        (row,) = _rows(card)
        qtbot.mouseClick(row.buttons[TAKE_BACK], Qt.MouseButton.LeftButton)
        assert _open_checks(session) == ({"IT1"}, LineState.OPEN)
