"""Untreatable progression (EASL), UnTACEable progression (TACTICS), and the rule of two sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mrecist.case import ClinicalStatus
from mrecist.decisions.advisory_words import MISSING
from mrecist.decisions.criteria import (
    MET,
    NOT_MET,
    NOT_RECORDED,
    all_hold,
    any_holds,
    change_numbers,
    imaging_caveats,
    no_response_yet,
    spread_item,
    state_of,
    vascular_item,
    why_unknown_of_day,
)
from mrecist.decisions.lookback import Lookback, child_pugh, child_pugh_bounds
from mrecist.decisions.panels import Item, Panel, Scheme, any_of, inapplicable, item, panel, said
from mrecist.decisions.sessions import Session, first_after, judge_change, leaves_most
from mrecist.filled import Filled
from mrecist.liver import ASCITES_POINTS, child_pugh_class
from mrecist.results import Number
from mrecist.target import Target, change_pct, mm_of, sums
from mrecist.values import Response

_GROWTH_PCT = 25
_CHILD_PUGH_C = 10


def easl(look: Lookback) -> Panel:
    """Untreatable progression: any one criterion.

    ========= =============================================================================================
    NECROSIS  after the last two sessions, viable above 50 % of what there was before them (strict)
    SITES     the last session left above 50 % of a target that had responded and then progressed
    EXTENSIVE extensive liver involvement (major progression): not recorded
    VASCULAR  vascular invasion appears (major progression)
    SPREAD    extrahepatic spread appears (major progression)
    MINOR     intrahepatic PD with liver decompensation, or with a worse ECOG
    ========= =============================================================================================
    """
    if (why_not := no_response_yet(look)) is not None:
        return inapplicable(Scheme.EASL, why_not)
    items = (
        _necrosis(look),
        _sites(look, look.sessions[-1]),
        item(Scheme.EASL, "EXTENSIVE", NOT_RECORDED),
        vascular_item(Scheme.EASL, look),
        spread_item(Scheme.EASL, look),
        _minor(look),
    )
    return panel(Scheme.EASL, items, any_of(Scheme.EASL, items), [said("PROXY"), *imaging_caveats(look)])


def _necrosis(look: Lookback) -> Item:
    last_two = look.sessions[-2:]
    if len(last_two) < 2:
        return item(Scheme.EASL, "NECROSIS", NOT_MET, {"sessions": 1}, words="one_session")
    first, second = last_two
    numbers: dict[str, Number] = {"first_day": first.day, "second_day": second.day}
    after = first_after(look.case, second)
    if first.before is None or after is None:
        return item(Scheme.EASL, "NECROSIS", NOT_RECORDED, numbers)
    change = judge_change(look.liver, first.before, after, look.limits, floor=look.floor)
    if change.leaves_most is None:
        return item(Scheme.EASL, "NECROSIS", NOT_RECORDED, numbers)
    numbers |= change_numbers(look, change)
    return item(Scheme.EASL, "NECROSIS", state_of(change.leaves_most), numbers)


def _sites(look: Lookback, session: Session) -> Item:
    """A target counts that had lost 30 % or more since baseline, and then grew by the limits of PD, both by itself.

    Where the lesions treated are recorded, only those are looked at.
    """
    numbers: dict[str, Number] = {"session_day": session.day}
    after = first_after(look.case, session)
    failed: list[str] = []
    unknown: list[str] = []
    held: list[str] = []
    for target in look.liver.targets:
        treated = session.lesions is None or target.lesion_id in session.lesions
        if session.before is None or not treated or not _came_back(target, session.before, look):
            continue
        now = None if after is None else target.tenths[after]
        left = leaves_most(now, target.tenths[session.before], complete=True)
        (unknown if left is None else failed if left else held).append(target.lesion_id)
    for state, lesions in ((MET, failed), (NOT_RECORDED, unknown), (NOT_MET, held)):
        if lesions:
            return item(Scheme.EASL, "SITES", state, numbers | {"lesions": ", ".join(lesions)})
    return item(Scheme.EASL, "SITES", NOT_MET, numbers, words="none")


def _came_back(target: Target, index: int, look: Lookback) -> bool:
    """Had this target responded before this time point, and was it in progression at it?"""
    history = sums([target], index + 1, look.limits)
    responded = any(
        at.baseline and at.total is not None and look.limits.is_response(at.total, at.baseline) for at in history
    )
    last = history[-1]
    return (
        responded
        and last.total is not None
        and last.nadir is not None
        and look.limits.is_progression(last.total, last.nadir, look.floor)
    )


def _minor(look: Lookback) -> Item:
    """Decompensation: ascites or encephalopathy beyond, or a class of Child-Pugh above, those before the first session.

    Each is compared with its last value recorded by the last time point before the first session.
    """
    at = look.timepoint.id
    response = look.responses[-1].intrahepatic.response
    progressed = None if response is Response.NE else response is Response.PD
    worse = _worse(look)
    deteriorated = any_holds(list(worse.values()))
    holds = all_hold([progressed, deteriorated])
    numbers: dict[str, Number] = {"at": at}
    if holds:
        numbers["worse"] = ", ".join(name for name, value in worse.items() if value)
    if holds is None:
        missing = [MISSING["liver_response"]] * (progressed is None)
        numbers["missing"] = ", ".join([*missing, *[MISSING["decompensation"]] * (deteriorated is None)])
    return item(Scheme.EASL, "MINOR", state_of(holds), numbers)


def _worse(look: Lookback) -> dict[str, bool | None]:
    """Which of liver function and ECOG is worse than before the first session; None where it cannot be told."""
    found: dict[str, bool | None] = {}
    for name, grade in _GRADES.items():
        before, now = look.last_recorded(look.entry, grade), grade(look.clinical)
        found[name] = None if before is None or now is None else now > before[0]
    return found


def _child_pugh_class(clinical: ClinicalStatus) -> int | None:
    score = child_pugh(clinical)
    return None if score is None else "ABC".index(child_pugh_class(score))


_GRADES: Mapping[str, Callable[[ClinicalStatus], int | None]] = MappingProxyType(
    {
        "more ascites": lambda c: None if c.ascites is None else ASCITES_POINTS[c.ascites],
        "more encephalopathy": lambda c: c.encephalopathy,
        "a worse Child-Pugh class": _child_pugh_class,
        "a worse ECOG": lambda c: c.ecog,
    }
)


def tactics(look: Lookback) -> Panel:
    """UnTACEable progression: any one criterion.

    ============ ==========================================================================================
    GROWTH       the liver targets' sum is 25 % or more above baseline; a new liver lesion alone is not PD
    VASCULAR     vascular invasion
    SPREAD       extrahepatic spread
    CHILD-PUGH-C deterioration to Child-Pugh C, even a transient one
    ============ ==========================================================================================
    """
    if (why_not := no_response_yet(look)) is not None:
        return inapplicable(Scheme.TACTICS, why_not)
    items = (
        _growth(look),
        vascular_item(Scheme.TACTICS, look),
        spread_item(Scheme.TACTICS, look),
        _child_pugh_c(look),
    )
    caveats = [said("AREA"), *imaging_caveats(look)]
    if look.responses[-1].intrahepatic.new_lesion:
        caveats.append(said("NEW-ALONE"))
    return panel(Scheme.TACTICS, items, any_of(Scheme.TACTICS, items), caveats)


def _growth(look: Lookback) -> Item:
    """Growth against the baseline of the case; a partial sum can only prove it."""
    at = sums(look.liver.targets, look.index + 1, look.limits)[-1]
    if at.total is None or not at.baseline:
        return item(Scheme.TACTICS, "GROWTH", NOT_RECORDED, {"at": look.timepoint.id})
    change = change_pct(at.total, at.baseline)
    grown = change >= _GROWTH_PCT
    if not grown and not at.complete:
        return item(Scheme.TACTICS, "GROWTH", NOT_RECORDED, {"at": look.timepoint.id})
    numbers: dict[str, Number] = {
        "sum_mm": mm_of(at.total),
        "baseline_mm": mm_of(at.baseline),
        "change_pct": change,
        "progression_pct": _GROWTH_PCT,
    }
    return item(Scheme.TACTICS, "GROWTH", state_of(grown), numbers)


def _child_pugh_c(look: Lookback) -> Item:
    for index, _ in look.since_first_session:
        least, _ = child_pugh_bounds(look.clinical_at(index))
        if least >= _CHILD_PUGH_C:
            return item(Scheme.TACTICS, "CHILD-PUGH-C", MET, {"at": look.name(index), "score": least})
    _, most = child_pugh_bounds(look.clinical)
    if most >= _CHILD_PUGH_C:
        return item(Scheme.TACTICS, "CHILD-PUGH-C", NOT_RECORDED, {"at": look.timepoint.id})
    return item(Scheme.TACTICS, "CHILD-PUGH-C", NOT_MET)


def two_sessions(look: Lookback) -> Panel:
    """No objective response (CR, PR) of the liver to either of the last two sessions: stop TACE."""
    scheme = Scheme.TWO_SESSIONS
    if (why_not := no_response_yet(look)) is not None:
        return inapplicable(scheme, why_not)
    if len(look.sessions) < 2:
        return inapplicable(scheme, said("NEEDS-TWO", {"sessions": 1}))
    numbers: dict[str, Number] = {"first_day": look.sessions[-2].day, "second_day": look.sessions[-1].day}
    without, missing = [], []
    for name, session in zip(("first_", "second_"), look.sessions[-2:], strict=True):
        found = look.change(session)
        objective = None if found is None else found.is_objective
        without.append(None if objective is None else not objective)
        if objective is None:
            missing.append(why_unknown_of_day(look, session, found))
        if found is not None:
            numbers |= change_numbers(look, found, name)
    state = state_of(all_hold(without))
    if state is NOT_RECORDED:
        numbers["missing"] = Filled.joined(missing)
    items = (item(scheme, "NO-RESPONSES", state, numbers),)
    return panel(scheme, items, any_of(scheme, items), imaging_caveats(look))
