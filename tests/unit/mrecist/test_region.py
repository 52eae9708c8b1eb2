"""One scope over its time points: what is carried on, what comes back, and what an examination left out withholds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.resources import load_ruleset
from mrecist.assess import assess
from mrecist.region import Scoped, judge_scope
from mrecist.target import Target
from mrecist.thresholds import Thresholds
from mrecist.values import Response, Scope
from tests.support.patients import assessed, case, last, visit


def _carried(*visits: str | dict[str, Any]) -> list[Response]:
    rules = load_ruleset()
    carrying = replace(rules, target=replace(rules.target, carry_response_forward=True))
    return [t.intrahepatic.response for t in assess(case(*visits), carrying).timepoints]


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        (("L1=100", "L1=70", "L1=NE", "L1=80"), "PR NE PR"),
        (("L1=100", "L1=70", "L1=0", "L1=0"), "PR CR CR"),
        (("L1=100", "L1=80", "L1=80"), "SD SD"),
        (("L1=100", "L1=70", "L1=90", "L1=80"), "PR PD SD"),
        (("L1=100", "L1=80", "L1=70", "L1=80"), "SD PR PR"),
        (("L1=100", "L1=70", "L1=90", "L1=70", "L1=80"), "PR PD PR PR"),
    ],
)
def test_that_only_sd_is_carried_as_pr_and_only_until_pd(visits: tuple[str, ...], expected: str) -> None:
    """A nadir of 70 mm: 84 mm and more are PD, 80 mm is SD."""
    assert " ".join(_carried(*visits)) == expected


def test_that_a_carried_pr_names_where_it_was_first_reached() -> None:
    rules = load_ruleset()
    carrying = replace(rules, target=replace(rules.target, carry_response_forward=True))
    reason = assess(case("L1=100", "L1=70", "L1=70", "L1=80"), carrying).timepoints[-1].intrahepatic.reasons[0]
    assert reason.text.startswith("PR was reached before (TP1)")


def test_that_a_non_target_seen_again_after_cr_is_named() -> None:
    reason = last("L1=30 INF=P", "L1=0 INF=A", "L1=0 INF=P").intrahepatic.reasons[0]
    assert reason.text.startswith("CR at TP1, and disease again now (INF): PD.")


_LIVER_LEFT_OUT = {"liver_dynamic": False, "chest": True, "abdomen_pelvis": True}


@pytest.mark.parametrize(
    ("before", "later", "response", "unevaluated"),
    [
        pytest.param("L1=30", "L1=0", "CR", False, id="a CR is one"),
        pytest.param("L1=30", visit("L1=0", coverage=_LIVER_LEFT_OUT), "PR", True, id="CR but for the coverage"),
        pytest.param("L1=30 INF=P", "L1=0 INF=NE", "PR", True, id="CR but for a non-target"),
        pytest.param("L1=30 INF=P", "L1=0 INF=P", "PR", False, id="a non-target is there"),
        pytest.param("L1=30 INF=P PVT=P", "L1=0 INF=A PVT=P", "PR", False, id="one of two is there"),
        pytest.param("L1=30 INF=P PVT=P", "L1=0 INF=NE PVT=P", "PR", False, id="one is there, one not evaluated"),
        pytest.param("L1=30", "L1=20", "PR", False, id="a plain PR"),
        pytest.param("L1=30", visit("L1=20", coverage=_LIVER_LEFT_OUT), "PR", False, id="a PR, less covered"),
        pytest.param("INF=P", visit("INF=A", coverage=_LIVER_LEFT_OUT), "NN", True, id="CR without targets"),
        pytest.param("L1=30", "L1=40", "PD", False, id="PD"),
        pytest.param("L1=30", "L1=0 xIN=12t", "PD", False, id="targets gone, PD by a new lesion"),
        pytest.param("L1=30", "L1=NE", "NE", False, id="NE"),
    ],
)
def test_that_a_response_that_lacks_only_an_evaluation_to_be_cr_is_marked(
    before: str, later: str | dict[str, Any], response: str, unevaluated: bool
) -> None:
    at = last(before, later).intrahepatic
    assert (at.response, at.unevaluated_cr) == (response, unevaluated)


def test_that_what_follows_a_cr_too_early_to_be_stable_is_progression_or_not_evaluable() -> None:
    """CR on day 14, confirmed by nothing: PD where tumour is seen on day 35, NE where something was not evaluated."""
    for later, expected in (("L1=30 INF=A", "PD"), ("L1=0 INF=P", "PD"), ("L1=0 INF=NE", "NE")):
        found = assessed("L1=30 INF=P", visit("L1=0 INF=A", day=14), visit(later, day=35))
        assert found.best_response[Scope.INTRAHEPATIC].confirmed == expected


def test_that_a_node_beside_a_new_lesion_is_not_the_only_sign_of_progression() -> None:
    node, beside = "Lu1=0 N1=12", "Lu1=0 N1=12 xLu=5!"
    assert "REIMAGE_NODE" in last("Lu1=20 N1=20", "Lu1=0 N1=9", node).flags
    assert "REIMAGE_NODE" not in last("Lu1=20 N1=20", "Lu1=0 N1=9", beside).flags


def test_that_a_tumour_of_10_mm_is_no_node() -> None:
    at = last("Lu1=20", "Lu1=0", "Lu1=12")
    assert at.extrahepatic.response == "PD"
    assert "REIMAGE_NODE" not in at.flags


def test_that_a_node_that_is_not_evaluable_after_cr_shows_no_disease() -> None:
    assert last("N1=20", "N1=9", "N1=NE").extrahepatic.response == "NE"


@pytest.mark.parametrize(
    ("visits", "patterns", "to_image_again"),
    [
        pytest.param(("B1=P", "B1=A", "B1=P"), ("EHG",), False, id="a non-target"),
        pytest.param(("Lu1=20 NN1=12", "Lu1=0 NN1=8", "Lu1=0 NN1=U"), ("EHG",), True, id="a non-target node"),
        pytest.param(("Lu1=30", "Lu1=0", "Lu1=4"), ("EHG",), False, id="a target below the floor of PD"),
        pytest.param(("B1=P", "B1=U"), ("EHG",), False, id="no CR before"),
        pytest.param(("L1=30", "L1=0", "L1=4"), ("IHG",), False, id="in the liver"),
        pytest.param(("L1=30 INF=P", "L1=30 INF=U"), ("IHG",), False, id="a liver non-target, no CR before"),
    ],
)
def test_that_returned_disease_is_growth_and_only_nodes_are_imaged_again(
    visits: tuple[str, ...], patterns: tuple[str, ...], to_image_again: bool
) -> None:
    at = last(*visits)
    region = at.intrahepatic if patterns == ("IHG",) else at.extrahepatic
    assert (region.response, region.patterns) == ("PD", patterns)
    assert ("REIMAGE_NODE" in at.flags) is to_image_again


def test_that_pooled_regions_are_the_overall_scope_with_the_lesions_of_both() -> None:
    liver = Scoped(Scope.INTRAHEPATIC, "IH", (Target("IT1", False, (300, 200)),), (), ())
    outside = Scoped(Scope.EXTRAHEPATIC, "EH", (Target("ET1", True, (200, 90)),), (), ())
    pooled = liver.pooled_with(outside)
    assert (pooled.scope, pooled.prefix) == (Scope.OVERALL, "OV")
    assert pooled.targets == (*liver.targets, *outside.targets)


def test_that_pr_is_not_carried_unless_asked_for() -> None:
    one = Scoped(Scope.INTRAHEPATIC, "IH", (Target("IT1", False, (1000, 700, 800)),), (), ())
    found = judge_scope(one, 3, Thresholds.of(load_ruleset()), floors=[0] * 3, not_done=[()] * 3)
    assert [x.response for x in found] == [Response.PR, Response.SD]
