"""Endpoints of hand-worked patients: assessments 42 days apart, BL at day 0."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.resources import load_protocol, load_ruleset
from mrecist.assess import assess
from mrecist.case import Case
from mrecist.caseendpoints import TITLES, CaseEndpoints, case_endpoints
from mrecist.casefile import read_case
from mrecist.censoring import POLICIES, Why
from mrecist.endpointrules import GENERAL, EndpointRules, ResponseRate, endpoint_faults
from mrecist.values import Response, Scope
from tests.support.patients import patient, visit

RULES = load_ruleset()


def _ends(case: Case, rules: EndpointRules = GENERAL, **more: Any) -> CaseEndpoints:
    return case_endpoints(case, assess(case, RULES, protocol=load_protocol()), RULES.best_response, rules, **more)


def _of(*visits: str | dict[str, Any], rules: EndpointRules = GENERAL, **more: Any) -> CaseEndpoints:
    return _ends(read_case(patient(*visits, **more)), rules)


def _told(found: CaseEndpoints) -> dict[str, tuple[float, bool]]:
    return {name: (x.days, x.event) for name, x in found.times.items()}


def test_that_every_time_of_a_patient_is_told() -> None:
    """PR of the liver at TP1; a lung nodule counts at TP3, first seen at TP2; resection day 150, death day 200."""
    found = _of(
        "L1=50 Lu1=20", "L1=30 Lu1=20", "L1=30 Lu1=20 xLu=4?", "L1=30 Lu1=20 xLu=9!",
        treatments=[{"kind": "TACE", "day": 3}, {"kind": "resection", "day": 150}],
        events=[{"kind": "death", "day": 200}, {"kind": "last_contact", "day": 190}],
    )  # fmt: skip
    assert _told(found) == {
        "OS": (200, True),
        "PFS": (84, True),
        "TTP": (84, True),
        "TTPR": (126, True),
        "TTIHP": (126, False),
        "TTEHP": (84, True),
        "TTDS": (150, True),
    }
    assert found.times["TTP"].source == "TP2, progression"
    assert (found.times["TTIHP"].cause, found.times["TTIHP"].cause_days) == (2, 200)
    assert found.best[Scope.INTRAHEPATIC].unconfirmed is Response.PR
    assert found.downstaged
    assert set(found.times) <= set(TITLES)


def test_that_response_times_are_of_the_scope_of_the_study() -> None:
    """Liver 50 -> 30 (PR) -> 30 -> 40 (PD from 30); lung stable: pooled 70 -> 50 -> 50 -> 60, PR only of the liver."""
    visits = ("L1=50 Lu1=20", "L1=30 Lu1=20", "L1=30 Lu1=20", "L1=40 Lu1=20")
    liver = _of(*visits, rules=EndpointRules(scope="intrahepatic"))
    assert {k: _told(liver)[k] for k in ("TTR", "DOR", "TTP")} == {
        "TTR": (42, True),
        "DOR": (84, True),
        "TTP": (126, True),
    }
    assert "TTR" not in _of(*visits).times


def test_that_a_region_without_disease_at_baseline_has_no_part_in_rates() -> None:
    found = _of("L1=50", "L1=30 xLu=9!")
    assert found.diseased == {Scope.INTRAHEPATIC: True, Scope.EXTRAHEPATIC: False, Scope.OVERALL: True}
    assert _told(found)["TTEHP"] == (42, True)


def test_that_failure_is_what_the_decision_tables_declare() -> None:
    """Benefit denied at TP2 (T4); lung progression and no benefit there is sorafenib failure (S4)."""
    clinical: dict[str, Any] = {
        "ecog": 0, "bilirubin_mg_dl": 0.9, "albumin_g_dl": 3.9, "inr": 1.1, "ascites": "none", "encephalopathy": 0,
        "tace_benefit": "yes", "tace_planned": True, "sorafenib_tolerable": True,
    }  # fmt: skip
    denied = clinical | {"tace_benefit": "no"}
    found = _of(
        visit("L1=50 Lu1=20", clinical=clinical),
        visit("L1=50 Lu1=20", clinical=clinical),
        visit("L1=50 Lu1=30", clinical=denied),
        protocol="cotsom",
    )
    assert {k: _told(found)[k] for k in ("TTTF", "TTSF")} == {"TTTF": (84, True), "TTSF": (84, True)}
    assert found.times["TTTF"].source == "TP2, row T4"
    assert found.times["TTSF"].reason is Why.SORAFENIB_FAILURE


def test_that_a_missing_judgement_is_never_a_failure() -> None:
    found = _of("L1=50 Lu1=20", "L1=50 Lu1=30", protocol="cotsom", events=[{"kind": "death", "day": 90}])
    assert (found.times["TTSF"].event, found.times["TTSF"].cause) == (False, 2)
    assert "TTSF: a judgement is missing at TP1; none is taken as failure" in found.notes
    no_rows = _of("L1=50 Lu1=20", "L1=50 Lu1=30", protocol="cotsom", rules=EndpointRules(tace_failure=()))
    assert "TTTF" not in no_rows.times


@pytest.mark.parametrize("origin", ["randomisation", "enrolment"])
def test_that_times_run_from_the_origin_of_the_study(origin: Any) -> None:
    rules = EndpointRules(origin=origin)
    visits = ("L1=50", "L1=50", "L1=70")
    found = _of(*visits, rules=rules, randomised_day=-10, enrolled_day=-10, events=[{"kind": "death", "day": 100}])
    assert {k: _told(found)[k] for k in ("OS", "TTP")} == {"OS": (110, True), "TTP": (94, True)}
    unknown = _of(*visits, rules=rules)
    assert unknown.times == {}
    assert "is not recorded" in unknown.notes[0]


def test_that_what_contradicts_itself_is_told_and_not_counted() -> None:
    rules = EndpointRules(origin="randomisation")
    early = _of("L1=50", "L1=70", rules=rules, randomised_day=60)
    assert "PFS: TP1, progression lies before the day from which it counts" in early.notes
    assert "PFS" not in early.times and "OS" in early.times
    dead = _of("L1=50", "L1=50", rules=rules, randomised_day=60, events=[{"kind": "death", "day": 50}])
    assert dead.times == {}
    assert not dead.downstaged
    after = _of("L1=50", "L1=50", events=[{"kind": "death", "day": 20}])
    assert after.notes == ("something is recorded after death",)
    assert after.times["OS"].days == 20
    responded = _of("L1=50", "L1=30", "L1=30", rules=rules, randomised_day=60)
    assert "TTR" not in responded.times


def test_that_a_day_of_which_only_the_month_is_known_is_told() -> None:
    case = read_case(patient("L1=50", "L1=50", treatments=[{"kind": "TACE", "day": 3}]))
    last = replace(case.timepoints[1], slack_days=30)
    known = replace(
        case, timepoints=(case.timepoints[0], last), treatments=(replace(case.treatments[0], slack_days=5),)
    )
    told = "may have been later, only a month or year is known: TP1 (by 30 days), TACE, day 3 (by 5 days)"
    assert _ends(known).notes == (told,)
    assert _ends(case).notes == ()


def test_that_consent_counts_from_its_event_or_its_time_point() -> None:
    visits = ("L1=50", visit("L1=50", clinical={"consent_withdrawn": True}), "L1=70")
    rules = EndpointRules(censoring="fda")
    assert _of(*visits, rules=rules).times["PFS"].reason is Why.CONSENT_WITHDRAWN
    told = _of("L1=50", "L1=50", "L1=70", rules=rules, events=[{"kind": "consent_withdrawn", "day": 50}])
    assert (told.times["PFS"].days, told.times["PFS"].reason) == (42, Why.CONSENT_WITHDRAWN)


def test_that_a_cutoff_leaves_out_what_came_later() -> None:
    case = read_case(patient("L1=50", "L1=50", "L1=30", "L1=50", treatments=[{"kind": "transplantation", "day": 140}]))
    found = _ends(case, cutoff_day=60)
    assert (found.times["OS"].days, found.times["OS"].reason) == (60, Why.CUTOFF)
    assert (found.times["TTP"].days, found.times["TTP"].reason) == (42, Why.CUTOFF)
    assert "TTR" not in found.times
    assert not found.downstaged
    assert _ends(case, cutoff_day=150).downstaged
    assert _ends(case, policy=POLICIES["at-transplantation"]).times["OS"].reason is Why.SURGERY


def test_that_the_time_to_downstaging_is_censored_where_the_patient_was_last_known_alive() -> None:
    """Visits on days 0, 42, 84; consent withdrawn on day 60, TACE on day 0, never operated on."""
    given: dict[str, Any] = {"treatments": [{"kind": "TACE", "day": 0}]}
    visits = ("L1=50", "L1=48", "L1=45")
    withdrawn = given | {"events": [{"kind": "consent_withdrawn", "day": 60}]}
    found = _of(*visits, rules=EndpointRules(censoring="fda"), **withdrawn).times["TTDS"]
    assert (found.days, found.reason, found.source) == (60, Why.CONSENT_WITHDRAWN, "consent_withdrawn")
    assert _of(*visits, **withdrawn).times["TTDS"][:3] == (84, False, Why.LAST_ASSESSMENT)
    cut = _ends(read_case(patient(*visits, **given)), cutoff_day=70).times["TTDS"]
    assert (cut.days, cut.reason, cut.source) == (70, Why.CUTOFF, "data cut-off")
    late = _ends(read_case(patient(*visits, **given)), cutoff_day=90).times["TTDS"]
    assert (late.days, late.reason) == (84, Why.LAST_ASSESSMENT)


def test_that_the_end_of_a_treatment_shows_the_patient_alive() -> None:
    """Visits on days 0 and 42, sorafenib from day 5 to day 200; a treatment that goes on shows its first day alone."""
    given: dict[str, Any] = {"kind": "sorafenib", "day": 5}
    found = _of("L1=50", "L1=48", treatments=[given | {"end_day": 200}]).times
    assert (found["OS"].days, found["OS"].reason, found["OS"].source) == (
        200,
        Why.LAST_CONTACT,
        "sorafenib, to day 200",
    )
    assert (found["TTDS"].days, found["PFS"].days) == (200, 42)
    assert _of("L1=50", "L1=48", treatments=[given]).times["OS"].days == 42
    died = _of("L1=50", "L1=48", treatments=[given | {"end_day": 200}], events=[{"kind": "death", "day": 90}])
    assert (died.times["OS"].days, died.notes) == (90, ("something is recorded after death",))


def test_that_a_case_without_anything_has_no_times_to_speak_of() -> None:
    empty = Case("nobody")
    found = case_endpoints(empty, assess(empty, RULES), RULES.best_response)
    assert found.times["OS"].reason is Why.NO_ASSESSMENT
    assert found.diseased == dict.fromkeys(Scope, False)
    bare = case_endpoints(empty, replace(assess(empty, RULES), times={}), RULES.best_response)
    assert "TTR" not in bare.times


RATES = (
    ResponseRate("ORR (4 weeks)", ("CR", "PR"), "intrahepatic", first_after="radiotherapy"),
    ResponseRate("ORR (up to sorafenib)", ("CR", "PR"), "intrahepatic", until="sorafenib"),
    ResponseRate("confirmed", ("CR", "PR"), "intrahepatic", confirmed=True),
)


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        pytest.param(("L1=50", "L1=30", "L1=50", "L1=30"), (True, True, False), id="at the first assessment alone"),
        pytest.param(("L1=50", "L1=45", "L1=30", "L1=30"), (False, True, True), id="before sorafenib"),
        pytest.param(("L1=50", "L1=45", "L1=45", "L1=30"), (False, False, False), id="under sorafenib"),
        pytest.param(("L1=50", "L1=NE", "L1=30", "L1=30"), (False, True, True), id="the first is not evaluable"),
        pytest.param(("L1=50",), (False, False, False), id="never assessed"),
    ],
)
def test_that_a_study_counts_responses_in_its_own_windows(
    visits: tuple[str, ...], expected: tuple[bool, bool, bool]
) -> None:
    """Radiotherapy until day 35, sorafenib from day 84 on."""
    treatments = [{"kind": "radiotherapy", "day": 0, "end_day": 35}, {"kind": "sorafenib", "day": 84}]
    found = _of(*visits, rules=EndpointRules(rates=RATES), treatments=treatments)
    assert tuple(found.rates.values()) == expected


SURGERY: dict[str, Any] = {
    "treatments": [{"kind": "radiotherapy", "day": 0, "end_day": 35}, {"kind": "resection", "day": 60}]
}


@pytest.mark.parametrize("policy", ["at-surgery", "at-transplantation"])
def test_that_what_follows_an_operation_is_no_response(policy: str) -> None:
    """SD on day 42, resection on day 60, nothing viable on day 84."""
    rules = EndpointRules(censoring=policy, rates=RATES)
    found = _of("L1=50", "L1=48", "L1=0", rules=rules, **SURGERY)
    assert found.responses_until == 60
    assert {x.unconfirmed for s, x in found.best.items() if s is not Scope.EXTRAHEPATIC} == {Response.SD}
    assert not any(found.rates.values())
    assert not {"TTR", "DOR"} & set(found.times)
    assert (found.times["PFS"].days, found.times["PFS"].reason) == (42, Why.SURGERY)
    ignored = _of("L1=50", "L1=48", "L1=0", rules=EndpointRules(rates=RATES), **SURGERY)
    assert ignored.best[Scope.OVERALL].unconfirmed is Response.CR and "TTR" in ignored.times


def test_that_a_response_on_the_day_of_the_operation_or_before_it_stays() -> None:
    """PR on days 42 and 84, resection on day 84, progression on day 126: confirmed, and censored on day 84."""
    treatments = [{"kind": "radiotherapy", "day": 0, "end_day": 35}, {"kind": "resection", "day": 84}]
    rules = EndpointRules(censoring="at-surgery", rates=RATES)
    found = _of("L1=50", "L1=30", "L1=30", "L1=60", rules=rules, treatments=treatments)
    assert found.best[Scope.OVERALL].confirmed is Response.PR
    assert tuple(found.rates.values()) == (True, True, True)
    assert (found.times["TTR"].days, found.times["DOR"].days, found.times["DOR"].event) == (42, 42, False)


def test_that_responses_after_a_cutoff_do_not_count() -> None:
    found = _ends(read_case(patient("L1=50", "L1=48", "L1=0")), cutoff_day=60)
    assert (found.responses_until, found.best[Scope.OVERALL].unconfirmed) == (60, Response.SD)


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        pytest.param(("L1=50", "L1=50", "L1=30"), False, id="neither at day 42 nor before sorafenib"),
        pytest.param(("L1=50", "L1=30", "L1=50"), True, id="at day 42, after sorafenib began on day 40"),
    ],
)
def test_that_both_windows_together_count_the_best_of_both(visits: tuple[str, ...], expected: bool) -> None:
    both = ResponseRate("ORR", ("CR", "PR"), "intrahepatic", first_after="radiotherapy", until="sorafenib")
    treatments = [{"kind": "radiotherapy", "day": 0, "end_day": 35}, {"kind": "sorafenib", "day": 40}]
    found = _of(*visits, rules=EndpointRules(rates=(both,)), treatments=treatments)
    assert found.rates == {"ORR": expected}


def test_that_a_window_of_a_treatment_that_was_never_given_holds_nothing_back() -> None:
    found = _of("L1=50", "L1=30", rules=EndpointRules(rates=RATES), treatments=[{"kind": "TACE", "day": 0}])
    assert found.rates == {"ORR (4 weeks)": False, "ORR (up to sorafenib)": True, "confirmed": False}
    single = _of("L1=50", "L1=30", rules=EndpointRules(rates=RATES), treatments=[{"kind": "radiotherapy", "day": 10}])
    assert single.rates["ORR (4 weeks)"]


def test_that_names_that_are_not_known_are_faults() -> None:
    wrong = EndpointRules(
        censoring="mine",
        downstaging=("hope",),
        rates=(ResponseRate("x", (), until="tea", first_after="TACE"), ResponseRate("ORR", ("CR", "PR"))),
    )
    assert [fault.split(" ")[0] for fault in endpoint_faults(wrong)] == [
        "endpoints.censoring",
        "endpoints.downstaging[0]:",
        "endpoints.rates[0].until:",
        "endpoints.rates[0].responses",
    ]
    assert not list(endpoint_faults(GENERAL))
