"""Advisory panels as a whole: they decide nothing, look at nothing later, and can be written down."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from app.resources import load_protocol, load_ruleset
from mrecist.assess import assess
from mrecist.case import Case, ProtocolName
from mrecist.decisions.advisory import Panel, Scheme, advise, panel_data
from mrecist.decisions.advisory_words import SCHEMES, WORDS
from mrecist.explain import sentence
from tests.support.advised import case_of, panels, seen, tace

ROOT = Path(__file__).resolve().parents[4]
ADVISORY = ("advisory", "advisory_words", "criteria", "jsh", "lookback", "panels", "scores", "sessions", "stage")
RULES = load_ruleset("mrecist-literal")
COURSE = (
    seen("L1=50 Lu1=20", afp_ng_ml=">35000"),
    seen("L1=45 Lu1=20", afp_ng_ml=6581, ast_x_uln=1.3),
    seen("L1=44 Lu1=30 xIN=12t", afp_ng_ml=9000, ecog=1),
    seen("L1=20 Lu1=NE xPV=1!", without=["inr"]),
)
DAYS = (0, 42, 84)


def advised(case: Case, at: str, **more: Any) -> tuple[Panel, ...]:
    return advise(case, assess(case, RULES, protocol=load_protocol()), at, ruleset=RULES, **more)


def test_that_no_decision_can_rest_on_a_panel() -> None:
    deciding = ("assess", "decisions/decider", "decisions/tables", "decisions/predicates", "decisions/gates")
    for name in deciding:
        tree = ast.parse((ROOT / f"mrecist/{name}.py").read_text(encoding="utf-8"))
        imported = {x.module for x in ast.walk(tree) if isinstance(x, ast.ImportFrom)}
        assert not imported & {f"mrecist.decisions.{x}" for x in (*ADVISORY, "untreatable")}, name
    code = "import sys, mrecist.assess; print([x for x in sys.modules if x.startswith('mrecist.decisions.')])"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "mrecist.decisions.decider" in loaded
    assert [x for x in (*ADVISORY, "untreatable") if f"mrecist.decisions.{x}'" in loaded] == []


def test_that_the_assessment_is_the_same_after_the_panels_were_asked_for() -> None:
    case = case_of(*COURSE, days=DAYS, protocol="cotsom")
    assessment, untouched = (assess(case, RULES, protocol=load_protocol()) for _ in range(2))
    for timepoint in case.timepoints:
        advise(case, assessment, timepoint.id, ruleset=RULES)
    assert assessment == untouched


def test_that_every_scheme_has_its_panel_with_its_source() -> None:
    found = advised(case_of(*COURSE, days=DAYS), "TP1")
    assert [x.scheme for x in found] == list(Scheme) == list(SCHEMES)
    marked = [x.scheme for x in found if "from knowledge, full text not at hand" in x.source]
    assert marked == [Scheme.ART, Scheme.ABCR, Scheme.JSH_2014, Scheme.JSH_2021, Scheme.EASL]
    assert [x.scheme for x in found if "full text not at hand, not certain" in x.source] == [Scheme.JSH_2021]
    assert all(x.source and x.title for x in found)


def test_that_a_later_time_point_changes_no_earlier_panel() -> None:
    for index in range(len(COURSE)):
        at = "BL" if index == 0 else f"TP{index}"
        short = advised(case_of(*COURSE[: index + 1], days=DAYS), at)
        assert advised(case_of(*COURSE, days=DAYS), at) == short


def test_that_a_tace_on_the_day_of_a_time_point_comes_after_it() -> None:
    assert panels(*COURSE[:2], days=(0,))[Scheme.ART] == panels(*COURSE[:2], days=(0, 42))[Scheme.ART]
    assert not panels(*COURSE[:2], days=(0, 41))[Scheme.ART].applicable


def test_that_a_panel_belongs_to_one_case_read_rule_set_and_time_point() -> None:
    case = case_of(*COURSE, days=DAYS)
    assessment = assess(case, RULES)
    read = assessment.read_id
    assert advise(case, assessment, "TP1", read, ruleset=RULES) == advise(case, assessment, "TP1", ruleset=RULES)
    with pytest.raises(KeyError, match="TP9"):
        advise(case, assessment, "TP9", ruleset=RULES)
    with pytest.raises(ValueError, match="read read-1"):
        advise(case, assessment, "TP1", "another", ruleset=RULES)
    with pytest.raises(ValueError, match="case patient"):
        advise(case_of(*COURSE, id="other"), assessment, "TP1", ruleset=RULES)
    with pytest.raises(ValueError, match="not recist"):
        advise(case, assessment, "TP1", ruleset=load_ruleset("recist-1.1"))


def test_that_a_case_without_a_read_has_panels_that_say_nothing() -> None:
    case = Case("empty", case_of("L1=50").timepoints, protocol=ProtocolName.COTSOM)
    found = advised(case, "BL")
    assert [x.applicable for x in found] == [x.scheme is Scheme.JSH_2021 for x in found]


@pytest.mark.parametrize("at", ["BL", "TP1", "TP2", "TP3"])
def test_that_panels_are_plain_data_with_sentences(at: str) -> None:
    found = advised(case_of(*COURSE, days=DAYS, protocol="cotsom"), at)
    data = json.loads(json.dumps([panel_data(x) for x in found], allow_nan=False))
    assert [x["scheme"] for x in data] == [x.value for x in Scheme]
    for panel in data:
        texts = [panel["verdict"]["text"], *[x["text"] for x in (*panel["items"], *panel["caveats"])]]
        assert all(x and "{" not in x for x in texts)


def test_that_plain_data_hold_points_ranges_and_numbers() -> None:
    visits = (seen("L1=50"), seen("L1=30", bilirubin_mg_dl=2, without=["ast_x_uln"]))
    found = panel_data(panels(*visits)[Scheme.ART])
    assert (found["applicable"], found["total"]) == (True, None)
    assert found["verdict"]["numbers"] == {"least": 1.5, "most": 5.5}
    rise, ast_item, response = found["items"]
    assert (rise["id"], rise["state"], rise["points"], rise["possible_points"]) == (
        "ART-CP-RISE",
        "met",
        1.5,
        [1.5, 1.5],
    )
    assert (ast_item["state"], ast_item["points"], ast_item["possible_points"]) == ("not_recorded", None, [0, 4])
    assert response["numbers"]["response"] == "PR"
    assert type(response["numbers"]["response"]) is str
    spread = panel_data(panels("L1=50 Lu1=20", "L1=50 Lu1=20")[Scheme.TACTICS])["items"][2]
    assert (spread["state"], spread["points"], spread["possible_points"]) == ("not_applicable_at_baseline", None, None)


def test_that_a_template_can_be_said_in_another_language() -> None:
    found = panels(seen("L1=50"), seen("L1=50"))[Scheme.ART].items[2]
    told = sentence(found.id, found.numbers, found.template, lambda _: "{response}: {at}, {before_at}")
    assert told == "SD: TP1, BL"


def test_that_numbers_stay_exact() -> None:
    panel = panels(seen("L1=50"), seen("L1=30", bilirubin_mg_dl=2, ast_x_uln=1.2))[Scheme.ART]
    assert panel.total == Fraction(3, 2)
    assert panel.items[1].numbers["change_pct"] == 20
    assert all(isinstance(x, int | Fraction | str) for i in panel.items for x in i.numbers.values())


def test_that_no_sentence_is_empty_or_said_by_nobody() -> None:
    code = "".join((ROOT / f"mrecist/decisions/{x}.py").read_text(encoding="utf-8") for x in (*ADVISORY, "untreatable"))
    criteria = {key.partition(".")[0] for key in WORDS if "." in key}
    assert all(f'"{x}"' in code for x in criteria)
    assert all(WORDS.values())


def test_that_a_radiological_course_without_clinical_data_has_panels_too() -> None:
    found = panels("L1=50", "L1=40", "L1=39", treatments=[*tace(0, 42), {"kind": "HAIC", "day": 20}])
    assert found[Scheme.TWO_SESSIONS].verdict.rule == "TWO-SESSIONS-MET"
