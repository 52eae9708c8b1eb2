from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support.phantoms import AXIAL, OBLIQUE
from tests.support.volumes import ramp, volume
from viewers.imaging.errors import ImagingError
from viewers.imaging.rescale import PADDED
from viewers.imaging.rigid import RigidMotion
from viewers.imaging.subtract import pair, subtracted, why_not_subtracted
from viewers.imaging.volume import Volume


def noise(seed: int) -> Volume:
    pixels = np.random.default_rng(seed).integers(-1000, 3000, (9, 14, 12), np.int16)
    return volume(directions=OBLIQUE, pixels=pixels)


def test_that_phases_of_one_grid_are_subtracted_voxel_by_voxel() -> None:
    arterial, pre = noise(1), noise(2)
    pairing = pair(arterial, pre)
    assert pairing.images == tuple(range(9))
    for k in (0, 4, 8):
        found = subtracted(arterial, pre, pairing, k)
        assert found.pixels.dtype == np.int16 and found.outside is None
        assert np.array_equal(found.pixels, arterial.pixels[k].astype(int) - pre.pixels[k])


def test_that_a_phase_of_another_grid_is_sampled_where_the_arterial_images_are() -> None:
    arterial = volume(directions=OBLIQUE)
    pre = volume((14, 20, 20), (2.0, 0.9, 0.9), OBLIQUE)
    pairing = pair(arterial, pre)
    assert set(pairing.images[1:]) == {None}
    found = subtracted(arterial, pre, pairing, 4)
    # one ramp in the patient: their difference is nothing, but for whole HU
    assert found.outside is None
    assert np.abs(found.pixels).max() <= 1


def test_that_what_only_one_phase_shows_is_marked() -> None:
    arterial = volume(directions=AXIAL)
    pre = volume((5, 14, 12), directions=AXIAL)
    pairing = pair(arterial, pre)
    assert pairing.images == (0, 1, 2, 3, 4, None, None, None, None)
    assert subtracted(arterial, pre, pairing, 4).outside is None
    beyond = subtracted(arterial, pre, pairing, 7)
    assert beyond.outside is not None and beyond.outside.all()
    assert (beyond.pixels == PADDED).all()
    pre.loaded[2] = False
    unread = subtracted(arterial, pre, pairing, 2)
    assert unread.outside is not None and unread.outside.all()


def test_that_differences_are_held_within_int16() -> None:
    high, low = np.full((9, 14, 12), 30_000, np.int16), np.full((9, 14, 12), -20_000, np.int16)
    a, b = volume(pixels=high), volume(pixels=low)
    assert (subtracted(a, b, pair(a, b), 0).pixels == 32_767).all()
    assert (subtracted(b, a, pair(b, a), 0).pixels == -32_767).all()  # -32768 marks what was not measured


def test_that_padding_of_either_phase_is_marked() -> None:
    a, b = np.full((9, 14, 12), 90, np.int16), np.full((9, 14, 12), 30, np.int16)
    a[:, 0, :], b[:, :, 0] = PADDED, PADDED
    arterial, pre = (
        volume(pixels=a, padding_value=40_000, bits_allocated=32),
        volume(pixels=b, padding_value=40_000, bits_allocated=32),
    )
    found = subtracted(arterial, pre, pair(arterial, pre), 3)
    assert found.outside is not None
    assert found.outside[0].all() and found.outside[:, 0].all() and not found.outside[1:, 1:].any()
    assert (found.pixels[1:, 1:] == 60).all()


