"""Clinical data from a table on the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.cli import DONE, REFUSED, main
from app.storage.database import Database
from app.storage.log import read_record
from tests.support.databases import opened, url_in

MAPPING = """date = "Date"
[[values]]
analyte = "bilirubin"
column = "T-Bil"
unit = "µmol/L"
[[values]]
analyte = "afp"
column = "AFP (ng/mL)"
unit = "ng/mL"
"""


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HEPATRACE_DATA", str(tmp_path / "data"))
    with Database.open(url_in(tmp_path), create=True) as database:
        opened(database)
    return url_in(tmp_path)


def test_that_a_workbook_is_shown_first_then_recorded_once_and_its_columns_are_remembered(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Date", "T-Bil", "AFP (ng/mL)"], [date(2025, 1, 6), 34.2, ">1000"], ["2025-02", 20000, None]):
        sheet.append(row)
    book.save(tmp_path / "labs.xlsx")
    (tmp_path / "labs.toml").write_text(MAPPING, encoding="utf-8")
    command = ["clinical", "import", str(tmp_path / "labs.xlsx"), "--case", "C-1", "--json", "--database", url]
    assert main(command) == REFUSED
    told = capsys.readouterr()
    assert told.out == "" and 'column = "T-Bil"' in told.err and "--mapping" in told.err
    mapped = [*command, "--mapping", str(tmp_path / "labs.toml")]
    assert main([*mapped, "--dry-run"]) == DONE
    dry = json.loads(capsys.readouterr().out)
    assert not dry["recorded"]
    assert [(x["date"], x["value"], x["unit"], x["converted"]) for x in dry["added"]] == [
        ("2025-01-06", "34.2", "µmol/L", "2 mg/dL"),
        ("2025-01-06", ">1000", "ng/mL", ">1000 ng/mL"),
    ]
    assert [(x["line"], x["column"]) for x in dry["refused"]] == [(3, "Bilirubin")]
    assert main(mapped) == DONE
    assert json.loads(capsys.readouterr().out) == dry | {"recorded": True}
    assert main([*command, "--as-typed"]) == DONE
    again = json.loads(capsys.readouterr().out)
    assert (again["known"], [x["as_typed"] for x in again["added"]]) == (2, [True])
    with Database.open(url) as database, database.reading() as connection:
        labs = read_record(connection, "C-1")[0].labs
    assert [(x.on.isoformat(), [str(v.canonical) for v in x.values]) for x in labs] == [
        ("2025-01-06", ["2", "1000"]),
        ("2025-02", ["200000/171"]),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("bilirubin", "urea"), "'urea' is none of"),
        (('unit = "ng/mL"', 'unit = "IU/mL"'), "no fixed factor to ng/mL"),
        (("AFP (ng/mL)", "AFP (IU/mL)"), "no fixed factor to ng/mL"),
        (("µmol/L", "mmol/L"), "the unit 'mmol/L' is none of mg/dL"),
        (('column = "T-Bil"', 'column = "Bil"'), "no column 'Bil'"),
    ],
)
def test_that_a_mapping_that_does_not_fit_is_refused_with_the_remedy(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], said: str
) -> None:
    (tmp_path / "labs.csv").write_text("Date,T-Bil,AFP (ng/mL)\n2025-01-06,1,1\n", encoding="utf-8")
    (tmp_path / "labs.toml").write_text(MAPPING.replace(*change), encoding="utf-8")
    files = [str(tmp_path / "labs.csv"), "--mapping", str(tmp_path / "labs.toml")]
    assert main(["clinical", "import", *files, "--case", "C-1", "--database", url]) == REFUSED
    told = capsys.readouterr()
    assert said in told.err and told.out == ""


def test_that_a_table_of_treatments_is_recorded_once(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "course.csv"
    table.write_text(
        "Date,What,Dose,ECOG\n2025-01-10,TACE,50 mg,\n2012-02,resection,,\n2025-02-18,,,1\n", encoding="utf-8"
    )
    command = ["clinical", "import", str(table), "--case", "C-1", "--database", url]
    assert main(command) == REFUSED
    (tmp_path / "course.toml").write_text(capsys.readouterr().err.partition("\n\n")[2], encoding="utf-8")
    assert main([*command, "--mapping", str(tmp_path / "course.toml")]) == DONE
    told = capsys.readouterr().out
    assert told.splitlines()[:3] == [
        "C-1: 2 added, 0 known, 1 not taken",
        "  2025-01-10: TACE, 50 mg",
        "  2012-02: resection",
    ]
    assert "not taken: line 4, ECOG: no time point is of 2025-02-18" in told
    assert main(command) == DONE, "its columns are remembered"
    assert "C-1: 0 added, 2 known, 1 not taken" in capsys.readouterr().out
    with Database.open(url) as database, database.reading() as connection:
        treatments = read_record(connection, "C-1")[0].treatments
    assert [(x.on.isoformat(), x.kind.value, x.dose) for x in treatments] == [
        ("2012-02", "resection", ""),
        ("2025-01-10", "TACE", "50 mg"),
    ]
