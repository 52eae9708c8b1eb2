"""ART and ABCR, item by item, by hand-worked patients."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from mrecist.decisions.advisory import Panel, Scheme
from tests.support.advised import WELL, caveats, item_of, panels, seen, states
from tests.support.patients import visit

CHILD_PUGH_7 = {"bilirubin_mg_dl": 2.0, "ascites": "slight"}
HALF = Fraction(1, 2)


def art(*visits: str | dict[str, Any], **more: Any) -> Panel:
    return panels(*visits, **more)[Scheme.ART]


def abcr(*visits: str | dict[str, Any], **more: Any) -> Panel:
    return panels(*visits, **more)[Scheme.ABCR]


@pytest.mark.parametrize(
    ("now", "state", "points"),
    [
        ({}, "not_met", 0),
        ({"bilirubin_mg_dl": 2.0}, "met", 3 * HALF),
        (CHILD_PUGH_7, "met", 3),
        ({"bilirubin_mg_dl": 3.1, "ascites": "moderate"}, "met", 3),
    ],
)
def test_that_art_counts_one_point_of_child_pugh_and_two(now: dict[str, Any], state: str, points: Fraction) -> None:
    found = item_of(art(seen("L1=50"), seen("L1=30", **now)), "CP-RISE")
    assert (found.state, found.points) == (state, points)


def test_that_a_child_pugh_that_fell_is_no_rise() -> None:
    panel = art(seen("L1=50", bilirubin_mg_dl=2.5), seen("L1=30"))
    assert (states(panel)["CP-RISE"], panel.total) == ("not_met", 0)
    assert "6 (BL), 5 (TP1)" in item_of(panel, "CP-RISE").text


@pytest.mark.parametrize(
    ("before", "now", "state", "points"),
    [(1.0, 1.25, "not_met", 0), (1.0, 1.2501, "met", 4), (0.8, 1.0, "not_met", 0), (0.8, 1.01, "met", 4)],
)
def test_that_art_counts_ast_only_above_25_per_cent(before: float, now: float, state: str, points: int) -> None:
    found = item_of(art(seen("L1=50", ast_x_uln=before), seen("L1=30", ast_x_uln=now)), "AST")
    assert (found.state, found.points) == (state, points)


def test_that_a_rise_of_ast_is_told_with_its_exact_numbers() -> None:
    found = item_of(art(seen("L1=50"), seen("L1=30", ast_x_uln=1.2501)), "AST")
    assert found.numbers["change_pct"] == Fraction("25.01")
    assert found.text == "AST +25.01 %, from 1 (BL) to 1.25 × ULN (TP1); counts above +25 %."


@pytest.mark.parametrize(
    ("now", "state", "points"),
    [("L1=35", "not_met", 0), ("L1=35.1", "met", 1), ("L1=60", "met", 1), ("L1=0", "not_met", 0)],
)
def test_that_art_counts_a_missing_response(now: str, state: str, points: int) -> None:
    found = item_of(art(seen("L1=50"), seen(now)), "NO-RESPONSE")
    assert (found.state, found.points) == (state, points)


@pytest.mark.parametrize(
    ("lesions", "now", "total", "verdict"),
    [
        ("L1=30", {}, 0, "ART-LOW"),
        ("L1=50", {}, 1, "ART-LOW"),
        ("L1=30", {"bilirubin_mg_dl": 2.0}, 3 * HALF, "ART-LOW"),
        ("L1=50", {"bilirubin_mg_dl": 2.0}, 5 * HALF, "ART-HIGH"),
        ("L1=30", {"ast_x_uln": 2}, 4, "ART-HIGH"),
        ("L1=50", CHILD_PUGH_7 | {"ast_x_uln": 2}, 8, "ART-HIGH"),
    ],
)
def test_that_art_supports_up_to_one_and_a_half_and_advises_against_from_two_and_a_half(
    lesions: str, now: dict[str, Any], total: Fraction, verdict: str
) -> None:
    panel = art(seen("L1=50"), seen(lesions, **now))
    assert (panel.total, panel.verdict.rule) == (total, verdict)


@pytest.mark.parametrize(
    ("now", "missing", "least", "most", "verdict"),
    [
        # Child-Pugh +1 is known, AST is not: 1.5 or 5.5
        ({"bilirubin_mg_dl": 2.0}, ["ast_x_uln"], 3 * HALF, 11 * HALF, "ART-OPEN"),
        ({}, ["ast_x_uln"], 0, 4, "ART-OPEN"),
        ({}, ["inr"], 0, 3, "ART-OPEN"),
        ({}, ["inr", "ast_x_uln"], 0, 7, "ART-OPEN"),
        ({"ast_x_uln": 2}, ["ascites"], 4, 7, "ART-HIGH-RANGE"),
    ],
)
def test_that_art_has_no_total_but_a_range_where_something_is_not_recorded(
    now: dict[str, Any], missing: list[str], least: Fraction, most: Fraction, verdict: str
) -> None:
    panel = art(seen("L1=50"), seen("L1=30", without=missing, **now))
    assert panel.total is None
    assert (panel.verdict.rule, panel.verdict.numbers) == (verdict, {"least": least, "most": most})


def test_that_a_range_is_told_in_words() -> None:
    panel = art(seen("L1=50"), seen("L1=30", without=["ast_x_uln"], bilirubin_mg_dl=2))
    assert panel.verdict.text.startswith("1.5 to 5.5 points are possible: the score cannot say yet")
    assert item_of(panel, "AST").text == "Rise of AST: not recorded (AST at this time point)."


def test_that_a_range_within_the_low_points_already_supports() -> None:
    panel = art(seen("L1=50"), seen("L1=NE"))
    assert (panel.total, panel.verdict.rule) == (None, "ART-LOW-RANGE")
    assert states(panel)["NO-RESPONSE"] == "not_recorded"
    assert "the liver was not evaluable" in item_of(panel, "NO-RESPONSE").text


def test_that_the_last_recorded_values_before_the_session_count() -> None:
    visits = [
        seen("L1=50", bilirubin_mg_dl=2.5, ast_x_uln=2),
        seen("L1=50"),
        seen("L1=50", well=False),
        seen("L1=30", ast_x_uln=1.3),
    ]
    panel = art(*visits, days=(84,))
    assert item_of(panel, "CP-RISE").numbers["before_at"] == "TP1"
    assert (item_of(panel, "AST").numbers["before"], panel.total) == (1, 4)


def test_that_values_of_the_day_of_the_session_precede_it_and_older_ones_replace_none_after_it() -> None:
    visits = [seen("L1=50"), seen("L1=50", ast_x_uln=2), seen("L1=50", well=False)]
    panel = art(*visits, days=(0,), at="TP2")
    assert states(panel)["AST"] == states(panel)["CP-RISE"] == "not_recorded"


def test_that_nothing_recorded_before_the_session_is_named() -> None:
    panel = art(seen("L1=50", well=False), seen("L1=30"))
    assert states(panel) == {"CP-RISE": "not_recorded", "AST": "not_recorded", "NO-RESPONSE": "not_met"}
    assert "Child-Pugh before the session" in item_of(panel, "CP-RISE").text
    assert "AST before the session" in item_of(panel, "AST").text


def test_that_a_session_before_the_baseline_leaves_its_response_unknown() -> None:
    panel = art(seen("L1=50"), seen("L1=30"), days=(-20,))
    assert (panel.applicable, panel.verdict.numbers) == (True, {"least": 0, "most": 8})
    assert "no time point before it" in item_of(panel, "NO-RESPONSE").text


def test_that_a_response_is_unknown_where_nothing_viable_was_there() -> None:
    panel = art(seen("L1=50"), seen("L1=0"), seen("L1=0"), days=(50,))
    assert "no viable tumour before it" in item_of(panel, "NO-RESPONSE").text


@pytest.mark.parametrize("scheme", [Scheme.ART, Scheme.ABCR])
def test_that_the_scores_speak_only_between_the_first_and_the_second_session(scheme: Scheme) -> None:
    visits = [seen("L1=50"), seen("L1=40"), seen("L1=40")]
    days = (0, 42)
    found = {at: panels(*visits, days=days, at=at)[scheme] for at in ("BL", "TP1", "TP2")}
    assert [(x.applicable, x.verdict.rule) for x in found.values() if not x.applicable] == [
        (False, "AT-BASELINE"),
        (False, "BEFORE-SECOND"),
    ]
    assert found["TP1"].applicable
    assert found["TP2"].items == () and "2 are recorded" in found["TP2"].verdict.text
    without = panels(*visits, days=())[scheme]
    assert (without.applicable, without.verdict.rule) == (False, "NO-SESSION")


@pytest.mark.parametrize(
    ("lesions", "clinical", "more", "outside"),
    [
        ("L1=50", {}, {}, False),
        ("L1=50", {}, {"protocol": "ld_ccrt"}, False),
        ("L1=50", {}, {"protocol": "cotsom"}, True),
        ("L1=50 Lu1=20", {}, {}, True),
        ("L1=50 PVT=P", {}, {}, True),
        ("L1=50", {"ecog": 1}, {}, True),
    ],
)
def test_that_art_outside_its_derivation_population_says_so(
    lesions: str, clinical: dict[str, Any], more: dict[str, Any], outside: bool
) -> None:
    panel = art(seen(lesions, **clinical), seen(lesions), **more)
    assert ("OUTSIDE-POPULATION" in caveats(panel)) is outside
    if outside:
        assert panel.caveats[0].text.startswith("Outside derivation population")


@pytest.mark.parametrize(("day", "late"), [(90, False), (91, True)])
def test_that_art_was_derived_with_two_sessions_within_90_days(day: int, late: bool) -> None:
    assert ("LATE-SECOND" in caveats(art(seen("L1=50"), seen("L1=30", day=day)))) is late


# --- ABCR --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lesions", "clinical", "because"),
    [
        ("L1=50 Lu1=20", {}, "extrahepatic disease"),
        ("L1=50 N1=15", {}, "extrahepatic disease"),
        ("L1=50 NN1=12", {}, "extrahepatic disease"),
        ("L1=50 B1=P", {}, "extrahepatic disease"),
        ("L1=50 PVT=P", {}, "vascular invasion"),
        ("L1=50", {"main_pv_occlusion": True}, "vascular invasion"),
        ("L1=50", {"ecog": 1}, "ECOG 1"),
        ("L1=50 Lu1=20", {"ecog": 2}, "extrahepatic disease, ECOG 2"),
    ],
)
def test_that_bclc_c_follows_from_spread_vascular_invasion_or_ecog(
    lesions: str, clinical: dict[str, Any], because: str
) -> None:
    found = item_of(abcr(seen(lesions, **clinical), seen(lesions)), "BCLC")
    assert (found.state, found.points, found.numbers["because"]) == ("met", 3, because)


@pytest.mark.parametrize(
    ("clinical", "because"),
    [
        ({"ecog": 3}, "ECOG 3"),
        ({"bilirubin_mg_dl": 4, "albumin_g_dl": 2, "ascites": "slight"}, "Child-Pugh C"),  # 3 + 3 + 1 + 2 + 1
        ({"ecog": 4, "bilirubin_mg_dl": 4, "albumin_g_dl": 2, "inr": 2.4}, "ECOG 4, Child-Pugh C"),
    ],
)
def test_that_abcr_does_not_speak_of_bclc_d(clinical: dict[str, Any], because: str) -> None:
    panel = abcr(seen("L1=50 Lu1=20", **clinical), seen("L1=50 Lu1=20"))
    assert (panel.applicable, panel.total, panel.verdict.rule) == (False, None, "ABCR-D")
    assert because in item_of(panel, "BCLC").text


@pytest.mark.parametrize(
    ("lesions", "clinical", "without", "most", "missing"),
    [
        ("L1=50", {}, [], 2, "whether A or B"),
        ("L1=50", {}, ["ecog"], 3, "ECOG, whether A or B"),
        ("L1=50", {}, ["inr"], 2, "whether A or B"),  # at most 4 + 3
        ("L1=50", {}, [*WELL], 3, "ECOG, Child-Pugh, whether A or B"),
        # an effusion without cytology, and what was not evaluable, may be spread
        ("L1=50 ASC=P", {}, [], 3, "whether A or B"),
        ("L1=50 B1=NE", {}, [], 3, "whether A or B"),
        ("L1=50 NN1=8", {}, [], 3, "whether A or B"),
        ("L1=50 N1=8", {}, [], 3, "whether A or B"),
        ("L1=50 PVT=NE", {}, [], 3, "whether A or B"),
    ],
)
def test_that_bclc_a_and_b_are_not_guessed(
    lesions: str, clinical: dict[str, Any], without: list[str], most: int, missing: str
) -> None:
    found = item_of(abcr(seen(lesions, without=without, **clinical), seen(lesions)), "BCLC")
    assert (found.state, found.points, found.possible) == ("not_recorded", None, (0, most))
    assert found.numbers["missing"] == missing


def test_that_an_effusion_with_positive_cytology_is_spread() -> None:
    first = visit("L1=50 ASC=P", ASC={"cytology": "positive"}, clinical=dict(WELL))
    assert item_of(abcr(first, seen("L1=50 ASC=P")), "BCLC").numbers["because"] == "extrahepatic disease"


def test_that_a_thrombus_of_a_bile_duct_is_no_vascular_invasion() -> None:
    first = visit("L1=50 PVT=P", PVT={"organ": "bile_duct"}, clinical=dict(WELL))
    panel = abcr(first, seen("L1=50"))
    assert item_of(panel, "BCLC").state == "not_recorded"


@pytest.mark.parametrize(
    ("afp", "state", "points"),
    [
        (199.9, "not_met", 0),
        (200, "met", 1),
        (">35000", "met", 1),
        (">200", "met", 1),
        (">100", "not_recorded", None),
        (None, "not_recorded", None),
    ],
)
def test_that_afp_counts_from_200_and_a_bound_is_at_least_itself(afp: Any, state: str, points: int | None) -> None:
    found = item_of(abcr(seen("L1=50", afp_ng_ml=afp), seen("L1=50")), "AFP")
    assert (found.state, found.points) == (state, points)


def test_that_a_bound_is_told_as_one() -> None:
    assert item_of(abcr(seen("L1=50", afp_ng_ml=">35000"), seen("L1=50")), "AFP").text == (
        "AFP >35000 ng/mL (BL); counts from 200."
    )
    assert "only known to be above 100" in item_of(abcr(seen("L1=50", afp_ng_ml=">100"), seen("L1=50")), "AFP").text


@pytest.mark.parametrize(
    ("now", "state", "points"),
    [({"bilirubin_mg_dl": 2.0}, "not_met", 0), (CHILD_PUGH_7, "met", 2), ({"inr": None}, "not_recorded", None)],
)
def test_that_abcr_counts_two_points_of_child_pugh(now: dict[str, Any], state: str, points: int | None) -> None:
    found = item_of(abcr(seen("L1=50"), seen("L1=50", **now)), "CP-RISE-2")
    assert (found.state, found.points) == (state, points)


@pytest.mark.parametrize(
    ("now", "state", "points", "possible"),
    [
        ("L1=35", "met", -3, (-3, -3)),
        ("L1=35.1", "not_met", 0, (0, 0)),
        ("L1=NE", "not_recorded", None, (-3, 0)),
    ],
)
def test_that_abcr_takes_three_off_for_a_response(
    now: str, state: str, points: int | None, possible: tuple[int, int]
) -> None:
    found = item_of(abcr(seen("L1=50"), seen(now)), "RESPONSE")
    assert (found.state, found.points, found.possible) == (state, points, possible)


@pytest.mark.parametrize(
    ("lesions", "afp", "now", "total", "verdict"),
    [
        ("L1=30 Lu1=20", 10, {}, 0, "ABCR-LOW"),  # 3 - 3
        ("L1=30 Lu1=20", 200, {}, 1, "ABCR-MIDDLE"),
        ("L1=50 Lu1=20", 10, {}, 3, "ABCR-MIDDLE"),
        ("L1=50 Lu1=20", 200, {}, 4, "ABCR-HIGH"),
        ("L1=50 Lu1=20", 200, CHILD_PUGH_7, 6, "ABCR-HIGH"),
    ],
)
def test_that_abcr_is_good_up_to_0_and_stops_from_4(
    lesions: str, afp: int, now: dict[str, Any], total: int, verdict: str
) -> None:
    panel = abcr(seen("L1=50 Lu1=20", afp_ng_ml=afp), seen(lesions, **now))
    assert (panel.total, panel.verdict.rule) == (total, verdict)


@pytest.mark.parametrize(
    ("first", "now", "least", "most", "verdict"),
    [
        (seen("L1=50", afp_ng_ml=10), seen("L1=30"), -3, -1, "ABCR-LOW-RANGE"),
        (seen("L1=50 Lu1=20"), seen("L1=30 Lu1=20", **CHILD_PUGH_7), 2, 3, "ABCR-MIDDLE-RANGE"),
        (seen("L1=50 Lu1=20"), seen("L1=50 Lu1=20", **CHILD_PUGH_7), 5, 6, "ABCR-HIGH-RANGE"),
        (seen("L1=50 Lu1=20"), seen("L1=50 Lu1=20"), 3, 4, "ABCR-OPEN"),
        (seen("L1=50"), seen("L1=50"), 0, 3, "ABCR-OPEN"),
    ],
)
def test_that_abcr_gives_the_range_that_is_left(
    first: dict[str, Any], now: dict[str, Any], least: int, most: int, verdict: str
) -> None:
    panel = abcr(first, now)
    assert panel.total is None
    assert (panel.verdict.rule, panel.verdict.numbers) == (verdict, {"least": least, "most": most})


def test_that_the_stage_is_that_before_the_first_session() -> None:
    visits = [seen("L1=50"), seen("L1=50 xLu=20!"), seen("L1=50 xLu=20!")]
    assert item_of(abcr(*visits, days=(50,)), "BCLC").points == 3
    assert item_of(abcr(*visits[:2], days=(0,)), "BCLC").points is None
