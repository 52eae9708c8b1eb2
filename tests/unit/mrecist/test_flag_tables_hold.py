"""Tables of docs/rules whose rows are held by a worked example each: steps of a response, flags, conformance.

As `test_worked_tables_hold`: the key of an example is the row as it stands in the docstring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.resources import load_protocol, load_ruleset
from mrecist.assess import assess
from mrecist.eligibility import organ_of
from mrecist.lesions import Features, Lesion
from mrecist.results import Assessment, RegionResponse
from mrecist.rulesets import RuleSet
from mrecist.values import LesionKind, LesionRole, Organ, Region
from tests.support.doc_tables import doc_tables, docstrings
from tests.support.patients import assessed, case, last, visit

Worked = Mapping[tuple[str, ...], Callable[[], bool]]
RULES = load_ruleset()
CARRIES = replace(RULES, target=replace(RULES.target, carry_response_forward=True))
WELL = {"ecog": 0, "bilirubin_mg_dl": 1, "albumin_g_dl": 4, "inr": 1, "ascites": "none", "encephalopathy": 0}
DONE = {"liver_dynamic": True, "chest": True, "abdomen_pelvis": True}


def _liver(*visits: Any, **more: Any) -> RegionResponse:
    return last(*visits, **more).intrahepatic


def _carried(*visits: Any) -> list[str]:
    found = assess(case(*visits), CARRIES, protocol=load_protocol())
    return [str(at.intrahepatic.response) for at in found.timepoints]


def _without(examination: str, *visits: str) -> str:
    """The liver's response where this examination was left out at the last time point."""
    return _liver(*visits[:-1], visit(visits[-1], coverage=DONE | {examination: False})).response


def _raises(flag: str, *courses: tuple[Any, ...]) -> list[bool]:
    """Whether the flag stands with a region's response, by course."""
    return [flag in {*last(*x).intrahepatic.flags, *last(*x).extrahepatic.flags} for x in courses]


def _flagged(flag: str, *courses: tuple[Any, ...], **more: Any) -> list[bool]:
    """Whether the flag stands with the last time point, by course."""
    return [flag in last(*x, **more).flags for x in courses]


