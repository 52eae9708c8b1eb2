"""A cohort as one JSON document, as text, and as CSV files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.cohort.agreement import Agreement, Of, Pair, Unit, agreement
from app.cohort.cohort import (
    READER,
    Cohort,
    Rate,
    TimeToEvent,
    best_counts,
    by_reader,
    compare_groups,
    counted_once,
    rates,
    time_names,
    time_to_event,
)
from app.cohort.fragility import Swap, swaps
from app.cohort.lesion_differences import LesionDifference
from app.cohort.rows import SCOPES, EndpointRow
from app.statistics.agreement import Coefficient
from app.statistics.estimates import Estimate, Proportion
from app.statistics.reliability import BlandAltman, IntraclassCorrelation
from mrecist.caseendpoints import TITLES
from mrecist.rulesets import RuleSet
from mrecist.values import Scope

SCHEMA = "tumour-response-cohort/1"

NO_TEST_OF_READERS = (
    "no log-rank test between readers: they read the same patients, and the test is of groups that are independent"
)


@dataclass(frozen=True, slots=True)
class CohortReport:
    """What is told of a cohort, and how.

    Attributes
    ----------
    other : Cohort or None
        The same reads by another rule set.
    by : str or None
        The field that groups are told apart by, beside the readers.
    landmarks : tuple of float
        In `unit`.
    lesions : tuple of LesionDifference or None
        The lesions of two reads side by side; None: not asked for.
    """

    cohort: Cohort
    ruleset: RuleSet
    other: Cohort | None = None
    by: str | None = None
    scope: str = "overall"
    of: Of = "timepoint"
    unit: str = "days"
    landmarks: tuple[float, ...] = ()
    curves: bool = False
    lesions: tuple[LesionDifference, ...] | None = None

    @property
    def groups(self) -> dict[str, Cohort]:
        return self.cohort.split(self.by) if self.by is not None else {"all": self.cohort}


def cohort_document(report: CohortReport) -> dict[str, Any]:
    """Everything as plain values; times in the report's unit, rates as proportions with exact intervals."""
    cohort = report.cohort
    agreed = agreement(cohort, Scope(report.scope), report.of)
    return {
        "schema": SCHEMA,
        "ruleset": cohort.ruleset,
        "policy": cohort.policy,
        "unit": report.unit,
        "cases": len(cohort.cases),
        "reads": sum(bool(row.assessed) for row in cohort.rows),
        "readers": list(cohort.readers),
        "rates": [told for group, part in report.groups.items() for told in _rates(group, part)],
        "times": [told for group, part in report.groups.items() for told in _times(group, part, report)],
        "logrank": _log_rank(report),
        "logrank_left_out": NO_TEST_OF_READERS if report.by == READER else None,
        "agreement": None if agreed is None else _agreement(agreed, report),
        "lesion_differences": None if report.lesions is None else [x._asdict() for x in report.lesions],
        "stated": _stated(cohort),
        "comparison": None if report.other is None else _comparison(cohort, report.other),
        "endpoints": [_row(row) for row in cohort.rows],
        "left_out": list(cohort.left_out),
    }


# --- rates and times -------------------------------------------------------------------------------------------------


def _rates(group: str, cohort: Cohort) -> list[dict[str, Any]]:
    return [
        {
            "group": group,
            "reader": reader,
            "reads": len(part.rows),
            "best": {scope.value: best_counts(part, scope) for scope in SCOPES},
            "rates": [_rate(rate) for rate in rates(part)],
        }
        for reader, part in by_reader(cohort).items()
    ]


def _rate(rate: Rate) -> dict[str, Any]:
    told = {"name": rate.name, "scope": rate.scope or None, "responses": list(rate.responses) or None}
    return told | _proportion(rate.proportion)


def _proportion(part: Proportion) -> dict[str, Any]:
    return {"count": part.count, "total": part.total, "rate": part.value, "ci": [part.lower, part.upper]}


def _times(group: str, cohort: Cohort, report: CohortReport) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name in time_names(cohort):
        for reader, part in counted_once(cohort, name).items():
            told = time_to_event(part, name, report.unit)
            found.append({"group": group, "reader": reader, **_time(told, report)})
    return found


