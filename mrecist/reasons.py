"""The reasons of a scope's response: the first rule that held, then what else was found."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mrecist.case import TimePoint
from mrecist.margins import is_borderline, next_categories
from mrecist.newlesion import NewLesion, Verdict
from mrecist.region import Judged, Scoped
from mrecist.results import Number, Reason, RegionResponse
from mrecist.rulesets import NewLesionRules
from mrecist.target import Thresholds, mm_of
from mrecist.values import Response

CR, PR, SD, PD = Response.CR, Response.PR, Response.SD, Response.PD
NE, NN, ND, NA = Response.NE, Response.NN, Response.ND, Response.NA

MRECIST = "Lencioni & Llovet, Semin Liver Dis 2010;30:52"
RECIST = "Eisenhauer et al., Eur J Cancer 2009;45:228"
_SOURCE = {"IH": MRECIST, "EH": RECIST, "OV": MRECIST, "R11": RECIST}


class Presenter:
    """Turns what was judged of one scope into its response in mm and per cent, with flags and reasons.

    Parameters
    ----------
    scoped : Scoped
    timepoints : sequence of TimePoint
        Those of the case, for the names of nadir and earlier responses.
    limits : Thresholds
    new_rules : NewLesionRules
        Shown beside new lesions.
    """

    def __init__(
        self, scoped: Scoped, timepoints: Sequence[TimePoint], limits: Thresholds, new_rules: NewLesionRules
    ) -> None:
        self._scoped = scoped
        self._timepoints = timepoints
        self._limits = limits
        self._new_rules = new_rules

    def present(
        self,
        judged: Judged,
        *,
        adjudicated: Response,
        patterns: tuple[str, ...],
        lifting: int | None = None,
    ) -> RegionResponse:
        """The response of this scope at one time point.

        A partial sum gives no percentages, unless it already proves PD: they then are lower bounds.
        """
        at = judged.sum
        numbers = self._sums(judged) if self._scoped.targets else {}
        comparable = numbers and (at.complete or judged.target is PD)
        borderline = is_borderline(judged, self._limits)
        return RegionResponse(
            target=judged.target,
            non_target=judged.non_target,
            new_lesion=bool(judged.counted),
            response=judged.response,
            adjudicated_response=adjudicated,
            sum_mm=_mm(at.total) if numbers else None,
            baseline_sum_mm=_mm(at.baseline) if numbers else None,
            nadir_sum_mm=_mm(at.nadir) if numbers else None,
            nadir_timepoint=self._nadir_at(judged) if numbers else None,
            change_from_baseline_pct=_exact(numbers.get("change_pct")) if comparable else None,
            change_from_nadir_pct=_exact(numbers.get("growth_pct")) if comparable else None,
            to_next_category=next_categories(judged, self._limits, lifting) if numbers else (),
            borderline=borderline,
            patterns=patterns,
            reasons=self._reasons(judged, numbers, patterns),
            flags=self._flags(judged, borderline),
            unevaluated_cr=judged.unevaluated_cr,
        )

    def _nadir_at(self, judged: Judged) -> str | None:
        index = judged.sum.nadir_index
        return None if index is None else self._timepoints[index].id

    def _sums(self, judged: Judged) -> dict[str, Number]:
        at = judged.sum
        numbers: dict[str, Number] = {
            "response_pct": self._limits.response_pct,
            "progression_pct": self._limits.progression_pct,
            "floor_mm": mm_of(judged.floor),
        }
        if at.baseline is not None:
            numbers["baseline_mm"] = mm_of(at.baseline)
        if at.nadir is not None:
            numbers["nadir_mm"] = mm_of(at.nadir)
            numbers["nadir_at"] = self._nadir_at(judged) or ""
        if at.total is not None:
            numbers["sum_mm"] = mm_of(at.total)
            if at.baseline:
                numbers["change_pct"] = Fraction(100 * (at.total - at.baseline), at.baseline)
            if at.nadir is not None:
                numbers["growth_mm"] = mm_of(at.total - at.nadir)
                if at.nadir:
                    numbers["growth_pct"] = Fraction(100 * (at.total - at.nadir), at.nadir)
        return numbers

    def _flags(self, judged: Judged, borderline: bool) -> tuple[str, ...]:
        at = judged.sum
        flags = []
        growth = None if at.total is None or at.nadir is None else at.total - at.nadir
        if judged.target is PD and growth is not None and growth < self._limits.small_growth:
            flags.append("PD_BELOW_5MM")
        if borderline:
            flags.append("BORDERLINE")
        if judged.returned is not None:
            flags.append("CONFIRM_PRIOR_CR")
            if judged.rests_on_node:
                flags.append("REIMAGE_NODE")
        if any(x.verdicts[judged.index].equivocal for x in self._scoped.new):
            flags.append("EQUIVOCAL_NEW")
        if self._scoped.targets and at.total is not None and not at.complete:
            flags.append("PARTIAL_SUM")
        if not judged.covered:
            flags.append("COVERAGE_INCOMPLETE")
        return tuple(flags)

    # --- reasons, in the order in which the rules are tried ----------------------------------------------------------

    def _reasons(self, judged: Judged, numbers: dict[str, Number], patterns: tuple[str, ...]) -> tuple[Reason, ...]:
        found = self._progression(judged, numbers)
        if not judged.covered and judged.uncovered_from in (CR, ND) and judged.response is not judged.uncovered_from:
            found.append(self._reason(f"COV-{judged.uncovered_from.value}", {"response": judged.response.value}))
        if judged.carried:
            found.append(self._reason("T-CARRIED", {}))
        found += self._remaining(judged, numbers)
        if not found:
            found.append(self._reason("ND", {}))
        for new in self._scoped.new:
            verdict = new.verdicts[judged.index]
            if verdict.equivocal or verdict is Verdict.BENIGN:
                found.append(self._reason(f"NEW-{verdict.value}", self._new_numbers(new, judged.index)))
        if patterns:
            found.append(self._reason("PATTERN", {"patterns": ", ".join(patterns)}))
        return tuple(found)

    def _progression(self, judged: Judged, numbers: dict[str, Number]) -> list[Reason]:
        """Every rule that makes this PD."""
        found = []
        if judged.target is PD:
            found.append(self._target(judged, numbers))
        if judged.non_target is PD:
            found.append(self._reason("N-PD", self._nontargets(judged, PD)))
        for new in judged.counted:
            found.append(self._reason(f"NEW-{new.verdicts[judged.index].value}", self._new_numbers(new, judged.index)))
        if judged.returned is not None:
            rule = "RE-NODE" if judged.rests_on_node else "RE"
            at = self._timepoints[judged.returned.cr_index].id
            lesions = judged.returned.lesions
            found.append(self._reason(rule, {"at": at, "lesions": ", ".join(lesions), "count": len(lesions)}))
        return found

    def _remaining(self, judged: Judged, numbers: dict[str, Number]) -> list[Reason]:
        """What targets and non-targets show beside progression."""
        target, non_target = judged.target, judged.non_target
        if target is CR and non_target in (NN, NE):
            return [self._reason(f"T-CR-{non_target.value}", self._nontargets(judged, non_target))]
        found = []
        if target not in (NA, PD):
            found.append(self._target(judged, numbers))
        if non_target not in (NA, PD):
            found.append(self._reason(f"N-{non_target.value}", self._nontargets(judged, non_target)))
        return found

    def _target(self, judged: Judged, numbers: dict[str, Number]) -> Reason:
        rule = judged.target.value
        if judged.target is PD and not judged.sum.complete:
            rule = "PD-PARTIAL"
        elif judged.target is PD and judged.sum.nadir == 0:
            rule = "PD-ZERO"
        if rule in ("PD-PARTIAL", "NE"):
            numbers = numbers | self._not_evaluable(judged)
        return self._reason(f"T-{rule}", numbers)

    def _not_evaluable(self, judged: Judged) -> dict[str, Number]:
        targets = self._scoped.targets
        missing = [x.lesion_id for x in targets if x.tenths[judged.index] is None]
        return {"lesions": ", ".join(missing), "evaluated": len(targets) - len(missing), "targets": len(targets)}

    def _nontargets(self, judged: Judged, response: Response) -> dict[str, Number]:
        ids = [x.lesion_id for x in self._scoped.nontargets if x.responses[judged.index] is response]
        return {"lesions": ", ".join(ids), "count": len(ids)}

    def _new_numbers(self, new: NewLesion, index: int) -> dict[str, Number]:
        rules = self._new_rules
        numbers: dict[str, Number] = {
            "lesion": new.lesion.id,
            "kind": new.lesion.kind.value,
            "limit_mm": rules.liver_mm,
            "growth_limit_mm": rules.liver_growth_mm,
            "node_limit_mm": rules.periportal_node_mm if new.lesion.is_periportal_node else rules.node_mm,
        }
        tenths, first = new.tenths[index], new.first_tenths
        if tenths is not None and first is not None:
            numbers["diameter_mm"] = mm_of(tenths)
            numbers["growth_mm"] = mm_of(tenths - first)
            numbers["first_mm"] = mm_of(first)
        return numbers

    def _reason(self, rule: str, numbers: dict[str, Number]) -> Reason:
        prefix = self._scoped.prefix
        return Reason(f"{prefix}-{rule}", numbers, _SOURCE[prefix])


def _mm(tenths: int | None) -> Fraction | None:
    return None if tenths is None else mm_of(tenths)


def _exact(value: Number | None) -> Fraction | None:
    return value if type(value) is Fraction else None
