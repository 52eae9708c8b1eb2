"""TACE failure / refractoriness and unsuitability (JSH), item by item, by hand-worked patients."""

from __future__ import annotations

from typing import Any

import pytest

from mrecist.decisions.advisory import Panel, Scheme
from tests.support.advised import caveats, item_of, panels, seen, states
from tests.support.patients import visit


def jsh(*visits: str | dict[str, Any], **more: Any) -> Panel:
    """The panel of 2014."""
    return panels(*visits, **more)[Scheme.JSH_2014]


def jsh_2021(*visits: str | dict[str, Any], **more: Any) -> Panel:
    return panels(*visits, **more)[Scheme.JSH_2021]


@pytest.mark.parametrize(
    ("first", "second", "third", "state"),
    [
        ("L1=50", "L1=25.1", "L1=12.6", "met"),  # 25.1 of 50, then 12.6 of 25.1
        ("L1=50", "L1=25", "L1=13", "not_met"),
        ("L1=50", "L1=26", "L1=13", "not_met"),
        ("L1=50", "L1=60", "L1=70", "met"),
        ("L1=50", "L1=NE", "L1=40", "not_recorded"),
        ("L1=50", "L1=40", "L1=NE", "not_recorded"),
        ("L1=50", "L1=25", "L1=NE", "not_met"),
        ("L1=50 L2=20", "L1=50 L2=NE", "L1=50 L2=20", "not_recorded"),  # no complete sum before the second
        ("L1=50", "L1=0", "L1=0", "not_met"),
        ("INF=P", "INF=P", "INF=P", "not_recorded"),
    ],
)
def test_that_two_insufficient_responses_leave_more_than_half_each(
    first: str, second: str, third: str, state: str
) -> None:
    found = item_of(jsh(first, second, third, days=(0, 42)), "INSUFFICIENT")
    assert found.state == state


def test_that_an_insufficient_response_is_told_with_its_sums() -> None:
    found = item_of(jsh("L1=50", "L1=40", "L1=30", days=(0, 42)), "INSUFFICIENT")
    assert found.text == (
        "Viable tumour left above 50 %: 40.0 of 50.0 mm after the session of day 0, 30.0 of 40.0 mm after that of day "
        "42."
    )


@pytest.mark.parametrize(("day", "state"), [(69, "not_recorded"), (70, "met"), (134, "met"), (135, "not_recorded")])
def test_that_an_insufficient_response_is_seen_at_one_to_three_months(day: int, state: str) -> None:
    found = item_of(jsh("L1=50", "L1=40", visit("L1=40", day=day), days=(0, 42)), "INSUFFICIENT")
    assert found.state == state
    if state == "not_recorded":
        assert "day 42: no time point 1 to 3 months after it" in found.text


def test_that_the_last_two_sessions_are_looked_at() -> None:
    visits = ["L1=50", "L1=40", "L1=39", "L1=10"]
    assert states(jsh(*visits, days=(0, 42, 84), at="TP2"))["INSUFFICIENT"] == "met"
    assert states(jsh(*visits, days=(0, 42, 84)))["INSUFFICIENT"] == "not_met"


def test_that_one_session_cannot_meet_what_takes_two() -> None:
    panel = jsh("L1=50", "L1=60 xIN=12t")
    assert (states(panel)["INSUFFICIENT"], states(panel)["NUMBER"]) == ("not_met", "not_met")
    assert item_of(panel, "NUMBER").text == "Needs two sessions; 1 so far."


@pytest.mark.parametrize(
    ("second", "third", "state"),
    [
        ("L1=50 xIN1=12t", "L1=50 xIN1=12t xIN2=12t", "met"),
        ("L1=50 xIN1=12t", "L1=50 xIN1=12t", "not_met"),  # the same one is not new again
        ("L1=50", "L1=70", "not_met"),  # growth alone is no further tumour
        ("L1=50 xIN1=9t", "L1=50 xIN1=9t xIN2=12t", "not_met"),  # 9 mm is equivocal
        ("L1=50 xPV1=1!", "L1=50 xPV1=1! xIN2=12t", "not_met"),  # a thrombus is no tumour of its own
        ("L1=NE", "L1=50 xIN2=12t", "not_recorded"),
        ("L1=NE xIN1=12t", "L1=NE xIN1=12t xIN2=12t", "met"),
        ("L1=50", "L1=NE", "not_met"),
    ],
)
def test_that_two_progressions_each_bring_a_new_tumour(second: str, third: str, state: str) -> None:
    assert states(jsh("L1=50", second, third, days=(0, 42)))["NUMBER"] == state


