"""Densities of aorta and liver, on bodies drawn with values that are chosen here."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pydicom
import pytest

from tests.support.phantoms import AXIAL, Phantom, slice_dataset
from viewers.imaging.catalogue import SURE_PHASE
from viewers.imaging.phasepixels import Densities, densities_in, densities_of, phase_of
from viewers.imaging.phases import with_phases
from viewers.imaging.scan import scan

SPACING = (1.25, 1.25)
SHAPE = (240, 320)


def body(aorta_hu: float, liver_hu: float, spacing: tuple[float, float] = SPACING) -> np.ndarray:
    """An upper abdomen: fat, a layer of muscle, spine, liver, spleen, stomach and the aorta, with noise of 12 HU."""
    rows, columns = round(300 / spacing[0]), round(400 / spacing[1])
    y, x = np.mgrid[:rows, :columns].astype(float)
    y, x = y * spacing[0] - 150, x * spacing[1] - 200
    image = np.full((rows, columns), -1000.0)

    def draw(value: float, at: tuple[float, float], radii: tuple[float, float]) -> None:
        image[((x - at[0]) / radii[0]) ** 2 + ((y - at[1]) / radii[1]) ** 2 <= 1] = value

    draw(-90, (0, 0), (165, 115))
    draw(55, (0, 0), (150, 102))
    draw(-95, (0, 0), (142, 94))
    draw(55, (0, 70), (60, 22))
    draw(liver_hu, (-75, -15), (58, 62))
    draw(100, (95, 20), (28, 38))
    draw(30, (60, -45), (38, 26))
    draw(180, (0, 52), (21, 18))
    draw(600, (0, 82), (6, 14))
    draw(aorta_hu, (14, 24), (11, 11))
    draw(aorta_hu / 2 + 30, (-16, 20), (11, 9))
    return image + np.random.default_rng(7).normal(0, 12, image.shape)


@pytest.mark.parametrize(
    ("aorta", "liver", "phase"),
    [
        (42, 58, "pre"),
        (310, 70, "arterial"),
        (155, 108, "portal_venous"),
        (104, 92, "delayed"),
        # Between the limits, or fitting two phases, nothing is said.
        (250, 100, None),
        (80, 120, None),
        (124, 98, None),
        (195, 110, None),
        (70, 60, None),
    ],
)
def test_that_the_densities_of_the_table_name_the_phase(aorta, liver, phase):
    found = phase_of(Densities(aorta, liver))
    assert (found.value if found else None) == phase


@pytest.mark.parametrize(("aorta", "liver"), [(310, 70), (155, 108), (104, 92), (42, 58)])
@pytest.mark.parametrize("spacing", [(1.25, 1.25), (0.7, 0.7), (0.9, 1.4)])
def test_that_aorta_and_liver_are_found_in_an_upper_abdomen(aorta, liver, spacing):
    found = densities_in([body(aorta, liver, spacing)] * 2, spacing)
    assert found is not None
    assert found.aorta_hu == pytest.approx(aorta, abs=8)
    assert found.liver_hu == pytest.approx(liver, abs=4)


@pytest.mark.parametrize(
    "images",
    [
        [],
        [body(310, 70)],
        [body(310, 70), body(150, 70)],
        [np.full(SHAPE, -1000.0)] * 2,
        [np.full(SHAPE, 50.0)] * 2,
        [np.random.default_rng(1).normal(0, 400, SHAPE)] * 2,
        [body(310, 70)[:40, :40]] * 2,
    ],
    ids=["none", "one", "that differ", "air", "even", "noise", "a corner"],
)
def test_that_nothing_is_said_where_two_slices_do_not_agree(images):
    assert densities_in(images, SPACING) is None


def write(folder, name, series_uid, time, image, directions=AXIAL):
    folder.mkdir(parents=True)
    phantom = Phantom(
        rows=image.shape[0],
        columns=image.shape[1],
        pixel_spacing_mm=SPACING,
        heights_mm=tuple(5.0 * k for k in range(8)),
        directions=directions,
        series_uid=series_uid,
        description=name,
        tags={"AcquisitionTime": time, "BodyPartExamined": "LIVER", "RescaleType": "HU"},
    )
    for k in range(8):
        pydicom.dcmwrite(folder / f"{k}", slice_dataset(phantom, k, np.clip(image, -1000, 2000) + 1024))


def test_that_pixels_name_phases_that_headers_leave_open_and_the_course_makes_them_sure(tmp_path):
    scans = [("081000", 42, 58), ("081400", 310, 70), ("081435", 155, 108), ("081620", 104, 92)]
    for n, (time, aorta, liver) in enumerate(scans):
        write(tmp_path / str(n), "Liver 5.0", f"1.2.8.{n}", time, body(aorta, liver))
    found = scan(tmp_path).series
    assert [one.phase.name for one in found] == [None] * 4
    phases = [one.phase for one in sorted(with_phases(found, densities_of), key=lambda one: one.acquired_at or "")]
    assert [phase.name.value for phase in phases] == ["pre", "arterial", "portal_venous", "delayed"]
    assert all(phase.confidence >= SURE_PHASE for phase in phases)
    assert phases[1].evidence[0].startswith("aorta 3") and "HU, liver 7" in phases[1].evidence[0]


def test_that_pixels_alone_leave_a_phase_unsure(tmp_path):
    write(tmp_path / "1", "Liver 5.0", "1.2.8.1", "081400", body(310, 70))
    (one,) = with_phases(scan(tmp_path).series, densities_of)
    assert one.phase.name == "arterial"
    assert 0 < one.phase.confidence < SURE_PHASE


def test_that_pixels_are_not_looked_at_where_the_headers_tell(tmp_path):
    for n, (time, name) in enumerate([("081000", "pre"), ("081400", "arterial"), ("081435", "portal")]):
        write(tmp_path / str(n), f"Liver {name}", f"1.2.8.{n}", time, body(42, 58))

    def fail(_):
        raise AssertionError

    assert all(one.phase.name for one in with_phases(scan(tmp_path).series, fail))


@pytest.mark.parametrize(
    "directions", [((-1.0, 0.0, 0.0), (0.0, 1.0, 0.0)), ((1.0, 0.0, 0.0), (0.0, -1.0, 0.0))], ids=["left", "upside"]
)
def test_that_turned_images_are_turned_back(tmp_path, directions):
    image = body(310, 70)
    turned = image[:, ::-1] if directions[0][0] < 0 else image[::-1]
    write(tmp_path / "1", "Liver 5.0", "1.2.8.1", "081400", turned, directions)
    (one,) = scan(tmp_path).series
    found = densities_of(one)
    assert found is not None and found.aorta_hu == pytest.approx(310, abs=8)


def test_that_values_without_units_and_files_that_are_gone_say_nothing(tmp_path):
    write(tmp_path / "1", "Liver 5.0", "1.2.8.1", "081400", body(310, 70))
    (one,) = scan(tmp_path).series
    assert densities_of(replace(one, hounsfield=False)) is None
    for file in (tmp_path / "1").iterdir():
        file.unlink()
    assert densities_of(one) is None


def test_that_the_aorta_of_a_real_portal_venous_scan_is_found(test_data):
    (one,) = scan(test_data / "series" / "01_cptac_pda_C3L-00189_abdomen_portal_5mm").series
    found = densities_of(one)
    # In slice 13 from above, circles placed by eye: 139 HU in the aorta (column 254, row 314), 88 HU in the liver.
    assert found is not None
    assert found.aorta_hu == pytest.approx(139, abs=15) and found.liver_hu == pytest.approx(88, abs=10)
