from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from tests.support.lesion_phantoms import FAT_HU, NECROSIS_HU, LesionPhantom, Part, ball, ellipsoid, tube
from tests.support.phantoms import AXIAL, CORONAL, OBLIQUE
from viewers.imaging.assist import measure_assisted, prepare, propose
from viewers.imaging.assisted import AssistSettings, Click, DrawnAxis
from viewers.imaging.errors import Cancelled, ImagingError
from viewers.imaging.geometry import length_mm
from viewers.imaging.reference import ReferenceRegion

SIZE_MM = (120.0, 110.0, 90.0)
THICK, USUAL, THIN = (5.0, 0.7, 1.1), (2.5, 0.8, 0.8), (1.25, 0.7, 0.7)


def phantom(*parts, **changes):
    return LesionPhantom(parts, size_mm=SIZE_MM).but(**changes)


@cache
def sphere(spacing_mm=USUAL, **changes):
    return phantom(Part(ball(15.0), 124.0), spacing_mm=spacing_mm, **changes)


@cache
def clean_of(made):
    return made.clean()


def volume_of(made, **changes):
    return made.but(**changes).volume(clean_of(made))


def ring(radius, core, off):
    """A ball of viable tumour with dead tissue inside, and its longest chord beside that: R² = (L/2)² + (r - d)²."""
    parts = Part(ball(radius), 134.0), Part(ball(core, (off, 0.0, 0.0)), NECROSIS_HU)
    return parts, 2 * math.sqrt(radius**2 - (core - off) ** 2)


SHAPES = {
    "sphere": ((Part(ball(15.0), 124.0),), 30.0, (6.0, -4.0, 3.0)),
    "ellipsoid": ((Part(ellipsoid((17.0, 10.0, 12.0), turned_degrees=35.0), 124.0),), 34.0, (-4.0, -3.0, 2.0)),
    "ring, clicked in the rim": (*ring(22.0, 12.0, 2.0), (-17.0, 3.0, 2.0)),
    "ring, clicked in the dead core": (*ring(22.0, 12.0, 2.0), (2.0, 1.0, 0.0)),
    "crescent": (
        (Part(ball(20.0), 134.0), Part(ball(14.0, (10.0, 0.0, 0.0)), NECROSIS_HU)),
        2 * math.sqrt(20.0**2 - 4.0**2),
        (-12.0, 2.0, 1.0),
    ),
    "two parts, clicked in the smaller": (
        (
            Part(ball(22.0), NECROSIS_HU),
            Part(ellipsoid((14.0, 9.0, 9.0), (0.0, -10.0, 0.0)), 134.0),
            Part(ball(8.0, (0.0, 11.0, 0.0)), 134.0),
        ),
        28.0,
        (1.0, 12.0, 1.0),
    ),
}
ORIENTATIONS = {"axial": AXIAL, "coronal": CORONAL, "oblique": OBLIQUE}


@pytest.mark.parametrize(
    ("shape", "spacing_mm", "orientation", "noise_sd"),
    [
        ("sphere", THICK, "axial", 20.0),
        ("sphere", THIN, "oblique", 15.0),
        ("ellipsoid", USUAL, "coronal", 12.0),
        ("ring, clicked in the rim", USUAL, "oblique", 12.0),
        ("ring, clicked in the dead core", THICK, "axial", 12.0),
        ("crescent", USUAL, "axial", 15.0),
        ("two parts, clicked in the smaller", USUAL, "oblique", 12.0),
    ],
    ids=lambda v: str(v).replace(" ", "_"),
)
def test_that_the_viable_diameter_is_the_longest_chord_inside(shape, spacing_mm, orientation, noise_sd):
    parts, true, click = SHAPES[shape]
    made = phantom(*parts, spacing_mm=spacing_mm, directions=ORIENTATIONS[orientation], noise_sd=noise_sd)
    found = measure_assisted(made.volume(), Click(made.world(*click)))
    assert found.viable.long_axis.length_mm == pytest.approx(true, abs=max(1.0, made.voxel_diagonal_mm))


