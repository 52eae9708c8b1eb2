"""An estimate with its confidence interval."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import betaincinv, ndtri

LEVEL = 0.95
"""The confidence of every interval unless another is asked for."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its interval; None where the data do not reach it."""

    value: float | None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Proportion:
    """`count` of `total` with its exact interval (Clopper-Pearson); `value` is None of an empty total."""

    count: int
    total: int
    value: float | None
    lower: float | None
    upper: float | None


def proportion(count: int, total: int, level: float = LEVEL) -> Proportion:
    """A proportion with its exact (Clopper-Pearson) interval.

    Raises
    ------
    ValueError
        If `count` is not between 0 and `total`.

    Notes
    -----
    Source: Clopper & Pearson 1934; the quantiles of the beta distribution are scipy's.
    """
    if not 0 <= count <= total:
        raise ValueError(f"{count} of {total} is no proportion")
    if not total:
        return Proportion(0, 0, None, None, None)
    tail = (1 - level) / 2
    lower = float(betaincinv(count, total - count + 1, tail)) if count else 0.0
    upper = float(betaincinv(count + 1, total - count, 1 - tail)) if count < total else 1.0
    return Proportion(count, total, count / total, lower, upper)


def normal_quantile(level: float) -> float:
    """How many standard errors a two-sided interval of this confidence reaches out."""
    return float(ndtri((1 + level) / 2))
