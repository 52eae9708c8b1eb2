"""Where planes lie in volumes of 0.7 x 1.1 x 3 mm voxels that stand obliquely in the patient."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.phantoms import AXIAL, CORONAL, OBLIQUE, SAGITTAL, Vector, turned
from tests.support.volumes import directions_of, volume
from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import cross, dot, edge_letters, length_mm
from viewers.imaging.plane_stacks import STRAIGHT_MM, Orientation, oblique_stack, stack_of, stood, why_not_resliced

angles = st.floats(-40, 40)
tilts = st.tuples(angles, angles).map(lambda pair: turned(*pair))
orientations = st.sampled_from(list(Orientation))


@given(tilts, orientations, st.sampled_from([AXIAL, CORONAL, SAGITTAL, None]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_that_the_head_is_up_and_the_right_side_at_the_left(
    oblique: tuple[Vector, Vector],
    orientation: Orientation,
    straight: tuple[Vector, Vector] | None,
    feet_first: bool,
) -> None:
    row, column = straight or oblique
    if feet_first:  # the stack runs the other way
        column = (-column[0], -column[1], -column[2])
    stack = stack_of(volume(directions=(row, column)), orientation)
    letters = edge_letters(stack.first.row_direction, stack.first.column_direction)
    expected = {
        Orientation.AXIAL: ("R", "L", "A", "P"),
        Orientation.CORONAL: ("R", "L", "H", "F"),
        Orientation.SAGITTAL: ("A", "P", "H", "F"),
    }[orientation]
    # of an oblique plane the first of two letters; near 45 degrees the second may be the wanted one
    for found, wanted in zip((letters.left, letters.right, letters.top, letters.bottom), expected, strict=True):
        assert wanted in found if straight is None else wanted == found
    across = {Orientation.AXIAL: 2, Orientation.CORONAL: 1, Orientation.SAGITTAL: 0}[orientation]
    assert stack.step[across] > 0


@given(st.floats(-180, 180), st.floats(-80, 80), st.floats(-80, 80), *[st.floats(0, 30)] * 4)
@settings(max_examples=60, deadline=None)
def test_that_a_line_on_any_plane_is_as_long_as_between_its_voxels(
    a: float, b: float, c: float, x0: float, y0: float, x1: float, y1: float
) -> None:
    made = volume(directions=OBLIQUE, shear=(0.004, -0.003, 0.0))
    assert made.affine is not None
    stacks = [stack_of(made, orientation) for orientation in Orientation]
    stacks.append(oblique_stack(made, *directions_of(a, b, c), (-10.0, 40.0, -30.0)))
    for stack in stacks:
        plane = stack.plane(1)
        ends = plane.to_world(x0, y0), plane.to_world(x1, y1)
        on_picture = math.hypot((x1 - x0) * plane.column_spacing_mm, (y1 - y0) * plane.row_spacing_mm)
        assert length_mm(*ends) == pytest.approx(on_picture, abs=1e-9)
        assert dot(plane.row_direction, plane.column_direction) == pytest.approx(0, abs=1e-9)
        if stack.voxels is None:
            continue
        # where the pixels are voxels, their places by the affine of the volume are those of the plane
        counts, corners = (stack.count, stack.rows, stack.columns), []
        for row, column in ((0, 0), (stack.rows - 1, stack.columns - 1), (stack.rows - 1, 0)):
            voxel = [0.0, 0.0, 0.0]
            for (axis, sense), at, count in zip(stack.voxels, (1, row, column), counts, strict=True):
                voxel[axis] = at if sense > 0 else count - 1 - at
            corners.append((made.affine @ (*voxel, 1))[:3])
            assert np.abs(corners[-1] - plane.to_world(column, row)).max() <= 2 * STRAIGHT_MM


def test_that_without_one_affine_there_are_no_other_planes_and_the_reason_is_said() -> None:
    noise = np.zeros((9, 14, 12), np.int16)
    uneven = volume(pixels=noise, volume_ok=False, why_not=("3 slices are missing between z −85.0 and −95.0 mm.",))
    assert "3 slices are missing" in why_not_resliced(uneven)
    with pytest.raises(ImagingError, match="do not form one even volume"):
        stack_of(uneven, Orientation.CORONAL)
    with pytest.raises(ImagingError, match="do not form one even volume"):
        oblique_stack(uneven, *OBLIQUE, (0.0, 0.0, 0.0))
    single = volume((1, 4, 5), pixels=np.zeros((1, 4, 5), np.int16), volume_ok=False)
    assert why_not_resliced(single) == "One image alone has no other planes."
    assert why_not_resliced(volume()) == ""


def test_that_planes_are_counted_to_the_head_the_back_and_the_left() -> None:
    made = volume(directions=CORONAL)
    for orientation in Orientation:
        stack = stack_of(made, orientation)
        for k in range(stack.count):
            assert stack.nearest(stack.plane(k).to_world(2, 3)) == k
        assert stack.nearest((1e6, 1e6, 1e6)) == stack.count - 1
        assert stack.off_mm(stack.plane(2).to_world(3, 4)) == pytest.approx(0, abs=1e-9)
        assert cross(stack.first.row_direction, stack.first.column_direction) == stack.first.normal


@pytest.mark.parametrize(
    ("normal", "letters"),
    [
        ((0.0, 1.0, 0.0), ("R", "H")),
        ((0.0, -1.0, 0.0), ("R", "H")),
        ((1.0, 0.0, 0.0), ("A", "H")),
        ((-1.0, 0.0, 0.0), ("A", "H")),
        ((0.0, 0.0, 1.0), ("R", "A")),
        ((0.0, 0.0, -1.0), ("R", "A")),
    ],
)
def test_that_a_plane_of_the_body_is_stood_as_it_is_usual(normal: Vector, letters: tuple[str, str]) -> None:
    right, down = stood(normal)
    seen = edge_letters(right, down)
    assert (seen.left, seen.top) == letters


@given(st.floats(-1, 1), st.floats(0, 2 * math.pi))
def test_that_a_plane_stood_is_still_that_plane_with_the_head_or_the_front_up(z: float, angle: float) -> None:
    flat = math.sqrt(1 - z * z)
    normal = (flat * math.cos(angle), flat * math.sin(angle), z)
    right, down = stood(normal)
    assert abs(dot(cross(right, down), normal)) == pytest.approx(1)
    assert dot(right, down) == pytest.approx(0, abs=1e-9)
    assert math.hypot(*right) == pytest.approx(1)
    if abs(z) < 0.866:
        assert down[2] < -0.49 and right[2] == pytest.approx(0, abs=1e-9)
    else:
        assert down[1] > 0.85 and right[0] > 0.85
