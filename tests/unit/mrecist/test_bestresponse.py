"""Best response, unconfirmed and confirmed, of hand-worked sequences."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from app.resources import load_ruleset
from mrecist.bestresponse import Assessed, confirmed, unconfirmed
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