def test_that_the_whole_lesion_holds_its_dead_core():
    parts, viable = ring(22.0, 14.0, 0.0)
    made = phantom(*parts)
    found = measure_assisted(made.volume(), Click(made.world(-18.0, 0.0, 0.0)))
    assert found.whole.long_axis.length_mm == pytest.approx(44.0, abs=1.5)
    assert found.viable.long_axis.length_mm == pytest.approx(viable, abs=1.2)
    litres = 4 / 3 * math.pi / 1000
    assert found.whole.volume_ml == pytest.approx(22.0**3 * litres, rel=0.08)
    assert found.viable.volume_ml == pytest.approx((22.0**3 - 14.0**3) * litres, rel=0.08)
    assert found.enhancement.viable_share == pytest.approx(1 - (14 / 22) ** 3, abs=0.05)
    assert found.enhancement.viable_mean == pytest.approx(134.0, abs=8.0)


def test_that_a_line_lies_on_its_image():
    made = sphere(directions=OBLIQUE)
    volume = volume_of(made)
    line = measure_assisted(volume, Click(made.world(3.0, 3.0, 0.0))).viable.long_axis
    plane = volume.planes[line.slice_index]
    assert line.sop_uid == volume.series.slices[line.slice_index].sop_uid
    assert abs(plane.distance_mm(line.start)) < 1e-6 > abs(plane.distance_mm(line.end))
    assert length_mm(line.start, line.end) == line.length_mm
    middle = tuple((a + b) / 2 for a, b in zip(line.start, line.end, strict=True))
    assert length_mm(middle, made.world(0.0, 0.0, 0.0)) < 2.0


def test_that_short_and_long_axis_are_perpendicular():
    found = measure_assisted(volume_of(sphere()), Click(sphere().world(0.0, 0.0, 0.0))).viable
    long, short = (np.subtract(line.end, line.start) / line.length_mm for line in (found.long_axis, found.short_axis))
    assert abs(float(long @ short)) < 1e-9
    assert found.short_axis.slice_index == found.long_axis.slice_index


def test_that_the_result_hardly_depends_on_where_in_the_lesion_the_click_is():
    made = sphere()
    volume = volume_of(made)
    rng = np.random.default_rng(11)
    lengths = []
    for _ in range(5):
        direction = rng.normal(size=3)
        place = direction / np.linalg.norm(direction) * 13.0 * rng.random() ** (1 / 3)
        lengths.append(measure_assisted(volume, Click(made.world(*place))).viable.long_axis.length_mm)
    assert max(lengths) - min(lengths) < 0.5


def test_that_with_one_reference_every_click_in_a_lesion_gives_the_very_same_line():
    parts, _ = ring(22.0, 12.0, 2.0)
    made = phantom(*parts, noise_sd=15.0)
    volume, reference = made.volume(), ReferenceRegion(made.world(-40.0, 5.0, 3.0))
    clicks = ((-17.0, 3.0, 2.0), (-16.3, 2.4, 2.0), (-15.5, -4.0, -3.0), (2.0, 1.0, 0.0), (0.6, 17.1, 1.0))
    found = [measure_assisted(volume, Click(made.world(*click)), reference=reference).viable for click in clicks]
    assert len({(viable.long_axis, viable.short_axis) for viable in found}) == 1


@pytest.mark.parametrize(("start", "end"), [((-13, 3, 0), (17, 2, 0)), ((-10, -12, 0), (9, 9, 2))], ids=str)
def test_that_an_imprecise_axis_gives_the_same_lesion(start, end):
    made = sphere()
    axis = DrawnAxis(made.world(*map(float, start)), made.world(*map(float, end)))
    assert measure_assisted(volume_of(made), axis).viable.long_axis.length_mm == pytest.approx(30.0, abs=1.2)


def test_that_a_lesion_at_the_edge_of_the_liver_does_not_grow_into_fat():
    made = phantom(Part(ball(14.0), 134.0), liver=ellipsoid((60.0, 60.0, 70.0), (-48.0, 0.0, 0.0)))
    found = measure_assisted(made.volume(), Click(made.world(-3.0, 2.0, 0.0)))
    assert found.viable.long_axis.length_mm == pytest.approx(28.0, abs=1.5)
    assert found.reference.mean == pytest.approx(74.0, abs=2.0)
    assert FAT_HU < 0


