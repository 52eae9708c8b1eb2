"""A cohort as a page of text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.cohort.report import CohortReport, cohort_document


def cohort_text(report: CohortReport) -> str:
    """Rates, times and agreement, a line each."""
    return "\n".join(_lines(cohort_document(report)))


def _lines(told: dict[str, Any]) -> Iterator[str]:
    yield f"{told['cases']} cases, {told['reads']} reads; {told['ruleset']}; censoring: {told['policy']}"
    for group in told["rates"]:
        who = _who(group["group"], group["reader"])
        for rate in group["rates"]:
            scope = f" {rate['scope']}" if rate["scope"] else ""
            yield f"{who}{rate['name']}{scope}: {_rate(rate)}"
    for time in told["times"]:
        who = _who(time["group"], time["reader"])
        low, high = time["ci"]
        yield (
            f"{who}{time['endpoint']}: median {_number(time['median'])} {told['unit']} "
            f"({_number(low)} to {_number(high)}), {time['events']} events of {time['n']}"
        )
        for at in time.get("landmarks", ()):
            yield f"{who}  {_landmark(at)}"
    for test in told["logrank"]:
        who = _who("all", test["reader"])
        yield (
            f"{who}{test['endpoint']} by {test['by']}: log-rank chi-squared {test['chi2']:.4g} "
            f"on {test['df']} df, p = {test['p']:.4g}"
        )
    if told["logrank_left_out"] is not None:
        yield told["logrank_left_out"]
    if told["stated"] is not None:
        yield f"responses as the table states them: {told['stated']['same']} of {told['stated']['compared']}"
    if told["comparison"] is not None:
        yield from _comparison(told["comparison"])
    if told["agreement"] is not None:
        yield from _agreement(told["agreement"])


def _agreement(told: dict[str, Any]) -> Iterator[str]:
    yield f"agreement of {', '.join(told['readers'])} ({told['scope']}, by {told['of']}):"
    yield f"  all agree: {_rate(told['all_agreed'])}"
    for name, key in (
        ("Fleiss' kappa", "fleiss_kappa"),
        ("AC1", "ac1"),
        ("AC2 (linear)", "ac2_linear"),
        ("AC2 (quadratic)", "ac2_quadratic"),
    ):
        yield f"  {name}: {_coefficient(told[key])}"
    for name, key in (("baseline sums", "icc_baseline"), ("follow-up sums", "icc_followup")):
        icc = told[key]["icc_2_1"]
        if icc["value"] is not None:
            yield f"  ICC(2,1) of {name}: {_coefficient(icc)}, {told[key]['n']} measured by all"
    for pair in told["pairs"]:
        first, second = pair["readers"]
        yield (
            f"  {first} and {second}: agree {_rate(pair['agreed'])}; kappa {_coefficient(pair['kappa'])}, "
            f"quadratic {_coefficient(pair['kappa_quadratic'])}"
        )
    yield f"  to adjudicate: {len(told['adjudication'])}"
    for unit in told["adjudication"][:20]:
        reads = ", ".join(f"{r['reader']} {r['response']}" for r in unit["reads"])
        yield f"    {unit['case']}{' ' + unit['timepoint'] if unit['timepoint'] else ''}: {reads}"
    if len(told["adjudication"]) > 20:
        yield f"    and {len(told['adjudication']) - 20} more; --json lists them"


def _comparison(told: dict[str, Any]) -> Iterator[str]:
    first, second = told["rulesets"]
    yield f"{first} beside {second}: the same response in {told['same']} of {told['compared']}"
    for before, counted in told["matrix"].items():
        for after, count in counted.items():
            if before != after:
                yield f"  {before} becomes {after}: {count}"


def _who(group: str, reader: str | None) -> str:
    parts = [*([group or "(no value)"] if group != "all" else []), *([f"reader {reader}"] if reader else [])]
    return f"{', '.join(parts)}: " if parts else ""


def _rate(told: dict[str, Any]) -> str:
    if told["rate"] is None:
        return "0/0"
    low, high = told["ci"]
    return f"{told['count']}/{told['total']} = {_pct(told['rate'])} % ({_pct(low)} to {_pct(high)})"


def _landmark(at: dict[str, Any]) -> str:
    if at["survival"] is None:
        return f"at {at['time']:g}: beyond the last observation"
    told = f"at {at['time']:g}: {_pct(at['survival'])} %, {at['at_risk']} at risk"
    both = at.get("cumulative_incidence")
    if both is not None and both["event"] is not None:
        told += f"; 1 - KM {_pct(at['one_minus_km'])} %, cumulative incidence {_pct(both['event'])} %"
    return told


def _coefficient(told: dict[str, Any]) -> str:
    if told["value"] is None:
        return "cannot be told"
    low, high = told["ci"]
    return f"{told['value']:.3f}" + ("" if low is None or high is None else f" ({low:.3f} to {high:.3f})")


def _pct(value: float) -> str:
    return f"{100 * value:.1f}"


def _number(value: float | None) -> str:
    return "not reached" if value is None else f"{value:.4g}"
