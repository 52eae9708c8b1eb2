from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from app.cli import DONE, REFUSED, main
from app.storage.chain import Head
from app.storage.database import Database
from tests.support.cases import added, measured
from tests.support.databases import opened, url_in


@pytest.fixture
def head(tmp_path: Path) -> Head:
    with Database.open(url_in(tmp_path)) as database:
        return opened(database, added("IT1", "BL", measured("30"))).head


def tamper(folder: Path, statement: str) -> None:
    with Database.open(url_in(folder)) as database, database.writing() as connection:
        connection.execute(text(statement))


def test_that_a_log_that_holds_tells_its_heads(tmp_path: Path, head: Head, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--head", head.hash, "--database", url_in(tmp_path)]) == DONE
    assert capsys.readouterr().out.splitlines() == [
        f"C-1: 6 entries hold, head {head.hash}",
        "The log holds and reaches the anchor; cases checked: 1.",
    ]


@pytest.mark.usefixtures("head")
def test_that_the_first_row_that_does_not_hold_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(tmp_path, "UPDATE entries SET payload = replace(payload, 'Doe', 'Roe') WHERE sequence = 1")
    tamper(tmp_path, "UPDATE entries SET author = 'x' WHERE sequence = 4")
    assert main(["verify", "--database", url_in(tmp_path)]) == REFUSED
    told = capsys.readouterr()
    assert "The log of case C-1 does not hold at entry 1: its payload was changed." in told.err
    assert told.out == ""


def test_that_an_anchor_that_is_gone_is_told(tmp_path: Path, head: Head, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(tmp_path, "DELETE FROM entries WHERE sequence = 6")
    assert main(["verify", "--database", url_in(tmp_path)]) == DONE
    assert main(["verify", "--head", head.hash, "--database", url_in(tmp_path)]) == REFUSED
    assert f"no entry has the hash {head.hash}" in capsys.readouterr().err


@pytest.mark.usefixtures("head")
def test_that_a_case_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--case", "C-1", "--database", url_in(tmp_path)]) == DONE
    assert main(["verify", "--case", "C-9", "--database", url_in(tmp_path)]) == REFUSED
    assert "There is no case C-9" in capsys.readouterr().err


def test_that_a_database_that_is_not_there_does_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--database", url_in(tmp_path)]) == REFUSED
    assert "There is no database" in capsys.readouterr().err
