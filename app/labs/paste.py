"""A block copied from a spreadsheet, as a table and a mapping that an import can preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from app.cohort.sheets import Row, Sheet, SheetError
from app.labs.entry import exact_text
from app.labs.mapping import ClinicalMapping, ValueColumn, proposed_mapping
from app.labs.units import ANALYTES
from app.state.clinical import Analyte

DATE = "Date"


def block_of(
    text: str,
    analytes: Sequence[Analyte],
    dates: Sequence[str] | None,
    units: Mapping[Analyte, str],
    limits: Mapping[Analyte, Fraction],
) -> tuple[Sheet, ClinicalMapping]:
    """The block as a table, and what its columns mean.

    Parameters
    ----------
    text
        Lines of cells parted by tabulators. With a heading that names a date and analytes, the heading says what the
        columns are; the unit of one that names none is the grid's.
    analytes
        The columns of the grid from the one on where it is pasted.
    dates
        The dates of the rows from the one on where it is pasted; None where the block begins with a column of dates.

    Raises
    ------
    SheetError
        If it is empty, wider than the grid, or longer than the rows that have dates.
    """
    lines = [[cell.strip() for cell in line.split("\t")] for line in text.rstrip("\r\n").splitlines()]
    if not any(any(line) for line in lines):
        raise SheetError(["There is no text to paste."])
    headed = proposed_mapping(lines[0])
    if headed is not None and len(set(lines[0])) == len(lines[0]):
        values = tuple(_with_unit(x, units, limits) for x in headed.values)
        return _sheet(tuple(lines[0]), lines[1:], 2), replace(headed, values=values)
    columns = tuple(ANALYTES[x].name for x in analytes)
    if dates is not None:
        if len(lines) > len(dates):
            raise SheetError(["The block has more lines than rows that have a date; paste it with its dates."])
        lines = [[on, *line] for on, line in zip(dates, lines, strict=False)]
    width = max(map(len, lines))
    if width > len(columns) + 1:
        raise SheetError([f"The block is {width} columns wide; from here on the grid has {len(columns) + 1}."])
    used = [ValueColumn(x.value, ANALYTES[x].name) for x in analytes[: width - 1]]
    if not used:
        raise SheetError(["The block has dates and no values."])
    mapping = ClinicalMapping(DATE, tuple(_with_unit(x, units, limits) for x in used))
    return _sheet((DATE, *columns[: width - 1]), lines, 1), mapping


def sheet_of(text: str) -> Sheet:
    """A block with a heading as a table; raises SheetError if it is empty, or its heading names a column twice."""
    lines = [[cell.strip() for cell in line.split("\t")] for line in text.rstrip("\r\n").splitlines()]
    if len(lines) < 2:
        raise SheetError(["There is no table to paste: a heading, and rows under it."])
    heading = tuple(lines[0])
    if len(set(heading)) < len(heading) or "" in heading:
        raise SheetError(["Each column of the heading needs a name of its own."])
    if any(len(line) > len(heading) for line in lines):
        raise SheetError(["A line has more cells than the heading."])
    return _sheet(heading, lines[1:], 2)


def _with_unit(column: ValueColumn, units: Mapping[Analyte, str], limits: Mapping[Analyte, Fraction]) -> ValueColumn:
    analyte = Analyte(column.analyte)
    unit = column.unit or ("" if column.unit_column else units[analyte])
    limit = limits.get(analyte) if unit == units[analyte] and not column.upper_limit_column else None
    return replace(column, unit=unit, upper_limit="" if limit is None else exact_text(limit))


def _sheet(columns: tuple[str, ...], lines: Sequence[Sequence[str]], first: int) -> Sheet:
    rows = [
        Row(number, dict(zip(columns, [*line, *[""] * (len(columns) - len(line))], strict=False)))
        for number, line in enumerate(lines, first)
        if any(line)
    ]
    return Sheet("clipboard", columns, tuple(rows))
