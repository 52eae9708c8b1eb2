from __future__ import annotations

import math
import os
import random
import shutil
from datetime import date

import numpy as np
import pydicom
import pytest
from pydicom.uid import generate_uid

from tests.support.phantoms import AXIAL, CORONAL, Phantom, slice_dataset, write_enhanced, write_phantom
from viewers.imaging.errors import Cancelled, FolderError
from viewers.imaging.scan import scan

EVEN = tuple(3.0 * k for k in range(6))


def codes(series):
    return {finding.code.value for finding in series.findings}


def only(result):
    assert len(result.series) == 1, [s.uid for s in result.series]
    return result.series[0]


def test_that_a_sound_series_is_measurable_and_a_volume(tmp_path):
    phantom = Phantom()
    paths = write_phantom(tmp_path, phantom)
    series = only(scan(tmp_path))
    assert (series.measurable, series.volume_ok, series.findings, series.why_not) == (True, True, (), ())
    assert series.slice_spacing_mm == pytest.approx(3.0, abs=1e-6)
    assert series.pixel_spacing_mm == (1.1, 0.7)
    assert series.uid == series.series_uid == phantom.series_uid
    assert [record.path for record in series.slices] == [str(path) for path in paths]
    for k, record in enumerate(series.slices):
        assert record.position == pytest.approx(phantom.position(k), abs=1e-6)
    assert series.hounsfield


@pytest.mark.parametrize(
    ("tags", "synthetic"), [({"SyntheticData": "YES"}, True), ({"InstitutionName": "SYNTHETIC"}, True), ({}, False)]
)
def test_that_synthetic_data_are_marked(tmp_path, tags, synthetic):
    write_phantom(tmp_path, Phantom(tags=tags))
    assert only(scan(tmp_path)).synthetic is synthetic


@pytest.mark.filterwarnings("ignore:Invalid value for VR DA")
@pytest.mark.parametrize(
    ("tags", "day"),
    [
        ({"SeriesDate": "20250217"}, date(2025, 2, 17)),
        ({"AcquisitionDate": "20250217"}, date(2025, 2, 17)),
        ({"AcquisitionDateTime": "20250217081500"}, date(2025, 2, 17)),
        ({"SeriesDate": "20250217", "AcquisitionDate": "20250217"}, date(2025, 2, 17)),
        ({"SeriesDate": "20250218", "AcquisitionDate": "20250217"}, None),
        ({"SeriesDate": "20000101", "PerformedProcedureStepStartDate": "20140820"}, None),
        ({"SeriesDate": "20251317"}, None),
        ({}, None),
        ({"StudyDate": "20250216", "SeriesDate": "20250217"}, date(2025, 2, 16)),
    ],
    ids=["series", "acquisition", "date and time", "agree", "differ", "a dummy", "impossible", "none", "study"],
)
def test_that_an_exam_without_study_date_has_the_day_that_its_other_dates_agree_on(tmp_path, tags, day):
    write_phantom(tmp_path, Phantom(tags={"StudyDate": "", "AcquisitionDate": ""} | tags))
    assert only(scan(tmp_path)).exam_date == day


def test_that_slices_of_several_days_have_no_day_but_the_study_date(tmp_path):
    def set_day(k, dataset):
        dataset.StudyDate, dataset.AcquisitionDate = "", f"2025021{7 + k % 2}"

    write_phantom(tmp_path, Phantom(), set_day)
    assert only(scan(tmp_path)).exam_date is None


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"heights_mm": (0, 3, 6, 12, 15)}, "slices are missing in 1 place; the widest gap is 6 mm"),
        ({"heights_mm": (0, 3, 9, 12, 21, 24)}, "slices are missing in 2 places; the widest gap is 9 mm"),
        ({"heights_mm": (0, 3), "thickness_mm": 5.0}, "neighbouring slices overlap in 1 place"),
        ({"heights_mm": (0, 3, 6), "thickness_mm": 5.0}, "neighbouring slices overlap in 2 places"),
    ],
)
def test_that_places_are_counted_in_good_english(tmp_path, changes, text):
    write_phantom(tmp_path, Phantom(**changes))
    assert [finding.text for finding in only(scan(tmp_path)).findings] == [text]


def test_that_a_slice_shifted_sideways_is_told_as_such(tmp_path):
    def aside(k, dataset):
        if k == 2:
            x, y, z = map(float, dataset.ImagePositionPatient)
            dataset.ImagePositionPatient = [x + 3, y, z]

    write_phantom(tmp_path, Phantom(directions=AXIAL), aside)
    (finding,) = only(scan(tmp_path)).findings
    text = "slices are not straight above each other: up to 3 mm sideways of their line"
    assert (finding.code, finding.text) == ("uneven_spacing", text)


