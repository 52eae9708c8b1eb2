"""Exact intervals: the chemoradiotherapy trial of 47 patients, and the ends of the scale. R: binom.test."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from app.statistics.estimates import proportion


@pytest.mark.parametrize(
    ("count", "printed", "lower", "upper"),
    [
        pytest.param(21, "44.7", 0.3017215, 0.5988428, id="ORR (4 weeks)"),
        pytest.param(25, "53.2", 0.3807779, 0.6788847, id="ORR (up to sorafenib)"),
        pytest.param(9, "19.1", 0.09149157, 0.3325973, id="resection or transplantation"),
    ],
)
def test_that_the_rates_of_the_trial_are_printed_with_their_exact_intervals(
    count: int, printed: str, lower: float, upper: float
) -> None:
    found = proportion(count, 47)
    assert found.value is not None
    assert f"{100 * found.value:.1f}" == printed
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=1e-7)


@pytest.mark.parametrize(("count", "total"), [(0, 96), (96, 96), (1, 1), (0, 1), (3, 7)])
def test_that_intervals_are_those_of_scipy(count: int, total: int) -> None:
    found, theirs = proportion(count, total, 0.9), binomtest(count, total).proportion_ci(0.9, method="exact")
    assert (found.lower, found.upper) == pytest.approx((theirs.low, theirs.high))


def test_that_nothing_has_no_proportion() -> None:
    assert proportion(0, 0).value is None
    with pytest.raises(ValueError, match="3 of 2"):
        proportion(3, 2)
