"""Rows of the cohort kept beside the log, and tables that were imported to be read as a cohort.

Rows are a cache: one text for each case and key, used only while the log of the case ends with the hash at which it
was made. The key tells by what the rows were made: rule set, policy, protocols and the code. An imported table is kept
whole, as the bytes it was, with its mapping; nothing of it is part of a patient's record.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, inspect, select

from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.log import utc_now
from app.storage.tables import cohort_rows, cohort_tables, entries, tombstones

_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class KeptTable:
    """An imported table: `file` is the name of its file, `content` its bytes, `digest` covers both texts."""

    name: str
    file: str
    mapping: str
    digest: str
    at: str
    author: str
    content: bytes


def heads(connection: Connection) -> dict[str, str]:
    """The hash that the log of each case ends with, of all cases that were not purged."""
    known = select(entries.c.case_id).distinct().subquery()
    ends = entries.alias()
    last = (
        select(ends.c.hash)
        .where(ends.c.case_id == known.c.case_id)
        .order_by(ends.c.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = select(known.c.case_id, last)
    purged = set(connection.scalars(select(tombstones.c.case_id)))
    return {case_id: at for case_id, at in connection.execute(found).all() if case_id not in purged}


def kept_rows(connection: Connection, key: str) -> dict[str, tuple[str, str]]:
    """For each case the hash at which its rows were made, and the rows as text."""
    if not inspect(connection).has_table(cohort_rows.name):
        return {}
    columns = (cohort_rows.c.case_id, cohort_rows.c.hash, cohort_rows.c.payload)
    found = connection.execute(select(*columns).where(cohort_rows.c.key == key)).all()
    return {case_id: (at, payload) for case_id, at, payload in found}


def keep_rows(database: Database, key: str, made: Mapping[str, tuple[str, str]]) -> None:
    """Keep the rows of these cases; a failure is passed over, nothing is lost but time."""
    if not made:
        return
    values = [{"case_id": case, "key": key, "hash": at, "payload": text} for case, (at, text) in made.items()]
    with suppress(StorageError), database.writing(wait=False) as connection:
        cohort_rows.create(connection, checkfirst=True)
        purged = set(connection.scalars(select(tombstones.c.case_id)))
        values = [one for one in values if one["case_id"] not in purged]
        ids = [one["case_id"] for one in values]
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            connection.execute(delete(cohort_rows).where(cohort_rows.c.key == key, cohort_rows.c.case_id.in_(some)))
        if values:
            connection.execute(insert(cohort_rows), values)


def forget_rows(connection: Connection, case_id: str) -> None:
    """Remove what is kept of a case under every key."""
    if inspect(connection).has_table(cohort_rows.name):
        connection.execute(delete(cohort_rows).where(cohort_rows.c.case_id == case_id))


def forget_other_keys(database: Database, keys: Sequence[str]) -> None:
    """Remove rows that were made by other code or other rules than these: nobody will ask for them again."""
    with suppress(StorageError), database.writing(wait=False) as connection:
        if inspect(connection).has_table(cohort_rows.name):
            connection.execute(delete(cohort_rows).where(cohort_rows.c.key.not_in(list(keys))))


def keep_table(
    connection: Connection, name: str, file: str, content: bytes, mapping: str, digest: str, author: str
) -> None:
    """Keep a table under a name.

    Raises
    ------
    StorageError
        If another table has that name already; the same table is kept once.
    """
    cohort_tables.create(connection, checkfirst=True)
    known = connection.scalar(select(cohort_tables.c.digest).where(cohort_tables.c.name == name))
    if known == digest:
        return
    if known is not None:
        what, remedy = f"There is another table called {name!r}", "Give this one another name."
        raise StorageError(name, what=what, remedy=remedy)
    connection.execute(
        insert(cohort_tables).values(
            name=name,
            file=file,
            mapping=mapping,
            digest=digest,
            at=utc_now(),
            author=author,
            content=zlib.compress(content),
        )
    )


def tables(connection: Connection) -> tuple[KeptTable, ...]:
    """Every table that was imported, in order of name."""
    if not inspect(connection).has_table(cohort_tables.name):
        return ()
    rows = connection.execute(select(cohort_tables).order_by(cohort_tables.c.name))
    return tuple(
        KeptTable(r.name, r.file, r.mapping, r.digest, r.at, r.author, zlib.decompress(r.content)) for r in rows
    )


def forget_table(connection: Connection, name: str) -> bool:
    """Remove an imported table; was there one?"""
    if not inspect(connection).has_table(cohort_tables.name):
        return False
    return connection.execute(delete(cohort_tables).where(cohort_tables.c.name == name)).rowcount > 0
