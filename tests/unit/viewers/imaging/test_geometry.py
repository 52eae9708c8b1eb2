from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.phantoms import AXIAL, CORONAL, OBLIQUE, SAGITTAL, Phantom, turned
from viewers.imaging.geometry import (
    SlicePlane,
    affine_of,
    check_stack,
    direction_letters,
    directions_of,
    edge_letters,
    is_axial,
    length_mm,
    normal_of,
)

ORIENTATIONS = {"axial": AXIAL, "coronal": CORONAL, "sagittal": SAGITTAL, "oblique": OBLIQUE}
orientations = pytest.mark.parametrize("directions", ORIENTATIONS.values(), ids=ORIENTATIONS.keys())


def plane(directions, row_mm=1.1, column_mm=0.7, origin=(-120.5, 33.25, -410.0)):
    return SlicePlane(origin, *directions, row_mm, column_mm)


def test_that_length_is_the_distance_in_patient_mm():
    assert length_mm((1.0, 2.0, 3.0), (3.0, 5.0, 9.0)) == 7.0


@orientations
def test_that_a_known_distance_measures_itself(directions):
    # 40 columns of 0.7 mm and 30 rows of 1.1 mm: 28 mm and 33 mm at a right angle.
    shown = plane(directions)
    assert length_mm(shown.to_world(5, 7), shown.to_world(45, 7)) == pytest.approx(28.0, abs=1e-9)
    assert length_mm(shown.to_world(5, 7), shown.to_world(5, 37)) == pytest.approx(33.0, abs=1e-9)
    assert length_mm(shown.to_world(5, 7), shown.to_world(45, 37)) == pytest.approx(math.hypot(28, 33), abs=1e-9)


def test_that_a_pixel_is_where_dicom_says():
    # PS3.3 C.7.6.2.1.1 by hand: S + column x 0.7 x X + row x 1.1 x Y.
    shown = plane(CORONAL)
    assert shown.to_world(10, 20) == pytest.approx((-120.5 + 7.0, 33.25, -410.0 - 22.0))
    assert plane(SAGITTAL).to_world(10, 20) == pytest.approx((-120.5, 33.25 + 7.0, -410.0 - 22.0))


@given(
    st.floats(-180, 180),
    st.floats(-180, 180),
    st.floats(-600, 600),
    st.floats(-600, 600),
    st.floats(0.2, 3),
    st.floats(0.2, 3),
)
def test_that_pixel_to_patient_to_pixel_is_the_identity(about_z, about_x, column, row, row_mm, column_mm):
    shown = plane(turned(about_z, about_x), row_mm, column_mm)
    point = shown.to_world(column, row)
    assert shown.to_pixel(point) == pytest.approx((column, row), abs=1e-6)
    assert shown.distance_mm(point) == pytest.approx(0, abs=1e-6)


@given(st.floats(-180, 180), st.floats(-180, 180), st.integers(0, 5), st.integers(0, 11), st.integers(0, 15))
def test_that_voxel_to_patient_to_voxel_is_the_identity(about_z, about_x, k, j, i):
    phantom = Phantom(directions=turned(about_z, about_x), series_uid="1.2")
    positions = [phantom.position(n) for n in range(6)]
    affine = affine_of(positions, *phantom.directions, (1.1, 0.7))
    point = affine @ (k, j, i, 1)
    shown = SlicePlane(positions[k], *phantom.directions, 1.1, 0.7)
    assert tuple(point[:3]) == pytest.approx(shown.to_world(i, j), abs=1e-6)
    assert np.linalg.solve(affine, point) == pytest.approx((k, j, i, 1), abs=1e-6)


def test_that_one_slice_has_no_affine():
    with pytest.raises(ValueError, match="one slice"):
        affine_of([(0.0, 0.0, 0.0)], *AXIAL, (1.0, 1.0))


@pytest.mark.parametrize(
    "orientation",
    [
        None,
        (1.0, 0, 0, 0, 1.0),
        (0.0,) * 6,
        (1.0, 0, 0, 1.0, 0, 0),
        (1.0, 0, 0, 0, 2.0, 0),
        (1.0, 0, 0, 0, math.nan, 0),
    ],
    ids=["missing", "five values", "zeros", "parallel", "not unit", "not a number"],
)
def test_that_an_impossible_orientation_is_not_believed(orientation):
    assert directions_of(orientation) is None


def test_that_a_rounded_orientation_is_made_unit_length():
    row, column = directions_of((0.9997, 0.0254, 0.0, 0.0079, -0.3114, -0.9502))
    assert math.hypot(*row) == pytest.approx(1, abs=1e-12)
    assert math.hypot(*column) == pytest.approx(1, abs=1e-12)


