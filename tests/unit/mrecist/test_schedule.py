"""Windows: what is due and since when, and what is only known to its month."""

from __future__ import annotations

import pytest

from app.resources import load_protocol
from mrecist.case import Case, ClinicalStatus, TimePoint, Treatment, TreatmentKind
from mrecist.schedule import Due, Occasion, Standing, Timing, Window, due, occasions, timings

TACE, SORAFENIB = TreatmentKind.TACE, TreatmentKind.SORAFENIB
VISIT = Window("visit", "Next visit", "visit", 28, 56, "s", after="visit", ended_by=("STOP",))
FIRST = Window("first", "First visit", "visit", 21, 35, "s", after="sorafenib", of="first")
AGAIN = Window("tace", "TACE {number}", "TACE", 28, 56, "s", after="TACE", ended_by=("HOLD",))
LABS = Window("labs", "Labs", "labs", 0, 3, "s", before="TACE")
PAUSE = Window("pause", "Pause", "sorafenib end", 1, 1, "s", before="TACE", while_open="sorafenib")
RESPONSE = Window("response", "Response", "visit", 28, 35, "s", after="radiotherapy end")
START = Window("start", "Sorafenib", "sorafenib", 0, 56, "s", after="radiotherapy end")


def case(*treatments: Treatment, days: tuple[int, ...] = (0, 42), labs: int | None = None) -> Case:
    points = [TimePoint(f"TP{i}", day, ClinicalStatus(labs_day=labs)) for i, day in enumerate(days)]
    return Case("C", tuple(points), treatments=treatments, enrolled_day=-9, randomised_day=-2)


def shown(*entries: Due) -> list[tuple[object, ...]]:
    return [(x.window.id, x.standing, x.first, x.last, x.number, x.days) for x in entries]


def test_that_visits_count_from_the_open_time_point() -> None:
    assert shown(*due([VISIT], case(), "TP1", 60)) == [("visit", Standing.AHEAD, 70, 98, None, 10)]
    assert shown(*due([VISIT], case(), "TP1", 98)) == [("visit", Standing.OPEN, 70, 98, None, 0)]
    assert shown(*due([VISIT], case(), "TP1", 99)) == [("visit", Standing.OVERDUE, 70, 98, None, 1)]
    assert due([VISIT], case(), "TP7", 60) == ()
    assert due([VISIT], case(), "TP0", 60) == (), "TP1 was that visit"
    assert shown(*due([VISIT], case(), "TP0", 41)) == [("visit", Standing.OPEN, 28, 56, None, 15)]
    assert due([VISIT], case(), "TP1", 60, ["CONTINUE", "STOP"]) == ()


def test_that_the_first_visit_that_can_be_dated_counts() -> None:
    begun = Treatment(SORAFENIB, 10)
    assert [x.window.id for x in due([FIRST, VISIT], case(begun), "TP0", 12)] == ["first"]
    assert [x.window.id for x in due([FIRST, VISIT], case(begun), "TP0", 9)] == ["visit"], "it has not begun yet"
    assert [x.window.id for x in due([FIRST, VISIT], case(begun), "TP1", 60)] == ["visit"], "TP1 was that visit"


def test_that_what_follows_the_first_session_is_not_bound_to_the_next() -> None:
    once = Window("once", "Imaging", "visit", 84, 112, "s", after="TACE", of="first")
    given = case(Treatment(TACE, 5), Treatment(TACE, 50), days=(0, 2))
    assert shown(*due([AGAIN, once], given, "TP1", 60)) == [
        ("tace", Standing.AHEAD, 78, 106, 3, 18),
        ("once", Standing.AHEAD, 89, 117, None, 29),
    ]


def test_that_a_session_is_due_after_the_last_one_and_binds_what_belongs_to_it() -> None:
    given = case(Treatment(TACE, 5), Treatment(TACE, 50), Treatment(SORAFENIB, 8), labs=40)
    entries = due([AGAIN, LABS, PAUSE, VISIT], given, "TP1", 60)
    assert shown(*entries[:3]) == [
        ("tace", Standing.AHEAD, 78, 106, 3, 18),
        ("labs", Standing.RENEW, 40, 43, None, 0),
        ("pause", Standing.BOUND, None, None, 3, 0),
    ]
    assert due([LABS], given, "TP1", 42) == (), "no session is on its way"
    assert [x.standing for x in due([AGAIN, LABS], given, "TP1", 42)] == [Standing.OPEN, Standing.VALID]
    unlabelled = case(Treatment(TACE, 5))
    assert [x.standing for x in due([AGAIN, LABS, PAUSE], unlabelled, "TP1", 60)] == [Standing.OPEN, Standing.RENEW]
    assert due([AGAIN, LABS], unlabelled, "TP1", 60, ["HOLD"]) == ()
    ended = case(Treatment(TACE, 5), Treatment(SORAFENIB, 8, 30))
    assert "pause" not in [x.window.id for x in due([AGAIN, PAUSE], ended, "TP1", 60)]


