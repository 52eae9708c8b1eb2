"""What one read of one case contributes to a cohort: small enough to keep, and all that a view of the cohort needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import NamedTuple

from app.cohort.followups import Nearest, TimePointRow, TimePointRows
from app.cohort.reads import CohortRead
from mrecist.assess import assess
from mrecist.bestresponse import Assessed, confirmed, unconfirmed
from mrecist.caseendpoints import case_endpoints
from mrecist.censoring import CensoringPolicy, Outcome, Why
from mrecist.endpointrules import GENERAL, EndpointRules
from mrecist.protocols import Protocol
from mrecist.results import Assessment, RegionResponse, TimePointResponse
from mrecist.rulesets import RuleSet
from mrecist.values import Response, Scope

SCOPES = (Scope.INTRAHEPATIC, Scope.EXTRAHEPATIC, Scope.OVERALL)


class Given(NamedTuple):
    """A treatment, for the swimmer."""

    kind: str
    day: int
    end_day: int | None


class EndpointRow(NamedTuple):
    """One read of one case.

    Attributes
    ----------
    best, confirmed, adjudicated : tuple of str
        Best responses in the order of `SCOPES`; an empty text where there is none.
    diseased : tuple of bool
        Was there disease at baseline?
    best_change_pct : tuple of (float or None)
        The lowest change from baseline up to the first PD of the scope, among the follow-ups whose response counts.
    times : mapping of str to Outcome
        In days.
    days_known : bool
    begins : str
        The date (ISO 8601) from which the study counts; empty where no date of day 0 is known.
    new_lesion : tuple of bool
        Did a new lesion of the scope count at any follow-up whose response counts?
    assessed : int
        How many follow-ups there are.
    followed : TimePointRows
    """

    case_id: str
    read_id: str
    reader: str
    protocol: str
    arm: str
    fields: Mapping[str, str]
    best: tuple[str, str, str]
    confirmed: tuple[str, str, str]
    adjudicated: tuple[str, str, str]
    diseased: tuple[bool, bool, bool]
    baseline_mm: tuple[float | None, ...]
    best_change_pct: tuple[float | None, ...]
    times: Mapping[str, Outcome]
    rates: Mapping[str, bool]
    downstaged: bool
    treatments: tuple[Given, ...]
    notes: tuple[str, ...]
    days_known: bool
    head: str
    begins: str
    new_lesion: tuple[bool, bool, bool]
    assessed: int
    followed: TimePointRows

    @property
    def timepoints(self) -> tuple[TimePointRow, ...]:
        """The follow-ups, in order."""
        return self.followed.all

    @property
    def baseline_known(self) -> bool:
        """Is there a sum at baseline, so that responses were worked out and not only stated?"""
        return self.baseline_mm[2] is not None


def endpoint_row(
    read: CohortRead,
    ruleset: RuleSet,
    protocol: Protocol | None = None,
    policy: CensoringPolicy | None = None,
    cutoff_day: int | None = None,
) -> EndpointRow:
    """Judge one read and keep what a cohort needs of it.

    Parameters
    ----------
    read : CohortRead
    ruleset : RuleSet
    protocol : Protocol, optional
        Its tables decide, and, where the case names it, its endpoints are counted.
    policy : CensoringPolicy, optional
        In place of the one that the endpoints name.
    cutoff_day : int, optional
        The last day that counts; what a table states is not cut off.
    """
    if cutoff_day is not None:
        read = read.up_to(cutoff_day)
    best_rules = ruleset.best_response
    if not read.days_known:
        # nobody knows how long stable disease lasted: its minimal duration is taken as met
        ruleset = replace(ruleset, best_response=replace(best_rules, minimum_stable_days=0))
    assessment = assess(read.judged, ruleset, read.read_id, protocol=protocol)
    rules = _endpoint_rules(read, protocol)
    ends = case_endpoints(read.case, assessment, ruleset.best_response, rules, policy, cutoff_day=cutoff_day)
    worked_out = ends.times if read.days_known and read.measured else {}
    worked_out = {name: x for name, x in worked_out.items() if not (read.liver_alone and name == "TTEHP")}
    times = _with_stated_end(worked_out, read.times) | {**read.times}
    whole = ruleset.target.liver_diameter == "whole"
    stated = read.stated_whole if whole else read.stated
    rows = tuple(_timepoint(at, stated) for at in assessment.timepoints)
    best: tuple[str, ...]
    if read.measured:
        best = tuple(ends.best[s].unconfirmed.value for s in SCOPES)
        sure = tuple(ends.best[s].confirmed.value for s in SCOPES)
        back = tuple(ends.best[s].adjudicated.value for s in SCOPES)
        diseased = tuple(ends.diseased[s] for s in SCOPES)
    else:
        rows = tuple(_only_stated(t.id, t.day, stated) for t in read.judged.timepoints[1:])
        told = [Assessed(t.day, stated[t.id]) for t in read.judged.timepoints[1:] if t.id in stated]
        rule = ruleset.best_response
        best = ("", "", unconfirmed(told, rule).response.value if told else "")
        sure = ("", "", confirmed(told, rule).response.value if told else "")
        back, diseased = best, (False, False, bool(told))
    notes = ends.notes if read.days_known else ("the table tells no days: no time is worked out from responses",)
    if "DOR" in worked_out and "DOR" not in times:
        notes = (*notes, "DOR: the stated progression lies before the response")
    sums = assessment.baseline
    given = [t for t in read.case.treatments if cutoff_day is None or t.day <= cutoff_day]
    day0, origin = read.day0 if read.days_known else None, ends.origin_day
    return EndpointRow(
        case_id=read.case.id,
        read_id=read.read_id,
        reader=read.reader,
        protocol=read.case.protocol or "",
        arm=read.case.arm or "",
        fields=read.fields,
        best=_three(best),
        confirmed=_three(sure),
        adjudicated=_three(back),
        diseased=(diseased[0], diseased[1], diseased[2]),
        baseline_mm=tuple(_float(x) for x in (sums.intrahepatic_mm, sums.extrahepatic_mm, sums.overall_mm)),
        best_change_pct=tuple(_best_change(assessment, s, ends.responses_until) for s in SCOPES),
        times=times,
        rates=ends.rates,
        downstaged=ends.downstaged,
        treatments=tuple(Given(t.kind.value, t.day, t.end_day) for t in given),
        notes=tuple(notes),
        days_known=read.days_known,
        head=read.head,
        begins="" if day0 is None or origin is None else (day0 + timedelta(days=origin)).isoformat(),
        new_lesion=_new_lesion(assessment, ends.responses_until) if read.measured else (False, False, False),
        assessed=len(rows),
        followed=TimePointRows(rows),
    )


def _with_stated_end(times: Mapping[str, Outcome], stated: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """Times of responses, where a table states progression: a response ends with it too, not only with a PD as read.

    ======================================================= ============================================================
    situation                                               DOR
    ======================================================= ============================================================
    PD as read, not later than a stated progression (death) as read
    PFS (else TTP) is stated, and not before the response   ends, or is censored, on its day
    PFS (else TTP) is stated before the response            left out
    ======================================================= ============================================================
    """
    found = dict(times)
    held, begun, end = times.get("DOR"), times.get("TTR"), stated.get("PFS", stated.get("TTP"))
    if held is None or begun is None or end is None:
        return found
    as_read = held.event and held.reason is Why.PROGRESSION
    if as_read and not (end.event and end.days < begun.days + held.days):
        return found
    days = end.days - begun.days
    if days < 0:
        del found["DOR"]
    else:
        found["DOR"] = Outcome(days, end.event, Why.STATED, end.source, int(end.event), days)
    return found


def _endpoint_rules(read: CohortRead, protocol: Protocol | None) -> EndpointRules:
    """Those of the protocol that the case itself names."""
    if protocol is None or read.case.protocol is None or protocol.endpoints is None:
        return GENERAL
    return protocol.endpoints if protocol.is_named(read.case.protocol) else GENERAL


def _timepoint(at: TimePointResponse, stated: Mapping[str, Response]) -> TimePointRow:
    found: list[RegionResponse] = [at.scope(s) for s in SCOPES]
    response = stated.get(at.timepoint)
    steps = found[2].to_next_category
    nearest = min(steps, key=lambda x: abs(x.by_mm), default=None)
    return TimePointRow(
        at.timepoint,
        at.day,
        (found[0].response.value, found[1].response.value, found[2].response.value),
        at.composite.value,
        tuple(_float(x.sum_mm) for x in found),
        tuple(_float(x.change_from_baseline_pct) for x in found),
        len(at.new_lesions_counted),
        None if response is None else response.value,
        None if nearest is None else Nearest(nearest.response.value, float(nearest.by_mm), nearest.lesion),
    )


def _only_stated(timepoint: str, day: int, stated: Mapping[str, Response]) -> TimePointRow:
    response = stated.get(timepoint)
    told = "" if response is None else response.value
    none = (None, None, None)
    return TimePointRow(timepoint, day, ("", "", told), told, none, none, 0, told or None, None)


def _best_change(assessment: Assessment, scope: Scope, last: int | None) -> float | None:
    changes: list[Fraction] = []
    for at in assessment.timepoints:
        if last is not None and at.day > last:
            break
        region = at.scope(scope)
        if region.change_from_baseline_pct is not None:
            changes.append(region.change_from_baseline_pct)
        if region.response is Response.PD:
            break
    return _float(min(changes, default=None))


def _new_lesion(assessment: Assessment, last: int | None) -> tuple[bool, bool, bool]:
    looked_at = [at for at in assessment.timepoints if last is None or at.day <= last]
    first, second, third = (any(at.scope(scope).new_lesion for at in looked_at) for scope in SCOPES)
    return first, second, third


def _three(texts: Sequence[str]) -> tuple[str, str, str]:
    first, second, third = texts
    return first, second, third


def _float(value: Fraction | None) -> float | None:
    return None if value is None else value.numerator / value.denominator
