from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.exports.exported import exported_reads
from app.resources import load_ruleset
from app.state.apply import apply, replay
from app.state.events import Entry, Event, FindingRecorded, LesionAdded, LesionSplit, ReadStarted, VisitSigned
from app.state.signatures import SignatureMeaning
from mrecist.lesions import (
    Absent,
    Features,
    Finding,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Observation,
    Present,
    TooSmall,
    UnequivocalProgression,
    WhyNotEvaluable,
)
from mrecist.values import Certainty, Diameter, EarlierAbsence, LesionRole, LocalTreatment, Region
from tests.support.cases import OPENING, READER, added, found, lesion, log_of, measured
from tests.support.exports import csv_rows, files_of
from tests.unit.app.state.test_assistance import assisted

HEAD = "cd" * 32
IT1 = added("IT1", "BL", measured("50.0", "1.1"))
SITE = replace(lesion("ET1", region=Region.EXTRAHEPATIC), site='=HYPERLINK("x"), 왼쪽')


def tables(*events: Event) -> dict[str, list[dict[str, str]]]:
    record = replay(log_of(*OPENING, *events))
    record = apply(record, Entry(90, "", "Reader B", "read-2", ReadStarted("Reader B")))
    reads = exported_reads(record, HEAD, load_ruleset())
    files = files_of("csv", reads[:1])
    return {name: csv_rows(files, name) for name in files}


def test_that_each_lesion_has_one_row_at_each_time_point() -> None:
    rows = tables(
        IT1,
        LesionAdded(SITE, "BL", Observation("ET1", measured("18.0"))),
        found("IT1", "FU1", NotEvaluable(WhyNotEvaluable.ARTEFACT, "motion")),
        added("IN1", "FU1", Present(), role=LesionRole.NEW),
    )["lesions.csv"]
    assert [(r["lesion"], r["timepoint"], r["finding"], r["diameter_mm"]) for r in rows] == [
        ("IT1", "BL", "measured", "50.0"),
        ("IT1", "FU1", "not_evaluable", ""),
        ("ET1", "BL", "measured", "18.0"),
        ("ET1", "FU1", "not_recorded", ""),
        ("IN1", "FU1", "present", ""),
    ]
    assert (rows[0]["series_uid"], rows[0]["sop_uid"], rows[0]["frame"]) == ("1.1", "1.1.7", "1")
    assert (rows[1]["why_not_evaluable"], rows[1]["note"]) == ("artefact", "motion")
    assert (rows[1]["date"], rows[1]["day"], rows[1]["reader"]) == ("2025-02-17", "42", READER)


@pytest.mark.parametrize(
    ("rules", "counted"),
    [
        ("mrecist-literal", ("viable_longest", "50.0", "60.0", "50.0")),
        ("harmonised-5", ("viable_longest", "50.0", "60.0", "50.0")),
        ("recist-1.1", ("longest", "60.0", "60.0", "50.0")),
    ],
)
def test_that_the_diameter_of_a_lesion_is_the_one_that_the_rule_set_counts(
    rules: str, counted: tuple[str, ...]
) -> None:
    """RECIST 1.1 counts the whole lesion, where the baseline has it; the sum is made of the same lengths."""
    both = Measured(Diameter(500), Diameter(600))
    record = replay(log_of(*OPENING, added("IT1", "BL", both), added("IT2", "BL", measured("20.0"))))
    files = files_of("csv", exported_reads(record, HEAD, load_ruleset(rules)), rules=rules)
    first, second = (r for r in csv_rows(files, "lesions.csv") if r["timepoint"] == "BL")
    assert tuple(first[name] for name in ("axis", "diameter_mm", "whole_mm", "viable_mm")) == counted
    assert (second["diameter_mm"], second["whole_mm"], second["viable_mm"]) == ("20.0", "", "20.0")
    liver = csv_rows(files, "regions.csv")[0]
    assert float(liver["sum_mm"]) == float(first["diameter_mm"]) + float(second["diameter_mm"])


def test_that_what_the_assistant_proposed_stands_beside_what_the_reader_recorded() -> None:
    """Proposed first 31.2 mm, 29.0 mm at another threshold; the reader moved the line to 27.5 mm."""
    by_hand = added("IT2", "BL", measured("20.0", "1.1"))
    proposed = replace(assisted("31.2"), proposed=Diameter.from_mm("29.0"))
    seen = Observation("IT1", measured("27.5", "1.1"))
    rows = tables(LesionAdded(lesion("IT1"), "BL", seen, proposed), by_hand)["lesions.csv"]
    told = {r["lesion"]: [r[x] for x in ("automatic_mm", "proposed_mm", "viable_mm")] for r in rows if r["day"] == "0"}
    assert told == {"IT1": ["31.2", "29.0", "27.5"], "IT2": ["", "", "20.0"]}
    assert [r["automatic_mm"] for r in rows if r["timepoint"] == "FU1"] == ["", ""]


