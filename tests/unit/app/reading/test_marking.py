from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from app.reading.marking import Declined, Drawing, Intent, Marked, Offer, mark, remark_on
from app.resources import load_ruleset
from app.state.events import FindingRecorded, LesionAdded
from app.state.record import Record
from mrecist.case import TimePointRead
from mrecist.lesions import Features, Finding, Lesion, Measured, Nonviable, Observation
from mrecist.values import Axis, Diameter, LesionRole, Line, Organ, Region
from tests.support.records import line, two_visits, with_targets

RULES = load_ruleset().eligibility


def draw(record: Record, intent: Intent, mm: float, series: str = "BL-AP", **changes: object) -> Drawing:
    ref = record.series_ref(series)
    assert ref is not None
    drawing = Drawing(intent, line(mm, series), Diameter.from_mm(mm), ref, series.split("-")[0])
    return replace(drawing, **changes)  # type: ignore[arg-type]


def recorded(mm: float, series: str = "BL-AP") -> Line:
    """A drawn line as it is recorded: with the thickness of its images, here 5 mm."""
    return replace(line(mm, series), slice_thickness_mm=Fraction(5))


def test_that_a_target_on_the_arterial_phase_is_an_intrahepatic_lesion_with_its_line() -> None:
    record = two_visits()
    marked = mark(record, "read-1", draw(record, Intent.TARGET, 23.6), RULES)
    assert isinstance(marked, Marked)
    assert isinstance(marked.event, LesionAdded)
    assert marked.event.lesion == Lesion(
        "IT1", Region.INTRAHEPATIC, LesionRole.TARGET, Organ.LIVER, axis=Axis.VIABLE_LONGEST
    )
    assert marked.event.observation.finding == Measured(Diameter(236), evidence=(recorded(23.6),))


def test_that_a_target_on_the_chest_series_is_extrahepatic_and_named_apart() -> None:
    record = with_targets(two_visits(), 40)
    marked = mark(record, "read-1", draw(record, Intent.TARGET, 17.5, "BL-CH"), RULES)
    assert isinstance(marked, Marked)
    assert marked.lesion_id == "ET1"


@pytest.mark.parametrize(("mm", "taken"), [(9.9, False), (10.0, True)], ids=["below", "at"])
def test_that_a_target_is_at_least_10_mm(mm: float, taken: bool) -> None:
    record = two_visits()
    result = mark(record, "read-1", draw(record, Intent.TARGET, mm), RULES)
    assert isinstance(result, Marked) is taken
    if isinstance(result, Declined):
        assert result.message == "9.9 mm is below 10.0 mm. Record as non-target?"
        assert Offer.AS_NONTARGET in result.offers


@pytest.mark.parametrize(
    ("mm", "series", "intent", "baseline", "said"),
    [
        (9.94, "BL-AP", Intent.TARGET, True, "below 10 mm"),
        (9.95, "BL-AP", Intent.TARGET, True, ""),  # recorded as 10.0 mm
        (30.0, "BL-PVP", Intent.TARGET, True, "not the arterial phase"),
        (8.0, "BL-PVP", Intent.TARGET, True, "not the arterial phase, below 10 mm"),
        (8.0, "BL-CH", Intent.TARGET, True, "below 10 mm"),
        (600.0, "BL-AP", Intent.TARGET, True, ""),
        (8.0, "FU1-AP", Intent.COUNTED, False, ""),
        (8.0, "FU1-PVP", Intent.COUNTED, False, "not the arterial phase"),
        (8.0, "FU1-PVP", Intent.WHOLE, False, ""),
        (8.0, "FU1-AP", Intent.NEW, False, ""),
        (8.0, "FU1-PVP", Intent.NEW, False, "not the arterial phase"),
        (8.0, "FU1-CH", Intent.NEW, False, ""),
    ],
)
def test_that_a_line_tells_while_it_is_drawn_what_the_criteria_object_to(
    mm: float, series: str, intent: Intent, baseline: bool, said: str
) -> None:
    record = with_targets(two_visits(), 40)
    ref, read = record.series_ref(series), record.read("read-1")
    assert ref is not None and read is not None
    selected = None if baseline else read.lesions[0]
    assert remark_on(mm, intent, ref, selected, baseline, RULES) == said


def test_that_a_third_liver_target_needs_a_reason() -> None:
    record = with_targets(two_visits(), 40, 30)
    declined = mark(record, "read-1", draw(record, Intent.TARGET, 20), RULES)
    assert isinstance(declined, Declined)
    assert declined.message == "2 of 2 liver targets are set. Record as non-target?"
    kept = mark(record, "read-1", draw(record, Intent.TARGET, 20).kept("E-ORGAN", "charter allows five"), RULES)
    assert isinstance(kept, Marked)
    assert isinstance(kept.event, LesionAdded)
    assert kept.event.observation.features == Features(overrides=(("E-ORGAN", "charter allows five"),))


