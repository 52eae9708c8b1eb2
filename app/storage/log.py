"""The event log of each case: added to at its end, read from its beginning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from app.state.apply import EditRefused, replay
from app.state.codec import UndecodableEvent, decode, encode
from app.state.events import Draft, Entry
from app.state.record import Record
from app.storage import snapshots
from app.storage.chain import Fault, Head, Row, first_fault, linked
from app.storage.errors import CasePurged, ConcurrentEdit, Damaged, NoSuchCase
from app.storage.summary import put, summarise
from app.storage.tables import entries, tombstones

_COLUMNS = [c for c in entries.c if c.name != "id"]


@dataclass(frozen=True, slots=True)
class Log:
    """A case's whole log and where it ends; `snapshot_at`: how many entries need no replay (0: no snapshot)."""

    entries: tuple[Entry, ...]
    head: Head
    snapshot_at: int = 0


def append(connection: Connection, case_id: str, head: Head, drafts: Sequence[Draft], after: Record) -> Log:
    """Add edits to the end of a case's log; what comes back holds these alone, and the new end.

    Parameters
    ----------
    head
        Where the log ended when the edits were judged; an empty `Head` opens a case.
    after
        The record after the edits, for the list of cases.

    Raises
    ------
    ConcurrentEdit
        If the log has grown since, or somebody else adds to it at this moment. Nothing is written then.
    """
    if head_of(connection, case_id) != head:
        raise ConcurrentEdit
    now = utc_now()
    rows: list[Row] = []
    for draft in drafts:
        event = draft.event
        at = draft.at or now
        row = linked(head, case_id, at, draft.author, draft.read_id, event.kind, event.version, encode(event))
        rows.append(row)
        head = Head(row.sequence, row.hash)
    try:
        connection.execute(insert(entries), [asdict(row) for row in rows])
    except IntegrityError as error:
        raise ConcurrentEdit from error
    put(connection, summarise(after, head.sequence, head.hash, rows[-1].at))
    added = tuple(Entry(r.sequence, r.at, r.author, r.read_id, d.event) for r, d in zip(rows, drafts, strict=True))
    return Log(added, head)


def read_log(connection: Connection, case_id: str) -> Log:
    """The log of one case, checked; empty when there is no such case.

    Raises
    ------
    Damaged
        If the chain does not hold or a payload cannot be read.
    CasePurged
        If the payloads were removed.
    """
    rows = _sound_rows(connection, case_id)
    return Log(_decoded(case_id, rows), _end(rows))


def read_record(connection: Connection, case_id: str) -> tuple[Record, Log]:
    """The record of one case as its log gives it, and the log.

    Raises
    ------
    NoSuchCase
        If the database holds no case of this id.
    Damaged, CasePurged
        As `read_log`, and if an entry does not fit those before it.
    """
    rows = _sound_rows(connection, case_id)
    if not rows:
        raise NoSuchCase(case_id)
    log = Log(_decoded(case_id, rows), _end(rows))
    snapshot = snapshots.known(connection, case_id, rows)
    if snapshot is not None:
        record = snapshots.continued(snapshot, log.entries[snapshot.sequence :])
        if record is not None:
            return record, replace(log, snapshot_at=snapshot.sequence)
    return _replayed(case_id, log.entries), log


def read_present(connection: Connection, case_id: str) -> tuple[Record, Head]:
    """The record of one case and where its log ends, without the log: faster than `read_record` where it is long.

    The chain is checked whole; entries before a snapshot that can be used are not decoded. Raises as `read_record`.
    """
    rows = _sound_rows(connection, case_id)
    if not rows:
        raise NoSuchCase(case_id)
    snapshot = snapshots.known(connection, case_id, rows)
    if snapshot is not None:
        record = snapshots.continued(snapshot, _decoded(case_id, rows[snapshot.sequence :]))
        if record is not None:
            return record, _end(rows)
    return _replayed(case_id, _decoded(case_id, rows)), _end(rows)


def cases_with(connection: Connection, kind: str, text: str) -> frozenset[str]:
    """The cases with an edit of this kind whose payload contains a text."""
    wanted = (entries.c.kind == kind) & entries.c.payload.contains(text, autoescape=True)
    return frozenset(connection.scalars(select(entries.c.case_id).where(wanted).distinct()))


