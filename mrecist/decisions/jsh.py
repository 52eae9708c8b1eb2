"""TACE failure / refractoriness and TACE unsuitability as the Japan Society of Hepatology defines them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from operator import attrgetter

from mrecist.case import Marker
from mrecist.decisions.advisory_words import LABELS, MISSING
from mrecist.decisions.criteria import (
    MET,
    NOT_MET,
    NOT_RECORDED,
    all_hold,
    change_numbers,
    imaging_caveats,
    no_response_yet,
    spread_item,
    state_of,
    vascular_item,
    why_unknown_of_day,
)
from mrecist.decisions.lookback import Lookback
from mrecist.decisions.panels import Item, Panel, Scheme, State, any_of, inapplicable, item, panel, said
from mrecist.decisions.sessions import Session
from mrecist.filled import Filled
from mrecist.lesions import Absent, Finding, Nonviable, NotEvaluable, Observation
from mrecist.liver import liver_function
from mrecist.results import Number, Reason
from mrecist.target import whole_at
from mrecist.values import LesionKind, Region, Response

_WINDOW = (28, 92)
"""One to three months after a session, in days."""
_UP_TO = 7
_LIKELY_B = ("2b", "3")
_MARKERS = (("AFP", "afp_ng_ml"), ("PIVKA-II", "pivka_mau_ml"))


def jsh_2014(look: Lookback) -> Panel:
    """TACE failure / refractoriness: any one criterion, see `_failure`."""
    scheme = Scheme.JSH_2014
    if (why_not := no_response_yet(look)) is not None:
        return inapplicable(scheme, why_not)
    items = _failure(scheme, look)
    return panel(scheme, items, any_of(scheme, items), _failure_caveats(look))


def jsh_2021(look: Lookback) -> Panel:
    """TACE failure as in 2014, once there is a session; and TACE unsuitability before the first session.

    ======== ==============================================================================================
    UP-TO-7  largest tumour in cm + number of tumours is above 7
    LIKELY-B beyond up-to-7, and mALBI grade 2b or worse
    UNLIKELY a type that is unlikely to respond; only the infiltrative one is recorded
    ======== ==============================================================================================

    Sizes and numbers are those recorded at the last time point before the first session. They can prove that a patient
    is beyond up-to-7; within it, only where the whole diameter of every liver tumour is recorded.
    """
    scheme = Scheme.JSH_2021
    has_response = no_response_yet(look) is None
    failure = _failure(scheme, look) if has_response else ()
    up_to_7 = _up_to_7(look)
    items = (*failure, up_to_7, _likely_b(look, up_to_7.state), _unlikely(look))
    caveats = _failure_caveats(look) if has_response else []
    return panel(scheme, items, any_of(scheme, items), [*caveats, said("AS-RECORDED")])


def _failure(scheme: Scheme, look: Lookback) -> tuple[Item, ...]:
    """The criteria of TACE failure / refractoriness.

    ============ ==========================================================================================
    INSUFFICIENT viable above 50 % at 1-3 months after each of the last two sessions (28-92 days; strict)
    NUMBER       a new liver tumour after each of the last two sessions
    MARKERS      AFP or PIVKA-II rising continuously, see `_rising`
    VASCULAR     vascular invasion appears
    SPREAD       extrahepatic spread appears
    ============ ==========================================================================================
    """
    return (
        _insufficient(scheme, look),
        _number(scheme, look),
        _markers(scheme, look),
        vascular_item(scheme, look),
        spread_item(scheme, look),
    )


def _failure_caveats(look: Lookback) -> list[Reason]:
    return [said("PROXY"), said("ADEQUACY"), *imaging_caveats(look)]


def _days(look: Lookback) -> dict[str, Number]:
    return {"first_day": look.sessions[-2].day, "second_day": look.sessions[-1].day}


def _insufficient(scheme: Scheme, look: Lookback) -> Item:
    last_two = look.sessions[-2:]
    if len(last_two) < 2:
        return item(scheme, "INSUFFICIENT", NOT_MET, {"sessions": 1}, words="one_session")
    numbers, missing, left = _days(look), [], []
    for name, session in zip(("first_", "second_"), last_two, strict=True):
        found = look.change(session, earliest=_WINDOW[0], latest=_WINDOW[1])
        left.append(None if found is None else found.leaves_most)
        if found is not None:
            numbers |= change_numbers(look, found, name)
        if left[-1] is None:
            missing.append(why_unknown_of_day(look, session, found))
    state = state_of(all_hold(left))
    if state is NOT_RECORDED:
        numbers["missing"] = Filled.joined(missing)
    return item(scheme, "INSUFFICIENT", state, numbers)


def _number(scheme: Scheme, look: Lookback) -> Item:
    """A tumour is new here where it counts as new and did not before the session; a thrombus is no tumour of its own.

    Only that there are new ones is looked at, not whether others have gone meanwhile.
    """
    last_two = look.sessions[-2:]
    if len(last_two) < 2:
        return item(scheme, "NUMBER", NOT_MET, {"sessions": 1}, words="one_session")
    numbers, missing, more, lesions = _days(look), [], [], []
    for session in last_two:
        found = look.change(session)
        new = [] if found is None else [x.lesion.id for x in found.new if x.lesion.id not in look.vascular]
        lesions += new
        unknown = found is None or (not new and found.response is Response.NE)
        more.append(None if unknown else bool(new))
        if unknown:
            missing.append(why_unknown_of_day(look, session, found))
    state = state_of(all_hold(more))
    if state is NOT_RECORDED:
        numbers["missing"] = Filled.joined(missing)
    if state is MET:
        numbers["lesions"] = ", ".join(lesions)
    return item(scheme, "NUMBER", state, numbers)


def _markers(scheme: Scheme, look: Lookback) -> Item:
    """Rising since the session before the last, or since the only one: whichever marker was followed."""
    session = look.sessions[-2:][0]
    numbers: dict[str, Number] = {"session_day": session.day}
    rising, series = [], []
    for label, name in _MARKERS:
        before = look.last_recorded(session.before, attrgetter(name))
        values = [getattr(look.clinical_at(i), name) for i in _since(look, session)]
        known = [x for x in values if x is not None]
        if before is None and not known:
            continue
        rising.append(None if before is None else _rising([before[0], *known]))
        shown = ", ".join(_shown(x) for x in ([] if before is None else [before[0]]) + known)
        template = "{label} not recorded, {values}" if before is None else "{label} {values}"
        series.append(Filled.of(template, label=label, values=shown))
    numbers["series"] = Filled.joined(series or ["none recorded"])
    known_states = rising or [None]
    state = MET if True in known_states else NOT_RECORDED if None in known_states else NOT_MET
    return item(scheme, "MARKERS", state, numbers)


def _since(look: Lookback, session: Session) -> list[int]:
    return [i for i, t in enumerate(look.case.timepoints) if t.day > session.day]


def _rising(values: Sequence[Marker]) -> bool | None:
    """Does a marker rise continuously from its value before a session (the first) over at least two after it?

    The last value is above every earlier one, and at most one step is not a rise: the transient dip that the scheme
    allows. Unknown where values are too few, or where bounds ("greater than") cannot be compared. The last value at
    or below the first is never rising.
    """
    to_last = [_is_rise(x, values[-1]) for x in values[:-1]]
    steps = [_is_rise(a, b) for a, b in pairwise(values)]
    if False in to_last or steps.count(False) > 1:
        return False
    if len(values) < 3 or None in to_last or None in steps:
        return None
    return True


def _is_rise(before: Marker, now: Marker) -> bool | None:
    if now.value <= before.value:
        return None if now.above else False
    return None if before.above else True


def _shown(marker: Marker) -> str:
    value = marker.value
    return f"{'>' if marker.above else ''}{float(value):.10g}"


def _up_to_7(look: Lookback) -> Item:
    """Largest tumour in cm + number of tumours; a diameter of viable tumour only bounds the whole from below."""
    at = look.name(look.entry)
    largest, tumours, unknown = 0, 0, []
    for lesion in look.read.lesions:
        observation = look.read.observation(at, lesion.id)
        if lesion.region is not Region.INTRAHEPATIC or lesion.id in look.vascular:
            continue
        if observation is None or not _is_listed(observation):
            continue
        tumours += 1
        whole = whole_at(observation)
        if whole is None:
            unknown.append(lesion.id)
        largest = max(largest, whole.tenths if whole is not None else 0, _tenths(observation.finding) or 0)
    score = Fraction(largest, 100) + tumours
    numbers: dict[str, Number] = {
        "largest_cm": Fraction(largest, 100),
        "tumours": tumours,
        "score": score,
        "at": at,
        "lesions": ", ".join(unknown),
    }
    state = MET if score > _UP_TO else NOT_RECORDED if unknown else NOT_MET
    return item(Scheme.JSH_2021, "UP-TO-7", state, numbers)


def _is_listed(observation: Observation) -> bool:
    """Is there a tumour by this observation, even if it was not evaluable?"""
    return not isinstance(observation.finding, Absent | Nonviable) and _tenths(observation.finding) != 0


def _tenths(finding: Finding) -> int | None:
    diameter = getattr(finding, "diameter", None)
    return None if diameter is None else int(diameter.tenths)


def _likely_b(look: Lookback, up_to_7: State) -> Item:
    recorded = look.last_recorded(look.entry, lambda c: liver_function(c).malbi_grade)
    beyond = {MET: True, NOT_MET: False}.get(up_to_7)
    holds = all_hold([beyond, None if recorded is None else recorded[0] in _LIKELY_B])
    numbers: dict[str, Number] = {}
    if recorded is not None:
        numbers |= {"grade": recorded[0], "grade_at": recorded[1]}
    if holds is None:
        missing = [LABELS["UP-TO-7"]] * (beyond is None) + [MISSING["malbi"]] * (recorded is None)
        numbers["missing"] = ", ".join(missing)
    return item(Scheme.JSH_2021, "LIKELY-B", state_of(holds), numbers)


def _unlikely(look: Lookback) -> Item:
    at = look.name(look.entry)
    seen = [
        x.id
        for x in look.read.lesions
        if x.region is Region.INTRAHEPATIC
        and x.kind is LesionKind.INFILTRATIVE
        and _is_there(look.read.observation(at, x.id))
    ]
    if seen:
        return item(Scheme.JSH_2021, "UNLIKELY", MET, {"lesions": ", ".join(seen)})
    return item(Scheme.JSH_2021, "UNLIKELY", NOT_RECORDED)


def _is_there(observation: Observation | None) -> bool:
    """Is a lesion seen?"""
    return observation is not None and _is_listed(observation) and not isinstance(observation.finding, NotEvaluable)
