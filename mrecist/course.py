"""One scope over all follow-ups: judged, presented, and dated in retrospect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from mrecist.case import Case, Examination
from mrecist.margins import growth_to_progression
from mrecist.newlesion import new_lesion
from mrecist.nontarget import nontarget, progressing_target
from mrecist.overall import floors
from mrecist.reasons import Context, present
from mrecist.region import Judged, Scoped, judge_scope, patterns
from mrecist.results import RegionResponse
from mrecist.rulesets import RuleSet
from mrecist.target import Thresholds, region_targets
from mrecist.tracks import Tests, Track
from mrecist.values import LesionRole, Region, Response, Scope

_OUTSIDE = (Examination.CHEST, Examination.ABDOMEN_PELVIS)
NotDone = Sequence[tuple[Examination, ...]]
"""At each time point, the examinations a scope requires that are known not to have been done."""


@dataclass(frozen=True, slots=True)
class Course:
    """One scope over all follow-ups. `progression` is the index at which progression is dated in retrospect."""

    scoped: Scoped
    judged: tuple[Judged, ...]
    shown: tuple[RegionResponse, ...]
    progression: int | None

    @property
    def baseline_sum_mm(self) -> Fraction | None:
        first = [t.tenths[0] for t in self.scoped.targets]
        known = [x for x in first if x is not None]
        return Fraction(sum(known), 10) if first and len(known) == len(first) else None


def scoped_region(
    tracks: Sequence[Track], region: Region, timepoints: int, rules: RuleSet, tests: Sequence[Tests]
) -> Scoped:
    """The lesions of one region, each turned into what the rules look at."""
    here = [t for t in tracks if t.lesion.region is region]
    targets = [t for t in here if t.lesion.role is LesionRole.TARGET]
    nontargets = [nontarget(t, rules, tests) for t in here if t.lesion.role is LesionRole.NONTARGET]
    nontargets += [x for t in targets if (x := progressing_target(t)) is not None]
    scope, prefix = (Scope.INTRAHEPATIC, "IH") if region is Region.INTRAHEPATIC else (Scope.EXTRAHEPATIC, "EH")
    return Scoped(
        scope,
        prefix,
        region_targets(targets, timepoints, rules.target),
        tuple(nontargets),
        tuple([new_lesion(t, rules.new_lesions, tests) for t in here if t.lesion.role is LesionRole.NEW]),
    )


def follow_region(case: Case, scoped: Scoped, rules: RuleSet, limits: Thresholds, not_done: NotDone) -> Course:
    """One region apart, or RECIST 1.1 over both."""
    lowest = floors(scoped.scope, rules.target, len(case.timepoints))
    return _follow(case, scoped, rules, limits, not_done, lowest, lambda one: (patterns(one, scoped.scope), None))


def follow_pooled(
    case: Case, intra: Course, extra: Course, rules: RuleSet, limits: Thresholds, not_done: NotDone
) -> Course:
    """Both regions pooled, one sum: the pooled floor may follow what the liver did."""
    scoped = intra.scoped.pooled_with(extra.scoped)
    by_content = rules.target.min_growth_overall_mm == "by_content"

    def beside(one: Judged) -> tuple[tuple[str, ...], Callable[[], int | None] | None]:
        position = one.index - 1
        pattern = _pooled_patterns(one, intra.shown[position], extra.shown[position])
        return pattern, partial(growth_to_progression, intra.judged[position], limits) if by_content else None

    lowest = floors(Scope.OVERALL, rules.target, len(case.timepoints), intra.judged)
    return _follow(case, scoped, rules, limits, not_done, lowest, beside)


def _follow(
    case: Case,
    scoped: Scoped,
    rules: RuleSet,
    limits: Thresholds,
    not_done: NotDone,
    lowest: Sequence[Fraction | int],
    beside: Callable[[Judged], tuple[tuple[str, ...], Callable[[], int | None] | None]],
) -> Course:
    carry = rules.target.carry_response_forward

    def judge(other: Scoped, timepoints: int) -> tuple[Judged, ...]:
        return judge_scope(other, timepoints, limits, floors=lowest, not_done=not_done, carry_forward=carry)

    judged = judge(scoped, len(case.timepoints))
    context = Context(
        scoped, case.timepoints, limits, rules.new_lesions, lambda other, index: judge(other, index + 1)[-1].response
    )
    shown = []
    for one in judged:
        pattern, lifting = beside(one)
        adjudicated = Response.PD if scoped.new and _dated_back(scoped, one.index) else one.response
        shown.append(present(one, context, adjudicated=adjudicated, patterns=pattern, lifting=lifting))
    return Course(scoped, judged, tuple(shown), _progression(scoped, judged))


def not_done(case: Case, tracks: Sequence[Track]) -> dict[Scope, NotDone]:
    """Where a time point states its examinations: which of those each scope requires were left out?

    Only an explicit false degrades a response: an examination that a stated coverage does not name counts as done, as
    it does where no coverage is stated at all. A bone scan is required from the first bone lesion outside the liver.
    """
    if all(t.coverage is None for t in case.timepoints):
        return dict.fromkeys(Scope, [()] * len(case.timepoints))
    bone_from = min(
        (t.first for t in tracks if t.lesion.is_bone and t.lesion.region is Region.EXTRAHEPATIC),
        default=len(case.timepoints),
    )
    found: dict[Scope, list[tuple[Examination, ...]]] = {scope: [] for scope in Scope}
    for index, timepoint in enumerate(case.timepoints):
        stated = dict(timepoint.coverage or ())
        required = (*_OUTSIDE, Examination.BONE_SCAN) if index >= bone_from else _OUTSIDE
        liver = tuple(x for x in (Examination.LIVER_DYNAMIC,) if not stated.get(x, True))
        outside = tuple(x for x in required if not stated.get(x, True))
        found[Scope.INTRAHEPATIC].append(liver)
        found[Scope.EXTRAHEPATIC].append(outside)
        found[Scope.OVERALL].append(liver + outside)
    return dict(found)


def _dated_back(scoped: Scoped, index: int) -> bool:
    """Does a lesion that is counted later date progression back to this time point?

    It does at its first listing, and where it is still seen between then and the time point at which it counts.
    """
    return any(
        x.first_counted is not None
        and x.first <= index < x.first_counted
        and (index == x.first or x.verdicts[index].equivocal)
        for x in scoped.new
    )


def _progression(scoped: Scoped, judged: Sequence[Judged]) -> int | None:
    """The time point at which progression is dated in retrospect: first PD, or first listing of what counts later."""
    dates = [j.index for j in judged if j.response is Response.PD][:1]
    dates += [x.first for x in scoped.new if x.first_counted is not None]
    return min(dates, default=None)


def _pooled_patterns(judged: Judged, intra: RegionResponse, extra: RegionResponse) -> tuple[str, ...]:
    if judged.response is not Response.PD:
        return ()
    both = dict.fromkeys((*intra.patterns, *extra.patterns))
    if both:
        return tuple(both)
    return tuple(
        name
        for name, region in (("IHG", intra), ("EHG", extra))
        if region.sum_mm is not None and region.nadir_sum_mm is not None and region.sum_mm > region.nadir_sum_mm
    )
