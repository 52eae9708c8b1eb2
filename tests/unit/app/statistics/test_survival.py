"""Published data sets against the numbers that R's survival gives for them, to 1e-6."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import CensoredData, ecdf, logrank

from app.statistics.estimates import Estimate
from app.statistics.survival import kaplan_meier, log_rank, reverse_kaplan_meier

SETS = json.loads((Path(__file__).parents[3] / "support/r_survival.json").read_text(encoding="utf-8"))["sets"]
GROUPS = [pytest.param(g, id=f"{s['name']}, {g['group']}") for s in SETS for g in s["groups"]]


def _events(group: dict[str, Any]) -> list[bool]:
    return [bool(x) for x in group["events"]]


@pytest.mark.parametrize("group", GROUPS)
def test_that_curve_median_and_follow_up_are_those_of_r(group: dict[str, Any]) -> None:
    curve = kaplan_meier(group["times"], _events(group))
    for found, place in ((curve.time, 0), (curve.at_risk, 1), (curve.survival, 2), (curve.lower, 3), (curve.upper, 4)):
        expected = [float("nan") if point[place] is None else point[place] for point in group["curve"]]
        assert found.tolist() == pytest.approx(expected, abs=1e-9, nan_ok=True)
    assert curve.median == Estimate(group["median"], *group["ci"])
    followed = reverse_kaplan_meier(group["times"], _events(group)).median
    assert followed == Estimate(*group["follow_up"])
    assert (curve.n, curve.event_count) == (len(group["times"]), sum(group["events"]))


@pytest.mark.parametrize("one", SETS, ids=[s["name"] for s in SETS])
def test_that_the_log_rank_test_is_that_of_r(one: dict[str, Any]) -> None:
    test = log_rank({g["group"]: (g["times"], _events(g)) for g in one["groups"]})
    assert test is not None
    expected = one["logrank"]
    assert (test.chi2, test.p) == pytest.approx((expected["chi2"], expected["p"]), rel=1e-9)
    assert test.df == expected["df"]
    assert test.observed == pytest.approx(expected["obs"])
    assert test.expected == pytest.approx(expected["exp"], rel=1e-9)


def test_that_two_groups_and_their_curves_are_those_of_scipy() -> None:
    first, second = SETS[0]["groups"]
    data = [
        CensoredData(
            uncensored=[t for t, e in zip(g["times"], g["events"], strict=True) if e],
            right=[t for t, e in zip(g["times"], g["events"], strict=True) if not e],
        )
        for g in (first, second)
    ]
    test = log_rank({"a": (first["times"], _events(first)), "b": (second["times"], _events(second))})
    theirs = logrank(*data)
    assert test is not None
    assert (test.chi2, test.p) == pytest.approx((theirs.statistic**2, theirs.pvalue))
    assert kaplan_meier(first["times"], _events(first)).survival == pytest.approx(ecdf(data[0]).sf.probabilities)


@pytest.mark.parametrize(
    ("times", "events", "median"),
    [
        pytest.param([1, 2, 3, 4], [1, 1, 1, 1], Estimate(2.5, 1, None), id="at 0.5 exactly: the middle"),
        pytest.param([5, 2, 3, 4], [0, 1, 1, 0], Estimate(3, 2, None), id="at 0.5 exactly and no further event"),
        pytest.param([1, 2, 3, 4], [0, 0, 1, 1], Estimate(3.5, 3, None), id="after censoring"),
        pytest.param([1, 2], [0, 0], Estimate(None), id="no event"),
        pytest.param([], [], Estimate(None), id="nobody"),
    ],
)
def test_that_the_median_is_what_r_prints(times: list[float], events: list[int], median: Estimate) -> None:
    assert kaplan_meier(times, [bool(e) for e in events]).median == median


def test_that_landmarks_and_numbers_at_risk_are_read_off_the_curve() -> None:
    """Nonmaintained leukaemia: S(12) = 7/12, S(13) the same; 12 at risk at 5, 7 after 12, 5 at 24."""
    group = SETS[1]["groups"][1]
    curve = kaplan_meier(group["times"], _events(group))
    at = curve.at(13)
    assert (at.value, at.lower, at.upper) == pytest.approx((7 / 12, 0.27014, 0.801), abs=5e-4)
    assert curve.at(2) == Estimate(1.0)
    assert curve.at(45) == Estimate(0.0)
    assert curve.at(46) == Estimate(None)
    assert kaplan_meier([], []).at(1) == Estimate(None)
    assert curve.at_risk_at([0, 5, 12.5, 24, 46]) == (12, 12, 7, 5, 0)


def test_that_times_that_differ_by_rounding_alone_are_one() -> None:
    """Three weeks, written as 21 days / 7 and as a decimal."""
    curve = kaplan_meier([21 / 7, 3.0000000001, 5], [True, True, False])
    assert curve.time.tolist() == [3.0, 5.0]
    assert curve.at_risk.tolist() == [3.0, 1.0]
    assert kaplan_meier([3.0, 3.001], [True, True]).time.tolist() == [3.0, 3.001]


def test_that_groups_without_anybody_at_risk_of_an_event_are_not_compared() -> None:
    assert log_rank({}) is None
    assert log_rank({"a": ([1, 2], [True, False])}) is None
    assert log_rank({"a": ([1, 2], [False, False]), "b": ([1], [False])}) is None
    early = log_rank({"a": ([5, 6], [True, True]), "b": ([7, 8], [True, False]), "c": ([1, 2], [False, False])})
    assert early is not None and early.df == 1


@pytest.mark.parametrize(("times", "events"), [([-1.0], [True]), ([float("nan")], [True]), ([1.0], [])])
def test_that_what_is_no_time_is_refused(times: list[float], events: list[bool]) -> None:
    with pytest.raises(ValueError, match="time"):
        kaplan_meier(times, events)