def test_that_each_objection_to_a_new_target_is_asked_by_itself_and_its_reason_kept_with_its_rule() -> None:
    record = with_targets(two_visits(), 40, 30, 20, 20, 20)
    drawing, asked = draw(record, Intent.TARGET, 8, "BL-PVP"), []
    while isinstance(result := mark(record, "read-1", drawing, RULES), Declined):
        asked.append(result.rule)
        drawing = drawing.kept(result.rule, f"why {len(asked)}")
    assert asked == ["E-PHASE", "E-SMALL", "E-ORGAN", "E-TOTAL"]
    assert isinstance(result.event, LesionAdded)
    reasons = (("E-PHASE", "why 1"), ("E-SMALL", "why 2"), ("E-ORGAN", "why 3"), ("E-TOTAL", "why 4"))
    assert result.event.observation.features.overrides == reasons
    aside = mark(record, "read-1", replace(drawing, intent=Intent.NONTARGET), RULES)
    assert isinstance(aside, Marked) and isinstance(aside.event, LesionAdded)
    assert aside.event.observation.features == Features(), "nothing objects to a non-target"


def seen_before(record: Record, finding: Finding, features: Features) -> Record:
    read = record.reads[0]
    return replace(
        record, reads=(replace(read, timepoints=(TimePointRead("BL", (Observation("IT1", finding, features),)),)),)
    )


ALL = (("E-PHASE", "p"), ("E-WHOLE", "w"), ("E-SMALL", "s"), ("E-ORGAN", "o"))
PVP_LONGER = Measured(Diameter(80), Diameter(70), (line(8, "BL-PVP"),))


@pytest.mark.parametrize(
    ("series", "mm", "asked", "left"),
    [
        ("BL-PVP", 8.0, "", ["E-PHASE", "E-WHOLE", "E-ORGAN"]),
        ("BL-PVP", 8.1, "E-WHOLE", None),
        ("BL-PVP", 7.0, "", ["E-PHASE", "E-ORGAN"]),
        ("BL-AP", 7.0, "", ["E-ORGAN"]),
        ("BL-AP", 7.1, "E-WHOLE", None),
        ("BL-CH", 7.0, "E-PHASE", None),
    ],
    ids=[
        "its line is turned",
        "an end of it is moved",
        "no longer than whole",
        "on the arterial phase",
        "longer",
        "another series",
    ],
)
def test_that_a_reason_falls_with_its_objection_and_another_measurement_is_asked_about_anew(
    series: str, mm: float, asked: str, left: list[str] | None
) -> None:
    record = seen_before(with_targets(two_visits(), 8), PVP_LONGER, Features(overrides=ALL))
    result = mark(record, "read-1", draw(record, Intent.COUNTED, mm, series, selected="IT1"), RULES)
    if left is None:
        assert isinstance(result, Declined) and result.rule == asked
        return
    assert isinstance(result, Marked) and isinstance(result.event, FindingRecorded)
    noted = result.event.observation.features
    assert [rule for rule, _ in noted.overrides] == left and noted.justification(left[0]) == dict(ALL)[left[0]]


def test_that_a_size_that_is_large_enough_leaves_no_reason_for_a_small_one() -> None:
    record = seen_before(with_targets(two_visits(), 8), Measured(Diameter(80)), Features(overrides=ALL[2:]))
    grown = mark(record, "read-1", draw(record, Intent.COUNTED, 10, selected="IT1"), RULES)
    assert isinstance(grown, Marked) and isinstance(grown.event, FindingRecorded)
    assert grown.event.observation.features.overrides == (("E-ORGAN", "o"),)


@pytest.mark.parametrize(("mm", "stands"), [(9.0, True), (6.0, False)], ids=["the same length", "another length"])
def test_that_a_reason_for_a_size_below_the_limit_says_nothing_of_another_size_below_it(
    mm: float, stands: bool
) -> None:
    at_9 = Measured(Diameter(90), evidence=(recorded(9.0),))
    record = seen_before(with_targets(two_visits(), 9), at_9, Features(overrides=(("E-SMALL", "seen twice"),)))
    again = mark(record, "read-1", draw(record, Intent.COUNTED, mm, selected="IT1"), RULES)
    assert isinstance(again, Marked) and isinstance(again.event, FindingRecorded)
    assert bool(again.event.observation.features.overrides) is stands


