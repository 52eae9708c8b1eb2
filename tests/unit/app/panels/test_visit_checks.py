"""Findings about the time point itself: each is accepted with a reason of its own, from the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.desks.signoff import checklist
from app.desks.visit_checks import VisitChecksDesk
from app.models.signoff import Item
from app.panels.lesion_form import OVERRIDE, CheckState
from app.panels.visit_checks import VisitChecks
from app.resources import load_ruleset
from app.session import ReadingSession
from app.state.events import BaselineConfirmed, ClinicalRecorded, VisitSigned
from app.storage.database import Database
from app.store import CaseStore
from app.theme import Theme
from mrecist.case import ClinicalStatus
from tests.support.cases import READER, added, found, measured
from tests.support.databases import opened, url_in

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

EARLY = BaselineConfirmed("BL", date(2025, 3, 1))
"""Day 0 is 54 days after the baseline scan of 2025-01-06."""
ILL = ClinicalRecorded("BL", ClinicalStatus(ecog=2, bilirubin_mg_dl=Fraction("2.5")))
OLD_LABS = ClinicalRecorded("FU1", ClinicalStatus(ecog=1, labs_day=-20))
"""The follow-up is 12 days before day 0, the blood was drawn 8 days before that."""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[ReadingSession]:
    """A case of COTSOM, read at both time points, whose baseline does not conform, open at the baseline."""
    read = (added("IT1", "BL", measured("30")), found("IT1", "FU1", measured("28")))
    with Database.open(url_in(tmp_path)) as database:
        opened(database, EARLY, ILL, OLD_LABS, *read)
        session = ReadingSession(CaseStore(database), load_ruleset(), READER)
        session.open_case("C-1")
        session.select_visit("BL")
        yield session


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, session: ReadingSession) -> Iterator[VisitChecks]:
    window = QWidget()
    panel = VisitChecks(theme)
    QVBoxLayout(window).addWidget(panel)
    desk = VisitChecksDesk(session, panel, QObject(window))
    session.record_changed.connect(desk.refresh)
    session.selection_changed.connect(desk.refresh)
    desk.refresh()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    yield panel


def shown(panel: VisitChecks) -> dict[str, str]:
    """The reason beside each rule; "?" where it is still to resolve."""
    return {row.check.rule: "?" if row.check.state is CheckState.TO_RESOLVE else row.check.detail for row in panel.rows}


def keep(panel: VisitChecks, at: int, reason: str) -> None:
    """From the keyboard: Space on the button, the reason, Enter."""
    row = panel.rows[at]
    QTest.keyClick(row.buttons[OVERRIDE], Qt.Key.Key_Space)
    QTest.keyClicks(row.reason, reason)
    QTest.keyClick(row.reason, Qt.Key.Key_Return)


def test_that_each_finding_about_a_time_point_is_kept_by_a_reason_of_its_own(
    panel: VisitChecks, session: ReadingSession
) -> None:
    assert shown(panel) == {"E-WINDOW": "?", "E-ENTRY": "?"}
    keep(panel, 0, "scanner down")
    assert shown(panel) == {"E-WINDOW": "Kept: scanner down", "E-ENTRY": "?"}
    assert session.assessment is not None
    assert [(x.rule, x.overridden) for x in session.assessment.baseline.issues] == [
        ("E-WINDOW", "scanner down"),
        ("E-ENTRY", ""),
    ]
    keep(panel, 0, "amendment 2")
    assert shown(panel)["E-WINDOW"] == "Kept: amendment 2"
    session.undo()
    assert shown(panel)["E-WINDOW"] == "Kept: scanner down"
    session.undo()
    assert shown(panel) == {"E-WINDOW": "?", "E-ENTRY": "?"}
    session.redo()
    session.redo()
    assert shown(panel)["E-WINDOW"] == "Kept: amendment 2"
    session.select_visit("FU1")
    assert shown(panel) == {"E-LABS": ""}, "a reminder is nothing to resolve"
    keep(panel, 0, "drawn on the ward")
    assert shown(panel) == {"E-LABS": "Kept: drawn on the ward"}


def test_that_a_reason_is_asked_for_again_when_what_it_was_given_for_changes(
    panel: VisitChecks, session: ReadingSession
) -> None:
    keep(panel, 0, "scanner down")
    keep(panel, 1, "waiver")
    assert session.do(ClinicalRecorded("BL", ClinicalStatus(ecog=2, bilirubin_mg_dl=Fraction("2.6"))))
    again = "Asked again, for it changed. The reason was: waiver"
    assert [row.check.detail for row in panel.rows] == ["Kept: scanner down", again]
    assert panel.rows[1].check.state is CheckState.TO_RESOLVE and panel.rows[1].buttons[OVERRIDE].isVisible()
    session.undo()
    assert shown(panel) == {"E-WINDOW": "Kept: scanner down", "E-ENTRY": "Kept: waiver"}
    session.redo()
    keep(panel, 1, "waiver 2")
    assert shown(panel) == {"E-WINDOW": "Kept: scanner down", "E-ENTRY": "Kept: waiver 2"}


def test_that_what_is_not_justified_is_signed_as_open_and_then_stays(
    panel: VisitChecks, session: ReadingSession
) -> None:
    keep(panel, 1, "waiver")
    assert session.reading is not None
    (warnings,) = (line for line in checklist(session.reading) if line.item is Item.WARNINGS)
    assert warnings.open_points == ("BL 1 warning",)
    panel.focus_first()
    assert panel.rows[0].buttons[OVERRIDE].hasFocus(), "the one that is not justified"
    assert session.do(VisitSigned("BL", READER, session.store.head, "rules", ()))
    assert [row.buttons for row in panel.rows] == [{}, {}]


def test_that_a_reason_that_is_being_typed_stays_while_the_findings_are_the_same(
    panel: VisitChecks, session: ReadingSession
) -> None:
    row = panel.rows[0]
    QTest.keyClick(row.buttons[OVERRIDE], Qt.Key.Key_Space)
    QTest.keyClicks(row.reason, "half a rea")
    assert session.do(found("IT1", "BL", measured("31")))
    assert panel.rows[0] is row and row.reason.text() == "half a rea"
