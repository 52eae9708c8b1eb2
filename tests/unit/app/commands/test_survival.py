"""`survival`: what it prints, what it leaves out and says so, and what it refuses with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import BAD_USAGE, DONE, REFUSED, main

SIX_MP = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Freireich 1963, with a row of which the event is missing."""
    lines = [f"{t},{int(n < 9)},6-MP" for n, t in enumerate(SIX_MP)] + [f"{t},1,placebo" for t in PLACEBO]
    file = tmp_path / "leukaemia.csv"
    file.write_text("weeks,relapse,arm\n" + "\n".join([*lines, "5,,placebo"]) + "\n")
    return file


def _run(*words: object) -> int:
    return main(["survival", *map(str, words)])


def test_that_it_prints_one_document_as_r_gives_it(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(table, "--time", "weeks", "--event", "relapse", "--group", "arm", "--json") == DONE
    out, said = capsys.readouterr()
    told = json.loads(out)
    assert set(told) == {"groups", "logrank"}
    first, second = told["groups"]
    assert set(first) == {"group", "n", "events", "median", "ci", "curve"}
    assert (first["group"], first["n"], first["events"], first["median"], first["ci"]) == (
        "6-MP",
        21,
        9,
        23,
        [13, None],
    )
    assert (second["median"], second["ci"]) == (8, [4, 11])
    assert first["curve"][0] == {
        "time": 6, "at_risk": 21, "survival": pytest.approx(18 / 21), "lower": pytest.approx(0.6197180, abs=1e-6),
        "upper": pytest.approx(0.9515517, abs=1e-6),
    }  # fmt: skip
    assert second["curve"][-1] == {"time": 23, "at_risk": 1, "survival": 0, "lower": None, "upper": None}
    assert told["logrank"] == {"chi2": pytest.approx(16.7929409892), "df": 1, "p": pytest.approx(4.168809e-5)}
    assert "line 44" in said


def test_that_a_single_group_has_no_test(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--json", "--landmark", 10, "--follow-up")
    assert _run(table, "--time", "weeks", "--event", "relapse", *options) == DONE
    told = json.loads(capsys.readouterr().out)
    assert told["logrank"] is None
    (group,) = told["groups"]
    assert (group["group"], group["n"]) == ("all", 42)
    assert (group["landmarks"][0]["time"], group["landmarks"][0]["at_risk"]) == (10, 23)
    assert group["follow_up"]["median"] == 32


def test_that_it_prints_a_table_for_people(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        _run(table, "--time", "weeks", "--event", "relapse", "--group", "arm", "--landmark", 40, "--follow-up") == DONE
    )
    out = capsys.readouterr().out
    assert "6-MP         21       9         23  13 to not reached" in out
    assert "beyond the last observation" in out
    assert "median follow-up 25 (11 to 32)" in out
    assert "log-rank: chi-squared 16.79 on 1 degrees of freedom, p = 4.169e-05" in out


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("weeks,relapse\n5,1\n", "there is no column 'arm'"),
        ("weeks,relapse,arm\nfive,1,a\n", "line 2, column 'weeks': 'five' is no time"),
        ("weeks,relapse,arm\n-5,1,a\n", "line 2, column 'weeks': '-5' is no time"),
        ("weeks,relapse,arm\n5,2,a\n", "line 2, column 'relapse': '2' is neither 1 (event) nor 0 (censored)"),
        ("weeks,relapse,arm\n,,\n5,,a\n", "no row has a value in every one of these columns"),
        ("", "is empty"),
    ],
)
def test_that_what_cannot_be_counted_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, why: str
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(content)
    assert _run(file, "--time", "weeks", "--event", "relapse", "--group", "arm") == REFUSED
    out, said = capsys.readouterr()
    assert out == ""
    assert why in said and "x.csv" in said


def test_that_a_file_that_is_not_there_and_bad_usage_are_told_apart(tmp_path: Path) -> None:
    assert _run(tmp_path / "none.csv", "--time", "a", "--event", "b") == REFUSED
    assert _run(tmp_path / "none.csv", "--time", "a") == BAD_USAGE
    assert _run("x.csv", "--time", "a", "--event", "b", "--level", "2") == BAD_USAGE
    assert _run("x.csv", "--time", "a", "--event", "b", "--landmark", "soon") == BAD_USAGE
