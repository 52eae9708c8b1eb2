"""TACE sessions, and the response of the liver to each, by hand-worked patients."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from app.resources import load_ruleset
from mrecist.assess import assess
from mrecist.case import Case
from mrecist.decisions.lookback import Lookback
from mrecist.decisions.sessions import Change, first_after, leaves_most, tace_sessions
from tests.support.advised import case_of, tace
from tests.support.patients import visit


def looked(*visits: str | dict[str, Any], days: tuple[int, ...] = (0,), **more: Any) -> Lookback:
    patient: Case = case_of(*visits, days=days, **more)
    rules = load_ruleset("mrecist-literal")
    return Lookback.of(patient, assess(patient, rules), rules, len(patient.timepoints) - 1)


def change(*visits: str | dict[str, Any], days: tuple[int, ...], **more: Any) -> Change:
    """The response to the last session."""
    look = looked(*visits, days=days, **more)
    found = look.change(look.sessions[-1])
    assert found is not None
    return found


def test_that_sessions_are_the_days_of_tace_alone_in_order() -> None:
    given = [*tace(50, 0), {"kind": "sorafenib", "day": 3}, *tace(50)]
    found = tace_sessions(case_of("L1=30", "L1=30", "L1=30", treatments=given))
    assert [(s.day, s.before, s.next_day) for s in found] == [(0, 0, 50), (50, 1, None)]
    assert tace_sessions(case_of("L1=30", days=())) == ()


def test_that_a_visit_precedes_the_session_of_its_own_day() -> None:
    patient = case_of("L1=30", "L1=30", "L1=30", days=(42, 84))
    first, second = tace_sessions(patient)
    assert (first.before, first_after(patient, first)) == (1, 2)
    assert (second.before, first_after(patient, second)) == (2, None)


def test_that_a_session_before_the_baseline_has_nothing_to_be_compared_with() -> None:
    look = looked("L1=30", "L1=30", days=(-30,))
    assert look.sessions[0].before is None
    assert look.change(look.sessions[0]) is None


def test_that_the_lesions_treated_on_one_day_belong_together() -> None:
    given = [*tace(0, lesions=["L1"]), *tace(0, lesions=["L2"]), *tace(50, lesions=["L1"]), *tace(50)]
    first, second = tace_sessions(case_of("L1=30 L2=20", "L1=30 L2=20", treatments=given))
    assert first.lesions == {"L1", "L2"}
    assert second.lesions is None


def test_that_two_sessions_without_a_time_point_between_them_are_not_told_apart() -> None:
    patient = case_of("L1=30", "L1=10", days=(0, 30))
    first, second = tace_sessions(patient)
    assert first_after(patient, first) is None
    assert first_after(patient, second) == 1


@pytest.mark.parametrize(("day", "found"), [(27, None), (28, 1), (92, 1), (93, None)])
def test_that_a_window_after_a_session_includes_its_ends(day: int, found: int | None) -> None:
    patient = case_of("L1=30", visit("L1=30", day=day))
    assert first_after(patient, tace_sessions(patient)[0], earliest=28, latest=92) == found


def test_that_a_time_point_too_early_gives_way_to_the_next_within_the_window() -> None:
    patient = case_of("L1=30", visit("L1=30", day=14), visit("L1=20", day=42))
    session = tace_sessions(patient)[0]
    assert (first_after(patient, session), first_after(patient, session, earliest=28, latest=92)) == (1, 2)


@pytest.mark.parametrize(
    ("before", "after", "response"),
    [
        # the baseline of 100 mm plays no part: each is judged against the scan before the session (day 43)
        ("L1=50", "L1=35", "PR"),
        ("L1=50", "L1=35.1", "SD"),
        ("L1=50", "L1=60", "PD"),
        ("L1=50", "L1=59.9", "SD"),
        ("L1=50", "L1=0", "CR"),
        ("L1=50", "L1=NE", "NE"),
        ("L1=NE", "L1=20", "NE"),
        ("L1=50 INF=P", "L1=0 INF=P", "PR"),
        ("L1=50 INF=P", "L1=0 INF=0", "CR"),
        ("L1=50 INF=P", "L1=20 INF=U", "PD"),
        ("L1=50", "L1=30 xIN=12t", "PD"),
        # a lesion that was new before the session is there, gone, or not evaluable: a non-target
        ("L1=50 xIN=12t", "L1=30 xIN=12t", "PR"),
        ("L1=50 xIN=12t", "L1=0 xIN=12t", "PR"),
        ("L1=50 xIN=12t", "L1=0 xIN=0", "CR"),
        ("L1=50 xIN=12t", "L1=0 xIN=NE", "PR"),
        # equivocal before, counted now
        ("L1=50 xIN=8t", "L1=30 xIN=12t", "PD"),
        # targets that were gone already have no say; nothing viable cannot respond
        ("L1=0 xIN=12t", "L1=0 xIN=12t", "NN"),
        ("L1=0 xIN=12t", "L1=0 xIN=0", "CR"),
        ("L1=0", "L1=0", "ND"),
        ("L1=0", "L1=10", "PD"),
        ("L1=0", "L1=NE", "NE"),
    ],
)
def test_that_a_session_is_judged_against_the_last_scan_before_it(before: str, after: str, response: str) -> None:
    first = "L1=100 INF=P" if "INF" in before else "L1=100"
    assert change(first, before, after, days=(43,)).response == response


def test_that_a_liver_without_any_disease_has_nothing_to_respond() -> None:
    assert change("Lu1=20", "Lu1=20", days=(0,)).response == "ND"
    assert change("Lu1=20", "Lu1=20", days=(0,)).is_objective is None


def test_that_a_liver_that_was_not_imaged_dynamically_has_no_complete_response() -> None:
    assert change("L1=50", visit("L1=0", coverage={"liver_dynamic": False}), days=(0,)).response == "PR"


def test_that_a_floor_for_progression_holds_for_a_session_too() -> None:
    policy = {"min_abs_mm": {"intra": 5}}
    assert change("L1=20", "L1=24.9", days=(0,)).response == "PD"
    assert change("L1=20", "L1=24.9", days=(0,), policy=policy).response == "SD"
    assert change("L1=20", "L1=25", days=(0,), policy=policy).response == "PD"


@pytest.mark.parametrize(
    ("after", "objective"), [("L1=30", True), ("L1=0", True), ("L1=45", False), ("L1=70", False), ("L1=NE", None)]
)
def test_that_only_cr_and_pr_are_objective(after: str, objective: bool | None) -> None:
    assert change("L1=50", after, days=(0,)).is_objective is objective


@pytest.mark.parametrize(
    ("total", "before", "complete", "most"),
    [
        (250, 500, True, False),
        (251, 500, True, True),
        (251, 500, False, True),
        (250, 500, False, None),
        (None, 500, False, None),
        (0, 0, True, None),
        (100, None, True, None),
    ],
)
def test_that_more_than_half_is_strict_and_a_partial_sum_only_proves_it(
    total: int | None, before: int | None, complete: bool, most: bool | None
) -> None:
    assert leaves_most(total, before, complete=complete) is most


def test_that_whole_diameters_have_no_say_in_the_response_to_a_session() -> None:
    visits = [visit("L1=50", L1={"whole_mm": 50}), visit("L1=10", L1={"whole_mm": 50})]
    patient, rules = case_of(*visits), load_ruleset("recist-1.1")
    assessment = assess(patient, rules)
    assert assessment.timepoints[0].intrahepatic.response == "SD"
    look = Lookback.of(patient, assessment, rules, 1)
    found = look.change(look.sessions[0])
    assert found is not None
    assert (found.response, Fraction(found.sum.total or 0, 10)) == ("PR", 10)
