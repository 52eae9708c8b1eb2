from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from viewers.imaging.distances import depth_mm, grown, inside_mm, outside_mm

SPACING_MM = (2.5, 0.7, 1.1)


@pytest.fixture(scope="module", params=[0, 1, 2])
def mask(request):
    rng = np.random.default_rng(request.param)
    made = np.zeros((12, 30, 26), bool)
    low = rng.integers(0, 4, 3) * request.param  # the first touches the sides
    made[low[0] : 7, low[1] : 18, low[2] : 15] = rng.random(made[low[0] : 7, low[1] : 18, low[2] : 15].shape) < 0.8
    return made


def test_that_distances_are_those_to_the_nearest_voxel(mask):
    assert outside_mm(mask, SPACING_MM) == pytest.approx(distance_transform_edt(~mask, SPACING_MM), abs=1e-3)
    assert inside_mm(mask, SPACING_MM) == pytest.approx(distance_transform_edt(mask, SPACING_MM), abs=1e-3)


def test_that_looking_no_farther_changes_nothing_nearer(mask):
    every, near = outside_mm(mask, SPACING_MM), outside_mm(mask, SPACING_MM, 5.0)
    assert (near[every <= 5.0] == every[every <= 5.0]).all()
    assert (near[every > 5.0] > 5.0).all()
    assert (grown(mask, SPACING_MM, 5.0) == (every <= 5.0)).all()


def test_that_depth_is_counted_from_the_outline(mask):
    assert depth_mm(mask, SPACING_MM) == pytest.approx(inside_mm(mask, SPACING_MM) - 0.35, abs=1e-6)


def test_that_an_empty_mask_is_nowhere_near():
    none = np.zeros((3, 4, 5), bool)
    assert np.isinf(outside_mm(none, SPACING_MM)).all()
    assert not inside_mm(none, SPACING_MM).any()
    assert not grown(none, SPACING_MM, 100.0).any()
