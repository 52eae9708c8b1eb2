"""Criteria that several advisory schemes share, each turned into an item of a scheme."""

from __future__ import annotations

from collections.abc import Sequence

from mrecist.decisions.advisory_words import MISSING
from mrecist.decisions.lookback import Lookback, child_pugh
from mrecist.decisions.panels import Item, Points, Scheme, State, item, said
from mrecist.decisions.sessions import Change, Session, first_after
from mrecist.filled import Filled
from mrecist.results import Number, Reason
from mrecist.target import mm_of
from mrecist.values import Response

MET, NOT_MET = State.MET, State.NOT_MET
NOT_RECORDED, NOT_APPLICABLE = State.NOT_RECORDED, State.NOT_APPLICABLE


def state_of(holds: bool | None) -> State:
    """Met, not met, or not recorded where it cannot be told."""
    if holds is None:
        return NOT_RECORDED
    return MET if holds else NOT_MET


def any_holds(parts: Sequence[bool | None]) -> bool | None:
    """Does one hold? Unknown where none does, but one is unknown."""
    if True in parts:
        return True
    return None if None in parts else False


def all_hold(parts: Sequence[bool | None]) -> bool | None:
    """Do all hold? Unknown where none fails, but one is unknown."""
    if False in parts:
        return False
    return None if None in parts else True


def no_response_yet(look: Lookback) -> Reason | None:
    """Why nothing can be said of the response to TACE at this time point, if nothing can."""
    if not look.responses:
        return said("AT-BASELINE")
    return None if look.sessions else said("NO-SESSION")


def child_pugh_rise(look: Lookback, session: Session) -> tuple[int | None, dict[str, Number]]:
    """The change of the Child-Pugh score from the last complete one before a session to this time point's own."""
    before = look.last_recorded(session.before, child_pugh)
    now = child_pugh(look.clinical)
    if before is None or now is None:
        missing = [MISSING["child_pugh_before"]] * (before is None) + [MISSING["child_pugh_now"]] * (now is None)
        return None, {"missing": ", ".join(missing)}
    score, at = before
    return now - score, {
        "before": score,
        "before_at": at,
        "now": now,
        "now_at": look.timepoint.id,
        "rise": now - score,
    }


def response_item(
    scheme: Scheme, look: Lookback, session: Session, criterion: str, *, objective: bool, met: Points
) -> Item:
    """Is the liver's response to this session objective (CR, PR), as wanted or not? `met` are its points if so."""
    found = look.change(session)
    numbers: dict[str, Number] = {"session_day": session.day}
    is_objective = None if found is None else found.is_objective
    if found is None or is_objective is None:
        numbers["missing"] = why_unknown(look, session, found)
        possible = (min(met, 0), max(met, 0))
        return item(scheme, criterion, NOT_RECORDED, numbers, possible=possible)
    holds = is_objective is objective
    numbers |= change_numbers(look, found)
    return item(scheme, criterion, state_of(holds), numbers, points=met if holds else 0)


def change_numbers(look: Lookback, change: Change, name: str = "") -> dict[str, Number]:
    """The response to a session with its sums; `name` begins the names of the numbers."""
    numbers: dict[str, Number] = {
        f"{name}response": change.response,
        f"{name}at": look.name(change.after),
        f"{name}before_at": look.name(change.before),
    }
    if change.sum.baseline is not None and change.sum.total is not None:
        numbers[f"{name}before_sum_mm"] = mm_of(change.sum.baseline)
        numbers[f"{name}sum_mm"] = mm_of(change.sum.total)
    return numbers


def why_unknown(look: Lookback, session: Session, found: Change | None) -> str:
    """Why the response to a session cannot be told, in words."""
    if session.before is None:
        return MISSING["scan_before"]
    if found is None:
        return MISSING["scan_after" if first_after(look.case, session) is None else "scan_in_window"]
    return MISSING["nothing_viable" if found.response is Response.ND else "liver"]


def why_unknown_of_day(look: Lookback, session: Session, found: Change | None) -> Filled:
    """The same with the day of the session."""
    return Filled.of(f"day {{day}}: {why_unknown(look, session, found)}", day=str(session.day))


def spread_item(scheme: Scheme, look: Lookback) -> Item:
    """Has extrahepatic spread appeared, or progressed, since the first session?

    Met from the first time point at which the extrahepatic response is PD. Spread that was there before the first
    session does not count by itself; where it was PD already then, only a lesion that is new since counts.
    """
    progressed_before = look.entry > 0 and look.responses[look.entry - 1].extrahepatic.response is Response.PD
    for index, response in look.since_first_session:
        if response.extrahepatic.response is Response.PD and (not progressed_before or look.has_new_spread(index)):
            patterns = ", ".join(response.extrahepatic.patterns)
            return item(scheme, "SPREAD", MET, {"at": look.name(index), "patterns": patterns})
    now = look.responses[-1].extrahepatic
    if now.response is Response.PD:
        return item(scheme, "SPREAD", NOT_RECORDED, {"before_at": look.name(look.entry)}, words="progressed_before")
    if now.response is Response.NE or "COVERAGE_INCOMPLETE" in now.flags:
        return item(scheme, "SPREAD", NOT_RECORDED, {"at": look.timepoint.id})
    return item(scheme, "SPREAD", NOT_APPLICABLE if look.has_spread(look.entry) else NOT_MET)


def vascular_item(scheme: Scheme, look: Lookback) -> Item:
    """Has vascular invasion appeared, or a thrombus progressed unequivocally, since the first session?"""
    for index, _ in look.since_first_session:
        if look.vascular_progress(index):
            return item(scheme, "VASCULAR", MET, {"at": look.name(index)})
    now = look.responses[-1].intrahepatic
    if now.response is Response.NE or "COVERAGE_INCOMPLETE" in now.flags:
        return item(scheme, "VASCULAR", NOT_RECORDED, {"at": look.timepoint.id})
    return item(scheme, "VASCULAR", NOT_APPLICABLE if look.has_vascular_invasion(look.entry) else NOT_MET)


def imaging_caveats(look: Lookback) -> list[Reason]:
    """What limits a judgement that rests on the images of this time point or on sessions."""
    found = []
    now = look.responses[-1]
    if "EQUIVOCAL_NEW" in (*now.intrahepatic.flags, *now.extrahepatic.flags):
        found.append(said("EQUIVOCAL"))
    references = [s.before for s in look.sessions[-2:]]
    if len(references) == 2 and references[0] == references[1]:
        found.append(said("SHARED-SCAN", {"first_day": look.sessions[-2].day, "second_day": look.sessions[-1].day}))
    return found
