"""One scope over all follow-ups: judged, presented, and dated in retrospect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

from mrecist.case import Case, Examination
from mrecist.markers import raised_markers
from mrecist.newlesion import NewLesion, new_lesion
from mrecist.nontarget import nontarget, progressing_target
from mrecist.overall import floors
from mrecist.reasons import MRECIST, RECIST, Context, present
from mrecist.region import Judged, Scoped, judge_scope, patterns
from mrecist.results import RegionResponse
from mrecist.rulesets import RuleSet
from mrecist.target import SumAt, pooled_sums, region_targets, sums
from mrecist.thresholds import Thresholds
from mrecist.tracks import Tests, Track
from mrecist.values import LesionRole, Region, Response, Scope

_OUTSIDE = (Examination.CHEST, Examination.ABDOMEN_PELVIS)
NotDone = Sequence[tuple[Examination, ...]]
"""At each time point, the examinations a scope requires that are known not to have been done."""


@dataclass(frozen=True)
class Course:
    """One scope over all follow-ups; its sums begin with the baseline.

    `progression` is the index at which progression is dated in retrospect.
    """

    scoped: Scoped
    sums: tuple[SumAt, ...]
    judged: tuple[Judged, ...]
    progression: int | None
    present: Callable[[Judged], RegionResponse] = field(repr=False)

    @cached_property
    def shown(self) -> tuple[RegionResponse, ...]:
        """The responses, with numbers and flags."""
        return tuple([self.present(x) for x in self.judged])

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
        tuple([new_lesion(t, rules, tests) for t in here if t.lesion.role is LesionRole.NEW]),
    )


def follow_region(case: Case, scoped: Scoped, rules: RuleSet, limits: Thresholds, not_done: NotDone) -> Course:
    """One region apart."""
    lowest = floors(scoped.scope, rules.target, len(case.timepoints))
    found = sums(scoped.targets, len(case.timepoints), limits)
    return _follow(
        case, scoped, found, rules, limits, not_done, lowest, lambda one: (patterns(one, scoped.scope), None)
    )


def follow_pooled(
    case: Case,
    intra: Course,
    extra: Course,
    rules: RuleSet,
    limits: Thresholds,
    not_done: NotDone,
    prefix: str = "OV",
) -> Course:
    """Both regions pooled, one sum: the pooled floor may follow what the liver did. A tumour marker may have a say."""
    scoped = intra.scoped.pooled_with(extra.scoped, prefix)
    if scoped.targets or scoped.nontargets or scoped.new:
        scoped = replace(scoped, nontargets=scoped.nontargets + raised_markers(case, rules.markers))
    by_content = rules.target.min_growth_overall_mm == "by_content"

    def beside(one: Judged) -> tuple[tuple[str, ...], Judged | None]:
        position = one.index - 1
        liver = intra.judged[position]
        return _pooled_patterns(one, liver, extra.judged[position]), liver if by_content else None

    lowest = floors(Scope.OVERALL, rules.target, len(case.timepoints), intra.judged)
    return _follow(case, scoped, pooled_sums(intra.sums, extra.sums), rules, limits, not_done, lowest, beside)


def _follow(
    case: Case,
    scoped: Scoped,
    history: tuple[SumAt, ...],
    rules: RuleSet,
    limits: Thresholds,
    not_done: NotDone,
    lowest: Sequence[Fraction | int],
    beside: Callable[[Judged], tuple[tuple[str, ...], Judged | None]],
) -> Course:
    carry = rules.target.carry_response_forward
    judged = judge_scope(
        scoped,
        len(case.timepoints),
        limits,
        floors=lowest,
        not_done=not_done,
        carry_forward=carry,
        history=history,
    )
    viable = rules.target.liver_diameter == "viable" and scoped.prefix != "EH"
    context = Context(
        scoped,
        case.timepoints,
        limits,
        MRECIST if viable else RECIST,
        rules.new_lesions,
    )

    dated_back = frozenset().union(*[_dated_back(x) for x in scoped.new])

    def present_one(one: Judged) -> RegionResponse:
        pattern, liver = beside(one)
        adjudicated = Response.PD if one.index in dated_back else one.response
        return present(one, context, adjudicated=adjudicated, patterns=pattern, liver=liver)

    return Course(scoped, history, judged, _progression(scoped, judged), present_one)


def not_done(case: Case, tracks: Sequence[Track]) -> dict[Scope, NotDone]:
    """Where a time point states its examinations: which of those each scope requires were left out?

    Only an explicit false degrades a response: an examination that a stated coverage does not name counts as done, as
    it does where no coverage is stated at all.

    ============= =========================================================================================
    scope         it requires
    ============= =========================================================================================
    intrahepatic  dynamic imaging of the liver
    extrahepatic  chest, abdomen and pelvis; from the first bone lesion outside the liver a bone scan as well
    overall       both
    ============= =========================================================================================
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


def _dated_back(new: NewLesion) -> Iterable[int]:
    """The time points to which a lesion that is counted, then or later, dates progression back.

    ==================================================== ==========================
    time point of a new lesion that is counted later     response in retrospect
    ==================================================== ==========================
    before its first listing                             as read
    its first listing                                    PD
    later, equivocal then                                PD
    later, not seen, not evaluable, or benign then       as read
    from where it counts                                 as read
    ==================================================== ==========================
    """
    if new.first_counted is None:
        return ()
    return [new.first, *[index for index, verdict in enumerate(new.verdicts) if verdict.equivocal]]


def _progression(scoped: Scoped, judged: Sequence[Judged]) -> int | None:
    """The time point at which progression is dated in retrospect: first PD, or first listing of what counts later."""
    dates = [x.first for x in scoped.new if x.first_counted is not None]
    for one in judged:
        if one.response is Response.PD:
            dates.append(one.index)
            break
    return min(dates, default=None)


def _pooled_patterns(pooled: Judged, intra: Judged, extra: Judged) -> tuple[str, ...]:
    """The patterns of both regions; where neither progressed by itself, those whose sums grew."""
    if pooled.response is not Response.PD:
        return ()
    regions = ((intra, Scope.INTRAHEPATIC, "IHG"), (extra, Scope.EXTRAHEPATIC, "EHG"))
    both = dict.fromkeys([name for judged, scope, _ in regions for name in patterns(judged, scope)])
    return tuple(both) or tuple([growth for judged, _, growth in regions if _has_grown(judged)])


def _has_grown(judged: Judged) -> bool:
    total, nadir = judged.sum.total, judged.sum.nadir
    return total is not None and nadir is not None and total > nadir
