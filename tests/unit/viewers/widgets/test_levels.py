from __future__ import annotations

import numpy as np
import pytest

from viewers.imaging.geometry import SlicePlane, along
from viewers.widgets.levels import Levels
from viewers.widgets.source import ArraySource

ROW, COLUMN = (0.8, 0.6, 0.0), (0.0, 0.0, -1.0)
NORMAL = (-0.6, 0.8, 0.0)


def stack(heights: list[float]) -> ArraySource:
    planes = tuple(SlicePlane(along((5.0, -20.0, 40.0), NORMAL, h), ROW, COLUMN, 0.7, 1.1) for h in heights)
    return ArraySource(np.zeros((len(heights), 4, 5), np.int16), planes)


@pytest.mark.parametrize(
    ("height", "expected"),
    [
        pytest.param(0.0, (0, 0.0), id="on-the-first"),
        pytest.param(4.4, (1, 1.4), id="nearer-the-second"),
        pytest.param(8.0, (2, 1.0), id="between-uneven-ones"),
        pytest.param(30.0, (2, 21.0), id="beyond-the-last"),
    ],
)
def test_that_the_nearest_image_is_found_along_the_normal(height: float, expected: tuple[int, float]) -> None:
    source = stack([0.0, 3.0, 9.0])
    point = along(along(source.planes[0].to_world(3, 2), NORMAL, height), ROW, 17.0)
    k, distance = Levels(source).nearest(point) or (-1, -1.0)
    assert (k, distance) == (expected[0], pytest.approx(expected[1]))


def test_that_half_a_gap_is_to_the_nearer_neighbour() -> None:
    levels = Levels(stack([0.0, 3.0, 9.0]))
    assert [levels.half_gap_mm(k) for k in range(3)] == pytest.approx([1.5, 1.5, 3.0])
    assert Levels(stack([0.0])).half_gap_mm(0) == 0.0


@pytest.mark.parametrize(("height", "held"), [(10.4, True), (10.6, False), (-1.4, True), (-1.6, False)])
def test_that_a_stack_holds_what_is_within_half_a_gap(height: float, held: bool) -> None:
    source = stack([0.0, 3.0, 6.0, 9.0])
    assert Levels(source).holds(along(source.planes[0].origin, NORMAL, height)) is held


def test_that_a_stack_without_planes_has_no_levels() -> None:
    levels = Levels(ArraySource(np.zeros((3, 4, 5), np.int16), measurable=False))
    assert levels.nearest((0.0, 0.0, 0.0)) is None
    assert not levels.holds((0.0, 0.0, 0.0))
    assert levels.down_step == 1


@pytest.mark.parametrize(("step", "expected"), [(3.0, -1), (-3.0, 1)], ids=["feet-first", "head-first"])
def test_that_down_is_towards_the_feet(step: float, expected: int) -> None:
    planes = tuple(SlicePlane((0.0, 0.0, step * k), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 1.0, 1.0) for k in range(3))
    assert Levels(ArraySource(np.zeros((3, 4, 5), np.int16), planes)).down_step == expected
