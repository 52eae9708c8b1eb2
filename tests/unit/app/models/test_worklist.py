from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.models.worklist import CaseLine, decision_text, line_of
from app.reading.next_dates import NextDate, Standing, next_dates, next_visit
from app.state.signatures import AmendedVisit, SignedVisit
from mrecist.results import Decision, SorafenibOutput, TaceOutput
from mrecist.schedule import Window
from tests.support.records import two_visits

TODAY = date(2025, 9, 1)


def test_that_a_follow_up_nobody_has_read_is_called_not_read_and_not_baseline() -> None:
    record = two_visits()
    assert decision_text(None, line_of(record, None, TODAY)) == "not read"
    only_baseline = replace(record, visits=record.visits[:1])
    assert decision_text(None, line_of(only_baseline, None, TODAY)) == "baseline"


def test_that_a_case_is_not_signed_while_an_amended_time_point_is_open() -> None:
    first, last = (SignedVisit("read-1", visit, "Reader 1", "", "") for visit in ("BL", "FU1"))
    record = replace(two_visits(), signed=(first, last))
    assert line_of(record, None, TODAY).signed
    open_again = replace(record, signed=(last,), amended=(AmendedVisit(first, "Reader 1", "", "wrong slice"),))
    assert not line_of(open_again, None, TODAY).signed
    assert line_of(replace(open_again, signed=(last, first)), None, TODAY).signed


def test_that_a_case_outside_cotsom_is_not_due_by_its_windows() -> None:
    record = two_visits()
    assert next_dates(record, "FU1", TODAY) == ()
    assert not line_of(record, None, TODAY).overdue
    assert line_of(replace(record, protocol="cotsom"), None, TODAY).overdue


@pytest.mark.parametrize(
    ("tace", "asks"),
    [
        (Decision(TaceOutput.JUDGEMENT, "T11", needs=("tace_benefit",)), True),
        (Decision(TaceOutput.HOLD, "T6", needs=("eligibility",)), True),  # is it lasting?
        (Decision(TaceOutput.HOLD, "T6", needs=("eligibility data",)), False),  # data, not a judgement
        (Decision(TaceOutput.HOLD, "T7", needs=("imaging",)), False),
        (Decision(TaceOutput.CONTINUE, "T10"), False),
    ],
)
def test_that_a_case_held_by_an_open_judgement_needs_judgement(tace: Decision, asks: bool) -> None:
    goes_on = Decision(SorafenibOutput.CONTINUE, "S9")
    assert CaseLine("C-1", tace=tace, sorafenib=goes_on).asks is asks
    assert CaseLine("C-1", tace=tace, sorafenib=Decision(SorafenibOutput.JUDGEMENT, "S8")).asks


def test_that_the_next_visit_is_the_one_that_has_to_be_made_first() -> None:
    scan = Window("scan", "Scan", "visit", 28, 56, "s", after="TACE")
    first = Window("first", "First", "visit", 21, 35, "s", after="sorafenib", of="first")
    dates = (
        NextDate(scan, Standing.AHEAD, date(2025, 4, 15), date(2025, 5, 13)),
        NextDate(first, Standing.AHEAD, date(2025, 4, 12), date(2025, 4, 26)),
        NextDate(scan, Standing.BOUND),
    )
    assert next_visit(dates) is dates[1]
    assert next_visit(dates[2:]) is None
