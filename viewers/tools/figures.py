"""Figures a reader draws on an image plane: what their points mean, where their handles are, how they are reshaped.

A figure is its points in patient mm (LPS), all on one plane:

========================  ==========================================================================================
length, arrow             start and end; an arrow starts at what it points to
bidirectional             both ends of the long line, both ends of the short line, which is perpendicular to it
ellipse                   both ends of one axis, both ends of the other (as the DICOM graphic type ELLIPSE)
freehand                  the corners of a closed outline, three or more
angle                     end of one leg, vertex, end of the other leg
point                     one point
========================  ==========================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import assert_never

from viewers.imaging.geometry import SlicePlane, along, cross, dot, length_mm, minus
from viewers.tools.events import Point

Points = tuple[Point, ...]

ELLIPSE_CORNERS = 72
"""An ellipse is picked and painted as an outline of so many corners; it is measured as an ellipse."""

FREEHAND_HANDLES = 8
_SMALLEST_MM = 1e-6


class FigureKind(StrEnum):
    """The words are stored with every figure."""

    LENGTH = "length"
    BIDIRECTIONAL = "bidirectional"
    ELLIPSE = "ellipse"
    FREEHAND = "freehand"
    ANGLE = "angle"
    ARROW = "arrow"
    POINT = "point"


REGIONS = frozenset({FigureKind.ELLIPSE, FigureKind.FREEHAND})

POINT_COUNTS = {
    FigureKind.LENGTH: 2,
    FigureKind.BIDIRECTIONAL: 4,
    FigureKind.ELLIPSE: 4,
    FigureKind.ANGLE: 3,
    FigureKind.ARROW: 2,
    FigureKind.POINT: 1,
}
"""How many points a figure has; an outline has three or more."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that can be picked: its id, its kind and its points in patient mm (LPS)."""

    id: str
    kind: FigureKind
    points: Points
    editable: bool = True


def is_sound(kind: FigureKind, points: Sequence[Point]) -> bool:
    """Whether the points make a figure of this kind: as many as it has, finite, and no side without length."""
    if not all(math.isfinite(value) for point in points for value in point):
        return False
    wanted = POINT_COUNTS.get(kind)
    if len(points) != wanted if wanted is not None else len(points) < 3:
        return False
    sides = [side for stroke in strokes(kind, points) for side in pairwise(stroke)]
    if kind is FigureKind.ELLIPSE:
        sides = [(points[0], points[1]), (points[2], points[3])]
    if kind is FigureKind.FREEHAND:
        return any(length_mm(a, b) > _SMALLEST_MM for a, b in sides)
    return all(length_mm(a, b) > _SMALLEST_MM for a, b in sides)


def strokes(kind: FigureKind, points: Sequence[Point], closed: bool = True) -> tuple[Points, ...]:
    """The lines a figure is painted and picked as, each a row of points; of a figure under way, what there is of it."""
    match kind:
        case FigureKind.LENGTH | FigureKind.ARROW | FigureKind.ANGLE | FigureKind.POINT:
            return (tuple(points),)
        case FigureKind.BIDIRECTIONAL:
            return tuple(tuple(points[n : n + 2]) for n in range(0, len(points), 2))
        case FigureKind.ELLIPSE:
            return (ellipse_outline(points),)
        case FigureKind.FREEHAND:
            return ((*points, points[0]) if closed else tuple(points),)
        case _:
            assert_never(kind)


def ellipse_outline(points: Sequence[Point]) -> Points:
    """Corners of an outline along an ellipse, the first again at the end; `points` are the ends of its axes."""
    centre = middle(points[0], points[1])
    u, v = minus(points[1], centre), minus(points[3], centre)
    turns = (2 * math.pi * n / ELLIPSE_CORNERS for n in range(ELLIPSE_CORNERS + 1))
    return tuple(along(along(centre, u, math.cos(turn)), v, math.sin(turn)) for turn in turns)


def ellipse_in_box(corner: Point, opposite: Point, right: Point, down: Point) -> Points:
    """The ellipse in the box between two corners, with its axes along the unit vectors `right` and `down`."""
    across = minus(opposite, corner)
    width, height = dot(across, right), dot(across, down)
    centre = middle(corner, along(along(corner, right, width), down, height))
    return (
        along(centre, right, -width / 2),
        along(centre, right, width / 2),
        along(centre, down, -height / 2),
        along(centre, down, height / 2),
    )


def middle(a: Point, b: Point) -> Point:
    """The point halfway between two."""
    return along(a, minus(b, a), 0.5)


def handle_points(kind: FigureKind, points: Sequence[Point]) -> tuple[int, ...]:
    """Which of a figure's points have a handle: all of them, but of a long outline some, evenly apart."""
    if kind is not FigureKind.FREEHAND or len(points) <= FREEHAND_HANDLES:
        return tuple(range(len(points)))
    run = _run_mm(points)
    wanted = [run[-1] * n / FREEHAND_HANDLES for n in range(FREEHAND_HANDLES)]
    return tuple(sorted({min(range(len(points)), key=lambda i: abs(run[i] - place)) for place in wanted}))