def head_of(connection: Connection, case_id: str) -> Head:
    newest = select(entries.c.sequence, entries.c.hash).where(entries.c.case_id == case_id)
    row = connection.execute(newest.order_by(entries.c.sequence.desc()).limit(1)).first()
    return Head() if row is None else Head(row.sequence, row.hash)


def case_ids(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.scalars(select(entries.c.case_id).distinct().order_by(entries.c.case_id)))


def rows_of(connection: Connection, case_id: str) -> Iterator[Row]:
    """The stored rows of a case in order, as they are."""
    found = select(*_COLUMNS).where(entries.c.case_id == case_id).order_by(entries.c.sequence)
    for row in connection.execute(found):
        yield Row(**row._mapping)


def verify(connection: Connection, case_id: str | None = None, head: str | None = None) -> Fault | None:
    """The first row that does not hold, of one case or of all; None when the whole log holds.

    A snapshot that would be used is compared with what the log gives.

    Parameters
    ----------
    head
        A hash from a report, a signature or an export: it must be the hash of an entry that is still there.
    """
    for one in case_ids(connection) if case_id is None else (case_id,):
        fault = first_fault(one, rows_of(connection, one), _purged_to(connection, one))
        if fault is None:
            fault = _snapshot_fault(connection, one)
        if fault is not None:
            return fault
    for stone in connection.execute(select(tombstones)):
        if case_id in (None, stone.case_id) and not _has(connection, stone.case_id, stone.last_hash):
            return Fault(stone.case_id, stone.last_sequence, "the entry that its tombstone names is missing")
    if head is not None and not _has(connection, case_id, head):
        return Fault(case_id or "", 0, f"no entry has the hash {head}")
    return None


def _sound_rows(connection: Connection, case_id: str) -> tuple[Row, ...]:
    rows = tuple(rows_of(connection, case_id))
    if _purged_to(connection, case_id):
        raise CasePurged(case_id)
    fault = first_fault(case_id, rows)
    if fault is not None:
        raise Damaged(case_id, what=f"The log of this case is damaged: entry {fault.sequence}, {fault.why}")
    return rows


def _decoded(case_id: str, rows: Sequence[Row]) -> tuple[Entry, ...]:
    try:
        return tuple(
            Entry(r.sequence, r.at, r.author, r.read_id, decode(r.kind, r.version, r.payload or "")) for r in rows
        )
    except UndecodableEvent as error:
        raise Damaged(case_id, what=str(error).rstrip(".")) from error


def _replayed(case_id: str, log: Sequence[Entry]) -> Record:
    try:
        return replay(log)
    except EditRefused as error:
        raise Damaged(case_id, what=f"The log cannot be replayed: {error.reason}".rstrip(".")) from error


def _end(rows: Sequence[Row]) -> Head:
    return Head(rows[-1].sequence, rows[-1].hash) if rows else Head()


def _snapshot_fault(connection: Connection, case_id: str) -> Fault | None:
    """What is wrong with the snapshot of a case whose chain holds."""
    if _purged_to(connection, case_id):
        return None
    rows = tuple(rows_of(connection, case_id))
    snapshot = snapshots.known(connection, case_id, rows)
    if snapshot is None:
        return None
    why = "the snapshot that was taken there is not what the log gives"
    try:
        sound = snapshots.holds(snapshot, _decoded(case_id, rows[: snapshot.sequence]))
    except Damaged:
        sound = False
    return None if sound else Fault(case_id, snapshot.sequence, why)


def _has(connection: Connection, case_id: str | None, hashed: str) -> bool:
    found = select(entries.c.id).where(entries.c.hash == hashed)
    if case_id is not None:
        found = found.where(entries.c.case_id == case_id)
    return connection.execute(found).first() is not None


def _purged_to(connection: Connection, case_id: str) -> int:
    found = connection.scalar(select(tombstones.c.last_sequence).where(tombstones.c.case_id == case_id))
    return 0 if found is None else int(found)


def utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
