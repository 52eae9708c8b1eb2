"""The sentence of every rule id, as a template or as a function of its numbers that picks one.

Regional rules stand here without their prefix (IH, EH, OV, R11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mrecist.results import Number

Template = str | Callable[[Mapping[str, Number]], str]


def _progression(numbers: Mapping[str, Number]) -> str:
    limit = " and ≥ +{floor_mm} mm" if numbers["floor_mm"] else ""
    return (
        "{sum_mm} mm is {growth_pct} % and {growth_mm} mm vs nadir {nadir_mm} mm ({nadir_at}); "
        "PD at ≥ {progression_pct} %" + limit + "."
    )


def _partial(numbers: Mapping[str, Number]) -> str:
    growth = "{growth_pct} % and {growth_mm} mm" if "growth_pct" in numbers else "{growth_mm} mm"
    return (
        "{evaluated} of {targets} targets already measure {sum_mm} mm: at least "
        + growth
        + " vs nadir {nadir_mm} mm ({nadir_at}). Not evaluable: {lesions}."
    )


def _stable(numbers: Mapping[str, Number]) -> str:
    floor = " and ≥ +{floor_mm} mm" if numbers["floor_mm"] else ""
    if "growth_pct" not in numbers or "change_pct" not in numbers:
        return (
            "{sum_mm} mm is {growth_mm} mm vs nadir {nadir_mm} mm ({nadir_at})" + floor.replace(" and", "; PD at") + "."
        )
    return (
        "{sum_mm} mm is {change_pct} % vs BL {baseline_mm} mm (PR at ≤ {response_pct} %) and {growth_pct} % "
        "vs nadir {nadir_mm} mm ({nadir_at}; PD at ≥ {progression_pct} %" + floor + ")."
    )


def _complete(numbers: Mapping[str, Number]) -> str:
    if numbers.get("sum_mm"):
        return "No target left but nodes below 10 mm: sum {sum_mm} mm, BL {baseline_mm} mm."
    return "No viable tumour left in any target: sum 0.0 mm, BL {baseline_mm} mm."


def _not_evaluable(numbers: Mapping[str, Number]) -> str:
    if "baseline_mm" not in numbers:
        return "There is no complete baseline sum to compare with."
    return "Not evaluable: {lesions} ({evaluated} of {targets} targets were measured)."


def _counted(one: str, several: str) -> Template:
    """The sentence for one lesion, or for `count` of them."""
    return lambda numbers: one if numbers["count"] == 1 else several


def _size(text: str) -> Template:
    return lambda numbers: text if "diameter_mm" in numbers else text.replace(" of {diameter_mm} mm", "")


def _small(numbers: Mapping[str, Number]) -> str:
    if "diameter_mm" not in numbers:
        return "{lesion}: new liver nodule, not measured; follow it."
    return "{lesion}: new liver nodule of {diameter_mm} mm, below {limit_mm} mm; equivocal, follow it."


def _small_node(numbers: Mapping[str, Number]) -> str:
    if "diameter_mm" not in numbers:
        return "{lesion}: new node, short axis not measured; follow it."
    return "{lesion}: new node, short axis {diameter_mm} mm, below {node_limit_mm} mm; equivocal, follow it."


def _too_small(numbers: Mapping[str, Number]) -> str:
    if "diameter_mm" not in numbers:
        return "{lesion}: not measured. Record it as non-target."
    return "{lesion}: {diameter_mm} mm is below {limit_mm} mm. Record it as non-target."


_TARGETS: dict[str, Template] = {
    "T-CR": _complete,
    "T-CR-NN": _counted(
        "All targets are in CR, but non-target {lesions} persists: PR.",
        "All targets are in CR, but non-targets {lesions} persist: PR.",
    ),
    "T-CR-NE": _counted(
        "All targets are in CR, but non-target {lesions} was not evaluated: PR.",
        "All targets are in CR, but non-targets {lesions} were not evaluated: PR.",
    ),
    "T-PR": "{sum_mm} mm is {change_pct} % vs BL {baseline_mm} mm; PR at ≤ {response_pct} %.",
    "T-SD": _stable,
    "T-PD": _progression,
    "T-PD-ZERO": "{sum_mm} mm after nothing was left ({nadir_at}): any viable tumour then is PD.",
    "T-PD-PARTIAL": _partial,
    "T-NE": _not_evaluable,
    "T-CARRIED": "PR was reached before and neither PD nor a new PR holds: PR is carried forward.",
    "N-CR": "All non-targets are gone ({lesions}).",
    "N-NN": _counted(
        "Non-target {lesions} persists without unequivocal progression.",
        "Non-targets {lesions} persist without unequivocal progression.",
    ),
    "N-NE": _counted("Non-target {lesions} was not evaluated.", "Non-targets {lesions} were not evaluated."),
    "N-PD": "Unequivocal progression of {lesions}.",
    "ND": "{scope}: no disease at baseline and none since.",
    "RE": "CR at {at}, and disease again now ({lesions}): PD. Confirm that the CR was true.",
    "RE-NODE": _counted(
        "CR at {at}, and {lesions} is again at or above 10 mm: PD on a node alone. Image it again.",
        "CR at {at}, and {lesions} are again at or above 10 mm: PD on nodes alone. Image them again.",
    ),
    "COV-CR": "A required examination was not done, so CR cannot be stated: {response}.",
    "COV-ND": "A required examination was not done, so freedom from disease cannot be stated: {response}.",
    "PATTERN": "Pattern of progression: {patterns}.",
}

_NEW: dict[str, Template] = {
    "NEW-PROOF": "{lesion}: new lesion, malignant by histology or cytology; counts at any size.",
    "NEW-CYTOLOGY": "{lesion}: new effusion with positive cytology.",
    "NEW-TYPICAL": "{lesion}: new liver nodule of {diameter_mm} mm with typical vascular pattern; "
    "counts from {limit_mm} mm.",
    "NEW-GROWTH": "{lesion}: new liver nodule grew by {growth_mm} mm to {diameter_mm} mm since first seen; "
    "counts from +{growth_limit_mm} mm.",
    "NEW-NODE": "{lesion}: new node, short axis {diameter_mm} mm; counts from {node_limit_mm} mm.",
    "NEW-CERTAIN": _size("{lesion}: new lesion of {diameter_mm} mm, unequivocal."),
    "NEW-PET": "{lesion}: new on PET, not there on the baseline PET.",
    "NEW-PERSISTS": "{lesion}: new lesion that counted before is still there.",
    "NEW-BENIGN": "{lesion}: new lesion without malignancy in histology or cytology; does not count.",
    "NEW-EQ-CYTOLOGY": "{lesion}: new effusion without positive cytology; equivocal.",
    "NEW-EQ-SMALL": _small,
    "NEW-EQ-ATYPICAL": "{lesion}: new liver nodule of {diameter_mm} mm, not typical; equivocal until it grows by "
    "{growth_limit_mm} mm.",
    "NEW-EQ-NODE": _small_node,
    "NEW-EQ-PET": "{lesion}: seen only on a test that was not done at baseline; confirm it on CT or MRI.",
    "NEW-EQ-UNCERTAIN": "{lesion}: new lesion, not called unequivocal; equivocal.",
}

_DECISIONS: dict[str, Template] = {
    "T1": "Stop: consent withdrawn (T1).",
    "T2": "Stop, TACE failure: declared at {at} (T2).",
    "T3": "Stop: intrahepatic CR (T3). Re-evaluate in 4–8 weeks; sorafenib continues.",
    "T4": "Stop, TACE failure: no benefit (T4).",
    "T5": "Stop, TACE failure: lastingly ineligible because of {because} (T5).",
    "T6": "Hold: {gates} (T6). Is this lasting?",
    "T6-DATA": "Hold: {missing} not recorded at this time point (T6). Eligibility must be known before TACE.",
    "T7": "Hold: the liver is not fully evaluable (T7). Complete the imaging.",
    "T8": "No indication: no viable tumour in the liver (T8). Re-evaluate in 4–8 weeks.",
    "T9": "Intrahepatic PD alone is not TACE failure (T9). Is benefit of further TACE expected?",
    "T9-YES": "Continue: intrahepatic PD, benefit of further TACE expected (T9).",
    "T10": "Continue: viable tumour, intrahepatic {response}, benefit expected (T10). TACE in 4–8 weeks.",
    "T11": "Viable tumour, intrahepatic {response}: benefit decides (T11). Not answered; it is not taken as no.",
    "S1": "Stop: consent withdrawn (S1).",
    "S2": "Stop: condition worsened by clinical decision (S2).",
    "S3": "Stop: sorafenib not tolerable (S3). Interruption or reduction first is a judgement.",
    "S4": "Sorafenib failure: extrahepatic PD and no benefit of TACE (S4).",
    "S5": "Extrahepatic PD and nothing viable to treat in the liver (S5). Read literally: sorafenib failure; sign it.",
    "S6": "May continue: TACE of benefit and planned, sorafenib tolerable (S6).",
    "S7": "Extrahepatic PD with benefit of TACE (S7): not decided yet; missing: {missing}.",
    "S8": "Extrahepatic PD alone is not failure; TACE benefit decides (S8).",
    "S8-NODE": "Extrahepatic PD rests on a re-grown node alone (S8). Image it again before anything is decided.",
    "S9": "Continue: extrahepatic {response} (S9). Intrahepatic PD alone is not sorafenib failure.",
    "S10": "Continue: extrahepatic not evaluable (S10), so failure cannot be declared. Complete the imaging.",
    "S11": "Continue: no extrahepatic disease (S11). Whether to go on is a judgement.",
    "S12": "{gates} (S12). Is the condition worsening: stop, interrupt, reduce or continue?",
    "S-COVERAGE": "A required examination outside the liver was not done.",
}

_ISSUES: dict[str, Template] = {
    "E-BASELINE": "{lesion} is a target without a measurement at baseline.",
    "E-WINDOW": "The baseline scan is {days} d before the start of treatment; at most {limit} d.",
    "E-AFTER-START": "The baseline scan is {days} d after the start of treatment.",
    "E-NEW-AT-BASELINE": "{lesion} is listed as new at baseline.",
    "E-ORGAN": "{count} targets in {organ}; at most {limit} in one organ.",
    "E-TOTAL": "{count} targets; at most {limit} in all.",
    "E-SMALL": _too_small,
    "E-SLICE": "{lesion}: {diameter_mm} mm on {thickness_mm} mm slices; a target needs {limit_mm} mm there.",
    "E-ENHANCEMENT": "{lesion}: no arterial enhancement; not an mRECIST target.",
    "E-RECIST": "{lesion}: no arterial enhancement; measured by RECIST 1.1 (longest diameter).",
    "E-INFILTRATIVE": "{lesion}: infiltrative; a non-target whatever its size.",
    "E-DELINEATED": "{lesion}: not well delineated; not suited for repeated measurement.",
    "E-TREATED": "{lesion}: previously treated and not well delineated; record it as non-target.",
    "E-TREATED-OUTSIDE": "{lesion}: previously treated; measurable only if it has progressed since.",
    "E-THROMBUS": "{lesion}: a tumour thrombus cannot be measured; record it as non-target.",
    "E-EFFUSION": "{lesion}: an effusion cannot be measured; record it as non-target.",
    "E-BONE": "{lesion}: bone without a soft-tissue part of {limit_mm} mm; record it as non-target.",
    "E-FUNCTIONAL": "{lesion}: seen only on PET or bone scan; record it as non-target.",
    "E-NODE": "{lesion}: short axis {diameter_mm} mm is below {limit_mm} mm; not a target.",
    "E-NODE-NORMAL": "{lesion}: short axis {diameter_mm} mm is normal; do not record it.",
    "E-NODE-REACTIVE": "{lesion}: hilar node of {diameter_mm} mm is below {limit_mm} mm and taken as reactive; "
    "do not record it.",
    "E-NODE-AXIS": "{lesion}: a node is measured along its short axis.",
    "E-OVERRIDE": "{lesion}: the reader overrode a proposal.",
    "E-ENTRY": "At baseline: {gates}. This deviates from the protocol's entry criteria.",
    "E-LABS": "The laboratory values are {days} d old; renew them before the procedure (at most {limit} d).",
    "E-LIPIODOL": "{lesion}: compact lipiodol counts as no viable tumour; MRI is advised.",
}

SENTENCES: Mapping[str, Template] = MappingProxyType(_TARGETS | _NEW | _DECISIONS | _ISSUES)
