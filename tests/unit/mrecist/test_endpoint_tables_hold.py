"""The tables of times to an event: what ends each, what censors it, in which order; a worked patient for each row.

The key is the row as it stands in the docstring, so that other words, a row more or fewer or another order fail. The
patients are worked by hand: baseline on day 0, assessments on days 42, 84 and 126 unless it is told otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.resources import load_protocol, load_ruleset
from mrecist.assess import assess
from mrecist.caseendpoints import TITLES, case_endpoints
from mrecist.casefile import read_case
from mrecist.censoring import (
    POLICIES,
    CensoringPolicy,
    Dated,
    Followed,
    Outcome,
    Why,
    overall_survival,
    time_to_failure,
)
from mrecist.endpointrules import EndpointRules
from tests.support.doc_tables import doc_tables, docstrings
from tests.support.patients import patient, visit

Worked = Mapping[tuple[str, ...], Callable[[], bool]]
RULES, COTSOM = load_ruleset(), load_protocol()


def _time(name: str, *visits: Any, policy: str = "last-assessment", scope: Any = "overall", **more: Any) -> Any:
    """Days, and whether it ended, from a randomisation 10 days before day 0; None where there is no such time."""
    case = read_case(patient(*visits, randomised_day=-10, **more))
    rules = EndpointRules(origin="randomisation", scope=scope)
    judged = assess(case, RULES, protocol=COTSOM)
    found = case_endpoints(case, judged, RULES.best_response, rules, POLICIES[policy]).times.get(name)
    return None if found is None else (found.days, found.event)


def _competes(name: str, *visits: Any, dies: int) -> bool:
    """Is death on that day told as the competing end of this time, which itself did not end?"""
    case = read_case(patient(*visits, events=[_event("death", dies)]))
    found = case_endpoints(case, assess(case, RULES), RULES.best_response).times[name]
    return not found.event and (found.cause, found.cause_days) == (2, dies)


def _event(kind: str, day: int) -> dict[str, Any]:
    return {"kind": kind, "day": day}


def _well(text: str, benefit: str = "yes") -> dict[str, Any]:
    """Child-Pugh A5, ECOG 0, and an answer to whether TACE still is of benefit."""
    liver = {"bilirubin_mg_dl": 0.9, "albumin_g_dl": 3.9, "inr": 1.1, "ascites": "none", "encephalopathy": 0}
    answers = {"ecog": 0, "tace_benefit": benefit, "tace_planned": True, "sorafenib_tolerable": True}
    return visit(text, clinical=liver | answers)


# stable; a lung nodule in doubt on day 42, beyond doubt on day 84; the same of a liver nodule of 9 and 12 mm
STABLE = ("L1=50 Lu1=20", "L1=50 Lu1=20")
LUNG_IN_DOUBT = (*STABLE[:1], "L1=50 Lu1=20 xLu=4?", "L1=50 Lu1=20 xLu=9!")
LIVER_IN_DOUBT = (*STABLE[:1], "L1=50 Lu1=20 xIN=9t", "L1=50 Lu1=20 xIN=12t")
LIVER_UNREAD = (*STABLE, "L1=NE Lu1=20")
LUNG_UNREAD = (*STABLE, "L1=50 Lu1=NE")
# the liver shrinks by 40 %, the pooled sum by 35 %; nothing can be read on day 84
ANSWERED = ("L1=50 Lu1=7", "L1=30 Lu1=7", "L1=NE Lu1=NE")
OPERATED = [{"kind": "TACE", "day": 3}, {"kind": "resection", "day": 150}]
PATIENTS: Worked = {
    ("OS", "the study's origin", "death", "last known alive"): lambda: (
        _time("OS", *STABLE, events=[_event("death", 100)]) == (110, True)
        and _time("OS", *STABLE, events=[_event("last_contact", 100)]) == (110, False)
    ),
    (
        "PFS",
        "the study's origin",
        "progression dated in retrospect, or death",
        "last evaluable assessment of its scope",
    ): lambda: (
        _time("PFS", *LUNG_IN_DOUBT) == (52, True)
        and _time("PFS", *STABLE, events=[_event("death", 100)]) == (110, True)
        and _time("PFS", *LIVER_UNREAD, events=[_event("last_contact", 100)]) == (52, False)
        and _time("PFS", *LIVER_UNREAD, scope="extrahepatic") == (94, False)
    ),
    ("TTP", "the study's origin", "progression dated in retrospect", "the same; death competes"): lambda: (
        _time("TTP", *LUNG_IN_DOUBT) == (52, True)
        and _time("TTP", *LIVER_UNREAD) == (52, False)
        and _competes("TTP", *STABLE, dies=100)
    ),
    ("TTPR", "the study's origin", "first PD as read", "the same; death competes"): lambda: (
        _time("TTPR", *LUNG_IN_DOUBT) == (94, True)
        and _time("TTPR", *LIVER_UNREAD) == (52, False)
        and _competes("TTPR", *STABLE, dies=100)
    ),
    (
        "TTIHP",
        "the study's origin",
        "progression of the liver, in retrospect",
        "the same, of the liver",
    ): lambda: (
        [_time("TTIHP", *x) for x in (LIVER_IN_DOUBT, LUNG_IN_DOUBT, LIVER_UNREAD, LUNG_UNREAD)]
        == [(52, True), (94, False), (52, False), (94, False)]
        and _competes("TTIHP", *STABLE, dies=100)
    ),
    (
        "TTEHP",
        "the study's origin",
        "progression outside it, in retrospect",
        "the same, outside it",
    ): lambda: (
        [_time("TTEHP", *x) for x in (LIVER_IN_DOUBT, LUNG_IN_DOUBT, LIVER_UNREAD, LUNG_UNREAD)]
        == [(94, False), (52, True), (94, False), (52, False)]
        and _competes("TTEHP", *STABLE, dies=100)
    ),
    # a signed "no benefit" is TACE failure (T4); an assessment that could not be read is a decision too
    ("TTTF", "the study's origin", "the first decision that is a TACE failure", "last decision"): lambda: (
        _time("TTTF", STABLE[0], _well(STABLE[1]), _well(STABLE[1], "no"), _well(STABLE[1], "no")) == (94, True)
        and _time("TTTF", STABLE[0], _well(STABLE[1]), _well("L1=NE Lu1=NE")) == (94, False)
        and _time("TTTF", *STABLE) is None
    ),
    # extrahepatic PD and no benefit of TACE is sorafenib failure (S4); PD alone is none
    ("TTSF", "the study's origin", "the first decision that is a sorafenib failure", "last decision"): lambda: (
        _time("TTSF", STABLE[0], _well(STABLE[1], "no"), _well("L1=50 Lu1=30", "no")) == (94, True)
        and _time("TTSF", STABLE[0], _well("L1=50 Lu1=30"), _well("L1=NE Lu1=NE")) == (94, False)
    ),
    ("DOR", "first CR or PR of the scope", "first PD as read, or death", "as PFS; responders only"): lambda: (
        _time("DOR", "L1=50", "L1=30", "L1=30 xLu=4?", "L1=30 xLu=9!") == (84, True)
        and _time("DOR", *ANSWERED, events=[_event("death", 100)]) == (58, True)
        and _time("DOR", *ANSWERED) == (0, False)
        and _time("DOR", *STABLE) is None
    ),
    ("TTR", "the study's origin", "first CR or PR of the scope", "responders only"): lambda: (
        _time("TTR", *ANSWERED) == (52, True)
        and _time("TTR", "L1=50 Lu1=20", "L1=30 Lu1=20", scope="intrahepatic") == (52, True)
        and _time("TTR", "L1=50 Lu1=20", "L1=30 Lu1=20") is None
    ),
    (
        "TTDS",
        "the study's origin",
        "resection or transplantation, where any treatment is recorded",
        "last known alive, up to where the policy stops",
    ): lambda: (
        _time("TTDS", *STABLE, treatments=OPERATED) == (160, True)
        and _time("TTDS", *STABLE, treatments=[{"kind": "transplantation", "day": 90}]) == (100, True)
        and _time("TTDS", *STABLE) is None
        and [
            _time(
                "TTDS", *STABLE, treatments=OPERATED[:1], policy=policy,
                events=[_event("consent_withdrawn", 100), _event("last_contact", 190)],
            )
            for policy in ("last-assessment", "fda")
        ]
        == [(200, False), (110, False)]
    ),
}  # fmt: skip


# --- the two decision lists ------------------------------------------------------------------------------------------


def _followed(*seen: int, visits: int = 0, origin: int = 0, cutoff: int | None = None, **days: int) -> Followed:
    """A patient with evaluable assessments on these days, visits so far apart, and the rest by name."""
    dated: dict[str, Any] = {name: Dated(day, name) for name, day in days.items()}
    tolerance = 7 if visits else 0
    evaluated = tuple(Dated(day, "seen") for day in seen)
    return Followed(origin, evaluated, visit_days=visits, visit_tolerance_days=tolerance, cutoff=cutoff, **dated)


def _ended(found: Outcome) -> tuple[float, bool, Why]:
    return found.days, found.event, found.reason


def _survival(policy: str | CensoringPolicy = "last-assessment", **known: int) -> tuple[float, bool, Why]:
    rules = POLICIES[policy] if isinstance(policy, str) else policy
    return _ended(overall_survival(_followed(**known), rules))


WITHDRAWAL_ENDS_SURVIVAL = CensoringPolicy("own", "of this test", survival_after_withdrawal="censor")
SURVIVAL: Worked = {
    (
        "O-STOP",
        "withdrawn consent or transplantation, where the policy censors there, before death or without it",
        "censored on its day",
    ): lambda: (
        [
            _survival(WITHDRAWAL_ENDS_SURVIVAL, consent_withdrawn=50, death=100),
            _survival(WITHDRAWAL_ENDS_SURVIVAL, consent_withdrawn=50, last_alive=100),
            _survival(WITHDRAWAL_ENDS_SURVIVAL, consent_withdrawn=50, last_alive=100, cutoff=80),
            _survival(WITHDRAWAL_ENDS_SURVIVAL, consent_withdrawn=50, death=50),
            _survival("at-transplantation", transplantation=60, death=100),
            _survival("at-surgery", transplantation=60, consent_withdrawn=50, death=100),
        ]
        == [(50, False, Why.CONSENT_WITHDRAWN)] * 3
        + [(50, True, Why.DEATH), (60, False, Why.SURGERY), (100, True, Why.DEATH)]
    ),
    ("O-CUT", "anything is recorded after the cut-off", "censored at the cut-off"): lambda: (
        [_survival(death=100, cutoff=x) for x in (99, 100)] == [(99, False, Why.CUTOFF), (100, True, Why.DEATH)]
        and [_survival(last_alive=100, cutoff=x) for x in (99, 100)]
        == [(99, False, Why.CUTOFF), (100, False, Why.LAST_CONTACT)]
    ),
    ("O-DIED", "death", "event"): lambda: _survival(death=100, last_alive=90, origin=-10) == (110, True, Why.DEATH),
    ("O-LAST", "otherwise", "censored where last known alive"): lambda: (
        _survival(last_alive=90, origin=-10) == (100, False, Why.LAST_CONTACT)
    ),
    ("O-NONE", "nothing is recorded after the origin", "censored at the origin"): lambda: (
        [_survival(origin=30, **x) for x in ({}, {"last_alive": 20})] == [(0, False, Why.NO_ASSESSMENT)] * 2
    ),
}


def _progression(
    policy: str | CensoringPolicy, *seen: int, dying: bool = True, **known: int
) -> tuple[float, bool, Why]:
    rules = POLICIES[policy] if isinstance(policy, str) else policy
    return _ended(time_to_failure(_followed(*seen, **known), rules, death_is_event=dying))


def _competing(policy: str) -> tuple[float, bool, int, float]:
    """Death on day 100 after assessments on days 42 and 84, where death is no event."""
    found = time_to_failure(_followed(42, 84, death=100), POLICIES[policy], death_is_event=False)
    return found.days, found.event, found.cause, found.cause_days


SURGERY_IS_AN_EVENT = replace(POLICIES["new-therapy-event"], surgery="event")
FAILURE: Worked = {
    (
        "C-STOP",
        "it stops before it ends, or without an end",
        "censored at the last evaluable assessment up to it",
    ): lambda: (
        [
            _progression("fda", 42, 84, 126, new_therapy=90, failure=126),
            _progression("fda", 42, 84, 126, new_therapy=90),
            _progression("fda", 42, 84, 126, new_therapy=84, failure=84),
            _progression("fda", 42, 84, 126, consent_withdrawn=84, death=100),
            _progression("at-surgery", 42, 84, 126, surgery=90, failure=126),
            _progression("ema", 42, 84, 126, failure=126, cutoff=100),
            _progression("ema", 42, 84, 126, new_therapy=90, surgery=90, consent_withdrawn=90, failure=126),
        ]
        == [(84, False, Why.NEW_THERAPY)] * 2
        + [(84, True, Why.PROGRESSION), (84, False, Why.CONSENT_WITHDRAWN), (84, False, Why.SURGERY)]
        + [(84, False, Why.CUTOFF), (126, True, Why.PROGRESSION)]
    ),
    # visits 42 ± 7 days apart: seen on day 42, up to day 126 + 7 only the visit of day 84 was missed, then two were
    (
        "C-MISS",
        "it ends after `missed_visits` missed visits",
        "censored at the last evaluable assessment before",
    ): lambda: (
        [_progression("fda", 42, x, visits=42, failure=x) for x in (133, 134)]
        == [(133, True, Why.PROGRESSION), (42, False, Why.MISSED_VISITS)]
        and _progression("fda", 42, visits=42, death=134) == (42, False, Why.MISSED_VISITS)
        and _progression("ema", 42, visits=42, failure=300) == (300, True, Why.PROGRESSION)
        and _progression("fda", 42, failure=300) == (300, True, Why.PROGRESSION)
    ),
    ("C-FAIL", "it ends with the failure", "event"): lambda: (
        [_progression("fda", 42, 84, failure=84, origin=x) for x in (0, -10)]
        == [(84, True, Why.PROGRESSION), (94, True, Why.PROGRESSION)]
        and _progression("fda", 42, 84, failure=84, death=84) == (84, True, Why.PROGRESSION)
    ),
    ("C-NEW", "it ends with new therapy or surgery that the policy counts", "event"): lambda: (
        _progression("new-therapy-event", 42, 84, new_therapy=60, failure=84) == (60, True, Why.NEW_THERAPY)
        and _progression(SURGERY_IS_AN_EVENT, 42, 84, surgery=60, failure=84) == (60, True, Why.SURGERY)
    ),
    ("C-DIED", "it ends with death, which is an event here", "event"): lambda: (
        _progression("fda", 42, 84, death=100) == (100, True, Why.DEATH)
    ),
    (
        "C-COMP",
        "it ends with death, which is none here",
        "censored as `death_in_ttp` says; death competes",
    ): lambda: [_competing(x) for x in ("last-assessment", "at-death")] == [(84, False, 2, 100), (100, False, 2, 100)],
    ("C-LAST", "it does not end", "censored at the last evaluable assessment"): lambda: (
        _progression("fda", 42, 84, last_alive=300) == (84, False, Why.LAST_ASSESSMENT)
    ),
    (
        "C-NONE",
        "any of these, where no assessment could be evaluated from the origin on",
        "censored at the origin",
    ): lambda: (
        [_progression("fda", 20, origin=30, dying=False, **x) for x in ({}, {"new_therapy": 40}, {"death": 40})]
        == [(0, False, Why.NO_ASSESSMENT), (0, False, Why.NEW_THERAPY), (0, False, Why.DEATH)]
        and _progression("fda", visits=42, failure=200) == (0, False, Why.MISSED_VISITS)
    ),
}

TABLES: Mapping[str, Worked] = {
    "mrecist.caseendpoints.case_endpoints": PATIENTS,
    "mrecist.censoring.overall_survival": SURVIVAL,
    "mrecist.censoring.time_to_failure": FAILURE,
}


@pytest.mark.parametrize("name", TABLES)
def test_that_each_row_of_a_table_of_times_is_what_is_done(name: str) -> None:
    (table,) = doc_tables(docstrings()[name])
    assert list(table.rows) == list(TABLES[name])
    assert [row for row, holds in TABLES[name].items() if not holds()] == []


def test_that_every_time_has_its_row() -> None:
    assert [row[0] for row in PATIENTS] == list(TITLES)
