from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from app.state.events import CaseClosed
from app.storage.catalogue import StoredCatalogue
from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.log import verify
from app.storage.purge import purge
from tests.support.cases import READER, added, measured
from tests.support.databases import opened, url_in
from tests.support.series import series


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(url_in(tmp_path)) as database:
        yield database


def test_that_a_purge_removes_the_patient_and_keeps_the_chain_whole(database: Database, tmp_path: Path) -> None:
    StoredCatalogue(database).put([series("1.1", date(2025, 1, 6), patient="P-1")])
    case = opened(database, added("IT1", "BL", measured("30")))
    case.do(CaseClosed("wrong patient"), READER)
    with database.writing() as connection:
        purge(connection, "C-1", "Admin", "wrong patient")
    with database.reading() as connection:
        assert verify(connection, head=case.head.hash) is None
        stone = connection.execute(text("SELECT author, reason, last_sequence FROM tombstones")).one()
        assert tuple(stone) == ("Admin", "wrong patient", len(case.entries))
        assert connection.scalar(text("SELECT count(*) FROM entries WHERE payload IS NOT NULL")) == 0
    assert StoredCatalogue(database).get("1.1") is None
    database.close()
    assert b"Doe^Jane" not in (tmp_path / "cases.db").read_bytes()


def test_that_a_change_after_a_purge_is_still_found(database: Database) -> None:
    opened(database).do(CaseClosed("wrong patient"), READER)
    with database.writing() as connection:
        purge(connection, "C-1", "Admin", "wrong patient")
        connection.execute(text("UPDATE entries SET author = 'x' WHERE sequence = 3"))
        fault = verify(connection)
    assert fault is not None and fault.sequence == 3


def test_that_a_purged_log_cut_short_is_found_by_its_tombstone(database: Database) -> None:
    opened(database).do(CaseClosed("wrong patient"), READER)
    with database.writing() as connection:
        purge(connection, "C-1", "Admin", "wrong patient")
        connection.execute(text("DELETE FROM entries WHERE sequence = 6"))
        fault = verify(connection)
    assert fault is not None and "tombstone" in fault.why


@pytest.mark.parametrize(("closed", "reason"), [(False, "why"), (True, " ")], ids=["open", "no reason"])
def test_that_only_a_closed_case_is_purged_and_with_a_reason(database: Database, closed: bool, reason: str) -> None:
    case = opened(database)
    if closed:
        case.do(CaseClosed("wrong patient"), READER)
    with pytest.raises(StorageError, match=r"closed|reason"), database.writing() as connection:
        purge(connection, "C-1", "Admin", reason)