def test_that_sessions_without_a_time_point_between_them_are_not_told_apart() -> None:
    panel = jsh("L1=50", "L1=45 xIN=12t", days=(0, 10))
    assert states(panel)["NUMBER"] == states(panel)["INSUFFICIENT"] == "not_recorded"
    assert "day 0: no time point between it and the next session" in item_of(panel, "NUMBER").text
    assert "SHARED-SCAN" in caveats(panel)
    assert "SHARED-SCAN" not in caveats(jsh("L1=50", "L1=50", "L1=50", days=(0, 42)))


def markers(*values: Any, name: str = "afp_ng_ml", days: tuple[int, ...] = (0, 42)) -> str:
    return states(jsh(*[seen("L1=50", **{name: x}) for x in values], days=days))["MARKERS"]


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ((100, 120, 150), "met"),
        ((100, 100, 150), "met"),  # one step that is no rise is the transient dip
        ((100, 80, 150), "met"),
        ((100, 150, 140), "not_met"),
        ((100, 120, 120), "not_met"),
        ((100, 80, 100), "not_met"),  # the last is not above the first
        ((100, 80, 90), "not_met"),
        ((100, None, 150), "not_recorded"),  # only one value after it
        ((100, None, 90), "not_met"),
        ((None, 120, 150), "not_recorded"),
        ((None, None, None), "not_recorded"),
        ((20000, 30000, ">35000"), "met"),
        ((">35000", ">35000", ">35000"), "not_recorded"),
        ((">35000", 40000, 50000), "not_recorded"),
        ((">35000", 30000, 20000), "not_met"),
        ((20000, ">10000", 50000), "not_recorded"),
    ],
)
def test_that_markers_rise_continuously_but_for_one_dip(values: tuple[Any, ...], state: str) -> None:
    assert markers(*values) == state
    assert markers(*values, name="pivka_mau_ml") == state


def test_that_two_dips_are_not_transient() -> None:
    assert markers(100, 90, 80, 150, days=(0,)) == "not_met"
    assert markers(100, 90, 120, 150, days=(0,)) == "met"


def test_that_either_marker_suffices_and_one_that_cannot_be_judged_leaves_it_open() -> None:
    both = [seen("L1=50", afp_ng_ml=a, pivka_mau_ml=p) for a, p in ((100, 40), (90, 50), (80, 60))]
    assert states(jsh(*both, days=(0, 42)))["MARKERS"] == "met"
    one = [seen("L1=50", afp_ng_ml=a, pivka_mau_ml=p) for a, p in ((100, None), (90, 50), (80, 60))]
    found = item_of(jsh(*one, days=(0, 42)), "MARKERS")
    assert found.state == "not_recorded"
    assert "AFP 100, 90, 80; PIVKA-II not recorded, 50, 60" in found.text
    falling = [seen("L1=50", afp_ng_ml=a) for a in (100, 90, 80)]
    assert states(jsh(*falling, days=(0, 42)))["MARKERS"] == "not_met"


def test_that_markers_are_followed_since_the_session_before_the_last() -> None:
    visits = [seen("L1=50", afp_ng_ml=x) for x in (1000, 100, 120, 150)]
    assert states(jsh(*visits, days=(0, 42, 84)))["MARKERS"] == "met"
    assert states(jsh(*visits, days=(0, 84)))["MARKERS"] == "not_met"


# --- vascular invasion and extrahepatic spread, as in the other schemes ---------------------------------------------

BASELINE_SPREAD = "not applicable at baseline: count only new or progressing extrahepatic spread"


