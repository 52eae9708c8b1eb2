from __future__ import annotations

from dataclasses import replace

import pytest

from app.models.reading import Reading
from app.reading import assisting
from app.reading.largest import larger_nontarget
from app.reading.lesion_places import Place
from app.reading.marking import Declined, Intent, Marked, Offer, mark
from app.resources import load_ruleset
from app.state.assistance import AssistedFinding
from app.state.events import FindingRecorded
from mrecist.case import TimePointRead
from mrecist.lesions import Lesion, Measured, Observation, Present
from mrecist.values import Diameter, LesionKind, LesionRole, Organ, Region
from tests.support.records import line, two_visits, with_targets
from tests.unit.app.state.test_assistance import assisted
from viewers.imaging.assisted import (
    AssistedMeasurement,
    AssistSettings,
    Click,
    DrawnAxis,
    Enhancement,
    Extents,
    ImageLine,
)
from viewers.imaging.reference import ReferenceLiver, ReferenceRegion

RULES = load_ruleset().eligibility
FRAME = "2.25.1"


def found(viable_mm: float, whole_mm: float, series: str = "BL-AP", at: float = 0.0) -> AssistedMeasurement:
    """A proposal with lines along the patient's left, from `at`."""

    def extents(mm: float) -> Extents:
        ends = (at, 0.0, 0.0), (at + mm, 0.0, 0.0)
        return Extents(ImageLine(series, "2.25.77", 0, 7, FRAME, *ends, mm), None, 10.0)

    liver = ReferenceLiver(ReferenceRegion((50.0, 0.0, 0.0)), 75.0, 10.0, 900, True)
    start = Click((at + 1.0, 0.0, 0.0))
    whole = extents(whole_mm)
    return AssistedMeasurement(
        series, start, AssistSettings(), "HU", liver, 95.0, extents(viable_mm), whole, None, ("check the vessel",)
    )


def reading_at(visit_id: str, *targets_mm: float) -> Reading:
    return Reading(with_targets(two_visits(), *targets_mm), "read-1", visit_id)


def drawing(now: AssistedMeasurement, intent: Intent, selected: str | None, series: str = "BL-AP", first=None):
    ref = two_visits().series_ref(series)
    kept = assisting.assistance_of(first or now, now, assisting.PROPOSED)
    assert ref is not None and now.viable is not None
    visit = series.split("-")[0]
    return assisting.drawing_of(intent, selected, ref, visit, now.viable.long_axis, now, kept)


def test_that_a_reference_that_was_not_found_can_be_dragged_from_where_the_reader_began():
    now = found(30.0, 40.0)
    assert assisting.reference_region(now).centre == (50.0, 0.0, 0.0)
    none = replace(now, reference=None)
    assert assisting.reference_region(none) == ReferenceRegion((1.0, 0.0, 0.0))
    drawn = replace(none, start=DrawnAxis((0.0, 4.0, 2.0), (20.0, 0.0, 2.0)))
    assert assisting.reference_region(drawn).centre == (10.0, 2.0, 2.0)


def test_that_an_accepted_proposal_is_a_finding_with_both_diameters_and_how_it_came_to_be() -> None:
    record = with_targets(two_visits(), 49.2)
    now = found(34.64, 45.0, "FU1-AP")
    marked = mark(record, "read-1", drawing(now, Intent.COUNTED, "IT1", "FU1-AP", first=found(35.9, 45.0)), RULES)
    assert isinstance(marked, Marked) and isinstance(marked.event, FindingRecorded)
    finding, kept = marked.event.observation.finding, marked.event.assisted
    assert isinstance(finding, Measured) and kept is not None
    assert (str(finding.diameter), str(finding.whole)) == ("34.6", "45.0")
    assert [x.sop_uid for x in (*finding.evidence, *finding.whole_evidence)] == ["2.25.77"] * 2
    assert (str(kept.automatic), str(kept.proposed), kept.threshold, kept.reference_mean) == (
        "35.9",
        "34.6",
        95.0,
        75.0,
    )
    assert finding.evidence[0].frame == 1, "frames of a record count from 1"


