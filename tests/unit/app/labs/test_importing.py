"""A table of laboratory values: a proposal to be confirmed, a preview that tells all, and nothing recorded twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import count
from pathlib import Path

import pytest

from app.cohort.sheets import Sheet, SheetError, parse_sheet
from app.labs.importing import ClinicalImport, preview, read_day
from app.labs.mapping import (
    MappingError,
    keep_mapping,
    kept_mapping,
    mapping_text,
    parse_mapping,
    proposed_mapping,
)
from app.labs.paste import block_of
from app.labs.status import fill
from app.models.course import _markers
from app.state.clinical import Analyte, Bound, LabSet
from app.state.events import BaselineConfirmed, ClinicalRecorded, LabsRecorded
from app.state.record import Record
from mrecist.case import ClinicalStatus, Marker
from tests.support.cases import record_of

MAPPING = parse_mapping(
    """
date = "Date"
date_order = "DD-MM-YYYY"
case = "ID"
[[values]]
analyte = "bilirubin"
column = "T-Bil"
unit = "µmol/L"
[[values]]
analyte = "ast"
column = "AST"
unit = "U/L"
upper_limit = "40"
[[values]]
analyte = "afp"
column = "AFP"
unit = "ng/mL"
"""
)
TABLE = """ID;Date;T-Bil;AST;AFP
C-1;06/01/2025;34.2;80;>35000
C-1;17/02/2025;20000;n/a;6581
C-2;17/02/2025;1;1;1
C-1;31/02/2025;1;1;1
"""
DAY_0 = BaselineConfirmed("BL", date(2025, 1, 10))


def sheet(text: str = TABLE) -> Sheet:
    return parse_sheet("labs.csv", text.encode())


def previewed(record: Record, as_typed: bool = False) -> ClinicalImport:
    numbers = count(1)
    return preview(sheet(), MAPPING, record, lambda: f"L{next(numbers)}", as_typed)


def test_that_the_preview_tells_what_is_added_converted_and_refused() -> None:
    found = previewed(record_of())
    assert [(x.on.isoformat(), x.text, bool(x.asks)) for x in found.added] == [
        ("2025-01-06", "Bilirubin 34.2 µmol/L = 2 mg/dL", False),
        ("2025-01-06", "AST 80 U/L = 2 × ULN", False),
        ("2025-01-06", "AFP >35000 ng/mL", False),
        ("2025-02-17", "Bilirubin 20000 µmol/L = ≈1169.59 mg/dL", True),
        ("2025-02-17", "AFP 6581 ng/mL", False),
    ]
    assert [(x.line, x.column) for x in found.refused] == [(3, "Bilirubin"), (3, "AST"), (5, "Date")]
    assert found.other_cases == 1
    assert [(x.id, x.on, len(x.values)) for x in found.labs] == [
        ("L1", date(2025, 1, 6), 3),
        ("L2", date(2025, 2, 17), 1),
    ]


def test_that_a_value_out_of_range_is_kept_as_written_once_it_was_said_so() -> None:
    odd = previewed(record_of(), as_typed=True).labs[1].of(Analyte.BILIRUBIN)
    assert odd is not None and odd.confirmed and odd.value == 20000


def test_that_nothing_is_recorded_twice_and_nothing_is_overwritten() -> None:
    once = record_of(LabsRecorded(previewed(record_of()).labs))
    again = previewed(once)
    assert (again.labs, again.known) == ((), 4)
    first = once.labs[0]
    changed = replace(first, values=(replace(first.values[2], bound=Bound.NONE), *first.values[:2]))
    differing = previewed(record_of(LabsRecorded((changed,))))
    assert any(x.line == 2 and "2025-01-06 has 35000 ng/mL already" in x.why for x in differing.refused)
    assert [x.on for x in differing.labs] == [date(2025, 2, 17)]


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [
        ("03/04/2025", "DD-MM-YYYY", "2025-04-03"),
        ("03/04/2025", "MM-DD-YYYY", "2025-03-04"),
        ("2025-04-03", "DD-MM-YYYY", "2025-04-03"),
        ("2025.4.3.", "YYYY-MM-DD", "2025-04-03"),
        ("2012-02", "YYYY-MM-DD", "2012-02"),
    ],
)
def test_that_a_date_is_read_in_its_order_and_a_month_is_kept(text: str, order: str, iso: str) -> None:
    assert read_day(text, order).isoformat() == iso  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["13/13/2025", "03/04/25", "20250403", "soon", "2025-02-30"])
def test_that_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="order"):
        read_day(text, "DD-MM-YYYY")


def test_that_a_proposal_takes_units_from_the_heading_alone_and_is_no_mapping_without(tmp_path: Path) -> None:
    columns = ("Patient ID", "Date", "T-Bil (umol/L)", "AST", "AST ULN", "PT (INR)", "Comment")
    proposed = proposed_mapping(columns)
    assert proposed is not None
    assert [(x.analyte, x.unit, x.upper_limit_column) for x in proposed.values] == [
        ("bilirubin", "µmol/L", ""),
        ("ast", "", "AST ULN"),
        ("inr", "", ""),
    ]
    with pytest.raises(MappingError, match=r"AST.*unit"):
        parse_mapping(mapping_text(proposed))
    keep_mapping(tmp_path, columns, MAPPING)
    assert kept_mapping(tmp_path, columns) == MAPPING
    assert kept_mapping(tmp_path, columns[::-1]) is None


def test_that_a_pasted_block_takes_the_dates_of_its_rows_or_its_own() -> None:
    units = {a: "U/L" if a is Analyte.AST else "" for a in Analyte}
    columns = (Analyte.AST, Analyte.INR)
    pasted, mapping = block_of(
        "80\t1.1\r\n90\t\r\n", columns, ["2025-01-06", "2025-02"], units, {Analyte.AST: Fraction(40)}
    )
    found = preview(pasted, mapping, record_of(), iter("abcdef").__next__)
    assert [(x.on.isoformat(), x.text) for x in found.added] == [
        ("2025-01-06", "AST 80 U/L = 2 × ULN"),
        ("2025-01-06", "INR 1.1"),
        ("2025-02", "AST 90 U/L = 2.25 × ULN"),
    ]
    own, mapping = block_of("2025-03-01\t80", columns, None, units, {})
    assert preview(own, mapping, record_of(), iter("ab").__next__).added[0].on == date(2025, 3, 1)
    with pytest.raises(SheetError, match="more lines"):
        block_of("1\n2", columns, ["2025-01-06"], units, {})


def test_that_a_time_point_takes_a_row_on_request_and_leaves_what_cannot_be_used() -> None:
    before = ClinicalStatus(ecog=1, bilirubin_mg_dl=Fraction(1), tace_planned=True)
    labs = previewed(record_of()).labs
    record = record_of(DAY_0, LabsRecorded(labs), ClinicalRecorded("FU1", before))
    visit = record.visit("FU1")
    assert visit is not None and visit.clinical == before, "recording values fills no time point"
    filled = fill(record, "FU1", labs[0])
    assert filled.status == replace(
        before,
        bilirubin_mg_dl=Fraction(2),
        ast_x_uln=Fraction(2),
        afp_ng_ml=Marker(Fraction(35000), above=True),
        labs_day=-4,
    )
    assert (filled.changed, filled.left) == (("Bilirubin",), ())
    bilirubin, ast, afp = labs[0].values
    odd = (replace(bilirubin, bound=Bound.BELOW), replace(ast, canonical=None), replace(afp, bound=Bound.BELOW))
    unusable = fill(record, "FU1", replace(labs[0], values=odd))
    assert unusable.taken == () and len(unusable.left) == 3
    assert replace(unusable.status, labs_day=None) == before
    with pytest.raises(ValueError, match="month"):
        fill(record, "FU1", LabSet("M", read_day("2025-01"), labs[0].values))


def test_that_the_history_has_the_markers_of_both_sources_and_each_once() -> None:
    labs = previewed(record_of()).labs
    same = ClinicalStatus(afp_ng_ml=Marker(Fraction(6581)), pivka_mau_ml=Marker(Fraction(20)))
    record = record_of(DAY_0, LabsRecorded(labs), ClinicalRecorded("FU1", same))
    assert [(x.name, x.on.isoformat(), int(x.value), x.above) for x in _markers(record)] == [
        ("AFP", "2025-01-06", 35000, True),
        ("AFP", "2025-02-17", 6581, False),
        ("PIVKA-II", "2025-02-17", 20, False),
    ]
