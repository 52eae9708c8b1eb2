"""Registration of CT with MR on one made body, whose every point is known in both, and of pairs that do not belong.

The grids are coarse, so that a test takes a second; 20 made pairs are told by `run.py bench registration`.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from app.demo.enhancement import Acquisition
from app.demo.plane import Pose
from tests.support.registration_phantoms import Exam, Grid, liver_points
from viewers.imaging.agreement import Blocks
from viewers.imaging.block_fit import fitted
from viewers.imaging.coarse_image import CoarseImage, coarse_image
from viewers.imaging.edges import edges_of
from viewers.imaging.errors import Cancelled
from viewers.imaging.evening import evened
from viewers.imaging.register import register_closely, register_rigidly_about
from viewers.imaging.register_across import register_across
from viewers.imaging.registration import About, Status
from viewers.imaging.rigid import RigidMotion
from viewers.imaging.shared_information import UNKNOWN, best_shared
from viewers.imaging.volume import Volume

CT = Exam(Pose(0.0, (0.0, 2.0), -118.5, 0.0), Grid(64, 6.0, 5.0, -105.0, 105.0), Acquisition.PORTAL_VENOUS)
MR = Exam(
    Pose(2.5, (9.0, -6.0), 12.0, 14.0),
    Grid(64, 6.0, 5.0, -90.0, 100.0),
    Acquisition.MR_HEPATOBILIARY,  # the liver bright and its vessels dark, both against CT
    seed=2,
)


@pytest.fixture(scope="module")
def volumes() -> tuple[Volume, Volume]:
    return CT.volume(), MR.volume()


@pytest.fixture(scope="module")
def coarse(volumes: tuple[Volume, Volume]) -> tuple[CoarseImage, CoarseImage]:
    ct, mr = volumes
    return coarse_image(ct, 4.5), coarse_image(mr, 4.5)


def test_that_the_liver_is_found_again_on_ct_after_mr(volumes: tuple[Volume, Volume]) -> None:
    ct, mr = volumes
    points = liver_points(60, 3, 4.0)
    on_ct, on_mr = CT.place(points), MR.place(points)
    found, pair = register_rigidly_about(mr, ct, About.LIVER)
    assert np.median(np.linalg.norm(on_mr - on_ct, axis=1)) > 100, "they lie far apart before"
    assert np.median(np.linalg.norm(found.motion.carry(on_mr) - on_ct, axis=1)) <= 5.5
    assert found.quality.status is not Status.FAILED
    assert found.quality.residual_mm is not None
    assert found.quality.residual_mm <= 6.0
    assert register_closely(pair, found) is found, "there is no refinement across modalities"


def test_that_wrong_pairs_fail_and_say_why(coarse: tuple[CoarseImage, CoarseImage]) -> None:
    ct, mr = coarse
    mirrored = replace(mr, values=np.ascontiguousarray(mr.values[:, :, ::-1]))
    apart = ct.cropped((0, 0, 0), (18, 64, 64)), mr.cropped((22, 0, 0), (mr.values.shape[0], 64, 64))
    found = {
        "mirrored": register_across(ct, mirrored)[0].quality,
        "apart": register_across(*apart)[0].quality,
    }
    assert {name: quality.status for name, quality in found.items()} == dict.fromkeys(found, Status.FAILED)
    assert "mirrored left to right" in found["mirrored"].reasons[0]


def test_that_it_stops_when_asked(coarse: tuple[CoarseImage, CoarseImage]) -> None:
    with pytest.raises(Cancelled):
        register_across(*coarse, cancelled=lambda: True)


def test_that_the_shift_is_found_where_values_have_no_scale_in_common() -> None:
    rng = np.random.default_rng(3)
    scene = rng.integers(0, 4, (16, 16, 16)).astype(np.int8)
    other = np.array([2, 0, 3, 1], np.int8)[scene]  # neither brighter nor darker: renamed
    first, second = scene[:12], other[5:, 2:].copy()
    second[0] = UNKNOWN
    found = best_shared(first, second, least_overlap=0.2)
    assert found is not None
    assert found.shift == (-5, -2, 0)
    assert found.correlation == pytest.approx(1.0, abs=1e-5)
    assert found.overlap == pytest.approx(6 * 14 / (12 * 16))
    assert best_shared(first, np.full_like(second, UNKNOWN), least_overlap=0.2) is None


def test_that_shared_information_is_that_of_the_table_of_counts() -> None:
    # 4 + 1 + 1 + 2 of 8: H1 = H2 of (5, 3), H12 of (4, 1, 1, 2); 2 (H1 + H2 - H12) / (H1 + H2)
    first = np.array([0, 0, 0, 0, 0, 1, 1, 1], np.int8).reshape(8, 1, 1)
    second = np.array([0, 0, 0, 0, 1, 0, 1, 1], np.int8).reshape(8, 1, 1)

    def entropy(*counts: int) -> float:
        return -sum(n / 8 * math.log(n / 8) for n in counts)

    alone, both = 2 * entropy(5, 3), entropy(4, 1, 1, 2)
    found = best_shared(first, second, least_overlap=1.0)
    assert found is not None
    assert found.shift == (0, 0, 0)
    assert found.correlation == pytest.approx(2 * (alone - both) / alone, abs=1e-5)


def test_that_the_motion_of_blocks_is_found_past_those_that_went_astray() -> None:
    affine = np.diag([5.0, 4.0, 4.0, 1.0])[[2, 1, 0, 3]]
    grid = CoarseImage(np.zeros((20, 30, 30), np.float32), affine, True)
    rng = np.random.default_rng(5)
    places = rng.integers(3, 18, (30, 3))
    angle = math.radians(4)
    c, s = math.cos(angle), math.sin(angle)
    true = RigidMotion(np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]), np.array([6.0, -3.0, 8.0]))
    moved = true.carry(grid.points(places.astype(np.float64))) - grid.points(places.astype(np.float64))
    offsets = moved @ (grid.affine[:3, :3] / np.array(grid.spacing_mm))
    offsets[::5] += 12.0
    found = fitted(grid, RigidMotion.by((0.0, 0.0, 0.0)), Blocks(places, offsets, np.full(30, 0.8)), 0.4)
    assert np.allclose(found.turn, true.turn, atol=1e-9)
    assert np.allclose(found.shift_mm, true.shift_mm, atol=1e-6)
    few = Blocks(places, offsets, np.where(np.arange(30) < 5, 0.8, 0.1))
    start = RigidMotion.by((1.0, 0.0, 0.0))
    assert fitted(grid, start, few, 0.4) is start


def test_that_edges_are_the_same_whichever_side_is_brighter() -> None:
    rng = np.random.default_rng(2)
    grid = CoarseImage(rng.normal(size=(9, 9, 9)).astype(np.float32), np.diag([5.0, 5.0, 5.0, 1.0]), True)
    whole = np.ones((9, 9, 9), bool)
    assert np.allclose(edges_of(grid, grid.values, whole, whole), edges_of(grid, -3 * grid.values, whole, whole))


def test_that_the_coil_is_taken_out_of_an_mr_and_ct_stays() -> None:
    body = np.zeros((20, 40, 40), bool)
    body[:, 6:34, 6:34] = True
    slope = np.linspace(0.7, 1.3, 40)
    values = np.where(body, 200 * slope - 150, -150).astype(np.float32)
    mr = CoarseImage(values, np.diag([5.0, 5.0, 5.0, 1.0]), False)
    made = evened(mr, body).values[body] + 150
    assert made.std() / made.mean() < 0.5 * (values[body] + 150).std() / (values[body] + 150).mean()
    ct = replace(mr, hounsfield=True)
    assert evened(ct, body) is ct
