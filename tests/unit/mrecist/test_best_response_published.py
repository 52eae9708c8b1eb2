"""Best responses against the test suites of another open package (admiralonco), every row."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.resources import load_ruleset
from mrecist.bestresponse import (
    Assessed,
    Best,
    clinical_benefit_day,
    confirmed,
    confirmed_response_day,
    has_response_after_complete,
    response_day,
    unconfirmed,
)
from mrecist.rulesets import BestResponseRules
from mrecist.values import Response
from tests.conftest import NEEDS_TABLES, SHARED

FILE = SHARED / "cases/bor_cases.json"
ROWS = json.loads(FILE.read_text(encoding="utf-8"))["cases"] if FILE.exists() else []
_NAMES = {"NON-CR/NON-PD": "NN"}


def _rules(row: dict[str, Any]) -> BestResponseRules:
    params = row["params"]
    return replace(
        load_ruleset().best_response,
        minimum_stable_days=params.get("ref_start_window", 0),
        confirmation_days=params.get("ref_confirm", 28),
        not_evaluable_between=params.get("max_nr_ne", 1),
        accept_stable_between=params.get("accept_sd", False),
        benefit_includes_nn="NON-CR/NON-PD" in params.get("clinben_vals", ()),
        # PD is looked at by that package where it is told the date of PD, and cuts the sequence there
        stops_at_progression=False,
    )


def _sequence(row: dict[str, Any]) -> list[Assessed]:
    """Its visits up to the date of PD; a visit without an evaluation ("NA", none) is no assessment."""
    start, end = date.fromisoformat(row["reference_date"]), row["pd_date"]
    return [
        Assessed((date.fromisoformat(v["date"]) - start).days, Response(_NAMES.get(v["response"], v["response"])))
        for v in row["visits"]
        if v["response"] not in (None, "NA") and (end is None or v["date"] <= end)
    ]


def _day(row: dict[str, Any]) -> int | None:
    expected, start = row["expected"]["date"], date.fromisoformat(row["reference_date"])
    return None if expected is None else (date.fromisoformat(expected) - start).days


def _named(best: Best, row: dict[str, Any]) -> str:
    if best.day is None and not row["params"].get("missing_as_ne"):
        return "MISSING"
    return {"NN": "NON-CR/NON-PD"}.get(best.response, best.response)


@pytest.mark.skipif(not ROWS, reason=f"{NEEDS_TABLES} ({FILE} does not exist)")
@pytest.mark.parametrize("row", ROWS, ids=[r["id"] for r in ROWS])
def test_that_every_row_of_the_published_suites_has_its_value_and_date(row: dict[str, Any]) -> None:
    sequence, rules = _sequence(row), _rules(row)
    expected = row["expected"]["value"]
    if row["endpoint"] in ("BOR", "CBOR"):
        best = (unconfirmed if row["endpoint"] == "BOR" else confirmed)(sequence, rules)
        assert (_named(best, row), best.day) == (expected, _day(row))
        return
    day_of = {"RSP": response_day, "CRSP": confirmed_response_day, "CBR": clinical_benefit_day}[row["endpoint"]]
    day = day_of(sequence, rules)
    assert ("N" if day is None else "Y", day) == (expected, _day(row))


def test_that_a_cr_that_a_pr_follows_counts_as_pr_where_the_rules_take_it_as_mistaken() -> None:
    rules = load_ruleset().best_response
    mistaken = replace(rules, response_after_complete="complete_was_mistaken")
    sequence = [Assessed(42, Response.CR), Assessed(84, Response.PR)]
    assert confirmed(sequence, rules) == Best(Response.SD, 42, "F-SD")
    assert confirmed(sequence, mistaken) == Best(Response.PR, 42, "F-PR")
    assert unconfirmed(sequence, rules).response is Response.CR
    later = [*sequence, Assessed(126, Response.CR), Assessed(168, Response.CR)]
    assert confirmed(later, mistaken) == Best(Response.CR, 126, "F-CR")
    assert has_response_after_complete(sequence)
    assert not has_response_after_complete(sequence[::-1])
