"""One line of the list of cases, as it is kept beside the log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert

from app.state.codec import canonical, exact_converter
from app.state.record import Patient, Record
from app.storage.tables import cases

if TYPE_CHECKING:
    from cattrs import Converter


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One time point in the list; `signed_in` names the reads in which it is signed."""

    id: str
    on: date
    confirmed: bool
    series: int
    signed_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """One line of the list of cases. `fault` says why a case cannot be opened; the rest of the line is then empty."""

    case_id: str
    entries: int
    head: str
    changed_at: str
    patient: Patient
    protocol: str | None = None
    day0: date | None = None
    baseline_confirmed: bool = False
    visits: tuple[VisitLine, ...] = ()
    reads: tuple[tuple[str, str], ...] = ()
    synthetic: bool = False
    closed_because: str = ""
    fault: str = ""


def summarise(record: Record, sequence: int, head: str, changed_at: str) -> CaseSummary:
    """The line of a record whose log ends at `sequence` with the hash `head`."""
    return CaseSummary(
        case_id=record.case_id,
        entries=sequence,
        head=head,
        changed_at=changed_at,
        patient=record.patient,
        protocol=record.protocol,
        day0=record.day0,
        baseline_confirmed=record.baseline_confirmed,
        visits=tuple(
            VisitLine(
                v.id, v.on, v.confirmed, len(v.series), tuple(s.read_id for s in record.signed if s.visit_id == v.id)
            )
            for v in record.visits
        ),
        reads=tuple((r.id, r.reader) for r in record.reads),
        synthetic=record.synthetic,
        closed_because=record.closed_because,
    )


def put(connection: Connection, line: CaseSummary) -> None:
    """Keep this line in place of the one before."""
    connection.execute(delete(cases).where(cases.c.case_id == line.case_id))
    connection.execute(
        insert(cases).values(
            case_id=line.case_id,
            sequence=line.entries,
            hash=line.head,
            changed_at=line.changed_at,
            summary=canonical(_converter().unstructure(line)),
        )
    )


def read_line(text: str) -> CaseSummary:
    """The line that was kept as this text."""
    return _converter().structure(json.loads(text), CaseSummary)


@cache
def _converter() -> Converter:
    return exact_converter()
