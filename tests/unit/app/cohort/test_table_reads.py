"""A table of another program as reads: what is read, what is left out, and what is refused with its place."""

from __future__ import annotations

import pytest

from app.cohort.cohort import counted_once
from app.cohort.mapping import MappingError, parse_mapping
from app.cohort.reads import CohortRead
from app.cohort.row_text import decode_rows, encode_rows
from app.cohort.rows import EndpointRow, endpoint_row
from app.cohort.sheets import SheetError, parse_sheet
from app.cohort.sources import Judging, table_cohort
from app.cohort.table_reads import TableReads, table_reads
from app.resources import load_ruleset
from app.storage.cohort_cache import KeptTable
from mrecist.censoring import Why
from mrecist.lesions import Measured, Nonviable

WIDE = """
case = "id"
readers = ["A", "B"]
fields = ["stage"]
arm = "arm"
[[timepoints]]
name = "BL"
sum_mm = "{reader}_bl"
[[timepoints]]
name = "FU1"
day = "weeks"
unit = "weeks"
sum_mm = "{reader}_fu"
response = "{reader}_code"
[[codes]]
written = "1"
response = "CR"
[[codes]]
written = "2"
response = "PR"
[[codes]]
written = "3"
response = "SD"
[[codes]]
written = "4"
response = "PD"
[[times]]
endpoint = "OS"
time = "os"
event = "dead"
unit = "weeks"
[[times]]
endpoint = "TTP"
time = "ttp"
event = "prog"
unit = "weeks"
"""
HEAD = "id,arm,stage,weeks,A_bl,A_fu,A_code,B_bl,B_fu,B_code,os,dead,ttp,prog\n"


def _read(text: str, mapping: str = WIDE) -> TableReads:
    return table_reads(parse_sheet("cohort.csv", text.encode()), parse_mapping(mapping), "digest")


def _row(read: CohortRead, ruleset: str = "mrecist-literal") -> EndpointRow:
    return endpoint_row(read, load_ruleset(ruleset))


def test_that_each_reader_of_a_case_is_a_read_of_its_own() -> None:
    found = _read(HEAD + "P1,TACE,B,8.57,50,30,2.0,50.0,60,4,100,1,40.5,0\n")
    first, second = found.reads
    assert (first.reader, second.reader, first.case.arm, first.fields) == ("A", "B", "TACE", {"stage": "B"})
    row = _row(first)
    assert (row.best[2], row.timepoints[0].stated, row.timepoints[0].day) == ("PR", "PR", 60)
    assert row.times["OS"].days == 700
    assert (row.times["TTP"].days, row.times["TTP"].cause, row.times["TTP"].cause_days) == (283.5, 2, 700)
    assert (row.times["PFS"].event, row.times["PFS"].days) == (True, 700)
    assert _row(second).best[2] == "PD"
    assert "TTEHP" not in row.times
    assert found.left_out == ()


def test_that_a_sum_longer_than_any_diameter_is_told_in_parts_that_add_up() -> None:
    read = _read(HEAD + "P1,,B,8,501.3,1000.4,4,50,30,2,,,,\n").reads[0]
    parts = [o.finding for o in read.case.reads[0].timepoints[1].observations]
    assert [p.diameter.tenths for p in parts if isinstance(p, Measured)] == [3335, 3335, 3334]
    assert _row(read).timepoints[0].sums_mm[0] == 1000.4


def test_that_whole_diameters_are_judged_beside_viable_ones() -> None:
    """Viable 40 -> 0 is CR; whole 40 -> 30 is SD, and the lesion is still visible."""
    mapping = 'case="id"\n[[timepoints]]\nname="BL"\nsum_mm="v0"\nwhole_mm="w0"\n[[timepoints]]\nname="FU1"\n'
    mapping += 'sum_mm="v1"\nwhole_mm="w1"\nresponse="m"\nwhole_response="r"\n'
    read = _read("id,v0,w0,v1,w1,m,r\nP1,40,40,0,30,CR,SD\n", mapping).reads[0]
    assert isinstance(read.case.reads[0].timepoints[1].observations[0].finding, Nonviable)
    for ruleset, response in (("mrecist-literal", "CR"), ("recist-1.1", "SD")):
        at = _row(read, ruleset).timepoints[0]
        assert (at.responses[0], at.stated) == (response, response)
    assert not read.days_known
    assert _row(read).best[2] == "CR"


