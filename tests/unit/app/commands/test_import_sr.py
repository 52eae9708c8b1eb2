"""Reports of other programs on the command line: what fits waits as a proposal, what does not is told."""

from __future__ import annotations

import json
from pathlib import Path

import pydicom
import pytest

pytest.importorskip("highdicom", reason="the extra sr is not installed")

from app.cli import DONE, REFUSED, main
from app.exports.source_images import SourceImages
from app.importing import import_folder
from app.state.proposal_edits import pending
from app.storage.catalogue import StoredCatalogue
from app.storage.database import Database
from app.storage.log import read_record
from tests.support.databases import url_in
from tests.support.phantoms import Phantom, write_phantom
from tests.support.reports import PhantomCase, measured


def test_that_a_report_becomes_proposals_once_and_counts_for_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line of 8.7 mm: (8, 6) pixels of 0.7 x 1.1 mm."""
    write_phantom(tmp_path / "images", Phantom())
    with Database.open(url_in(tmp_path), create=True) as database:
        (imported,) = import_folder(tmp_path / "images", database).cases
        catalogue = StoredCatalogue(database)
        series = catalogue.get(imported.series_added[0])
        assert series is not None
        case = PhantomCase(series, SourceImages(catalogue.get))
        line = case.line(2, (1, 2), (9, 8))
        report = case.report(case.read(measured("8.7", line)))
    good, bad = tmp_path / "good.dcm", tmp_path / "bad.dcm"
    report.save_as(good, enforce_file_format=True)
    report.PatientID = "SOMEONE"
    report.save_as(bad, enforce_file_format=True)
    command = ["import-sr", str(good), str(bad), "--case", "PHANTOM", "--json", "--database", url_in(tmp_path)]
    assert main([*command, "--dry-run"]) == main(command) == DONE
    first, second = capsys.readouterr().out.split("\n}\n")[:2]
    assert first == second
    files = json.loads(second + "}")["files"]
    (proposal,) = files[0]["proposals"]
    assert (proposal["label"], proposal["diameter_mm"], proposal["timepoint"], proposal["axis"]) == (
        "IT1",
        8.7,
        "BL",
        "long",
    )
    assert proposal["ends_mm"][0] == pytest.approx(line.start, abs=0.01)
    assert files[1]["refused"] == [{"where": "", "reason": "it is of another patient than the case"}]
    with Database.open(url_in(tmp_path)) as database, database.reading() as connection:
        record = read_record(connection, "PHANTOM")[0]
    assert [one.id for one in pending(record, "read-1")] == [proposal["id"]]
    assert record.case.reads[0].lesions == ()
    assert main(command) == DONE
    assert json.loads(capsys.readouterr().out)["files"][0]["known"] == 1
    assert main(["import-sr", str(bad), "--case", "PHANTOM", "--database", url_in(tmp_path)]) == REFUSED
    assert main(["import-sr", str(tmp_path / "no"), "--case", "PHANTOM", "--database", url_in(tmp_path)]) == REFUSED
    assert "it cannot be read (No such file" in capsys.readouterr().out
    assert pydicom.dcmread(good).PatientID == "PHANTOM"
