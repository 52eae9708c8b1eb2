from __future__ import annotations

import math

import numpy as np
import pytest

from tests.support.lesion_phantoms import NECROSIS_HU, LesionPhantom, Part, ball
from viewers.imaging.assist import prepare
from viewers.imaging.assisted import AssistSettings, Click
from viewers.imaging.lesion_shape import contour, outside_viable_mm, proposal_of


def disc(radius: float, size: int = 41) -> np.ndarray:
    rows, columns = np.mgrid[:size, :size]
    return (radius - np.hypot(rows - size // 2, columns - size // 2)).astype(np.float32)


def test_that_an_outline_lies_where_the_level_is_zero() -> None:
    pieces = contour(disc(12.3))
    ends = np.concatenate([pieces[:, :2], pieces[:, 2:]])
    assert np.hypot(*(ends - 20).T) == pytest.approx(12.3, abs=0.05)
    length = np.hypot(*(pieces[:, 2:] - pieces[:, :2]).T).sum()
    assert length == pytest.approx(2 * math.pi * 12.3, rel=0.01)


@pytest.mark.parametrize("corners", range(1, 15))
def test_that_every_cell_separates_its_corners(corners: int) -> None:
    inside = np.array([corners >> n & 1 for n in range(4)])
    a, b, c, d = np.where(inside, 1.0, -1.0)
    pieces = contour(np.array([[a, b], [d, c]], np.float32))
    changes = sum(x != y for x, y in zip((a, b, c, d), (b, c, d, a), strict=True))
    assert 2 * len(pieces) == changes, "each edge that is crossed is the end of one piece"
    assert set(map(tuple, pieces.reshape(-1, 2))) <= {(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)}


@pytest.fixture(scope="module")
def ring():
    """A ball of viable tumour, 40 mm, with a dead core of 20 mm, in the middle of the stack."""
    made = LesionPhantom((Part(ball(20.0), 134.0), Part(ball(10.0), NECROSIS_HU)), size_mm=(100.0, 100.0, 70.0))
    return made, proposal_of(prepare(made.volume(), Click(made.world(-15.0, 0.0, 0.0))))


def test_that_a_line_across_the_dead_core_is_told_how_much_of_it_is_not_viable(ring) -> None:
    made, proposal = ring
    k = made.shape[0] // 2
    across = made.world(-19.0, 0.0, 0.0), made.world(19.0, 0.0, 0.0)
    assert outside_viable_mm(proposal, k, *across) == pytest.approx(20.0, abs=1.6)
    beside = made.world(-12.0, 14.0, 0.0), made.world(12.0, 14.0, 0.0)
    assert outside_viable_mm(proposal, k, *beside) == pytest.approx(0.0, abs=0.2)


def test_that_outlines_are_given_in_the_pixels_of_the_series(ring) -> None:
    made, proposal = ring
    shape = proposal.slices[made.shape[0] // 2]
    middle = np.array([made.shape[2] // 2, made.shape[1] // 2])
    away = np.hypot(*((shape.viable[:, :2] - middle) * made.spacing_mm[2]).T)
    assert {round(radius) for radius in np.percentile(away, [2, 98])} == {10, 20}


def test_that_a_higher_threshold_leaves_less_and_nothing_at_last(ring) -> None:
    _, proposal = ring
    less = proposal_of(proposal.prepared, AssistSettings(threshold_sd=4.5))
    assert less.measured.viable.volume_ml < proposal.measured.viable.volume_ml
    none = proposal_of(proposal.prepared, AssistSettings(threshold_sd=8.0))
    assert none.measured.viable is None
    assert none.measured.whole == proposal.measured.whole
