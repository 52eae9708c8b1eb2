"""The gates that hold a further TACE, at and beyond each limit."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from app.resources import load_protocol
from mrecist.case import Ascites, ClinicalStatus
from mrecist.decisions.gates import Gatekeeper

LIMITS = load_protocol("cotsom").gates
WELL = ClinicalStatus(
    ecog=0,
    bilirubin_mg_dl=Fraction(1),
    albumin_g_dl=Fraction(4),
    inr=Fraction(11, 10),
    ascites=Ascites.NONE,
    encephalopathy=0,
)


@pytest.mark.parametrize(
    ("field", "free", "gated"),
    [
        ("ecog", 1, 2),
        ("bilirubin_mg_dl", Fraction(2), Fraction("2.1")),
        ("inr", Fraction("1.7"), Fraction("1.71")),
        ("ast_x_uln", Fraction(5), Fraction("5.1")),
        ("alt_x_uln", Fraction(5), Fraction("5.1")),
        ("anc_per_ul", Fraction(1500), Fraction(1499)),
        ("hb_g_dl", Fraction(8), Fraction("7.9")),
        ("platelets_per_ul", Fraction(50000), Fraction(49999)),
        ("creatinine_x_uln", Fraction("1.5"), Fraction("1.51")),
        ("ascites", Ascites.NONE, Ascites.SLIGHT),
        ("encephalopathy", 0, 1),
        ("main_pv_occlusion", False, True),
    ],
)
def test_that_a_limit_itself_is_not_crossed(field: str, free: Any, gated: Any) -> None:
    keeper = Gatekeeper(LIMITS)
    assert keeper.check(replace(WELL, **{field: free})).gates == ()
    assert [g.kind for g in keeper.check(replace(WELL, **{field: gated})).gates] == [
        "ecog" if field == "ecog" else "liver"
    ]


def test_that_a_child_pugh_b_is_gated_even_where_items_are_missing() -> None:
    """Bilirubin 2.0 (2) and albumin 2.5 (3) with three items unknown: 8 at least; it is 8 once those are normal."""
    poor = ClinicalStatus(bilirubin_mg_dl=Fraction(2), albumin_g_dl=Fraction("2.5"))
    assert [g.text for g in Gatekeeper(LIMITS).check(poor).gates] == ["Child-Pugh ≥ 8 is above 6 (class A)"]
    known = replace(WELL, bilirubin_mg_dl=Fraction(2), albumin_g_dl=Fraction("2.5"))
    assert [g.text for g in Gatekeeper(LIMITS).check(known).gates] == ["Child-Pugh 8 is above 6 (class A)"]
    assert Gatekeeper(LIMITS).check(None).gates == ()


def test_that_a_lower_limit_gates_again_only_below_the_value_at_baseline() -> None:
    low = replace(WELL, platelets_per_ul=Fraction(40000))
    keeper = Gatekeeper(LIMITS, low)
    assert keeper.check(low).gates == ()
    assert len(keeper.check(replace(low, platelets_per_ul=Fraction(39999))).gates) == 1


def test_that_ascites_that_were_not_recorded_are_missing_and_not_absent() -> None:
    found = Gatekeeper(LIMITS).check(replace(WELL, ascites=None))
    assert (found.gates, found.missing) == ((), ("ascites",))
    assert "ascites" in found.unrecorded
    assert "ascites" not in Gatekeeper(LIMITS).check(WELL).unrecorded
