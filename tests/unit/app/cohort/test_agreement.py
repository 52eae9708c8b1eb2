"""Agreement of readers: the published cohort by R and by hand, and small cohorts worked by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cohort.agreement import agreement
from app.cohort.cohort import Cohort
from app.cohort.fragility import swaps
from app.cohort.sources import Judging, table_cohort
from app.resources import load_ruleset
from app.storage.cohort_cache import KeptTable
from mrecist.values import Scope
from tests.conftest import NEEDS_TABLES, SHARED

FOLDER = SHARED / "cohort"
LONG = """
title = "HCC-TACE-Seg"
case = "patient"
reader = "reader"
[criteria]
column = "criteria"
viable = "mRECIST"
whole = "RECIST"
[[timepoints]]
name = "BL"
sum_mm = "baseline_sum_mm"
[[timepoints]]
name = "FU1"
sum_mm = "followup_sum_mm"
response = "response"
"""
SMALL = 'case="id"\nreader="r"\n[[timepoints]]\nname="BL"\nsum_mm="b"\n[[timepoints]]\nname="FU1"\nsum_mm="f"\n'


def published(ruleset: str, mapping: str = LONG, name: str = "hcc_tace_seg_reader_responses.csv") -> Cohort:
    file: Path = FOLDER / name
    if not file.is_file():
        pytest.skip(f"{NEEDS_TABLES} ({file} does not exist)")
    table = KeptTable("HCC-TACE-Seg", file.name, mapping, "digest", "", "", file.read_bytes())
    return table_cohort(table, Judging(load_ruleset(ruleset)))


def _small(*lines: str) -> Cohort:
    content = "\n".join(["id,r,b,f", *lines]).encode()
    return table_cohort(KeptTable("small", "small.csv", SMALL, "digest", "", "", content), Judging(load_ruleset()))


@pytest.fixture(scope="module")
def by_mrecist() -> Cohort:
    return published("mrecist-literal")


def test_that_every_published_category_follows_by_either_rule_set(by_mrecist: Cohort) -> None:
    compared = same = 0
    for cohort in (by_mrecist, published("recist-1.1")):
        pairs = [(at.stated, at.responses[2]) for row in cohort.rows for at in row.timepoints]
        compared += sum(stated is not None for stated, _ in pairs)
        same += sum(stated == found for stated, found in pairs)
    assert (same, compared) == (574, 574)
    assert by_mrecist.left_out == ()


def test_that_three_readers_disagree_on_54_percent_of_93_patients(by_mrecist: Cohort) -> None:
    """43 of 93 agree; matrix of readers 1 and 2, kappas, ICC and differences: R (vcd, psych) and irrCAC."""
    found = agreement(by_mrecist)
    assert found is not None
    assert (found.all_agreed.count, found.all_agreed.total, len(found.adjudication)) == (43, 93, 50)
    first = found.pairs[0]
    assert (first.first, first.second, first.agreed.count, first.agreed.total) == ("1", "2", 55, 95)
    assert first.matrix == ((17, 2, 2, 0), (6, 24, 10, 0), (3, 13, 11, 1), (0, 1, 2, 3))
    assert (first.kappa.value, first.linear.value, first.quadratic.value) == pytest.approx(
        (0.38261575955, 0.4727316602, 0.57725947522), abs=1e-9
    )
    assert (found.fleiss.value, found.ac1.value) == pytest.approx((0.4426277202, 0.5262220757), abs=1e-9)
    assert (found.ac2_linear.value, found.ac2_quadratic.value) == pytest.approx((0.7141519683, 0.841660328), abs=1e-9)
    assert found.icc_baseline.agreement.value == pytest.approx(0.8714466887, abs=1e-9)
    assert found.icc_followup.agreement.lower == pytest.approx(0.8055535479, abs=1e-9)
    assert (first.baseline.bias.value, first.baseline.sd) == pytest.approx((-2.598947, 23.57089), abs=1e-5)
    assert (first.followup.lower_limit.value, first.followup.upper_limit.value) == pytest.approx(
        (-39.44973, 43.96763), abs=1e-5
    )


def test_that_what_readers_differ_on_is_listed_the_widest_apart_first() -> None:
    found = agreement(_small("P1,A,50,50", "P1,B,50,30", "P2,A,50,0", "P2,B,50,70", "P3,A,50,50", "P3,B,50,50"))
    assert found is not None
    assert [(u.case_id, u.responses) for u in found.adjudication] == [("P2", ("CR", "PD")), ("P1", ("SD", "PR"))]
    assert found.adjudication[1].changes_pct == (0.0, -40.0)
    assert found.units == 3
    assert (found.all_agreed.count, found.all_agreed.total) == (1, 3)


def test_that_readers_of_different_cases_are_not_compared() -> None:
    assert agreement(_small("P1,A,50,50", "P2,B,50,30")) is None
    found = agreement(_small("P1,A,50,50", "P1,B,50,50", "P2,C,50,30", "P2,A,50,30"))
    assert found is not None
    assert (found.readers, found.all_agreed.total, found.fleiss.value) == (("A", "B", "C"), 0, None)


def test_that_best_responses_may_be_compared_instead() -> None:
    found = agreement(_small("P1,A,50,50", "P1,B,50,30"), Scope.INTRAHEPATIC, "best")
    assert found is not None
    assert [(u.timepoint, u.responses, u.sums_mm) for u in found.adjudication] == [("", ("SD", "PR"), (50.0, 30.0))]
    assert found.scope == "intrahepatic"


@pytest.mark.parametrize(
    ("first", "second", "decided", "with_baseline", "with_followup"),
    [
        pytest.param((50, 40), (60, 40), "baseline", "PR", "SD", id="40 is PR of 60 and SD of 50"),
        pytest.param((50, 40), (50, 30), "follow-up", "SD", "PR", id="30 is PR of 50"),
        pytest.param((50, 40), (60, 35), "either", "PR", "PR", id="each alone gives PR"),
        pytest.param((50, 40), (54, 37), "both", "SD", "SD", id="37 of 54 is PR, 37 of 50 and 40 of 54 are not"),
    ],
)
def test_that_fragility_names_the_value_that_decides(
    first: tuple[int, int], second: tuple[int, int], decided: str, with_baseline: str, with_followup: str
) -> None:
    found = agreement(_small(f"P1,A,{first[0]},{first[1]}", f"P1,B,{second[0]},{second[1]}"))
    assert found is not None
    own, _ = swaps(found.adjudication, found.readers, load_ruleset(), Scope.OVERALL)
    assert (own.reader, own.other, own.response, own.others_response) == ("A", "B", "SD", "PR")
    assert (own.decided_by, own.with_baseline, own.with_followup) == (decided, with_baseline, with_followup)


LATER = 'case="id"\nreader="r"\n[visits]\nname="v"\nday="d"\nsum_mm="s"\n'


def _followed(**sums: tuple[int, ...]) -> Cohort:
    """One case; each reader's sums on days 0, 50, 100."""
    lines = [f"P1,{reader},V{n},{50 * n},{s}" for reader, told in sums.items() for n, s in enumerate(told)]
    content = "\n".join(["id,r,v,d,s", *lines]).encode()
    return table_cohort(KeptTable("later", "later.csv", LATER, "digest", "", "", content), Judging(load_ruleset()))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param((100, 60, 80), (100, 80, 60), [("V1", "PR", "SD")], id="the second, PD and PR, is wider apart"),
        pytest.param((100, 40, 50), (100, 40, 45), [], id="they agree on the first; the second has a nadir of 40"),
        pytest.param((100, 100, 60), (100, 60, 60), [("V1", "SD", "PR")], id="they agree on the second"),
    ],
)
def test_that_fragility_is_of_the_first_follow_up(
    a: tuple[int, ...], b: tuple[int, ...], expected: list[tuple[str, str, str]]
) -> None:
    found = agreement(_followed(A=a, B=b))
    assert found is not None
    told = swaps(found.adjudication, found.readers, load_ruleset(), Scope.OVERALL)
    assert [(x.timepoint, x.response, x.others_response) for x in told if x.reader == "A"] == expected
    assert all(x.decided_by == "follow-up" for x in told)


def test_that_a_reader_s_own_distance_to_another_category_is_told() -> None:
    """40 of 50: PR from 35 on, 5 mm less; PD from 60 on, 20 mm more: 5 mm is nearer."""
    found = agreement(_small("P1,A,50,40", "P1,B,50,30"))
    assert found is not None
    near = found.adjudication[0].nearest[0]
    assert near is not None and (near.response, near.by_mm) == ("PR", -5.0)


def test_that_the_floor_is_that_of_the_scope() -> None:
    """10 -> 12.5 mm is 25 % and 2.5 mm: PD without a floor, SD with one of 5 mm outside the liver."""
    found = agreement(_small("P1,A,10,12.5", "P1,B,10,10"))
    assert found is not None
    (own, _) = swaps(found.adjudication, found.readers, load_ruleset(), Scope.INTRAHEPATIC)
    assert (own.response, own.decided_by) == ("PD", "follow-up")
    for ruleset, scope in (("mrecist-literal", Scope.EXTRAHEPATIC), ("harmonised-5", Scope.OVERALL)):
        (own, _) = swaps(found.adjudication, found.readers, load_ruleset(ruleset), scope)
        assert own.decided_by == "not the sums"
