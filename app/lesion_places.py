"""Where lesions lie at each time point, and how far the patient has moved between two. Pure; no Qt."""

from __future__ import annotations

from app.linework import place_of
from app.models.reading import Reading
from mrecist.values import Line, Point
from viewers.imaging.geometry import along, minus


def middle_of(line: Line) -> Point:
    """The middle of a line, in patient mm (LPS)."""
    return along(line.start, minus(line.end, line.start), 0.5)


def shift_between(reading: Reading, visit_a: str, visit_b: str) -> tuple[str, str, Point] | None:
    """The two frames of reference, and the mean shift of the lesions that both time points hold, in mm.

    None where no lesion is marked at both, or both share a frame of reference.
    """
    shifts: list[Point] = []
    frames: tuple[str, str] | None = None
    for lesion in reading.read.lesions:
        a, b = place_of(reading.read, visit_a, lesion.id), place_of(reading.read, visit_b, lesion.id)
        if a and b and a.frame_of_reference_uid and b.frame_of_reference_uid:
            shifts.append(minus(middle_of(b), middle_of(a)))
            frames = (a.frame_of_reference_uid, b.frame_of_reference_uid)
    if frames is None or frames[0] == frames[1]:
        return None
    x, y, z = (sum(shift[axis] for shift in shifts) / len(shifts) for axis in range(3))
    return frames[0], frames[1], (x, y, z)