@pytest.mark.parametrize(
    ("first", "now", "state"),
    [
        ("L1=50", "L1=50", "not_met"),
        ("L1=50", "L1=50 xLu=20!", "met"),
        ("L1=50", "L1=50 xLu=6?", "not_met"),
        ("L1=50 Lu1=20", "L1=50 Lu1=20", "not_applicable_at_baseline"),
        ("L1=50 Lu1=20", "L1=50 Lu1=10", "not_applicable_at_baseline"),
        ("L1=50 Lu1=20", "L1=50 Lu1=25", "met"),
        ("L1=50 Lu1=20", "L1=50 Lu1=20 xLu=6!", "met"),
        ("L1=50 Lu1=20", "L1=50 Lu1=NE", "not_recorded"),
        ("L1=50 B1=P", "L1=50 B1=U", "met"),
        ("L1=50 B1=P", "L1=50 B1=P", "not_applicable_at_baseline"),
        ("L1=50 ASC=P", "L1=50 ASC=P", "not_met"),  # an effusion without cytology
    ],
)
def test_that_only_new_or_progressing_extrahepatic_spread_counts(first: str, now: str, state: str) -> None:
    found = item_of(jsh(first, now), "SPREAD")
    assert found.state == state
    assert (BASELINE_SPREAD in found.text) is (state == "not_applicable_at_baseline")


def test_that_an_unimaged_chest_leaves_spread_unknown() -> None:
    coverage = {"liver_dynamic": True, "chest": False, "abdomen_pelvis": True}
    for first in ("L1=50", "L1=50 Lu1=20"):
        panel = jsh(first, visit(first, coverage=coverage))
        assert states(panel)["SPREAD"] == "not_recorded"
    assert states(jsh("L1=50", visit("L1=50 xLu=9!", coverage=coverage)))["SPREAD"] == "met"


def test_that_spread_once_appeared_stays_dated() -> None:
    found = item_of(jsh("L1=50 Lu1=20", "L1=50 Lu1=30", "L1=50 Lu1=20"), "SPREAD")
    assert (found.state, found.text) == ("met", "New or progressing extrahepatic spread at TP1 (EHG).")


def test_that_spread_that_appeared_before_the_first_session_does_not_count_by_itself() -> None:
    visits = ["L1=50", "L1=50 xLu1=20!"]
    found = item_of(jsh(*visits, "L1=50 xLu1=20!", days=(43,)), "SPREAD")
    assert found.state == "not_recorded"
    assert "Extrahepatic PD was there before the first session (TP1)" in found.text
    found = item_of(jsh(*visits, "L1=50 xLu1=20! xLu2=9!", days=(43,)), "SPREAD")
    assert found.state == "met"
    found = item_of(jsh(*visits, "L1=50 xLu1=0", days=(43,)), "SPREAD")
    assert found.state == "not_applicable_at_baseline"
    found = item_of(jsh("L1=50", "L1=50", "L1=50 xLu1=20!", days=(43,)), "SPREAD")
    assert found.state == "met"


@pytest.mark.parametrize(
    ("first", "now", "state"),
    [
        ("L1=50", "L1=50", "not_met"),
        ("L1=50", "L1=50 xPV=1!", "met"),
        ("L1=50", "L1=50 xPV=1?", "not_met"),
        ("L1=50", "L1=50 xIN=12t", "not_met"),
        ("L1=50", "L1=NE", "not_recorded"),
        ("L1=50 PVT=P", "L1=50 PVT=P", "not_applicable_at_baseline"),
        ("L1=50 PVT=P", "L1=50 PVT=U", "met"),
        ("L1=50 PVT=P", "L1=50 PVT=P xPV=1!", "met"),
        ("L1=50 INF=P", "L1=50 INF=U", "not_met"),
    ],
)
def test_that_only_new_or_progressing_vascular_invasion_counts(first: str, now: str, state: str) -> None:
    assert states(jsh(first, now))["VASCULAR"] == state


