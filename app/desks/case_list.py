"""The lines of the worklist: every case with its last responses and decisions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from app.assessing import assess_read
from app.desks.signing import today_of
from app.models.worklist import CaseLine, line_of
from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.log import read_present
from app.storage.worklist import list_cases
from mrecist.rulesets import RuleSet


def case_lines(database: Database, ruleset: RuleSet, cancelled: Callable[[], bool]) -> tuple[CaseLine, ...]:
    """One line a case, the last changed first; a case that cannot be read says why.

    Raises
    ------
    StorageError
        If the database cannot be read.
    """
    lines = []
    with database.reading() as connection:
        for summary in list_cases(connection):
            if cancelled():
                break
            try:
                record, _ = read_present(connection, summary.case_id)
            except StorageError as error:
                lines.append(CaseLine(summary.case_id, fault=str(error)))
                continue
            ready = record.visits and record.reads
            assessment = assess_read(record, record.reads[0].id, ruleset) if ready else None
            today = today_of(record, record.visits[-1].id) if record.visits else date.today()
            lines.append(line_of(record, assessment, today))
    return tuple(lines)
