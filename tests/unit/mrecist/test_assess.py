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


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_that_each_response_begins_with_the_rule_that_held_and_says_it_with_its_numbers() -> None:
    reason = last("L1=40 L2=32.8", "L1=26.8 L2=10.9").intrahepatic.reasons[0]
    assert reason.rule == "IH-T-PR"
    assert reason.text == "37.7 mm is −48.2 % vs BL 72.8 mm; PR at ≤ −30 %."
    reason = last("Lu1=70", "Lu1=57.2", "Lu1=68.9").extrahepatic.reasons[0]
    assert reason.rule == "EH-T-PD"
    assert reason.text == "68.9 mm is +20.5 % and +11.7 mm vs nadir 57.2 mm (TP1); PD at ≥ +20 % and ≥ +5.0 mm."


def test_that_a_percentage_never_reads_as_a_threshold_it_does_not_reach() -> None:
    reason = last("L1=200.1 L2=200.1", "L1=140.1 L2=140.1").intrahepatic.reasons[0]
    assert reason.rule == "IH-T-SD"
    assert "−29.99 %" in reason.text  # 280.2 of 400.2 is −29.985 %


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        (("L1=50", "L1=40"), [("PD", 20), ("PR", -5)]),
        (("L1=50", "L1=30"), [("SD", "5.1"), ("CR", -30)]),
        (("L1=50", "L1=60"), [("SD", "-0.1")]),
        (("L1=80", "L1=40", "L1=47"), [("PD", 1), ("CR", -47)]),
        (("L1=80 INF=P", "L1=40 INF=P"), [("SD", "16.1")]),
        (("L1=50", "L1=0"), [("PR", "0.1")]),
        (("L1=50 INF=P", "L1=0 INF=P"), []),
    ],
)
def test_that_the_way_to_the_next_category_is_told_in_recordable_steps(
    visits: tuple[str, ...], expected: list[tuple[str, Any]]
) -> None:
    found = last(*visits).intrahepatic.to_next_category
    assert [(n.response, n.by_mm) for n in found] == [(r, Fraction(mm)) for r, mm in expected]


@pytest.mark.parametrize(
    ("visits", "region", "expected"),
    [
        pytest.param(("L1=50", "L1=30 xIN=12t"), "intra", ("PR", "-2.1", "xIN"), id="typical nodule, below 10 mm"),
        pytest.param(("L1=50", "L1=30 xIN=9.9t"), "intra", ("PD", "0.1", "xIN"), id="typical nodule, just too small"),
        pytest.param(("L1=50", "L1=30 xIN=15", "L1=30 xIN=20"), "intra", ("PD", 5, "xIN"), id="growth of 10 mm"),
        pytest.param(("L1=50", "L1=30 xIN=15", "L1=30 xIN=25"), "intra", ("PR", "-0.1", "xIN"), id="growth undone"),
        pytest.param(("Lu1=20", "Lu1=20 xNm=14"), "extra", ("PD", 1, "xNm"), id="node elsewhere from 15 mm"),
        pytest.param(("Lu1=20", "Lu1=20 xNp=14"), "extra", ("PD", 6, "xNp"), id="node at the hilum from 20 mm"),
        pytest.param(("N1=20", "N1=9.9"), "extra", ("PR", "0.1", "N1"), id="CR ends where the node is 10 mm"),
        pytest.param(("N1=20", "N1=12"), "extra", ("CR", "-2.1", "N1"), id="a node below 10 mm is CR"),
        pytest.param(("N1=20 Lu1=20", "N1=8 Lu1=0"), "extra", ("PR", "0.1", "Lu1"), id="CR ends with any lung tumour"),
        pytest.param(("N1=20", "N1=9", "N1=9.9"), "extra", ("PD", "0.1", "N1"), id="a node that grows after CR"),
    ],
)
def test_that_a_lesion_at_a_limit_is_named_with_its_own_distance(
    visits: tuple[str, ...], region: str, expected: tuple[str, Any, str]
) -> None:
    at = last(*visits)
    response = at.intrahepatic if region == "intra" else at.extrahepatic
    found = [(n.response, n.by_mm, n.lesion) for n in response.to_next_category if n.lesion is not None]
    assert (expected[0], Fraction(expected[1]), expected[2]) in found


def test_that_a_lesion_whose_size_decides_nothing_has_no_distance() -> None:
    for visits in (("L1=50", "L1=30 xIN=15"), ("L1=50", "L1=80 xIN=9t"), ("L1=50", "L1=30 xIN=12t", "L1=30 xIN=12t")):
        found = last(*visits).intrahepatic.to_next_category
        assert [n.lesion for n in found if n.lesion is not None] == []


