"""The named conditions and questions that the rows of a protocol's decision tables are made of.

A judgement that was not answered is neither yes nor no: each answer has a condition of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mrecist.case import Benefit
from mrecist.decisions.situation import Radiotherapy, Sessions, Situation, Trend, Viability
from mrecist.filled import Filled
from mrecist.results import TaceOutput
from mrecist.values import Response

CR, PR, SD, PD = Response.CR, Response.PR, Response.SD, Response.PD
NE, NN, ND = Response.NE, Response.NN, Response.ND

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "ecog": "ECOG",
        "bilirubin_mg_dl": "bilirubin",
        "albumin_g_dl": "albumin",
        "inr": "INR",
        "ascites": "ascites",
        "encephalopathy": "encephalopathy",
        "tace_benefit": "TACE benefit",
        "tace_planned": "next TACE planned",
        "sorafenib_tolerable": "sorafenib tolerable",
        "eligibility": "eligibility",
        "eligibility data": "eligibility data",
        "imaging": "liver imaging",
        "clinical_worsening": "clinical worsening",
        "child_pugh_at_least": "Child-Pugh",
        "ast_x_uln": "AST",
        "alt_x_uln": "ALT",
        "main_pv_occlusion": "main portal vein",
        "anc_per_ul": "ANC",
        "hb_g_dl": "haemoglobin",
        "platelets_per_ul": "platelets",
        "creatinine_x_uln": "creatinine",
        "resectable": "resectability",
        "systemic_benefit": "benefit of systemic treatment",
        "arm": "study arm",
        "radiotherapy": "dates of radiotherapy",
        "tumour marker": "tumour marker",
        "search": "search for tumour",
    }
)
"""What is asked for, in words."""


_NOT_OVER = (TaceOutput.CONTINUE, TaceOutput.JUDGEMENT, TaceOutput.HOLD, TaceOutput.NOT_YET)
"""The local treatment goes on, or it is not decided that it does not."""


def _tace_is(situation: Situation, output: TaceOutput) -> bool:
    return situation.tace is not None and situation.tace.decision is output


PREDICATES: Mapping[str, Callable[[Situation], bool]] = MappingProxyType(
    {
        "consent_withdrawn": lambda s: s.consent_withdrawn,
        # what was computed
        "intrahepatic_cr": lambda s: s.intrahepatic is CR,
        "intrahepatic_pd": lambda s: s.intrahepatic is PD,
        "liver_not_evaluable": lambda s: s.intrahepatic is NE or s.viability is Viability.UNKNOWN,
        "liver_not_viable": lambda s: s.intrahepatic is ND or s.viability is Viability.NONE,
        "extrahepatic_pd": lambda s: s.extrahepatic is PD,
        "extrahepatic_ne": lambda s: s.extrahepatic is NE,
        "extrahepatic_nd": lambda s: s.extrahepatic is ND,
        "extrahepatic_controlled": lambda s: s.extrahepatic in (CR, PR, SD, NN),
        "extrahepatic_pd_rests_on_node": lambda s: s.extrahepatic_rests_on_node,
        "extrahepatic_not_covered": lambda s: not s.extrahepatic_covered,
        "gate_crossed": lambda s: bool(s.gates),
        "eligibility_data_missing": lambda s: bool(s.missing),
        "failure_declared_before": lambda s: s.failure_declared_at is not None,
        "tace_continues": lambda s: _tace_is(s, TaceOutput.CONTINUE),
        "nothing_to_treat_in_liver": lambda s: s.intrahepatic is CR or _tace_is(s, TaceOutput.NO_INDICATION),
        # what was judged
        "benefit_expected": lambda s: s.benefit is Benefit.YES,
        "benefit_denied": lambda s: s.benefit is Benefit.NO,
        "benefit_not_answered": lambda s: s.benefit is None,
        "no_benefit_of_tace": lambda s: s.benefit is Benefit.NO or _tace_is(s, TaceOutput.STOP_FAILURE),
        "ineligibility_confirmed": lambda s: s.clinical.ineligibility_confirmed is not None,
        "tace_planned": lambda s: s.clinical.tace_planned is True,
        "sorafenib_tolerable": lambda s: s.clinical.sorafenib_tolerable is True,
        "sorafenib_not_tolerable": lambda s: s.clinical.sorafenib_tolerable is False,
        "condition_worsened": lambda s: s.clinical.clinical_worsening is True,
        "worsening_not_answered": lambda s: s.clinical.clinical_worsening is None,
        "resectable": lambda s: s.clinical.resectable is True,
        "not_resectable": lambda s: s.clinical.resectable is False,
        "resectability_not_answered": lambda s: s.clinical.resectable is None,
        "systemic_benefit_expected": lambda s: s.systemic_benefit is Benefit.YES,
        "systemic_benefit_denied": lambda s: s.systemic_benefit is Benefit.NO,
        "systemic_benefit_not_answered": lambda s: s.systemic_benefit is None,
        # beyond the responses of the regions: the patient's overall response, the arm, what was given, the marker
        "overall_pd": lambda s: s.facts.overall is PD,
        "overall_ne": lambda s: s.facts.overall is NE,
        "either_region_pd": lambda s: PD in (s.intrahepatic, s.extrahepatic),
        "either_region_ne": lambda s: NE in (s.intrahepatic, s.extrahepatic) or s.viability is Viability.UNKNOWN,
        "tumour_free": lambda s: s.tumour_free,
        "arm_not_recorded": lambda s: s.facts.arm_has_tace is None,
        "arm_without_tace": lambda s: s.facts.arm_has_tace is False,
        "sessions_too_few": lambda s: s.facts.sessions is Sessions.TOO_FEW,
        "sessions_complete": lambda s: s.facts.sessions is Sessions.COMPLETE,
        "sorafenib_begun": lambda s: s.facts.sorafenib_begun,
        "radiotherapy_not_recorded": lambda s: s.facts.radiotherapy is Radiotherapy.NOT_RECORDED,
        "radiotherapy_under_way": lambda s: s.facts.radiotherapy is Radiotherapy.UNDER_WAY,
        "response_too_early": lambda s: s.facts.radiotherapy is Radiotherapy.TOO_EARLY,
        "operated": lambda s: s.facts.operated,
        "marker_rising": lambda s: s.facts.marker is Trend.RISING,
        "marker_unknown": lambda s: s.facts.marker is Trend.UNKNOWN,
        "tace_failed": lambda s: _tace_is(s, TaceOutput.STOP_FAILURE),
        "tace_not_over": lambda s: s.tace is not None and s.tace.decision in _NOT_OVER,
    }
)
"""The conditions a row may name.

