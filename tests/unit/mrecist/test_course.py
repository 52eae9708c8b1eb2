"""A scope over its follow-ups: baseline sums, examinations it requires, progression in retrospect, its pattern."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.support.patients import assessed, last, visit


def test_that_baseline_sums_are_told_where_there_are_targets() -> None:
    found = assessed("L1=30.5 L2=20 Lu1=10", "L1=30 L2=20 Lu1=10").baseline
    assert (found.intrahepatic_mm, found.extrahepatic_mm) == (Fraction("50.5"), 10)
    assert assessed("INF=P Lu1=10", "INF=P Lu1=10").baseline.intrahepatic_mm is None


_BONE = {"organ": "bone", "kind": "bone"}


def _covered(text: str, *, bone: bool = True, chest: bool = True, **lesions: dict[str, Any]) -> dict[str, Any]:
    coverage = {"liver_dynamic": True, "chest": chest, "abdomen_pelvis": True, "bone_scan": bone}
    return visit(text, coverage=coverage, **lesions)


def test_that_a_bone_scan_is_required_from_the_first_bone_lesion_on() -> None:
    before = assessed("Lu1=20", _covered("Lu1=0", bone=False), _covered("Lu1=0 xLu=5?", bone=False, xLu=_BONE))
    assert [t.extrahepatic.response for t in before.timepoints] == ["CR", "PR"]
    later = assessed("B1=P", _covered("B1=A", bone=False), _covered("B1=A xLu=5?", xLu=_BONE))
    assert [t.extrahepatic.response for t in later.timepoints] == ["NN", "CR"]


def test_that_a_bone_lesion_does_not_make_up_for_an_unimaged_chest() -> None:
    assert last("Lu1=20 B1=P", _covered("Lu1=0 B1=A", chest=False)).extrahepatic.response == "PR"
    assert last("Lu1=20 B1=P", _covered("Lu1=0 B1=A")).extrahepatic.response == "CR"


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        pytest.param(("L1=30", "L1=30 xIN=6", "L1=30 xIN=7", "L1=30 xIN=16"), "PD PD PD", id="equivocal until it grew"),
        pytest.param(("Lu1=20", "Lu1=20 xNm=9", "Lu1=20 xNm=15"), "PD PD", id="a normal node at its first listing"),
        pytest.param(("Lu1=20", "Lu1=20 xNm=9", "Lu1=20 xNm=9", "Lu1=20 xNm=15"), "PD SD PD", id="and still normal"),
        pytest.param(("L1=30", "L1=30 xIN1=6 xIN2=5", "L1=30 xIN1=16 xIN2=5"), "PD PD", id="one of two"),
        pytest.param(("L1=30", "L1=30", "L1=30 xIN=12t", "L1=30 xIN=0"), "SD PD SD", id="nothing before it"),
    ],
)
def test_that_progression_in_retrospect_holds_from_the_first_listing_while_in_doubt(
    visits: tuple[str, ...], expected: str
) -> None:
    assert " ".join(t.overall.adjudicated_response for t in assessed(*visits).timepoints) == expected


@pytest.mark.parametrize(
    "visits",
    [("L1=10 Lu1=20", "L1=10 Lu1=26"), ("INF=P Lu1=20", "INF=P Lu1=26"), ("L1=30 Lu1=60", "L1=29 Lu1=79")],
)
def test_that_pooled_progression_alone_names_only_the_region_that_grew(visits: tuple[str, ...]) -> None:
    """Growth outside the liver by 30 % stays below that region's own floor of 20 mm and reaches the pooled one."""
    at = last(*visits, policy={"min_abs_mm": {"extra": 20, "pooled": 5}})
    assert (at.intrahepatic.response == "PD", at.extrahepatic.response, at.overall.response) == (False, "SD", "PD")
    assert at.overall.patterns == ("EHG",)


def test_that_a_pooled_floor_of_its_own_holds_whatever_the_liver_did() -> None:
    """Liver 10 to 15 mm is PD; pooled 20 to 24.5 mm is + 22.5 % and + 4.5 mm."""
    visits = ("L1=10 Lu1=10", "L1=15 Lu1=9.5")
    assert [last(*visits, ruleset=x).intrahepatic.response for x in ("harmonised-5", "mrecist-literal")] == ["PD"] * 2
    assert last(*visits, ruleset="harmonised-5").overall.response == "SD"
    assert last(*visits).overall.response == "PD"


def test_that_a_pooled_progression_of_the_liver_alone_is_told_as_in_its_region() -> None:
    """Neither has a floor then, so neither sentence names one."""
    at = last("L1=50", "L1=60")
    assert at.overall.reasons[0].text == at.intrahepatic.reasons[0].text
    assert at.overall.reasons[0].numbers["floor_mm"] == 0
