"""What typing in a cell means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.keymap import Keymap
from app.panels.typed_finding import finding_of_key, finding_of_text, letters_of
from mrecist.lesions import (
    Absent,
    Finding,
    Measured,
    Nonviable,
    NotEvaluable,
    Present,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.values import Diameter, Line
from tests.support.example_reading import LESIONS

BY_ID = {lesion.id: lesion for lesion in LESIONS}
LINE = Line("1.2", "1.3", 1, None, (0, 0, 0), (1, 0, 0))


@pytest.mark.parametrize(
    ("lesion_id", "key", "finding"),
    [
        ("IT1", "D", Nonviable()),
        ("ET1", "D", Absent()),
        ("INT1", "D", Nonviable()),
        ("IT1", "M", TooSmall()),
        ("INT1", "M", None),
        ("INT1", "U", UnequivocalProgression()),
        ("IT1", "U", None),
        ("ENT1", "N", Present()),
        ("ET1", "N", None),
        ("ET1", "E", NotEvaluable()),
        ("ET1", "X", None),
    ],
)
def test_that_a_letter_says_only_what_can_be_said_of_the_lesion(
    lesion_id: str, key: str, finding: Finding | None
) -> None:
    assert finding_of_key(key, BY_ID[lesion_id]) == finding


def test_that_a_typed_diameter_keeps_the_whole_but_no_line_it_does_not_rest_on() -> None:
    before = Measured(Diameter.from_mm("28.1"), Diameter.from_mm("40.2"), (LINE,), (LINE,))
    typed = finding_of_text("26,8", BY_ID["IT1"], before)
    assert typed == Measured(Diameter.from_mm("26.8"), Diameter.from_mm("40.2"), (), (LINE,))
    assert finding_of_text("40.2", BY_ID["IT1"], before) == replace(before, diameter=Diameter(402), evidence=())
    assert finding_of_text("40.3", BY_ID["IT1"], before) == Measured(Diameter(403)), (
        "a part is no longer than the whole"
    )


def test_that_a_size_noted_of_a_non_target_leaves_it_present() -> None:
    assert finding_of_text("8.04", BY_ID["ENT1"], None) == Present(Diameter.from_mm("8.0"))


@pytest.mark.parametrize("text", ["", "x", "1e9", "nan", "-3", "26.8"])
def test_that_no_finding_comes_from_no_number_or_no_change(text: str) -> None:
    assert finding_of_text(text, BY_ID["IT1"], Measured(Diameter.from_mm("26.8"))) is None


def test_that_not_evaluable_is_left_to_the_key_that_asks_for_the_reason() -> None:
    assert set(letters_of(Keymap()).values()) == set("DMUN")
