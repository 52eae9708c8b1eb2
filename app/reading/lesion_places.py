"""Where lesions lie at each time point, and how far the patient has moved between two. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.models.reading import Reading
from app.reading.body_parts import Part
from app.reading.lesion_parts import part_in
from app.reading.linework import place_of
from mrecist.values import Line, Point
from viewers.imaging.geometry import along, minus


@dataclass(frozen=True, slots=True)
class Place:
    """A place in one frame of reference (LPS mm); `measured` where a line of that time point says so.

    `error` says how far an expected place may be off, where no chip of the views tells.
    """

    point: Point
    frame_of_reference_uid: str | None
    measured: bool
    error: str = ""


def middle_of(line: Line) -> Point:
    """The middle of a line, in patient mm (LPS)."""
    return along(line.start, minus(line.end, line.start), 0.5)


def lesion_shifts(
    reading: Reading, visit_a: str, visit_b: str, part: Part | None = None
) -> dict[tuple[str, str], tuple[Point, ...]]:
    """How far the lesions that both time points hold have moved, in mm (LPS), by the two frames of reference.

    With a `part` only the lesions that move with it: liver and chest are taken at different depths of breath.
    """
    shifts: dict[tuple[str, str], tuple[Point, ...]] = {}
    for lesion in reading.read.lesions:
        if part is not None and part_in(reading, lesion) is not part:
            continue
        a, b = place_of(reading.read, visit_a, lesion.id), place_of(reading.read, visit_b, lesion.id)
        if a and b and a.frame_of_reference_uid and b.frame_of_reference_uid:
            frames = (a.frame_of_reference_uid, b.frame_of_reference_uid)
            shifts[frames] = (*shifts.get(frames, ()), minus(middle_of(b), middle_of(a)))
    return shifts


def mean_shift(shifts: Sequence[Point]) -> Point:
    """The mean of shifts in mm."""
    x, y, z = (sum(shift[axis] for shift in shifts) / len(shifts) for axis in range(3))
    return x, y, z


def shift_between(reading: Reading, visit_a: str, visit_b: str) -> tuple[str, str, Point] | None:
    """The two frames of reference, and the mean shift of the lesions that both time points hold, in mm.

    Where a time point has several frames, those in which most lesions lie. None where no lesion is marked at both, or
    both share a frame of reference.
    """
    shifts = lesion_shifts(reading, visit_a, visit_b)
    apart = {frames: moved for frames, moved in shifts.items() if frames[0] != frames[1]}
    if not apart:
        return None
    (frame_a, frame_b), moved = max(apart.items(), key=lambda item: len(item[1]))
    return frame_a, frame_b, mean_shift(moved)


def expected_place(reading: Reading, visit_id: str, lesion_id: str) -> Place | None:
    """Where a lesion is at a time point: where it was marked, or where its place at another one has moved to.

    None where nothing is known of it: no line there, and no lesion that both time points hold.
    """
    line = place_of(reading.read, visit_id, lesion_id)
    if line is not None:
        return Place(middle_of(line), line.frame_of_reference_uid, measured=True)
    for other in reversed(reading.visits):
        seen = place_of(reading.read, other.id, lesion_id)
        shift = shift_between(reading, other.id, visit_id) if seen is not None else None
        if seen is not None and shift is not None and shift[0] == seen.frame_of_reference_uid:
            return Place(along(middle_of(seen), shift[2], 1.0), shift[1], measured=False)
    return None
