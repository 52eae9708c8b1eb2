"""A table of another program: CSV or the first sheet of an XLSX file, as rows of texts."""

from __future__ import annotations

import csv
import io
import math
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

_MOST_FAULTS = 20
_LARGEST_FILE = 256_000_000
_DELIMITERS = (",", ";", "\t")


class SheetError(ValueError):
    """The table cannot be used. `faults` names each: file, line, column, what is wrong and what to do."""

    def __init__(self, faults: Sequence[str]) -> None:
        shown = list(faults[:_MOST_FAULTS])
        if len(faults) > len(shown):
            shown.append(f"and {len(faults) - len(shown)} more")
        super().__init__("\n".join(shown))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Row:
    """One row, with the line of the file at which it ends; every cell is a text without spaces around it."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: `name` is that of its file."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def require(self, columns: Iterable[str]) -> None:
        """Raise `SheetError` where a column is missing, with the columns there are."""
        missing = [c for c in dict.fromkeys(columns) if c not in self.columns]
        if missing:
            told = ", ".join(self.columns)
            raise SheetError([f"{self.name}: there is no column {c!r}; its columns are: {told}" for c in missing])


def read_sheet(path: Path) -> Sheet:
    """The table of a file, by its ending: ``.xlsx`` or anything else as CSV.

    Raises
    ------
    SheetError
        If it is empty, too large, no such table, or a row does not fit the heading.
    OSError
        If it cannot be read.
    """
    if path.stat().st_size > _LARGEST_FILE:
        raise SheetError([f"{path.name}: is larger than {_LARGEST_FILE // 1_000_000} MB; split it"])
    return parse_sheet(path.name, path.read_bytes())


def parse_sheet(name: str, content: bytes) -> Sheet:
    """The table in the bytes of a file of this name; raises `SheetError` as `read_sheet`."""
    lines = _xlsx_lines(name, content) if name.lower().endswith(".xlsx") else _csv_lines(name, content)
    if not lines:
        raise SheetError([f"{name}: is empty; the first line names the columns"])
    (_, heading), *rest = lines
    columns = tuple(cell.strip() for cell in heading)
    while columns and not columns[-1]:
        columns = columns[:-1]
    faults = [f"{name}: column {i} has no name in the first line" for i, c in enumerate(columns, 1) if not c]
    faults += [f"{name}: the column {c!r} is there twice" for c in dict.fromkeys(columns) if c and columns.count(c) > 1]
    rows: list[Row] = []
    for line, cells in rest:
        values = [cell.strip() for cell in cells]
        if not any(values):
            continue
        if any(values[len(columns) :]) or len(values) < len(columns):
            faults.append(f"{name}: line {line} has {len(values)} cells, and the first line {len(columns)} columns")
            continue
        rows.append(Row(line, dict(zip(columns, values, strict=False))))
    if not faults and not rows:
        faults.append(f"{name}: has a first line and no rows under it")
    if faults:
        raise SheetError(faults)
    return Sheet(name, columns, tuple(rows))


def number(text: str) -> Decimal | None:
    """A finite number as it is written in a cell; None of anything else."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < 10**12 else None


def _csv_lines(name: str, content: bytes) -> list[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetError([f"{name}: byte {error.start} is no UTF-8; save the table as CSV in UTF-8"]) from error
    if "\0" in text:
        raise SheetError([f"{name}: is no text; save the table as CSV in UTF-8"])
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if cells or found:
                found.append((reader.line_num, cells))
    except csv.Error as error:
        raise SheetError([f"{name}: line {reader.line_num} is no CSV ({error})"]) from error
    return [(line, cells) for line, cells in found if cells]


_DAMAGED = (
    *(OSError, EOFError, zipfile.BadZipFile, zlib.error),  # the archive
    *(SyntaxError, LookupError, ValueError, TypeError, AttributeError, RuntimeError),  # the XML in it, and what it says
)
"""What is raised within openpyxl for a damaged workbook, beside its own error."""


def _xlsx_lines(name: str, content: bytes) -> list[tuple[int, list[str]]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = [[_cell(x) for x in row] for row in sheet.iter_rows(values_only=True)]
    except (*_DAMAGED, InvalidFileException) as error:
        raise SheetError([f"{name}: is no XLSX that can be read ({type(error).__name__}); save it anew"]) from error
    width = max((len(r) for r in rows), default=0)
    return [(n, r + [""] * (width - len(r))) for n, r in enumerate(rows, 1) if any(x.strip() for x in r) or n > 1]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)
    return str(value)