@pytest.mark.parametrize(
    ("lesions", "before", "now", "state"),
    [
        ("L1=50", False, True, "met"),
        ("L1=50", None, True, "met"),
        ("L1=50", True, True, "not_applicable_at_baseline"),
        ("L1=50 PVT=P", False, True, "met"),
        ("L1=50 PVT=P", None, True, "not_applicable_at_baseline"),
    ],
)
def test_that_occlusion_of_the_main_portal_vein_is_vascular_invasion(
    lesions: str, before: bool | None, now: bool, state: str
) -> None:
    panel = jsh(seen(lesions, main_pv_occlusion=before), seen(lesions, main_pv_occlusion=now))
    assert states(panel)["VASCULAR"] == state


def test_that_a_thrombus_that_came_before_the_first_session_does_not_count_by_itself() -> None:
    visits = ["L1=50", "L1=50 xPV1=1!"]
    assert states(jsh(*visits, "L1=50 xPV1=1!", days=(43,)))["VASCULAR"] == "not_applicable_at_baseline"
    assert states(jsh(*visits, "L1=50 xPV1=1! xPV2=1!", days=(43,)))["VASCULAR"] == "met"


def test_that_a_thrombus_listed_as_a_target_is_vascular_invasion() -> None:
    thrombus = {"organ": "portal_vein", "kind": "tumour_thrombus"}
    both = [visit("L1=50 L2=20", L2=dict(thrombus)) for _ in range(2)]
    assert states(jsh(*both))["VASCULAR"] == "not_applicable_at_baseline"


def test_that_a_liver_without_dynamic_imaging_leaves_vascular_invasion_unknown() -> None:
    assert states(jsh("L1=50", visit("L1=50", coverage={"liver_dynamic": False})))["VASCULAR"] == "not_recorded"


@pytest.mark.parametrize("lesions", ["L1=50 xIN=9t", "L1=50 xLu=6?"])
def test_that_an_equivocal_new_lesion_is_pointed_out(lesions: str) -> None:
    assert "EQUIVOCAL" in caveats(jsh("L1=50", lesions))
    assert "EQUIVOCAL" not in caveats(jsh("L1=50", "L1=50"))


# --- verdicts ------------------------------------------------------------------------------------------------------


def test_that_one_criterion_suffices_and_all_met_ones_are_named() -> None:
    panel = jsh("L1=50", "L1=45", "L1=44 xLu=9!", days=(0, 42))
    assert panel.verdict.text == (
        "TACE failure / refractoriness by this scheme: insufficient response to two consecutive sessions, "
        "extrahepatic spread."
    )
    assert panel.total is None


def test_that_what_is_not_recorded_keeps_the_verdict_open() -> None:
    panel = jsh("L1=50", "L1=20")
    assert panel.verdict.text == "Not met by what is recorded; not known: continuously rising tumour markers."


def test_that_nothing_met_is_said_where_all_is_known() -> None:
    panel = jsh(*[seen("L1=50 Lu1=20", afp_ng_ml=x) for x in (100, 90)])
    assert panel.verdict.rule == "JSH-2014-NOT-MET"
    assert caveats(panel) == ["PROXY", "ADEQUACY"]


def test_that_failure_is_not_spoken_of_before_the_first_session() -> None:
    assert (jsh("L1=50", "L1=60", days=()).applicable, jsh("L1=50", at="BL").applicable) == (False, False)
    panel = jsh_2021("L1=50", "L1=60", days=())
    assert panel.applicable
    assert list(states(panel)) == ["UP-TO-7", "LIKELY-B", "UNLIKELY"]
    assert list(states(jsh_2021("L1=50", "L1=60", days=(-9,), at="BL"))) == ["UP-TO-7", "LIKELY-B", "UNLIKELY"]
    assert "INSUFFICIENT" in states(jsh_2021("L1=50", "L1=60"))


# --- unsuitability -------------------------------------------------------------------------------------------------


def whole(text: str, **sizes: float) -> dict[str, Any]:
    return visit(text, **{name: {"whole_mm": mm} for name, mm in sizes.items()})


