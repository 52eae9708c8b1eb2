from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.phantoms import Phantom, write_phantom
from viewers.imaging.catalogue import PhaseName
from viewers.imaging.rescale import PADDED
from viewers.imaging.scan import scan
from viewers.imaging.windowing import (
    PRESETS,
    GreyMapper,
    Window,
    auto_window,
    default_window,
    mr_window,
    percentile_window,
    preset_for,
    shrink,
    thumbnail,
)

RAMP = np.arange(-32768, 32768, dtype=np.int16).reshape(256, 256)


def dicom_grey(values, window):
    """PS3.3 C.11.2.1.2.1, written out."""
    x, c, w = values.astype(np.float64), window.centre, window.width
    inside = ((x - (c - 0.5)) / (w - 1) + 0.5) * 255
    return np.where(x <= c - 0.5 - (w - 1) / 2, 0, np.where(x > c - 0.5 + (w - 1) / 2, 255, inside))


@pytest.mark.parametrize(
    "window", [p.window for p in PRESETS] + [Window(1, 0), Window(2, 0), Window(401.5, 40.25), Window(60000, 0)]
)
def test_that_grey_is_within_one_level_of_the_standard(window):
    grey = GreyMapper().map(RAMP, window)
    if window.width > 1:
        assert np.abs(grey - dicom_grey(RAMP, window)).max() <= 1.01
    else:
        assert grey[RAMP < -1].max() == 0 and grey[RAMP >= 0].min() == 255


@given(st.integers(2, 4000), st.integers(-2000, 3000))
def test_that_any_window_is_within_one_level_of_the_standard(width, centre):
    window, values = Window(width, centre), RAMP[100:160]
    assert np.abs(GreyMapper().map(values, window) - dicom_grey(values, window)).max() <= 1.01


@pytest.mark.parametrize("window", [Window(400, 40), Window(1500, -600)], ids=["narrow", "wide"])
def test_that_black_and_white_are_reached_and_inverting_swaps_them(window):
    mapper = GreyMapper()
    grey, negative = mapper.map(RAMP, window), mapper.map(RAMP, window, inverted=True)
    assert (grey[0, 0], grey[-1, -1]) == (0, 255)
    assert (negative[0, 0], negative[-1, -1]) == (255, 0)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32, np.int32, np.uint8])
def test_that_stored_values_are_windowed_in_their_unit(dtype):
    stored = np.arange(0, 250, dtype=dtype).reshape(10, 25)
    window = Window(100, 60)
    grey = GreyMapper().map(stored, window, slope=0.5, intercept=-3)
    assert np.abs(grey - dicom_grey(stored * 0.5 - 3, window)).max() <= 1.01


def test_that_buffers_are_reused_without_mixing_images():
    mapper, out = GreyMapper(), np.empty((256, 256), np.uint8)
    first = mapper.map(RAMP, Window(400, 40), out=out)
    assert first is out
    small = mapper.map(RAMP[:3], Window(400, 40))
    assert np.array_equal(small, out[:3])
    assert np.array_equal(mapper.map(RAMP, Window(200, 60)), GreyMapper().map(RAMP, Window(200, 60)))


def test_that_a_window_is_wider_than_nothing():
    with pytest.raises(ValueError, match="wider than nothing"):
        Window(0, 40)


@pytest.mark.parametrize(
    ("phase", "window"),
    [
        (PhaseName.PRE, Window(150, 30)),
        (PhaseName.ARTERIAL, Window(200, 60)),
        (PhaseName.PORTAL_VENOUS, Window(150, 90)),
        (None, Window(400, 40)),
    ],
)
def test_that_each_phase_has_its_window(phase, window):
    assert preset_for(phase).window == window


def test_that_preset_keys_are_unique():
    assert [preset.key for preset in PRESETS] == list(range(1, 9))


def test_that_auto_is_centred_above_the_liver():
    assert auto_window(58) == Window(150, 68)


def test_that_an_mr_window_spans_the_percentiles_of_all_phases_together():
    first = np.tile(np.arange(1, 101), (100, 1))
    window = mr_window([first, first + 100])
    assert window.centre - window.width / 2 == pytest.approx(3, abs=1.5)
    assert window.centre + window.width / 2 == pytest.approx(198, abs=1.5)


def test_that_what_lies_outside_the_measured_volume_makes_no_window():
    inside = np.tile(np.arange(1, 101, dtype=np.int16), (100, 1))
    assert mr_window([np.hstack([inside, np.full((100, 300), PADDED, np.int16)])]) == mr_window([inside])


def test_that_a_map_of_small_values_is_shown_from_black_to_white():
    # apparent diffusion in mm²/s, T1 in s. PS3.3 C.11.2.1.3.2 (LINEAR_EXACT): the ends are black and white
    for most in (0.003, 2.5, 9.0):
        ramp = np.linspace(most / 100, most, 100, dtype=np.float32).reshape(10, 10)
        window = percentile_window([np.repeat(np.repeat(ramp, 2, 0), 2, 1)], 0, 100)
        assert window.width == pytest.approx(most * 0.99) and window.centre == pytest.approx(most * 0.505)
        grey = GreyMapper().map(ramp, window)
        assert np.abs(grey - np.linspace(0, 255, 100).reshape(10, 10)).max() <= 1.01


def test_that_an_empty_image_has_a_window():
    assert mr_window([np.full((4, 4), 0.7)]).width == 1
    assert mr_window([np.zeros((4, 4))]).width == 1
    assert mr_window([]).width == 1


def test_that_pixels_of_a_small_image_are_square():
    # 12 rows of 1.1 mm and 16 columns of 0.7 mm: 13.2 mm high, 11.2 mm wide.
    assert shrink(np.zeros((12, 16)), 132, (1.1, 0.7)).shape == (132, 112)


def test_that_a_thumbnail_shows_the_middle_slice(tmp_path):
    def bright(k, dataset):
        dataset.PixelData = np.full((12, 16), 3000 if k == 3 else 0, "<u2").tobytes()

    write_phantom(tmp_path, Phantom(), bright)
    (series,) = scan(tmp_path).series
    small = thumbnail(series, size=24)
    assert small.dtype == np.uint8
    assert max(small.shape) == 24
    assert set(small.flat) == {255}


def test_that_a_window_brought_along_is_not_trusted(tmp_path):
    write_phantom(tmp_path, Phantom(tags={"WindowWidth": 1500, "WindowCenter": -600}))
    (series,) = scan(tmp_path).series
    assert series.window == (1500, -600)
    assert default_window(series, np.zeros((2, 2))) == Window(400, 40)