============================= ===================================================================================
condition                     it holds where
============================= ===================================================================================
consent_withdrawn             consent is withdrawn, now or earlier
intrahepatic_cr               the intrahepatic response is CR
intrahepatic_pd               the intrahepatic response is PD
liver_not_evaluable           the intrahepatic response is NE, or no viable tumour is seen in the liver, but something
                              there is not evaluable
liver_not_viable              there was no disease in the liver (ND), or no viable tumour is left in it
extrahepatic_pd               the extrahepatic response is PD
extrahepatic_ne               the extrahepatic response is NE
extrahepatic_nd               there is no extrahepatic disease (ND)
extrahepatic_controlled       the extrahepatic response is CR, PR, SD or non-CR/non-PD
extrahepatic_pd_rests_on_node the only sign of extrahepatic progression is a re-grown node
extrahepatic_not_covered      a required examination outside the liver was not done
gate_crossed                  a gate of ECOG or liver function is crossed
eligibility_data_missing      ECOG or an item of Child-Pugh is not recorded at this time point
failure_declared_before       TACE failure was declared at an earlier time point
tace_continues                TACE is to continue
nothing_to_treat_in_liver     the intrahepatic response is CR, or TACE has no indication
benefit_expected              benefit of further TACE: signed yes
benefit_denied                benefit of further TACE: signed no
benefit_not_answered          benefit of further TACE: not signed, or cannot be said yet
no_benefit_of_tace            benefit of further TACE: signed no, or TACE has failed
ineligibility_confirmed       lasting ineligibility is signed (ECOG or liver function)
tace_planned                  the next TACE is planned
sorafenib_tolerable           sorafenib is tolerable
sorafenib_not_tolerable       sorafenib is not tolerable
condition_worsened            clinical worsening is answered yes
worsening_not_answered        clinical worsening is not answered
resectable                    resection, metastasectomy or transplantation: signed possible
not_resectable                resection, metastasectomy or transplantation: signed not possible
resectability_not_answered    resection, metastasectomy or transplantation: not answered
systemic_benefit_expected     benefit of going on with systemic treatment: signed yes
systemic_benefit_denied       benefit of going on with systemic treatment: signed no
systemic_benefit_not_answered benefit of going on with systemic treatment: not signed, or cannot be said yet
overall_pd                    the overall (pooled) response is PD
overall_ne                    the overall (pooled) response is NE
either_region_pd              the response of the liver, or that outside it, is PD
either_region_ne              the response of the liver, or that outside it, is NE, or a liver lesion that may be viable
                              is not evaluable
tumour_free                   neither region shows tumour: CR, no disease, or no viable tumour left in the liver
arm_not_recorded              the study arm is not recorded, or is none of the protocol's
arm_without_tace              the patient's arm has no TACE
sessions_too_few              fewer sessions than the protocol's least were given
sessions_complete             as many sessions as the protocol's most were given
sorafenib_begun               sorafenib has begun
radiotherapy_not_recorded     no radiotherapy, or not its end, is recorded
radiotherapy_under_way        radiotherapy has not ended
response_too_early            radiotherapy has ended, and the window of its response is not open yet
operated                      a resection or transplantation is recorded
marker_rising                 the protocol's tumour marker is above its limit and higher than when last recorded
marker_unknown                whether the tumour marker rises cannot be said: it, or a value before it, is not recorded,
                              or only as "greater than"
