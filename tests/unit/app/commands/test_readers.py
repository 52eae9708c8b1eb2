from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main
from app.storage.database import Database
from app.storage.readers import ReaderAccounts
from tests.support.accounts import PASSWORD, QUICK
from tests.support.databases import url_in


def test_that_a_lost_password_is_taken_away_and_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = url_in(tmp_path)
    with Database.open(url) as database:
        ReaderAccounts(database, "me", QUICK).set_first("Dr J. Lee", PASSWORD)
    assert main(["readers", "--reset", "Dr J. Lee", "--database", url]) == 1
    assert "--reason" in capsys.readouterr().err
    assert main(["readers", "--reset", "Dr Lee", "--reason", "lost", "--database", url]) == 1
    assert "no password (Dr Lee)" in capsys.readouterr().err
    assert main(["readers", "--database", url]) == 0
    assert "Dr J. Lee: password since" in capsys.readouterr().out
    assert main(["readers", "--reset", "Dr J. Lee", "--reason", "lost", "--json", "--database", url]) == 0
    told = capsys.readouterr().out
    found = json.loads(told)
    assert found["readers"] == []
    assert [(x["reader"], x["what"], x["reason"]) for x in found["history"]] == [
        ("Dr J. Lee", "password set", None),
        ("Dr J. Lee", "password taken away", "lost"),
    ]
    with Database.open(url) as database:
        assert not ReaderAccounts(database, "me", QUICK).has_password("Dr J. Lee")
