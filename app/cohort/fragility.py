"""Whose value would change the category: where two readers differ, what of one read would give the other's response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from app.cohort.agreement import Unit
from mrecist.rulesets import RuleSet
from mrecist.target import SumAt, judge_target
from mrecist.thresholds import Thresholds, tenths_of
from mrecist.values import Response, Scope


@dataclass(frozen=True, slots=True)
class Swap:
    """One reader's response, had one of his sums been that of another reader.

    Attributes
    ----------
    reader, other : str
    response : str
        As `reader` has it.
    with_baseline, with_followup : str
        The target response with the other's baseline sum, and with the other's sum of the follow-up.
    decided_by : str
        Whose value decides: "baseline", "follow-up", "either" (each alone gives the other's response), "both" (only the
        two together do), or "not the sums".
    """

    case_id: str
    timepoint: str
    reader: str
    other: str
    response: str
    others_response: str
    with_baseline: str
    with_followup: str
    decided_by: str


def swaps(units: Sequence[Unit], readers: Sequence[str], ruleset: RuleSet, scope: Scope) -> tuple[Swap, ...]:
    """Every pair of readers who differ on a first follow-up that both measured, one line each way.

    ============ ====================================================================================
    decided by   one reader's response becomes the other's
    ============ ====================================================================================
    baseline     with the other's baseline sum alone
    follow-up    with the other's sum of the follow-up alone
    either       with each of them alone
    both         with neither alone, only with both
    not the sums by no sum: a new lesion, a non-target or what could not be evaluated decides
    ============ ====================================================================================

    The sums of the first follow-up of either are compared, whose nadir is the baseline; where they agree on it nothing
    is told of the case: later sums rest on every earlier one.
    """
    limits = Thresholds.of(ruleset)
    floor = _floor(ruleset, scope)
    found: list[Swap] = []
    for unit in units:
        for i, j in permutations([n for n, is_first in enumerate(unit.first) if is_first], 2):
            own, others = unit.responses[i], unit.responses[j]
            sums = (unit.baselines_mm[i], unit.sums_mm[i], unit.baselines_mm[j], unit.sums_mm[j])
            if own is None or others is None or own == others or any(x is None for x in sums):
                continue
            before, now, before_other, now_other = [round((x or 0.0) * 10) for x in sums]
            with_baseline = _target(before_other, now, limits, floor)
            with_followup = _target(before, now_other, limits, floor)
            plain, swapped = _target(before, now, limits, floor), _target(before_other, now_other, limits, floor)
            if plain != own or swapped != others:
                decided = "not the sums"
            elif with_baseline == others and with_followup == others:
                decided = "either"
            elif with_baseline == others:
                decided = "baseline"
            elif with_followup == others:
                decided = "follow-up"
            else:
                decided = "both"
            found.append(
                Swap(
                    unit.case_id, unit.timepoint, readers[i], readers[j], own, others, with_baseline.value,
                    with_followup.value, decided,
                )
            )  # fmt: skip
    return tuple(found)


def _target(baseline: int, total: int, limits: Thresholds, floor: int) -> Response:
    return judge_target(SumAt(total, True, total == 0, baseline, baseline, 0), limits, floor)


def _floor(ruleset: RuleSet, scope: Scope) -> int:
    """The least absolute growth of a scope, tenths of a mm; that of the liver for a pooled sum that follows it."""
    rules = ruleset.target
    if scope is Scope.EXTRAHEPATIC:
        return int(tenths_of(rules.min_growth_extrahepatic_mm))
    if scope is Scope.OVERALL and not isinstance(rules.min_growth_overall_mm, str):
        return int(tenths_of(rules.min_growth_overall_mm))
    return int(tenths_of(rules.min_growth_intrahepatic_mm))
