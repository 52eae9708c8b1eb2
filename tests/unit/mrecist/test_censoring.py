"""Every row of the censoring policies, on patients whose dates are told in one line."""

from __future__ import annotations

import pytest

from mrecist.censoring import POLICIES, Dated, Followed, Why, overall_survival, time_to_failure


def _followed(*seen: int, visits: int = 0, **known: int | None) -> Followed:
    """A patient assessed on these days; of the other names only the day is given."""
    origin, cutoff = known.pop("origin", 0), known.pop("cutoff", None)
    dated = {name: Dated(day, f"{name} {day}") for name, day in known.items() if day is not None}
    return Followed(
        origin=origin or 0,
        evaluated=tuple(Dated(day, f"day {day}") for day in seen),
        visit_days=visits,
        visit_tolerance_days=7 if visits else 0,
        cutoff=cutoff,
        **dated,  # type: ignore[arg-type]
    )


# policy, patient, PFS as (days, event, why), TTP as (days, event, why), cumulative incidence as (cause, days)
ROWS = [
    # what every policy does
    pytest.param(
        "last-assessment", _followed(42, 84, 126, failure=126), (126, True, Why.PROGRESSION),
        (126, True, Why.PROGRESSION), (1, 126), id="C-FAIL progression",
    ),
    pytest.param(
        "last-assessment", _followed(42, 84, death=100), (100, True, Why.DEATH), (84, False, Why.DEATH), (2, 100),
        id="C-DIED C-COMP death without progression: an event of PFS, censored in TTP, competes",
    ),
    pytest.param(
        "last-assessment", _followed(42, 84, failure=84, death=84), (84, True, Why.PROGRESSION),
        (84, True, Why.PROGRESSION), (1, 84), id="C-FAIL progression goes before death on the same day",
    ),
    pytest.param(
        "last-assessment", _followed(42, 84, last_alive=300), (84, False, Why.LAST_ASSESSMENT),
        (84, False, Why.LAST_ASSESSMENT), (0, 84), id="C-LAST neither progression nor death",
    ),
    pytest.param(
        "last-assessment", _followed(last_alive=300), (0, False, Why.NO_ASSESSMENT), (0, False, Why.NO_ASSESSMENT),
        (0, 0), id="C-NONE no assessment",
    ),
    pytest.param(
        "last-assessment", _followed(death=30), (30, True, Why.DEATH), (0, False, Why.DEATH), (2, 30),
        id="C-NONE death before the first assessment",
    ),
    pytest.param(
        "last-assessment", _followed(20, 62, origin=30), (32, False, Why.LAST_ASSESSMENT),
        (32, False, Why.LAST_ASSESSMENT), (0, 32), id="an assessment before the origin is none",
    ),
    # death in TTP
    pytest.param(
        "at-death", _followed(42, 84, death=100), (100, True, Why.DEATH), (100, False, Why.DEATH), (2, 100),
        id="C-COMP at-death: censored on the day of death",
    ),
    pytest.param(
        "ema", _followed(42, 84, death=100), (100, True, Why.DEATH), (100, False, Why.DEATH), (2, 100),
        id="C-COMP ema: the same",
    ),
    # new therapy
    pytest.param(
        "last-assessment", _followed(42, 84, 126, new_therapy=90, failure=126), (126, True, Why.PROGRESSION),
        (126, True, Why.PROGRESSION), (1, 126), id="new therapy ignored",
    ),
    pytest.param(
        "ema", _followed(42, 84, 126, new_therapy=90, failure=126), (126, True, Why.PROGRESSION),
        (126, True, Why.PROGRESSION), (1, 126), id="new therapy ignored by ema",
    ),
    pytest.param(
        "fda", _followed(42, 84, 126, new_therapy=90, failure=126), (84, False, Why.NEW_THERAPY),
        (84, False, Why.NEW_THERAPY), (0, 84), id="C-STOP new therapy censors",
    ),
    pytest.param(
        "fda", _followed(42, 84, new_therapy=90), (84, False, Why.NEW_THERAPY), (84, False, Why.NEW_THERAPY), (0, 84),
        id="C-STOP new therapy censors without any end",
    ),
    pytest.param(
        "fda", _followed(42, 84, new_therapy=84, failure=84), (84, True, Why.PROGRESSION),
        (84, True, Why.PROGRESSION), (1, 84), id="progression on the day of the new therapy counts",
    ),
    pytest.param(
        "fda", _followed(42, 84, new_therapy=90, death=100), (84, False, Why.NEW_THERAPY),
        (84, False, Why.NEW_THERAPY), (0, 84), id="C-STOP no death counts after a new therapy, nor competes",
    ),
    pytest.param(
        "fda", _followed(new_therapy=10), (0, False, Why.NEW_THERAPY), (0, False, Why.NEW_THERAPY), (0, 0),
        id="C-NONE new therapy before any assessment",
    ),
    pytest.param(
        "new-therapy-event", _followed(42, 84, 126, new_therapy=90, failure=126), (90, True, Why.NEW_THERAPY),
        (90, True, Why.NEW_THERAPY), (1, 90), id="C-NEW new therapy is the event",
    ),
    # resection or transplantation
    pytest.param(
        "last-assessment", _followed(42, 84, 126, surgery=90, failure=126), (126, True, Why.PROGRESSION),
        (126, True, Why.PROGRESSION), (1, 126), id="surgery ignored",
    ),
    *[
        pytest.param(
            name, _followed(42, 84, 126, surgery=90, failure=126), (84, False, Why.SURGERY), (84, False, Why.SURGERY),
            (0, 84), id=f"C-STOP {name}: surgery censors",
        )
        for name in ("fda", "new-therapy-event", "at-surgery", "at-transplantation")
    ],
    # withdrawn consent
    pytest.param(
        "last-assessment", _followed(42, 84, consent_withdrawn=50, death=90), (90, True, Why.DEATH),
        (84, False, Why.DEATH), (2, 90), id="withdrawn consent ignored",
    ),
    *[
        pytest.param(
            name, _followed(42, 84, consent_withdrawn=50, death=90), (42, False, Why.CONSENT_WITHDRAWN),
            (42, False, Why.CONSENT_WITHDRAWN), (0, 42), id=f"C-STOP {name}: withdrawn consent censors",
        )
        for name in ("fda", "new-therapy-event")
    ],
    # missed visits, 42 days apart and 7 days late at most: the third comes after day 42 + 2 x 42 + 7 = 133
    pytest.param(
        "fda", _followed(42, 133, visits=42, failure=133), (133, True, Why.PROGRESSION), (133, True, Why.PROGRESSION),
        (1, 133), id="at the end of the second window one visit was missed",
    ),
    pytest.param(
        "fda", _followed(42, 134, visits=42, failure=134), (42, False, Why.MISSED_VISITS),
        (42, False, Why.MISSED_VISITS), (0, 42), id="C-MISS two visits were missed before progression",
    ),
    pytest.param(
        "fda", _followed(42, visits=42, death=134), (42, False, Why.MISSED_VISITS), (42, False, Why.MISSED_VISITS),
        (0, 42), id="C-MISS two visits were missed before death",
    ),
    pytest.param(
        "fda", _followed(visits=42, death=92), (0, False, Why.MISSED_VISITS), (0, False, Why.MISSED_VISITS), (0, 0),
        id="C-MISS C-NONE no visit was ever kept",
    ),
    pytest.param(
        "fda", _followed(42, 400, failure=400), (400, True, Why.PROGRESSION), (400, True, Why.PROGRESSION), (1, 400),
        id="visits that the protocol does not tell cannot be missed",
    ),
    pytest.param(
        "ema", _followed(42, 134, visits=42, failure=134), (134, True, Why.PROGRESSION), (134, True, Why.PROGRESSION),
        (1, 134), id="missed visits do not matter to ema",
    ),
    # cut-off
    pytest.param(
        "last-assessment", _followed(42, 84, 126, failure=126, cutoff=100), (84, False, Why.CUTOFF),
        (84, False, Why.CUTOFF), (0, 84), id="C-STOP progression after the cut-off",
    ),
    pytest.param(
        "last-assessment", _followed(42, 84, cutoff=100), (84, False, Why.LAST_ASSESSMENT),
        (84, False, Why.LAST_ASSESSMENT), (0, 84), id="a cut-off after which nothing is recorded",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "patient", "pfs", "ttp", "incidence"), ROWS)