@pytest.mark.parametrize(
    ("first", "state", "score"),
    [
        (whole("L1=30", L1=50), "not_met", 6),
        (whole("L1=30", L1=60), "not_met", 7),
        (whole("L1=30", L1=60.1), "met", "7.01"),
        ("L1=60", "not_recorded", 7),
        ("L1=60.1", "met", "7.01"),
        (whole("L1=30 L2=20", L1=40, L2=20), "not_met", 6),
        (whole("L1=30 L2=20", L1=50, L2=20), "not_met", 7),
        (whole("L1=30 L2=20", L1=51, L2=20), "met", "7.1"),
        (whole("L1=30 L2=20", L1=40), "not_recorded", 6),
        ("L1=30 INF=P", "not_recorded", 5),
        ("L1=30 PVT=P Lu1=80", "not_recorded", 4),
        ("Lu1=80", "not_met", 0),
    ],
)
def test_that_up_to_7_is_the_largest_tumour_in_cm_and_their_number(
    first: str | dict[str, Any], state: str, score: Any
) -> None:
    found = item_of(jsh_2021(first, days=()), "UP-TO-7")
    assert (found.state, found.numbers["score"]) == (state, pytest.approx(float(score)))


def test_that_up_to_7_is_that_before_the_first_session() -> None:
    found = item_of(jsh_2021("L1=40", "L1=70", "L1=30", days=(43,)), "UP-TO-7")
    assert (found.state, found.numbers["at"], found.numbers["score"]) == ("met", "TP1", 8)


def test_that_a_tumour_not_seen_before_the_first_session_is_not_counted() -> None:
    gone = visit("L1=30 L2=0 INF=0", L1={"whole_mm": 40})
    later = "L1=30 L2=0 INF=0 xIN=12t"
    found = item_of(jsh_2021("L1=30 L2=20 INF=P", gone, later, days=(43,)), "UP-TO-7")
    assert (found.state, found.numbers["tumours"], found.numbers["score"]) == ("not_met", 1, 5)


# mALBI: bilirubin 1.0 / albumin 4.0 is -2.586 (2a); 1.0 / 3.5 is -2.161 (2b); 4.0 / 2.5 is -0.914 (3)
@pytest.mark.parametrize(
    ("lesions", "clinical", "state"),
    [
        ("L1=70", {"bilirubin_mg_dl": 1.0, "albumin_g_dl": 3.5}, "met"),
        ("L1=70", {"bilirubin_mg_dl": 4.0, "albumin_g_dl": 2.5}, "met"),
        ("L1=70", {"bilirubin_mg_dl": 1.0, "albumin_g_dl": 4.0}, "not_met"),
        ("L1=70", {"bilirubin_mg_dl": 1.0}, "not_recorded"),
        ("L1=40", {"bilirubin_mg_dl": 1.0, "albumin_g_dl": 3.5}, "not_recorded"),
        ("L1=40", {"bilirubin_mg_dl": 1.0, "albumin_g_dl": 4.0}, "not_met"),
        ("L1=40", {}, "not_recorded"),
        ("Lu1=40", {"bilirubin_mg_dl": 1.0, "albumin_g_dl": 3.5}, "not_met"),
    ],
)
def test_that_child_pugh_b_is_likely_beyond_up_to_7_with_malbi_2b(
    lesions: str, clinical: dict[str, Any], state: str
) -> None:
    found = item_of(jsh_2021(visit(lesions, clinical=clinical), days=()), "LIKELY-B")
    assert found.state == state
    if not clinical:
        assert "beyond up-to-7, bilirubin and albumin" in found.text


@pytest.mark.parametrize(
    ("lesions", "state"),
    [("L1=30 INF=P", "met"), ("L1=30", "not_recorded"), ("L1=30 INF=NE", "not_recorded"), ("INF=0", "not_recorded")],
)
def test_that_only_infiltrative_growth_is_known_to_be_unlikely_to_respond(lesions: str, state: str) -> None:
    assert states(jsh_2021(lesions, days=()))["UNLIKELY"] == state


def test_that_unsuitability_alone_is_enough_for_the_verdict_of_2021() -> None:
    panel = jsh_2021("L1=70", days=())
    assert panel.verdict.text == "TACE failure or unsuitability by this scheme: beyond up-to-7."
    assert caveats(panel) == ["AS-RECORDED"]
    assert jsh_2021("L1=30", days=()).verdict.rule == "JSH-2021-OPEN"