def test_that_rows_by_either_criteria_become_one_read() -> None:
    mapping = 'case="id"\nreader="r"\n[criteria]\ncolumn="c"\nviable="mRECIST"\nwhole="RECIST"\n'
    mapping += '[[timepoints]]\nname="BL"\nsum_mm="b"\n[[timepoints]]\nname="FU1"\nsum_mm="f"\nresponse="x"\n'
    text = "id,r,c,b,f,x\nP1,1,mRECIST,40,0,CR\nP1,1,RECIST,40,30,SD\nP1,1,EASL,1,1,PD\n"
    (read,) = _read(text, mapping).reads
    assert (read.stated["FU1"], read.stated_whole["FU1"]) == ("CR", "SD")
    assert _row(read, "recist-1.1").timepoints[0].responses[2] == "SD"


VISITS = 'case="id"\n[visits]\nname="visit"\nday="day"\nsum_mm="liver"\nextra_sum_mm="lung"\nnew_lesion="new"\n'


def test_that_a_table_of_time_points_is_put_in_order_of_day() -> None:
    text = "id,visit,day,liver,lung,new\nP1,W12,84,30,20,yes\nP1,base,0,50,20,\nP1,W6,42,30,20,no\n"
    row = _row(_read(text, VISITS).reads[0])
    assert [(t.timepoint, t.day, t.responses) for t in row.timepoints] == [
        ("W6", 42, ("PR", "SD", "SD")),
        ("W12", 84, ("PD", "SD", "PD")),
    ]
    assert row.times["TTP"].days == 84


def test_that_a_missing_sum_is_not_evaluable_and_never_taken_from_elsewhere() -> None:
    text = "id,visit,day,liver,lung,new\nP1,base,0,50,20,\nP1,W6,42,,20,\nP1,W12,84,50,20,\n"
    row = _row(_read(text, VISITS).reads[0])
    assert [t.responses[0] for t in row.timepoints] == ["NE", "SD"]


def test_that_stated_responses_alone_are_not_judged_again() -> None:
    mapping = 'case="id"\n[visits]\nname="visit"\nday="day"\nresponse="r"\n'
    (read,) = _read("id,visit,day,r\nP1,base,0,\nP1,W6,42,PR\nP1,W12,84,PD\n", mapping).reads
    row = _row(read)
    assert (row.best, row.diseased, row.times) == (("", "", "PR"), (False, False, True), {})
    assert [t.responses for t in row.timepoints] == [("", "", "PR"), ("", "", "PD")]
    (without,) = _read("id,visit,day,r\nP1,W6,42,SD\nP1,W12,84,PR\n", mapping).reads
    assert (_row(without).best[2], len(_row(without).timepoints)) == ("PR", 2)
    wide = 'case="id"\n[[timepoints]]\nname="BL"\n[[timepoints]]\nname="FU1"\nresponse="r"\n'
    assert _row(_read("id,r\nP1,CR\n", wide).reads[0]).best[2] == "CR"
    (untold,) = _read("id,visit,day,r\nP1,base,0,\nP1,W6,42,PR\n", mapping.replace('day="day"\n', "")).reads
    assert _row(untold).best[2] == "PR"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        pytest.param("P1,,B,8,,30,2,,,,,,,", "P1, reader A: no sum at baseline (BL)", id="no baseline"),
        pytest.param("P1,,B,8,50,,,,,,,,,", "P1, reader A: nothing was read after the baseline", id="no follow-up"),
        pytest.param("P1,,B,-8,50,30,2,,,,,,,", "days 0, -56 do not follow each other", id="follow-up before baseline"),
        pytest.param("P1,,B,8,50,30,2,,,,,,,", "P1, reader B: nothing was read", id="not read"),
    ],
)
def test_that_what_is_not_read_is_told(line: str, why: str) -> None:
    found = _read(HEAD + "P0,,B,8,50,30,2,50,30,2,,,,\n" + line + "\n")
    assert why in " ".join(found.left_out)


