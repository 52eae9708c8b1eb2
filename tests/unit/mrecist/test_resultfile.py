"""Results as plain data: exactly the schema, nothing but JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from app.resources import load_ruleset
from mrecist.resultfile import result, result_text, results_document
from mrecist.results import BestResponse, Number, Reason
from mrecist.robustness import robustness
from mrecist.values import Response, Scope
from tests.support.patients import assessed, case, visit

WELL = {"ecog": 0, "bilirubin_mg_dl": 1.4, "albumin_g_dl": 4.4, "inr": 1.1, "ascites": "none", "encephalopathy": 0}
REGION = {
    "target",
    "non_target",
    "new_lesion",
    "response",
    "adjudicated_response",
    "sum_mm",
    "baseline_sum_mm",
    "nadir_sum_mm",
    "change_from_baseline_pct",
    "change_from_nadir_pct",
    "to_next_category",
    "reasons",
}


def test_that_a_result_has_the_keys_of_its_schema() -> None:
    found = assessed(visit("L1=30 Lu1=20 B1=P", day=-40), visit("L1=20 Lu1=20 B1=P", clinical=WELL))
    document = json.loads(json.dumps(results_document([result(found)], found.ruleset, found.version)))
    assert document.keys() == {"schema", "ruleset", "version", "results"}
    assert document["schema"] == "tumour-response-results/1"
    (one,) = document["results"]
    assert one.keys() == {
        "id",
        "ruleset",
        "version",
        "protocol",
        "timepoints",
        "adjudicated_pd_timepoint",
        "adjudicated",
        "best_response",
        "best_response_reasons",
        "times",
    }
    (at,) = one["timepoints"]
    assert at.keys() == {
        "timepoint",
        "day",
        "intrahepatic",
        "extrahepatic",
        "overall",
        "composite",
        "composite_reason",
        "flags",
        "issues",
        "new_lesions_counted",
        "decisions",
        "liver",
    }
    assert at["overall"].keys() == REGION
    assert at["overall"]["reasons"][0].keys() == {"rule", "text", "numbers"}
    assert at["intrahepatic"]["sum_mm"] == 20
    assert at["intrahepatic"]["change_from_baseline_pct"] == -100 / 3
    assert at["intrahepatic"]["to_next_category"] == [
        {"response": "SD", "by_mm": 1.1},
        {"response": "CR", "by_mm": -20.0},
    ]
    assert at["decisions"]["tace"].keys() == {"decision", "row", "reasons", "needs"}
    assert at["liver"]["child_pugh_score"] == 5
    assert (at["liver"]["child_pugh_class"], at["liver"]["albi_grade"]) == ("A", 1)
    assert [i["rule"] for i in at["issues"]] == ["E-WINDOW", "E-UNRECORDED"]
    assert at["issues"][0].keys() == {"rule", "severity", "lesion", "text", "numbers"}


def test_that_issues_of_a_baseline_without_follow_up_are_not_lost() -> None:
    noted = visit("L1=9", L1={"override": "reason"})
    found = result(assessed(noted))
    assert found["timepoints"] == []
    assert [(i["rule"], i["numbers"]["override"]) for i in found["issues"]] == [("E-SMALL", "reason")]
    assert "issues" not in result(assessed("L1=30"))


def test_that_a_justification_stands_with_its_own_issue_alone() -> None:
    told = [result(assessed(visit("L1=9", L1={"override": why})))["issues"] for why in ("one", "", "two")]
    assert [[i["numbers"].get("override") for i in issues] for issues in told] == [["one"], [None], ["two"]]
    assert told[0][0]["text"] == told[1][0]["text"] == told[2][0]["text"]


@pytest.mark.parametrize(("day", "written"), [(60, "60"), (Fraction(60), "60.0"), (60, "60")], ids=str)
def test_that_a_number_is_written_as_it_is_held_whatever_was_written_before(day: Number, written: str) -> None:
    best = BestResponse(Response.CR, Response.CR, Response.CR, (Reason("U-CR", {"day": day}),))
    text = result_text(replace(assessed("L1=30"), best_response=dict.fromkeys(Scope, best)))
    assert text.count(f'"numbers": {{"day": {written}}}') == len(Scope)


def test_that_optional_parts_are_there_only_where_they_apply() -> None:
    (at,) = result(assessed("L1=30", "L1=30"))["timepoints"]
    assert "decisions" not in at and "liver" not in at and "recist11" not in at
    whole = visit("L1=30 Lu1=20", L1={"whole_mm": 40})
    (at,) = result(assessed(whole, visit("L1=0 Lu1=30", L1={"whole_mm": 40}), protocol="cotsom"))["timepoints"]
    assert at["recist11"]["response"] == "SD"
    assert at["decisions"]["sorafenib"]["proposal"] == "SORAFENIB_FAILURE"
    (at,) = result(assessed("L1=30", visit("L1=30", clinical={"ecog": 0})))["timepoints"]
    assert at["liver"] == dict.fromkeys(("child_pugh_score", "child_pugh_class", "albi_score", "albi_grade"))


def test_that_probabilities_and_single_lesions_stand_beside_the_responses() -> None:
    visits = ("L1=50 Lu1=20", "L1=36 Lu1=20 xIN=9.9t")
    found = assessed(*visits)
    firm = robustness(case(*visits), load_ruleset(), draws=100, seed=3)
    told = json.loads(json.dumps(result(found, firm)))
    assert told["measurement_error"].keys() == {"sd_mm", "sd_pct", "source", "draws", "seed"}
    (at,) = told["timepoints"]
    for scope in ("intrahepatic", "extrahepatic", "overall"):
        assert sum(at[scope]["probability"].values()) == pytest.approx(1)
    assert sum(at["composite_probability"].values()) == pytest.approx(1)
    assert at["intrahepatic"]["to_next_category"][-1] == {"response": "PD", "by_mm": 0.1, "lesion": "xIN"}


def test_that_times_are_told_in_days_with_what_was_censored() -> None:
    found = result(assessed("L1=50", "L1=30", "L1=30", "L1=45"))
    assert found["times"]["intrahepatic"] == {
        "clinical_benefit_day": 42,
        "time_to_response_days": 42,
        "time_to_confirmed_response_days": 42,
        "duration_of_response": {"days": 84, "event": True},
        "time_to_progression": {"days": 126, "event": True},
        "adjudicated_time_to_progression": {"days": 126, "event": True},
    }
    assert found["times"]["extrahepatic"]["time_to_progression"] == {"days": 126, "event": False}
    assert found["times"]["extrahepatic"]["duration_of_response"] is None