def _time(told: TimeToEvent, report: CohortReport) -> dict[str, Any]:
    curve, median = told.curve, told.curve.median
    found: dict[str, Any] = {
        "endpoint": told.name,
        "title": told.title,
        "n": curve.n,
        "events": curve.event_count,
        "median": median.value,
        "ci": [median.lower, median.upper],
        "follow_up": {"median": told.follow_up.value, "ci": [told.follow_up.lower, told.follow_up.upper]},
    }
    if told.competing is not None:
        found["competing_deaths"] = int(told.competing.events.sum())
    if report.landmarks:
        found["landmarks"] = [_landmark(told, t) for t in report.landmarks]
    if report.curves:
        found["curve"] = _curve(told)
    return found


def _landmark(told: TimeToEvent, time: float) -> dict[str, Any]:
    at = told.curve.at(time)
    found: dict[str, Any] = {"time": time, "at_risk": told.curve.at_risk_at([time])[0], "survival": at.value}
    found["ci"] = [at.lower, at.upper]
    if told.incidence is not None and told.competing is not None:
        event, death = told.incidence.at(time), told.competing.at(time)
        found["one_minus_km"] = None if at.value is None else 1 - at.value
        found["cumulative_incidence"] = {"event": event.value, "ci": [event.lower, event.upper], "death": death.value}
    return found


def _curve(told: TimeToEvent) -> list[dict[str, Any]]:
    columns = ("time", "at_risk", "survival", "lower", "upper")
    curve = told.curve
    values = (curve.time, curve.at_risk, curve.survival, curve.lower, curve.upper)
    return [
        {name: None if x != x else int(x) if name == "at_risk" else x for name, x in zip(columns, point, strict=True)}
        for point in zip(*(v.tolist() for v in values), strict=True)
    ]


def _log_rank(report: CohortReport) -> list[dict[str, Any]]:
    """The test between the groups; a time that differs from reader to reader is compared for each reader.

    Cases without a value in the field are no part of it. Between readers there is none: `NO_TEST_OF_READERS`.
    """
    if report.by is None or report.by == READER:
        return []
    found: list[dict[str, Any]] = []
    for name in time_names(report.cohort):
        for reader, part in counted_once(report.cohort, name).items():
            test = compare_groups(part.split(report.by), name)
            if test is not None:
                numbers = {"chi2": test.chi2, "df": test.df, "p": test.p}
                found.append({"endpoint": name, "reader": reader, "by": report.by, **numbers})
    return found


# --- readers and rule sets -------------------------------------------------------------------------------------------


def _agreement(agreed: Agreement, report: CohortReport) -> dict[str, Any]:
    scope = Scope(agreed.scope)
    swapped = swaps(agreed.adjudication, agreed.readers, report.ruleset, scope)
    return {
        "scope": agreed.scope,
        "of": agreed.of,
        "readers": list(agreed.readers),
        "all_agreed": _proportion(agreed.all_agreed),
        "fleiss_kappa": _coefficient(agreed.fleiss),
        "fleiss_kappa_quadratic": _coefficient(agreed.fleiss_quadratic),
        "ac1": _coefficient(agreed.ac1),
        "ac2_linear": _coefficient(agreed.ac2_linear),
        "ac2_quadratic": _coefficient(agreed.ac2_quadratic),
        "icc_baseline": _icc(agreed.icc_baseline),
        "icc_followup": _icc(agreed.icc_followup),
        "pairs": [_pair(pair) for pair in agreed.pairs],
        "adjudication": [_unit(unit, agreed.readers) for unit in agreed.adjudication],
        "fragility": [_swap(swap) for swap in swapped],
    }


def _unit(unit: Unit, readers: Sequence[str]) -> dict[str, Any]:
    values = (unit.responses, unit.baselines_mm, unit.sums_mm, unit.changes_pct)
    names = ("response", "baseline_sum_mm", "sum_mm", "change_pct")
    reads = [
        {"reader": reader, **dict(zip(names, told, strict=True)), "nearest": None if near is None else near._asdict()}
        for reader, near, *told in zip(readers, unit.nearest, *values, strict=True)
        if told[0] is not None
    ]
    return {"case": unit.case_id, "timepoint": unit.timepoint or None, "reads": reads}


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "readers": [pair.first, pair.second],
        "categories": list(pair.categories),
        "matrix": [list(row) for row in pair.matrix],
        "agreed": _proportion(pair.agreed),
        "kappa": _coefficient(pair.kappa),
        "kappa_linear": _coefficient(pair.linear),
        "kappa_quadratic": _coefficient(pair.quadratic),
        "not_on_scale": pair.off_scale,
        "baseline_sum_mm": _bland_altman(pair.baseline),
        "followup_sum_mm": _bland_altman(pair.followup),
    }


