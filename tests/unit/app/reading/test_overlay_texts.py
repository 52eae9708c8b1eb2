"""What the corners of a view say of how an image was made and how it is shown."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest

from app.reading.overlay_texts import ACQUIRED, Shown, corner_texts, not_computed, plane_word, value_text
from app.words import SPACE
from tests.support.records import series_ref, two_visits
from tests.support.series import series
from viewers.imaging.catalogue import SequenceTags, Series
from viewers.imaging.geometry import SlicePlane
from viewers.widgets.marks import Chip, CornerTexts, Probe, TextLine, Tone
from viewers.widgets.view_state import ViewState

ON = date(2026, 1, 5)
AXIAL = SlicePlane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.7, 0.7)


def corners(made: Series, state: ViewState | None = None) -> CornerTexts:
    record, ref = two_visits(), series_ref("BL-AP", ON, "arterial", "Liver arterial")
    return corner_texts(record, record.visits[0], "", ref, made, state or ViewState(), AXIAL, 1.0)


def words(corner: tuple[object, ...]) -> list[str]:
    chips = [chip for entry in corner if isinstance(entry, tuple) for chip in entry if isinstance(chip, Chip)]
    plain = [entry.text if isinstance(entry, TextLine) else entry for entry in corner]
    return [*(entry for entry in plain if isinstance(entry, str)), *(chip.text for chip in chips)]


@pytest.mark.parametrize(
    ("thickness_mm", "spacing_mm", "said"),
    [
        (5.0, 7.0, "5.0 / 7.0_mm · 70_%"),
        (1.25, 1.25, "1.25 / 1.25_mm · 70_%"),
        (5.0, None, "5.0_mm · 70_%"),
        (None, 7.0, "70_%"),
    ],
    ids=["gap between slices", "quarters", "spacing not known", "thickness not known"],
)
def test_that_slice_thickness_and_spacing_stand_beside_each_other(
    thickness_mm: float | None, spacing_mm: float | None, said: str
) -> None:
    made = replace(series("BL-AP", ON), slice_thickness_mm=thickness_mm, slice_spacing_mm=spacing_mm)
    assert said.replace("_", SPACE) in words(corners(made).bottom_left)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ViewState(), []),
        (ViewState(flip_h=True), ["mirrored"]),
        (ViewState(flip_h=True, flip_v=True), ["turned"]),
        (ViewState(quarter_turns=1, inverted=True), ["turned", "inverted"]),
    ],
    ids=["as acquired", "mirrored", "half a turn", "a quarter turn, inverted"],
)
def test_that_an_image_that_lies_otherwise_than_acquired_says_so(state: ViewState, said: list[str]) -> None:
    told = words(corners(series("BL-AP", ON), state).top_right)
    assert [word for word in told if word in ("turned", "mirrored", "inverted")] == said


@pytest.mark.parametrize(("stated", "said"), [("068Y", "68 y"), ("011M", "11 mo"), ("", None), ("Y", None)])
def test_that_the_age_of_the_header_is_told_where_there_is_no_birth_date(stated: str, said: str | None) -> None:
    made = series("BL-AP", ON)
    record = two_visits()
    anonymous = replace(record, patient=replace(record.patient, birth_date=None))
    ref = series_ref("BL-AP", ON, "arterial", "Liver arterial")
    aged = replace(made, patient=replace(made.patient, age=stated))
    told = words(corner_texts(anonymous, record.visits[0], "", ref, aged, ViewState(), AXIAL, 1.0).top_left)
    assert [line for line in told if line.endswith((" y", " mo"))] == ([] if said is None else [said])


@pytest.mark.parametrize(("degrees", "aside"), [(0, ""), (9, ""), (12, "not axial"), (35, "not axial")])
def test_that_a_computed_plane_is_axial_by_where_it_lies_and_not_by_its_name(degrees: int, aside: str) -> None:
    tilt = math.radians(degrees)
    leaning = replace(AXIAL, column_direction=(0.0, math.cos(tilt), math.sin(tilt)))
    assert plane_word(leaning, Shown("AX", count=40)) == aside
    assert plane_word(leaning, ACQUIRED).removeprefix("oblique, ") == aside


def test_that_an_mr_image_says_its_times_and_any_image_where_it_was_made_and_that_names_were_taken_out() -> None:
    made = replace(series("BL-AP", ON, modality="MR"), kvp=None, institution="St Elsewhere", deidentified=True)
    times = replace(made, sequence=SequenceTags(repetition_ms=3.7, echo_ms=1.34))
    assert f"TR 3.7 / TE 1.34{SPACE}ms" in words(corners(times).bottom_right)
    long = replace(made, sequence=SequenceTags(repetition_ms=5000.0))
    assert f"TR 5000{SPACE}ms" in words(corners(long).bottom_right)
    assert not any("T" in word for word in words(corners(made).bottom_right))
    upper_right = corners(made).top_right
    assert upper_right[0] == "2026-01-05 10:15" and upper_right[1] == "St Elsewhere", "the date is the line that stays"
    assert corners(made).top_left[-1] == Chip("DE-IDENTIFIED", tone=Tone.AMBER)
    assert Chip("DE-IDENTIFIED", tone=Tone.AMBER) not in corners(replace(made, deidentified=False)).top_left


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (-84.6, "HU", "\u221285_HU"),
        (-0.4, "HU", "0_HU"),
        (1234.4, "", "1234"),
        (7.0, "", "7"),
        (-0.00123, "", "\u22120.00123"),
        (3.14159, "", "3.14"),
    ],
)
def test_that_the_value_under_the_pointer_has_a_true_minus_and_the_figures_that_tell_it(
    value: float, unit: str, said: str
) -> None:
    assert value_text(Probe(3, 4, None, value, unit)) == said.replace("_", SPACE)


@pytest.mark.parametrize(
    ("width", "centre", "said"),
    [(150, -20, "W 150 L \u221220"), (9.5, 4.25, "W 9.5 L 4.2"), (0.0031, 0.0012, "W 0.0031 L 0.0012")],
    ids=["whole", "small", "a map of diffusion in mm2/s"],
)
def test_that_a_narrow_window_is_not_told_as_nothing(width: float, centre: float, said: str) -> None:
    assert words(corners(series("BL-AP", ON), ViewState(width=width, center=centre)).bottom_right)[0] == said


def test_that_a_window_in_hounsfield_units_says_so() -> None:
    ct = replace(series("BL-AP", ON), hounsfield=True)
    assert words(corners(ct, ViewState(width=150, center=-20)).bottom_right)[0] == f"W 150 L \u221220{SPACE}HU"


def test_that_a_computed_plane_that_leans_has_no_level_of_its_own() -> None:
    """The first pixel of an oblique plane lies far from the place that is looked at: its coordinate misleads."""
    record, ref = two_visits(), series_ref("BL-AP", ON, "arterial", "Liver arterial")

    def level(plane: SlicePlane, shown: Shown) -> list[str]:
        made = series("BL-AP", ON)
        told = words(corner_texts(record, record.visits[0], "", ref, made, ViewState(), plane, 1.0, shown).bottom_left)
        return [line for line in told if line.startswith(("x ", "y ", "z "))]

    leaning = SlicePlane((-172.8, -91.8, 30.0), (0.8, 0.6, 0.0), (0.0, 0.0, -1.0), 1.0, 1.0)
    coronal = SlicePlane((-172.8, 12.5, 30.0), (1.0, 0.0, 0.0), (0.0, 0.0, -1.0), 1.0, 1.0)
    assert level(leaning, Shown("OBL", off_axial=True, count=40)) == []
    assert level(coronal, Shown("COR", off_axial=True, count=40)) == [f"y 12.5{SPACE}mm"]
    assert level(leaning, ACQUIRED) == [f"y \u221291.8{SPACE}mm"], "an acquired image keeps what its header says"


def test_that_a_picture_that_is_not_computed_names_the_series_at_fault() -> None:
    gone = "a/7.dcm: the file is gone."
    assert not_computed([("AP (Se 4)", ""), ("PRE (Se 2)", "")], "") == ""
    said = not_computed([("AP (Se 4)", ""), ("PRE (Se 2)", gone)], "the program has a fault (ValueError)")
    assert said == "NOT COMPUTED: PRE (Se 2) could not be read: a/7.dcm: the file is gone."
    assert not_computed([("AP (Se 4)", "")], "no memory") == "NOT COMPUTED: no memory."
