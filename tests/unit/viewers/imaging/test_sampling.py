"""Planes at any angle and along one axis of a volume, against SimpleITK."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.phantoms import AXIAL, OBLIQUE, Vector
from tests.support.resampled import as_itk, by_itk
from tests.support.volumes import volume
from viewers.imaging.compiled_planes import paired
from viewers.imaging.geometry import SlicePlane, along, cross
from viewers.imaging.sampling import sample_plane, sample_whole
from viewers.imaging.volume import Volume

SHAPE, SPACING_MM = (9, 14, 12), (3.0, 1.1, 0.7)


def noise(directions: tuple[Vector, Vector]) -> Volume:
    pixels = np.random.default_rng(7).integers(-1000, 2000, SHAPE, np.int16)
    return volume(SHAPE, SPACING_MM, directions, pixels=pixels)


def plane_along(made: Volume, axis: int, angle: float, side: float, turned: bool) -> SlicePlane:
    """Through the middle of the volume, along one of its axes, turned about it; that axis down or across."""
    assert made.affine is not None
    axes = [tuple(map(float, made.affine[:3, n] / np.linalg.norm(made.affine[:3, n]))) for n in range(3)]
    b, c = (axes[n] for n in range(3) if n != axis)
    across = along(along((0.0, 0.0, 0.0), b, math.cos(angle)), c, math.sin(angle))  # type: ignore[arg-type]
    row, column = (across, axes[axis]) if not turned else (axes[axis], across)
    x, y, z, _ = map(float, made.affine @ (4.2, 6.7, 5.4, 1))
    corner = along(along((x, y, z), row, -side), column, -side)  # type: ignore[arg-type]
    return SlicePlane(corner, row, column, 0.8, 0.6)  # type: ignore[arg-type]


@given(st.sampled_from([AXIAL, OBLIQUE]), st.integers(0, 2), st.floats(-3.2, 3.2), st.floats(1, 9), st.booleans())
@settings(max_examples=80, deadline=None)
def test_that_their_values_are_those_of_simpleitk(
    directions: tuple[Vector, Vector], axis: int, angle: float, side: float, turned: bool
) -> None:
    made = noise(directions)
    plane = plane_along(made, axis, angle, side, turned)
    found, theirs = sample_plane(made, plane, 21, 25), by_itk(as_itk(made), plane, 21, 25)
    both = ~(np.isnan(found) | np.isnan(theirs))
    assert np.abs(found - theirs)[both].max(initial=0) < 0.05
    assert (np.isnan(found) == np.isnan(theirs)).mean() > 0.97  # on the very border either may be right


def test_that_padding_beside_a_pixel_is_told_on_every_axis() -> None:
    pixels = np.full(SHAPE, 40, np.int16)
    pixels[3:5, 6:8, 5:7] = -3024
    made = volume(SHAPE, SPACING_MM, AXIAL, pixels=pixels, padding_value=-2000, bits_allocated=32)
    assert made.affine is not None
    for axis in range(3):
        for turned in (False, True):
            plane = plane_along(made, axis, 0.4, 3.0, turned)
            found = sample_plane(made, plane, 10, 10)
            places = np.array([[plane.to_world(column, row) for column in range(10)] for row in range(10)])
            voxels = (places - made.affine[:3, 3]) @ np.linalg.inv(made.affine[:3, :3]).T
            low, high = np.array([3, 6, 5]), np.array([4, 7, 6])
            # one voxel or less from the padded block: it is among the eight
            near = np.all((voxels > low - 1 + 1e-6) & (voxels < high + 1 - 1e-6), axis=-1)
            assert np.isnan(found[near]).all()
            assert (found[~near & ~np.isnan(found)] == 40).all()
            assert near.any() and (~np.isnan(found)).any()


def test_that_the_normal_makes_no_difference() -> None:
    made = noise(AXIAL)
    plane = plane_along(made, 0, 0.5, 4.0, False)
    mirrored = SlicePlane(
        plane.to_world(24, 0), along((0.0, 0.0, 0.0), plane.row_direction, -1.0), plane.column_direction, 0.8, 0.6
    )
    assert cross(mirrored.row_direction, mirrored.column_direction) == pytest.approx(
        along((0.0, 0.0, 0.0), plane.normal, -1.0)
    )
    a, b = sample_plane(made, plane, 21, 25), sample_plane(made, mirrored, 21, 25)[:, ::-1]
    assert np.allclose(a, b, atol=0.05, equal_nan=True)


@pytest.mark.parametrize("far", [3e9, 1e300, math.nan])
def test_that_a_plane_that_is_nowhere_in_the_volume_is_empty(far: float) -> None:
    made = noise(OBLIQUE)
    for axis in range(3):
        origin = [0.0, 0.0, 0.0]
        origin[axis] = far
        x, y, z = origin
        plane = SlicePlane((x, y, z), *OBLIQUE, 0.8, 0.6)
        assert np.isnan(sample_plane(made, plane, 3, 300)).all()


def test_that_whole_values_are_those_of_the_plane_with_halves_to_the_even_one() -> None:
    pixels = np.broadcast_to(np.arange(-3, 9, dtype=np.int16), (9, 14, 12)).copy()
    made = volume(SHAPE, (1.0, 1.0, 1.0), AXIAL, pixels=pixels)
    assert made.affine is not None
    x, y, z, _ = map(float, made.affine @ (4, 6, 0.5, 1))
    plane = SlicePlane((x, y, z), *AXIAL, 1.0, 1.0)
    whole, outside = sample_whole(made, plane, 1, 14, -99)
    assert outside is not None
    assert whole[0, :11].tolist() == [-2, -2, 0, 0, 2, 2, 4, 4, 6, 6, 8]  # of -2.5, -1.5, -0.5 and so on
    assert not outside[0, :11].any()
    assert whole[0, 12:].tolist() == [-99, -99]
    assert outside[0, 12:].all()
    assert sample_whole(made, plane, 1, 11, -99)[1] is None


@pytest.mark.parametrize("axis", [1, 2])
def test_that_the_value_of_the_only_voxel_of_an_axis_holds_over_its_width(axis: int) -> None:
    thin = np.random.default_rng(3).integers(-1000, 2000, SHAPE, np.int16).take([0], axis)
    one, two = (volume(pixels.shape, SPACING_MM, AXIAL, pixels=pixels) for pixels in (thin, thin.repeat(2, axis)))
    middle = np.array([4.0, 6.0, 5.0, 1.0])
    middle[axis] = 0.0
    assert one.affine is not None
    x, y, z, _ = map(float, one.affine @ middle)
    tilted = plane_along(one, 0, 0.4, 0.0, False)
    plane = SlicePlane((x, y, z), tilted.row_direction, tilted.column_direction, 0.6, 0.2)
    found, expected = sample_plane(one, plane, 9, 8), sample_plane(two, plane, 9, 8)
    within = ~np.isnan(found)
    assert 8 < within.sum() < within.size
    assert np.array_equal(found[within], expected[within])


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16, np.int32, np.int64])
def test_that_a_pair_is_an_entry_and_its_neighbour(kind: type) -> None:
    entries = np.array([7, 200, 3, 1, 0, 90], kind)
    pairs = paired(entries, 3)
    assert pairs.tobytes() == np.stack([entries[:-1], entries[1:]], 1).tobytes()
    assert np.shares_memory(pairs, entries)
    assert paired(entries, 1).tobytes() == np.stack([entries, entries], 1).tobytes()
