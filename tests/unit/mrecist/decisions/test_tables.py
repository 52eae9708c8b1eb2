"""Both decision tables, by hand-worked patients."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from app.resources import load_protocol, load_ruleset
from mrecist.assess import assess
from mrecist.results import TimePointResponse
from tests.support.patients import case, last, visit

SCENARIOS = tomllib.loads(
    (Path(__file__).resolve().parents[4] / "tests/scenarios/decisions.toml").read_text(encoding="utf-8")
)["patient"]
WELL = {
    "ecog": 0,
    "bilirubin_mg_dl": 1.0,
    "albumin_g_dl": 4.0,
    "inr": 1.1,
    "ascites": "none",
    "encephalopathy": 0,
    "clinical_worsening": False,
}


def decided(
    *visits: str, clinical: dict[str, Any], before: dict[str, Any] | None = None, **more: Any
) -> TimePointResponse:
    listed = [visit(v) for v in visits]
    listed[-1]["clinical"] = clinical
    if before is not None:
        listed[-2]["clinical"] = before
    return last(*listed, **({"protocol": "cotsom"} | more))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[s["id"] for s in SCENARIOS])
def test_that_every_scenario_has_its_hand_worked_decisions(scenario: dict[str, Any]) -> None:
    clinical = WELL | scenario.get("clinical", {})
    for name in scenario.get("unanswered", ()):
        del clinical[name]
    before = WELL | scenario["before"] if "before" in scenario else None
    at = decided(*scenario["visits"], clinical=clinical, before=before)
    assert at.tace is not None and at.sorafenib is not None
    assert f"{at.tace.decision} {at.tace.row}" == scenario["tace"]
    assert f"{at.sorafenib.decision} {at.sorafenib.row}" == scenario["sorafenib"]
    assert at.sorafenib.proposal == scenario.get("proposal")
    for decision, name in ((at.tace, "needs_tace"), (at.sorafenib, "needs_sorafenib")):
        if name in scenario:
            assert list(decision.needs) == scenario[name]
    for decision in (at.tace, at.sorafenib):
        assert decision.inputs
        assert f"({decision.row})" in decision.reasons[0].text


def test_that_a_sentence_names_the_limit_that_was_crossed() -> None:
    at = decided("L1=30", "L1=30", clinical=WELL | {"bilirubin_mg_dl": 2.1})
    assert at.tace is not None
    assert at.tace.reasons[0].text == "Hold: bilirubin 2.1 mg/dL is above 2 (T6). Is this lasting?"


def test_that_missing_eligibility_data_are_flagged_and_named() -> None:
    at = decided("L1=30", "L1=30", clinical={"tace_benefit": "yes"})
    assert at.tace is not None
    assert "GATE_UNKNOWN" in at.flags
    assert "ECOG, bilirubin, albumin, INR, ascites, encephalopathy" in at.tace.reasons[0].text


@pytest.mark.parametrize(
    ("baseline", "now", "held"),
    [
        ({"ascites": "slight"}, {"ascites": "slight"}, False),
        ({"ascites": "slight"}, {"ascites": "moderate"}, True),
        ({"ecog": 2}, {"ecog": 2}, False),
        ({"ecog": 2}, {"ecog": 3}, True),
        ({}, {"main_pv_occlusion": True}, True),
        ({"main_pv_occlusion": True}, {"main_pv_occlusion": True}, False),
        ({"platelets_per_ul": 40000}, {"platelets_per_ul": 39000}, True),
        ({"platelets_per_ul": 40000}, {"platelets_per_ul": 45000}, False),
    ],
)
def test_that_a_limit_crossed_at_baseline_gates_only_when_worse(
    baseline: dict[str, Any], now: dict[str, Any], held: bool
) -> None:
    clinical = WELL | {"tace_benefit": "yes"}
    at = last(visit("L1=30", clinical=clinical | baseline), visit("L1=30", clinical=clinical | now), protocol="cotsom")
    assert at.tace is not None
    assert (at.tace.row == "T6") is held


def test_that_consent_withdrawn_by_an_event_holds_from_that_day_on() -> None:
    events = [{"kind": "consent_withdrawn", "day": 42}]
    assert decided("L1=30", "L1=30", clinical=WELL, events=events).tace.row == "T1"  # type: ignore[union-attr]
    later = [{"kind": "consent_withdrawn", "day": 43}]
    assert decided("L1=30", "L1=30", clinical=WELL, events=later).tace.row == "T11"  # type: ignore[union-attr]


def test_that_an_unimaged_chest_makes_a_continuing_sorafenib_ask() -> None:
    coverage = {"liver_dynamic": True, "chest": False, "abdomen_pelvis": True}
    at = last("L1=30 Lu1=20", visit("L1=30 Lu1=20", coverage=coverage, clinical=WELL))
    assert at.sorafenib is not None
    assert (at.sorafenib.row, at.sorafenib.needs) == ("S9", ("extrahepatic imaging",))


@pytest.mark.parametrize(
    ("visits", "benefit", "told"),
    [
        (("L1=30 Lu1=20", "L1=30 Lu1=20"), "yes", "Continue: extrahepatic SD (S9)."),
        (
            ("L1=30 Lu1=20", "L1=36 Lu1=20"),
            "yes",
            "Continue: extrahepatic SD (S9). Intrahepatic PD alone is not sorafenib failure.",
        ),
        (
            ("L1=30 Lu1=20", "L1=30 Lu1=14"),
            "no",
            "Continue: extrahepatic PR (S9). No benefit of TACE alone is not sorafenib failure.",
        ),
        (("L1=30 Lu1=20", "L1=0 Lu1=20"), None, "Continue: extrahepatic SD (S9)."),
    ],
    ids=["liver-stable", "liver-progresses", "no-benefit-of-TACE", "liver-complete"],
)
def test_that_sorafenib_goes_on_for_what_is_true_of_this_liver(
    visits: tuple[str, ...], benefit: str | None, told: str
) -> None:
    at = decided(*visits, clinical=WELL | {"tace_benefit": benefit})
    assert at.sorafenib is not None
    assert (at.sorafenib.row, at.sorafenib.reasons[0].text) == ("S9", told)


def test_that_a_liver_without_dynamic_imaging_holds_tace() -> None:
    coverage = {"liver_dynamic": False}
    at = last("L1=30", visit("L1=0", coverage=coverage, clinical=WELL | {"tace_benefit": "yes"}))
    assert at.tace is not None
    assert (at.intrahepatic.response, at.tace.row) == ("PR", "T7")


@pytest.mark.parametrize(
    ("later", "row"),
    [("L1=P L2=0", "T7"), ("L1=0 L2=0 xIN=12t", "T9"), ("L1=0 L2=0", "T3"), ("L1=ts L2=0", "T10")],
)
def test_that_viable_tumour_is_a_target_a_nontarget_or_a_counted_new_lesion(later: str, row: str) -> None:
    at = decided("L1=30 L2=20", later, clinical=WELL | {"tace_benefit": "yes"})
    assert at.tace is not None
    assert at.tace.row == row


def test_that_a_new_liver_lesion_that_is_not_evaluable_leaves_viability_unknown() -> None:
    at = decided("Lu1=20", "Lu1=20 xIN=12t", "Lu1=20 xIN=NE", clinical=WELL | {"tace_benefit": "yes"})
    assert at.tace is not None
    assert (at.intrahepatic.response, at.tace.row) == ("ND", "T7")


def test_that_a_target_that_was_not_recorded_leaves_viability_unknown() -> None:
    at = decided("L1=30 L2=20", "L1=0", clinical=WELL | {"tace_benefit": "yes"})
    assert at.tace is not None
    assert at.tace.row == "T7"


def test_that_there_are_no_decisions_without_the_protocol_or_clinical_data() -> None:
    at = last("L1=30", "L1=30")
    assert (at.tace, at.sorafenib, at.liver) == (None, None, None)
    at = last("L1=30", "L1=30", protocol="cotsom")
    assert at.tace is not None and at.tace.row == "T11"
    assert case("L1=30", protocol="cotsom").protocol == "cotsom"


def test_that_what_was_not_recorded_is_listed_and_sets_no_gate() -> None:
    at = decided("L1=30", "L1=30", clinical=WELL | {"tace_benefit": "yes"})
    assert at.tace is not None and at.tace.row == "T10"
    assert [i.text for i in at.issues] == [
        "Not recorded at this time point: AST, ALT. What is not recorded sets no gate."
    ]
    enzymes = {"ast_x_uln": 1, "alt_x_uln": 1}
    assert decided("L1=30", "L1=30", clinical=WELL | enzymes).issues == ()


def test_that_ineligibility_without_a_crossed_limit_is_decided_as_signed_and_warned_of() -> None:
    enzymes = {"ast_x_uln": 1, "alt_x_uln": 1}
    at = decided("L1=30", "L1=30", clinical=WELL | enzymes | {"ineligibility_confirmed": "ecog"})
    assert at.tace is not None and at.tace.row == "T5"
    assert [(i.rule, i.severity) for i in at.issues] == [("E-INELIGIBLE", "warning")]
    at = decided("L1=30", "L1=30", clinical=WELL | enzymes | {"ineligibility_confirmed": "ecog", "ecog": 2})
    assert at.issues == ()


def test_that_viable_tumour_is_what_is_viable_also_under_whole_diameters() -> None:
    """Judged by whole diameters the lesion is still there; there is nothing viable to embolise."""
    known = {"id": "L1", "region": "intra", "role": "target", "organ": "liver", "kind": "other", "whole_mm": 40}
    visits = [
        {"lesions": [known | {"diameter_mm": 40}]},
        {"lesions": [known | {"status": "nonviable"}], "clinical": WELL | {"tace_benefit": "yes"}},
    ]
    at = last(*visits, ruleset="recist-1.1", protocol="cotsom")
    assert at.tace is not None
    assert (at.intrahepatic.response, at.tace.row) == ("SD", "T8")


def test_that_a_counted_new_lesion_that_was_not_evaluated_is_warned_of() -> None:
    at = last("L1=30", "L1=30 xIN=12t", "L1=0 xIN=NE")
    assert at.intrahepatic.response == "CR"
    assert [i.text for i in at.issues] == [
        "xIN: a new lesion that counted (TP1) was not evaluated; it does not count here."
    ]
    reasons: dict[str, object] = {"override": {"E-NEW-UNSEEN": "the liver was not imaged"}}
    kept = last("L1=30", "L1=30 xIN=12t", visit("L1=0 xIN=NE", xIN=reasons))
    assert kept.intrahepatic.response == "CR", "a reason changes no response"
    assert [(i.rule, i.overridden) for i in kept.issues] == [("E-NEW-UNSEEN", "the liver was not imaged")]
    unrecorded = last("L1=30", "L1=30 xIN=12t", "L1=0")
    assert [(i.rule, i.overridden) for i in unrecorded.issues] == [("E-NEW-UNSEEN", "")]


def test_that_a_case_of_another_protocol_is_not_decided_by_these_tables() -> None:
    other = case("L1=30", visit("L1=30", clinical=WELL), protocol="ld_ccrt")
    at = assess(other, load_ruleset(), protocol=load_protocol("cotsom")).timepoints[-1]
    assert (at.tace, at.sorafenib) == (None, None)
    assert at.liver is not None


def test_that_a_decision_names_its_own_rule_and_all_that_it_asks_for() -> None:
    enzymes = {"ast_x_uln": 1, "alt_x_uln": 1}
    held = decided("L1=30", "L1=30", clinical=WELL | enzymes | {"bilirubin_mg_dl": 2.1}).tace
    assert held is not None and (held.row, held.reasons[0].rule) == ("T6", "T6")
    lacking = decided("L1=30", "L1=30", clinical={"tace_benefit": "yes"}).tace
    assert lacking is not None and (lacking.row, lacking.reasons[0].rule) == ("T6", "T6-DATA")
    asking = decided("L1=30 Lu1=20", "L1=30 Lu1=30", clinical=WELL | enzymes | {"tace_benefit": "yes"}).sorafenib
    assert asking is not None and asking.reasons[0].text == (
        "Extrahepatic PD with benefit of TACE (S7): not decided yet; missing: next TACE planned, sorafenib tolerable."
    )