def test_that_a_moved_line_is_asked_about_an_objection_that_had_no_reason() -> None:
    record = seen_before(with_targets(two_visits(), 8), PVP_LONGER, Features(overrides=ALL[:1]))
    moved = draw(record, Intent.COUNTED, 8.1, "BL-PVP", selected="IT1")
    asked = mark(record, "read-1", moved, RULES)
    assert isinstance(asked, Declined) and asked.rule == "E-WHOLE"
    older = seen_before(record, PVP_LONGER, Features(override="one reason for all, as it was recorded once"))
    asked = mark(older, "read-1", moved, RULES)
    assert isinstance(asked, Declined) and asked.rule == "E-PHASE", "it was given for 8.0 mm"


@pytest.mark.parametrize(("mm", "asked"), [(7.9, True), (8.0, False)], ids=["shorter", "as long"])
def test_that_a_whole_lesion_shorter_than_its_viable_part_needs_a_reason_of_its_own(mm: float, asked: bool) -> None:
    record = seen_before(with_targets(two_visits(), 8), Measured(Diameter(80)), Features(overrides=ALL[:1]))
    drawing = draw(record, Intent.WHOLE, mm, selected="IT1")
    result = mark(record, "read-1", drawing, RULES)
    if asked:
        assert isinstance(result, Declined) and result.rule == "E-WHOLE"
        result = mark(record, "read-1", drawing.kept("E-WHOLE", "another phase"), RULES)
    assert isinstance(result, Marked) and isinstance(result.event, FindingRecorded)
    reasons = (ALL[0], ("E-WHOLE", "another phase")) if asked else ALL[:1]
    assert result.event.observation.features.overrides == reasons


def test_that_a_viable_diameter_is_not_taken_from_the_portal_venous_phase_without_a_reason() -> None:
    record = two_visits()
    declined = mark(record, "read-1", draw(record, Intent.TARGET, 30, "BL-PVP"), RULES)
    assert isinstance(declined, Declined)
    assert declined.message == (
        "This is the portal venous phase (0.97). Viable diameter is read on the arterial phase. Go to AP?"
    )


def test_that_nothing_is_measured_on_a_series_without_geometry() -> None:
    record = two_visits()
    broken = replace(record.series[1], measurable=False, why_not=("the pixel spacing is missing",))
    drawing = replace(draw(record, Intent.TARGET, 30), series=broken, justified=(("E-PHASE", "please"),))
    declined = mark(record, "read-1", drawing, RULES)
    assert declined == Declined("Not measurable: the pixel spacing is missing.")


def test_that_what_forbids_measuring_is_told_once_and_without_what_forbids_a_volume() -> None:
    record = two_visits()
    reasons = ("not measurable: a localizer is no image to measure on", "no volume: the slices are not evenly spaced")
    broken = replace(record.series[1], measurable=False, why_not=reasons)
    declined = mark(record, "read-1", replace(draw(record, Intent.TARGET, 30), series=broken), RULES)
    assert declined == Declined("Not measurable: a localizer is no image to measure on.")


def test_that_a_line_at_follow_up_becomes_the_finding_of_the_selected_lesion() -> None:
    record = with_targets(two_visits(), 49.2)
    marked = mark(record, "read-1", draw(record, Intent.COUNTED, 36.4, "FU1-AP", selected="IT1"), RULES)
    assert isinstance(marked, Marked)
    assert isinstance(marked.event, FindingRecorded)
    assert marked.event.visit_id == "FU1"
    assert marked.event.observation.finding == Measured(Diameter(364), evidence=(recorded(36.4, "FU1-AP"),))


def test_that_no_target_is_added_at_follow_up() -> None:
    record = with_targets(two_visits(), 49.2)
    assert isinstance(mark(record, "read-1", draw(record, Intent.TARGET, 30, "FU1-AP"), RULES), Declined)
    new = mark(record, "read-1", draw(record, Intent.NEW, 14.2, "FU1-AP"), RULES)
    assert isinstance(new, Marked)
    assert new.lesion_id == "IN1"