def test_that_a_case_that_nobody_read_keeps_its_times() -> None:
    found = _read(HEAD + "P1,,B,8,,,,,,,100,1,40,1\n")
    row = _row(found.reads[0])
    assert (row.timepoints, row.best, row.times["OS"].days) == ((), ("", "", ""), 700)
    assert row.times["PFS"].days == 280


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("P1,,B,8,x,30,2,,,,,,,", ["line 2, column 'A_bl': 'x' is no sum of diameters"]),
        ("P1,,B,8,-5,30,2,,,,,,,", ["line 2, column 'A_bl': '-5' is no sum"]),
        ("P1,,B,8,50,30,7,,,,,,,", ["line 2, column 'A_code': '7' is no response; known are 1, 2, 3, 4"]),
        ("P1,,B,soon,50,30,2,,,,,,,", ["line 2, column 'weeks': 'soon' is no day"]),
        ("P1,,B,8,50,30,2,,,,-1,1,,", ["line 2, column 'os': '-1' is no time"]),
        ("P1,,B,8,50,30,2,,,,1,dead,,", ["line 2, column 'dead': 'dead' is neither 1 (event) nor 0"]),
        (",,B,8,50,30,2,,,,,,,", ["line 2, column 'id': is empty"]),
        ("P1,,B,8,50,30,2,,,,,,,\nP1,,C,8,50,30,2,,,,,,,", ["line 3, column 'stage': 'C' was 'B'"]),
        ("P1,,B,8,50,30,2,,,,1,1,,\nP1,,B,8,50,30,2,,,,2,1,,", ["line 3, column 'os': is not what an earlier row"]),
        ("P1,,B,8,50,30,2,,,,,,,,9", ["line 2 has 15 cells, and the first line 14 columns"]),
    ],
)
def test_that_a_cell_that_cannot_be_meant_is_refused_with_its_place(line: str, faults: list[str]) -> None:
    with pytest.raises(SheetError) as refused:
        _read(HEAD + line + "\n")
    for found, expected in zip(refused.value.faults, faults, strict=True):
        assert f"cohort.csv: {expected}" in found


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"a,b\n", "no rows under it"),
        (b"a,,b\n1,2,3\n", "column 2 has no name"),
        (b"a,a\n1,2\n", "'a' is there twice"),
        (b"a,b\n\xff,1\n", "is no UTF-8"),
        (b"a,b\n\0,1\n", "is no text"),
        (b'a,b\n"1,2\n', "is no CSV"),
    ],
)
def test_that_what_is_no_table_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(SheetError, match=why):
        parse_sheet("x.csv", content)


def test_that_other_delimiters_and_empty_lines_are_read() -> None:
    sheet = parse_sheet("x.csv", "\ufeffa;b\r\n\r\n 1 ;2\r\n;\r\n".encode())
    assert [(r.line, dict(r.cells)) for r in sheet.rows] == [(3, {"a": "1", "b": "2"})]
    with pytest.raises(SheetError, match="there is no column 'c'; its columns are: a, b"):
        sheet.require(["a", "c"])


