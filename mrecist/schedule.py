"""Windows of a protocol: what is to follow what, within how many days; what came early or late; what is due.

Days count from day 0 of the case. What is known to its month alone is early or late only where it is so on every day
of that month.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from mrecist.case import Case, TreatmentKind

OccasionWord = Literal[
    "visit",
    "baseline",
    "labs",
    "day 0",
    "enrolment",
    "randomisation",
    "last contact",
    "TACE",
    "sorafenib",
    "sorafenib end",
    "HAIC",
    "HAIC end",
    "radiotherapy",
    "radiotherapy end",
    "fluorouracil_mitomycin",
]


@dataclass(frozen=True, slots=True)
class Window:
    """What is to happen within `first_days` to `last_days` after, or before, something else.

    Attributes
    ----------
    id, title : str
        `title` may hold ``{number}``, the number of the session that is due.
    what : str
        What happens: a visit (time point), laboratory tests, the beginning or end of a treatment.
    after, before : str
        What it follows or precedes; one of the two is given.
    first_days, last_days : int
        Both belong to the window; 0 is the same day.
    of : str
        After ``each`` occurrence (the last one that there is), or the ``first`` one alone.
    ended_by : tuple of str
        Outputs of either decision after which it is not due any more.
    shown : bool
        Is it among the next dates? Else it is only looked at in what happened.
    while_open : str
        A treatment that has to be going on for it to be due.
    span, note : str
        How the window, and beside it what belongs to it, are said where the plain form is not clear.
    source : str
        Where this is written; "not in the source" marks a number that is the project's own.
    """

    id: str
    title: str
    what: OccasionWord
    first_days: int
    last_days: int
    source: str
    after: OccasionWord | None = None
    before: OccasionWord | None = None
    of: Literal["each", "first"] = "each"
    ended_by: tuple[str, ...] = ()
    shown: bool = True
    while_open: OccasionWord | None = None
    span: str = ""
    note: str = ""

    @property
    def anchor(self) -> OccasionWord:
        """What it counts from."""
        found = self.before if self.after is None else self.after
        assert found is not None  # the checker refuses a window without either
        return found


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that happened: its first possible day, how much later it can have been, and what it is called."""

    day: int
    name: str
    slack_days: int = 0

    @property
    def last(self) -> int:
        return self.day + self.slack_days


def occasions(case: Case, word: OccasionWord) -> tuple[Occasion, ...]:
    """Everything of this kind that is recorded, in order of day."""
    return tuple(sorted(_OCCASIONS[word](case), key=lambda x: (x.day, x.last)))


def _visits(case: Case) -> Iterator[Occasion]:
    for t in case.timepoints:
        yield Occasion(t.day, t.id, t.slack_days)


def _labs(case: Case) -> Iterator[Occasion]:
    for t in case.timepoints:
        if t.clinical is not None and t.clinical.labs_day is not None:
            yield Occasion(t.clinical.labs_day, f"labs of {t.id}")


def _starts(kind: TreatmentKind) -> Callable[[Case], Iterator[Occasion]]:
    def found(case: Case) -> Iterator[Occasion]:
        given = sorted((t for t in case.treatments if t.kind is kind), key=lambda t: t.day)
        for number, t in enumerate(given, 1):
            yield Occasion(t.day, f"{kind} {number}", t.slack_days)

    return found


def _ends(kind: TreatmentKind) -> Callable[[Case], Iterator[Occasion]]:
    def found(case: Case) -> Iterator[Occasion]:
        for t in case.treatments:
            if t.kind is kind and t.end_day is not None:
                yield Occasion(t.end_day, f"end of {kind}", t.end_slack_days)

    return found


def _one(day: int | None, name: str) -> tuple[Occasion, ...]:
    return () if day is None else (Occasion(day, name),)


