from __future__ import annotations

import math

import numpy as np
import pytest

from viewers.imaging.chord import longest_chord, longest_diameter, longest_of, perpendicular_chord

SPACINGS = [(0.7, 0.7), (1.1, 0.7), (1.8, 1.8)]


def mm_grid(spacing_mm, half_mm=70.0):
    """x and y in mm from a point off the pixel centres."""
    rows, columns = (2 * int(half_mm / step) + 1 for step in spacing_mm)
    y, x = np.mgrid[:rows, :columns]
    return (x - columns // 2 - 0.3) * spacing_mm[1], (y - rows // 2 - 0.2) * spacing_mm[0]


def disc(x, y, radius, at=(0.0, 0.0)):
    return (radius - np.hypot(x - at[0], y - at[1])).astype(np.float32)


@pytest.mark.parametrize("spacing_mm", SPACINGS, ids=str)
def test_that_the_longest_chord_of_a_disc_is_its_diameter(spacing_mm):
    chord = longest_chord(disc(*mm_grid(spacing_mm), 20.0), spacing_mm)
    assert chord.length_mm == pytest.approx(40.0, abs=0.1)


@pytest.mark.parametrize("spacing_mm", SPACINGS, ids=str)
def test_that_the_longest_chord_of_a_ring_is_the_tangent_to_its_hole(spacing_mm):
    x, y = mm_grid(spacing_mm)
    ring = np.minimum(disc(x, y, 60.0), -disc(x, y, 41.0, (3.0, -2.0)))
    # R² = (L/2)² + (r - d)², on the far side of a hole that is d off the centre
    true = 2 * math.sqrt(60.0**2 - (41.0 - math.hypot(3.0, 2.0)) ** 2)
    chord = longest_chord(ring, spacing_mm)
    assert chord.length_mm == pytest.approx(true, abs=0.25)
    assert longest_diameter(ring, spacing_mm).length_mm == pytest.approx(120.0, abs=0.2)


def test_that_the_ends_and_the_length_agree():
    spacing_mm = (1.1, 0.7)
    chord = longest_chord(disc(*mm_grid(spacing_mm), 15.0), spacing_mm)
    dx, dy = (chord.end[0] - chord.start[0]) * 0.7, (chord.end[1] - chord.start[1]) * 1.1
    assert math.hypot(dx, dy) == pytest.approx(chord.length_mm)


def test_that_the_short_axis_of_an_ellipse_is_its_minor_axis():
    x, y = mm_grid((0.7, 0.7))
    along, across = 0.8 * x + 0.6 * y, 0.8 * y - 0.6 * x
    ellipse = (25 * (1 - np.sqrt((along / 25) ** 2 + (across / 12) ** 2))).astype(np.float32)
    long = longest_chord(ellipse, (0.7, 0.7))
    assert long.length_mm == pytest.approx(50.0, abs=0.15)
    assert perpendicular_chord(ellipse, (0.7, 0.7), long).length_mm == pytest.approx(24.0, abs=0.15)


def test_that_the_short_axis_stops_at_a_hole():
    x, y = mm_grid((0.7, 0.7))
    bar = np.minimum(30 - np.abs(x), 8 - np.abs(y))
    holed = np.minimum(bar, np.maximum(np.abs(x) - 40, np.abs(y + 3) - 1)).astype(
        np.float32
    )  # a slit along x at y = -3
    long = longest_chord(holed, (0.7, 0.7))
    short = perpendicular_chord(holed, (0.7, 0.7), long)
    assert short.length_mm == pytest.approx(10.0, abs=0.4)  # from y = -2 to y = 8


@pytest.mark.parametrize(("gap_mm", "crosses"), [(0.0, False), (1.7, False), (2.4, True)], ids=str)
def test_that_a_gap_is_crossed_only_within_the_tolerance(gap_mm, crosses):
    x, y = mm_grid((0.7, 0.7))
    bar = np.minimum(np.minimum(20 - np.abs(x), 5 - np.abs(y)), np.abs(x - 4) - 1).astype(np.float32)
    chord = longest_chord(bar, (0.7, 0.7), gap_mm=gap_mm)
    # left of the gap: from x = -20 to 3, corner to corner; across it: corner to corner of the whole bar
    true = math.hypot(40, 10) if crosses else math.hypot(23, 10)
    assert chord.length_mm == pytest.approx(true, abs=0.5)


def test_that_the_best_slice_is_the_one_of_the_longest_chord_and_not_of_the_largest_area():
    x, y = mm_grid((0.7, 0.7))
    wide = np.minimum(disc(x, y, 25.0), -disc(x, y, 15.0))  # area 1257 mm², chord 40 mm
    thin = np.minimum(24 - np.abs(x), 5 - np.abs(y)).astype(np.float32)  # area 480 mm², chord 49 mm
    k, chord = longest_of([wide, thin, -np.ones_like(thin)], (0.7, 0.7))
    assert k == 1
    assert chord.length_mm == pytest.approx(math.hypot(48, 10), abs=0.4)


def test_that_an_empty_shape_has_no_chord():
    empty = -np.ones((20, 20), np.float32)
    assert longest_chord(empty, (1.0, 1.0)) is None
    assert longest_diameter(empty, (1.0, 1.0)) is None


def test_that_a_shape_that_reaches_the_border_ends_there():
    chord = longest_chord(np.ones((21, 11), np.float32), (1.0, 1.0))
    assert chord.length_mm == pytest.approx(math.hypot(19, 9), abs=0.5)  # half a pixel inside on every side


def test_that_shorter_lines_are_not_looked_for_where_a_longer_one_is_known():
    assert longest_chord(disc(*mm_grid((0.7, 0.7)), 20.0), (0.7, 0.7), longer_than_mm=45.0) is None
