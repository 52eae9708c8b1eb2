"""Where the plane of one image cuts the plane of another."""

from __future__ import annotations

import math
from dataclasses import dataclass

from viewers.imaging.geometry import SlicePlane, along, cross, dot
from viewers.tools.events import Point

PARALLEL_DEGREES = 10.0
"""Planes that differ by less do not cut each other in a line worth showing."""

_LEAST_SINE = math.sin(math.radians(PARALLEL_DEGREES))


@dataclass(frozen=True, slots=True)
class Field:
    """The field of view of an image: its plane, its size in pixels and the space its places belong to."""

    plane: SlicePlane
    rows: int
    columns: int
    frame_of_reference_uid: str | None


def plane_line(plane: SlicePlane, onto: SlicePlane) -> tuple[Point, Point] | None:
    """The line in which two planes cut: a point of it (LPS mm) and its direction (unit vector).

    None where the planes are parallel within 10 degrees.
    """
    a, b = plane.normal, onto.normal
    direction = cross(a, b)
    sine = math.hypot(*direction)
    if sine < _LEAST_SINE:
        return None
    a_mm, b_mm = dot(plane.origin, a), dot(onto.origin, b)
    cosine = dot(a, b)
    by_a, by_b = (a_mm - b_mm * cosine) / sine**2, (b_mm - a_mm * cosine) / sine**2
    point = along(along((0.0, 0.0, 0.0), a, by_a), b, by_b)
    return point, along((0.0, 0.0, 0.0), direction, 1.0 / sine)


def within(plane: SlicePlane, rows: int, columns: int, point: Point, direction: Point) -> tuple[Point, Point] | None:
    """The part of a line in the plane that lies in the image, whole pixels counted; None where it passes it by."""
    near, far = -math.inf, math.inf
    at = plane.to_pixel(point)
    ahead = plane.to_pixel(along(point, direction, 1.0))
    for start, next_, count in zip(at, ahead, (columns, rows), strict=True):
        speed = next_ - start
        low, high = -0.5 - start, count - 0.5 - start
        if abs(speed) < 1e-12:
            if low > 0 or high < 0:
                return None
            continue
        first, last = sorted((low / speed, high / speed))
        near, far = max(near, first), min(far, last)
    if not near < far or not math.isfinite(near) or not math.isfinite(far):
        return None
    return along(point, direction, near), along(point, direction, far)


def reference_line(image: Field, onto: Field) -> tuple[Point, Point] | None:
    """Where an image, as far as its field of view goes, cuts the plane of another: both ends, LPS mm.

    None where the planes are parallel within 10 degrees, where the image does not reach the plane, or where the
    two do not belong to one frame of reference.
    """
    if not image.frame_of_reference_uid or image.frame_of_reference_uid != onto.frame_of_reference_uid:
        return None
    line = plane_line(image.plane, onto.plane)
    return None if line is None else within(image.plane, image.rows, image.columns, *line)
