"""Non-targets: which test a lesion is followed by, when one returns, and what a progressing target says beside them."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from app.resources import load_ruleset
from mrecist.lesions import Finding, Measured, Merged, Nonviable, NotEvaluable, Observation, Present, TooSmall
from mrecist.nontarget import judge_nontarget, one_response
from mrecist.values import Diameter, Region, Response
from tests.support.patients import assessed, last, visit


def _scans(*modalities: str) -> list[dict[str, str]]:
    return [{"modality": m} for m in modalities]


@pytest.mark.parametrize(
    ("later", "noted", "expected"),
    [
        pytest.param("B1=P", {"seen_on": "bone_scan"}, "NN", id="said to be seen on that test again"),
        pytest.param("B1=P", {"seen_on": "PET"}, "NE", id="seen on another test"),
        pytest.param("", {}, "NE", id="not recorded"),
    ],
)
def test_that_a_lesion_of_the_bone_scan_needs_that_test_where_no_scan_of_it_is_listed(
    later: str, noted: dict[str, Any], expected: str
) -> None:
    baseline = visit("B1=P", B1={"seen_on": "bone_scan"}, scans=_scans("BS"))
    at = last(baseline, visit(later, B1=noted, scans=_scans("CT")) if later else visit("", scans=_scans("CT")))
    assert at.extrahepatic.response == expected


@pytest.mark.parametrize(
    ("modalities", "expected"), [(("CT",), "NE"), (("CT", "BS"), "CR"), ((), "CR")], ids=["CT", "CT and BS", "not said"]
)
def test_that_a_note_repeated_for_a_lesion_that_is_gone_does_not_stand_for_the_test(
    modalities: tuple[str, ...], expected: str
) -> None:
    """The scans say that there was no bone scan: that the lesion was once seen on one is no proof that it is gone."""
    noted = {"seen_on": "bone_scan"}
    at = last(visit("B1=P", B1=noted, scans=_scans("BS")), visit("B1=A", B1=noted, scans=_scans(*modalities)))
    assert at.extrahepatic.response == expected


@pytest.mark.parametrize(("test", "modality", "other"), [("bone_scan", "BS", "PT"), ("PET", "PT", "BS")])
def test_that_a_lesion_of_a_functional_test_is_gone_once_that_very_test_was_repeated_noted_or_not(
    test: str, modality: str, other: str
) -> None:
    baseline = visit("B1=P", B1={"seen_on": test}, scans=_scans(modality))
    for repeated, expected in ((modality, "CR"), (other, "NE")):
        assert last(baseline, visit("B1=A", scans=_scans("CT", repeated))).extrahepatic.response == expected


@pytest.mark.parametrize(("ruleset", "expected"), [("mrecist-literal", "CR"), ("recist-1.1", "NN")])
def test_that_a_non_target_of_the_liver_without_viable_tumour_is_gone_only_by_viable_diameters(
    ruleset: str, expected: str
) -> None:
    assert last("L1=30 INF=P", "L1=30 INF=NV", ruleset=ruleset).intrahepatic.non_target == expected


@pytest.mark.parametrize(("later", "expected"), [("B1=P", "NN"), ("B1=A", "CR")])
def test_that_a_lesion_not_of_a_functional_test_at_baseline_needs_none_later(later: str, expected: str) -> None:
    """Seen on CT at baseline and noted on PET later: no bone scan is owed."""
    at = last(visit("B1=P", scans=_scans("CT")), visit(later, B1={"seen_on": "PET"}, scans=_scans("CT", "PT")))
    assert at.extrahepatic.response == expected


def test_that_a_progressing_target_is_a_non_target_only_where_it_progresses() -> None:
    found = assessed("L1=30", "L1=30", "L1=U").timepoints
    assert [t.intrahepatic.non_target for t in found] == [Response.NA, Response.PD]


def test_that_a_target_that_vanished_and_progresses_beyond_measure_is_progression() -> None:
    found = assessed("L1=30", "L1=0", "L1=U", "L1=0").timepoints
    assert [t.intrahepatic.response for t in found] == ["CR", "PD", "CR"]


@pytest.mark.parametrize(
    ("finding", "outside", "node"),
    [
        (None, "NE", "NE"),
        (NotEvaluable(), "NE", "NE"),
        (Merged(), "NN", "NN"),
        (Nonviable(), "CR", "CR"),
        (Measured(Diameter(99)), "NN", "CR"),
        (Measured(Diameter(100)), "NN", "NN"),
        (Measured(Diameter(0)), "CR", "CR"),
        (Present(), "NN", "NN"),
        (Present(Diameter(99)), "NN", "CR"),
        (Present(Diameter(0)), "CR", "CR"),
        (TooSmall(), "NN", "CR"),
        (TooSmall(Diameter(30)), "NN", "CR"),
    ],
)
def test_that_each_finding_of_a_non_target_outside_the_liver_is_one_response(
    finding: Finding | None, outside: str, node: str
) -> None:
    """By viable and by whole diameters alike: only in the liver is a lesion without viable tumour still there."""
    observation = None if finding is None else Observation("ENT1", finding)
    for name in ("mrecist-literal", "recist-1.1"):
        rules = load_ruleset(name)
        assert one_response(observation, rules, False, Region.EXTRAHEPATIC) == outside
        assert one_response(observation, rules, True, Region.EXTRAHEPATIC) == node


def test_that_the_worst_non_target_speaks_for_all_in_whatever_order_they_are_listed() -> None:
    worst_first = [Response.PD, Response.NE, Response.NN, Response.CR]
    for start, worst in enumerate(worst_first):
        for listed in permutations(worst_first[start:]):
            assert judge_nontarget(listed) is worst
    assert judge_nontarget([]) is Response.NA