@pytest.mark.parametrize(
    ("finding", "row"),
    [
        (Measured(Diameter(101), Diameter(305)), ("measured", "10.1", "30.5", "")),
        (Absent(Diameter(305)), ("absent", "", "30.5", "")),
        (Nonviable(), ("nonviable", "", "", "")),
        (TooSmall(Diameter(41)), ("too_small_to_measure", "4.1", "", "")),
        (Merged("IT2"), ("merged", "", "", "IT2")),
        (NotEvaluable(), ("not_evaluable", "", "", "")),
        (Measured(Diameter(0)), ("measured", "0.0", "", "")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_that_every_finding_has_its_word_and_its_sizes(finding: Finding, row: tuple[str, ...]) -> None:
    rows = tables(IT1, added("IT2", "BL", measured("20.0")), found("IT1", "FU1", finding))["lesions.csv"]
    assert tuple(rows[1][name] for name in ("finding", "diameter_mm", "whole_mm", "merged_into")) == row


def test_that_the_progression_of_a_non_target_has_its_word() -> None:
    first = added("INT1", "BL", Present(), role=LesionRole.NONTARGET)
    rows = tables(first, found("INT1", "FU1", UnequivocalProgression()))["lesions.csv"]
    assert [r["finding"] for r in rows] == ["present", "unequivocal_pd"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
def test_that_a_text_is_no_formula_for_a_spreadsheet(start: str) -> None:
    site = f'{start}HYPERLINK("x"), 왼쪽'
    rows = tables(LesionAdded(replace(SITE, site=site), "BL", Observation("ET1", measured("18.0"))))["lesions.csv"]
    assert rows[0]["site"] == f"'{site}"


def test_that_responses_stand_with_their_arithmetic_and_the_anchor_of_the_log() -> None:
    meaning, left = SignatureMeaning.APPROVAL, ("IT1 1 question", "IT1 1 warning")
    signed = VisitSigned("FU1", READER, "0" * 64, "mrecist-literal", (), meaning, left)
    first, second = tables(IT1, found("IT1", "FU1", measured("30.0")), signed)["responses.csv"]
    assert (first["timepoint"], first["intra_sum_mm"], first["intra_response"]) == ("BL", "50.0", "")
    # 30 mm is 40 % less than 50 mm: PR, since that is 30 % or more
    assert (second["timepoint"], second["intra_response"], second["composite"]) == ("FU1", "PR", "PR")
    assert (second["intra_sum_mm"], second["intra_baseline_sum_mm"]) == ("30.0", "50.0")
    assert second["intra_change_from_baseline_pct"] == "-40.0"
    assert second["intra_reasons"]
    assert second["tace_decision"] and second["tace_row"] and second["sorafenib_decision"]
    assert (second["signed_by"], second["signed_at"][:10]) == (READER, "2025-03-01")
    assert (second["signed_meaning"], second["signed_open"]) == ("approval", "IT1 1 question | IT1 1 warning")
    assert {(r["head"], r["ruleset"]) for r in (first, second)} == {(HEAD, "mrecist-literal")}
    assert second["ruleset_version"] == load_ruleset().version


def test_that_each_scope_has_one_row_at_each_time_point() -> None:
    rows = tables(
        IT1,
        LesionAdded(SITE, "BL", Observation("ET1", measured("18.0"))),
        found("IT1", "FU1", measured("30.0")),
        found("ET1", "FU1", measured("24.0")),
        VisitSigned("FU1", READER, "ef" * 32, "mrecist-literal", ()),
    )["regions.csv"]
    assert [(r["timepoint"], r["scope"], r["sum_mm"], r["response"]) for r in rows] == [
        ("BL", "intrahepatic", "50.0", ""),
        ("BL", "extrahepatic", "18.0", ""),
        ("BL", "overall", "68.0", ""),
        ("FU1", "intrahepatic", "30.0", "PR"),
        ("FU1", "extrahepatic", "24.0", "PD"),
        ("FU1", "overall", "54.0", "SD"),
    ]
    liver, outside, pooled = rows[3:]
    assert (liver["change_from_baseline_pct"], liver["nadir_timepoint"], liver["target"]) == ("-40.0", "BL", "PR")
    assert float(outside["change_from_nadir_pct"]) == pytest.approx(100 / 3)
    assert (liver["best_unconfirmed"], outside["best_unconfirmed"], outside["progression_timepoint"]) == (
        "PR",
        "PD",
        "FU1",
    )
    assert {r["composite"] for r in rows[3:]} == {"PD"}
    assert (pooled["signed_by"], pooled["signed_head"], rows[0]["signed_by"]) == (READER, "ef" * 32, "")
    assert {(r["ruleset"], r["head"]) for r in rows} == {("mrecist-literal", HEAD)}
    assert outside["reasons"].startswith("EH-")


def test_that_the_dictionary_explains_every_column_that_is_written() -> None:
    files = tables(IT1)
    said = {(r["table"], r["column"]): r["meaning"] for r in files.pop("dictionary.csv")}
    written = {(name.removesuffix(".csv"), column) for name, rows in files.items() for column in rows[0]}
    assert set(said) == written
    assert all(said.values())


def test_that_fragments_and_what_was_noted_of_a_lesion_are_told() -> None:
    part = replace(lesion("IT1"), id="IT1.1", parent="IT1")
    noted = Features(
        treated_since=LocalTreatment.ABLATION,
        earlier_absence=EarlierAbsence.CONFIRMED,
        certainty=Certainty.REFUTED,
        settled_on=date(2025, 2, 20),
    )
    rows = tables(
        IT1,
        LesionSplit("FU1", "IT1", (part, replace(part, id="IT1.2"))),
        FindingRecorded("FU1", Observation("IT1.1", Measured(Diameter(120)), noted)),
    )["lesions.csv"]
    split, first = (next(r for r in rows if (r["lesion"], r["timepoint"]) == (x, "FU1")) for x in ("IT1", "IT1.1"))
    assert (split["finding"], split["diameter_mm"], split["fragment_of"]) == ("split", "", "")
    assert (first["finding"], first["diameter_mm"], first["fragment_of"]) == ("measured", "12.0", "IT1")
    assert [first[x] for x in ("treated_since", "earlier_absence", "certainty", "settled_on")] == [
        "ablation",
        "confirmed",
        "refuted",
        "2025-02-20",
    ]