def test_that_stored_values_are_subtracted_with_their_own_slopes() -> None:
    arterial, pre = noise(3), noise(4)
    records = tuple(replace(r, slope=0.5 + k, intercept=2.0) for k, r in enumerate(arterial.series.slices))
    arterial = replace(arterial, series=replace(arterial.series, slices=records), rescaled=False)
    found = subtracted(arterial, pre, pair(arterial, pre), 3)
    assert found.pixels.dtype == np.float32
    assert np.allclose(found.pixels, arterial.pixels[3] * 3.5 + 2.0 - pre.pixels[3])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frame_of_reference_uid": "2.9"}, "another frame of reference"),
        ({"frame_of_reference_uid": None}, "no frame of reference"),
        ({"modality": "MR"}, "different things"),
        ({"samples_per_pixel": 3}, "Colours"),
    ],
)
def test_that_what_does_not_belong_together_is_not_subtracted(change: dict[str, object], words: str) -> None:
    arterial, pre = noise(1), noise(2)
    other = replace(pre, series=replace(pre.series, **change))
    assert words in why_not_subtracted(arterial, other)
    with pytest.raises(ImagingError, match=words):
        pair(arterial, other)


def test_that_an_uneven_volume_is_subtracted_only_image_on_image() -> None:
    arterial = noise(1)
    pre = replace(noise(2), affine=None)
    assert why_not_subtracted(arterial, pre) == ""
    shifted = volume((9, 14, 12), (2.9, 1.1, 0.7), OBLIQUE)
    assert "not one even volume" in why_not_subtracted(arterial, replace(shifted, affine=None))


def test_that_a_ramp_minus_nothing_is_the_ramp() -> None:
    arterial, pre = volume(), volume(pixels=np.zeros((9, 14, 12), np.int16))
    plane = arterial.planes[2]
    assert plane is not None
    found = subtracted(arterial, pre, pair(arterial, pre), 2).pixels
    assert found[3, 7] == round(float(ramp(np.array(plane.to_world(7, 3)))))


def test_that_images_that_share_only_a_corner_are_not_taken_for_one_grid() -> None:
    arterial = volume(directions=OBLIQUE)
    finer = volume(spacing_mm=(3.0, 1.3, 0.9), directions=OBLIQUE)
    pairing = pair(arterial, finer)
    assert set(pairing.images) == {None}
    # sampled, it is the same ramp: nothing is left of it
    found = subtracted(arterial, finer, pairing, 4)
    assert found.outside is None
    assert np.abs(found.pixels).max() <= 1


def test_that_what_moved_in_between_is_subtracted_from_where_it_was() -> None:
    # the body of `pre` lies 2 columns, 1 row and 3 slices farther, and is 25 HU darker
    whole = np.random.default_rng(5).integers(-200, 300, (20, 24, 22), np.int16)
    spacing = (3.0, 1.1, 0.7)
    arterial = volume(spacing_mm=spacing, directions=OBLIQUE, pixels=whole[5:14, 4:18, 6:18].copy())
    pre = volume(spacing_mm=spacing, directions=OBLIQUE, pixels=(whole[2:11, 3:17, 4:16] - 25).astype(np.int16))
    row, column = (np.asarray(direction) for direction in OBLIQUE)
    shift = 2 * 0.7 * row + 1 * 1.1 * column + 3 * 3.0 * np.cross(row, column)
    pairing = pair(arterial, pre).moved(RigidMotion.by(tuple(shift)))
    found = subtracted(arterial, pre, pairing, 4)
    assert found.outside is not None
    assert (found.pixels[:13, :10] == 25).all()
    assert found.outside[13].all() and found.outside[:, 11].all()  # there `pre` has no voxels
    assert not found.outside[:13, :10].any()


def test_that_what_was_turned_in_between_is_turned_back() -> None:
    arterial, pre = volume((9, 14, 12), directions=AXIAL), volume((15, 30, 30), (3.0, 1.1, 0.7), AXIAL)
    turned = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    plane = arterial.planes[4]
    assert plane is not None
    about = np.asarray(plane.to_world(4, 4))
    motion = RigidMotion(turned, about - turned @ about)
    found = subtracted(arterial, pre, pair(arterial, pre).moved(motion), 4)
    at = np.asarray(plane.to_world(5, 6))
    there = turned @ (at - about) + about
    expected = float(ramp(at)) - float(ramp(there))
    assert found.pixels[6, 5] == pytest.approx(expected, abs=1.0)