STEPS: Mapping[str, Worked] = {
    "mrecist.region.judge_scope": {
        ("TABLE", "always", "that of `overall_response`"): lambda: _liver("L1=50 INF=P", "L1=0 INF=P").response == "PR",
        ("T-CARRIED", "SD, PR was reached before and since then no PD; the rule set carries PR", "PR"): lambda: (
            _carried("L1=100", "L1=70", "L1=80") == ["PR", "PR"]
            and _carried("L1=100", "L1=70", "L1=84", "L1=80") == ["PR", "PD", "SD"]
            and _liver("L1=100", "L1=70", "L1=80").response == "SD"
        ),
        ("RE", "the scope was CR before, and disease is seen again", "PD"): lambda: (
            last("Lu1=30", "Lu1=0", "Lu1=3").extrahepatic.response == "PD"
        ),
        ("COV-CR", "CR, and a required examination was not done", "PR; without targets NN"): lambda: (
            [_without("liver_dynamic", "L1=50", "L1=0"), _without("liver_dynamic", "PVT=P", "PVT=A")] == ["PR", "NN"]
            and _without("chest", "L1=50", "L1=0") == "CR"
        ),
        ("COV-ND", "ND, and a required examination was not done", "NE"): lambda: (
            _without("liver_dynamic", "Lu1=50", "Lu1=50") == "NE"
        ),
    },
    "mrecist.reasons._flags": {
        ("PD_BELOW_5MM", "the target response is PD on a growth below `small_growth_mm`"): lambda: (
            RULES.warnings.small_growth_mm == 5
            and _raises("PD_BELOW_5MM", ("L1=10", "L1=14.9"), ("L1=10", "L1=15"), ("L1=10", "L1=11.9"))
            == [True, False, False]
        ),
        ("BORDERLINE", "the sum lies close to the limit of PR or of PD"): lambda: (
            _raises("BORDERLINE", ("L1=50", "L1=36"), ("L1=50", "L1=59"), ("L1=50", "L1=45")) == [True, True, False]
        ),
        (
            "CONFIRM_PRIOR_CR",
            "disease is seen again after a CR of this scope: was the CR true? (until it is answered)",
        ): lambda: (
            _raises(
                "CONFIRM_PRIOR_CR",
                ("L1=30", "L1=0", "L1=4"),
                ("L1=30", "L1=0", visit("L1=4", L1={"earlier_absence": "confirmed"})),
                ("L1=30", "L1=20", "L1=24"),
            )
            == [True, False, False]
        ),
        ("REIMAGE_NODE", "the same, and nodes are the only sign of it"): lambda: (
            _raises("REIMAGE_NODE", ("N1=20", "N1=9", "N1=10"), ("N1=20 Lu1=10", "N1=9 Lu1=0", "N1=10 Lu1=3"))
            == [True, False]
        ),
        ("EQUIVOCAL_NEW", "a new lesion is equivocal"): lambda: (
            _raises("EQUIVOCAL_NEW", ("L1=30", "L1=30 xIN=9"), ("L1=30", "L1=30 xLu=4?"), ("L1=30", "L1=30 xLu=4!"))
            == [True, True, False]
        ),
        ("PARTIAL_SUM", "some targets were evaluated and some were not"): lambda: (
            _raises("PARTIAL_SUM", ("L1=30 L2=20", "L1=30 L2=NE"), ("L1=30", "L1=NE"), ("L1=30", "L1=30"))
            == [True, False, False]
        ),
        ("COVERAGE_INCOMPLETE", "an examination the scope requires was not done"): lambda: (
            _raises(
                "COVERAGE_INCOMPLETE",
                ("L1=30", visit("L1=30", coverage=DONE | {"chest": False})),
                ("L1=30", visit("L1=30", coverage=DONE | {"brain": False})),
            )
            == [True, False]
        ),
    },
    "mrecist.results.FLAGS": {
        ("DISCORDANT", "the composite and the pooled overall response differ"): lambda: (
            _flagged("DISCORDANT", ("L1=50 Lu1=60", "L1=60 Lu1=40"), ("L1=50 Lu1=60", "L1=50 Lu1=60")) == [True, False]
        ),
        ("not_recorded", "a lesion known from an earlier time point is missing from the list"): lambda: (
            _flagged("not_recorded", ("L1=30 L2=20", "L1=30"), ("L1=30 L2=20", "L1=30 L2=NE")) == [True, False]
        ),
        (
            "GATE_UNKNOWN",
            "ECOG or an item of Child-Pugh was not recorded where a decision needs it",
        ): lambda: (
            [
                _flagged("GATE_UNKNOWN", ("L1=30", visit("L1=30", clinical=x)), protocol="cotsom")[0]
                for x in (WELL, {k: v for k, v in WELL.items() if k != "ecog"}, {**WELL, "inr": None})
            ]
            == [False, True, True]
        ),
        (
            "MODALITY_SWITCH",
            "the baseline is on CT alone and this time point on MR alone, or the reverse",
        ): lambda: (
            [
                _flagged("MODALITY_SWITCH", (visit("L1=30", scans=_on(a)), visit("L1=30", scans=_on(b))))[0]
                for a, b in ((["CT"], ["MR"]), (["MR"], ["CT"]), (["CT"], ["CT", "MR"]), (["CT"], ["CT"]))
            ]
            == [True, True, False, False]
        ),
        ("CR_THEN_PR", "a scope is in PR after it was in CR: was the CR true?"): lambda: (
            _flagged(
                "CR_THEN_PR",
                ("L1=30 INF=P", "L1=0 INF=A", "L1=0 INF=NE"),
                ("L1=30 INF=P", "L1=10 INF=P", "L1=9 INF=P"),
            )
            == [True, False]
        ),
        ("LIPIODOL_COMPACT", "the reader noted compact lipiodol in a lesion"): lambda: (
            [_noted_now("L1=NV", **x).timepoints[0].flags for x in ({"lipiodol_compact": True}, {})]
            == [("LIPIODOL_COMPACT",), ()]
        ),
        (
            "HYPOVASCULAR",
            "the reader noted that a lesion lost its enhancement without necrosis, or a measured liver target has no "
            "arterial enhancement any more",
        ): lambda: (
            ["HYPOVASCULAR" in _noted_now("L1=30", hypovascular=x).timepoints[0].flags for x in (True, None)]
            == [True, False]
            and _flagged(
                "HYPOVASCULAR",
                ("L1=30", visit("L1=30", L1={"arterial_enhancement": False})),
                ("Lu1=30", visit("Lu1=30", Lu1={"arterial_enhancement": False})),
            )
            == [True, False]
        ),
    },
}


