"""How firm a category is: seeded draws against the exact probabilities of sums of normal deviates."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

import pytest

from app.resources import load_ruleset
from mrecist.case import Case
from mrecist.robustness import robustness
from mrecist.rulesets import MeasurementError
from mrecist.values import Response, Scope
from tests.support.patients import assessed, case

RULES = load_ruleset()
CR, PR, SD, PD = Response.CR, Response.PR, Response.SD, Response.PD
NORMAL = NormalDist()
DRAWS = 4000
WITHIN = 3.5 * 0.5 / sqrt(DRAWS)
"""Three and a half standard errors of a share at its widest."""


def _error(mm: str = "0", pct: str = "0") -> MeasurementError:
    return MeasurementError(Fraction(mm), Fraction(pct))


def test_that_the_probability_of_a_response_is_that_of_the_normal_law() -> None:
    """PR where 10 S <= 7 B: a difference of normal deviates with mean 360 - 350 and SD 2 sqrt(100 + 49) mm."""
    found = robustness(case("L1=50", "L1=36"), RULES, error=_error(mm="2"), draws=DRAWS).timepoints[0]
    expected = NORMAL.cdf(-10 / (2 * sqrt(149)))
    assert float(found.scopes[Scope.INTRAHEPATIC][PR]) == pytest.approx(expected, abs=WITHIN)
    assert found.scopes[Scope.INTRAHEPATIC] == found.scopes[Scope.OVERALL] == found.composite


def test_that_a_relative_error_grows_with_the_lesion() -> None:
    """PD where 5 S >= 6 N, two targets: 5 (62 + 58) - 6 (50 + 48) = 12, with the errors of four lengths, 8 % each."""
    patient = case("Lu1=50 Lu2=48", "Lu1=62 Lu2=58")
    found = robustness(patient, RULES, error=_error(pct="8"), draws=DRAWS).timepoints[0].scopes[Scope.EXTRAHEPATIC]
    sd = 0.08 * sqrt(25 * (62**2 + 58**2) + 36 * (50**2 + 48**2))
    assert float(found[PD]) == pytest.approx(1 - NORMAL.cdf(-12 / sd), abs=WITHIN)


def test_that_both_errors_add() -> None:
    found = robustness(case("L1=50", "L1=36"), RULES, error=_error("1", "2"), draws=DRAWS).timepoints[0]
    sd = sqrt(100 * (1 + 0.72) ** 2 + 49 * (1 + 1) ** 2)
    assert float(found.composite[PR]) == pytest.approx(NORMAL.cdf(-10 / sd), abs=WITHIN)


def test_that_without_error_the_response_is_certain() -> None:
    visits = ("L1=80 Lu1=20 N1=16", "L1=40 Lu1=ts N1=9", "L1=49 Lu1=NE N1=12 xIN=12t", "L1=0 Lu1=0 N1=8 xIN=0")
    found = robustness(case(*visits), RULES, error=_error(), draws=3)
    for at, firm in zip(assessed(*visits).timepoints, found.timepoints, strict=True):
        assert firm.timepoint == at.timepoint
        assert firm.scopes == {scope: {at.scope(scope).response: 1} for scope in Scope}
        assert firm.composite == {at.composite: 1}


def test_that_what_was_seen_stays_as_it_was_seen() -> None:
    visits = ("L1=30 INF=P", "L1=0 INF=A", "L1=ts INF=U", "L1=0.1 INF=P")
    found = robustness(case(*visits), RULES, error=_error(mm="3"), draws=200)
    certain = [set(t.scopes[Scope.INTRAHEPATIC]) for t in found.timepoints]
    assert certain == [{CR}, {PD}, {PD}]


def test_that_a_new_nodule_and_a_node_at_their_limits_are_measured_again_too() -> None:
    """A typical nodule of 10.0 mm counts from 9.95 mm, rounded up; a node of 9.9 mm is normal below 9.95 mm."""
    found = robustness(case("L1=40", "L1=40 xIN=10t"), RULES, error=_error(mm="1"), draws=DRAWS).timepoints[0]
    assert float(found.composite[PD]) == pytest.approx(1 - NORMAL.cdf(-0.05), abs=WITHIN)
    found = robustness(case("Lu1=40 NN1=12", "Lu1=0 NN1=9.9"), RULES, error=_error(mm="1"), draws=DRAWS).timepoints[0]
    assert float(found.composite[CR]) == pytest.approx(NORMAL.cdf(0.05), abs=WITHIN)


def test_that_whole_diameters_are_measured_again_under_recist() -> None:
    patient = case(
        {"lesions": [_liver(30, 50)]},
        {"lesions": [_liver(0.1, 36)]},
    )
    found = robustness(patient, load_ruleset("recist-1.1"), error=_error(mm="2"), draws=DRAWS).timepoints[0]
    assert float(found.composite[PR]) == pytest.approx(NORMAL.cdf(-10 / (2 * sqrt(149))), abs=WITHIN)


def _liver(viable: float, whole: float) -> dict[str, object]:
    known = {"id": "L", "region": "intra", "role": "target", "organ": "liver", "kind": "other"}
    return known | {"diameter_mm": viable, "whole_mm": whole}


def test_that_a_result_can_be_repeated_and_names_what_it_rests_on() -> None:
    patient = case("L1=50", "L1=36")
    first, again, other = (robustness(patient, RULES, draws=500, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.timepoints != other.timepoints
    assert (first.error, first.draws, first.seed) == (RULES.measurement_error, 500, 1)
    assert sum(first.timepoints[0].composite.values()) == 1


def test_that_the_case_policy_holds_in_every_draw() -> None:
    patient = case("L1=10", "L1=12", policy={"min_abs_mm": {"intra": 5}})
    found = robustness(patient, RULES, error=_error(mm="0.1"), draws=50).timepoints[0]
    assert found.scopes[Scope.INTRAHEPATIC] == {SD: 1}


def test_that_an_unknown_read_and_no_draws_are_refused() -> None:
    patient = case("L1=50", "L1=36")
    with pytest.raises(KeyError, match="no read 'other'"):
        robustness(patient, RULES, "other")
    with pytest.raises(KeyError, match="no read None"):
        robustness(Case("empty"), RULES)
    with pytest.raises(ValueError, match="at least 1"):
        robustness(patient, RULES, draws=0)
    renamed = replace(patient, reads=(replace(patient.reads[0], id="second"),))
    assert robustness(renamed, RULES, "second", draws=2).draws == 2


def test_that_a_length_of_0_mm_is_not_measured_again() -> None:
    patient = case("L1=30", {"lesions": [_liver(0, 20) | {"id": "L1", "status": "measured"}]})
    found = robustness(patient, RULES, error=_error(mm="3"), draws=50).timepoints[0]
    assert found.composite == {CR: 1}
