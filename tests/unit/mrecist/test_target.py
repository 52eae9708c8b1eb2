"""Sums of target lesions: what each finding counts, and which earlier sum a sum is compared with."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

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
    Split,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.target import SumAt, counted_tenths, judge_target, region_targets
from mrecist.thresholds import Thresholds, tenths_of
from mrecist.tracks import Track
from mrecist.values import Diameter, LesionRole, Organ, Region, Response
from tests.support.patients import assessed, last, visit

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
        (Split(), None),
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
    assert judge_target(replace(nothing_left, baseline=300), Thresholds.of(load_ruleset()), 0) is Response.CR


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


# --- split -----------------------------------------------------------------------------------------------------------

_OF_L1 = {"L1.1": {"parent": "L1"}, "L1.2": {"parent": "L1"}}


def _visits(*texts: str) -> list[dict[str, Any]]:
    return [visit(text, **{name: how for name, how in _OF_L1.items() if f"{name}=" in text}) for text in texts]


def test_that_the_diameters_of_fragments_are_added_in_place_of_the_lesion_that_split() -> None:
    """50 mm; 12 + 9 + 20 = 41 mm (-18 %); 9 + 5 (too small) + 20 = 34 mm (-32 %); all gone."""
    found = assessed(
        *_visits(
            "L1=30 L2=20",
            "L1=split L1.1=12 L1.2=9 L2=20",
            "L1=split L1.1=9 L1.2=ts L2=20",
            "L1=split L1.1=0 L1.2=0 L2=0",
        )
    )
    assert [(t.intrahepatic.sum_mm, t.intrahepatic.response) for t in found.timepoints] == [
        (41, "SD"),
        (34, "PR"),
        (0, "CR"),
    ]
    assert found.baseline.intrahepatic_mm == 50
    assert not [i for i in found.baseline.issues if i.rule in ("E-ORGAN", "E-BASELINE")]


def test_that_a_fragment_that_is_not_evaluable_leaves_a_partial_sum_which_may_prove_progression() -> None:
    """20 + 42 = 62 mm over 50 mm is +24 %; 20 + 12 = 32 mm of a part of the lesion is no response."""
    grown, shrunk = (last(*_visits("L1=30 L2=20", f"L1=split L1.1={mm} L1.2=NE L2=20")).intrahepatic for mm in (42, 12))
    assert (grown.sum_mm, grown.response) == (62, "PD")
    assert (shrunk.sum_mm, shrunk.response) == (32, "NE")
    assert "PARTIAL_SUM" in grown.flags
    told = next(r.numbers for r in shrunk.reasons if r.rule == "IH-T-NE")
    assert (told["lesions"], told["evaluated"], told["targets"]) == ("L1.2", 2, 3), "L1 is no target while it is split"


def test_that_a_lesion_that_is_one_again_counts_as_one() -> None:
    found = assessed(*_visits("L1=30 L2=20", "L1=split L1.1=12 L1.2=9 L2=20", "L1=25 L2=20", "L1=split L2=20"))
    assert [t.intrahepatic.sum_mm for t in found.timepoints] == [41, 45, 20]
    assert found.timepoints[1].flags == ()
    assert found.timepoints[2].intrahepatic.response == "NE"  # split, and no fragment listed


def test_that_fragments_count_by_the_whole_diameter_where_the_lesion_does() -> None:
    """RECIST 1.1 in parallel: 60 mm whole; 20 + 16 = 36 mm is -40 %, while the viable 40 -> 30 mm is -25 %."""
    fragments = {"L1.1": {"parent": "L1", "whole_mm": 20}, "L1.2": {"parent": "L1", "whole_mm": 16}}
    at = last(visit("L1=40", L1={"whole_mm": 60}), visit("L1=split L1.1=18 L1.2=12", **fragments))
    assert (at.intrahepatic.sum_mm, at.intrahepatic.response) == (30, "SD")
    assert at.recist11 is not None
    assert (at.recist11.sum_mm, at.recist11.response) == (36, "PR")


def test_that_where_all_fragments_merged_nothing_holds_the_diameter() -> None:
    assert last(*_visits("L1=30", "L1=split L1.1=merged L1.2=merged")).intrahepatic.response == "NE"


# --- treated since ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("treated", "text", "liver", "outside"),
    [
        ("tace", "L1=0 Lu1=20", ("CR", 0), ("SD", 20)),
        ("ablation", "L1=0 Lu1=20", ("CR", 0), ("SD", 20)),
        ("radiation", "L1=15 Lu1=20", ("PR", 15), ("SD", 20)),
        ("resection", "L1=0 Lu1=20", ("NE", None), ("SD", 20)),
    ],
)
def test_that_in_the_liver_only_resection_takes_a_lesion_out(
    treated: str, text: str, liver: tuple[str, int | None], outside: tuple[str, int]
) -> None:
    at = last("L1=30 Lu1=20", visit(text, L1={"treated_since": treated}))
    assert (at.intrahepatic.response, at.intrahepatic.sum_mm) == liver
    assert (at.extrahepatic.response, at.extrahepatic.sum_mm) == outside


@pytest.mark.parametrize("treated", ["tace", "ablation", "radiation", "resection"])
def test_that_outside_the_liver_a_treated_lesion_is_not_evaluable_from_then_on(treated: str) -> None:
    found = assessed("Lu1=20 B1=P", visit("Lu1=0 B1=P", Lu1={"treated_since": treated}), "Lu1=0 B1=P")
    assert [t.extrahepatic.response for t in found.timepoints] == ["NE", "NE"]
    assert [i.rule for i in found.timepoints[0].issues] == ["E-SINCE-OUT"]


def test_that_a_treated_nontarget_that_progresses_beyond_doubt_still_counts() -> None:
    found = assessed("L1=30 B1=P", visit("L1=30 B1=P", B1={"treated_since": "radiation"}), "L1=30 B1=U")
    assert [t.extrahepatic.non_target for t in found.timepoints] == ["NE", "PD"]


def test_that_a_fragment_of_a_lesion_that_is_not_listed_is_a_target_of_its_own() -> None:
    alone = replace(LIVER, id="IT1.1", parent="IT1")
    track = Track(alone, (None, Observation("IT1.1", Measured(_mm(12)))), 1)
    (target,) = region_targets([track], 2, load_ruleset().target)
    assert (target.tenths, target.aside) == ((None, 120), frozenset())
