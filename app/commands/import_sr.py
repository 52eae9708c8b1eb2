"""`import-sr FILE... --case ID`: diameters of other programs' structured reports and segmentations, as proposals."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from app.cli import DONE, REFUSED, Refusal
from app.commands.database_option import add_database_option, opened_database
from app.report_import import FileOutcome, read_proposals
from app.state.events import ProposalsImported, ReadStarted
from app.state.proposals import Proposal
from app.state.record import Record
from app.state.refusal import EditRefused
from app.storage.errors import StorageError
from app.storage.open_case import OpenCase
from app.user import user_name

_FIRST_READ = "read-1"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="SR (TID 1500) or SEG files of one patient")
    parser.add_argument("--case", required=True, metavar="ID", help="the case whose images were measured")
    parser.add_argument("--read", metavar="ID", help="the read they are for (default: the only one)")
    parser.add_argument("--dry-run", action="store_true", help="tell what would be proposed, and record nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_database_option(parser)


def run(options: argparse.Namespace) -> int:
    with opened_database(options) as database:
        case = OpenCase.read(database, options.case)
        read_id = _read_id(case.record, options.read)
        outcomes = read_proposals(options.files, case.record, read_id, database)
        proposals = tuple(one for outcome in outcomes for one in outcome.proposals)
        if proposals and not options.dry_run:
            _record(case, read_id, proposals)
    if options.json:
        print(json.dumps(as_json(options.case, read_id, outcomes), indent=1, ensure_ascii=False))
    else:
        print(as_text(outcomes))
    if not any(outcome.proposals or outcome.known for outcome in outcomes):
        print("hepatrace import-sr: nothing could be proposed; the reasons are listed.", file=sys.stderr)
        return REFUSED
    return DONE


def _read_id(record: Record, asked: str | None) -> str:
    known = [read.id for read in record.reads]
    if asked is None and len(known) > 1:
        raise Refusal(f"{record.case_id}: it has {len(known)} reads. Name one with --read: {', '.join(known)}.")
    if asked is not None and asked not in known:
        raise Refusal(f"{record.case_id}: --read {asked}: it has no such read.")
    return asked or (known[0] if known else _FIRST_READ)


def _record(case: OpenCase, read_id: str, proposals: tuple[Proposal, ...]) -> None:
    author = user_name()
    try:
        if case.record.read(read_id) is None:
            case.do(ReadStarted(author), author, read_id)
        case.do(ProposalsImported(proposals), author, read_id)
    except (EditRefused, StorageError) as error:
        raise Refusal(f"{case.record.case_id}: {error}") from error


def as_json(case_id: str, read_id: str, outcomes: tuple[FileOutcome, ...]) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "case": case_id,
        "read": read_id,
        "files": [
            {
                "file": str(outcome.file),
                "proposals": [_proposal_json(one) for one in outcome.proposals],
                "known": outcome.known,
                "refused": [{"where": part.where, "reason": part.why} for part in outcome.refused],
            }
            for outcome in outcomes
        ],
    }


def _proposal_json(one: Proposal) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": one.label,
        "tracking_uid": one.tracking_uid,
        "source": one.source,
        "timepoint": one.visit_id,
        "axis": one.axis.value,
        "diameter_mm": one.diameter.tenths / 10,
        "series_uid": one.line.series_uid,
        "sop_uid": one.line.sop_uid,
        "frame": one.line.frame,
        "ends_mm": [list(one.line.start), list(one.line.end)],
        "organ": one.organ.value if one.organ else None,
        "segment": one.segment.value if one.segment else None,
    }


def as_text(outcomes: tuple[FileOutcome, ...]) -> str:
    """The proposals and the reasons, for a person to read."""
    lines = []
    for outcome in outcomes:
        known = f", {outcome.known} known" if outcome.known else ""
        lines.append(f"{outcome.file}: {len(outcome.proposals)} proposed{known}")
        for one in outcome.proposals:
            lines.append(
                f"  {one.visit_id}: {one.label or 'a lesion'}, {one.axis.value} axis {one.diameter} mm ({one.source})"
            )
        lines += [f"  not taken: {f'{part.where}: ' if part.where else ''}{part.why}" for part in outcome.refused]
    return "\n".join(lines)