def _on(modalities: list[str]) -> list[dict[str, str]]:
    return [{"modality": x} for x in modalities]


# --- conformance -----------------------------------------------------------------------------------------------------


def _issues(*visits: Any, at: int | None = None, ruleset: str = "mrecist-literal", **more: Any) -> dict[str, str]:
    """Severity by rule: at baseline, or at a follow-up counted from 0."""
    found = assessed(*visits, ruleset=ruleset, **more)
    listed = found.baseline.issues if at is None else found.timepoints[at].issues
    return {x.rule: x.severity.value for x in listed}


def _noted(lesion: str, ruleset: str = "mrecist-literal", before: str = "", **features: Any) -> dict[str, str]:
    name = lesion.partition("=")[0]
    visits = [f"{name}=30", *([before] if before else []), visit(lesion, **{name: features})]
    return _issues(*visits, at=len(visits) - 2, ruleset=ruleset)


def _first(lesions: str, **more: Any) -> dict[str, str]:
    """Issues of a baseline with a follow-up that lists the same."""
    return _issues(visit(lesions, **more), lesions)


SIX = "L1=30 L2=20 Lu1=10 Lu2=10 Ad1=10 Ad2=10"
NO_APHE = {"arterial_enhancement": False, "axis": "longest"}
ISSUES: Mapping[str, Worked] = {
    "mrecist.eligibility.baseline_issues": {
        ("E-WINDOW", "a baseline scan more than 28 days before the start of treatment", "warning"): lambda: (
            [_issues(visit("L1=30", day=x), "L1=30") for x in (-28, -29)] == [{}, {"E-WINDOW": "warning"}]
        ),
        ("E-AFTER-START", "a baseline scan after the start of treatment", "warning"): lambda: (
            [_issues(visit("L1=30", day=x), "L1=30") for x in (0, 1)] == [{}, {"E-AFTER-START": "warning"}]
        ),
        ("E-ORGAN", "more than 2 targets in one organ", "error"): lambda: (
            [_first(x) for x in ("L1=30 L2=20", "L1=30 L2=20 L3=10")] == [{}, {"E-ORGAN": "error"}]
        ),
        ("E-TOTAL", "more than 5 targets in all", "error"): lambda: (
            [_first(x) for x in (SIX.rpartition(" ")[0], SIX)] == [{}, {"E-TOTAL": "error"}]
        ),
        ("E-ENTRY", "a limit of the protocol's entry criteria is crossed", "warning"): lambda: (
            [_issues(visit("L1=30", clinical=WELL | {"ecog": x}), "L1=30", protocol="cotsom") for x in (1, 2)]
            == [{}, {"E-ENTRY": "warning"}]
        ),
        ("E-NEW-AT-BASELINE", "a lesion listed as new has a finding at baseline", "error"): lambda: (
            _with_new_at_baseline() == {"E-NEW-AT-BASELINE": "error"}
        ),
        ("E-BASELINE", "a target has no diameter at baseline", "error"): lambda: (
            _without_baseline_diameter() == {"E-BASELINE": "error"}
        ),
        ("E-NODE-AXIS", "a target node is not measured along its short axis", "error"): lambda: (
            [_issues(visit("N1=20", N1={"axis": x}), visit("N1=20", N1={"axis": x})) for x in ("short", "longest")]
            == [{}, {"E-NODE-AXIS": "error"}]
        ),
        ("E-RECIST", "a liver target without arterial enhancement, measured as RECIST", "note"): lambda: (
            _issues(visit("L1=30", L1=NO_APHE), visit("L1=30", L1={"axis": "longest"})) == {"E-RECIST": "note"}
        ),
        ("E-TREATED-OUTSIDE", "a target outside the liver was treated before", "warning"): lambda: (
            _issues(visit("Lu1=30", Lu1={"previously_treated": True}), "Lu1=30") == {"E-TREATED-OUTSIDE": "warning"}
        ),
    },
    "mrecist.measured.measured_issues": {
        (
            "E-PHASE",
            "the viable diameter of a liver target or new liver nodule is not read on the arterial phase",
            "warning",
        ): lambda: (
            [_issues(visit("L1=30", L1={"override": {x: "kept"}}), "L1=30") for x in ("E-WHOLE", "E-PHASE")]
            == [{}, {"E-PHASE": "warning"}]
        ),
        ("E-WHOLE", "the whole lesion is shorter than the diameter that counts", "warning"): lambda: (
            [_issues(visit("L1=30", L1={"whole_mm": x}), "L1=30") for x in (30, 29.9)] == [{}, {"E-WHOLE": "warning"}]
        ),
    },
    "mrecist.eligibility.noted_issues": {
        ("E-OVERRIDE", "a proposal or an objection was overridden", "note"): lambda: (
            _noted("L1=20", override="kept") == {"E-OVERRIDE": "note"}
        ),
        ("E-LIPIODOL", "compact lipiodol: no viable tumour", "note"): lambda: (
            RULES.target.lipiodol == "nonviable" and _oil(RULES) == {"E-LIPIODOL": "note"}
        ),
        ("E-LIPIODOL-VIABLE", "compact lipiodol, counted as tumour by the rule set", "note"): lambda: (
            _oil(replace(RULES, target=replace(RULES.target, lipiodol="viable"))) == {"E-LIPIODOL-VIABLE": "note"}
        ),
        ("E-SINCE-OUT", "treated since by itself, so that it leaves the assessment", "note"): lambda: (
            [_noted(x, treated_since=how) for x, how in (("L1=20", "resection"), ("Lu1=20", "ablation"))]
            == [{"E-SINCE-OUT": "note"}] * 2
        ),
        ("E-SINCE-IN", "treated since by itself in the liver: its viable part is measured", "note"): lambda: (
            [_noted("L1=20", treated_since=how) for how in ("tace", "ablation", "radiation")]
            == [{"E-SINCE-IN": "note"}] * 3
        ),
        ("E-ABSENCE", "seen again, and the reader holds that it had been gone", "note"): lambda: (
            _noted("L1=5", before="L1=0", earlier_absence="confirmed") == {"E-ABSENCE": "note"}
        ),
        ("E-ABSENCE-MISTAKEN", "that it had been there, and it is still recorded as gone", "warning"): lambda: (
            _noted("L1=5", before="L1=0", earlier_absence="mistaken") == {"E-ABSENCE-MISTAKEN": "warning"}
            and _noted("L1=5", before="L1=6", earlier_absence="mistaken") == {}
        ),
    },
    "mrecist.tracks.leaves_assessment": {
        ("none", "goes on as it was"): lambda: _liver("L1=30", "L1=20").response == "PR",
        ("resection, wherever it lies", "leaves the assessment, short of unequivocal progression"): lambda: (
            [_treated(x, "resection") for x in ("L1=20", "Lu1=20", "INF=A", "INF=U")] == ["NE", "NE", "NE", "PD"]
        ),
        ("TACE, ablation or radiation, in the liver", "goes on: its viable part is measured"): lambda: (
            [_treated("L1=20", x) for x in ("tace", "ablation", "radiation")] == ["PR"] * 3
        ),
        (
            "TACE, ablation or radiation, outside the liver",
            "leaves the assessment, short of unequivocal progression",
        ): lambda: (
            [_treated("Lu1=20", x) for x in ("tace", "ablation", "radiation")] == ["NE"] * 3
            and [_treated(x, "radiation") for x in ("B1=A", "B1=U")] == ["NE", "PD"]
        ),
    },
    "mrecist.eligibility.select_targets": {
        ("a node, wherever it lies", "lymph nodes"): lambda: (
            {_organ(x, LesionKind.LYMPH_NODE) for x in (Organ.LYMPH_NODE, Organ.LYMPH_NODE_PERIPORTAL)}
            == {"lymph nodes"}
        ),
        ("anything intrahepatic", "liver"): lambda: (
            {_organ(x, region=Region.INTRAHEPATIC) for x in (Organ.LIVER, Organ.BILE_DUCT)} == {"liver"}
        ),
        ("a bone lesion", "skeleton"): lambda: _organ(Organ.BONE, LesionKind.BONE) == "skeleton",
        ("right or left of a pair (lungs, adrenals, kidneys)", "one organ"): lambda: (
            [_organ(x, site=side) for x in (Organ.LUNG, Organ.ADRENAL, Organ.KIDNEY) for side in ("right", "left")]
            == ["lung", "lung", "adrenal", "adrenal", "kidney", "kidney"]
        ),
        ("peritoneum, pleura, or another organ", "that organ"): lambda: (
            [_organ(x) for x in (Organ.PERITONEUM, Organ.PLEURA, Organ.MUSCLE)] == ["peritoneum", "pleura", "muscle"]
        ),
    },
}


