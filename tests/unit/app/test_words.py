"""Number formats and wording."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from app import words
from mrecist.results import SorafenibOutput, TaceOutput
from mrecist.values import Diameter, LesionKind, LesionRole, Organ, Region, Response


@pytest.mark.parametrize(
    ("length", "text"),
    [
        pytest.param(Diameter.from_mm("26.8"), "26.8", id="a recorded diameter"),
        pytest.param(Fraction(5096, 100), "51.0", id="half up to one decimal"),
        pytest.param(Fraction(1, 20), "0.1", id="a half goes up, never to even"),
        pytest.param(0, "0.0", id="zero"),
    ],
)
def test_that_a_length_has_one_decimal(length: Fraction | Diameter | int, text: str) -> None:
    assert words.mm(length) == text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        pytest.param(Fraction(-482, 10), "\u221248.2", id="a true minus sign"),
        pytest.param(Fraction(2045, 100), "+20.5", id="a plus sign on growth, half up"),
        pytest.param(Fraction(0), "0.0", id="no sign on zero"),
        pytest.param(Fraction(-1, 100), "0.0", id="no minus on what shows as zero"),
        pytest.param(None, "\u2014", id="a dash where there is no change"),
    ],
)
def test_that_a_change_is_signed(change: Fraction | None, text: str) -> None:
    assert words.pct(change) == text


def test_that_a_change_never_reads_as_a_threshold_it_does_not_reach() -> None:
    assert words.pct(Fraction(-2997, 100), (Fraction(-30),)) == "\u221229.97"
    assert words.pct(Fraction(-30), (Fraction(-30),)) == "\u221230.0"


def test_that_number_and_unit_never_part() -> None:
    assert words.with_mm(Fraction(268, 10)) == "26.8\u00a0mm"
    assert words.with_pct(Fraction(-482, 10)) == "\u221248.2\u00a0%"
    assert words.growth_mm(Fraction(117, 10)) == "+11.7\u00a0mm"


def test_that_thresholds_have_no_needless_decimals() -> None:
    assert (words.whole_pct(-30), words.whole_mm(5)) == ("\u221230\u00a0%", "+5\u00a0mm")
    assert words.whole_mm(Fraction(5, 2)) == "+2.5\u00a0mm"


@pytest.mark.parametrize(("day", "text"), [(84, "+12.0\u00a0wk"), (-7, "\u22127\u00a0d"), (10, "+1.4\u00a0wk")])
def test_that_time_counts_in_weeks_from_day_0_and_in_days_before_it(day: int, text: str) -> None:
    assert words.weeks(day) == text


def test_that_dates_are_iso_and_ranges_have_an_en_dash() -> None:
    assert words.iso(date(2025, 6, 10)) == "2025-06-10"
    assert words.window(date(2025, 6, 4), date(2025, 7, 2)) == "06-04 – 07-02"
    assert words.window(date(2025, 12, 20), date(2026, 1, 17)) == "2025-12-20 – 2026-01-17"


def test_that_a_lesion_of_the_liver_is_viable_and_one_elsewhere_present() -> None:
    assert (words.still_there(Region.INTRAHEPATIC), words.gone(Region.INTRAHEPATIC)) == ("viable", "no viable tumour")
    assert (words.still_there(Region.EXTRAHEPATIC), words.gone(Region.EXTRAHEPATIC)) == ("present", "absent")


def test_that_every_category_has_a_word() -> None:
    assert len({words.response_words(r) for r in Response}) == len(Response)
    assert len({words.organ_word(o) for o in Organ}) == len(Organ)
    assert len({words.kind_word(k) for k in LesionKind}) == len(LesionKind)
    assert len({words.role_word(r) for r in LesionRole}) == len(LesionRole)
    assert len({words.tace_word(o) for o in TaceOutput}) == len(TaceOutput)
    assert len({words.sorafenib_word(o) for o in SorafenibOutput}) == len(SorafenibOutput)


def test_that_microcopy_reads_as_designed() -> None:
    assert words.no_lesion("T") == "No lesion yet. Press T and draw the longest viable diameter on the arterial phase."
    said = words.recorded("IT1", "FU2", Diameter.from_mm("26.8"), Diameter.from_mm("28.1"))
    assert said.replace("\u00a0", " ") == "IT1 at FU2: 26.8 mm recorded (was 28.1 mm)"
    assert words.assessed(6, 7, ["ENT1"]) == "6 of 7 assessed. ENT1 still to do."
    assert words.counted(1, "lesion left", "lesions left") == "1 lesion left"