def reshaped(kind: FigureKind, points: Points, handle: int, target: Point, plane: SlicePlane) -> Points | None:
    """The figure with point number `handle` moved to `target`; None when that leaves no figure.

    The short line of a bidirectional stays perpendicular: turning the long line carries it along, at the same share
    of its length and with the same length on each side; dragging an end of the short line slides it along the long
    one. The end of an ellipse's axis moves along its axis, against the other end. A long outline is pulled: its corners
    follow, less and less, up to the neighbouring handles.
    """
    match kind:
        case FigureKind.BIDIRECTIONAL:
            moved = _reshaped_bidirectional(points, handle, target, plane)
        case FigureKind.ELLIPSE:
            moved = _reshaped_ellipse(points, handle, target)
        case FigureKind.FREEHAND:
            few = len(points) <= FREEHAND_HANDLES
            moved = _replaced(points, handle, target) if few else _pulled(points, handle, target)
        case FigureKind.LENGTH | FigureKind.ANGLE | FigureKind.ARROW | FigureKind.POINT:
            moved = _replaced(points, handle, target)
        case _:
            assert_never(kind)
    return moved if moved is not None and is_sound(kind, moved) else None


def shifted(points: Points, by: Point) -> Points:
    """The figure moved as a whole by a vector in mm."""
    return tuple(along(point, by, 1.0) for point in points)


def across(long: tuple[Point, Point], start: Point, wanted: Point, plane: SlicePlane) -> Point:
    """The end of a line from `start` that is nearest to `wanted` and perpendicular to the long line, in the plane."""
    direction = cross(plane.normal, minus(long[1], long[0]))
    return along(start, direction, dot(minus(wanted, start), direction) / dot(direction, direction))


def angle_degrees(points: Sequence[Point]) -> float:
    """The angle at the middle of three points, 0 to 180 degrees."""
    a, b = minus(points[0], points[1]), minus(points[2], points[1])
    return math.degrees(math.atan2(math.hypot(*cross(a, b)), dot(a, b)))


def _reshaped_bidirectional(points: Points, handle: int, target: Point, plane: SlicePlane) -> Points | None:
    start, end, short_start, short_end = points
    along_long, sides = _on_long((start, end), (short_start, short_end), plane)
    if handle < 2:
        ends = (target, end) if handle == 0 else (start, target)
        return None if length_mm(*ends) <= _SMALLEST_MM else (*ends, *_short(ends, along_long, sides, plane))
    place, side = _on_long((start, end), (target, target), plane)
    sides = (side[0], sides[1]) if handle == 2 else (sides[0], side[0])
    return (start, end, *_short((start, end), place, sides, plane))


def _on_long(
    long: tuple[Point, Point], short: tuple[Point, Point], plane: SlicePlane
) -> tuple[float, tuple[float, float]]:
    """Where the first point of `short` lies along the long line (share of it), and how far both lie beside it (mm)."""
    run = minus(long[1], long[0])
    squared = dot(run, run)
    sideways = cross(plane.normal, run)
    unit = math.sqrt(dot(sideways, sideways))
    offsets = [minus(point, long[0]) for point in short]
    return dot(offsets[0], run) / squared, (dot(offsets[0], sideways) / unit, dot(offsets[1], sideways) / unit)


def _short(
    long: tuple[Point, Point], place: float, sides: tuple[float, float], plane: SlicePlane
) -> tuple[Point, Point]:
    run = minus(long[1], long[0])
    foot = along(long[0], run, place)
    sideways = cross(plane.normal, run)
    unit = math.sqrt(dot(sideways, sideways))
    return along(foot, sideways, sides[0] / unit), along(foot, sideways, sides[1] / unit)


def _reshaped_ellipse(points: Points, handle: int, target: Point) -> Points | None:
    first = handle // 2 * 2
    held, fixed = points[handle], points[first + 1 - handle % 2]
    axis = minus(held, fixed)
    moved = along(fixed, axis, dot(minus(target, fixed), axis) / dot(axis, axis))
    by = along((0.0, 0.0, 0.0), minus(moved, held), 0.5)
    other = shifted((points[2 - first], points[3 - first]), by)
    own = (moved, fixed) if handle % 2 == 0 else (fixed, moved)
    return (*own, *other) if first == 0 else (*other, *own)


def _replaced(points: Points, handle: int, target: Point) -> Points:
    return (*points[:handle], target, *points[handle + 1 :])


def _pulled(points: Points, handle: int, target: Point) -> Points:
    by = minus(target, points[handle])
    run = _run_mm(points)
    reach = run[-1] / FREEHAND_HANDLES
    moved = []
    for n, point in enumerate(points):
        apart = abs(run[n] - run[handle])
        apart = min(apart, run[-1] - apart)
        moved.append(along(point, by, 0.5 + 0.5 * math.cos(math.pi * apart / reach) if apart < reach else 0.0))
    return tuple(moved)


def _run_mm(points: Sequence[Point]) -> list[float]:
    """How far along the outline each corner lies; the last entry is the whole way round."""
    sides = [length_mm(a, b) for a, b in pairwise((*points, points[0]))]
    return [0.0, *accumulate(sides)]
