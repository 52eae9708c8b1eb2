"""Rule sets: the shipped ones, and that a faulty text is refused with every fault."""

from __future__ import annotations

from fractions import Fraction

import pytest

from app.resources import RULESETS, load_ruleset, read_text
from mrecist.case import Policy
from mrecist.rulesets import RuleSetError, parse_ruleset
from mrecist.values import Scope


@pytest.mark.parametrize(
    ("name", "floors", "diameter"),
    [
        ("mrecist-literal", (0, 5, "by_content"), "viable"),
        ("harmonised-5", (5, 5, 5), "viable"),
        ("recist-1.1", (5, 5, 5), "whole"),
    ],
)
def test_that_a_shipped_rule_set_has_its_floors(name: str, floors: tuple[object, ...], diameter: str) -> None:
    target = load_ruleset(name).target
    found = (target.min_growth_intrahepatic_mm, target.min_growth_extrahepatic_mm, target.min_growth_overall_mm)
    assert found == floors
    assert (target.response_pct, target.progression_pct, target.liver_diameter) == (30, 20, diameter)


def test_that_there_is_no_other_rule_set() -> None:
    assert [load_ruleset(n).name for n in RULESETS] == list(RULESETS)
    with pytest.raises(KeyError):
        load_ruleset("who")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("response_pct = 30", "response_pct = true", "target.response_pct is a number"),
        ("response_pct = 30", "", "target.response_pct is missing"),
        ("response_pct = 30", "response_pct = -30", "target.response_pct is a number"),
        ("response_pct = 30", "response_pct = 30\nspeed = 1", "target.speed is unknown"),
        ("response_pct = 30", "response_pct = 0", "target.response_pct is above 0 and at most 100"),
        ("response_pct = 30", "response_pct = 3e99", "3e99 is no number that a threshold can be"),
        ("progression_pct = 20", "progression_pct = inf", "inf is no number that a threshold can be"),
        ("total = 5", "total = 5.5", "eligibility.total is a whole number"),
        ("[nodes]", "[knots]", "nodes is missing"),
        ('version = "1.0.0"', 'version = ""', "version is a text"),
        ('liver_rule = "size_and_pattern"', 'liver_rule = "size"', "new_lesions.liver_rule is one of size_and_pattern"),
        ("accept_stable_between = false", "accept_stable_between = 0", "accept_stable_between is true or false"),
        ("[target]", "[target", "not a rule set"),
    ],
)
def test_that_a_faulty_text_is_refused(old: str, new: str, words: str) -> None:
    text = read_text("rulesets", "mrecist-literal.toml")
    assert old in text
    with pytest.raises(RuleSetError, match="not a rule set") as caught:
        parse_ruleset(text.replace(old, new))
    assert words in str(caught.value)


def test_that_a_table_cannot_be_a_number() -> None:
    text = read_text("rulesets", "mrecist-literal.toml").partition("[target]")[0]
    with pytest.raises(RuleSetError, match="target is a table"):
        parse_ruleset(text + "target = 5\n")


def test_that_decimals_of_a_rule_set_are_exact() -> None:
    text = read_text("rulesets", "mrecist-literal.toml").replace("measurable_mm = 10", "measurable_mm = 10.1")
    assert parse_ruleset(text).eligibility.measurable_mm == Fraction(101, 10)


def test_that_a_policy_overrides_only_what_it_names() -> None:
    rules = load_ruleset()
    assert rules.with_policy(Policy()) is rules
    assert rules.with_policy(Policy(((Scope.EXTRAHEPATIC, rules.target.min_growth_extrahepatic_mm),))) is rules
    changed = rules.with_policy(Policy(((Scope.INTRAHEPATIC, Fraction(5)),))).target
    assert (changed.min_growth_intrahepatic_mm, changed.min_growth_overall_mm) == (5, "by_content")


@pytest.mark.parametrize(
    ("name", "version", "digest"),
    [
        ("mrecist-literal", "1.0.0", "c047e5ac"),
        ("harmonised-5", "1.0.0", "ccc3bf2c"),
        ("recist-1.1", "1.0.0", "c06aa2f9"),
    ],
)
def test_that_a_changed_threshold_asks_for_a_new_version(name: str, version: str, digest: str) -> None:
    """A recorded digest: where it differs, raise the version in the file and write both here."""
    rules = load_ruleset(name)
    assert (rules.version, rules.digest) == (version, digest)


def test_that_a_setting_that_is_left_out_is_no_other_rule_set_and_one_that_is_set_is() -> None:
    text = read_text("rulesets", "mrecist-literal.toml")
    assert 'lipiodol = "nonviable"' in text
    without = "\n".join(line for line in text.splitlines() if not line.startswith("lipiodol"))
    assert parse_ruleset(without).digest == load_ruleset().digest
    more = text.replace("# per_liver = 5", "per_liver = 5").replace('lipiodol = "nonviable"', 'lipiodol = "viable"')
    assert parse_ruleset(more).digest != load_ruleset().digest
    assert (parse_ruleset(more).eligibility.most_in_liver, load_ruleset().eligibility.most_in_liver) == (5, 2)
