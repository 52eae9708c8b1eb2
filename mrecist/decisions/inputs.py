"""The inputs of a decision as its card shows them: what was computed, judged and recorded, and what is still open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mrecist.case import Benefit
from mrecist.decisions.predicates import LABELS
from mrecist.decisions.situation import Radiotherapy, Sessions, Situation, Trend, Viability
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


def decision_inputs(
    output: TaceOutput | SorafenibOutput, situation: Situation, shows: tuple[str, ...] = ()
) -> tuple[DecisionInput, ...]:
    """The inputs of the table that gave this output: those that the protocol's card names, else those of COTSOM."""
    if shows:
        return tuple(entry for name in shows for entry in INPUTS[name](situation))
    return _tace_inputs(situation) if isinstance(output, TaceOutput) else _sorafenib_inputs(situation)


def _tace_inputs(s: Situation) -> tuple[DecisionInput, ...]:
    return (
        *_intrahepatic(s),
        *_viable(s),
        *_gates(s),
        _judged("TACE benefit", s.clinical.tace_benefit, Benefit.YES, _BENEFIT_WORDS),
        _reported("Lasting ineligibility", s.clinical.ineligibility_confirmed is not None),
        _reported("Consent withdrawn", s.consent_withdrawn),
    )


def _sorafenib_inputs(s: Situation) -> tuple[DecisionInput, ...]:
    found = [*_extrahepatic(s)]
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


def _intrahepatic(s: Situation) -> tuple[DecisionInput, ...]:
    state = _INTRAHEPATIC.get(s.intrahepatic, "met")
    return (DecisionInput("Intrahepatic response", s.intrahepatic, "computed", state),)


def _viable(s: Situation) -> tuple[DecisionInput, ...]:
    words, state = _VIABILITY[s.viability]
    return (DecisionInput("Viable tumour", words, "computed", state),)


def _extrahepatic(s: Situation) -> tuple[DecisionInput, ...]:
    state = _EXTRAHEPATIC.get(s.extrahepatic, "met")
    return (DecisionInput("Extrahepatic response", s.extrahepatic, "computed", state),)


def _overall(s: Situation) -> tuple[DecisionInput, ...]:
    overall = s.facts.overall
    state = "open" if overall in (None, Response.NE) else "alert" if overall is Response.PD else "met"
    return (DecisionInput("Overall response", str(overall or "not known"), "computed", state),)


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


_ARM = {True: ("with TACE", "met"), False: ("without TACE", "not_met"), None: ("not recorded", "open")}
_SESSIONS = {Sessions.TOO_FEW: "open", Sessions.ENOUGH: "met", Sessions.COMPLETE: "not_met"}
_RADIOTHERAPY = {
    Radiotherapy.NOT_RECORDED: ("end not recorded", "open"),
    Radiotherapy.UNDER_WAY: ("under way", "open"),
    Radiotherapy.TOO_EARLY: ("ended, response not due yet", "open"),
    Radiotherapy.DUE: ("ended, response due", "met"),
}
_TREND = {Trend.RISING: "alert", Trend.NOT_RISING: "met", Trend.UNKNOWN: "open"}


def _sorafenib(s: Situation) -> tuple[DecisionInput, ...]:
    begun = s.facts.sorafenib_begun
    return (DecisionInput("Sorafenib", "begun" if begun else "not begun", "recorded", "met" if begun else "not_met"),)


def _operation(s: Situation) -> tuple[DecisionInput, ...]:
    done = s.facts.operated
    words = "recorded" if done else "none recorded"
    return (DecisionInput("Resection or transplantation", words, "recorded", "met" if done else "not_met"),)


INPUTS: Mapping[str, Callable[[Situation], tuple[DecisionInput, ...]]] = MappingProxyType(
    {
        "intrahepatic": _intrahepatic,
        "viable": _viable,
        "extrahepatic": _extrahepatic,
        "overall": _overall,
        "gates": lambda s: tuple(_gates(s)),
        "tace_benefit": lambda s: (_judged("TACE benefit", s.clinical.tace_benefit, Benefit.YES, _BENEFIT_WORDS),),
        "local_benefit": lambda s: (
            _judged("Local treatment", s.clinical.tace_benefit, Benefit.YES, {Benefit.YES: "yes", Benefit.NO: "no"}),
        ),
        "systemic_benefit": lambda s: (
            _judged("Benefit of going on", s.clinical.systemic_benefit, Benefit.YES, _BENEFIT_WORDS),
        ),
        "resectable": lambda s: (_judged("Operable", s.clinical.resectable, True, _YES_NO),),
        "tolerable": lambda s: (_reported("Not tolerable", s.clinical.sorafenib_tolerable is False),),
        "worsening": lambda s: (_reported("Clinical worsening", bool(s.clinical.clinical_worsening)),),
        "lasting": lambda s: (_reported("Lasting ineligibility", s.clinical.ineligibility_confirmed is not None),),
        "consent": lambda s: (_reported("Consent withdrawn", s.consent_withdrawn),),
        "arm": lambda s: (
            DecisionInput("Arm", _ARM[s.facts.arm_has_tace][0], "recorded", _ARM[s.facts.arm_has_tace][1]),
        ),
        "sessions": lambda s: (
            DecisionInput("Sessions given", str(s.facts.session_count), "recorded", _SESSIONS[s.facts.sessions]),
        ),
        "sorafenib": _sorafenib,
        "radiotherapy": lambda s: (
            DecisionInput(
                "Radiotherapy",
                _RADIOTHERAPY[s.facts.radiotherapy][0],
                "recorded",
                _RADIOTHERAPY[s.facts.radiotherapy][1],
            ),
        ),
        "operation": _operation,
        "marker": lambda s: (
            DecisionInput("Tumour marker", s.facts.marker_text or "none", "recorded", _TREND[s.facts.marker]),
        ),
    }
)
"""The inputs that a protocol's card may name.

================= =====================================================================
input             it shows
================= =====================================================================
intrahepatic      the intrahepatic response
viable            whether viable tumour is seen in the liver
extrahepatic      the extrahepatic response
overall           the overall (pooled) response
gates             ECOG and liver function against the gates
tace_benefit      benefit of further TACE
local_benefit     the same judgement where it is about any local treatment
systemic_benefit  benefit of going on with systemic treatment
resectable        resection, metastasectomy or transplantation possible
tolerable         whether intolerance is reported
worsening         whether clinical worsening is reported
lasting           whether lasting ineligibility is signed
consent           whether consent is withdrawn
arm               whether the patient's arm has TACE
sessions          how many sessions were given
sorafenib         whether sorafenib has begun
radiotherapy      how far radiotherapy has come
operation         whether a resection or transplantation is recorded
marker            the tumour marker with its last values
================= =====================================================================
"""
