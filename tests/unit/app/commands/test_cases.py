from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import DONE, REFUSED, main
from app.state.events import CaseClosed
from app.state.record import Patient
from app.storage.database import Database
from app.storage.open_case import OpenCase
from tests.support.cases import READER
from tests.support.databases import opened, url_in


def test_that_an_empty_database_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases"]) == DONE
    assert capsys.readouterr().out.startswith("No cases yet. Import a folder")
    assert main(["cases", "--json"]) == DONE
    assert json.loads(capsys.readouterr().out) == {"cases": []}


def test_that_cases_are_listed_with_their_time_points(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Database.open(url_in(tmp_path)) as database:
        head = opened(database).head
        OpenCase.create(database, "C-2", Patient("P-2"), READER).do(CaseClosed("opened in error"), READER)
    assert main(["cases", "--json", "--database", url_in(tmp_path)]) == DONE
    cases = {one["case"]: one for one in json.loads(capsys.readouterr().out)["cases"]}
    assert cases["C-1"]["patient"] == {"id": "P-1", "name": "Doe^Jane", "sex": "F", "birth_date": "1960-05-04"}
    assert [(t["timepoint"], t["date"]) for t in cases["C-1"]["timepoints"]] == [
        ("BL", "2025-01-06"),
        ("FU1", "2025-02-17"),
    ]
    assert cases["C-1"]["head"] == head.hash
    assert cases["C-2"]["closed"] == "opened in error"
    assert main(["cases", "--database", url_in(tmp_path)]) == DONE
    assert capsys.readouterr().out.splitlines() == [
        "C-2: no time point (closed)",
        "C-1: BL 2025-01-06, FU1 2025-02-17",
    ]


def test_that_a_file_that_is_no_database_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cases.db").write_text("a letter" * 200)
    assert main(["cases", "--database", url_in(tmp_path)]) == REFUSED
    assert "not a Hepatrace database" in capsys.readouterr().err
