"""Sums of target lesions: what each finding counts, and which earlier sum a sum is compared with."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from app.resources import load_ruleset
from mrecist.lesions import (
    Absent,
    Finding,
    Lesion,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Observation,
    Present,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.target import SumAt, counted_tenths, judge_target, region_targets
from mrecist.thresholds import Thresholds, tenths_of
from mrecist.tracks import Track
from mrecist.values import Diameter, LesionRole, Organ, Region, Response
from tests.support.patients import assessed, last

LIVER = Lesion("IT1", Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER)
LUNG = Lesion("ET1", Region.EXTRAHEPATIC, LesionRole.TARGET, Organ.LUNG)


def _mm(size: int) -> Diameter:
    return Diameter(size * 10)


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (Measured(_mm(12), _mm(48)), 120),
        (Absent(_mm(48)), 0),
        (Nonviable(_mm(48)), 0),
        (TooSmall(), 50),
        (TooSmall(_mm(3), _mm(48)), 30),
        (Present(_mm(12), _mm(48)), 120),
        (Present(None, _mm(48)), None),
        (UnequivocalProgression(_mm(60)), 600),
        (UnequivocalProgression(), None),
        (NotEvaluable(), None),
        (Merged(), 0),
        (None, None),
    ],
)
def test_that_only_the_viable_diameter_counts_where_the_rules_ask_for_it(
    finding: Finding | None, expected: int | None
) -> None:
    observation = None if finding is None else Observation("IT1", finding)
    assert counted_tenths(observation, load_ruleset().target) == expected


@pytest.mark.parametrize(
    ("lesion", "at_baseline", "expected"),
    [
        pytest.param(LIVER, Measured(_mm(30), _mm(50)), 480, id="liver, whole diameter at baseline"),
        pytest.param(LIVER, Measured(_mm(30)), 100, id="liver, none at baseline"),
        pytest.param(LIVER, None, 100, id="liver, no baseline at all"),
        pytest.param(LUNG, Measured(_mm(30), _mm(50)), 100, id="outside the liver"),
    ],
)
def test_that_whole_diameters_count_in_the_liver_alone_and_from_baseline_on(
    lesion: Lesion, at_baseline: Finding | None, expected: int
) -> None:
    before = None if at_baseline is None else Observation(lesion.id, at_baseline)
    track = Track(lesion, (before, Observation(lesion.id, Measured(_mm(10), _mm(48)))), 0 if before else 1)
    whole = replace(load_ruleset().target, liver_diameter="whole")
    assert region_targets([track], 2, whole)[0].tenths[1] == expected


def test_that_a_merged_target_adds_nothing_to_the_sum() -> None:
    assert last("L1=30 L2=20", "L1=42 L2=merged").intrahepatic.sum_mm == 42


def test_that_a_limit_between_two_tenths_stays_exact() -> None:
    """Over a nadir of 10 mm, growth of 5.0 mm is below a floor of 5.05 mm and growth of 5.1 mm is not."""
    assert tenths_of(Fraction("5.05")) == Fraction("50.5")
    floor = {"min_abs_mm": {"intra": 5.05}}
    assert last("L1=10", "L1=15", policy=floor).intrahepatic.response == "SD"
    assert last("L1=10", "L1=15.1", policy=floor).intrahepatic.response == "PD"


def test_that_nothing_measured_is_no_growth_over_nothing() -> None:
    """Nadir 0 mm: one target is still gone, the other is not evaluable. Nothing has grown, so this is no PD."""
    found = assessed("L1=30 L2=20", "L1=0 L2=0", "L1=0 L2=NE")
    assert [t.intrahepatic.target for t in found.timepoints] == ["CR", "NE"]


def test_that_disappearance_without_a_baseline_sum_is_not_evaluable() -> None:
    nothing_left = SumAt(total=0, complete=True, gone=True, baseline=None, nadir=None, nadir_index=None)
    assert judge_target(nothing_left, Thresholds.of(load_ruleset()), 0) is Response.NE
    assert judge_target(nothing_left._replace(baseline=300), Thresholds.of(load_ruleset()), 0) is Response.CR


def test_that_a_partial_sum_holds_every_target_that_is_evaluable() -> None:
    """70 mm without the first target is 20 mm above the 50 mm of both."""
    at = last("L1=30 L2=20", "L1=NE L2=70")
    assert (at.intrahepatic.sum_mm, at.intrahepatic.response) == (70, "PD")


@pytest.mark.parametrize(
    ("visits", "nadir"),
    [(("L1=50", "L1=40", "L1=40", "L1=50"), "TP1"), (("L1=50", "L1=50", "L1=50", "L1=60"), "BL")],
)
def test_that_the_nadir_is_named_by_the_time_point_that_first_reached_it(visits: tuple[str, ...], nadir: str) -> None:
    assert f"({nadir})" in last(*visits).intrahepatic.reasons[0].text
