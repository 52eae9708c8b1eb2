"""Databases for tests: with a small case in them, or full."""

from __future__ import annotations

from pathlib import Path
from sqlite3 import Connection

from sqlalchemy import event

from app.state.events import CaseOpened, Event
from app.storage.database import Database
from app.storage.open_case import OpenCase
from tests.support.cases import OPENING, READ, READER


def url_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'cases.db'}"


def opened(database: Database, *events: Event) -> OpenCase:
    """The case of `OPENING` with these edits after it, open in a sitting of its own."""
    first = OPENING[0]
    assert isinstance(first, CaseOpened)
    case = OpenCase.create(database, first.case_id, first.patient, READER, first.protocol)
    for one in (*OPENING[1:], *events):
        case.do(one, READER, READ)
    return case


def fill_up(database: Database) -> None:
    """From now on the file cannot grow: what SQLite reports is what it reports on a full disk."""
    event.listen(database._engine, "connect", _no_more_pages)
    database._engine.dispose()


def free_again(database: Database) -> None:
    event.remove(database._engine, "connect", _no_more_pages)
    database._engine.dispose()


def _no_more_pages(connection: Connection, _: object) -> None:
    connection.execute("PRAGMA max_page_count = 1").close()  # SQLite takes the present size when it is larger
