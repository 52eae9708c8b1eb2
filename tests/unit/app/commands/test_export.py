from __future__ import annotations

import csv
import json
import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import update

from app.cli import BAD_USAGE, DONE, INTERRUPTED, REFUSED, main
from app.exports.staging import Staging
from app.state.events import ReadStarted
from app.state.record import Patient
from app.storage.database import Database
from app.storage.open_case import OpenCase
from app.storage.tables import entries
from tests.support.cases import READ, READER, added, found, measured
from tests.support.databases import opened, url_in


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with a case that was read (50.0 to 30.0 mm: PR), and one that nobody has read."""
    with Database.open(url_in(tmp_path)) as database:
        opened(database, added("IT1", "BL", measured("50.0", "1.1")), found("IT1", "FU1", measured("30.0", "1.2")))
        OpenCase.create(database, "C-2", Patient("P-2"), READER)
    return url_in(tmp_path)


def test_that_a_case_becomes_two_tables(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["export", "--case", "C-1", "--format", "csv", "--out", str(out), "--database", url]) == DONE
    with (out / "responses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["composite"] for r in rows] == ["", "PR"]
    assert f"C-1: head {rows[0]['head']}" in capsys.readouterr().out
    assert main(["verify", "--head", rows[0]["head"], "--database", url]) == DONE


def test_that_assess_prints_what_was_exported_beside_the_case(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["export", "--all", "--format", "json", "--out", str(out), "--database", url]) == DONE
    assert "left out: C-2: nobody has read it yet" in capsys.readouterr().err
    assert main(["assess", str(out / "cases.json"), "--json"]) == DONE
    assert json.loads(capsys.readouterr().out) == json.loads((out / "results.json").read_text(encoding="utf-8"))


def test_that_no_file_name_tells_of_a_patient(url: str, tmp_path: Path) -> None:
    for form in ("csv", "json"):
        main(["export", "--case", "C-1", "--format", form, "--out", str(tmp_path / form), "--database", url])
        assert not [p for p in (tmp_path / form).iterdir() if "C-1" in p.name or "P-1" in p.name]


@pytest.mark.parametrize(("case", "why"), [("C-2", "nobody has read it yet"), ("C-9", "no such case")])
def test_that_what_cannot_be_exported_is_refused(
    url: str, tmp_path: Path, case: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["export", "--case", case, "--format", "csv", "--out", str(out), "--database", url]) == REFUSED
    assert why in capsys.readouterr().err
    assert not out.exists()


def test_that_a_read_that_is_no_response_case_yet_is_left_out_or_refused(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Database.open(url) as database:
        case = OpenCase.read(database, "C-1")
        case.do(ReadStarted("Reader B"), "Reader B", "read-2")
        case.do(added("IT1", "FU1", measured("30.0")), "Reader B", "read-2")
    out = tmp_path / "out"
    assert main(["export", "--case", "C-1", "--format", "json", "--out", str(out), "--database", url]) == REFUSED
    assert "C-1/read-2: " in capsys.readouterr().err
    assert not out.exists()
    assert main(["export", "--all", "--format", "json", "--out", str(out), "--database", url]) == DONE
    assert "left out: C-1/read-2: " in capsys.readouterr().err
    cases = json.loads((out / "cases.json").read_text(encoding="utf-8"))["cases"]
    assert [c["id"] for c in cases] == [f"C-1/{READ}"]


def test_that_a_folder_that_cannot_be_written_is_named(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "out"
    assert main(["export", "--case", "C-1", "--format", "csv", "--out", str(out), "--database", url]) == REFUSED
    assert "cannot be written" in capsys.readouterr().err


def test_that_a_case_or_all_must_be_chosen(tmp_path: Path) -> None:
    assert main(["export", "--format", "csv", "--out", str(tmp_path)]) == BAD_USAGE


def test_that_a_case_file_goes_to_another_database_and_holds_there(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, other = tmp_path / "out", url_in(tmp_path / "other")
    assert main(["export", "--case", "C-1", "--format", "case", "--out", str(out), "--database", url]) == DONE
    (file,) = out.iterdir()
    head = capsys.readouterr().out.split()[-1]
    assert main(["import", str(file), "--database", other, "--json"]) == DONE
    (told,) = json.loads(capsys.readouterr().out)["cases"]
    assert (told["case"], told["opened"], told["timepoints"], told["head"]) == ("C-1", True, ["BL", "FU1"], head)
    assert main(["verify", "--head", head, "--database", other]) == DONE
    assert main(["import", str(file), "--database", other]) == DONE
    assert "C-1: nothing was new" in capsys.readouterr().out
    assert main(["import", str(file), "--case", "C-9", "--database", other]) == REFUSED
    file.write_text(file.read_text(encoding="utf-8").replace("Reader A", "Reader B", 1), encoding="utf-8")
    assert main(["import", str(file), "--database", other]) == REFUSED
    assert f"{file.name}: entries[0]: entry 1 was changed" in capsys.readouterr().err


def test_that_a_case_that_failed_is_told_by_the_status_too(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Database.open(url) as database, database.writing() as connection:
        connection.execute(update(entries).where(entries.c.case_id == "C-2").values(payload="{}"))
    formats = ["--format", "sdtm", "--format", "csv", "--study", "S1"]
    assert main(["export", "--all", *formats, "--out", str(tmp_path / "out"), "--database", url]) == REFUSED
    told = capsys.readouterr()
    assert "failed: C-2: " in told.err and "1 failed and are not in the files; the rest is." in told.err
    assert (tmp_path / "out" / "sdtm" / "rs.csv").read_text(encoding="utf-8").count("S1-C-1") > 5
    assert str(tmp_path / "out" / "csv" / "regions.csv") in told.out


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="a system without these signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_that_who_ends_the_process_leaves_nothing_half_written(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    begun: list[str] = []

    def ended(self: Staging, kind: str) -> Path:
        begun.extend(path.name[:8] for path in (tmp_path / "out").iterdir())
        os.kill(os.getpid(), getattr(signal, name))
        raise AssertionError("the signal comes first")

    before = signal.getsignal(getattr(signal, name))
    monkeypatch.setattr(Staging, "path", ended)
    signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        words = ["export", "--all", "--format", "csv", "--out", str(tmp_path / "out"), "--database", url]
        assert main(words) == INTERRUPTED
        assert signal.getsignal(getattr(signal, name)) == signal.SIG_DFL
    finally:
        signal.signal(getattr(signal, name), before)
    assert begun == [".export-"] and not (tmp_path / "out").exists()
