from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.reading.marked_region import Surroundings, organ_where_marked, region_where_marked
from app.reading.marking import Declined, Drawing, Intent, Marked, Offer, mark
from app.resources import load_ruleset
from app.state.events import LesionAdded
from app.state.record import SeriesRef
from mrecist.values import Diameter, Organ, Region
from tests.support.records import line, series_ref, two_visits

IN, OUT = Region.INTRAHEPATIC, Region.EXTRAHEPATIC
LUNG = Surroundings((-820.0, -790.0, -850.0, 45.0), hounsfield=True)
"""A nodule of the lung with a vessel on one side."""
DOME = Surroundings((-820.0, -790.0, 60.0, 55.0), hounsfield=True)
"""A lesion beneath the diaphragm: liver on two sides."""
LIVER = Surroundings((104.0, 95.0, 88.0, 300.0), hounsfield=True, liver=(100.0, 8.0))


@pytest.mark.parametrize(
    ("description", "phase", "beside", "region", "organ"),
    [
        ("Abdomen 5.0", None, None, IN, Organ.LIVER),
        ("Series 4", None, None, IN, Organ.LIVER),
        ("Series 4", None, Surroundings(body_part="CHEST"), OUT, Organ.LUNG),
        ("Series 4", None, Surroundings(body_part="ABDOMEN"), IN, Organ.LIVER),
        ("Chest CT", None, None, OUT, Organ.LUNG),
        ("CT Chest Abdomen Pelvis", None, None, IN, Organ.LIVER),
        ("CT Chest Abdomen Pelvis", None, LUNG, OUT, Organ.LUNG),
        ("CT Chest Abdomen Pelvis", None, DOME, IN, Organ.LIVER),
        ("Chest CT", None, LIVER, IN, Organ.LIVER),
        ("Chest CT", None, replace(LIVER, liver=(100.0, 5.0)), OUT, Organ.LUNG),
        ("Liver, arterial", "arterial", LUNG, IN, Organ.LIVER),
        ("Brain C-spine", None, None, OUT, Organ.OTHER),
        ("Pelvis bone", None, None, OUT, Organ.OTHER),
        ("Series 4", None, replace(LUNG, hounsfield=False), IN, Organ.LIVER),
    ],
)
def test_that_a_mark_is_of_the_liver_unless_its_place_or_its_series_say_otherwise(
    description: str, phase: str | None, beside: Surroundings | None, region: Region, organ: Organ
) -> None:
    ref = series_ref("1", date(2025, 3, 11), phase, description)
    assert region_where_marked(ref, beside) is region
    assert organ_where_marked(ref, region, beside) is organ


def test_that_positron_emission_and_bone_scans_are_read_for_what_is_outside_the_liver() -> None:
    for modality in ("PT", "NM"):
        assert region_where_marked(series_ref("1", date(2025, 3, 11), None, "WB", modality=modality)) is OUT


def drawn_on(
    ref: SeriesRef,
    intent: Intent,
    beside: Surroundings | None = None,
    region: Region | None = None,
    alone: bool = False,
) -> Marked | Declined:
    """What becomes of a line of 24 mm at baseline, on a series beside the phases of the liver, or alone."""
    record = two_visits()
    others = () if alone else record.visits[0].series
    visits = (replace(record.visits[0], series=(*others, ref.uid)), *record.visits[1:])
    record = replace(record, series=(*record.series, ref), visits=visits)
    drawing = Drawing(intent, line(24, ref.uid), Diameter.from_mm(24), ref, "BL", beside=beside, region=region)
    return mark(record, "read-1", drawing, load_ruleset().eligibility)


def test_that_a_line_on_a_series_of_unknown_phase_is_a_lesion_of_the_liver_and_is_asked_for_its_phase() -> None:
    ref = series_ref("BL-X", date(2025, 3, 11), None, "Abdomen 5.0")
    asked = drawn_on(ref, Intent.TARGET)
    assert isinstance(asked, Declined)
    assert asked.message.startswith("This is a series without a known contrast phase. Viable diameter is read on")
    assert asked.offers == (Offer.GO_TO_ARTERIAL, Offer.OUTSIDE_LIVER, Offer.KEEP_WITH_REASON)
    alone = drawn_on(ref, Intent.TARGET, alone=True)
    assert isinstance(alone, Declined)
    assert alone.message.endswith("is read on the arterial phase. There is none at BL.")
    assert alone.offers == (Offer.OUTSIDE_LIVER, Offer.KEEP_WITH_REASON)
    said = drawn_on(ref, Intent.TARGET, region=OUT)
    assert isinstance(said, Marked) and isinstance(said.event, LesionAdded)
    assert (said.lesion_id, said.event.lesion.organ) == ("ET1", Organ.OTHER)
    noted = drawn_on(ref, Intent.NONTARGET)
    assert isinstance(noted, Marked) and isinstance(noted.event, LesionAdded)
    assert (noted.lesion_id, noted.event.lesion.organ) == ("INT1", Organ.LIVER)
    nodule = drawn_on(ref, Intent.TARGET, LUNG)
    assert isinstance(nodule, Marked) and isinstance(nodule.event, LesionAdded)
    assert (nodule.lesion_id, nodule.event.lesion.organ) == ("ET1", Organ.LUNG)
