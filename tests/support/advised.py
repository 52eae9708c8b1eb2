"""Advisory panels of patients in the short notation, by scheme; TACE sessions by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.resources import load_protocol, load_ruleset
from mrecist.assess import assess
from mrecist.case import Case
from mrecist.decisions.advisory import Item, Panel, Scheme, advise
from tests.support.patients import case, visit

WELL: Mapping[str, Any] = {
    "ecog": 0,
    "bilirubin_mg_dl": 1.0,
    "albumin_g_dl": 4.0,
    "inr": 1.1,
    "ascites": "none",
    "encephalopathy": 0,
    "ast_x_uln": 1.0,
}
"""Child-Pugh 5, ECOG 0, AST at the upper limit of normal."""


def seen(lesions: str, *, well: bool = True, without: Sequence[str] = (), **changes: Any) -> dict[str, Any]:
    """A visit with the clinical data of `WELL`, but for `changes`; keys of a lesion or of the visit pass through."""
    of_visit = {k: changes.pop(k) for k in list(changes) if k in ("day", "coverage", "scans") or k[0] in "Lx"}
    clinical = {k: v for k, v in ((WELL if well else {}) | changes).items() if k not in without}
    return visit(lesions, clinical=clinical, **of_visit)


def tace(*days: int, **more: Any) -> list[dict[str, Any]]:
    return [{"kind": "TACE", "day": day} | more for day in days]


def case_of(*visits: str | dict[str, Any], days: Sequence[int] = (0,), **more: Any) -> Case:
    """A patient with TACE on these days; time points are 42 days apart from day 0."""
    return case(*visits, **({"treatments": tace(*days)} | more))


def panels(
    *visits: str | dict[str, Any],
    days: Sequence[int] = (0,),
    at: str | None = None,
    ruleset: str = "mrecist-literal",
    **more: Any,
) -> dict[Scheme, Panel]:
    """The panels of a time point, by default the last, by scheme."""
    patient, rules = case_of(*visits, days=days, **more), load_ruleset(ruleset)
    assessment = assess(patient, rules, protocol=load_protocol())
    found = advise(patient, assessment, at or patient.timepoints[-1].id, ruleset=rules)
    return {panel.scheme: panel for panel in found}


def item_of(panel: Panel, criterion: str) -> Item:
    return next(x for x in panel.items if x.id == f"{panel.scheme}-{criterion}")


def states(panel: Panel) -> dict[str, str]:
    """The state of each item, by criterion."""
    return {x.id.removeprefix(f"{panel.scheme}-"): x.state.value for x in panel.items}


def caveats(panel: Panel) -> list[str]:
    return [x.rule for x in panel.caveats]
