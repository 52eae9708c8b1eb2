from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.reading.marked_region import Surroundings, organ_where_marked, region_where_marked
from mrecist.values import Organ, Region
from tests.support.records import series_ref

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
