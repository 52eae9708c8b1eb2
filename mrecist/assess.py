"""From a case to its assessment: the one entry point of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from mrecist.bestresponse import Assessed, Best, confirmed, unconfirmed
from mrecist.case import Case, EventKind, Modality, Read, Scan
from mrecist.course import Course, NotDone, follow_pooled, follow_region, not_done, scoped_region
from mrecist.decisions.decider import Decider, clinical_issues
from mrecist.decisions.gates import Checked
from mrecist.eligibility import baseline_issues, noted_issues, visit_issues
from mrecist.endpoints import ScopeTimes, scope_times
from mrecist.later import ByScope, Later
from mrecist.lesions import NOTHING_NOTED, Absent, Nonviable
from mrecist.measured import UNSEEN, measured_issues, not_arterial
from mrecist.modality import CROSS_SECTIONAL, modality_changes, shared_modality
from mrecist.newlesion import Verdict
from mrecist.overall import composite
from mrecist.protocols import Protocol
from mrecist.reasons import RECIST
from mrecist.region import Judged, Scoped
from mrecist.results import (
    Assessment,
    BaselineSums,
    BestResponse,
    Issue,
    Noted,
    Number,
    Reason,
    RegionResponse,
    Severity,
    TimePointResponse,
)
from mrecist.rulesets import BestResponseRules, RuleSet
from mrecist.target import is_split, whole_at
from mrecist.tracks import Track, follow, functional_tests
from mrecist.values import LesionRole, Region, Response, Scope


def assess(case: Case, ruleset: RuleSet, read_id: str | None = None, *, protocol: Protocol | None = None) -> Assessment:
    """Judge every follow-up of one read of a case.

    Each region is judged apart, then both pooled (`overall`, one sum) and combined (`composite`, by table). After
    PD the response stays computed as observed; best responses look no further than the first PD.

    Parameters
    ----------
    case : Case
        Time points in order of day, the first being the baseline.
    ruleset : RuleSet
        The thresholds; the case's own policy overrides the least growth for PD.
    read_id : str, optional
        Which read; by default the first. A case without a read has no responses.
    protocol : Protocol, optional
        Its tables decide on TACE and sorafenib, where the case names it, or names none and has anything on record
        that a decision rests on: clinical data, withdrawn consent. None: no decisions.

    Returns
    -------
    Assessment

    Raises
    ------
    KeyError
        If the case has no read of that id.
    """
    read = case.reads[0] if read_id is None and case.reads else case.read(read_id or "")
    if read is None and read_id is not None:
        raise KeyError(f"case {case.id} has no read {read_id!r}")
    if read is None or not case.timepoints:
        return _unread(case, Read() if read is None else read, ruleset.with_policy(case.policy))
    return _Work(case, read, ruleset, protocol).assessment()


def _unread(case: Case, read: Read, rules: RuleSet) -> Assessment:
    nothing = BestResponse(Response.NE, Response.NE, Response.NE)
    no_times = scope_times((), rules.best_response, adjudicated_day=None)
    return Assessment(
        case.id,
        read.id,
        rules.name,
        rules.version,
        BaselineSums(None, None, None, Later(tuple)),
        adjudicated=dict.fromkeys(Scope),
        best_response=dict.fromkeys(Scope, nothing),
        times=dict.fromkeys(Scope, no_times),
    )


class _Work:
    """The steps of one assessment, each building on the one before."""

    def __init__(self, case: Case, read: Read, ruleset: RuleSet, protocol: Protocol | None) -> None:
        self.case = case
        self.read = read
        self.ruleset = ruleset
        self.rules = ruleset.with_policy(case.policy)
        self.protocol = protocol
        self.limits = self.rules.thresholds
        self.tracks = follow(case, read)
        self.tests = functional_tests(case)

    def assessment(self) -> Assessment:
        case, rules, limits = self.case, self.rules, self.limits
        missed = not_done(case, self.tracks)
        regions = {
            region: scoped_region(self.tracks, region, len(case.timepoints), rules, self.tests) for region in Region
        }
        intra = follow_region(case, regions[Region.INTRAHEPATIC], rules, limits, missed[Scope.INTRAHEPATIC])
        extra = follow_region(case, regions[Region.EXTRAHEPATIC], rules, limits, missed[Scope.EXTRAHEPATIC])
        overall = follow_pooled(case, intra, extra, rules, limits, missed[Scope.OVERALL])
        courses = {Scope.INTRAHEPATIC: intra, Scope.EXTRAHEPATIC: extra, Scope.OVERALL: overall}
        as_read = ByScope(lambda scope: self._as_read(courses[scope]))
        protocol = self.protocol
        entry = protocol.gates if protocol is not None and protocol.is_named(case.protocol) else ()
        return Assessment(
            case_id=case.id,
            read_id=self.read.id,
            ruleset=rules.name,
            version=rules.version,
            baseline=BaselineSums(
                intra.baseline_sum_mm,
                extra.baseline_sum_mm,
                overall.baseline_sum_mm,
                Later(partial(baseline_issues, case, self.tracks, rules, entry)),
            ),
            timepoints=self._timepoints(courses, self._recist11(missed, extra)),
            adjudicated={
                scope: None if c.progression is None else case.timepoints[c.progression].id
                for scope, c in courses.items()
            },
            best_response=ByScope(lambda scope: self._best(as_read[scope], courses[scope])),
            times=ByScope(lambda scope: self._times(as_read[scope], courses[scope])),
            protocol=protocol.label if protocol is not None and self._asks_decisions() else None,
        )

    def _recist11(self, missed: Mapping[Scope, NotDone], extra: Course) -> Later[tuple[RegionResponse, ...]] | None:
        """RECIST 1.1 in parallel, worked out when it is asked for; where every liver target has a whole diameter."""
        liver = [t for t in self.tracks if _is_liver_target(t)]
        if not liver or any(whole_at(t.observations[0]) is None for t in liver):
            return None
        return Later(partial(self._in_parallel, missed, extra))

    def _in_parallel(self, missed: Mapping[Scope, NotDone], extra: Course) -> tuple[RegionResponse, ...]:
        """The pooled responses by RECIST 1.1. `extra` is the course outside the liver, which is mostly the same."""
        case, rules, n = self.case, self.ruleset.recist11, len(self.case.timepoints)
        limits = rules.thresholds
        liver = scoped_region(self.tracks, Region.INTRAHEPATIC, n, rules, self.tests)
        intra = follow_region(case, liver, rules, limits, missed[Scope.INTRAHEPATIC])
        if not self._alike_outside(rules):
            outside = scoped_region(self.tracks, Region.EXTRAHEPATIC, n, rules, self.tests)
            extra = follow_region(case, outside, rules, limits, missed[Scope.EXTRAHEPATIC])
        return follow_pooled(case, intra, extra, rules, limits, missed[Scope.OVERALL], "R11").shown

    def _alike_outside(self, recist11: RuleSet) -> bool:
        """Do both judge alike outside the liver? A policy may set the floor; new hilar nodes have their own limit."""
        floors = [x.target.min_growth_extrahepatic_mm for x in (self.rules, recist11)]
        hilar = [t for t in self.tracks if t.lesion.role is LesionRole.NEW and t.lesion.is_periportal_node]
        return floors[0] == floors[1] and not hilar

    def _asks_decisions(self) -> bool:
        """Is this a case of the protocol, or of none, with anything on record that a decision rests on?"""
        case = self.case
        if self.protocol is None or not (case.protocol is None or self.protocol.is_named(case.protocol)):
            return False
        return (
            case.protocol is not None
            or any(t.clinical is not None for t in case.timepoints)
            or any(e.kind is EventKind.CONSENT_WITHDRAWN for e in case.events)
        )

    def _timepoints(
        self, courses: Mapping[Scope, Course], parallel: Later[tuple[RegionResponse, ...]] | None
    ) -> tuple[TimePointResponse, ...]:
        intra, extra, overall = courses[Scope.INTRAHEPATIC], courses[Scope.EXTRAHEPATIC], courses[Scope.OVERALL]
        decider = self._decider(intra, extra, overall)
        decided = [(None, None, None) if decider is None else decider.at(x.index - 1) for x in overall.judged]
        noted = Later(partial(self._noted, courses, [checked for _, _, checked in decided]))
        found = []
        for position, (tace, sorafenib, _) in enumerate(decided):
            timepoint = self.case.timepoints[position + 1]
            i, e, o = intra.shown[position], extra.shown[position], overall.shown[position]
            counted = overall.judged[position].counted
            found.append(
                TimePointResponse(
                    timepoint.id,
                    timepoint.day,
                    i,
                    e,
                    o,
                    composite(i.response, e.response),
                    Later(partial(_noted_at, noted, position)),
                    tuple([x.lesion.id for x in counted]) if counted else (),
                    tace,
                    sorafenib,
                    timepoint.clinical,
                    parallel,
                    position,
                )
            )
        return tuple(found)

    def _noted(self, courses: Mapping[Scope, Course], checks: Sequence[Checked | None]) -> list[Noted]:
        """The flags and issues of every follow-up."""
        intra, extra, overall = courses[Scope.INTRAHEPATIC], courses[Scope.EXTRAHEPATIC], courses[Scope.OVERALL]
        flagged, issued = self._visits()
        after_complete = frozenset().union(*[_response_after_complete(c.judged) for c in courses.values()])
        found = []
        for position, checked in enumerate(checks):
            index = position + 1
            raised, issues, timepoint = flagged[index], issued[index], self.case.timepoints[index]
            i, e, o = intra.judged[position], extra.judged[position], overall.judged[position]
            if composite(i.response, e.response) is not o.response:
                raised.append("DISCORDANT")
            if position in after_complete:
                raised.append("CR_THEN_PR")
            if overall.scoped.new:
                issues += _unseen(overall, index, self.case, self.tracks)
            if checked is not None:
                if timepoint.clinical is not None:
                    issues += clinical_issues(timepoint, checked)
                if checked.missing:
                    raised.append("GATE_UNKNOWN")
            found.append(Noted(tuple(raised), tuple(issues)))
        return found

    def _decider(self, intra: Course, extra: Course, overall: Course) -> Decider | None:
        if self.protocol is None or not self._asks_decisions():
            return None
        targets = [t for t in self.tracks if _is_liver_target(t)]
        liver = self._viable_liver(intra)
        return Decider(self.case, intra.judged, extra.judged, overall.judged, liver, targets, self.protocol)

    def _viable_liver(self, intra: Course) -> Scoped:
        """The liver by its viable diameters, which decide on TACE under whole diameters too."""
        target = self.rules.target
        if target.liver_diameter == "viable":
            return intra.scoped
        rules = replace(self.rules, target=replace(target, liver_diameter="viable"))
        return scoped_region(self.tracks, Region.INTRAHEPATIC, len(self.case.timepoints), rules, self.tests)

    def _visits(self) -> tuple[list[list[str]], list[list[Issue]]]:
        """The flags and issues that each time point raises by what was noted and recorded, not by a response."""
        timepoints = self.case.timepoints
        flags: list[list[str]] = [[] for _ in timepoints]
        issues = [visit_issues(t, self.rules) for t in timepoints]
        by_id = {t.lesion.id: t for t in self.tracks}
        elsewhere = [not_arterial(t) if t.scans else None for t in timepoints]
        for track in self.tracks:
            whole = None if track.lesion.parent is None else by_id.get(track.lesion.parent)
            for index in range(1, len(timepoints)):
                observation = track.observations[index]
                if whole is not None and not is_split(whole.observations[index]):
                    continue
                if observation is None:
                    if index > track.first:
                        flags[index].append("not_recorded")
                    continue
                noted = observation.features
                # no more is asked of most findings: they have no second diameter, and their series are not known
                if noted.overrides or elsewhere[index] or getattr(observation.finding, "whole", None) is not None:
                    issues[index] += measured_issues(track.lesion, observation, elsewhere[index] or ())
                if noted is NOTHING_NOTED:
                    continue
                before = track.observations[index - 1]
                gone = before is not None and isinstance(before.finding, Absent | Nonviable)
                issues[index] += noted_issues(track.lesion, noted, self.rules, gone)
                if noted.lipiodol_compact:
                    flags[index].append("LIPIODOL_COMPACT")
                if noted.hypovascular or (noted.arterial_enhancement is False and _lost_enhancement(track, index)):
                    flags[index].append("HYPOVASCULAR")
        scanned = [_modalities(t.scans) for t in timepoints]
        if len(frozenset().union(*scanned)) > 1:
            shared = [shared_modality(t) for t in timepoints]
            for track in self.tracks:
                for index, change in enumerate(modality_changes(track, timepoints, shared)):
                    issues[index] += [] if change is None else [change]
        for index, now in enumerate(scanned):
            if _is_switch(scanned[0], now):
                flags[index].append("MODALITY_SWITCH")
        return flags, issues

    def _as_read(self, course: Course) -> list[Assessed]:
        later = self.case.timepoints[1:]
        return [Assessed(t.day, x.response, x.unevaluated_cr) for t, x in zip(later, course.judged, strict=True)]

    def _best(self, as_read: Sequence[Assessed], course: Course) -> BestResponse:
        rules = self.rules.best_response
        looked_back = as_read
        if course.scoped.new:
            later = self.case.timepoints[1:]
            looked_back = [Assessed(t.day, r.adjudicated_response) for t, r in zip(later, course.shown, strict=True)]
        best, sure = unconfirmed(as_read, rules), confirmed(as_read, rules)
        adjudicated = best if looked_back is as_read else unconfirmed(looked_back, rules)
        evaluated = sum([x.response is not Response.NE for x in as_read])
        told = [_best_reason(x, len(as_read), evaluated, rules) for x in (best, sure)]
        told.append(told[0] if adjudicated is best else _best_reason(adjudicated, len(as_read), evaluated, rules))
        return BestResponse(best.response, sure.response, adjudicated.response, tuple(told))

    def _times(self, as_read: Sequence[Assessed], course: Course) -> ScopeTimes:
        return scope_times(
            as_read,
            self.rules.best_response,
            adjudicated_day=None if course.progression is None else self.case.timepoints[course.progression].day,
            death_day=next((e.day for e in self.case.events if e.kind is EventKind.DEATH), None),
        )


def _best_reason(best: Best, assessments: int, evaluated: int, rules: BestResponseRules) -> Reason:
    numbers: dict[str, Number] = {
        "stable": rules.minimum_stable_days,
        "interval": rules.confirmation_days,
        "assessments": assessments,
        "evaluated": evaluated,
    }
    if best.day is not None:
        numbers["day"] = best.day
    return Reason(best.rule, numbers, RECIST)


def _is_liver_target(track: Track) -> bool:
    lesion = track.lesion
    return lesion.region is Region.INTRAHEPATIC and lesion.role is LesionRole.TARGET and lesion.parent is None


def _noted_at(noted: Later[list[Noted]], position: int) -> Noted:
    return noted()[position]


def _response_after_complete(judged: Sequence[Judged]) -> frozenset[int]:
    """The positions at which a scope is in PR after it was in CR."""
    first = next((i for i, x in enumerate(judged) if x.response is Response.CR), len(judged))
    return frozenset([i for i in range(first + 1, len(judged)) if judged[i].response is Response.PR])


def _unseen(overall: Course, index: int, case: Case, tracks: Sequence[Track]) -> tuple[Issue, ...]:
    """New lesions that counted before and were not evaluated now: a response without them may be too good."""
    found = []
    for new in overall.scoped.new:
        first = new.first_counted
        if first is not None and first < index and new.verdicts[index] is Verdict.NOT_EVALUABLE:
            numbers: dict[str, Number] = {"lesion": new.lesion.id, "counted_at": case.timepoints[first].id}
            seen = next(t.observations[index] for t in tracks if t.lesion is new.lesion)
            why = "" if seen is None else seen.features.justification(UNSEEN)
            found.append(Issue(UNSEEN, Severity.WARNING, new.lesion.id, numbers, why))
    return tuple(found)


def _lost_enhancement(track: Track, index: int) -> bool:
    """A measured liver target without arterial enhancement that had it: its diameter counts, never 0."""
    before, observation = track.observations[0], track.observations[index]
    return (
        _is_liver_target(track)
        and not (before is not None and before.features.arterial_enhancement is False)
        and observation is not None
        and (measured := getattr(observation.finding, "diameter", None)) is not None
        and measured.tenths > 0
    )


def _is_switch(baseline: frozenset[Modality], now: frozenset[Modality]) -> bool:
    return bool(baseline and now) and not baseline & now


def _modalities(scans: Sequence[Scan]) -> frozenset[Modality]:
    return frozenset([s.modality for s in scans if s.modality in CROSS_SECTIONAL])
