"""Assigning a lesion, and its conformance."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.panels.finding_bar import FindingBar
from app.panels.lesion_form import OVERRIDE, Check, CheckRow, CheckState, LesionForm, Way
from app.theme import Theme
from mrecist.lesions import Absent, NotEvaluable, WhyNotEvaluable
from mrecist.values import LesionKind, LesionRole, Organ, Region, Segment
from tests.support.example_reading import LESIONS

BY_ID = {lesion.id: lesion for lesion in LESIONS}


@pytest.fixture
def form(qtbot: QtBot, theme: Theme) -> LesionForm:
    made = LesionForm(theme)
    qtbot.addWidget(made)
    made.set_lesion(BY_ID["IT1"])
    made.resize(480, 420)
    made.show()
    return made


def test_that_it_shows_the_lesion_without_reporting_it(qtbot: QtBot, form: LesionForm) -> None:
    with qtbot.assertNotEmitted(form.lesion_changed):
        form.set_lesion(BY_ID["ET3"])
    assert form.region.value is Region.EXTRAHEPATIC
    assert form.kind.currentData() == LesionKind.LYMPH_NODE


def test_that_a_list_takes_neither_the_letters_after_a_click_nor_a_wheel_that_passes(
    qtbot: QtBot, form: LesionForm
) -> None:
    before = form.kind.currentData()
    with qtbot.assertNotEmitted(form.lesion_changed):
        middle = QPointF(form.kind.rect().center())
        over = form.kind.mapToGlobal(middle)
        down, none = QPoint(0, -120), Qt.KeyboardModifier.NoModifier
        nothing, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        QApplication.sendEvent(form.kind, QWheelEvent(middle, over, QPoint(), down, nothing, none, phase, False))
    assert form.kind.focusPolicy() is Qt.FocusPolicy.TabFocus, "a T typed after a click would choose a thrombus"
    assert form.kind.currentData() == before


def test_that_a_segment_is_added_by_a_click(qtbot: QtBot, form: LesionForm) -> None:
    with qtbot.waitSignal(form.lesion_changed) as told:
        qtbot.mouseClick(form.segments.chip_of(Segment.IV), Qt.MouseButton.LeftButton)
    assert set(told.args[0].segments) == {Segment.IV, Segment.V, Segment.VIII}


def test_that_another_role_is_reported_and_only_one_holds(qtbot: QtBot, form: LesionForm) -> None:
    with qtbot.waitSignal(form.lesion_changed) as told:
        qtbot.mouseClick(form.role.chip_of(LesionRole.NONTARGET), Qt.MouseButton.LeftButton)
    assert told.args[0].role is LesionRole.NONTARGET
    assert form.role.values == (LesionRole.NONTARGET,)


def test_that_another_region_brings_its_own_organs_and_no_segments(qtbot: QtBot, form: LesionForm) -> None:
    with qtbot.waitSignal(form.lesion_changed) as told:
        qtbot.mouseClick(form.region.chip_of(Region.EXTRAHEPATIC), Qt.MouseButton.LeftButton)
    lesion = told.args[0]
    assert lesion.organ not in (Organ.LIVER, Organ.PORTAL_VEIN, Organ.HEPATIC_VEIN, Organ.BILE_DUCT)
    assert lesion.segments == ()


def test_that_a_node_is_a_node_by_its_organ(qtbot: QtBot, form: LesionForm) -> None:
    form.set_lesion(BY_ID["ET1"])
    form.organ.setCurrentIndex(form.organ.findData(Organ.LYMPH_NODE_PERIPORTAL.value))
    with qtbot.waitSignal(form.lesion_changed) as told:
        form.organ.activated.emit(form.organ.currentIndex())
    assert told.args[0].kind is LesionKind.LYMPH_NODE


def test_that_what_is_to_resolve_comes_first_and_is_counted(form: LesionForm) -> None:
    form.set_checks(
        [
            Check("A", "met"),
            Check("B", "asked", CheckState.QUESTION, ways=(Way("yes", "Yes"),)),
            Check("C", "wrong", CheckState.TO_RESOLVE),
            Check("D", "a suggestion, which has no answer", CheckState.QUESTION),
        ]
    )
    rows = [form._checks.itemAt(i).widget() for i in range(4)]
    assert [row._check.rule for row in rows if isinstance(row, CheckRow)] == ["C", "A", "B", "D"]
    assert form.conformance.right.text() == "1 met · 1 to resolve · 1 question", (
        "as the checklist of the signature counts"
    )


def test_that_keeping_against_a_rule_needs_a_reason(qtbot: QtBot, form: LesionForm) -> None:
    form.set_checks([Check("IH-MEAS", "crosses", CheckState.TO_RESOLVE, ways=(Way(OVERRIDE, "Keep, give reason"),))])
    row = form._checks.itemAt(0).widget()
    assert isinstance(row, CheckRow)
    qtbot.mouseClick(row.buttons[OVERRIDE], Qt.MouseButton.LeftButton)
    assert not row.reason.isHidden()
    with qtbot.assertNotEmitted(form.override_given):
        qtbot.keyClick(row.reason, Qt.Key.Key_Return)
    qtbot.keyClicks(row.reason, "septum only")
    with qtbot.waitSignal(form.override_given) as told:
        qtbot.keyClick(row.reason, Qt.Key.Key_Return)
    assert told.args == ["IH-MEAS", "septum only"]


def test_that_a_way_out_reports_its_rule(qtbot: QtBot, form: LesionForm) -> None:
    form.set_checks([Check("IH-MEAS", "crosses", CheckState.TO_RESOLVE, ways=(Way("use", "Use 49.2 mm"),))])
    row = form._checks.itemAt(0).widget()
    assert isinstance(row, CheckRow)
    with qtbot.waitSignal(form.way_chosen) as told:
        qtbot.mouseClick(row.buttons["use"], Qt.MouseButton.LeftButton)
    assert told.args == ["IH-MEAS", "use"]


@pytest.mark.parametrize(
    ("lesion_id", "offered"),
    [("IT1", {"D", "M", "E"}), ("INT1", {"D", "N", "U", "E"}), ("ET1", {"D", "M", "E"})],
)
def test_that_only_findings_that_apply_are_offered(
    qtbot: QtBot, theme: Theme, lesion_id: str, offered: set[str]
) -> None:
    bar = FindingBar(theme)
    qtbot.addWidget(bar)
    bar.set_lesion(BY_ID[lesion_id])
    assert {key for key, button in bar.buttons.items() if button.isEnabled()} == offered
    bar.set_lesion(BY_ID[lesion_id], locked=True)
    assert not any(button.isEnabled() for button in bar.buttons.values())


def test_that_not_evaluable_asks_why(qtbot: QtBot, theme: Theme) -> None:
    bar = FindingBar(theme)
    qtbot.addWidget(bar)
    bar.set_lesion(BY_ID["ET1"])
    bar.show()
    with qtbot.waitSignal(bar.finding_entered) as told:
        qtbot.mouseClick(bar.buttons["D"], Qt.MouseButton.LeftButton)
    assert told.args == [Absent()]
    artefact = next(a for a in bar.reasons.actions() if a.text() == "artefact")
    with qtbot.waitSignal(bar.finding_entered) as told:
        artefact.trigger()
    assert told.args == [NotEvaluable(WhyNotEvaluable.ARTEFACT)]


def test_that_reasons_of_the_liver_are_offered_in_the_liver_alone(qtbot: QtBot, theme: Theme) -> None:
    bar = FindingBar(theme)
    qtbot.addWidget(bar)
    bar.set_lesion(BY_ID["IT1"])
    in_liver = {action.text() for action in bar.reasons.actions()}
    bar.set_lesion(BY_ID["ET1"])
    assert in_liver - {action.text() for action in bar.reasons.actions()} == {
        "no arterial phase",
        "lipiodol hides the lesion",
    }


@pytest.mark.parametrize(("lesion_id", "hidden"), [("IT1", True), ("INT1", False)])
def test_that_a_target_is_measured_at_baseline_and_nothing_else(
    qtbot: QtBot, theme: Theme, lesion_id: str, hidden: bool
) -> None:
    bar = FindingBar(theme)
    qtbot.addWidget(bar)
    bar.set_lesion(BY_ID[lesion_id], at_baseline=True)
    assert bar.isHidden() is hidden
    assert bar.buttons["U"].isHidden(), "nothing has progressed yet"
    bar.set_lesion(None, at_baseline=True)
    assert bar.isHidden(), "nothing can be said of no lesion"
    bar.set_lesion(BY_ID[lesion_id])
    assert not bar.isHidden()


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        (LesionRole.TARGET, {LesionRole.TARGET, LesionRole.NONTARGET}),
        (LesionRole.NONTARGET, {LesionRole.TARGET, LesionRole.NONTARGET}),
        (LesionRole.NEW, {LesionRole.NEW}),
    ],
)
def test_that_new_lesions_are_of_a_follow_up_and_the_others_of_the_baseline(
    form: LesionForm, role: LesionRole, offered: set[LesionRole]
) -> None:
    form.set_lesion(replace(BY_ID["IT1"], role=role))
    assert {role for role in LesionRole if not form.role.chip_of(role).isHidden()} == offered


def test_that_a_clicked_chip_leaves_the_keys_where_they_were(qtbot: QtBot, form: LesionForm) -> None:
    form.site.setFocus()
    qtbot.mouseClick(form.segments.chip_of(Segment.IV), Qt.MouseButton.LeftButton)
    assert form.window().focusWidget() is form.site
