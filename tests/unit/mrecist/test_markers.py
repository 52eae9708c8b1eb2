"""Markers that were high are to be normal before non-targets are gone (Eisenhauer 2009, 4.3.3), where that is asked."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from app.resources import load_ruleset, read_text
from mrecist.assess import assess
from mrecist.results import TimePointResponse
from mrecist.rulesets import MarkerRules, parse_ruleset
from tests.support.patients import case, rules, visit

AFP = replace(load_ruleset(), markers=MarkerRules(afp_ng_ml=Fraction(20)))


def last(*visits: tuple[str, Any]) -> TimePointResponse:
    """The last time point of lesions with AFP, which was 400 at baseline unless it is told."""
    told = [visit(x, clinical={} if afp is None else {"afp_ng_ml": afp}) for x, afp in visits]
    return assess(case(*told), AFP).timepoints[-1]


@pytest.mark.parametrize(
    ("afp", "non_target", "response"),
    [
        (20, "CR", "CR"),
        (20.1, "NN", "PR"),
        (None, "NE", "PR"),
        (">1000", "NN", "PR"),
        (">20", "NN", "PR"),
        (">10", "NE", "PR"),
    ],
)
def test_that_a_marker_that_was_high_is_to_be_normal_for_cr(afp: Any, non_target: str, response: str) -> None:
    at = last(("L1=30 INF=P", 400), ("L1=0 INF=A", afp))
    assert (at.overall.non_target, at.overall.response) == (non_target, response)
    assert (at.intrahepatic.response, at.composite) == ("CR", "CR")
    alone = last(("L1=30", 400), ("L1=0", afp))
    assert (alone.overall.non_target, alone.overall.response) == (non_target, response)


def test_that_the_reason_names_the_marker() -> None:
    at = last(("L1=30", 400), ("L1=0", 250))
    assert rules(at.overall) == ["OV-T-CR-NN"]
    assert at.overall.reasons[0].text == "All targets are in CR, but non-target AFP (tumour marker) persists: PR."
    assert "DISCORDANT" in at.flags


@pytest.mark.parametrize("before", [20, None, ">10"])
def test_that_a_marker_that_is_not_known_to_have_been_high_plays_no_part(before: Any) -> None:
    assert last(("L1=30", before), ("L1=0", 900)).overall.response == "CR"


def test_that_a_marker_alone_is_neither_disease_nor_progression_nor_its_return() -> None:
    assert last(("", 400), ("", 900)).overall.response == "ND"
    assert last(("L1=30", 400), ("L1=0", 10), ("L1=0", 900)).overall.response == "PR"
    assert last(("INF=P", 400), ("INF=A", 900)).overall.response == "NN"


def test_that_shipped_rule_sets_ask_for_no_marker_and_one_of_ones_own_may() -> None:
    assert load_ruleset().markers == load_ruleset("recist-1.1").markers == MarkerRules()
    text = read_text("rulesets", "mrecist-literal.toml")
    own = parse_ruleset(text.replace("# [markers] ", "[markers] ").replace("# pivka_mau_ml = 40", "pivka_mau_ml = 40"))
    assert own.markers == MarkerRules(pivka_mau_ml=Fraction(40))
    assert own.digest != load_ruleset().digest
    assert own.recist11.markers == own.markers
