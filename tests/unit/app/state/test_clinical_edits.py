"""Dated clinical data: what a record takes, what it refuses, and what was known on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from app.models.as_of import as_of
from app.models.course import _bars
from app.state.apply import EditRefused
from app.state.clinical import Analyte, DoseChange, Enrolment, LabSet, LabValue, TreatmentCycle
from app.state.dates import PartialDate
from app.state.events import (
    BaselineConfirmed,
    ClinicalEventRecorded,
    ClinicalEventRemoved,
    EnrolmentRecorded,
    Event,
    LabsRecorded,
    LabsRemoved,
    TreatmentRecorded,
)
from app.state.record import DatedEvent, DatedTreatment
from app.state.undo import check_taken_back
from mrecist.case import EventKind, TreatmentKind
from tests.support.cases import OPENING, log_of, record_of

INR = LabValue(Analyte.INR, Fraction(11, 10), "", Fraction(11, 10), "")
LABS = LabSet("L", date(2025, 2, 1), (INR,))
HAIC = DatedTreatment("H", TreatmentKind.HAIC, date(2025, 1, 10), date(2025, 3, 1))
CYCLE = TreatmentCycle(1, date(2025, 1, 10))


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (LabsRecorded(()), "set each"),
        (LabsRecorded((LABS, LABS)), "an id of its own"),
        (LabsRecorded((replace(LABS, values=()),)), "No laboratory value"),
        (LabsRecorded((replace(LABS, values=(INR, INR)),)), "given twice"),
        (LabsRecorded((replace(LABS, values=(replace(INR, value=Fraction(-1)),)),)), "below zero"),
        (LabsRecorded((replace(LABS, values=(replace(INR, upper_limit=Fraction(0)),)),)), "not above zero"),
        (LabsRemoved(("L",)), "no laboratory values L"),
        (ClinicalEventRemoved("E"), "no event E"),
        (TreatmentRecorded(replace(HAIC, cycles=(replace(CYCLE, on=date(2025, 1, 9)),))), "before the treatment"),
        (TreatmentRecorded(replace(HAIC, cycles=(CYCLE, CYCLE))), "each number once"),
        (TreatmentRecorded(replace(HAIC, cycles=(replace(CYCLE, until=date(2025, 1, 9)),))), "before it begins"),
        (TreatmentRecorded(replace(HAIC, dose_changes=(DoseChange(date(2025, 3, 2), "half"),))), "after the end"),
        (TreatmentRecorded(replace(HAIC, dose_gy=Fraction(60))), "no dose in Gy"),
        (TreatmentRecorded(replace(HAIC, kind=TreatmentKind.RADIOTHERAPY, dose_gy=Fraction(0))), "not above zero"),
    ],
)
def test_that_what_does_not_fit_is_refused_with_the_reason(event: Event, why: str) -> None:
    with pytest.raises(EditRefused, match=why):
        record_of(event)


def test_that_a_set_is_replaced_by_its_id_and_an_event_is_corrected_or_taken_out() -> None:
    earlier = replace(LABS, id="M", on=PartialDate(2025, 1))
    moved = replace(LABS, on=date(2025, 3, 1))
    record = record_of(LabsRecorded((LABS, earlier)), LabsRecorded((moved,)))
    assert [(x.id, x.on.isoformat()) for x in record.labs] == [("M", "2025-01"), ("L", "2025-03-01")]
    death = DatedEvent("E", EventKind.DEATH, date(2025, 4, 1))
    corrected = replace(death, on=date(2025, 4, 2))
    assert record_of(ClinicalEventRecorded(death), ClinicalEventRecorded(corrected)).events == (corrected,)
    assert record_of(ClinicalEventRecorded(death), ClinicalEventRemoved("E")).events == ()


def test_that_an_edit_is_not_taken_back_under_a_later_one_of_the_same_set() -> None:
    log = log_of(*OPENING, LabsRecorded((LABS,)), LabsRemoved(("L",)))
    assert check_taken_back(log, log[-1]).labs == (LABS,)
    with pytest.raises(EditRefused, match="removal of laboratory values"):
        check_taken_back(log, log[-2])
    again = log_of(
        *OPENING, LabsRecorded((LABS,)), LabsRemoved(("L",)), LabsRecorded((replace(LABS, on=date(2025, 3, 1)),))
    )
    with pytest.raises(EditRefused, match="builds on this one"):
        check_taken_back(again, again[-2])


def test_that_the_case_counts_from_days_that_are_known() -> None:
    enrolment = Enrolment(PartialDate(2024, 12), date(2025, 1, 5), date(2025, 1, 8), "B")
    case = record_of(BaselineConfirmed("BL", date(2025, 1, 10)), EnrolmentRecorded(enrolment)).case
    assert (case.arm, case.enrolled_day, case.randomised_day) == ("B", -5, -2)
    assert record_of(EnrolmentRecorded(Enrolment(enrolled=PartialDate(2025, 1)))).case.enrolled_day is None


def test_that_nothing_is_known_before_it_happened() -> None:
    course = replace(HAIC, cycles=(CYCLE,), dose_changes=(DoseChange(date(2025, 2, 20), "half"),))
    enrolment = Enrolment(date(2025, 1, 2), date(2025, 1, 5), date(2025, 2, 20), "B")
    record = record_of(LabsRecorded((LABS,)), TreatmentRecorded(course), EnrolmentRecorded(enrolment))
    known = as_of(record, date(2025, 1, 31))
    assert (known.labs, known.treatments[0].dose_changes, known.treatments[0].cycles) == ((), (), (CYCLE,))
    assert known.enrolment == replace(enrolment, randomised=None, arm="")
    assert as_of(record, date(2025, 3, 1)).labs == (LABS,)


def test_that_the_history_has_a_bar_for_each_dose_and_each_cycle() -> None:
    sorafenib = DatedTreatment("S", TreatmentKind.SORAFENIB, date(2025, 1, 12), None, "400 mg bid")
    reduced = replace(sorafenib, dose_changes=(DoseChange(date(2025, 2, 3), "400 mg qd"),))
    cycles = (TreatmentCycle(1, date(2025, 1, 10), date(2025, 1, 24)), TreatmentCycle(2, date(2025, 2, 10)))
    haic = replace(HAIC, cycles=cycles)
    bars = _bars(record_of(TreatmentRecorded(haic), TreatmentRecorded(reduced)))
    assert [(x.lane, x.on, x.until, x.text) for x in bars] == [
        ("HAIC", date(2025, 1, 10), date(2025, 1, 24), "1"),
        ("HAIC", date(2025, 2, 10), date(2025, 2, 10), "2"),
        ("Sorafenib", date(2025, 1, 12), date(2025, 2, 3), "400 mg bid"),
        ("Sorafenib", date(2025, 2, 3), None, "400 mg qd"),
    ]
