"""Intraclass correlation by Shrout and Fleiss' own example; limits of agreement by hand."""

from __future__ import annotations

import pytest

from app.statistics.estimates import Estimate
from app.statistics.reliability import bland_altman, intraclass_correlation

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
"""Shrout & Fleiss 1979, table 2: six subjects, four judges; ICC .17, .29, .71. Intervals: R, psych::ICC."""


def test_that_icc_is_that_of_shrout_and_fleiss() -> None:
    found = intraclass_correlation(SHROUT_FLEISS)
    told = [(x.value, x.lower, x.upper) for x in (found.one_way, found.agreement, found.consistency)]
    expected = [
        (0.16574177, -0.13293233, 0.72256006),
        (0.28976378, 0.01878651, 0.76108437),
        (0.71484071, 0.34246477, 0.94585826),
    ]
    assert told == [pytest.approx(x, abs=1e-7) for x in expected]
    assert (found.subjects, found.readers) == (6, 4)


def test_that_a_difference_between_readers_counts_for_agreement_and_not_for_consistency() -> None:
    found = intraclass_correlation([[10.0, 15.0], [20.0, 25.0], [30.0, 35.0], [40.0, 45.0]])
    assert found.consistency.value == pytest.approx(1.0)
    assert found.agreement.value == pytest.approx(500 / 3 / (500 / 3 + 12.5))
    same = intraclass_correlation([[10.0, 10.0], [20.0, 20.0]])
    assert (same.one_way.value, same.agreement.value) == (1.0, 1.0)


@pytest.mark.parametrize("rows", [[], [[1.0, 2.0]], [[1.0], [2.0]], [[3.0, 3.0], [3.0, 3.0]]])
def test_that_too_little_gives_no_icc(rows: list[list[float]]) -> None:
    assert intraclass_correlation(rows).agreement == Estimate(None)


def test_that_an_icc_without_a_denominator_is_none() -> None:
    """Two subjects whose readings change places: no variance of subjects or readers, and 2 - 1 - 2/2 is 0."""
    crossed = intraclass_correlation([[50.0, 60.0], [60.0, 50.0]])
    assert crossed.agreement == Estimate(None)
    assert (crossed.one_way.value, crossed.consistency.value) == (-1.0, -1.0)
    alike = intraclass_correlation([[3.1, 5.2], [3.1, 5.2], [3.1, 5.2]])
    assert (alike.consistency, alike.agreement.value) == (Estimate(None), 0.0)


def test_that_an_icc_without_an_interval_has_its_value() -> None:
    """A Latin square: neither subjects nor readers vary; -1 / (3 - 1 - 3/3) is -1, its degrees of freedom are 0/0."""
    assert intraclass_correlation([[1.0, 2.0, 3.0], [2.0, 3.0, 1.0], [3.0, 1.0, 2.0]]).agreement == Estimate(-1.0)


def test_that_the_limits_of_agreement_lie_around_the_bias() -> None:
    """Differences 1, 2, 3, 4, 5: mean 3, SD 1.58114; limits 3 -/+ 1.95996 SD; t(4) = 2.776445."""
    found = bland_altman([11, 22, 33, 44, 55], [10, 20, 30, 40, 50])
    assert found.sd == pytest.approx(2.5**0.5)
    assert (found.bias.value, found.bias.lower, found.bias.upper) == pytest.approx((3, 1.036757, 4.963243), abs=1e-6)
    assert (found.lower_limit.value, found.upper_limit.value) == pytest.approx((-0.098975, 6.098975), abs=1e-6)
    spread = 2.776445 * 2.5**0.5 * (1 / 5 + 1.959964**2 / 8) ** 0.5
    assert found.upper_limit.upper == pytest.approx(6.098975 + spread, abs=1e-5)


def test_that_one_pair_has_a_difference_and_no_limits() -> None:
    assert bland_altman([3.0], [1.0]).bias == Estimate(2.0)
    assert bland_altman([], []).bias == Estimate(None)
