from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from app.state.events import CaseClosed, VisitSigned
from app.state.record import Patient
from app.storage.database import Database
from app.storage.open_case import OpenCase
from app.storage.purge import purge
from app.storage.worklist import list_cases, rebuild
from tests.support.cases import BASELINE_DATE, FOLLOW_UP_DATE, READ, READER, added, measured
from tests.support.databases import opened, url_in


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(url_in(tmp_path)) as database:
        yield database


def test_that_each_case_has_a_line_the_last_changed_first(database: Database) -> None:
    case = opened(database, added("IT1", "BL", measured("30")))
    OpenCase.create(database, "C-2", Patient("P-2"), READER)
    case.do(VisitSigned("BL", READER, case.head.hash, "mrecist-literal", ()), READER, READ)
    with database.reading() as connection:
        first, second = list_cases(connection)
    assert (first.case_id, second.case_id) == ("C-1", "C-2")
    assert first.patient == Patient("P-1", "Doe^Jane", "F", date(1960, 5, 4))
    assert first.head == case.head.hash
    assert [(v.id, v.on, v.series, v.signed_in) for v in first.visits] == [
        ("BL", BASELINE_DATE, 1, (READ,)),
        ("FU1", FOLLOW_UP_DATE, 1, ()),
    ]
    assert first.reads == ((READ, READER),)


@pytest.mark.parametrize("spoiled", ["DELETE FROM cases", "UPDATE cases SET sequence = 2, summary = '{}'"])
def test_that_a_line_that_is_lost_or_old_is_made_from_the_log(database: Database, spoiled: str) -> None:
    opened(database, added("IT1", "BL", measured("30")))
    with database.reading() as connection:
        before = list_cases(connection)
    with database.writing() as connection:
        connection.execute(text(spoiled))
        assert list_cases(connection) == before
        rebuild(connection)
        assert connection.scalar(text("SELECT count(*) FROM cases")) == 1
        assert list_cases(connection) == before


def test_that_a_damaged_case_is_listed_with_its_fault_among_the_others(database: Database) -> None:
    opened(database)
    OpenCase.create(database, "C-2", Patient("P-2"), READER)
    with database.writing() as connection:
        connection.execute(text("DELETE FROM cases"))
        connection.execute(text("UPDATE entries SET author = 'x' WHERE case_id = 'C-1' AND sequence = 2"))
        lines = {line.case_id: line.fault for line in list_cases(connection)}
    assert "entry 2" in lines["C-1"]
    assert lines["C-2"] == ""


def test_that_a_purged_case_is_not_listed(database: Database) -> None:
    opened(database).do(CaseClosed("wrong patient"), READER)
    with database.writing() as connection:
        purge(connection, "C-1", "Admin", "wrong patient")
        assert list_cases(connection) == ()
