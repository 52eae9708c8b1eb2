"""Rates, times and pictures of small cohorts, worked by hand."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.cohort.adtte import CENSORED_AS, adtte_csv
from app.cohort.cohort import Cohort, best_counts, compare_groups, rates, time_names, time_to_event
from app.cohort.pictures import (
    WaterfallBar,
    incidence_curves,
    numbers_at_risk,
    picture_csv,
    spider,
    survival_curves,
    swimmer,
    waterfall,
)
from app.cohort.reads import reads_of_case
from app.cohort.sources import Judging
from app.profiles import known_profiles
from app.resources import load_ruleset
from mrecist.casefile import read_case
from mrecist.censoring import POLICIES, Why
from mrecist.values import Scope
from tests.support.patients import patient

JUDGING = Judging(load_ruleset())


def _cohort(*patients: dict[str, Any], policy: str | None = None) -> Cohort:
    judging = Judging(load_ruleset(), POLICIES[policy] if policy else None)
    reads = [r for n, one in enumerate(patients, 1) for r in reads_of_case(read_case(one | {"id": f"P{n}"}))]
    return judging.cohort(judging.rows(reads, known_profiles()))


@pytest.fixture(scope="module")
def four() -> Cohort:
    """CR, PR, SD and PD of the liver; the second dies on day 100 without progression; the fourth progresses.

    Of the third alone a treatment is recorded.
    """
    return _cohort(
        patient("L1=50", "L1=0", "L1=0", arm="A"),
        patient("L1=50 Lu1=20", "L1=30 Lu1=20", arm="A", events=[{"kind": "death", "day": 100}]),
        patient("L1=50", "L1=45", arm="B", treatments=[{"kind": "resection", "day": 60}]),
        patient("L1=50", "L1=65 xLu=9!", arm="B"),
    )


def test_that_rates_are_counted_with_exact_intervals(four: Cohort) -> None:
    found = {(r.name, r.scope): (r.proportion.count, r.proportion.total) for r in rates(four)}
    assert found == {
        ("ORR", "intrahepatic"): (2, 4), ("DCR", "intrahepatic"): (3, 4), ("confirmed ORR", "intrahepatic"): (1, 4),
        ("ORR", "extrahepatic"): (0, 1), ("DCR", "extrahepatic"): (1, 1), ("confirmed ORR", "extrahepatic"): (0, 1),
        ("ORR", "overall"): (1, 4), ("DCR", "overall"): (3, 4), ("confirmed ORR", "overall"): (1, 4),
        ("DSR", ""): (1, 1),
    }  # fmt: skip
    assert best_counts(four, Scope.INTRAHEPATIC) == {"CR": 1, "PR": 1, "SD": 1, "PD": 1}
    assert best_counts(four, Scope.EXTRAHEPATIC) == {"SD": 1}


def test_that_the_trial_of_47_has_its_published_rates() -> None:
    """LD-CCRT: 21 respond at the assessment after radiotherapy, 4 more before sorafenib, 9 are operated on."""

    def one(number: int) -> dict[str, Any]:
        first = 30 if number < 21 else 45
        before = 30 if number < 25 else 45
        treatments = [{"kind": "radiotherapy", "day": 0, "end_day": 35}, {"kind": "sorafenib", "day": 85}]
        treatments += [{"kind": "resection", "day": 200}] if number % 5 == 0 and number < 45 else []
        return patient("L1=50", f"L1={first}", f"L1={before}", "L1=30", protocol="ld-ccrt", treatments=treatments)

    found = {r.name: r.proportion for r in rates(_cohort(*(one(n) for n in range(47)))) if not r.scope}
    told = {name: (p.count, p.total, f"{100 * (p.value or 0):.1f}") for name, p in found.items()}
    assert told == {
        "ORR (4 weeks)": (21, 47, "44.7"), "ORR (up to sorafenib)": (25, 47, "53.2"), "DSR": (9, 47, "19.1"),
    }  # fmt: skip


def test_that_a_trial_of_downstaging_counts_no_response_after_the_operation() -> None:
    """SD on day 42, resection on day 60, nothing viable on day 84."""
    treatments = [{"kind": "radiotherapy", "day": 0, "end_day": 35}, {"kind": "resection", "day": 60}]
    found = _cohort(patient("L1=50", "L1=48", "L1=0", protocol="ld-ccrt", treatments=treatments))
    told = {(r.name, r.scope): (r.proportion.count, r.proportion.total) for r in rates(found)}
    assert (told["ORR", "overall"], told["DCR", "overall"], told["DSR", ""]) == ((0, 1), (1, 1), (1, 1))
    assert [bar.change_pct for bar in waterfall(found, Scope.OVERALL)] == [-4.0]


def test_that_death_without_progression_is_censored_in_one_estimate_and_competes_in_the_other(four: Cohort) -> None:
    """TTP: censored at 84, 42 and 42, progression at 42. Incidence by 42: 1/4; death at 100 with none at risk else."""
    told = time_to_event(four, "TTP")
    assert (told.curve.n, told.curve.event_count) == (4, 1)
    assert told.incidence is not None and told.competing is not None
    assert told.incidence.incidence[-1] == pytest.approx(0.25)
    assert told.competing.events.sum() == 1
    assert told.competing.time[-1] == 100
    assert time_to_event(four, "PFS").curve.event_count == 2
    assert time_to_event(four, "PFS").incidence is None
    assert time_to_event(four, "OS", "weeks").curve.time[-1] == pytest.approx(100 / 7)


def test_that_groups_are_told_apart_by_a_field(four: Cohort) -> None:
    arms = four.split("arm")
    assert {arm: part.cases for arm, part in arms.items()} == {"A": ("P1", "P2"), "B": ("P3", "P4")}
    assert compare_groups(arms, "DOR") is None
    test = compare_groups(arms, "PFS")
    assert test is not None and test.df == 1
    with pytest.raises(KeyError):
        four.split("colour")
    assert time_names(four)[:3] == ("OS", "PFS", "TTP")
    assert four.one_read_a_case() == four


def test_that_cases_without_a_value_are_no_part_of_a_test(four: Cohort) -> None:
    arms = four.split("arm")
    blank = _cohort(patient("L1=50", "L1=70"), patient("L1=50", "L1=80"))
    blank = blank.with_rows([row._replace(case_id=f"{row.case_id} blank") for row in blank.rows])
    assert compare_groups({"": blank, **arms}, "PFS") == compare_groups(arms, "PFS")
    assert compare_groups({"": arms["A"], "B": arms["B"]}, "PFS") is None


def test_that_a_case_in_two_groups_makes_no_test(four: Cohort) -> None:
    assert compare_groups({"A": four, "B": four}, "PFS") is None


def test_that_a_waterfall_is_sorted_and_marks_new_lesions(four: Cohort) -> None:
    """The fourth grows in the liver and has a new lesion of the lung, which is none of the liver."""
    bars = waterfall(four, Scope.INTRAHEPATIC)
    assert [(b.case_id, b.change_pct, b.best, b.new_lesion) for b in bars] == [
        ("P4", 30.0, "PD", False), ("P3", -10.0, "SD", False), ("P2", -40.0, "PR", False), ("P1", -100.0, "CR", False),
    ]  # fmt: skip
    assert [b.case_id for b in waterfall(four, Scope.EXTRAHEPATIC)] == ["P2"]
    both = waterfall(four, Scope.OVERALL)
    assert [b.case_id for b in both if b.new_lesion] == ["P4"]
    lines = picture_csv(both, WaterfallBar).decode().split("\r\n")
    assert lines[:2] == ["case_id,read_id,reader,change_pct,best,new_lesion,group", "P4,read-1,,30.0,PD,True,"]


def test_that_a_new_lesion_is_marked_in_its_own_region_and_where_responses_count() -> None:
    """New in the liver on day 84; new in the lung, where disease was; new in the liver after a resection on day 60."""
    operated = [{"kind": "radiotherapy", "day": 0, "end_day": 35}, {"kind": "resection", "day": 60}]
    found = _cohort(
        patient("L1=50 Lu1=20", "L1=45 Lu1=20", "L1=45 Lu1=20 xIN=12t"),
        patient("L1=50 Lu1=20", "L1=45 Lu1=20 xLu=9!"),
        patient("L1=50", "L1=48", "L1=0 xIN=12t", protocol="ld-ccrt", treatments=operated),
    )
    assert {scope: {bar.case_id for bar in waterfall(found, scope) if bar.new_lesion} for scope in Scope} == {
        Scope.INTRAHEPATIC: {"P1"},
        Scope.EXTRAHEPATIC: {"P2"},
        Scope.OVERALL: {"P1", "P2"},
    }


def test_that_a_spider_begins_at_the_baseline_and_a_swimmer_ends_with_the_patient(four: Cohort) -> None:
    points = [(p.day, p.change_pct, p.response) for p in spider(four, Scope.INTRAHEPATIC) if p.case_id == "P1"]
    assert points == [(0, 0.0, ""), (42, -100.0, "CR"), (84, -100.0, "CR")]
    lanes = swimmer(four)
    assert list(dict.fromkeys(m.case_id for m in lanes)) == ["P2", "P1", "P3", "P4"]
    assert [(m.what, m.day) for m in lanes if m.case_id == "P2"] == [("response", 42), ("death", 100)]
    assert ("treatment", "resection", 60) in [(m.what, m.detail, m.day) for m in lanes if m.case_id == "P3"]
    assert ("progression", "PD") in [(m.what, m.detail) for m in lanes if m.case_id == "P4"]


def test_that_curves_begin_at_one_and_incidences_stand_beside_one_minus_kaplan_meier(four: Cohort) -> None:
    points = survival_curves({"all": four}, "PFS")
    assert (points[0].time, points[0].survival, points[0].at_risk) == (0.0, 1.0, 4)
    assert [(p.time, p.survival) for p in points[1:]] == [(42, 0.75), (84, 0.75), (100, 0.0)]
    assert [x.at_risk for x in numbers_at_risk({"all": four}, "PFS", [0, 50, 90])] == [4, 2, 1]
    told = {(p.cause, p.time): (p.incidence, p.one_minus_km) for p in incidence_curves({"all": four}, "TTP")}
    assert told[("event", 42.0)] == (0.25, 0.25)
    assert told[("event", 100.0)] == (0.25, None)
    assert told[("death", 100.0)] == (pytest.approx(0.75), None)


def test_that_each_reader_has_a_curve_of_times_as_read(four: Cohort) -> None:
    """Two readers of the same four cases: eight reads, four patients."""
    rows = [row._replace(reader=reader) for row in four.rows for reader in ("A", "B")]
    both = {"all": four.with_rows(rows)}
    begun = [(p.reader, p.at_risk) for p in survival_curves(both, "TTPR", each_reader=True) if p.time == 0]
    assert begun == [("A", 4), ("B", 4)]
    assert [(p.reader, p.at_risk) for p in survival_curves(both, "OS", each_reader=True) if p.time == 0] == [("", 4)]
    told = {(p.reader, p.cause): p.incidence for p in incidence_curves(both, "TTPR", each_reader=True) if p.time == 42}
    assert told[("A", "event")] == told[("B", "event")] == 0.25


def test_that_the_endpoints_are_exported_a_line_each(four: Cohort) -> None:
    rows = list(csv.DictReader(io.StringIO(adtte_csv(four).decode())))
    told = {(r["USUBJID"], r["PARAMCD"]): (r["AVAL"], r["CNSR"], r["EVNTDESC"], r["CNSDTDSC"]) for r in rows}
    assert told[("P2", "TTP")] == ("42", str(CENSORED_AS[Why.DEATH]), "", "death")
    assert told[("P2", "PFS")] == ("100", "0", "death", "")
    assert told[("P4", "TTP")] == ("42", "0", "progression", "")
    assert {r["RULESET"] for r in rows} == {"mrecist-literal 1.0.0"}
    events = {Why.PROGRESSION, Why.RESPONSE, Why.TACE_FAILURE, Why.SORAFENIB_FAILURE, Why.DOWNSTAGING}
    assert set(CENSORED_AS) == set(Why) - events


def test_that_each_time_has_its_dates_where_the_date_of_day_0_is_known() -> None:
    """PR on day 84 and PD on day 126 after 2024-02-01: 2024 is a leap year."""
    (read,) = reads_of_case(read_case(patient("L1=50", "L1=48", "L1=30", "L1=60")))
    dated = JUDGING.cohort(JUDGING.rows([replace(read, day0=date(2024, 2, 1))], known_profiles()))
    rows = list(csv.DictReader(io.StringIO(adtte_csv(dated).decode())))
    told = {r["PARAMCD"]: (r["STARTDT"], r["ADT"], r["AVAL"]) for r in rows}
    assert told["TTR"] == ("2024-02-01", "2024-04-25", "84")
    assert told["DOR"] == ("2024-04-25", "2024-06-06", "42")
    assert told["PFS"] == ("2024-02-01", "2024-06-06", "126")
    plain = JUDGING.cohort(JUDGING.rows([read], known_profiles()))
    undated = list(csv.DictReader(io.StringIO(adtte_csv(plain).decode())))
    assert {(r["STARTDT"], r["ADT"]) for r in undated} == {("", "")}


def test_that_a_policy_may_be_chosen_in_place_of_the_protocol_s() -> None:
    one = patient("L1=50", "L1=50", "L1=70", events=[{"kind": "new_therapy", "day": 50}])
    assert _cohort(one).rows[0].times["PFS"].event
    censored = _cohort(one, policy="fda")
    assert (censored.policy, censored.rows[0].times["PFS"].reason) == ("fda", Why.NEW_THERAPY)


def test_that_nothing_counts_after_a_cutoff() -> None:
    """Cut off on day 100: PR on day 84 counts, PD on day 126, dated back to day 84 by what was read later, does not."""
    visits = ("L1=50", "L1=48", "L1=30 xLu=4?", "L1=30 xLu=9!")
    one = patient(*visits, events=[{"kind": "death", "day": 200}, {"kind": "new_therapy", "day": 130}])
    one["treatments"] = [{"kind": "TACE", "day": 3}, {"kind": "TACE", "day": 128}]
    reads = reads_of_case(read_case(one))

    def judged(cutoff: int | date | None) -> Cohort:
        judging = Judging(load_ruleset(), POLICIES["new-therapy-event"], cutoff)
        return judging.cohort(judging.rows(reads, known_profiles()))

    (row,) = judged(100).rows
    assert {name: row.times[name][:3] for name in ("OS", "PFS", "TTR")} == {
        "OS": (100, False, Why.CUTOFF), "PFS": (84, False, Why.CUTOFF), "TTR": (84, True, Why.RESPONSE),
    }  # fmt: skip
    assert [at.day for at in row.timepoints] == [42, 84]
    assert [x.day for x in row.treatments] == [3]
    assert judged(100).policy == "new-therapy-event, cut-off day 100"
    assert judged(None).rows[0].times["PFS"][:2] == (84, True)
    with pytest.raises(ValueError, match="the date of day 0 is not known"):
        judged(date(2020, 1, 1))
    reads = tuple(replace(read, day0=date(2020, 1, 1)) for read in reads)
    assert judged(date(2020, 4, 10)).rows[0].times == row.times
    assert judged(date(2019, 12, 31)).rows == ()
