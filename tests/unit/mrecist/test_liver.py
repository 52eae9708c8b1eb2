"""Child-Pugh, ALBI and the gates, by worked values."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from mrecist.case import Ascites, ClinicalStatus
from mrecist.liver import albi_grade, child_pugh_class, child_pugh_points, liver_function, malbi_grade

WELL = ClinicalStatus(
    ecog=0,
    bilirubin_mg_dl=Fraction(1),
    albumin_g_dl=Fraction(4),
    inr=Fraction(11, 10),
    ascites=Ascites.NONE,
    encephalopathy=0,
)


@pytest.mark.parametrize(
    ("bilirubin", "albumin", "score", "grade"),
    [("1.4", "4.4", -2.83, "1"), ("1.0", "4.0", -2.586, "2"), ("2.5", "3.0", -1.474, "2"), ("4.0", "2.5", -0.914, "3")],
)
def test_that_albi_has_its_worked_values(bilirubin: str, albumin: str, score: float, grade: str) -> None:
    found = liver_function(replace(WELL, bilirubin_mg_dl=Fraction(bilirubin), albumin_g_dl=Fraction(albumin)))
    assert found.albi_score == pytest.approx(score, abs=0.005)
    assert found.albi_grade == grade


@pytest.mark.parametrize(
    ("score", "grade", "modified"),
    [
        (-2.60, "1", "1"),
        (-2.59, "2", "2a"),
        (-2.27, "2", "2a"),
        (-2.26, "2", "2b"),
        (-1.39, "2", "2b"),
        (-1.38, "3", "3"),
    ],
)
def test_that_albi_grades_include_their_upper_limit(score: float, grade: str, modified: str) -> None:
    assert (albi_grade(score), malbi_grade(score)) == (grade, modified)


@pytest.mark.parametrize(
    ("field", "value", "points"),
    [
        ("bilirubin_mg_dl", Fraction("1.9"), 1),
        ("bilirubin_mg_dl", Fraction(2), 2),
        ("bilirubin_mg_dl", Fraction(3), 2),
        ("bilirubin_mg_dl", Fraction("3.1"), 3),
        ("albumin_g_dl", Fraction("3.6"), 1),
        ("albumin_g_dl", Fraction("3.5"), 2),
        ("albumin_g_dl", Fraction("2.8"), 2),
        ("albumin_g_dl", Fraction("2.7"), 3),
        ("inr", Fraction("1.69"), 1),
        ("inr", Fraction("1.7"), 2),
        ("inr", Fraction("2.3"), 2),
        ("inr", Fraction("2.31"), 3),
        ("ascites", Ascites.SLIGHT, 2),
        ("ascites", Ascites.MODERATE, 3),
        ("encephalopathy", 1, 2),
        ("encephalopathy", 2, 2),
        ("encephalopathy", 3, 3),
    ],
)
def test_that_boundary_values_fall_in_the_two_point_column(field: str, value: Any, points: int) -> None:
    found = liver_function(replace(WELL, **{field: value}))
    assert found.child_pugh_score == 4 + points


@pytest.mark.parametrize(("score", "letter"), [(5, "A"), (6, "A"), (7, "B"), (9, "B"), (10, "C"), (15, "C")])
def test_that_child_pugh_classes_are_a_to_6_b_to_9(score: int, letter: str) -> None:
    assert child_pugh_class(score) == letter


def test_that_a_missing_item_gives_no_score() -> None:
    found = liver_function(replace(WELL, inr=None))
    assert (found.child_pugh_score, found.child_pugh_class) == (None, None)
    assert found.albi_grade == "2"
    assert liver_function(ClinicalStatus()).albi_score is None
    assert child_pugh_points(ClinicalStatus()) == ()
