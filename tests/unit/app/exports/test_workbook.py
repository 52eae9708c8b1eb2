"""The workbook as another program reads it: the values of the CSV tables, typed, and no formula among them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from app.exports import workbook
from app.exports.columns import DICTIONARY, TABLES, Kind
from app.exports.exported import ExportedRead, ExportRefused
from app.state.dates import PartialDate
from app.state.events import FigureAdded, VisitSigned
from tests.support.exports import csv_rows, files_of
from tests.unit.app.exports.test_case_file import READ_CASE, exported
from tests.unit.app.exports.test_figures import FIGURES


@pytest.fixture(scope="module")
def one() -> ExportedRead:
    made = exported(*READ_CASE, *map(FigureAdded, FIGURES), VisitSigned("BL", "Dr J. Lee", "ef" * 32, "mrecist", ()))
    spoilt = replace(made.read.lesions[0], site='=HYPERLINK("http://x","y"), 왼쪽\r\n\t+1')
    read = replace(made.read, reader="@SUM(A1)", lesions=(spoilt, *made.read.lesions[1:]))
    record = replace(made.record, reads=(read,))
    return replace(made, read=read, record=record)


@pytest.fixture(scope="module")
def content(one: ExportedRead) -> bytes:
    return files_of("xlsx", [one])["responses.xlsx"]


def typed(text: str, kind: Kind) -> Any:
    """A cell of the CSV tables as what its column says it is."""
    text = text[1:] if text[:2] in ("'=", "'+", "'-", "'@", "'\t", "'\r") else text
    if text == "":
        return None
    match kind:
        case Kind.NUMBER:
            return float(text)
        case Kind.INTEGER:
            return int(text)
        case Kind.DATE:
            on = date.fromisoformat(text)
            return datetime(on.year, on.month, on.day)
        case Kind.TEXT:
            return text


def as_excel_shows(value: Any) -> Any:
    return unescape(value) if isinstance(value, str) else value


def test_that_every_sheet_equals_its_csv_table(one: ExportedRead, content: bytes) -> None:
    files = files_of("csv", [one])
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == [t.name for t in (*TABLES, DICTIONARY)]
    for table in (*TABLES, DICTIONARY):
        header, *rows = [tuple(map(as_excel_shows, row)) for row in book[table.name].iter_rows(values_only=True)]
        assert header == table.names
        wanted = [tuple(typed(r[c.name], c.kind) for c in table.columns) for r in csv_rows(files, f"{table.name}.csv")]
        assert rows == wanted, table.name
        assert rows


def test_that_no_cell_is_a_formula_or_a_link(content: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "inlineStr"}
    assert not [cell for cell in cells if cell.hyperlink]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not [name for name in parts.namelist() if b"<f>" in parts.read(name)]


def test_that_the_header_stays_in_sight(content: bytes) -> None:
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        assert sheet.freeze_panes == "B2"
        assert all(cell.font.bold for cell in sheet[1])


def test_that_every_column_is_explained(content: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = list(book["dictionary"].iter_rows(min_row=2, values_only=True))
    assert {(row[0], row[2]) for row in rows} == {(t.name, c.name) for t in TABLES for c in t.columns}
    assert all(row[4] for row in rows)


def test_that_a_date_known_to_its_month_stays_a_text(one: ExportedRead) -> None:
    visit = replace(one.record.visits[1], on=PartialDate(2025, 2))
    record = replace(one.record, visits=(one.record.visits[0], visit))
    book = openpyxl.load_workbook(io.BytesIO(files_of("xlsx", [replace(one, record=record)])["responses.xlsx"]))
    assert [row[4] for row in book["regions"].iter_rows(min_row=5, max_row=5, values_only=True)] == ["2025-02"]


def test_that_what_no_sheet_can_hold_is_refused(one: ExportedRead, monkeypatch: pytest.MonkeyPatch) -> None:
    long = replace(one.read, lesions=(replace(one.read.lesions[0], site="x" * 32_768), *one.read.lesions[1:]))
    with pytest.raises(ExportRefused, match=r"C-1: lesions\.site has 32768 characters"):
        files_of("xlsx", [replace(one, read=long, record=replace(one.record, reads=(long,)))])
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    with pytest.raises(ExportRefused, match="C-1: the sheet lesions would have over 4 rows"):
        files_of("xlsx", [one])
