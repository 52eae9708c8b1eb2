"""Patient geometry: planes, lengths, stacks of slices and their affine.

Points are patient coordinates in mm, LPS: x grows to the patient's left, y to the back, z to the head. Pixel
coordinates name the centre of a pixel by whole numbers: (0.0, 0.0) is the centre of the first pixel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Vector

EVEN_FRACTION, EVEN_MM = 0.02, 0.1
"""Slices are evenly spaced when every gap is within 2 % or 0.1 mm, the larger, of the mean gap."""

SAME_POSITION_MM = 0.01
TILT_DEGREES = 0.5
OBLIQUE_DEGREES = 15.0

PARALLEL_DEGREES = 10.0
"""Planes this near to each other count as parallel, and one this near to the axial plane as axial."""

_FLAT_MM = 1e-3
_UNIT_TOLERANCE = 1e-3


def length_mm(a: Vector, b: Vector) -> float:
    """Length of the straight line between two patient points in mm: the one function that measures lengths."""
    return math.dist(a, b)


def dot(a: Vector, b: Vector) -> float:
    """The scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """The vector product a x b."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def minus(a: Vector, b: Vector) -> Vector:
    """The vector from `b` to `a`."""
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def along(start: Vector, direction: Vector, distance_mm: float) -> Vector:
    """The point `distance_mm` from `start` along a unit `direction`."""
    return (
        start[0] + direction[0] * distance_mm,
        start[1] + direction[1] * distance_mm,
        start[2] + direction[2] * distance_mm,
    )


def is_parallel(a: Vector, b: Vector) -> bool:
    """Whether two planes, given by their unit normals, are parallel within `PARALLEL_DEGREES`; either may be turned."""
    return abs(dot(a, b)) >= math.cos(math.radians(PARALLEL_DEGREES))


def is_axial(normal: Vector) -> bool:
    """Whether the plane at right angles to a unit vector (LPS) is axial within `PARALLEL_DEGREES`."""
    return is_parallel(normal, (0.0, 0.0, 1.0))


def normal_of(points: Sequence[Vector]) -> Vector | None:
    """Unit normal, either way round, of the plane that patient points (mm, LPS) span best.

    None when they span none: fewer than three, or all on one line.
    """
    if len(points) < 3:
        return None
    places = np.asarray(points, np.float64)
    _, spread, directions = np.linalg.svd(places - places.mean(axis=0), full_matrices=False)
    if not spread[1] > _FLAT_MM:
        return None
    x, y, z = directions[2]
    return float(x), float(y), float(z)


def directions_of(orientation: Sequence[float] | None) -> tuple[Vector, Vector] | None:
    """Row and column direction from the six values of ImageOrientationPatient, made exactly unit length.

    None when they are not two unit vectors at a right angle (within 0.001): such an orientation is not believed.
    """
    if orientation is None or len(orientation) != 6 or not all(map(math.isfinite, orientation)):
        return None
    row = (orientation[0], orientation[1], orientation[2])
    column = (orientation[3], orientation[4], orientation[5])
    lengths = math.hypot(*row), math.hypot(*column)
    if any(abs(length - 1) > _UNIT_TOLERANCE for length in lengths) or abs(dot(row, column)) > _UNIT_TOLERANCE:
        return None
    unit_row = (row[0] / lengths[0], row[1] / lengths[0], row[2] / lengths[0])
    unit_column = (column[0] / lengths[1], column[1] / lengths[1], column[2] / lengths[1])
    return unit_row, unit_column


@dataclass(frozen=True, slots=True)
class SlicePlane:
    """Where the pixels of one slice are in the patient.

    Parameters
    ----------
    origin
        Centre of the first pixel, LPS mm.
    row_direction, column_direction
        Unit vectors along which the column index and the row index grow.
    row_spacing_mm, column_spacing_mm
        Distance between the centres of neighbouring rows, and of neighbouring columns (DICOM's PixelSpacing order).
    """

    origin: Vector
    row_direction: Vector
    column_direction: Vector
    row_spacing_mm: float
    column_spacing_mm: float

    @property
    def normal(self) -> Vector:
        """Unit vector row x column."""
        return cross(self.row_direction, self.column_direction)

    def to_world(self, column: float, row: float) -> Vector:
        """The patient point, LPS mm, of a pixel coordinate."""
        in_row = along(self.origin, self.row_direction, column * self.column_spacing_mm)
        return along(in_row, self.column_direction, row * self.row_spacing_mm)

    def to_pixel(self, point: Vector) -> tuple[float, float]:
        """The pixel coordinate (column, row) of a patient point, projected onto the plane along its normal."""
        offset = minus(point, self.origin)
        return (
            dot(offset, self.row_direction) / self.column_spacing_mm,
            dot(offset, self.column_direction) / self.row_spacing_mm,
        )

    def distance_mm(self, point: Vector) -> float:
        """Signed distance of a patient point from the plane along its normal, mm."""
        return dot(minus(point, self.origin), self.normal)


@dataclass(frozen=True, slots=True)
class StackCheck:
    """What the positions of slices of one orientation say about the stack.

    `order` lists the slices along the normal; the other fields count along that order. `gaps_mm[i]` lies between
    the slices i and i + 1; `duplicates` and `missing` name such gaps. `uneven` is about the gaps, `crooked` about
    slices that lie sideways of the line from the first to the last.
    """

    order: tuple[int, ...]
    gaps_mm: tuple[float, ...]
    spacing_mm: float | None
    duplicates: tuple[int, ...]
    missing: tuple[int, ...]
    uneven: bool
    crooked: bool
    tilt_degrees: float
    shifted_mm: float

    @property
    def sound(self) -> bool:
        """True when one affine describes the stack: two slices or more, evenly spaced, straight, none twice."""
        return (
            self.spacing_mm is not None
            and not self.duplicates
            and not self.missing
            and not self.uneven
            and not self.crooked
            and self.tilt_degrees <= TILT_DEGREES
        )


def tolerance_mm(spacing_mm: float) -> float:
    """How far a distance between evenly spaced slices may be from the usual one."""
    return max(EVEN_FRACTION * spacing_mm, EVEN_MM)


def check_stack(
    positions: Sequence[Vector],
    row_direction: Vector,
    column_direction: Vector,
    thicknesses_mm: Sequence[float | None] | None = None,
) -> StackCheck:
    """Order slices along their normal and tell gaps, repeats, unevenness and tilt.

    Parameters
    ----------
    positions
        Centre of the first pixel of each slice, LPS mm, in any order.
    row_direction, column_direction
        The unit vectors the slices share.
    thicknesses_mm
        Slice thickness of each, where known: a wide gap that thick slices fill is uneven, not missing.

    Returns
    -------
    StackCheck
        `spacing_mm` is the mean gap, and None unless the gaps are even. Tilt is the angle between the normal and the
        line from the first to the last slice (a sheared stack); `shifted_mm` how far any slice lies off that line.
    """
    normal = cross(row_direction, column_direction)
    heights = [dot(position, normal) for position in positions]
    order = tuple(sorted(range(len(positions)), key=lambda i: heights[i]))
    gaps = tuple(heights[b] - heights[a] for a, b in pairwise(order))
    duplicates = tuple(i for i, gap in enumerate(gaps) if gap <= SAME_POSITION_MM)
    true_gaps = sorted(gap for gap in gaps if gap > SAME_POSITION_MM)
    tilt, shifted = _shear([positions[i] for i in order], normal)
    if not true_gaps:
        return StackCheck(order, gaps, None, duplicates, (), False, False, tilt, shifted)
    usual = true_gaps[(len(true_gaps) - 1) // 2]
    missing = tuple(
        i
        for i, gap in enumerate(gaps)
        if gap > 1.5 * usual
        and gap > usual + tolerance_mm(usual)
        and gap > 1.5 * _thickness_mm(thicknesses_mm, order[i], order[i + 1])
    )
    others = [gap for i, gap in enumerate(gaps) if i not in missing and i not in duplicates]
    mean = sum(others) / len(others) if others else usual
    uneven = any(abs(gap - mean) > tolerance_mm(mean) for gap in others)
    crooked = shifted > tolerance_mm(mean)
    even = not (uneven or crooked or missing or duplicates)
    return StackCheck(order, gaps, mean if even else None, duplicates, missing, uneven, crooked, tilt, shifted)


def _thickness_mm(thicknesses_mm: Sequence[float | None] | None, a: int, b: int) -> float:
    known = [t for t in (thicknesses_mm[a], thicknesses_mm[b]) if t is not None] if thicknesses_mm else []
    return sum(known) / len(known) if known else 0.0


def _shear(ordered: Sequence[Vector], normal: Vector) -> tuple[float, float]:
    if len(ordered) < 2:
        return 0.0, 0.0
    run = minus(ordered[-1], ordered[0])
    rise = dot(run, normal)
    if rise <= SAME_POSITION_MM:
        return 0.0, max(length_mm(p, ordered[0]) for p in ordered)
    sideways = minus(run, along((0.0, 0.0, 0.0), normal, rise))
    tilt = math.degrees(math.atan2(math.hypot(*sideways), rise))
    slope = (run[0] / rise, run[1] / rise, run[2] / rise)
    shifted = 0.0
    for position in ordered:
        offset = minus(position, ordered[0])
        on_line = along((0.0, 0.0, 0.0), slope, dot(offset, normal))
        shifted = max(shifted, length_mm(offset, on_line))
    return tilt, shifted


def affine_of(
    positions: Sequence[Vector],
    row_direction: Vector,
    column_direction: Vector,
    pixel_spacing_mm: tuple[float, float],
) -> NDArray[np.float64]:
    """The 4 x 4 matrix from voxel (k, j, i, 1) = (slice, row, column, 1) to patient LPS mm of a sound stack.

    `positions` are in stack order, two or more; the step between slices is the mean one, in all three coordinates.
    """
    if len(positions) < 2:
        raise ValueError("one slice has no spacing between slices, hence no affine")
    steps = len(positions) - 1
    affine = np.eye(4)
    affine[:3, 0] = (np.asarray(positions[-1]) - np.asarray(positions[0])) / steps
    affine[:3, 1] = np.asarray(column_direction) * pixel_spacing_mm[0]
    affine[:3, 2] = np.asarray(row_direction) * pixel_spacing_mm[1]
    affine[:3, 3] = positions[0]
    return affine


@dataclass(frozen=True, slots=True)
class EdgeLetters:
    """Where the patient's sides are on the edges of an image: A P R L H F, two letters when it is oblique."""

    left: str
    right: str
    top: str
    bottom: str


def direction_letters(direction: Vector) -> str:
    """The side of the patient a unit direction points to; a second letter when it is more than 15 degrees off."""
    letters = (("L", "R"), ("P", "A"), ("H", "F"))
    axes = sorted(range(3), key=lambda axis: -abs(direction[axis]))
    name = "".join(letters[axis][0 if direction[axis] > 0 else 1] for axis in axes[:2])
    off = math.degrees(math.acos(min(1.0, abs(direction[axes[0]]))))
    return name if off > OBLIQUE_DEGREES else name[0]


def edge_letters(row_direction: Vector, column_direction: Vector) -> EdgeLetters:
    """Letters for the four edges of an image shown with its columns to the right and its rows downwards."""

    def opposite(direction: Vector) -> Vector:
        return (-direction[0], -direction[1], -direction[2])

    return EdgeLetters(
        left=direction_letters(opposite(row_direction)),
        right=direction_letters(row_direction),
        top=direction_letters(opposite(column_direction)),
        bottom=direction_letters(column_direction),
    )
