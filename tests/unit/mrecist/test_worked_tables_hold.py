"""Tables of docs/rules whose rows are held by a worked example each: margins, what is seen again, times.

The key of an example is the row as it stands in the docstring, so that other words, a row more or fewer or another
order fail; the example is worked by hand from those words, on both sides of every number in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

import pytest

from app.resources import RULESETS, load_ruleset
from mrecist.bestresponse import Assessed
from mrecist.case import Marker, Modality, Scan, TimePoint
from mrecist.endpoints import Duration, ScopeTimes, scope_times
from mrecist.lesions import Finding, Measured, Merged, NotEvaluable, Observation
from mrecist.markers import marker_response
from mrecist.modality import modality_of
from mrecist.results import RegionResponse
from mrecist.values import Diameter, Line, Response
from tests.support.doc_tables import doc_tables, docstrings
from tests.support.patients import assessed, last, visit

Worked = Mapping[tuple[str, ...], Callable[[], bool]]


# --- margins ---------------------------------------------------------------------------------------------------------


def _told(at: RegionResponse) -> dict[str, float]:
    """What is told of the sum: the other response, and by how many mm."""
    return {str(x.response): float(x.by_mm) for x in at.to_next_category if x.lesion is None}


def _liver(*visits: Any) -> RegionResponse:
    return last(*visits).intrahepatic


def _bordering(*visits: Any) -> bool:
    at = last(*visits)
    return "BORDERLINE" in (at.extrahepatic if visits[0].startswith("Lu") else at.intrahepatic).flags


MARGINS: Mapping[str, Worked] = {
    "mrecist.margins.next_categories": {
        ("PD", "how much less would be SD, or PR"): lambda: (
            _told(_liver("L1=50", "L1=60")) == {"SD": -0.1} and _told(_liver("L1=50", "L1=25", "L1=30")) == {"PR": -0.1}
        ),
        ("SD", "how much more would be PD, how much less would be PR"): lambda: (
            _told(_liver("L1=50", "L1=40")) == {"PD": 20, "PR": -5}
        ),
        (
            "PR",
            "how much more would be SD (PD, where no SD lies between); how much less would be CR, where no non-target "
            "stands against it",
        ): lambda: (
            _told(_liver("L1=50", "L1=30")) == {"SD": 5.1, "CR": -30}
            and _told(_liver("L1=50", "L1=29", "L1=30")) == {"PD": 4.8, "CR": -30}
            and _told(_liver("L1=50 INF=P", "L1=30 INF=P")) == {"SD": 5.1}
        ),
        ("CR, no node among the targets", "0.1 mm of viable tumour"): lambda: (
            _told(_liver("L1=50", "L1=0")) == {"PR": 0.1}
        ),
        ("CR with nodes, NE, NA", "nothing; single lesions may still be told"): lambda: (
            [_told(last(*x).extrahepatic) for x in (("N1=20", "N1=8"), ("Lu1=20", "Lu1=NE"), ("B1=P", "B1=P"))]
            == [{}, {}, {}]
            and [(x.response, x.by_mm, x.lesion) for x in last("N1=20", "N1=8").extrahepatic.to_next_category]
            == [("PR", 2, "N1")]
        ),
    },
    "mrecist.margins.is_borderline": {
        # of 50 mm the limit is 35.0 and 1 % less than 1 mm; of 200 mm it is 140.0 and 1 % is 2 mm
        ("PR", "70 % of the baseline sum", "the baseline sum"): lambda: (
            [_bordering("L1=50", f"L1={x}") for x in (36.1, 36, 34, 33.9)] == [False, True, True, False]
            and [_bordering("L1=100 L2=100", f"L1={x} L2=70") for x in (72.1, 72, 68, 67.9)]
            == [False, True, True, False]
        ),
        # over 50 mm it is 60.0; over 20 mm outside the liver 25.0, not 24.0; over 200 mm 240.0 and 1 % is 2 mm
        ("PD", "the larger of nadir + 20 % and nadir + the floor", "the nadir"): lambda: (
            [_bordering("L1=50", f"L1={x}") for x in (58.9, 59, 61, 61.1)] == [False, True, True, False]
            and [_bordering("Lu1=20", f"Lu1={x}") for x in (23.9, 24, 26, 26.1)] == [False, True, True, False]
            and [_bordering("L1=100 L2=100", f"L1={x} L2=120") for x in (117.9, 118, 122, 122.1)]
            == [False, True, True, False]
        ),
    },
}


# --- what is seen again, patterns, steps, floors ---------------------------------------------------------------------


def _again(*visits: Any, region: str = "extrahepatic") -> list[str]:
    return [str(getattr(at, region).response) for at in assessed(*visits).timepoints]


def _patterns(*visits: Any, region: str) -> tuple[str, ...]:
    found: tuple[str, ...] = getattr(last(*visits), region).patterns
    return found


def _fluid(cytology: str | None) -> list[str]:
    """Ascites that is gone and there again, with such a result of cytology."""
    noted = {} if cytology is None else {"ASC": {"cytology": cytology}}
    return _again("L1=30 ASC=P", "L1=30 ASC=A", visit("L1=30 ASC=P", **noted))


WHOLE = {"chest": True, "abdomen_pelvis": True, "liver_dynamic": True}
FLOORS = {name: load_ruleset(name).target for name in ("mrecist-literal", "harmonised-5")}

REGIONS: Mapping[str, Worked] = {
    "mrecist.region._returned": {
        ("target, not a node", "above 0 mm"): lambda: _again("Lu1=30", "Lu1=0", "Lu1=0.1") == ["CR", "PD"],
        ("target node", "short axis >= 10 mm"): lambda: (
            [_again("N1=20", "N1=9", f"N1={x}")[-1] for x in (9.9, 10)] == ["CR", "PD"]
        ),
        ("non-target, not a node", "present"): lambda: _again("B1=P", "B1=A", "B1=P") == ["CR", "PD"],
        ("non-target node", "from unequivocal progression on (`proved`), while present"): lambda: (
            _again("NN1=P", "NN1=A", "NN1=P", "NN1=U", "NN1=P", "NN1=A") == ["CR", "NN", "PD", "PD", "CR"]
        ),
        ("effusion or ascites without positive cytology", "as a non-target node"): lambda: (
            [_fluid(None), _fluid("negative"), _fluid("positive")] == [["CR", "NN"], ["CR", "NN"], ["CR", "PD"]]
        ),
    },
    "mrecist.region.patterns": {
        ("IHG", "target PD, non-target PD, or disease again after CR", "liver"): lambda: (
            [
                _patterns(*x, region="intrahepatic")
                for x in (("L1=50", "L1=60"), ("L1=50 INF=P", "L1=50 INF=U"), ("INF=P", "INF=A", "INF=P"))
            ]
            == [("IHG",)] * 3
        ),
        ("NIH", "a new lesion counts, not a tumour thrombus", "liver"): lambda: (
            _patterns("L1=50", "L1=50 xIN=12t", region="intrahepatic") == ("NIH",)
        ),
        ("NEH (vascular)", "a new tumour thrombus counts; its region stays intrahepatic", "liver"): lambda: (
            _patterns("L1=50", "L1=50 xPV=1!", region="intrahepatic") == ("NEH (vascular)",)
            and _patterns("L1=50", "L1=50 xPV=1!", region="extrahepatic") == ()
        ),
        ("EHG", "target PD, non-target PD, or disease again after CR", "outside"): lambda: (
            [
                _patterns(*x, region="extrahepatic")
                for x in (("Lu1=50", "Lu1=60"), ("B1=P", "B1=U"), ("Lu1=20", "Lu1=0", "Lu1=3"))
            ]
            == [("EHG",)] * 3
        ),
        ("NEH", "a new lesion counts", "outside"): lambda: (
            _patterns("L1=50", "L1=50 xLu=5!", region="extrahepatic") == ("NEH",)
            and _patterns("L1=50", "L1=50 xLu=5?", region="extrahepatic") == ()
        ),
    },
    "mrecist.course.not_done": {
        ("intrahepatic", "dynamic imaging of the liver"): lambda: (
            _again("L1=30", visit("L1=0", coverage=WHOLE | {"liver_dynamic": False}), region="intrahepatic") == ["PR"]
        ),
        (
            "extrahepatic",
            "chest, abdomen and pelvis; from the first bone lesion outside the liver a bone scan as well",
        ): lambda: (
            [
                _again(before, visit(after, coverage=WHOLE | left_out))[-1]
                for before, after, left_out in (
                    ("Lu1=30", "Lu1=0", {"chest": False}),
                    ("Lu1=30", "Lu1=0", {"abdomen_pelvis": False}),
                    ("Lu1=30", "Lu1=0", {"liver_dynamic": False, "brain": False, "bone_scan": False}),
                    ("Lu1=30 B1=P", "Lu1=0 B1=A", {"bone_scan": False}),
                )
            ]
            == ["PR", "PR", "CR", "PR"]
        ),
        ("overall", "both"): lambda: (
            [
                _again("L1=30 Lu1=30", visit("L1=0 Lu1=0", coverage=WHOLE | {left: False}), region="overall")[-1]
                for left in ("liver_dynamic", "chest")
            ]
            == ["PR", "PR"]
        ),
    },
    "mrecist.course._dated_back": {
        ("before its first listing", "as read"): lambda: _adjudicated(0) == "SD",
        ("its first listing", "PD"): lambda: _adjudicated(1) == "PD",
        ("later, equivocal then", "PD"): lambda: _adjudicated(2) == "PD",
        ("later, not seen, not evaluable, or benign then", "as read"): lambda: _adjudicated(3) == "SD",
        ("from where it counts", "as read"): lambda: _adjudicated(4) == "PD" and _adjudicated(5) == "SD",
    },
    "mrecist.overall.floors": {
        ("intrahepatic", "`min_growth_intrahepatic_mm`"): lambda: (
            FLOORS["mrecist-literal"].min_growth_intrahepatic_mm == 0
            and _again("L1=10", "L1=12", region="intrahepatic") == ["PD"]
            and FLOORS["harmonised-5"].min_growth_intrahepatic_mm == 5
            and last("L1=10", "L1=14.9", ruleset="harmonised-5").intrahepatic.response == "SD"
        ),
        ("extrahepatic", "`min_growth_extrahepatic_mm`"): lambda: (
            FLOORS["mrecist-literal"].min_growth_extrahepatic_mm == 5
            and [_again("Lu1=10", f"Lu1={x}")[-1] for x in (14.9, 15)] == ["SD", "PD"]
        ),
        ("pooled, a number is set", "`min_growth_overall_mm`"): lambda: (
            FLOORS["harmonised-5"].min_growth_overall_mm == 5
            and [last("L1=10", f"L1={x}", ruleset="harmonised-5").overall.response for x in (14.9, 15)] == ["SD", "PD"]
        ),
        (
            "pooled, ``by_content``",
            "0 where the intrahepatic target response is itself PD at that time point, else `by_content_growth_mm`",
        ): lambda: (
            FLOORS["mrecist-literal"].min_growth_overall_mm == "by_content"
            and FLOORS["mrecist-literal"].by_content_growth_mm == 5
            # 20 -> 24.0 mm either way: of the liver 12.5 is +25 %, 11.5 is +15 %
            and [last("L1=10 Lu1=10", x).overall.response for x in ("L1=12.5 Lu1=11.5", "L1=11.5 Lu1=12.5")]
            == ["PD", "SD"]
            and last("L1=10 Lu1=10", "L1=11.5 Lu1=13.5").overall.response == "PD"  # 25.0 mm
        ),
    },
}


def _adjudicated(follow_up: int) -> str:
    """An atypical nodule: listed at the second follow-up, equivocal, gone, grown by 10 mm, and gone again."""
    course = ("L1=30", "L1=30", "L1=30 xIN=12", "L1=30 xIN=14", "L1=30 xIN=0", "L1=30 xIN=22", "L1=30 xIN=0")
    return str(assessed(*course).timepoints[follow_up].intrahepatic.adjudicated_response)


# --- times, markers --------------------------------------------------------------------------------------------------


def _times(*sequence: tuple[int, str], dated: int | None = None, death: int | None = None) -> ScopeTimes:
    told = [Assessed(day, Response(response)) for day, response in sequence]
    return scope_times(told, load_ruleset().best_response, adjudicated_day=dated, death_day=death)


LIMIT = Fraction(20)
TIMES: Mapping[str, Worked] = {
    "mrecist.endpoints.scope_times": {
        ("clinical benefit", "day 0", "first CR or PR, or SD (or NN) at day >= 42, before PD", "none"): lambda: (
            [
                _times(*x).clinical_benefit_day
                for x in (
                    [(30, "PR")],
                    [(41, "SD"), (60, "PD")],
                    [(42, "SD")],
                    [(42, "NN")],
                    [(30, "PD"), (60, "CR")],
                )
            ]
            == [30, None, 42, 42, None]
        ),
        ("time to response", "day 0", "first CR or PR before PD", "none"): lambda: (
            [_times(*x).time_to_response for x in ([(42, "SD"), (84, "CR")], [(42, "PD"), (84, "PR")], [(42, "SD")])]
            == [84, None, None]
        ),
        (
            "time to confirmed response",
            "day 0",
            "first CR or PR that a later assessment confirms",
            "none",
        ): lambda: (
            [
                _times(*x).time_to_confirmed_response
                for x in ([(42, "PR"), (70, "PR")], [(42, "PR"), (69, "PR")], [(42, "PR"), (84, "SD"), (126, "PR")])
            ]
            == [42, None, None]
        ),
        ("duration of response", "first CR or PR", "first PD as read, or death", "censored"): lambda: (
            [
                _times((42, "PR"), (84, "SD"), *x, death=death).duration_of_response
                for x, death in (([(126, "PD")], None), ([], 100), ([], None), ([(126, "PD")], 100))
            ]
            == [Duration(84, True), Duration(58, True), Duration(42, False), Duration(58, True)]
        ),
        ("time to progression", "day 0", "first PD as read", "censored"): lambda: (
            [
                _times(*x, death=90).time_to_progression
                for x in ([(42, "SD"), (84, "PD"), (126, "PD")], [(42, "SD"), (84, "NE")])
            ]
            == [Duration(84, True), Duration(42, False)]
        ),
        (
            "adjudicated time to progression",
            "day 0",
            "progression, dated in retrospect",
            "censored",
        ): lambda: (
            [_times((42, "SD"), (84, "PD"), dated=x).adjudicated_time_to_progression for x in (42, None)]
            == [Duration(42, True), Duration(84, False)]
        ),
    },
    "mrecist.markers.marker_response": {
        ('was not recorded, or is known as "greater than" a value below its limit', "NE"): lambda: (
            [marker_response(x, LIMIT) for x in (None, Marker(Fraction(19), above=True))] == ["NE", "NE"]
        ),
        ("is above its limit", "NN"): lambda: (
            [marker_response(x, LIMIT) for x in (Marker(Fraction(201, 10)), Marker(LIMIT, above=True))] == ["NN", "NN"]
        ),
        ("is at its limit or below", "CR"): lambda: (
            [marker_response(Marker(x), LIMIT) for x in (LIMIT, Fraction(0))] == ["CR", "CR"]
        ),
    },
}


# --- RECIST 1.1 in parallel, and on what a finding was read -----------------------------------------------------------


def _parallel(section: str, key: str, name: str = "mrecist-literal") -> object:
    return getattr(getattr(load_ruleset(name).recist11, section), key)


def _others_are_the_same() -> bool:
    """Of every shipped rule set, but for the settings that the rows before name."""
    named = {row[0].strip("`") for row in SETTINGS["mrecist.rulesets.RuleSet.recist11"]}
    for rules in map(load_ruleset, RULESETS):
        for section in ("target", "nodes", "new_lesions", "eligibility", "best_response", "warnings"):
            there, here = getattr(rules.recist11, section), getattr(rules, section)
            if any(getattr(there, f.name) != getattr(here, f.name) for f in fields(here) if f.name not in named):
                return False
    return True


def _read_on(modalities: str, finding: Finding, *, named: str = "", series: str = "") -> str:
    """The modality of a finding of L1 at a time point with these scans: the one that names it, or holds its series."""
    scans = tuple(
        Scan(Modality(x), lesions=("L1",) if x == named else (), series=("1.1",) if x == series else ())
        for x in modalities.split()
    )
    return str(modality_of(Observation("L1", finding), TimePoint("T", 0, scans=scans)))


MM = Diameter(200)
DRAWN = Measured(MM, evidence=(Line("1.1", "1.1.7", 1, "1.1.f", (0.0, 0.0, 0.0), (20.0, 0.0, 0.0)),))
SETTINGS: Mapping[str, Worked] = {
    "mrecist.rulesets.RuleSet.recist11": {
        ("`liver_diameter`", "whole"): lambda: _parallel("target", "liver_diameter") == "whole",
        ("`min_growth_intrahepatic_mm`", "that of `min_growth_extrahepatic_mm`"): lambda: (
            _parallel("target", "min_growth_intrahepatic_mm") == 5
        ),
        ("`min_growth_overall_mm`", "that of `min_growth_extrahepatic_mm`"): lambda: (
            _parallel("target", "min_growth_overall_mm") == 5
        ),
        ("`liver_rule`", "certainty"): lambda: _parallel("new_lesions", "liver_rule") == "certainty",
        ("`periportal_target_mm`", "that of `target_mm`"): lambda: _parallel("nodes", "periportal_target_mm") == 15,
        ("`periportal_node_mm`", "that of `node_mm`"): lambda: _parallel("new_lesions", "periportal_node_mm") == 15,
        ("every other", "that of the rule set"): lambda: _others_are_the_same(),
    },
    "mrecist.modality.modality_of": {
        ("1", "nothing was recorded, not evaluable, or merged", "none"): lambda: (
            {_read_on("CT", x) for x in (NotEvaluable(), Merged("L2"))} == {"None"}
            and modality_of(None, TimePoint("T", 0, scans=(Scan(Modality.CT),))) is None
        ),
        ("2", "a scan names the lesion among those that were read on it", "of that"): lambda: (
            [_read_on("CT MR", DRAWN, named=x, series="CT") for x in ("CT", "MR")] == ["CT", "MR"]
        ),
        ("3", "a scan holds the series of the finding's first line", "of that"): lambda: (
            [_read_on("CT MR", DRAWN, series=x) for x in ("CT", "MR")] == ["CT", "MR"]
        ),
        ("4", "the time point's scans are all CT, or all MR", "that"): lambda: (
            [_read_on(x, Measured(MM)) for x in ("CT CT", "MR", "MR PT")] == ["CT", "MR", "MR"]
        ),
        ("5", "else", "none"): lambda: [_read_on(x, Measured(MM)) for x in ("CT MR", "PT", "")] == ["None"] * 3,
    },
}


# --- all of them -----------------------------------------------------------------------------------------------------

TABLES: Mapping[str, Worked] = {**MARGINS, **REGIONS, **TIMES, **SETTINGS}


@pytest.mark.parametrize("name", TABLES)
def test_that_each_row_of_a_table_is_what_is_done(name: str) -> None:
    (table,) = doc_tables(docstrings()[name])
    assert list(table.rows) == list(TABLES[name])
    assert [row for row, holds in TABLES[name].items() if not holds()] == []
