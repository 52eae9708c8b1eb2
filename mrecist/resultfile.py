"""Results as plain data, schema ``tumour-response-results/1``: what ``assess --json`` prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from operator import truediv
from typing import Any

from mrecist.endpoints import Duration, ScopeTimes
from mrecist.explain import sentence
from mrecist.liver import LiverFunction
from mrecist.results import (
    Assessment,
    BestResponse,
    Decision,
    Issue,
    NextCategory,
    Number,
    Reason,
    RegionResponse,
    TimePointResponse,
)
from mrecist.robustness import Probabilities, Robustness
from mrecist.values import Scope

_AS_IT_IS = (int, str)
SCHEMA = "tumour-response-results/1"


def results_document(results: Iterable[Mapping[str, Any]], ruleset: str, version: str) -> dict[str, Any]:
    """One document for the results of several cases by one rule set."""
    return {"schema": SCHEMA, "ruleset": ruleset, "version": version, "results": list(results)}


def result(assessment: Assessment, firmness: Robustness | None = None) -> dict[str, Any]:
    """One case's result, with the rule set and protocol it rests on.

    Lengths in mm and percentages are JSON numbers, nearest to the exact value. With `firmness`, each scope's
    response stands beside the probability of every response, and the composite's beside it.
    Issues of the baseline, which has no entry of its own, stand with the first follow-up; where there is none, in
    ``issues`` of the case.
    """
    said = _Said()
    timepoints = [_timepoint(t, said) for t in assessment.timepoints]
    if firmness is not None:
        for written, firm in zip(timepoints, firmness.timepoints, strict=True):
            for scope, probabilities in firm.scopes.items():
                written[scope]["probability"] = _shares(probabilities)
            written["composite_probability"] = _shares(firm.composite)
    at_baseline = [_issue(i) for i in assessment.baseline.issues]
    found: dict[str, Any] = {
        "id": assessment.case_id,
        "ruleset": assessment.ruleset,
        "version": assessment.version,
        "timepoints": timepoints,
    }
    if assessment.protocol is not None:
        found["protocol"] = assessment.protocol
    if firmness is not None:
        found["measurement_error"] = {
            "sd_mm": _number(firmness.error.sd_mm),
            "sd_pct": _number(firmness.error.sd_pct),
            "source": firmness.error.source,
            "draws": firmness.draws,
            "seed": firmness.seed,
        }
    if timepoints:
        timepoints[0]["issues"] = at_baseline + timepoints[0]["issues"]
    elif at_baseline:
        found["issues"] = at_baseline
    found["adjudicated_pd_timepoint"] = assessment.adjudicated[Scope.OVERALL]
    found["adjudicated"] = {scope.value: assessment.adjudicated[scope] for scope in Scope}
    found["best_response"] = {scope.value: _best(assessment.best_response[scope]) for scope in Scope}
    found["best_response_reasons"] = {scope.value: said.all(assessment.best_response[scope].reasons) for scope in Scope}
    found["times"] = {scope.value: _times(assessment.times[scope]) for scope in Scope}
    return found


class _Said:
    """Reasons as plain data: what several time points share is written out once."""

    def __init__(self) -> None:
        self._written: dict[int, tuple[Reason, dict[str, Any]]] = {}

    def one(self, reason: Reason) -> dict[str, Any]:
        known = self._written.get(id(reason))
        if known is None:
            # kept with its reason, so that no other object can come to have its identity
            text = sentence(reason.rule, reason.numbers, reason.template)
            known = (reason, {"rule": reason.rule, "text": text, "numbers": _numbers(reason.numbers)})
            self._written[id(reason)] = known
        return known[1]

    def all(self, reasons: Iterable[Reason]) -> list[dict[str, Any]]:
        return [self.one(reason) for reason in reasons]


def _timepoint(at: TimePointResponse, said: _Said) -> dict[str, Any]:
    found: dict[str, Any] = {
        "timepoint": at.timepoint,
        "day": at.day,
        "intrahepatic": _region(at.intrahepatic, said),
        "extrahepatic": _region(at.extrahepatic, said),
        "overall": _region(at.overall, said),
        "composite": at.composite,
        "composite_reason": said.one(at.composite_reason),
    }
    if (parallel := at.recist11) is not None:
        found["recist11"] = _region(parallel, said)
    found["flags"] = list(at.flags)
    found["issues"] = [_issue(i) for i in at.issues]
    found["new_lesions_counted"] = list(at.new_lesions_counted)
    if at.tace is not None and at.sorafenib is not None:
        found["decisions"] = {"tace": _decision(at.tace, said), "sorafenib": _decision(at.sorafenib, said)}
    if (liver := at.liver) is not None:
        found["liver"] = _liver(liver)
    return found


def _region(region: RegionResponse, said: _Said) -> dict[str, Any]:
    return {
        "target": region.target,
        "non_target": region.non_target,
        "new_lesion": region.new_lesion,
        "response": region.response,
        "adjudicated_response": region.adjudicated_response,
        "sum_mm": _number(region.sum_mm),
        "baseline_sum_mm": _number(region.baseline_sum_mm),
        "nadir_sum_mm": _number(region.nadir_sum_mm),
        "change_from_baseline_pct": _number(region.change_from_baseline_pct),
        "change_from_nadir_pct": _number(region.change_from_nadir_pct),
        "to_next_category": [_step(n) for n in region.to_next_category],
        "reasons": said.all(region.reasons),
    }


def _shares(probabilities: Probabilities) -> dict[str, float]:
    return {str(response): share.numerator / share.denominator for response, share in probabilities.items()}


def _step(step: NextCategory) -> dict[str, Any]:
    found: dict[str, Any] = {"response": step.response, "by_mm": _number(step.by_mm)}
    if step.lesion is not None:
        found["lesion"] = step.lesion
    return found


def _decision(decision: Decision, said: _Said) -> dict[str, Any]:
    found: dict[str, Any] = {
        "decision": decision.decision,
        "row": decision.row,
        "reasons": said.all(decision.reasons),
        "needs": list(decision.needs),
    }
    if decision.proposal is not None:
        found["proposal"] = decision.proposal
    return found


def _liver(liver: LiverFunction) -> dict[str, Any]:
    return {
        "child_pugh_score": liver.child_pugh_score,
        "child_pugh_class": liver.child_pugh_class,
        "albi_score": liver.albi_score,
        "albi_grade": None if liver.albi_grade is None else int(liver.albi_grade),
    }


def _best(best: BestResponse) -> dict[str, str]:
    return {
        "unconfirmed": best.unconfirmed,
        "confirmed": best.confirmed,
        "adjudicated": best.adjudicated,
    }


def _times(times: ScopeTimes) -> dict[str, Any]:
    return {
        "clinical_benefit_day": times.clinical_benefit_day,
        "time_to_response_days": times.time_to_response,
        "time_to_confirmed_response_days": times.time_to_confirmed_response,
        "duration_of_response": _duration(times.duration_of_response),
        "time_to_progression": _duration(times.time_to_progression),
        "adjudicated_time_to_progression": _duration(times.adjudicated_time_to_progression),
    }


def _duration(duration: Duration | None) -> dict[str, Any] | None:
    return None if duration is None else {"days": duration.days, "event": duration.event}


def _issue(issue: Issue) -> dict[str, Any]:
    numbers = _numbers(issue.numbers)
    if issue.overridden:
        numbers["override"] = issue.overridden
    return {
        "rule": issue.rule,
        "severity": issue.severity,
        "lesion": issue.lesion,
        "text": issue.text,
        "numbers": numbers,
    }


def _numbers(numbers: Mapping[str, Number]) -> dict[str, float | int | str]:
    return {n: v if isinstance(v, _AS_IT_IS) else truediv(*v.as_integer_ratio()) for n, v in numbers.items()}


def _number(value: Fraction | None) -> float | None:
    """The float nearest to the exact value: the division of whole numbers is rounded once."""
    return None if value is None else truediv(*value.as_integer_ratio())