def test_that_the_whole_lesion_is_never_shorter_than_its_viable_part() -> None:
    made = drawing(found(24.2, 23.9), Intent.TARGET, None)
    assert made.whole == made.diameter == Diameter(242)
    assert made.whole_line is not None and made.whole_line.end == made.line.end


def test_that_what_the_assistant_measured_is_of_the_liver_also_where_the_phase_is_not_known() -> None:
    record, made = two_visits(), drawing(found(24.2, 26.0), Intent.TARGET, None)
    made = replace(made, series=replace(made.series, phase=None, description="Abdomen"))
    assert made.assisted is not None
    declined = mark(record, "read-1", made, RULES)
    assert isinstance(declined, Declined) and "a series without a known contrast phase" in declined.message
    kept = mark(record, "read-1", made.kept("E-PHASE", "arterial by the aorta"), RULES)
    assert isinstance(kept, Marked) and kept.lesion_id == "IT1"


@pytest.mark.parametrize(
    ("visit", "selected", "at", "expected"),
    [
        ("BL", None, 0.0, (Intent.TARGET, None)),
        ("BL", "IT1", 0.0, (Intent.COUNTED, "IT1")),
        ("BL", "IT1", 120.0, (Intent.TARGET, None)),
        ("FU1", "IT1", 120.0, (Intent.COUNTED, "IT1")),
    ],
    ids=["a new target", "the selected one again", "another than the selected", "the selected one later"],
)
def test_that_a_proposal_is_for_the_lesion_that_was_clicked(visit, selected, at, expected) -> None:
    reading = reading_at(visit, 49.2)
    lesion = reading.read.lesion(selected) if selected else None
    assert assisting.meant_for(reading, lesion, found(48.0, 50.0, at=at)) == expected


def test_that_a_proposal_where_another_lesion_lies_asks() -> None:
    reading = reading_at("FU1", 49.2, 20.0)
    places = {"IT1": Place((0.0, 0.0, 0.0), FRAME, False), "IT2": Place((90.0, 0.0, 0.0), FRAME, False)}
    here = found(20.0, 22.0, "FU1-AP", at=-11.0)
    assert assisting.place_warning(reading, "IT2", here, places.get) == "This is where IT1 is: is it IT2?"
    assert assisting.place_warning(reading, "IT1", here, places.get) == ""
    assert assisting.place_warning(reading, "IT2", here, lambda _name: None) == ""


def test_that_the_mr_of_the_time_point_is_named_where_oil_covers_more_than_half_of_a_lesion() -> None:
    reading = reading_at("FU1", 49.2)
    mr = replace(reading.record.series[0], uid="FU1-MR", modality="MR", phase="arterial", description="T1 A-phase")

    def at(share: float | None, *more: str) -> str:
        values = Enhancement(90.0, 9.0, 2.0, 80.0, 9.0, 0.2, share)
        visits = tuple(replace(v, series=(*v.series, *more)) if v.id == "FU1" else v for v in reading.record.visits)
        record = replace(reading.record, series=(*reading.record.series, mr), visits=visits)
        now = replace(found(30.0, 33.0, "FU1-AP"), enhancement=values)
        return assisting.advised_series(replace(reading, record=record), now)

    assert at(0.7, "FU1-MR") == "FU1 has an arterial phase on MR: T1 A-phase."
    assert (at(0.5, "FU1-MR"), at(None, "FU1-MR"), at(0.7)) == ("", "", "")


