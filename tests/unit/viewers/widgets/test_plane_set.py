from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.phantoms import AXIAL, CORONAL, OBLIQUE, Vector, turned
from tests.support.volumes import volume
from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import along, cross, dot, edge_letters, length_mm
from viewers.imaging.reslice import Projection, Slab
from viewers.widgets.plane_set import PlaneName, PlaneSet
from viewers.widgets.volume_source import VolumeSource

MIDDLE = (-20.5 + 5.5 * 0.7, 33.25 + 6.5 * 1.1, -41.0 + 4 * 3.0)
tilts = st.tuples(st.floats(-30, 30), st.floats(-30, 30)).map(lambda pair: turned(*pair))
places = st.tuples(st.floats(-19, -14), st.floats(35, 45), st.floats(-38, -20))


def planes(directions: tuple[Vector, Vector] = AXIAL) -> PlaneSet:
    return PlaneSet.of(VolumeSource(volume(directions=directions)))


def test_that_the_planes_meet_in_the_middle_of_the_volume() -> None:
    found = planes()
    assert found.place == pytest.approx(MIDDLE)
    for name in PlaneName:
        plane = found.source(name).plane(found.index(name))
        assert plane is not None
        assert abs(plane.distance_mm(found.place)) <= 0.6


def test_that_thin_axial_planes_are_the_images_as_they_were_acquired() -> None:
    found = planes()
    assert found.source(PlaneName.AXIAL) is found.base
    assert found.source(PlaneName.AXIAL).sop_uid(3) != ""
    thick = found.with_slab(Slab(Projection.MIP, 10))
    assert thick.source(PlaneName.AXIAL) is not found.base
    assert thick.source(PlaneName.AXIAL).sop_uid(3) == ""
    assert thick.with_slab(None).source(PlaneName.AXIAL) is found.base
    # images acquired in another orientation are no axial ones
    assert planes(CORONAL).source(PlaneName.AXIAL) is not planes(CORONAL).base


@given(tilts, places)
@settings(max_examples=30, deadline=None)
def test_that_every_plane_is_stood_upright_and_holds_the_place(directions: tuple[Vector, Vector], to: Vector) -> None:
    found = planes(directions).moved(to)
    oblique = found.source(PlaneName.OBLIQUE).plane(found.index(PlaneName.OBLIQUE))
    assert oblique is not None
    assert abs(oblique.distance_mm(to)) <= 0.01
    wanted = {
        PlaneName.AXIAL: ("R", "A"),
        PlaneName.CORONAL: ("R", "H"),
        PlaneName.SAGITTAL: ("A", "H"),
    }
    for name, (left, top) in wanted.items():
        plane = found.source(name).plane(found.index(name))
        assert plane is not None
        letters = edge_letters(plane.row_direction, plane.column_direction)
        assert left in letters.left and top in letters.top


def test_that_moving_leaves_alone_what_it_does_not_touch() -> None:
    found = planes()
    moved = found.moved(along(found.place, (0.0, 0.0, 1.0), 6.0))
    for name in (PlaneName.AXIAL, PlaneName.CORONAL, PlaneName.SAGITTAL):
        assert moved.source(name) is found.source(name)
    assert moved.index(PlaneName.AXIAL) == found.index(PlaneName.AXIAL) + 2
    assert moved.index(PlaneName.CORONAL) == found.index(PlaneName.CORONAL)
    # the first oblique plane stands upright: a way to the head stays on it
    assert moved.source(PlaneName.OBLIQUE) is found.source(PlaneName.OBLIQUE)
    turned_ = found.turned((0.0, 0.0, 1.0), (1.0, 0.0, 0.0))
    assert turned_.source(PlaneName.OBLIQUE) is not found.source(PlaneName.OBLIQUE)
    assert turned_.source(PlaneName.CORONAL) is found.source(PlaneName.CORONAL)


def test_that_scrolling_a_plane_takes_the_place_along() -> None:
    found = planes()
    for name in PlaneName:
        scrolled = found.at_index(name, found.index(name) + 1)
        assert scrolled.index(name) == found.index(name) + 1
        plane = scrolled.source(name).plane(scrolled.index(name))
        assert plane is not None
        assert abs(plane.distance_mm(scrolled.place)) < 1e-6
        assert scrolled.source(name) is found.source(name)
        assert length_mm(scrolled.place, found.place) < 4


