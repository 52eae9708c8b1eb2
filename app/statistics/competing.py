"""Cumulative incidence with competing events (Aalen-Johansen), shown beside 1 - Kaplan-Meier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.statistics.estimates import LEVEL, Estimate
from app.statistics.survival import Floats, known, log_log, tied


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeIncidence:
    """The probability of one cause by each time.

    Attributes
    ----------
    time, at_risk, events, competing, incidence, error, lower, upper : (k,) float arrays
        `error` is the standard error of `incidence`; the bounds are log-log, NaN where nothing has happened yet.
    """

    time: Floats
    at_risk: Floats
    events: Floats
    competing: Floats
    incidence: Floats
    error: Floats
    lower: Floats
    upper: Floats

    def at(self, time: float) -> Estimate:
        """The incidence by a time; None beyond the last one observed."""
        if not len(self.time) or time > self.time[-1]:
            return Estimate(None)
        index = int(np.searchsorted(self.time, time, side="right")) - 1
        if index < 0:
            return Estimate(0.0)
        return Estimate(float(self.incidence[index]), known(self.lower[index]), known(self.upper[index]))


def cumulative_incidence(
    times: Sequence[float], causes: Sequence[int], cause: int = 1, level: float = LEVEL
) -> CumulativeIncidence:
    """The Aalen-Johansen estimate of one cause.

    Parameters
    ----------
    times : sequence of float
    causes : sequence of int
        0 censored; any other number is a cause.
    cause : int
        The one that is asked for; all others compete with it.

    Notes
    -----
    Source: Aalen & Johansen 1978; the variance is that of Marubini & Valsecchi 1995, equal to `survfit` of R with a
    factor as status.
    """
    time, kind = np.asarray(times, dtype=float), np.asarray(causes)
    if time.shape != kind.shape:
        raise ValueError("as many causes as times")
    if len(time) and not (np.isfinite(time).all() and time.min() >= 0):
        raise ValueError("a time is a number, 0 or more")
    distinct, index = np.unique(tied(time), return_inverse=True)
    size = len(distinct)
    ours = np.bincount(index, weights=kind == cause, minlength=size).astype(float)
    every = np.bincount(index, weights=kind != 0, minlength=size).astype(float)
    at_risk = np.bincount(index, minlength=size).astype(float)[::-1].cumsum()[::-1]
    free = np.cumprod(1 - every / at_risk)
    before = np.concatenate(([1.0], free[:-1]))[:size]
    incidence = np.cumsum(before * ours / at_risk)
    error = np.sqrt(np.maximum(_variance(incidence, before, ours, every, at_risk), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = log_log(incidence, error / incidence, level)
    return CumulativeIncidence(distinct, at_risk, ours, every - ours, incidence, error, lower, upper)


def _variance(incidence: Floats, before: Floats, ours: Floats, every: Floats, at_risk: Floats) -> Floats:
    """The sum over j <= t of (F(t) - F(j))^2 g(j) + s(j) - 2 (F(t) - F(j)) c(j), with the squares multiplied out."""
    with np.errstate(divide="ignore", invalid="ignore"):
        # where the last at risk leave by an event the incidence does not rise any more: nothing is added
        greenwood = np.where(at_risk > every, every / (at_risk * (at_risk - every)), 0.0)
    own = before**2 * ours * (at_risk - ours) / at_risk**3
    cross = before * ours / at_risk**2
    f = incidence
    squares = f**2 * np.cumsum(greenwood) - 2 * f * np.cumsum(f * greenwood) + np.cumsum(f**2 * greenwood)
    found: Floats = squares + np.cumsum(own) - 2 * (f * np.cumsum(cross) - np.cumsum(f * cross))
    return found
