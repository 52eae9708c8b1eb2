"""The two scores that are worked out between the first and the second TACE session: ART and ABCR."""

from __future__ import annotations

from fractions import Fraction

from mrecist.case import Marker, ProtocolName
from mrecist.decisions.advisory_words import MISSING
from mrecist.decisions.criteria import (
    MET,
    NOT_MET,
    NOT_RECORDED,
    child_pugh_rise,
    no_response_yet,
    response_item,
    state_of,
)
from mrecist.decisions.lookback import Lookback
from mrecist.decisions.panels import (
    Item,
    Panel,
    Points,
    Scheme,
    inapplicable,
    item,
    panel,
    possible_total,
    said,
)
from mrecist.decisions.sessions import Session
from mrecist.decisions.stage import Stage, bclc
from mrecist.filled import Filled
from mrecist.results import Number, Reason
from mrecist.target import change_pct

_HALF = Fraction(3, 2)
_ART_AGAINST = Fraction(5, 2)
_AST_RISE_PCT = 25
_AST_POINTS = 4
_ART_DAYS = 90
_AFP_LIMIT = 200
_ABCR_STOP = 4
_STAGE_C_POINTS, _STAGE_B_POINTS = 3, 2


def art(look: Lookback) -> Panel:
    """The ART score at a time point between the first and the second session.

    =========== ======================================================== =============
    CP-RISE     Child-Pugh by 1; by 2 or more                            1.5; 3
    AST         AST by more than 25 % (strict)                           4
    NO-RESPONSE the liver's response to the session is not CR or PR      1
    =========== ======================================================== =============

    0 to 1.5 supports a further TACE, 2.5 or more advises against it. Child-Pugh and AST rise from their last recorded
    value before the session to those of this time point itself; the response is that of the first time point after
    the session. Both AST values are multiples of the upper limit of normal, taken to be the same limit.
    """
    caveats = _outside_population(look)
    if (why_not := _why_not(look)) is not None:
        return inapplicable(Scheme.ART, why_not, caveats=caveats)
    session = look.sessions[0]
    days = look.timepoint.day - session.day
    if days > _ART_DAYS:
        caveats.append(said("LATE-SECOND", {"limit": _ART_DAYS, "days": days}))
    items = (
        _art_child_pugh(look, session),
        _ast(look, session),
        response_item(Scheme.ART, look, session, "NO-RESPONSE", objective=False, met=1),
    )
    least, most = possible_total(items)
    verdict = "LOW" if most <= _HALF else "HIGH" if least >= _ART_AGAINST else "OPEN"
    return panel(Scheme.ART, items, _scored(Scheme.ART, verdict, least, most), caveats)


def _outside_population(look: Lookback) -> list[Reason]:
    because = [Filled.of("COTSOM")] * (look.case.protocol == ProtocolName.COTSOM)
    stage = bclc(look, look.entry)
    if stage.letter is not None:
        reasons = Filled.kept(", ".join(stage.because), Filled.joined(stage.because).parts)
        because.append(Filled.of("BCLC {stage} ({because})", stage=stage.letter, because=reasons))
    told = Filled.kept(", ".join(because), Filled.joined(because).parts)
    return [said("OUTSIDE-POPULATION", {"because": told})] if because else []


def _why_not(look: Lookback) -> Reason | None:
    if (nothing := no_response_yet(look)) is not None or len(look.sessions) == 1:
        return nothing
    return said("BEFORE-SECOND", {"sessions": len(look.sessions)})


def _scored(scheme: Scheme, verdict: str, least: Points, most: Points) -> Reason:
    if verdict == "OPEN" or least != most:
        rule = f"{scheme}-{verdict}" if verdict == "OPEN" else f"{scheme}-{verdict}-RANGE"
        return said(rule, {"least": least, "most": most})
    return said(f"{scheme}-{verdict}", {"total": least})


def _art_child_pugh(look: Lookback, session: Session) -> Item:
    rise, numbers = child_pugh_rise(look, session)
    if rise is None:
        return item(Scheme.ART, "CP-RISE", NOT_RECORDED, numbers, possible=(0, 3))
    points: Points = 0 if rise < 1 else _HALF if rise == 1 else 3
    return item(Scheme.ART, "CP-RISE", state_of(rise >= 1), numbers, points=points)