def _with_new_at_baseline() -> dict[str, str]:
    """No case file can say so: the record can, where a follow-up became the baseline."""
    one = case("L1=30", "L1=30 xIN=12t")
    read = one.reads[0]
    both = (*read.timepoints[0].observations, read.timepoints[1].observations[-1])
    changed = replace(read, timepoints=(replace(read.timepoints[0], observations=both), read.timepoints[1]))
    found = assess(replace(one, reads=(changed,)), RULES, protocol=load_protocol())
    return {x.rule: x.severity.value for x in found.baseline.issues}


def _without_baseline_diameter() -> dict[str, str]:
    """The same: a target that was not evaluable at baseline."""
    one = case("L1=30 L2=20", "L1=30 L2=NE")
    read = one.reads[0]
    missing = (read.timepoints[0].observations[0], read.timepoints[1].observations[1])
    changed = replace(read, timepoints=(replace(read.timepoints[0], observations=missing), read.timepoints[1]))
    found = assess(replace(one, reads=(changed,)), RULES, protocol=load_protocol())
    return {x.rule: x.severity.value for x in found.baseline.issues}


def _noted_now(lesion: str, rules: RuleSet = RULES, **features: Any) -> Assessment:
    """A target of 30 mm, and what else a reader noted of it at the follow-up, which case files have no keys for."""
    one = case("L1=30", visit(lesion, L1={"whole_mm": 30}))
    read = one.reads[0]
    (seen,) = read.timepoints[1].observations
    noted = replace(read.timepoints[1], observations=(replace(seen, features=Features(**features)),))
    changed = replace(read, timepoints=(read.timepoints[0], noted))
    return assess(replace(one, reads=(changed,)), rules, protocol=load_protocol())


