"""Any protocol in the decision form: its names, questions, entry criteria and windows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.demo.published import READ, record_published
from app.desks.protocol_menu import ProtocolMenu
from app.models.reading import Reading
from app.panels.app_bar import AppBar
from app.panels.decision_panel import DecisionPanel, Session
from app.panels.decision_strip import DecisionStrip
from app.panels.decision_text import lacks_images, questions
from app.panels.protocol_text import entry_rows, rows_named, timing_rows
from app.profiles import known_profiles
from app.resources import PROTOCOLS, load_protocol, load_ruleset, read_text
from app.session import ReadingSession
from app.state.record import CriterionAnswer
from app.storage.database import Database
from app.store import CaseStore
from app.theme import Theme
from mrecist.case import Benefit, Signature
from mrecist.results import Decision, SorafenibOutput, TaceOutput
from tests.support.example_reading import example_reading

TODAY = date(2017, 1, 20)
HIV = "active infection other than hepatitis B or C; HIV"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> ReadingSession:
    database = Database.open(f"sqlite:///{tmp_path_factory.mktemp('course')}/c.db")
    session = ReadingSession(CaseStore(database), load_ruleset(), "Reader 1")
    session.open_case(record_published(database))
    return session


def reading_at(session: ReadingSession, visit_id: str) -> Reading:
    session.select_visit(visit_id)
    assert session.reading is not None
    return session.reading


def plain(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(x.replace("\u00a0", " ") for x in texts)


def test_that_the_form_speaks_as_the_protocol_does(course: ReadingSession, qtbot: QtBot, theme: Theme) -> None:
    panel = DecisionPanel(theme)
    qtbot.addWidget(panel)
    panel.set_reading(reading_at(course, "FU5"), Session("Dr J. Lee", TODAY))
    assert (panel.tace.title.text(), panel.sorafenib.title.text()) == ("Operation and search", "HAIC + sorafenib")
    assert (panel.tace.row.text(), panel.sorafenib.row.text()) == ("MT8", "MS8")
    assert panel.question.title.text() == "Can what is left be removed (resection or metastasectomy)?"
    assert panel.question.place.text() == "1 of 2 · decides Operation and search or HAIC + sorafenib"
    assert [x.word for x in panel.question.question.answers[:2]] == ["Yes, operable", "Not operable"]  # type: ignore[union-attr]
    assert panel.dates.shown == [], "the visit after it has been, and HAIC has ended"
    panel.set_reading(reading_at(course, "FU6"), Session("Dr J. Lee", TODAY))
    assert [plain(x) for x in panel.dates.shown] == [("Next visit", "03-05 – 05-30", "63–119 d after FU6", "in 44 d")]
    assert panel.entry.isHidden() and "entry criteria" in load_protocol("multidisciplinary-hcc").not_in_source
    strip = DecisionStrip(theme)
    qtbot.addWidget(strip)
    strip.set_reading(reading_at(course, "FU5"))
    assert (strip.tace.title.text(), strip.sorafenib.title.text()) == ("Operate", "HAIC+sor.")


def test_that_a_month_is_early_or_late_only_where_it_is_sure(course: ReadingSession) -> None:
    record = reading_at(course, "FU5").record
    rows, note = timing_rows(load_protocol("multidisciplinary-hcc"), record, TODAY)
    found = {x.text.partition(" (")[0]: x.found.replace("\u00a0", " ") for x in rows}
    assert found["FU1 after HAIC 1"] == "not known to the day"
    assert found["FU2 after FU1"] == "278 d late"  # 2010-12-31 to 2012-02-01 are 397 days; 119 are allowed
    assert note == "4 early or late · 0 in time · 3 not known to the day"  # FU2 to FU5 are; FU1 (twice) and FU6 may be
    assert timing_rows(load_protocol("multidisciplinary-hcc"), record, date(2010, 8, 1)) == ((), "")


def test_that_the_entry_criteria_say_what_is_allowed_and_what_was_found() -> None:
    rows, note = entry_rows(load_protocol("cotsom"), example_reading())
    found = {x.text: x.found for x in rows}
    assert found["exclude: bilirubin above 2.0 mg/dL"] == "1.1; allowed ≤ 2"
    assert found["exclude: encephalopathy"] == "none; allowed none"
    assert found["exclude: AST above 5 x ULN"] == "AST not recorded; allowed ≤ 5"
    assert found["exclude: brain metastasis"] == "to confirm"
    assert note == "0 not met · 9 not recorded · 15 to confirm · 8 met"
    young = replace(example_reading().record.patient, birth_date=date(2005, 3, 19))
    reading = example_reading()
    reading = Reading(replace(reading.record, patient=young), reading.read_id, "FU2", reading.assessment)
    first = entry_rows(load_protocol("cotsom"), reading)[0][0]
    assert (first.text, first.found, first.tone) == ("include: 20 years or older", "19; allowed ≥ 20", "amber")


def test_that_the_list_of_criteria_opens_by_its_head(qtbot: QtBot, theme: Theme) -> None:
    panel = DecisionPanel(theme)
    qtbot.addWidget(panel)
    panel.set_reading(example_reading(), Session("Dr J. Lee", date(2025, 6, 12)))
    assert panel.entry.body.isHidden() and len(panel.entry.rows) == 32
    panel.entry.head.click()
    assert not panel.entry.body.isHidden()
    assert panel.entry.body.layout() is not None and panel.entry.body.layout().count() == 32
    panel.set_reading(example_reading(), Session("Dr J. Lee", date(2025, 6, 12)))
    assert panel.entry.body.layout().count() == 32


def test_that_an_entry_criterion_is_answered_there_signed_with_a_reason(qtbot: QtBot, theme: Theme) -> None:
    panel = DecisionPanel(theme)
    qtbot.addWidget(panel)
    session = Session("Dr J. Lee", date(2025, 6, 12))
    panel.set_reading(example_reading(), session)
    panel.entry.head.click()
    by_key = {x.key: x for x in panel.entry.rows}
    assert "bilirubin above 2.0 mg/dL" not in by_key and by_key[HIV].found == "to confirm"
    panel.entry.row_asked.emit(HIV)
    signed: list[tuple[str, bool, str]] = []
    panel.criterion_signed.connect(lambda *said: signed.append(said))
    form = panel.entry
    assert not form.fits.isChecked() and not form.bars.isChecked() and not form.sign.isEnabled()
    form.reason.setText("test of May negative")
    assert not form.sign.isEnabled(), "a reason alone answers nothing"
    panel.set_reading(example_reading(), session)
    assert form.reason.text(), "an answer that was begun is kept"
    form.fits.click()
    form.sign.click()
    assert signed == [(HIV, True, "test of May negative")] and form.form.isHidden()
    reading = example_reading()
    answer = CriterionAnswer("cotsom", HIV, True, Signature("Dr J. Lee", date(2025, 6, 12), "negative"))
    record = replace(reading.record, criteria=(answer, replace(answer, protocol="other", eligible=False)))
    rows, note = entry_rows(load_protocol("cotsom"), Reading(record, reading.read_id, "FU2", reading.assessment))
    (row,) = [x for x in rows if x.key == HIV]
    assert (row.text, row.found) == (f"exclude: {HIV} · negative", "does not apply · Dr J. Lee 2025-06-12")
    assert note == "0 not met · 9 not recorded · 14 to confirm · 9 met"


@pytest.mark.parametrize(
    ("name", "rows"),
    [("cotsom", "T1–T11, S1–S12"), ("sorafenib-vs-fm", "FT1–FT9, FS1–FS12"), ("ld-ccrt", "LT1–LT9, LS1–LS14")],
)
def test_that_the_foot_names_the_rows(name: str, rows: str) -> None:
    assert rows_named(load_protocol(name)) == rows


@pytest.mark.parametrize("name", PROTOCOLS)
def test_that_every_judgement_a_row_asks_for_is_a_question_with_answers(name: str) -> None:
    protocol = load_protocol(name)
    fields = ("tace_benefit", "systemic_benefit", "resectable", "eligibility")
    asked = sorted({x for row in (*protocol.tace, *protocol.sorafenib) for x in row.asks if x in fields})
    found = questions(Decision(TaceOutput.JUDGEMENT, "X", needs=tuple(asked)), None, protocol)
    assert len(found) == len(asked)
    for question in found:
        assert len(question.answers) == 3 and question.answers[2].value in (None, Benefit.UNDETERMINED)


def test_that_a_decision_stands_on_images_that_cannot_be_judged() -> None:
    response = example_reading().assessment.timepoints[-1]  # type: ignore[union-attr]
    for needs, lacking in ((("tumour imaging",), True), (("imaging",), True), (("tace_benefit",), False)):
        assert lacks_images(Decision(SorafenibOutput.CONTINUE, "X", needs=needs), response) is lacking
    assert not lacks_images(Decision(SorafenibOutput.CONTINUE, "S9", needs=("extrahepatic imaging",)), response)


def test_that_the_protocol_is_chosen_in_the_bar_and_ones_own_stands_there(
    course: ReadingSession, qtbot: QtBot, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEPATRACE_DATA", str(tmp_path))
    (tmp_path / "protocols").mkdir()
    own = read_text("protocols", "ld-ccrt.toml").replace('name = "ld-ccrt"', 'name = "our-study"', 1)
    (tmp_path / "protocols" / "own.toml").write_text(own.replace('aliases = ["ld_ccrt"]', "", 1), encoding="utf-8")
    (tmp_path / "protocols" / "broken.toml").write_text("name = 5", encoding="utf-8")
    bar = AppBar(theme, (), "Reader 1")
    qtbot.addWidget(bar)
    menu = ProtocolMenu(course, bar, bar)
    menu.fill()
    texts = [x.text() for x in menu.menu.actions()]
    assert len(texts) == len(PROTOCOLS) + 3 and "our-study 1.0.0+file." in texts[-3]
    assert next(x.text() for x in menu.menu.actions() if x.isChecked()).startswith("multidisciplinary-hcc")
    assert texts[-1].startswith("broken.toml: ") and not menu.menu.actions()[-1].isEnabled()
    menu.choose("our-study")
    assert course.record is not None and course.record.protocol == "our-study"
    assert course.assessment is not None and course.assessment.protocol is not None
    assert course.assessment.protocol.startswith("our-study")
    course.undo()
    assert course.record.protocol == "multidisciplinary-hcc"
    (tmp_path / "protocols" / "own.toml").write_text(own, encoding="utf-8")
    refused = [x.faults[0] for x in known_profiles().refused]
    assert "name: ld_ccrt is in use already; choose another" in refused
    assert course.read_id == READ