tace_failed                   the local treatment has failed
tace_not_over                 the local treatment goes on, or it is not decided that it does not
============================= ===================================================================================
"""


def _question(name: str, is_open: Callable[[Situation], bool]) -> Callable[[Situation], tuple[str, ...]]:
    return lambda situation: (name,) if is_open(situation) else ()


def _what_tace_needs(situation: Situation) -> tuple[str, ...]:
    """Why TACE does not continue: what it asks for itself, or that it is to continue at all."""
    tace = situation.tace
    if tace is None or tace.decision is TaceOutput.CONTINUE:
        return ()
    return tace.needs or ("TACE continued",)


QUESTIONS: Mapping[str, Callable[[Situation], tuple[str, ...]]] = MappingProxyType(
    {
        "eligibility": _question("eligibility", lambda s: True),
        "eligibility data": _question("eligibility data", lambda s: bool(s.missing)),
        "imaging": _question("imaging", PREDICATES["liver_not_evaluable"]),
        "tace_benefit": _question("tace_benefit", PREDICATES["benefit_not_answered"]),
        "tace_planned": _question("tace_planned", lambda s: not s.clinical.tace_planned),
        "sorafenib_tolerable": _question("sorafenib_tolerable", lambda s: s.clinical.sorafenib_tolerable is None),
        "tace": _what_tace_needs,
        "clinical_worsening": _question("clinical_worsening", PREDICATES["worsening_not_answered"]),
        "extrahepatic imaging": _question("extrahepatic imaging", lambda s: True),
        "sorafenib continuation": _question("sorafenib continuation", lambda s: True),
        "resectable": _question("resectable", PREDICATES["resectability_not_answered"]),
        "systemic_benefit": _question("systemic_benefit", PREDICATES["systemic_benefit_not_answered"]),
        "arm": _question("arm", PREDICATES["arm_not_recorded"]),
        "radiotherapy": _question("radiotherapy", PREDICATES["radiotherapy_not_recorded"]),
        "tumour marker": _question("tumour marker", PREDICATES["marker_unknown"]),
        "search": _question("search", lambda s: True),
        "tumour imaging": _question("tumour imaging", lambda s: True),
    }
)
"""The questions a row may raise: each gives the names of what is still to be answered.

======================= =========================================================================================
question                it asks
======================= =========================================================================================
eligibility             is the crossed gate lasting?
eligibility data        what ECOG and Child-Pugh still lack
imaging                 imaging of the liver, where it is not fully evaluable
tace_benefit            is benefit of further TACE expected?
tace_planned            is the next TACE planned?
sorafenib_tolerable     is sorafenib tolerable?
tace                    what TACE itself asks for; where it asks nothing, that it continues
clinical_worsening      is the condition worsening?
extrahepatic imaging    imaging outside the liver
sorafenib continuation  is sorafenib to go on?
resectable              is resection, metastasectomy or transplantation possible?
systemic_benefit        is benefit of going on with systemic treatment expected?
arm                     the study arm
radiotherapy            when radiotherapy began and ended
tumour marker           the tumour marker at this time point
tumour imaging          imaging, where a response is not evaluable
search                  a search for tumour where a marker rises and none is seen
======================= =========================================================================================
"""


def _upper(text: Filled) -> Filled:
    return Filled.kept(text[:1].upper() + text[1:], text.parts)


def _lower(text: Filled) -> Filled:
    first = text.split(" ", 1)[0]
    return text if first in _NAMES else Filled.kept(text[:1].lower() + text[1:], text.parts)


_NAMES = frozenset(("ECOG", "Child-Pugh", "INR", "AST", "ALT", "ANC"))
BECAUSE: Mapping[str, str] = MappingProxyType({"ecog": "ECOG", "liver": "liver function"})


def _because(situation: Situation) -> str:
    confirmed = situation.clinical.ineligibility_confirmed
    return "" if confirmed is None else BECAUSE[confirmed]


SHOWN: Mapping[str, Callable[[Situation], str]] = MappingProxyType(
    {
        "at": lambda s: s.failure_declared_at or "",
        "because": _because,
        "gates": lambda s: _upper(s.gates_text),
        "gates_lower": lambda s: _lower(s.gates_text),
        "missing": lambda s: ", ".join(LABELS[m] for m in s.missing),
        "intrahepatic": lambda s: str(s.intrahepatic),
        "extrahepatic": lambda s: str(s.extrahepatic),
        "overall": lambda s: str(s.facts.overall or ""),
        "sessions": lambda s: str(s.facts.session_count),
        "marker": lambda s: s.facts.marker_text,
    }
)
"""What the sentence of a row may show."""
