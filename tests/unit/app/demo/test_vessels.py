import math

import numpy as np

from app.demo.plane import Plane, Pose
from app.demo.vessels import chain, coverage, fill, within

STRAIGHT = Pose(0.0, (0.0, 0.0), 0.0, 0.0)
TRUNK = (((0.0, 0.0, 0.0, 3.0), (0.0, 0.0, 10.0, 3.0)),)


def test_that_a_tree_comes_near_every_target_and_never_widens_on_the_way() -> None:
    targets = within(1, 80, (0.0, 0.0, 40.0), (30.0, 30.0, 25.0))
    tree = fill(2, TRUNK, targets, 0.5)
    ends = tree[:, 4:7]
    assert all(np.min(np.linalg.norm(ends - t, axis=1)) < 6.0 for t in targets)
    assert np.all(tree[:, 3] >= tree[:, 7] - 1e-9)
    starts = {tuple(row) for row in np.round(tree[:, :3], 6)} - {(0.0, 0.0, 0.0)}
    assert starts <= {tuple(row) for row in np.round(ends, 6)}


def test_that_the_same_seed_grows_the_same_tree() -> None:
    targets = within(1, 20, (0.0, 0.0, 40.0), (30.0, 30.0, 25.0))
    assert np.array_equal(fill(2, TRUNK, targets, 0.5), fill(2, TRUNK, targets, 0.5))


def test_that_an_upright_vessel_is_a_disc_of_its_radius() -> None:
    plane = Plane(STRAIGHT, 0.0, 96, 0.5)
    met = coverage(plane, 0.0, chain((3.0, 4.0, -20.0, 5.0), (3.0, 4.0, 20.0, 5.0)))
    assert met is not None
    assert abs(float(met[0].sum()) * 0.25 - math.pi * 25) < 0.02 * math.pi * 25


def test_that_a_vessel_far_above_the_slice_is_not_seen() -> None:
    plane = Plane(STRAIGHT, 0.0, 96, 0.5)
    assert coverage(plane, 0.0, chain((0.0, 0.0, 30.0, 5.0), (0.0, 0.0, 50.0, 5.0))) is None