@pytest.mark.parametrize(("degrees", "sound"), [(0.1, False), (0.01, True)])
def test_that_slices_turned_a_little_against_each_other_are_no_volume(tmp_path, degrees, sound):
    # 12 rows of 8 mm: the last pixel moves 88 mm x 0.1 degrees = 0.15 mm, or 0.015 mm; the limit is 0.1 mm.
    def turn(k, dataset):
        angle = math.radians(degrees * k / 5)
        dataset.ImageOrientationPatient = [1, 0, 0, 0, round(math.cos(angle), 9), round(math.sin(angle), 9)]

    write_phantom(tmp_path, Phantom(directions=AXIAL, pixel_spacing_mm=(8.0, 8.0)), turn)
    series = only(scan(tmp_path))
    text = "slices are turned a little against each other: their last pixels by up to 0.15 mm"
    assert [(f.code, f.text) for f in series.findings] == ([] if sound else [("mixed_orientation", text)])
    assert (series.measurable, series.volume_ok) == (True, sound)
    assert series.why_not == (() if sound else (f"no volume: {text}",))


def test_that_slices_follow_the_normal_whatever_the_files_are_called(tmp_path):
    write_phantom(tmp_path, Phantom(heights_mm=tuple(reversed(EVEN))))
    series = only(scan(tmp_path))
    assert [record.instance_number for record in series.slices] == [6, 5, 4, 3, 2, 1]


FINDINGS = {
    "missing slice": ({"heights_mm": (0, 3, 6, 12, 15)}, "missing_slices", True, False),
    "same position": ({"heights_mm": (0, 3, 3, 6, 9)}, "duplicate_positions", True, False),
    "uneven": ({"heights_mm": (0, 3, 6.4, 9, 12), "thickness_mm": 2.0}, "uneven_spacing", True, False),
    "tilt": ({"shear": (0.0, 0.3, 0.0), "directions": AXIAL}, "gantry_tilt", True, False),
    "overlap": ({"thickness_mm": 5.0}, "overlapping_slices", True, True),
    "thick": ({"thickness_mm": 7.0, "heights_mm": (0, 7, 14)}, "thick_slices", True, True),
    "localizer": ({"tags": {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}}, "localizer", False, True),
    "projection": ({"tags": {"ImageType": ["DERIVED", "SECONDARY", "MIP"]}}, "localizer", False, True),
    "no position": ({"tags": {"ImagePositionPatient": None}}, "no_geometry", False, False),
    "no orientation": ({"tags": {"ImageOrientationPatient": None}}, "no_geometry", False, False),
    "impossible orientation": ({"tags": {"ImageOrientationPatient": [0] * 6}}, "no_geometry", False, False),
    "no pixel spacing": ({"pixel_spacing_mm": None}, "no_geometry", False, False),
    "zero pixel spacing": ({"pixel_spacing_mm": (0.0, 0.0)}, "no_geometry", False, False),
    "lossy": ({"tags": {"LossyImageCompression": "01"}}, "lossy", True, True),
    "no rescale": ({"rescale": None}, "not_hu", True, True),
    "other rescale": ({"tags": {"RescaleType": "mg/ml"}}, "not_hu", True, True),
    "no series UID": ({"tags": {"SeriesInstanceUID": ""}}, "empty_uid", True, True),
    "no image UID": ({"tags": {"SOPInstanceUID": ""}}, "empty_uid", True, True),
}


@pytest.mark.parametrize(("changes", "code", "measurable", "volume_ok"), FINDINGS.values(), ids=FINDINGS.keys())
def test_that_what_is_wrong_is_found_and_forbids_what_it_must(tmp_path, changes, code, measurable, volume_ok):
    write_phantom(tmp_path, Phantom(**changes))
    series = only(scan(tmp_path))
    assert codes(series) == {code}
    assert (series.measurable, series.volume_ok) == (measurable, volume_ok)
    assert bool(series.why_not) is not (measurable and volume_ok)


def test_that_a_single_slice_measures_but_is_no_volume(tmp_path):
    write_phantom(tmp_path, Phantom(heights_mm=(0.0,)))
    series = only(scan(tmp_path))
    assert (series.measurable, series.volume_ok) == (True, False)
    assert series.why_not == ("no volume: a single slice",)


