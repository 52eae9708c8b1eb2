from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from app.reading.given_reasons import fallen, noted_beside
from mrecist.lesions import Absent, Features, Finding, Measured, NotEvaluable, Observation, Present, TooSmall
from mrecist.values import Certainty, Diameter, Line
from tests.support.records import line

RULES = ("E-SMALL", "E-SLICE", "E-NODE", "E-WHOLE", "E-PHASE", "E-TREATED")
THIN, THICK = (replace(line(9.0), slice_thickness_mm=Fraction(mm)) for mm in (2, 6))
AT_9 = Measured(Diameter(90), Diameter(80), (THIN,))
SIZES = ("E-SMALL", "E-SLICE", "E-NODE")


def elsewhere(one: Line) -> Line:
    return replace(one, series_uid="another series")


@pytest.mark.parametrize(
    ("now", "asked_again"),
    [
        (AT_9, ()),
        (replace(AT_9, whole_evidence=(THIN,)), ()),
        (replace(AT_9, diameter=Diameter(60)), (*SIZES, "E-WHOLE")),
        (replace(AT_9, whole=Diameter(70)), ("E-WHOLE",)),
        (replace(AT_9, evidence=(THICK,)), SIZES),
        (replace(AT_9, evidence=(elsewhere(THIN),)), ("E-PHASE",)),
        (replace(AT_9, evidence=()), (*SIZES, "E-PHASE")),
        (Present(Diameter(90), Diameter(80), (THIN,)), ()),
        (TooSmall(), (*SIZES, "E-WHOLE", "E-PHASE")),
        (Absent(whole=Diameter(80)), (*SIZES, "E-WHOLE", "E-PHASE")),
        (NotEvaluable(), (*SIZES, "E-WHOLE", "E-PHASE")),
    ],
    ids=["same", "whole drawn", "smaller", "whole smaller", "thicker slices", "other series", "typed", "as non-target",
         "too small", "gone", "not evaluable"],
)  # fmt: skip
def test_that_a_reason_falls_with_the_measurement_it_was_given_for_and_with_no_other(
    now: Finding, asked_again: tuple[str, ...]
) -> None:
    noted = Features(certainty=Certainty.EQUIVOCAL, overrides=tuple((rule, "why") for rule in RULES))
    left = noted_beside(Observation("IT1", AT_9, noted), now)
    assert fallen(noted, left) == asked_again
    assert left.certainty is Certainty.EQUIVOCAL and left.justification("E-TREATED") == "why"


def test_that_one_reason_for_all_objections_falls_with_the_diameter() -> None:
    noted = Features(override="as it was recorded once")
    before = Observation("IT1", AT_9, noted)
    assert noted_beside(before, replace(AT_9, whole=Diameter(70))) == noted
    assert noted_beside(before, replace(AT_9, diameter=Diameter(60))) == Features()
    assert noted_beside(None, AT_9) == Features()
