"""Kaplan-Meier, medians, landmark rates and the log-rank test, as R's `survival` gives them.

Times may be in any unit, which stays. Equal to `survfit(conf.type = "log-log")` and `survdiff` of R.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from app.statistics.estimates import LEVEL, Estimate, normal_quantile

Floats = NDArray[np.float64]
_SAME = math.sqrt(np.finfo(np.float64).eps)
"""Times, and probabilities, that lie closer together than this are the same: R's tolerance."""


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """The curve of one group at each time at which anything happened.

    Attributes
    ----------
    time, at_risk, events, censored, survival, lower, upper : (k,) float arrays
        `at_risk` just before `time`; `survival` from `time` on. The bounds are NaN where the curve is at 1 or at 0.
    level : float
    """

    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    level: float

    @property
    def n(self) -> int:
        return int(self.events.sum() + self.censored.sum())

    @property
    def event_count(self) -> int:
        return int(self.events.sum())

    @property
    def median(self) -> Estimate:
        return self.quantile(0.5)

    def quantile(self, survival: float) -> Estimate:
        """The time at which the curve falls to `survival`, and where its bounds do.

        Where a curve lies at exactly `survival`, the middle of that stretch; None where it does not fall so far.
        """
        curves = (self.survival, self.lower, self.upper)
        return Estimate(*[_falls_to(curve, self.time, survival) for curve in curves])

    def at(self, time: float) -> Estimate:
        """The survival at a time; None beyond the last one observed.

        The bounds are None where the curve is at 1 or at 0.
        """
        if not len(self.time) or time > self.time[-1] * (1 + _SAME):
            return Estimate(None)
        index = int(np.searchsorted(self.time, time * (1 + _SAME), side="right")) - 1
        if index < 0:
            return Estimate(1.0)
        return Estimate(float(self.survival[index]), known(self.lower[index]), known(self.upper[index]))

    def at_risk_at(self, times: Sequence[float]) -> tuple[int, ...]:
        """How many are under observation just before each time."""
        going = self.events + self.censored
        return tuple(int(going[self.time >= t * (1 - _SAME)].sum()) for t in times)


@dataclass(frozen=True, slots=True)
class LogRank:
    """The log-rank test over all groups; `observed` and `expected` events by group, in the order given."""

    chi2: float
    df: int
    p: float
    observed: tuple[float, ...]
    expected: tuple[float, ...]


