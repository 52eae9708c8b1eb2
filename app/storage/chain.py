"""The hash chain of a case's log, and its check. The chain survives a purge: it covers each payload by its hash.

A chain in one file proves accident and careless change only; whoever can rewrite the file can rewrite the chain. It is
tamper-evident against an anchor: a head hash printed on a report, a signature or an export.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

GENESIS = "0" * 64
"""What stands as the previous hash of a case's first entry."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the log as it is stored; `payload` is None once it was purged."""

    case_id: str
    sequence: int
    at: str
    author: str
    read_id: str | None
    kind: str
    version: int
    payload: str | None
    payload_hash: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a case's log ends. `sequence` 0 and the genesis hash stand for an empty log."""

    sequence: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row that does not hold, and why."""

    case_id: str
    sequence: int
    why: str


def payload_hash(payload: str) -> str:
    return hashlib.sha256(payload.encode("utf-8")).hexdigest()


def entry_hash(
    previous: str,
    case_id: str,
    sequence: int,
    at: str,
    author: str,
    read_id: str | None,
    kind: str,
    version: int,
    payload_digest: str,
) -> str:
    """SHA-256 over every column of the row in a fixed order, and over the hash of the row before."""
    told = ["hepatrace-entry/1", previous, case_id, sequence, at, author, read_id, kind, version, payload_digest]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8")).hexdigest()


def linked(
    previous: Head, case_id: str, at: str, author: str, read_id: str | None, kind: str, version: int, payload: str
) -> Row:
    """The row that follows `previous` in the case's chain."""
    sequence, digest = previous.sequence + 1, payload_hash(payload)
    hashed = entry_hash(previous.hash, case_id, sequence, at, author, read_id, kind, version, digest)
    return Row(case_id, sequence, at, author, read_id, kind, version, payload, digest, previous.hash, hashed)


def first_fault(case_id: str, rows: Iterable[Row], purged_to: int = 0) -> Fault | None:
    """The first row of a case, in order of sequence, that breaks the chain; None when all hold.

    Parameters
    ----------
    purged_to
        The last sequence number that a tombstone of this case covers; up to there a payload may be missing.
    """
    head = Head()
    for row in rows:
        if row.sequence != head.sequence + 1:
            return Fault(case_id, head.sequence + 1, f"entry {head.sequence + 1} is missing")
        if row.previous_hash != head.hash:
            return Fault(case_id, row.sequence, "it does not follow the entry before it")
        if row.payload is None and row.sequence > purged_to:
            return Fault(case_id, row.sequence, "its payload is missing, and no tombstone says why")
        if row.payload is not None and payload_hash(row.payload) != row.payload_hash:
            return Fault(case_id, row.sequence, "its payload was changed")
        expected = entry_hash(
            row.previous_hash,
            row.case_id,
            row.sequence,
            row.at,
            row.author,
            row.read_id,
            row.kind,
            row.version,
            row.payload_hash,
        )
        if expected != row.hash:
            return Fault(case_id, row.sequence, "one of its columns was changed")
        head = Head(row.sequence, row.hash)
    return None
