"""Everything a study counts of one read of one case: times with their reasons, best responses, response rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from mrecist.bestresponse import Assessed, confirmed, unconfirmed
from mrecist.case import Case, EventKind, Treatment
from mrecist.censoring import (
    POLICIES,
    CensoringPolicy,
    Dated,
    Followed,
    Outcome,
    Why,
    overall_survival,
    time_to_failure,
)
from mrecist.endpointrules import GENERAL, EndpointRules, ResponseRate
from mrecist.results import Assessment, BestResponse
from mrecist.rulesets import BestResponseRules
from mrecist.values import LesionRole, Region, Response, Scope

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "OS": "overall survival",
        "PFS": "progression-free survival",
        "TTP": "time to progression",
        "TTPR": "time to progression as read",
        "TTIHP": "time to intrahepatic progression",
        "TTEHP": "time to extrahepatic progression",
        "TTTF": "time to TACE failure",
        "TTSF": "time to sorafenib failure",
        "DOR": "duration of response",
        "TTR": "time to response",
        "TTDS": "time to resection or transplantation",
    }
)
"""Every time that is worked out, in the order in which it is told."""

RESPONDED = frozenset((Response.CR, Response.PR))
CONTROLLED = RESPONDED | {Response.SD, Response.NN}


@dataclass(frozen=True, slots=True)
class CaseEndpoints:
    """What one read of one case contributes to its study.

    Attributes
    ----------
    case_id, read_id, policy : str
        `policy` is the name of the policy by which times were censored.
    times : mapping of str to Outcome
        By the keys of `TITLES`. A time that does not exist for this case is left out: no response, no decision table.
    best : mapping of Scope to BestResponse
    diseased : mapping of Scope to bool
        Was there disease at baseline? A region without any has no part in its rates.
    rates : mapping of str to bool
        The study's own response rates, by name: does this case count?
    downstaged : bool
        Was there a resection or transplantation from the origin on?
    notes : tuple of str
        Why something cannot be told, and what contradicts itself.
    responses_until : int or None
        The last day on which a response counts, where the policy or a cut-off ends them.
    origin_day : int or None
        The day from which the study counts, by days since day 0.
    """

    case_id: str
    read_id: str
    policy: str
    times: Mapping[str, Outcome]
    best: Mapping[Scope, BestResponse]
    diseased: Mapping[Scope, bool]
    rates: Mapping[str, bool]
    downstaged: bool
    notes: tuple[str, ...] = ()
    responses_until: int | None = None
    origin_day: int | None = None


def case_endpoints(
    case: Case,
    assessment: Assessment,
    best_rules: BestResponseRules,
    rules: EndpointRules = GENERAL,
    policy: CensoringPolicy | None = None,
    *,
    cutoff_day: int | None = None,
) -> CaseEndpoints:
    """The endpoints of one read, by the study's definitions.

    ====== ============================== ================================================== =======================
    time   begins                         ends with                                          censored
    ====== ============================== ================================================== =======================
    OS     the study's origin             death                                              last known alive
    PFS    the study's origin             progression dated in retrospect, or death          last evaluable
                                                                                             assessment of its scope
    TTP    the study's origin             progression dated in retrospect                    the same; death competes
    TTPR   the study's origin             first PD as read                                   the same; death competes
    TTIHP  the study's origin             progression of the liver, in retrospect            the same, of the liver
    TTEHP  the study's origin             progression outside it, in retrospect              the same, outside it
    TTTF   the study's origin             the first decision that is a TACE failure          last decision
    TTSF   the study's origin             the first decision that is a sorafenib failure     last decision
    DOR    first CR or PR of the scope    first PD as read, or death                         as PFS; responders only
    TTR    the study's origin             first CR or PR of the scope                        responders only
    TTDS   the study's origin             resection or transplantation, where any treatment  last known alive, up to
                                          is recorded                                        where the policy stops
    ====== ============================== ================================================== =======================

    Responses count up to a resection or transplantation, where the policy leaves out what follows it, and up to the
    cut-off: in `best`, `rates`, DOR and TTR.

    Parameters
    ----------
    case : Case
        With every time point that is recorded, also those that this read has not judged: they show the patient alive.
    assessment : Assessment
        Of one of its reads.
    best_rules : BestResponseRules
        Those of the rule set that assessed.
    rules : EndpointRules
    policy : CensoringPolicy, optional
        By default the one that `rules` names.
    cutoff_day : int, optional
        The last day that counts.
    """
    policy = POLICIES[rules.censoring] if policy is None else policy
    work = _Work(case, assessment, rules, policy, cutoff_day)
    origin, notes = work.origin()
    last = work.responses_until(origin)
    counted = assessment if last is None else _up_to(assessment, last, best_rules)
    times = {} if origin is None else dict(work.times(origin, notes))
    return CaseEndpoints(
        case_id=case.id,
        read_id=assessment.read_id,
        policy=policy.name,
        times=times,
        best=counted.best_response,
        diseased=_diseased(case, assessment.read_id),
        rates={rate.name: _counts(rate, case, counted, best_rules) for rate in rules.rates},
        downstaged=origin is not None and work.downstaged(origin) is not None,
        notes=tuple(notes),
        responses_until=last,
        origin_day=origin,
    )


class _Work:
    """The dates of one read of one case, and the times between them."""

    def __init__(
        self, case: Case, assessment: Assessment, rules: EndpointRules, policy: CensoringPolicy, cutoff: int | None
    ) -> None:
        self.case = case
        self.assessment = assessment
        self.rules = rules
        self.policy = policy
        self.cutoff = cutoff
        self.death = _first_event(case, EventKind.DEATH)

    def origin(self) -> tuple[int | None, list[str]]:
        """The day from which the study counts, and why there is none."""
        match self.rules.origin:
            case "treatment":
                return 0, []
            case "randomisation":
                day, name = self.case.randomised_day, "day of randomisation"
            case _:
                day, name = self.case.enrolled_day, "day of enrolment"
        return day, [f"the {name} is not recorded: no time can be told"] if day is None else []

    def downstaged(self, origin: int) -> Dated | None:
        """The first resection or transplantation from the origin on, up to the cut-off."""
        done = [t for t in self.case.treatments if t.kind.value in self.rules.downstaging and t.day >= origin]
        if self.cutoff is not None:
            done = [t for t in done if t.day <= self.cutoff]
        return _first_treatment(done)

    def responses_until(self, origin: int | None) -> int | None:
        """The last day on which a response counts; None: all do."""
        days = [] if self.cutoff is None else [self.cutoff]
        if self.policy.responses_after_surgery == "leave out":
            start = max(origin or 0, 0)  # responses count from the start of treatment, whatever the origin is
            days += [t.day for t in self.case.treatments if t.kind.value in self.rules.downstaging and t.day >= start]
        return min(days, default=None)

    def times(self, origin: int, notes: list[str]) -> Iterator[tuple[str, Outcome]]:
        if self.death is not None and self.death.day < origin:
            notes.append("death lies before the day from which times count: no time can be told")
            return
        general = self._general(origin, notes)
        yield "OS", overall_survival(general, self.policy)
        scope = Scope(self.rules.scope)
        progression = self._dated(self.assessment.adjudicated.get(scope), "progression")
        as_read = self._first_read(scope, Response.PD)
        seen = self._evaluated(scope)
        for name, failure, of, deadly in (
            ("PFS", progression, seen, True),
            ("TTP", progression, seen, False),
            ("TTPR", as_read, seen, False),
            ("TTIHP", *self._region(Scope.INTRAHEPATIC), False),
            ("TTEHP", *self._region(Scope.EXTRAHEPATIC), False),
        ):
            yield from self._time(name, replace(general, evaluated=of, failure=failure), notes, deadly=deadly)
        yield from self._failures(general, notes)
        responded, last = self._response(scope), self.responses_until(origin)
        if responded is not None and responded.day >= origin and (last is None or responded.day <= last):
            held = replace(general, origin=responded.day, evaluated=seen, failure=as_read)
            yield from self._time("DOR", held, notes, deadly=True)
            days = responded.day - origin
            yield "TTR", Outcome(days, True, Why.RESPONSE, responded.source, 1, days)
        if not self.case.treatments:
            return
        alive = self._known_alive()
        if self.cutoff is not None and alive and alive[-1].day > self.cutoff:
            # on the day of the cut-off the patient was alive too, and not operated on
            alive = tuple(sorted((*alive, Dated(self.cutoff, "data cut-off"))))
        to_surgery = replace(
            general,
            evaluated=alive,
            failure=self.downstaged(origin),
            why=Why.DOWNSTAGING,
            surgery=None,
            new_therapy=None,
            visit_days=0,
        )
        yield from self._time("TTDS", to_surgery, notes, deadly=False)

    def _time(self, name: str, followed: Followed, notes: list[str], *, deadly: bool) -> Iterator[tuple[str, Outcome]]:
        failure = followed.failure
        if failure is not None and failure.day < followed.origin:
            notes.append(f"{name}: {failure.source} lies before the day from which it counts")
            return
        yield name, time_to_failure(followed, self.policy, death_is_event=deadly)

    def _general(self, origin: int, notes: list[str]) -> Followed:
        case, death = self.case, self.death
        withdrawn = [x for x in (_first_event(case, EventKind.CONSENT_WITHDRAWN), self._withdrawn_at()) if x]
        loose = [f"{t.id} (by {t.slack_days} days)" for t in case.timepoints if t.slack_days]
        loose += [f"{t.kind.value}, day {t.day} (by {t.slack_days} days)" for t in case.treatments if t.slack_days]
        if loose:
            notes.append(f"may have been later, only a month or year is known: {', '.join(loose)}")
        if death is not None and any(x.day > death.day for x in self._recorded()):
            notes.append("something is recorded after death")
        kinds = self.rules.downstaging
        surgery = [t for t in case.treatments if t.kind.value in kinds and t.day >= origin]
        return Followed(
            origin=origin,
            death=death,
            new_therapy=_first_event(case, EventKind.NEW_THERAPY),
            surgery=_first_treatment(surgery),
            transplantation=_first_treatment([t for t in surgery if t.kind.value == "transplantation"]),
            consent_withdrawn=min(withdrawn, default=None),
            last_alive=max(self._known_alive(), default=None),
            visit_days=self.rules.visit_days,
            visit_tolerance_days=self.rules.visit_tolerance_days,
            cutoff=self.cutoff,
        )

    def _recorded(self) -> Iterator[Dated]:
        """Everything but death."""
        yield from (Dated(t.day, t.id) for t in self.case.timepoints)
        for t in self.case.treatments:
            yield Dated(t.day, f"{t.kind.value}, day {t.day}")
            if t.end_day is not None:
                yield Dated(t.end_day, f"{t.kind.value}, to day {t.end_day}")
        yield from (Dated(e.day, e.kind.value) for e in self.case.events if e.kind is not EventKind.DEATH)

    def _known_alive(self) -> tuple[Dated, ...]:
        """What is recorded of the living patient, in order of day."""
        return tuple(sorted(x for x in self._recorded() if self.death is None or x.day <= self.death.day))

    def _withdrawn_at(self) -> Dated | None:
        """The first time point at which consent is recorded as withdrawn."""
        for timepoint in self.case.timepoints:
            if timepoint.clinical is not None and timepoint.clinical.consent_withdrawn:
                return Dated(timepoint.day, timepoint.id)
        return None

    def _evaluated(self, scope: Scope) -> tuple[Dated, ...]:
        found = self.assessment.timepoints
        return tuple([Dated(t.day, t.timepoint) for t in found if t.scope(scope).response is not Response.NE])

    def _region(self, scope: Scope) -> tuple[Dated | None, tuple[Dated, ...]]:
        return self._dated(self.assessment.adjudicated.get(scope), f"{scope} progression"), self._evaluated(scope)

    def _dated(self, timepoint_id: str | None, what: str) -> Dated | None:
        timepoint = None if timepoint_id is None else self.case.timepoint(timepoint_id)
        return None if timepoint is None else Dated(timepoint.day, f"{timepoint.id}, {what}")

    def _first_read(self, scope: Scope, *responses: Response) -> Dated | None:
        for at in self.assessment.timepoints:
            response = at.scope(scope).response
            if response in responses:
                return Dated(at.day, f"{at.timepoint}, {scope} {response}")
        return None

    def _response(self, scope: Scope) -> Dated | None:
        """The first CR or PR before progression."""
        times = self.assessment.times.get(scope)
        if times is None or times.time_to_response is None:
            return None
        return self._first_read(scope, Response.CR, Response.PR)

    def _failures(self, general: Followed, notes: list[str]) -> Iterator[tuple[str, Outcome]]:
        """Failure as the study's decision tables declare it; a missing judgement is never a failure."""
        found = self.assessment.timepoints
        for name, declared, why, decisions in (
            ("TTTF", self.rules.tace_failure, Why.TACE_FAILURE, [(t, t.tace) for t in found]),
            ("TTSF", self.rules.sorafenib_failure, Why.SORAFENIB_FAILURE, [(t, t.sorafenib) for t in found]),
        ):
            made = [(t, d) for t, d in decisions if d is not None]
            if not made or not declared:
                continue
            failed = [Dated(t.day, f"{t.timepoint}, row {d.row}") for t, d in made if d.decision.value in declared]
            followed = replace(
                general,
                evaluated=tuple([Dated(t.day, t.timepoint) for t, _ in made]),
                failure=failed[0] if failed else None,
                why=why,
            )
            yield from self._time(name, followed, notes, deadly=False)
            waiting = [t.timepoint for t, d in made if d.decision.value == "JUDGEMENT"]
            if waiting and not failed:
                notes.append(f"{name}: a judgement is missing at {', '.join(waiting)}; none is taken as failure")


