"""Agreement of readers on lengths: intraclass correlation, and Bland and Altman's limits of agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtri, stdtrit

from app.statistics.estimates import LEVEL, Estimate, normal_quantile

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class IntraclassCorrelation:
    """Shrout and Fleiss' three models for one reading, each with its interval.

    `agreement` is ICC(2,1): readers are a sample of readers, and differences between them count. `consistency` is
    ICC(3,1): these readers, whose own levels do not count. `one_way` is ICC(1,1): each subject has readers of its own.
    """

    one_way: Estimate
    agreement: Estimate
    consistency: Estimate
    subjects: int
    readers: int


@dataclass(frozen=True, slots=True)
class BlandAltman:
    """Differences, first less second: their mean, and the limits between which 95 % of them lie.

    All in the unit of the readings; each with its confidence interval.
    """

    bias: Estimate
    lower_limit: Estimate
    upper_limit: Estimate
    sd: float | None
    pairs: int


def intraclass_correlation(readings: Sequence[Sequence[float]], level: float = LEVEL) -> IntraclassCorrelation:
    """ICC of subjects that all readers measured.

    Parameters
    ----------
    readings : sequence of sequence of float
        One row a subject, one column a reader, none missing.

    Returns
    -------
    IntraclassCorrelation
        A value whose denominator is 0, and bounds that are no number, are None.

    Notes
    -----
    Source: Shrout & Fleiss 1979; intervals: McGraw & Wong 1996. Equal to `psych::ICC(lmer = FALSE)` of R.
    """
    table = np.asarray(readings, dtype=float)
    n, k = table.shape if table.ndim == 2 else (0, 0)
    none = Estimate(None)
    if n < 2 or k < 2:
        return IntraclassCorrelation(none, none, none, n, k)
    grand = table.mean()
    subjects = k * ((table.mean(axis=1) - grand) ** 2).sum()
    readers = n * ((table.mean(axis=0) - grand) ** 2).sum()
    within = ((table - table.mean(axis=1, keepdims=True)) ** 2).sum()
    # squares, and no difference of two sums: that of readers who differ by a constant must not fall below 0
    rest = ((table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + grand) ** 2).sum()
    msb, msw = subjects / (n - 1), within / (n * (k - 1))
    msj, mse = readers / (k - 1), rest / ((n - 1) * (k - 1))
    if msb + msw == 0:
        return IntraclassCorrelation(none, none, none, n, k)
    quantile = (1 + level) / 2
    scale = msb + msj + mse
    one_way = _from_f(msb, msw, n - 1, n * (k - 1), k, quantile, scale)
    consistency = _from_f(msb, mse, n - 1, (n - 1) * (k - 1), k, quantile, scale)
    agreement = _two_way(msb, msj, mse, n, k, quantile)
    return IntraclassCorrelation(one_way, agreement, consistency, n, k)


def bland_altman(first: Sequence[float], second: Sequence[float], level: float = LEVEL) -> BlandAltman:
    """Limits of agreement of two readings of the same subjects.

    Notes
    -----
    Source: Bland & Altman 1986; intervals of the limits: Bland & Altman 1999, section 2.
    """
    difference = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    n = len(difference)
    none = Estimate(None)
    if n < 2:
        return BlandAltman(Estimate(float(difference[0])) if n else none, none, none, None, n)
    bias, sd = float(difference.mean()), float(difference.std(ddof=1))
    reach, t = normal_quantile(0.95), float(stdtrit(n - 1, (1 + level) / 2))
    own, limit = t * sd / np.sqrt(n), t * sd * np.sqrt(1 / n + reach**2 / (2 * (n - 1)))
    low, high = bias - reach * sd, bias + reach * sd
    return BlandAltman(_around(bias, own), _around(low, limit), _around(high, limit), sd, n)


def _around(value: float, reach: float) -> Estimate:
    return Estimate(float(value), float(value - reach), float(value + reach))


def _two_way(msb: float, msj: float, mse: float, n: int, k: int, quantile: float) -> Estimate:
    """ICC(2,1); McGraw & Wong's interval."""
    scale = msb + msj + mse
    value = _ratio(msb - mse, msb + (k - 1) * mse + k * (msj - mse) / n, scale)
    if value is None or mse == 0:
        return Estimate(value)
    fj = msj / mse
    upper_part = (k - 1) * (n - 1) * (k * value * fj + n * (1 + (k - 1) * value) - k * value) ** 2
    lower_part = (n - 1) * k**2 * value**2 * fj**2 + (n * (1 + (k - 1) * value) - k * value) ** 2
    df = _ratio(upper_part, lower_part, n * n)
    if df is None:
        return Estimate(value)
    high, low = fdtri(n - 1, df, quantile), fdtri(df, n - 1, quantile)
    spread = k * msj + (k * n - k - n) * mse
    lower = _ratio(n * (msb - high * mse), high * spread + n * msb, scale)
    upper = _ratio(n * (low * msb - mse), spread + n * low * msb, scale)
    return Estimate(value) if lower is None or upper is None else Estimate(value, lower, upper)


def _from_f(between: float, error: float, df1: int, df2: int, k: int, quantile: float, scale: float) -> Estimate:
    value = _ratio(between - error, between + (k - 1) * error, scale)
    if value is None or error == 0:
        return Estimate(value)
    ratio = between / error
    low, high = ratio / fdtri(df1, df2, quantile), ratio * fdtri(df2, df1, quantile)
    return Estimate(value, float((low - 1) / (low + k - 1)), float((high - 1) / (high + k - 1)))


def _ratio(above: float, below: float, scale: float) -> float | None:
    """A ratio; None where its denominator is 0 but for rounding, beside numbers of that scale, or where it is none."""
    if not abs(below) > _ROUNDING * scale:
        return None
    found = float(above / below)
    return found if np.isfinite(found) else None