def test_that_a_new_lesion_of_the_liver_is_asked_about_another_phase_once_and_one_outside_it_is_not() -> None:
    record = with_targets(two_visits(), 49.2)
    late = draw(record, Intent.NEW, 14.2, "FU1-PVP")
    asked = mark(record, "read-1", late, RULES)
    assert isinstance(asked, Declined) and asked.rule == "E-PHASE"
    assert asked.offers == (Offer.GO_TO_ARTERIAL, Offer.OUTSIDE_LIVER, Offer.KEEP_WITH_REASON)
    kept = mark(record, "read-1", late.kept("E-PHASE", "seen by its washout alone"), RULES)
    assert isinstance(kept, Marked) and isinstance(kept.event, LesionAdded)
    assert kept.event.observation.features.overrides == (("E-PHASE", "seen by its washout alone"),)
    node = mark(record, "read-1", replace(late, region=Region.EXTRAHEPATIC), RULES)
    assert isinstance(node, Marked) and node.lesion_id == "EN1"
    lung = mark(record, "read-1", draw(record, Intent.NEW, 8.0, "FU1-CH"), RULES)
    assert isinstance(lung, Marked) and lung.lesion_id == "EN1"


def test_that_the_whole_diameter_joins_the_viable_one_and_leaves_it_alone() -> None:
    record = with_targets(two_visits(), 49.2)
    marked = mark(record, "read-1", draw(record, Intent.WHOLE, 53.6, selected="IT1"), RULES)
    assert isinstance(marked, Marked)
    assert isinstance(marked.event, FindingRecorded)
    assert marked.event.observation.finding == Measured(Diameter(492), Diameter(536), (line(49.2),), (recorded(53.6),))
    before_viable = mark(record, "read-1", draw(record, Intent.WHOLE, 50, "FU1-AP", selected="IT1"), RULES)
    assert isinstance(before_viable, Declined)


@pytest.mark.parametrize(("mm", "taken"), [(53.6, True), (53.7, False)], ids=["as long", "longer"])
def test_that_a_viable_diameter_longer_than_the_whole_lesion_needs_a_reason(mm: float, taken: bool) -> None:
    record = with_targets(two_visits(), 49.2)
    read = record.read("read-1")
    assert read is not None
    both = Measured(Diameter(492), Diameter(536), (line(49.2),), (recorded(53.6),))
    known = replace(read, timepoints=(TimePointRead("BL", (Observation("IT1", both),)),))
    record = replace(record, reads=(known,))
    result = mark(record, "read-1", draw(record, Intent.COUNTED, mm, selected="IT1"), RULES)
    assert isinstance(result, Marked) is taken
    if isinstance(result, Declined):
        assert "53.7 mm is longer than the whole lesion, 53.6 mm" in result.message
        reason = draw(record, Intent.COUNTED, mm, selected="IT1").kept("E-WHOLE", "whole was drawn on another phase")
        assert isinstance(mark(record, "read-1", reason, RULES), Marked)
        other = draw(record, Intent.COUNTED, mm, selected="IT1").kept("E-PHASE", "a reason for something else")
        assert mark(record, "read-1", other, RULES) == result


@pytest.mark.parametrize(
    ("thickness_mm", "mm", "taken"),
    [(5.0, 10.0, True), (8.0, 15.9, False), (8.0, 16.0, True), (None, 10.0, True)],
    ids=["5 mm slices", "below 2 x 8", "at 2 x 8", "not known"],
)
def test_that_a_target_on_thick_slices_is_at_least_twice_their_thickness(
    thickness_mm: float | None, mm: float, taken: bool
) -> None:
    record = two_visits()
    thick = replace(record.series[1], slice_thickness_mm=thickness_mm)
    drawing = replace(draw(record, Intent.TARGET, mm), series=thick)
    result = mark(record, "read-1", drawing, RULES)
    assert isinstance(result, Marked) is taken
    if isinstance(result, Declined):
        assert result.message.startswith("15.9 mm is below 16.0 mm (twice the slice thickness of 8 mm)")


def test_that_a_liver_target_is_not_measured_on_the_chest_series_without_a_reason() -> None:
    record = with_targets(two_visits(), 49.2)
    declined = mark(record, "read-1", draw(record, Intent.COUNTED, 36.4, "FU1-CH", selected="IT1"), RULES)
    assert isinstance(declined, Declined)
    assert declined.message.startswith("This is the chest series. Viable diameter is read on the arterial phase.")


def test_that_the_whole_diameter_can_follow_no_viable_tumour() -> None:
    record = with_targets(two_visits(), 49.2)
    gone = Observation("IT1", Nonviable())
    read = record.reads[0]
    record = replace(record, reads=(replace(read, timepoints=(*read.timepoints, TimePointRead("FU1", (gone,)))),))
    marked = mark(record, "read-1", draw(record, Intent.WHOLE, 40, "FU1-AP", selected="IT1"), RULES)
    assert isinstance(marked, Marked)
    assert isinstance(marked.event, FindingRecorded)
    assert marked.event.observation.finding == Nonviable(whole=Diameter(400))
