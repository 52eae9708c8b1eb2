from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.viewers.imaging.test_register import PRIOR
from viewers.imaging.geometry import SlicePlane
from viewers.imaging.liver_level import LiverLevel, find_liver_level
from viewers.imaging.volume import Volume


@pytest.fixture(scope="module")
def volume() -> Volume:
    return PRIOR.volume()


ROW, COLUMN = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)


def test_that_the_level_is_that_of_the_liver_and_not_of_spleen_or_muscle(volume: Volume) -> None:
    """The demonstration's liver has 113 HU in the portal venous phase; its blocks hold vessels and rims as well."""
    level = find_liver_level(volume)
    assert level is not None
    plane = volume.planes[volume.shape[0] // 2]
    assert plane is not None
    assert level.near(plane) == pytest.approx(113, abs=4)


def test_that_the_liver_near_the_plane_counts_and_all_of_it_where_little_is_near() -> None:
    z = np.repeat(np.arange(10.0) * 10, 40)
    level = LiverLevel(np.column_stack([z * 0, z * 0, z]), np.asarray(100 + z, np.float32))
    # 15 mm about z = 30 are the layers at 20, 30 and 40 of 40 points each
    assert level.near(SlicePlane((5.0, 5.0, 30.0), ROW, COLUMN, 1.0, 1.0)) == 130
    assert level.near(SlicePlane((5.0, 5.0, 300.0), ROW, COLUMN, 1.0, 1.0)) == 145


def test_that_no_liver_is_made_up(volume: Volume) -> None:
    assert find_liver_level(replace(volume, affine=None)) is None
    assert find_liver_level(replace(volume, pixels=np.full_like(volume.pixels, -1000))) is None
    assert find_liver_level(replace(volume, unit="")) is None
