"""A table and its mapping from their files into the database, beside the cases."""

from __future__ import annotations

from pathlib import Path

from app.cohort.mapping import parse_mapping
from app.cohort.sources import parsed_table
from app.cohort.table_reads import digest_of
from app.storage.cohort_cache import keep_table
from app.storage.database import Database


def keep_imported(database: Database, table: Path, mapping: Path, author: str) -> str:
    """Keep a table once every cell of it could be read; answers the name it is kept under.

    Raises
    ------
    OSError
        If a file cannot be read.
    UnicodeDecodeError
        If the mapping is no UTF-8 text.
    MappingError, SheetError
        If the mapping or the table is at fault; the message names the place and the remedy.
    StorageError
        If there is another table of that name.
    """
    told = mapping.read_text(encoding="utf-8")
    content = table.read_bytes()
    digest = digest_of(content, told)
    name = parse_mapping(told).title or table.stem
    parsed_table(table.name, content, told, digest)
    with database.writing() as connection:
        keep_table(connection, name, table.name, content, told, digest, author)
    return name
