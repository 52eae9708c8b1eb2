"""Records kept beside the log, so that a long log need not be replayed from its beginning.

A snapshot is a cache. What holds:

- It is used only where the entry it was taken at is still in the log under the same hash, and the whole chain is
  checked before, as without it. So it can stand neither for another log nor for one that was cut or changed.
- It is used only by the very code that made it: `made_by` is a digest of the modules that turn a log into a record. A
  change of these leaves no old record behind that the log would not give any more.
- It is not used once a later `Reverted` reaches back to or before it.
- A digest covers its columns and its text: damage and careless change are seen, and the log is replayed instead.
- Whoever forges a snapshot with its digest, and leaves the log alone, is found by `verify`, which replays the log up to
  there and compares. Between two runs of `verify` such a forgery is believed, as a forged chain is between two anchors.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, exists, insert, inspect, select

from app.state.apply import EditRefused, apply, replay, standing
from app.state.codec import canonical, exact_converter
from app.state.events import Entry, Reverted
from app.state.record import Record
from app.storage.chain import Head, Row
from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.tables import entries, snapshots, tombstones

if TYPE_CHECKING:
    from cattrs import Converter

EVERY = 200
"""A snapshot is taken, and looked for, only where more entries than this would be replayed without it."""

_CODE = ("app.state", "mrecist")
"""The packages whose modules turn a log into a record."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The record that the first `sequence` entries of a log give."""

    sequence: int
    record: Record


def is_due(head: Head, taken_at: int) -> bool:
    """Is it time for a snapshot, when the last one that could be used was taken at that entry (0: none)?"""
    return head.sequence - taken_at > EVERY


def keep(database: Database, record: Record, head: Head) -> None:
    """Keep the record that the log up to `head` gives, in a transaction of its own.

    It does not wait for another writer, and a failure is passed over: nothing is lost but time.
    """
    made_by = code_digest()
    if made_by is None:
        return
    payload = _pack(record)
    values = {
        "case_id": record.case_id,
        "sequence": head.sequence,
        "hash": head.hash,
        "made_by": made_by,
        "digest": _digest(record.case_id, head, made_by, payload),
        "payload": payload,
    }
    at_head = exists().where(
        entries.c.case_id == record.case_id, entries.c.sequence == head.sequence, entries.c.hash == head.hash
    )
    purged = exists().where(tombstones.c.case_id == record.case_id)
    # a drive that is full or read-only tells so when there is an edit to save
    with suppress(StorageError), database.writing(wait=False) as connection:
        # the case may have been purged since it was read
        if connection.scalar(select(at_head & ~purged)):
            forget(connection, record.case_id)
            connection.execute(insert(snapshots).values(values))


def forget(connection: Connection, case_id: str) -> None:
    """Remove the snapshot of a case, if there is one."""
    if _has_table(connection):
        connection.execute(delete(snapshots).where(snapshots.c.case_id == case_id))


def known(connection: Connection, case_id: str, rows: Sequence[Row]) -> Snapshot | None:
    """The snapshot of a case that belongs to its log, whose chain was checked; None where there is none to be used."""
    if len(rows) <= EVERY or not _has_table(connection):
        return None
    row = connection.execute(select(snapshots).where(snapshots.c.case_id == case_id)).first()
    if row is None or row.made_by != code_digest() or not 0 < row.sequence <= len(rows):
        return None
    head = Head(row.sequence, row.hash)
    if rows[head.sequence - 1].hash != head.hash or row.digest != _digest(case_id, head, row.made_by, row.payload):
        return None
    record = _unpack(row.payload)
    return None if record is None or record.case_id != case_id else Snapshot(head.sequence, record)


def continued(snapshot: Snapshot, later: Sequence[Entry]) -> Record | None:
    """The record after the entries that follow a snapshot; None where the whole log has to be replayed.

    That is where one of them reaches back to or before the snapshot, or does not fit. An undo that reaches back through
    other undos needs no search: the last of such a chain names its entry itself.
    """
    if any(isinstance(e.event, Reverted) and e.event.sequence <= snapshot.sequence for e in later):
        return None
    record = snapshot.record
    try:
        for entry in standing(later):
            record = apply(record, entry)
    except EditRefused:
        return None
    return record


def holds(snapshot: Snapshot, log: Sequence[Entry]) -> bool:
    """Is the snapshot what the log gives?"""
    try:
        return replay(log[: snapshot.sequence]) == snapshot.record
    except EditRefused:
        return False


def encode_record(record: Record) -> str:
    """The record as canonical text."""
    return canonical(_converter().unstructure(record))


def decode_record(text: str) -> Record:
    """The record that a canonical text tells."""
    return _converter().structure(json.loads(text), Record)


@cache
def code_digest() -> str | None:
    """SHA-256 over the sources that turn a log into a record; None where the program is shipped without sources."""
    from importlib.resources import files

    digest = hashlib.sha256()
    for package in _CODE:
        sources = sorted((f for f in files(package).iterdir() if f.name.endswith(".py")), key=lambda f: f.name)
        if not sources:
            return None
        for source in sources:
            text = source.read_bytes()
            digest.update(f"{package}/{source.name} {len(text)}\n".encode())
            digest.update(text)
    return digest.hexdigest()


def _has_table(connection: Connection) -> bool:
    """A database that was made before there were snapshots, and cannot be written to, has none."""
    return inspect(connection).has_table(snapshots.name)


def _digest(case_id: str, head: Head, made_by: str, payload: bytes) -> str:
    told = ["hepatrace-snapshot/1", case_id, head.sequence, head.hash, made_by, hashlib.sha256(payload).hexdigest()]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8")).hexdigest()


def _pack(record: Record) -> bytes:
    return zlib.compress(encode_record(record).encode("utf-8"), level=1)


def _unpack(packed: bytes) -> Record | None:
    from cattrs.errors import ForbiddenExtraKeysError

    try:
        return decode_record(zlib.decompress(packed).decode("utf-8"))
    except (zlib.error, ValueError, TypeError, KeyError, AttributeError, ArithmeticError, ForbiddenExtraKeysError):
        return None


@cache
def _converter() -> Converter:
    return exact_converter()
