from __future__ import annotations

from datetime import date

import pytest

from app.state.events import VisitProposed, VisitSigned
from app.state.timepoints import group_dates, next_label, place_exams
from tests.support.cases import READER, record_of


def day(number: int) -> date:
    return date.fromordinal(date(2025, 1, 6).toordinal() + number)


@pytest.mark.parametrize(
    ("days", "groups"),
    [
        ([0], [[0]]),
        ([0, 14], [[0, 14]]),
        ([0, 15], [[0], [15]]),
        ([0, 10, 20], [[0, 10], [20]]),  # 20 is 10 days from 10, yet 20 from the earliest
        ([42, 3, 0, 45, 3], [[0, 3], [42, 45]]),
        ([], []),
    ],
)
def test_that_a_group_ends_14_days_after_its_earliest_exam(days: list[int], groups: list[list[int]]) -> None:
    assert group_dates(day(n) for n in days) == tuple(tuple(day(n) for n in group) for group in groups)


def test_that_time_points_are_named_in_order_of_date() -> None:
    assert place_exams([day(84), day(0), day(45), day(42)], None) == {
        day(0): "BL",
        day(42): "FU1",
        day(45): "FU1",
        day(84): "FU2",
    }


@pytest.mark.parametrize(
    ("number", "label"),
    [
        (0, "BL"),  # the day of an exam that is there
        (7, "BL"),
        (14, "BL"),
        (15, "BL.1"),  # FU1 is on day 42
        (28, "FU1"),  # 14 days before FU1's exam: one time point, dated by the earlier
        (27, "BL.1"),
        (56, "FU1"),
        (57, "FU2"),
        (-14, "BL"),
        (-15, "SC1"),
    ],
)
def test_that_a_later_found_exam_joins_the_time_point_it_fits_or_is_named_between(number: int, label: str) -> None:
    assert place_exams([day(number)], record_of()) == {day(number): label}


def test_that_a_group_that_reaches_14_days_already_takes_no_earlier_exam() -> None:
    record = record_of(VisitProposed("FU1", (day(52),), ()))  # FU1 is days 42 to 52
    assert place_exams([day(38)], record) == {day(38): "FU1"}
    assert place_exams([day(37)], record) == {day(37): "BL.1"}


def test_that_a_signed_time_point_is_not_dated_anew() -> None:
    record = record_of(VisitSigned("FU1", READER, "0" * 64, "mrecist-literal", ()))
    assert place_exams([day(41)], record) == {day(41): "BL.1"}
    assert place_exams([day(43)], record) == {day(43): "FU1"}


def test_that_exams_found_together_do_not_stretch_a_time_point() -> None:
    # both fit FU1 (day 42) alone, together they would span 26 days
    assert place_exams([day(30), day(55)], record_of()) == {day(30): "FU1", day(55): "FU2"}


def test_that_labels_in_use_are_passed_over() -> None:
    visits = record_of(VisitProposed("BL.1", (day(20),), ())).visits
    assert next_label(day(25), visits) == "BL.1.1"
    assert next_label(day(18), visits) == "BL.2"
    assert next_label(day(90), visits) == "FU2"
