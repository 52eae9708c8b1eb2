from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from app.cli import BAD_USAGE, DONE, REFUSED, main

TWO_PATIENTS = Path("series") / "04_covid_ny_sbu_two_dates"


def test_that_a_folder_of_two_patients_becomes_two_cases(
    test_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    assert main(["import", str(test_data / TWO_PATIENTS), "--database", url, "--json"]) == DONE
    report = json.loads(capsys.readouterr().out)
    # MANIFEST.md: two patients x two dates x axial, coronal, sagittal
    assert [(c["case"], c["opened"], len(c["series_added"]), c["timepoints"]) for c in report["cases"]] == [
        ("A027284", True, 6, ["BL", "FU1"]),
        ("A067967", True, 6, ["BL", "FU1"]),
    ]
    assert report["refused"] == []
    assert main(["import", str(test_data / TWO_PATIENTS), "--database", url]) == DONE
    assert "A027284: 0 series added, 6 known already" in capsys.readouterr().out


def test_that_another_patients_images_into_a_case_are_refused(
    test_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    first, second = (str(test_data / TWO_PATIENTS / name) for name in ("A027284", "A067967"))
    assert main(["import", first, "--case", "HEP-1", "--database", url]) == DONE
    assert main(["import", second, "--case", "HEP-1", "--database", url]) == REFUSED
    assert "This series belongs to another patient (A067967). It was not added." in capsys.readouterr().err
    assert main(["import", str(test_data / TWO_PATIENTS), "--case", "HEP-2", "--database", url]) == REFUSED
    capsys.readouterr()
    assert main(["cases", "--json", "--database", url]) == DONE
    assert [c["case"] for c in json.loads(capsys.readouterr().out)["cases"]] == ["HEP-1"]


def test_that_an_archive_of_two_patients_becomes_two_cases(
    test_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, disc = test_data / TWO_PATIENTS, tmp_path / "disc.zip"
    with zipfile.ZipFile(disc, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.rglob("*"):
            archive.write(path, path.relative_to(folder))
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    assert main(["import", str(disc), "--database", url, "--json"]) == DONE
    report = json.loads(capsys.readouterr().out)
    assert [(c["case"], len(c["series_added"])) for c in report["cases"]] == [("A027284", 6), ("A067967", 6)]
    assert report["refused"] == []


def test_that_a_folder_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(tmp_path / "nowhere")]) == REFUSED
    assert "nowhere" in capsys.readouterr().err


def test_that_a_folder_without_images_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "letter.txt").write_text("no image")
    assert main(["import", str(tmp_path)]) == REFUSED
    assert "No images were found" in capsys.readouterr().err


def test_that_a_folder_must_be_named() -> None:
    assert main(["import"]) == BAD_USAGE
