"""Responses of whole cases: hand-worked scenarios, the shared cases, and what must hold for any case."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from app.resources import load_protocol, load_ruleset
from mrecist.assess import assess
from mrecist.case import Case
from mrecist.casefile import decode, read_document
from mrecist.resultfile import result
from mrecist.values import Response, Scope
from tests.conftest import NEEDS_TABLES, SHARED
from tests.support.patients import assessed, case, last, patient, row, rules, visit

ROOT = Path(__file__).resolve().parents[3]
SCENARIOS = tomllib.loads((ROOT / "tests/scenarios/responses.toml").read_text(encoding="utf-8"))["patient"]
WORKED_CASES = SHARED / "cases/response_cases.json"


def _policy(floor_mm: list[float] | None) -> dict[str, Any]:
    if floor_mm is None:
        return {}
    return {"policy": {"min_abs_mm": dict(zip(("intra", "extra", "pooled"), floor_mm, strict=True))}}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[f"{s['id']} {s['title']}" for s in SCENARIOS])
def test_that_every_scenario_has_its_hand_worked_responses(scenario: dict[str, Any]) -> None:
    found = assessed(*scenario["visits"], **_policy(scenario.get("floor_mm")))
    assert [row(t) for t in found.timepoints] == scenario["expected"], scenario["why"]
    if "dated" in scenario:
        assert found.adjudicated[Scope.OVERALL] == scenario["dated"]


def test_that_the_shared_cases_have_their_expected_results() -> None:
    if not WORKED_CASES.is_file():
        pytest.skip(f"{NEEDS_TABLES} ({WORKED_CASES} does not exist)")
    text = WORKED_CASES.read_text(encoding="utf-8")
    wanted = {c["id"]: c for c in json.loads(text)["cases"]}
    cases = read_document(decode(text))
    assert len(cases) == len(wanted) == 47
    for one in cases:
        assert isinstance(one, Case)
        found = result(assess(one, load_ruleset(), protocol=load_protocol()))
        expected = wanted[one.id]
        if "expected_adjudicated_pd_timepoint" in expected:
            assert found["adjudicated_pd_timepoint"] == expected["expected_adjudicated_pd_timepoint"], one.id
        for at, want in zip(found["timepoints"], expected["expected"], strict=True):
            got = {
                "timepoint": at["timepoint"],
                "intrahepatic_target": at["intrahepatic"]["target"],
                "intrahepatic": at["intrahepatic"]["response"],
                "extrahepatic_target": at["extrahepatic"]["target"],
                "extrahepatic": at["extrahepatic"]["response"],
                "overall": at["overall"]["response"],
                "composite": at["composite"],
                "new_lesions_counted": at["new_lesions_counted"],
            }
            assert {k: got[k] for k in want} == want, one.id


# --- exactness at the thresholds -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("50", "35", "PR"),
        ("50", "35.1", "SD"),
        ("33.3", "23.3", "PR"),  # 70 % is 23.31
        ("33.3", "23.4", "SD"),
        ("50", "60", "PD"),
        ("50", "59.9", "SD"),
        ("33.3", "39.9", "SD"),  # 120 % is 39.96
        ("33.3", "40", "PD"),
        ("10", "12", "PD"),
        ("10", "11.9", "SD"),
        ("10", "0.1", "PR"),
    ],
)
def test_that_the_liver_is_judged_exactly_at_30_and_20_percent(before: str, after: str, expected: str) -> None:
    assert last(f"L1={before}", f"L1={after}").intrahepatic.response == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("24", "29", "PD"),
        ("24", "28.9", "SD"),
        ("25", "30", "PD"),
        ("25", "29.9", "SD"),
        ("10", "14.9", "SD"),
        ("10", "15", "PD"),
        ("30", "35.9", "SD"),
        ("30", "36", "PD"),
    ],
)
def test_that_outside_the_liver_growth_of_5_mm_is_needed_too(before: str, after: str, expected: str) -> None:
    assert last(f"Lu1={before}", f"Lu1={after}").extrahepatic.response == expected


@pytest.mark.parametrize(("short_axis", "expected"), [("9.9", "CR"), ("10", "PR"), ("ts", "CR"), ("0", "CR")])
def test_that_a_node_is_normal_strictly_below_10_mm(short_axis: str, expected: str) -> None:
    assert last("N1=20", f"N1={short_axis}").extrahepatic.response == expected


def test_that_a_diameter_is_rounded_half_up_once_before_it_is_compared() -> None:
    at = last("L1=50", "L1=35.04")
    assert (at.intrahepatic.sum_mm, at.intrahepatic.response) == (Fraction(35), "PR")
    at = last("L1=50", "L1=35.05")
    assert (at.intrahepatic.sum_mm, at.intrahepatic.response) == (Fraction(351, 10), "SD")


def test_that_a_pooled_sum_follows_its_content() -> None:
    """2 mm in a lung nodule must not make a patient progress whom neither region calls progressed."""
    assert row(last("L1=10 Lu1=10", "L1=10 Lu1=14.5")) == "SD/SD/SD/SD/SD/SD"
    assert last("L1=10", "L1=12").overall.response == "PD"


def test_that_a_policy_that_names_one_scope_keeps_the_others_defaults() -> None:
    at = last("L1=10 Lu1=10", "L1=12 Lu1=10", policy={"min_abs_mm": {"intra": 5}})
    assert (at.intrahepatic.response, at.extrahepatic.response) == ("SD", "SD")
    assert last("Lu1=10", "Lu1=12", policy={"min_abs_mm": {"intra": 5}}).extrahepatic.response == "SD"


# --- missing and partial ---------------------------------------------------------------------------------------------


def test_that_a_partial_sum_never_becomes_the_nadir() -> None:
    found = assessed("L1=30 L2=30", "L1=10 L2=NE", "L1=30 L2=30")
    assert [t.intrahepatic.response for t in found.timepoints] == ["NE", "SD"]
    assert found.timepoints[1].intrahepatic.nadir_sum_mm == 60
    assert "PARTIAL_SUM" in found.timepoints[0].flags
    assert found.timepoints[0].intrahepatic.change_from_baseline_pct is None


def test_that_a_lesion_missing_from_a_later_list_is_not_evaluable() -> None:
    at = last("L1=30 L2=30", "L1=10")
    assert at.intrahepatic.response == "NE"
    assert "not_recorded" in at.flags


def test_that_merged_targets_count_once_and_are_not_evaluable_when_all_are_merged() -> None:
    assert row(last("L1=30 L2=20", "L1=42 L2=merged")) == "SD/SD/NA/ND/SD/SD"
    assert last("L1=30 L2=20", "L1=merged L2=merged").intrahepatic.response == "NE"


def test_that_a_target_that_grew_unequivocally_beyond_measure_is_progression() -> None:
    at = last("L1=30 L2=20", "L1=U L2=20")
    assert (at.intrahepatic.target, at.intrahepatic.non_target, at.intrahepatic.response) == ("NE", "PD", "PD")


def test_that_a_case_without_a_read_has_no_responses() -> None:
    found = assess(Case("empty"), load_ruleset())
    assert found.timepoints == ()
    assert found.best_response[Scope.OVERALL].unconfirmed is Response.NE


def test_that_an_unknown_read_is_an_error() -> None:
    with pytest.raises(KeyError, match="no read 'other'"):
        assess(case("L1=30"), load_ruleset(), "other")


def test_that_each_read_is_judged_by_its_own_findings() -> None:
    one, other = case("L1=30", "L1=10"), case("L1=30", "L1=40")
    both = replace(one, reads=(one.reads[0], replace(other.reads[0], id="second")))
    assert assess(both, load_ruleset()).timepoints[0].overall.response == "PR"
    assert assess(both, load_ruleset(), "second").timepoints[0].overall.response == "PD"


# --- reappearance ----------------------------------------------------------------------------------------------------


def test_that_disease_after_complete_response_is_progression_until_it_is_gone_again() -> None:
    found = assessed("L1=30", "L1=0", "L1=4", "L1=4", "L1=0", "L1=0")
    assert [t.intrahepatic.response for t in found.timepoints] == ["CR", "PD", "PD", "CR", "CR"]
    assert "CONFIRM_PRIOR_CR" in found.timepoints[2].flags


def test_that_a_confirmed_absence_answers_the_question_and_a_mistaken_one_asks_for_a_correction() -> None:
    gone = ("L1=30", "L1=0")
    true, false = (last(*gone, visit("L1=4", L1={"earlier_absence": x})) for x in ("confirmed", "mistaken"))
    assert true.intrahepatic.response == false.intrahepatic.response == "PD"
    assert "CONFIRM_PRIOR_CR" not in (*true.flags, *true.intrahepatic.flags)
    assert "CONFIRM_PRIOR_CR" in false.flags
    assert "IH-RE-TRUE" in rules(true.intrahepatic)
    assert "IH-RE" in rules(false.intrahepatic)
    assert [[i.rule for i in x.issues] for x in (true, false)] == [["E-ABSENCE"], ["E-ABSENCE-MISTAKEN"]]
    later = assessed(*gone, visit("L1=4", L1={"earlier_absence": "confirmed"}), "L1=9").timepoints[-1]
    assert "CONFIRM_PRIOR_CR" not in later.flags


def test_that_a_node_alone_that_grows_again_is_progression_to_be_imaged_again() -> None:
    at = last("Lu1=20 N1=20", "Lu1=0 N1=9", "Lu1=0 N1=10")
    assert at.extrahepatic.response == "PD"
    assert {"REIMAGE_NODE", "CONFIRM_PRIOR_CR"} <= set(at.flags)
    assert "EH-RE-NODE" in rules(at.extrahepatic)


def test_that_a_node_beside_other_returned_disease_needs_no_second_look() -> None:
    assert "REIMAGE_NODE" not in last("Lu1=20 N1=20", "Lu1=0 N1=9", "Lu1=5 N1=12").flags


def test_that_a_nontarget_node_returns_only_by_unequivocal_progression() -> None:
    assert last("Lu1=20 NN1=P", "Lu1=0 NN1=A", "Lu1=0 NN1=P").extrahepatic.response == "PR"
    assert last("Lu1=20 NN1=P", "Lu1=0 NN1=A", "Lu1=0 NN1=U").extrahepatic.response == "PD"


def test_that_a_nontarget_that_returns_is_progression_but_an_effusion_needs_cytology() -> None:
    assert last("Lu1=20 B1=P", "Lu1=0 B1=A", "Lu1=0 B1=P").extrahepatic.response == "PD"
    assert last("Lu1=20 ASC=P", "Lu1=0 ASC=A", "Lu1=0 ASC=P").extrahepatic.response == "PR"
    proven = visit("Lu1=0 ASC=P", ASC={"cytology": "positive"})
    assert last("Lu1=20 ASC=P", "Lu1=0 ASC=A", proven).extrahepatic.response == "PD"


def test_that_a_pr_after_cr_is_flagged() -> None:
    found = assessed("L1=30 INF=P", "L1=0 INF=A", "L1=0 INF=NE")
    assert found.timepoints[-1].intrahepatic.response == "PR"
    assert "CR_THEN_PR" in found.timepoints[-1].flags
    assert found.best_response[Scope.INTRAHEPATIC].confirmed is Response.SD


# --- coverage --------------------------------------------------------------------------------------------------------

_ALL = {"liver_dynamic": True, "chest": True, "abdomen_pelvis": True}


@pytest.mark.parametrize(
    ("baseline", "later", "coverage", "expected"),
    [
        ("L1=30 Lu1=20", "L1=0 Lu1=0", {}, "CR/CR/CR/CR/CR/CR"),
        ("L1=30 Lu1=20", "L1=0 Lu1=0", {"liver_dynamic": False}, "CR/PR/CR/CR/PR/PR"),
        ("L1=30 Lu1=20", "L1=0 Lu1=0", {"chest": False}, "CR/CR/CR/PR/PR/PR"),
        ("L1=30", "L1=0", {"chest": False}, "CR/CR/NA/NE/PR/NE"),
        ("L1=30 B1=P", "L1=0 B1=A", {"bone_scan": False}, "CR/CR/NA/NN/PR/PR"),
        ("L1=30 Lu1=20", "L1=0 Lu1=0", {"bone_scan": False}, "CR/CR/CR/CR/CR/CR"),
        ("L1=30 Lu1=20", "L1=0 Lu1=0", {"brain": False}, "CR/CR/CR/CR/CR/CR"),
        ("L1=30 Lu1=20", "L1=40 Lu1=15", {"liver_dynamic": False}, "PD/PD/SD/SD/SD/PD"),
        ("PVT=P Lu1=20", "PVT=P Lu1=10", {"chest": False}, "NA/NN/PR/PR/PR/PR"),
    ],
)
def test_that_an_examination_left_out_withholds_only_cr_and_nd(
    baseline: str, later: str, coverage: dict[str, bool], expected: str
) -> None:
    at = last(baseline, visit(later, coverage=_ALL | coverage))
    assert row(at) == expected
    incomplete = bool(coverage) and not ({"brain"} & coverage.keys()) and expected != "CR/CR/CR/CR/CR/CR"
    assert ("COVERAGE_INCOMPLETE" in at.flags) == incomplete


def test_that_an_examination_that_a_stated_coverage_does_not_name_counts_as_done() -> None:
    at = last("L1=30 Lu1=20", visit("L1=0 Lu1=0", coverage={"chest": True}))
    assert row(at) == "CR/CR/CR/CR/CR/CR"


def test_that_a_response_withheld_for_coverage_does_not_contradict_a_cr() -> None:
    uncovered = visit("L1=0", coverage=_ALL | {"liver_dynamic": False})
    found = assessed("L1=30", "L1=0", uncovered, "L1=0")
    assert [t.intrahepatic.response for t in found.timepoints] == ["CR", "PR", "CR"]
    assert found.best_response[Scope.INTRAHEPATIC].confirmed is Response.CR


# --- flags, and the rule set ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("visits", "flagged"),
    [
        (("L1=50", "L1=59"), True),
        (("L1=50", "L1=58.9"), False),
        (("L1=50", "L1=36"), True),
        (("L1=50", "L1=36.1"), False),
        (("L1=200", "L1=142"), True),  # 1 % of 200 mm is 2 mm
        (("L1=200", "L1=142.1"), False),
        (("Lu1=10", "Lu1=14"), True),
        (("Lu1=10", "Lu1=13.9"), False),
        (("L1=50", "L1=0"), False),
    ],
)
def test_that_borderline_is_within_1_mm_or_1_percent(visits: tuple[str, ...], flagged: bool) -> None:
    assert ("BORDERLINE" in last(*visits).flags) is flagged


def test_that_small_growth_is_warned_of() -> None:
    assert "PD_BELOW_5MM" in last("L1=10", "L1=14.9").flags
    assert "PD_BELOW_5MM" not in last("L1=10", "L1=15").flags


def test_that_other_flags_are_raised() -> None:
    noted = visit("L1=20", L1={"arterial_enhancement": False}, scans=[{"modality": "MR"}])
    at = last(visit("L1=30", L1={"arterial_enhancement": True}, scans=[{"modality": "CT"}]), noted)
    assert {"HYPOVASCULAR", "MODALITY_SWITCH"} <= set(at.flags)
    assert "DISCORDANT" in last("L1=50 Lu1=60", "L1=60 Lu1=40").flags


def test_that_patterns_and_names_of_the_rule_set_are_in_the_assessment() -> None:
    found = assessed("L1=30", "L1=30", ruleset="harmonised-5")
    assert (found.ruleset, found.version) == ("harmonised-5", "1.0.0")
    assert patient("L1=30")["id"] == found.case_id


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        pytest.param(("Lu1=20 NN1=12", "Lu1=0 NN1=8", "Lu1=0 NN1=U", "Lu1=0 NN1=13"), "CR PD PD", id="still there"),
        pytest.param(
            ("Lu1=20 NN1=12", "Lu1=0 NN1=8", "Lu1=0 NN1=U", "Lu1=0 NN1=8", "Lu1=0 NN1=13"),
            "CR PD CR PR",
            id="until CR again",
        ),
        pytest.param(("Lu1=20 NN1=12", "Lu1=0 NN1=8", "Lu1=0 NN1=13"), "CR PR", id="present is not enough"),
    ],
)
def test_that_a_node_that_progressed_after_cr_counts_while_it_is_there(visits: tuple[str, ...], expected: str) -> None:
    assert " ".join(t.extrahepatic.response for t in assessed(*visits).timepoints) == expected


def test_that_a_lesion_of_0_mm_without_enhancement_is_gone_not_hypovascular() -> None:
    gone = visit("L1=0", L1={"arterial_enhancement": False})
    gone["lesions"][0] |= {"status": "measured", "diameter_mm": 0}
    at = last("L1=30", gone)
    assert (at.intrahepatic.response, at.flags) == ("CR", ())
