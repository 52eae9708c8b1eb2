"""What is told of a response: its rule, numbers and source, the way to the next category, the pattern."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from mrecist.values import Scope
from tests.support.patients import assessed, last, visit


def test_that_each_response_begins_with_the_rule_that_held_and_says_it_with_its_numbers() -> None:
    reason = last("L1=40 L2=32.8", "L1=26.8 L2=10.9").intrahepatic.reasons[0]
    assert reason.rule == "IH-T-PR"
    assert reason.text == "37.7 mm is −48.2 % vs BL 72.8 mm; PR at ≤ −30 %."
    reason = last("Lu1=70", "Lu1=57.2", "Lu1=68.9").extrahepatic.reasons[0]
    assert reason.rule == "EH-T-PD"
    assert reason.text == "68.9 mm is +20.5 % and +11.7 mm vs nadir 57.2 mm (TP1); PD at ≥ +20 % and ≥ +5.0 mm."


def test_that_a_percentage_never_reads_as_a_threshold_it_does_not_reach() -> None:
    reason = last("L1=200.1 L2=200.1", "L1=140.1 L2=140.1").intrahepatic.reasons[0]
    assert reason.rule == "IH-T-SD"
    assert "−29.99 %" in reason.text  # 280.2 of 400.2 is −29.985 %


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        (("L1=50", "L1=40"), [("PD", 20), ("PR", -5)]),
        (("L1=50", "L1=30"), [("SD", "5.1"), ("CR", -30)]),
        (("L1=50", "L1=60"), [("SD", "-0.1")]),
        (("L1=80", "L1=40", "L1=47"), [("PD", 1), ("CR", -47)]),
        (("L1=80 INF=P", "L1=40 INF=P"), [("SD", "16.1")]),
        (("L1=50", "L1=0"), [("PR", "0.1")]),
        (("L1=50 INF=P", "L1=0 INF=P"), []),
    ],
)
def test_that_the_way_to_the_next_category_is_told_in_recordable_steps(
    visits: tuple[str, ...], expected: list[tuple[str, Any]]
) -> None:
    found = last(*visits).intrahepatic.to_next_category
    assert [(n.response, n.by_mm) for n in found] == [(r, Fraction(mm)) for r, mm in expected]


@pytest.mark.parametrize(
    ("visits", "region", "expected"),
    [
        pytest.param(("L1=50", "L1=30 xIN=12t"), "intra", ("PR", "-2.1", "xIN"), id="typical nodule, below 10 mm"),
        pytest.param(("L1=50", "L1=30 xIN=9.9t"), "intra", ("PD", "0.1", "xIN"), id="typical nodule, just too small"),
        pytest.param(("L1=50", "L1=30 xIN=15", "L1=30 xIN=20"), "intra", ("PD", 5, "xIN"), id="growth of 10 mm"),
        pytest.param(("L1=50", "L1=30 xIN=15", "L1=30 xIN=25"), "intra", ("PR", "-0.1", "xIN"), id="growth undone"),
        pytest.param(("Lu1=20", "Lu1=20 xNm=14"), "extra", ("PD", 1, "xNm"), id="node elsewhere from 15 mm"),
        pytest.param(("Lu1=20", "Lu1=20 xNp=14"), "extra", ("PD", 6, "xNp"), id="node at the hilum from 20 mm"),
        pytest.param(("N1=20", "N1=9.9"), "extra", ("PR", "0.1", "N1"), id="CR ends where the node is 10 mm"),
        pytest.param(("N1=20", "N1=12"), "extra", ("CR", "-2.1", "N1"), id="a node below 10 mm is CR"),
        pytest.param(("N1=20 Lu1=20", "N1=8 Lu1=0"), "extra", ("PR", "0.1", "Lu1"), id="CR ends with any lung tumour"),
        pytest.param(("N1=20", "N1=9", "N1=9.9"), "extra", ("PD", "0.1", "N1"), id="a node that grows after CR"),
    ],
)
def test_that_a_lesion_at_a_limit_is_named_with_its_own_distance(
    visits: tuple[str, ...], region: str, expected: tuple[str, Any, str]
) -> None:
    at = last(*visits)
    response = at.intrahepatic if region == "intra" else at.extrahepatic
    found = [(n.response, n.by_mm, n.lesion) for n in response.to_next_category if n.lesion is not None]
    assert (expected[0], Fraction(expected[1]), expected[2]) in found


def test_that_a_lesion_whose_size_decides_nothing_has_no_distance() -> None:
    for visits in (("L1=50", "L1=30 xIN=15"), ("L1=50", "L1=80 xIN=9t"), ("L1=50", "L1=30 xIN=12t", "L1=30 xIN=12t")):
        found = last(*visits).intrahepatic.to_next_category
        assert [n.lesion for n in found if n.lesion is not None] == []


def test_that_a_liver_alone_is_as_far_from_progression_pooled_as_in_its_region() -> None:
    at = last("L1=12", "L1=12")
    assert at.overall.to_next_category == at.intrahepatic.to_next_category


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        (("L1=30", "L1=40"), ("IHG",)),
        (("L1=30", "L1=30 xIN=12t"), ("NIH",)),
        (("L1=30", "L1=40 xPV=1!"), ("IHG", "NEH (vascular)")),
        (("L1=30 Lu1=20", "L1=30 Lu1=30 xLu=5!"), ("EHG", "NEH")),
        (("L1=14 Lu1=14", "L1=16 Lu1=17"), ()),
    ],
)
def test_that_the_pattern_of_progression_is_told(visits: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert last(*visits).overall.patterns == expected


def test_that_pooled_progression_alone_names_the_regions_that_grew() -> None:
    at = last("L1=14 Lu1=14", "L1=17.5 Lu1=17.5", ruleset="harmonised-5")
    assert at.overall.patterns == ("IHG", "EHG")


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        pytest.param(("Lu1=20", "Lu1=0", "Lu1=0"), ("PD", "0.1"), id="any disease after an earlier CR"),
        pytest.param(("L1=20", "L1=0", "L1=0"), ("PD", "0.1"), id="the same in the liver, pooled"),
        pytest.param(("L1=34.1 Lu1=10", "L1=10 Lu1=5", "L1=50 Lu1=10"), ("PR", "-40.1"), id="the floor comes back"),
    ],
)
def test_that_the_way_pooled_heeds_earlier_cr_and_the_floor_that_comes_back(
    visits: tuple[str, ...], expected: tuple[str, str]
) -> None:
    """Third: with the liver below 12 mm, no PD by itself, pooled PD asks for 15 + 5 mm again: 60 - 40.1 is below."""
    found = last(*visits).overall.to_next_category
    assert [(n.response, n.by_mm) for n in found if n.lesion is None] == [(expected[0], Fraction(expected[1]))]


def test_that_composite_and_best_responses_tell_the_rule_that_gave_them() -> None:
    found = assessed("L1=50 Lu1=60", "L1=60 Lu1=40", "L1=60 Lu1=40")
    at = found.timepoints[0]
    assert (at.composite_reason.rule, at.composite_reason.text) == (
        "C-PD",
        "Intrahepatic PD, extrahepatic PR: PD in either region is PD.",
    )
    best = found.best_response[Scope.EXTRAHEPATIC]
    assert [r.text for r in best.reasons] == [
        "PR on day 42 and no CR; confirmation is not asked for.",
        "PR on day 42, confirmed 28 d or more later; no confirmed CR.",
        "PR on day 42 and no CR; confirmation is not asked for.",
    ]
    nothing = assessed("L1=50", "L1=NE").best_response[Scope.INTRAHEPATIC]
    assert [r.rule for r in nothing.reasons] == ["U-NE", "F-NE", "U-NE"]
    assert nothing.reasons[0].text == "None of 1 assessments could be evaluated."
    assert (
        assessed("L1=50").best_response[Scope.INTRAHEPATIC].reasons[0].text
        == "None of 0 assessments could be evaluated."
    )


def test_that_progression_after_nothing_was_left_names_the_floor_where_there_is_one() -> None:
    reason = last("L1=30", "L1=0", "L1=4").intrahepatic.reasons[0]
    assert reason.text == "4.0 mm after nothing was left (TP1): any viable tumour then is PD."
    reason = last("Lu1=30", "Lu1=0", "Lu1=6").extrahepatic.reasons[0]
    assert reason.text == "6.0 mm after nothing was left (TP1): PD at ≥ +5.0 mm."


def test_that_a_response_withheld_for_coverage_tells_what_was_not_done() -> None:
    at = last("L1=30", visit("L1=0", coverage={"liver_dynamic": False, "chest": False, "abdomen_pelvis": False}))
    assert [scope.reasons[0].text for scope in (at.intrahepatic, at.extrahepatic)] == [
        "Not done at this time point: dynamic imaging of the liver. So CR cannot be stated: PR.",
        "Not done at this time point: chest CT, abdomen and pelvis. So freedom from disease cannot be stated: NE.",
    ]


def test_that_a_progressing_target_is_no_non_target_elsewhere() -> None:
    found = assessed("L1=30 INF=P", "L1=30 INF=P", "L1=U INF=P").timepoints
    texts = [[r.text for r in t.intrahepatic.reasons] for t in found]
    assert "Non-target INF persists without unequivocal progression (1 of 1)." in texts[0]
    assert "Unequivocal progression of L1 (1 of 2)." in texts[1]


def test_that_an_effusion_called_progressing_without_cytology_is_said_to_be_overruled() -> None:
    reasons = last("Lu1=20 ASC=P", "Lu1=20 ASC=U").extrahepatic.reasons
    assert [r.text for r in reasons if r.rule == "EH-N-CYTOLOGY"] == [
        "ASC: called progressing, but an effusion counts only with positive cytology: still there."
    ]


def test_that_pooled_progression_is_near_where_the_liver_would_return() -> None:
    """With any viable tumour in the liver, PD by itself, the pooled sum needs no 5 mm: 20 to 24.1 mm is +20.5 %."""
    found = last("L1=20 Lu1=25", "L1=0 Lu1=20", "L1=0 Lu1=24").overall.to_next_category
    assert ("PD", Fraction(1, 10)) in [(n.response, n.by_mm) for n in found if n.lesion is None]


@pytest.mark.parametrize(
    ("visits", "ruleset", "scope", "rule", "source"),
    [
        (("L1=50", "L1=60"), "mrecist-literal", "intrahepatic", "IH-T-PD", "Lencioni"),
        (("L1=50", "L1=60"), "recist-1.1", "intrahepatic", "IH-T-PD", "Eisenhauer"),
        (("L1=50", "L1=60"), "recist-1.1", "overall", "OV-T-PD", "Eisenhauer"),
        (("Lu1=50", "Lu1=60"), "mrecist-literal", "extrahepatic", "EH-T-PD", "Eisenhauer"),
        (("L1=50", "L1=60"), "mrecist-literal", "intrahepatic", "IH-PATTERN", "Reig"),
        (("L1=50", "L1=0", "L1=5"), "mrecist-literal", "intrahepatic", "IH-RE", "EORTC"),
    ],
)
def test_that_each_reason_names_the_source_of_its_rule(
    visits: tuple[str, ...], ruleset: str, scope: str, rule: str, source: str
) -> None:
    reasons = last(*visits, ruleset=ruleset).scope(Scope(scope)).reasons
    assert [r.source.startswith(source) for r in reasons if r.rule == rule] == [True]
