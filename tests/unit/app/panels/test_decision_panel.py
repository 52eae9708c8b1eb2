"""The decision form: questions asked, answered and signed; nothing is assumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.models.reading import Reading
from app.panels.chips import ElidedLabel
from app.panels.decision_panel import DecisionPanel, Session
from app.panels.decision_strip import DecisionStrip
from app.panels.decision_text import data_missing, questions, reason_line, why_asked, would_be
from app.resources import load_protocol
from app.state.record import Judgement
from app.theme import Theme
from mrecist.case import Benefit, Signature
from mrecist.lesions import Features, Lesion, Observation, Present
from mrecist.results import Decision, Reason, SorafenibOutput, TaceOutput, TimePointResponse
from mrecist.values import Diameter, LesionRole, Organ, Region, Response
from tests.support.example_reading import example_assessment, example_reading, example_what_if

TODAY = date(2025, 6, 12)
_ROWS = {row.rule or row.row: row for row in (*load_protocol().tace, *load_protocol().sorafenib)}
S9_SD = Reason("S9", {"extrahepatic": "SD"}, template=_ROWS["S9"].text)


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> DecisionPanel:
    made = DecisionPanel(theme)
    qtbot.addWidget(made)
    made.resize(760, 896)
    made.set_reading(example_reading(), Session("Dr J. Lee", TODAY, example_what_if))
    made.show()
    return made


def test_that_the_benefit_of_tace_is_asked_first_and_nothing_is_chosen(panel: DecisionPanel) -> None:
    card = panel.question
    assert card.title.text() == "Is clinical benefit of further TACE expected for the liver?"
    assert card.place.text() == "1 of 3 · decides TACE and sorafenib"
    assert "it will not be taken as “no”" in card.why.text()
    assert card.chosen is None
    assert not any(button.isChecked() for button in card.answers)
    assert not card.sign.isEnabled()


def test_that_each_answer_shows_what_it_would_decide(panel: DecisionPanel) -> None:
    shown = [tuple(_words(effect.text()) for effect in effects) for effects in panel.question.effects]
    assert shown == [
        ("CONTINUE T10", "2 more questions S7"),
        ("STOP, TACE failure T4", "SORAFENIB FAILURE S4"),
        ("stays open T11", "stays open S8"),
    ]


def _words(html: str) -> str:
    from PySide6.QtGui import QTextDocumentFragment

    return QTextDocumentFragment.fromHtml(html).toPlainText()


def test_that_an_answer_needs_a_reason_to_be_signed(qtbot: QtBot, panel: DecisionPanel) -> None:
    card = panel.question
    qtbot.mouseClick(card.answers[1], Qt.MouseButton.LeftButton)
    assert not card.sign.isEnabled()
    assert card.sign.toolTip() == "A reason is required."
    qtbot.keyClicks(card.reason, "two sessions without response")
    with qtbot.waitSignal(panel.judgement_signed) as told:
        qtbot.mouseClick(card.sign, Qt.MouseButton.LeftButton)
    assert told.args == ["tace_benefit", Benefit.NO, "two sessions without response"]


def test_that_the_keys_1_2_3_answer_while_the_card_has_the_focus(qtbot: QtBot, panel: DecisionPanel) -> None:
    card = panel.question
    card.answers[0].setFocus()
    qtbot.keyClick(card.answers[0], Qt.Key.Key_2)
    assert card.chosen is not None
    assert card.chosen.value == Benefit.NO


def test_that_digits_in_the_reason_are_text(qtbot: QtBot, panel: DecisionPanel) -> None:
    panel.question.reason.setFocus()
    qtbot.keyClicks(panel.question.reason, "2 of 3")
    assert panel.question.reason.text() == "2 of 3"
    assert panel.question.chosen is None


def test_that_the_card_wins_over_the_window_presets(panel: DecisionPanel) -> None:
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_1, Qt.KeyboardModifier.NoModifier, "1")
    event.ignore()
    QApplication.sendEvent(panel.question, event)
    assert event.isAccepted()


def test_that_an_answer_begun_survives_a_new_assessment(qtbot: QtBot, panel: DecisionPanel) -> None:
    panel.question.answers[0].click()
    qtbot.keyClicks(panel.question.reason, "good")
    panel.set_reading(example_reading(), Session("Dr J. Lee", TODAY, example_what_if))
    assert panel.question.reason.text() == "good"
    assert panel.question.answers[0].isChecked()


def test_that_the_responses_stand_in_their_fixed_order(panel: DecisionPanel) -> None:
    assert panel.head.title.text() == "Decision at FU2"
    assert panel.head.note.text() == "2025-06-10 · week 12.0 after TACE 1 · assessed 6 of 7"


def test_that_the_next_dates_are_those_of_the_protocol(panel: DecisionPanel) -> None:
    shown = [tuple(part.replace("\u00a0", " ") for part in row) for row in panel.dates.shown]
    assert shown == [
        ("TACE 3, if continued", "06-04 – 07-02", "28–56 d after TACE 2 (05-07)", "20 d left"),
        ("Safety labs", "≤ 3 d before TACE", "last 06-09; valid to 06-12", "renew"),
        ("Sorafenib stop", "1 d before TACE", "400 mg qd since 05-20", "with TACE"),
        ("Sorafenib resume", "day +3 – +7 after TACE", "", "with TACE"),
        ("Efficacy CT", "28–56 d after TACE 3", "liver dynamic + chest", "with TACE"),
        ("Next visit", "07-08 – 08-05", "28–56 d after FU2", "in 26 d"),
    ]


def test_that_the_narrow_form_keeps_only_dated_rows(panel: DecisionPanel) -> None:
    panel.resize(660, 708)
    assert [row[0] for row in panel.dates.shown] == ["TACE 3, if continued", "Safety labs", "Next visit"]


def test_that_signing_waits_until_every_lesion_is_read(panel: DecisionPanel) -> None:
    assert not panel.sign.isEnabled()
    assert panel.sign.toolTip() == "ENT1 still to do"


def test_that_nothing_is_asked_where_no_judgement_is_missing(panel: DecisionPanel) -> None:
    reading = example_reading()
    assert reading.assessment is not None
    fu2 = replace(
        reading.assessment.timepoints[-1],
        tace=Decision(TaceOutput.CONTINUE, "T10"),
        sorafenib=Decision(SorafenibOutput.CONTINUE, "S9"),
    )
    assessment = replace(reading.assessment, timepoints=(fu2,))
    panel.set_reading(replace(reading, assessment=assessment), Session("Dr J. Lee", TODAY))
    assert panel.question.isHidden()
    assert panel.no_question.isVisible()


def test_that_questions_come_in_their_order() -> None:
    tace = Decision(TaceOutput.HOLD, "T6", needs=("eligibility",))
    sorafenib = Decision(
        SorafenibOutput.JUDGEMENT, "S7", needs=("clinical_worsening", "sorafenib_tolerable", "tace_planned")
    )
    assert [question.field for question in questions(tace, sorafenib)] == [
        "tace_planned", "sorafenib_tolerable", "ineligibility_confirmed", "clinical_worsening",
    ]  # fmt: skip


def test_that_missing_data_are_no_question_to_answer() -> None:
    hold = Decision(TaceOutput.HOLD, "T6", needs=("eligibility data",))
    assert questions(hold, None) == ()
    assert data_missing(hold, None) == ("eligibility data",)


def test_that_a_yes_no_question_left_open_is_not_signed(qtbot: QtBot, panel: DecisionPanel) -> None:
    asked = questions(None, Decision(SorafenibOutput.JUDGEMENT, "S7", needs=("tace_planned",)))[0]
    card = panel.question
    card.ask(asked, "", "", None, "Dr J. Lee", TODAY)
    card.reason.setText("not known yet")
    card.answers[2].click()
    assert not card.sign.isEnabled()
    card.answers[1].click()
    with qtbot.waitSignal(panel.judgement_signed) as told:
        qtbot.keyClick(card.reason, Qt.Key.Key_Return)
    assert told.args == ["tace_planned", False, "not known yet"]


@pytest.mark.parametrize(
    ("decision", "text"),
    [
        (Decision(TaceOutput.CONTINUE, "T10"), "CONTINUE"),
        (Decision(TaceOutput.STOP_FAILURE, "T4"), "STOP, TACE failure"),
        (Decision(SorafenibOutput.SORAFENIB_FAILURE, "S4"), "SORAFENIB FAILURE"),
        (Decision(SorafenibOutput.JUDGEMENT, "S7", needs=("tace_planned",)), "1 more question"),
        (Decision(SorafenibOutput.JUDGEMENT, "S8", needs=("tace_benefit",)), "stays open"),
    ],
)
def test_that_an_effect_is_a_decision_or_what_is_still_asked(decision: Decision, text: str) -> None:
    assert would_be(decision, "tace_benefit") == text


def test_that_the_strip_names_both_decisions_and_opens_the_form(qtbot: QtBot, theme: Theme) -> None:
    strip = DecisionStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(480, 90)
    strip.set_reading(example_reading())
    strip.show()
    assert strip.head.right.text() == "3 questions to answer"
    assert (strip.tace.word.text(), strip.tace.row.text()) == ("needs judgement", "T11")
    assert strip.tace.reason.text == "Is further TACE of benefit?"
    assert strip.sorafenib.row.text() == "S8"
    with qtbot.waitSignal(strip.opened):
        qtbot.mouseClick(strip.tace, Qt.MouseButton.LeftButton)
    answered = judged(example_reading(), "tace_benefit", "no", "two sessions without response")
    strip.set_reading(answered)
    assert answered.to_do() == ("ENT1",)
    assert strip.tace.word.text().endswith("\u00a0*") and strip.tace.toolTip().startswith("* 1 lesion still to do")
    strip.set_reading(example_reading("BL"))
    assert strip.isHidden()


def with_new_lesion(diameter: str, features: Features) -> Reading:
    """The example with a new liver nodule at the second follow-up, as the engine judges it."""
    reading = example_reading()
    read = reading.read
    nodule = Lesion("IN1", Region.INTRAHEPATIC, LesionRole.NEW, Organ.LIVER)
    seen = Observation("IN1", Present(Diameter.from_mm(diameter)), features)
    last = replace(read.timepoints[-1], observations=(*read.timepoints[-1].observations, seen))
    changed = replace(read, lesions=(*read.lesions, nodule), timepoints=(*read.timepoints[:-1], last))
    record = replace(reading.record, reads=(changed,))
    return Reading(record, reading.read_id, "FU2", example_assessment(record))


def judged(reading: Reading, field: str, value: str | bool, reason: str) -> Reading:
    """The reading with one answer signed on 11 June."""
    answer = Judgement("FU2", field, value, Signature("Dr J. Lee", date(2025, 6, 11), reason))
    record = replace(reading.record, judgements=(*reading.record.judgements, answer))
    return Reading(record, reading.read_id, "FU2", example_assessment(record))


def summary_of(panel: DecisionPanel) -> list[str]:
    QApplication.processEvents()
    labels = panel.findChildren(QLabel)
    return [part.text().replace("\u00a0", " ") for part in labels if part.isVisible()]


def test_that_progression_by_a_new_lesion_names_it_and_no_shrinkage(panel: DecisionPanel) -> None:
    reading = with_new_lesion("14.2", Features(typical_vascular_pattern=True))
    panel.set_reading(reading, Session("Dr J. Lee", TODAY, example_what_if))
    assert "37.7 mm\nnew IN1" in summary_of(panel)
    assert not any("−48.2 %" in text for text in summary_of(panel))


def test_that_an_answer_is_dated_with_the_day_of_signing(panel: DecisionPanel) -> None:
    panel.set_reading(example_reading(), Session("Dr J. Lee", TODAY, example_what_if, signing_on=date(2026, 1, 5)))
    assert panel.question.on.text() == "2026-01-05"
    assert panel.dates.head.note.text() == "2025 · as of 06-12"


def test_that_the_first_answer_has_the_focus_and_is_not_chosen(qtbot: QtBot, panel: DecisionPanel) -> None:
    assert panel.question.answers[0] is panel.window().focusWidget()
    assert panel.question.chosen is None
    panel.narrow.setFocus()
    assert panel.window().focusWidget() is panel.narrow
    reading = judged(example_reading(), "tace_benefit", "yes", "good response")
    panel.set_reading(reading, Session("Dr J. Lee", TODAY, example_what_if))
    assert panel.question.title.text() == "Is the next TACE planned?"
    assert panel.question.answers[0] is panel.window().focusWidget()


def test_that_a_focus_elsewhere_is_left_while_the_question_is_the_same(panel: DecisionPanel) -> None:
    panel.question.reason.setFocus()
    panel.set_reading(example_reading(), Session("Dr J. Lee", TODAY, example_what_if))
    assert panel.question.reason is panel.window().focusWidget()


def test_that_signed_answers_are_shown_with_who_when_and_why(panel: DecisionPanel) -> None:
    reading = judged(example_reading(), "tace_benefit", "undetermined", "first thought")
    reading = judged(reading, "tace_benefit", "no", "lungs worse")
    panel.set_reading(reading, Session("Dr J. Lee", TODAY))
    assert panel.no_question.answers.text() == (
        "Is further TACE of benefit? No benefit · Dr J. Lee 2025-06-11 · lungs worse"
    )
    assert "judged · Dr J. Lee 06-11" in summary_of(panel)


def test_that_no_answer_is_shown_where_none_was_signed(panel: DecisionPanel) -> None:
    assert panel.no_question.answers.isHidden()


@pytest.mark.parametrize(
    ("liver", "line"),
    [
        pytest.param(Response.SD, "Extrahepatic SD: sorafenib continues.", id="liver-stable"),
        pytest.param(
            Response.PD, "Continue: extrahepatic SD. Intrahepatic PD alone is not sorafenib failure.", id="liver-PD"
        ),
    ],
)
def test_that_progression_in_the_liver_is_spoken_of_only_where_there_is_any(liver: Response, line: str) -> None:
    assert reason_line(Decision(SorafenibOutput.CONTINUE, "S9", (S9_SD,)), _with_liver(liver)) == line


def _with_liver(response: Response, sorafenib: SorafenibOutput = SorafenibOutput.CONTINUE) -> TimePointResponse:
    point = example_reading().response
    assert point is not None
    return replace(
        point, intrahepatic=replace(point.intrahepatic, response=response), sorafenib=Decision(sorafenib, "S")
    )


def test_that_sorafenib_is_said_to_continue_only_where_it_does() -> None:
    stop = Decision(TaceOutput.STOP_CR, "T3", (Reason("T3", template=_ROWS["T3"].text),))
    assert "sorafenib continues" in reason_line(stop, _with_liver(Response.CR))
    assert "sorafenib" not in reason_line(stop, _with_liver(Response.CR, SorafenibOutput.STOP_TOXICITY))


def test_that_cannot_say_yet_is_not_called_unanswered() -> None:
    reading = judged(example_reading(), "tace_benefit", "undetermined", "not clear")
    assert reading.response is not None and reading.response.tace is not None
    assert reason_line(reading.response.tace, reading.response) == (
        "Viable tumour, intrahepatic PR: benefit decides. Answered “cannot say yet”; it is not taken as “no”."
    )
    asked = questions(reading.response.tace, None)[0]
    assert "Not answered" not in why_asked(asked, reading)


def test_that_failure_by_ineligibility_is_not_called_a_lack_of_benefit() -> None:
    reading = judged(example_reading(), "ineligibility_confirmed", "liver", "decompensated")
    assert reading.response is not None and reading.response.sorafenib is not None
    assert reading.response.sorafenib.row == "S4"
    assert reason_line(reading.response.sorafenib, reading.response) == (
        "Sorafenib failure: extrahepatic PD and TACE failure."
    )


def test_that_no_word_of_an_input_is_cut_in_the_narrow_form(qtbot: QtBot, panel: DecisionPanel) -> None:
    panel.resize(660, 708)
    signed = Signature("Dr J. Lee", TODAY, "two sessions without response")
    judged = Judgement("FU2", "tace_benefit", Benefit.NO, signed)
    reading = example_reading()
    assert reading.response is not None and reading.response.tace is not None
    panel.tace.show_decision(reading.response.tace, (judged,), reading.response, reading.visit.clinical)
    qtbot.waitUntil(lambda: panel.tace.width() < 320)
    panel.grab()
    words = panel.tace.findChildren(ElidedLabel)
    assert "judged · Dr J. Lee 06-12" in [word.text() for word in words]
    assert not [word.text() for word in words if word.toolTip()], "what is cut has a tool tip"