def kaplan_meier(times: Sequence[float], events: Sequence[bool], level: float = LEVEL) -> KaplanMeier:
    """The Kaplan-Meier curve with log-log intervals and Greenwood's standard error.

    Parameters
    ----------
    times : sequence of float
        From the origin to the event or to the censoring; 0 or more.
    events : sequence of bool
    level : float

    Raises
    ------
    ValueError
        If there are not as many events as times, or a time is negative or no number.

    Notes
    -----
    Source: Kaplan & Meier 1958; interval: Kalbfleisch & Prentice; ties within R's tolerance (`timefix`).
    """
    time, happened = _checked(times, events)
    distinct, index = np.unique(tied(time), return_inverse=True)
    died = np.bincount(index, weights=happened, minlength=len(distinct)).astype(float)
    left = np.bincount(index, minlength=len(distinct)).astype(float)
    at_risk = left[::-1].cumsum()[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(1 - died / at_risk)
        # the last to die leave nobody at risk: the curve is at 0 from there, and its standard error is unknown
        error = np.sqrt(np.cumsum(died / (at_risk * (at_risk - died))))
    lower, upper = log_log(survival, error, level)
    return KaplanMeier(distinct, at_risk, died, left - died, survival, lower, upper, level)


def reverse_kaplan_meier(times: Sequence[float], events: Sequence[bool], level: float = LEVEL) -> KaplanMeier:
    """The curve of follow-up: censoring is the event, and death ends observation (Schemper & Smith 1996)."""
    return kaplan_meier(times, [not e for e in events], level)


def log_rank(groups: Mapping[str, tuple[Sequence[float], Sequence[bool]]]) -> LogRank | None:
    """The log-rank test of any number of groups; None where there are fewer than two with anybody at risk of an event.

    Notes
    -----
    Source: Mantel 1966, Peto & Peto 1972; the variance is hypergeometric. Groups without expected events do not count.
    """
    checked = [_checked(*group) for group in groups.values()]
    if not checked:
        return None
    time = tied(np.concatenate([t for t, _ in checked]))
    happened = np.concatenate([e for _, e in checked])
    member = np.repeat(np.arange(len(checked)), [len(t) for t, _ in checked])
    distinct, index = np.unique(time, return_inverse=True)
    shape = (len(checked), len(distinct))
    died, left = np.zeros(shape), np.zeros(shape)
    np.add.at(died, (member, index), happened)
    np.add.at(left, (member, index), 1.0)
    at_risk = left[:, ::-1].cumsum(axis=1)[:, ::-1]
    deaths, people = died.sum(axis=0), at_risk.sum(axis=0)
    share = at_risk / people
    observed, expected = died.sum(axis=1), (share * deaths).sum(axis=1)
    counts = np.flatnonzero(expected > 0)
    if len(counts) < 2:
        return None
    spread = np.where(people > 1, deaths * (people - deaths) / np.maximum(people - 1, 1), 0.0)
    variance = np.diag((share * spread).sum(axis=1)) - (share * spread) @ share.T
    inner = counts[1:]
    surplus = (observed - expected)[inner]
    solved, *_ = np.linalg.lstsq(variance[np.ix_(inner, inner)], surplus, rcond=None)
    chi2, df = float(surplus @ solved), len(inner)
    return LogRank(chi2, df, float(chdtrc(df, chi2)), tuple(observed.tolist()), tuple(expected.tolist()))


def log_log(values: Floats, error_of_log: Floats, level: float) -> tuple[Floats, Floats]:
    """Log-log bounds of probabilities, given the standard errors of their logarithms; NaN at 0 and at 1."""
    inside = (values > 0) & (values < 1)
    lower, upper = np.full(len(values), np.nan), np.full(len(values), np.nan)
    logarithm = np.log(values[inside])
    reach = normal_quantile(level) * error_of_log[inside] / logarithm
    middle = np.log(-logarithm)
    with np.errstate(over="ignore"):  # a bound that lies at 0
        lower[inside], upper[inside] = np.exp(-np.exp(middle - reach)), np.exp(-np.exp(middle + reach))
    return lower, upper


def known(value: Any) -> float | None:
    """None of a value that the data do not give."""
    return None if np.isnan(value) else float(value)


def _checked(times: Sequence[float], events: Sequence[bool]) -> tuple[Floats, Floats]:
    time, happened = np.asarray(times, dtype=float), np.asarray(events, dtype=float)
    if time.shape != happened.shape:
        raise ValueError("as many events as times")
    if len(time) and not (np.isfinite(time).all() and time.min() >= 0):
        raise ValueError("a time is a number, 0 or more")
    return time, happened


def tied(time: Floats) -> Floats:
    """Times that differ by rounding alone become one, the earliest (R's `aeqSurv`)."""
    distinct = np.unique(time)
    if len(distinct) < 2:
        return time
    steps = np.diff(distinct)
    same = (steps <= _SAME) | (steps / np.abs(distinct).mean() <= _SAME)
    if not same.any():
        return time
    firsts = distinct[np.concatenate(([True], ~same))]
    found: Floats = firsts[np.searchsorted(firsts, time, side="right") - 1]
    return found


def _falls_to(curve: Floats, time: Floats, level: float) -> float | None:
    below = np.flatnonzero(curve < level + _SAME)  # NaN is below nothing
    if not len(below):
        return None
    first = below[0]
    if abs(curve[first] - level) < _SAME:
        further = below[curve[below] < curve[first]]
        if len(further):
            return float((time[first] + time[further[0]]) / 2)
    return float(time[first])
