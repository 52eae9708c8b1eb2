"""The database: opened, checked, and written to in one transaction at a time."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from app.storage import tables
from app.storage.drives import network_file_system
from app.storage.errors import (
    BadUrl,
    CannotOpen,
    NewerDatabase,
    NotADatabase,
    OnNetworkDrive,
    StorageError,
    translated,
)

_WAIT_S = 2.0
"""How long a write waits for another program's: long enough for an import, short enough for a person."""


class Database:
    """A SQLite file (WAL, every commit on the disk before it counts) or a PostgreSQL database.

    Use it as a context manager, or `close` it. Connections are pooled; each thread takes its own.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self.place = place

    @classmethod
    def open(cls, url: str, wait_s: float = _WAIT_S, create: bool = True) -> Database:
        """Open the database at this SQLAlchemy URL; a new one gets its tables.

        Parameters
        ----------
        wait_s
            How long a write waits for another program's, in seconds (SQLite).
        create
            May the file be made when it is not there?

        Raises
        ------
        StorageError
            If the URL is none, the file is no database of ours, lies on a network drive, cannot be opened or written
            to, or was written by a newer version. Nothing is changed then.
        """
        parsed, place = _parse(url, create)
        database = cls(_engine(parsed, place, wait_s), place)
        try:
            with translated(place):
                database._check_schema()
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one consistent state."""
        with translated(self.place), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, wait: bool = True) -> Iterator[Connection]:
        """One transaction: committed whole at the end of the block, or undone whole on any error.

        Without `wait` it fails at once where another program is writing (SQLite).
        """
        writer = self._engine.execution_options(hepatrace_writes=True, **({} if wait else {"hepatrace_wait_s": 0.0}))
        with translated(self.place), writer.begin() as connection:
            yield connection

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _check_schema(self) -> None:
        with self.reading() as connection:
            names = set(inspect(connection).get_table_names())
            if "meta" in names:
                found = connection.execute(select(tables.meta.c.value).where(tables.meta.c.name == "schema")).scalar()
                if found is None or not found.isdecimal():
                    raise NotADatabase(self.place)
                if int(found) > tables.SCHEMA_VERSION:
                    raise NewerDatabase(self.place)
                if tables.snapshots.name not in names:
                    self._add_snapshots()
                return
            if names:
                raise NotADatabase(self.place, what="The database belongs to another program")
        if self._engine.dialect.name == "sqlite":
            self._set_journal()
        with self.writing() as connection:
            # another program may have made the tables in between
            if not inspect(connection).has_table("meta"):
                tables.metadata.create_all(connection)
                connection.execute(insert(tables.meta).values(name="schema", value=str(tables.SCHEMA_VERSION)))

    def _add_snapshots(self) -> None:
        """A database that was made before there were snapshots gets their table, now or when it can be written to."""
        with suppress(StorageError), self.writing(wait=False) as connection:
            tables.snapshots.create(connection, checkfirst=True)

    def _set_journal(self) -> None:
        """The file keeps this setting. It is made outside a transaction, and only in a file that is new."""
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()


def _parse(url: str, create: bool) -> tuple[URL, str]:
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise BadUrl(re.sub("//.*@", "//", url)) from error  # without user and password
    if parsed.get_backend_name() != "sqlite":
        return parsed, _server_of(parsed)
    if not parsed.database or parsed.database == ":memory:":
        raise BadUrl(url, what="A database in memory keeps nothing")
    path = Path(parsed.database).expanduser()
    kind = network_file_system(path)
    if kind is not None:
        raise OnNetworkDrive(f"{path}, {kind}")
    try:
        if not create and not path.exists():
            raise CannotOpen(str(path), what="There is no database")
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotOpen(str(path)) from error
    return parsed.set(database=str(path)), str(path)


def _server_of(url: URL) -> str:
    """Where a server's database is, for a person: no user, no password."""
    asked = url.query.get("host", "")
    host = url.host or (asked if isinstance(asked, str) else ", ".join(asked)) or "this computer"
    return f"{host}{f':{url.port}' if url.port else ''}{f'/{url.database}' if url.database else ''}"


def _engine(url: URL, place: str, wait_s: float) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, isolation_level="REPEATABLE READ")
        engine = create_engine(url, connect_args={"timeout": wait_s}, execution_options={"hepatrace_wait_s": wait_s})
    except ModuleNotFoundError as error:
        remedy = "Install it: pip install 'hepatrace[postgres]'."
        raise BadUrl(place, what=f"The driver {error.name} is not installed", remedy=remedy) from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says, not where the driver guesses
    for setting in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {setting}").close()


def _begin_sqlite(connection: Connection) -> None:
    # a writer takes the lock at once: a read that later turns into a write could not wait for another writer
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(options['hepatrace_wait_s'] * 1000)}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("hepatrace_writes", False) else "BEGIN")
