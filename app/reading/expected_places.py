"""Where the lesions of earlier time points are expected at a later one. Proposals: nothing here is ever recorded."""

from __future__ import annotations

from collections.abc import Callable

from app.models.reading import Reading
from app.reading.body_parts import Part
from app.reading.lesion_parts import may_show, part_in
from app.reading.lesion_places import Place, middle_of
from app.reading.linework import place_of
from app.state.record import SeriesRef
from mrecist.lesions import Measured
from mrecist.values import Line, Point, Region
from viewers.widgets.marks import ViewPlace

SEARCH_MM = 10.0
"""Within this distance of its expected place a lesion is looked for."""

Carry = Callable[[str, str, Part, Point], Point | None]
"""A place of a frame of reference as a place of another one, for what moves with a part; None where nothing ties them.
"""

Doubt = Callable[[str, str, Part], str]
"""How far what is carried from a frame of reference to another may be off, in words; empty where a chip tells it."""


def _told(_frame_a: str, _frame_b: str, _part: Part) -> str:
    return ""


def expected_in(
    reading: Reading, visit_id: str, lesion_id: str, frame: str, carry: Carry, doubt: Doubt = _told
) -> Place | None:
    """Where a lesion is expected in a frame of reference of a time point, from where it is at another time point.

    The nearest earlier time point that can be carried over goes before all others.
    """
    lesion = next((x for x in reading.read.lesions if x.id == lesion_id), None)
    order = [visit.id for visit in reading.visits]
    if lesion is None or visit_id not in order:
        return None
    at = order.index(visit_id)
    for other in (*reversed(order[:at]), *order[at + 1 :]):
        seen = place_of(reading.read, other, lesion_id)
        if seen is None or not seen.frame_of_reference_uid:
            continue
        there, part = seen.frame_of_reference_uid, part_in(reading, lesion)
        found = carry(there, frame, part, _centre_of(reading, other, lesion_id, seen))
        if found is not None:
            return Place(found, frame, measured=False, error=doubt(there, frame, part))
    return None


def ghosts_in(
    reading: Reading, visit_id: str, series: SeriesRef, frame: str, carry: Carry, doubt: Doubt = _told
) -> tuple[ViewPlace, ...]:
    """A dashed ghost for each lesion a series may show that has neither a line nor a finding at a time point yet."""
    ghosts = []
    for lesion in (lesion for region in Region for lesion in reading.lesions_of(region)):
        if not may_show(series, part_in(reading, lesion)):
            continue
        if place_of(reading.read, visit_id, lesion.id) or reading.finding(lesion.id, visit_id) is not None:
            continue
        place = expected_in(reading, visit_id, lesion.id, frame, carry, doubt)
        if place is not None:
            ghosts.append(ViewPlace(place.point, SEARCH_MM, f"{lesion.id}? {place.error}".rstrip()))
    return tuple(ghosts)


def ghosts_on(reading: Reading, series: SeriesRef, carry: Carry, doubt: Doubt = _told) -> tuple[ViewPlace, ...]:
    """The ghosts on a series of the open time point: of the lesions that it may show."""
    frame = series.frame_of_reference_uid
    if not frame:
        return ()
    return ghosts_in(reading, reading.visit_id, series, frame, carry, doubt)


def _centre_of(reading: Reading, visit_id: str, lesion_id: str, counted: Line) -> Point:
    """The middle of a lesion: of its whole diameter where there is one, as a viable rim lies to one side."""
    finding = reading.finding(lesion_id, visit_id)
    whole = finding.whole_evidence if isinstance(finding, Measured) else ()
    same = [line for line in whole if line.frame_of_reference_uid == counted.frame_of_reference_uid]
    return middle_of(same[0] if same else counted)
