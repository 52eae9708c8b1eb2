"""Removal of what a case holds, for a case that should never have been here. A tombstone keeps the chain whole."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, update

from app.storage.catalogue import forget_series
from app.storage.cohort_cache import forget_rows
from app.storage.errors import StorageError
from app.storage.key_images import forget_key_images
from app.storage.log import read_record, utc_now
from app.storage.snapshots import forget
from app.storage.tables import cases, entries, tombstones


def purge(connection: Connection, case_id: str, author: str, reason: str) -> None:
    """Remove the payloads of a closed case, its snapshot, cohort rows, pictures and series. Who and why stay.

    The rows stay with the hashes of their payloads, so that the chain can still be checked. It cannot be undone.

    Raises
    ------
    StorageError
        If no reason is given or the case is not closed, is not there, or is damaged.
    """
    if not reason.strip():
        raise StorageError(case_id, what="A purge needs a reason", remedy="Give one.")
    record, log = read_record(connection, case_id)
    if not record.closed_because:
        raise StorageError(case_id, what="Only a closed case is purged", remedy="Close it first, with a reason.")
    connection.execute(
        insert(tombstones).values(
            case_id=case_id,
            at=utc_now(),
            author=author,
            reason=reason,
            last_sequence=log.head.sequence,
            last_hash=log.head.hash,
        )
    )
    connection.execute(update(entries).where(entries.c.case_id == case_id).values(payload=None))
    connection.execute(delete(cases).where(cases.c.case_id == case_id))
    forget(connection, case_id)
    forget_rows(connection, case_id)
    forget_key_images(connection, case_id)
    forget_series(connection, (ref.uid for ref in record.series))