def test_that_the_reference_is_carried_within_a_series_as_it_is_and_to_another_exam_with_the_liver() -> None:
    reading = reading_at("FU1", 49.2)
    kept = AssistedFinding("read-1", "BL", "IT1", assisted(series="BL-AP"))
    reading = replace(reading, record=replace(reading.record, assisted=(kept,)))
    here, later = (reading.record.series_ref(uid) for uid in ("BL-AP", "FU1-AP"))
    assert here is not None and later is not None

    def carry(_a, _b, _region, point):
        return point[0] + 5.0, point[1], point[2]

    same = assisting.carried_reference(replace(reading, visit_id="BL"), here, "IT1", carry)
    assert same is not None and same.region.centre == (10.0, 20.0, 30.0)
    moved = assisting.carried_reference(reading, later, "IT1", carry)
    assert moved is not None and (moved.region.centre, moved.source) == ((15.0, 20.0, 30.0), "BL")
    assert assisting.carried_reference(reading, later, "IT1", lambda *_: None) is None
    vessel = ReferenceLiver(moved.region, 160.0, 12.0, 900, False)
    assert not moved.is_like(vessel) and not moved.is_like(None)
    assert moved.is_like(ReferenceLiver(moved.region, 82.0, 12.0, 900, False))


def test_that_another_phase_is_asked_about_once() -> None:
    record = with_targets(two_visits(), 49.2)
    late = drawing(found(30.0, 33.0, "BL-PVP"), Intent.COUNTED, "IT1", "BL-PVP")
    refused = mark(record, "read-1", late, RULES)
    assert isinstance(refused, Declined) and Offer.KEEP_WITH_REASON in refused.offers
    kept = mark(record, "read-1", late.kept("E-PHASE", "no arterial phase was possible"), RULES)
    assert isinstance(kept, Marked) and isinstance(kept.event, FindingRecorded)
    assert kept.event.observation.features.overrides == (("E-PHASE", "no arterial phase was possible"),)
    read = replace(record.reads[0], timepoints=(TimePointRead("BL", (kept.event.observation,)),))
    again = mark(replace(record, reads=(read,)), "read-1", late, RULES)
    assert isinstance(again, Marked)


@pytest.mark.parametrize(
    ("kind", "mm", "told"),
    [(LesionKind.OTHER, 30.0, True), (LesionKind.OTHER, 20.0, False), (LesionKind.TUMOUR_THROMBUS, 30.0, False)],
    ids=["larger", "smaller", "a thrombus"],
)
def test_that_a_larger_non_target_is_told_at_baseline(kind, mm, told) -> None:
    record = with_targets(two_visits(), 49.2, 23.6)
    read = record.reads[0]
    other = Lesion("INT1", Region.INTRAHEPATIC, LesionRole.NONTARGET, Organ.LIVER, kind)
    seen = Observation("INT1", Present(Diameter.from_mm(mm), evidence=(line(mm),)))
    point = replace(read.timepoints[0], observations=(*read.timepoints[0].observations, seen))
    read = replace(read, lesions=(*read.lesions, other), timepoints=(point,))
    reading = Reading(replace(record, reads=(read,)), "read-1", "BL")
    texts = [larger_nontarget(reading, lesion) for lesion in reading.lesions]
    assert [bool(text) for text in texts] == [False, told, told], "of the smallest target and of the non-target"


def test_that_nothing_on_a_series_of_the_chest_is_compared_with_liver() -> None:
    liver = two_visits().series_ref("BL-AP")
    assert liver is not None
    assert assisting.is_series_for_assistant(liver) == ""
    chest = replace(liver, phase=None, description="Chest, lung kernel")
    assert "chest" in assisting.is_series_for_assistant(chest)
    assert assisting.is_series_for_assistant(replace(chest, description="LUNG BASES 5MM")) == ""  # the upper abdomen


def test_that_another_phase_is_told_and_asks_for_its_reason_only_where_there_is_something_to_accept() -> None:
    portal = replace(two_visits().series_ref("BL-AP"), phase="portal_venous")
    with_one, with_none = (assisting.phase_warning(portal, None, found) for found in (True, False))
    assert with_one == f"{with_none} Accepting asks for the reason."
    assert with_none.endswith("viable tumour is read on the arterial phase.")
