"""The sentence of every rule id, as a template or as a function of its numbers that picks one.

Regional rules stand here without their prefix (IH, EH, OV, R11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mrecist.sumnumbers import Number

Template = str | Callable[[Mapping[str, Number]], str]


def _progression(numbers: Mapping[str, Number]) -> str:
    limit = " and ≥ +{floor_mm} mm" if numbers["floor_mm"] else ""
    return (
        "{sum_mm} mm is {growth_pct} % and {growth_mm} mm vs nadir {nadir_mm} mm ({nadir_at}); "
        "PD at ≥ {progression_pct} %" + limit + "."
    )


def _after_nothing(numbers: Mapping[str, Number]) -> str:
    least = "PD at ≥ +{floor_mm} mm" if numbers["floor_mm"] else "any viable tumour then is PD"
    return "{sum_mm} mm after nothing was left ({nadir_at}): " + least + "."


def _partial(numbers: Mapping[str, Number]) -> str:
    growth = "{growth_pct} % and {growth_mm} mm" if "growth_pct" in numbers else "{growth_mm} mm"
    return (
        "Those of {targets} targets that were measured ({evaluated}) reach {sum_mm} mm already: at least "
        + growth
        + " vs nadir {nadir_mm} mm ({nadir_at}; PD at ≥ {progression_pct} %"
        + (" and ≥ +{floor_mm} mm" if numbers["floor_mm"] else "")
        + "). Not evaluable: {lesions}."
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
        return "No target left but nodes below {node_mm} mm: sum {sum_mm} mm, BL {baseline_mm} mm."
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


def _bone(numbers: Mapping[str, Number]) -> str:
    if "soft_tissue_mm" not in numbers:
        return "{lesion}: bone, no soft-tissue part of at least {limit_mm} mm was measured; record it as non-target."
    return "{lesion}: bone, soft-tissue part {soft_tissue_mm} mm, below {limit_mm} mm; record it as non-target."


def _too_small(numbers: Mapping[str, Number]) -> str:
    if "diameter_mm" not in numbers:
        return "{lesion}: not measured. Record it as non-target."
    return "{lesion}: {diameter_mm} mm is below {limit_mm} mm. Record it as non-target."


def _overridden(numbers: Mapping[str, Number]) -> str:
    if "objection" not in numbers:
        return "{lesion}: the reader overrode a proposal."
    return "{lesion}: the reader went against {objection}."


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
    "T-PD-ZERO": _after_nothing,
    "T-PD-PARTIAL": _partial,
    "T-NE": _not_evaluable,
    "T-CARRIED": "PR was reached before ({pr_at}), and {sum_mm} mm is neither PD nor PR: PR is carried forward.",
    "N-CR": "All non-targets are gone: {lesions} ({count} of {nontargets}).",
    "N-NN": _counted(
        "Non-target {lesions} persists without unequivocal progression ({count} of {nontargets}).",
        "Non-targets {lesions} persist without unequivocal progression ({count} of {nontargets}).",
    ),
    "N-NE": _counted(
        "Non-target {lesions} was not evaluated ({count} of {nontargets}).",
        "Non-targets {lesions} were not evaluated ({count} of {nontargets}).",
    ),
    "N-CYTOLOGY": "{lesion}: called progressing, but an effusion counts only with positive cytology: still there.",
    "N-PD": "Unequivocal progression of {lesions} ({count} of {nontargets}).",
    "ND": "{scope}: no disease at baseline and none since.",
    "RE": "CR at {at}, and disease again now ({lesions}): PD. Confirm that the CR was true.",
    "RE-TRUE": "CR at {at}, which the reader has confirmed, and disease again now ({lesions}): PD.",
    "RE-NODE": _counted(
        "CR at {at}, and node {lesions} is enlarged again (a target node from {node_mm} mm): PD on a node alone. "
        "Image it again.",
        "CR at {at}, and nodes {lesions} are enlarged again (a target node from {node_mm} mm): PD on nodes alone. "
        "Image them again.",
    ),
    "COV-CR": "Not done at this time point: {examinations}. So CR cannot be stated: {response}.",
    "COV-ND": "Not done at this time point: {examinations}. So freedom from disease cannot be stated: {response}.",
    "PATTERN": "Pattern of progression: {patterns}.",
}

_NEW: dict[str, Template] = {
    "NEW-PROOF": "{lesion}: new lesion, malignant by histology or cytology; counts at any size.",
    "NEW-CYTOLOGY": "{lesion}: new effusion with positive cytology.",
    "NEW-TYPICAL": "{lesion}: new liver nodule of {diameter_mm} mm with typical vascular pattern; "
    "counts from {limit_mm} mm.",
    "NEW-GROWTH": "{lesion}: new liver nodule, {growth_mm} mm since first measured, from {first_mm} mm to "
    "{diameter_mm} mm; counts from +{growth_limit_mm} mm.",
    "NEW-NODE": "{lesion}: new node, short axis {diameter_mm} mm; counts from {node_limit_mm} mm.",
    "NEW-CERTAIN": _size("{lesion}: new lesion of {diameter_mm} mm, unequivocal."),
    "NEW-PET": "{lesion}: new on PET, not there on the baseline PET.",
    "NEW-PERSISTS": "{lesion}: new lesion that counted before is still there.",
    "NEW-BENIGN": "{lesion}: new lesion without malignancy in histology or cytology; does not count.",
    "NEW-REFUTED": "{lesion}: new lesion in doubt, refuted since; does not count.",
    "NEW-EQ-CYTOLOGY": "{lesion}: new effusion without positive cytology; equivocal.",
    "NEW-EQ-SMALL": _small,
    "NEW-EQ-ATYPICAL": "{lesion}: new liver nodule of {diameter_mm} mm; equivocal until a typical vascular pattern is "
    "noted, or it grows by {growth_limit_mm} mm.",
    "NEW-EQ-NODE": _small_node,
    "NEW-EQ-PET": "{lesion}: seen only on a test that was not done at baseline; confirm it on CT or MRI.",
    "NEW-EQ-UNCERTAIN": "{lesion}: new lesion, not called unequivocal; equivocal.",
}

_ISSUES: dict[str, Template] = {
    "E-SINCE-OUT": "{lesion}: {treatment} since; it leaves the assessment and is not evaluable from here on.",
    "E-SINCE-IN": "{lesion}: {treatment} since; its viable part is measured.",
    "E-ABSENCE": "{lesion} is seen again; the reader holds that it had been gone.",
    "E-ABSENCE-MISTAKEN": "{lesion} is seen again; the reader holds that it had been there: correct the earlier "
    "time point.",
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
    "E-TREATED": "{lesion}: previously treated, without a well-delineated viable part; record it as non-target.",
    "E-TREATED-OUTSIDE": "{lesion}: previously treated; measurable only if it has progressed since.",
    "E-THROMBUS": "{lesion}: a tumour thrombus cannot be measured; record it as non-target.",
    "E-EFFUSION": "{lesion}: an effusion cannot be measured; record it as non-target.",
    "E-BONE": _bone,
    "E-FUNCTIONAL": "{lesion}: seen only on PET or bone scan; record it as non-target.",
    "E-NODE": "{lesion}: short axis {diameter_mm} mm is below {limit_mm} mm; not a target.",
    "E-NODE-NORMAL": "{lesion}: short axis {diameter_mm} mm is below {limit_mm} mm and normal; do not record it.",
    "E-NODE-REACTIVE": "{lesion}: hilar node of {diameter_mm} mm is below {limit_mm} mm and taken as reactive; "
    "do not record it.",
    "E-NODE-AXIS": "{lesion}: a node is measured along its short axis.",
    "E-OVERRIDE": _overridden,
    "E-PHASE": "{lesion}: the viable diameter was not read on the arterial phase.",
    "E-WHOLE": "{lesion}: {diameter_mm} mm is longer than the whole lesion, {whole_mm} mm; measure one of them again.",
    "E-ENTRY": "At baseline: {gates}. This deviates from the protocol's entry criteria.",
    "E-MODALITY": "{lesion}: read on {modality}, at {at} on {before}; a small change may be that of the technique.",
    "E-LABS": "The laboratory values are {days} d old; renew them before the procedure (at most {limit} d).",
    "E-UNRECORDED": "Not recorded at this time point: {missing}. What is not recorded sets no gate.",
    "E-INELIGIBLE": "Lasting ineligibility because of {because} was signed, but no such limit is crossed.",
    "E-NEW-UNSEEN": "{lesion}: a new lesion that counted ({counted_at}) was not evaluated; it does not count here.",
    "E-LIPIODOL": "{lesion}: compact lipiodol counts as no viable tumour; MRI is advised.",
    "E-LIPIODOL-VIABLE": "{lesion}: compact lipiodol counts as viable, by the diameter of the whole lesion; MRI is "
    "advised.",
}


def _when(text: str, without: str) -> Template:
    """The sentence where an assessment could be evaluated, and where none could."""
    return lambda numbers: text if numbers["evaluated"] else without


_COMPOSITE: dict[str, Template] = {
    "C-PD": "Intrahepatic {intrahepatic}, extrahepatic {extrahepatic}: PD in either region is {response}.",
    "C-NE": "Intrahepatic {intrahepatic}, extrahepatic {extrahepatic}: one was not evaluable, so both are {response}.",
    "C-ND": "Intrahepatic {intrahepatic}, extrahepatic {extrahepatic}: where one has no disease the other decides.",
    "C-EQ": "Intrahepatic {intrahepatic}, extrahepatic {extrahepatic}: both are the same.",
    "C-SD": "Intrahepatic {intrahepatic}, extrahepatic {extrahepatic}: SD in either region is {response}.",
    "C-PR": "Intrahepatic {intrahepatic}, extrahepatic {extrahepatic}: less than CR in both is {response}.",
}

_BEST: dict[str, Template] = {
    "U-CR": "CR on day {day}; confirmation is not asked for.",
    "U-PR": "PR on day {day} and no CR; confirmation is not asked for.",
    "U-SD": "Neither CR nor PR, and no PD up to day {day}: SD from day {stable} on.",
    "U-NN": "No targets, and no PD up to day {day}: non-CR/non-PD from day {stable} on.",
    "U-PD": "PD on day {day}, and nothing that lasted to day {stable} before it.",
    "U-NE": _when(
        "From day {day} on nothing that lasted to day {stable}, and no PD.",
        "None of {assessments} assessments could be evaluated.",
    ),
    "U-ND": "No disease on day {day} and at every other assessment.",
    "F-CR": "CR on day {day}, confirmed {interval} d or more later.",
    "F-PR": "PR on day {day}, confirmed {interval} d or more later; no confirmed CR.",
    "F-SD": "No response confirmed {interval} d or more later; no PD up to day {day}: SD from day {stable} on.",
    "F-NN": "No targets, and no PD up to day {day}: non-CR/non-PD from day {stable} on.",
    "F-PD": "PD on day {day}, no response confirmed, and nothing that lasted to day {stable} before it.",
    "F-NE": _when(
        "From day {day} on no response confirmed, nothing that lasted to day {stable}, and no PD.",
        "None of {assessments} assessments could be evaluated.",
    ),
    "F-ND": "No disease on day {day} and at every other assessment.",
}

SENTENCES: Mapping[str, Template] = MappingProxyType(_TARGETS | _NEW | _COMPOSITE | _BEST | _ISSUES)