def checked(heights, directions=OBLIQUE, shear=(0.0, 0.0, 0.0), thicknesses=None):
    phantom = Phantom(heights_mm=heights, directions=directions, shear=shear, series_uid="1.2")
    return check_stack([phantom.position(k) for k in range(len(heights))], *directions, thicknesses)


@orientations
def test_that_slices_are_ordered_along_the_normal(directions):
    check = checked([6.0, 0.0, 3.0, 9.0], directions)
    assert check.order == (1, 2, 0, 3)
    assert check.spacing_mm == pytest.approx(3.0)
    assert check.sound


@pytest.mark.parametrize(
    ("heights", "sound"),
    [
        ((0, 5, 10.09, 15), True),
        ((0, 5, 10.2, 15), False),
        ((0, 1, 2.09, 3), True),
        ((0, 1, 2.15, 3), False),
        ((0, 10, 20.19, 30), True),
    ],
    ids=["5 mm within 2 %", "5 mm beyond", "1 mm within 0.1 mm", "1 mm beyond", "10 mm within 2 %"],
)
def test_that_even_means_within_two_percent_or_a_tenth_of_a_millimetre(heights, sound):
    check = checked(heights)
    assert check.sound is sound
    assert check.uneven is not sound
    assert (check.spacing_mm is not None) is sound


def test_that_a_missing_slice_is_a_gap():
    check = checked([0, 3, 6, 12, 15])
    assert check.missing == (2,)
    assert not check.sound
    assert not check.uneven


def test_that_thick_slices_fill_a_wide_gap():
    check = checked([0, 4, 8, 12, 19, 26], thicknesses=[4, 4, 4, 4, 7, 7])
    assert check.missing == ()
    assert check.uneven


def test_that_two_slices_at_one_place_are_duplicates():
    check = checked([0, 3, 3.004, 6])
    assert check.duplicates == (1,)
    assert not check.sound


def test_that_a_sheared_stack_is_tilted():
    check = checked([0, 5, 10, 15], AXIAL, shear=(0.0, math.tan(math.radians(18.5)), 0.0))
    assert check.tilt_degrees == pytest.approx(18.5)
    assert not check.sound


def test_that_a_slice_shifted_sideways_makes_no_volume():
    positions = [(0.0, 0.0, 0.0), (0.0, 0.8, 3.0), (0.0, 0.0, 6.0), (0.0, 0.0, 9.0)]
    check = check_stack(positions, *AXIAL)
    assert check.shifted_mm == pytest.approx(0.8)
    assert (check.crooked, check.uneven, check.spacing_mm) == (True, False, None)
    assert not check.sound


@pytest.mark.parametrize(
    ("direction", "letters"),
    [
        ((1.0, 0.0, 0.0), "L"),
        ((-1.0, 0.0, 0.0), "R"),
        ((0.0, 1.0, 0.0), "P"),
        ((0.0, -1.0, 0.0), "A"),
        ((0.0, 0.0, 1.0), "H"),
        ((0.0, 0.0, -1.0), "F"),
        ((math.cos(math.radians(14)), 0.0, math.sin(math.radians(14))), "L"),
        ((math.cos(math.radians(16)), 0.0, -math.sin(math.radians(16))), "LF"),
    ],
)
def test_that_letters_name_the_side_a_direction_points_to(direction, letters):
    assert direction_letters(direction) == letters


@pytest.mark.parametrize(
    ("directions", "letters"),
    [(AXIAL, ("R", "L", "A", "P")), (CORONAL, ("R", "L", "H", "F")), (SAGITTAL, ("A", "P", "H", "F"))],
    ids=["axial", "coronal", "sagittal"],
)
def test_that_edges_follow_radiological_convention(directions, letters):
    edges = edge_letters(*directions)
    assert (edges.left, edges.right, edges.top, edges.bottom) == letters


@pytest.mark.parametrize(("degrees", "axial"), [(0, True), (9.9, True), (10.1, False), (90, False), (175, True)])
def test_that_a_plane_is_axial_within_ten_degrees_whichever_way_it_faces(degrees, axial):
    normal = (math.sin(math.radians(degrees)), 0.0, math.cos(math.radians(degrees)))
    assert is_axial(normal) is axial


def test_that_points_span_a_plane_unless_they_are_on_one_line():
    # the plane x = z: its normal is (1, 0, -1) / sqrt 2, either way round
    found = normal_of([(0.0, 0.0, 0.0), (5.0, 1.0, 5.0), (2.0, 9.0, 2.0), (7.0, 7.0, 7.0)])
    assert found is not None
    assert abs(found[0] - found[2]) == pytest.approx(math.sqrt(2))
    assert normal_of([(0.0, 0.0, 0.0), (1.0, 2.0, 3.0), (2.0, 4.0, 6.0)]) is None
    assert normal_of([(0.0, 0.0, 0.0), (1.0, 2.0, 3.0)]) is None