def test_that_phases_in_one_series_are_listed_apart_in_the_order_of_time(tmp_path):
    late, early = Phantom(tags={"AcquisitionNumber": 2, "AcquisitionTime": "081700"}), "081610"
    write_phantom(tmp_path, late, name="a")
    write_phantom(tmp_path, late.but(tags={"AcquisitionNumber": 1, "AcquisitionTime": early}), name="b")
    first, second = scan(tmp_path).series
    assert (first.uid, second.uid) == (late.series_uid, f"{late.series_uid}#2")
    assert (first.acquired_at, second.acquired_at) == ("2026-01-05T08:16:10", "2026-01-05T08:17:00")
    assert first.volume_ok and second.volume_ok
    assert (first.frames, second.frames) == (6, 6)


@pytest.mark.parametrize(
    "tags",
    [
        ({"TemporalPositionIdentifier": 1}, {"TemporalPositionIdentifier": 2}),
        ({"EchoNumbers": 1, "EchoTime": 2.3}, {"EchoNumbers": 2, "EchoTime": 4.6}),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "IN_PHASE"]}, {"ImageType": ["ORIGINAL", "PRIMARY", "OPP_PHASE"]}),
        ({"AcquisitionTime": "081610"}, {"AcquisitionTime": "081700"}),
    ],
    ids=["temporal position", "echo", "image type", "time alone"],
)
def test_that_what_tells_repeated_positions_apart_makes_two_stacks(tmp_path, tags):
    phantom = Phantom(modality="MR", rescale=None)
    write_phantom(tmp_path, phantom.but(tags=tags[0]), name="a")
    write_phantom(tmp_path, phantom.but(tags=tags[1]), name="b")
    series = scan(tmp_path).series
    assert [(s.frames, s.volume_ok) for s in series] == [(6, True), (6, True)]


def test_that_acquisition_numbers_alone_split_nothing(tmp_path):
    def number(k, dataset):
        dataset.AcquisitionNumber = k + 1

    write_phantom(tmp_path, Phantom(), number)
    assert only(scan(tmp_path)).volume_ok


def test_that_one_repeated_slice_is_a_finding_not_a_phase(tmp_path):
    def number(k, dataset):
        dataset.AcquisitionNumber = 2 if k == 3 else 1

    paths = write_phantom(tmp_path, Phantom(heights_mm=(0, 3, 6, 6, 9)), number)
    series = only(scan(tmp_path))
    assert codes(series) == {"duplicate_positions"}
    (finding,) = series.findings
    assert set(finding.files) == {str(paths[2]), str(paths[3])}


def test_that_acquisitions_of_two_slices_each_do_not_hide_a_repeat(tmp_path):
    # An axial scanner counts each rotation: 1 1 2 2 3 3.
    def number(k, dataset):
        dataset.AcquisitionNumber = k // 2 + 1

    write_phantom(tmp_path, Phantom(heights_mm=(0, 3, 6, 9, 9, 12)), number)
    assert codes(only(scan(tmp_path))) == {"duplicate_positions"}


def test_that_phases_between_each_others_slices_are_listed_apart(tmp_path):
    phantom = Phantom(tags={"AcquisitionNumber": 1})
    write_phantom(tmp_path, phantom, name="a")
    shifted = tuple(h + 0.8 for h in phantom.heights_mm)
    write_phantom(tmp_path, phantom.but(heights_mm=shifted, tags={"AcquisitionNumber": 2}), name="b")
    assert [(s.frames, s.volume_ok) for s in scan(tmp_path).series] == [(6, True), (6, True)]


def test_that_blocks_that_follow_each_other_stay_one_series(tmp_path):
    def number(k, dataset):
        dataset.AcquisitionNumber = k // 4 + 1

    heights = (0, 3, 6, 9, 20, 23, 26, 29)
    write_phantom(tmp_path, Phantom(heights_mm=heights), number)
    assert codes(only(scan(tmp_path))) == {"missing_slices"}


def test_that_a_phase_of_part_of_the_liver_is_listed_apart(tmp_path):
    phantom = Phantom(tags={"AcquisitionNumber": 1})
    write_phantom(tmp_path, phantom, name="a")
    part = phantom.but(heights_mm=phantom.heights_mm[1:5], tags={"AcquisitionNumber": 2})
    write_phantom(tmp_path, part, name="b")
    assert sorted((s.frames, s.volume_ok) for s in scan(tmp_path).series) == [(4, True), (6, True)]


