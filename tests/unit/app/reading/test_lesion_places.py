from __future__ import annotations

from dataclasses import replace

import pytest

from app.models.reading import Reading
from app.reading.lesion_places import expected_place, lesion_shifts, shift_between
from app.state.record import Record
from mrecist.case import TimePointRead
from mrecist.lesions import Measured, Observation
from mrecist.values import Diameter, Line
from tests.support.records import two_visits, with_targets


def seen(lesion: str, at: tuple[float, float, float], frame: str, series: str) -> Observation:
    end = (at[0] + 10, at[1], at[2])
    start = (at[0] - 10, at[1], at[2])
    return Observation(lesion, Measured(Diameter(200), evidence=(Line(series, "2.25.1", 1, frame, start, end),)))


def reading(*follow_up: Observation) -> Reading:
    record: Record = with_targets(two_visits(), 20, 20)
    baseline = (seen("IT1", (0, 0, 0), "A", "BL-AP"), seen("IT2", (30, 10, 5), "A", "BL-AP"))
    timepoints = (TimePointRead("BL", baseline), TimePointRead("FU1", follow_up))
    record = replace(record, reads=(replace(record.reads[0], timepoints=timepoints),))
    return Reading(record, "read-1", "FU1")


def test_that_without_a_common_lesion_nothing_is_said_of_the_shift() -> None:
    assert shift_between(reading(), "BL", "FU1") is None
    assert expected_place(reading(), "FU1", "IT1") is None


def test_that_the_shift_is_the_mean_over_the_lesions_that_both_hold() -> None:
    both = reading(seen("IT1", (4, 0, -10), "B", "FU1-AP"), seen("IT2", (36, 10, -7), "B", "FU1-AP"))
    found = shift_between(both, "BL", "FU1")
    assert found is not None
    assert found[:2] == ("A", "B")
    assert found[2] == pytest.approx((5, 0, -11))


def test_that_a_lesion_to_find_is_expected_where_the_others_have_moved_to() -> None:
    one = reading(seen("IT1", (4, 0, -10), "B", "FU1-AP"))
    place = expected_place(one, "FU1", "IT2")
    assert place is not None
    assert place.point == pytest.approx((34, 10, -5))
    assert (place.frame_of_reference_uid, place.measured) == ("B", False)


def test_that_a_lesion_that_is_marked_is_where_its_line_is() -> None:
    place = expected_place(reading(seen("IT1", (4, 0, -10), "B", "FU1-AP")), "FU1", "IT1")
    assert place is not None
    assert place.point == pytest.approx((4, 0, -10))
    assert place.measured


def test_that_each_pair_of_frames_has_shifts_of_its_own() -> None:
    """A chest taken in another frame than the liver does not move the liver."""
    apart = reading(seen("IT1", (4, 0, -10), "B", "FU1-AP"), seen("IT2", (500, 0, 0), "C", "FU1-CH"))
    assert lesion_shifts(apart, "BL", "FU1") == {("A", "B"): ((4, 0, -10),), ("A", "C"): ((470, -10, -5),)}