def test_that_each_row_of_the_policies_holds(
    policy: str, patient: Followed, pfs: tuple[int, bool, Why], ttp: tuple[int, bool, Why], incidence: tuple[int, int]
) -> None:
    survival = time_to_failure(patient, POLICIES[policy], death_is_event=True)
    progression = time_to_failure(patient, POLICIES[policy], death_is_event=False)
    assert (survival.days, survival.event, survival.reason) == pfs
    assert (progression.days, progression.event, progression.reason) == ttp
    assert (progression.cause, progression.cause_days) == incidence


def test_that_surgery_may_be_the_event() -> None:
    from dataclasses import replace

    policy = replace(POLICIES["at-surgery"], surgery="event")
    found = time_to_failure(_followed(42, 84, surgery=90), policy, death_is_event=True)
    assert (found.days, found.event, found.reason, found.source) == (90, True, Why.SURGERY, "surgery 90")


@pytest.mark.parametrize(
    ("policy", "patient", "expected"),
    [
        pytest.param("last-assessment", _followed(death=200, last_alive=180), (200, True, Why.DEATH), id="O-DIED"),
        pytest.param("last-assessment", _followed(last_alive=180), (180, False, Why.LAST_CONTACT), id="O-LAST"),
        pytest.param("last-assessment", _followed(), (0, False, Why.NO_ASSESSMENT), id="O-NONE"),
        pytest.param("last-assessment", _followed(last_alive=10, origin=30), (0, False, Why.NO_ASSESSMENT), id="early"),
        pytest.param("last-assessment", _followed(death=200, cutoff=150), (150, False, Why.CUTOFF), id="O-CUT"),
        pytest.param("last-assessment", _followed(death=150, cutoff=150), (150, True, Why.DEATH), id="on the cut-off"),
        pytest.param(
            "fda", _followed(death=200, new_therapy=50, surgery=60, consent_withdrawn=70), (200, True, Why.DEATH),
            id="a death counts after new therapy, surgery and withdrawal",
        ),
        pytest.param("at-surgery", _followed(death=200, transplantation=60), (200, True, Why.DEATH), id="transplanted"),
        pytest.param(
            "at-transplantation", _followed(death=200, transplantation=60), (60, False, Why.SURGERY),
            id="O-STOP transplantation",
        ),
        pytest.param("at-transplantation", _followed(death=60, transplantation=60), (60, True, Why.DEATH), id="same"),
        pytest.param("at-transplantation", _followed(death=50, transplantation=60), (50, True, Why.DEATH), id="first"),
    ],
)  # fmt: skip
def test_that_overall_survival_ends_with_death_and_is_censored_where_last_known_alive(
    policy: str, patient: Followed, expected: tuple[int, bool, Why]
) -> None:
    found = overall_survival(patient, POLICIES[policy])
    assert (found.days, found.event, found.reason) == expected
    assert (found.cause, found.cause_days) == (int(found.event), found.days)