def test_that_a_liver_alone_is_as_far_from_progression_pooled_as_in_its_region() -> None:
    at = last("L1=12", "L1=12")
    assert at.overall.to_next_category == at.intrahepatic.to_next_category


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


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        (("L1=30", "L1=40"), ("IHG",)),
        (("L1=30", "L1=30 xIN=12t"), ("NIH",)),
        (("L1=30", "L1=40 xPV=1!"), ("IHG", "NEH (vascular)")),
        (("L1=30 Lu1=20", "L1=30 Lu1=30 xLu=5!"), ("EHG", "NEH")),
        (("L1=14 Lu1=14", "L1=16 Lu1=17"), ()),
    ],
)
def test_that_the_pattern_of_progression_is_told(visits: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert last(*visits).overall.patterns == expected


def test_that_pooled_progression_alone_names_the_regions_that_grew() -> None:
    at = last("L1=14 Lu1=14", "L1=17.5 Lu1=17.5", ruleset="harmonised-5")
    assert at.overall.patterns == ("IHG", "EHG")


# --- RECIST 1.1 in parallel ------------------------------------------------------------------------------------------


def _whole(text: str, **whole: float) -> dict[str, Any]:
    return visit(text, **{name: {"whole_mm": mm} for name, mm in whole.items()})


def test_that_recist_runs_in_parallel_where_whole_diameters_were_recorded() -> None:
    at = last(_whole("L1=30", L1=50), _whole("L1=15", L1=48))
    assert at.recist11 is not None
    assert (at.overall.response, at.recist11.response, at.recist11.sum_mm) == ("PR", "SD", 48)
    assert last("L1=30", "L1=15").recist11 is None


def test_that_a_lesion_without_viable_tumour_is_still_there_for_recist() -> None:
    at = last(_whole("L1=30 INF=P", L1=50), _whole("L1=NV INF=NV", L1=40))
    assert at.recist11 is not None
    assert (at.overall.response, at.recist11.response, at.recist11.non_target) == ("CR", "SD", "NN")
    at = last(_whole("L1=30", L1=50), "L1=NV")
    assert at.recist11 is not None
    assert at.recist11.response == "NE"


def test_that_the_recist_rule_set_judges_the_liver_by_whole_diameters() -> None:
    at = last(_whole("L1=30", L1=50), _whole("L1=15", L1=48), ruleset="recist-1.1")
    assert at.intrahepatic.response == "SD"
    assert last("L1=10", "L1=12", ruleset="recist-1.1").intrahepatic.response == "SD"


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


def _measured_whole(viable: float, whole: float, *beside: dict[str, Any]) -> dict[str, Any]:
    liver = {"id": "L", "region": "intra", "role": "target", "organ": "liver", "kind": "other"}
    return {"lesions": [liver | {"diameter_mm": viable, "whole_mm": whole}, *beside]}


def test_that_recist_in_parallel_keeps_its_own_floor_and_node_limit() -> None:
    at = last(_measured_whole(10, 10), _measured_whole(12, 12), policy={"min_abs_mm": {"extra": 0, "intra": 0}})
    assert at.recist11 is not None
    assert (at.intrahepatic.response, at.recist11.response) == ("PD", "SD")
    node = {"id": "xNp", "region": "extra", "role": "new", "organ": "lymph_node_periportal", "kind": "lymph_node"}
    at = last(_measured_whole(10, 10), _measured_whole(10, 10, node | {"diameter_mm": 16}))
    assert at.recist11 is not None
    assert (at.extrahepatic.response, at.recist11.response) == ("ND", "PD")


@pytest.mark.parametrize(
    ("lung", "new", "patterns"),
    [(40, None, ("EHG",)), (20, 5, ("NEH",)), (40, 5, ("EHG", "NEH"))],
)
def test_that_recist_in_parallel_names_the_pattern_by_region(
    lung: float, new: float | None, patterns: tuple[str, ...]
) -> None:
    known = {"region": "extra", "organ": "lung", "kind": "other"}
    beside = [known | {"id": "Lu1", "role": "target", "diameter_mm": lung}]
    if new is not None:
        beside.append(known | {"id": "xLu", "role": "new", "diameter_mm": new, "certainty": "unequivocal"})
    before = known | {"id": "Lu1", "role": "target", "diameter_mm": 20}
    at = last(_measured_whole(30, 30, before), _measured_whole(30, 30, *beside))
    assert at.recist11 is not None
    assert (at.recist11.response, at.recist11.patterns) == ("PD", patterns)


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        pytest.param(("Lu1=20", "Lu1=0", "Lu1=0"), ("PD", "0.1"), id="any disease after an earlier CR"),
        pytest.param(("L1=20", "L1=0", "L1=0"), ("PD", "0.1"), id="the same in the liver, pooled"),
        pytest.param(("L1=34.1 Lu1=10", "L1=10 Lu1=5", "L1=50 Lu1=10"), ("PR", "-40.1"), id="the floor comes back"),
    ],
)
def test_that_the_way_pooled_heeds_earlier_cr_and_the_floor_that_comes_back(
    visits: tuple[str, ...], expected: tuple[str, str]
) -> None:
    """Third: with the liver below 12 mm, no PD by itself, pooled PD asks for 15 + 5 mm again: 60 - 40.1 is below."""
    found = last(*visits).overall.to_next_category
    assert [(n.response, n.by_mm) for n in found if n.lesion is None] == [(expected[0], Fraction(expected[1]))]


