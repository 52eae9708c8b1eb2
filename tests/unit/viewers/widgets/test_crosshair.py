"""What is painted of the crosshair: rings where a line turns its plane, and lines that are sharp wherever they lie."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from viewers.imaging.geometry import SlicePlane
from viewers.tools.crosshair import CrossLine, line_at
from viewers.widgets.crosshair import Crosshair, Cut, ReferenceLine, lines_in_sight
from viewers.widgets.marks import CornerTexts
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ArraySource

SIZE = QSize(475, 429)
LONG = "Se 4 Liver dynamic CT A-phase"
ALL_CORNERS = CornerTexts(*((LONG, LONG, LONG) for _ in range(4)))


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    """A black image, 1 mm a pixel."""
    shown = SliceView()
    qtbot.addWidget(shown)
    shown.resize(SIZE)
    plane = SlicePlane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 1.0, 1.0)
    shown.set_source(ArraySource(np.full((1, 429, 475), -2000, np.int16), (plane,)), 0)
    return shown


def pixels(image: QImage) -> np.ndarray:
    """Rows x columns of 0xRRGGBB."""
    raw = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return (raw[:, : image.width()] & 0xFFFFFF).copy()


def test_that_the_rings_of_a_line_through_the_corners_are_in_sight_and_turn_it(view: SliceView) -> None:
    """As large as the view, an image has the ends of its diagonals below the corner texts."""
    view.set_corner_texts(ALL_CORNERS)
    middle = view.projection().world_of_view(SIZE.width() / 2, SIZE.height() / 2)
    way = (math.cos(math.atan2(SIZE.height(), SIZE.width())), math.sin(math.atan2(SIZE.height(), SIZE.width())), 0.0)

    def painted(turnable: bool) -> np.ndarray:
        view.set_crosshair(Crosshair(middle, (Cut("", way, turnable),)))
        return pixels(view.render_to_image(SIZE))

    rows, columns = np.nonzero(painted(turnable=True) != painted(turnable=False))
    view.set_crosshair(Crosshair(middle, (Cut("OBL", way, turnable=True),)))
    projection = view.projection()
    lines: tuple[CrossLine, ...] = lines_in_sight(Crosshair(middle, (Cut("OBL", way, True),)), projection, (429, 475))
    halves = (columns < SIZE.width() / 2, columns >= SIZE.width() / 2)
    drawn = [int(np.count_nonzero(half)) for half in halves]
    assert min(drawn) > 20 and max(drawn) < 1.2 * min(drawn), "two whole rings"
    for half in halves:
        at = projection.world_of_view(float(columns[half].mean()), float(rows[half].mean()))
        found = line_at(at, middle, lines, projection.mm_per_px)
        assert found is not None and found[1], "where the ring is, the line turns its plane"


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_that_level_and_upright_lines_are_as_strong_wherever_they_lie(view: SliceView, ratio: float) -> None:
    accent, ghost = (QColor(name).rgb() & 0xFFFFFF for name in (view.colours.accent, view.colours.ghost))
    for shift in (0.0, 0.3, 0.5, 0.8):
        place = view.projection().world_of_view(200.0 + shift, 150.0 + shift)
        view.set_crosshair(Crosshair(place))
        seen = pixels(view.render_to_image(SIZE, ratio)) == accent
        assert seen.sum(axis=0).max() > 300 * ratio and seen.sum(axis=1).max() > 300 * ratio
        view.set_crosshair(None)
        view.set_reference_lines((ReferenceLine(place, (place[0] + 200.0, place[1], 0.0)),))
        assert (pixels(view.render_to_image(SIZE, ratio)) == ghost).sum(axis=1).max() > 80 * ratio
        view.set_reference_lines(())
