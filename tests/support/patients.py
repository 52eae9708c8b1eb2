"""Patients in the short notation of the scenario files: ``patient("L1=50 Lu1=10", "L1=35 Lu1=10")``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.profiles import protocol_of
from app.resources import load_ruleset
from mrecist.assess import assess
from mrecist.case import Case
from mrecist.casefile import read_case
from mrecist.results import Assessment, RegionResponse, TimePointResponse
from mrecist.values import Response

DAYS_BETWEEN = 42

_KINDS: Mapping[str, tuple[str, str, str, str]] = {
    # longest prefixes first: region, role, organ, kind
    "xIN": ("intra", "new", "liver", "other"),
    "xPV": ("intra", "new", "portal_vein", "tumour_thrombus"),
    "xLu": ("extra", "new", "lung", "other"),
    "xNm": ("extra", "new", "lymph_node", "lymph_node"),
    "xNp": ("extra", "new", "lymph_node_periportal", "lymph_node"),
    "xAsc": ("extra", "new", "peritoneum", "effusion"),
    "xPle": ("extra", "new", "pleura", "effusion"),
    "INF": ("intra", "nontarget", "liver", "infiltrative"),
    "PVT": ("intra", "nontarget", "portal_vein", "tumour_thrombus"),
    "ASC": ("extra", "nontarget", "peritoneum", "effusion"),
    "NN": ("extra", "nontarget", "lymph_node", "lymph_node"),
    "Lu": ("extra", "target", "lung", "other"),
    "Ad": ("extra", "target", "adrenal", "other"),
    "B": ("extra", "nontarget", "bone", "bone"),
    "N": ("extra", "target", "lymph_node", "lymph_node"),
    "L": ("intra", "target", "liver", "other"),
}
_STATUS = {
    "P": "present",
    "A": "absent",
    "U": "unequivocal_pd",
    "NE": "not_evaluable",
    "NV": "nonviable",
    "ts": "too_small_to_measure",
    "merged": "merged",
    "split": "split",
}


def lesion(text: str, **more: Any) -> dict[str, Any]:
    """One lesion of a case file, from for example ``L1=35``, ``INF=P``, ``xIN=12t`` or ``xLu=6!``."""
    name, _, value = text.partition("=")
    region, role, organ, kind = next(v for k, v in _KINDS.items() if name.startswith(k))
    found: dict[str, Any] = {"id": name, "region": region, "role": role, "organ": organ, "kind": kind}
    if role == "new":
        if value[-1:] in ("!", "?"):
            found["certainty"] = "unequivocal" if value[-1] == "!" else "equivocal"
            value = value[:-1]
        if value[-1:] == "t":
            found["typical_vascular_pattern"] = True
            value = value[:-1]
        if kind in ("effusion", "tumour_thrombus") and value == "1":
            value = ""
    if value in _STATUS:
        found["status"] = _STATUS[value]
    elif value == "0":
        found |= {"status": "absent", "diameter_mm": 0}
    elif value:
        found["diameter_mm"] = float(value)
        if role == "target":
            found["status"] = "measured"
    return found | more


def visit(text: str, **more: Any) -> dict[str, Any]:
    """What a time point lists; `more` are lesion attributes by lesion id, or keys of the time point."""
    lesions = [lesion(word, **more.pop(word.partition("=")[0], {})) for word in text.split()]
    return {"lesions": lesions, **more}


def patient(*visits: str | dict[str, Any], **more: Any) -> dict[str, Any]:
    """A case of a case file: baseline BL at day 0, then TP1, TP2 ... 42 days apart unless a visit says otherwise."""
    timepoints = []
    for index, given in enumerate(visits):
        listed = visit(given) if isinstance(given, str) else given
        name = f"TP{index}" if index else "BL"
        timepoints.append({"timepoint": name, "day": index * DAYS_BETWEEN} | listed)
    return {"id": "patient", "timepoints": timepoints} | more


def case(*visits: str | dict[str, Any], **more: Any) -> Case:
    return read_case(patient(*visits, **more))


def assessed(*visits: str | dict[str, Any], ruleset: str = "mrecist-literal", **more: Any) -> Assessment:
    one = case(*visits, **more)
    return assess(one, load_ruleset(ruleset), protocol=protocol_of(one.protocol))


def last(*visits: str | dict[str, Any], ruleset: str = "mrecist-literal", **more: Any) -> TimePointResponse:
    """The last time point's responses."""
    return assessed(*visits, ruleset=ruleset, **more).timepoints[-1]


def row(at: TimePointResponse) -> str:
    """Intrahepatic target / intrahepatic / extrahepatic target / extrahepatic / overall / composite."""
    shown: tuple[Response, ...] = (
        at.intrahepatic.target,
        at.intrahepatic.response,
        at.extrahepatic.target,
        at.extrahepatic.response,
        at.overall.response,
        at.composite,
    )
    return "/".join(shown)


def rules(region: RegionResponse) -> list[str]:
    return [r.rule for r in region.reasons]
