"""The list of cases: a cache of the log. A line that is not up to date is made anew from the log."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select

from app.state.record import Patient
from app.storage.errors import StorageError
from app.storage.log import head_of, read_record
from app.storage.summary import CaseSummary, put, read_line, summarise
from app.storage.tables import cases, entries, tombstones


def list_cases(connection: Connection) -> tuple[CaseSummary, ...]:
    """All cases that were not purged, the last changed first."""
    kept = {row.case_id: row for row in connection.execute(select(cases))}
    purged = set(connection.scalars(select(tombstones.c.case_id)))
    ends = select(entries.c.case_id, func.max(entries.c.sequence).label("sequence")).group_by(entries.c.case_id)
    lines: list[CaseSummary] = []
    for end in connection.execute(ends).all():
        if end.case_id in purged:
            continue
        row = kept.get(end.case_id)
        if row is not None and row.sequence == end.sequence:
            lines.append(read_line(row.summary))
        else:
            lines.append(from_log(connection, end.case_id))
    return tuple(sorted(lines, key=lambda line: (line.changed_at, line.case_id), reverse=True))


def from_log(connection: Connection, case_id: str) -> CaseSummary:
    """A case's line made from its log alone."""
    try:
        record, log = read_record(connection, case_id)
    except StorageError as error:
        head = head_of(connection, case_id)
        return CaseSummary(case_id, head.sequence, head.hash, "", Patient(""), fault=str(error))
    return summarise(record, log.head.sequence, log.head.hash, log.entries[-1].at)


def rebuild(connection: Connection) -> None:
    """Make the whole list anew from the log."""
    connection.execute(delete(cases))
    for line in list_cases(connection):
        if not line.fault:
            put(connection, line)