def test_that_orientations_in_one_series_are_listed_apart(tmp_path):
    phantom = Phantom(directions=AXIAL)
    write_phantom(tmp_path, phantom, name="a")
    write_phantom(tmp_path, phantom.but(directions=CORONAL), name="c")
    series = scan(tmp_path).series
    assert {s.uid for s in series} == {phantom.series_uid, f"{phantom.series_uid}#2"}
    assert [codes(s) for s in series] == [{"mixed_orientation"}] * 2
    assert all(s.volume_ok for s in series)


def test_that_matrices_in_one_series_are_listed_apart(tmp_path):
    phantom = Phantom()
    write_phantom(tmp_path, phantom, name="a")
    write_phantom(tmp_path, phantom.but(rows=10), name="b")
    assert [codes(s) for s in scan(tmp_path).series] == [{"mixed_matrix"}] * 2


def test_that_patients_are_never_mixed_in_a_stack(tmp_path):
    phantom = Phantom()

    def other(k, dataset):
        dataset.PatientID = "PHANTOM" if k < 4 else "SOMEONE ELSE"

    write_phantom(tmp_path, phantom, other)
    series = scan(tmp_path).series
    assert sorted((s.patient.id, s.frames) for s in series) == [("PHANTOM", 4), ("SOMEONE ELSE", 2)]
    assert all("mixed_patient" in codes(s) for s in series)


def test_that_a_copy_is_kept_once_and_reported(tmp_path):
    path = write_phantom(tmp_path, Phantom())[2]
    shutil.copy(path, tmp_path / "zz copy.dcm")
    result = scan(tmp_path)
    assert only(result).frames == 6
    assert [(r.file, r.reason) for r in result.refused] == [
        (str(tmp_path / "zz copy.dcm"), f"a copy of the image in {path}, which is used")
    ]


def test_that_of_copies_the_one_that_lost_nothing_is_kept(tmp_path):
    paths = write_phantom(tmp_path / "b", Phantom())
    for path in paths:
        dataset = pydicom.dcmread(path)
        dataset.LossyImageCompression = "01"
        (tmp_path / "a").mkdir(exist_ok=True)
        pydicom.dcmwrite(tmp_path / "a" / path.name, dataset)
    series = only(scan(tmp_path))
    assert [record.path for record in series.slices] == [str(path) for path in paths]
    assert series.findings == ()


def test_that_different_images_with_one_uid_are_all_kept(tmp_path):
    def same(k, dataset):
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"

    write_phantom(tmp_path, Phantom(), same)
    result = scan(tmp_path)
    assert only(result).frames == 6
    assert codes(only(result)) == {"empty_uid"}
    assert result.refused == ()


def test_that_an_enhanced_file_is_split_by_frame_type(tmp_path):
    phantom = Phantom(rescale=None)
    path = write_enhanced(tmp_path, phantom, ("M", "P"))
    magnitude, phase = scan(tmp_path).series
    assert [(s.instances, s.frames, s.volume_ok) for s in (magnitude, phase)] == [(1, 6, True)] * 2
    assert [r.frame for r in magnitude.slices] == [0, 2, 4, 6, 8, 10]
    assert [r.frame for r in phase.slices] == [1, 3, 5, 7, 9, 11]
    assert {r.slope for r in phase.slices} == {2.0}
    assert {r.path for r in phase.slices} == {str(path)}


