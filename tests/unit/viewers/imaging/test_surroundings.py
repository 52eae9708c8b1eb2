from __future__ import annotations

import numpy as np
import pytest

from viewers.imaging.geometry import SlicePlane
from viewers.imaging.surroundings import values_beside

OBLIQUE = SlicePlane((-40.0, 5.0, 12.0), (0.8, 0.6, 0.0), (-0.6, 0.8, 0.0), 1.1, 0.7)
"""Rows 1.1 mm apart, columns 0.7 mm, turned in the plane."""


def test_that_what_lies_beyond_each_side_of_a_line_is_told_in_its_own_value() -> None:
    """A disc of 40 in air, but for a bright stripe on the side where columns grow; a line of 20 mm along the rows."""
    rows, columns = np.mgrid[0:80, 0:120]
    away_mm = np.hypot((rows - 40) * 1.1, (columns - 60) * 0.7)
    image = np.where(away_mm < 11, 40.0, -850.0)
    image[:, 77:] = 300.0  # from 11.9 mm on
    start, end = OBLIQUE.to_world(60 - 10 / 0.7, 40.0), OBLIQUE.to_world(60 + 10 / 0.7, 40.0)
    assert sorted(values_beside(image, OBLIQUE, start, end)) == [-850.0, -850.0, -850.0, 300.0]


@pytest.mark.parametrize("unseen", ["outside", "padding"])
def test_that_a_side_that_was_not_imaged_says_nothing(unseen: str) -> None:
    """A line of 10 mm that ends 2.1 mm from the edge of the image, or of what was measured."""
    image = np.full((80, 60 if unseen == "outside" else 90), 40.0)
    padding = np.zeros(image.shape, dtype=np.bool_)
    padding[:, 60:] = True
    start, end = OBLIQUE.to_world(57.0 - 10 / 0.7, 40.0), OBLIQUE.to_world(57.0, 40.0)
    assert values_beside(image, OBLIQUE, start, end, padding if unseen == "padding" else None) == (40.0, 40.0, 40.0)
    assert values_beside(image, OBLIQUE, start, start) == ()
