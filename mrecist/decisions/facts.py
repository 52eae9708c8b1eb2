"""What was given and found up to a time point beside the responses: arm, sessions, radiotherapy, operations, marker."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mrecist.case import Case, Marker, TreatmentKind
from mrecist.decisions.situation import Facts, Radiotherapy, Sessions, Trend
from mrecist.explain import plain
from mrecist.filled import Filled
from mrecist.values import Response

if TYPE_CHECKING:
    from mrecist.protocols import Arm, MarkerRule, Protocol, SessionRule

CONDITIONS = frozenset(
    (
        "overall_pd",
        "overall_ne",
        "arm_not_recorded",
        "arm_without_tace",
        "sessions_too_few",
        "sessions_complete",
        "sorafenib_begun",
        "radiotherapy_not_recorded",
        "radiotherapy_under_way",
        "response_too_early",
        "operated",
        "marker_rising",
        "marker_unknown",
    )
)
"""The conditions that look at these facts; where no row names one, they are not gathered."""

_OPERATIONS = (TreatmentKind.RESECTION, TreatmentKind.TRANSPLANTATION)


def facts_at(case: Case, index: int, overall: Response, protocol: Protocol) -> Facts:
    """The facts at one time point (`index` counts the baseline as 0).

    What began on the day of the time point or before counts. A day of which only the month is known counts from its
    first day.
    """
    timepoint = case.timepoints[index]
    day = timepoint.day
    begun = [t for t in case.treatments if t.day <= day]
    rule = protocol.sessions
    count = 0 if rule is None else sum(t.kind == rule.kind for t in begun)
    trend, text = marker_trend(case, index, protocol.marker)
    return Facts(
        overall=overall,
        arm_has_tace=_arm_has_tace(case.arm, protocol.arms),
        sessions=_sessions(count, rule),
        session_count=count,
        sorafenib_begun=any(t.kind is TreatmentKind.SORAFENIB for t in begun),
        radiotherapy=_radiotherapy(case, day, protocol.response_after_radiotherapy_days),
        operated=any(t.kind in _OPERATIONS for t in begun),
        marker=trend,
        marker_text=text,
    )


def _arm_has_tace(arm: str | None, arms: tuple[Arm, ...]) -> bool | None:
    return next((TreatmentKind.TACE in x.treatments for x in arms if x.name == arm), None)


def _sessions(count: int, rule: SessionRule | None) -> Sessions:
    if rule is None or count < rule.least:
        return Sessions.TOO_FEW
    return Sessions.ENOUGH if count < rule.most else Sessions.COMPLETE


def _radiotherapy(case: Case, day: int, wait_days: int) -> Radiotherapy:
    """How far the last radiotherapy begun by this day has come.

    ============ ==========================================================================
    not recorded none has begun by this day, or its end was not recorded
    under way    it ends after this day
    too early    it has ended, and fewer days have passed than the response waits for
    due          otherwise
    ============ ==========================================================================
    """
    given = [t for t in case.treatments if t.kind is TreatmentKind.RADIOTHERAPY and t.day <= day]
    end = max(given, key=lambda t: t.day).end_day if given else None
    if end is None:
        return Radiotherapy.NOT_RECORDED
    if end > day:
        return Radiotherapy.UNDER_WAY
    return Radiotherapy.TOO_EARLY if day - end < wait_days else Radiotherapy.DUE


def marker_trend(case: Case, index: int, rule: MarkerRule | None) -> tuple[Trend, str]:
    """Does the protocol's marker rise? And in words, with its values.

    ============ ==========================================================================
    unknown      no marker is named; its value now, or any before it, is not recorded; or one of the two is known
                 only as "greater than", and it may or may not be the lower one or within the limit
    not rising   it is at or below the protocol's limit, or not higher than when last recorded
    rising       otherwise
    ============ ==========================================================================
    """
    if rule is None:
        return Trend.UNKNOWN, ""
    values = [_marker(case, i, rule) for i in range(index + 1)]
    now, before = values[-1], next((x for x in reversed(values[:-1]) if x is not None), None)
    if now is None:
        return Trend.UNKNOWN, Filled.of("{title} not recorded", title=rule.title)
    if not now.above and now.value <= rule.above:
        return Trend.NOT_RISING, f"{rule.title} {_shown(now)}"
    if before is None:
        return Trend.UNKNOWN, Filled.of("{title} {value}, none before", title=rule.title, value=_shown(now))
    words = f"{rule.title} {_shown(before)} → {_shown(now)}"
    open_before = before.above and (now.above or now.value > before.value)
    open_now = now.above and now.value < max(before.value, rule.above)
    if open_before or open_now:
        return Trend.UNKNOWN, words
    higher = now.value > before.value or (now.above and now.value == before.value)
    return (Trend.RISING if higher else Trend.NOT_RISING), words


def _marker(case: Case, index: int, rule: MarkerRule) -> Marker | None:
    clinical = case.timepoints[index].clinical
    found: Marker | None = None if clinical is None else getattr(clinical, rule.value)
    return found


def _shown(marker: Marker) -> str:
    return f"{'>' if marker.above else ''}{plain(Fraction(marker.value))}"
