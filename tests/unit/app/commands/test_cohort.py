"""`cohort`: a table in and out of the database, one JSON document, CSV files, and clear refusals."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from app.cli import BAD_USAGE, DONE, REFUSED, main
from app.state.events import ReadStarted
from app.storage.database import Database
from tests.support.cases import added, measured
from tests.support.databases import opened, url_in
from tests.support.patients import patient, visit

MAPPING = """
title = "old spreadsheet"
case = "id"
readers = ["A", "B"]
fields = ["stage"]
[[timepoints]]
name = "BL"
sum_mm = "{reader}0"
[[timepoints]]
name = "FU1"
day = "day"
sum_mm = "{reader}1"
response = "{reader}"
[[times]]
endpoint = "OS"
time = "os"
event = "dead"
"""
TABLE = "id,stage,day,A0,A1,A,B0,B1,B,os,dead\nP1,B,60,50,30,PR,50,45,SD,300,1\nP2,C,60,10,12,PD,10,12,SD,200,0\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    table, mapping = tmp_path / "old.csv", tmp_path / "old.toml"
    table.write_text(TABLE)
    mapping.write_text(MAPPING)
    return str(table), str(mapping)


def _run(*words: object) -> int:
    return main(["cohort", *map(str, words)])


def test_that_a_table_goes_into_the_database_and_is_judged_by_two_rule_sets(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, mapping = files
    database = ("--database", url_in(tmp_path))
    assert _run("import", table, "--mapping", mapping, *database, "--json") == DONE
    told = json.loads(capsys.readouterr().out)
    assert (told["table"], told["cases"], told["reads"], told["readers"]) == ("old spreadsheet", 2, 4, ["A", "B"])
    assert _run("tables", *database, "--json") == DONE
    assert json.loads(capsys.readouterr().out)["tables"][0]["digest"] == told["digest"]
    words = ("--table", "old spreadsheet", "--compare", "harmonised-5", "--by", "stage", "--landmark", 250, "--curves")
    assert _run(*words, *database, "--json") == DONE
    found = json.loads(capsys.readouterr().out)
    assert (found["cases"], found["reads"], found["readers"]) == (2, 4, ["A", "B"])
    assert found["stated"] == {
        "compared": 4,
        "same": 3,
        "differ": [{"case": "P2", "reader": "B", "timepoint": "FU1", "stated": "SD", "found": "PD"}],
    }
    assert (found["comparison"]["same"], found["comparison"]["compared"]) == (2, 4)
    assert {(c["case"], c["first"], c["second"]) for c in found["comparison"]["changed"]} == {("P2", "PD", "SD")}
    assert [u["case"] for u in found["agreement"]["adjudication"]] == ["P1"]
    assert found["agreement"]["fragility"][0]["decided_by"] == "follow-up"
    assert _run("--table", "old spreadsheet", "--csv", tmp_path / "csv", *database) == DONE
    capsys.readouterr()
    with (tmp_path / "csv/agreement.csv").open(newline="") as stream:
        cells = [row for row in csv.DictReader(stream) if row["scope"] == "intrahepatic"]
    assert {(x["first"], x["second"], x["first_response"], x["second_response"], x["n"]) for x in cells} == {
        ("A", "B", "PR", "SD", "1"), ("A", "B", "PD", "PD", "1"),
    }  # fmt: skip
    with (tmp_path / "csv/adjudication.csv").open(newline="") as stream:
        reads = [row for row in csv.DictReader(stream) if row["scope"] == "intrahepatic"]
    told = [
        [x[name] for name in ("case_id", "timepoint", "reader", "response", "baseline_mm", "sum_mm")] for x in reads
    ]
    assert told == [["P1", "FU1", "A", "PR", "50.0", "30.0"], ["P1", "FU1", "B", "SD", "50.0", "45.0"]]
    swapped = [[x[name] for name in ("other", "with_others_followup", "decided_by")] for x in reads]
    assert swapped == [["B", "SD", "follow-up"], ["A", "PR", "follow-up"]]
    survival = next(t for t in found["times"] if t["endpoint"] == "OS" and t["group"] == "B")
    assert (survival["n"], survival["events"], survival["landmarks"][0]["survival"]) == (1, 1, 1.0)
    assert found["endpoints"][0]["times"][0]["source"] == "column os"
    assert _run("forget", "old spreadsheet", *database) == DONE
    assert _run("--table", "old spreadsheet", *database) == REFUSED
    assert "none was imported yet" in capsys.readouterr().err


def test_that_the_cases_of_the_database_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Database.open(url_in(tmp_path)) as database:
        case = opened(database, added("IT1", "BL", measured("50", "1.1")))
        case.do(ReadStarted("Reader B"), "Reader B", "read-2")
        case.do(added("T1", "BL", measured("48", "1.1")), "Reader B", "read-2")
    assert _run("--database", url_in(tmp_path), "--json", "--lesions", "--csv", tmp_path / "out") == DONE
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["cases"], found["policy"]) == ("tumour-response-cohort/1", 1, "of each protocol")
    assert found["agreement"] is None
    (lesion,) = found["lesion_differences"]
    assert (lesion["first_lesion"], lesion["second_lesion"], lesion["difference_mm"]) == ("IT1", "T1", 2.0)
    assert (lesion["matched_by"], lesion["apart_mm"]) == ("place", 1.0)
    assert "IT1,T1,50.0,48.0,2.0,place,1.0" in (tmp_path / "out/lesion_differences.csv").read_text()
    assert len(found["endpoints"][0]["head"]) == 64
    assert _run("--database", url_in(tmp_path), "--json", "--cutoff", "2100-01-01") == DONE
    assert json.loads(capsys.readouterr().out)["policy"] == "of each protocol, cut-off 2100-01-01"
    assert _run("--database", url_in(tmp_path), "--cutoff", "1900-01-01") == REFUSED
    assert "or it begins after the cut-off" in capsys.readouterr().err


def test_that_case_files_are_counted_and_written_as_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cases.json"
    one = patient("L1=50", "L1=30", "L1=45", arm="A", events=[{"kind": "death", "day": 100}])
    file.write_text(json.dumps({"schema": "tumour-response-cases/1", "cases": [one]}))
    assert _run(file, "--policy", "fda", "--csv", tmp_path / "out") == DONE
    out = capsys.readouterr().out
    assert "ORR intrahepatic: 1/1 = 100.0 % (2.5 to 100.0)" in out
    assert "OS: median 100 days" in out
    assert _run(file, "--cutoff", 50) == DONE
    assert "OS: median not reached days (not reached to not reached), 0 events of 1" in capsys.readouterr().out
    with (tmp_path / "out/adtte.csv").open(newline="") as stream:
        rows = {row["PARAMCD"]: row for row in csv.DictReader(stream)}
    assert (rows["TTP"]["AVAL"], rows["TTP"]["CNSR"], rows["TTP"]["ARM"], rows["TTP"]["POLICY"]) == (
        "84",
        "0",
        "A",
        "fda",
    )
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"waterfall_intrahepatic.csv", "swimmer.csv", "survival_PFS.csv", "incidence_TTP.csv"} <= names


def test_that_groups_are_told_apart_by_what_was_recorded_at_the_baseline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.json"
    # 1.0 mg/dl, 4.0 g/dl, INR 1.0, no ascites, no encephalopathy: five points, class A
    well = {"ecog": 0, "bilirubin_mg_dl": 1, "albumin_g_dl": 4, "inr": 1, "ascites": "none", "encephalopathy": 0}
    cases = [
        patient(visit("L1=50", clinical=well), "L1=30", id="P1"),
        patient(visit("L1=50", clinical={"ecog": 1}), "L1=70", id="P2"),
        patient("L1=50", "L1=50", id="P3"),
    ]
    file.write_text(json.dumps({"schema": "tumour-response-cases/1", "cases": cases}))
    assert _run(file, "--by", "ECOG", "--json") == DONE
    told = json.loads(capsys.readouterr().out)
    orr = {x["group"]: x["rates"][0]["count"] for x in told["rates"]}
    assert orr == {"": 0, "0": 1, "1": 0}
    fields = {x["case"]: x["fields"] for x in told["endpoints"]}
    assert fields["P1"] | {"ALBI": ""} == {
        "ECOG": "0", "Child-Pugh": "A", "ALBI": "", "ascites": "none", "encephalopathy": "0",
    }  # fmt: skip
    assert (fields["P2"], fields["P3"]) == ({"ECOG": "1"}, {})


def test_that_the_data_of_each_picture_tell_the_group(tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    first, second = (patient("L1=50", "L1=30", id=name, arm=arm) for name, arm in (("P1", "B"), ("P2", "A")))
    file.write_text(json.dumps({"schema": "tumour-response-cases/1", "cases": [first, second]}))
    assert _run(file, "--by", "arm", "--csv", tmp_path) == DONE
    for name in ("waterfall_intrahepatic", "spider_intrahepatic", "swimmer"):
        with (tmp_path / f"{name}.csv").open(newline="") as stream:
            told = [(row["group"], row["case_id"]) for row in csv.DictReader(stream)]
        assert list(dict.fromkeys(told)) == [("A", "P2"), ("B", "P1")]


@pytest.mark.parametrize(
    ("words", "status", "why"),
    [
        (["import"], BAD_USAGE, "one FILE and --mapping"),
        (["forget"], BAD_USAGE, "the NAME of one table"),
        (["tables", "x"], BAD_USAGE, "tables takes no FILE"),
        (["--mapping", "m.toml"], BAD_USAGE, "--mapping goes with one FILE"),
        (["x.json", "--table", "t"], BAD_USAGE, "--table takes no FILE"),
        (["--landmark", "-5"], BAD_USAGE, "0 or more"),
        (["x.json", "--lesions"], BAD_USAGE, "--lesions is of the cases of the database"),
        (["--cutoff", "soon"], BAD_USAGE, "neither a day, 0 or more, nor a date"),
        (["x.json", "--cutoff", "2020-01-01"], BAD_USAGE, "they hold no dates"),
        (["--table", "t", "--cutoff", "90"], BAD_USAGE, "not cut off"),
        (["none.json"], REFUSED, "none.json: cannot be read"),
        (["none.csv", "--mapping", "none.toml"], REFUSED, "none.toml: cannot be read"),
        (["{table}", "--mapping", "{table}"], REFUSED, "not a mapping"),
        (["{mapping}"], REFUSED, "not JSON"),
        (["{table}", "--mapping", "{mapping}", "--by", "colour"], REFUSED, "no field 'colour'; there are reader, arm"),
        (["{table}", "--mapping", "{mapping}", "--reader", "Z"], REFUSED, "nobody is called 'Z'; there are A, B"),
        ([], REFUSED, "there is no read to count"),
    ],
)
def test_that_what_cannot_be_done_says_why(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str], words: list[str], status: int, why: str
) -> None:
    table, mapping = files
    assert _run(*(word.format(table=table, mapping=mapping) for word in words)) == status
    out, said = capsys.readouterr()
    assert out == ""
    assert why in said


def test_that_a_refused_table_leaves_nothing_in_the_database(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, mapping = files
    Path(table).write_text(TABLE.replace("45", "much"))
    assert _run("import", table, "--mapping", mapping, "--database", url_in(tmp_path)) == REFUSED
    assert "old.csv: line 2, column 'B1': 'much' is no sum of diameters" in capsys.readouterr().err
    assert not (tmp_path / "cases.db").exists()


def test_that_readers_of_the_same_patients_are_not_compared(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    table, mapping = files
    assert _run(table, "--mapping", mapping, "--by", "reader", "--json") == DONE
    found = json.loads(capsys.readouterr().out)
    assert found["logrank"] == []
    assert "they read the same patients" in found["logrank_left_out"]
    assert _run(table, "--mapping", mapping, "--by", "reader") == DONE
    assert "no log-rank test between readers" in capsys.readouterr().out
    assert _run(table, "--mapping", mapping, "--by", "stage", "--json") == DONE
    found = json.loads(capsys.readouterr().out)
    assert found["logrank"] != [] and found["logrank_left_out"] is None


def test_that_one_reader_can_be_looked_at_alone(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    table, mapping = files
    assert _run(table, "--mapping", mapping, "--reader", "A") == DONE
    assert "2 cases, 2 reads" in capsys.readouterr().out
