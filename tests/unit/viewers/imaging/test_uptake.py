from __future__ import annotations

import numpy as np
import pytest

from tests.support.lesion_phantoms import LesionPhantom, Part, ball
from viewers.imaging.reference import ReferenceRegion
from viewers.imaging.uptake import find_liver, uptake_in
from viewers.imaging.volume import Volume

PHANTOM = LesionPhantom((Part(ball(15.0), 124.0),), size_mm=(130.0, 110.0, 70.0), noise_sd=10.0)


@pytest.fixture(scope="module")
def volume() -> Volume:
    return PHANTOM.volume()


def test_that_lesion_and_liver_have_the_means_they_were_made_with(volume: Volume) -> None:
    start, end = PHANTOM.world(-15.0, 0.0, 0.0), PHANTOM.world(15.0, 0.0, 0.0)
    found = uptake_in(volume, start, end, ReferenceRegion(PHANTOM.world(40.0, 0.0, 0.0)))
    count = 24.0 * 3.0 / (0.8 * 0.8)  # pixels within 1.5 mm of the inner 24 mm of the line
    assert found.lesion == pytest.approx(124.0, abs=4 * 10.0 / np.sqrt(count))
    assert found.liver == pytest.approx(74.0, abs=1.0)
    assert found.aorta is None, "there is none in the phantom"
    liver = find_liver(volume, start, end)
    assert liver is not None
    assert uptake_in(volume, start, end, liver).liver == pytest.approx(74.0, abs=1.0)


def test_that_a_place_outside_the_series_has_no_value(volume: Volume) -> None:
    far = PHANTOM.world(0.0, 0.0, 300.0), PHANTOM.world(20.0, 0.0, 300.0)
    assert uptake_in(volume, *far, None).lesion is None
    assert find_liver(volume, *far) is None