def _coefficient(one: Coefficient) -> dict[str, Any]:
    told = {"value": one.value, "se": one.error, "ci": [one.lower, one.upper], "n": one.subjects}
    return told | {"observed": one.observed, "expected": one.expected}


def _icc(one: IntraclassCorrelation) -> dict[str, Any]:
    return {
        "icc_1_1": _estimate(one.one_way),
        "icc_2_1": _estimate(one.agreement),
        "icc_3_1": _estimate(one.consistency),
        "n": one.subjects,
        "readers": one.readers,
    }


def _bland_altman(one: BlandAltman) -> dict[str, Any]:
    limits = {"lower_limit": _estimate(one.lower_limit), "upper_limit": _estimate(one.upper_limit)}
    return {"bias": _estimate(one.bias), "sd": one.sd, **limits, "n": one.pairs}


def _estimate(one: Estimate) -> dict[str, Any]:
    return {"value": one.value, "ci": [one.lower, one.upper]}


def _swap(swap: Swap) -> dict[str, Any]:
    return {
        "case": swap.case_id,
        "timepoint": swap.timepoint or None,
        "reader": swap.reader,
        "other": swap.other,
        "response": swap.response,
        "others_response": swap.others_response,
        "with_others_baseline": swap.with_baseline,
        "with_others_followup": swap.with_followup,
        "decided_by": swap.decided_by,
    }


def _stated(cohort: Cohort) -> dict[str, Any] | None:
    """Do the responses by this rule set equal those that the table states?"""
    pairs = [(row, at) for row in cohort.rows for at in row.timepoints if at.stated is not None and row.baseline_known]
    if not pairs:
        return None
    differ = [
        {
            "case": row.case_id,
            "reader": row.reader,
            "timepoint": at.timepoint,
            "stated": at.stated,
            "found": at.responses[2],
        }
        for row, at in pairs
        if at.responses[2] != at.stated
    ]
    return {"compared": len(pairs), "same": len(pairs) - len(differ), "differ": differ}


def _comparison(cohort: Cohort, other: Cohort) -> dict[str, Any]:
    """Two rule sets side by side: each response at each time point by both."""
    theirs = {(row.case_id, row.read_id): row for row in other.rows}
    matrix: dict[str, dict[str, int]] = {}
    changed: list[dict[str, Any]] = []
    compared = 0
    for row in cohort.rows:
        beside = theirs.get((row.case_id, row.read_id))
        for at, there in zip(row.timepoints, beside.timepoints if beside is not None else (), strict=False):
            first, second = at.responses[2], there.responses[2]
            counted = matrix.setdefault(first, {})
            counted[second] = counted.get(second, 0) + 1
            compared += 1
            if first != second:
                told = {"case": row.case_id, "read": row.read_id, "reader": row.reader, "timepoint": at.timepoint}
                changed.append(told | {"first": first, "second": second})
    return {
        "rulesets": [cohort.ruleset, other.ruleset],
        "compared": compared,
        "same": compared - len(changed),
        "matrix": matrix,
        "rates": [{"ruleset": c.ruleset, "groups": _rates("all", c)} for c in (cohort, other)],
        "stated": [_stated(c) for c in (cohort, other)],
        "changed": changed,
    }


# --- endpoints -------------------------------------------------------------------------------------------------------


def _row(row: EndpointRow) -> dict[str, Any]:
    return {
        "case": row.case_id,
        "read": row.read_id,
        "reader": row.reader or None,
        "protocol": row.protocol or None,
        "arm": row.arm or None,
        "fields": dict(row.fields),
        "best": _by_scope(row.best),
        "confirmed": _by_scope(row.confirmed),
        "adjudicated": _by_scope(row.adjudicated),
        "best_change_pct": _by_scope(row.best_change_pct),
        "rates": dict(row.rates),
        "downstaged": row.downstaged if row.treatments else None,
        "times": [
            {
                "endpoint": name,
                "title": TITLES[name],
                "days": x.days,
                "event": x.event,
                "reason": x.reason.value,
                "source": x.source,
                "competing": {"cause": x.cause, "days": x.cause_days},
            }
            for name, x in row.times.items()
        ],
        "notes": list(row.notes),
        "head": row.head or None,
    }


def _by_scope(values: Sequence[object]) -> dict[str, object]:
    return {scope.value: (None if x == "" else x) for scope, x in zip(SCOPES, values, strict=True)}
