from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from app.cli import BAD_USAGE, DONE, REFUSED, main
from app.commands.measure import as_json, stack_warnings
from tests.support.lesion_phantoms import LIVER_HU, LesionPhantom, Part, ball
from tests.support.phantoms import Phantom, write_phantom
from viewers.imaging.assist import measure_assisted
from viewers.imaging.assisted import Click
from viewers.imaging.catalogue import Phase
from viewers.imaging.scan import scan
from viewers.imaging.volume import load_volume

MADE = LesionPhantom([Part(ball(12.0), 134.0)], spacing_mm=(4.0, 1.0, 1.0), size_mm=(110.0, 100.0, 80.0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("lesion")
    return path, MADE.write(path).series_uid


def seed_of(made, u, v, w):
    return "--seed=" + ",".join(f"{value:.3f}" for value in made.world(u, v, w))


def measured(folder, seed, capsys, *more):
    path, uid = folder
    assert main(["measure", str(path), "--series", uid, seed, "--json", *more]) == DONE
    return json.loads(capsys.readouterr().out)


def test_that_json_gives_diameters_ends_and_reference(folder, capsys):
    document = measured(folder, seed_of(MADE, 3.0, -2.0, 1.0), capsys)
    assert {"series_uid", "viable", "whole", "reference_liver", "warnings"} <= set(document)
    viable = document["viable"]
    assert {"diameter_mm", "ends_mm", "slice_index", "short_axis_mm", "volume_ml"} <= set(viable)
    assert viable["diameter_mm"] == pytest.approx(24.0, abs=1.42)  # a diagonal of a pixel
    assert math.dist(*viable["ends_mm"]) == pytest.approx(viable["diameter_mm"])
    assert viable["volume_ml"] == pytest.approx(4 / 3 * math.pi * 1.2**3, rel=0.15)
    assert viable["slice_index"] == 10  # of 21 slices, the middle of the ball lies in the middle one
    assert document["reference_liver"]["mean"] == pytest.approx(LIVER_HU, abs=2.0)
    assert document["reference_liver"]["unit"] == "HU"
    assert document["whole"]["diameter_mm"] == pytest.approx(24.0, abs=1.5)
    assert [w for w in document["warnings"] if "phase" not in w] == []


def test_that_threshold_and_reference_can_be_set_as_in_the_window(folder, capsys):
    """The threshold is the mean of the reference and so many of its standard deviations."""
    place = MADE.world(-30.0, 20.0, 8.0)
    at = "--reference=" + ",".join(f"{value:.3f}" for value in place)
    document = measured(folder, seed_of(MADE, 0.0, 0.0, 0.0), capsys, at, "--threshold-sd=3")
    reference = document["reference_liver"]
    assert reference["centre_mm"] == pytest.approx(place, abs=0.001)
    assert document["threshold"] == pytest.approx(reference["mean"] + 3 * reference["sd"])
    assert document["viable"]["diameter_mm"] == pytest.approx(24.0, abs=1.42)
    none = measured(folder, seed_of(MADE, 0.0, 0.0, 0.0), capsys, at, "--threshold-sd=8")
    assert none["viable"] is None and none["warnings"], "60 HU are 5 of the reference's standard deviations"


@pytest.mark.parametrize(
    ("option", "status", "why"),
    [
        ("--reference=900,0,0", REFUSED, "the reference lies outside the images"),
        ("--reference=1,2", BAD_USAGE, "argument --reference"),
        ("--threshold-sd=9", BAD_USAGE, "argument --threshold-sd"),
        ("--threshold-sd=2SD", BAD_USAGE, "argument --threshold-sd"),
    ],
)
def test_that_a_threshold_or_reference_that_cannot_be_is_refused(folder, option, status, why, capsys):
    path, uid = folder
    assert main(["measure", str(path), "--series", uid, seed_of(MADE, 0.0, 0.0, 0.0), option, "--json"]) == status
    captured = capsys.readouterr()
    assert captured.out == "" and why in captured.err


def test_that_no_separable_tumour_gives_null_and_a_warning(folder, capsys):
    document = measured(folder, seed_of(MADE, -35.0, 20.0, 10.0), capsys)
    assert document["viable"] is None
    assert any("no viable tumour can be separated" in warning for warning in document["warnings"])


def test_that_a_whole_lesion_is_never_shorter_than_its_viable_part(folder):
    """As the window records it: where the outline of the whole came out shorter, the viable line stands for it."""
    (series,) = scan(folder[0]).series
    found = measure_assisted(load_volume(series), Click(MADE.world(0.0, 0.0, 0.0)))
    assert found.viable is not None and found.whole is not None
    longer = replace(found.viable, long_axis=replace(found.viable.long_axis, length_mm=30.0), volume_ml=3.0)
    hollow = replace(found, viable=longer, whole=replace(found.whole, volume_ml=7.0))
    document = as_json(hollow, [])
    assert [document[of]["diameter_mm"] for of in ("whole", "viable")] == [30.0, 30.0]
    assert document["whole"]["ends_mm"] == document["viable"]["ends_mm"]
    assert [document[of]["volume_ml"] for of in ("whole", "viable")] == [7.0, 3.0], "what is dead is of the whole too"
    assert as_json(found, [])["whole"]["diameter_mm"] >= as_json(found, [])["viable"]["diameter_mm"]


def test_that_another_phase_than_the_arterial_is_told(tmp_path, capsys):
    made = MADE.but(phase=None)
    uid = made.write(tmp_path).series_uid
    document = measured((tmp_path, uid), seed_of(made, 0.0, 0.0, 0.0), capsys)
    assert "measured in the arterial phase" in document["warnings"][0]


def test_that_the_text_tells_the_diameters(folder, capsys):
    path, uid = folder
    assert main(["measure", str(path), "--series", uid, seed_of(MADE, 0.0, 0.0, 0.0)]) == DONE
    said = capsys.readouterr().out
    assert "viable: 2" in said and "in image 11," in said, "the middle one of 21, counted as the window does"
    assert "reference liver 7" in said


@pytest.mark.parametrize("seed", ["--seed=1,2", "--seed=1,2,x", "--seed=1,2,nan", "--seed="], ids=str)
def test_that_a_seed_that_is_not_three_numbers_is_bad_usage(folder, seed, capsys):
    path, uid = folder
    assert main(["measure", str(path), "--series", uid, seed, "--json"]) == BAD_USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "argument --seed" in captured.err
    assert "not three numbers X,Y,Z" in captured.err


def test_that_a_gap_below_zero_is_bad_usage(folder, capsys):
    path, uid = folder
    assert main(["measure", str(path), "--series", uid, "--seed=0,0,0", "--gap-mm=-1"]) == BAD_USAGE
    assert "argument --gap-mm" in capsys.readouterr().err


def test_that_a_seed_outside_the_images_is_refused(folder, capsys):
    path, uid = folder
    assert main(["measure", str(path), "--series", uid, "--seed=900,0,0", "--json"]) == REFUSED
    captured = capsys.readouterr()
    assert captured.out == ""
    for word in (str(path), "--seed 900,0,0", "lies outside the images", "choose a place on an image"):
        assert word in captured.err


def test_that_an_unknown_series_is_refused(folder, capsys):
    assert main(["measure", str(folder[0]), "--series", "1.2.3", "--seed=0,0,0", "--json"]) == REFUSED
    assert "--series 1.2.3: no such series" in capsys.readouterr().err


def test_that_a_series_without_geometry_is_refused(tmp_path, capsys):
    phantom = Phantom(directions=None)
    write_phantom(tmp_path, phantom)
    assert main(["measure", str(tmp_path), "--series", phantom.series_uid, "--seed=0,0,0", "--json"]) == REFUSED
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "cannot be measured" in captured.err


def test_that_a_stack_with_a_gap_is_measured_without_volumes(folder, tmp_path, capsys):
    uid = MADE.write(tmp_path).series_uid
    (tmp_path / "slice018").unlink()
    document = measured((tmp_path, uid), seed_of(MADE, 0.0, 0.0, 0.0), capsys)
    assert document["viable"]["diameter_mm"] == pytest.approx(24.0, abs=1.42)
    assert document["viable"]["volume_ml"] is None
    assert any("no even stack" in warning for warning in document["warnings"])


def test_that_a_file_of_the_folder_that_cannot_be_read_is_told(folder, tmp_path, capsys):
    """The last slice is cut short, and is missing without a gap; a text file beside the images is no image."""
    uid = MADE.write(tmp_path).series_uid
    last = tmp_path / "slice020"
    last.write_bytes(last.read_bytes()[:-5000])
    (tmp_path / "readme.txt").write_text("about these images")
    document = measured((tmp_path, uid), seed_of(MADE, 0.0, 0.0, 0.0), capsys)
    (told,) = [warning for warning in document["warnings"] if "slice020" in warning]
    assert "not measured with" in told and "cut short" in told
    assert not any("readme.txt" in warning for warning in document["warnings"])


@pytest.mark.parametrize(
    ("description", "body_part", "told"),
    [("lung", "", True), ("Axial 5 mm", "HEAD", True), ("LUNG BASES 5MM", "", False), ("Axial 5 mm", "", False)],
)
def test_that_a_series_of_another_part_of_the_body_is_told(folder, description, body_part, told):
    """The window refuses to compare a chest with liver; a place that is asked for is measured, and this is said."""
    (series,) = scan(folder[0]).series
    other = replace(series, description=description, body_part=body_part, phase=Phase(None, 0.0, ()))
    assert bool(stack_warnings(other, ())) is told


def test_that_missing_slices_are_told_where_nothing_is_measured_too(folder, tmp_path, capsys):
    uid = MADE.write(tmp_path).series_uid
    (tmp_path / "slice010").unlink()
    document = measured((tmp_path, uid), seed_of(MADE, -35.0, 20.0, 10.0), capsys)
    assert document["viable"] is None
    assert any("slices are missing in 1 place" in warning for warning in document["warnings"])


@pytest.mark.parametrize(
    ("content", "why"), [(b"plain text", "not a DICOM file"), (b"", "the file is empty")], ids=["text", "empty"]
)
def test_that_a_file_that_is_no_image_is_refused_for_that_reason(tmp_path, content, why, capsys):
    path = tmp_path / "image.dcm"
    path.write_bytes(content)
    assert main(["measure", str(path), "--series", "1.2.3", "--seed=0,0,0", "--json"]) == REFUSED
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"{path}: {why}" in captured.err


def test_that_a_folder_without_an_image_is_refused_as_such(tmp_path, capsys):
    assert main(["measure", str(tmp_path), "--series", "1.2.3", "--seed=0,0,0", "--json"]) == REFUSED
    assert f"{tmp_path}: there is no DICOM image in it" in capsys.readouterr().err
