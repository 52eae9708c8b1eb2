"""What the pixels of a region say: worked by hand, and against other tools, on anisotropic and oblique planes."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
import SimpleITK
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPolygonF

from viewers.imaging.geometry import SlicePlane, along
from viewers.imaging.regions import Ellipse, Polygon, Region, area_mm2, pixels_in, region_statistics

AXIAL = SlicePlane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.7, 1.1)
TILTED = SlicePlane((5.0, -20.0, 40.0), (0.8, 0.6, 0.0), (0.36, -0.48, -0.8), 0.7, 1.1)
ROWS, COLUMNS = 60, 80
RAMP = (np.arange(ROWS)[:, None] * 100 + np.arange(COLUMNS)[None, :]).astype(np.int16)
"""The pixel of row r, column c holds 100 r + c."""

Place = tuple[float, float]


def polygon(plane: SlicePlane, *corners_px: Place) -> Polygon:
    """Corners given as (column, row)."""
    return Polygon(tuple(plane.to_world(*corner) for corner in corners_px))


def ellipse(plane: SlicePlane, centre_px: Place, a_mm: float, b_mm: float, degrees: float = 0.0) -> Ellipse:
    """Semi-axes in mm, the first turned from the row direction towards the column direction."""
    centre = plane.to_world(*centre_px)
    turn = math.radians(degrees)
    u = tuple(math.cos(turn) * r + math.sin(turn) * c for r, c in zip(*directions(plane), strict=True))
    v = tuple(-math.sin(turn) * r + math.cos(turn) * c for r, c in zip(*directions(plane), strict=True))
    return Ellipse(
        (along(centre, u, -a_mm), along(centre, u, a_mm)),  # type: ignore[arg-type]
        (along(centre, v, -b_mm), along(centre, v, b_mm)),  # type: ignore[arg-type]
    )


def directions(plane: SlicePlane) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return plane.row_direction, plane.column_direction


def members(region: Region, plane: SlicePlane) -> set[tuple[int, int]]:
    """(column, row) of the pixels in a region."""
    rows, columns, inside = pixels_in(region, plane, (ROWS, COLUMNS))
    return {(columns.start + int(c), rows.start + int(r)) for r, c in np.argwhere(inside)}


@pytest.mark.parametrize("plane", [AXIAL, TILTED], ids=["axial", "tilted"])
def test_a_rectangle_by_hand(plane: SlicePlane) -> None:
    found = region_statistics(RAMP, plane, polygon(plane, (9.5, 19.5), (12.5, 19.5), (12.5, 21.5), (9.5, 21.5)))
    # rows 20 and 21, columns 10, 11, 12: 2010 2011 2012 2110 2111 2112; deviations from 2061 are +-50 and +-51, +-49
    assert (found.pixels, found.padded) == (6, 0)
    assert (found.mean, found.minimum, found.maximum) == (2061.0, 2010.0, 2112.0)
    assert found.sd == pytest.approx(math.sqrt((2 * (51**2 + 50**2 + 49**2)) / 5))
    assert found.area_mm2 == pytest.approx(3 * 1.1 * 2 * 0.7)


def test_that_a_centre_on_the_outline_belongs_to_the_region() -> None:
    assert members(polygon(AXIAL, (10, 20), (12, 20), (12, 22), (10, 22)), AXIAL) == {
        (c, r) for c in (10, 11, 12) for r in (20, 21, 22)
    }
    circle = ellipse(AXIAL, (10, 20), 1.1, 0.7)  # one pixel to each side
    assert members(circle, AXIAL) == {(10, 20), (9, 20), (11, 20), (10, 19), (10, 21)}


def test_an_ellipse_by_hand() -> None:
    # semi-axes 2.5 columns, 1.5 rows: columns 8-12 of row 20; of rows 19 and 21 |dc| <= 2.5 sqrt(1 - 1/2.25) = 1.86
    found = region_statistics(RAMP, AXIAL, ellipse(AXIAL, (10, 20), 2.5 * 1.1, 1.5 * 0.7))
    assert found.pixels == 5 + 3 + 3
    assert found.mean == pytest.approx(2010.0)
    assert (found.minimum, found.maximum) == (1909.0, 2111.0)
    assert found.area_mm2 == pytest.approx(math.pi * 2.75 * 1.05)


def test_that_a_region_between_the_centres_has_an_area_and_no_value() -> None:
    found = region_statistics(RAMP, AXIAL, ellipse(AXIAL, (10.5, 20.5), 0.4, 0.3))
    assert (found.pixels, found.mean, found.sd, found.minimum, found.maximum) == (0, None, None, None, None)
    assert found.area_mm2 == pytest.approx(math.pi * 0.12)


def test_that_one_pixel_has_a_value_and_no_spread() -> None:
    found = region_statistics(RAMP, AXIAL, ellipse(AXIAL, (10, 20), 0.5, 0.3))
    assert (found.pixels, found.mean, found.sd) == (1, 2010.0, None)


def test_that_padding_counts_apart_and_for_no_value() -> None:
    values = RAMP.copy()
    values[20, 11] = -2000
    found = region_statistics(
        values, AXIAL, polygon(AXIAL, (9.5, 19.5), (12.5, 19.5), (12.5, 20.5), (9.5, 20.5)), values == -2000
    )
    assert (found.pixels, found.padded, found.mean, found.minimum) == (2, 1, 2011.0, 2010.0)
    none_left = region_statistics(values, AXIAL, ellipse(AXIAL, (11, 20), 0.5, 0.3), values == -2000)
    assert (none_left.pixels, none_left.padded, none_left.mean) == (0, 1, None)


def test_that_a_region_counts_only_as_far_as_the_image_goes() -> None:
    found = region_statistics(RAMP, AXIAL, polygon(AXIAL, (-5, -5), (1.5, -5), (1.5, 1.5), (-5, 1.5)))
    assert (found.pixels, found.maximum) == (4, 101.0)
    assert region_statistics(RAMP, AXIAL, polygon(AXIAL, (90, 5), (95, 5), (95, 9))).pixels == 0


def test_that_a_hollow_is_not_part_of_a_region() -> None:
    horseshoe = polygon(AXIAL, (0, 0), (10, 0), (10, 10), (7, 10), (7, 3), (3, 3), (3, 10), (0, 10))
    inside = members(horseshoe, AXIAL)
    assert (5, 6) not in inside
    assert {(1, 6), (9, 6), (5, 1), (3, 6), (7, 6)} <= inside


def test_that_an_outline_that_crosses_itself_measures_nothing() -> None:
    bow_tie = polygon(TILTED, (10, 10), (20, 20), (20, 10), (10, 20))
    assert area_mm2(bow_tie) is None
    assert region_statistics(RAMP, TILTED, bow_tie).mean is None
    assert area_mm2(polygon(TILTED, (10, 10), (20, 10), (20, 20), (10, 20))) == pytest.approx(10 * 1.1 * 10 * 0.7)


def test_that_values_are_summed_without_overflow_or_rounding() -> None:
    values = np.full((ROWS, COLUMNS), 32767, np.int16)
    whole = polygon(AXIAL, (-0.5, -0.5), (79.5, -0.5), (79.5, 59.5), (-0.5, 59.5))
    found = region_statistics(values, AXIAL, whole)
    assert (found.pixels, found.mean, found.sd) == (4800, 32767.0, 0.0)


numbers = st.floats(-3, 63, allow_nan=False).map(lambda x: round(x, 9))
"""Not nearer to each other than any drawing could be: there Qt itself answers wrongly."""


@given(st.tuples(numbers, numbers), st.floats(0.2, 20), st.floats(0.2, 20), st.floats(0, 180), st.booleans())
def test_that_ellipses_hold_the_pixels_that_simpleitk_places_within_them(
    centre: Place, a: float, b: float, degrees: float, tilted: bool
) -> None:
    plane = TILTED if tilted else AXIAL
    region = ellipse(plane, centre, a, b, degrees)
    image = SimpleITK.GetImageFromArray(RAMP[None])
    image.SetSpacing((plane.column_spacing_mm, plane.row_spacing_mm, 1.0))
    image.SetOrigin(plane.origin)
    image.SetDirection(np.column_stack((*directions(plane), plane.normal)).ravel().tolist())
    foci, whole = foci_of(region), 2 * max(a, b)
    expected, doubtful = set(), set()
    for c in range(COLUMNS):
        for r in range(0, ROWS, 3):
            place = image.TransformIndexToPhysicalPoint((c, r, 0))
            run = sum(math.dist(place, focus) for focus in foci)  # an ellipse by its foci: another definition
            (expected if run <= whole else set()).add((c, r))
            if abs(run - whole) < 1e-5:
                doubtful.add((c, r))
    found = {(c, r) for c, r in members(region, plane) if r % 3 == 0}
    assert found - doubtful == expected - doubtful


def foci_of(region: Ellipse) -> list[NDArray[np.float64]]:
    ends = [np.array(pair) for pair in (region.axis, region.across)]
    halves = [(pair[1] - pair[0]) / 2 for pair in ends]
    long, short = sorted(halves, key=lambda half: -float(np.linalg.norm(half)))
    away = math.sqrt(max(0.0, float(long @ long - short @ short)))
    middle = ends[0].mean(axis=0)
    unit = long / np.linalg.norm(long)
    return [middle + unit * away, middle - unit * away]


@example([(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (1.0, 1e-9)], False)
@given(st.lists(st.tuples(numbers, numbers), min_size=3, max_size=9), st.booleans())
def test_that_polygons_hold_the_pixels_that_qt_finds_within_them(corners: list[Place], tilted: bool) -> None:
    plane = TILTED if tilted else AXIAL
    region = polygon(plane, *corners)
    outline = QPolygonF([QPointF(*corner) for corner in corners])
    assume(area_mm2(region) is not None)
    found = members(region, plane)
    for c in range(0, 65, 2):
        for r in range(0, 60, 2):
            if all(far_from(corners, n, (c, r)) for n in range(len(corners))):
                assert ((c, r) in found) == outline.containsPoint(QPointF(c, r), Qt.FillRule.OddEvenFill)


def far_from(corners: list[Place], n: int, place: Place) -> bool:
    """Whether a place is more than 0.01 px from side `n`: nearer, two tools may differ by rounding."""
    (x0, y0), (x1, y1) = corners[n], corners[(n + 1) % len(corners)]
    squared = (x1 - x0) ** 2 + (y1 - y0) ** 2
    share = 0.0 if squared == 0 else ((place[0] - x0) * (x1 - x0) + (place[1] - y0) * (y1 - y0)) / squared
    share = min(1.0, max(0.0, share))
    return math.dist(place, (x0 + share * (x1 - x0), y0 + share * (y1 - y0))) > 0.01


@given(st.data())
def test_that_the_statistics_are_those_of_simpleitk_and_of_the_standard_library(data: st.DataObject) -> None:
    seed = data.draw(st.integers(0, 2**32 - 1))
    values = np.random.default_rng(seed).integers(-1024, 3071, (ROWS, COLUMNS), np.int16)
    region = ellipse(TILTED, (40, 30), data.draw(st.floats(2, 20)), data.draw(st.floats(2, 20)), 30)
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    for c, r in members(region, TILTED):
        mask[r, c] = 1
    told = SimpleITK.LabelStatisticsImageFilter()
    told.Execute(SimpleITK.GetImageFromArray(values), SimpleITK.GetImageFromArray(mask))
    found = region_statistics(values, TILTED, region)
    assert found.pixels == told.GetCount(1)
    assert found.mean == pytest.approx(told.GetMean(1), rel=1e-12)
    assert found.sd == pytest.approx(told.GetSigma(1), rel=1e-9)
    assert (found.minimum, found.maximum) == (told.GetMinimum(1), told.GetMaximum(1))
    assert found.sd == pytest.approx(statistics.stdev(values[mask == 1].tolist()), rel=1e-12)


@pytest.mark.parametrize("plane", [AXIAL, TILTED], ids=["axial", "tilted"])
def test_that_the_pixels_of_a_fine_image_fill_the_area(plane: SlicePlane) -> None:
    fine = SlicePlane(plane.origin, plane.row_direction, plane.column_direction, 0.07, 0.11)
    values = np.zeros((600, 800), np.int16)
    for region in (ellipse(fine, (400, 300), 25, 15, 40), polygon(fine, (100, 100), (700, 150), (500, 500), (90, 420))):
        found = region_statistics(values, fine, region)
        assert found.area_mm2 is not None
        assert found.pixels * 0.07 * 0.11 == pytest.approx(found.area_mm2, rel=2e-3)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("degrees", [0.0, 30.0, 45.0, 90.0])
def test_that_an_ellipse_seen_edge_on_holds_no_pixel(degrees: float) -> None:
    coronal = SlicePlane((0.0, 20.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), 0.7, 1.1)
    assert members(ellipse(coronal, (40, 0), 9.0, 5.0, degrees), AXIAL) == set()


def test_that_an_ellipse_dropped_on_an_oblique_plane_holds_what_lies_above_its_pixels() -> None:
    turn = math.radians(60)
    tilted = SlicePlane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, math.cos(turn), math.sin(turn)), 1.0, 1.0)
    found = members(ellipse(tilted, (44, 60), 18.0, 7.0, 40.0), AXIAL)
    expected = set()
    for column in range(COLUMNS):
        for row in range(ROWS):
            x, y = column * 1.1 - 44.0, row * 0.7 / math.cos(turn) - 60.0  # back up to the plane of the ellipse, mm
            u = x * math.cos(math.radians(40)) + y * math.sin(math.radians(40))
            v = y * math.cos(math.radians(40)) - x * math.sin(math.radians(40))
            if (u / 18.0) ** 2 + (v / 7.0) ** 2 <= 1.0:
                expected.add((column, row))
    assert len(expected) > 200
    assert found == expected


def test_that_a_side_level_but_for_rounding_is_no_trouble() -> None:
    region = polygon(AXIAL, (0.0, 0.0), (0.0, 0.0), (1.0, 2.225073858507203e-309))
    assert members(region, AXIAL) <= {(0, 0), (1, 0)}
