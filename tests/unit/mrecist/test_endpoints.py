"""Times of one scope, by hand-worked sequences."""

from __future__ import annotations

import re

import pytest

from app.resources import load_ruleset
from mrecist.bestresponse import Assessed
from mrecist.endpoints import Duration, scope_times
from mrecist.values import Response, Scope
from tests.support.patients import assessed

RULES = load_ruleset().best_response


def _sequence(text: str) -> list[Assessed]:
    return [Assessed(int(day), Response(name)) for day, name in re.findall(r"(\d+)([A-Z]+)", text)]


def _event(days: int) -> Duration:
    return Duration(days, event=True)


def _censored(days: int) -> Duration:
    return Duration(days, event=False)


@pytest.mark.parametrize(
    ("text", "benefit", "response", "confirmed", "lasted", "progressed"),
    [
        pytest.param("42PR 84PR 126PD", 42, 42, 42, _event(84), _event(126), id="response, then progression"),
        pytest.param("42PR 60PR 84SD", 42, 42, None, _censored(42), _censored(84), id="not confirmed, still going on"),
        pytest.param("28SD 70SD 112PD", 70, None, None, None, _event(112), id="benefit from stable disease that lasts"),
        pytest.param("28SD 40PD", None, None, None, None, _event(40), id="stable disease too short"),
        pytest.param("42NN 84NE", 42, None, None, None, _censored(42), id="the last evaluable assessment counts"),
        pytest.param("42NE", None, None, None, None, None, id="nothing evaluable"),
        pytest.param("42CR 84CR 126PD 168CR", 42, 42, 42, _event(84), _event(126), id="nothing after PD"),
        pytest.param("42PD 84PR", None, None, None, None, _event(42), id="response after PD is none"),
        pytest.param("", None, None, None, None, None, id="no assessment"),
    ],
)
def test_that_times_run_from_day_0_and_end_at_progression(
    text: str,
    benefit: int | None,
    response: int | None,
    confirmed: int | None,
    lasted: Duration | None,
    progressed: Duration | None,
) -> None:
    found = scope_times(_sequence(text), RULES, adjudicated_day=None)
    assert (found.clinical_benefit_day, found.time_to_response, found.time_to_confirmed_response) == (
        benefit,
        response,
        confirmed,
    )
    assert (found.duration_of_response, found.time_to_progression) == (lasted, progressed)


def test_that_death_ends_a_response_and_leaves_the_time_to_progression_censored() -> None:
    found = scope_times(_sequence("42PR 84PR"), RULES, adjudicated_day=None, death_day=100)
    assert (found.duration_of_response, found.time_to_progression) == (_event(58), _censored(84))
    before = scope_times(_sequence("42PR 84PR"), RULES, adjudicated_day=None, death_day=20)
    assert before.duration_of_response == _censored(42)


def test_that_progression_is_dated_apart_by_region_and_in_retrospect() -> None:
    """A nodule of the liver counts at TP2 by its growth and was first seen at TP1; the lung progresses at TP3."""
    visits = ("L1=30 Lu1=20", "L1=30 Lu1=20 xIN=15", "L1=30 Lu1=20 xIN=25", "L1=30 Lu1=26 xIN=25")
    times = assessed(*visits).times
    liver, lung = times[Scope.INTRAHEPATIC], times[Scope.EXTRAHEPATIC]
    assert (liver.time_to_progression, liver.adjudicated_time_to_progression) == (_event(84), _event(42))
    assert (lung.time_to_progression, lung.adjudicated_time_to_progression) == (_event(126), _event(126))
    assert times[Scope.OVERALL].adjudicated_time_to_progression == _event(42)


def test_that_death_is_taken_from_the_events_of_the_case() -> None:
    found = assessed("L1=30", "L1=20", events=[{"kind": "death", "day": 90}]).times[Scope.INTRAHEPATIC]
    assert (found.duration_of_response, found.time_to_progression) == (_event(48), _censored(42))