def _diseased(case: Case, read_id: str) -> dict[Scope, bool]:
    """Was there disease at baseline, by this read?"""
    read = case.read(read_id)
    known = {x.region for x in read.lesions if x.role is not LesionRole.NEW} if read is not None else set()
    return {
        Scope.INTRAHEPATIC: Region.INTRAHEPATIC in known,
        Scope.EXTRAHEPATIC: Region.EXTRAHEPATIC in known,
        Scope.OVERALL: bool(known),
    }


def _up_to(assessment: Assessment, last: int, rules: BestResponseRules) -> Assessment:
    """The assessment without what came after that day, and its best responses."""
    kept = tuple(t for t in assessment.timepoints if t.day <= last)
    if len(kept) == len(assessment.timepoints):
        return assessment
    cut = replace(assessment, timepoints=kept)
    best: dict[Scope, BestResponse] = {}
    for scope in assessment.best_response:
        sequence = _sequence(cut, scope)
        looked_back = [Assessed(t.day, t.scope(scope).adjudicated_response) for t in kept]
        best[scope] = BestResponse(
            unconfirmed(sequence, rules).response,
            confirmed(sequence, rules).response,
            unconfirmed(looked_back, rules).response,
        )
    return replace(cut, best_response=best)


def _sequence(assessment: Assessment, scope: Scope) -> list[Assessed]:
    found = [(t.day, t.scope(scope)) for t in assessment.timepoints]
    return [Assessed(day, response.response, response.unevaluated_cr) for day, response in found]


