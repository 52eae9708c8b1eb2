"""Which line, and which part of it, lies under the pointer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from viewers.imaging.geometry import along, dot, length_mm, minus
from viewers.tools.events import Point

HANDLE_PX = 10.0
BODY_PX = 5.0


class Part(Enum):
    START = auto()
    END = auto()
    BODY = auto()


@dataclass(frozen=True, slots=True)
class Segment:
    """A line that can be picked: its id and its ends in patient mm (LPS)."""

    id: str
    start: Point
    end: Point
    editable: bool = True


@dataclass(frozen=True, slots=True)
class Grip:
    """A part of a line that is held or selected."""

    line: Segment
    part: Part


def nearest_between(start: Point, end: Point, point: Point) -> Point:
    """The point of the line from `start` to `end` that is nearest to `point` (LPS mm)."""
    run = minus(end, start)
    squared = dot(run, run)
    if squared == 0.0:
        return start
    share = dot(minus(point, start), run) / squared
    return along(start, run, min(1.0, max(0.0, share)))


def nearest_on(segment: Segment, point: Point) -> Point:
    """The point of a line that is nearest to `point` (LPS mm)."""
    return nearest_between(segment.start, segment.end, point)


def grip_at(point: Point, segments: Iterable[Segment], mm_per_px: float) -> Grip | None:
    """The handle within 10 px of the screen, else the line within 5 px; the nearest of several, else None.

    Only an editable line has handles. `point` is in patient mm (LPS).
    """
    lines = tuple(segments)
    ends = [
        (length_mm(point, end), Grip(line, part))
        for line in lines
        if line.editable
        for part, end in ((Part.START, line.start), (Part.END, line.end))
    ]
    bodies = [(length_mm(point, nearest_on(line, point)), Grip(line, Part.BODY)) for line in lines]
    for reach, found in ((HANDLE_PX, ends), (BODY_PX, bodies)):
        near = [(distance, grip) for distance, grip in found if distance <= reach * mm_per_px]
        if near:
            return min(near, key=lambda entry: entry[0])[1]
    return None


def grip_distance_mm(point: Point, grip: Grip) -> float:
    """How far a place (LPS mm) is from the part of a line that was caught there."""
    if grip.part is Part.BODY:
        return length_mm(point, nearest_on(grip.line, point))
    return length_mm(point, grip.line.start if grip.part is Part.START else grip.line.end)
