import math

import numpy as np
import pytest

from app.demo.plane import Canvas, Plane, Pose, ellipsoid, random_waves

POSE = Pose(turn_deg=10.0, shift_mm=(4.0, -3.0), table_mm=-100.0, breath_mm=6.0)


def test_that_a_place_turns_shifts_and_breathes() -> None:
    x, y, z = POSE.to_patient((50.0, 0.0, 20.0))
    assert (x, y) == pytest.approx((50 * math.cos(math.radians(10)) + 4, 50 * math.sin(math.radians(10)) - 3))
    assert z == -74.0
    assert POSE.to_patient((50.0, 0.0, 20.0), breathes=False)[2] == -80.0


def test_that_a_pixel_lies_where_the_pose_puts_it() -> None:
    plane = Plane(POSE, -74.0, 64, 2.5)
    assert (plane.z, plane.zv) == (26.0, 20.0)
    x, y = plane.xy
    row, column = 11, 47
    px, py, _ = POSE.to_patient((float(x[row, column]), float(y[row, column]), 0.0))
    assert (px, py) == pytest.approx(
        (plane.origin_mm + column * plane.spacing_mm, plane.origin_mm + row * plane.spacing_mm), abs=1e-4
    )


@pytest.mark.parametrize("spacing_mm", [0.9, 1.8])
def test_that_a_painted_disc_has_its_true_area(spacing_mm: float) -> None:
    """The soft edge stands at the true radius: area pi r squared, whatever the pixel."""
    plane = Plane(POSE, -74.0, 128, spacing_mm)
    x, y = plane.xy
    canvas = Canvas(plane, 2, 0.0)
    canvas.paint((1.0, 3.0), plane.soft(ellipsoid(x - 5, y + 7, 0.0, (20.0, 20.0, 900.0))))
    area = canvas.values.sum(axis=(1, 2)) * spacing_mm**2
    assert area == pytest.approx(np.array([1.0, 3.0]) * math.pi * 400, rel=0.005)


def test_that_waves_are_the_same_on_a_part_of_the_image() -> None:
    plane = Plane(POSE, -74.0, 96, 2.0)
    waves = random_waves(3, 30, 8.0, 40.0, 5.0)
    box = plane.box(10.0, -20.0, 25.0)
    whole = plane.waves(12.0, waves)
    assert plane.waves(12.0, waves, box) == pytest.approx(whole[box], abs=1e-3)
    assert 3.0 < float(whole.std()) < 7.0


def test_that_a_wave_stays_with_the_body_when_it_turns() -> None:
    waves = random_waves(5, 12, 30.0, 60.0, 5.0)
    place = (20.0, -30.0, 12.0)
    found = []
    for pose in (POSE, Pose(-8.0, (0.0, 0.0), 0.0, 0.0)):
        px, py, _ = pose.to_patient(place)
        plane = Plane(pose, 0.0, 401, 0.5)
        row, column = (round((v - plane.origin_mm) / 0.5) for v in (py, px))
        found.append(float(plane.waves(12.0, waves)[row, column]))
    assert found[0] == pytest.approx(found[1], abs=0.5)