def _oil(rules: RuleSet) -> dict[str, str]:
    found = _noted_now("L1=NV", rules, lipiodol_compact=True).timepoints[0]
    return {x.rule: x.severity.value for x in found.issues}


def _treated(lesion: str, how: str) -> str:
    """The response of a region whose only lesion was 30 mm, or present, and was treated since."""
    name, _, found = lesion.partition("=")
    before = f"{name}=30" if found[0].isdigit() else f"{name}=P"
    at = last(before, visit(lesion, **{name: {"treated_since": how}}))
    return str(at.overall.response)


def _organ(
    organ: Organ, kind: LesionKind = LesionKind.OTHER, region: Region = Region.EXTRAHEPATIC, site: str = ""
) -> str:
    return organ_of(Lesion("x", region, LesionRole.TARGET, organ, kind, site=site))


# --- all of them -----------------------------------------------------------------------------------------------------

TABLES: Mapping[str, Worked] = {**STEPS, **ISSUES}


@pytest.mark.parametrize("name", TABLES)
def test_that_each_row_of_a_table_is_what_is_done(name: str) -> None:
    (table,) = doc_tables(docstrings()[name])
    assert list(table.rows) == list(TABLES[name])
    assert [row for row, holds in TABLES[name].items() if not holds()] == []
