"""`clinical import FILE --case ID`: a table of clinical data into a case, by a mapping of its columns."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from app.cli import DONE, REFUSED, Refusal
from app.cohort.sheets import Sheet, SheetError, read_sheet
from app.commands.database_option import add_database_option, opened_database
from app.labs.entry import canonical_text, typed_text
from app.labs.importing import Cell, ClinicalImport, preview
from app.labs.mapping import (
    ClinicalMapping,
    MappingError,
    keep_mapping,
    kept_mapping,
    mapping_text,
    parse_mapping,
    proposed_mapping,
)
from app.locations import data_folder
from app.state.refusal import EditRefused
from app.storage.errors import StorageError
from app.storage.open_case import OpenCase
from app.user import user_name


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["import"], help="import: clinical data from CSV or XLSX")
    parser.add_argument("file", type=Path, metavar="FILE", help="a table with a heading")
    parser.add_argument("--case", required=True, metavar="ID", help="the case whose data they are")
    parser.add_argument(
        "--mapping",
        type=Path,
        metavar="TOML",
        help="what the columns mean (default: as confirmed before for this layout; without it a proposal is printed)",
    )
    parser.add_argument("--as-typed", action="store_true", help="take values out of range too, as they are written")
    parser.add_argument("--dry-run", action="store_true", help="tell what would be added, and record nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_database_option(parser)


def run(options: argparse.Namespace) -> int:
    try:
        sheet = read_sheet(options.file)
        mapping = _mapping(sheet, options.mapping)
        with opened_database(options) as database:
            case = OpenCase.read(database, options.case)
            found = preview(sheet, mapping, case.record, lambda: uuid4().hex[:12], options.as_typed)
            if found.event is not None and not options.dry_run:
                case.do(found.event, user_name())
    except SheetError as error:
        raise Refusal(str(error)) from error
    except (EditRefused, StorageError) as error:
        raise Refusal(f"{options.case}: {error}") from error
    if not options.dry_run and options.mapping is not None:
        keep_mapping(data_folder() / "lab-mappings", sheet.columns, mapping)
    print(
        json.dumps(as_json(options, found), indent=1, ensure_ascii=False) if options.json else as_text(options, found)
    )
    if found.event is None and not found.known:
        print("hepatrace clinical: nothing could be added; the reasons are listed.", file=sys.stderr)
        return REFUSED
    return DONE


def _mapping(sheet: Sheet, file: Path | None) -> ClinicalMapping:
    if file is not None:
        try:
            return parse_mapping(file.read_text(encoding="utf-8"))
        except (MappingError, UnicodeDecodeError) as error:
            raise Refusal(f"{file.name}: {error}") from error
    kept = kept_mapping(data_folder() / "lab-mappings", sheet.columns)
    if kept is not None:
        return kept
    proposed = proposed_mapping(sheet.columns)
    told = f"{sheet.name}: no mapping was confirmed for these columns yet; give one with --mapping."
    if proposed is None:
        raise Refusal(f"{told} Its columns are: {', '.join(sheet.columns)}")
    raise Refusal(f"{told} A proposal, to be checked and completed:\n\n{mapping_text(proposed)}")


def as_json(options: argparse.Namespace, found: ClinicalImport) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "case": options.case,
        "file": options.file.name,
        "recorded": found.event is not None and not options.dry_run,
        "added": [_added(x) for x in found.sure],
        "known": found.known,
        "other_cases": found.other_cases,
        "refused": [{"line": x.line, "column": x.column, "reason": x.why} for x in found.refused],
    }


def _added(cell: Cell) -> dict[str, Any]:
    """What is added, in words; of a laboratory value its parts too."""
    told: dict[str, Any] = {
        "line": cell.line,
        "date": None if cell.on is None else cell.on.isoformat(),
        "what": cell.text,
        "as_typed": bool(cell.asks),
    }
    value = cell.value
    if value is not None:
        told |= {
            "analyte": value.analyte.value,
            "value": typed_text(value),
            "unit": value.unit,
            "converted": None if value.canonical is None else canonical_text(value),
            "upper_limit": None if value.upper_limit is None else str(value.upper_limit),
        }
    return told


def as_text(options: argparse.Namespace, found: ClinicalImport) -> str:
    """What is added and what is not, for a person to read."""
    verb = "would be added" if options.dry_run else "added"
    lines = [f"{options.case}: {len(found.sure)} {verb}, {found.known} known, {len(found.refused)} not taken"]
    if found.other_cases:
        lines.append(f"  {found.other_cases} rows of other cases were passed over")
    lines += [
        f"  {'' if x.on is None else x.on.isoformat() + ': '}{x.text}{' (as typed)' if x.asks else ''}"
        for x in found.sure
    ]
    lines += [f"  not taken: line {x.line}, {x.column}: {x.why}" for x in found.refused]
    return "\n".join(lines)
