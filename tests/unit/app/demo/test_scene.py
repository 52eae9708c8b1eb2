"""How bright the great organs are, phase by phase, at places known from the drawing."""

import numpy as np
import pytest

from app.demo.enhancement import Part
from app.demo.noise import MrNoise, Noise
from app.demo.plane import Plane
from app.demo.scene import Anatomy, Scene, grow_anatomy
from app.demo.story import read_story

PRE, ARTERIAL, PORTAL, DELAYED = range(4)
PLACES = {  # body x, y, z in mm and half the side of the sampled square
    "aorta": (8.0, 44.0, 20.0, 4.0),
    "liver": (-95.0, 45.0, 20.0, 8.0),
    "spleen": (112.0, 32.0, 20.0, 7.0),
    "tumour rim": (-84.0, -43.0, 20.0, 2.0),
    "necrosis": (-83.4, -25.7, 20.0, 4.0),
}
MR_PLACES = {
    "aorta": (8.0, 44.0, 20.0, 4.0),
    "liver": (-95.0, 45.0, 20.0, 8.0),
    "spleen": (112.0, 32.0, 20.0, 7.0),
    "viable": (-94.9, -21.2, 20.0, 2.5),
    "fat": (0.0, -113.0, 20.0, 1.5),
    "air": (-185.0, 0.0, 20.0, 3.0),
}


@pytest.fixture(scope="module")
def anatomy() -> Anatomy:
    return grow_anatomy()


@pytest.fixture(scope="module")
def means(anatomy: Anatomy) -> dict[str, np.ndarray]:
    return medians(anatomy, 0, Part.LIVER, PLACES)


@pytest.fixture(scope="module")
def mr_means(anatomy: Anatomy) -> dict[str, np.ndarray]:
    return medians(anatomy, 2, Part.LIVER_MR, MR_PLACES)


def medians(
    anatomy: Anatomy, timepoint: int, part: Part, places: dict[str, tuple[float, float, float, float]]
) -> dict[str, np.ndarray]:
    scene = Scene(read_story().timepoints[timepoint])
    pose = scene.poses[part]
    plane = Plane(pose, pose.to_patient((0.0, 0.0, 20.0))[2], 384, 0.9)
    hu = scene.render(anatomy, plane, part)
    found = {}
    for name, (x, y, z, half) in places.items():
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


def test_that_gadoxetate_enhances_on_mr_as_readers_know_it(mr_means: dict[str, np.ndarray]) -> None:
    liver, tumour, aorta, spleen = (mr_means[name] for name in ("liver", "viable", "aorta", "spleen"))
    gain = liver / liver[0] - 1
    assert 0.05 < gain[1] < 0.35 and 0.45 < gain[2] < 0.9 and 0.8 < gain[3] < 1.5  # least, more, most at 20 min
    assert tumour[0] < liver[0] and tumour[1] > 1.4 * liver[1]  # dark before, bright in the arterial phase
    assert tumour[2] < liver[2] and tumour[3] < 0.7 * liver[3]  # washed out, then the dark hole in a bright liver
    assert aorta[1] == max(aorta) and aorta[3] < 0.6 * liver[3]
    assert spleen[0] < liver[0] and spleen[1] > liver[1] and spleen[3] < liver[3]
    assert all(mr_means["fat"] < 0.5 * liver) and all(mr_means["air"] < 1)  # saturated; no table, no negative values


def test_that_the_noise_of_mr_is_rician() -> None:
    noise = MrNoise(256)
    air, tissue = (noise.magnitude(np.full((256, 256), level, np.float32), (3, 4)) for level in (0.0, 200.0))
    sigma = float(tissue.std())
    assert float(tissue.mean()) == pytest.approx(200 + sigma**2 / 400, abs=0.4)  # second moment A² + 2 sigma²
    # in air the magnitude of two channels: mean sigma √(π/2), SD sigma √(2 - π/2)
    assert float(air.mean()) == pytest.approx(sigma * np.sqrt(np.pi / 2), rel=0.04)
    assert float(air.std()) == pytest.approx(sigma * np.sqrt(2 - np.pi / 2), rel=0.04)
    assert (air >= 0).all()


def test_that_noise_has_grain_and_no_mean_shift() -> None:
    noise = Noise(384, 0.9)
    frame = noise.draw((1, 2))
    assert abs(float(frame.mean())) < 0.05
    assert 0.6 < float(frame.std()) < 1.2
    beside = np.corrcoef(frame[:, :-1].ravel(), frame[:, 1:].ravel())[0, 1]
    assert beside > 0.1
    assert np.array_equal(frame, Noise(384, 0.9).draw((1, 2)))
    assert not np.array_equal(frame, noise.draw((1, 3)))
