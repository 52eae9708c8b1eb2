from __future__ import annotations

import numpy as np
import pytest

from viewers.imaging.lesion_extent import Extent
from viewers.imaging.necks import beyond_necks, is_vessel

SPACING_MM = (2.0, 1.0, 1.0)


def grid():
    """z, y and x in mm of the voxels of a box with its middle at (20, 40, 40)."""
    return (axis * step for axis, step in zip(np.mgrid[:21, :81, :81].astype(float), SPACING_MM, strict=True))


def ball(radius, at):
    z, y, x = grid()
    return (z - at[0]) ** 2 + (y - at[1]) ** 2 + (x - at[2]) ** 2 < radius**2


def vessel(radius, x_mm):
    """A tube down all columns at x."""
    z, _, x = grid()
    return (z - 20.0) ** 2 + (x - x_mm) ** 2 < radius**2


def ends_of(tube):
    ends = np.zeros_like(tube)
    ends[:, [0, -1]] = tube[:, [0, -1]]
    return ends


@pytest.mark.parametrize("radius", [4.0, 6.0, 11.0], ids=str)
def test_that_a_vessel_beside_a_lesion_ends_where_they_touch(radius):
    lesion, tube = ball(10.0, (20.0, 40.0, 30.0)), vessel(radius, 39.5 + radius)
    beyond = beyond_necks(lesion | tube, ends_of(tube), (10, 40, 28), SPACING_MM)
    assert np.count_nonzero(beyond & ~tube) == 0
    assert np.count_nonzero(tube & ~lesion & ~beyond) <= 0.01 * np.count_nonzero(tube)


def test_that_what_grows_thinner_towards_its_end_has_no_neck():
    z, y, x = grid()
    cone = (z - 20.0) ** 2 + (x - 40.0) ** 2 < np.maximum(0.2 * (78.0 - y), 0) ** 2
    tip = cone & (y > 66.0)
    assert beyond_necks(cone, tip, (10, 5, 40), SPACING_MM) is None


def test_that_a_lesion_of_two_lobes_is_not_parted_where_no_vessel_leads_on():
    lobes = ball(9.0, (20.0, 40.0, 30.0)) | ball(9.0, (20.0, 40.0, 45.0))
    assert beyond_necks(lobes, np.zeros_like(lobes), (10, 40, 28), SPACING_MM) is None


def test_that_the_second_lobe_stays_with_the_first_when_a_vessel_touches_it():
    lobes = ball(10.0, (20.0, 40.0, 26.0)) | ball(8.0, (20.0, 40.0, 40.0))
    tube = vessel(5.0, 52.5)
    beyond = beyond_necks(lobes | tube, ends_of(tube), (10, 40, 24), SPACING_MM)
    assert np.count_nonzero(beyond & lobes & ~tube) == 0
    assert np.count_nonzero(tube & ~beyond) <= 0.02 * np.count_nonzero(tube)


def test_that_a_tube_is_a_vessel_where_it_leads_on_at_both_ends():
    tube = vessel(5.0, 40.0)
    _, y, _ = grid()
    piece, rest = tube & (abs(y - 40.0) < 14.0), tube & (abs(y - 40.0) >= 14.0)
    assert is_vessel(Extent(piece, rest), SPACING_MM)
    assert not is_vessel(Extent(piece, rest & (y > 40.0)), SPACING_MM)
    assert not is_vessel(Extent(piece, vessel(2.5, 40.0) & ~piece), SPACING_MM)


def test_that_a_very_long_tube_is_a_vessel_and_a_large_lesion_is_not():
    assert is_vessel(Extent(vessel(5.0, 40.0)), SPACING_MM)
    assert not is_vessel(Extent(ball(30.0, (20.0, 40.0, 20.0))), SPACING_MM)


def test_that_a_single_voxel_is_no_vessel():
    one = np.zeros((5, 6, 7), bool)
    one[2, 3, 3] = True
    assert not is_vessel(Extent(one), (2.0, 2.0, 2.0))
