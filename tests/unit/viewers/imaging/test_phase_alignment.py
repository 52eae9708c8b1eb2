"""Phases of one made body, breathed to another depth in between: where each place lies in both is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.demo.enhancement import Acquisition
from app.demo.plane import Pose
from tests.support.registration_phantoms import Exam, Grid, liver_points
from tests.support.volumes import volume
from viewers.imaging import register
from viewers.imaging.errors import Cancelled
from viewers.imaging.phase_alignment import align_phases
from viewers.imaging.registration import About, Quality, Registration, Status
from viewers.imaging.rigid import RigidMotion
from viewers.imaging.subtract import pair, subtracted
from viewers.imaging.volume import Volume

_POSE, _GRID = Pose(0.0, (0.0, 2.0), -118.5, 0.0), Grid(80, 4.8, 5.0, -105.0, 105.0)
ARTERIAL = Exam(_POSE, _GRID, Acquisition.ARTERIAL)
STILL = Exam(_POSE, _GRID, Acquisition.PRE, seed=4)
DEEPER = Exam(replace(_POSE, breath_mm=8.0), _GRID, Acquisition.PRE, seed=4)


def test_that_a_liver_that_breathed_in_between_is_found_again_and_its_edges_do_not_enhance() -> None:
    arterial = ARTERIAL.volume()
    pre = _in_frame_of(arterial, DEEPER.volume())
    found = align_phases(arterial, pre)
    assert found.motion is not None and found.why_not == ""
    assert found.moved_mm == pytest.approx(8.0, abs=1.0)
    points = liver_points(60, 3, 4.0)
    errors = np.linalg.norm(found.motion.carry(ARTERIAL.place(points)) - DEEPER.place(points), axis=1)
    assert np.median(errors) < 1.5  # 8 mm as they lie

    places = ARTERIAL.place(liver_points(150, 3, 0.0))
    true = _taken_up(arterial, _in_frame_of(arterial, STILL.volume()), None, places)
    as_they_lie, aligned = (
        np.mean(np.abs(_taken_up(arterial, pre, motion, places) - true) > 40) for motion in (None, found.motion)
    )
    assert aligned < 0.5 * as_they_lie  # of what would seem to enhance, or to lose, more than 40 HU


def _in_frame_of(one: Volume, other: Volume) -> Volume:
    return replace(other, series=replace(other.series, frame_of_reference_uid=one.series.frame_of_reference_uid))


def _taken_up(volume: Volume, other: Volume, motion: RigidMotion | None, places: np.ndarray) -> np.ndarray:
    """The difference of two phases at places of the first."""
    pairing, values = pair(volume, other), []
    pictures: dict[int, np.ndarray] = {}
    for place in map(tuple, places.tolist()):
        k = min(range(len(volume.planes)), key=lambda n: abs(volume.planes[n].distance_mm(place)))
        if k not in pictures:
            pictures[k] = subtracted(volume, other, pairing.moved(motion) if motion else pairing, k).pixels
        column, row = volume.planes[k].to_pixel(place)
        values.append(float(pictures[k][round(row), round(column)]))
    return np.asarray(values)


def test_that_phases_that_did_not_move_are_subtracted_voxel_by_voxel() -> None:
    found = align_phases(ARTERIAL.volume(), STILL.volume())
    assert found.motion is None and found.why_not == ""
    assert found.moved_mm is not None and found.moved_mm < 1.0


@pytest.mark.parametrize("status", [Status.DOUBTFUL, Status.FAILED])
def test_that_an_alignment_that_is_not_sure_is_not_used(status: Status, monkeypatch: pytest.MonkeyPatch) -> None:
    quality = Quality(status, ("46 of 60 places in the liver are found again.",), 4.0, 0.7, 60, 1.0, 0.0)
    unsure = Registration(About.LIVER, RigidMotion.by((0.0, 0.0, 9.0)), None, quality)
    monkeypatch.setattr(register, "register_rigidly_about", lambda *_given, **_how: (unsure, None))
    found = align_phases(volume(), volume())
    assert (found.motion, found.moved_mm) == (None, None)
    assert found.why_not == "46 of 60 places in the liver are found again."


def test_that_phases_that_cannot_be_compared_say_why() -> None:
    found = align_phases(volume(pixels=np.zeros((2, 4, 4), np.int16)), volume(pixels=np.zeros((2, 4, 4), np.int16)))
    assert (found.motion, found.moved_mm) == (None, None)
    assert found.why_not.endswith(".") and len(found.why_not) > 20


def test_that_an_alignment_stops_when_asked() -> None:
    with pytest.raises(Cancelled):
        align_phases(volume(), volume(), cancelled=lambda: True)
