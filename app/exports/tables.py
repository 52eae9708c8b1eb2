"""The rows of the response tables: a lesion, a region, or all of a read, at one time point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import assert_never

from app.exports.columns import Row, Table
from app.exports.exported import ExportedRead
from app.exports.figures import figure_rows
from app.state.naming import default_axis
from app.state.record import Visit
from app.state.signatures import SignedVisit
from mrecist.lesionfields import STATUS_OF
from mrecist.lesions import (
    Absent,
    Features,
    Finding,
    Lesion,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Observation,
    Present,
    Split,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.results import Decision, Issue, RegionResponse, TimePointResponse
from mrecist.rulesets import RuleSet
from mrecist.target import whole_at
from mrecist.values import Axis, Diameter, LesionRole, Line, Region, Scope

_SCOPES = {Scope.INTRAHEPATIC: "intra", Scope.EXTRAHEPATIC: "extra", Scope.OVERALL: "overall"}


def rows_of_table(table: Table, one: ExportedRead, ruleset: RuleSet) -> Iterator[Row]:
    """The rows of one read in one of `columns.TABLES`."""
    match table.name:
        case "lesions":
            return lesion_rows(one)
        case "regions":
            return region_rows(one, ruleset)
        case "responses":
            return response_rows(one, ruleset)
        case "figures":
            return figure_rows(one)
        case _:
            raise KeyError(table.name)


def lesion_rows(one: ExportedRead) -> Iterator[Row]:
    """Every lesion at every time point from the one where it was first seen; what was not recorded says so."""
    for lesion in one.read.lesions:
        seen_before = False
        for visit in one.record.assessed_visits:
            seen = one.read.observation(visit.id, lesion.id)
            seen_before = seen_before or seen is not None
            if seen_before or lesion.role is not LesionRole.NEW:
                row = {**_place(one, visit), **_lesion(lesion), **_observed(seen), **_counted(one, lesion, seen)}
                yield row | _proposed(one, visit, lesion)


def response_rows(one: ExportedRead, ruleset: RuleSet) -> Iterator[Row]:
    """The baseline with its sums, then each follow-up with its responses and decisions."""
    sums = _baseline_sums(one)
    for visit in one.record.assessed_visits:
        row = {**_place(one, visit), **_signature(one, visit)}
        row |= {"ruleset": ruleset.name, "ruleset_version": ruleset.version, "head": one.head}
        at = one.assessment.timepoint(visit.id)
        if at is not None:
            row |= _responses(at)
        elif visit == one.record.baseline:
            row |= {f"{name}_sum_mm": _exact(sums[scope]) for scope, name in _SCOPES.items()}
            row |= _issues(one.assessment.baseline.issues)
        yield row


def region_rows(one: ExportedRead, ruleset: RuleSet) -> Iterator[Row]:
    """Each time point of the read with one row for each scope; the baseline has its sums alone."""
    assessment = one.assessment
    sums = _baseline_sums(one)
    for visit in one.record.assessed_visits:
        at = assessment.timepoint(visit.id)
        signed = _signed(one, visit)
        for scope in Scope:
            row = {**_place(one, visit), "scope": scope.value, **_signature(one, visit)}
            row["signed_head"] = signed.head if signed else None
            row |= {"ruleset": ruleset.name, "ruleset_version": assessment.version, "protocol": assessment.protocol}
            row["head"] = one.head
            best = assessment.best_response[scope]
            row["best_unconfirmed"] = best.unconfirmed.value
            row["best_confirmed"] = best.confirmed.value
            row["best_adjudicated"] = best.adjudicated.value
            row["progression_timepoint"] = assessment.adjudicated[scope]
            if at is not None:
                row |= {**_scope(at.scope(scope)), "composite": at.composite.value, **_decisions(at)}
                row["flags"] = " ".join(at.scope(scope).flags)
                row["new_lesions_counted"] = " ".join(x for x in at.new_lesions_counted if _lies_in(one, x, scope))
            elif visit == one.record.baseline:
                row["sum_mm"] = _exact(sums[scope])
            yield row


def _lies_in(one: ExportedRead, lesion_id: str, scope: Scope) -> bool:
    lesion = one.read.lesion(lesion_id)
    if scope is Scope.OVERALL or lesion is None:
        return True
    return (lesion.region is Region.INTRAHEPATIC) == (scope is Scope.INTRAHEPATIC)


def _baseline_sums(one: ExportedRead) -> dict[Scope, Fraction | None]:
    baseline = one.assessment.baseline
    return {
        Scope.INTRAHEPATIC: baseline.intrahepatic_mm,
        Scope.EXTRAHEPATIC: baseline.extrahepatic_mm,
        Scope.OVERALL: baseline.overall_mm,
    }


def _place(one: ExportedRead, visit: Visit) -> Row:
    return {
        "case": one.record.case_id,
        "read": one.read.id,
        "reader": one.read.reader,
        "timepoint": visit.id,
        "date": visit.on.isoformat(),
        "day": one.record.day(visit.on),
    }


def _signed(one: ExportedRead, visit: Visit) -> SignedVisit | None:
    return next((s for s in one.record.signed if (s.read_id, s.visit_id) == (one.read.id, visit.id)), None)


def _signature(one: ExportedRead, visit: Visit) -> Row:
    found = _signed(one, visit)
    if found is None:
        return {}
    meaning = found.meaning.value if found.meaning else None
    told: Row = {"signed_by": found.by, "signed_at": found.at, "signed_meaning": meaning}
    return {**told, "signed_open": _listed(found.left_open) or None}


def _lesion(lesion: Lesion) -> Row:
    return {
        "lesion": lesion.id,
        "region": lesion.region.value,
        "role": lesion.role.value,
        "organ": lesion.organ.value,
        "kind": lesion.kind.value,
        "segments": " ".join(segment.value for segment in lesion.segments),
        "site": lesion.site,
        "axis": lesion.axis.value if lesion.axis else None,
        "fragment_of": lesion.parent,
    }


def _observed(seen: Observation | None) -> Row:
    if seen is None:
        return {"finding": "not_recorded"}
    noted = seen.features
    return {
        **_finding(seen.finding),
        "certainty": noted.certainty,
        "cytology": noted.cytology,
        "proof": noted.proof,
        "settled_on": None if noted.settled_on is None else noted.settled_on.isoformat(),
        "treated_since": noted.treated_since,
        "earlier_absence": noted.earlier_absence,
        "override": _listed(reasons_by_rule(noted)),
    }


def reasons_by_rule(noted: Features) -> tuple[str, ...]:
    """Each reason for going against a rule as `rule: reason`; one that was given for all of them without a rule."""
    given = [f"{rule}: {why}" for rule, why in noted.overrides]
    return (*given, noted.override) if noted.override.strip() else tuple(given)


def _finding(finding: Finding) -> Row:
    return {"finding": STATUS_OF[type(finding)].value, **_details(finding)}


def _details(finding: Finding) -> Row:
    match finding:
        case Measured(diameter, whole, evidence) | Present(diameter, whole, evidence):
            return {**_sizes(diameter, whole), **_drawn_on(evidence)}
        case Absent(whole) | Nonviable(whole):
            return _sizes(None, whole)
        case TooSmall(diameter, whole):
            return _sizes(diameter, whole)
        case UnequivocalProgression(diameter):
            return _sizes(diameter, None)
        case NotEvaluable(why, note):
            return {"why_not_evaluable": why.value, "note": note}
        case Merged(into):
            return {"merged_into": into}
        case Split():
            return {}
        case _:
            assert_never(finding)


def _counted(one: ExportedRead, lesion: Lesion, seen: Observation | None) -> Row:
    """The viable diameter; and where the whole lesion counts, its diameter and lines in place of the viable ones."""
    if seen is None:
        return {}
    row: Row = {}
    if (lesion.axis or default_axis(lesion.region, lesion.kind)) is Axis.VIABLE_LONGEST:
        row["viable_mm"] = _finding(seen.finding).get("diameter_mm")
    if lesion.id in one.by_whole:
        whole = whole_at(seen)
        row |= {"axis": Axis.LONGEST.value, "diameter_mm": None if whole is None else str(whole)}
        row |= _drawn_on(seen.finding.whole_evidence if isinstance(seen.finding, Measured) else ())
    return row


def _proposed(one: ExportedRead, visit: Visit, lesion: Lesion) -> Row:
    """What the assistant made of the diameter, where the reader accepted a proposal of it."""
    kept = one.record.assistance(one.read.id, visit.id, lesion.id)
    return {} if kept is None else {"automatic_mm": str(kept.automatic), "proposed_mm": str(kept.proposed)}


def _sizes(diameter: Diameter | None, whole: Diameter | None) -> Row:
    return {
        "diameter_mm": None if diameter is None else str(diameter),
        "whole_mm": None if whole is None else str(whole),
    }


def _drawn_on(lines: Sequence[Line]) -> Row:
    return {
        "series_uid": " ".join(line.series_uid for line in lines),
        "sop_uid": " ".join(line.sop_uid for line in lines),
        "frame": " ".join(str(line.frame) for line in lines),
    }


def _responses(at: TimePointResponse) -> Row:
    row: Row = {"composite": at.composite.value}
    for scope, name in _SCOPES.items():
        row |= {f"{name}_{column}": cell for column, cell in _scope(at.scope(scope)).items()}
    row["recist11_response"] = at.recist11.response.value if at.recist11 else None
    row["flags"] = " ".join(at.flags)
    row["new_lesions_counted"] = " ".join(at.new_lesions_counted)
    return row | _issues(at.issues) | _decisions(at)


def _issues(issues: Sequence[Issue]) -> Row:
    kept = (f"{' '.join(filter(None, (x.lesion, x.rule)))}: {x.overridden}" for x in issues if x.overridden)
    return {"issues": _listed(issue.text for issue in issues), "overrides": _listed(kept)}


def _decisions(at: TimePointResponse) -> Row:
    row: Row = {}
    for drug, decision in (("tace", at.tace), ("sorafenib", at.sorafenib)):
        if decision is not None:
            row |= {f"{drug}_{column}": cell for column, cell in _decision(decision).items()}
    return row


def _scope(region: RegionResponse) -> Row:
    return {
        "response": region.response.value,
        "adjudicated": region.adjudicated_response.value,
        "target": region.target.value,
        "non_target": region.non_target.value,
        "new_lesion": "yes" if region.new_lesion else "no",
        "sum_mm": _exact(region.sum_mm),
        "baseline_sum_mm": _exact(region.baseline_sum_mm),
        "nadir_sum_mm": _exact(region.nadir_sum_mm),
        "nadir_timepoint": region.nadir_timepoint,
        "change_from_baseline_pct": _exact(region.change_from_baseline_pct),
        "change_from_nadir_pct": _exact(region.change_from_nadir_pct),
        "reasons": _listed(f"{reason.rule}: {reason.text}" for reason in region.reasons),
    }


def _decision(decision: Decision) -> Row:
    return {
        "decision": decision.decision.value,
        "row": decision.row,
        "needs": " ".join(decision.needs),
        "reasons": _listed(f"{reason.rule}: {reason.text}" for reason in decision.reasons),
    }


def _exact(value: Fraction | None) -> float | None:
    return None if value is None else value.numerator / value.denominator


def _listed(texts: Iterable[str]) -> str:
    return " | ".join(texts)
