"""From a case to its assessment: the one entry point of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mrecist.bestresponse import Assessed, confirmed, unconfirmed
from mrecist.case import Case, ClinicalStatus, EventKind, Modality, Read, Scan, TimePoint
from mrecist.course import Course, NotDone, follow_pooled, follow_region, not_done, scoped_region
from mrecist.decisions.gates import Gatekeeper, missing_for_gate
from mrecist.decisions.situation import Situation, viability
from mrecist.decisions.tables import decide_sorafenib, decide_tace
from mrecist.eligibility import baseline_issues, visit_issues
from mrecist.endpoints import ScopeTimes, scope_times
from mrecist.overall import composite
from mrecist.protocols import Protocol
from mrecist.results import (
    Assessment,
    BaselineSums,
    BestResponse,
    Decision,
    RegionResponse,
    TaceOutput,
    TimePointResponse,
)
from mrecist.rulesets import RuleSet
from mrecist.target import Thresholds, whole_at
from mrecist.tracks import Track, follow, functional_tests
from mrecist.values import LesionRole, Region, Response, Scope

FLAGS = (
    "PD_BELOW_5MM",
    "BORDERLINE",
    "DISCORDANT",
    "CONFIRM_PRIOR_CR",
    "EQUIVOCAL_NEW",
    "PARTIAL_SUM",
    "not_recorded",
    "GATE_UNKNOWN",
    "MODALITY_SWITCH",
    "CR_THEN_PR",
    "REIMAGE_NODE",
    "LIPIODOL_COMPACT",
    "HYPOVASCULAR",
    "COVERAGE_INCOMPLETE",
)
_CROSS_SECTIONAL = frozenset((Modality.CT, Modality.MR))
_NOTHING_RECORDED = ClinicalStatus()


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
        Its tables decide on TACE and sorafenib, where the case names it or has anything on record that a decision
        rests on: clinical data, withdrawn consent. None: no decisions.

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
    rules = ruleset.with_policy(case.policy)
    if read is None or not case.timepoints:
        return _unread(case, Read() if read is None else read, rules)
    return _Work(case, read, rules, protocol).assessment()


def _unread(case: Case, read: Read, rules: RuleSet) -> Assessment:
    nothing = BestResponse(Response.NE, Response.NE, Response.NE)
    no_times = scope_times((), rules.best_response, adjudicated_day=None)
    return Assessment(
        case.id,
        read.id,
        rules.name,
        rules.version,
        BaselineSums(None, None, None),
        adjudicated=dict.fromkeys(Scope),
        best_response=dict.fromkeys(Scope, nothing),
        times=dict.fromkeys(Scope, no_times),
    )


class _Work:
    """The steps of one assessment, each building on the one before."""

    def __init__(self, case: Case, read: Read, rules: RuleSet, protocol: Protocol | None) -> None:
        self.case = case
        self.read = read
        self.rules = rules
        self.protocol = protocol
        self.limits = Thresholds.of(rules)
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
        protocol = self.protocol
        entry = protocol.gates if protocol is not None and case.protocol == protocol.name else ()
        return Assessment(
            case_id=case.id,
            read_id=self.read.id,
            ruleset=rules.name,
            version=rules.version,
            baseline=BaselineSums(
                intra.baseline_sum_mm,
                extra.baseline_sum_mm,
                overall.baseline_sum_mm,
                baseline_issues(case, self.tracks, rules, entry),
            ),
            timepoints=self._timepoints(courses, self._recist11(missed[Scope.OVERALL])),
            adjudicated={
                scope: None if c.progression is None else case.timepoints[c.progression].id
                for scope, c in courses.items()
            },
            best_response={scope: self._best(c) for scope, c in courses.items()},
            times={scope: self._times(c) for scope, c in courses.items()},
            protocol=protocol.label if protocol is not None and self._asks_decisions() else None,
        )

    def _recist11(self, missed: NotDone) -> Course | None:
        """RECIST 1.1 in parallel, where every liver target has a whole diameter at baseline."""
        liver = [t for t in self.tracks if _is_liver_target(t)]
        if not liver or any(whole_at(t.observations[0]) is None for t in liver):
            return None
        rules, n = self.rules.recist11, len(self.case.timepoints)
        inside, outside = (scoped_region(self.tracks, region, n, rules, self.tests) for region in Region)
        return follow_region(self.case, inside.pooled_with(outside, "R11"), rules, Thresholds.of(rules), missed)

    def _asks_decisions(self) -> bool:
        """Is this a case of the protocol, or is anything on record that a decision rests on?"""
        case = self.case
        return self.protocol is not None and (
            case.protocol == self.protocol.name
            or any(t.clinical is not None for t in case.timepoints)
            or any(e.kind is EventKind.CONSENT_WITHDRAWN for e in case.events)
        )

    def _timepoints(self, courses: Mapping[Scope, Course], parallel: Course | None) -> tuple[TimePointResponse, ...]:
        intra, extra, overall = courses[Scope.INTRAHEPATIC], courses[Scope.EXTRAHEPATIC], courses[Scope.OVERALL]
        decide = _Decider(self.case, intra, extra, self.tracks, self.protocol) if self._asks_decisions() else None
        after_complete = {scope: _response_after_complete(c.shown) for scope, c in courses.items()}
        found = []
        for position, timepoint in enumerate(self.case.timepoints[1:]):
            index = position + 1
            i, e, o = intra.shown[position], extra.shown[position], overall.shown[position]
            combined = composite(i.response, e.response)
            flags = {*i.flags, *e.flags, *o.flags, *self._visit_flags(index)}
            if combined is not o.response:
                flags.add("DISCORDANT")
            if any([position in positions for positions in after_complete.values()]):
                flags.add("CR_THEN_PR")
            tace = sorafenib = None
            if decide is not None:
                tace, sorafenib = decide.at(position)
                if missing_for_gate(timepoint.clinical):
                    flags.add("GATE_UNKNOWN")
            counted = overall.judged[position].counted
            found.append(
                TimePointResponse(
                    timepoint.id,
                    timepoint.day,
                    i,
                    e,
                    o,
                    combined,
                    None if parallel is None else parallel.shown[position],
                    tuple([f for f in FLAGS if f in flags]) if flags else (),
                    visit_issues(timepoint, self.tracks, index, self.rules),
                    tuple([x.lesion.id for x in counted]) if counted else (),
                    tace,
                    sorafenib,
                    timepoint.clinical,
                )
            )
        return tuple(found)

    def _visit_flags(self, index: int) -> list[str]:
        flags = []
        for track in self.tracks:
            observation = track.observations[index]
            if observation is None:
                if index > track.first:
                    flags.append("not_recorded")
                continue
            noted = observation.features
            if noted.lipiodol_compact:
                flags.append("LIPIODOL_COMPACT")
            if noted.hypovascular or (noted.arterial_enhancement is False and _lost_enhancement(track, index)):
                flags.append("HYPOVASCULAR")
        now, baseline = self.case.timepoints[index].scans, self.case.timepoints[0].scans
        if now and baseline and _is_switch(_modalities(baseline), _modalities(now)):
            flags.append("MODALITY_SWITCH")
        return flags

    def _best(self, course: Course) -> BestResponse:
        rules, later = self.rules.best_response, self.case.timepoints[1:]
        looked_back = [Assessed(t.day, r.adjudicated_response) for t, r in zip(later, course.shown, strict=True)]
        as_read = _as_read(later, course.shown)
        return BestResponse(
            unconfirmed(as_read, rules).response,
            confirmed(as_read, rules).response,
            unconfirmed(looked_back, rules).response,
        )

    def _times(self, course: Course) -> ScopeTimes:
        timepoints = self.case.timepoints
        return scope_times(
            _as_read(timepoints[1:], course.shown),
            self.rules.best_response,
            adjudicated_day=None if course.progression is None else timepoints[course.progression].day,
            death_day=next((e.day for e in self.case.events if e.kind is EventKind.DEATH), None),
        )


class _Decider:
    """Decides time point by time point: withdrawn consent and declared TACE failure carry forward."""

    def __init__(
        self, case: Case, intra: Course, extra: Course, tracks: Sequence[Track], protocol: Protocol | None
    ) -> None:
        assert protocol is not None
        self._case = case
        self._intra = intra
        self._extra = extra
        self._protocol = protocol
        self._liver_targets = [t for t in tracks if _is_liver_target(t)]
        self._keeper = Gatekeeper(protocol.gates, case.timepoints[0].clinical)
        self._withdrawn = _withdrawn(case.timepoints[0].clinical)
        self._declared_at: str | None = None

    def at(self, position: int) -> tuple[Decision, Decision]:
        """TACE and sorafenib at one follow-up; follow-ups are asked in order."""
        timepoint = self._case.timepoints[position + 1]
        clinical = timepoint.clinical
        self._withdrawn = self._withdrawn or _withdrawn(clinical) or self._withdrawn_by(timepoint.day)
        intra, extra = self._intra.judged[position], self._extra.judged[position]
        known = (
            intra.response,
            extra.response,
            viability(intra, self._intra.scoped, self._liver_targets),
            extra.rests_on_node,
            extra.covered,
            _NOTHING_RECORDED if clinical is None else clinical,
            self._keeper.gates(clinical),
            missing_for_gate(clinical),
            self._withdrawn,
            self._declared_at,
        )
        tace = decide_tace(Situation(*known), self._protocol)
        if tace.decision is TaceOutput.STOP_FAILURE and self._declared_at is None:
            self._declared_at = timepoint.id
        return tace, decide_sorafenib(Situation(*known, tace), self._protocol)

    def _withdrawn_by(self, day: int) -> bool:
        return any(e.kind is EventKind.CONSENT_WITHDRAWN and e.day <= day for e in self._case.events)


def _is_liver_target(track: Track) -> bool:
    return track.lesion.region is Region.INTRAHEPATIC and track.lesion.role is LesionRole.TARGET


def _as_read(timepoints: Sequence[TimePoint], shown: Sequence[RegionResponse]) -> list[Assessed]:
    return [Assessed(t.day, r.response, r.unevaluated_cr) for t, r in zip(timepoints, shown, strict=True)]


def _response_after_complete(shown: Sequence[RegionResponse]) -> frozenset[int]:
    """The positions at which a scope is in PR after it was in CR."""
    first = next((i for i, r in enumerate(shown) if r.response is Response.CR), len(shown))
    return frozenset(i for i in range(first + 1, len(shown)) if shown[i].response is Response.PR)


def _withdrawn(clinical: ClinicalStatus | None) -> bool:
    return clinical is not None and bool(clinical.consent_withdrawn)


def _lost_enhancement(track: Track, index: int) -> bool:
    """A measured liver target without arterial enhancement that had it: its diameter counts, never 0."""
    before, observation = track.observations[0], track.observations[index]
    return (
        _is_liver_target(track)
        and not (before is not None and before.features.arterial_enhancement is False)
        and observation is not None
        and bool(getattr(observation.finding, "diameter", None))
    )


def _is_switch(baseline: frozenset[Modality], now: frozenset[Modality]) -> bool:
    return bool(baseline and now) and not baseline & now


def _modalities(scans: Sequence[Scan]) -> frozenset[Modality]:
    return frozenset(s.modality for s in scans) & _CROSS_SECTIONAL