def test_that_what_follows_a_session_is_due_after_the_last_one_before_it_is_bound_to_the_next() -> None:
    resume = Window("resume", "R", "sorafenib", 3, 7, "s", after="TACE")
    scan = Window("scan", "S", "visit", 28, 56, "s", after="TACE")
    windows = [AGAIN, resume, scan, VISIT]

    def after_session(today: int, *more: Treatment, tp: str = "TP1") -> list[tuple[object, ...]]:
        return shown(*due(windows, case(Treatment(TACE, 50), *more), tp, today))[1:]

    beside = [("scan", Standing.AHEAD, 78, 106, None, 20), ("visit", Standing.AHEAD, 70, 98, None, 12)]
    assert after_session(58) == [("resume", Standing.OVERDUE, 53, 57, None, 1), *beside], "never begun"
    assert after_session(58, Treatment(SORAFENIB, 8, 49))[0] == ("resume", Standing.OVERDUE, 53, 57, None, 1), "paused"
    resumed = (Treatment(SORAFENIB, 8, 49), Treatment(SORAFENIB, 57, 90))
    bound = ("resume", Standing.BOUND, None, None, 2, 0)
    assert after_session(57, *resumed)[0] == after_session(100, *resumed)[0] == bound
    assert after_session(57, Treatment(SORAFENIB, 8))[0] == bound, "it never paused"
    assert after_session(107)[1] == ("scan", Standing.OVERDUE, 78, 106, None, 1)
    ids = [
        x.window.id
        for x in due(
            [AGAIN, scan, FIRST, VISIT], case(Treatment(TACE, 5), Treatment(SORAFENIB, 8), days=(0,)), "TP0", 12
        )
    ]
    assert ids == ["tace", "scan", "first"], "the first routine visit is due beside the scan of the session"
    scanned = case(Treatment(TACE, 50), days=(0, 42, 80))
    for open_point in ("TP1", "TP2"):  # an earlier one that is looked at again asks for no scan that was done
        found = {x.window.id: x.standing for x in due(windows, scanned, open_point, 120)}
        assert found["scan"] is Standing.BOUND


@pytest.mark.parametrize("output", ["STOP_TOXICITY", "STOP_CLINICAL", "SORAFENIB_FAILURE", "STOP_FAILURE"])
def test_that_sorafenib_that_a_decision_ended_is_not_due_after_tace(output: str) -> None:
    windows = load_protocol("cotsom").windows
    given = case(Treatment(TACE, 50), Treatment(SORAFENIB, 8, 49))
    assert "sorafenib_resume" in [x.window.id for x in due(windows, given, "TP1", 58, ["CONTINUE"])]
    assert "sorafenib_resume" not in [x.window.id for x in due(windows, given, "TP1", 58, ["CONTINUE", output])]


def test_that_what_has_happened_is_not_due_again() -> None:
    given = case(Treatment(TreatmentKind.RADIOTHERAPY, 0, 35))
    assert shown(*due([RESPONSE, START], given, "TP0", 40)) == [
        ("response", Standing.AHEAD, 63, 70, None, 23),
        ("start", Standing.OPEN, 35, 91, None, 51),
    ]
    later = case(Treatment(TreatmentKind.RADIOTHERAPY, 0, 35), Treatment(SORAFENIB, 37), days=(0, 64))
    assert due([RESPONSE, START], later, "TP1", 70) == ()
    assert due([RESPONSE], case(), "TP0", 40) == (), "no radiotherapy is recorded"
    hidden = Window("h", "H", "visit", 28, 56, "s", after="visit", shown=False)
    assert due([hidden], case(), "TP1", 60) == ()


@pytest.mark.parametrize(
    ("day", "slack", "timing", "off"),
    [
        (100, 0, Timing.IN_TIME, 0),
        (80, 29, Timing.UNCERTAIN, 0),
        (20, 29, Timing.UNCERTAIN, 0),
        (60, 10, Timing.IN_TIME, 0),
        (20, 7, Timing.EARLY, 1),
        (150, 29, Timing.LATE, 50),
    ],
)
def test_that_a_month_is_early_or_late_only_if_each_of_its_days_is(
    day: int, slack: int, timing: Timing, off: int
) -> None:
    points = (TimePoint("BL", 0), TimePoint("FU1", day, slack_days=slack))
    window = Window("v", "V", "visit", 28, 100, "s", after="visit")
    (found,) = timings([window], Case("C", points))
    assert (found.timing, found.off_days) == (timing, off)


def test_that_a_window_is_answered_before_its_next_anchor_and_a_window_before_by_the_last() -> None:
    given = case(Treatment(TACE, 5), Treatment(TACE, 50), Treatment(SORAFENIB, 8, 49), Treatment(SORAFENIB, 60))
    resume = Window("resume", "R", "sorafenib", 3, 7, "s", after="TACE")
    assert [(x.anchor.name, x.days, x.timing) for x in timings([resume], given)] == [
        ("TACE 1", 3, Timing.IN_TIME),
        ("TACE 2", 10, Timing.LATE),
    ]
    assert [(x.anchor.name, x.days, x.timing) for x in timings([PAUSE], given)] == [("TACE 2", 1, Timing.IN_TIME)]
    late = case(Treatment(TACE, 5), Treatment(TACE, 50), days=(0, 55, 90))
    imaging = Window("imaging", "I", "visit", 28, 56, "s", after="TACE")
    assert [(x.anchor.name, x.happened.name, x.timing) for x in timings([imaging], late)] == [
        ("TACE 2", "TP1", Timing.EARLY)
    ], "no scan between the sessions"
    assert timings([FIRST], case()) == ()


def test_that_every_occasion_is_found_in_order_of_day() -> None:
    given = case(Treatment(TACE, 50), Treatment(TACE, 5, slack_days=2))
    assert occasions(given, "TACE") == (Occasion(5, "TACE 1", 2), Occasion(50, "TACE 2"))
    for word, day in (("baseline", 0), ("day 0", 0), ("enrolment", -9), ("randomisation", -2)):
        assert [x.day for x in occasions(given, word)] == [day]  # type: ignore[arg-type]
    assert occasions(Case("C"), "randomisation") == ()
    assert occasions(case(), "labs") == () and [x.day for x in occasions(case(labs=-1), "labs")] == [-1, -1]
    assert occasions(case(Treatment(SORAFENIB, 5), Treatment(TACE, 1, 2)), "sorafenib end") == ()
    assert Occasion(5, "x", 2).last == 7
