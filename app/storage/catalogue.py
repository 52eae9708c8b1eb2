"""Scanned series, kept between runs so that a known folder need not be read again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from app.state.codec import canonical, exact_converter
from app.storage.database import Database
from app.storage.tables import catalogue
from viewers.imaging.catalogue import Series

if TYPE_CHECKING:
    from cattrs import Converter


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
    packed = connection.scalar(select(catalogue.c.series).where(catalogue.c.uid == uid))
    return None if packed is None else _unpack(packed)


def put_series(connection: Connection, series: Iterable[Series]) -> None:
    """Keep these series in place of what was known of them."""
    rows = [{"uid": one.uid, "series": _pack(one)} for one in series]
    if rows:
        connection.execute(delete(catalogue).where(catalogue.c.uid.in_([row["uid"] for row in rows])))
        connection.execute(insert(catalogue), rows)


def forget_series(connection: Connection, uids: Iterable[str]) -> None:
    connection.execute(delete(catalogue).where(catalogue.c.uid.in_(list(uids))))


def _pack(series: Series) -> bytes:
    return zlib.compress(canonical(_converter().unstructure(series)).encode("utf-8"), level=1)


def _unpack(packed: bytes) -> Series | None:
    from cattrs.errors import ForbiddenExtraKeysError

    try:
        return _converter().structure(json.loads(zlib.decompress(packed)), Series)
    except (zlib.error, ValueError, TypeError, KeyError, AttributeError, ForbiddenExtraKeysError):
        return None  # it is a cache: the folder is scanned again


@cache
def _converter() -> Converter:
    return exact_converter()