def test_that_an_artery_that_feeds_the_lesion_is_cut_off_and_told():
    artery = Part(lambda u, v, w: (np.hypot(v, w) < 2.5) & (u > 14.5), 180.0)
    made = phantom(Part(ball(15.0), 124.0), artery)
    found = measure_assisted(made.volume(), Click(made.world(-4.0, 3.0, 0.0)))
    assert found.viable.long_axis.length_mm == pytest.approx(30.0, abs=2.5)
    assert any("cut off" in warning for warning in found.warnings)


def test_that_a_vessel_that_runs_through_liver_beside_the_lesion_is_no_part_of_it():
    made = phantom(Part(ball(12.0), 124.0), Part(tube(3.0, (22.0, 0.0, 0.0), (0.0, 1.0, 0.3)), 170.0))
    found = measure_assisted(made.volume(), Click(made.world(0.0, 0.0, 0.0)))
    assert found.viable.long_axis.length_mm == pytest.approx(24.0, abs=1.2)


@pytest.mark.parametrize("spacing_mm", [THICK, USUAL], ids=str)
def test_that_a_lesion_below_the_threshold_gives_nothing_and_says_so(spacing_mm):
    made = phantom(Part(ball(15.0), 74.0 + 28.0), spacing_mm=spacing_mm, noise_sd=18.0)  # threshold at 74 + 36
    found = measure_assisted(made.volume(), Click(made.world(2.0, -3.0, 1.0)))
    assert found.viable is None
    assert any("no viable tumour can be separated" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("spacing_mm", "over_liver_sd"), [(THIN, 1.9), (USUAL, 1.85), (THICK, 1.9), (THICK, 1.5), (USUAL, 1.5)], ids=str
)
def test_that_a_lesion_just_below_the_threshold_is_not_measured_by_what_noise_makes_of_it(spacing_mm, over_liver_sd):
    # smoothed, much of it or a few specks of it seem to lie above 2 SD
    made = phantom(Part(ball(15.0), 74.0 + over_liver_sd * 20.0), spacing_mm=spacing_mm, noise_sd=20.0)
    found = measure_assisted(made.volume(), Click(made.world(2.0, -3.0, 1.0)))
    assert (found.viable, found.whole) == (None, None)
    (warning,) = found.warnings  # nothing is said of an outline that is not proposed
    assert "no viable tumour can be separated" in warning


def test_that_a_treated_lesion_keeps_its_whole_diameter_where_its_rim_is_too_faint():
    parts = Part(ball(15.0), 74.0 + 36.0), Part(ball(11.0), 74.0 - 60.0)
    made = phantom(*parts, noise_sd=20.0)
    found = measure_assisted(made.volume(), Click(made.world(1.0, 2.0, 0.0)))
    assert found.viable is None
    assert 22.0 <= found.whole.long_axis.length_mm <= 32.0  # the dead part at least, the rim at most


def test_that_nothing_is_found_in_plain_liver():
    made = phantom()
    found = measure_assisted(made.volume(), Click(made.world(2.0, -3.0, 1.0)))
    assert (found.viable, found.whole) == (None, None)
    assert found.warnings


def test_that_what_varies_more_than_any_liver_is_not_proposed_as_reference():
    made = phantom(Part(ball(15.0), 400.0), noise_sd=90.0)
    found = measure_assisted(made.volume(), Click(made.world(1.0, 1.0, 0.0)))
    assert (found.reference, found.viable, found.whole) == (None, None, None)
    assert found.warnings[0].startswith("no even liver tissue was found around this place")


def test_that_lipiodol_is_not_viable_and_its_share_is_told():
    parts = Part(ball(18.0), NECROSIS_HU), Part(ball(9.0, (-7.0, 0.0, 0.0)), 640.0)
    viable = Part(ellipsoid((6.0, 12.0, 9.0), (9.0, 0.0, 0.0)), 134.0)
    made = phantom(*parts, viable)
    found = measure_assisted(made.volume(), Click(made.world(9.0, 0.0, 0.0)))
    assert found.viable.long_axis.length_mm == pytest.approx(24.0, abs=1.3)
    assert found.enhancement.lipiodol_share == pytest.approx((9 / 18) ** 3, abs=0.04)
    assert found.enhancement.viable_mean == pytest.approx(134.0, abs=10.0)


