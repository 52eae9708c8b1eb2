"""Known values become the greys of DICOM PS3.3 C.11.2.1.2.1, whatever the screen, and lie where they belong."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from tests.support.phantoms import turned
from tests.support.pictures import red_of, rgb_of
from viewers.imaging.geometry import SlicePlane
from viewers.tools.navigate import Framing
from viewers.widgets.marks import OverlayLevel
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ArraySource

SIZE = QSize(475, 429)
RATIOS = pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])

# PS3.3 C.11.2.1.2.1, output 0 to 255, worked by hand:
#   x <= c - 0.5 - (w - 1) / 2          0
#   x >  c - 0.5 + (w - 1) / 2          255
#   else ((x - (c - 0.5)) / (w - 1) + 0.5) x 255
# abdomen, c 40 w 400: -160 is the lower end (-160), 0; 40: (0.5 / 399 + 0.5) x 255 = 127.8; 140: 191.7;
#   239: (199.5 / 399 + 0.5) x 255 = 255; -60: 63.9
# lung, c -600 w 1500: -1350: 0; -1000: (-399.5 / 1499 + 0.5) x 255 = 59.5, so 59 or 60; -600: 127.6; 149: 255
# narrow, c 30 w 2: 29: (-0.5 / 1 + 0.5) x 255 = 0; 30: 255.  c 100.5 w 1: 100: x <= 100, so 0; 101: 255
KNOWN = [
    *(pytest.param(40.0, 400.0, hu, {grey}, id=f"abdomen {hu}") for hu, grey in
      ((-1000, 0), (-160, 0), (-60, 64), (40, 128), (140, 192), (239, 255), (240, 255), (3000, 255))),
    *(pytest.param(-600.0, 1500.0, hu, greys, id=f"lung {hu}") for hu, greys in
      ((-1350, {0}), (-1000, {59, 60}), (-600, {128}), (149, {255}))),
    *(pytest.param(30.0, 2.0, hu, {grey}, id=f"two wide {hu}") for hu, grey in ((29, 0), (30, 255))),
    *(pytest.param(100.5, 1.0, hu, {grey}, id=f"one wide {hu}") for hu, grey in ((100, 0), (101, 255))),
]  # fmt: skip

DIRECTIONS = {"axial": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)), "oblique": turned(20.0, 30.0)}


def plane(directions: str = "oblique", row_mm: float = 1.1, column_mm: float = 0.7) -> SlicePlane:
    return SlicePlane((-12.0, 7.5, 31.0), *DIRECTIONS[directions], row_mm, column_mm)


def view_of(qtbot: QtBot, pixels: NDArray[np.generic], shown_plane: SlicePlane, **fields: bool) -> SliceView:
    view = SliceView()
    qtbot.addWidget(view)
    view.resize(SIZE)
    view.set_source(ArraySource(pixels[None], (shown_plane,), "s", **fields))
    view.set_overlay(OverlayLevel.OFF)
    return view


@RATIOS
@pytest.mark.parametrize("smooth", [True, False], ids=["smooth", "plain"])
@pytest.mark.parametrize(("centre", "width", "hu", "greys"), KNOWN)
def test_that_a_known_value_is_its_grey(
    qtbot: QtBot, centre: float, width: float, hu: int, greys: set[int], smooth: bool, ratio: float
) -> None:
    view = view_of(qtbot, np.full((60, 80), hu, np.int16), plane())
    view.set_window(centre, width)
    view.set_smooth(smooth)
    picture = red_of(view.render_to_image(SIZE, ratio))
    middle = picture[picture.shape[0] // 4 : -picture.shape[0] // 4, picture.shape[1] // 4 : -picture.shape[1] // 4]
    assert set(np.unique(middle).tolist()) <= greys


@RATIOS
@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.float32, np.float64], ids=lambda one: one.__name__)
@pytest.mark.parametrize("low_is_bright", [False, True], ids=["monochrome2", "monochrome1"])
@pytest.mark.parametrize("inverted", [False, True], ids=["as-it-is", "inverted"])
def test_that_type_and_photometric_interpretation_are_heeded(
    qtbot: QtBot, dtype: type, low_is_bright: bool, inverted: bool, ratio: float
) -> None:
    # c 300 w 256, 268 is ((268 - 299.5) / 255 + 0.5) x 255 = 96; turned around 255 - 96 = 159
    view = view_of(qtbot, np.full((60, 80), 268, dtype), plane(), bright_is_low=low_is_bright)
    view.set_window(300, 256)
    view.set_inverted(inverted)
    picture = rgb_of(view.render_to_image(SIZE, ratio))
    pixel = picture[picture.shape[0] // 2, picture.shape[1] // 2].tolist()
    assert pixel == [159 if low_is_bright != inverted else 96] * 3


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_that_a_value_that_is_no_number_harms_no_other(qtbot: QtBot, value: float) -> None:
    pixels = np.full((60, 80), 268, np.float32)
    pixels[0, 0] = value
    view = view_of(qtbot, pixels, plane())
    view.set_window(300, 256)
    picture = red_of(view.render_to_image(SIZE))
    assert picture[picture.shape[0] // 2, picture.shape[1] // 2] == 96


# --- where it lies ----------------------------------------------------------------------------------------------

PERIOD, SLOPE = 32, 15
"""A wave of straight ramps along one axis: its grey tells the place to a hundredth of a pixel."""


def wave(rows: int, columns: int, along_columns: bool) -> NDArray[np.int16]:
    place = np.arange(rows if along_columns else columns)
    ramp = (np.abs(place % PERIOD - PERIOD // 2) * SLOPE).astype(np.int16)
    shape = (rows, columns)
    return np.array(np.broadcast_to(ramp[:, None] if along_columns else ramp[None, :], shape))


def misplaced_px(greys: NDArray[np.float64], wanted: NDArray[np.float64]) -> float:
    """How far, in image pixels, a wave seen along a line lies from where it should; the worst of four quarters.

    `wanted` is the place in the image, in pixels, that each grey should be of. Greys between two pixels are cut off,
    not rounded, which moves falling and rising ramps opposite ways: their mean is the place.
    """
    phase = wanted % PERIOD
    error = (greys - np.abs(phase - PERIOD / 2) * SLOPE) / SLOPE
    worst = 0.0
    for part in np.array_split(np.arange(len(greys)), 4):
        falling = part[(phase[part] > 1) & (phase[part] < PERIOD / 2 - 1)]
        rising = part[(phase[part] > PERIOD / 2 + 1) & (phase[part] < PERIOD - 1)]
        if len(falling) > 8 and len(rising) > 8:
            worst = max(worst, abs(float(error[rising].mean() - error[falling].mean()) / 2))
    return worst


@RATIOS
@pytest.mark.parametrize("px_per_mm", [1.37, 2.61, 4.9])
@pytest.mark.parametrize("along_columns", [False, True], ids=["rows", "columns"])
@pytest.mark.parametrize(
    ("flips", "turns"),
    [((False, False), 0), ((True, False), 0), ((False, True), 1), ((False, False), 2), ((True, True), 3)],
    ids=["as-it-is", "flipped", "flipped-turned", "upside-down", "flipped-turned-back"],
)
def test_that_the_image_lies_within_a_hundredth_of_a_pixel(
    qtbot: QtBot, ratio: float, px_per_mm: float, along_columns: bool, flips: tuple[bool, bool], turns: int
) -> None:
    view = view_of(qtbot, wave(512, 512, along_columns), plane())
    view.set_window(128, 256)
    view.set_framing(Framing((170.3, 251.7), px_per_mm, *flips, turns))
    picture = red_of(view.render_to_image(SIZE, ratio)).astype(float)
    upright = along_columns == (turns % 2 == 0)  # the wave runs down the screen
    greys = picture[:, picture.shape[1] // 2 + 1] if upright else picture[picture.shape[0] // 2 + 1]
    from_middle_mm = ((np.arange(len(greys)) + 0.5) / ratio - (429 if upright else 475) / 2) / px_per_mm
    if along_columns:  # by hand: of a quarter turn clockwise, the image's right points down and its bottom left
        sign = {0: 1, 1: -1, 2: -1, 3: 1}[turns] * (-1 if flips[1] else 1)
        wanted = (251.7 + sign * from_middle_mm) / 1.1
    else:
        sign = {0: 1, 1: 1, 2: -1, 3: -1}[turns] * (-1 if flips[0] else 1)
        wanted = (170.3 + sign * from_middle_mm) / 0.7
    inside = (wanted > 2) & (wanted < 509)
    assert inside.sum() > 150
    assert misplaced_px(greys[inside], wanted[inside]) < 0.01


@RATIOS
def test_that_plain_pixels_are_rectangles(qtbot: QtBot, ratio: float) -> None:
    pixels = ((np.indices((60, 80)).sum(axis=0) % 2) * 100).astype(np.int16)
    view = view_of(qtbot, pixels, plane("axial", 1.0, 1.0))
    view.set_window(50, 100)
    view.set_smooth(False)
    view.set_framing(Framing((40.25, 30.25), 10.0))
    picture = red_of(view.render_to_image(SIZE, ratio))
    y, x = (np.arange(length) for length in picture.shape)
    column = np.floor(((x + 0.5) / ratio - 237.5) / 10 + 40.25 + 0.5).astype(int)
    row = np.floor(((y + 0.5) / ratio - 214.5) / 10 + 30.25 + 0.5).astype(int)
    expected = ((row[:, None] + column[None, :]) % 2) * 255
    # an edge that falls on the middle of a pixel of the screen may go either way
    assert (np.abs(picture.astype(int) - expected) > 1).mean() < 0.01 + 0.1 * (ratio != 2.0)
