"""What figures are and how they are reshaped, on an oblique plane with pixels of 0.7 x 1.1 mm."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.tool_events import OBLIQUE as PLANE
from viewers.imaging.geometry import along, dot, length_mm, minus
from viewers.tools.events import Point
from viewers.tools.figures import (
    POINT_COUNTS,
    FigureKind,
    Points,
    angle_degrees,
    ellipse_in_box,
    ellipse_outline,
    handle_points,
    is_sound,
    reshaped,
    shifted,
)

RIGHT, DOWN = PLANE.row_direction, PLANE.column_direction


def on_plane(*places_mm: tuple[float, float]) -> Points:
    """Places given in mm along the rows and down the columns."""
    return tuple(along(along(PLANE.origin, RIGHT, x), DOWN, y) for x, y in places_mm)


def in_mm(point: Point) -> tuple[float, float]:
    run = minus(point, PLANE.origin)
    return dot(run, RIGHT), dot(run, DOWN)


BIDIRECTIONAL = on_plane((0, 0), (40, 0), (10, -3), (10, 9))
ELLIPSE = on_plane((0, 10), (40, 10), (20, 0), (20, 20))
CIRCLE = tuple(
    on_plane((30 + 20 * math.cos(t * math.pi / 32), 30 + 20 * math.sin(t * math.pi / 32)))[0] for t in range(64)
)


@pytest.mark.parametrize(
    ("legs", "degrees"),
    [
        pytest.param([(10, 0), (0, 0), (0, 5)], 90.0, id="right"),
        pytest.param([(10, 0), (0, 0), (-3, 0)], 180.0, id="straight"),
        pytest.param([(10, 0), (0, 0), (7, 7)], 45.0, id="45"),
        pytest.param([(1, 0), (0, 0), (-1, math.sqrt(3))], 120.0, id="120"),
        pytest.param([(5, 1), (0, 0), (10, 2)], 0.0, id="none"),
    ],
)
def test_that_an_angle_is_measured_in_the_patient(legs: list[tuple[float, float]], degrees: float) -> None:
    assert angle_degrees(on_plane(*legs)) == pytest.approx(degrees, abs=1e-6)


def test_that_an_ellipse_fills_its_box_whichever_corner_came_first() -> None:
    corners = on_plane((2, 3), (12, 9))
    points = ellipse_in_box(*corners, RIGHT, DOWN)
    assert [in_mm(p) for p in points] == [pytest.approx(p) for p in ((2, 6), (12, 6), (7, 3), (7, 9))]
    back = ellipse_in_box(*corners[::-1], RIGHT, DOWN)
    assert {tuple(round(x, 9) for x in in_mm(p)) for p in back} == {(2, 6), (12, 6), (7, 3), (7, 9)}


def test_that_the_outline_of_an_ellipse_lies_on_it() -> None:
    for point in ellipse_outline(ELLIPSE):
        x, y = in_mm(point)
        assert ((x - 20) / 20) ** 2 + ((y - 10) / 10) ** 2 == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("handle", "to", "expected"),
    [
        # the short line crosses a quarter along, 3 mm on one side and 9 mm on the other
        pytest.param(1, (0, 40), [(0, 0), (0, 40), (3, 10), (-9, 10)], id="long end turned by 90 degrees"),
        pytest.param(1, (80, 0), [(0, 0), (80, 0), (20, -3), (20, 9)], id="long end pulled out"),
        pytest.param(0, (-40, 0), [(-40, 0), (40, 0), (-20, -3), (-20, 9)], id="long start pulled out"),
        pytest.param(3, (10, 15), [(0, 0), (40, 0), (10, -3), (10, 15)], id="short end pulled out"),
        pytest.param(3, (25, 9), [(0, 0), (40, 0), (25, -3), (25, 9)], id="short line slid along"),
        pytest.param(2, (5, -6), [(0, 0), (40, 0), (5, -6), (5, 9)], id="short start"),
    ],
)
def test_that_the_short_line_keeps_its_share_and_its_sides(
    handle: int, to: tuple[float, float], expected: list[tuple[float, float]]
) -> None:
    moved = reshaped(FigureKind.BIDIRECTIONAL, BIDIRECTIONAL, handle, on_plane(to)[0], PLANE)
    assert moved is not None
    assert [in_mm(p) for p in moved] == [pytest.approx(p, abs=1e-9) for p in expected]


place = st.tuples(st.floats(-60, 60), st.floats(-60, 60))


@given(st.lists(st.tuples(st.integers(0, 3), place), max_size=30))
def test_that_no_sequence_of_drags_makes_the_lines_other_than_perpendicular(
    drags: list[tuple[int, tuple[float, float]]],
) -> None:
    points = BIDIRECTIONAL
    for handle, to in drags:
        moved = reshaped(FigureKind.BIDIRECTIONAL, points, handle, on_plane(to)[0], PLANE)
        if moved is None or min(length_mm(*moved[:2]), length_mm(*moved[2:])) < 0.01:
            continue  # too small a figure to tell an angle by
        before, points = points, moved
        long, short = minus(points[1], points[0]), minus(points[3], points[2])
        assert abs(dot(long, short)) <= 1e-7 * math.hypot(*long) * math.hypot(*short)
        assert all(abs(PLANE.distance_mm(point)) < 1e-7 for point in points)
        if handle < 2:  # what was not dragged is as long as it was
            assert length_mm(*points[2:]) == pytest.approx(length_mm(*before[2:]), abs=1e-6)
            assert points[1 - handle] == before[1 - handle]
        else:
            assert points[:2] == before[:2]


@given(st.lists(st.tuples(st.integers(0, 3), place), max_size=30))
def test_that_the_axes_of_an_ellipse_stay_perpendicular_through_one_centre(
    drags: list[tuple[int, tuple[float, float]]],
) -> None:
    points = ELLIPSE
    for handle, to in drags:
        moved = reshaped(FigureKind.ELLIPSE, points, handle, on_plane(to)[0], PLANE)
        if moved is None or min(length_mm(*moved[:2]), length_mm(*moved[2:])) < 0.01:
            continue
        opposite = handle + 1 - 2 * (handle % 2)
        assert moved[opposite] == points[opposite]
        points = moved
        centres = [[(a + b) / 2 for a, b in zip(*ends, strict=True)] for ends in (points[:2], points[2:])]
        assert centres[0] == pytest.approx(centres[1], abs=1e-6)
        u, v = minus(points[1], points[0]), minus(points[3], points[2])
        assert abs(dot(u, v)) <= 1e-7 * math.hypot(*u) * math.hypot(*v)


def test_that_an_outline_is_pulled_up_to_the_neighbouring_handles_and_no_farther() -> None:
    handles = handle_points(FigureKind.FREEHAND, CIRCLE)
    assert handles == (0, 8, 16, 24, 32, 40, 48, 56)
    moved = reshaped(FigureKind.FREEHAND, CIRCLE, 8, shifted((CIRCLE[8],), (0.0, 0.0, 7.0))[0], PLANE)
    assert moved is not None
    by = [length_mm(a, b) for a, b in zip(CIRCLE, moved, strict=True)]
    assert by[8] == pytest.approx(7.0)
    assert (by[4], by[12]) == pytest.approx((3.5, 3.5))
    assert [*by[16:], by[0]] == pytest.approx([0.0] * 49, abs=1e-9)


def test_that_a_corner_of_a_simple_outline_moves_alone() -> None:
    square = on_plane((0, 0), (10, 0), (10, 10), (0, 10))
    moved = reshaped(FigureKind.FREEHAND, square, 2, on_plane((14, 15))[0], PLANE)
    assert moved is not None
    assert moved[:2] + moved[3:] == square[:2] + square[3:]
    assert in_mm(moved[2]) == pytest.approx((14, 15))


@pytest.mark.parametrize(
    ("kind", "points", "sound"),
    [
        pytest.param(FigureKind.LENGTH, [(0, 0), (1, 0)], True, id="length"),
        pytest.param(FigureKind.LENGTH, [(0, 0), (0, 0)], False, id="length of nothing"),
        pytest.param(FigureKind.LENGTH, [(0, 0)], False, id="one end"),
        pytest.param(FigureKind.BIDIRECTIONAL, [(0, 0), (9, 0), (4, 1), (4, 1)], False, id="no short line"),
        pytest.param(FigureKind.ANGLE, [(0, 0), (9, 0), (9, 0)], False, id="one leg"),
        pytest.param(FigureKind.ELLIPSE, [(0, 5), (9, 5), (4, 5), (4, 5)], False, id="flat ellipse"),
        pytest.param(FigureKind.POINT, [(3, 3)], True, id="point"),
        pytest.param(FigureKind.POINT, [(3, math.nan)], False, id="no place"),
        pytest.param(FigureKind.FREEHAND, [(0, 0), (1, 0)], False, id="two corners"),
        pytest.param(FigureKind.FREEHAND, [(0, 0), (1, 0), (1, 0), (1, 1)], True, id="a corner twice"),
        pytest.param(FigureKind.FREEHAND, [(0, 0)] * 4, False, id="one place"),
    ],
)
def test_what_makes_a_figure(kind: FigureKind, points: list[tuple[float, float]], sound: bool) -> None:
    assert is_sound(kind, on_plane(*points)) is sound


@given(st.sampled_from([kind for kind in FigureKind if kind in POINT_COUNTS]), st.data())
def test_that_reshaping_leaves_a_figure_or_says_that_none_is_left(kind: FigureKind, data: st.DataObject) -> None:
    points = on_plane(*data.draw(st.lists(place, min_size=POINT_COUNTS[kind], max_size=POINT_COUNTS[kind])))
    if kind is FigureKind.BIDIRECTIONAL:
        points = BIDIRECTIONAL
    if kind is FigureKind.ELLIPSE:
        points = ELLIPSE
    assume(is_sound(kind, points))
    handle = data.draw(st.sampled_from(handle_points(kind, points)))
    moved = reshaped(kind, points, handle, on_plane(data.draw(place))[0], PLANE)
    assert moved is None or is_sound(kind, moved)


def test_that_a_figure_that_would_vanish_is_not_reshaped() -> None:
    line = on_plane((0, 0), (10, 0))
    assert reshaped(FigureKind.LENGTH, line, 1, line[0], PLANE) is None
    assert reshaped(FigureKind.BIDIRECTIONAL, BIDIRECTIONAL, 0, BIDIRECTIONAL[1], PLANE) is None