def _ast(look: Lookback, session: Session) -> Item:
    before = look.last_recorded(session.before, lambda c: c.ast_x_uln or None)
    now = look.clinical.ast_x_uln
    if before is None or now is None:
        missing = [MISSING["ast_before"]] * (before is None) + [MISSING["ast_now"]] * (now is None)
        numbers: dict[str, Number] = {"missing": ", ".join(missing)}
        return item(Scheme.ART, "AST", NOT_RECORDED, numbers, possible=(0, _AST_POINTS))
    value, at = before
    change = change_pct(now.numerator * value.denominator, value.numerator * now.denominator)
    numbers = {
        "before": value,
        "before_at": at,
        "now": now,
        "now_at": look.timepoint.id,
        "change_pct": change,
        "progression_pct": _AST_RISE_PCT,
    }
    risen = change > _AST_RISE_PCT
    return item(Scheme.ART, "AST", state_of(risen), numbers, points=_AST_POINTS if risen else 0)


def abcr(look: Lookback) -> Panel:
    """The ABCR score at a time point between the first and the second session.

    ========= ========================================================= ================
    BCLC      A; B; C, before the first session                         0; 2; 3
    AFP       200 ng/mL or more before the first session                1
    CP-RISE-2 Child-Pugh rose by 2 or more                              2
    RESPONSE  the liver's response to the session is CR or PR           -3
    ========= ========================================================= ================

    0 or less: good outlook; 4 or more: stop. BCLC and AFP are the last recorded before the first session; Child-Pugh
    and the response are measured as for ART.
    """
    if (why_not := _why_not(look)) is not None:
        return inapplicable(Scheme.ABCR, why_not)
    session = look.sessions[0]
    stage = bclc(look, look.entry)
    items = (
        _stage(stage),
        _afp(look, session),
        _child_pugh_by_two(look, session),
        response_item(Scheme.ABCR, look, session, "RESPONSE", objective=True, met=-3),
    )
    if stage.letter == "D":
        return inapplicable(Scheme.ABCR, said("ABCR-D"), items)
    least, most = possible_total(items)
    return panel(Scheme.ABCR, items, _scored(Scheme.ABCR, _abcr_verdict(least, most), least, most))


def _abcr_verdict(least: Points, most: Points) -> str:
    if most <= 0:
        return "LOW"
    if least >= _ABCR_STOP:
        return "HIGH"
    return "MIDDLE" if least > 0 and most < _ABCR_STOP else "OPEN"


def _stage(stage: Stage) -> Item:
    if stage.letter is None:
        numbers: dict[str, Number] = {"missing": ", ".join(stage.missing)}
        most = _STAGE_C_POINTS if stage.may_be_c else _STAGE_B_POINTS
        return item(Scheme.ABCR, "BCLC", NOT_RECORDED, numbers, possible=(0, most))
    numbers = {"stage": stage.letter, "because": ", ".join(stage.because)}
    if stage.letter == "D":
        return item(Scheme.ABCR, "BCLC", NOT_MET, numbers, words="stage_d")
    return item(Scheme.ABCR, "BCLC", MET, numbers, points=_STAGE_C_POINTS)


def _afp(look: Lookback, session: Session) -> Item:
    recorded = look.last_recorded(session.before, lambda c: c.afp_ng_ml)
    if recorded is None:
        return item(Scheme.ABCR, "AFP", NOT_RECORDED, possible=(0, 1))
    marker, at = recorded
    numbers: dict[str, Number] = {
        "afp": marker.value,
        "above": ">" if marker.above else "",
        "at": at,
        "limit": _AFP_LIMIT,
    }
    high = _at_least(marker, _AFP_LIMIT)
    if high is None:
        return item(Scheme.ABCR, "AFP", NOT_RECORDED, numbers, words="only_above", possible=(0, 1))
    return item(Scheme.ABCR, "AFP", state_of(high), numbers, points=1 if high else 0)


def _at_least(marker: Marker, limit: int) -> bool | None:
    """Is the value at or above a limit? A value given only as "greater than" may be, where its bound is not."""
    if marker.value >= limit:
        return True
    return None if marker.above else False


def _child_pugh_by_two(look: Lookback, session: Session) -> Item:
    rise, numbers = child_pugh_rise(look, session)
    if rise is None:
        return item(Scheme.ABCR, "CP-RISE-2", NOT_RECORDED, numbers, possible=(0, 2))
    return item(Scheme.ABCR, "CP-RISE-2", state_of(rise >= 2), numbers, points=2 if rise >= 2 else 0)