REFUSED = {
    "empty": (b"", "the file is empty"),
    "text": (b"Dear colleague, the images are on the other disc. " * 5, "not a DICOM file"),
    "preamble only": (b"\0" * 128 + b"DICM", "the file holds no pixels"),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_that_what_is_no_image_is_refused_with_a_reason(tmp_path, content, reason):
    (tmp_path / "file").write_bytes(content)
    (refused,) = scan(tmp_path).refused
    assert refused.reason == reason


def test_that_a_file_cut_short_is_refused(tmp_path):
    path = write_phantom(tmp_path, Phantom(heights_mm=(0.0,)))[0]
    path.write_bytes(path.read_bytes()[:-10])
    result = scan(tmp_path)
    assert [r.reason for r in result.refused] == ["the file is cut short: 374 of 384 bytes of pixels"]


def test_that_an_encoding_of_a_maker_of_its_own_is_refused(tmp_path):
    dataset = slice_dataset(Phantom(), 0)
    dataset.file_meta.TransferSyntaxUID = "1.2.840.113619.5.2"
    pydicom.dcmwrite(tmp_path / "image", dataset, implicit_vr=True, little_endian=True, enforce_file_format=True)
    assert [r.reason for r in scan(tmp_path).refused] == ["its encoding (transfer syntax) is not a standard one"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_that_a_pipe_and_a_dead_link_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert sorted(r.reason for r in scan(tmp_path).refused) == ["not a regular file", "the link points to nothing"]


def test_that_a_loop_of_links_is_walked_once(tmp_path):
    write_phantom(tmp_path / "a", Phantom())
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    result = scan(tmp_path)
    assert only(result).frames == 6
    assert result.refused == ()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may read everything")
def test_that_a_forbidden_file_is_refused(tmp_path):
    path = write_phantom(tmp_path, Phantom(heights_mm=(0.0,)))[0]
    path.chmod(0)
    assert [r.reason for r in scan(tmp_path).refused] == ["no permission to read the file"]


def test_that_a_file_without_preamble_is_read(tmp_path):
    dataset = slice_dataset(Phantom(), 0)
    pydicom.dcmwrite(tmp_path / "with", dataset)
    content = (tmp_path / "with").read_bytes()
    (tmp_path / "with").write_bytes(content[132:])
    assert only(scan(tmp_path)).frames == 1


HOSTILE = {
    "negative rows": {"Rows": 0},
    "no rows": {"Rows": None},
    "two billion frames": {"NumberOfFrames": 2_000_000_000},
    "no bits": {"BitsAllocated": None},
    "odd bits": {"BitsAllocated": 12},
}


@pytest.mark.parametrize("tags", HOSTILE.values(), ids=HOSTILE.keys())
def test_that_impossible_headers_are_refused(tmp_path, tags):
    write_phantom(tmp_path, Phantom(heights_mm=(0.0,), tags=tags))
    result = scan(tmp_path)
    assert result.series == ()
    assert len(result.refused) == 1


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "tags",
    [
        {"StudyDate": "yesterday"},
        {"AcquisitionTime": "99"},
        {"InstanceNumber": None},
        {"SliceThickness": -3},
        {"WindowWidth": [0, 0], "WindowCenter": [40, 40]},
        {"PatientID": None, "PatientName": None},
        {"Modality": None},
    ],
    ids=lambda tags: next(iter(tags)),
)
def test_that_odd_values_lose_no_image(tmp_path, tags):
    write_phantom(tmp_path, Phantom(tags=tags))
    assert sum(s.frames for s in scan(tmp_path).series) == 6


def test_that_damaged_files_end_somewhere_and_never_crash(tmp_path):
    content = slice_file(tmp_path)
    chance = random.Random(20260105)
    for n in range(150):
        damaged = bytearray(content)
        for _ in range(chance.choice((1, 4, 16))):
            damaged[chance.randrange(128, len(damaged))] = chance.randrange(256)
        (tmp_path / f"{n}").write_bytes(damaged[: chance.choice((len(damaged), chance.randrange(len(damaged))))])
    result = scan(tmp_path)
    placed = {record.path for s in result.series for record in s.slices} | {r.file for r in result.refused}
    assert placed == {str(p) for p in tmp_path.iterdir()}


def slice_file(folder):
    path = write_phantom(folder, Phantom(heights_mm=(0.0,)))[0]
    content = path.read_bytes()
    path.unlink()
    return content


def test_that_progress_counts_to_the_end_and_cancelling_stops(tmp_path):
    write_phantom(tmp_path, Phantom())
    steps: list[tuple[int, int]] = []
    scan(tmp_path, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(n, 6) for n in range(1, 7)]
    with pytest.raises(Cancelled):
        scan(tmp_path, cancelled=lambda: True)


def test_that_a_missing_folder_is_an_error_with_its_name(tmp_path):
    with pytest.raises(FolderError, match="there is no such folder"):
        scan(tmp_path / "nothing")


def test_that_series_of_two_studies_with_one_uid_stay_apart(tmp_path):
    uid = generate_uid()
    write_phantom(tmp_path / "a", Phantom(series_uid=uid))
    write_phantom(tmp_path / "b", Phantom(series_uid=uid, study_uid="1.2.3.4.7"))
    assert sorted((s.uid, s.frames) for s in scan(tmp_path).series) == [(uid, 6), (f"{uid}#2", 6)]


# ---- real series; the numbers are those of dcmdump and dcm2niix ----


@pytest.fixture(scope="module")
def series_data(test_data):
    return scan(test_data / "series")


def of_folder(result, name):
    return [s for s in result.series if f"{os.sep}{name}" in s.slices[0].path]


REAL = {
    "01_": (1, 35, True, True, set()),
    "02_": (1, 56, True, True, set()),
    "03_": (2, 48, True, True, {"overlapping_slices"}),
    "04_": (12, 12, True, False, set()),
    "05_": (1, 28, True, False, {"uneven_spacing", "gantry_tilt", "overlapping_slices", "thick_slices"}),
    "06_": (1, 3, True, True, {"overlapping_slices"}),
    "08_": (12, 24, True, True, set()),
    "09_": (1, 11, True, False, {"missing_slices", "duplicate_positions", "uneven_spacing"}),
    "10_": (1, 20, True, True, set()),
}


@pytest.mark.parametrize(("name", "expected"), REAL.items(), ids=REAL.keys())
def test_that_real_series_are_told_apart_and_judged(series_data, name, expected):
    found = of_folder(series_data, name)
    count, frames, measurable, volume_ok, findings = expected
    assert (len(found), sum(s.frames for s in found)) == (count, frames)
    for series in found:
        assert (series.measurable, series.volume_ok, codes(series)) == (measurable, volume_ok, findings)


def test_that_the_tilt_is_what_the_header_says(series_data):
    (series,) = of_folder(series_data, "05_")
    assert any("18.5 degrees" in f.text for f in series.findings)


def test_that_a_mixed_series_is_one_axial_image_and_forty_coronal_ones(series_data):
    axial, coronal = sorted(of_folder(series_data, "11_"), key=lambda s: s.frames)
    assert (axial.frames, coronal.frames) == (1, 40)
    assert codes(axial) == codes(coronal) == {"mixed_orientation"}
    assert coronal.volume_ok
    assert coronal.slice_spacing_mm == pytest.approx(2.0)


def test_that_the_field_map_is_thirteen_slices_of_four_kinds_and_two_echoes(series_data):
    found = of_folder(series_data, "07_")
    localizer = [s for s in found if "localizer" in codes(s)]
    assert [(s.frames, s.measurable) for s in localizer] == [(20, False)]
    maps = [s for s in found if s not in localizer]
    assert [(s.frames, s.volume_ok) for s in maps] == [(13, True)] * 8
    assert sorted(s.image_type[3] for s in maps) == ["I", "I", "M", "M", "P", "P", "R", "R"]


def test_that_the_other_objects_beside_a_series_are_refused(series_data):
    reasons = {r.file.rsplit(os.sep, 1)[1]: r.reason for r in series_data.refused}
    assert reasons == {
        "liver.dcm": "a segmentation (SEG) holds no images to read",
        "partial_overlaps.dcm": "a segmentation (SEG) holds no images to read",
        "result.dcm": "a structured report (SR) holds no images",
    }


def test_that_every_odd_file_is_in_a_series_or_refused(test_data):
    folder = test_data / "odd"
    result = scan(folder)
    placed = [record.path for s in result.series for record in s.slices] + [r.file for r in result.refused]
    assert set(placed) == {str(p) for p in folder.rglob("*") if p.is_file()}
    assert all(r.reason for r in result.refused)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (
            "odd/dicomdir/DICOMDIR",
            "a DICOMDIR (index of a disc) holds no images; 2 files that it names are not there: "
            "S21610/DIRFILE, S21570/DIRFILE",
        ),
        ("odd/pydicom/MR_truncated.dcm", "the file is cut short: 8130 of 8192 bytes of pixels"),
        ("odd/pydicom/rtstruct.dcm", "a radiotherapy structure set (RT) holds no images"),
        ("odd/pydicom/no_meta.dcm", "not a DICOM file"),
        ("odd/wado_misc/no-pixel-data.dcm", "a structured report (SR) holds no images"),
    ],
)
def test_that_odd_files_are_refused_for_the_right_reason(test_data, name, reason):
    (refused,) = scan(test_data / name).refused
    assert refused.reason == reason


def test_that_a_perfusion_map_is_not_in_hounsfield_units(test_data):
    series = only(scan(test_data / "odd" / "pydicom" / "eCT_Supplemental.dcm"))
    assert "not_hu" in codes(series)


def test_that_the_scan_reads_no_pixels(tmp_path):
    # Pixels of zeros and of noise give the same scan.
    phantom = Phantom()
    write_phantom(tmp_path, phantom)
    before = scan(tmp_path)
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        path.write_bytes(content[:-384] + np.random.default_rng(1).bytes(384))
    assert scan(tmp_path) == before
