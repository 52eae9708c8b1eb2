"""Typed values: exact, in any known unit, and never guessed at."""

from __future__ import annotations

from fractions import Fraction

import pytest

from app.labs.entry import EntryRefused, canonical_text, exact_number, question, read_value, typed_text
from app.state.clinical import Analyte, Bound

U = Fraction(40)


@pytest.mark.parametrize(
    ("analyte", "text", "unit", "limit", "canonical", "shown"),
    [
        # 34.2 / 17.1 = 2, at the very limit of the criteria: not a hair above
        (Analyte.BILIRUBIN, "34.2", "umol/L", None, Fraction(2), "2 mg/dL"),
        (Analyte.BILIRUBIN, "1,4", "mg/dL", None, Fraction(14, 10), "1.4 mg/dL"),
        (Analyte.ALBUMIN, "38 g/L", "g/dL", None, Fraction(38, 10), "3.8 g/dL"),
        (Analyte.PLATELETS, "142", "×10⁹/L", None, Fraction(142_000), "142000 /µL"),
        (Analyte.NEUTROPHILS, "1.5", "10^3/μL", None, Fraction(1500), "1500 /µL"),
        (Analyte.AST, "200", "IU/L", U, Fraction(5), "5 × ULN"),
        (Analyte.AST, "200", "U/L", None, None, "no upper limit"),
        (Analyte.CREATININE, "133", "µmol/L", Fraction(104), Fraction(133, 104), "≈1.28 × ULN"),
        (Analyte.AFP, ">35,000.0", "ng/mL", None, Fraction(35000), ">35000 ng/mL"),
        (Analyte.AFP, "100", "ug/L", None, Fraction(100), "100 ng/mL"),
        (Analyte.PIVKA_II, "0.117", "AU/mL", None, Fraction(117), "117 mAU/mL"),
    ],
)
def test_that_a_value_is_converted_exactly_and_kept_as_typed(
    analyte: Analyte, text: str, unit: str, limit: Fraction | None, canonical: Fraction | None, shown: str
) -> None:
    value = read_value(analyte, text, unit, limit)
    assert value.canonical == canonical
    assert canonical_text(value) == shown
    assert value.bound is (Bound.ABOVE if text.startswith(">") else Bound.NONE)
    assert read_value(analyte, typed_text(value), value.unit, limit) == value


@pytest.mark.parametrize("text", ["35,000", "1.234.5", "1,23,4", "-1", "n/a", "1e5", "", "1 2", "٣"])
def test_that_what_may_be_two_numbers_or_none_is_refused(text: str) -> None:
    with pytest.raises(EntryRefused):
        exact_number(text)


@pytest.mark.parametrize(
    ("analyte", "text", "why"),
    [
        (Analyte.HAEMOGLOBIN, "8 mmol/L", "monomer or of the tetramer"),
        (Analyte.PIVKA_II, "40 ng/mL", "another factor in each assay"),
        (Analyte.AFP, "100 IU/mL", "no fixed factor to ng/mL"),
        (Analyte.AFP, "100 kIU/L", "no fixed factor to ng/mL"),
        (Analyte.INR, "1.1 s", "is none of"),
    ],
)
def test_that_a_unit_without_a_fixed_factor_is_refused_with_the_reason(analyte: Analyte, text: str, why: str) -> None:
    with pytest.raises(EntryRefused, match=why):
        read_value(analyte, text, "")


def test_that_a_limit_counts_only_for_values_in_its_own_unit() -> None:
    assert read_value(Analyte.CREATININE, "133 µmol/L", "mg/dL", Fraction(12, 10)).canonical is None


@pytest.mark.parametrize(
    ("analyte", "text", "unit", "asks"),
    [
        (Analyte.PLATELETS, "142", "/µL", True),  # meant in thousands
        (Analyte.BILIRUBIN, "34.2", "mg/dL", True),  # meant in µmol/L
        (Analyte.ALBUMIN, "38", "g/dL", True),
        (Analyte.AST, "9000", "U/L", True),
        (Analyte.BILIRUBIN, "30", "mg/dL", False),
        (Analyte.AFP, ">35000.0", "ng/mL", False),
    ],
)
def test_that_a_value_out_of_range_is_asked_about_until_it_was_confirmed(
    analyte: Analyte, text: str, unit: str, asks: bool
) -> None:
    value = read_value(analyte, text, unit)
    assert bool(question(value)) is asks
    assert not question(read_value(analyte, text, unit, confirmed=True))