@given(st.floats(0, 2 * math.pi), st.floats(0, 2 * math.pi), st.sampled_from(list(PlaneName)[:3]))
@settings(max_examples=40, deadline=None)
def test_that_a_turned_line_is_the_line_of_the_turned_plane(first: float, second: float, name: PlaneName) -> None:
    found = planes()
    for angle, on in ((first, PlaneName.AXIAL), (second, name)):
        plane = found.source(on).plane(found.index(on))
        assert plane is not None
        across = along((0.0, 0.0, 0.0), plane.row_direction, math.cos(angle))
        direction = along(across, plane.column_direction, math.sin(angle))
        lean = dot(found.tilt, plane.normal)
        found = found.turned(plane.normal, direction)
        assert dot(found.tilt, plane.normal) == pytest.approx(lean, abs=1e-9)
        assert dot(found.tilt, direction) == pytest.approx(0, abs=1e-9)
        lines = [cut for cut in found.crosshair(on).cuts if cut.plane == "OBL"]
        if lines:  # else it lies in the image
            assert abs(dot(lines[0].direction, direction)) == pytest.approx(1, abs=1e-6)
    assert math.hypot(*found.tilt) == pytest.approx(1)
    oblique = found.source(PlaneName.OBLIQUE).plane(found.index(PlaneName.OBLIQUE))
    assert oblique is not None
    assert abs(oblique.distance_mm(found.place)) < 1e-6
    assert abs(dot(oblique.normal, found.tilt)) == pytest.approx(1)


def test_that_an_oblique_plane_turned_to_a_plane_of_the_body_is_stood_like_it() -> None:
    found = planes()
    for direction, letters in (((1.0, 0.0, 0.0), ("R", "H")), ((0.0, -1.0, 0.0), ("A", "H"))):
        plane = found.turned((0.0, 0.0, 1.0), direction).source(PlaneName.OBLIQUE).plane(0)
        assert plane is not None
        seen = edge_letters(plane.row_direction, plane.column_direction)
        assert (seen.left, seen.top) == letters
    level = found.turned((0.0, 0.0, 1.0), (1.0, 0.0, 0.0)).turned((-1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    plane = level.source(PlaneName.OBLIQUE).plane(0)
    assert plane is not None
    seen = edge_letters(plane.row_direction, plane.column_direction)
    assert (seen.left, seen.top) == ("R", "A")


def test_that_straightened_is_as_at_first() -> None:
    found = planes()
    back = found.turned((0.0, 0.0, 1.0), (0.6, 0.8, 0.0)).straightened()
    assert back.tilt == pytest.approx(found.tilt)


def test_that_each_view_shows_the_lines_of_the_other_planes() -> None:
    found = planes()
    words = {name: {cut.plane for cut in found.crosshair(name).cuts} for name in PlaneName}
    assert words[PlaneName.AXIAL] == {"COR", "SAG", "OBL"}
    assert words[PlaneName.OBLIQUE] == {"AX", "COR", "SAG"}
    lines = {cut.plane: cut for cut in found.crosshair(PlaneName.AXIAL).cuts}
    assert np.abs(lines["COR"].direction) == pytest.approx((1, 0, 0))
    assert np.abs(lines["SAG"].direction) == pytest.approx((0, 1, 0))
    assert np.abs(lines["OBL"].direction) == pytest.approx((0.5**0.5, 0.5**0.5, 0))
    assert [cut.plane for cut in lines.values() if cut.turnable] == ["OBL"]
    # an oblique plane turned into the coronal one has no line there
    flat = found.turned((0.0, 0.0, 1.0), (1.0, 0.0, 0.0))
    assert {cut.plane for cut in flat.crosshair(PlaneName.CORONAL).cuts} == {"AX", "SAG"}


def test_that_an_uneven_series_has_no_planes() -> None:
    uneven = volume(pixels=np.zeros((9, 14, 12), np.int16), volume_ok=False)
    with pytest.raises(ImagingError, match="one even volume"):
        PlaneSet.of(VolumeSource(uneven))


def test_that_the_planes_of_an_oblique_volume_cut_at_right_angles() -> None:
    found = planes(OBLIQUE)
    normals = [found.source(name).plane(0).normal for name in list(PlaneName)[:3]]  # type: ignore[union-attr]
    assert abs(dot(cross(normals[0], normals[1]), normals[2])) == pytest.approx(1)
