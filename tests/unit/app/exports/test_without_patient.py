"""Reports and masks that leave with the images: nobody is named in any byte, and they still fit each other."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
import pytest

pytest.importorskip("highdicom", reason="the extra sr is not installed")

from app.cli import DONE, REFUSED, main
from app.importing import import_folder
from app.reading.assisting import assistance_of, line_of
from app.state.events import LesionAdded, ReadStarted
from app.storage.database import Database
from app.storage.open_case import OpenCase
from mrecist.lesions import Lesion, Observation, Present
from mrecist.values import LesionRole, Organ, Region
from tests.support.databases import url_in
from tests.support.lesion_phantoms import LesionPhantom, Part, ball
from tests.support.reports import LESION, measured
from viewers.imaging.assist import measure_assisted
from viewers.imaging.assisted import Click
from viewers.imaging.scan import scan
from viewers.imaging.volume import load_volume

PHANTOM = LesionPhantom([Part(ball(9.0), 140.0)], spacing_mm=(2.5, 1.0, 1.0), size_mm=(90.0, 80.0, 28.0), noise_sd=8.0)
READER = "Dr Weissgerber^Anna"
PLANTED = ("Hongildong", "홍길동", "MRN-4711-77", "Jongno", "Weissgerber", "19530917", "ACC99812", "Seoul National")
IMAGES, DOCUMENTS = ("images",), ("sr", "sr-ohif", "seg")


@dataclass(frozen=True)
class Left:
    """A case whose headers name its patient, as it left: images by one export, reports and masks by another."""

    url: str
    out: Path
    uids: frozenset[str]
    ends_mm: tuple[Any, Any]

    def documents(self) -> dict[str, pydicom.Dataset]:
        return {p.parent.name: pydicom.dcmread(p) for name in DOCUMENTS for p in (self.out / name).glob("*.dcm")}


def plant(path: Path) -> None:
    dataset = pydicom.dcmread(path)
    dataset.SpecificCharacterSet = ["", "ISO 2022 IR 149"]
    dataset.PatientName, dataset.PatientID = "Hongildong^K==홍길동", "MRN-4711-77"
    dataset.PatientBirthDate, dataset.PatientAddress = "19530917", "1 Jongno-gu"
    dataset.AccessionNumber, dataset.StudyID = "ACC99812", "ACC99812"
    dataset.InstitutionName, dataset.ReferringPhysicianName = "Seoul National Hospital", "Weissgerber^Anna"
    dataset.StudyDescription = "CT liver of Hongildong MRN-4711-77"
    dataset.private_block(0x0019, "HONGILDONG", create=True).add_new(0x01, "LO", "Hongildong")
    pydicom.dcmwrite(path, dataset)


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the key of pseudonyms, the same for every export of the module."""
    return tmp_path_factory.mktemp("secret")


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory, secret: Path) -> Left:
    folder = tmp_path_factory.mktemp("leaving")
    PHANTOM.write(folder / "Hongildong")
    for path in (folder / "Hongildong").iterdir():
        plant(path)
    (series,) = scan(folder / "Hongildong").series
    found = measure_assisted(load_volume(series), Click(PHANTOM.world(2.0, 1.0, 0.0)))
    assert found.viable is not None
    kept, line = assistance_of(found, found, "proposed"), line_of(found.viable.long_axis)
    with Database.open(url_in(folder)) as database:
        import_folder(folder / "Hongildong", database)
        case = OpenCase.read(database, "MRN-4711-77")
        case.do(ReadStarted(READER), READER, "read-1")
        seen = Observation("IT1", measured(str(kept.proposed), line))
        case.do(LesionAdded(LESION, "BL", seen, kept), READER, "read-1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEPATRACE_DATA", str(secret))
        for formats in (IMAGES, DOCUMENTS):
            export(url_in(folder), folder / "out", *formats, case_id="MRN-4711-77")
    uids = {series.uid, series.study_uid, str(series.frame_of_reference_uid), *(one.sop_uid for one in series.slices)}
    return Left(url_in(folder), folder / "out", frozenset(uids), (line.start, line.end))


def export(url: str, out: Path, *formats: str, case_id: str, status: int = DONE) -> None:
    asked = [word for name in formats for word in ("--format", name)]
    out = out / formats[0] if len(formats) == 1 else out
    words = ["export", "--case", case_id, *asked, "--deidentified", "--out", str(out), "--database", url]
    assert main(words) == status


