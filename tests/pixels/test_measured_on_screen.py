"""From the pixels of the screen to the millimetres of the record: marks are looked for in what is painted, a line is
drawn from one to the other with the mouse, and what is told is compared with where the marks were put.

Nothing of the views' own projection is asked: a fault in it moves picture and line apart.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from tests.support.phantoms import turned
from tests.support.pictures import red_of, spots
from viewers.imaging.geometry import SlicePlane
from viewers.tools.navigate import Framing
from viewers.widgets.drawing import Tool
from viewers.widgets.marks import DrawnLine, OverlayLevel
from viewers.widgets.slice_view import SliceView
from viewers.widgets.source import ArraySource

SIZE = QSize(475, 429)
ROWS, COLUMNS = 120, 160
ROW_MM, COLUMN_MM, SLICE_MM = 0.7, 1.1, 3.0
MARK_MM = 1.6
"""Standard deviation of a mark: two pixels, so that its middle is found to a part of one."""

Point = tuple[float, float, float]

angles = st.tuples(st.floats(-80, 80), st.floats(-80, 80))
marks = st.tuples(st.floats(25, COLUMNS - 26), st.floats(25, ROWS - 26))
framings = st.tuples(st.floats(1.6, 4.0), st.booleans(), st.booleans(), st.integers(0, 3))
ratios = st.sampled_from((1.0, 1.5, 2.0))
in_view = st.tuples(st.floats(0, 475), st.floats(0, 429))


def plane_of(degrees: tuple[float, float], k: int = 0) -> SlicePlane:
    row, column = turned(*degrees)
    normal = np.cross(row, column)
    x, y, z = np.array((-31.0, 12.5, 240.0)) + SLICE_MM * k * normal
    return SlicePlane((float(x), float(y), float(z)), row, column, ROW_MM, COLUMN_MM)


def place(degrees: tuple[float, float], column: float, row: float, k: int) -> NDArray[np.float64]:
    """DICOM PS3.3 C.7.6.2.1.1: position + column x spacing x row direction + row x spacing x column direction."""
    directions = [np.array(direction) for direction in turned(*degrees)]
    origin = np.array((-31.0, 12.5, 240.0)) + SLICE_MM * k * np.cross(*directions)
    return np.asarray(origin + column * COLUMN_MM * directions[0] + row * ROW_MM * directions[1])


def marked(ends: tuple[tuple[float, float], ...]) -> NDArray[np.int16]:
    """An image with a bright round mark, round in mm, at each place (column, row)."""
    rows, columns = np.indices((ROWS, COLUMNS))
    image = np.zeros((ROWS, COLUMNS))
    for column, row in ends:
        squared = ((columns - column) * COLUMN_MM) ** 2 + ((rows - row) * ROW_MM) ** 2
        image += 1000 * np.exp(-squared / (2 * MARK_MM**2))
    return image.astype(np.int16)


def view_of(degrees: tuple[float, float], image: NDArray[np.int16]) -> SliceView:
    """Image 1 of three; the others are empty."""
    array = np.zeros((3, ROWS, COLUMNS), np.int16)
    array[1] = image
    view = SliceView()
    view.resize(SIZE)
    view.set_source(ArraySource(array, tuple(plane_of(degrees, k) for k in range(3)), "s"), 1)
    view.set_window(500, 1001)
    view.set_overlay(OverlayLevel.OFF)
    return view


def drawn(view: SliceView, start: QPointF, end: QPointF) -> DrawnLine:
    """What the view tells of a line drawn by press, move and release."""
    told: list[DrawnLine] = []
    view.line_drawn.connect(told.append)
    view.arm(Tool.CALIPER)
    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    for kind, at, button, held in (
        (QEvent.Type.MouseButtonPress, start, left, left),
        (QEvent.Type.MouseMove, (start + end) / 2, none, left),
        (QEvent.Type.MouseMove, end, none, left),
        (QEvent.Type.MouseButtonRelease, end, left, none),
    ):
        event = QMouseEvent(kind, at, view.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(view, event)
    return told[0]


@pytest.mark.usefixtures("qapp")
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(angles, st.tuples(marks, marks), framings, ratios)
def test_that_a_line_between_marks_on_the_screen_is_as_long_as_they_are_apart(
    degrees: tuple[float, float],
    ends: tuple[tuple[float, float], tuple[float, float]],
    framed: tuple[float, bool, bool, int],
    ratio: float,
) -> None:
    (c0, r0), (c1, r1) = ends
    truth_mm = math.hypot((c0 - c1) * COLUMN_MM, (r0 - r1) * ROW_MM)
    px_per_mm, flip_h, flip_v, turns = framed
    assume(12 * MARK_MM < truth_mm < 300 / px_per_mm)
    view = view_of(degrees, marked(ends))
    middle = ((c0 + c1) / 2 * COLUMN_MM, (r0 + r1) / 2 * ROW_MM)
    view.set_framing(Framing(middle, px_per_mm, flip_h, flip_v, turns))
    seen = spots(red_of(view.render_to_image(SIZE, ratio)), 2, 5 * MARK_MM * px_per_mm * ratio)
    # a pointer is at whole pixels of the device
    a, b = (QPointF(round(x) / ratio, round(y) / ratio) for x, y in seen)
    line = drawn(view, a, b)
    assert line.length_mm == pytest.approx(truth_mm, abs=1.5 / px_per_mm)
    truth = [place(degrees, column, row, 1) for column, row in ends]
    found = [np.array(line.start), np.array(line.end)]
    either_way = (((0, 0), (1, 1)), ((0, 1), (1, 0)))
    apart = min(max(np.linalg.norm(found[i] - truth[j]) for i, j in pairs) for pairs in either_way)
    assert apart < 1.5 / px_per_mm
    assert (line.sop_uid, line.frame) == ("s.2", 1)


@pytest.mark.usefixtures("qapp")
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(angles, st.tuples(marks, marks), framings, ratios)
def test_that_the_length_that_is_told_is_that_of_the_points_that_were_placed(
    degrees: tuple[float, float],
    ends: tuple[tuple[float, float], tuple[float, float]],
    framed: tuple[float, bool, bool, int],
    ratio: float,
) -> None:
    view = view_of(degrees, np.zeros((ROWS, COLUMNS), np.int16))
    px_per_mm, flip_h, flip_v, turns = framed
    view.set_framing(Framing((80.0, 40.0), px_per_mm, flip_h, flip_v, turns))
    placed = [place(degrees, column, row, 1) for column, row in ends]
    a, b = (view.widget_point_of((float(p[0]), float(p[1]), float(p[2]))) for p in placed)
    assume((a - b).manhattanLength() > 12)
    line = drawn(view, a, b)
    assert line.length_mm == pytest.approx(float(np.linalg.norm(placed[0] - placed[1])), abs=0.01)
    assert np.linalg.norm(np.array(line.start) - placed[0]) < 0.01
    assert np.linalg.norm(np.array(line.end) - placed[1]) < 0.01
    # where a picture of another ratio is made, the place is the same, in pixels of that picture
    larger = view.projection((SIZE.width() * ratio, SIZE.height() * ratio))
    x, y = larger.view_of_world(line.start)
    assert (x / ratio, y / ratio) == pytest.approx((a.x(), a.y()), abs=1e-6)


@pytest.mark.usefixtures("qapp")
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(angles, in_view, st.floats(0.1, 100), framings, ratios)
def test_that_a_place_that_is_seen_is_seen_again_where_it_was(
    degrees: tuple[float, float],
    at: tuple[float, float],
    px_per_mm: float,
    framed: tuple[float, bool, bool, int],
    ratio: float,
) -> None:
    view = view_of(degrees, np.zeros((ROWS, COLUMNS), np.int16))
    view.set_framing(Framing((80.0, 40.0), px_per_mm, *framed[1:]))
    seen = view.projection((SIZE.width() * ratio, SIZE.height() * ratio))
    there = seen.world_of_view(at[0] * ratio, at[1] * ratio)
    assert seen.view_of_world(there) == pytest.approx((at[0] * ratio, at[1] * ratio), abs=1e-6)
    assert abs(plane_of(degrees, 1).distance_mm(there)) < 1e-9
