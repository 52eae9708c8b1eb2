"""Images on the very pixels of the screen, against arithmetic of their own and against Qt's."""

from __future__ import annotations

import math
import sys
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter, QPicture
from pytestqt.qtbot import QtBot

from tests.support.pictures import rgb_of
from viewers.imaging import compiled_greys
from viewers.imaging.geometry import SlicePlane
from viewers.tools.navigate import Framing
from viewers.widgets.marks import OverlayLevel
from viewers.widgets.scaled_image import OnScreen, ScaledImage, Steps
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ArraySource

TONE, TONE_RGB = "#24506F", (0x24, 0x50, 0x6F)


def along(middles: NDArray[np.float64], line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Linear between the pixels of a line of the image; a place may lie beyond its ends."""
    return np.interp(middles, np.arange(len(line)), line)


def by_hand(
    greys: NDArray[np.float64], box: tuple[float, float, float, float], size: tuple[int, int]
) -> NDArray[np.float64]:
    """The greys at the middles of the pixels of a screen of a size (columns, rows), that the box fills."""
    left, top, width, height = box
    rows, columns = greys.shape
    across = (np.arange(size[0]) + 0.5 - left) * columns / width - 0.5
    down = (np.arange(size[1]) + 0.5 - top) * rows / height - 0.5
    wide = np.stack([along(across, row) for row in greys])
    return np.stack([along(down, column) for column in wide.T], axis=1)


def drawn(
    pixels: NDArray[np.generic],
    window: tuple[float, float],
    box: tuple[float, float, float, float],
    size: tuple[int, int],
    inverted: bool = False,
    unmeasured: NDArray[np.bool_] | None = None,
) -> NDArray[np.uint8]:
    screen = QImage(*size, QImage.Format.Format_RGB32)
    screen.fill(0xFF00FF00)
    painter = QPainter(screen)
    rows, columns = pixels.shape
    at = OnScreen.of(painter, box, (columns, rows), QRectF(0, 0, *size))
    assert at is not None
    made = ScaledImage()
    made.make(compiled_greys, pixels, *window, inverted, unmeasured, TONE, at)
    made.draw(painter)
    painter.end()
    return rgb_of(screen)


def greys_of(pixels: NDArray[np.generic], centre: float, width: float) -> NDArray[np.float64]:
    """PS3.3 C.11.2.1.2.1, not rounded."""
    return np.clip(((pixels.astype(float) - (centre - 0.5)) / (width - 1) + 0.5) * 255, 0, 255)


@given(
    st.sampled_from([np.int16, np.float32, np.uint16, np.uint8, np.float64]),
    st.integers(1, 9),
    st.integers(1, 9),
    st.floats(0.3, 30),
    st.floats(0.3, 30),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_that_every_pixel_of_the_screen_is_linear_between_the_greys_about_it(
    kind: type, rows: int, columns: int, wide: float, high: float, inverted: bool, seed: int
) -> None:
    pixels = np.random.default_rng(seed).integers(0, 200, (rows, columns)).astype(kind)
    size = (37, 29)
    box = (-5.3, -3.7, 5.3 + size[0] + wide, 3.7 + size[1] + high)
    found = drawn(pixels, (90.0, 101.0), box, size, inverted).astype(float)
    wanted = by_hand(greys_of(pixels, 90.0, 101.0), box, size)
    wanted = 255 - wanted if inverted else wanted
    assert np.abs(found - wanted[..., None]).max() < 0.51  # rounded once


def test_that_what_was_never_measured_has_its_tone_and_blends_at_its_edge() -> None:
    rng = np.random.default_rng(5)
    pixels = rng.integers(0, 200, (12, 15)).astype(np.int16)
    unmeasured = rng.random((12, 15)) < 0.3
    pixels[unmeasured] = -32768
    box, size = (-4.0, -2.5, 60.0, 47.0), (51, 40)
    for inverted, window in product((False, True), ((90.0, 101.0), (0.0, 200_000.0))):
        found = drawn(pixels, window, box, size, inverted, unmeasured).astype(float)
        grey = greys_of(pixels, *window)
        grey = 255 - grey if inverted else grey
        for channel, tone in enumerate(TONE_RGB):
            wanted = by_hand(np.where(unmeasured, tone, grey), box, size)
            assert np.abs(found[..., channel] - wanted).max() < 0.51


def test_that_what_is_no_number_is_black() -> None:
    pixels = np.array([[np.nan, 100.0], [np.inf, -np.inf]], np.float32)
    found = drawn(pixels, (50.0, 100.0), (0.0, 0.0, 2.0, 2.0), (2, 2))
    assert found[..., 0].tolist() == [[0, 255], [255, 0]]


@pytest.mark.parametrize(
    ("kind", "greys"),
    [
        # LINEAR, ((v - 3.5) / 7 + 0.5) x 255, and LINEAR_EXACT, ((v - 4) / 8 + 0.5) x 255, for v from 0 to 7
        pytest.param(np.int32, [0, 36, 73, 109, 146, 182, 219, 255], id="whole numbers"),
        pytest.param(np.float32, [0, 32, 64, 96, 128, 159, 191, 223], id="fractions"),
    ],
)
def test_that_a_window_far_from_nought_is_exact(kind: type, greys: list[int]) -> None:
    pixels = (np.arange(8) + 8_000_000).astype(kind)[None]
    found = drawn(pixels, (8_000_004.0, 8.0), (0.0, 0.0, 8.0, 1.0), (8, 1))
    assert found[0, :, 0].tolist() == greys


@pytest.mark.parametrize(
    ("start", "length", "pixels", "seen", "first", "before"),
    [
        # three pixels of 2 px each from 1: the screen's pixels 1 to 6; middles at -0.25, 0.25, 0.75 ... of the image
        pytest.param(1.0, 6.0, 3, (0, 20), 1, [0, 0, 0, 1, 1, 1], id="whole"),
        pytest.param(1.0, 6.0, 3, (3, 5), 3, [0, 1], id="part"),
        pytest.param(1.4, 1.0, 1, (0, 20), 1, [0], id="one pixel"),
        pytest.param(30.0, 6.0, 3, (0, 20), 30, [], id="beside the view"),
    ],
)
def test_that_only_pixels_whose_middle_lies_on_the_image_are_painted(
    start: float, length: float, pixels: int, seen: tuple[int, int], first: int, before: list[int]
) -> None:
    found = Steps.of(start, length, pixels, seen)
    assert found.first == first
    assert found.before.tolist() == before


def test_that_it_makes_no_difference_where_the_window_has_a_view() -> None:
    """A picture painted ahead lies at the corner of its own."""
    left = math.nextafter(0.5, 1.0)  # so that 0 is beside the image; 190 and this make 190.5
    box, seen = (left, left, 60.3, 41.7), QRectF(0, 0, 70, 50)
    found = []
    for x, y in ((0, 0), (190, 1001)):
        painter = QPainter(screen := QImage(300, 1100, QImage.Format.Format_RGB32))
        painter.setWindow(0, 0, 70, 50)
        painter.setViewport(x, y, 70, 50)
        at = OnScreen.of(painter, box, (9, 7), seen)
        painter.end()
        assert at is not None and not screen.isNull()
        found.append(
            [(n.first - start, n.before.tolist(), n.share.tolist()) for n, start in ((at.across, x), (at.down, y))]
        )
    assert found[0][0][0] == 1
    assert found[0] == found[1]


def test_that_paper_scales_itself(tmp_path: object) -> None:
    box, seen = (0.0, 0.0, 10.0, 10.0), QRectF(0, 0, 10, 10)
    writer = QPdfWriter(f"{tmp_path}/page.pdf")
    writer.setPageSize(QPageSize(QSizeF(100, 100), QPageSize.Unit.Millimeter))
    for device in (QPicture(), writer):
        painter = QPainter(device)
        assert OnScreen.of(painter, box, (5, 5), seen) is None
        painter.end()
    screen = QImage(20, 20, QImage.Format.Format_RGB32)
    painter = QPainter(screen)
    painter.rotate(10)
    assert OnScreen.of(painter, box, (5, 5), seen) is None
    painter.end()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("framing", [Framing((20.0, 25.0), 5.3), Framing((31.0, 22.0), 9.1, True, False, 1)])
def test_that_qt_paints_the_same_until_the_loop_is_there(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, framing: Framing, ratio: float
) -> None:
    rows, columns = np.mgrid[:60, :80]
    pixels = (60 + 90 * np.sin(rows / 5) * np.cos(columns / 7)).astype(np.int16)
    view = SliceView()
    qtbot.addWidget(view)
    view.set_source(
        ArraySource(pixels[None], (SlicePlane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.7, 0.9),), "s")
    )
    view.set_overlay(OverlayLevel.OFF)
    view.set_window(60, 150)
    view.set_framing(framing)
    ours = rgb_of(view.render_to_image(QSize(233, 171), ratio)).astype(int)
    monkeypatch.delitem(sys.modules, "viewers.imaging.compiled_greys")
    theirs = rgb_of(view.render_to_image(QSize(233, 171), ratio)).astype(int)
    assert not np.array_equal(ours, theirs), "the loop was not asked"
    # Qt cuts off where we round, and covers half a pixel more or less at the image's edge
    assert np.abs(ours - theirs).mean() < 1.5
    assert (np.abs(ours - theirs) > 3).mean() < 0.01


def test_that_the_ground_covers_a_view_from_which_the_image_has_been_moved(qtbot: QtBot) -> None:
    view = SliceView()
    qtbot.addWidget(view)
    view.resize(140, 25)
    plane = SlicePlane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 1.1, 0.7)
    view.set_source(ArraySource(np.zeros((1, 8, 89), np.int16), (plane,), "s"))
    view.set_overlay(OverlayLevel.OFF)
    view.set_framing(Framing((57.26283369254742, 47.74999762617062), 63.85864399694868))
    image = QImage(420, 75, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(3.0)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    view.paint(painter, (140.0, 25.0))
    painter.end()
    assert not rgb_of(image).any()