_OCCASIONS: Mapping[OccasionWord, Callable[[Case], Iterator[Occasion] | tuple[Occasion, ...]]] = MappingProxyType(
    {
        "visit": _visits,
        "baseline": lambda case: tuple(_visits(case))[:1],
        "labs": _labs,
        "day 0": lambda case: _one(0, "day 0"),
        "enrolment": lambda case: _one(case.enrolled_day, "enrolment"),
        "randomisation": lambda case: _one(case.randomised_day, "randomisation"),
        "last contact": lambda case: tuple(
            Occasion(e.day, "last contact") for e in case.events if e.kind == "last_contact"
        ),
        "TACE": _starts(TreatmentKind.TACE),
        "sorafenib": _starts(TreatmentKind.SORAFENIB),
        "sorafenib end": _ends(TreatmentKind.SORAFENIB),
        "HAIC": _starts(TreatmentKind.HAIC),
        "HAIC end": _ends(TreatmentKind.HAIC),
        "radiotherapy": _starts(TreatmentKind.RADIOTHERAPY),
        "radiotherapy end": _ends(TreatmentKind.RADIOTHERAPY),
        "fluorouracil_mitomycin": _starts(TreatmentKind.FLUOROURACIL_MITOMYCIN),
    }
)


class Timing(StrEnum):
    EARLY = "early"
    IN_TIME = "in_time"
    LATE = "late"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Timed:
    """One thing that happened, held against its window.

    `days` counts from the anchor (before it, where the window lies before); `off_days` says by how many it is early or
    late at least.
    """

    window: Window
    anchor: Occasion
    happened: Occasion
    timing: Timing
    days: int
    off_days: int = 0


def timings(windows: Sequence[Window], case: Case) -> tuple[Timed, ...]:
    """Everything that happened and that a window speaks of, in the order of the windows and then of days.

    What answers a window after something is the first of its kind from that day on and before the next of that
    something. What answers a window before something is the last of its kind up to that day. A visit never answers
    for itself.
    """
    return tuple(timed for window in windows for timed in _timed(window, case))


def _timed(window: Window, case: Case) -> Iterator[Timed]:
    anchors = occasions(case, window.anchor)
    if window.of == "first":
        anchors = anchors[:1]
    found = occasions(case, window.what)[1 if window.what == "visit" else 0 :]  # the baseline follows nothing
    same = window.what == window.anchor
    for position, anchor in enumerate(anchors):
        if window.after is not None:
            until = anchors[position + 1].day if position + 1 < len(anchors) and not same else None
            later = [x for x in found if x.day >= anchor.day and x != anchor and (until is None or x.day < until)]
            if later:
                yield _held(window, anchor, later[0], later[0].day - anchor.last, later[0].last - anchor.day)
        else:
            since = anchors[position - 1].day if position else None
            earlier = [x for x in found if x.day <= anchor.day and (since is None or x.day >= since)]
            if earlier:
                yield _held(window, anchor, earlier[-1], anchor.day - earlier[-1].last, anchor.last - earlier[-1].day)


def _held(window: Window, anchor: Occasion, happened: Occasion, least: int, most: int) -> Timed:
    """`least` and `most` bound the days between the two. What lies too far before something came early."""
    near, far = (Timing.EARLY, Timing.LATE) if window.after is not None else (Timing.LATE, Timing.EARLY)
    if most < window.first_days:
        return Timed(window, anchor, happened, near, most, window.first_days - most)
    if least > window.last_days:
        return Timed(window, anchor, happened, far, least, least - window.last_days)
    sure = window.first_days <= least and most <= window.last_days
    return Timed(window, anchor, happened, Timing.IN_TIME if sure else Timing.UNCERTAIN, least)


# --- what comes next -------------------------------------------------------------------------------------------------


