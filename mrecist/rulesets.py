"""Rule sets: every threshold the rules use, with its version and source, read from text that the caller supplies."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from mrecist.case import Policy
from mrecist.thresholds import Thresholds
from mrecist.tomltables import read_table
from mrecist.values import Scope

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class RuleSetError(ValueError):
    """The text is no rule set; the message names every key at fault."""


@dataclass(frozen=True, slots=True)
class TargetRules:
    """Thresholds of target response.

    Attributes
    ----------
    response_pct : Fraction
        Least decrease from the baseline sum for PR; inclusive.
    progression_pct : Fraction
        Least increase over the nadir for PD; inclusive.
    min_growth_intrahepatic_mm : Fraction
        Least absolute growth over the nadir for PD in the liver (the floor); inclusive.
    min_growth_extrahepatic_mm : Fraction
        The same outside the liver.
    min_growth_overall_mm : Fraction or "by_content"
        The same for the pooled sum. ``by_content``: 0 where the intrahepatic target response is itself PD, else
        `by_content_growth_mm`.
    by_content_growth_mm : Fraction
        The floor of the pooled sum where it follows its content and the liver itself has not progressed.
    too_small_mm : Fraction
        What a lesion seen but too small to measure counts.
    liver_diameter : {"viable", "whole"}
        Which diameter of a liver lesion enters the sum.
    carry_response_forward : bool
        True keeps PR at time points that are neither PR nor PD once PR was reached.
    lipiodol : {"nonviable", "viable"}
        What compact lipiodol in a liver lesion is taken for: no viable tumour, or tumour as long as the whole lesion.
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
    lipiodol: Literal["nonviable", "viable"] = "nonviable"


@dataclass(frozen=True, slots=True)
class NodeRules:
    """Short axes of lymph nodes, in mm.

    Attributes
    ----------
    normal_below_mm : Fraction
        A node below this short axis is normal; strict.
    target_mm : Fraction
        Least short axis of a target node; inclusive.
    periportal_target_mm : Fraction
        The same for a node at the liver hilum.
    """

    normal_below_mm: Fraction
    target_mm: Fraction
    periportal_target_mm: Fraction


@dataclass(frozen=True, slots=True)
class NewLesionRules:
    """When a new lesion counts; lengths are inclusive.

    Attributes
    ----------
    liver_rule : {"size_and_pattern", "certainty"}
        What decides on a new nodule of the liver: its size and vascular pattern, or how certain the reader is.
    liver_mm : Fraction
        Least diameter of a liver nodule with typical vascular pattern.
    liver_growth_mm : Fraction
        Least growth of a liver nodule since it was first measured.
    node_mm : Fraction
        Least short axis of a new node.
    periportal_node_mm : Fraction
        The same at the liver hilum.
    """

    liver_rule: Literal["size_and_pattern", "certainty"]
    liver_mm: Fraction
    liver_growth_mm: Fraction
    node_mm: Fraction
    periportal_node_mm: Fraction


@dataclass(frozen=True, slots=True)
class EligibilityRules:
    """What may be a target at baseline, and what a valid baseline is; all limits are inclusive.

    Attributes
    ----------
    measurable_mm : Fraction
        Least diameter of a target that is not a node, and of the soft-tissue part of a bone target.
    thick_slice_mm : Fraction
        Slices above this thickness are thick.
    thick_slice_factor : Fraction
        On thick slices a target measures at least this many times the slice thickness.
    per_organ : int
        Most targets in one organ.
    total : int
        Most targets in all.
    baseline_window_days : int
        Most days from a baseline scan to the start of treatment.
    labs_valid_days : int
        Laboratory values older than this are to be renewed before a procedure.
    per_liver : int or None
        Most targets in the liver; None: as in any organ.
    """

    measurable_mm: Fraction
    thick_slice_mm: Fraction
    thick_slice_factor: Fraction
    per_organ: int
    total: int
    baseline_window_days: int
    labs_valid_days: int
    per_liver: int | None = None

    @property
    def most_in_liver(self) -> int:
        return self.per_organ if self.per_liver is None else self.per_liver


@dataclass(frozen=True, slots=True)
class BestResponseRules:
    """How a best response is found.

    Attributes
    ----------
    confirmation_days : int
        Least interval to the response that confirms; inclusive.
    minimum_stable_days : int
        Least duration of stable disease, from day 0; inclusive.
    not_evaluable_between : int
        How many NE may stand between two responses.
    accept_stable_between : bool
        May one SD stand between PR and the response that confirms it?
    response_after_complete : {"progression", "complete_was_mistaken"}
        What a PR after a CR means for confirmation: after a true CR any disease is progression; or the CR counts as
        PR. Either way there is a data warning.
    benefit_includes_nn : bool
        Does lasting non-CR/non-PD count as clinical benefit?
    stops_at_progression : bool
        Is nothing after the first PD looked at?
    """

    confirmation_days: int
    not_evaluable_between: int
    accept_stable_between: bool
    minimum_stable_days: int
    response_after_complete: Literal["progression", "complete_was_mistaken"]
    benefit_includes_nn: bool
    stops_at_progression: bool