def test_that_a_lesion_full_of_lipiodol_is_not_viable_and_mri_is_advised():
    made = phantom(Part(ball(12.0), 640.0))
    found = measure_assisted(made.volume(), Click(made.world(0.0, 0.0, 0.0)))
    assert found.viable is None
    assert any("MRI" in warning for warning in found.warnings)


def test_that_mr_is_measured_in_its_own_units():
    parts = (Part(ellipsoid((17.0, 10.0, 12.0)), 700.0),)
    made = phantom(*parts, liver_value=400.0, around_value=30.0, noise_sd=40.0, modality="MR")
    found = measure_assisted(made.volume(), Click(made.world(5.0, 2.0, 0.0)))
    assert found.viable.long_axis.length_mm == pytest.approx(34.0, abs=1.2)
    assert (found.unit, found.enhancement.lipiodol_share) == ("stored", None)
    assert found.threshold == pytest.approx(found.reference.mean + 2 * found.reference.sd)


def test_that_on_mr_a_dark_vein_does_not_join_what_is_dead_with_what_lies_outside_the_liver():
    # as in the arterial phase after gadoxetate: liver 231, treated tissue 155, hepatic vein 145, viable tumour 440
    parts = (
        Part(tube(3.0, (10.0, 8.0, 0.0), (1.0, 0.2, 0.0)), 145.0),
        Part(ball(18.0), 155.0),
        Part(ellipsoid((5.0, 11.0, 9.0), (-9.0, 0.0, 0.0)), 440.0),
    )
    made = phantom(*parts, liver_value=231.0, around_value=60.0, noise_sd=8.0, modality="MR")
    found = measure_assisted(made.volume(), Click(made.world(4.0, 0.0, 0.0)))
    assert found.viable.long_axis.length_mm == pytest.approx(22.0, abs=1.2)
    assert found.whole.long_axis.length_mm > 34.0  # the dead part of 36 mm belongs to it


def test_that_the_reference_is_the_liver_and_can_be_moved():
    made = sphere()
    found = measure_assisted(volume_of(made), Click(made.world(0.0, 0.0, 0.0)))
    assert found.reference.proposed
    assert found.reference.mean == pytest.approx(74.0, abs=1.5)
    assert found.reference.sd == pytest.approx(12.0, abs=1.2)
    assert length_mm(found.reference.region.centre, made.world(0.0, 0.0, 0.0)) > 15.0 + 5.0
    moved = ReferenceRegion(made.world(-30.0, 20.0, 10.0), 8.0)
    again = measure_assisted(volume_of(made), Click(made.world(0.0, 0.0, 0.0)), reference=moved)
    assert (again.reference.region, again.reference.proposed) == (moved, False)


def test_that_another_threshold_is_applied_to_what_was_prepared():
    parts = Part(ball(15.0), 104.0), Part(ball(9.0), 154.0)  # a weak shell around a bright middle
    made = phantom(*parts, noise_sd=8.0)
    prepared = prepare(made.volume(), Click(made.world(0.0, 0.0, 0.0)))
    lengths = [propose(prepared, AssistSettings(threshold_sd=sd)).viable.long_axis.length_mm for sd in (2.0, 6.0)]
    assert lengths == pytest.approx([30.0, 18.0], abs=1.5)
    assert prepared.settings.threshold_sd == 2.0


def test_that_too_high_a_threshold_leaves_nothing():
    prepared = prepare(volume_of(sphere()), Click(sphere().world(0.0, 0.0, 0.0)))
    found = propose(prepared, AssistSettings(threshold_sd=8.0))
    assert found.viable is None
    assert found.whole is not None


