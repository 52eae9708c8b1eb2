"""What may be a target at baseline, and what is said where a case does not conform."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from app.resources import load_ruleset
from mrecist.assess import assess
from mrecist.case import Case
from mrecist.eligibility import Eligible, judge_eligibility, select_targets
from mrecist.lesions import Lesion, Measured, Observation
from mrecist.results import Issue
from mrecist.values import Diameter, Line
from tests.support.patients import assessed, case, visit

RULES = load_ruleset()


def _only(of: Case) -> tuple[Lesion, Observation]:
    read = of.reads[0]
    return read.lesions[0], read.timepoints[0].observations[0]


def _verdict(text: str, thickness: int | None = None, **noted: Any) -> tuple[str, str | None]:
    lesion, observation = _only(case(visit(text, **{text.partition("=")[0]: noted})))
    found = judge_eligibility(lesion, observation, RULES, None if thickness is None else Fraction(thickness))
    return found.role.value, found.rule


@pytest.mark.parametrize(
    ("text", "noted", "role", "rule"),
    [
        ("L1=10", {}, "target", None),
        ("L1=9.9", {"arterial_enhancement": True}, "nontarget", "E-SMALL"),
        ("L1=40", {"arterial_enhancement": False}, "nontarget", "E-ENHANCEMENT"),
        ("L1=40", {"arterial_enhancement": False, "axis": "longest"}, "target", None),
        ("INF=120", {}, "nontarget", "E-INFILTRATIVE"),
        ("L1=12", {"previously_treated": True, "well_delineated": True}, "target", None),
        ("L1=8", {"previously_treated": True, "well_delineated": True}, "nontarget", "E-SMALL"),
        ("L1=30", {"previously_treated": True, "well_delineated": False}, "nontarget", "E-TREATED"),
        ("Lu1=30", {"well_delineated": False}, "nontarget", "E-DELINEATED"),
        ("N1=20", {}, "target", None),
        ("N1=15", {}, "target", None),
        ("N1=14", {}, "nontarget", "E-NODE"),
        ("N1=9", {}, "not_recorded", "E-NODE-NORMAL"),
        ("NN1=P", {}, "nontarget", "E-SMALL"),
        ("N1=18", {"organ": "lymph_node_periportal"}, "not_recorded", "E-NODE-REACTIVE"),
        ("N1=20", {"organ": "lymph_node_periportal"}, "target", None),
        ("N1=12", {"organ": "lymph_node_periportal", "proof": "positive"}, "nontarget", "E-NODE"),
        ("B1=40", {}, "nontarget", "E-BONE"),
        ("B1=40", {"soft_tissue_mm": 9.9}, "nontarget", "E-BONE"),
        ("B1=22", {"soft_tissue_mm": 22}, "target", None),
        ("PVT=30", {}, "nontarget", "E-THROMBUS"),
        ("ASC=P", {}, "nontarget", "E-EFFUSION"),
        ("Lu1=20", {"seen_on": "PET"}, "nontarget", "E-FUNCTIONAL"),
    ],
)
def test_that_a_baseline_lesion_has_its_role(text: str, noted: dict[str, Any], role: str, rule: str | None) -> None:
    assert _verdict(text, **noted) == (role, rule)


@pytest.mark.parametrize(
    ("size", "thickness", "role"),
    [
        ("12", 8, "nontarget"),
        ("16", 8, "target"),
        ("15.9", 8, "nontarget"),
        ("10", 5, "target"),
        ("11.9", 6, "nontarget"),
    ],
)
def test_that_thick_slices_need_twice_their_thickness(size: str, thickness: int, role: str) -> None:
    assert _verdict(f"L1={size}", thickness)[0] == role


def _lines(*thicknesses: str | None) -> tuple[Line, ...]:
    here = ("1.2", "1.3", 1, None, (0.0, 0.0, 0.0), (12.0, 0.0, 0.0))
    return tuple(Line(*here, None if mm is None else Fraction(mm)) for mm in thicknesses)


@pytest.mark.parametrize(
    ("lines", "least"),
    [
        (("1",), "target"),
        (("8",), "nontarget"),
        (("1", "8"), "nontarget"),
        (("1", None), "nontarget"),
        ((None,), "nontarget"),
        ((), "nontarget"),
    ],
    ids=["thin", "thick", "parts on two series", "one part unstated", "unstated", "no line"],
)
def test_that_a_lesion_is_judged_by_the_slices_it_was_measured_on(lines: tuple[str | None, ...], least: str) -> None:
    lesion, _ = _only(case("L1=12"))
    observation = Observation("L1", Measured(Diameter(120), evidence=_lines(*lines)))
    assert judge_eligibility(lesion, observation, RULES, Fraction(8)).role.value == least
    chosen = select_targets([(lesion, observation)], RULES, Fraction(8))
    assert chosen == (("L1",) if least == "target" else ())


def test_that_thick_slices_decide_where_no_scan_is_known_but_the_line() -> None:
    lesion, _ = _only(case("L1=12"))
    observation = Observation("L1", Measured(Diameter(120), evidence=_lines("8")))
    assert judge_eligibility(lesion, observation, RULES).rule == "E-SLICE"


@pytest.mark.parametrize(
    ("thicknesses", "rules"),
    [((8, 1), ["E-SLICE"]), ((1, 8), ["E-SLICE"]), ((1, 5), []), ((1, None), []), ((None, 8), ["E-SLICE"])],
)
def test_that_the_thickest_scan_of_the_baseline_decides(thicknesses: tuple[int | None, ...], rules: list[str]) -> None:
    scans = [{"modality": "CT", "slice_thickness_mm": mm} for mm in thicknesses]
    assert list(_issues(visit("L1=12", scans=scans))) == rules


def test_that_a_pet_scan_has_no_say_in_measuring() -> None:
    scans = [{"modality": "CT", "slice_thickness_mm": 1}, {"modality": "PT", "slice_thickness_mm": 8}]
    assert _issues(visit("L1=12", scans=scans)) == {}


def test_that_the_largest_are_chosen_two_in_an_organ_and_five_in_all() -> None:
    words = "L1=45 L2=40 L3=28 Lu1=38 Lu2=35 N1=32 N2=25 N3=20"
    read = case(words).reads[0]
    candidates = list(zip(read.lesions, read.timepoints[0].observations, strict=True))
    assert select_targets(candidates, RULES) == ("L1", "L2", "Lu1", "Lu2", "N1")
    assert select_targets(candidates[5:], RULES) == ("N1", "N2")
    small = case("L1=9 L2=12").reads[0]
    assert select_targets(list(zip(small.lesions, small.timepoints[0].observations, strict=True)), RULES) == ("L2",)


def _issues(*visits: str | dict[str, Any], **more: Any) -> dict[str, Issue]:
    found = assessed(*visits, **more)
    listed = [*found.baseline.issues, *(i for t in found.timepoints for i in t.issues)]
    return {i.rule: i for i in listed}


@pytest.mark.parametrize(
    ("baseline", "rule", "lesion"),
    [
        (visit("L1=30 L2=20 L3=15"), "E-ORGAN", "L3"),
        (visit("N1=30 N2=20 N3=15"), "E-ORGAN", "N3"),
        (visit("L1=30 L2=20 Lu1=30 Lu2=20 N1=20 Ad1=20"), "E-TOTAL", "Ad1"),
        (visit("L1=9"), "E-SMALL", "L1"),
        (visit("L1=ts"), "E-SMALL", "L1"),
        (visit("L1=12", scans=[{"modality": "CT", "slice_thickness_mm": 8}]), "E-SLICE", "L1"),
        (visit("L1=30", day=-35), "E-WINDOW", None),
        (visit("L1=30", day=3), "E-AFTER-START", None),
        (visit("L1=30", scans=[{"modality": "CT", "day": -29}]), "E-WINDOW", None),
        (visit("L1=30", L1={"arterial_enhancement": False, "axis": "longest"}), "E-RECIST", "L1"),
        (visit("Lu1=30", Lu1={"previously_treated": True}), "E-TREATED-OUTSIDE", "Lu1"),
        (visit("N1=20", N1={"axis": "longest"}), "E-NODE-AXIS", "N1"),
        (visit("NN1=9"), "E-NODE-NORMAL", "NN1"),
    ],
)
def test_that_what_does_not_conform_at_baseline_is_said(
    baseline: dict[str, Any], rule: str, lesion: str | None
) -> None:
    found = _issues(baseline)
    assert list(found) == [rule]
    assert found[rule].lesion == lesion
    assert "{" not in found[rule].text


def test_that_a_case_that_conforms_raises_nothing() -> None:
    assert _issues(visit("L1=30 L2=20 Lu1=20 N1=15 NN1=12 PVT=P", day=-28), "L1=30 L2=20") == {}


def test_that_a_justified_deviation_keeps_its_justification() -> None:
    found = _issues(visit("L1=9", L1={"override": "clearly seen in all phases"}))
    assert found["E-SMALL"].overridden == "clearly seen in all phases"
    found = _issues("L1=30", visit("L1=20", L1={"override": "kept by hand"}))
    assert found["E-OVERRIDE"].overridden == "kept by hand"


def test_that_a_reason_is_good_for_the_rule_it_was_given_for_and_for_no_other() -> None:
    thick = {"scans": [{"modality": "CT", "slice_thickness_mm": 8}]}
    for_small = {"L1": {"override": {"E-SMALL": " seen in all phases "}}}
    assert _issues(visit("L1=9", **thick, **for_small))["E-SMALL"].overridden == "seen in all phases"
    assert _issues(visit("L1=12", **thick, **for_small))["E-SLICE"].overridden == "", "measured anew"
    node = {"N1": {"axis": "longest", "override": {"E-NODE": "grows"}}}
    found = _issues(visit("N1=12", **node), visit("N1=12", N1={"axis": "longest"}))
    assert {rule: x.overridden for rule, x in found.items()} == {"E-NODE": "grows", "E-NODE-AXIS": ""}


def test_that_one_text_is_good_for_all_objections_that_no_reason_of_their_own_answers() -> None:
    node = {"N1": {"axis": "longest", "override": {"all": "agreed", "E-NODE": "grows"}}}
    found = _issues(visit("N1=12", **node), visit("N1=12", N1={"axis": "longest"}))
    assert {rule: x.overridden for rule, x in found.items()} == {"E-NODE": "grows", "E-NODE-AXIS": "agreed"}


@pytest.mark.parametrize("rule", ["E-ORGAN", "E-TOTAL"])
def test_that_a_target_too_many_is_open_until_each_one_too_many_has_its_reason(rule: str) -> None:
    names, text = ("L3 L4", "L1=30 L2=20 L3=15 L4=12")
    if rule == "E-TOTAL":
        names, text = ("N2 Ad1", "L1=30 L2=20 Lu1=20 Lu2=20 N1=20 N2=20 Ad1=20")

    def told(**noted: Any) -> list[tuple[str | None, str]]:
        found = assessed(visit(text, **noted), text).baseline.issues
        return [(x.lesion, x.overridden) for x in found if x.rule == rule]

    first, second = names.split()
    agreed = {"override": {rule: "agreed"}}
    assert told() == [(first, "")]
    assert told(**{first: agreed}) == [(second, "")], "the reason was for the first of them"
    assert told(**{first: agreed, second: agreed}) == [(first, "agreed")]
    assert told(**{first: {"override": "agreed"}}) == [(first, "agreed")], "as older files mean it"


def test_that_a_reason_at_a_later_time_point_is_told_with_its_rule() -> None:
    late = visit("L1=20", L1={"override": {"E-SMALL": "as at baseline"}})
    found = _issues("L1=30", late)["E-OVERRIDE"]
    assert (found.overridden, found.numbers["objection"]) == ("as at baseline", "E-SMALL")
    assert found.text == "L1: the reader went against E-SMALL."


def test_that_a_window_entry_criteria_and_old_labs_are_justified_at_their_time_point() -> None:
    why = {"override": " agreed with the sponsor "}
    early = visit("L1=30", day=-35, clinical={"ecog": 2}, **why)
    late = visit("L1=20", day=42, clinical={"ecog": 0, "labs_day": 30})
    found = _issues(early, late, protocol="cotsom")
    assert {rule: x.overridden for rule, x in found.items() if rule != "E-UNRECORDED"} == {
        "E-WINDOW": "agreed with the sponsor",
        "E-ENTRY": "agreed with the sponsor",
        "E-LABS": "",
    }
    assert _issues("L1=30", late | why)["E-LABS"].overridden == "agreed with the sponsor"
    assert _issues(visit("L1=30", day=3, **why))["E-AFTER-START"].overridden == "agreed with the sponsor"


def test_that_each_rule_of_a_time_point_is_justified_by_itself() -> None:
    early = visit("L1=30", day=-35, clinical={"ecog": 2}, override={"E-WINDOW": " holidays "})
    late = visit("L1=20", day=42, clinical={"labs_day": 30, "ineligibility_confirmed": "ecog"})
    late["override"] = {"E-INELIGIBLE": "seen on the ward", "E-UNRECORDED": "drawn elsewhere"}
    found = _issues(early, late, protocol="cotsom")
    assert {rule: x.overridden for rule, x in found.items()} == {
        "E-WINDOW": "holidays",
        "E-ENTRY": "",
        "E-LABS": "",
        "E-UNRECORDED": "drawn elsewhere",
        "E-INELIGIBLE": "seen on the ward",
    }


def test_that_a_deviation_from_the_entry_criteria_is_said_under_the_protocol() -> None:
    baseline = visit("L1=30", clinical={"ecog": 2, "bilirubin_mg_dl": 2.5})
    found = _issues(baseline, protocol="cotsom")
    assert found["E-ENTRY"].text.startswith("At baseline: ECOG 2 is above 1; bilirubin 2.5 mg/dL is above 2.")
    assert _issues(baseline) == {}
    assert _issues(baseline, protocol="ld_ccrt") == {}


def test_that_old_laboratory_values_are_a_reminder() -> None:
    assert "E-LABS" in _issues("L1=30", visit("L1=30", clinical={"labs_day": 38}))
    assert "E-LABS" not in _issues("L1=30", visit("L1=30", clinical={"labs_day": 39}))


def test_that_every_role_has_a_name() -> None:
    assert [x.value for x in Eligible] == ["target", "nontarget", "not_recorded"]


def test_that_a_justification_speaks_for_its_own_lesion_only() -> None:
    found = assessed(visit("L1=30 L2=20 L3=15", L1={"override": "margin is clear on MRI"}), "L1=30 L2=20 L3=15")
    assert [(i.rule, i.lesion, i.overridden) for i in found.baseline.issues] == [("E-ORGAN", "L3", "")]
    found = assessed(visit("L1=30 L2=20 L3=15", L3={"override": "  "}), "L1=30 L2=20 L3=15")
    assert found.baseline.issues[0].overridden == ""
    found = assessed(visit("L1=30 L2=20 L3=15", L3={"override": "agreed"}), "L1=30 L2=20 L3=15")
    assert found.baseline.issues[0].overridden == "agreed"


def test_that_a_rule_set_may_take_more_targets_in_the_liver_than_in_other_organs() -> None:
    more = replace(RULES, eligibility=replace(RULES.eligibility, per_liver=3))
    liver, lungs = case("L1=30 L2=20 L3=15"), case("Lu1=30 Lu2=20 Lu3=15")
    assert assess(liver, more).baseline.issues == ()
    assert [i.rule for i in assess(lungs, more).baseline.issues] == ["E-ORGAN"]
    read = liver.reads[0]
    candidates = list(zip(read.lesions, read.timepoints[0].observations, strict=True))
    assert select_targets(candidates, more) == ("L1", "L2", "L3")
