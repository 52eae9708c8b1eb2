"""`import FOLDER`: a folder's series into the database, as cases and time points; or a case file, as it is."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from app.case_import import import_case_file, is_case_file_name
from app.cli import DONE, Refusal
from app.commands.database_option import add_database_option, opened_database
from app.exports.whole_case import CaseFileRefused
from app.importing import ImportRefused, ImportReport, import_folder
from app.storage.case_import import TakenIn
from app.user import user_name
from viewers.imaging.errors import ImagingError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        type=Path,
        help="folder with its subfolders and ZIP archives; or one archive or DICOMDIR; or a case file (.json)",
    )
    parser.add_argument("--case", metavar="ID", help="import into this case (default: one case for each patient)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_database_option(parser)


def run(options: argparse.Namespace) -> int:
    if is_case_file_name(options.folder):
        return _case_file(options)
    try:
        with opened_database(options, create=True) as database:
            report = import_folder(options.folder, database, options.case, author=user_name())
    except (ImportRefused, ImagingError) as error:
        raise Refusal(str(error)) from error
    print(json.dumps(as_json(report), indent=1, ensure_ascii=False) if options.json else as_text(report))
    return DONE


def _case_file(options: argparse.Namespace) -> int:
    if options.case is not None:
        raise Refusal("--case: a case file holds its own id. Leave the option out.")
    try:
        with opened_database(options, create=True) as database:
            found, taken = import_case_file(options.folder, database)
    except CaseFileRefused as error:
        raise Refusal(str(error)) from error
    record = found.record
    if options.json:
        case = {
            "case": record.case_id,
            "opened": taken is TakenIn.NEW,
            "series_added": [],
            "series_known": [],
            "timepoints": [visit.id for visit in record.visits],
            "no_study_date": [],
            "images_added": {},
            "case_file": taken.value,
            "key_images": len(found.images),
            "head": found.head.hash,
        }
        print(json.dumps({"cases": [case], "refused": []}, indent=1, ensure_ascii=False))
    else:
        pictures = f", {len(found.images)} key images" if found.images else ""
        print(f"{record.case_id}: {taken.value}; {found.head.sequence} entries{pictures}, head {found.head.hash}")
    return DONE


def as_json(report: ImportReport) -> dict[str, Any]:
    return {
        "cases": [
            {
                "case": one.case_id,
                "opened": one.opened,
                "series_added": list(one.series_added),
                "series_known": list(one.series_known),
                "timepoints": list(one.visits),
                "no_study_date": list(one.no_study_date),
                "images_added": dict(one.images_added),
            }
            for one in report.cases
        ],
        "refused": [{"file": refused.file, "reason": refused.reason} for refused in report.refused],
    }


def as_text(report: ImportReport) -> str:
    lines = [
        f"{one.case_id}: {'opened, ' if one.opened else ''}{len(one.series_added)} series added"
        + (f" to {', '.join(one.visits)}" if one.visits else "")
        + (f", {len(one.series_known)} known already" if one.series_known else "")
        + (f", with {sum(count for _, count in one.images_added)} more of their images" if one.images_added else "")
        + (f", {len(one.no_study_date)} without StudyDate by their other dates" if one.no_study_date else "")
        for one in report.cases
    ]
    lines += [f"not added: {refused.file}: {refused.reason}" for refused in report.refused]
    return "\n".join(lines)
