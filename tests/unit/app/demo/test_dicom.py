import shutil
import subprocess
from datetime import date
from pathlib import Path

import pydicom
import pytest

from app.demo.dicom import uid
from app.demo.truth import Truth
from viewers.imaging.catalogue import SURE_PHASE
from viewers.imaging.scan import scan

DCIODVFY = shutil.which("dciodvfy")
SERIES = ["pre", "arterial", "portal_venous", "delayed", "chest"]
MR_SERIES = ["mr_pre", "mr_arterial", "mr_portal_venous", "mr_hepatobiliary"]


@pytest.mark.skipif(DCIODVFY is None, reason="dciodvfy (dicom3tools) is not installed")
@pytest.mark.parametrize(
    ("timepoint", "series"),
    [*((t, s) for t in ("BL", "FU1", "FU2", "FU3") for s in SERIES), *(("FU2", s) for s in MR_SERIES)],
)
def test_that_the_validator_finds_no_error(small_study: tuple[Path, Truth], timepoint: str, series: str) -> None:
    path = small_study[0] / timepoint / series / "0003.dcm"
    said = subprocess.run([str(DCIODVFY), str(path)], capture_output=True, text=True, check=False)
    text = said.stdout + said.stderr
    assert ("MRImage" if series in MR_SERIES else "CTImage") in text
    assert "Error" not in text


@pytest.mark.parametrize("series", [*SERIES, *MR_SERIES])
def test_that_every_series_is_marked_synthetic_and_names_the_patient_in_hangul(
    small_study: tuple[Path, Truth], series: str
) -> None:
    ds = pydicom.dcmread(small_study[0] / "FU2" / series / "0001.dcm")
    assert "SYNTHETIC" in ds.ImageComments
    assert "SYNTHETIC" in ds.PatientComments
    assert ds.SpecificCharacterSet == "ISO_IR 192"
    assert ds.PatientName.phonetic == "김^영수"
    assert ds.PatientAge == "063Y"
    assert ds.StudyDate == "20250610"
    assert "StationName" not in ds
    assert all(str(ds[name].value).startswith("2.25.") for name in ("SOPInstanceUID", "StudyInstanceUID"))


@pytest.mark.parametrize(
    ("series", "least_s", "most_s"), [("arterial", 30, 60), ("portal_venous", 60, 100), ("delayed", 150, 240)]
)
def test_that_the_phases_are_taken_when_they_should_be(
    small_study: tuple[Path, Truth], series: str, least_s: int, most_s: int
) -> None:
    for timepoint in ("BL", "FU1", "FU2", "FU3"):
        ds = pydicom.dcmread(small_study[0] / timepoint / series / "0001.dcm", stop_before_pixels=True)
        assert ds.ContrastBolusAgent == "Iohexol 350"
        assert least_s <= seconds(ds.AcquisitionTime) - seconds(ds.ContrastBolusStartTime) <= most_s


def test_that_the_series_before_contrast_names_no_agent_and_comes_first(small_study: tuple[Path, Truth]) -> None:
    pre = pydicom.dcmread(small_study[0] / "BL" / "pre" / "0001.dcm", stop_before_pixels=True)
    arterial = pydicom.dcmread(small_study[0] / "BL" / "arterial" / "0001.dcm", stop_before_pixels=True)
    assert "ContrastBolusAgent" not in pre
    assert seconds(pre.AcquisitionTime) < seconds(arterial.ContrastBolusStartTime)


def test_that_the_mr_is_a_gradient_echo_that_gives_what_makers_give(small_study: tuple[Path, Truth]) -> None:
    folder = small_study[0] / "FU2"
    headers = {s: pydicom.dcmread(folder / s / "0001.dcm") for s in MR_SERIES}
    for name, ds in headers.items():
        assert (ds.Modality, ds.ScanningSequence, ds.MRAcquisitionType, ds.ScanOptions) == ("MR", "GR", "3D", "FS")
        assert float(ds.EchoTime) < float(ds.RepetitionTime) < 6
        assert 5 <= float(ds.FlipAngle) <= 20
        assert (ds.Rows, ds.Columns) == (152, 192)
        assert "RescaleSlope" not in ds and "KVP" not in ds
        assert ("ContrastBolusAgent" in ds) == (name != "mr_pre")
    given = seconds(headers["mr_arterial"].ContrastBolusStartTime)
    after = [seconds(headers[s].AcquisitionTime) - given for s in MR_SERIES]
    # the windows in which these phases are acquired with gadoxetate
    assert after[0] < 0 and 15 <= after[1] <= 45 and 55 <= after[2] <= 90 and after[3] >= 600


def test_that_our_own_reading_of_phases_is_sure_of_the_mr(small_study: tuple[Path, Truth]) -> None:
    found = {one.phase.name: one for one in scan(small_study[0] / "FU2").series if one.modality == "MR"}
    assert set(found) == {"pre", "arterial", "portal_venous", "hepatobiliary"}
    assert all(one.phase.confidence >= SURE_PHASE and one.volume_ok for one in found.values())


def test_that_uids_are_the_same_every_time_and_never_shared() -> None:
    assert uid("small", "BL", 1) == uid("small", "BL", 1)
    assert len({uid(v, t, n) for v in ("small", "full") for t in ("BL", "FU1") for n in range(50)}) == 200
    assert all(len(uid("x", n)) <= 64 and uid("x", n).is_valid for n in range(50))


def test_that_the_patient_was_born_when_the_story_says(small_study: tuple[Path, Truth]) -> None:
    assert small_study[1].patient.birth_date == date(1961, 8, 14)
    assert pydicom.dcmread(small_study[0] / "BL" / "pre" / "0001.dcm").PatientBirthDate == "19610814"


def seconds(text: str) -> float:
    return int(text[:2]) * 3600 + int(text[2:4]) * 60 + float(text[4:])
