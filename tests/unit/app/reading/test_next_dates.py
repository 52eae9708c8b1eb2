"""Windows of treatment and visits, against dates worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.reading.next_dates import NextDate, Standing, next_dates
from mrecist.results import Decision, TaceOutput
from tests.support.example_reading import example_record

TODAY = date(2025, 6, 12)


def found(what: str, today: date = TODAY, tace: Decision | None = None) -> NextDate | None:
    dates = next_dates(example_record(), "FU2", today, tace)
    return next((entry for entry in dates if entry.what == what), None)


def test_that_tace_comes_28_to_56_days_after_the_last_one() -> None:
    entry = found("tace")
    assert entry is not None
    assert (entry.first, entry.last, entry.number) == (date(2025, 6, 4), date(2025, 7, 2), 3)
    assert (entry.standing, entry.days, entry.basis) == (Standing.OPEN, 20, "TACE 2")


@pytest.mark.parametrize(
    ("today", "standing", "days"),
    [
        pytest.param(date(2025, 7, 7), Standing.AHEAD, 1, id="the day before"),
        pytest.param(date(2025, 7, 8), Standing.OPEN, 28, id="first day"),
        pytest.param(date(2025, 8, 5), Standing.OPEN, 0, id="last day"),
        pytest.param(date(2025, 8, 8), Standing.OVERDUE, 3, id="three days late"),
    ],
)
def test_that_a_visit_is_due_28_to_56_days_after_the_last(today: date, standing: Standing, days: int) -> None:
    entry = found("visit", today)
    assert entry is not None
    assert (entry.first, entry.last) == (date(2025, 7, 8), date(2025, 8, 5))
    assert (entry.standing, entry.days) == (standing, days)


@pytest.mark.parametrize(
    ("today", "standing"),
    [
        pytest.param(date(2025, 6, 11), Standing.VALID, id="two days old"),
        pytest.param(date(2025, 6, 12), Standing.RENEW, id="last valid day"),
        pytest.param(date(2025, 6, 13), Standing.RENEW, id="past it"),
    ],
)
def test_that_labs_serve_a_tace_within_three_days(today: date, standing: Standing) -> None:
    entry = found("safety_labs", today)
    assert entry is not None
    assert (entry.first, entry.last, entry.standing) == (date(2025, 6, 9), date(2025, 6, 12), standing)


def test_that_the_open_course_of_sorafenib_is_the_one_to_stop() -> None:
    entry = found("sorafenib_stop")
    assert entry is not None
    assert (entry.basis, entry.basis_date) == ("400 mg qd", date(2025, 5, 20))


@pytest.mark.parametrize("output", [TaceOutput.STOP_FAILURE, TaceOutput.STOP_CR, TaceOutput.NO_INDICATION])
def test_that_only_the_visit_remains_where_tace_has_ended(output: TaceOutput) -> None:
    dates = next_dates(example_record(), "FU2", TODAY, Decision(output, "T4"))
    assert [entry.what for entry in dates] == ["visit"]


def test_that_nothing_is_due_once_consent_is_withdrawn() -> None:
    assert next_dates(example_record(), "FU2", TODAY, Decision(TaceOutput.STOP_WITHDRAWN, "T1")) == ()


def test_that_no_tace_window_is_invented_where_there_was_no_tace() -> None:
    record = replace(example_record(), treatments=())
    assert [entry.what for entry in next_dates(record, "FU2", TODAY)] == ["visit"]


def test_that_a_treatment_ahead_is_not_known_yet() -> None:
    today = date(2025, 5, 1)
    entry = next(x for x in next_dates(example_record(), "FU1", today) if x.what == "tace")
    assert (entry.number, entry.basis, entry.first) == (2, "TACE 1", date(2025, 4, 15))
    stop = next(x for x in next_dates(example_record(), "FU1", today) if x.what == "sorafenib_stop")
    assert stop.basis == "400 mg bid"