def test_that_survival_may_be_censored_at_withdrawn_consent() -> None:
    from dataclasses import replace

    policy = replace(POLICIES["fda"], survival_after_withdrawal="censor")
    found = overall_survival(_followed(death=200, consent_withdrawn=70), policy)
    assert (found.days, found.event, found.reason) == (70, False, Why.CONSENT_WITHDRAWN)
    assert overall_survival(_followed(death=60, consent_withdrawn=70), policy).event


def test_that_an_outcome_says_where_its_date_is_written() -> None:
    patient = _followed(42, 84, new_therapy=90)
    assert time_to_failure(patient, POLICIES["fda"], death_is_event=True).source == "day 84 (new_therapy 90)"
    assert time_to_failure(patient, POLICIES["ema"], death_is_event=True).source == "day 84"


# one patient a column: assessed on days 42, 84 and 126, progression on day 126 unless it says otherwise
SITUATIONS = {
    "new therapy": _followed(42, 84, 126, new_therapy=90, failure=126),
    "surgery": _followed(42, 84, 126, surgery=90, failure=126),
    "consent": _followed(42, 84, 126, consent_withdrawn=90, failure=126),
    "missed visits": _followed(42, 176, visits=42, failure=176),
    "death": _followed(42, 84, death=100),
    "transplantation": _followed(42, death=200, transplantation=60, surgery=60),
    "withdrawn, OS": _followed(42, death=200, consent_withdrawn=70),
}
COUNTS, EARLIER = (126, True), (84, False)
KEPT, MISSED = (176, True), (42, False)
BEFORE, ON_ITS_DAY = (84, False), (100, False)
DIED, TRANSPLANTED = (200, True), (60, False)
CELLS = {
    # policy: days and event of TTP after new therapy, surgery, withdrawal, missed visits and death; OS; responses
    "last-assessment": (COUNTS, COUNTS, COUNTS, KEPT, BEFORE, DIED, DIED, "count"),
    "at-death": (COUNTS, COUNTS, COUNTS, KEPT, ON_ITS_DAY, DIED, DIED, "count"),
    "fda": (EARLIER, EARLIER, EARLIER, MISSED, BEFORE, DIED, DIED, "count"),
    "new-therapy-event": ((90, True), EARLIER, EARLIER, KEPT, BEFORE, DIED, DIED, "count"),
    "ema": (COUNTS, COUNTS, COUNTS, KEPT, ON_ITS_DAY, DIED, DIED, "count"),
    "at-surgery": (COUNTS, EARLIER, COUNTS, KEPT, BEFORE, DIED, DIED, "leave out"),
    "at-transplantation": (COUNTS, EARLIER, COUNTS, KEPT, BEFORE, TRANSPLANTED, DIED, "leave out"),
}


def test_that_every_named_policy_has_its_cells() -> None:
    assert set(CELLS) == set(POLICIES)


@pytest.mark.parametrize("name", CELLS)
def test_that_each_cell_of_a_policy_holds(name: str) -> None:
    """As docs/cohort.md prints them."""
    policy = POLICIES[name]
    *patients, transplanted, withdrawn = SITUATIONS.values()
    progressions = [time_to_failure(patient, policy, death_is_event=False) for patient in patients]
    survivals = [overall_survival(patient, policy) for patient in (transplanted, withdrawn)]
    found = tuple((x.days, x.event) for x in (*progressions, *survivals))
    assert (*found, policy.responses_after_surgery) == CELLS[name]
