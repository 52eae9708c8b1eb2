"""The history's desk: which lesion is followed where none is selected."""

from __future__ import annotations

from dataclasses import replace

from app.assessing import assess_read
from app.desks.history import HistoryDesk
from app.models.course import course_of
from mrecist.values import LesionRole
from tests.support.example_reading import READ_ID, example_record, example_ruleset


def test_that_a_case_without_targets_shows_the_largest_lesion_that_has_a_size() -> None:
    record, ruleset = example_record(), example_ruleset()
    shown = course_of(record, READ_ID, ruleset, assess_read(record, READ_ID, ruleset))
    lesion_of = HistoryDesk._lesion
    found = lesion_of(shown, None)
    assert found is not None and found.lesion.id == "IT1", "49.2 mm"
    chosen = lesion_of(shown, "ET2")
    assert chosen is not None and chosen.lesion.id == "ET2"
    lesions = tuple(
        replace(x, lesion=replace(x.lesion, role=LesionRole.NEW)) for x in shown.lesions if x.lesion.id != "IT1"
    )
    largest = lesion_of(replace(shown, lesions=lesions), None)
    assert largest is not None and largest.lesion.id == "ET1", "24.2 mm, the largest of the rest"
    unsized = tuple(replace(x, points=()) for x in lesions)
    first = lesion_of(replace(shown, lesions=unsized), None)
    assert first is not None and first.lesion.id == lesions[0].lesion.id
    assert lesion_of(replace(shown, lesions=()), None) is None
