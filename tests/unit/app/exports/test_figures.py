"""Figures in files: a table that says what they measure, a document from which they come back as they were."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exports.exported import ExportedRead, exported_reads
from app.exports.figures import figures_in
from app.resources import DEFAULT_RULESET, load_ruleset
from app.state.events import FigureAdded
from app.state.figures import Figure, FigureKind, FigureOfRead
from tests.support.cases import READ, READER, added, measured, record_of
from tests.support.event_strategies import any_of
from tests.support.exports import csv_rows, files_of

HEAD = "ab" * 32
RULESET = load_ruleset(DEFAULT_RULESET)
LENGTH = Figure(
    "f1", FigureKind.LENGTH, ((-3.0, 0.0, 5.0), (0.0, 4.0, 5.0)), "1.1", "1.1.7", 1, "1.1.frame", (0.0, 0.0, 1.0)
)
CORONAL = replace(LENGTH, sop_uid="", derived="COR", normal=(0.0, 1.0, 0.0))
FIGURES = (
    LENGTH,
    replace(
        CORONAL,
        id="f2",
        kind=FigureKind.BIDIRECTIONAL,
        points=((0.0, 0.0, 0.0), (6.0, 0.0, 0.0), (3.0, 0.0, -4.0), (3.0, 0.0, 4.0)),
    ),
    replace(
        LENGTH,
        id="f3",
        kind=FigureKind.ELLIPSE,
        points=((-10.0, 0.0, 5.0), (10.0, 0.0, 5.0), (0.0, -5.0, 5.0), (0.0, 5.0, 5.0)),
    ),
    replace(
        LENGTH,
        id="f4",
        kind=FigureKind.FREEHAND,
        points=((0.0, 0.0, 5.0), (4.0, 0.0, 5.0), (4.0, 3.0, 5.0), (0.0, 3.0, 5.0)),
        series_uid="1.2",
    ),
    replace(LENGTH, id="f5", kind=FigureKind.ANGLE, points=((1.0, 0.0, 5.0), (0.0, 0.0, 5.0), (0.0, 9.0, 5.0))),
    replace(LENGTH, id="f6", kind=FigureKind.ARROW, note="=혈관?"),
)


def exported(*figures: Figure) -> tuple[ExportedRead, ...]:
    record = record_of(added("IT1", "BL", measured("42.5", "1.1")), *map(FigureAdded, figures))
    return exported_reads(record, HEAD, RULESET)


def test_that_the_table_says_what_each_figure_measures() -> None:
    rows = csv_rows(files_of("csv", exported(*FIGURES)), "figures.csv")
    assert [(r["case"], r["read"], r["reader"], r["timepoint"]) for r in rows[:4]] == [
        ("C-1", READ, READER, "BL"),
        ("C-1", READ, READER, "BL"),
        ("C-1", READ, READER, "BL"),
        ("C-1", READ, READER, "FU1"),
    ]
    assert (rows[0]["kind"], float(rows[0]["length_mm"]), rows[0]["plane"]) == ("length", 5.0, "")
    # the longer of the two lines is the long one, whichever was drawn first
    assert (float(rows[1]["length_mm"]), float(rows[1]["short_mm"])) == (8.0, 6.0)
    assert (rows[1]["plane"], rows[1]["sop_uid"]) == ("COR, not axial", "")
    assert float(rows[2]["area_mm2"]) == pytest.approx(math.pi * 50)
    assert float(rows[3]["area_mm2"]) == pytest.approx(12.0)
    assert float(rows[4]["angle_degrees"]) == pytest.approx(90.0)
    assert rows[5]["note"] == "'=혈관?", "no spreadsheet takes it for a formula"
    assert rows[0]["points_lps_mm"] == "(-3.0 0.0 5.0) (0.0 4.0 5.0)"


def test_that_a_case_without_figures_is_exported_as_before() -> None:
    assert "figures.csv" not in files_of("csv", exported())
    assert set(files_of("json", exported())) == {"cases.json", "results.json"}


def test_that_figures_are_no_part_of_the_case_that_is_judged() -> None:
    with_figures, without = files_of("json", exported(*FIGURES)), files_of("json", exported())
    assert with_figures["cases.json"] == without["cases.json"]
    assert with_figures["results.json"] == without["results.json"]


def test_that_the_document_names_case_read_time_point_and_head() -> None:
    plain = json.loads(files_of("json", exported(*FIGURES))["figures.json"])
    (one,) = plain["reads"]
    assert (plain["schema"], one["case"], one["read"], one["head"]) == ("hepatrace-figures/1", "C-1", READ, HEAD)
    assert [figure["timepoint"] for figure in one["figures"]] == ["BL", "BL", "BL", "FU1", "BL", "BL"]


@given(st.lists(any_of(Figure), max_size=3))
def test_that_any_figure_comes_back_as_it_was(figures: list[Figure]) -> None:
    (one,) = exported()
    held = tuple(replace(figure, series_uid="1.1") for figure in figures)
    record = replace(one.record, figures=tuple(FigureOfRead(READ, figure) for figure in held))
    files = files_of("json", [replace(one, record=record)])
    found = figures_in(files["figures.json"]) if "figures.json" in files else {}
    assert found == ({("C-1", READ): held} if held else {})


@pytest.mark.parametrize(
    "document",
    [
        b"[]",
        b"{}",
        b'{"schema": "other/1", "reads": []}',
        b'{"schema": "hepatrace-figures/1", "reads": [{"case": "C"}]}',
    ],
    ids=["a list", "nothing", "another schema", "a read without figures"],
)
def test_that_another_document_is_refused_in_words(document: bytes) -> None:
    with pytest.raises(ValueError, match=r"schema|figures\.json"):
        figures_in(document)
