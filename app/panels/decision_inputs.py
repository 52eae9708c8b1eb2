"""The value of a decision's input with the numbers it rests on."""

from __future__ import annotations

from app import words
from app.words import translated
from mrecist.case import ClinicalStatus
from mrecist.explain import plain
from mrecist.liver import liver_function
from mrecist.results import DecisionInput, RegionResponse, TimePointResponse
from mrecist.values import Response, Scope

_RESPONSES = {
    "Intrahepatic response": Scope.INTRAHEPATIC,
    "Extrahepatic response": Scope.EXTRAHEPATIC,
    "Overall response": Scope.OVERALL,
}


def input_value(
    entry: DecisionInput, response: TimePointResponse | None, clinical: ClinicalStatus | None = None
) -> str:
    """What the card says of an input: a response with its change, viable tumour in mm, liver function by its class.

    Parameters
    ----------
    response
        The response that the decision follows from.
    clinical
        What was recorded at its time point.
    """
    if response is not None and entry.name in _RESPONSES:
        return _with_change(entry.value, response.scope(_RESPONSES[entry.name]))
    if response is not None and entry.name == "Viable tumour" and entry.state == "met":
        total = response.intrahepatic.sum_mm
        return words.with_mm(total) if total else entry.value
    if clinical is not None and entry.name == "Liver function" and entry.state == "met":
        return _liver(clinical) or entry.value
    return entry.value


def _with_change(letters: str, found: RegionResponse) -> str:
    """Progression from the nadir, everything else from the baseline; the letters alone where there is no whole sum."""
    progression = found.response is Response.PD
    change = found.change_from_nadir_pct if progression else found.change_from_baseline_pct
    return letters if change is None else f"{letters} ({words.with_pct(change)})"


def _liver(clinical: ClinicalStatus) -> str:
    """Child-Pugh and bilirubin, as far as they are known."""
    found = liver_function(clinical)
    told = []
    if found.child_pugh_class is not None:
        told.append(f"{found.child_pugh_class}{found.child_pugh_score}")
    if clinical.bilirubin_mg_dl is not None:
        told.append(translated("bilirubin {value} mg/dL", value=plain(clinical.bilirubin_mg_dl)))
    return ", ".join(told)
