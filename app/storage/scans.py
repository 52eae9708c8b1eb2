"""Scanned folders, kept between runs so that files that have not changed are not read again.

They stand in the catalogue beside the series, under names that no series has: a cache, made again from the files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress

from sqlalchemy import Connection, delete, insert, select

from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.packing import (
    SPOILED,
    outcomes_as_plain,
    outcomes_from_plain,
    packed,
    series_as_plain,
    series_from_plain,
    unpacked,
)
from app.storage.tables import catalogue
from viewers.imaging.catalogue import Refused, ScanResult
from viewers.imaging.known import RULES, KnownTree, Outcome

_PREFIX = "scan of "


class StoredScans:
    """The `viewers.imaging.known.ScanMemory` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recall(self, folder: str) -> KnownTree | None:
        """What is known of a folder; None when nothing is, or other rules were in force."""
        content = self._content(folder, "states")
        try:
            plain = unpacked(content) if content is not None else None
            if plain is None or plain["rules"] != RULES or plain["folder"] != folder:
                return None
            states = dict(zip(plain["paths"], zip(plain["sizes"], plain["times"], strict=True), strict=True))
        except SPOILED:
            return None
        return KnownTree(states, lambda: self._result(folder), lambda: self._outcomes(folder))

    def keep(self, folder: str, tree: KnownTree) -> None:
        """Keep a folder in place of what was known of it."""
        result = tree.result()
        if result is None:
            return
        contents = {
            "states": packed(
                {
                    "rules": RULES,
                    "folder": folder,
                    "paths": list(tree.states),
                    "sizes": [size for size, _ in tree.states.values()],
                    "times": [changed_ns for _, changed_ns in tree.states.values()],
                }
            ),
            "result": packed(
                {
                    "series": [series_as_plain(one) for one in result.series],
                    "refused": [[one.file, one.reason] for one in result.refused],
                }
            ),
            "outcomes": packed(outcomes_as_plain(dict(tree.outcomes()))),
        }
        rows = [{"uid": _name(folder, part), "series": content} for part, content in contents.items()]
        with self._database.writing() as connection:
            connection.execute(delete(catalogue).where(catalogue.c.uid.in_([row["uid"] for row in rows])))
            connection.execute(insert(catalogue), rows)

    def _result(self, folder: str) -> ScanResult | None:
        content = self._content(folder, "result")
        try:
            plain = unpacked(content or b"")
            return ScanResult(
                tuple(map(series_from_plain, plain["series"])), tuple(Refused(*r) for r in plain["refused"])
            )
        except SPOILED:
            return None

    def _outcomes(self, folder: str) -> Mapping[str, tuple[Outcome, ...]]:
        content = self._content(folder, "outcomes")
        try:
            return outcomes_from_plain(unpacked(content or b""))
        except SPOILED:
            return {}

    def _content(self, folder: str, part: str) -> bytes | None:
        with self._database.reading() as connection:
            found = connection.scalar(select(catalogue.c.series).where(catalogue.c.uid == _name(folder, part)))
            return None if found is None else bytes(found)


class KeptAfterwards:
    """A memory that is asked during a scan and written after what the scan was for: it may take no room from that."""

    def __init__(self, memory: StoredScans) -> None:
        self._memory = memory
        self._waiting: list[tuple[str, KnownTree]] = []

    def recall(self, folder: str) -> KnownTree | None:
        """What is known of a folder."""
        return self._memory.recall(folder)

    def keep(self, folder: str, tree: KnownTree) -> None:
        """Note a folder for `write`."""
        self._waiting.append((folder, tree))

    def write(self) -> None:
        """Keep what was noted; where the database does not take it the folder is read again the next time."""
        with suppress(StorageError):
            for folder, tree in self._waiting:
                self._memory.keep(folder, tree)


def forget_scans(connection: Connection) -> None:
    """Remove all that is known of folders."""
    connection.execute(delete(catalogue).where(catalogue.c.uid.startswith(_PREFIX)))


def _name(folder: str, part: str) -> str:
    return f"{_PREFIX}{hashlib.sha256(folder.encode('utf-8', 'surrogateescape')).hexdigest()} {part}"
