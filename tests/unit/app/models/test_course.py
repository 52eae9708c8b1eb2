"""The course: limits worked out by hand, going back in time, and what happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from app import words
from app.assessing import assess_read
from app.models.as_of import as_of
from app.models.course import Course, Limit, course_of
from app.state.record import DatedEvent, Record
from mrecist.case import EventKind, ReadKind, TimePointRead
from mrecist.lesions import Lesion, Measured, NotEvaluable, Observation
from mrecist.values import Diameter, LesionRole, Organ, Region, Response
from tests.support.example_reading import READ_ID, example_record, example_ruleset
from tests.support.proposals import with_proposals

INTRA, EXTRA = Region.INTRAHEPATIC, Region.EXTRAHEPATIC


def course(record: Record | None = None, until: date | None = None) -> Course:
    record = record or example_record()
    ruleset = example_ruleset()
    shown = record if until is None else as_of(record, until)
    return course_of(shown, READ_ID, ruleset, assess_read(shown, READ_ID, ruleset), until)


def with_new_lesion(record: Record) -> Record:
    """IN1, 14.2 mm in the liver, at the second follow-up."""
    read = record.reads[0]
    seen = Observation("IN1", Measured(Diameter.from_mm("14.2")))
    points = tuple(
        TimePointRead(p.timepoint_id, (*p.observations, seen)) if p.timepoint_id == "FU2" else p
        for p in read.timepoints
    )
    lesion = Lesion("IN1", INTRA, LesionRole.NEW, Organ.LIVER)
    return replace(record, reads=(replace(read, lesions=(*read.lesions, lesion), timepoints=points),))


def test_that_sums_and_responses_stand_at_their_time_points() -> None:
    points = course().points
    assert [point.id for point in points] == ["BL", "FU1", "FU2"]
    assert [point.sum_mm(INTRA) for point in points] == [Fraction(728, 10), Fraction(509, 10), Fraction(377, 10)]
    assert [point.sum_mm(EXTRA) for point in points] == [Fraction(600, 10), Fraction(572, 10), Fraction(689, 10)]
    assert points[0].response is None
    last = points[2].of_region(INTRA), points[2].of_region(EXTRA)
    # 37.7 of 72.8 is -48.2 %; 68.9 of 57.2 is +20.5 % and 11.7 mm
    assert [one and one.response for one in last] == [Response.PR, Response.PD]


def test_that_what_the_assistant_proposed_stands_beside_what_was_recorded() -> None:
    told = {
        (one.lesion.id, point.visit_id): point.proposed
        for one in course(with_proposals(example_record())).lesions
        for point in one.points
        if point.proposed
    }
    assert told == {
        ("IT1", "FU1"): "proposed 37.1, at first 38.0",
        ("IT1", "FU2"): "as proposed, at first 27.4",
        ("IT2", "BL"): "as proposed",
    }
    assert not any(point.proposed for one in course().lesions for point in one.points)


def test_that_limits_are_the_last_tenths_that_still_hold() -> None:
    # 70 % of 72.8 is 50.96, of 60.0 is 42.0; 120 % of the least sums 37.7 and 57.2 are 45.24 and 68.64.
    assert set(course().limits) == {
        Limit(INTRA, Response.PR, Fraction(509, 10), date(2025, 3, 11)),
        Limit(INTRA, Response.PD, Fraction(453, 10), date(2025, 6, 10)),
        Limit(EXTRA, Response.PR, Fraction(420, 10), date(2025, 3, 11)),
        Limit(EXTRA, Response.PD, Fraction(687, 10), date(2025, 4, 29)),
    }


def test_that_a_partial_sum_is_a_lower_bound_and_no_nadir() -> None:
    record = example_record()
    read = record.reads[0]
    unseen = tuple(
        replace(
            point,
            observations=tuple(
                Observation("ET1", NotEvaluable()) if (point.timepoint_id, one.lesion_id) == ("FU1", "ET1") else one
                for one in point.observations
            ),
        )
        for point in read.timepoints
    )
    shown = course(replace(record, reads=(replace(read, timepoints=unseen),)))
    # 57.2 at FU1 without the 23.0 of ET1 is 34.2, no nadir: 60.0 at baseline is, and 120 % of it 72.0
    nadir = shown.nadir(EXTRA)
    assert nadir is not None and nadir.id == "BL"
    assert [x.sum_text(EXTRA).replace(words.SPACE, " ") for x in shown.points] == ["60.0", "≥ 34.2", "68.9"]
    assert Limit(EXTRA, Response.PD, Fraction(72), date(2025, 3, 11)) in shown.limits


def test_that_growth_needs_its_least_millimetres_too() -> None:
    record = example_record()
    read = record.reads[0]
    small = tuple(
        TimePointRead(
            point.timepoint_id,
            tuple(
                Observation(one.lesion_id, Measured(Diameter.from_mm("11.0")))
                if isinstance(one.finding, Measured) and one.lesion_id.startswith("E")
                else one
                for one in point.observations
            ),
        )
        for point in read.timepoints
    )
    shown = course(replace(record, reads=(replace(read, timepoints=small),)))
    limit = next(one for one in shown.limits if one.region is EXTRA and one.response is Response.PD)
    floor = example_ruleset().target.min_growth_extrahepatic_mm
    assert limit.mm == max(Fraction(396, 10), 33 + floor)  # 3 x 11 mm, 20 % more


def test_that_the_past_knows_nothing_of_what_came_later() -> None:
    record = with_new_lesion(example_record())
    died = DatedEvent("e1", EventKind.DEATH, date(2025, 9, 1))
    record = replace(record, events=(died,))
    then = course(record, date(2025, 5, 8))
    assert [point.id for point in then.points] == ["BL", "FU1"]
    assert "IN1" not in {one.lesion.id for one in then.lesions}
    assert [(bar.lane, bar.on.isoformat()) for bar in then.treatments] == [
        ("TACE", "2025-03-18"), ("Sorafenib", "2025-03-22"), ("TACE", "2025-05-07"),
    ]  # fmt: skip
    assert [event.text for event in then.events if event.grave] == []
    assert "IN1" in {one.lesion.id for one in course(record).lesions}


def test_that_a_treatment_that_ended_later_still_goes_on_in_the_past() -> None:
    then = course(until=date(2025, 4, 29))
    assert [bar.until for bar in then.treatments if bar.lane == "Sorafenib"] == [None]
    now = course()
    assert [bar.until for bar in now.treatments if bar.lane == "Sorafenib"] == [date(2025, 5, 6), None]


def test_that_the_past_is_judged_as_it_was_then() -> None:
    then = course(until=date(2025, 4, 29))
    assert then.best(INTRA) is not None
    at = then.point("FU1")
    assert at is not None and at.response is not None
    assert at.response.intrahepatic.response is Response.PR  # 50.9 of 72.8 is -30.1 %


@pytest.mark.parametrize(
    "text", ["Baseline: 5 targets, 2 non-targets", "Day 0 · TACE 1", "Sorafenib stopped", "TACE 2"]
)
def test_that_what_happened_is_told(text: str) -> None:
    assert text in [event.text for event in course().events]


def test_that_events_stand_in_order_and_what_is_grave_is_marked() -> None:
    record = with_new_lesion(example_record())
    record = replace(record, events=(DatedEvent("e1", EventKind.DEATH, date(2025, 9, 1)),))
    told = course(record).events
    assert [event.on for event in told] == sorted(event.on for event in told)
    assert [event.text for event in told if event.grave] == ["IN1 new: Liver 14.2\u00a0mm", "Death"]


def test_that_markers_stand_on_the_day_of_the_labs() -> None:
    assert [(marker.name, marker.on) for marker in course().markers] == [
        ("AFP", date(2025, 3, 11)), ("AFP", date(2025, 4, 28)), ("AFP", date(2025, 6, 9)),
    ]  # fmt: skip


def test_that_a_record_without_a_read_has_an_empty_course() -> None:
    record = replace(example_record(), reads=())
    shown = course_of(record, "read-9", example_ruleset(), None)
    assert [point.sums_mm for point in shown.points] == [(None, None)] * 3
    assert shown.limits == () and shown.lesions == () and shown.best(INTRA) is None
    assert shown.read.kind is ReadKind.LOCAL


def test_that_a_treatment_without_an_end_says_what_is_noted_of_it() -> None:
    record = example_record()
    first, second, third, last = record.treatments
    noted = replace(last, note="the end is not published")
    bars = course(replace(record, treatments=(first, replace(second, note="by mouth"), third, noted))).treatments
    assert [(bar.until, bar.text) for bar in bars if bar.lane.lower() == "sorafenib"] == [
        (date(2025, 5, 6), "400 mg bid"),
        (None, "400 mg qd · the end is not published"),
    ]
