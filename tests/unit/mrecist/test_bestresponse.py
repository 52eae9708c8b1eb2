"""Best response, unconfirmed and confirmed, of hand-worked sequences."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from app.resources import load_ruleset
from mrecist.bestresponse import (
    Assessed,
    clinical_benefit_day,
    confirmed,
    confirmed_response_day,
    has_response_after_complete,
    response_day,
    unconfirmed,
)
from mrecist.values import Response, Scope
from tests.support.patients import assessed

EXAMPLES = tomllib.loads(
    (Path(__file__).resolve().parents[3] / "tests/scenarios/best_responses.toml").read_text(encoding="utf-8")
)["examples"]
RULES = load_ruleset().best_response


def _sequence(text: str) -> list[Assessed]:
    return [Assessed(int(day), Response(name)) for day, name in re.findall(r"(\d+)([A-Z]+)", text)]


@pytest.mark.parametrize("example", EXAMPLES)
def test_that_every_example_has_its_hand_worked_best_response(example: str) -> None:
    sequence, _, expected = example.partition("->")
    found = _sequence(sequence)
    assert f"{unconfirmed(found, RULES).response}/{confirmed(found, RULES).response}" == expected.strip()


def test_that_stable_disease_between_two_responses_is_accepted_only_on_request() -> None:
    sequence = _sequence("42PR 84SD 126PR")
    accepting = replace(RULES, accept_stable_between=True)
    assert (confirmed(sequence, RULES).response, confirmed(sequence, accepting).response) == ("SD", "PR")
    assert confirmed(_sequence("42PR 84SD 100SD 126PR"), accepting).response == "SD"
    assert confirmed(_sequence("42CR 84SD 126CR"), accepting).response == "SD"


@pytest.mark.parametrize(
    ("text", "day"), [("42PR 84SD 126PR 168PR", 126), ("42PR 84NE 126NE 168PR 210PR", 168), ("42CR 84CR", 42)]
)
def test_that_a_response_that_was_not_confirmed_leaves_a_later_one_to_be_confirmed(text: str, day: int) -> None:
    sequence = _sequence(text)
    assert confirmed(sequence, RULES).day == day == confirmed_response_day(sequence, RULES)


def test_that_a_cr_but_for_what_was_not_evaluated_stands_as_not_evaluable_after_a_cr() -> None:
    sequence = [Assessed(42, Response.CR), Assessed(84, Response.PR, unevaluated_cr=True), Assessed(126, Response.CR)]
    assert confirmed(sequence, RULES).response == "CR"
    assert confirmed(sequence[:2], RULES).response == "SD"


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        (("L1=80 Lu1=20", "L1=40 Lu1=20", "L1=47 Lu1=20", "L1=49 Lu1=20"), "PR/PR"),  # V06
        (("L1=30", "L1=30 xIN=15", "L1=30 xIN=25"), "SD/PD"),  # V26
        (("L1=50 Lu1=20", "L1=50 Lu1=20 xLu=4?", "L1=50 Lu1=20 xLu=9!"), "SD/PD"),  # V30
        (("L1=25 Lu1=15", "L1=ts Lu1=ts", "L1=0 Lu1=ts"), "PR/PR"),  # V36
        (("L1=30 L2=10 Lu1=30", "L1=20 L2=0 Lu1=30", "L1=20 L2=6 Lu1=30"), "SD/SD"),  # V37
        (("L1=30", "L1=0", "L1=4"), "CR/CR"),  # V38
        (("L1=100", "L1=70", "L1=70", "L1=80", "L1=80"), "PR/PR"),  # V39
        (("L1=40 Lu1=20", "L1=40 Lu1=20 xIN=15t", "L1=0 Lu1=20 xIN=0"), "PD/PD"),  # V44
    ],
)
def test_that_the_overall_best_response_looks_no_further_than_progression(
    visits: tuple[str, ...], expected: str
) -> None:
    best = assessed(*visits).best_response[Scope.OVERALL]
    assert f"{best.unconfirmed}/{best.adjudicated}" == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("42CR 84PR", True),
        ("42CR 84NE 126PR", True),
        ("42CR 84CR", False),
        ("42CR 84SD", False),
        ("42PR 84CR", False),
        ("", False),
    ],
)
def test_that_a_pr_after_any_earlier_cr_is_found(text: str, expected: bool) -> None:
    assert has_response_after_complete(_sequence(text)) is expected


@pytest.mark.parametrize(
    ("text", "first", "confirmed_first"),
    [
        ("42PR 84CR 126CR", 42, 42),
        ("42PR 60CR 70PR", 42, None),  # after the CR the PR is progression
        ("42PR 84PR", 42, 42),
        ("42PR 84SD 126CR 168CR", 42, 126),
        ("42CR 84SD", 42, None),
        ("42SD 84PD 126PR", None, None),
    ],
)
def test_that_the_first_response_and_the_first_confirmed_one_are_dated(
    text: str, first: int | None, confirmed_first: int | None
) -> None:
    sequence = _sequence(text)
    assert (response_day(sequence, RULES), confirmed_response_day(sequence, RULES)) == (first, confirmed_first)


@pytest.mark.parametrize(
    ("text", "with_nn", "without_nn"),
    [
        ("28SD 42SD", 42, 42),
        ("41SD", None, None),
        ("42NN 84SD", 42, 84),
        ("42NN", 42, None),
        ("14PR", 14, 14),
        ("14CR", 14, 14),
        ("42NE 84ND", None, None),
        ("28SD 35PD 84SD", None, None),
        ("42PD", None, None),
    ],
)
def test_that_benefit_is_a_response_or_stable_disease_that_lasted(
    text: str, with_nn: int | None, without_nn: int | None
) -> None:
    sequence = _sequence(text)
    assert clinical_benefit_day(sequence, replace(RULES, benefit_includes_nn=True)) == with_nn
    assert clinical_benefit_day(sequence, replace(RULES, benefit_includes_nn=False)) == without_nn


def test_that_what_follows_progression_is_looked_at_only_on_request() -> None:
    going_on = replace(RULES, stops_at_progression=False)
    sequence = _sequence("42PD 84PR 126PR")
    assert (unconfirmed(sequence, RULES).response, unconfirmed(sequence, going_on).response) == ("PD", "PR")
    assert (confirmed(sequence, RULES).response, confirmed(sequence, going_on).response) == ("PD", "PR")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("42CR 84CR", ("CR", 42)),
        ("42CR 84SD", ("SD", 42)),
        ("42CR 84PR", ("PR", 42)),
        ("14SD 42CR 84PR", ("PR", 42)),
        ("42CR 60PR 98CR 140CR 168PR", ("PR", 42)),  # both later CR precede a PR too
        ("42CR 84PR 126CR 168CR", ("CR", 126)),
    ],
)
def test_that_every_cr_that_a_pr_follows_counts_as_pr_where_the_rules_take_it_as_mistaken(
    text: str, expected: tuple[str, int]
) -> None:
    best = confirmed(_sequence(text), replace(RULES, response_after_complete="complete_was_mistaken"))
    assert (best.response, best.day) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("42PR 50PR 70PR", "PR", id="an early PR between neither confirms nor contradicts"),
        pytest.param("42CR 50CR 70CR", "CR", id="nor does an early CR"),
        pytest.param("42CR 84SD 126CR 168CR", "SD", id="after a CR, disease ends the sequence"),
        pytest.param("14CR 28NE 35PR", "PD", id="also where an NE stands between"),
        pytest.param("14CR 35ND", "NE", id="no disease is no progression"),
    ],
)
def test_that_only_a_later_response_confirms_and_only_disease_contradicts(text: str, expected: str) -> None:
    assert confirmed(_sequence(text), RULES).response == expected


def test_that_a_response_seen_again_within_days_is_no_stable_disease_between() -> None:
    accepting = replace(RULES, accept_stable_between=True)
    assert confirmed(_sequence("42PR 50PR 60PR 70PR"), accepting).response == "PR"


def test_that_a_response_does_not_confirm_itself() -> None:
    at_once = replace(RULES, confirmation_days=0)
    assert confirmed(_sequence("42PR 84SD"), at_once).response == "SD"
    assert confirmed(_sequence("42PR 43PR"), at_once).response == "PR"


@pytest.mark.parametrize(
    ("text", "unconfirmed_best", "confirmed_best"),
    [
        ("28SD 35NE", ("NE", 28), ("NE", 28)),
        ("14CR 35NE", ("CR", 14), ("NE", 14)),
        ("14PR 35NE", ("PR", 14), ("NE", 14)),
        ("20NE 28NN", ("NE", 28), ("NE", 28)),
        ("42ND 84NE", ("NE", 84), ("NE", 84)),
        ("42NE 84NE", ("NE", 42), ("NE", 42)),
        ("42ND 84ND", ("ND", 42), ("ND", 42)),
        ("28SD 56SD", ("SD", 56), ("SD", 56)),
        ("14SD 28PD", ("PD", 28), ("PD", 28)),
        ("", ("NE", None), ("NE", None)),
    ],
)
def test_that_a_best_response_is_dated(
    text: str, unconfirmed_best: tuple[str, int | None], confirmed_best: tuple[str, int | None]
) -> None:
    for best, expected in (
        (unconfirmed(_sequence(text), RULES), unconfirmed_best),
        (confirmed(_sequence(text), RULES), confirmed_best),
    ):
        assert (best.response, best.day) == expected