def test_that_nobody_is_named_in_any_byte_nor_any_uid_left(left: Left) -> None:
    files = [path for path in left.out.rglob("*") if path.is_file()]
    assert {path.parts[len(left.out.parts)] for path in files} == {*IMAGES, *DOCUMENTS}
    encodings: tuple[Callable[[str], bytes], ...] = (str.encode, lambda text: text.encode("euc_kr"))
    for path in files:
        content = path.read_bytes()
        folded = content.upper()
        for word in PLANTED:
            assert not any(encoded(word).upper() in folded for encoded in encodings), (path.name, word)
            assert word.upper() not in str(path.relative_to(left.out)).upper()
        assert not [uid for uid in left.uids if uid.encode() in content]


def test_that_reports_and_masks_name_the_images_and_the_patient_that_left_beside_them(left: Left) -> None:
    images = [pydicom.dcmread(path) for path in (left.out / "images").rglob("*.dcm")]
    assert len({image.SOPInstanceUID for image in images}) == len(images) > 5
    image = images[0]
    for document in left.documents().values():
        same = (
            "PatientName",
            "PatientID",
            "PatientBirthDate",
            "StudyInstanceUID",
            "StudyDate",
            "PatientIdentityRemoved",
        )
        assert [document.get(name) for name in same] == [image.get(name) for name in same]
        assert document.PatientIdentityRemoved == "YES" and document.DeidentificationMethodCodeSequence
        # the true day beside moved ones would tell how far they were moved
        assert {str(one.value) for one in document.iterall() if one.VR in ("DA", "DT")} == {str(image.StudyDate), ""}
    mask = left.documents()["seg"]
    sources = {
        source.ReferencedSOPInstanceUID
        for frame in mask.PerFrameFunctionalGroupsSequence
        for source in frame.DerivationImageSequence[0].SourceImageSequence
    }
    assert sources and sources <= {one.SOPInstanceUID for one in images}
    assert mask.FrameOfReferenceUID == image.FrameOfReferenceUID
    uids = [one.value for one in left.documents()["sr"].iterall() if one.keyword == "UID"]
    assert mask.SegmentSequence[0].TrackingUID in uids


def test_that_the_line_comes_back_on_the_images_that_left(left: Left, tmp_path: Path, capsys: Any) -> None:
    with Database.open(url_in(tmp_path)) as database:
        (case,) = import_folder(left.out / "images", database).cases
        OpenCase.read(database, case.case_id).do(ReadStarted("A"), "A", "read-1")
    (report,) = (left.out / "sr").glob("*.dcm")
    capsys.readouterr()
    words = ["import-sr", str(report), "--case", case.case_id, "--database", url_in(tmp_path), "--json"]
    assert case.case_id.startswith("HEP-") and main(words) == DONE
    (file,) = json.loads(capsys.readouterr().out)["files"]
    found = next(one for one in file["proposals"] if one["axis"] == "long")
    assert found["label"] == "IT1" and found["timepoint"] == "BL"
    for got, was in zip(found["ends_mm"], left.ends_mm, strict=True):
        assert got == pytest.approx(was, abs=0.01)


def test_that_others_find_no_error_in_them(left: Left) -> None:
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy is not installed")
    for path in (path for name in DOCUMENTS for path in (left.out / name).glob("*.dcm")):
        done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
        assert not [row for row in (done.stdout + done.stderr).splitlines() if row.startswith("Error")]


def test_that_a_label_that_names_the_patient_holds_its_report_back(
    left: Left, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, secret: Path
) -> None:
    """The label is in no coded term; the copy of the database is what the edit goes to."""
    monkeypatch.setenv("HEPATRACE_DATA", str(secret))
    shutil.copy(left.url.removeprefix("sqlite:///"), tmp_path / "cases.db")
    with Database.open(url_in(tmp_path)) as database:
        lesion = Lesion("Hongildong-1", Region.EXTRAHEPATIC, LesionRole.NONTARGET, Organ.LUNG)
        edit = LesionAdded(lesion, "BL", Observation(lesion.id, Present()))
        OpenCase.read(database, "MRN-4711-77").do(edit, READER, "read-1")
    export(url_in(tmp_path), tmp_path / "out", "sr", case_id="MRN-4711-77", status=REFUSED)
    assert "TextValue would still name the patient: it was not written" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    export(url_in(tmp_path), tmp_path / "out", "csv", "sr", case_id="MRN-4711-77", status=REFUSED)
    assert "--deidentified: csv cannot be written without the patient's data" in capsys.readouterr().err
