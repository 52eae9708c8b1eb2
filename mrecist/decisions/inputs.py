"""The inputs of a decision as its card shows them: what was computed, judged and recorded, and what is still open."""

from __future__ import annotations

from collections.abc import Mapping

from mrecist.case import Benefit
from mrecist.decisions.predicates import LABELS
from mrecist.decisions.situation import Situation, Viability
from mrecist.results import DecisionInput, SorafenibOutput, TaceOutput
from mrecist.values import Response

_BENEFIT_WORDS: Mapping[object, str] = {Benefit.YES: "expected", Benefit.NO: "not expected"}
_YES_NO: Mapping[object, str] = {True: "yes", False: "no"}
_VIABILITY = {
    Viability.VIABLE: ("seen", "met"),
    Viability.NONE: ("none", "not_met"),
    Viability.UNKNOWN: ("cannot be told", "open"),
}
_INTRAHEPATIC = {Response.PD: "alert", Response.NE: "open", Response.CR: "not_met", Response.ND: "not_met"}
_EXTRAHEPATIC = {Response.PD: "alert", Response.NE: "open", Response.ND: "open"}


def decision_inputs(output: TaceOutput | SorafenibOutput, situation: Situation) -> tuple[DecisionInput, ...]:
    """The inputs of the table that gave this output."""
    return _tace_inputs(situation) if isinstance(output, TaceOutput) else _sorafenib_inputs(situation)


def _tace_inputs(s: Situation) -> tuple[DecisionInput, ...]:
    words, state = _VIABILITY[s.viability]
    return (
        DecisionInput("Intrahepatic response", s.intrahepatic, "computed", _INTRAHEPATIC.get(s.intrahepatic, "met")),
        DecisionInput("Viable tumour", words, "computed", state),
        *_gates(s),
        _judged("TACE benefit", s.clinical.tace_benefit, Benefit.YES, _BENEFIT_WORDS),
        _reported("Lasting ineligibility", s.clinical.ineligibility_confirmed is not None),
        _reported("Consent withdrawn", s.consent_withdrawn),
    )


def _sorafenib_inputs(s: Situation) -> tuple[DecisionInput, ...]:
    state = _EXTRAHEPATIC.get(s.extrahepatic, "met")
    found = [DecisionInput("Extrahepatic response", s.extrahepatic, "computed", state)]
    if s.extrahepatic is Response.PD:
        found += [
            _judged("TACE benefit", s.clinical.tace_benefit, Benefit.YES, _BENEFIT_WORDS),
            _judged("Next TACE planned", s.clinical.tace_planned, True, _YES_NO),
            _judged("Sorafenib tolerable", s.clinical.sorafenib_tolerable, True, _YES_NO),
        ]
    else:
        found.append(_reported("Sorafenib not tolerable", s.clinical.sorafenib_tolerable is False))
    found += _gates(s)
    if s.gates:
        found.append(_judged("Clinical worsening", s.clinical.clinical_worsening, False, _YES_NO))
    else:
        found.append(_reported("Clinical worsening", bool(s.clinical.clinical_worsening)))
    found.append(_reported("Consent withdrawn", s.consent_withdrawn))
    return tuple(found)


def _judged(name: str, value: bool | Benefit | None, good: object, words: Mapping[object, str]) -> DecisionInput:
    """One judgement: an open question until it is answered."""
    if value is None or value is Benefit.UNDETERMINED:
        return DecisionInput(name, "not answered" if value is None else "cannot say yet", "judged", "open")
    return DecisionInput(name, words[value], "judged", "met" if value == good else "alert")


def _reported(name: str, reported: bool) -> DecisionInput:
    """An event that counts only once it is reported."""
    return DecisionInput(name, "reported" if reported else "none reported", "recorded", "alert" if reported else "met")


def _gates(situation: Situation) -> tuple[DecisionInput, ...]:
    """ECOG and liver function."""
    found = []
    for kind, name in (("ecog", "ECOG"), ("liver", "Liver function")):
        crossed = [g.text for g in situation.gates if g.kind == kind]
        missing = [m for m in situation.missing if (m == "ecog") == (kind == "ecog")]
        if crossed:
            found.append(DecisionInput(name, "; ".join(crossed), "recorded", "alert"))
        elif missing:
            words = ", ".join(LABELS[m] for m in missing)
            found.append(DecisionInput(name, f"{words} not recorded", "recorded", "open"))
        else:
            value = str(situation.clinical.ecog) if kind == "ecog" else "no gate"
            found.append(DecisionInput(name, value, "recorded", "met"))
    return tuple(found)
