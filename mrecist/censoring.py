"""When a time to an event ends, and where it is censored: policies with names, each row with its reason.

Days count from day 0 of the case; an `Outcome` counts from its own origin (day 0, randomisation, first response).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, NamedTuple

Act = Literal["ignore", "censor", "event"]


class Why(StrEnum):
    """Why a time ended, or where it was censored."""

    PROGRESSION = "progression"
    DEATH = "death"
    RESPONSE = "response"
    TACE_FAILURE = "TACE failure"
    SORAFENIB_FAILURE = "sorafenib failure"
    DOWNSTAGING = "downstaging"
    NEW_THERAPY = "new therapy"
    SURGERY = "resection or transplantation"
    CONSENT_WITHDRAWN = "consent withdrawn"
    MISSED_VISITS = "visits missed before"
    CUTOFF = "data cut-off"
    LAST_ASSESSMENT = "last evaluable assessment"
    LAST_CONTACT = "last known alive"
    NO_ASSESSMENT = "no evaluable assessment"
    STATED = "stated in the table"


class Dated(NamedTuple):
    """A day, and where it is written: a time point, an event, a treatment, a column."""

    day: int
    source: str


class Outcome(NamedTuple):
    """One patient's time: in days from its origin, ended by an event or censored.

    Attributes
    ----------
    days : float
        A whole number of days where it comes from days; a table may state other units.
    event : bool
        False: censored. This is what Kaplan-Meier takes.
    reason : Why
    source : str
        Where the date of the event or of the censoring is written.
    cause : int
        For the cumulative incidence: 0 censored, 1 the event, 2 death without it.
    cause_days : float
        When that was. Where death competes it is the day of death, however early Kaplan-Meier was censored.
    """

    days: float
    event: bool
    reason: Why
    source: str
    cause: int
    cause_days: float


@dataclass(frozen=True, slots=True)
class CensoringPolicy:
    """What else than the event ends a time.

    Attributes
    ----------
    name, source : str
        `source` is whose rules these are, with the part of the document.
    checked : str
        Which of its rows were read in that document, and which were not. Empty for rules of this project.
    new_therapy : str
        A therapy outside the protocol, begun before the event: ignored, censors at the last evaluable assessment up to
        its day, or is the event.
    surgery : str
        The same for resection or transplantation.
    consent_withdrawn : str
        The same, without "event".
    missed_visits : int
        An event after this many missed visits in a row is censored at the last evaluable assessment before them; 0:
        it counts. It can be looked at only where the protocol tells its visits.
    death_in_ttp : str
        Where a death without progression is censored in TTP: at the last evaluable assessment, or on its own day.
    survival_after_withdrawal, survival_after_transplantation : str
        Whether overall survival is censored there.
    responses_after_surgery : str
        Whether an assessment after resection or transplantation counts as a response: in best responses, rates, time to
        and duration of response. One on its day does.
    """

    name: str
    source: str
    checked: str = ""
    new_therapy: Act = "ignore"
    surgery: Act = "ignore"
    consent_withdrawn: Literal["ignore", "censor"] = "ignore"
    missed_visits: int = 0
    death_in_ttp: Literal["last_assessment", "death"] = "last_assessment"
    survival_after_withdrawal: Literal["ignore", "censor"] = "ignore"
    survival_after_transplantation: Literal["ignore", "censor"] = "ignore"
    responses_after_surgery: Literal["count", "leave out"] = "count"


_PRESETS = (
    CensoringPolicy("last-assessment", "this project: every event counts, whatever came before it"),
    CensoringPolicy(
        "at-death",
        "as last-assessment; a death without progression is censored in TTP on its own day",
        death_in_ttp="death",
    ),
    CensoringPolicy(
        "fda",
        "FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, May 2007: appendix 3, Table A"
        " (PFS 1); of death in TTP section III.B",
        "Read: Table A counts documented progression and death, other data are censored; a death after two or more"
        " missed visits is censored at the last visit; in TTP a death is censored on its day or at an earlier visit."
        " Not found: the rows of Table A, so that new therapy, surgery, withdrawn consent and progression after missed"
        " visits stand here as other data",
        new_therapy="censor",
        surgery="censor",
        consent_withdrawn="censor",
        missed_visits=2,
    ),
    CensoringPolicy(
        "new-therapy-event",
        "this project: the sensitivity analysis beside `fda` in which a new therapy counts as progression",
        "What was found of FDA's guidance tells no such table",
        new_therapy="event",
        surgery="censor",
        consent_withdrawn="censor",
    ),
    CensoringPolicy(
        "ema",
        "EMA/CHMP/27994/2008 Rev. 1, appendix 1 to the guideline on the evaluation of anticancer medicinal products",
        "Not found: the document. That it looks away from new therapy, missed visits and withdrawal (treatment policy)"
        " is told of it by others; that death in TTP is censored on its day is this project's",
        death_in_ttp="death",
    ),
    CensoringPolicy(
        "at-surgery",
        "studies of downstaging: what follows resection or transplantation is no longer the treatment's response",
        surgery="censor",
        responses_after_surgery="leave out",
    ),
    CensoringPolicy(
        "at-transplantation",
        "as at-surgery; overall survival is censored at transplantation too",
        surgery="censor",
        survival_after_transplantation="censor",
        responses_after_surgery="leave out",
    ),
)

POLICIES: Mapping[str, CensoringPolicy] = MappingProxyType({policy.name: policy for policy in _PRESETS})
"""The named policies.

