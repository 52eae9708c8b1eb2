"""Scanned series, kept between runs so that a known folder need not be read again."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, or_, select

from app.storage.database import Database
from app.storage.packing import SPOILED, packed, series_as_plain, series_from_plain, unpacked
from app.storage.scans import forget_scans
from app.storage.tables import catalogue
from viewers.imaging.catalogue import Series


class StoredCatalogue:
    """The `viewers.imaging.catalogue.Catalogue` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, series: Iterable[Series]) -> None:
        with self._database.writing() as connection:
            put_series(connection, series)

    def get(self, uid: str) -> Series | None:
        with self._database.reading() as connection:
            return known_series(connection, uid)


def known_series(connection: Connection, uid: str) -> Series | None:
    """What is known of a series; None when it is not known, or was kept by another version of the scanner."""
    content = connection.scalar(select(catalogue.c.series).where(catalogue.c.uid == uid))
    return None if content is None else _unpack(content)


def known_stacks(connection: Connection, name: str) -> tuple[Series, ...]:
    """What is known of all stacks of a series: ``name``, ``name#2``, ``name#3`` ..., in order of their uids."""
    column = catalogue.c.uid
    of_series = or_(column == name, column.startswith(f"{name}#", autoescape=True))
    contents = connection.scalars(select(catalogue.c.series).where(of_series).order_by(column)).all()
    return tuple(one for content in contents if (one := _unpack(content)) is not None)


def put_series(connection: Connection, series: Iterable[Series]) -> None:
    """Keep these series in place of what was known of them."""
    rows = [{"uid": one.uid, "series": _pack(one)} for one in series]
    if rows:
        connection.execute(delete(catalogue).where(catalogue.c.uid.in_([row["uid"] for row in rows])))
        connection.execute(insert(catalogue), rows)


def forget_series(connection: Connection, uids: Iterable[str]) -> None:
    """Remove these series, and with them the memory of all scans, which may hold what their files said."""
    connection.execute(delete(catalogue).where(catalogue.c.uid.in_(list(uids))))
    forget_scans(connection)


def _pack(series: Series) -> bytes:
    return packed(series_as_plain(series))


def _unpack(content: bytes) -> Series | None:
    try:
        return series_from_plain(unpacked(content))
    except SPOILED:
        return None  # it is a cache: the folder is scanned again
