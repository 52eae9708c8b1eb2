"""A case file into the database."""

from __future__ import annotations

from pathlib import Path

from app.exports.whole_case import CaseFileRefused, WholeCase, read_case
from app.storage.case_import import TakenIn, take_in
from app.storage.database import Database
from app.storage.key_images import keep_key_images

CASE_FILE_SUFFIX = ".json"


def is_case_file_name(path: Path) -> bool:
    """Is this a file that is taken for a case file, not for images?"""
    return path.suffix.lower() == CASE_FILE_SUFFIX and path.is_file()


def import_case_file(path: Path, database: Database) -> tuple[WholeCase, TakenIn]:
    """Take in a case file; answers what it holds, and what became of it.

    The images of the case are no part of the file: they are imported as any others, and find their series there. Its
    key images are kept beside the record.

    Raises
    ------
    CaseFileRefused
        If the file is no sound case file; the message names it.
    StorageError
        If the case is there with another history, was purged, or the database did not take it.
    OSError
        If the file cannot be read.
    """
    try:
        found = read_case(path.read_bytes())
    except CaseFileRefused as refusal:
        raise CaseFileRefused(f"{path.name}: {refusal}") from refusal
    with database.writing() as connection:
        taken = take_in(connection, found.rows, found.record)
        if keep_key_images(connection, found.record.case_id, found.images) and taken is TakenIn.KNOWN:
            taken = TakenIn.PICTURES
        return found, taken