================== =========== ======= ================== ======= ============= =============== ======================
name               new therapy surgery responses after it consent missed visits death in TTP    OS ends with
================== =========== ======= ================== ======= ============= =============== ======================
last-assessment    ignore      ignore  count              ignore  count         last assessment death
at-death           ignore      ignore  count              ignore  count         on its day      death
fda                censor      censor  count              censor  2 censor      last assessment death
new-therapy-event  event       censor  count              censor  count         last assessment death
ema                ignore      ignore  count              ignore  count         on its day      death
at-surgery         ignore      censor  left out           ignore  count         last assessment death
at-transplantation ignore      censor  left out           ignore  count         last assessment death; transplantation
================== =========== ======= ================== ======= ============= =============== ======================
"""


@dataclass(frozen=True, slots=True)
class Followed:
    """What is known of one patient for one time: all in days of the case.

    Attributes
    ----------
    origin : int
        Where the time begins.
    evaluated : tuple of Dated
        Assessments that could be evaluated, in order of day.
    failure : Dated or None
        What ends the time beside death: progression, a declared failure.
    why : Why
        What `failure` is.
    death, new_therapy, surgery, consent_withdrawn : Dated or None
        The first of each.
    transplantation : Dated or None
    last_alive : Dated or None
        The last day on which anything is recorded of the living patient.
    visit_days, visit_tolerance_days : int
        How far apart visits are; 0: the protocol does not tell.
    cutoff : int or None
        The last day that counts.
    """

    origin: int
    evaluated: tuple[Dated, ...] = ()
    failure: Dated | None = None
    why: Why = Why.PROGRESSION
    death: Dated | None = None
    new_therapy: Dated | None = None
    surgery: Dated | None = None
    transplantation: Dated | None = None
    consent_withdrawn: Dated | None = None
    last_alive: Dated | None = None
    visit_days: int = 0
    visit_tolerance_days: int = 0
    cutoff: int | None = None


def time_to_failure(followed: Followed, policy: CensoringPolicy, *, death_is_event: bool) -> Outcome:
    """The time to progression or to another failure; with `death_is_event` also to death (PFS).

    Ordered decision table. "Ends" is the first of: the failure, death, and what the policy counts as an event; on one
    day the failure goes before death. "Stops" is the first of what the policy censors at, and the cut-off. A time that
    ends and stops on the same day has ended.

    ====== ========================================================= ==================================================
    row    situation                                                 outcome
    ====== ========================================================= ==================================================
    C-STOP it stops before it ends, or without an end                censored at the last evaluable assessment up to it
    C-MISS it ends after `missed_visits` missed visits               censored at the last evaluable assessment before
    C-FAIL it ends with the failure                                  event
    C-NEW  it ends with new therapy or surgery that the policy       event
           counts
    C-DIED it ends with death, which is an event here                event
    C-COMP it ends with death, which is none here                    censored as `death_in_ttp` says; death competes
    C-LAST it does not end                                           censored at the last evaluable assessment
    C-NONE any of these, where no assessment could be evaluated      censored at the origin
           from the origin on
    ====== ========================================================= ==================================================

    Parameters
    ----------
    followed : Followed
        Nothing in it but `evaluated` may lie before the origin.
    policy : CensoringPolicy
    death_is_event : bool
    """
    end = _end(followed, policy)
    stop = _stop(followed, policy)
    if stop is not None and (end is None or end[0].day > stop[0].day):
        return _censored(followed, stop[0].day, stop[1], stop[0].source)
    if end is None:
        return _censored(followed, None, Why.LAST_ASSESSMENT, "")
    at, why = end
    if policy.missed_visits and followed.visit_days:
        before = max((x.day for x in followed.evaluated if followed.origin <= x.day < at.day), default=followed.origin)
        longest = policy.missed_visits * followed.visit_days + followed.visit_tolerance_days
        if at.day - before > longest:
            return _censored(followed, before, Why.MISSED_VISITS, "")
    days = at.day - followed.origin
    if why is not Why.DEATH or death_is_event:
        return Outcome(days, True, why, at.source, 1, days)
    if policy.death_in_ttp == "death":
        return Outcome(days, False, Why.DEATH, at.source, 2, days)
    last = _censored(followed, at.day, Why.DEATH, at.source)
    return Outcome(last.days, False, Why.DEATH, last.source, 2, days)


def overall_survival(followed: Followed, policy: CensoringPolicy) -> Outcome:
    """The time to death of any cause.

    ====== ========================================================= ===========================================
    row    situation                                                 outcome
    ====== ========================================================= ===========================================
    O-STOP withdrawn consent or transplantation, where the policy    censored on its day
           censors there, before death or without it
    O-CUT  anything is recorded after the cut-off                    censored at the cut-off
    O-DIED death                                                     event
    O-LAST otherwise                                                 censored where last known alive
    O-NONE nothing is recorded after the origin                      censored at the origin
    ====== ========================================================= ===========================================
    """
    origin, death, alive = followed.origin, followed.death, followed.last_alive
    stops: list[tuple[Dated, Why]] = []
    if followed.consent_withdrawn is not None and policy.survival_after_withdrawal == "censor":
        stops.append((followed.consent_withdrawn, Why.CONSENT_WITHDRAWN))
    if followed.transplantation is not None and policy.survival_after_transplantation == "censor":
        stops.append((followed.transplantation, Why.SURGERY))
    last = max((x.day for x in (death, alive) if x is not None), default=origin)
    if followed.cutoff is not None and last > followed.cutoff:
        stops.append((Dated(followed.cutoff, "data cut-off"), Why.CUTOFF))
    stop = min(stops, key=lambda x: x[0].day, default=None)
    if stop is not None and (death is None or death.day > stop[0].day):
        days = max(stop[0].day - origin, 0)
        return Outcome(days, False, stop[1], stop[0].source, 0, days)
    if death is not None:
        days = death.day - origin
        return Outcome(days, True, Why.DEATH, death.source, 1, days)
    if alive is None or alive.day < origin:
        return Outcome(0, False, Why.NO_ASSESSMENT, "", 0, 0)
    days = alive.day - origin
    return Outcome(days, False, Why.LAST_CONTACT, alive.source, 0, days)


def _end(followed: Followed, policy: CensoringPolicy) -> tuple[Dated, Why] | None:
    ends: list[tuple[Dated, Why]] = []
    if followed.failure is not None:
        ends.append((followed.failure, followed.why))
    if followed.new_therapy is not None and policy.new_therapy == "event":
        ends.append((followed.new_therapy, Why.NEW_THERAPY))
    if followed.surgery is not None and policy.surgery == "event":
        ends.append((followed.surgery, Why.SURGERY))
    if followed.death is not None:
        ends.append((followed.death, Why.DEATH))
    return min(ends, key=lambda x: x[0].day, default=None)


def _stop(followed: Followed, policy: CensoringPolicy) -> tuple[Dated, Why] | None:
    stops: list[tuple[Dated, Why]] = []
    if followed.new_therapy is not None and policy.new_therapy == "censor":
        stops.append((followed.new_therapy, Why.NEW_THERAPY))
    if followed.surgery is not None and policy.surgery == "censor":
        stops.append((followed.surgery, Why.SURGERY))
    if followed.consent_withdrawn is not None and policy.consent_withdrawn == "censor":
        stops.append((followed.consent_withdrawn, Why.CONSENT_WITHDRAWN))
    if followed.cutoff is not None and _recorded_after(followed, followed.cutoff):
        stops.append((Dated(followed.cutoff, "data cut-off"), Why.CUTOFF))
    return min(stops, key=lambda x: x[0].day, default=None)


def _recorded_after(followed: Followed, cutoff: int) -> bool:
    known = (*followed.evaluated, followed.failure, followed.death, followed.new_therapy, followed.last_alive)
    return any(x is not None and x.day > cutoff for x in known)


def _censored(followed: Followed, up_to: int | None, why: Why, source: str) -> Outcome:
    """Censored at the last evaluable assessment from the origin on, up to that day."""
    origin = followed.origin
    seen = [x for x in followed.evaluated if origin <= x.day and (up_to is None or x.day <= up_to)]
    if not seen:
        return Outcome(0, False, Why.NO_ASSESSMENT if why is Why.LAST_ASSESSMENT else why, source, 0, 0)
    last = seen[-1]
    days = last.day - origin
    told = last.source if source in ("", last.source) else f"{last.source} ({source})"
    return Outcome(days, False, why, told, 0, days)
