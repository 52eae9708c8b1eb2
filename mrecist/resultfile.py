"""Results as plain data, schema ``tumour-response-results/1``: what ``assess --json`` prints.

There is one writer, of text; the data are that text, read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from json.encoder import encode_basestring_ascii as as_json
from operator import itemgetter, truediv
from typing import Any, TypeVar

from mrecist.endpoints import Duration, ScopeTimes
from mrecist.explain import MINUS, form_of_sums, sentence, shown_change, shown_growth, shown_limits
from mrecist.numbertexts import NO_SUMS, Lengths, lengths_of, limits_text, mm_text, numbers_text, sums_text
from mrecist.results import (
    Assessment,
    BestResponse,
    Decision,
    Issue,
    NextCategory,
    Reason,
    RegionResponse,
    TimePointResponse,
)
from mrecist.robustness import Probabilities, Robustness
from mrecist.sumnumbers import Number, SumNumbers, SumPattern
from mrecist.thresholds import Thresholds
from mrecist.values import Response, Scope

SCHEMA = "tumour-response-results/1"
Told = TypeVar("Told")


def results_document(results: Iterable[Mapping[str, Any]], ruleset: str, version: str) -> dict[str, Any]:
    """One document for the results of several cases by one rule set."""
    return {"schema": SCHEMA, "ruleset": ruleset, "version": version, "results": list(results)}


def result(
    assessment: Assessment, firmness: Robustness | None = None, translate: Callable[[str], str] | None = None
) -> dict[str, Any]:
    """One case's result, with the rule set and protocol it rests on, as `result_text` writes it.

    With `firmness`, each scope's response stands beside the probability of every response, and the composite's beside
    it.
    """
    found: dict[str, Any] = json.loads(result_text(assessment, translate))
    if firmness is None:
        return found
    for written, firm in zip(found["timepoints"], firmness.timepoints, strict=True):
        for scope, probabilities in firm.scopes.items():
            written[scope]["probability"] = _shares(probabilities)
        written["composite_probability"] = _shares(firm.composite)
    told = {name: found.pop(name) for name in list(found) if name not in _BEFORE_ERROR}
    found["measurement_error"] = {
        "sd_mm": truediv(*firmness.error.sd_mm.as_integer_ratio()),
        "sd_pct": truediv(*firmness.error.sd_pct.as_integer_ratio()),
        "source": firmness.error.source,
        "draws": firmness.draws,
        "seed": firmness.seed,
    }
    return found | told


_BEFORE_ERROR = ("id", "ruleset", "version", "timepoints", "protocol")


def _shares(probabilities: Probabilities) -> dict[str, float]:
    return {str(response): share.numerator / share.denominator for response, share in probabilities.items()}


def result_text(assessment: Assessment, translate: Callable[[str], str] | None = None) -> str:
    """One case's result as one line of JSON, in ASCII.

    Lengths in mm and percentages are JSON numbers, nearest to the exact value. Issues of the baseline, which has no
    entry of its own, stand with the first follow-up; where there is none, in ``issues`` of the case. With `translate`
    the sentences are in another language (`mrecist.explain.sentence`).
    """
    writer = _Writer(translate)
    at_baseline = list(map(writer.issue, assessment.baseline.issues))
    timepoints = [writer.timepoint(t, () if i else at_baseline) for i, t in enumerate(assessment.timepoints)]
    begin = (
        f'{{"id": {as_json(assessment.case_id)}, "ruleset": {as_json(assessment.ruleset)}, '
        f'"version": {as_json(assessment.version)}, "timepoints": ['
    )
    found = []
    if assessment.protocol is not None:
        found.append(f'"protocol": {as_json(assessment.protocol)}')
    if at_baseline and not timepoints:
        found.append(f'"issues": [{", ".join(at_baseline)}]')
    adjudicated, best, times = assessment.adjudicated, assessment.best_response, assessment.times
    found += [
        f'"adjudicated_pd_timepoint": {_text_or_null(adjudicated[Scope.OVERALL])}',
        f'"adjudicated": {_by_scope(lambda scope: _text_or_null(adjudicated[scope]))}',
        f'"best_response": {_by_scope(lambda scope: _best(best[scope]))}',
        f'"best_response_reasons": {_by_scope(lambda scope: writer.reasons(best[scope].reasons))}',
        f'"times": {_by_scope(lambda scope: _times(times[scope]))}',
    ]
    return f"{begin}{', '.join(timepoints)}], {', '.join(found)}}}"


def _by_scope(write: Callable[[Scope], str]) -> str:
    return "{" + ", ".join([f'"{scope}": {write(scope)}' for scope in Scope]) + "}"


class _Writer:
    """Writes one case as JSON; what several time points share is written out once."""

    def __init__(self, translate: Callable[[str], str] | None) -> None:
        self._translate = translate
        self._written: dict[int, tuple[object, str]] = {}

    def timepoint(self, at: TimePointResponse, first_issues: Iterable[str]) -> str:
        """One follow-up. `first_issues` are told before its own."""
        parallel = at.recist11
        recist11 = "" if parallel is None else f'"recist11": {self.region(parallel)}, '
        decisions = liver = ""
        if at.tace is not None and at.sorafenib is not None:
            decisions = (
                f', "decisions": {{"tace": {self.decision(at.tace)}, "sorafenib": {self.decision(at.sorafenib)}}}'
            )
        if (function := at.liver) is not None:
            grade = "null" if function.albi_grade is None else function.albi_grade
            liver = (
                f', "liver": {{"child_pugh_score": {_or_null(function.child_pugh_score)}, '
                f'"child_pugh_class": {_text_or_null(function.child_pugh_class)}, '
                f'"albi_score": {_or_null(function.albi_score)}, "albi_grade": {grade}}}'
            )
        issues = ", ".join([*first_issues, *map(self.issue, at.issues)])
        return (
            f'{{"timepoint": {as_json(at.timepoint)}, "day": {at.day}, '
            f'"intrahepatic": {self.region(at.intrahepatic)}, "extrahepatic": {self.region(at.extrahepatic)}, '
            f'"overall": {self.region(at.overall)}, "composite": "{at.composite}", '
            f'"composite_reason": {self.reason(at.composite_reason)}, {recist11}'
            f'"flags": {_texts(at.flags)}, "issues": [{issues}], '
            f'"new_lesions_counted": {_texts(at.new_lesions_counted)}{decisions}{liver}}}'
        )

    def region(self, region: RegionResponse) -> str:
        responses = _responses(
            region.target, region.non_target, region.new_lesion, region.response, region.adjudicated_response
        )
        lengths = None if region.sums is None else lengths_of(region.sums)
        steps = ", ".join([_step(x) for x in region.to_next_category])
        reasons = ", ".join(
            [
                self._reason(x, lengths) if type(x.told) is SumNumbers else self.reason(x)  # a sum's is told once alone
                for x in region.reasons
            ]
        )
        return (
            f"{{{responses}, {NO_SUMS if lengths is None else sums_text(lengths, region.comparable)}, "
            f'"to_next_category": [{steps}], "reasons": [{reasons}]}}'
        )

    def decision(self, decision: Decision) -> str:
        return self._once(decision, self._decision)

    def _decision(self, decision: Decision) -> str:
        proposal = "" if decision.proposal is None else f', "proposal": {as_json(decision.proposal)}'
        return (
            f'{{"decision": "{decision.decision}", "row": {as_json(decision.row)}, '
            f'"reasons": {self.reasons(decision.reasons)}, "needs": {_texts(decision.needs)}{proposal}}}'
        )

    def reasons(self, reasons: Iterable[Reason]) -> str:
        return f"[{', '.join([self.reason(x) for x in reasons])}]"

    def reason(self, reason: Reason) -> str:
        return self._once(reason, self._reason)

    def _once(self, told: Told, write: Callable[[Told], str]) -> str:
        known = self._written.get(id(told))
        if known is None:
            # kept with what it tells, so that no other object can come to have its identity
            known = self._written[id(told)] = (told, write(told))
        return known[1]

    def _reason(self, reason: Reason, lengths: Lengths | None = None) -> str:
        """`lengths` are those of its sum, where they are written already."""
        rule, numbers = reason.rule, reason.told
        if lengths is not None and type(numbers) is SumNumbers and self._translate is None and not numbers.more:
            at = numbers.at
            total, baseline, nadir = at.total, at.baseline, at.nadir
            if total is not None and baseline and nadir is not None:
                return _reason_of_sum(rule, numbers, total, baseline, nadir, lengths)
        return f'{{"rule": {as_json(rule)}, {self._said(rule, numbers, reason.template)}}}'

    def issue(self, issue: Issue) -> str:
        said = self._said(issue.rule, issue.numbers)
        if issue.overridden:  # a text of its own, which is not kept: it comes last among the numbers
            said = f'{said[:-1]}{", " if issue.numbers else ""}"override": {as_json(issue.overridden)}}}'
        return (
            f'{{"rule": {as_json(issue.rule)}, "severity": "{issue.severity}", '
            f'"lesion": {_text_or_null(issue.lesion)}, {said}}}'
        )

    def _said(self, rule: str, numbers: Mapping[str, Number], template: str = "") -> str:
        if self._translate is None and type(numbers) is not SumNumbers:
            return _in_english(rule, template, tuple(numbers), *numbers.values())
        return (
            f'"text": {as_json(sentence(rule, numbers, template, self._translate))}, "numbers": {numbers_text(numbers)}'
        )


@lru_cache(maxsize=2048, typed=True)
def _in_english(rule: str, template: str, names: tuple[str, ...], *values: Number) -> str:
    """Text and numbers of a rule: few rules but those of sums tell other numbers from one patient to the next.

    Types are told apart: 1 is written otherwise as a whole number than as a fraction.
    """
    numbers = dict(zip(names, values, strict=True))
    return f'"text": {as_json(sentence(rule, numbers, template))}, "numbers": {numbers_text(numbers)}'


@lru_cache(maxsize=512)
def _responses(
    target: Response, non_target: Response, new_lesion: bool, response: Response, adjudicated: Response
) -> str:
    """Few of all combinations occur, each of them at very many time points."""
    return (
        f'"target": "{target}", "non_target": "{non_target}", "new_lesion": {"true" if new_lesion else "false"}, '
        f'"response": "{response}", "adjudicated_response": "{adjudicated}"'
    )


def _reason_of_sum(rule: str, numbers: SumNumbers, total: int, baseline: int, nadir: int, lengths: Lengths) -> str:
    """A reason with all numbers of a sum and no other, filled into the text that all reasons of its form share."""
    limits = numbers.limits
    form, pick, shown = _form_of_sum(rule, limits, numbers.floor, total != 0, nadir != 0)
    written = list(form)
    written[1::2] = pick(
        (
            *lengths,
            mm_text(total - nadir),
            as_json(numbers.nadir_at or "")[1:-1],
            shown_change(total, baseline, limits, _MINUS_IN_JSON) if "change_pct" in shown else "",
            shown_change(total, nadir, limits, _MINUS_IN_JSON) if "growth_pct" in shown else "",
            shown_growth(total - nadir, _MINUS_IN_JSON) if "growth_mm" in shown else "",
        )
    )
    return "".join(written)


_IN_FORM = (
    *("sum_mm", "baseline_mm", "nadir_mm", "exact change_pct", "exact growth_pct"),
    *("exact growth_mm", "nadir_at", "change_pct", "growth_pct", "growth_mm"),
)
"""What a form is filled with. What begins with ``exact`` is a JSON number; what has one name alone reads the same."""
_MINUS_IN_JSON = as_json(MINUS)[1:-1]
Pick = Callable[[Sequence[str]], tuple[str, ...]]


@lru_cache(maxsize=512)
def _form_of_sum(
    rule: str, limits: Thresholds, floor: Fraction | int, some_left: bool, some_before: bool
) -> tuple[tuple[str, ...], Pick, frozenset[str]]:
    """The whole reason as a form, its limits filled in; what picks its values, in order, of those named `_IN_FORM`.

    In a form every second text stands for a value. The last are the numbers that its text shows. `some_left`: the sum
    is not 0; `some_before`: the nadir is not.
    """
    form, names = form_of_sums(rule, SumPattern(floor != 0, some_left, True, some_before))
    written = as_json(form)
    for name, text in shown_limits(limits, floor).items():
        written = written.replace(f"%({name})s", as_json(text)[1:-1])
    exact = [
        '"baseline_mm": %(baseline_mm)s, "nadir_mm": %(nadir_mm)s, "nadir_at": "%(nadir_at)s", "sum_mm": %(sum_mm)s',
        '"change_pct": %(exact change_pct)s, "growth_mm": %(exact growth_mm)s',
        *(['"growth_pct": %(exact growth_pct)s'] if some_before else []),
    ]
    found = ", ".join([limits_text(limits, floor), *exact])
    whole = f'{{"rule": {as_json(rule)}, "text": {written}, "numbers": {{{found}}}}}'
    # where a value belongs, its place among all of them
    parts = (whole % {name: f"\0{place}\0" for place, name in enumerate(_IN_FORM)}).split("\0")
    return tuple(parts), itemgetter(*map(int, parts[1::2])), names


def _or_null(value: float | None) -> str:
    return "null" if value is None else repr(value)


def _text_or_null(value: str | None) -> str:
    return "null" if value is None else as_json(value)


def _texts(values: Sequence[str]) -> str:
    return f"[{', '.join(map(as_json, values))}]" if values else "[]"


def _step(step: NextCategory) -> str:
    lesion = "" if step.lesion is None else f', "lesion": {as_json(step.lesion)}'
    return f'{{"response": "{step.response}", "by_mm": {mm_text(step.by_tenths)}{lesion}}}'


def _best(best: BestResponse) -> str:
    return (
        f'{{"unconfirmed": "{best.unconfirmed}", "confirmed": "{best.confirmed}", "adjudicated": "{best.adjudicated}"}}'
    )


def _times(times: ScopeTimes) -> str:
    return (
        f'{{"clinical_benefit_day": {_or_null(times.clinical_benefit_day)}, '
        f'"time_to_response_days": {_or_null(times.time_to_response)}, '
        f'"time_to_confirmed_response_days": {_or_null(times.time_to_confirmed_response)}, '
        f'"duration_of_response": {_duration(times.duration_of_response)}, '
        f'"time_to_progression": {_duration(times.time_to_progression)}, '
        f'"adjudicated_time_to_progression": {_duration(times.adjudicated_time_to_progression)}}}'
    )


def _duration(duration: Duration | None) -> str:
    if duration is None:
        return "null"
    return f'{{"days": {duration.days}, "event": {"true" if duration.event else "false"}}}'
