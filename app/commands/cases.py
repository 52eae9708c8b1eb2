"""`cases`: what the database holds."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from app.cli import DONE
from app.commands.database_option import add_database_option, opened_database
from app.storage.summary import CaseSummary
from app.storage.worklist import list_cases


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_database_option(parser)


def run(options: argparse.Namespace) -> int:
    with opened_database(options) as database, database.reading() as connection:
        lines = list_cases(connection)
    print(json.dumps(as_json(lines), indent=1, ensure_ascii=False) if options.json else as_text(lines))
    return DONE


def as_json(lines: Sequence[CaseSummary]) -> dict[str, Any]:
    return {"cases": [_line(line) for line in lines]}


def _line(line: CaseSummary) -> dict[str, Any]:
    born = line.patient.birth_date
    return {
        "case": line.case_id,
        "patient": {
            "id": line.patient.id,
            "name": line.patient.name,
            "sex": line.patient.sex,
            "birth_date": born.isoformat() if born else None,
        },
        "protocol": line.protocol,
        "day0": line.day0.isoformat() if line.day0 else None,
        "baseline_confirmed": line.baseline_confirmed,
        "timepoints": [
            {"timepoint": v.id, "date": v.on.isoformat(), "series": v.series, "signed_in": list(v.signed_in)}
            for v in line.visits
        ],
        "reads": [{"read": read_id, "reader": reader} for read_id, reader in line.reads],
        "synthetic": line.synthetic,
        "closed": line.closed_because or None,
        "fault": line.fault or None,
        "entries": line.entries,
        "head": line.head,
        "changed_at": line.changed_at,
    }


def as_text(lines: Sequence[CaseSummary]) -> str:
    if not lines:
        return "No cases yet. Import a folder or open the demonstration study."
    return "\n".join(
        f"{line.case_id}: {line.fault}"
        if line.fault
        else f"{line.case_id}: {', '.join(f'{v.id} {v.on.isoformat()}' for v in line.visits) or 'no time point'}"
        + (" (closed)" if line.closed_because else "")
        for line in lines
    )