def _counts(rate: ResponseRate, case: Case, assessment: Assessment, rules: BestResponseRules) -> bool:
    """Does the case count for this rate? Whoever cannot be judged does not, and stays in the denominator."""
    sequence = _sequence(assessment, Scope(rate.scope))
    first: list[Assessed] = []
    if rate.first_after:
        ended = [_last_day(t) for t in case.treatments if t.kind.value == rate.first_after]
        first = [x for x in sequence if ended and x.day > max(ended)][:1]
    if rate.until:
        begun = [t.day for t in case.treatments if t.kind.value == rate.until]
        sequence = [x for x in sequence if x in first or not begun or x.day <= min(begun)]
    elif rate.first_after:
        return bool(first) and first[0].response in rate.responses
    best = confirmed if rate.confirmed else unconfirmed
    return best(sequence, rules).response in rate.responses


def _last_day(treatment: Treatment) -> int:
    return treatment.day if treatment.end_day is None else treatment.end_day


def _first_event(case: Case, kind: EventKind) -> Dated | None:
    return min((Dated(e.day, e.kind.value) for e in case.events if e.kind is kind), default=None)


def _first_treatment(treatments: Sequence[Treatment]) -> Dated | None:
    return min((Dated(t.day, f"{t.kind.value}, day {t.day}") for t in treatments), default=None)
