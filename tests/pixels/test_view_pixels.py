"""What a view of 475 x 429 px looks like, pixel by pixel where it matters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFontDatabase, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from viewers.imaging.geometry import SlicePlane
from viewers.widgets.marks import CornerTexts, LineStyle, OverlayLevel, Placeholder, TextLine, ViewLine, ViewPlace
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ArraySource

FONTS = Path(__file__).parents[2] / "resources" / "fonts"
SIZE = QSize(475, 429)
TEXTS = CornerTexts(
    ("Name HEP-0142", "M 63 y", TextLine("FU2", True)), ("2025-06-10", "Se 4"), ("Im 1 / 3",), ("W 200",)
)


@pytest.fixture(autouse=True, scope="module")
def bundled_font(qapp: QApplication) -> None:
    for face in ("Regular", "Bold"):
        QFontDatabase.addApplicationFont(str(FONTS / f"NotoSansKR-{face}.ttf"))


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    """A bright grey square of 100 x 100 mm: 4.29 px for one mm."""
    planes = tuple(SlicePlane((0.0, 0.0, 3.0 * k), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 1.0, 1.0) for k in range(3))
    source = ArraySource(np.full((3, 100, 100), 100, np.int16), planes, series_uid="s")
    shown = SliceView()
    qtbot.addWidget(shown)
    shown.resize(SIZE)
    shown.set_source(source, 1)
    shown.set_window(100, 201)
    return shown


def is_near(colour: QColor, wanted: str, tolerance: int = 12) -> bool:
    other = QColor(wanted)
    pairs = ((colour.red(), other.red()), (colour.green(), other.green()), (colour.blue(), other.blue()))
    return all(abs(a - b) <= tolerance for a, b in pairs)


def count(image: QImage, wanted: str, x: range, y: range) -> int:
    return sum(is_near(image.pixelColor(i, j), wanted) for i in x for j in y)


def written(image: QImage, x: range, y: range) -> bool:
    """Whether there is text, brighter than the image and its plates."""
    return sum(image.pixelColor(i, j).red() > 170 for i in x for j in y) > 10


@pytest.mark.parametrize(
    ("style", "colour"),
    [
        pytest.param(LineStyle.OWN, "#FFE066", id="own"),
        pytest.param(LineStyle.SELECTED, "#FFE066", id="selected"),
        pytest.param(LineStyle.GHOST, "#BFE0F7", id="ghost"),
        pytest.param(LineStyle.PROPOSAL, "#BFE0F7", id="proposal"),
    ],
)
def test_that_a_line_has_the_colour_of_its_kind(view: SliceView, style: LineStyle, colour: str) -> None:
    view.set_lines([ViewLine("a", (20.0, 50.0, 3.0), (80.0, 50.0, 3.0), "s.2", style=style)])
    image = view.render_to_image(SIZE)
    y = round(view.widget_point_of((50.0, 50.0, 3.0)).y())
    along = sum(any(is_near(image.pixelColor(x, y + dy), colour, 40) for dy in (-1, 0)) for x in range(150, 320))
    assert along == 170 if style in (LineStyle.OWN, LineStyle.SELECTED) else 60 < along < 140


def test_that_own_lines_end_in_bars_and_selected_ones_in_handles(view: SliceView) -> None:
    def colours_above_the_end(style: LineStyle) -> list[bool]:
        view.set_lines([ViewLine("a", (20.0, 50.0, 3.0), (80.0, 50.0, 3.0), "s.2", style=style)])
        image = view.render_to_image(SIZE)
        end = view.widget_point_of((80.0, 50.0, 3.0))
        return [
            any(is_near(image.pixelColor(round(end.x()) + dx, round(end.y()) - up), "#FFE066", 60) for dx in (-1, 0))
            for up in (4, 5)
        ]

    assert colours_above_the_end(LineStyle.OWN) == [True, True]
    assert colours_above_the_end(LineStyle.SELECTED) == [True, False]


def test_that_a_plate_darkens_the_image_by_62_percent(view: SliceView) -> None:
    view.set_corner_texts(CornerTexts(("MMMMMMMMMMMMMMMMM",)))
    # the plate reaches 4 px beyond the text; the image begins 23 px from the left edge
    assert view.render_to_image(SIZE).pixelColor(40, 8).red() == pytest.approx(128 * 0.38, abs=2)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        pytest.param(OverlayLevel.FULL, (True, True, True), id="full"),
        pytest.param(OverlayLevel.MINIMAL, (True, False, True), id="minimal"),
        pytest.param(OverlayLevel.OFF, (True, False, False), id="off"),
    ],
)
def test_that_name_and_date_always_stay(
    view: SliceView, level: OverlayLevel, expected: tuple[bool, bool, bool]
) -> None:
    view.set_corner_texts(TEXTS)
    view.set_overlay(level)
    image = view.render_to_image(SIZE)
    name = written(image, range(10, 120), range(8, 22))
    date = written(image, range(380, 466), range(8, 22))
    second_line = written(image, range(380, 466), range(23, 36))
    image_number = written(image, range(46, 120), range(405, 422))
    assert (name and date, second_line, image_number) == expected


def test_that_the_label_of_a_line_never_covers_name_or_date(view: SliceView) -> None:
    view.set_corner_texts(TEXTS)
    view.set_lines([ViewLine("a", (90.0, 3.0, 3.0), (98.0, 1.0, 3.0), "s.2", label="IT2 88.8 mm")])
    image = view.render_to_image(SIZE)
    assert count(image, "#FFE066", range(400, 475), range(8, 22)) == 0
    assert count(image, "#FFE066", range(370, 475), range(38, 70)) > 20


def test_that_an_error_banner_is_24_px_of_the_error_tone(view: SliceView) -> None:
    view.set_banner("NOT MEASURABLE: no geometry.")
    image = view.render_to_image(SIZE)
    assert [is_near(image.pixelColor(470, y), "#FF6B6B") for y in (0, 23, 24)] == [True, True, False]


def test_that_a_missing_phase_is_a_grey_tile_and_no_image(view: SliceView) -> None:
    view.set_placeholder(Placeholder("Arterial phase missing.", missing=True))
    image = view.render_to_image(SIZE)
    assert is_near(image.pixelColor(300, 300), "#242A2F", 1)
    assert count(image, "#808080", range(0, 475, 5), range(250, 429, 5)) == 0


def test_that_the_active_view_has_an_accent_border_and_progress_a_thin_line(view: SliceView) -> None:
    view.set_active(True)
    view.set_progress(0.5)
    image = view.grab().toImage()
    assert all(is_near(image.pixelColor(*p), "#6CB6FF", 2) for p in ((0, 200), (474, 200), (200, 0), (200, 428)))
    view.set_active(False)
    image = view.grab().toImage()
    assert is_near(image.pixelColor(200, 428), "#6CB6FF", 2)
    assert not is_near(image.pixelColor(300, 428), "#6CB6FF", 40)


def test_that_the_ruler_is_as_long_as_it_says(view: SliceView) -> None:
    image = view.render_to_image(SIZE)
    column = "".join("#" if image.pixelColor(10, y).red() > 150 else " " for y in range(429))
    # 60 % of 429 px hold 6 whole cm of 42.9 px; its lower end is far from the letters of "6 cm"
    assert max(map(len, column.split())) == pytest.approx(6 * 42.9, abs=2)


def test_that_no_ruler_stands_on_an_image_that_may_not_be_measured(view: SliceView) -> None:
    view.set_source(ArraySource(np.full((1, 100, 100), -500, np.int16), measurable=False, why_not="No geometry."))
    image = view.render_to_image(SIZE)
    assert [y for y in range(429) if image.pixelColor(10, y).red() > 60] == []


def test_that_a_render_at_twice_the_size_shows_the_same_part(view: SliceView) -> None:
    view.set_framing(type(view.projection().framing)((30.0, 40.0), 8.0))
    small, large = view.projection(), view.projection((950.0, 858.0))
    assert large.world_of_view(475, 429) == pytest.approx(small.world_of_view(237.5, 214.5))
    assert large.framing.px_per_mm == pytest.approx(16.0)


@pytest.mark.parametrize(
    ("index", "radius_mm"),
    [pytest.param(1, 5.0, id="through-the-middle"), pytest.param(2, 4.0, id="3-mm-beside-it")],
)
def test_that_a_place_is_a_circle_as_large_as_the_cut(view: SliceView, index: int, radius_mm: float) -> None:
    view.set_index(index)
    view.set_places([ViewPlace((50.0, 50.0, 3.0), 5.0)])
    image = view.render_to_image(SIZE)
    centre = view.widget_point_of((50.0, 50.0, 3.0))
    pale = [
        np.hypot(x + 0.5 - centre.x(), y + 0.5 - centre.y())
        for x in range(200, 280)
        for y in range(180, 260)
        if image.pixelColor(x, y).blue() > 170
    ]
    assert np.mean(pale) == pytest.approx(radius_mm * 4.29, abs=0.7)


def test_that_a_place_is_not_shown_beyond_its_radius(view: SliceView) -> None:
    before = view.render_to_image(SIZE)
    view.set_places([ViewPlace((50.0, 50.0, 30.0), 5.0, "IT1")])
    assert view.render_to_image(SIZE) == before
