"""The parts of a registration, each against values worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.support.volumes import volume
from viewers.imaging.agreement import Agreement, agreement
from viewers.imaging.coarse_image import CoarseImage, coarse_image
from viewers.imaging.demons import Field
from viewers.imaging.place_search import Fit, best_fit
from viewers.imaging.registration import About, Status
from viewers.imaging.registration_quality import Evidence, judge_quality
from viewers.imaging.rigid import RigidMotion

_GOOD = Agreement(60, 0.95, 2.0, 0.9)
_SEEN = Evidence(About.LIVER, True, Fit((0, 0, 0), 0.9, 0.9), None)


def test_that_a_quarter_turn_about_the_long_axis_carries_left_to_back_and_comes_back() -> None:
    turn = RigidMotion(np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]), np.array([1.0, 2.0, 3.0]))
    point = np.array([[10.0, 0.0, 5.0]])
    assert turn.carry(point).tolist() == [[1.0, 12.0, 8.0]]
    assert turn.back(turn.carry(point)).tolist() == point.tolist()
    assert math.isclose(turn.degrees, 90.0)


def test_that_block_means_lie_where_the_blocks_lie_and_oil_counts_as_bright_tissue() -> None:
    pixels = np.full((12, 24, 24), 40, np.int16)
    pixels[:, :2, :2] = 3000
    made = volume((12, 24, 24), (2.0, 1.0, 1.0), pixels=pixels)
    coarse = coarse_image(made, 2.0)
    assert coarse.values.shape == (12, 12, 12)
    assert coarse.values[0, 0, 0] == 250
    assert coarse.values[0, 5, 5] == 40
    assert made.affine is not None
    first = made.affine @ [0, 0.5, 0.5, 1]
    assert np.allclose(coarse.points(np.zeros((1, 3)))[0], first[:3])


def test_that_a_shift_is_found_where_only_a_part_overlaps() -> None:
    rng = np.random.default_rng(3)
    scene = rng.normal(size=(30, 30, 30)).astype(np.float32)
    first, second = scene[:20], scene[8:, 3:]
    whole = np.ones(first.shape, bool), np.ones(second.shape, bool)
    found = best_fit(first, whole[0], second, whole[1], least_overlap=0.3)
    assert found is not None
    assert found.shift == (-8, -3, 0)
    assert found.correlation == pytest.approx(1.0, abs=1e-3)
    assert found.overlap == pytest.approx(12 * 27 / (20 * 30))
    assert best_fit(first, whole[0], second, whole[1], least_overlap=0.3, reach=(2, 2, 2)) != found


def test_that_a_field_is_undone_by_its_inverse() -> None:
    # a stretch of 10 % about the middle of the grid: x of 5 mm from it goes to 5.5 mm, and 5.5 mm comes back to 5 mm
    affine = np.diag([2.0, 2.0, 2.0, 1.0])[:, [2, 1, 0, 3]]
    k, j, i = np.indices((21, 21, 21)) * 2.0 - 20.0
    field = Field(np.stack([0.1 * i, 0.1 * j, 0.1 * k], -1).astype(np.float32), affine)
    assert np.allclose(field.carry(np.array([[25.0, 20.0, 20.0]])), [[25.5, 20.0, 20.0]])
    assert np.allclose(field.back(np.array([[25.5, 20.0, 20.0]])), [[25.0, 20.0, 20.0]], atol=0.03)
    assert field.least_stretch == pytest.approx(1.1**3, rel=1e-3)


def test_that_blocks_tell_a_shift_in_mm_and_noise_from_agreement() -> None:
    from scipy.ndimage import gaussian_filter

    scene = gaussian_filter(np.random.default_rng(5).normal(size=(44, 44, 44)), 2).astype(np.float32) * 1000
    grid = CoarseImage(scene[2:42, 2:42, 2:42], np.diag([4.0, 4.0, 4.0, 1.0]), True)
    everywhere = np.ones(grid.values.shape, bool)
    moved = agreement(grid, grid.values, scene[1:41, 2:42, 2:42], everywhere, everywhere)
    assert moved.confirmed == 1.0
    assert moved.residual_mm == pytest.approx(4.0, abs=0.2)
    other = gaussian_filter(np.random.default_rng(6).normal(size=(40, 40, 40)), 2).astype(np.float32) * 1000
    assert agreement(grid, grid.values, other, everywhere, everywhere).confirmed < 0.2


@pytest.mark.parametrize(
    ("evidence", "found", "overlap", "degrees", "status", "says"),
    [
        (_SEEN, _GOOD, 1.0, 3.0, Status.GOOD, ""),
        (_SEEN, _GOOD, 0.70, 3.0, Status.DOUBTFUL, "Only 70 % of the liver lies within the later images."),
        (_SEEN, _GOOD, 0.40, 3.0, Status.FAILED, "Only 40 % of the liver"),
        (_SEEN, _GOOD, 1.0, 20.0, Status.DOUBTFUL, "turned by 20°"),
        (_SEEN, Agreement(60, 0.5, 4.0, 0.7), 1.0, 3.0, Status.FAILED, "30 of 60 places in the liver"),
        (_SEEN, Agreement(60, 0.75, 4.0, 0.7), 1.0, 3.0, Status.DOUBTFUL, "45 of 60 places"),
        (_SEEN, Agreement(60, 0.95, 9.0, 0.7), 1.0, 3.0, Status.FAILED, "9.0 mm (median)"),
        (_SEEN, Agreement(5, 1.0, 1.0, 0.9), 1.0, 3.0, Status.FAILED, "Only 5 places"),
        (Evidence(About.LIVER, True, None, None), _GOOD, 1.0, 3.0, Status.FAILED, "do not overlap"),
        (Evidence(About.LUNGS, False, _SEEN.fit, None), _GOOD, 1.0, 3.0, Status.DOUBTFUL, "No lungs were found"),
        (
            Evidence(About.LIVER, True, _SEEN.fit, ("head to foot", 0.95)),
            _GOOD,
            1.0,
            3.0,
            Status.FAILED,
            "head to foot",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_that_the_worst_number_decides(
    evidence: Evidence, found: Agreement, overlap: float, degrees: float, status: Status, says: str
) -> None:
    quality = judge_quality(evidence, found, overlap, degrees)
    assert quality.status is status
    assert (says in quality.reasons[0]) if says else not quality.reasons
    assert quality.of_body == (not evidence.organ_found)
