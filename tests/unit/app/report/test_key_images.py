"""Key images of a case file: made from the images, without the patient; kept where the images are not."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.uid import SecondaryCaptureImageStorage
from PySide6.QtGui import QImage
from sqlalchemy import update

from app.cli import DONE, REFUSED, main
from app.exports.png_soundness import why_unsound
from app.importing import import_folder
from app.models.course import course_of
from app.report.key_images import KeyImages
from app.resources import load_ruleset
from app.state.events import CaseClosed, FindingRecorded, LesionAdded, ReadStarted
from app.storage.database import Database
from app.storage.key_images import kept_key_images
from app.storage.open_case import OpenCase
from app.storage.purge import purge
from app.storage.tables import key_images
from mrecist.lesions import Finding, Measured, Observation
from mrecist.values import Diameter, Line
from tests.support.databases import url_in
from tests.support.phantoms import AXIAL, Phantom, write_phantom
from tests.support.pictures import rgb_of
from tests.support.reports import LESION
from viewers.imaging.geometry import length_mm
from viewers.imaging.scan import scan
from viewers.imaging.volume import load_volume

pytestmark = pytest.mark.usefixtures("qapp")
READER = "Reader A"
NAMES = (b"PHANTOM", b"Phantom", b"Reader", b"ABDOMEN")


@dataclass(frozen=True)
class Kept:
    """A case of a baseline and a follow-up, read by one reader; its case file with key images, and that of another."""

    folder: Path
    url: str
    file: Path
    lines: tuple[Line, Line]

    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
        return found


def exported(url: str, out: Path, *options: str) -> int:
    words = ["export", "--case", "PHANTOM", "--format", "case", "--key-images", "--out", str(out), "--database", url]
    return main([*words, *options])


def found_at(visit: str, line: Line) -> FindingRecorded:
    return FindingRecorded(visit, Observation("IT1", finding_of(line)))


def finding_of(line: Line) -> Finding:
    return Measured(Diameter.from_mm(length_mm(line.start, line.end)), evidence=(line,))


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Kept:
    folder = tmp_path_factory.mktemp("key-images")
    phantom = Phantom(rows=64, columns=64, pixel_spacing_mm=(1.0, 1.0), directions=AXIAL, heights_mm=(0.0, 3.0, 6.0))
    write_phantom(folder / "images/1", phantom)
    later = phantom.but(series_uid="1.2.3.9", study_uid="1.2.3.8", tags={"StudyDate": "20260301"})
    write_phantom(folder / "images/2", later)
    lines = []
    url = url_in(folder)
    with Database.open(url) as database:
        import_folder(folder / "images", database)
        one = OpenCase.read(database, "PHANTOM")
        for series in sorted(scan(folder / "images").series, key=lambda each: str(each.study_date)):
            plane = load_volume(series).planes[1]
            assert plane is not None
            ends = plane.to_world(22, 32), plane.to_world(42, 32)
            lines.append(Line(series.uid, series.slices[1].sop_uid, 1, series.frame_of_reference_uid, *ends))
        one.do(ReadStarted(READER), READER, "read-1")
        one.do(LesionAdded(LESION, "BL", Observation("IT1", finding_of(lines[0]))), READER, "read-1")
        one.do(found_at("FU1", lines[1]), READER, "read-1")
    assert exported(url, folder / "out") == DONE
    (file,) = (folder / "out").iterdir()
    return Kept(folder, url, file, (lines[0], lines[1]))


@pytest.fixture
def elsewhere(case: Kept, tmp_path: Path) -> Iterator[str]:
    """A database that has the case by its file alone, without its images."""
    assert main(["import", str(case.file), "--database", url_in(tmp_path)]) == DONE
    yield url_in(tmp_path)


def pictures(case: Kept) -> list[bytes]:
    return [base64.b64decode(one["base64"]) for one in case.document()["images"]]


def test_that_the_picture_has_the_line_where_it_was_drawn_and_nothing_of_the_patient(case: Kept) -> None:
    """The line of 20 mm about the middle of 70 mm in 420 pixels: 120 pixels, from x = 150 to 270, at y = 210."""
    places = [(one["lesion"], one["timepoint"], one["number"], one["of"]) for one in case.document()["images"]]
    assert places == [("IT1", "BL", 2, 3), ("IT1", "FU1", 2, 3)]
    for content in pictures(case):
        assert not [name for name in NAMES if name in content]
        assert why_unsound(content) == ""
        rgb = rgb_of(QImage.fromData(content)).astype(int)
        assert rgb.shape == (420, 420, 3)
        yellow = np.argwhere(rgb[..., 0] - rgb[..., 2] > 40)
        (top, left), (bottom, right) = yellow.min(axis=0), yellow.max(axis=0)
        assert (left, right) == pytest.approx((150, 270), abs=2.5)
        assert (top, bottom) == pytest.approx((210, 210), abs=2.5)


def test_that_a_file_and_its_pictures_come_back_as_they_were_without_the_images(
    case: Kept, elsewhere: str, tmp_path: Path
) -> None:
    assert exported(elsewhere, tmp_path / "out") == DONE
    (again,) = (tmp_path / "out").iterdir()
    assert again.read_bytes() == case.file.read_bytes()
    plain = ["export", "--case", "PHANTOM", "--format", "case", "--out", str(tmp_path / "plain")]
    assert main([*plain, "--database", elsewhere]) == DONE
    assert "images" not in json.loads(next((tmp_path / "plain").iterdir()).read_text(encoding="utf-8"))
    assert main([*plain[:4], "pdf", "--key-images", *plain[5:], "--database", elsewhere]) == REFUSED


def test_that_the_report_shows_the_kept_picture_as_long_as_its_line_counts(case: Kept, elsewhere: str) -> None:
    with Database.open(elsewhere) as database:
        one = OpenCase.read(database, "PHANTOM")

        def shown(visit: str) -> Any:
            course = course_of(one.record, "read-1", load_ruleset(), None)
            return KeyImages(database, "PHANTOM").picture_of("read-1", course.lesions[0], visit)

        expected = rgb_of(QImage.fromData(pictures(case)[1]))
        assert np.array_equal(rgb_of(shown("FU1").image), expected)
        assert shown("FU1").caption == "image 2 of 3 · kept picture" and shown("FU1").line is None
        line = case.lines[1]
        one.do(found_at("FU1", replace(line, end=(0.0, 0.0, 0.0))), READER, "read-1")
        assert shown("FU1").image is None and shown("FU1").note == "The images are not in this database."
        assert shown("BL").image is not None


def test_that_a_damaged_or_missing_picture_is_told_by_name(elsewhere: str, tmp_path: Path) -> None:
    with Database.open(elsewhere) as database, database.writing() as connection:
        at = key_images.c.visit_id == "BL"
        connection.execute(update(key_images).where(at).values(content=b"\x89PNG\r\n\x1a\nno more"))
    assert exported(elsewhere, tmp_path / "out") == DONE
    document = json.loads(next((tmp_path / "out").glob("case-*")).read_text(encoding="utf-8"))
    assert [one["timepoint"] for one in document["images"]] == ["FU1"]
    notes = (tmp_path / "out/notes.csv").read_text(encoding="utf-8")
    assert "PHANTOM,read-1,BL,IT1: no key image: The images are not in this database." in notes
    assert "The picture that came with the case is damaged" in notes and "FU1" not in notes


def test_that_no_picture_leaves_of_pixels_that_may_name_the_patient(case: Kept, tmp_path: Path) -> None:
    """The baseline's images turn into captures of a screen after they were read."""
    kept = {path: path.read_bytes() for path in (case.folder / "images/1").iterdir()}
    try:
        for path in kept:
            dataset = pydicom.dcmread(path)
            dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
            pydicom.dcmwrite(path, dataset)
        assert exported(case.url, tmp_path / "out") == DONE
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
    document = json.loads(next((tmp_path / "out").glob("case-*")).read_text(encoding="utf-8"))
    assert [one["timepoint"] for one in document["images"]] == ["FU1"]
    assert "a secondary capture: text may be burned in: its picture" in (tmp_path / "out/notes.csv").read_text()


def test_that_a_purge_takes_the_pictures_too(elsewhere: str) -> None:
    with Database.open(elsewhere) as database:
        OpenCase.read(database, "PHANTOM").do(CaseClosed("wrong patient"), READER)
        with database.writing() as connection:
            assert len(kept_key_images(connection, "PHANTOM")) == 2
            purge(connection, "PHANTOM", READER, "wrong patient")
            assert not kept_key_images(connection, "PHANTOM")


def test_that_a_database_from_before_there_were_pictures_takes_them(
    case: Kept, elsewhere: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Database.open(elsewhere) as database, database.writing() as connection:
        key_images.drop(connection)
        assert not kept_key_images(connection, "PHANTOM")
    for told in ("its key images were added", "nothing was new"):
        assert main(["import", str(case.file), "--database", elsewhere]) == DONE
        assert told in capsys.readouterr().out
    with Database.open(elsewhere) as database, database.reading() as connection:
        assert len(kept_key_images(connection, "PHANTOM")) == 2