def test_that_steps_are_told_and_it_can_be_stopped():
    made, told = sphere(), []
    prepare(volume_of(made), Click(made.world(0.0, 0.0, 0.0)), progress=lambda done, of: told.append((done, of)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]
    with pytest.raises(Cancelled):
        prepare(volume_of(made), Click(made.world(0.0, 0.0, 0.0)), cancelled=lambda: len(told) > 0)


def test_that_a_place_outside_the_images_is_refused():
    with pytest.raises(ImagingError, match="outside the images; choose a place on an image"):
        measure_assisted(volume_of(sphere()), Click((4000.0, 0.0, 0.0)))


def test_that_a_place_that_is_no_number_is_refused():
    with pytest.raises(ImagingError, match="no number"):
        measure_assisted(volume_of(sphere()), Click((math.nan, 0.0, 0.0)))


def test_that_the_other_half_of_a_lesion_is_no_vessel_where_it_stands_on_a_broad_foot():
    lesion = ball(22.0)
    halves = Part(lambda u, v, w: lesion(u, v, w) & (abs(u - 4.0) > 3.0), 130.0)  # a dead slab of 6 mm between them
    parts = Part(lesion, NECROSIS_HU), halves
    made = LesionPhantom(parts, (5.0, 0.75, 0.75), size_mm=(130.0, 120.0, 90.0), directions=OBLIQUE)
    found = measure_assisted(made.volume(), Click(made.world(-10.5, 0.0, 0.0)))
    assert found.viable.long_axis.length_mm == pytest.approx(44.0, abs=1.2)
    assert not any("cut off" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("half_axes", "radius", "at", "true", "within"),
    [
        ((12.0, 7.0, 9.0), 2.5, (8.4, 4.2), 24.0, 1.1),  # with it a good part of the lesion was cut off
        ((14.0, 8.0, 9.0), 3.8, (13.0, 0.0), 28.0, 2.5),  # a smaller ball enters the vessel: it is not taken
    ],
    ids=["thin", "thick"],
)
def test_that_a_vessel_is_cut_off_without_the_lesion(half_axes, radius, at, true, within):
    vessel = Part(lambda u, v, w: ((v - at[1]) ** 2 + w**2 < radius**2) & (u > at[0]) & (u < 50.0), 150.0)
    made = phantom(Part(ellipsoid(half_axes), 130.0), vessel, spacing_mm=(5.0, 0.75, 0.75))
    found = measure_assisted(made.volume(), Click(made.world(-3.0, 0.0, 0.0)))
    assert found.viable.long_axis.length_mm == pytest.approx(true, abs=within)
    assert any("cut off" in warning for warning in found.warnings)


@pytest.mark.parametrize("spacing_mm", [THICK, USUAL], ids=str)
@pytest.mark.parametrize("over_liver_sd", [1.3, 1.85])
def test_that_a_rim_below_the_threshold_is_not_measured_for_the_sake_of_a_bright_nodule(over_liver_sd, spacing_mm):
    rim = Part(ball(15.0), 74.0 + over_liver_sd * 12.0)
    parts = rim, Part(ball(11.0), NECROSIS_HU), Part(ball(5.0, (-4.0, 0.0, 0.0)), 200.0)
    made = phantom(*parts, spacing_mm=spacing_mm, noise_sd=12.0)
    found = measure_assisted(made.volume(), Click(made.world(-3.0, 1.0, 0.0)))
    assert found.viable.long_axis.length_mm == pytest.approx(10.0, abs=made.voxel_diagonal_mm)


def test_that_a_thin_dead_sheet_does_not_part_a_lesion():
    lesion = ball(21.0)
    halves = Part(lambda u, v, w: lesion(u, v, w) & (abs(u - 5.0) > 2.75), 174.0)
    made = phantom(Part(lesion, NECROSIS_HU), halves, spacing_mm=(3.0, 0.7, 0.9))
    found = measure_assisted(made.volume(), Click(made.world(13.0, 0.0, 0.0)))  # in the smaller half
    assert found.viable.long_axis.length_mm == pytest.approx(42.0, abs=made.voxel_diagonal_mm)
    assert found.whole.long_axis.length_mm == pytest.approx(42.0, abs=2.0)


def test_that_fat_between_a_lesion_and_what_enhances_beside_it_parts_them():
    def kidney(u, v, w):
        return (u > 17.0) & (v**2 + w**2 < 30.0**2) & (u < 50.0)

    fat = Part(lambda u, v, w: (u > 13.0) & (u <= 17.0) & (v**2 + w**2 < 40.0**2), FAT_HU)
    lesion = Part(lambda u, v, w: ball(14.0)(u, v, w) & (u <= 13.0), 134.0)
    made = phantom(fat, Part(kidney, 180.0), lesion, spacing_mm=THICK)
    found = measure_assisted(made.volume(), Click(made.world(-3.0, 0.0, 0.0)))
    assert found.viable.long_axis.length_mm == pytest.approx(28.0, abs=made.voxel_diagonal_mm)


@pytest.mark.parametrize("end", [(12.0, 0.0, 0.0), (0.0, 12.0, 0.0)], ids=["along the vessel", "across it"])
def test_that_a_drawn_axis_takes_no_vessel_for_the_lesion(end):
    # a thin branch leads to a thick trunk that lies outside what the axis encloses
    branch = Part(lambda u, v, w: (np.hypot(v, w) < 2.0) & (u > 11.5) & (u < 26.0), 170.0)
    trunk = Part(tube(5.0, (26.0, 0.0, 0.0), (0.0, 1.0, 0.3)), 170.0)
    fork = Part(tube(4.0, (30.0, 0.0, 0.0), (0.3, 1.0, -0.5)), 170.0)
    made = phantom(Part(ball(12.0), 124.0), branch, trunk, fork)
    axis = DrawnAxis(made.world(*(-x for x in end)), made.world(*end))
    assert measure_assisted(made.volume(), axis).viable.long_axis.length_mm == pytest.approx(24.0, abs=1.2)


@pytest.mark.parametrize("spacing_mm", [THICK, USUAL], ids=str)
def test_that_a_short_piece_of_a_vessel_on_the_lesion_makes_it_no_longer(spacing_mm):
    def stub(u, v, w):
        return (v**2 + w**2 < 2.0**2) & (u > 10.0) & (u < 22.0)

    made = phantom(Part(ball(15.0), 130.0), Part(stub, 150.0), spacing_mm=spacing_mm)
    found = measure_assisted(made.volume(), Click(made.world(-3.0, 2.0, 0.0)))
    assert found.viable.long_axis.length_mm == pytest.approx(30.0, abs=1.2)


def test_that_the_wall_of_a_small_ring_is_not_widened_by_blur():
    parts, true = ring(7.0, 3.5, 0.0)
    made = LesionPhantom(parts, spacing_mm=THIN, size_mm=(80.0, 80.0, 50.0), noise_sd=2.0)
    found = measure_assisted(made.volume(), Click(made.world(-5.0, 0.0, 0.0)))
    assert found.viable.long_axis.length_mm == pytest.approx(true, abs=0.5)


def test_that_thin_tissue_is_judged_by_its_level_without_partial_volume():
    # a wall of 4 mm, 60 over liver, where 2 SD are 40: blurred against the noise it is fainter than that everywhere
    parts = Part(ball(10.0), 134.0), Part(ball(6.0), NECROSIS_HU)
    made = LesionPhantom(parts, spacing_mm=(5.0, 0.9, 0.9), size_mm=(100.0, 90.0, 70.0), noise_sd=20.0)
    assert measure_assisted(made.volume(), Click(made.world(-8.0, 0.0, 0.0))).viable is not None


def test_that_a_lesion_ends_where_a_vessel_as_thick_as_itself_touches_it():
    vessel = Part(tube(5.0, (12.2, 0.0, 0.0), (0.0, 1.0, 0.5)), 144.0)
    made = phantom(Part(ball(7.5), 134.0), vessel)
    found = measure_assisted(made.volume(), Click(made.world(-2.0, 1.0, 0.0)))
    assert found.viable.long_axis.length_mm == pytest.approx(15.0, abs=made.voxel_diagonal_mm)
    assert any("cut off" in warning for warning in found.warnings)


def test_that_a_vessel_is_not_measured_as_a_lesion():
    made = phantom(Part(tube(5.0, (0.0, 0.0, 0.0), (0.2, 1.0, 0.1)), 154.0))
    found = measure_assisted(made.volume(), Click(made.world(0.0, 0.0, 0.0)))
    assert (found.viable, found.whole) == (None, None)
    assert any("as a vessel" in warning for warning in found.warnings)


def test_that_viable_tissue_between_dead_tissue_is_not_cut_short_by_it():
    # 50 HU over liver and 110 HU over what is dead: half way between these two lies below liver
    parts = Part(ball(20.0), 14.0), Part(ball(9.0, (3.0, 4.0, 0.0)), 124.0)
    made = phantom(*parts, spacing_mm=(3.0, 0.8, 0.8), noise_sd=10.0)
    found = measure_assisted(made.volume(), Click(made.world(2.0, 3.0, 0.0)))
    assert found.viable.long_axis.length_mm == pytest.approx(18.0, abs=0.7)
