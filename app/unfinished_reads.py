"""Which cases have a sequential or blinded read under way: the command line leaves them out unless it is asked not to.

The window knows who looks and hides from that reader alone; the command line does not, so there such a case is kept
from everybody until the read is finished.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.models.hiding import is_done, sight_of
from app.profiles import known_profiles
from app.state.events import ReadStarted
from app.storage.cohort_cache import heads
from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.log import cases_with, read_present


def unfinished_hidden(database: Database, case_ids: Sequence[str] | None = None) -> dict[str, str]:
    """Of these cases, or of all, those with such a read, and why they are left out. What cannot be read has none."""
    by_protocol = any(protocol.hides for protocol in known_profiles().protocols)
    found: dict[str, str] = {}
    with database.reading() as connection:
        begun = None if by_protocol else cases_with(connection, ReadStarted.kind, '"hides":["')
        for case_id in heads(connection) if case_ids is None else case_ids:
            if begun is not None and case_id not in begun:
                continue
            try:
                record, _ = read_present(connection, case_id)
            except StorageError:
                continue
            reads = [x for x in record.reads if sight_of(record, x.reader).hides and not is_done(record, x.id)]
            if reads and not record.closed_because:
                found[case_id] = (
                    f"a read that hides part of it is not finished ({reads[0].id}); --unblinded takes it in"
                )
    return found