class Standing(StrEnum):
    """How a window stands today: before it, inside it, past it; bound to a session not dated yet; or to be renewed."""

    AHEAD = "ahead"
    OPEN = "open"
    OVERDUE = "overdue"
    BOUND = "bound"
    RENEW = "renew"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do. `first` and `last` bound its window in days from day 0; `anchor` is what it counts from.

    `number` is that of the session it is or is bound to. `days` counts from today to the start of the window (AHEAD) or
    to its end (OPEN), or since its end (OVERDUE).
    """

    window: Window
    standing: Standing
    first: int | None = None
    last: int | None = None
    anchor: Occasion | None = None
    number: int | None = None
    days: int = 0


def due(
    windows: Sequence[Window], case: Case, timepoint: str, today: int, outputs: Sequence[str] = ()
) -> tuple[Due, ...]:
    """What follows from a time point, in the order of the windows.

    What happens after `today` is not known yet, nor is the end of what ends later. Nothing is said of a window whose
    anchor is not recorded: it is unknown, not zero. What follows a session is due after the last one until it has
    happened, and then bound to the next. Of several windows for the next visit the first that can be dated
    counts; one that follows each session stands beside it.

    Parameters
    ----------
    windows : sequence of Window
    case : Case
    timepoint : str
        The open one; visits are counted from it.
    today : int
    outputs : sequence of str
        Of both decisions at the time point.
    """
    going_on = [w for w in windows if w.shown and not set(w.ended_by) & set(outputs) and _is_open(case, w, today)]
    sessions: dict[OccasionWord, int] = {
        w.what: len(known) + 1
        for w in going_on
        if w.what == w.after and w.what != "visit" and (known := _known(case, w.what, today))
    }
    found: list[Due] = []
    for window in going_on:
        entry = _due(window, case, timepoint, today, sessions)
        if entry is not None and not (_is_visit(entry, sessions) and any(_is_visit(x, sessions) for x in found)):
            found.append(entry)
    return tuple(found)


def _is_visit(entry: Due, sessions: Mapping[OccasionWord, int]) -> bool:
    """Is it a dated visit of the calendar? One that follows each session is due beside it."""
    return entry.window.what == "visit" and entry.first is not None and entry.window.anchor not in sessions


def _known(case: Case, word: OccasionWord, today: int) -> list[Occasion]:
    return [x for x in occasions(case, word) if x.day <= today]


def _due(window: Window, case: Case, timepoint: str, today: int, sessions: Mapping[OccasionWord, int]) -> Due | None:
    anchor = window.anchor
    is_bound = anchor in sessions and window.what != anchor and window.of == "each"
    if is_bound and window.what == "labs":
        return _labs_due(window, case, timepoint, today)
    since = None if window.before is not None else _since(window, case, timepoint, today)
    if since is None or _answered(window, case, timepoint, since, today):
        return Due(window, Standing.BOUND, number=sessions[anchor]) if is_bound else None
    first, last = since.day + window.first_days, since.last + window.last_days
    standing, days = _standing(first, last, today)
    return Due(window, standing, first, last, since, sessions.get(window.what), days)


def _since(window: Window, case: Case, timepoint: str, today: int) -> Occasion | None:
    """What the window counts from: the open time point, or the first or last of what is known."""
    if window.anchor == "visit":
        return next((x for x in occasions(case, "visit") if x.name == timepoint), None)
    known = _known(case, window.anchor, today)
    return (known[0] if window.of == "first" else known[-1]) if known else None


def _answered(window: Window, case: Case, timepoint: str, since: Occasion, today: int) -> bool:
    """Has what is due already happened since its anchor? The open time point answers what it was due for itself.

    A treatment that went on through its anchor has not paused, and is not to begin again.
    """
    known = _known(case, window.what, today)
    if window.what == window.anchor:
        return any(x.day > since.day for x in known)
    if window.what == "visit":
        at = next((x for x in occasions(case, "visit") if x.name == timepoint), None)
        return (at is not None and at.day > since.day) or any(x.day > since.day for x in known)
    return any(x.day >= since.day for x in known) or _goes_on(case, window.what, today)


def _is_open(case: Case, window: Window, today: int) -> bool:
    """Does the treatment go on that has to, for this to be due?"""
    return window.while_open is None or _goes_on(case, window.while_open, today)


def _goes_on(case: Case, word: OccasionWord, today: int) -> bool:
    given = [t for t in case.treatments if t.kind == word and t.day <= today]
    return any(t.end_day is None or t.end_day > today for t in given)


def _standing(first: int, last: int, today: int) -> tuple[Standing, int]:
    if today < first:
        return Standing.AHEAD, first - today
    return (Standing.OPEN, last - today) if today <= last else (Standing.OVERDUE, today - last)


def _labs_due(window: Window, case: Case, timepoint: str, today: int) -> Due:
    """Labs serve a session within their days: on the last valid one they are already to be renewed."""
    at = case.timepoint(timepoint)
    taken = None if at is None or at.clinical is None else at.clinical.labs_day
    if taken is None:
        return Due(window, Standing.RENEW)
    valid_to = taken + window.last_days
    return Due(window, Standing.VALID if today < valid_to else Standing.RENEW, taken, valid_to)
