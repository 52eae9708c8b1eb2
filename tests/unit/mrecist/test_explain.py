"""Sentences: numbers as people read them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mrecist.explain import number, percent, plain, sentence, signed
from mrecist.sentences import SENTENCES
from tests.support.patients import last


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(377, 10), "37.7"),
        (Fraction(5, 100), "0.1"),
        (Fraction(-5, 100), "−0.1"),
        (Fraction(4, 100), "0.0"),
        (Fraction(-4, 100), "0.0"),
        (Fraction(999, 100), "10.0"),
        (0, "0.0"),
        (-3, "−3.0"),
    ],
)
def test_that_a_number_is_rounded_half_up_to_one_decimal_with_a_true_minus(value: Fraction, expected: str) -> None:
    assert number(value) == expected


def test_that_growth_has_a_plus_sign() -> None:
    assert (signed(Fraction(3, 2)), signed(0), signed(-1), signed(20, 0)) == ("+1.5", "0.0", "−1.0", "+20")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("-29.95", "−29.95"),
        ("-29.99", "−29.99"),
        ("-29.9999", "−29.9999"),
        ("-30", "−30.0"),
        ("19.96", "+19.96"),
        ("-12", "−12.0"),
    ],
)
def test_that_a_percentage_is_told_apart_from_its_threshold(value: str, expected: str) -> None:
    assert percent(Fraction(value), (Fraction(-30), Fraction(20))) == expected


def test_that_a_laboratory_value_is_short() -> None:
    assert (plain(Fraction(21, 10)), plain(Fraction(1500)), plain(3)) == ("2.1", "1500", "3")


def test_that_an_unknown_rule_has_no_sentence() -> None:
    with pytest.raises(KeyError):
        sentence("IH-NOTHING", {})
    with pytest.raises(KeyError):
        sentence("E-ORGAN", {})


@pytest.mark.parametrize(
    ("visits", "words"),
    [
        (("L1=30 INF=P", "L1=30 INF=P"), "Non-target INF persists without"),
        (("L1=30 INF=P PVT=P", "L1=30 INF=P PVT=P"), "Non-targets INF, PVT persist without"),
        (("L1=30 INF=P PVT=P", "L1=30 INF=NE PVT=P"), "Non-target INF was not evaluated (1 of 2)."),
        (("L1=30 INF=P PVT=P", "L1=30 INF=NE PVT=NE"), "Non-targets INF, PVT were not evaluated (2 of 2)."),
        (("L1=30 INF=P PVT=P", "L1=0 INF=P PVT=P"), "but non-targets INF, PVT persist: PR."),
        (("L1=30 INF=P PVT=P", "L1=0 INF=NE PVT=NE"), "but non-targets INF, PVT were not evaluated: PR."),
        (
            ("N1=20 N2=20", "N1=5 N2=5", "N1=5 N2=11"),
            "node N2 is enlarged again (a target node from 10.0 mm): PD on a node alone.",
        ),
        (
            ("N1=20 N2=20", "N1=5 N2=5", "N1=11 N2=11"),
            "nodes N1, N2 are enlarged again (a target node from 10.0 mm): PD on nodes alone.",
        ),
    ],
)
def test_that_one_lesion_persists_and_several_persist(visits: tuple[str, ...], words: str) -> None:
    at = last(*visits)
    assert any(words in r.text for r in (*at.intrahepatic.reasons, *at.extrahepatic.reasons))


@pytest.mark.parametrize("rule", sorted(SENTENCES))
def test_that_every_sentence_can_be_said_with_all_numbers_and_with_few(rule: str) -> None:
    few: dict[str, Fraction | int | str] = {
        name: "x"
        for name in (
            "lesion",
            "lesions",
            "at",
            "organ",
            "gates",
            "missing",
            "because",
            "response",
            "patterns",
            "nadir_at",
            "pr_at",
            "intrahepatic",
            "extrahepatic",
            "counted_at",
            "modality",
            "before",
            "examinations",
            "treatment",
        )
    }
    few |= dict.fromkeys(
        ("evaluated", "targets", "nontargets", "count", "limit", "days", "day", "stable", "interval"), 3
    )
    lengths = (
        "floor_mm",
        "first_mm",
        "node_mm",
        "growth_mm",
        "limit_mm",
        "growth_limit_mm",
        "node_limit_mm",
        "thickness_mm",
        "baseline_mm",
        "nadir_mm",
        "sum_mm",
        "whole_mm",
    )
    few |= dict.fromkeys(lengths, Fraction(0))
    few |= {"response_pct": Fraction(-30), "progression_pct": Fraction(20), "change_pct": Fraction(0)}
    if rule not in ("NEW-CERTAIN", "E-SMALL", "NEW-EQ-SMALL", "NEW-EQ-NODE"):
        few["diameter_mm"] = Fraction(12)
    many = few | dict.fromkeys(lengths, Fraction(5)) | {"growth_pct": Fraction(25), "diameter_mm": Fraction(12)}
    prefix = "IH-" if rule.startswith(("T-", "N-", "NEW-", "RE", "COV", "PATTERN", "ND")) else ""
    for numbers in (few | ({"growth_pct": Fraction(0)} if rule == "T-PD" else {}), many):
        text = sentence(prefix + rule, numbers)
        assert "{" not in text and text.endswith((".", "?")), text


def test_that_a_sentence_can_be_said_in_another_language() -> None:
    korean = {"{lesion} is listed as new at baseline.": "{lesion}: 기저 검사에 새 병변으로 기록되었습니다."}
    said = sentence("E-NEW-AT-BASELINE", {"lesion": "IN1"}, translate=lambda text: korean[text])
    assert said == "IN1: 기저 검사에 새 병변으로 기록되었습니다."


def test_that_a_value_already_in_words_is_said_as_it_is() -> None:
    numbers = {"lesion": "N1", "diameter_mm": "9 to 11", "limit_mm": "10"}
    assert sentence("E-NODE-NORMAL", numbers).startswith("N1: short axis 9 to 11 mm is below 10 mm")
    assert sentence("T-X", {"change_pct": "about 20"}, "A change of {change_pct} %.") == "A change of about 20 %."
