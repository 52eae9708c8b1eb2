from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.models.worklist import decision_text, line_of
from app.reading.next_dates import next_dates
from tests.support.records import two_visits

TODAY = date(2025, 9, 1)


def test_that_a_follow_up_nobody_has_read_is_called_not_read_and_not_baseline() -> None:
    record = two_visits()
    assert decision_text(None, line_of(record, None, TODAY)) == "not read"
    only_baseline = replace(record, visits=record.visits[:1])
    assert decision_text(None, line_of(only_baseline, None, TODAY)) == "baseline"


def test_that_a_case_outside_cotsom_is_not_due_by_its_windows() -> None:
    record = two_visits()
    assert next_dates(record, "FU1", TODAY) == ()
    assert not line_of(record, None, TODAY).overdue
    assert line_of(replace(record, protocol="cotsom"), None, TODAY).overdue
