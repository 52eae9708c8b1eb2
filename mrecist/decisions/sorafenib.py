"""Whether sorafenib continues, stops, or needs a judgement."""

from __future__ import annotations

from mrecist.case import Benefit
from mrecist.decisions.situation import LABELS, Situation, gate_inputs, judged_input, reported_input
from mrecist.decisions.tace import SOURCE
from mrecist.results import Decision, DecisionInput, Number, Reason, SorafenibOutput, TaceOutput
from mrecist.values import Response

_BENEFIT_WORDS: dict[object, str] = {Benefit.YES: "expected", Benefit.NO: "not expected"}
_YES_NO: dict[object, str] = {True: "yes", False: "no"}


def decide_sorafenib(situation: Situation, tace: Decision) -> Decision:
    """What follows for sorafenib, given what follows for TACE.

    Ordered decision table; the first row that holds decides. E is the extrahepatic response.

    === ================================================================= ====================================
    row condition                                                         output
    === ================================================================= ====================================
    S1  consent withdrawn                                                 STOP_WITHDRAWN
    S2  clinical worsening                                                STOP_CLINICAL
    S3  not tolerable                                                     STOP_TOXICITY
    S8  E = PD that rests on a re-grown node alone                        JUDGEMENT
    S4  E = PD, no benefit of TACE (signed, or TACE failure declared)     SORAFENIB_FAILURE
    S12 ECOG or liver gate set, clinical worsening not answered           JUDGEMENT
    S5  E = PD, benefit not answered, intrahepatic CR or row T8           JUDGEMENT, proposal SORAFENIB_FAILURE
    S6  E = PD, benefit yes, planned, TACE continues, tolerable           CONTINUE_ALLOWED
    S7  E = PD, benefit yes, otherwise                                    JUDGEMENT
    S8  E = PD, benefit not answered                                      JUDGEMENT
    S9  E = CR, PR, SD or NN, whatever the liver and TACE                 CONTINUE
    S10 E = NE                                                            CONTINUE, needs imaging
    S11 E = ND                                                            CONTINUE, needs a judgement
    === ================================================================= ====================================

    Notes
    -----
    Source: NCT02311205: sorafenib failure is extrahepatic PD and no expected benefit of TACE, both.
    """
    output, row, rule, numbers, needs, proposal = _row(situation, tace)
    reasons = [Reason(rule, numbers, SOURCE)]
    if row == "S9" and needs:
        reasons.append(Reason("S-COVERAGE", {}, SOURCE))
    return Decision(output, row, tuple(reasons), needs, proposal, _inputs(situation))


_Row = tuple[SorafenibOutput, str, str, dict[str, Number], tuple[str, ...], str | None]


def _row(s: Situation, tace: Decision) -> _Row:
    if s.consent_withdrawn:
        return SorafenibOutput.STOP_WITHDRAWN, "S1", "S1", {}, (), None
    if s.clinical.clinical_worsening:
        return SorafenibOutput.STOP_CLINICAL, "S2", "S2", {}, (), None
    if s.clinical.sorafenib_tolerable is False:
        return SorafenibOutput.STOP_TOXICITY, "S3", "S3", {}, (), None
    progressed = s.extrahepatic is Response.PD
    if progressed and s.extrahepatic_rests_on_node:
        return SorafenibOutput.JUDGEMENT, "S8", "S8-NODE", {}, ("extrahepatic imaging",), None
    no_benefit = s.benefit is Benefit.NO or tace.decision is TaceOutput.STOP_FAILURE
    if progressed and no_benefit:
        return SorafenibOutput.SORAFENIB_FAILURE, "S4", "S4", {}, (), None
    if s.gates and s.clinical.clinical_worsening is None:
        return SorafenibOutput.JUDGEMENT, "S12", "S12", {"gates": s.gates_text}, ("clinical_worsening",), None
    if progressed:
        return _progressed(s, tace)
    match s.extrahepatic:
        case Response.NE:
            return SorafenibOutput.CONTINUE, "S10", "S10", {}, ("extrahepatic imaging",), None
        case Response.ND:
            return SorafenibOutput.CONTINUE, "S11", "S11", {}, ("sorafenib continuation",), None
        case response:
            needs = () if s.extrahepatic_covered else ("extrahepatic imaging",)
            return SorafenibOutput.CONTINUE, "S9", "S9", {"response": response.value}, needs, None


def _progressed(s: Situation, tace: Decision) -> _Row:
    if s.benefit is not Benefit.YES:
        if s.intrahepatic is Response.CR or tace.row == "T8":
            proposal = SorafenibOutput.SORAFENIB_FAILURE.value
            return SorafenibOutput.JUDGEMENT, "S5", "S5", {}, ("tace_benefit",), proposal
        return SorafenibOutput.JUDGEMENT, "S8", "S8", {}, ("tace_benefit",), None
    needs = []
    if not s.clinical.tace_planned:
        needs.append("tace_planned")
    if s.clinical.sorafenib_tolerable is None:
        needs.append("sorafenib_tolerable")
    if tace.decision is not TaceOutput.CONTINUE:
        needs += tace.needs or ("TACE continued",)
    if not needs:
        return SorafenibOutput.CONTINUE_ALLOWED, "S6", "S6", {}, (), None
    missing = ", ".join(LABELS.get(n, n) for n in needs)
    return SorafenibOutput.JUDGEMENT, "S7", "S7", {"missing": missing}, tuple(needs), None


_STATES = {Response.PD: "alert", Response.NE: "open", Response.ND: "open"}


def _inputs(s: Situation) -> tuple[DecisionInput, ...]:
    response = s.extrahepatic
    found = [DecisionInput("Extrahepatic response", response.value, "computed", _STATES.get(response, "met"))]
    if response is Response.PD:
        found += [
            judged_input("TACE benefit", s.clinical.tace_benefit, Benefit.YES, _BENEFIT_WORDS),
            judged_input("Next TACE planned", s.clinical.tace_planned, True, _YES_NO),
            judged_input("Sorafenib tolerable", s.clinical.sorafenib_tolerable, True, _YES_NO),
        ]
    else:
        found.append(reported_input("Sorafenib not tolerable", s.clinical.sorafenib_tolerable is False))
    found += gate_inputs(s)
    if s.gates:
        found.append(judged_input("Clinical worsening", s.clinical.clinical_worsening, False, _YES_NO))
    else:
        found.append(reported_input("Clinical worsening", bool(s.clinical.clinical_worsening)))
    found.append(reported_input("Consent withdrawn", s.consent_withdrawn))
    return tuple(found)
