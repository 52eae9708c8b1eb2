from __future__ import annotations

import shutil
import zipfile

import pydicom
import pytest
from pydicom.fileset import FileSet

from tests.support.phantoms import Phantom, write_phantom
from viewers.imaging.scan import scan

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def disc(tmp_path):
    """A disc as pydicom writes it: DICOMDIR, and the files it names in folders beside it."""
    files = FileSet()
    staging = files._stage["t"]
    for path in write_phantom(tmp_path / "plain", Phantom(tags={"StudyID": "1"})):
        dataset = pydicom.dcmread(path)
        dataset.ReferringPhysicianName = ""
        files.add(dataset)
    files.write(tmp_path / "disc")
    for folder in (staging, files._stage["t"]):
        folder.cleanup()
    shutil.rmtree(tmp_path / "plain")
    return tmp_path / "disc"


def images_of(disc):
    return sorted(path for path in disc.rglob("*") if path.is_file() and path.name != "DICOMDIR")


@pytest.mark.parametrize("whole", [True, False], ids=["folder", "DICOMDIR"])
def test_that_a_disc_is_scanned_by_its_folder_or_by_its_index(disc, whole):
    (disc / "beside").write_text("no image")
    result = scan(disc if whole else disc / "DICOMDIR")
    (series,) = result.series
    assert (series.instances, series.volume_ok) == (6, True)
    assert {r.path for r in series.slices} == {str(p) for p in images_of(disc) if p.name != "beside"}
    reasons = {r.file: r.reason for r in result.refused}
    assert reasons[str(disc / "DICOMDIR")] == "a DICOMDIR (index of a disc) holds no images"
    assert (str(disc / "beside") in reasons) is whole


def test_that_the_files_that_an_index_names_and_that_are_absent_are_reported(disc):
    first, second = images_of(disc)[:2]
    first.unlink()
    (reason,) = (r.reason for r in scan(disc).refused)
    assert reason.endswith(f"; 1 file that it names is not there: {first.relative_to(disc).as_posix()}")
    second.unlink()
    (reason,) = (r.reason for r in scan(disc / "DICOMDIR").refused)
    assert "2 files that it names are not there" in reason


def test_that_a_disc_copied_in_small_letters_with_version_numbers_is_whole(disc):
    for path in images_of(disc):
        path.rename(path.with_name(path.name.lower() + ";1"))
    result = scan(disc / "DICOMDIR")
    assert result.series[0].instances == 6
    assert [r.reason for r in result.refused] == ["a DICOMDIR (index of a disc) holds no images"]


def test_that_an_index_leads_nowhere_but_to_its_own_folder(disc, tmp_path):
    outside = write_phantom(tmp_path / "outside", Phantom(heights_mm=(0.0,)))[0]
    index = pydicom.dcmread(disc / "DICOMDIR")
    for record, name in zip(
        index.DirectoryRecordSequence[-2:], (["..", "outside", outside.name], str(outside)), strict=True
    ):
        record.ReferencedFileID = name
    index.save_as(disc / "DICOMDIR")
    result = scan(disc / "DICOMDIR")
    assert all(r.path.startswith(str(disc)) for s in result.series for r in s.slices)
    assert "outside" not in str(result.refused)


def test_that_a_damaged_index_is_refused_and_the_disc_read(disc):
    content = (disc / "DICOMDIR").read_bytes()
    (disc / "DICOMDIR").write_bytes(content[: len(content) // 2])
    result = scan(disc)
    assert result.series[0].instances == 6
    assert len(result.refused) == 1


def test_that_a_disc_in_an_archive_tells_what_is_absent(disc, tmp_path):
    missing = images_of(disc)[0]
    with zipfile.ZipFile(tmp_path / "disc.zip", "w") as archive:
        for path in (disc / "DICOMDIR", *images_of(disc)[1:]):
            archive.write(path, path.relative_to(tmp_path))
    shutil.rmtree(disc)
    result = scan(tmp_path)
    assert result.series[0].instances == 5
    (reason,) = (r.reason for r in result.refused)
    assert reason.endswith(f"not there: {missing.relative_to(disc).as_posix()}")
