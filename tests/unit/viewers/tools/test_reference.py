from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.phantoms import turned
from tests.support.tool_events import OBLIQUE
from viewers.imaging.geometry import SlicePlane, length_mm
from viewers.tools.reference import Field, reference_line

AXIAL = Field(SlicePlane((0.0, 0.0, 50.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 1.1, 0.7), 100, 200, "1.9")
CORONAL = Field(SlicePlane((10.0, 30.0, 90.0), (1.0, 0.0, 0.0), (0.0, 0.0, -1.0), 3.0, 0.5), 40, 300, "1.9")


def test_that_an_axial_image_is_a_level_line_on_a_coronal_one() -> None:
    # 200 columns of 0.7 mm, half a pixel beyond the first and the last centre
    ends = reference_line(AXIAL, CORONAL)
    assert ends is not None
    left, right = sorted(ends)
    assert left == pytest.approx((-0.35, 30.0, 50.0))
    assert right == pytest.approx((199.5 * 0.7, 30.0, 50.0))
    ends = reference_line(CORONAL, AXIAL)
    assert ends is not None
    left, right = sorted(ends)
    assert left == pytest.approx((10 - 0.25, 30.0, 50.0))
    assert right == pytest.approx((10 + 299.5 * 0.5, 30.0, 50.0))


def test_that_there_is_no_line_where_the_image_does_not_reach() -> None:
    assert reference_line(CORONAL, replace(AXIAL, plane=replace(AXIAL.plane, origin=(0.0, 0.0, 92.0)))) is None
    # 40 rows of 3 mm from z = 90 reach down to -28.5, half a pixel counted
    for z, reached in ((91.4, True), (-28.4, True), (-28.6, False)):
        onto = replace(AXIAL, plane=replace(AXIAL.plane, origin=(0.0, 0.0, z)))
        assert (reference_line(CORONAL, onto) is not None) == reached


@pytest.mark.parametrize("frame", ["2.9", None])
def test_that_spaces_of_their_own_have_no_lines(frame: str | None) -> None:
    assert reference_line(AXIAL, replace(CORONAL, frame_of_reference_uid=frame)) is None
    nowhere = replace(AXIAL, frame_of_reference_uid=frame)
    assert reference_line(nowhere, replace(CORONAL, frame_of_reference_uid=None)) is None


@pytest.mark.parametrize(("degrees", "shown"), [(0, False), (9.9, False), (-9.9, False), (10.1, True), (-170.1, False)])
def test_that_nearly_parallel_images_have_no_line(degrees: float, shown: bool) -> None:
    a = math.radians(degrees)
    tilted = SlicePlane((0.0, 0.0, 50.0), (1.0, 0.0, 0.0), (0.0, math.cos(a), math.sin(a)), 1.1, 0.7)
    assert (reference_line(replace(AXIAL, plane=tilted), AXIAL) is not None) == shown


@given(st.floats(-180, 180), st.floats(-80, 80), st.floats(-30, 30), st.floats(-30, 30), st.floats(-30, 30))
def test_that_the_line_lies_on_both_planes_and_ends_on_the_border_of_the_image(
    a: float, b: float, x: float, y: float, z: float
) -> None:
    image = Field(SlicePlane((x, y, z), *turned(a, b), 1.1, 0.7), 80, 60, "1.9")
    onto = Field(OBLIQUE, 80, 60, "1.9")
    ends = reference_line(image, onto)
    if ends is None:
        return
    for end in ends:
        assert abs(image.plane.distance_mm(end)) < 1e-6
        assert abs(onto.plane.distance_mm(end)) < 1e-6
        column, row = image.plane.to_pixel(end)
        assert -0.5 - 1e-6 <= column <= 59.5 + 1e-6 and -0.5 - 1e-6 <= row <= 79.5 + 1e-6
        assert min(abs(column + 0.5), abs(column - 59.5), abs(row + 0.5), abs(row - 79.5)) < 1e-6
    assert length_mm(*ends) <= math.hypot(60 * 0.7, 80 * 1.1) + 1e-6