def test_that_composite_and_best_responses_tell_the_rule_that_gave_them() -> None:
    found = assessed("L1=50 Lu1=60", "L1=60 Lu1=40", "L1=60 Lu1=40")
    at = found.timepoints[0]
    assert (at.composite_reason.rule, at.composite_reason.text) == (
        "C-PD",
        "Intrahepatic PD, extrahepatic PR: PD in either region is PD.",
    )
    best = found.best_response[Scope.EXTRAHEPATIC]
    assert [r.text for r in best.reasons] == [
        "PR on day 42 and no CR; confirmation is not asked for.",
        "PR on day 42, confirmed 28 d or more later; no confirmed CR.",
        "PR on day 42 and no CR; confirmation is not asked for.",
    ]
    nothing = assessed("L1=50", "L1=NE").best_response[Scope.INTRAHEPATIC]
    assert [r.rule for r in nothing.reasons] == ["U-NE", "F-NE", "U-NE"]
    assert nothing.reasons[0].text == "None of 1 assessments could be evaluated."
    assert (
        assessed("L1=50").best_response[Scope.INTRAHEPATIC].reasons[0].text
        == "None of 0 assessments could be evaluated."
    )


def test_that_progression_after_nothing_was_left_names_the_floor_where_there_is_one() -> None:
    reason = last("L1=30", "L1=0", "L1=4").intrahepatic.reasons[0]
    assert reason.text == "4.0 mm after nothing was left (TP1): any viable tumour then is PD."
    reason = last("Lu1=30", "Lu1=0", "Lu1=6").extrahepatic.reasons[0]
    assert reason.text == "6.0 mm after nothing was left (TP1): PD at ≥ +5.0 mm."


def test_that_a_progressing_target_is_no_non_target_elsewhere() -> None:
    found = assessed("L1=30 INF=P", "L1=30 INF=P", "L1=U INF=P").timepoints
    texts = [[r.text for r in t.intrahepatic.reasons] for t in found]
    assert "Non-target INF persists without unequivocal progression (1 of 1)." in texts[0]
    assert "Unequivocal progression of L1 (1 of 2)." in texts[1]


def test_that_an_effusion_called_progressing_without_cytology_is_said_to_be_overruled() -> None:
    reasons = last("Lu1=20 ASC=P", "Lu1=20 ASC=U").extrahepatic.reasons
    assert [r.text for r in reasons if r.rule == "EH-N-CYTOLOGY"] == [
        "ASC: called progressing, but an effusion counts only with positive cytology: still there."
    ]


def test_that_a_lesion_of_0_mm_without_enhancement_is_gone_not_hypovascular() -> None:
    gone = visit("L1=0", L1={"arterial_enhancement": False})
    gone["lesions"][0] |= {"status": "measured", "diameter_mm": 0}
    at = last("L1=30", gone)
    assert (at.intrahepatic.response, at.flags) == ("CR", ())


def test_that_pooled_progression_is_near_where_the_liver_would_return() -> None:
    """With any viable tumour in the liver, PD by itself, the pooled sum needs no 5 mm: 20 to 24.1 mm is +20.5 %."""
    found = last("L1=20 Lu1=25", "L1=0 Lu1=20", "L1=0 Lu1=24").overall.to_next_category
    assert ("PD", Fraction(1, 10)) in [(n.response, n.by_mm) for n in found if n.lesion is None]


@pytest.mark.parametrize(
    ("visits", "ruleset", "scope", "rule", "source"),
    [
        (("L1=50", "L1=60"), "mrecist-literal", "intrahepatic", "IH-T-PD", "Lencioni"),
        (("L1=50", "L1=60"), "recist-1.1", "intrahepatic", "IH-T-PD", "Eisenhauer"),
        (("L1=50", "L1=60"), "recist-1.1", "overall", "OV-T-PD", "Eisenhauer"),
        (("Lu1=50", "Lu1=60"), "mrecist-literal", "extrahepatic", "EH-T-PD", "Eisenhauer"),
        (("L1=50", "L1=60"), "mrecist-literal", "intrahepatic", "IH-PATTERN", "Reig"),
        (("L1=50", "L1=0", "L1=5"), "mrecist-literal", "intrahepatic", "IH-RE", "EORTC"),
    ],
)
def test_that_each_reason_names_the_source_of_its_rule(
    visits: tuple[str, ...], ruleset: str, scope: str, rule: str, source: str
) -> None:
    reasons = last(*visits, ruleset=ruleset).scope(Scope(scope)).reasons
    assert [r.source.startswith(source) for r in reasons if r.rule == rule] == [True]
