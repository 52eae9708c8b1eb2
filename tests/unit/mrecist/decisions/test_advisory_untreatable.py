"""Untreatable (EASL) and UnTACEable (TACTICS) progression and the rule of two sessions, by hand-worked patients."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from mrecist.decisions.advisory import Panel, Scheme
from tests.support.advised import caveats, item_of, panels, seen, states, tace
from tests.support.patients import visit


def easl(*visits: str | dict[str, Any], **more: Any) -> Panel:
    return panels(*visits, **more)[Scheme.EASL]


def tactics(*visits: str | dict[str, Any], **more: Any) -> Panel:
    return panels(*visits, **more)[Scheme.TACTICS]


def two(*visits: str | dict[str, Any], **more: Any) -> Panel:
    return panels(*visits, **more)[Scheme.TWO_SESSIONS]


@pytest.mark.parametrize("scheme", [Scheme.EASL, Scheme.TACTICS, Scheme.TWO_SESSIONS])
def test_that_nothing_is_said_before_there_is_a_response_to_tace(scheme: Scheme) -> None:
    at_baseline = panels("L1=50", "L1=60", days=(-9,), at="BL")[scheme]
    without = panels("L1=50", "L1=60", days=())[scheme]
    assert [(x.applicable, x.verdict.rule) for x in (at_baseline, without)] == [
        (False, "AT-BASELINE"),
        (False, "NO-SESSION"),
    ]


# --- EASL ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("visits", "days", "state"),
    [
        (("L1=50", "L1=40", "L1=25.1"), (0, 42), "met"),
        (("L1=50", "L1=40", "L1=25"), (0, 42), "not_met"),  # both sessions together
        (("L1=50", "L1=25.1"), (0, 10), "met"),
        (("L1=50", "L1=40", "L1=NE"), (0, 42), "not_recorded"),
        (("L1=50 L2=20", "L1=50 L2=20", "L1=50 L2=NE"), (0, 42), "met"),  # 50 of 70 mm already
        (("L1=50", "L1=40"), (-9, 0), "not_recorded"),
        (("L1=50", "L1=60"), (0,), "not_met"),
        (("L1=50", "L1=20", "L1=40", "L1=30"), (0, 84, 100), "met"),  # the last two: 30 of 40 mm
        (("INF=P", "INF=P", "INF=P"), (0, 42), "not_recorded"),
    ],
)
def test_that_two_sessions_together_leave_more_than_half(
    visits: tuple[str, ...], days: tuple[int, ...], state: str
) -> None:
    assert states(easl(*visits, days=days))["NECROSIS"] == state


def test_that_what_two_sessions_left_is_told_with_its_sums() -> None:
    assert item_of(easl("L1=50", "L1=40", "L1=30", days=(0, 42)), "NECROSIS").text == (
        "30.0 of 50.0 mm viable tumour left after two sessions (days 0 and 42): above 50 %."
    )


@pytest.mark.parametrize(
    ("visits", "state", "words"),
    [
        # 50 -> 35 is PR of this lesion, 35 -> 42 its PD; treated on day 85
        (("L1=50", "L1=35", "L1=42", "L1=21.1"), "met", "More than 50 %"),
        (("L1=50", "L1=35", "L1=42", "L1=21"), "not_met", "50 % or less"),
        (("L1=50", "L1=35", "L1=41.9", "L1=41.9"), "not_met", "No target"),
        (("L1=50", "L1=35.1", "L1=43", "L1=43"), "not_met", "No target"),
        (("L1=50", "L1=35", "L1=42", "L1=NE"), "not_recorded", "not evaluated"),
        (("L1=50", "L1=35", "L1=NE", "L1=42"), "not_met", "No target"),
        (("L1=50", "L1=0", "L1=10", "L1=10"), "met", "More than 50 %"),
        (("L1=50 L2=50", "L1=35 L2=35", "L1=42 L2=42", "L1=10 L2=40"), "met", "L2."),
        (("L1=50 L2=50", "L1=35 L2=35", "L1=42 L2=42", "L1=10 L2=NE"), "not_recorded", "L2."),
    ],
)
def test_that_tace_fails_at_a_site_that_progressed_after_a_response(
    visits: tuple[str, ...], state: str, words: str
) -> None:
    found = item_of(easl(*visits, days=(0, 85)), "SITES")
    assert found.state == state
    assert words in found.text


def test_that_only_the_lesions_that_were_treated_are_looked_at_where_they_are_recorded() -> None:
    visits = ("L1=50 L2=50", "L1=35 L2=35", "L1=42 L2=35", "L1=42 L2=10")
    for treated, state in ((["L1"], "met"), (["L2"], "not_met"), (["L1", "L2"], "met")):
        panel = easl(*visits, treatments=tace(0, 85, lesions=treated))
        assert states(panel)["SITES"] == state


def test_that_a_site_is_not_evaluated_where_the_session_has_no_time_point_of_its_own() -> None:
    panel = easl("L1=50", "L1=35", "L1=42", days=(-9,))
    assert states(panel)["SITES"] == "not_met"
    later = easl("L1=50", "L1=35", "L1=42", "L1=42", days=(0, 84), at="TP2")
    assert states(later)["SITES"] == "not_met"


def test_that_the_extent_of_the_liver_involved_is_never_guessed() -> None:
    panel = easl(*[seen("L1=50"), seen("L1=20")])
    assert states(panel)["EXTENSIVE"] == "not_recorded"
    assert panel.verdict.text == "Not met by what is recorded; not known: extensive liver involvement."


@pytest.mark.parametrize(
    ("now", "changes", "without", "state"),
    [
        ("L1=60", {}, [], "not_met"),
        ("L1=60", {"ascites": "slight"}, [], "met"),
        ("L1=60", {"encephalopathy": 1}, [], "met"),
        ("L1=60", {"bilirubin_mg_dl": 3.1}, [], "met"),  # Child-Pugh 7
        ("L1=60", {"bilirubin_mg_dl": 2.0}, [], "not_met"),  # Child-Pugh 6
        ("L1=60", {"ecog": 1}, [], "met"),
        ("L1=50", {"ascites": "moderate", "ecog": 2}, [], "not_met"),
        ("L1=NE", {"ecog": 1}, [], "not_recorded"),
        ("L1=NE", {}, [], "not_met"),
        ("L1=60", {}, ["ascites"], "not_recorded"),
        ("L1=60", {"ecog": 1}, ["ascites"], "met"),
        ("L1=50", {}, ["ascites", "ecog"], "not_met"),
    ],
)
def test_that_minor_progression_counts_with_a_worse_liver_or_ecog(
    now: str, changes: dict[str, Any], without: list[str], state: str
) -> None:
    found = item_of(easl(seen("L1=50"), seen(now, without=without, **changes)), "MINOR")
    assert found.state == state


def test_that_minor_progression_names_what_is_worse_and_what_is_missing() -> None:
    found = item_of(easl(seen("L1=50"), seen("L1=60", ascites="slight", ecog=1)), "MINOR")
    assert found.text == "Intrahepatic PD at TP1 with more ascites, a worse ECOG."
    found = item_of(easl("L1=50", "L1=NE"), "MINOR")
    assert found.numbers["missing"] == "the liver's response, ascites, encephalopathy, Child-Pugh or ECOG"


def test_that_an_item_at_baseline_is_no_decompensation_unless_it_worsens() -> None:
    before = seen("L1=50", ascites="slight", ecog=1)
    assert states(easl(before, seen("L1=60", ascites="slight", ecog=1)))["MINOR"] == "not_met"
    assert states(easl(before, seen("L1=60", ascites="moderate", ecog=1)))["MINOR"] == "met"


def test_that_spread_and_vascular_invasion_are_major_progression() -> None:
    panel = easl("L1=50", "L1=20 xPV=1! xLu=9!")
    assert panel.verdict.text == "Untreatable progression by this scheme: vascular invasion, extrahepatic spread."
    assert caveats(panel) == ["PROXY"]
    present = easl("L1=50 Lu1=20 PVT=P", "L1=20 Lu1=20 PVT=P")
    assert states(present)["SPREAD"] == states(present)["VASCULAR"] == "not_applicable_at_baseline"


# --- TACTICS -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("visits", "state"),
    [
        (("L1=40", "L1=50"), "met"),
        (("L1=40", "L1=49.9"), "not_met"),
        (("L1=40", "L1=20", "L1=30"), "not_met"),  # PD over the nadir, not over the baseline
        (("L1=40", "L1=30 xIN=30t"), "not_met"),  # a new lesion alone is not PD here
        (("L1=40 L2=20", "L1=75 L2=NE"), "met"),
        (("L1=40 L2=20", "L1=74.9 L2=NE"), "not_recorded"),
        (("L1=40", "L1=NE"), "not_recorded"),
        (("INF=P", "INF=U"), "not_recorded"),
    ],
)
def test_that_growth_counts_from_25_per_cent_over_the_baseline(visits: tuple[str, ...], state: str) -> None:
    assert states(tactics(*visits))["GROWTH"] == state


def test_that_growth_just_below_the_limit_never_reads_as_the_limit() -> None:
    found = item_of(tactics("L1=400", "L1=499.9"), "GROWTH")
    assert found.numbers["change_pct"] == Fraction(999, 40)
    assert "+24.98 % vs BL 400.0 mm; counts only from +25 %" in found.text


@pytest.mark.parametrize(("now", "alone"), [("L1=40 xIN=12t", True), ("L1=40", False)])
def test_that_a_new_liver_lesion_alone_is_pointed_out(now: str, alone: bool) -> None:
    panel = tactics("L1=40", now)
    assert ("NEW-ALONE" in caveats(panel)) is alone
    assert "AREA" in caveats(panel)


C = {"bilirubin_mg_dl": 3.1, "albumin_g_dl": 2.7, "ascites": "slight"}  # 3 + 3 + 1 + 2 + 1 = 10


@pytest.mark.parametrize(
    ("visits", "state"),
    [
        ((seen("L1=40"), seen("L1=40", **C)), "met"),
        ((seen("L1=40"), seen("L1=40", **C), seen("L1=40")), "met"),  # a transient one too
        ((seen("L1=40"), seen("L1=40", **(C | {"ascites": "none"}))), "not_met"),
        ((seen("L1=40"), seen("L1=40", without=["inr"], **C)), "met"),  # 9 + at least 1
        ((seen("L1=40"), seen("L1=40", without=["inr"])), "not_met"),  # 4 + at most 3
        ((seen("L1=40"), seen("L1=40", without=["inr", "ascites", "encephalopathy"])), "not_recorded"),
        (("L1=40", "L1=40"), "not_recorded"),
        ((seen("L1=40", **C), seen("L1=40")), "not_met"),  # before the first session
    ],
)
def test_that_deterioration_to_child_pugh_c_counts_even_for_a_time(
    visits: tuple[str | dict[str, Any], ...], state: str
) -> None:
    assert states(tactics(*visits))["CHILD-PUGH-C"] == state


def test_that_only_what_follows_the_first_session_counts() -> None:
    visits = (
        seen("L1=40 Lu1=20 PVT=P"),
        seen("L1=40 Lu1=30 PVT=U", **C),
        seen("L1=40 Lu1=20 PVT=P"),
        seen("L1=40 Lu1=20 PVT=P"),
    )
    after_all = states(tactics(*visits, days=(85,)))
    assert (after_all["SPREAD"], after_all["VASCULAR"]) == ("not_applicable_at_baseline",) * 2
    assert after_all["CHILD-PUGH-C"] == "not_met"
    before_all = states(tactics(*visits, days=(0,)))
    assert {before_all[x] for x in ("SPREAD", "VASCULAR", "CHILD-PUGH-C")} == {"met"}


def test_that_untaceable_progression_is_any_of_four() -> None:
    well = [seen("L1=40 Lu1=20"), seen("L1=40 Lu1=20")]
    assert tactics(*well).verdict.rule == "TACTICS-NOT-MET"
    assert states(tactics(*well))["SPREAD"] == "not_applicable_at_baseline"
    assert tactics("L1=40", "L1=40").verdict.text == (
        "Not met by what is recorded; not known: deterioration to Child-Pugh C."
    )
    assert tactics("L1=40", "L1=50 xPV=1!").verdict.text == (
        "UnTACEable progression by this scheme: intrahepatic growth, vascular invasion."
    )


# --- two sessions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("visits", "state"),
    [
        (("L1=50", "L1=45", "L1=40"), "met"),
        (("L1=50", "L1=60", "L1=60"), "met"),
        (("L1=50", "L1=35", "L1=35"), "not_met"),
        (("L1=50", "L1=45", "L1=31.5"), "not_met"),  # 31.5 of 45 mm
        (("L1=50", "L1=45", "L1=31.6"), "met"),
        (("L1=50", "L1=35", "L1=NE"), "not_met"),
        (("L1=50", "L1=45", "L1=NE"), "not_recorded"),
        (("L1=50", "L1=NE", "L1=45"), "not_recorded"),
        (("INF=P", "INF=P", "INF=P"), "met"),
    ],
)
def test_that_two_sessions_without_an_objective_response_advise_to_stop(visits: tuple[str, ...], state: str) -> None:
    panel = two(*visits, days=(0, 42))
    assert states(panel) == {"NO-RESPONSES": state}
    rule = {"met": "MET", "not_met": "NOT-MET", "not_recorded": "OPEN"}[state]
    assert panel.verdict.rule == f"TWO-SESSIONS-{rule}"


def test_that_one_session_is_not_two() -> None:
    panel = two("L1=50", "L1=50")
    assert (panel.applicable, panel.items, panel.verdict.text) == (
        False,
        (),
        "The rule needs two sessions; 1 is recorded.",
    )


def test_that_only_the_last_two_sessions_count() -> None:
    visits = ("L1=50", "L1=20", "L1=20", "L1=20")
    assert states(two(*visits, days=(0, 42, 84), at="TP2"))["NO-RESPONSES"] == "not_met"
    assert states(two(*visits, days=(0, 42, 84)))["NO-RESPONSES"] == "met"


def test_that_the_responses_are_told_by_session() -> None:
    assert item_of(two("L1=50", "L1=45", "L1=60", days=(0, 42)), "NO-RESPONSES").text == (
        "No objective response to the sessions of days 0 (SD) and 42 (PD)."
    )
    found = item_of(two("L1=50", "L1=45", days=(0, 10)), "NO-RESPONSES")
    assert "day 0: no time point between it and the next session" in found.text
    assert caveats(two("L1=50", "L1=45", visit("L1=45 xLu=6?"), days=(0, 10))) == ["EQUIVOCAL", "SHARED-SCAN"]
