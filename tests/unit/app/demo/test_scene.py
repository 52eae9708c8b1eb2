"""The HU of the great organs, phase by phase, at places known from the drawing."""

import numpy as np
import pytest

from app.demo.noise import Noise
from app.demo.plane import Plane
from app.demo.scene import Scene, grow_anatomy
from app.demo.story import read_story

PRE, ARTERIAL, PORTAL, DELAYED = range(4)
PLACES = {  # body x, y, z in mm and half the side of the sampled square
    "aorta": (8.0, 44.0, 20.0, 4.0),
    "liver": (-95.0, 45.0, 20.0, 8.0),
    "spleen": (112.0, 32.0, 20.0, 7.0),
    "tumour rim": (-84.0, -43.0, 20.0, 2.0),
    "necrosis": (-83.4, -25.7, 20.0, 4.0),
}


@pytest.fixture(scope="module")
def means() -> dict[str, np.ndarray]:
    scene = Scene(read_story().timepoints[0])
    pose = scene.pose(chest=False)
    plane = Plane(pose, pose.to_patient((0.0, 0.0, 20.0))[2], 384, 0.9)
    hu = scene.render(grow_anatomy(), plane, chest=False)
    found = {}
    for name, (x, y, z, half) in PLACES.items():
        px, py, _ = pose.to_patient((x, y, z))
        column, row = (round((v - plane.origin_mm) / plane.spacing_mm) for v in (px, py))
        n = int(half / plane.spacing_mm)
        found[name] = np.median(hu[:, row - n : row + n + 1, column - n : column + n + 1], axis=(1, 2))
    return found


def test_that_the_phases_look_like_themselves(means: dict[str, np.ndarray]) -> None:
    aorta, liver = means["aorta"], means["liver"]
    assert aorta[PRE] < 65
    assert aorta[ARTERIAL] > 200
    assert liver[ARTERIAL] < 85
    assert liver[PORTAL] >= 95
    assert 120 <= aorta[PORTAL] <= 190
    assert abs(aorta[DELAYED] - liver[DELAYED]) <= 30


def test_that_the_tumour_enhances_and_washes_out_and_its_core_does_neither(means: dict[str, np.ndarray]) -> None:
    rim, liver, core = means["tumour rim"], means["liver"], means["necrosis"]
    assert rim[ARTERIAL] > liver[ARTERIAL] + 40
    assert rim[PORTAL] < liver[PORTAL] - 15
    assert rim[DELAYED] < liver[DELAYED] - 15
    assert np.ptp(core) < 6
    assert core[ARTERIAL] < 35


def test_that_the_spleen_is_brighter_than_the_liver_after_contrast_and_darker_before(
    means: dict[str, np.ndarray],
) -> None:
    assert means["spleen"][PRE] < means["liver"][PRE]
    assert means["spleen"][PORTAL] > means["liver"][PORTAL]


def test_that_noise_has_grain_and_no_mean_shift() -> None:
    noise = Noise(384, 0.9)
    frame = noise.draw((1, 2))
    assert abs(float(frame.mean())) < 0.05
    assert 0.6 < float(frame.std()) < 1.2
    beside = np.corrcoef(frame[:, :-1].ravel(), frame[:, 1:].ravel())[0, 1]
    assert beside > 0.1
    assert np.array_equal(frame, Noise(384, 0.9).draw((1, 2)))
    assert not np.array_equal(frame, noise.draw((1, 3)))
