"""How firm a category is: what each response would be, had every diameter been measured once more.

Information only: nothing here decides, and `assess` knows nothing of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from random import Random

from mrecist.case import Case
from mrecist.course import follow_pooled, follow_region, not_done, scoped_region
from mrecist.lesions import Finding, Measured, Observation, Present
from mrecist.overall import composite
from mrecist.rulesets import MeasurementError, RuleSet
from mrecist.tracks import Track, follow, functional_tests
from mrecist.values import LONGEST_PLAUSIBLE_MM, Diameter, Region, Response, Scope

DRAWS = 1000
SEED = 20100101

Probabilities = Mapping[Response, Fraction]


@dataclass(frozen=True, slots=True)
class TimePointRobustness:
    """The share of repeated measurements that gave each response, by scope, and of the composite."""

    timepoint: str
    scopes: Mapping[Scope, Probabilities]
    composite: Probabilities


@dataclass(frozen=True, slots=True)
class Robustness:
    """Probabilities of every follow-up, and what they rest on: they are repeatable with the same seed.

    The standard error of a probability p is ``sqrt(p (1 - p) / draws)``: at most 1.6 % with 1,000 draws.
    """

    timepoints: tuple[TimePointRobustness, ...]
    error: MeasurementError
    draws: int
    seed: int


def robustness(
    case: Case,
    ruleset: RuleSet,
    read_id: str | None = None,
    *,
    error: MeasurementError | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Robustness:
    """The probability of each response, given the reader's measurement error.

    Every measured diameter of the read, baseline and earlier time points included, is measured again: with a normal
    error of its own, independent of the others, and rounded to 0.1 mm as it would be recorded. The case is then judged
    by the same rules.

    ==================================================== ===========================================
    what was found                                       in each draw
    ==================================================== ===========================================
    measured, or present with a diameter                 measured again, 0.1 mm at least
    0 mm                                                 0 mm
    absent, nonviable, too small, merged, not evaluable  the same
    unequivocal progression                              the same
    what was noted beside it                             the same
    ==================================================== ===========================================

    Parameters
    ----------
    case, ruleset, read_id
        As for `assess`.
    error : MeasurementError, optional
        Standard deviation of one measurement; by default that of the rule set.
    draws : int
        How often all is measured again.
    seed : int
        Of the random numbers.

    Raises
    ------
    KeyError
        If the case has no such read.
    ValueError
        If `draws` is not above 0.
    """
    if draws < 1:
        raise ValueError("draws: at least 1")
    error = ruleset.measurement_error if error is None else error
    read = case.reads[0] if read_id is None and case.reads else case.read(read_id or "")
    if read is None:
        raise KeyError(f"case {case.id} has no read {read_id!r}")
    tracks = follow(case, read)
    judge = _Judge(case, ruleset.with_policy(case.policy), tracks)
    random = Random(seed)
    counts: list[dict[Scope | str, Counter[Response]]] = [
        {name: Counter() for name in (*Scope, "composite")} for _ in case.timepoints[1:]
    ]
    for _ in range(draws):
        again = [_measured_again(track, error, random) for track in tracks]
        for counted, responses in zip(counts, judge.responses(again), strict=True):
            for name, response in responses.items():
                counted[name][response] += 1
    found = [
        TimePointRobustness(
            timepoint.id, {s: _shares(counted[s], draws) for s in Scope}, _shares(counted["composite"], draws)
        )
        for timepoint, counted in zip(case.timepoints[1:], counts, strict=True)
    ]
    return Robustness(tuple(found), error, draws, seed)


def _shares(counted: Counter[Response], draws: int) -> Probabilities:
    """From the most to the least probable."""
    return {response: Fraction(count, draws) for response, count in counted.most_common()}


class _Judge:
    """The responses of a case for other measurements of the same lesions."""

    def __init__(self, case: Case, rules: RuleSet, tracks: tuple[Track, ...]) -> None:
        self._case = case
        self._rules = rules
        self._limits = rules.thresholds
        self._tests = functional_tests(case)
        self._missed = not_done(case, tracks)

    def responses(self, tracks: list[Track]) -> list[dict[Scope | str, Response]]:
        case, rules, limits, missed = self._case, self._rules, self._limits, self._missed
        liver, outside = (scoped_region(tracks, region, len(case.timepoints), rules, self._tests) for region in Region)
        intra = follow_region(case, liver, rules, limits, missed[Scope.INTRAHEPATIC])
        extra = follow_region(case, outside, rules, limits, missed[Scope.EXTRAHEPATIC])
        pooled = follow_pooled(case, intra, extra, rules, limits, missed[Scope.OVERALL])
        return [
            {
                Scope.INTRAHEPATIC: i.response,
                Scope.EXTRAHEPATIC: e.response,
                Scope.OVERALL: o.response,
                "composite": composite(i.response, e.response),
            }
            for i, e, o in zip(intra.judged, extra.judged, pooled.judged, strict=True)
        ]


def _measured_again(track: Track, error: MeasurementError, random: Random) -> Track:
    return replace(track, observations=tuple([_observed_again(o, error, random) for o in track.observations]))


def _observed_again(observation: Observation | None, error: MeasurementError, random: Random) -> Observation | None:
    if observation is None:
        return None
    finding: Finding = observation.finding
    if isinstance(finding, Measured):
        diameter, whole = _again(finding.diameter, error, random), finding.whole
        finding = Measured(diameter, None if whole is None else _again(whole, error, random))
    elif isinstance(finding, Present) and finding.diameter is not None:
        finding = replace(finding, diameter=_again(finding.diameter, error, random))
    else:
        return observation
    return Observation(observation.lesion_id, finding, observation.features)


def _again(diameter: Diameter, error: MeasurementError, random: Random) -> Diameter:
    """Another measurement of the same length; a lesion of 0 mm has no length to measure."""
    tenths = diameter.tenths
    if not tenths:
        return diameter
    sd = float(error.sd_mm) * 10 + tenths * float(error.sd_pct) / 100
    return Diameter(min(max(floor(tenths + random.gauss(0.0, sd) + 0.5), 1), LONGEST_PLAUSIBLE_MM * 10))
