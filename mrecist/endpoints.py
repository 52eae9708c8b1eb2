"""Times of one scope of one case: to response, of response, to progression as read and in retrospect.

The endpoints of a study are made of these and of what else is recorded: `mrecist.caseendpoints`, by the definitions of
`mrecist.endpointrules` and the policies of `mrecist.censoring`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mrecist.bestresponse import Assessed, clinical_benefit_day, confirmed_response_day, response_day
from mrecist.rulesets import BestResponseRules
from mrecist.values import Response

PD, NE = Response.PD, Response.NE


@dataclass(frozen=True, slots=True)
class Duration:
    """A time in days; `event` is false where it was censored."""

    days: int
    event: bool


@dataclass(frozen=True, slots=True)
class ScopeTimes:
    """Times of one scope, in days from day 0 (start of treatment) but for `duration_of_response`.

    Attributes
    ----------
    clinical_benefit_day : int or None
        From when there was clinical benefit: CR, PR, or SD that lasted. None: no benefit.
    time_to_response, time_to_confirmed_response : int or None
        Day of the first CR or PR; of the first that was confirmed.
    duration_of_response : Duration or None
        From the first response to the first PD or to death; censored at the last assessment that could be evaluated.
    time_to_progression, adjudicated_time_to_progression : Duration or None
        To the first PD as read; to the time point at which progression is dated in retrospect. Without progression
        censored at the last assessment that could be evaluated, death included; None where there was none.
    """

    clinical_benefit_day: int | None
    time_to_response: int | None
    time_to_confirmed_response: int | None
    duration_of_response: Duration | None
    time_to_progression: Duration | None
    adjudicated_time_to_progression: Duration | None


def scope_times(
    sequence: Sequence[Assessed],
    rules: BestResponseRules,
    *,
    adjudicated_day: int | None,
    death_day: int | None = None,
) -> ScopeTimes:
    """The times of one scope.

    ================================= ========================= ============================== ==================
    time                              begins                    ends with                      without it
    ================================= ========================= ============================== ==================
    clinical benefit                  day 0                     first CR or PR, or SD (or NN)  none
                                                                at day >= 42, before PD
    time to response                  day 0                     first CR or PR before PD       none
    time to confirmed response        day 0                     first CR or PR that a later    none
                                                                assessment confirms
    duration of response              first CR or PR            first PD as read, or death     censored
    time to progression               day 0                     first PD as read               censored
    adjudicated time to progression   day 0                     progression, dated in          censored
                                                                retrospect
    ================================= ========================= ============================== ==================

    Censored: at the last assessment of the scope that is not NE. A death does not end a time to progression.

    Parameters
    ----------
    sequence : sequence of Assessed
        The responses as read, in order of day.
    rules : BestResponseRules
    adjudicated_day : int or None
        The day at which progression is dated in retrospect.
    death_day : int, optional
        Ends a response; a time to progression is censored before it.
    """
    progression = next((x.day for x in sequence if x.response is PD), None)
    evaluated = [x.day for x in sequence if x.response is not NE]
    last = max(evaluated, default=None)
    first = response_day(sequence, rules)
    return ScopeTimes(
        clinical_benefit_day=clinical_benefit_day(sequence, rules),
        time_to_response=first,
        time_to_confirmed_response=confirmed_response_day(sequence, rules),
        duration_of_response=None if first is None else _response(first, progression, death_day, last),
        time_to_progression=_progression(progression, last),
        adjudicated_time_to_progression=_progression(adjudicated_day, last),
    )


def _response(first: int, progression: int | None, death: int | None, last: int | None) -> Duration:
    ends = [day for day in (progression, death) if day is not None and day >= first]
    if ends:
        return Duration(min(ends) - first, event=True)
    return Duration((first if last is None else last) - first, event=False)


def _progression(day: int | None, last: int | None) -> Duration | None:
    if day is not None:
        return Duration(day, event=True)
    return None if last is None else Duration(last, event=False)
