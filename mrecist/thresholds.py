"""The limits of lengths and sums in the form in which sums are compared with them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mrecist.rulesets import RuleSet


@dataclass(frozen=True, slots=True, eq=False)
class Thresholds:
    """The limits that sizes are held against, as whole numbers where they are whole, made once for a rule set.

    They equal themselves alone, so that what was made of them is found again at once.

    PR: ``total * shrunk_den <= baseline * shrunk_num``; PD: ``total * grown_den >= nadir * grown_num``. Lengths are in
    tenths of a mm; `response_pct` is negative, as a change.
    """

    shrunk_num: int
    shrunk_den: int
    grown_num: int
    grown_den: int
    node_normal: Fraction | int
    borderline: Fraction | int
    borderline_pct: Fraction | int
    small_growth: Fraction | int
    by_content: Fraction | int
    response_pct: Fraction
    progression_pct: Fraction
    new_nodule: Fraction | int
    new_nodule_growth: Fraction | int
    new_node: Fraction | int
    new_periportal_node: Fraction | int
    too_small: int

    @classmethod
    def of(cls, rules: RuleSet) -> Thresholds:
        shrunk = 1 - rules.target.response_pct / 100
        grown = 1 + rules.target.progression_pct / 100
        return cls(
            shrunk.numerator,
            shrunk.denominator,
            grown.numerator,
            grown.denominator,
            tenths_of(rules.nodes.normal_below_mm),
            tenths_of(rules.warnings.borderline_mm),
            whole_if_possible(rules.warnings.borderline_pct),
            tenths_of(rules.warnings.small_growth_mm),
            tenths_of(rules.target.by_content_growth_mm),
            -rules.target.response_pct,
            rules.target.progression_pct,
            tenths_of(rules.new_lesions.liver_mm),
            tenths_of(rules.new_lesions.liver_growth_mm),
            tenths_of(rules.new_lesions.node_mm),
            tenths_of(rules.new_lesions.periportal_node_mm),
            int(rules.target.too_small_mm * 10),
        )

    def is_response(self, total: int, baseline: int) -> bool:
        return total * self.shrunk_den <= baseline * self.shrunk_num

    def is_progression(self, total: int, nadir: int, floor: Fraction | int) -> bool:
        """Has the sum grown by the relative and the absolute least growth? `floor` is in tenths of a mm."""
        return total > nadir and total * self.grown_den >= nadir * self.grown_num and total - nadir >= floor


def whole_if_possible(value: Fraction) -> Fraction | int:
    """The same number, as an int where it is whole: comparisons are exact either way, and faster so."""
    return value.numerator if value.denominator == 1 else value


def tenths_of(mm: Fraction) -> Fraction | int:
    """A limit in mm as tenths of a mm."""
    return whole_if_possible(mm * 10)