def test_that_the_first_sheet_of_a_workbook_is_read() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    import io

    book = openpyxl.Workbook()
    for line in (["id", "mm", "on"], ["P1", 12.5, None], ["P2", 12, True]):
        book.active.append(line)
    content = io.BytesIO()
    book.save(content)
    rows = parse_sheet("x.xlsx", content.getvalue()).rows
    assert [dict(r.cells) for r in rows] == [
        {"id": "P1", "mm": "12.5", "on": ""},
        {"id": "P2", "mm": "12", "on": "1"},
    ]
    with pytest.raises(SheetError, match="is no XLSX"):
        parse_sheet("x.xlsx", b"not one")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("case = 1", "case is a text"),
        ('case = "id"', "there is nothing to read"),
        ('case = "id"\nreader = "r"\nreaders = ["A"]\n[[times]]\nendpoint="OS"\ntime="a"\nevent="b"', "not both"),
        ('case = "id"\n[[times]]\nendpoint="XX"\ntime="a"\nevent="b"', "XX is none of OS"),
        ('case = "id"\n[[timepoints]]\nname="BL"\nsum_mm="a"', "a baseline alone"),
        ('case = "id"\nreaders = ["A"]\n[visits]\nname="v"\nsum_mm="a"', "no column of a sum or a response has"),
        ('case = "id"\n[visits]\nname="v"\nsum_mm="{reader}"', "readers is missing"),
        ('case = "id"\n[visits]\nname="v"', "visits names no column"),
        ('case = "id"\ncolour = "red"', "colour is unknown"),
    ],
)
def test_that_what_is_no_mapping_is_refused(text: str, why: str) -> None:
    with pytest.raises(MappingError, match=why):
        parse_mapping(text)


def test_that_rows_are_the_same_after_they_were_kept() -> None:
    rows = [_row(read) for read in _read(HEAD + "P1,TACE,B,8.57,50,30,2,50,60,4,100,1,40.5,0\n").reads]
    assert decode_rows([encode_rows(rows[:1]), encode_rows(rows[1:])]) == tuple(rows)
    with pytest.raises(ValueError, match="rows of a cohort"):
        decode_rows(["[[1]]"])


STATED = """
case = "id"
readers = ["A", "B"]
[[timepoints]]
name = "BL"
sum_mm = "{reader}0"
[[timepoints]]
name = "FU1"
day = "d1"
sum_mm = "{reader}1"
[[timepoints]]
name = "FU2"
day = "d2"
sum_mm = "{reader}2"
[[times]]
endpoint = "TTP"
time = "ttp"
event = "progressed"
[[times]]
endpoint = "OS"
time = "os"
event = "died"
"""


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        pytest.param("1379,1,2452,1", [(1236, True, Why.STATED), None], id="progression on day 1379, not death"),
        pytest.param("1379,0,2452,1", [(2309, True, Why.STATED), None], id="death without progression"),
        pytest.param("1379,0,2452,0", [(1236, False, Why.STATED), None], id="neither"),
        pytest.param("100,1,2452,1", [None, None], id="progression before the response"),
    ],
)
def test_that_a_stated_progression_ends_a_response(stated: str, expected: list[tuple[float, bool, Why] | None]) -> None:
    """A reads CR on day 143, B never a response."""
    table = f"id,A0,B0,d1,A1,B1,d2,A2,B2,ttp,progressed,os,died\nP1,50,50,143,0,48,200,0,48,{stated}\n"
    cohort = table_cohort(KeptTable("t", "t.csv", STATED, "digest", "", "", table.encode()), Judging(load_ruleset()))
    assert [None if x is None else x[:3] for x in (row.times.get("DOR") for row in cohort.rows)] == expected
    assert ("DOR: the stated progression lies before the response" in cohort.rows[0].notes) is (expected[0] is None)
    assert expected[0] is None or list(counted_once(cohort, "DOR")) == ["A", "B"]
    assert list(counted_once(cohort, "TTP")) == [None]


def test_that_a_progression_that_was_read_ends_a_response_before_one_that_is_stated_later() -> None:
    table = "id,A0,B0,d1,A1,B1,d2,A2,B2,ttp,progressed,os,died\nP1,50,50,143,30,30,200,60,30,300,1,400,1\n"
    cohort = table_cohort(KeptTable("t", "t.csv", STATED, "digest", "", "", table.encode()), Judging(load_ruleset()))
    assert [row.times["DOR"][:3] for row in cohort.rows] == [(57, True, Why.PROGRESSION), (157, True, Why.STATED)]