@dataclass(frozen=True, slots=True)
class WarningRules:
    """When a result is called borderline, and when a PD is warned of.

    Attributes
    ----------
    borderline_mm : Fraction
        Borderline within this distance of a limit; inclusive.
    borderline_pct : Fraction
        Borderline within this share of the sum it is compared with; inclusive, either is enough.
    small_growth_mm : Fraction
        A PD by the sum that has grown by less is flagged.
    """

    borderline_mm: Fraction
    borderline_pct: Fraction
    small_growth_mm: Fraction


@dataclass(frozen=True, slots=True)
class MarkerRules:
    """Tumour markers that are to be normal before non-targets are called gone, where they were high at baseline.

    Attributes
    ----------
    afp_ng_ml : Fraction or None
        The upper limit of normal of AFP, in ng/mL; inclusive. None: AFP plays no part.
    pivka_mau_ml : Fraction or None
        The same of PIVKA-II, in mAU/mL.
    """

    afp_ng_ml: Fraction | None = None
    pivka_mau_ml: Fraction | None = None


@dataclass(frozen=True, slots=True)
class MeasurementError:
    """Standard deviation of one measured diameter: a fixed part and a part of its length, added.

    Used to tell how firm a category is, never to decide.

    Attributes
    ----------
    sd_mm : Fraction
        The fixed part.
    sd_pct : Fraction
        The part in per cent of the diameter.
    source : str
        Where the two come from.
    """

    sd_mm: Fraction
    sd_pct: Fraction
    source: str = ""


@dataclass(frozen=True)
class RuleSet:
    """One complete set of thresholds. A change of any value is a new `version`.

    What every case asks of it (`thresholds`, `recist11`) is made once.
    """

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
    measurement_error: MeasurementError
    markers: MarkerRules = MarkerRules()

    def with_policy(self, policy: Policy) -> RuleSet:
        """The same rules with a case's own least growth for PD; scopes the policy does not name keep theirs.

        What the policy changes is part of the version then: ``1.0.0+intrahepatic-5mm``.
        """
        if not policy.min_abs_mm:
            return self
        names = {
            Scope.INTRAHEPATIC: "min_growth_intrahepatic_mm",
            Scope.EXTRAHEPATIC: "min_growth_extrahepatic_mm",
            Scope.OVERALL: "min_growth_overall_mm",
        }
        changes: dict[str, Any] = {names[scope]: mm for scope, mm in policy.min_abs_mm}
        target = replace(self.target, **changes)
        if target == self.target:
            return self
        changed = ".".join(f"{scope}-{_as_text(mm)}mm" for scope, mm in sorted(policy.min_abs_mm))
        return replace(self, target=target, version=f"{self.version}+{changed}")

    @property
    def digest(self) -> str:
        """Eight characters that differ where any threshold differs, whatever name and version say.

        A setting that may be left out, and has the value that it then has, is no difference.
        """
        deciding: tuple[DataclassInstance, ...] = (
            self.target,
            self.nodes,
            self.new_lesions,
            self.eligibility,
            self.best_response,
            self.warnings,
        )
        if self.markers != MarkerRules():
            deciding += (self.markers,)
        told = ", ".join(map(_settings, deciding))
        return hashlib.sha256(f"({told})".encode()).hexdigest()[:8]

    @cached_property
    def thresholds(self) -> Thresholds:
        """The limits of target response as whole numbers."""
        return Thresholds.of(self)

    @cached_property
    def recist11(self) -> RuleSet:
        """RECIST 1.1 in every region, to run in parallel; a case's own policy has no say.

        ============================== ==========================================
        setting                        in parallel it is
        ============================== ==========================================
        `liver_diameter`               whole
        `min_growth_intrahepatic_mm`   that of `min_growth_extrahepatic_mm`
        `min_growth_overall_mm`        that of `min_growth_extrahepatic_mm`
        `liver_rule`                   certainty
        `periportal_target_mm`         that of `target_mm`
        `periportal_node_mm`           that of `node_mm`
        every other                    that of the rule set
        ============================== ==========================================
        """
        floor = self.target.min_growth_extrahepatic_mm
        target = replace(
            self.target, min_growth_intrahepatic_mm=floor, min_growth_overall_mm=floor, liver_diameter="whole"
        )
        nodes = replace(self.nodes, periportal_target_mm=self.nodes.target_mm)
        node_mm = self.new_lesions.node_mm
        new_lesions = replace(self.new_lesions, liver_rule="certainty", periportal_node_mm=node_mm)
        return replace(self, target=target, nodes=nodes, new_lesions=new_lesions)


def _settings(section: DataclassInstance) -> str:
    values = {f.name: getattr(section, f.name) for f in fields(section)}
    told = [f"{f.name}={values[f.name]!r}" for f in fields(section) if values[f.name] != f.default]
    return f"{type(section).__name__}({', '.join(told)})"


def _as_text(mm: Fraction) -> str:
    return f"{float(mm):.10g}"


def parse_ruleset(text: str) -> RuleSet:
    """Read a rule set from TOML text.

    Raises
    ------
    RuleSetError
        If the text is not TOML, or a key is missing, unknown or of the wrong type; all faults are named.
    """
    ruleset, faults = read_table(RuleSet, text)
    if ruleset is not None:
        faults = [
            f"target.{name} is above 0 and at most {most}"
            for name, most in (("response_pct", 100), ("progression_pct", 1000))
            if not 0 < getattr(ruleset.target, name) <= most
        ]
    if ruleset is None or faults:
        raise RuleSetError("not a rule set: " + "; ".join(faults))
    return ruleset
