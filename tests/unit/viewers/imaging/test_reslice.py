"""Planes through volumes of 0.7 x 1.1 x 3 mm voxels that stand obliquely in the patient."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.support.phantoms import AXIAL, CORONAL, OBLIQUE, SAGITTAL, Vector, turned
from tests.support.resampled import as_itk, by_itk
from tests.support.volumes import ORIGIN, directions_of, ramp, volume
from viewers.imaging.geometry import SlicePlane, dot
from viewers.imaging.plane_stacks import Orientation, oblique_stack, stack_of, stood
from viewers.imaging.rescale import PADDED
from viewers.imaging.reslice import Projection, Slab, reslice, slab_shares
from viewers.imaging.scan import scan
from viewers.imaging.volume import Volume, load_volume

angles = st.floats(-40, 40)
tilts = st.tuples(angles, angles).map(lambda pair: turned(*pair))
orientations = st.sampled_from(list(Orientation))


def points_of(plane: SlicePlane, rows: int, columns: int) -> NDArray[np.float64]:
    return np.array([[plane.to_world(column, row) for column in range(columns)] for row in range(rows)])


def inner(made: Volume, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Places between the centres of voxels, where linear values are exact."""
    assert made.affine is not None
    voxels = (points - made.affine[:3, 3]) @ np.linalg.inv(made.affine[:3, :3]).T
    return np.all((voxels >= 0) & (voxels <= np.array(made.shape) - 1), axis=-1)


@given(tilts, orientations, st.sampled_from([None, *Projection]))
@settings(max_examples=40, deadline=None)
def test_that_a_linear_ramp_is_the_same_ramp_on_every_plane(
    directions: tuple[Vector, Vector], orientation: Orientation, projection: Projection | None
) -> None:
    made = volume(directions=directions)
    stack = stack_of(made, orientation)
    k = stack.count // 2
    found = reslice(made, stack, k, None if projection is None else Slab(projection, stack.gap_mm / 2))
    expected = ramp(points_of(stack.plane(k), stack.rows, stack.columns))
    assert found.pixels.dtype == np.int16
    assert found.outside is None
    assert np.abs(found.pixels - expected).max() <= 0.5 + 1e-6


@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(-90, 90), tilts)
@settings(max_examples=40, deadline=None)
def test_that_a_linear_ramp_is_the_same_ramp_on_any_oblique_plane(
    a: float, b: float, c: float, directions: tuple[Vector, Vector]
) -> None:
    made = volume(directions=directions)
    assert made.affine is not None
    middle = made.affine @ (4, 6, 5, 1)
    place = (float(middle[0]), float(middle[1]), float(middle[2]))
    stack = oblique_stack(made, *directions_of(a, b, c), place)
    k = stack.nearest(place)
    assert abs(stack.plane(k).distance_mm(place)) < 1e-6
    found = reslice(made, stack, k)
    points = points_of(stack.plane(k), stack.rows, stack.columns)
    within = inner(made, points)
    assert within.any()
    # the voxels are rounded to whole HU, and the plane once more
    assert np.abs(found.pixels - ramp(points))[within].max() <= 1.0 + 0.01
    if found.outside is not None:
        assert not found.outside[within].any()
        assert (found.pixels[found.outside] == PADDED).all()


@pytest.mark.parametrize("slab", [None, Slab(Projection.MEAN, 7.0)], ids=["plane", "slab"])
def test_that_a_coarse_picture_holds_the_value_in_the_middle_of_what_it_stands_for(slab: Slab | None) -> None:
    grain, made = 3, volume((30, 40, 50), (1.0, 1.0, 1.0), AXIAL)
    assert made.affine is not None
    middle = made.affine @ (15, 20, 25, 1)
    place = (float(middle[0]), float(middle[1]), float(middle[2]))
    stack = oblique_stack(made, *directions_of(20, 30, 40), place)
    k = stack.nearest(place)
    found = reslice(made, stack, k, slab, grain).pixels
    assert found.shape == (stack.rows, stack.columns)
    rows, columns = stack.rows // grain, stack.columns // grain
    blocks = found[: rows * grain, : columns * grain].reshape(rows, grain, columns, grain)
    assert (blocks == blocks[:, :1, :, :1]).all()
    points = points_of(stack.plane(k), rows * grain, columns * grain).reshape(rows, grain, columns, grain, 3)
    within = np.all(
        [inner(made, points[:, 1, :, 1] + stack.plane(k).normal * np.array(far)) for far in (-4, 4)], axis=0
    )
    assert within.sum() > 20
    # of the planes of the slab, the coarse picture takes one in three: that in the middle and its like
    far = (0.0,) if slab is None else (-3 * stack.gap_mm, 0.0, 3 * stack.gap_mm)
    middles, normal = points.mean(axis=(1, 3)), np.array(stack.plane(k).normal)
    expected = np.mean([ramp(middles + normal * one) for one in far], axis=0)
    assert np.abs(blocks[:, 0, :, 0] - expected)[within].max() <= 1.0 + 0.01  # voxels and picture hold whole HU


