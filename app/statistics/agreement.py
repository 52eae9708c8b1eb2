"""Agreement of readers on categories: Cohen's and Fleiss' kappa, Gwet's AC1 and AC2.

Every coefficient is taken over subjects that at least two readers rated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from app.statistics.estimates import LEVEL, normal_quantile

Floats = NDArray[np.float64]
Weights = Literal["none", "linear", "quadratic"]


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient of agreement, with its standard error and interval.

    `observed` and `expected` are the agreement there was and that by chance. None where chance alone would always agree
    (everybody used one category), or with too few subjects.
    """

    value: float | None
    error: float | None
    lower: float | None
    upper: float | None
    observed: float | None
    expected: float | None
    subjects: int


_NOTHING = Coefficient(None, None, None, None, None, None, 0)


def weight_matrix(ranks: Sequence[float], weights: Weights) -> Floats:
    """(q, q): 1 for the same category, less the further two lie apart; `ranks` are places on the scale."""
    place = np.asarray(ranks, dtype=float)
    if weights == "none" or len(place) < 2:
        return np.eye(len(place))
    apart = np.abs(place[:, None] - place[None, :]) / (place.max() - place.min())
    found: Floats = 1 - (apart if weights == "linear" else apart**2)
    return found


def cohen_kappa(
    first: Sequence[str],
    second: Sequence[str],
    scale: Sequence[str],
    weights: Weights = "none",
    level: float = LEVEL,
) -> Coefficient:
    """Cohen's kappa of two readers, weighted by the distance of two categories on the scale.

    Parameters
    ----------
    first, second : sequence of str
        One category a subject, in the same order.
    scale : sequence of str
        The categories from best to worst.

    Notes
    -----
    Source: Cohen 1960, 1968; standard error: Fleiss, Cohen & Everitt 1969; normal interval, not cut at 1.
    """
    n = len(first)
    if n == 0 or len(second) != n:
        return _NOTHING
    place = {category: index for index, category in enumerate(scale)}
    table = np.zeros((len(scale), len(scale)))
    for (one, other), count in Counter(zip(first, second, strict=True)).items():
        table[place[one], place[other]] = count
    table /= n
    weight = weight_matrix(range(len(scale)), weights)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed, expected = float((weight * table).sum()), float(rows @ weight @ columns)
    if 1 - expected < 1e-12:
        return Coefficient(None, None, None, None, observed, expected, n)
    kappa = (observed - expected) / (1 - expected)
    mean = (weight @ columns)[:, None] + (weight.T @ rows)[None, :]
    inner = table * (weight - mean * (1 - kappa)) ** 2
    variance = (inner.sum() - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2)
    error = float(np.sqrt(max(variance, 0.0)))
    reach = normal_quantile(level) * error
    return Coefficient(kappa, error, kappa - reach, kappa + reach, observed, expected, n)


def fleiss_kappa(
    ratings: Sequence[Sequence[str | None]], scale: Sequence[str], weights: Weights = "none", level: float = LEVEL
) -> Coefficient:
    """Fleiss' kappa of any number of readers, weighted where asked.

    Parameters
    ----------
    ratings : sequence of sequence of (str or None)
        One row a subject, one place a reader; None: not rated.

    Notes
    -----
    Source: Fleiss 1971; standard error and missing ratings: Gwet 2014 (t interval with n - 1 degrees of freedom).
    """
    counts, ranks = _counts(ratings, scale)
    weight = weight_matrix(ranks, weights)
    if counts is None:
        return _NOTHING
    raters = counts.sum(axis=1)
    share = (counts / raters[:, None]).mean(axis=0)
    chance = float(share @ weight @ share)
    own = counts @ ((weight @ share + weight.T @ share) / 2) / raters
    return _multi_rater(counts, weight, chance, own, level)


def gwet_ac(
    ratings: Sequence[Sequence[str | None]], scale: Sequence[str], weights: Weights = "none", level: float = LEVEL
) -> Coefficient:
    """Gwet's AC1, or with weights AC2: chance agreement that does not depend on how common each category is.

    The number of categories is that of the categories which any reader used, as in Gwet's own program.

    Notes
    -----
    Source: Gwet 2008, 2014; t interval with n - 1 degrees of freedom.
    """
    counts, ranks = _counts(ratings, scale)
    if counts is None:
        return _NOTHING
    weight = weight_matrix(ranks, weights)
    q = len(ranks)
    raters = counts.sum(axis=1)
    if q < 2:
        return Coefficient(None, None, None, None, 1.0, None, int((raters >= 2).sum()))
    share = (counts / raters[:, None]).mean(axis=0)
    scaled = weight.sum() / (q * (q - 1))
    chance = float(scaled * (share * (1 - share)).sum())
    own = scaled * (counts @ (1 - share)) / raters
    return _multi_rater(counts, weight, chance, own, level)


def _counts(ratings: Sequence[Sequence[str | None]], scale: Sequence[str]) -> tuple[Floats | None, list[float]]:
    """How many readers put each subject into each category that anybody used; and the categories' places."""
    place = {category: index for index, category in enumerate(scale)}
    patterns = Counter([tuple(row) for row in ratings])
    counts = np.zeros((len(patterns), len(scale)))
    for index, pattern in enumerate(patterns):
        for category in pattern:
            if category is not None:
                counts[index, place[category]] += 1
    # subjects who were rated alike count alike: their order is of no matter
    counts = np.repeat(counts, list(patterns.values()), axis=0)
    counts = counts[counts.sum(axis=1) >= 2]
    if not len(counts):
        return None, []
    used = np.flatnonzero(counts.sum(axis=0) > 0)
    return counts[:, used], [float(x) for x in used]


def _multi_rater(counts: Floats, weight: Floats, chance: float, own_chance: Floats, level: float) -> Coefficient:
    """Gwet's form of a coefficient of several readers, with his variance over subjects."""
    n = len(counts)
    raters = counts.sum(axis=1)
    agreeing = (counts * (counts @ weight.T - 1)).sum(axis=1) / (raters * (raters - 1))
    observed = float(agreeing.mean())
    if 1 - chance < 1e-12:
        return Coefficient(None, None, None, None, observed, chance, n)
    value = (observed - chance) / (1 - chance)
    if n < 2:
        return Coefficient(value, None, None, None, observed, chance, n)
    each = (agreeing - chance) / (1 - chance) - 2 * (1 - value) * (own_chance - chance) / (1 - chance)
    error = float(np.sqrt(((each - value) ** 2).sum() / (n * (n - 1))))
    reach = float(stdtrit(n - 1, (1 + level) / 2)) * error
    return Coefficient(value, error, max(value - reach, -1.0), min(value + reach, 1.0), observed, chance, n)
