"""From a case to its assessment: the one entry point of the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from mrecist.bestresponse import Assessed, confirmed, unconfirmed
from mrecist.case import Case, ClinicalStatus, EventKind, Examination, Modality, Read, TimePoint
from mrecist.decisions.situation import Situation, asks_decisions, viability
from mrecist.decisions.sorafenib import decide_sorafenib
from mrecist.decisions.tace import decide_tace
from mrecist.eligibility import baseline_issues, visit_issues
from mrecist.liver import Gatekeeper, liver_function, missing_for_gate
from mrecist.margins import growth_to_progression
from mrecist.newlesion import new_lesion
from mrecist.nontarget import nontarget, progressing_target
from mrecist.overall import composite, floors
from mrecist.reasons import Presenter
from mrecist.region import Judged, Scoped, judge_scope, patterns
from mrecist.results import (
    Assessment,
    BaselineSums,
    BestResponse,
    Decision,
    RegionResponse,
    TaceOutput,
    TimePointResponse,
)
from mrecist.rulesets import BestResponseRules, RuleSet
from mrecist.target import Thresholds, region_targets, whole_at
from mrecist.tracks import Tests, Track, follow, functional_tests
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
_OUTSIDE = (Examination.CHEST, Examination.ABDOMEN_PELVIS)
_CROSS_SECTIONAL = frozenset((Modality.CT, Modality.MR))


def assess(case: Case, ruleset: RuleSet, read_id: str | None = None) -> Assessment:
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
        read = Read() if read is None else read
        return _unread(case, read, ruleset)
    return _Work(case, read, ruleset).assessment()


def _unread(case: Case, read: Read, ruleset: RuleSet) -> Assessment:
    nothing = BestResponse(Response.NE, Response.NE, Response.NE)
    return Assessment(
        case.id,
        read.id,
        ruleset.name,
        ruleset.version,
        BaselineSums(None, None, None),
        (),
        dict.fromkeys(Scope),
        dict.fromkeys(Scope, nothing),
    )


@dataclass(frozen=True, slots=True)
class _Course:
    """One scope over all follow-ups, judged, presented, and adjudicated in retrospect."""

    scoped: Scoped
    judged: tuple[Judged, ...]
    shown: tuple[RegionResponse, ...]
    progression: int | None


class _Work:
    """The steps of one assessment, each building on the one before."""

    def __init__(self, case: Case, read: Read, ruleset: RuleSet) -> None:
        self.case = case
        self.read = read
        self.ruleset = ruleset
        self.rules = ruleset.with_policy(case.policy)
        self.limits = Thresholds.of(self.rules)
        self.n = len(case.timepoints)
        self.tracks = follow(case, read)
        self.tests = functional_tests(case)

    def assessment(self) -> Assessment:
        covered = self._coverage()
        liver = _scoped(self.tracks, Region.INTRAHEPATIC, self.n, self.rules, self.tests)
        outside = _scoped(self.tracks, Region.EXTRAHEPATIC, self.n, self.rules, self.tests)
        intra = self._course(liver, self.rules, self.limits, covered[Scope.INTRAHEPATIC])
        extra = self._course(outside, self.rules, self.limits, covered[Scope.EXTRAHEPATIC])
        pooled = liver.pooled_with(outside)
        overall = self._course(pooled, self.rules, self.limits, covered[Scope.OVERALL], intra, extra)
        parallel = self._recist11(covered[Scope.OVERALL])
        timepoints = self._timepoints(intra, extra, overall, parallel)
        courses = {Scope.INTRAHEPATIC: intra, Scope.EXTRAHEPATIC: extra, Scope.OVERALL: overall}
        return Assessment(
            case_id=self.case.id,
            read_id=self.read.id,
            ruleset=self.ruleset.name,
            version=self.ruleset.version,
            baseline=BaselineSums(
                self._baseline_sum(intra),
                self._baseline_sum(extra),
                self._baseline_sum(overall),
                baseline_issues(self.case, self.tracks, self.rules),
            ),
            timepoints=timepoints,
            adjudicated={
                scope: None if c.progression is None else self.case.timepoints[c.progression].id
                for scope, c in courses.items()
            },
            best_response={
                scope: _best(self.case.timepoints[1:], c.shown, self.rules.best_response)
                for scope, c in courses.items()
            },
        )

    def _course(
        self,
        scoped: Scoped,
        rules: RuleSet,
        limits: Thresholds,
        covered: Sequence[bool],
        intra: _Course | None = None,
        extra: _Course | None = None,
    ) -> _Course:
        lowest = floors(scoped.scope, rules.target, self.n, intra.judged if intra else ())
        judged = judge_scope(
            scoped,
            self.n,
            limits,
            floors=lowest,
            covered=covered,
            carry_forward=rules.target.carry_response_forward,
        )
        presenter = Presenter(scoped, self.case.timepoints, limits, rules.new_lesions)
        by_content = rules.target.min_growth_overall_mm == "by_content"
        shown = []
        for position, one in enumerate(judged):
            lifting = None
            if intra is None or extra is None:
                pattern = patterns(one, scoped.scope)
            else:
                pattern = _pooled_patterns(one, intra.shown[position], extra.shown[position])
                lifting = growth_to_progression(intra.judged[position], limits) if by_content else None
            adjudicated = Response.PD if _dated_back(scoped, one.index) else one.response
            shown.append(presenter.present(one, adjudicated=adjudicated, patterns=pattern, lifting=lifting))
        return _Course(scoped, judged, tuple(shown), _progression(scoped, judged))

    def _recist11(self, covered: Sequence[bool]) -> _Course | None:
        """RECIST 1.1 in parallel, where every liver target has a whole diameter at baseline."""
        liver = [t for t in self.tracks if _is(t, Region.INTRAHEPATIC, LesionRole.TARGET)]
        if not liver or any(whole_at(t.observations[0]) is None for t in liver):
            return None
        rules = self.ruleset.recist11
        scoped = _scoped(self.tracks, Region.INTRAHEPATIC, self.n, rules, self.tests).pooled_with(
            _scoped(self.tracks, Region.EXTRAHEPATIC, self.n, rules, self.tests), "R11"
        )
        return self._course(scoped, rules, Thresholds.of(rules), covered)

    def _baseline_sum(self, course: _Course) -> Fraction | None:
        first = [t.tenths[0] for t in course.scoped.targets]
        known = [x for x in first if x is not None]
        return Fraction(sum(known), 10) if first and len(known) == len(first) else None

    def _coverage(self) -> dict[Scope, list[bool]]:
        """Where a time point states its examinations: was none of those each scope requires left out?

        Only an explicit false degrades a response: an examination that a stated coverage does not name counts as
        done, as it does where no coverage is stated at all.
        """
        bone_from = min(
            (t.first for t in self.tracks if t.lesion.is_bone and t.lesion.region is Region.EXTRAHEPATIC),
            default=self.n,
        )
        found: dict[Scope, list[bool]] = {scope: [] for scope in Scope}
        for index, timepoint in enumerate(self.case.timepoints):
            stated = dict(timepoint.coverage or ())
            outside = (*_OUTSIDE, Examination.BONE_SCAN) if index >= bone_from else _OUTSIDE
            liver_done = stated.get(Examination.LIVER_DYNAMIC, True)
            outside_done = all(stated.get(x, True) for x in outside)
            found[Scope.INTRAHEPATIC].append(liver_done)
            found[Scope.EXTRAHEPATIC].append(outside_done)
            found[Scope.OVERALL].append(liver_done and outside_done)
        return found

    def _timepoints(
        self, intra: _Course, extra: _Course, overall: _Course, parallel: _Course | None
    ) -> tuple[TimePointResponse, ...]:
        case = self.case
        decide = asks_decisions(case)
        liver_targets = [t for t in self.tracks if _is(t, Region.INTRAHEPATIC, LesionRole.TARGET)]
        withdrawn = _withdrawn(case.timepoints[0].clinical)
        keeper = Gatekeeper(case.timepoints[0].clinical)
        declared_at: str | None = None
        seen_cr: set[Scope] = set()
        found = []
        for position, timepoint in enumerate(case.timepoints[1:]):
            index = position + 1
            withdrawn = withdrawn or _withdrawn(timepoint.clinical) or self._withdrawn_by(timepoint.day)
            i, e, o = intra.shown[position], extra.shown[position], overall.shown[position]
            combined = composite(i.response, e.response)
            flags = {*i.flags, *e.flags, *o.flags, *self._visit_flags(index)}
            if combined is not o.response:
                flags.add("DISCORDANT")
            for scope, shown in ((Scope.INTRAHEPATIC, i), (Scope.EXTRAHEPATIC, e), (Scope.OVERALL, o)):
                if shown.response is Response.CR:
                    seen_cr.add(scope)
                elif shown.response is Response.PR and scope in seen_cr:
                    flags.add("CR_THEN_PR")
            tace: Decision | None = None
            sorafenib: Decision | None = None
            clinical = timepoint.clinical
            if decide:
                situation = Situation(
                    intrahepatic=i.response,
                    extrahepatic=e.response,
                    viability=viability(intra.judged[position], intra.scoped, liver_targets),
                    extrahepatic_rests_on_node=extra.judged[position].rests_on_node,
                    extrahepatic_covered=extra.judged[position].covered,
                    clinical=clinical or ClinicalStatus(),
                    gates=keeper.gates(clinical),
                    missing=missing_for_gate(clinical),
                    consent_withdrawn=withdrawn,
                    failure_declared_at=declared_at,
                )
                tace = decide_tace(situation)
                sorafenib = decide_sorafenib(situation, tace)
                if tace.decision is TaceOutput.STOP_FAILURE and declared_at is None:
                    declared_at = timepoint.id
                if situation.missing:
                    flags.add("GATE_UNKNOWN")
            found.append(
                TimePointResponse(
                    timepoint=timepoint.id,
                    day=timepoint.day,
                    intrahepatic=i,
                    extrahepatic=e,
                    overall=o,
                    composite=combined,
                    recist11=None if parallel is None else parallel.shown[position],
                    flags=tuple(f for f in FLAGS if f in flags),
                    issues=visit_issues(timepoint, self.tracks, index, self.rules),
                    new_lesions_counted=tuple(x.lesion.id for x in overall.judged[position].counted),
                    tace=tace,
                    sorafenib=sorafenib,
                    liver=None if clinical is None else liver_function(clinical),
                )
            )
        return tuple(found)

    def _withdrawn_by(self, day: int) -> bool:
        return any(e.kind is EventKind.CONSENT_WITHDRAWN and e.day <= day for e in self.case.events)

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
            if noted.hypovascular or _lost_enhancement(track, index):
                flags.append("HYPOVASCULAR")
        now = _modalities(self.case.timepoints[index])
        baseline = _modalities(self.case.timepoints[0])
        if now and baseline and not now & baseline:
            flags.append("MODALITY_SWITCH")
        return flags


def _is(track: Track, region: Region, role: LesionRole) -> bool:
    return track.lesion.region is region and track.lesion.role is role


def _scoped(tracks: Sequence[Track], region: Region, timepoints: int, rules: RuleSet, tests: Sequence[Tests]) -> Scoped:
    """The lesions of one region, each turned into what the rules look at."""
    here = [t for t in tracks if t.lesion.region is region]
    targets = [t for t in here if t.lesion.role is LesionRole.TARGET]
    nontargets = [nontarget(t, rules, tests) for t in here if t.lesion.role is LesionRole.NONTARGET]
    nontargets += [x for t in targets if (x := progressing_target(t)) is not None]
    scope, prefix = (Scope.INTRAHEPATIC, "IH") if region is Region.INTRAHEPATIC else (Scope.EXTRAHEPATIC, "EH")
    return Scoped(
        scope,
        prefix,
        region_targets(targets, timepoints, rules.target),
        tuple(nontargets),
        tuple(new_lesion(t, rules.new_lesions, tests) for t in here if t.lesion.role is LesionRole.NEW),
    )


def _dated_back(scoped: Scoped, index: int) -> bool:
    """Does a lesion that is counted later date progression back to this time point?

    It does at its first listing, and where it is still seen between then and the time point at which it counts.
    """
    return any(
        x.first_counted is not None
        and x.first <= index < x.first_counted
        and (index == x.first or x.verdicts[index].equivocal)
        for x in scoped.new
    )


def _progression(scoped: Scoped, judged: Sequence[Judged]) -> int | None:
    """The time point at which progression is dated in retrospect: first PD, or first listing of what counts later."""
    dates = [j.index for j in judged if j.response is Response.PD][:1]
    dates += [x.first for x in scoped.new if x.first_counted is not None]
    return min(dates, default=None)


def _pooled_patterns(judged: Judged, intra: RegionResponse, extra: RegionResponse) -> tuple[str, ...]:
    if judged.response is not Response.PD:
        return ()
    both = dict.fromkeys((*intra.patterns, *extra.patterns))
    if both:
        return tuple(both)
    return tuple(
        name
        for name, region in (("IHG", intra), ("EHG", extra))
        if region.sum_mm is not None and region.nadir_sum_mm is not None and region.sum_mm > region.nadir_sum_mm
    )


def _best(timepoints: Sequence[TimePoint], shown: Sequence[RegionResponse], rules: BestResponseRules) -> BestResponse:
    as_read = [Assessed(t.day, r.response, r.unevaluated_cr) for t, r in zip(timepoints, shown, strict=True)]
    looked_back = [Assessed(t.day, r.adjudicated_response) for t, r in zip(timepoints, shown, strict=True)]
    return BestResponse(unconfirmed(as_read, rules), confirmed(as_read, rules), unconfirmed(looked_back, rules))


def _withdrawn(clinical: ClinicalStatus | None) -> bool:
    return clinical is not None and bool(clinical.consent_withdrawn)


def _lost_enhancement(track: Track, index: int) -> bool:
    """A measured liver target without arterial enhancement that had it: its diameter counts, never 0."""
    before, observation = track.observations[0], track.observations[index]
    return (
        _is(track, Region.INTRAHEPATIC, LesionRole.TARGET)
        and observation is not None
        and observation.features.arterial_enhancement is False
        and not (before is not None and before.features.arterial_enhancement is False)
        and bool(getattr(observation.finding, "diameter", None))
    )


def _modalities(timepoint: TimePoint) -> frozenset[Modality]:
    return frozenset(s.modality for s in timepoint.scans) & _CROSS_SECTIONAL
