"""What a study counts: from which day its times run, its endpoints, its response rates, how its patients are censored.

Part of a protocol's text (`[endpoints]`); a case of no protocol, or of one without that part, is counted by `GENERAL`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mrecist.case import TreatmentKind
from mrecist.censoring import POLICIES

ScopeWord = Literal["intrahepatic", "extrahepatic", "overall"]
ResponseWord = Literal["CR", "PR", "SD", "NN"]
EndpointWord = Literal[
    "OS",
    "PFS",
    "TTP",
    "TTPR",
    "TTIHP",
    "TTEHP",
    "TTTF",
    "TTSF",
    "DOR",
    "TTR",
    "TTDS",
    "ORR",
    "DCR",
    "DSR",
]
_TREATMENTS = frozenset(kind.value for kind in TreatmentKind)


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """The share of patients whose best response, over some of their assessments, is one of `responses`.

    Attributes
    ----------
    name : str
        As it is printed: "ORR (4 weeks)".
    responses : tuple of str
        What counts.
    scope : str
        Of which region, or of both pooled.
    first_after : str
        A kind of treatment: only the first assessment after its last day is looked at. Empty: all are.
    until : str
        A kind of treatment: only assessments up to the day of its first are looked at. Empty: all are. With
        `first_after` the best of both counts: that one assessment, even where it is later, and those up to that day.
    confirmed : bool
        Does a response need a second assessment that confirms it?
    """

    name: str
    responses: tuple[ResponseWord, ...]
    scope: ScopeWord = "overall"
    first_after: str = ""
    until: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class EndpointRules:
    """The endpoints of a study.

    Attributes
    ----------
    primary, secondary : tuple of str
        What the study reports, in its own order; everything else is worked out all the same.
    origin : str
        Day 0 of every time: start of treatment, randomisation or enrolment. Responses count from the start of treatment
        whatever this says.
    scope : str
        Whose progression ends TTP and PFS, and whose responses DOR and TTR are.
    censoring : str
        The name of a policy of `mrecist.censoring`.
    downstaging : tuple of str
        The kinds of treatment that downstaging leads to.
    tace_failure, sorafenib_failure : tuple of str
        The decisions of the study's tables that declare the failure of one treatment.
    rates : tuple of ResponseRate
        Rates of its own, beside ORR and DCR.
    visit_days, visit_tolerance_days : int
        How far apart visits are by plan, for policies that look at missed visits; 0: not told.
    source : str
        Where this is written.
    """

    primary: tuple[EndpointWord, ...] = ()
    secondary: tuple[EndpointWord, ...] = ()
    origin: Literal["treatment", "randomisation", "enrolment"] = "treatment"
    scope: ScopeWord = "overall"
    censoring: str = "last-assessment"
    downstaging: tuple[str, ...] = ("resection", "transplantation")
    tace_failure: tuple[str, ...] = ("STOP_FAILURE",)
    sorafenib_failure: tuple[str, ...] = ("SORAFENIB_FAILURE",)
    rates: tuple[ResponseRate, ...] = ()
    visit_days: int = 0
    visit_tolerance_days: int = 0
    source: str = "no protocol"


GENERAL = EndpointRules()
"""For cases of no protocol."""


def endpoint_faults(rules: EndpointRules) -> Iterator[str]:
    """What names something that there is not."""
    if rules.censoring not in POLICIES:
        yield f"endpoints.censoring is one of {', '.join(POLICIES)}"
    for index, kind in enumerate(rules.downstaging):
        if kind not in _TREATMENTS:
            yield f"endpoints.downstaging[{index}]: {kind} is no kind of treatment"
    for index, rate in enumerate(rules.rates):
        for key, kind in (("first_after", rate.first_after), ("until", rate.until)):
            if kind and kind not in _TREATMENTS:
                yield f"endpoints.rates[{index}].{key}: {kind} is no kind of treatment"
        if not rate.responses:
            yield f"endpoints.rates[{index}].responses is empty"
