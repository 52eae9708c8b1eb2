"""The response tables as one XLSX workbook: a sheet for each, and a dictionary of all columns.

Numbers and dates are typed, texts are never formulas, and the header stays in sight. The values are those of the CSV
tables; a text there begins with an apostrophe where a spreadsheet would take it for a formula, here it stands as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from app.exports.columns import DICTIONARY, FIGURES, TABLES, Cell, Column, Kind, Row, Table, dictionary_rows
from app.exports.exported import ExportedCase, ExportRefused
from app.exports.staging import Staging
from app.exports.tables import rows_of_table
from mrecist.rulesets import RuleSet

MOST_ROWS = 1_048_575
"""Below the header."""
LONGEST_TEXT = 32_767
_WIDTHS = {Kind.TEXT: 16, Kind.NUMBER: 14, Kind.INTEGER: 8, Kind.DATE: 12}
_WIDE = frozenset(("reasons", "issues", "overrides", "meaning", "note", "row"))
_FIRST_DATE = date(1900, 3, 1)
"""Before this the days of a workbook are off by one."""


class Workbook:
    """``responses.xlsx``. Rows are written out as they come, so that many need no more memory than one."""

    def __init__(self, staging: Staging, prefix: str, ruleset: RuleSet) -> None:
        import xlsxwriter

        self._ruleset = ruleset
        path = staging.path(f"{prefix}responses.xlsx")
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(staging.scratch)})
        self._header = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._sheets: dict[str, Any] = {}
        self._filled: dict[str, int] = {}
        self._ended = False
        for table in TABLES:
            if table is not FIGURES:
                self._sheet(table)

    def add(self, case: ExportedCase) -> Mapping[str, str]:
        rows = {
            table.name: [row for one in case.reads for row in rows_of_table(table, one, self._ruleset)]
            for table in TABLES
        }
        for table in TABLES:
            self._check(case.id, table, rows[table.name])
        for table in TABLES:
            self._write(table, rows[table.name])
        return {}

    def finish(self) -> None:
        written = [table for table in TABLES if table.name in self._sheets]
        self._write(DICTIONARY, dictionary_rows(written))
        for table in (*written, DICTIONARY):
            self._sheets[table.name].autofilter(0, 0, self._filled[table.name], len(table.columns) - 1)
        self._end()

    def close(self) -> None:
        """Without `finish` what was written is wanted no more; XlsxWriter lets go of its pieces by ending the file."""
        if not self._ended:
            with suppress(OSError):
                self._end()

    def _end(self) -> None:
        from xlsxwriter.exceptions import FileCreateError

        self._ended = True
        try:
            self._book.close()
        except FileCreateError as error:
            raise error.args[0] if isinstance(error.args[0], OSError) else OSError(str(error)) from error

    def _check(self, case_id: str, table: Table, rows: list[Row]) -> None:
        if self._filled.get(table.name, 0) + len(rows) > MOST_ROWS:
            raise ExportRefused(
                f"{case_id}: the sheet {table.name} would have over {MOST_ROWS} rows. Export fewer cases, or as CSV."
            )
        for row in rows:
            for name, cell in row.items():
                if isinstance(cell, str) and len(cell) > LONGEST_TEXT:
                    raise ExportRefused(
                        f"{case_id}: {table.name}.{name} has {len(cell)} characters, and a cell holds {LONGEST_TEXT}. "
                        "Export as CSV."
                    )

    def _write(self, table: Table, rows: list[Row]) -> None:
        if not rows:
            return
        sheet = self._sheet(table)
        for row in rows:
            self._filled[table.name] += 1
            for at, column in enumerate(table.columns):
                self._cell(sheet, self._filled[table.name], at, column, row.get(column.name))

    def _cell(self, sheet: Any, row: int, at: int, column: Column, cell: Cell) -> None:
        if cell is None or cell == "":
            return
        match column.kind:
            case Kind.NUMBER | Kind.INTEGER:
                sheet.write_number(row, at, _Exact(cell))
            case Kind.DATE if (on := _whole_date(str(cell))) is not None:
                sheet.write_datetime(row, at, on, self._date)
            case _:
                sheet.write_string(row, at, str(cell))

    def _sheet(self, table: Table) -> Any:
        if table.name in self._sheets:
            return self._sheets[table.name]
        sheet = self._book.add_worksheet(table.name)
        self._sheets[table.name], self._filled[table.name] = sheet, 0
        for at, column in enumerate(table.columns):
            wide = column.name in _WIDE or column.name.endswith("reasons")
            sheet.set_column(at, at, 60 if wide else _WIDTHS[column.kind])
        for at, column in enumerate(table.columns):
            sheet.write_string(0, at, column.name, self._header)
        sheet.freeze_panes(1, 1)
        return sheet


class _Exact(float):
    """A number that is written with all its digits: XlsxWriter writes 16, and a double may need 17."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def _whole_date(text: str) -> date | None:
    """A date that a cell can hold as a date; None for one known only in part, or before the days of workbooks."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return None
    return on if on >= _FIRST_DATE else None
