from __future__ import annotations

import json

import pytest

from app.cli import DONE, REFUSED, main
from tests.support.phantoms import Phantom, write_phantom

SERIES_KEYS = {
    "series_uid", "study_uid", "patient_id", "study_date", "modality", "description", "instances", "frames", "phase",
    "measurable", "volume_ok", "why_not", "findings",
}  # fmt: skip


def test_that_json_is_one_document_with_the_promised_keys(tmp_path, capsys):
    phantom = Phantom(description="Liver arterial", heights_mm=(0, 3, 9))
    write_phantom(tmp_path, phantom)
    (tmp_path / "letter.txt").write_text("no image")
    assert main(["scan", str(tmp_path), "--json"]) == DONE
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {"series", "refused"}
    (series,) = document["series"]
    assert set(series) == SERIES_KEYS
    assert set(series["phase"]) == {"name", "confidence", "evidence"}
    assert series["series_uid"] == phantom.series_uid
    assert (series["study_date"], series["instances"], series["frames"]) == ("2026-01-05", 3, 3)
    assert series["phase"]["name"] == "arterial"
    assert (series["measurable"], series["volume_ok"]) == (True, False)
    (finding,) = series["findings"]
    assert finding["code"] == "missing_slices"
    assert finding["files"] == [str(tmp_path / "slice001"), str(tmp_path / "slice002")]
    assert document["refused"] == [{"file": str(tmp_path / "letter.txt"), "reason": "not a DICOM file"}]


def test_that_the_text_names_findings_and_refusals(tmp_path, capsys):
    write_phantom(tmp_path, Phantom(heights_mm=(0, 3, 9)))
    (tmp_path / "letter.txt").write_text("no image")
    assert main(["scan", str(tmp_path)]) == DONE
    text = capsys.readouterr().out
    assert "missing_slices" in text
    assert "1 series, 1 file refused" in text
    assert "letter.txt: not a DICOM file" in text


def test_that_a_missing_folder_is_refused_by_name(tmp_path, capsys):
    assert main(["scan", str(tmp_path / "nothing"), "--json"]) == REFUSED
    captured = capsys.readouterr()
    assert captured.out == ""
    assert str(tmp_path / "nothing") in captured.err


def test_that_a_disc_is_scanned_by_its_index_and_what_is_absent_is_told(test_data, capsys):
    index = test_data / "odd" / "dicomdir" / "DICOMDIR"
    assert main(["scan", str(index), "--json"]) == DONE
    (refused,) = json.loads(capsys.readouterr().out)["refused"]
    assert refused["file"] == str(index)
    assert "2 files that it names are not there" in refused["reason"]


@pytest.mark.parametrize("folder", ["series", "odd", "sr_seg_interop"])
def test_that_every_real_file_is_accounted_for(test_data, folder, capsys):
    assert main(["scan", str(test_data / folder), "--json"]) == DONE
    document = json.loads(capsys.readouterr().out)
    files = sum(1 for path in (test_data / folder).rglob("*") if path.is_file())
    # Stacks of one multi-frame file count that file once each.
    series = {s["series_uid"].split("#")[0]: s for s in document["series"] if s["instances"] != s["frames"]}
    whole = sum(s["instances"] for s in document["series"] if s["instances"] == s["frames"])
    assert whole + sum(s["instances"] for s in series.values()) + len(document["refused"]) == files
