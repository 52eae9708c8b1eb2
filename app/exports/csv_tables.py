"""The response tables as CSV: UTF-8, lengths in mm, changes in percent, with a dictionary of all columns beside them.

Percentages are the nearest double to the exact value, not rounded for show. A text that a spreadsheet would take for a
formula begins with an apostrophe.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from app.exports.columns import DICTIONARY, FIGURES, TABLES, Cell, Row, Table, dictionary_rows
from app.exports.exported import ExportedCase
from app.exports.staging import Staging
from app.exports.tables import rows_of_table
from mrecist.rulesets import RuleSet

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the full-width forms of the first, which spreadsheets of East Asia take for them."""


class CsvFile:
    """One CSV file that grows row by row; unless it is no longer `safe`, no spreadsheet finds a formula in it."""

    def __init__(self, path: Path, columns: Sequence[str], safe: bool = True) -> None:
        self._safe = safe
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.DictWriter(self._file, columns, lineterminator="\r\n")
        self._writer.writeheader()

    def add(self, rows: Iterable[Mapping[str, Cell]]) -> None:
        self._writer.writerows(map(_safe, rows) if self._safe else rows)

    def close(self) -> None:
        self._file.close()


class CsvTables:
    """``lesions.csv``, ``regions.csv``, ``responses.csv``, ``dictionary.csv``; ``figures.csv`` where one was drawn."""

    def __init__(self, staging: Staging, prefix: str, ruleset: RuleSet) -> None:
        self._staging, self._prefix, self._ruleset = staging, prefix, ruleset
        self._open = ExitStack()
        self._files: dict[str, CsvFile] = {}
        for table in TABLES:
            if table is not FIGURES:
                self._file(table)

    def add(self, case: ExportedCase) -> Mapping[str, str]:
        for table in TABLES:
            rows = [row for one in case.reads for row in rows_of_table(table, one, self._ruleset)]
            if rows:
                self._file(table).add(rows)
        return {}

    def finish(self) -> None:
        written = [table for table in TABLES if table.name in self._files]
        self._file(DICTIONARY).add(dictionary_rows(written))
        self.close()

    def close(self) -> None:
        self._open.close()

    def _file(self, table: Table) -> CsvFile:
        if table.name not in self._files:
            made = CsvFile(self._staging.path(f"{self._prefix}{table.name}.csv"), table.names)
            self._open.callback(made.close)
            self._files[table.name] = made
        return self._files[table.name]


def _safe(row: Mapping[str, Cell]) -> Row:
    return {
        name: f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
        for name, cell in row.items()
    }
