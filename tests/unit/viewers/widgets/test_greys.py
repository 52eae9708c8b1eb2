from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewers.widgets.greys import Greys


def linear(value: float, center: float, width: float) -> float:
    """DICOM PS3.3 C.11.2.1.2.1, for a display of 0 to 255, before rounding."""
    if value <= center - 0.5 - (width - 1) / 2:
        return 0.0
    if value > center - 0.5 + (width - 1) / 2:
        return 255.0
    return ((value - (center - 0.5)) / (width - 1) + 0.5) * 255


def greys_of(values: list[float], dtype: type, center: float, width: float, inverted: bool = False) -> list[int]:
    image = Greys().image(np.array([values], dtype), center, width, inverted)
    return [image.pixelColor(x, 0).red() for x in range(len(values))]


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=20), st.integers(-3000, 4000), st.integers(1, 8000))
def test_that_int16_values_become_the_greys_of_the_standard(values: list[int], center: int, width: int) -> None:
    for value, grey in zip(values, greys_of(list(values), np.int16, center, width), strict=True):
        assert abs(grey - linear(value, center, width)) <= 0.51


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.float32, np.uint8], ids=lambda t: t.__name__)
def test_that_the_type_of_the_values_makes_no_difference(dtype: type) -> None:
    values = [0, 3, 17, 100, 101, 190, 255]
    assert greys_of(list(values), dtype, 100, 160) == [round(linear(v, 100, 160)) for v in values]


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda t: t.__name__)
@pytest.mark.parametrize(("center", "width"), [(0.0015, 0.003), (1.25, 2.0), (1000.5, 8.0)])
def test_that_values_with_fractions_fill_a_narrow_window(center: float, width: float, dtype: type) -> None:
    # PS3.3 C.11.2.1.3.2: c - w/2 is black, c + w/2 white; a quarter of the width above black: 63.75
    values = [center + share * width for share in (-0.6, -0.5, -0.25, 0.0, 0.25, 0.5, 0.6)]
    wanted = [0, 0, 63.75, 127.5, 191.25, 255, 255]
    assert np.abs(np.subtract(greys_of(values, dtype, center, width), wanted)).max() <= 0.6


@pytest.mark.parametrize("center", [-32000, 32000])
def test_that_a_window_beyond_the_range_holds(center: int) -> None:
    values = [-32768.0, -32000.0, 0.0, 32000.0, 32767.0]
    assert greys_of(values, np.int16, center, 4000) == [round(linear(v, center, 4000)) for v in values]


def test_that_the_widest_window_spans_all_values() -> None:
    assert greys_of([-32768, 0, 32767], np.int16, 0.5, 65536) == [0, 128, 255]


def test_that_inverting_mirrors_the_greys() -> None:
    plain = greys_of([-10, 0, 10], np.int16, 0, 21)
    assert greys_of([-10, 0, 10], np.int16, 0, 21, inverted=True) == [255 - grey for grey in plain]


def test_that_one_picture_serves_many_images() -> None:
    greys = Greys()
    first = greys.image(np.zeros((4, 5), np.int16), 0, 100, False)
    again = greys.image(np.full((4, 5), 99, np.int16), 0, 100, False)
    assert first is again
    assert again.pixelColor(2, 2).red() == 255


def test_that_what_was_never_measured_has_no_grey() -> None:
    pixels, unmeasured = np.array([[0, 100, -32768]], np.int16), np.array([[False, False, True]])
    for inverted in (False, True):
        image = Greys().image(pixels, 50, 400, inverted, unmeasured, "#242A2F")
        assert image.pixelColor(2, 0).name() == "#242a2f"
        assert image.pixelColor(1, 0).name() != "#242a2f"
    nothing = np.array([[np.nan, 5.0]], np.float32)
    image = Greys().image(nothing, 50, 400, False, np.isnan(nothing), "#242A2F")
    assert image.pixelColor(0, 0).name() == "#242a2f"
