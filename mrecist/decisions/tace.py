"""Whether TACE continues on demand, is held, or stops."""

from __future__ import annotations

from mrecist.case import Benefit
from mrecist.decisions.situation import LABELS, Situation, Viability, gate_inputs, judged_input, reported_input
from mrecist.results import Decision, DecisionInput, Number, Reason, TaceOutput
from mrecist.values import Response

SOURCE = "NCT02311205"
_BENEFIT_WORDS: dict[object, str] = {Benefit.YES: "expected", Benefit.NO: "not expected"}


def decide_tace(situation: Situation) -> Decision:
    """What follows for TACE.

    Ordered decision table; the first row that holds decides.

    === =============================================================== =======================
    row condition                                                       output
    === =============================================================== =======================
    T1  consent withdrawn                                               STOP_WITHDRAWN
    T2  TACE failure was declared at an earlier time point              STOP_FAILURE
    T3  intrahepatic CR                                                 STOP_CR
    T4  benefit = no, signed                                            STOP_FAILURE
    T5  ineligibility (ECOG or liver) confirmed as lasting              STOP_FAILURE
    T6  ECOG or liver gate set, not confirmed                           HOLD, needs eligibility
    T7  intrahepatic NE, or viability unknown                           HOLD, needs imaging
    T8  known not viable, or intrahepatic ND                            NO_INDICATION
    T9  intrahepatic PD                                                 JUDGEMENT; benefit yes: CONTINUE
    T10 PR, SD or NN, viable, benefit = yes                             CONTINUE
    T11 PR, SD or NN, viable, benefit undetermined or missing           JUDGEMENT
    === =============================================================== =======================

    Where T9 or T10 would continue, but ECOG or a Child-Pugh item is not recorded at this time point, row T6 holds
    (needs eligibility data).

    Notes
    -----
    Source: NCT02311205 (TACE stops at intrahepatic CR, TACE failure, or withdrawn consent; failure is judged).
    """
    output, row, rule, numbers, needs = _row(situation)
    return Decision(output, row, (Reason(rule, numbers, SOURCE),), needs, inputs=_inputs(situation))


_Row = tuple[TaceOutput, str, str, dict[str, Number], tuple[str, ...]]


def _row(s: Situation) -> _Row:
    if s.consent_withdrawn:
        return TaceOutput.STOP_WITHDRAWN, "T1", "T1", {}, ()
    if s.failure_declared_at is not None:
        return TaceOutput.STOP_FAILURE, "T2", "T2", {"at": s.failure_declared_at}, ()
    if s.intrahepatic is Response.CR:
        return TaceOutput.STOP_CR, "T3", "T3", {}, ()
    if s.benefit is Benefit.NO:
        return TaceOutput.STOP_FAILURE, "T4", "T4", {}, ()
    if (confirmed := s.clinical.ineligibility_confirmed) is not None:
        because = {"ecog": "ECOG", "liver": "liver function"}[confirmed.value]
        return TaceOutput.STOP_FAILURE, "T5", "T5", {"because": because}, ()
    if s.gates:
        return TaceOutput.HOLD, "T6", "T6", {"gates": _lower(s.gates_text)}, ("eligibility",)
    if s.intrahepatic is Response.NE or s.viability is Viability.UNKNOWN:
        return TaceOutput.HOLD, "T7", "T7", {}, ("imaging",)
    if s.viability is Viability.NONE or s.intrahepatic is Response.ND:
        return TaceOutput.NO_INDICATION, "T8", "T8", {}, ()
    shown: dict[str, Number] = {"response": s.intrahepatic.value}
    if s.benefit is not Benefit.YES:
        row = "T9" if s.intrahepatic is Response.PD else "T11"
        return TaceOutput.JUDGEMENT, row, row, shown, ("tace_benefit",)
    if s.missing:
        words = ", ".join(LABELS[m] for m in s.missing)
        return TaceOutput.HOLD, "T6", "T6-DATA", {"missing": words}, ("eligibility data",)
    if s.intrahepatic is Response.PD:
        return TaceOutput.CONTINUE, "T9", "T9-YES", shown, ()
    return TaceOutput.CONTINUE, "T10", "T10", shown, ()


def _lower(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if first in ("ECOG", "Child-Pugh", "INR", "AST", "ALT", "ANC") else text[:1].lower() + text[1:]


_VIABILITY = {
    Viability.VIABLE: ("seen", "met"),
    Viability.NONE: ("none", "not_met"),
    Viability.UNKNOWN: ("cannot be told", "open"),
}
_STATES = {Response.PD: "alert", Response.NE: "open", Response.CR: "not_met", Response.ND: "not_met"}


def _inputs(s: Situation) -> tuple[DecisionInput, ...]:
    response = s.intrahepatic
    words, state = _VIABILITY[s.viability]
    return (
        DecisionInput("Intrahepatic response", response.value, "computed", _STATES.get(response, "met")),
        DecisionInput("Viable tumour", words, "computed", state),
        *gate_inputs(s),
        judged_input("TACE benefit", s.clinical.tace_benefit, Benefit.YES, _BENEFIT_WORDS),
        reported_input("Lasting ineligibility", s.clinical.ineligibility_confirmed is not None),
        reported_input("Consent withdrawn", s.consent_withdrawn),
    )
