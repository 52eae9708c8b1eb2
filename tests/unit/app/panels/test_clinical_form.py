"""Clinical data: exact numbers, nothing invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QTableWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from app.panels.clinical_dialogs import EnrolmentDialog, TreatmentDialog, enrolment_text, treatment_text
from app.panels.clinical_form import FIELDS, MARKERS, ClinicalForm, marker_of, number_of, number_text
from app.panels.timepoints_form import TimePointsForm, proposed_day0
from app.state.clinical import DoseChange, Enrolment, TreatmentCycle
from app.state.dates import PartialDate
from app.state.record import DatedEvent, DatedTreatment
from app.theme import Theme
from mrecist.case import Ascites, ClinicalStatus, EventKind, Marker, TreatmentKind
from tests.support.example_reading import example_record

BILIRUBIN, AFP = FIELDS[0], MARKERS[0]


def made_parent(qtbot: QtBot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    return parent


@pytest.fixture
def form(qtbot: QtBot, theme: Theme) -> ClinicalForm:
    made = ClinicalForm(theme, new_id=lambda: "t9")
    qtbot.addWidget(made)
    made.set_record(example_record(), "FU2")
    made.show()
    return made


@pytest.mark.parametrize(
    ("text", "number"), [("2.1", Fraction(21, 10)), ("2,1", Fraction(21, 10)), ("", None), ("0", Fraction(0))]
)
def test_that_a_number_is_read_exactly(text: str, number: Fraction | None) -> None:
    assert number_of(text, BILIRUBIN) == number


@pytest.mark.parametrize("text", ["x", "-1", "61", "1/0", "1,000"])
def test_that_what_is_no_plausible_number_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="Bilirubin"):
        number_of(text, BILIRUBIN)


def test_that_a_marker_may_be_greater_than() -> None:
    assert marker_of(">35000", AFP) == Marker(Fraction(35000), above=True)
    assert marker_of("29.37", AFP) == Marker(Fraction(2937, 100))


@pytest.mark.parametrize("number", [Fraction(108, 100), Fraction(2), Fraction(35001, 10)])
def test_that_a_recorded_number_reads_back_as_itself(number: Fraction) -> None:
    assert number_of(number_text(number), AFP) == number


def test_that_the_form_gives_back_what_was_recorded(form: ClinicalForm) -> None:
    visit = example_record().visit("FU2")
    assert visit is not None
    assert form.status() == visit.clinical


def test_that_empty_means_not_recorded(qtbot: QtBot, form: ClinicalForm) -> None:
    record = example_record()
    visits = tuple(replace(visit, clinical=None) for visit in record.visits)
    form.set_record(replace(record, visits=visits), "FU2")
    with qtbot.waitSignal(form.clinical_recorded) as told:
        qtbot.mouseClick(form.save, Qt.MouseButton.LeftButton)
    assert told.args == [ClinicalStatus()]


def test_that_an_edit_is_reported_whole(qtbot: QtBot, form: ClinicalForm) -> None:
    bilirubin = form.fields["bilirubin_mg_dl"]
    bilirubin.clear()
    qtbot.keyClicks(bilirubin, "2.1")
    qtbot.mouseClick(form.ascites.chip_of(Ascites.SLIGHT), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(form.clinical_recorded) as told:
        qtbot.mouseClick(form.save, Qt.MouseButton.LeftButton)
    status = told.args[0]
    assert (status.bilirubin_mg_dl, status.ascites, status.ecog) == (Fraction(21, 10), Ascites.SLIGHT, 1)


def test_that_a_wrong_field_is_named_and_nothing_is_recorded(qtbot: QtBot, form: ClinicalForm) -> None:
    form.fields["inr"].setText("one")
    with qtbot.assertNotEmitted(form.clinical_recorded):
        qtbot.mouseClick(form.save, Qt.MouseButton.LeftButton)
    assert "INR" in form.problem.text()


def test_that_a_treatment_is_added_with_its_dates(qtbot: QtBot, form: ClinicalForm) -> None:
    entries = form.treatments
    entries.kind.setCurrentIndex(entries.kind.findData(TreatmentKind.SORAFENIB.value))
    entries.on.set_value(date(2025, 6, 20))
    entries.note.setText("400 mg qd")
    with qtbot.waitSignal(form.treatment_added) as told:
        qtbot.mouseClick(entries.add, Qt.MouseButton.LeftButton)
    added = told.args[0]
    assert (added.id, added.kind, added.on, added.until, added.dose) == (
        "t9", TreatmentKind.SORAFENIB, date(2025, 6, 20), None, "400 mg qd",
    )  # fmt: skip


def test_that_a_treatment_does_not_end_before_it_began(qtbot: QtBot, form: ClinicalForm) -> None:
    entries = form.treatments
    entries.on.set_value(date(2025, 6, 20))
    entries.until_known.setChecked(True)
    entries.until.set_value(date(2025, 6, 19))
    with qtbot.assertNotEmitted(form.treatment_added):
        qtbot.mouseClick(entries.add, Qt.MouseButton.LeftButton)


def test_that_baseline_and_day_0_are_confirmed_by_the_reader(qtbot: QtBot, theme: Theme) -> None:
    form = TimePointsForm(theme)
    qtbot.addWidget(form)
    form.set_record(example_record())
    assert "7\u00a0d before day 0" in form.note.text()
    with qtbot.waitSignal(form.baseline_confirmed) as told:
        qtbot.mouseClick(form.confirm, Qt.MouseButton.LeftButton)
    assert told.args == ["BL", date(2025, 3, 18)]


def test_that_day_0_is_never_guessed_from_the_scan() -> None:
    record = replace(example_record(), day0=None)
    assert proposed_day0(record) == date(2025, 3, 18)
    assert proposed_day0(replace(record, treatments=())) is None


def test_that_no_kind_of_treatment_is_taken_for_granted(qtbot: QtBot, form: ClinicalForm) -> None:
    for entries in (form.treatments, form.events):
        assert entries.kind.currentIndex() == -1
        assert not entries.add.isEnabled()
    form.treatments.kind.setCurrentIndex(0)
    with qtbot.waitSignal(form.treatment_added):
        qtbot.mouseClick(form.treatments.add, Qt.MouseButton.LeftButton)
    assert not form.treatments.add.isEnabled()


def test_that_a_treatment_is_given_its_course_and_a_wrong_one_is_kept_in_sight(qtbot: QtBot, theme: Theme) -> None:
    haic = DatedTreatment("H", TreatmentKind.HAIC, date(2010, 9, 1))
    parent = made_parent(qtbot)
    dialog = TreatmentDialog(theme, haic, parent)
    saved: list[DatedTreatment] = []
    dialog.changed.connect(saved.append)
    dialog.on.setText("2010-09")
    for column, text in enumerate(("1", "2010-08-01", "", "0.3 mg/kg/d")):
        dialog.cycles.setItem(0, column, QTableWidgetItem(text))
    dialog.changes.setItem(0, 0, QTableWidgetItem("2010-10-05"))
    dialog.changes.setItem(0, 1, QTableWidgetItem("0.2 mg/kg/d"))
    dialog.save.click()
    assert not saved and "before the treatment" in dialog.problem.text()
    dialog.cycles.item(0, 1).setText("2010-09")  # type: ignore[union-attr]
    dialog.save.click()
    (made,) = saved
    assert made.on.isoformat() == "2010-09"
    assert made.cycles == (TreatmentCycle(1, PartialDate(2010, 9), None, "0.3 mg/kg/d"),)
    assert made.dose_changes == (DoseChange(date(2010, 10, 5), "0.2 mg/kg/d"),)
    assert treatment_text(made) == "1 cycle, 2010-10-05 0.2 mg/kg/d"


def test_that_an_enrolment_keeps_a_month_and_leaves_out_what_is_empty(qtbot: QtBot, theme: Theme) -> None:
    parent = made_parent(qtbot)
    dialog = EnrolmentDialog(theme, Enrolment(consented=date(2025, 1, 2)), parent)
    dialog.randomised.setText("2025-01")
    dialog.arm.setText("A")
    assert dialog.edited() == Enrolment(date(2025, 1, 2), None, PartialDate(2025, 1), "A")
    assert enrolment_text(dialog.edited()) == "consent 2025-01-02 · randomised 2025-01 · arm A"
    dialog.enrolled.setText("soon")
    dialog.save.click()
    assert "Enrolment" in dialog.problem.text()


def test_that_nothing_can_be_changed_while_it_is_locked(form: ClinicalForm) -> None:
    form.set_record(example_record(), "FU2", locked=True)
    parts = (*form.fields.values(), form.save, form.treatments, form.treatments.kind, form.events, form.events.note)
    assert not any(part.isEnabled() for part in parts)
    form.set_record(example_record(), "FU2")
    assert all(part.isEnabled() for part in parts)


@pytest.mark.parametrize(("width", "columns"), [(396, 1), (480, 2)])
def test_that_no_field_lies_over_another_and_none_is_cut(
    qtbot: QtBot, form: ClinicalForm, width: int, columns: int
) -> None:
    form.resize(width, 700)
    QApplication.processEvents()

    def are_apart() -> bool:
        boxes = [field.geometry() for field in form.fields.values()]
        over = any(a.intersects(b) for at, a in enumerate(boxes) for b in boxes[at + 1 :])
        return len({box.left() for box in boxes}) == columns and not over

    qtbot.waitUntil(are_apart, timeout=10_000)
    names = [part for part in form.findChildren(QLabel) if part.text() in ("Encephalopathy", "Haemoglobin")]
    assert len(names) == 2
    assert all(part.width() >= part.sizeHint().width() for part in names)


def test_that_the_time_points_are_confirmed_by_enter(qtbot: QtBot, theme: Theme) -> None:
    form = TimePointsForm(theme)
    qtbot.addWidget(form)
    form.set_record(example_record())
    form.show()
    assert form.window().focusWidget() is form.confirm
    with qtbot.waitSignal(form.baseline_confirmed):
        qtbot.keyClick(form.confirm, Qt.Key.Key_Return)
    form.choices.button(0).setFocus()
    with qtbot.waitSignal(form.baseline_confirmed):
        qtbot.keyClick(form.choices.button(0), Qt.Key.Key_Return)


def test_that_a_second_death_is_refused_where_it_is_typed_and_what_was_typed_stays(
    qtbot: QtBot, form: ClinicalForm
) -> None:
    events, added = form.events, []
    form.event_added.connect(added.append)
    died = DatedEvent("e1", EventKind.DEATH, date(2025, 9, 2))
    form.set_record(replace(example_record(), events=(died,)), "FU2")
    events.kind.setCurrentIndex(events.kind.findData("death"))
    events.on.set_value(date(2025, 9, 3))
    events.note.setText("told by the family")
    qtbot.mouseClick(events.add, Qt.MouseButton.LeftButton)
    assert not added
    assert events.problem.text() == (
        "Death is recorded on 2025-09-02. Nothing was added. If that date is wrong, correct it above with Edit."
    )
    assert (events.kind.currentData(), events.on.value, events.note.text()) == (
        "death",
        date(2025, 9, 3),
        "told by the family",
    )
    events.kind.setCurrentIndex(events.kind.findData("last_contact"))
    assert events.problem.isHidden()
    qtbot.mouseClick(events.add, Qt.MouseButton.LeftButton)
    assert [(x.kind, x.note) for x in added] == [(EventKind.LAST_CONTACT, "told by the family")]
