"""The tables of the advisory scores and of viability, each row held by an example worked from its words.

As `test_worked_tables_hold`: other words, a row more or fewer or another order fail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import pytest

from mrecist.case import Ascites, ClinicalStatus
from mrecist.decisions.panels import Scheme
from mrecist.liver import child_pugh_points
from tests.support.advised import item_of, panels, seen
from tests.support.doc_tables import doc_tables, docstrings
from tests.support.patients import last, visit

Worked = Mapping[tuple[str, ...], Callable[[], bool]]


def _points(scheme: Scheme, criterion: str, *visits: Any, days: tuple[int, ...] = (0,)) -> Any:
    return item_of(panels(*visits, days=days)[scheme], criterion).points


def _state(scheme: Scheme, criterion: str, *visits: Any, days: tuple[int, ...] = (0,), **more: Any) -> str:
    return item_of(panels(*visits, days=days, **more)[scheme], criterion).state.value


def _of(scheme: Scheme, criterion: str, **changes: Any) -> Any:
    """Points after one session, with these laboratory values at the time point after it; AST is 1 x ULN before."""
    return _points(scheme, criterion, seen("L1=50"), seen("L1=50", **changes))


def _responds(scheme: Scheme, criterion: str, left: str) -> Any:
    """Points where 50 mm become so many after the session: 35 is PR, 35.1 SD."""
    return _points(scheme, criterion, seen("L1=50"), seen(f"L1={left}"))


def _before(criterion: str, **changes: Any) -> Any:
    """Points of ABCR by what is recorded before the first session."""
    return _points(Scheme.ABCR, criterion, seen("L1=50", **changes), seen("L1=50"))


def _stage(lesions: str = "L1=50", **changes: Any) -> str | None:
    """BCLC as ABCR uses it; None where it does not follow."""
    found = item_of(panels(seen(lesions, **changes), seen(lesions))[Scheme.ABCR], "BCLC")
    return str(found.numbers["stage"]) if "stage" in found.numbers else None


def _left(*sums: float) -> str:
    """INSUFFICIENT where each session, on the day of a time point, leaves so many mm at the next, 42 days later."""
    visits = [seen(f"L1={x}") for x in sums]
    return _state(Scheme.JSH_2014, "INSUFFICIENT", *visits, days=(0, 42))


def _on_days(*days: int) -> str:
    """INSUFFICIENT with 90 % left after each of two sessions, the second of which is on day 100."""
    first, second = days
    visits = [seen("L1=100"), seen("L1=90", day=first), seen("L1=80", day=100 + second)]
    return _state(Scheme.JSH_2014, "INSUFFICIENT", *visits, days=(0, 100))


def _jsh(criterion: str, *visits: Any) -> str:
    return _state(Scheme.JSH_2014, criterion, *visits, days=(0, 42))


def _up_to_7(whole_mm: float, criterion: str = "UP-TO-7", **changes: Any) -> str:
    """A largest liver tumour of this diameter and another of 20 mm before the first session."""
    before = seen("L1=30 L2=20", L1={"whole_mm": whole_mm}, L2={"whole_mm": 20}, **changes)
    return _state(Scheme.JSH_2021, criterion, before, seen("L1=30 L2=20"))


def _easl(criterion: str, *visits: Any, days: tuple[int, ...] = (0, 42)) -> str:
    return _state(Scheme.EASL, criterion, *visits, days=days)


def _site(left: float) -> str:
    """100 mm respond (60), come back (80), and the second session leaves so much."""
    visits = [seen(f"L1={x}") for x in (100, 60, 80, left)]
    return _easl("SITES", *visits, days=(0, 84))


def _minor(later: str, **changes: Any) -> str:
    return _easl("MINOR", seen("L1=50"), seen(later, **changes), days=(0,))


def _tactics(criterion: str, *visits: Any) -> str:
    return _state(Scheme.TACTICS, criterion, *visits)


FAILING = {"bilirubin_mg_dl": 4, "albumin_g_dl": 2.5, "inr": 2.4}
"""Child-Pugh 11 with neither ascites nor encephalopathy: C."""

SCORES: Mapping[str, Worked] = {
    "mrecist.decisions.scores.art": {
        ("CP-RISE", "Child-Pugh by 1; by 2 or more", "1.5; 3"): lambda: (
            [
                _of(Scheme.ART, "CP-RISE", **x)
                for x in ({}, {"bilirubin_mg_dl": 2}, {"bilirubin_mg_dl": 3.1}, {"bilirubin_mg_dl": 3.1, "inr": 1.7})
            ]
            == [0, Fraction(3, 2), 3, 3]
        ),
        ("AST", "AST by more than 25 % (strict)", "4"): lambda: (
            [_of(Scheme.ART, "AST", ast_x_uln=x) for x in (1.25, 1.251)] == [0, 4]
        ),
        ("NO-RESPONSE", "the liver's response to the session is not CR or PR", "1"): lambda: (
            [_responds(Scheme.ART, "NO-RESPONSE", x) for x in ("0", "35", "35.1", "60")] == [0, 0, 1, 1]
        ),
    },
    "mrecist.decisions.scores.abcr": {
        ("BCLC", "A; B; C, before the first session", "0; 2; 3"): lambda: (
            _points(Scheme.ABCR, "BCLC", seen("L1=50 Lu1=20"), seen("L1=50 Lu1=20")) == 3
            and item_of(panels(seen("L1=50"), seen("L1=50"))[Scheme.ABCR], "BCLC").possible == (0, 2)
        ),
        ("AFP", "200 ng/mL or more before the first session", "1"): lambda: (
            [_before("AFP", afp_ng_ml=x) for x in (199.9, 200, ">150", ">200")] == [0, 1, None, 1]
        ),
        ("CP-RISE-2", "Child-Pugh rose by 2 or more", "2"): lambda: (
            [_of(Scheme.ABCR, "CP-RISE-2", bilirubin_mg_dl=x) for x in (2, 3.1)] == [0, 2]
            and _of(Scheme.ABCR, "CP-RISE-2", **FAILING) == 2
        ),
        ("RESPONSE", "the liver's response to the session is CR or PR", "-3"): lambda: (
            [_responds(Scheme.ABCR, "RESPONSE", x) for x in ("0", "35", "35.1", "60")] == [-3, -3, 0, 0]
        ),
    },
    "mrecist.decisions.jsh.jsh_2021": {
        ("UP-TO-7", "largest tumour in cm + number of tumours is above 7"): lambda: (
            [_up_to_7(x) for x in (50, 50.1)] == ["not_met", "met"]
        ),
        ("LIKELY-B", "beyond up-to-7, and mALBI grade 2b or worse"): lambda: (
            [
                _up_to_7(size, "LIKELY-B", bilirubin_mg_dl=bilirubin, albumin_g_dl=albumin)
                for size, bilirubin, albumin in ((60, 1, 4), (60, 2.5, 3), (60, 4, 2.5), (40, 2.5, 3))
            ]
            == ["not_met", "met", "met", "not_met"]
        ),
        ("UNLIKELY", "a type that is unlikely to respond; only the infiltrative one is recorded"): lambda: (
            [_state(Scheme.JSH_2021, "UNLIKELY", seen(x), seen(x)) for x in ("L1=50 INF=P", "L1=50 PVT=P")]
            == ["met", "not_recorded"]
        ),
    },
    "mrecist.decisions.jsh._failure": {
        (
            "INSUFFICIENT",
            "viable above 50 % at 1-3 months after each of the last two sessions (28-92 days; strict)",
        ): lambda: (
            [_left(100, 50.1, 26), _left(100, 50, 26), _left(100, 60, 30), _left(100, 60, 30.1)]
            == ["met", "not_met", "not_met", "met"]
            and [_on_days(*x) for x in ((28, 28), (92, 92), (27, 28), (28, 93))]
            == ["met", "met", "not_recorded", "not_recorded"]
        ),
        ("NUMBER", "a new liver tumour after each of the last two sessions"): lambda: (
            _jsh("NUMBER", seen("L1=50"), seen("L1=50 xIN=12t"), seen("L1=50 xIN=12t xIN2=11t")) == "met"
            and _jsh("NUMBER", seen("L1=50"), seen("L1=50 xIN=12t"), seen("L1=50 xIN=30t")) == "not_met"
        ),
        ("MARKERS", "AFP or PIVKA-II rising continuously, see `_rising`"): lambda: (
            [
                _jsh("MARKERS", *[seen("L1=50", **{name: x}) for x in values])
                for name in ("afp_ng_ml", "pivka_mau_ml")
                for values in ((10, 20, 30), (10, 20, 10))
            ]
            == ["met", "not_met"] * 2
        ),
        ("VASCULAR", "vascular invasion appears"): lambda: (
            [_jsh("VASCULAR", seen("L1=50"), seen(x)) for x in ("L1=50 xPV=1!", "L1=50 xPV=1?", "L1=50")]
            == ["met", "not_met", "not_met"]
        ),
        ("SPREAD", "extrahepatic spread appears"): lambda: (
            [_jsh("SPREAD", seen("L1=50"), seen(x)) for x in ("L1=50 xLu=5!", "L1=50 xLu=5?")] == ["met", "not_met"]
            and _jsh("SPREAD", seen("L1=50 Lu1=20"), seen("L1=50 Lu1=20")) == "not_applicable_at_baseline"
        ),
    },
    "mrecist.decisions.untreatable.easl": {
        (
            "NECROSIS",
            "after the last two sessions, viable above 50 % of what there was before them (strict)",
        ): lambda: (
            [_easl("NECROSIS", *[seen(f"L1={x}") for x in (100, 70, left)]) for left in (50.1, 50)]
            == ["met", "not_met"]
        ),
        ("SITES", "the last session left above 50 % of a target that had responded and then progressed"): lambda: (
            [_site(x) for x in (40.1, 40)] == ["met", "not_met"]
            and _easl("SITES", *[seen(f"L1={x}") for x in (100, 80, 96, 96)], days=(0, 84)) == "not_met"
        ),
        ("EXTENSIVE", "extensive liver involvement (major progression): not recorded"): lambda: (
            _easl("EXTENSIVE", seen("L1=50"), seen("L1=90")) == "not_recorded"
        ),
        ("VASCULAR", "vascular invasion appears (major progression)"): lambda: (
            [_easl("VASCULAR", seen("L1=50"), seen(x)) for x in ("L1=50 xPV=1!", "L1=50")] == ["met", "not_met"]
        ),
        ("SPREAD", "extrahepatic spread appears (major progression)"): lambda: (
            [_easl("SPREAD", seen("L1=50"), seen(x)) for x in ("L1=50 xLu=5!", "L1=50")] == ["met", "not_met"]
        ),
        ("MINOR", "intrahepatic PD with liver decompensation, or with a worse ECOG"): lambda: (
            [_minor("L1=60", **x) for x in ({"ascites": "slight"}, {"encephalopathy": 1}, {"ecog": 1}, {})]
            == ["met", "met", "met", "not_met"]
            and _minor("L1=60", bilirubin_mg_dl=3.1) == "met"  # Child-Pugh 7: from A to B
            and _minor("L1=50", ecog=1) == "not_met"
        ),
    },
    "mrecist.decisions.untreatable.tactics": {
        ("GROWTH", "the liver targets' sum is 25 % or more above baseline; a new liver lesion alone is not PD"): (
            lambda: (
                [_tactics("GROWTH", seen("L1=40"), seen(x)) for x in ("L1=50", "L1=49.9", "L1=40 xIN=30t")]
                == ["met", "not_met", "not_met"]
            )
        ),
        ("VASCULAR", "vascular invasion"): lambda: (
            [_tactics("VASCULAR", seen("L1=50"), seen(x)) for x in ("L1=50 xPV=1!", "L1=50")] == ["met", "not_met"]
        ),
        ("SPREAD", "extrahepatic spread"): lambda: (
            [_tactics("SPREAD", seen("L1=50"), seen(x)) for x in ("L1=50 xLu=5!", "L1=50")] == ["met", "not_met"]
        ),
        ("CHILD-PUGH-C", "deterioration to Child-Pugh C, even a transient one"): lambda: (
            _tactics("CHILD-PUGH-C", seen("L1=50"), seen("L1=50", **FAILING), seen("L1=50")) == "met"
            and _tactics("CHILD-PUGH-C", seen("L1=50"), seen("L1=50", bilirubin_mg_dl=4)) == "not_met"
        ),
    },
    "mrecist.decisions.stage.bclc": {
        ("BCLC-D", "ECOG 3-4, or Child-Pugh C"): lambda: (
            [_stage(ecog=3), _stage(ecog=4), _stage(**FAILING), _stage("L1=50 Lu1=20", ecog=3)] == ["D"] * 4
        ),
        ("BCLC-C", "extrahepatic disease, vascular invasion, or ECOG 1-2"): lambda: (
            [_stage("L1=50 Lu1=20"), _stage("L1=50 PVT=P"), _stage(ecog=1), _stage(ecog=2)] == ["C"] * 4
        ),
        ("None", "otherwise: A and B are not told apart by what is recorded"): lambda: _stage() is None,
    },
}


# --- viability, liver function ---------------------------------------------------------------------------------------


def _viable(*visits: Any) -> str:
    tace = last(*visits, protocol="cotsom").tace
    assert tace is not None and tace.situation is not None
    return {"viable": "yes", "none": "no"}.get(tace.situation.viability, tace.situation.viability.value)


def _all_viable(told: str, *courses: tuple[Any, ...]) -> bool:
    return {_viable(*course) for course in courses} == {told}


def _child_pugh(item: str, *columns: tuple[Any, ...]) -> bool:
    """Does each value of the three columns get the points of its column?"""
    names = {"bilirubin mg/dL": "bilirubin_mg_dl", "albumin g/dL": "albumin_g_dl", "INR": "inr"}
    return all(
        child_pugh_points(ClinicalStatus(**{names.get(item, item): _exact(value)})) == (points,)
        for points, values in enumerate(columns, 1)
        for value in values
    )


def _exact(value: Any) -> Any:
    return Fraction(str(value)) if isinstance(value, float) else value


LIVER: Mapping[str, Worked] = {
    "mrecist.decisions.situation.viability": {
        ("new", "a new liver lesion counts at this time point", "yes"): lambda: (
            _all_viable("yes", ("L1=30", "L1=0 xIN=12t"), ("L1=30", "L1=0 xPV=1!"))
            and _all_viable("no", ("L1=30", "L1=0 xIN=9"))
        ),
        ("target", "a liver target counts more than 0 mm, or is there without a diameter", "yes"): lambda: _all_viable(
            "yes", ("L1=30", "L1=0.1"), ("L1=30 L2=20", "L1=0 L2=P"), ("L1=30 L2=20", "L1=5 L2=NE")
        ),
        ("other", "a liver non-target is there", "yes"): lambda: _all_viable(
            "yes", ("L1=30 INF=P", "L1=0 INF=P"), ("PVT=P", "PVT=U")
        ),
        ("unknown", "the liver was not imaged, or a liver lesion is not evaluable", "unknown"): lambda: _all_viable(
            "unknown",
            ("L1=30", visit("L1=0", coverage={"liver_dynamic": False})),
            ("L1=30 L2=20", "L1=0 L2=NE"),
            ("L1=30 INF=P", "L1=0 INF=NE"),
            ("L1=30", "L1=0 xIN=12t", "L1=0 xIN=NE"),
        ),
        ("none", "otherwise", "no"): lambda: _all_viable(
            "no", ("L1=30", "L1=0"), ("L1=30 PVT=P", "L1=0 PVT=A"), ("Lu1=20", "Lu1=20"), ("INF=P", "INF=NV")
        ),
    },
    "mrecist.liver.child_pugh_points": {
        ("bilirubin mg/dL", "< 2", "2-3", "> 3"): lambda: _child_pugh(
            "bilirubin mg/dL", (0.1, 1.99), (2.0, 3.0), (3.01, 30.0)
        ),
        ("albumin g/dL", ">3.5", "2.8-3.5", "<2.8"): lambda: _child_pugh(
            "albumin g/dL", (5.0, 3.51), (3.5, 2.8), (2.79, 1.0)
        ),
        ("INR", "<1.7", "1.7-2.3", ">2.3"): lambda: _child_pugh("INR", (1.0, 1.69), (1.7, 2.3), (2.31, 9.0)),
        ("ascites", "none", "slight", "moderate"): lambda: _child_pugh(
            "ascites", (Ascites("none"),), (Ascites("slight"),), (Ascites("moderate"),)
        ),
        ("encephalopathy", "0", "1-2", "3-4"): lambda: _child_pugh("encephalopathy", (0,), (1, 2), (3, 4)),
    },
}


TABLES: Mapping[str, Worked] = {**SCORES, **LIVER}


@pytest.mark.parametrize("name", TABLES)
def test_that_each_row_of_a_table_is_what_is_done(name: str) -> None:
    (table,) = doc_tables(docstrings()[name])
    assert list(table.rows) == list(TABLES[name])
    assert [row for row, holds in TABLES[name].items() if not holds()] == []


def test_that_a_panel_is_shown_by_the_points_of_its_table() -> None:
    """The limits of the verdicts stand below the tables: 1.5 and 2.5 of ART, 0 and 4 of ABCR."""

    def art(**changes: Any) -> str:
        return panels(seen("L1=50"), seen("L1=35", **changes))[Scheme.ART].verdict.rule

    assert [art(), art(bilirubin_mg_dl=2), art(bilirubin_mg_dl=3.1)] == ["ART-LOW", "ART-LOW", "ART-HIGH"]
    doc = docstrings()["mrecist.decisions.scores.art"]
    assert "0 to 1.5 supports a further TACE, 2.5 or more advises against it." in doc

    def abcr(left: str, **changes: Any) -> str:
        spread = "L1={} Lu1=20"
        return panels(seen(spread.format(50), **changes), seen(spread.format(left)))[Scheme.ABCR].verdict.rule

    # C and a response: 0; C alone: 3; C with AFP: 4
    found = [abcr("35", afp_ng_ml=1), abcr("50", afp_ng_ml=1), abcr("50", afp_ng_ml=200)]
    assert found == ["ABCR-LOW", "ABCR-MIDDLE", "ABCR-HIGH"]
    assert "0 or less: good outlook; 4 or more: stop." in docstrings()["mrecist.decisions.scores.abcr"]
