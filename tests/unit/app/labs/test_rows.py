"""Treatments, events, enrolment and examinations of a table: each row read once, nothing overwritten, one edit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import count

import pytest

from app.cohort.sheets import parse_sheet
from app.labs.importing import ClinicalImport, preview
from app.labs.mapping import MappingError, mapping_text, parse_mapping, proposed_mapping
from app.labs.meanings import read_what
from app.labs.paste import sheet_of
from app.state.clinical import DoseChange, Enrolment, TreatmentCycle
from app.state.dates import PartialDate
from app.state.events import BaselineConfirmed, ClinicalRecorded, Event, VisitSigned
from app.state.record import DatedTreatment, Record
from app.state.undo import check_taken_back
from mrecist.case import Ascites, ClinicalStatus, EventKind, TreatmentKind
from tests.support.cases import OPENING, log_of, record_of

TODAY = date(2026, 1, 1)
COURSE = """Patient;Start date;Treatment;Step;End date;Dose;Cycle;cGy;Fractions;Comment;ECOG;Ascites;AFP (ng/mL)
C-1;2025-01-10;TACE;;;50 mg;;;;;;;
C-1;2025-01-13;Sorafenib;start;;400 mg bid;;;;;;;
C-1;2025-04-01;sorafenib;stopped;;;;;;;;;
C-1;2025-02;sorafenib;reduced;;400 mg qd;;;;hand-foot;;;
C-1;2025-03-01;HAIC;;2025-03-14;0.3 mg/kg/d;1;;;;;;
C-1;2025-03-29;HAIC;;;0.3 mg/kg/d;2;;;;;;
C-1;2025-05-01;SBRT;;;;;6000;25;;;;
C-1;2025-09-03;died;;;;;;;;;;
C-1;2025-02-17;;;;;;;;;1;mild;6581
C-2;2025-02-17;TACE;;;;;;;;;;
C-1;2025-06-01;potion;;;;;;;;;;
C-1;2025-07-01;sorafenib;change;;half;;;;;;;
C-1;2025-08-01;RT;;;;;6000000;;;;;
"""


def read(text: str, record: Record, as_typed: bool = False) -> ClinicalImport:
    sheet = parse_sheet("course.csv", text.encode())
    mapping = proposed_mapping(sheet.columns)
    assert mapping is not None
    numbers = count(1)
    assert parse_mapping(mapping_text(mapping)) == mapping
    return preview(sheet, mapping, record, lambda: f"N{next(numbers)}", as_typed, TODAY)


def test_that_a_course_is_read_with_doses_changes_cycles_and_grays_and_what_is_doubtful_is_not_taken() -> None:
    found = read(COURSE, record_of())
    assert [(x.line, x.text) for x in found.sure] == [
        (2, "TACE, 50 mg"),
        (3, "sorafenib, 400 mg bid"),
        (4, "sorafenib, ended"),
        (5, "sorafenib, dose change, 400 mg qd, hand-foot"),
        (6, "HAIC, cycle 1, 0.3 mg/kg/d, until 2025-03-14"),
        (7, "HAIC, cycle 2, 0.3 mg/kg/d"),
        (8, "radiotherapy, 6000 cGy = 60 Gy, 25 fractions, SBRT"),
        (9, "death"),
        (10, "AFP 6581 ng/mL"),
        (10, "ECOG 1 at FU1"),
        (10, "ascites slight at FU1"),
    ]
    assert [(x.line, x.why) for x in found.refused if x.line > 12] == [
        (13, "no sorafenib is recorded that runs on 2025-07-01"),
        (14, "60000 Gy: 1 to 100 Gy is usual. As typed?"),
    ]
    assert found.refused[0].line == 12 and "'potion' is none of TACE, sorafenib" in found.refused[0].why
    assert found.event is not None and found.other_cases == 1
    record = record_of(found.event)
    tace, sorafenib, haic, radiation = record.treatments
    assert (tace.kind, tace.on, tace.dose) == (TreatmentKind.TACE, date(2025, 1, 10), "50 mg")
    assert (sorafenib.on, sorafenib.until) == (date(2025, 1, 13), date(2025, 4, 1))
    assert sorafenib.dose_changes == (DoseChange(PartialDate(2025, 2), "400 mg qd", "hand-foot"),)
    assert haic.cycles == (
        TreatmentCycle(1, date(2025, 3, 1), date(2025, 3, 14), "0.3 mg/kg/d"),
        TreatmentCycle(2, date(2025, 3, 29), None, "0.3 mg/kg/d"),
    )
    assert (radiation.kind, radiation.dose_gy, radiation.fractions) == (TreatmentKind.RADIOTHERAPY, Fraction(60), 25)
    visit = record.visit("FU1")
    assert visit is not None and visit.clinical == ClinicalStatus(ecog=1, ascites=Ascites.SLIGHT)


def test_that_one_table_is_one_edit_which_is_taken_back_whole_and_read_again_adds_nothing() -> None:
    event = read(COURSE, record_of()).event
    assert event is not None
    again = read(COURSE, record_of(event))
    assert (again.event, again.sure) == (None, ()) and again.known == 11
    entries = log_of(*OPENING, event)
    assert check_taken_back(entries, entries[-1]) == record_of()
    odd = read(COURSE, record_of(event), as_typed=True)
    assert [x.line for x in odd.sure] == [14], "what is unusual is taken once it was said to be as typed"


def test_that_a_later_table_fills_what_is_open_and_contradicts_nothing() -> None:
    event = read(COURSE, record_of()).event
    assert event is not None
    later = """Date,What,Until,Dose,Cycle
