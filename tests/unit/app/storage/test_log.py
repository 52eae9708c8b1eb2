from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.state.events import CaseClosed
from app.storage.chain import Head, linked
from app.storage.database import Database
from app.storage.errors import ConcurrentEdit, Damaged
from app.storage.log import append, head_of, read_log, verify
from app.storage.open_case import OpenCase
from app.storage.tables import entries
from tests.support.cases import OPENING, READ, READER, added, drafts, found, measured
from tests.support.databases import opened, url_in

IT1 = added("IT1", "BL", measured("30"))
LAST = len(OPENING) + 2


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(url_in(tmp_path)) as database:
        yield database


@pytest.fixture
def case(database: Database) -> OpenCase:
    """A case whose last entry records 25 mm for IT1."""
    return opened(database, IT1, found("IT1", "BL", measured("25")))


def tamper(database: Database, statement: str) -> None:
    with database.writing() as connection:
        connection.execute(text(statement))


@pytest.mark.usefixtures("case")
def test_that_an_untouched_log_holds(database: Database) -> None:
    with database.reading() as connection:
        assert verify(connection) is None
        assert verify(connection, "C-1", head_of(connection, "C-1").hash) is None


@pytest.mark.parametrize(
    ("statement", "sequence"),
    [
        ("UPDATE entries SET payload = replace(payload, '250', '150') WHERE sequence = 7", 7),
        ("UPDATE entries SET author = 'somebody else' WHERE sequence = 6", 6),
        ("UPDATE entries SET at = '2020' WHERE sequence = 3", 3),
        ("UPDATE entries SET read_id = 'read-2' WHERE sequence = 7", 7),
        ("UPDATE entries SET payload = NULL WHERE sequence = 2", 2),
        ("DELETE FROM entries WHERE sequence = 4", 4),
        ("DELETE FROM entries WHERE sequence = 1", 1),
    ],
)
@pytest.mark.usefixtures("case")
def test_that_a_change_of_the_file_is_found_at_its_row_and_the_case_is_not_opened(
    database: Database, statement: str, sequence: int
) -> None:
    tamper(database, statement)
    with database.reading() as connection:
        fault = verify(connection)
        assert fault is not None
        assert (fault.case_id, fault.sequence) == ("C-1", sequence)
        with pytest.raises(Damaged, match=f"entry {sequence}"):
            read_log(connection, "C-1")


def test_that_a_log_cut_short_is_found_by_an_anchor_alone(database: Database, case: OpenCase) -> None:
    tamper(database, f"DELETE FROM entries WHERE sequence = {LAST}")
    with database.reading() as connection:
        assert verify(connection) is None
        fault = verify(connection, head=case.head.hash)
    assert fault is not None
    assert case.head.hash in fault.why


def test_that_an_anchor_of_an_earlier_state_still_holds(database: Database, case: OpenCase) -> None:
    anchor = case.head.hash
    case.do(found("IT1", "FU1", measured("12")), READER, READ)
    with database.reading() as connection:
        assert verify(connection, head=anchor) is None
        fault = verify(connection, "C-2", anchor)
        assert fault is not None


def test_that_a_log_that_has_grown_takes_nothing_made_for_the_old_one(database: Database, case: OpenCase) -> None:
    old = case.head
    case.do(found("IT1", "FU1", measured("12")), READER, READ)
    with pytest.raises(ConcurrentEdit), database.writing() as connection:
        append(connection, "C-1", old, drafts([CaseClosed("late")]), case.record)
    with database.reading() as connection:
        assert head_of(connection, "C-1") == case.head


def test_that_nothing_is_put_behind_another_log_of_the_same_length(database: Database, case: OpenCase) -> None:
    # as after a restored backup: the number is free, and the chain would break
    other = Head(case.head.sequence, "f" * 64)
    with pytest.raises(ConcurrentEdit), database.writing() as connection:
        append(connection, "C-1", other, drafts([CaseClosed("late")]), case.record)


@pytest.mark.usefixtures("case")
def test_that_an_edit_of_a_newer_version_is_not_guessed_at(database: Database) -> None:
    with database.writing() as connection:
        head = head_of(connection, "C-1")
        row = linked(Head(head.sequence, head.hash), "C-1", "2030", READER, None, "teleported", 1, "{}")
        values = {name: getattr(row, name) for name in row.__slots__}
        connection.execute(entries.insert().values(**values))
    with database.reading() as connection, pytest.raises(Damaged, match="newer Hepatrace"):
        read_log(connection, "C-1")