def test_that_values_between_voxels_are_the_mean_of_eight_worked_by_hand() -> None:
    pixels = np.zeros((2, 2, 2), np.int16)
    pixels[0, 0, 0], pixels[0, 1, 1], pixels[1, 0, 1] = 80, 40, 200
    made = volume((2, 2, 2), (3.0, 1.1, 0.7), AXIAL, pixels=pixels)
    assert made.affine is not None
    middle = made.affine @ (0.5, 0.5, 0.5, 1)
    quarter = made.affine @ (0.25, 0.0, 0.5, 1)
    for place, expected in ((middle, (80 + 40 + 200) / 8), (quarter, 0.75 * 80 / 2 + 0.25 * 200 / 2)):
        at = (float(place[0]), float(place[1]), float(place[2]))
        stack = oblique_stack(made, *OBLIQUE, at)
        plane = SlicePlane(at, *OBLIQUE, 1.0, 1.0)
        found = reslice(made, replace(stack, first=plane, rows=1, columns=1, count=1), 0)
        assert found.pixels[0, 0] == round(expected)


@pytest.mark.parametrize("directions", [AXIAL, CORONAL, SAGITTAL, OBLIQUE], ids=["ax", "cor", "sag", "oblique"])
def test_that_planes_are_those_of_simpleitk(directions: tuple[Vector, Vector]) -> None:
    noise = np.random.default_rng(3).integers(-1000, 2000, (9, 14, 12), np.int16)
    made = volume(directions=directions, pixels=noise)
    assert made.affine is not None
    middle = made.affine @ (4, 6, 5, 1)
    place = (float(middle[0]), float(middle[1]), float(middle[2]))
    stacks = [stack_of(made, orientation) for orientation in Orientation]
    stacks += [oblique_stack(made, *directions_of(*angles), place) for angles in ((30, 40, 10), (-75, 12, 60))]
    image = as_itk(made)
    for stack in stacks:
        for k in {0, stack.count // 2, stack.count - 1}:
            found, theirs = reslice(made, stack, k), by_itk(image, stack.plane(k), stack.rows, stack.columns)
            known = ~np.isnan(theirs)
            assert np.abs(found.pixels - theirs)[known].max(initial=0) <= 0.5 + 0.01
            outside = np.zeros(known.shape, np.bool_) if found.outside is None else found.outside
            # on the very border of the outermost voxels either may be right
            assert (outside == ~known).mean() > 0.98


def test_that_a_plane_shared_among_threads_is_whole() -> None:
    noise = np.random.default_rng(5).integers(-1000, 2000, (60, 150, 170), np.int16)
    made = volume((60, 150, 170), (3.0, 1.1, 0.7), OBLIQUE, pixels=noise)
    assert made.affine is not None
    x, y, z, _ = map(float, made.affine @ (30, 75, 85, 1))
    stack = oblique_stack(made, *directions_of(50, -35, 20), (x, y, z))
    assert stack.rows * stack.columns > 60_000
    k = stack.nearest((x, y, z))
    found, theirs = reslice(made, stack, k).pixels, by_itk(as_itk(made), stack.plane(k), stack.rows, stack.columns)
    known = ~np.isnan(theirs)
    assert known.mean() > 0.2
    assert np.abs(found - theirs)[known].max() <= 0.5 + 0.1


@pytest.mark.parametrize("orientation", Orientation)
@pytest.mark.parametrize("directions", [AXIAL, CORONAL, SAGITTAL, OBLIQUE], ids=["ax", "cor", "sag", "oblique"])
def test_that_a_line_of_marked_voxels_is_found_at_its_places(
    orientation: Orientation, directions: tuple[Vector, Vector]
) -> None:
    pixels = np.zeros((9, 14, 12), np.int16)
    line = [(k, 2 * k % 14, 11 - k) for k in range(9)]
    for n, voxel in enumerate(line):
        pixels[voxel] = 500 + n
    made = volume(directions=directions, pixels=pixels)
    assert made.affine is not None
    stack = stack_of(made, orientation)
    for n, voxel in enumerate(line):
        x, y, z, _ = map(float, made.affine @ (*voxel, 1))
        k = stack.nearest((x, y, z))
        column, row = stack.plane(k).to_pixel((x, y, z))
        assert abs(stack.plane(k).distance_mm((x, y, z))) < 1e-9
        assert reslice(made, stack, k).pixels[round(row), round(column)] == 500 + n
        assert (row, column) == pytest.approx((round(row), round(column)), abs=1e-9)


def test_that_leaning_stacks_are_set_straight() -> None:
    lean = math.tan(math.radians(0.5))
    made = volume((40, 14, 12), (3.0, 1.1, 0.7), AXIAL, shear=(lean, 0.0, 0.0))
    coronal = stack_of(made, Orientation.CORONAL)
    assert coronal.voxels is None
    assert stack_of(made, Orientation.AXIAL).voxels is not None
    assert dot(coronal.first.row_direction, coronal.first.column_direction) == pytest.approx(0, abs=1e-12)
    found = reslice(made, coronal, 7)
    points = points_of(coronal.plane(7), coronal.rows, coronal.columns)
    within = inner(made, points)
    assert np.abs(found.pixels - ramp(points))[within].max() <= 1.01
    assert within.mean() > 0.7


@given(tilts, orientations, st.floats(0.1, 40), st.integers(0, 8), st.booleans())
@settings(max_examples=60, deadline=None)
def test_that_the_brightest_of_a_slab_is_no_darker_than_its_mean(
    directions: tuple[Vector, Vector], orientation: Orientation, thickness: float, k: int, oblique: bool
) -> None:
    noise = np.random.default_rng(k).integers(-1000, 2000, (9, 14, 12), np.int16)
    made = volume(directions=directions, pixels=noise)
    stack = stack_of(made, orientation)
    if oblique:
        stack = oblique_stack(made, *directions_of(20, 30, 40), stack.plane(k).origin)
    bright = reslice(made, stack, k, Slab(Projection.MIP, thickness))
    mean = reslice(made, stack, k, Slab(Projection.MEAN, thickness))
    assert (bright.pixels >= mean.pixels).all()
    plane = reslice(made, stack, k)
    if thickness <= stack.gap_mm:
        for slab in (bright, mean):
            assert np.array_equal(slab.pixels, plane.pixels)
    inside = slice(None) if plane.outside is None else ~plane.outside
    assert (bright.pixels[inside] >= plane.pixels[inside]).all()


def test_that_a_slab_holds_just_its_thickness() -> None:
    stack = stack_of(volume(directions=AXIAL), Orientation.AXIAL)
    assert stack.gap_mm == pytest.approx(3.0)
    by_hand = {
        2.0: {4: 1.0},
        3.0: {4: 1.0},
        6.0: {3: 0.5, 4: 1.0, 5: 0.5},
        9.0: {3: 1.0, 4: 1.0, 5: 1.0},
        10.0: {2: 1 / 6, 3: 1.0, 4: 1.0, 5: 1.0, 6: 1 / 6},
    }
    for thickness, expected in by_hand.items():
        shares = dict(slab_shares(stack, 4, Slab(Projection.MEAN, thickness)))
        assert shares == pytest.approx(expected)
        assert max(3.0, thickness) == pytest.approx(3.0 * sum(shares.values()))
    assert dict(slab_shares(stack, 0, Slab(Projection.MIP, 9.0))) == pytest.approx({0: 1.0, 1: 1.0})


@pytest.mark.parametrize("orientation", Orientation)
def test_that_the_mean_of_a_slab_of_a_ramp_is_its_middle_plane(orientation: Orientation) -> None:
    made = volume(directions=OBLIQUE)
    stack = stack_of(made, orientation)
    k = stack.count // 2
    mean = reslice(made, stack, k, Slab(Projection.MEAN, 2.5 * stack.gap_mm)).pixels
    assert np.abs(mean - ramp(points_of(stack.plane(k), stack.rows, stack.columns))).max() <= 1.0


def test_that_only_what_has_been_read_is_shown() -> None:
    made = volume(directions=AXIAL)
    made.loaded[:] = [False, False, True, True, True, True, True, False, True]
    made.pixels[~made.loaded] = 0
    coronal = reslice(made, stack_of(made, Orientation.CORONAL), 3)
    assert coronal.outside is not None
    # the head is up: the last slice is the first row
    assert (~coronal.outside).all(axis=1).tolist() == made.loaded[::-1].tolist()
    assert (coronal.pixels[coronal.outside] == PADDED).all()
    axial = stack_of(made, Orientation.AXIAL)
    slab = reslice(made, axial, 2, Slab(Projection.MEAN, 9.0))
    assert np.array_equal(slab.pixels, np.rint((made.pixels[2] + made.pixels[3].astype(float)) / 2))
    nothing = reslice(made, axial, 0)
    assert nothing.outside is not None and nothing.outside.all()
    stack = oblique_stack(made, (1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (-17.0, 38.0, -41.0 + 12.0))
    found = reslice(made, stack, stack.nearest((-17.0, 38.0, -29.0)))
    plane = stack.plane(stack.nearest((-17.0, 38.0, -29.0)))
    slices = np.array([(plane.to_world(5, row)[2] + 41.0) / 3.0 for row in range(stack.rows)])
    read = (slices >= 2) & (slices <= 6)
    assert found.outside is not None
    assert (~found.outside[:, 5])[read].all()
    between = ((slices > 0) & (slices < 2)) | ((slices > 6) & (slices < 8))
    assert found.outside[:, 5][between].all()


@pytest.mark.parametrize(("padding", "entry"), [(-2000, -3024), (40_000, PADDED)], ids=["fits", "too large"])
def test_that_padding_is_not_taken_for_tissue(padding: int, entry: int) -> None:
    pixels = np.full((9, 14, 12), 40, np.int16)
    pixels[:, :, :3] = entry
    made = volume(directions=AXIAL, pixels=pixels, padding_value=padding, bits_allocated=32)
    for orientation in (Orientation.AXIAL, Orientation.CORONAL):
        for slab in (None, Slab(Projection.MEAN, 7.0), Slab(Projection.MIP, 7.0)):
            found = reslice(made, stack_of(made, orientation), 4, slab)
            assert found.outside is not None
            assert found.outside[:, :3].all() and not found.outside[:, 3:].any()
            assert (found.pixels[:, 3:] == 40).all()
    place = (ORIGIN[0] + 5 * 0.7, 38.0, -29.0)
    stack = oblique_stack(made, *directions_of(20, 30, 10), place)
    found = reslice(made, stack, stack.nearest(place))
    assert found.outside is not None
    assert set(np.unique(found.pixels)) == {PADDED, 40}


def test_that_stored_values_are_rescaled_slice_by_slice() -> None:
    made = volume(directions=OBLIQUE)
    records = tuple(replace(record, slope=0.5 + k, intercept=-3.0 * k) for k, record in enumerate(made.series.slices))
    stored = replace(made, series=replace(made.series, slices=records), rescaled=False, unit="stored")
    values = np.stack([stored.values(k) for k in range(9)])
    coronal = stack_of(stored, Orientation.CORONAL)
    found = reslice(stored, coronal, 5)
    assert found.pixels.dtype == np.float32
    assert stored.affine is not None
    for row, column in ((0, 0), (3, 7), (8, 11)):
        k, j, i = np.rint(np.linalg.inv(stored.affine) @ (*coronal.plane(5).to_world(column, row), 1))[:3].astype(int)
        assert found.pixels[row, column] == pytest.approx(values[k, j, i])
    x, y, z, _ = map(float, stored.affine @ (4.25, 6, 5, 1))
    oblique = oblique_stack(stored, *directions_of(10, 20, 30), (x, y, z))
    at = replace(oblique, first=SlicePlane((x, y, z), *OBLIQUE, 1.0, 1.0), rows=1, columns=1, count=1)
    expected = 0.75 * values[4, 6, 5] + 0.25 * values[5, 6, 5]
    assert reslice(stored, at, 0).pixels[0, 0] == pytest.approx(expected, rel=1e-4)
    assert np.isnan(reslice(stored, replace(at, first=replace(at.first, origin=(999.0, 0.0, 0.0))), 0).pixels[0, 0])


def test_that_a_real_ct_is_resliced_as_simpleitk_does(test_data: Path) -> None:
    folder = test_data / "series" / "02_cmb_crc_MSB-01068_chest_arterial_2p5mm"
    (series,) = [found for found in scan(folder).series if found.volume_ok and len(found.slices) > 10]
    made = load_volume(series)
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames([record.path for record in series.slices])
    image = reader.Execute()
    for orientation in (Orientation.CORONAL, Orientation.SAGITTAL):
        stack = stack_of(made, orientation)
        k = stack.count // 2
        found = reslice(made, stack, k)
        theirs = by_itk(image, stack.plane(k), stack.rows, stack.columns)
        known = ~np.isnan(theirs) & (True if found.outside is None else ~found.outside)
        assert known.mean() > 0.7
        assert np.abs(found.pixels - theirs)[known].max() <= 1.0
    oblique = oblique_stack(made, *stood((0.48, 0.64, 0.6)), stack.plane(k).to_world(200, 20))
    k = oblique.count // 2
    found, theirs = reslice(made, oblique, k), by_itk(image, oblique.plane(k), oblique.rows, oblique.columns)
    known = ~np.isnan(theirs) & (True if found.outside is None else ~found.outside)
    assert known.mean() > 0.05
    assert np.abs(found.pixels - theirs)[known].max() <= 1.5
