"""A log from a case file into the database: as it is, with its hashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from app.state.record import Record
from app.storage.chain import Row
from app.storage.errors import CasePurged, StorageError
from app.storage.log import rows_of
from app.storage.summary import put, summarise
from app.storage.tables import entries, tombstones


class TakenIn(StrEnum):
    """What became of a case that was taken in."""

    NEW = "opened"
    LONGER = "its new entries were added"
    PICTURES = "its key images were added"
    KNOWN = "nothing was new"


def take_in(connection: Connection, rows: Sequence[Row], record: Record) -> TakenIn:
    """Take in the log of a case, in the transaction of the connection.

    A case that is not there is opened with it. Where the case is there, the longer of the two logs stands, if the one
    is the beginning of the other.

    Parameters
    ----------
    rows
        The whole log, checked.
    record
        What it gives, for the list of cases.

    Raises
    ------
    CasePurged
        If the case was purged here.
    StorageError
        If the case is there with another history.
    """
    case_id = rows[0].case_id
    if connection.scalar(select(tombstones.c.case_id).where(tombstones.c.case_id == case_id)) is not None:
        raise CasePurged(case_id)
    here = [row.hash for row in rows_of(connection, case_id)]
    theirs = [row.hash for row in rows]
    if here[: len(theirs)] == theirs:
        return TakenIn.KNOWN
    if theirs[: len(here)] != here:
        raise StorageError(
            case_id,
            what="There is a case of this id with another history",
            remedy="Take the file into another database to compare them.",
        )
    connection.execute(insert(entries), [asdict(row) for row in rows[len(here) :]])
    put(connection, summarise(record, rows[-1].sequence, rows[-1].hash, rows[-1].at))
    return TakenIn.LONGER if here else TakenIn.NEW
