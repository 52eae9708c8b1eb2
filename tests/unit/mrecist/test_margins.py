"""Distances to the next category and the border between two, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from app.resources import load_ruleset
from mrecist.assess import assess
from mrecist.case import Case, Read, TimePoint, TimePointRead
from mrecist.lesions import Lesion, Measured, Observation
from mrecist.margins import least_progression
from mrecist.results import RegionResponse
from mrecist.thresholds import Thresholds
from mrecist.values import Diameter, LesionRole, Organ, Region
from tests.support.patients import case, last, visit


def _of_the_sum(at: RegionResponse) -> list[tuple[str, Fraction]]:
    return [(str(n.response), n.by_mm) for n in at.to_next_category if n.lesion is None]


def _of_lesions(at: RegionResponse) -> list[tuple[str, Fraction, str]]:
    return [(str(n.response), n.by_mm, n.lesion) for n in at.to_next_category if n.lesion is not None]


def _mm(*told: tuple[str, str]) -> list[tuple[str, Fraction]]:
    return [(response, Fraction(mm)) for response, mm in told]


@pytest.mark.parametrize(
    ("nadir", "floor", "expected"),
    [(0, 0, 1), (0, 50, 50), (1, 0, 2), (4, 0, 5), (100, 0, 120), (100, 50, 150), (333, 0, 400), (333, 50, 400)],
)
def test_that_the_least_progression_is_20_percent_the_floor_and_any_growth(
    nadir: int, floor: int, expected: int
) -> None:
    assert least_progression(nadir, floor, Thresholds.of(load_ruleset())) == expected


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        pytest.param(("L1=50", "L1=29.2", "L1=30"), _mm(("PD", "5.1"), ("CR", "-30")), id="35.0 PR, 35.1 PD"),
        pytest.param(("L1=50", "L1=29.3", "L1=30"), _mm(("SD", "5.1"), ("CR", "-30")), id="35.0 PR, 35.1 SD, 35.2 PD"),
        pytest.param(("L1=50", "L1=29.2", "L1=40"), _mm(("PR", "-5")), id="down to 35.0, no SD between"),
        pytest.param(("L1=50", "L1=29.3", "L1=40"), _mm(("SD", "-4.9")), id="down to 35.1, which is SD"),
        pytest.param(("L1=20 L2=20", "L1=0 L2=10"), _mm(("SD", "18.1"), ("CR", "-10")), id="what is gone adds nothing"),
    ],
)
def test_that_the_way_meets_no_category_that_does_not_lie_between(
    visits: tuple[str, ...], expected: list[tuple[str, Fraction]]
) -> None:
    assert _of_the_sum(last(*visits).intrahepatic) == expected


@pytest.mark.parametrize(
    ("later", "to_complete"),
    [("N1=12 Lu1=10", "-12.1"), ("N1=10 Lu1=10", "-10.1"), ("N1=9.9 Lu1=10", "-10"), ("N1=8 Lu1=10", "-10")],
)
def test_that_cr_is_as_far_as_nodes_are_from_normal_and_others_from_nothing(later: str, to_complete: str) -> None:
    told = _of_the_sum(last("N1=20 Lu1=20", later).extrahepatic)
    assert told[-1] == ("CR", Fraction(to_complete))


@pytest.mark.parametrize(
    "visits",
    [
        pytest.param(("L1=50", "L1=40 xIN=12t"), id="a new lesion"),
        pytest.param(("L1=50 INF=P", "L1=40 INF=U"), id="a non-target"),
        pytest.param(("L1=20", "L1=0", "L1=5"), id="disease that came back"),
        pytest.param(("L1=50 L2=20", "L1=NE L2=90"), id="a partial sum"),
        pytest.param(("L1=50", visit("L1=30", coverage={"liver_dynamic": False})), id="an examination left out"),
        pytest.param(("INF=P", "INF=P"), id="no target"),
    ],
)
def test_that_nothing_is_told_of_the_sum_where_something_else_decides(visits: tuple[str | dict[str, Any], ...]) -> None:
    assert _of_the_sum(last(*visits).intrahepatic) == []


def test_that_nothing_is_told_of_the_sum_where_a_pr_is_carried_forward() -> None:
    rules = load_ruleset()
    carrying = replace(rules, target=replace(rules.target, carry_response_forward=True))
    one = case("L1=100", "L1=70", "L1=80")
    assert [_of_the_sum(assess(one, x).timepoints[-1].intrahepatic) for x in (carrying, rules)] == [
        [],
        _mm(("PD", "4"), ("PR", "-10")),
    ]


def test_that_a_new_lesion_that_just_counts_stands_between_pd_and_the_pr_that_is_carried() -> None:
    rules = load_ruleset()
    carrying = replace(rules, target=replace(rules.target, carry_response_forward=True))
    patient = case("L1=100", "L1=70", "L1=80 xIN=10t")
    for with_rules, response in ((rules, "SD"), (carrying, "PR")):
        at = assess(patient, with_rules).timepoints[-1].intrahepatic
        assert (at.response, _of_lesions(at)) == ("PD", [(response, Fraction("-0.1"), "xIN")])


@pytest.mark.parametrize(
    ("beside", "expected"), [("", [("CR", Fraction("-0.1"), "N1")]), (" NN1=P", [])], ids=["alone", "a node that stays"]
)
def test_that_a_target_node_becoming_normal_is_cr_only_without_a_non_target_that_stays(
    beside: str, expected: list[tuple[str, Fraction, str]]
) -> None:
    assert _of_lesions(last(f"N1=20{beside}", f"N1=10{beside}").extrahepatic) == expected


@pytest.mark.parametrize(
    ("visits", "of_the_sum", "of_lesions"),
    [
        pytest.param(
            ("N1=54.9 B1=P", "N1=54.9 B1=P"),
            _mm(("PD", "11"), ("PR", "-16.5")),
            [],
            id="38.4 mm is PR; 9.9 mm is no more beside the bone that stays",
        ),
        pytest.param(
            ("N1=15", "N1=12.5"), _mm(("PD", "7.5"), ("PR", "-2")), [("CR", "-2.6", "N1")], id="10.5 PR, 9.9 CR"
        ),
        pytest.param(
            ("N1=15 N2=57", "N1=18 N2=68.5"), _mm(("SD", "-0.2")), [], id="86.3 mm is SD, whichever node it is"
        ),
        pytest.param(
            ("N1=20", "N1=9", "N1=12"), [], [("CR", "-2.1", "N1")], id="again after CR: only below 10 mm it is CR again"
        ),
    ],
)
def test_that_a_node_is_told_only_where_its_limit_leads_further_than_the_sum_did(
    visits: tuple[str, ...], of_the_sum: list[tuple[str, Fraction]], of_lesions: list[tuple[str, str, str]]
) -> None:
    at = last(*visits).extrahepatic
    assert _of_the_sum(at) == of_the_sum
    assert _of_lesions(at) == [(response, Fraction(mm), lesion) for response, mm, lesion in of_lesions]


def test_that_a_cr_with_nodes_among_the_targets_ends_by_a_lesion_not_by_the_sum() -> None:
    for before, later in (("N1=20 Lu1=20", "N1=8 Lu1=0"), ("Lu1=20 N1=20", "Lu1=0 N1=8")):
        at = last(before, later).extrahepatic
        assert _of_the_sum(at) == []
        assert sorted(_of_lesions(at)) == [("PR", Fraction("0.1"), "Lu1"), ("PR", Fraction(2), "N1")]


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        pytest.param(("N1=20", "N1=10"), [("CR", "-0.1", "N1")], id="exactly at the limit"),
        pytest.param(("N1=20 N2=20", "N1=12 N2=12"), [], id="two enlarged nodes, either alone changes nothing"),
        pytest.param(("N1=20 N2=20", "N1=12 N2=8"), [("CR", "-2.1", "N1")], id="the only enlarged node"),
        pytest.param(("N1=20 Lu1=20", "N1=NE Lu1=20"), [], id="a node that is not evaluable"),
        pytest.param(("N1=20 N2=20", "N1=8 N2=8", "N1=NE N2=9"), [("PD", "1", "N2")], id="the node listed after it"),
        pytest.param(("Lu1=20 N1=20", "Lu1=0 N1=12"), [("CR", "-2.1", "N1")], id="the node listed after a tumour"),
        pytest.param(("N1=20 Lu1=20", "N1=20 Lu1=19"), [], id="a tumour is told only from CR"),
        pytest.param(
            ("Lu1=20", "Lu1=20 xNm= xNp=14"), [("PD", "6", "xNp")], id="the new node listed after one unmeasured"
        ),
        pytest.param(
            ("Lu1=20", "Lu1=20 xLu=5? xNm=14"), [("PD", "1", "xNm")], id="and after one whose size says nothing"
        ),
        pytest.param(("Lu1=20", "Lu1=20 xNm=16 xLu=5!"), [], id="another new lesion keeps it PD"),
    ],
)
def test_that_a_lesion_is_told_where_its_own_size_alone_would_change_the_response(
    visits: tuple[str, ...], expected: list[tuple[str, str, str]]
) -> None:
    found = _of_lesions(last(*visits).extrahepatic)
    assert found == [(response, Fraction(mm), lesion) for response, mm, lesion in expected]


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        pytest.param(("L1=20", "L1=24.5"), ("SD", "-0.6"), id="liver alone: it ceases to be PD at 23.9"),
        pytest.param(
            ("L1=10 Lu1=10", "L1=12.2 Lu1=12.5"), ("SD", "-0.3"), id="the liver ceases at 11.9, and 24.4 is + 4.4"
        ),
        pytest.param(("L1=10 Lu1=10", "L1=11.5 Lu1=10"), ("PD", "2.5"), id="from SD: 24.0, the liver at 14.0"),
        pytest.param(("L1=10 Lu1=10", "L1=7 Lu1=10"), ("PD", "7"), id="from PR in the liver"),
        pytest.param(("L1=4 Lu1=18", "L1=0 Lu1=18"), ("PD", "8.4"), id="from CR in the liver: 26.4"),
    ],
)
def test_that_the_pooled_floor_goes_and_comes_with_progression_of_the_liver(
    visits: tuple[str, ...], expected: tuple[str, str]
) -> None:
    """Pooled PD needs + 20 % where the liver progresses by itself, else + 5 mm as well."""
    assert _of_the_sum(last(*visits).overall)[:1] == _mm(expected)


@pytest.mark.parametrize(
    ("visits", "flagged"),
    [
        (("L1=50", "L1=35"), True),
        (("L1=50", "L1=34"), True),
        (("L1=50", "L1=33.9"), False),
        (("L1=50", "L1=60"), True),
        (("L1=50", "L1=61"), True),
        (("L1=50", "L1=61.1"), False),
        pytest.param(("N1=12", "N1=8.4"), False, id="CR at 70 % of the baseline sum"),
        pytest.param(("L1=30 L2=20", "L1=NE L2=35"), False, id="NE at 70 %"),
        pytest.param(("L1=30 L2=20", "L1=NE L2=60"), True, id="a partial sum that is PD at 120 %"),
        pytest.param(("L1=500 L2=500", "L1=355 L2=355"), True, id="10.0 mm of 1000 mm"),
        pytest.param(("L1=500 L2=500", "L1=355.1 L2=355"), False, id="10.1 mm of 1000 mm"),
    ],
)
def test_that_pr_sd_and_pd_are_borderline_on_both_sides_of_a_limit(visits: tuple[str, ...], flagged: bool) -> None:
    assert ("BORDERLINE" in last(*visits).flags) is flagged


def test_that_growth_without_a_baseline_sum_has_no_border_and_no_distance() -> None:
    """In an open read a target may lack its baseline: 30 mm after 20 mm is PD, 70 % of nothing is no limit."""
    target = Lesion("IT1", Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER)
    sizes = ((), (Observation("IT1", Measured(Diameter(200))),), (Observation("IT1", Measured(Diameter(240))),))
    names = ("BL", "FU1", "FU2")
    one = Case(
        "open",
        timepoints=tuple(TimePoint(n, 42 * i) for i, n in enumerate(names)),
        reads=(Read(lesions=(target,), timepoints=tuple(map(TimePointRead, names, sizes))),),
    )
    at = assess(one, load_ruleset()).timepoints[-1]
    assert (at.intrahepatic.response, at.intrahepatic.to_next_category) == ("PD", ())
    assert "BORDERLINE" not in at.flags
