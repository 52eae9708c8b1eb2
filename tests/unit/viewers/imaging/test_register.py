"""Registration of made exams of one body, whose every point is known at both, and of pairs that do not belong together.

The grids are coarse, so that a test takes a second; accuracy at full size is told by `run.py bench registration`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.demo.enhancement import Acquisition
from app.demo.plane import Pose
from tests.support.registration_phantoms import Bend, Exam, Grid, Lesion, Points, liver_points, lung_points, made_case
from viewers.imaging.errors import Cancelled, ImagingError
from viewers.imaging.register import STEPS, Pair, register_closely, register_rigidly_about
from viewers.imaging.registration import About, Registration, Status, from_bytes, to_bytes
from viewers.imaging.volume import Volume

_LIVER, _CHEST = Grid(80, 4.8, 5.0, -105.0, 105.0), Grid(80, 4.8, 5.0, 70.0, 280.0)
_FIRST, _SECOND = Pose(0.0, (0.0, 2.0), -118.5, 0.0), Pose(2.5, (9.0, -6.0), -150.0, 12.0)
_TUMOURS = tuple(Lesion((x, y, z), 12.0) for x, y, z in liver_points(2, 4, 14.0).tolist())
PRIOR = Exam(_FIRST, _LIVER, Acquisition.PORTAL_VENOUS, lesions=_TUMOURS)
CURRENT = Exam(
    _SECOND,
    _LIVER,
    Acquisition.ARTERIAL,
    Bend(4.0, 5, (-50.0, -8.0, 14.0)),
    tuple(replace(x, oily=True) for x in _TUMOURS),
    seed=2,
)
CHEST = (
    Exam(_FIRST, _CHEST, Acquisition.CHEST),
    Exam(
        replace(_SECOND, breath_mm=8.0),
        _CHEST,
        Acquisition.CHEST,
        Bend(3.0, 5, (0.0, 10.0, 150.0), (140.0, 140.0, 90.0)),
        seed=2,
    ),
)


@pytest.fixture(scope="module")
def volumes() -> tuple[Volume, Volume]:
    return PRIOR.volume(), CURRENT.volume()


@pytest.fixture(scope="module")
def rigid(volumes: tuple[Volume, Volume]) -> tuple[Registration, Pair]:
    return register_rigidly_about(*volumes, About.LIVER)


@pytest.fixture(scope="module")
def close(rigid: tuple[Registration, Pair]) -> Registration:
    return register_closely(rigid[1], rigid[0])


@pytest.fixture(scope="module")
def chest_prior() -> Volume:
    return CHEST[0].volume()


def errors_mm(registration: Registration, exams: tuple[Exam, Exam], points: Points) -> np.ndarray:
    before, after = (exam.place(points) for exam in exams)
    carried = np.array([registration.carry((x, y, z)) for x, y, z in before.tolist()])
    return np.linalg.norm(carried - after, axis=1)


def test_that_the_liver_is_found_again_across_breath_table_phase_and_new_oil(
    rigid: tuple[Registration, Pair], close: Registration
) -> None:
    points = liver_points(60, 3, 4.0)
    stale = np.linalg.norm(PRIOR.place(points) - CURRENT.place(points), axis=1)
    assert np.median(stale) > 20
    assert rigid[0].quality.status is Status.GOOD
    assert np.median(errors_mm(rigid[0], (PRIOR, CURRENT), points)) <= 5.5
    assert np.median(errors_mm(close, (PRIOR, CURRENT), points)) <= 4.0


def test_that_the_estimated_error_is_of_the_size_of_the_true_one(rigid: tuple[Registration, Pair]) -> None:
    true = float(np.median(errors_mm(rigid[0], (PRIOR, CURRENT), liver_points(60, 3, 4.0))))
    told = rigid[0].quality.residual_mm
    assert told is not None
    assert true / 2 <= told <= 2 * true


def test_that_a_place_is_carried_there_and_back(close: Registration) -> None:
    assert close.field is not None
    for x, y, z in PRIOR.place(liver_points(12, 9, 4.0)).tolist():
        back = close.back(close.carry((x, y, z)))
        assert back is not None
        assert np.linalg.norm(np.subtract(back, (x, y, z))) < 0.05


def test_that_the_lungs_are_registered_with_a_figure_of_their_own(chest_prior: Volume) -> None:
    found, pair = register_rigidly_about(chest_prior, CHEST[1].volume(), About.LUNGS)
    points = lung_points(40, 3)
    assert found.quality.status is Status.GOOD
    assert np.median(errors_mm(found, CHEST, points)) <= 5.5
    assert np.median(errors_mm(register_closely(pair, found), CHEST, points)) <= 2.5


def test_that_what_breath_does_not_move_is_registered_apart_from_the_lungs(chest_prior: Volume) -> None:
    """Nodes of the mediastinum and vertebrae of the made body stay where they are; lungs go with the diaphragm."""
    still = np.array([[12.0, 8.0, 190.0], [-15.0, 20.0, 150.0], [20.0, 30.0, 175.0], [0.0, 66.0, 120.0]])
    exams = CHEST[0], CHEST[1].but(pose=replace(_SECOND, breath_mm=16.0))
    volumes = chest_prior, exams[1].volume()
    before, after = (exam.place(still, breathes=False) for exam in exams)

    def off_mm(found: Registration) -> float:
        carried = np.array([found.carry((x, y, z)) for x, y, z in before.tolist()])
        return float(np.linalg.norm(carried - after, axis=1).max())

    lungs, trunk = (register_rigidly_about(*volumes, about) for about in (About.LUNGS, About.TRUNK))
    assert off_mm(lungs[0]) > 10, "a node that is carried by the lungs lies outside its ghost"
    assert off_mm(trunk[0]) < 6
    assert trunk[0].quality.status is Status.GOOD
    assert register_closely(trunk[1], trunk[0]) is trunk[0]


def test_that_the_spine_is_found_where_the_liver_has_pulled_the_body_to_another_level() -> None:
    """19 mm of breath between them: laid on each other as bodies, the vertebrae are nearly one off, and look alike."""
    exams = [exam.but(grid=_LIVER) for exam in made_case(9019).liver]
    vertebrae = np.array([[0.0, 66.0, z] for z in (-60.0, -20.0, 30.0, 70.0)])
    before, after = (exam.place(vertebrae, breathes=False) for exam in exams)
    found, _ = register_rigidly_about(exams[0].volume(), exams[1].volume(), About.TRUNK)
    carried = np.array([found.carry((x, y, z)) for x, y, z in before.tolist()])
    assert np.linalg.norm(carried - after, axis=1).max() < 6
    assert found.quality.status is not Status.FAILED


def test_that_exams_that_share_no_level_fail(volumes: tuple[Volume, Volume]) -> None:
    found, pair = register_rigidly_about(_levels(volumes[0], 0, 19), _levels(volumes[1], 24, 43), About.LIVER)
    assert found.quality.status is Status.FAILED
    assert found.quality.reasons
    assert register_closely(pair, found) is found


def test_that_a_mirrored_exam_fails_and_is_told_as_such(volumes: tuple[Volume, Volume]) -> None:
    mirrored = replace(volumes[1], pixels=np.ascontiguousarray(volumes[1].pixels[:, :, ::-1]))
    found, _ = register_rigidly_about(volumes[0], mirrored, About.LIVER)
    assert found.quality.status is Status.FAILED
    assert "mirrored left to right" in found.quality.reasons[0]


def test_that_the_exam_of_another_patient_fails(volumes: tuple[Volume, Volume]) -> None:
    found, _ = register_rigidly_about(volumes[0], CURRENT.but(patient=911).volume(), About.LIVER)
    assert found.quality.status is Status.FAILED
    assert any("of 60 places in the liver are found again" in reason for reason in found.quality.reasons)


def test_that_the_same_exams_are_registered_the_same_every_time(
    volumes: tuple[Volume, Volume], rigid: tuple[Registration, Pair]
) -> None:
    again, _ = register_rigidly_about(*volumes, About.LIVER)
    assert to_bytes(again) == to_bytes(rigid[0])


def test_that_it_stops_when_asked_and_tells_its_steps(
    volumes: tuple[Volume, Volume], rigid: tuple[Registration, Pair]
) -> None:
    told: list[tuple[int, int]] = []
    with pytest.raises(Cancelled):
        register_rigidly_about(
            *volumes, About.LIVER, progress=lambda done, all_: told.append((done, all_)), cancelled=lambda: bool(told)
        )
    assert told == [(0, STEPS)]
    with pytest.raises(Cancelled):
        register_closely(rigid[1], rigid[0], cancelled=lambda: True)


def test_that_ct_and_mr_are_refused_and_so_is_an_uneven_stack(volumes: tuple[Volume, Volume]) -> None:
    with pytest.raises(ImagingError, match="not registered with each other; pin one place"):
        register_rigidly_about(volumes[0], replace(volumes[1], unit="stored"), About.LIVER)
    with pytest.raises(ImagingError, match="not one even volume"):
        register_rigidly_about(volumes[0], replace(volumes[1], affine=None), About.LIVER)


def test_that_what_is_kept_comes_back_and_what_is_damaged_does_not(close: Registration) -> None:
    kept = to_bytes(close)
    back = from_bytes(kept)
    assert back is not None
    assert (back.quality, back.about) == (close.quality, close.about)
    place = (-60.0, -10.0, -110.0)
    assert np.allclose(back.carry(place), close.carry(place), atol=0.01)
    body = from_bytes(to_bytes(replace(close, quality=replace(close.quality, of_body=True))))
    assert body is not None and body.quality.of_body and not back.quality.of_body
    assert from_bytes(kept[:-40]) is None
    assert from_bytes(b"no archive") is None


def _levels(volume: Volume, low: int, high: int) -> Volume:
    affine = volume.affine.copy() if volume.affine is not None else None
    assert affine is not None
    affine[:3, 3] += low * affine[:3, 0]
    return replace(volume, pixels=volume.pixels[low:high], planes=volume.planes[low:high], affine=affine)


def test_that_an_exam_of_a_made_case_can_be_painted() -> None:
    """The benchmark of the 20 cases rests on it; a slab will do."""
    prior = made_case(1).liver[0]
    slab = replace(prior, grid=Grid(16, 24.0, 5.0, 0.0, 10.0))
    assert set(slab.volume().spacing_mm) == {5.0, 24.0}
