"""Rule sets: every threshold the rules use, with its version and source, read from text that the caller supplies."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any, Literal, get_args, get_origin, get_type_hints

from mrecist.case import Policy
from mrecist.values import Scope


class RuleSetError(ValueError):
    """The text is no rule set; the message names every key at fault."""


@dataclass(frozen=True, slots=True)
class TargetRules:
    """Thresholds of target response.

    Attributes
    ----------
    response_pct, progression_pct : Fraction
        Least decrease from baseline for PR, least increase over the nadir for PD, in per cent; both inclusive.
    min_growth_intrahepatic_mm, min_growth_extrahepatic_mm : Fraction
        Least absolute growth over the nadir for PD, in mm; inclusive.
    min_growth_overall_mm : Fraction or "by_content"
        The same for the pooled sum. ``by_content``: 0 where the intrahepatic target response is itself PD, else
        `by_content_growth_mm`.
    too_small_mm : Fraction
        What a lesion seen but too small to measure counts.
    liver_diameter : {"viable", "whole"}
        Which diameter of a liver lesion enters the sum.
    carry_response_forward : bool
        True keeps PR at time points that are neither PR nor PD once PR was reached.
    """

    response_pct: Fraction
    progression_pct: Fraction
    min_growth_intrahepatic_mm: Fraction
    min_growth_extrahepatic_mm: Fraction
    min_growth_overall_mm: Fraction | Literal["by_content"]
    by_content_growth_mm: Fraction
    too_small_mm: Fraction
    liver_diameter: Literal["viable", "whole"]
    carry_response_forward: bool


@dataclass(frozen=True, slots=True)
class NodeRules:
    """Short axes of lymph nodes, in mm: normal strictly below, target from (elsewhere, at the liver hilum)."""

    normal_below_mm: Fraction
    target_mm: Fraction
    periportal_target_mm: Fraction


@dataclass(frozen=True, slots=True)
class NewLesionRules:
    """When a new lesion counts. `liver_rule` says whether size and pattern, or certainty, decide in the liver."""

    liver_rule: Literal["size_and_pattern", "certainty"]
    liver_mm: Fraction
    liver_growth_mm: Fraction
    node_mm: Fraction
    periportal_node_mm: Fraction


@dataclass(frozen=True, slots=True)
class EligibilityRules:
    """What may be a target at baseline; lengths in mm, counts of targets, the baseline window in days."""

    measurable_mm: Fraction
    thick_slice_mm: Fraction
    thick_slice_factor: Fraction
    per_organ: int
    total: int
    baseline_window_days: int
    labs_valid_days: int


@dataclass(frozen=True, slots=True)
class BestResponseRules:
    """Confirmation interval and least duration of stable disease, in days; what may stand between two responses."""

    confirmation_days: int
    not_evaluable_between: int
    accept_stable_between: bool
    minimum_stable_days: int


@dataclass(frozen=True, slots=True)
class WarningRules:
    """When a result is called borderline (either limit), and below which growth a PD is warned of."""

    borderline_mm: Fraction
    borderline_pct: Fraction
    small_growth_mm: Fraction


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One complete set of thresholds. A change of any value is a new `version`."""

    name: str
    version: str
    title: str
    source: str
    target: TargetRules
    nodes: NodeRules
    new_lesions: NewLesionRules
    eligibility: EligibilityRules
    best_response: BestResponseRules
    warnings: WarningRules

    def with_policy(self, policy: Policy) -> RuleSet:
        """The same rules with a case's own least growth for PD; scopes the policy does not name keep theirs."""
        if not policy.min_abs_mm:
            return self
        names = {
            Scope.INTRAHEPATIC: "min_growth_intrahepatic_mm",
            Scope.EXTRAHEPATIC: "min_growth_extrahepatic_mm",
            Scope.OVERALL: "min_growth_overall_mm",
        }
        changes: dict[str, Any] = {names[scope]: mm for scope, mm in policy.min_abs_mm}
        return replace(self, target=replace(self.target, **changes))

    @property
    def recist11(self) -> RuleSet:
        """RECIST 1.1 in every region, to run in parallel: whole diameters, its own floor, new lesions by certainty."""
        floor = self.target.min_growth_extrahepatic_mm
        target = replace(
            self.target, min_growth_intrahepatic_mm=floor, min_growth_overall_mm=floor, liver_diameter="whole"
        )
        return replace(self, target=target, new_lesions=replace(self.new_lesions, liver_rule="certainty"))


def parse_ruleset(text: str) -> RuleSet:
    """Read a rule set from TOML text.

    Raises
    ------
    RuleSetError
        If the text is not TOML, or a key is missing, unknown or of the wrong type; all faults are named.
    """
    try:
        table = tomllib.loads(text, parse_float=Fraction)
    except ValueError as error:
        raise RuleSetError(f"not a rule set: {error}") from error
    faults: list[str] = []
    built = _build(RuleSet, table, "", faults)
    if faults:
        raise RuleSetError("not a rule set: " + "; ".join(faults))
    assert isinstance(built, RuleSet)
    return built


def _build(kind: type, table: dict[str, Any], path: str, faults: list[str]) -> object | None:
    hints = get_type_hints(kind)
    names = [f.name for f in fields(kind)]
    faults += [f"{path}{key} is unknown" for key in table if key not in names]
    values: dict[str, object] = {}
    for name in names:
        if name not in table:
            faults.append(f"{path}{name} is missing")
        else:
            values[name] = _value(hints[name], table[name], f"{path}{name}", faults)
    return None if faults else kind(**values)


def _value(hint: Any, value: object, path: str, faults: list[str]) -> object:
    if hasattr(hint, "__dataclass_fields__"):
        if isinstance(value, dict):
            return _build(hint, value, f"{path}.", faults)
        faults.append(f"{path} is a table")
    elif hint is str:
        if not isinstance(value, str) or not value:
            faults.append(f"{path} is a text")
    elif hint is bool:
        if not isinstance(value, bool):
            faults.append(f"{path} is true or false")
    elif hint is int:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            faults.append(f"{path} is a whole number, 0 or more")
    elif get_origin(hint) is Literal:
        if value not in get_args(hint):
            faults.append(f"{path} is one of {', '.join(get_args(hint))}")
    elif value == "by_content" and hint is not Fraction:
        return value
    elif isinstance(value, int | Fraction) and not isinstance(value, bool) and value >= 0:
        return Fraction(value)
    else:
        faults.append(f"{path} is a number, 0 or more")
    return value
