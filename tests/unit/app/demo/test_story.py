import pytest

from app.demo.story import Story, read_story
from mrecist.values import Diameter


@pytest.fixture(scope="module")
def story() -> Story:
    return read_story()


SUMS_TENTHS = {  # added up by hand from the diameters: liver, elsewhere, both, whole diameters of the liver
    "BL": (728, 600, 1328, 772),
    "FU1": (484, 572, 1056, 658),
    "FU2": (377, 714, 1091, 586),
    "FU3": (399, 816, 1215, 599),
}


def tenths(mm: float) -> int:
    return Diameter.from_mm(mm).tenths


@pytest.mark.parametrize("timepoint", SUMS_TENTHS)
def test_that_the_diameters_add_up_to_the_sums_worked_by_hand(story: Story, timepoint: str) -> None:
    sizes = next(p for p in story.timepoints if p.id == timepoint).diameters_mm
    liver = sum(tenths(d.counted) for name, d in sizes.items() if name.startswith("IT"))
    elsewhere = sum(tenths(d.counted) for name, d in sizes.items() if name.startswith("ET"))
    whole = sum(tenths(d.whole or d.counted) for name, d in sizes.items() if name.startswith("IT"))
    assert (liver, elsewhere, liver + elsewhere, whole) == SUMS_TENTHS[timepoint]


def test_that_the_written_sums_and_nadirs_are_those_worked_by_hand(story: Story) -> None:
    earlier = [SUMS_TENTHS["BL"]]
    for point in story.timepoints[1:]:
        assert point.truth is not None
        t, sums = point.truth, SUMS_TENTHS[point.id]
        for region, column in ((t.intrahepatic, 0), (t.extrahepatic, 1), (t.overall, 2)):
            assert tenths(region.sum_mm) == sums[column]
            assert tenths(region.nadir_mm) == min(e[column] for e in earlier)
        assert tenths(t.whole_intrahepatic_sum_mm) == sums[3]
        earlier.append(sums)


def test_that_no_category_hangs_on_less_than_two_millimetres(story: Story) -> None:
    """PR at 50.9 mm or less in the liver; PD elsewhere at 68.6 mm or more: a re-measurement must not tip the story."""
    liver = {p.id: SUMS_TENTHS[p.id][0] for p in story.timepoints}
    assert all(509 - liver[p] >= 20 for p in ("FU1", "FU2", "FU3"))
    assert liver["FU3"] <= 452 - 20  # 1.2 x 37.7 = 45.24
    elsewhere = {p.id: SUMS_TENTHS[p.id][1] for p in story.timepoints}
    assert 420 + 20 <= elsewhere["FU1"] <= 720 - 20  # between 0.7 x 60.0 and 1.2 x 60.0
    assert all(elsewhere[p] >= 687 + 20 for p in ("FU2", "FU3"))


def test_that_every_time_point_has_what_the_decision_tables_need(story: Story) -> None:
    for point in story.timepoints:
        c = point.clinical
        items = (c.ecog, c.bilirubin_mg_dl, c.albumin_g_dl, c.inr, c.ascites, c.encephalopathy, c.clinical_worsening)
        assert None not in items
        assert c.labs_day == (point.on - story.day0).days - 1


def test_that_sorafenib_starts_3_to_7_days_after_each_tace_and_stops_the_day_before_the_next(story: Story) -> None:
    sessions = [t.on for t in story.treatments if t.kind == "TACE"]
    courses = [t for t in story.treatments if t.kind == "sorafenib"]
    assert all(any(3 <= (c.on - on).days <= 7 for c in courses) for on in sessions)
    assert all(any(c.until is not None and (on - c.until).days == 1 for c in courses) for on in sessions[1:])
