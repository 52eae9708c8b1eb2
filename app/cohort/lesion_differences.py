"""The same lesion in two reads: matched by where it was measured, else by its name, with the difference in mm."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mrecist.case import Case, Read
from mrecist.lesionfields import STATUS_OF
from mrecist.lesions import Lesion
from mrecist.values import Diameter, Line, Point

_NEAR_MM = 5.0
"""Two lines whose middles lie closer than this are of one lesion, however small it is."""


class LesionDifference(NamedTuple):
    """One lesion at one time point in two reads.

    Attributes
    ----------
    first_read, second_read : str
    first_lesion, second_lesion : str or None
        Its name in either read; None: this reader did not list it.
    first_mm, second_mm : float or None
        None where it was listed and not measured.
    difference_mm : float or None
        First less second.
    matched_by : str
        "place" (the lines lie at one place of one frame of reference), "name", or "" where it has no match.
    apart_mm : float or None
        How far apart the middles of the two lines lie.
    first_finding, second_finding : str
        What was found, by the names that the table of lesions has; "" where nothing was.
    """

    case_id: str
    timepoint: str
    first_read: str
    second_read: str
    region: str
    first_lesion: str | None
    second_lesion: str | None
    first_mm: float | None
    second_mm: float | None
    difference_mm: float | None
    matched_by: str
    apart_mm: float | None
    first_finding: str = ""
    second_finding: str = ""


def lesion_differences(case: Case, first_read: str, second_read: str) -> tuple[LesionDifference, ...]:
    """Every lesion of two reads of a case at every time point that either lists it.

    Lesions are matched once for the whole case, at the first time point at which both were measured at one place: the
    nearest first, within half the longer diameter or 5 mm. What has no line is matched by its name, region and organ.

    Raises
    ------
    KeyError
        If the case has no such read.
    """
    first, second = _read(case, first_read), _read(case, second_read)
    matches = _matches(case, first, second)
    taken = {b for b, _, _ in matches.values()}
    found: list[LesionDifference] = []
    for timepoint in case.timepoints:
        for one in first.lesions:
            other, by, apart = matches.get(one.id, (None, "", None))
            found += _told(case.id, timepoint.id, first, second, one, other, by, apart)
        for lesion in second.lesions:
            if lesion.id not in taken:
                found += _told(case.id, timepoint.id, first, second, lesion, lesion.id, "", None, own=False)
    return tuple(found)


def _told(
    case_id: str, timepoint: str, first: Read, second: Read, lesion: Lesion, other: str | None, by: str,
    apart: float | None, *, own: bool = True,
) -> Iterator[LesionDifference]:  # fmt: skip
    left = first.observation(timepoint, lesion.id) if own else None
    right = second.observation(timepoint, other) if other is not None else None
    if left is None and right is None:
        return
    a, b = _mm(left and left.finding), _mm(right and right.finding)
    difference = None if a is None or b is None else round(10 * (a - b)) / 10
    yield LesionDifference(
        case_id,
        timepoint,
        first.id,
        second.id,
        lesion.region.value,
        lesion.id if own else None,
        other,
        a,
        b,
        difference,
        by,
        apart,
        "" if left is None else STATUS_OF[type(left.finding)].value,
        "" if right is None else STATUS_OF[type(right.finding)].value,
    )


def _matches(case: Case, first: Read, second: Read) -> dict[str, tuple[str, str, float | None]]:
    found: dict[str, tuple[str, str, float | None]] = {}
    taken: set[str] = set()
    for timepoint in case.timepoints:
        near = sorted(_near(timepoint.id, first, second), key=lambda x: x[0])
        for apart, one, other in near:
            if one not in found and other not in taken:
                found[one] = (other, "place", round(apart, 1))
                taken.add(other)
    placed = {read.id: _placed(read) for read in (first, second)}
    for lesion in first.lesions:
        same = second.lesion(lesion.id)
        if lesion.id in found or same is None or same.id in taken:
            continue
        both_placed = lesion.id in placed[first.id] and same.id in placed[second.id]
        if not both_placed and (same.region, same.organ) == (lesion.region, lesion.organ):
            found[lesion.id] = (same.id, "name", None)
            taken.add(same.id)
    return found


def _near(timepoint: str, first: Read, second: Read) -> Iterator[tuple[float, str, str]]:
    for one in first.lesions:
        for other in second.lesions:
            a, b = _line(first, timepoint, one.id), _line(second, timepoint, other.id)
            if a is None or b is None or one.region is not other.region:
                continue
            if a.frame_of_reference_uid is None or a.frame_of_reference_uid != b.frame_of_reference_uid:
                continue
            apart = math.dist(_middle(a), _middle(b))
            longest = max(math.dist(a.start, a.end), math.dist(b.start, b.end))
            if apart <= max(longest / 2, _NEAR_MM):
                yield apart, one.id, other.id


def _placed(read: Read) -> frozenset[str]:
    ids = [o.lesion_id for t in read.timepoints for o in t.observations if getattr(o.finding, "evidence", ())]
    return frozenset(ids)


def _line(read: Read, timepoint: str, lesion_id: str) -> Line | None:
    observation = read.observation(timepoint, lesion_id)
    evidence: Sequence[Line] = getattr(observation.finding, "evidence", ()) if observation is not None else ()
    return evidence[0] if evidence else None


def _middle(line: Line) -> Point:
    (ax, ay, az), (bx, by, bz) = line.start, line.end
    return (ax + bx) / 2, (ay + by) / 2, (az + bz) / 2


def _mm(finding: object) -> float | None:
    diameter = getattr(finding, "diameter", None)
    return diameter.tenths / 10 if isinstance(diameter, Diameter) else None


def _read(case: Case, read_id: str) -> Read:
    read = case.read(read_id)
    if read is None:
        raise KeyError(f"case {case.id} has no read {read_id!r}")
    return read
