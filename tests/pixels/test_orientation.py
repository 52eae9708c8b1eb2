"""The letters at the edges as they are painted: read off the picture, against the anatomy worked out by itself."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.fonts import add_bundled_fonts
from tests.support.pictures import red_of
from viewers.imaging.geometry import SlicePlane
from viewers.widgets.crosshair import Crosshair, ReferenceLine
from viewers.widgets.palette import ViewPalette
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ArraySource

SIZE = QSize(475, 429)
EDGES = {
    "left": QRect(15, 165, 24, 30),
    "right": QRect(449, 200, 26, 30),
    "top": QRect(220, 0, 36, 26),
    "bottom": QRect(220, 403, 36, 26),
}
"""Where each letter stands in a view of 475 x 429 px."""

# LPS: +x is the patient's left, +y posterior, +z the head
AXES = {
    "L": (1.0, 0.0, 0.0), "R": (-1.0, 0.0, 0.0), "P": (0.0, 1.0, 0.0),
    "A": (0.0, -1.0, 0.0), "H": (0.0, 0.0, 1.0), "F": (0.0, 0.0, -1.0),
}  # fmt: skip
OPPOSITE = {"L": "R", "R": "L", "P": "A", "A": "P", "H": "F", "F": "H"}
ALL_24 = [(row, column) for row, column in product(AXES, AXES) if column not in (row, OPPOSITE[row])]
WORDS = (*AXES, *("".join(pair) for pair in product(AXES, AXES) if pair[1] not in (pair[0], OPPOSITE[pair[0]])))

Square = NDArray[np.str_]


@pytest.fixture(autouse=True, scope="module")
def bundled_font(qapp: QApplication) -> None:
    add_bundled_fonts()


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    shown = SliceView()
    qtbot.addWidget(shown)
    shown.resize(SIZE)
    return shown


def show(view: SliceView, row: tuple[float, ...], column: tuple[float, ...]) -> None:
    plane = SlicePlane((0.0, 0.0, 0.0), row, column, 1.0, 1.0)  # type: ignore[arg-type]
    pixels = np.full((1, 60, 60), -1000, np.int16)
    view.set_source(ArraySource(pixels, (plane,), "s", measurable=False))  # hence no ruler beside the letters


@cache
def templates(word: str) -> list[NDArray[np.float64]]:
    """The word as the font draws it, bright on black, at places between pixels too."""
    palette = ViewPalette()
    font = palette.font(palette.overlay_px)
    found = []
    for dx, dy in product((0.0, 0.25, 0.5, 0.75), repeat=2):
        image = QImage(40, 30, QImage.Format.Format_RGB32)
        image.fill(QColor("#000000"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font)
        painter.setPen(QColor(palette.text_2))
        painter.drawText(QPointF(8 + dx, 8 + dy + QFontMetricsF(font).ascent()), word)
        painter.end()
        found.append(trimmed(red_of(image)))
    return found


def trimmed(grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    rows, columns = np.nonzero(grey > 70)
    return grey[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(float)


def read(view: SliceView) -> dict[str, str]:
    """The word at each edge: the one whose picture is most like what is painted there."""
    picture = red_of(view.render_to_image(SIZE))
    found = {}
    for edge, place in EDGES.items():
        painted = trimmed(picture[place.top() : place.bottom(), place.left() : place.right()])
        found[edge] = min(WORDS, key=lambda word: min(difference(one, painted) for one in templates(word)))
    return found


def difference(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    rows, columns = max(a.shape[0], b.shape[0]), max(a.shape[1], b.shape[1])
    padded = [np.pad(one, ((0, rows - one.shape[0]), (0, columns - one.shape[1]))) for one in (a, b)]
    return float(np.abs(padded[0] - padded[1]).sum())


def edges_of(row: str, column: str, flip_h: bool = False, flip_v: bool = False, turns: int = 0) -> dict[str, str]:
    """Rows run to the right and columns downwards, so the letters stand on a card; the card is turned over by hand."""
    card: Square = np.array(
        [["", OPPOSITE[column], ""], [OPPOSITE[row], "", row], ["", column, ""]],
    )
    card = np.fliplr(card) if flip_h else card
    card = np.flipud(card) if flip_v else card
    card = np.rot90(card, -turns)
    return {"left": card[1, 0], "right": card[1, 2], "top": card[0, 1], "bottom": card[2, 1]}


def test_that_there_are_24_orientations_along_the_axes() -> None:
    assert len(ALL_24) == 24


@pytest.mark.parametrize(("row", "column"), ALL_24, ids=["".join(pair) for pair in ALL_24])
def test_that_the_letters_of_every_orientation_along_the_axes_are_right(view: SliceView, row: str, column: str) -> None:
    show(view, AXES[row], AXES[column])
    assert read(view) == edges_of(row, column)


def test_that_an_axial_image_is_seen_from_the_feet(view: SliceView) -> None:
    show(view, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    assert read(view) == {"left": "R", "right": "L", "top": "A", "bottom": "P"}


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("flips", list(product((False, True), repeat=2)), ids=str)
@pytest.mark.parametrize(("row", "column"), [("L", "P"), ("P", "F")], ids="".join)
def test_that_letters_follow_flips_and_turns(
    view: SliceView, row: str, column: str, flips: tuple[bool, bool], turns: int
) -> None:
    show(view, AXES[row], AXES[column])
    view.set_flips(*flips)
    view.turn(turns)
    assert read(view) == edges_of(row, column, *flips, turns)


@pytest.mark.parametrize("down", [180, 215], ids=["left", "right"])
def test_that_lines_through_the_image_leave_the_letters_as_they_are(view: SliceView, down: int) -> None:
    """The crosshair stands in the middle when it is switched on, where the letters of the upper and lower edge are."""
    show(view, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    view.zoom(4.0)
    before = red_of(view.render_to_image(SIZE))
    view.set_crosshair(Crosshair(view.projection().world_of_view(238, down)))
    start, end = (view.projection().world_of_view(x, down + 1) for x in (0, 475))
    view.set_reference_lines([ReferenceLine(start, end)])
    after = red_of(view.render_to_image(SIZE))
    for place in EDGES.values():
        here = slice(place.top(), place.bottom()), slice(place.left(), place.right())
        rows, columns = np.nonzero(before[here] > 70)
        letter = slice(rows.min() - 1, rows.max() + 2), slice(columns.min() - 1, columns.max() + 2)
        assert (after[here][letter] == before[here][letter]).all()


# cos and sin of 10, 20 and 70 degrees to six places; a second letter stands from 15 degrees on, the larger part first
@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        pytest.param(
            (0.984808, 0.173648, 0.0), (-0.173648, 0.984808, 0.0),
            {"right": "L", "left": "R", "bottom": "P", "top": "A"}, id="10-degrees-about-the-long-axis",
        ),
        pytest.param(
            (0.939693, 0.342020, 0.0), (-0.342020, 0.939693, 0.0),
            {"right": "LP", "left": "RA", "bottom": "PR", "top": "AL"}, id="20-degrees-about-the-long-axis",
        ),
        pytest.param(
            (0.342020, 0.939693, 0.0), (-0.939693, 0.342020, 0.0),
            {"right": "PL", "left": "AR", "bottom": "RP", "top": "LA"}, id="70-degrees-about-the-long-axis",
        ),
        pytest.param(
            (1.0, 0.0, 0.0), (0.0, 0.939693, -0.342020),
            {"right": "L", "left": "R", "bottom": "PF", "top": "AH"}, id="gantry-tilted-by-20-degrees",
        ),
        pytest.param(
            (0.8, 0.6, 0.0), (0.0, 0.0, -1.0),
            {"right": "LP", "left": "RA", "bottom": "F", "top": "H"}, id="oblique-coronal",
        ),
        pytest.param(
            (0.0, 0.939693, -0.342020), (0.0, -0.342020, -0.939693),
            {"right": "PF", "left": "AH", "bottom": "FA", "top": "HP"}, id="oblique-sagittal",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turns", [0, 1], ids=["upright", "turned"])
def test_that_oblique_images_have_two_letters(
    view: SliceView, row: tuple[float, ...], column: tuple[float, ...], expected: dict[str, str], turns: int
) -> None:
    show(view, row, column)
    view.turn(turns)
    clockwise = {"top": "left", "right": "top", "bottom": "right", "left": "bottom"}
    assert read(view) == {edge: expected[clockwise[edge] if turns else edge] for edge in expected}
