"""What the lesions of a read move with, and which of them a series may show. Pure; no Qt."""

from __future__ import annotations

from app.models.reading import Reading
from app.reading.body_parts import IN_ABDOMEN, Part, part_of
from app.reading.linework import place_of
from app.reading.registration_pairs import regions_of
from app.state.record import SeriesRef
from mrecist.lesions import Lesion
from mrecist.values import Region

_LIVER_ALONE = (Region.INTRAHEPATIC,)


def part_in(reading: Reading, lesion: Lesion) -> Part:
    """What a lesion moves with, by where it is marked at the open time point, else nearest before it."""
    lines = (place_of(reading.read, visit.id, lesion.id) for visit in reversed(reading.visits))
    line = next((line for line in lines if line is not None), None)
    ref = None if line is None else reading.record.series_ref(line.series_uid)
    return part_of(lesion, in_abdomen=ref is not None and regions_of(ref) == _LIVER_ALONE)


def may_show(series: SeriesRef, part: Part) -> bool:
    """Whether a series may show a part: the abdomen where it may show the liver, all else where it may not."""
    regions = regions_of(series)
    return len(regions) > 1 or (part in IN_ABDOMEN) == (regions == _LIVER_ALONE)