2025-03-29,HAIC,2025-04-11,,2
2025-04-26,HAIC,,,3
2025-04-27,HAIC,,,2
2025-01-10,TACE,,60 mg,
2025-10-01,death,,,
"""
    found = read(later, record_of(event))
    assert [(x.line, x.text) for x in found.sure] == [(2, "HAIC, cycle 2, until 2025-04-11"), (3, "HAIC, cycle 3")]
    assert [(x.line, x.why.partition(";")[0]) for x in found.refused] == [
        (4, "cycle 2 of HAIC is recorded on 2025-03-29"),
        (5, "dose: 50 mg is recorded already"),
        (6, "death is recorded on 2025-09-03"),
    ]
    assert found.event is not None
    (course,) = found.event.treatments
    assert [(x.number, x.until) for x in course.cycles] == [
        (1, date(2025, 3, 14)),
        (2, date(2025, 4, 11)),
        (3, None),
    ]


def test_that_a_row_for_each_patient_gives_the_dates_of_its_columns_with_their_precision() -> None:
    table = """ID,Consent,Enrolment,Randomisation,Arm,TACE 1,TACE 2,Date of death,Last contact
C-1,2025-01-02,2025-01-05,2025-01,A,2025-01-10,2025-02-25,2031-01,2025-06-30
"""
    mapping = proposed_mapping(table.splitlines()[0].split(","))
    assert mapping is not None
    mapping = replace(mapping, case="ID")
    found = preview(parse_sheet("t.csv", table.encode()), mapping, record_of(), iter("abcdefgh").__next__, today=TODAY)
    assert [(x.column, x.why) for x in found.refused] == [("Date of death", "2031-01 is still to come. As typed?")]
    assert found.event is not None
    assert found.event.enrolment == Enrolment(date(2025, 1, 2), date(2025, 1, 5), PartialDate(2025, 1), "A")
    assert [x.on.isoformat() for x in found.event.treatments] == ["2025-01-10", "2025-02-25"]
    assert [(x.kind, x.on) for x in found.event.events] == [(EventKind.LAST_CONTACT, date(2025, 6, 30))]


@pytest.mark.parametrize(
    ("row", "given", "why"),
    [
        ("2025-02-18,,1,", (), "no time point is of 2025-02-18; give its name in a column. There are: BL 2025-01-06"),
        ("2025-02-18,FU9,1,", (), "there is no time point FU9"),
        (",FU1,9,", (), "'9' is no grade from 0 to 5"),
        (",FU1,,2", (), "a number may be a grade or points"),
        (",FU1,0,", (ClinicalRecorded("FU1", ClinicalStatus(ecog=2)),), "FU1 has ECOG 2 already"),
        (",BL,0,", (VisitSigned("BL", "Reader A", "0" * 64, "mrecist-literal 1.0.0", ()),), "BL is signed"),
    ],
)
def test_that_an_examination_without_its_time_point_or_against_the_record_is_refused(
    row: str, given: tuple[Event, ...], why: str
) -> None:
    record = record_of(BaselineConfirmed("BL", date(2025, 1, 10)), *given)
    found = read(f"Date,Visit,ECOG,Ascites\n{row}\n", record)
    assert found.event is None and why in found.refused[0].why


def test_that_a_mapping_says_what_it_lacks_and_a_pasted_block_is_a_table() -> None:
    for text, why in (
        ("", "name a column"),
        ('[[fields]]\nmeaning = "dose"\ncolumn = "D"', "needs a column that says what was given"),
        ('[[fields]]\nmeaning = "what"\ncolumn = "W"', "date is empty"),
        ('[[fields]]\nmeaning = "colour"\ncolumn = "C"', "'colour' is none of"),
        ('date = "D"\n[[fields]]\nmeaning = "dose_gy"\ncolumn = "G"\nunit = "rad"', "none of Gy, cGy"),
    ):
        with pytest.raises(MappingError, match=why):
            parse_mapping(text)
    pasted = sheet_of("Date\tWhat\r\n2025-01-10\tRFA\r\n")
    mapping = proposed_mapping(pasted.columns)
    assert mapping is not None
    event = preview(pasted, mapping, record_of(), lambda: "N", today=TODAY).event
    assert event is not None
    assert event.treatments == (DatedTreatment("N", TreatmentKind.ABLATION, date(2025, 1, 10), note="RFA"),)
    with pytest.raises(ValueError, match="none of"):
        read_what("")
