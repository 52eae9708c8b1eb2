"""The response of a scope as it is told: numbers, flags, reasons in order, distance to the next category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from mrecist.case import TimePoint
from mrecist.margins import change_of_progression, is_borderline, next_categories
from mrecist.newlesion import NewLesion, Verdict
from mrecist.nontarget import NonTarget
from mrecist.region import Judged, Returned, Scoped
from mrecist.results import NextCategory, Number, Reason, RegionResponse
from mrecist.rulesets import NewLesionRules
from mrecist.sumnumbers import SumNumbers
from mrecist.target import Target, mm_of
from mrecist.thresholds import Thresholds
from mrecist.values import Response

CR, PR, SD, PD = Response.CR, Response.PR, Response.SD, Response.PD
NE, NN, ND, NA = Response.NE, Response.NN, Response.ND, Response.NA

MRECIST = "Lencioni & Llovet, Semin Liver Dis 2010;30:52"
RECIST = "Eisenhauer et al., Eur J Cancer 2009;45:228"
PROJECT = "decision of this project"
_OF_RULES = {
    "PATTERN": "Reig et al., Hepatology 2013;58:2023",
    "COV-CR": PROJECT,
    "COV-ND": PROJECT,
    "T-CARRIED": "EORTC RECIST working group, answers to frequent questions",
    "RE": f"EORTC RECIST working group, for a whole patient; for one region: {PROJECT}",
    "RE-TRUE": f"EORTC RECIST working group, for a whole patient; for one region: {PROJECT}",
    "RE-NODE": f"EORTC RECIST working group, for a whole patient; that a node is imaged again: {PROJECT}",
}
"""The source of the rules that neither mRECIST nor RECIST 1.1 has."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the explanations of one scope need beside what was judged.

    `criteria` is the source of the scope's rules. `said` keeps what is said alike at several time points.
    """

    scoped: Scoped
    timepoints: Sequence[TimePoint]
    limits: Thresholds
    criteria: str
    new_rules: NewLesionRules
    said: dict[tuple[str | int | None, ...], Reason] = field(default_factory=dict, compare=False, repr=False)

    def named(self, index: int | None) -> str | None:
        return None if index is None else self.timepoints[index].id


def present(
    judged: Judged,
    context: Context,
    *,
    adjudicated: Response,
    patterns: tuple[str, ...],
    liver: Judged | None = None,
) -> RegionResponse:
    """The response of this scope at one time point.

    A partial sum gives no percentages, unless it already proves PD: they then are lower bounds. Its reasons are all
    rules that hold, in this order:

    ===== ========================================= ==========================================================
    order of                                        rules
    ===== ========================================= ==========================================================
    1     what makes it PD: the sum                 T-PD, T-PD-ZERO, T-PD-PARTIAL
    2     a non-target                              N-PD
    3     new lesions that count                    NEW-PROOF, NEW-CYTOLOGY, NEW-TYPICAL, NEW-GROWTH, NEW-NODE,
                                                    NEW-CERTAIN, NEW-PET, NEW-PERSISTS
    4     disease again after CR                    RE, RE-TRUE, RE-NODE
    5     an examination that was not done          COV-CR, COV-ND
    6     a PR carried forward                      T-CARRIED
    7     target CR beside non-targets that stay    T-CR-NN, T-CR-NE
    8     else the targets, then the non-targets    T-CR, T-PR, T-SD, T-NE; N-CR, N-NN, N-NE
    9     an effusion called progressing            N-CYTOLOGY
    10    none of these                             ND
    11    new lesions that do not count             NEW-EQ-..., NEW-BENIGN, NEW-REFUTED
    12    the pattern of progression                PATTERN
    ===== ========================================= ==========================================================

    Parameters
    ----------
    judged : Judged
    context : Context
    adjudicated : Response
        The response in retrospect.
    patterns : tuple of str
        Pattern of progression.
    liver : Judged, optional
        What was judged of the liver by itself, where that turns the floor of a pooled sum.
    """
    at = judged.sum
    measured = judged.target is not NA
    return RegionResponse(
        judged.target,
        judged.non_target,
        bool(judged.counted),
        judged.response,
        adjudicated,
        at if measured else None,
        context.named(at.nadir_index),
        measured and (at.complete or judged.target is PD),
        patterns,
        judged.unevaluated_cr,
        Told(judged, context, patterns, liver),
    )


def _flags(judged: Judged, context: Context, borderline: bool) -> tuple[str, ...]:
    """What one scope draws attention to.

    =================== ==================================================================================
    flag                raised where
    =================== ==================================================================================
    PD_BELOW_5MM        the target response is PD on a growth below `small_growth_mm`
    BORDERLINE          the sum lies close to the limit of PR or of PD
    CONFIRM_PRIOR_CR    disease is seen again after a CR of this scope: was the CR true? (until it is answered)
    REIMAGE_NODE        the same, and nodes are the only sign of it
    EQUIVOCAL_NEW       a new lesion is equivocal
    PARTIAL_SUM         some targets were evaluated and some were not
    COVERAGE_INCOMPLETE an examination the scope requires was not done
    =================== ==================================================================================
    """
    at = judged.sum
    flags = []
    growth = None if at.total is None or at.nadir is None else at.total - at.nadir
    if judged.target is PD and growth is not None and growth < context.limits.small_growth:
        flags.append("PD_BELOW_5MM")
    if borderline:
        flags.append("BORDERLINE")
    if judged.returned is not None:
        if not _answered(judged.returned, judged.index, context.scoped):
            flags.append("CONFIRM_PRIOR_CR")
        if judged.rests_on_node:
            flags.append("REIMAGE_NODE")
    if context.scoped.new and any([x.verdicts[judged.index].equivocal for x in context.scoped.new]):
        flags.append("EQUIVOCAL_NEW")
    if at.total is not None and not at.complete:
        flags.append("PARTIAL_SUM")
    if judged.not_done:
        flags.append("COVERAGE_INCOMPLETE")
    return tuple(flags)


def _answered(back: Returned, index: int, scoped: Scoped) -> bool:
    """Has the reader confirmed, of every lesion that is seen again, that it had been gone?"""
    lesions: tuple[Target | NonTarget, ...] = (*scoped.targets, *scoped.nontargets)
    confirmed = {x.lesion_id for x in lesions if any(back.cr_index < at <= index for at in x.absence_confirmed)}
    return confirmed.issuperset(back.lesions)


@dataclass(slots=True)
class Told:
    """The explanation of one response, worked out when it is first asked for."""

    judged: Judged
    context: Context
    patterns: tuple[str, ...]
    liver: Judged | None
    _reasons: tuple[Reason, ...] | None = field(default=None, init=False)

    @property
    def to_next_category(self) -> tuple[NextCategory, ...]:
        context = self.context
        turning = None if self.liver is None else change_of_progression(self.liver, context.limits)
        return next_categories(self.judged, context.scoped, context.limits, turning)

    @property
    def borderline(self) -> bool:
        return is_borderline(self.judged, self.context.limits)

    @property
    def flags(self) -> tuple[str, ...]:
        return _flags(self.judged, self.context, self.borderline)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every rule that holds, in the order in which the rules are tried."""
        if self._reasons is None:
            self._reasons = self._all()
        return self._reasons

    def _all(self) -> tuple[Reason, ...]:
        judged = self.judged
        at = self.judged.sum
        numbers = SumNumbers(at, self.context.limits, judged.floor, self.context.named(at.nadir_index))
        found = self._progression(numbers) if judged.response is PD else []
        if judged.not_done and judged.uncovered_from in (CR, ND) and judged.response is not judged.uncovered_from:
            words = ", ".join(_EXAMINATIONS[x] for x in judged.not_done)
            shown: dict[str, Number] = {"response": judged.response, "examinations": words}
            found.append(self._reason(f"COV-{judged.uncovered_from}", shown))
        if judged.pr_index is not None:
            found.append(
                self._reason("T-CARRIED", numbers.with_more({"pr_at": self.context.timepoints[judged.pr_index].id}))
            )
        found += self._remaining(numbers)
        for lesion in self.context.scoped.nontargets:
            if judged.index in lesion.without_cytology:
                found.append(self._reason("N-CYTOLOGY", {"lesion": lesion.lesion_id}))
        if not found:
            found.append(self.context.said.get(("ND",)) or self._keep(("ND",), {}))
        for new in self.context.scoped.new:
            verdict = new.verdicts[judged.index]
            if verdict.equivocal or verdict in (Verdict.BENIGN, Verdict.REFUTED):
                found.append(self._new(new, verdict))
        if self.patterns:
            found.append(_pattern_reason(self.context.scoped.prefix, self.patterns))
        return tuple(found)

    def _progression(self, numbers: SumNumbers) -> list[Reason]:
        """Every rule that makes this PD."""
        judged = self.judged
        found = []
        if judged.target is PD:
            found.append(self._target(numbers))
        if judged.non_target is PD:
            found.append(self._nontargets("N-PD", PD))
        for new in judged.counted:
            found.append(self._new(new, new.verdicts[judged.index]))
        if judged.returned is not None:
            rule = "RE-TRUE" if _answered(judged.returned, judged.index, self.context.scoped) else "RE"
            if judged.rests_on_node:
                rule = "RE-NODE"
            lesions = judged.returned.lesions
            at = self.context.timepoints[judged.returned.cr_index].id
            limit = mm_of(self.context.limits.node_normal)
            shown: dict[str, Number] = {"at": at, "lesions": ", ".join(lesions), "count": len(lesions)}
            found.append(self._reason(rule, shown | {"node_mm": limit}))
        return found

    def _remaining(self, numbers: SumNumbers) -> list[Reason]:
        """What targets and non-targets show beside progression."""
        target, non_target = self.judged.target, self.judged.non_target
        if target is CR and non_target in (NN, NE):
            return [self._nontargets(f"T-CR-{non_target}", non_target)]
        found = []
        if target is not NA and target is not PD:
            found.append(self._target(numbers))
        if non_target is not NA and non_target is not PD:
            found.append(self._nontargets(f"N-{non_target}", non_target))
        return found

    def _target(self, numbers: SumNumbers) -> Reason:
        judged = self.judged
        rule = str(judged.target)
        if judged.target is PD and not judged.sum.complete:
            rule = "PD-PARTIAL"
        elif judged.target is PD and judged.sum.nadir == 0:
            rule = "PD-ZERO"
        elif judged.target is CR:
            numbers = numbers.with_more({"node_mm": mm_of(self.context.limits.node_normal)})
        if rule in ("PD-PARTIAL", "NE"):
            numbers = numbers.with_more(self._not_evaluable())
        return self._reason(f"T-{rule}", numbers)

    def _not_evaluable(self) -> dict[str, Number]:
        index = self.judged.index
        targets = [x for x in self.context.scoped.targets if index not in x.aside]
        missing = [x.lesion_id for x in targets if x.tenths[index] is None]
        return {"lesions": ", ".join(missing), "evaluated": len(targets) - len(missing), "targets": len(targets)}

    def _nontargets(self, rule: str, response: Response) -> Reason:
        index, nontargets = self.judged.index, self.context.scoped.nontargets
        key = (rule, *[x.responses[index] for x in nontargets])
        if (known := self.context.said.get(key)) is not None:
            return known
        # a progressing target speaks as a non-target where it progresses, and only there
        speaking = [x for x in nontargets if x.responses[index] is not NA]
        ids = [x.lesion_id for x in speaking if x.responses[index] is response]
        return self._keep(key, {"lesions": ", ".join(ids), "count": len(ids), "nontargets": len(speaking)})

    def _new(self, new: NewLesion, verdict: Verdict) -> Reason:
        """What is said of a new lesion: at each size of it the same."""
        key = (f"NEW-{verdict}", new.lesion.id, new.tenths[self.judged.index])
        return self.context.said.get(key) or self._keep(key, self._new_numbers(new))

    def _new_numbers(self, new: NewLesion) -> dict[str, Number]:
        rules = self.context.new_rules
        numbers: dict[str, Number] = {
            "lesion": new.lesion.id,
            "kind": str(new.lesion.kind),
            "limit_mm": rules.liver_mm,
            "growth_limit_mm": rules.liver_growth_mm,
            "node_limit_mm": rules.periportal_node_mm if new.lesion.is_periportal_node else rules.node_mm,
        }
        tenths, first = new.tenths[self.judged.index], new.first_tenths
        if tenths is not None and first is not None:
            numbers["diameter_mm"] = mm_of(tenths)
            numbers["growth_mm"] = mm_of(tenths - first)
            numbers["first_mm"] = mm_of(first)
        return numbers

    def _keep(self, key: tuple[str | int | None, ...], numbers: dict[str, Number]) -> Reason:
        """The reason of the rule that the key begins with, kept for wherever the key is the same."""
        reason = self.context.said[key] = self._reason(str(key[0]), numbers)
        return reason

    def _reason(self, rule: str, numbers: Mapping[str, Number]) -> Reason:
        context = self.context
        return Reason(f"{context.scoped.prefix}-{rule}", numbers, _OF_RULES.get(rule, context.criteria))


@lru_cache(maxsize=64)
def _pattern_reason(prefix: str, patterns: tuple[str, ...]) -> Reason:
    """One and the same wherever the same is said: few patterns are many times told."""
    return Reason(f"{prefix}-PATTERN", MappingProxyType({"patterns": ", ".join(patterns)}), _OF_RULES["PATTERN"])


_EXAMINATIONS = {
    "liver_dynamic": "dynamic imaging of the liver",
    "chest": "chest CT",
    "abdomen_pelvis": "abdomen and pelvis",
    "bone_scan": "bone scan",
    "brain": "brain",
}
