"""The reasons of a scope's response: the first rule that held, then what else was found."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mrecist.case import TimePoint
from mrecist.margins import is_borderline, next_categories
from mrecist.newlesion import NewLesion
from mrecist.region import Judged, Scoped
from mrecist.results import Number, Reason, RegionResponse
from mrecist.rulesets import RuleSet
from mrecist.target import Thresholds
from mrecist.values import Response

CR, PR, SD, PD = Response.CR, Response.PR, Response.SD, Response.PD
NE, NN, ND, NA = Response.NE, Response.NN, Response.ND, Response.NA

MRECIST = "Lencioni & Llovet, Semin Liver Dis 2010;30:52"
RECIST = "Eisenhauer et al., Eur J Cancer 2009;45:228"
_SOURCE = {"IH": MRECIST, "EH": RECIST, "OV": MRECIST, "R11": RECIST}


def present(
    judged: Judged,
    scoped: Scoped,
    timepoints: Sequence[TimePoint],
    rules: RuleSet,
    limits: Thresholds,
    *,
    adjudicated: Response,
    patterns: tuple[str, ...],
    lifting: int | None = None,
) -> RegionResponse:
    """A scope's response at one time point with its sums in mm, its changes in per cent and its reasons.

    A partial sum gives no percentages, unless it already proves PD: they then are lower bounds.
    """
    at = judged.sum
    shown = _Shown(judged, scoped, timepoints)
    has_targets = judged.target is not NA
    comparable = at.total is not None and (at.complete or judged.target is PD)
    borderline = has_targets and is_borderline(judged, limits, rules.warnings)
    reasons = tuple(
        Reason(f"{scoped.prefix}-{rule}", numbers, _SOURCE[scoped.prefix])
        for rule, numbers in _reasons(judged, scoped, shown, rules, patterns)
    )
    return RegionResponse(
        target=judged.target,
        non_target=judged.non_target,
        new_lesion=bool(judged.counted),
        response=judged.response,
        adjudicated_response=adjudicated,
        sum_mm=_mm(at.total) if has_targets else None,
        baseline_sum_mm=_mm(at.baseline) if has_targets else None,
        nadir_sum_mm=_mm(at.nadir) if has_targets else None,
        nadir_timepoint=shown.nadir_at if has_targets else None,
        change_from_baseline_pct=_pct(at.total, at.baseline) if has_targets and comparable else None,
        change_from_nadir_pct=_pct(at.total, at.nadir) if has_targets and comparable else None,
        to_next_category=next_categories(judged, limits, lifting) if has_targets else (),
        borderline=borderline,
        patterns=patterns,
        reasons=reasons,
        flags=_flags(judged, scoped, rules, borderline),
        unevaluated_cr=judged.unevaluated_cr,
    )


def _flags(judged: Judged, scoped: Scoped, rules: RuleSet, borderline: bool) -> tuple[str, ...]:
    at = judged.sum
    flags = []
    growth = None if at.total is None or at.nadir is None else at.total - at.nadir
    if judged.target is PD and growth is not None and growth < rules.warnings.small_growth_mm * 10:
        flags.append("PD_BELOW_5MM")
    if borderline:
        flags.append("BORDERLINE")
    if judged.returned is not None:
        flags.append("CONFIRM_PRIOR_CR")
        if judged.rests_on_node:
            flags.append("REIMAGE_NODE")
    if any(x.verdicts[judged.index].equivocal for x in scoped.new):
        flags.append("EQUIVOCAL_NEW")
    if scoped.targets and at.total is not None and not at.complete:
        flags.append("PARTIAL_SUM")
    if not judged.covered:
        flags.append("COVERAGE_INCOMPLETE")
    return tuple(flags)


class _Shown:
    """The numbers of one time point as its sentences use them."""

    __slots__ = ("judged", "nadir_at", "scoped", "timepoints")

    def __init__(self, judged: Judged, scoped: Scoped, timepoints: Sequence[TimePoint]) -> None:
        self.judged = judged
        self.scoped = scoped
        self.timepoints = timepoints
        nadir = judged.sum.nadir_index
        self.nadir_at = None if nadir is None else timepoints[nadir].id

    def sums(self, rules: RuleSet) -> dict[str, Number]:
        at = self.judged.sum
        numbers: dict[str, Number] = {
            "response_pct": -rules.target.response_pct,
            "progression_pct": rules.target.progression_pct,
            "floor_mm": Fraction(self.judged.floor, 10),
        }
        if at.total is not None:
            numbers["sum_mm"] = Fraction(at.total, 10)
        if at.baseline is not None:
            numbers["baseline_mm"] = Fraction(at.baseline, 10)
        if at.nadir is not None and self.nadir_at is not None:
            numbers["nadir_mm"] = Fraction(at.nadir, 10)
            numbers["nadir_at"] = self.nadir_at
        if at.total is not None and at.baseline is not None and (change := _pct(at.total, at.baseline)) is not None:
            numbers["change_pct"] = change
        if at.total is not None and at.nadir is not None:
            numbers["growth_mm"] = Fraction(at.total - at.nadir, 10)
            if (growth := _pct(at.total, at.nadir)) is not None:
                numbers["growth_pct"] = growth
        return numbers

    def targets_not_evaluable(self) -> dict[str, Number]:
        index = self.judged.index
        missing = [x.lesion_id for x in self.scoped.targets if x.tenths[index] is None]
        total = len(self.scoped.targets)
        return {"lesions": ", ".join(missing), "evaluated": total - len(missing), "targets": total}

    def nontargets(self, response: Response) -> dict[str, Number]:
        index = self.judged.index
        ids = [x.lesion_id for x in self.scoped.nontargets if x.responses[index] is response]
        return {"lesions": ", ".join(ids), "count": len(ids)}


def _reasons(
    judged: Judged, scoped: Scoped, shown: _Shown, rules: RuleSet, patterns: tuple[str, ...]
) -> list[tuple[str, dict[str, Number]]]:
    found: list[tuple[str, dict[str, Number]]] = []
    if judged.target is PD:
        found.append(_target_reason(judged, shown, rules))
    if judged.non_target is PD:
        found.append(("N-PD", shown.nontargets(PD)))
    for new in judged.counted:
        found.append((f"NEW-{new.verdicts[judged.index].value}", _new_numbers(new, judged.index, rules)))
    if judged.returned is not None:
        found.append(
            (
                "RE-NODE" if judged.rests_on_node else "RE",
                {"at": shown.timepoints[judged.returned.cr_index].id, "lesions": ", ".join(judged.returned.lesions)},
            )
        )
    if not judged.covered and judged.uncovered_from in (CR, ND) and judged.response is not judged.uncovered_from:
        found.append((f"COV-{judged.uncovered_from.value}", {"response": judged.response.value}))
    if judged.carried:
        found.append(("T-CARRIED", {}))
    if judged.target is CR and judged.non_target in (NN, NE):
        found.append((f"T-CR-{judged.non_target.value}", shown.nontargets(judged.non_target)))
    elif judged.target not in (NA, PD):
        found.append(_target_reason(judged, shown, rules))
    if judged.non_target not in (NA, PD) and (judged.target is not CR or judged.non_target is CR):
        found.append((f"N-{judged.non_target.value}", shown.nontargets(judged.non_target)))
    if not found:
        found.append(("ND", {}))
    for new in scoped.new:
        verdict = new.verdicts[judged.index]
        if verdict.equivocal:
            found.append((f"NEW-{verdict.value}", _new_numbers(new, judged.index, rules)))
    if patterns:
        found.append(("PATTERN", {"patterns": ", ".join(patterns)}))
    return found


def _target_reason(judged: Judged, shown: _Shown, rules: RuleSet) -> tuple[str, dict[str, Number]]:
    at = judged.sum
    numbers = shown.sums(rules)
    match judged.target:
        case Response.PD:
            if not at.complete:
                return "T-PD-PARTIAL", numbers | shown.targets_not_evaluable()
            return ("T-PD-ZERO" if at.nadir == 0 else "T-PD"), numbers
        case Response.NE:
            return "T-NE", numbers | shown.targets_not_evaluable()
        case _:
            return f"T-{judged.target.value}", numbers


def _new_numbers(new: NewLesion, index: int, rules: RuleSet) -> dict[str, Number]:
    limits = rules.new_lesions
    numbers: dict[str, Number] = {
        "lesion": new.lesion.id,
        "kind": new.lesion.kind.value,
        "limit_mm": limits.liver_mm,
        "growth_limit_mm": limits.liver_growth_mm,
        "node_limit_mm": limits.periportal_node_mm if new.lesion.is_periportal_node else limits.node_mm,
    }
    tenths, first = new.tenths[index], new.first_tenths
    if tenths is not None:
        numbers["diameter_mm"] = Fraction(tenths, 10)
        if first is not None:
            numbers["growth_mm"] = Fraction(tenths - first, 10)
            numbers["first_mm"] = Fraction(first, 10)
    return numbers


def _mm(tenths: int | None) -> Fraction | None:
    return None if tenths is None else Fraction(tenths, 10)


def _pct(total: int | None, reference: int | None) -> Fraction | None:
    if total is None or not reference:
        return None
    return Fraction(100 * (total - reference), reference)
