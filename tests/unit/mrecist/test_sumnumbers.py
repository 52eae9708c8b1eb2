from __future__ import annotations

from fractions import Fraction

import pytest

from app.resources import load_ruleset
from mrecist.sumnumbers import SumNumbers
from mrecist.target import SumAt

LIMITS = load_ruleset().thresholds
ALWAYS = {"response_pct": Fraction(-30), "progression_pct": Fraction(20), "floor_mm": Fraction(5)}


@pytest.mark.parametrize(
    ("at", "told"),
    [
        # 45.0 mm from a baseline of 60.0 mm and a nadir of 40.0 mm: -25 %, +12.5 %, +5.0 mm
        (
            SumAt(450, True, False, 600, 400, 1),
            {
                "baseline_mm": Fraction(60),
                "nadir_mm": Fraction(40),
                "nadir_at": "TP1",
                "sum_mm": Fraction(45),
                "change_pct": Fraction(-25),
                "growth_mm": Fraction(5),
                "growth_pct": Fraction(25, 2),
            },
        ),
        # from nothing there is no percentage
        (
            SumAt(30, True, False, 600, 0, 1),
            {
                "baseline_mm": Fraction(60),
                "nadir_mm": Fraction(0),
                "nadir_at": "TP1",
                "sum_mm": Fraction(3),
                "change_pct": Fraction(-95),
                "growth_mm": Fraction(3),
            },
        ),
        # nothing was measured now; nothing was complete before
        (
            SumAt(None, False, True, 600, 400, 1),
            {"baseline_mm": Fraction(60), "nadir_mm": Fraction(40), "nadir_at": "TP1"},
        ),
        (SumAt(450, True, False, None, None, None), {"sum_mm": Fraction(45)}),
    ],
    ids=["all", "nadir-0", "no-sum", "no-baseline"],
)
def test_that_the_numbers_of_a_sum_are_exact_and_none_is_made_up(at: SumAt, told: dict[str, object]) -> None:
    numbers = SumNumbers(at, LIMITS, 50, "TP1")
    assert numbers == ALWAYS | told
    assert len(numbers) == len(ALWAYS | told)
    assert {name: bool(value) for name, value in numbers.pattern.numbers().items()} == {
        name: value != 0 for name, value in numbers.items() if name in ("floor_mm", "sum_mm", "baseline_mm", "nadir_mm")
    } | {name: True for name in numbers if name in ("change_pct", "growth_mm", "growth_pct")}


def test_that_what_is_told_beside_a_sum_stands_last() -> None:
    numbers = SumNumbers(SumAt(450, True, False, 600, 400, 1), LIMITS, 50, "TP1").with_more({"lesions": "IT1"})
    assert list(numbers)[-1] == "lesions" and numbers["lesions"] == "IT1"
    assert "'lesions': 'IT1'" in repr(numbers)
