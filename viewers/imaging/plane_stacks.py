"""Where other planes through a volume lie: axial, coronal, sagittal and oblique ones, stood the radiological way.

The patient's head is up and his right at the left of the picture; on an axial plane his front is up. Planes need one
affine for all slices; `why_not_resliced` says in words where there is none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Vector
from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import SlicePlane, along, cross, dot, minus
from viewers.imaging.volume import Volume

STRAIGHT_MM = 0.005
"""Voxels are shown as they are while no voxel is farther than this from the right-angled grid of the plane."""

_NEARLY_AXIAL = math.cos(math.radians(30.0))


class Orientation(Enum):
    """The planes of the body; the value is the word that a view shows."""

    AXIAL = "AX"
    CORONAL = "COR"
    SAGITTAL = "SAG"


_LEFT, _BACK, _FEET = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, -1.0)
_STOOD: dict[Orientation, tuple[Vector, Vector]] = {
    Orientation.AXIAL: (_LEFT, _BACK),
    Orientation.CORONAL: (_LEFT, _FEET),
    Orientation.SAGITTAL: (_BACK, _FEET),
}
"""Where the right and the lower edge of the picture point in the patient (LPS)."""

_ACROSS: dict[Orientation, Vector] = {
    Orientation.AXIAL: (0.0, 0.0, 1.0),
    Orientation.CORONAL: (0.0, 1.0, 0.0),
    Orientation.SAGITTAL: (1.0, 0.0, 0.0),
}
"""The direction in which the planes are counted: to the head, to the back, to the left."""


@dataclass(frozen=True, slots=True)
class PlaneStack:
    """Parallel planes through a volume.

    Parameters
    ----------
    first
        The plane counted 0.
    rows, columns
        Pixels of every plane.
    count
        How many planes there are.
    step
        From one plane to the next, LPS mm.
    voxels
        The axis of the volume (0 slices, 1 rows, 2 columns), and its sense (1 or -1), that runs across the planes,
        down the picture and to its right; None where the planes lie between the voxels.
    """

    first: SlicePlane
    rows: int
    columns: int
    count: int
    step: Vector
    voxels: tuple[tuple[int, int], tuple[int, int], tuple[int, int]] | None = None

    @property
    def gap_mm(self) -> float:
        """Distance between neighbouring planes."""
        return abs(dot(self.step, self.first.normal))

    def plane(self, k: int) -> SlicePlane:
        """Where the pixels of plane `k` are."""
        first = self.first
        return SlicePlane(
            along(first.origin, self.step, float(k)),
            first.row_direction,
            first.column_direction,
            first.row_spacing_mm,
            first.column_spacing_mm,
        )

    def nearest(self, point: Vector) -> int:
        """The plane nearest to a place in the patient (LPS mm), within the stack."""
        height = dot(minus(point, self.first.origin), self.first.normal) / dot(self.step, self.first.normal)
        return min(self.count - 1, max(0, round(height)))

    def off_mm(self, point: Vector) -> float:
        """How far a place is from the nearest plane, mm."""
        return abs(self.plane(self.nearest(point)).distance_mm(point))


def why_not_resliced(volume: Volume) -> str:
    """Why no other planes can be made of a volume, and what holds instead; empty where they can."""
    if volume.affine is not None:
        return ""
    if len(volume.series.slices) < 2:
        return "One image alone has no other planes."
    reasons = " ".join(volume.series.why_not)
    return f"These images do not form one even volume; they are shown as they were taken. {reasons}".strip()


def stack_of(volume: Volume, orientation: Orientation) -> PlaneStack:
    """The planes of one orientation, one for each voxel across them.

    They follow the axes of the volume: each is the axis nearest to the patient's, so that in an oblique volume they
    are as oblique as its images.

    Raises
    ------
    ImagingError
        The volume has no one affine.
    """
    affine = _affine(volume)
    wanted = (_ACROSS[orientation], _STOOD[orientation][1], _STOOD[orientation][0])
    axes = _nearest_axes(affine, wanted)
    counts = [volume.shape[axis] for axis, _ in axes]
    across, down, right = (_vector(sense * affine[:3, axis]) for axis, sense in axes)
    origin = _vector(affine[:3, 3] + sum(affine[:3, axis] * (volume.shape[axis] - 1) for axis, s in axes if s < 0))
    row, row_mm = _unit(right)
    column, column_mm = _unit(down)
    lean = dot(row, column)
    column, _ = _unit(along(column, row, -lean))
    if abs(lean) * max(counts[1] * column_mm, counts[2] * row_mm) > STRAIGHT_MM:
        return _covering(volume, row, column, (column_mm, row_mm), abs(dot(across, cross(row, column))), across)
    plane = SlicePlane(origin, row, column, column_mm, row_mm)
    return PlaneStack(plane, counts[1], counts[2], counts[0], across, (axes[0], axes[1], axes[2]))


def stood(normal: Vector) -> tuple[Vector, Vector]:
    """How a plane with this normal is stood: the directions to the right and down the picture, unit vectors (LPS).

    The head is up and the patient's right, or his front, at the left. Within 30 degrees of an axial plane his front
    is up and his right at the left.
    """
    normal, _ = _unit(normal)
    if abs(normal[2]) > _NEARLY_AXIAL:
        upwards = normal if normal[2] > 0 else along((0.0, 0.0, 0.0), normal, -1.0)
        right, _ = _unit(along(_LEFT, upwards, -dot(_LEFT, upwards)))
        return right, cross(upwards, right)
    down, _ = _unit(along(_FEET, normal, -dot(_FEET, normal)))
    right = cross(down, normal)
    return (right if right[0] + right[1] >= 0 else along((0.0, 0.0, 0.0), right, -1.0)), down


def oblique_stack(volume: Volume, row_direction: Vector, column_direction: Vector, place: Vector) -> PlaneStack:
    """Planes at any orientation that cover the volume, one of which holds `place`.

    Pixels are square and as small as the smallest voxel distance; planes are as far apart as voxels are in that
    direction.

    Parameters
    ----------
    row_direction, column_direction
        Unit vectors at a right angle (LPS): to the right and down the picture.
    place
        A place in the patient, LPS mm.

    Raises
    ------
    ImagingError
        The volume has no one affine.
    """
    affine = _affine(volume)
    normal = np.asarray(cross(row_direction, column_direction))
    pixel_mm = float(np.linalg.norm(affine[:3, :3], axis=0).min())
    # how many voxels 1 mm along the normal crosses: its length in voxels
    gap_mm = 1.0 / float(np.linalg.norm(np.linalg.inv(affine[:3, :3]) @ normal))
    return _covering(volume, row_direction, column_direction, (pixel_mm, pixel_mm), gap_mm, place=place)


def _affine(volume: Volume) -> NDArray[np.float64]:
    if volume.affine is None:
        raise ImagingError(why_not_resliced(volume))
    return volume.affine


def _vector(values: NDArray[np.float64]) -> Vector:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _unit(vector: Vector) -> tuple[Vector, float]:
    """Direction and length."""
    length = math.hypot(*vector)
    return (vector[0] / length, vector[1] / length, vector[2] / length), length


def _nearest_axes(affine: NDArray[np.float64], wanted: tuple[Vector, Vector, Vector]) -> list[tuple[int, int]]:
    """Which axis of the volume runs along each wanted direction, and in which sense."""
    directions = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    cosines = np.asarray(wanted) @ directions
    best = max(permutations(range(3)), key=lambda order: sum(abs(cosines[n, axis]) for n, axis in enumerate(order)))
    return [(axis, 1 if cosines[n, axis] >= 0 else -1) for n, axis in enumerate(best)]


def _covering(
    volume: Volume,
    row: Vector,
    column: Vector,
    spacing_mm: tuple[float, float],
    gap_mm: float,
    sense: Vector | None = None,
    place: Vector | None = None,
) -> PlaneStack:
    """Planes between the voxels that cover every voxel. `spacing_mm` is between rows, between columns."""
    affine = _affine(volume)
    normal = cross(row, column)
    corners = np.array(list(product(*((-0.5, n - 0.5) for n in volume.shape))))
    placed = corners @ affine[:3, :3].T + affine[:3, 3]
    u, v, w = (placed @ np.asarray(direction) for direction in (row, column, normal))
    columns = max(1, math.ceil(round(float(np.ptp(u)) / spacing_mm[1], 6)))
    rows = max(1, math.ceil(round(float(np.ptp(v)) / spacing_mm[0], 6)))
    left = (u.min() + u.max() - (columns - 1) * spacing_mm[1]) / 2
    top = (v.min() + v.max() - (rows - 1) * spacing_mm[0]) / 2
    if place is None:
        count = max(1, math.ceil(round(float(np.ptp(w)) / gap_mm, 6)))
        lowest = float(w.min() + w.max() - (count - 1) * gap_mm) / 2
    else:
        height = dot(place, normal)
        below = max(0, math.floor((height - float(w.min())) / gap_mm))
        above = max(0, math.floor((float(w.max()) - height) / gap_mm))
        count, lowest = below + above + 1, height - below * gap_mm
    step = gap_mm
    if sense is not None and dot(sense, normal) < 0:
        lowest, step = lowest + (count - 1) * gap_mm, -gap_mm
    origin = along(along(along((0.0, 0.0, 0.0), row, float(left)), column, float(top)), normal, lowest)
    first = SlicePlane(origin, row, column, *spacing_mm)
    return PlaneStack(first, rows, columns, count, along((0.0, 0.0, 0.0), normal, step))
