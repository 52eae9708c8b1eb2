"""Other planes through a loaded volume: axial, coronal, sagittal, oblique, and slabs of them.

Planes are stood the radiological way: the patient's head up, his right at the left of the picture; on an axial plane
his front up. They need one affine for all slices; `why_not_resliced` says in words where there is none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from itertools import permutations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Vector
from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import SlicePlane, along, cross, dot, minus
from viewers.imaging.sampling import padding_entries, sample_plane
from viewers.imaging.volume import PADDED, Volume

STRAIGHT_MM = 0.005
"""Voxels are shown as they are while no voxel is farther than this from the right-angled grid of the plane."""

_SLIVER = 1e-6
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


class Projection(Enum):
    """How the planes of a slab become one picture; the value is the word that a view shows."""

    MIP = "MIP"
    MEAN = "MEAN"


@dataclass(frozen=True, slots=True)
class Slab:
    """The brightest (MIP) or the mean value within `thickness_mm`, half of it on either side of a plane."""

    projection: Projection
    thickness_mm: float


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


@dataclass(frozen=True, slots=True, eq=False)
class PlaneImage:
    """Values of a plane in the volume's unit: int16, or float32 for a volume of stored values.

    `outside` marks pixels at which nothing was measured, or has not been read yet; their value is -32768 or NaN. None
    where there is no such pixel.
    """

    pixels: NDArray[Any]
    outside: NDArray[np.bool_] | None


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


def reslice(volume: Volume, stack: PlaneStack, k: int, slab: Slab | None = None) -> PlaneImage:
    """The picture of plane `k` of a stack of this volume, or of the slab about it.

    A slab takes all planes it touches. Its mean weighs each by the share of its thickness that lies in the slab; a
    slab no thicker than the distance of two planes is the plane itself.
    """
    shares = slab_shares(stack, k, slab)
    if stack.voxels is not None:
        return _voxels(volume, stack, shares, slab)
    pictures = [sample_plane(volume, stack.plane(n), stack.rows, stack.columns) for n, _ in shares]
    values = _projected(pictures, [share for _, share in shares], slab)
    return _finished(volume, values, np.isnan(values))


def slab_shares(stack: PlaneStack, k: int, slab: Slab | None) -> list[tuple[int, float]]:
    """The planes that a slab about plane `k` touches, and how much of each (0 to 1) lies in it."""
    if slab is None or slab.thickness_mm <= stack.gap_mm:
        return [(k, 1.0)]
    reach = slab.thickness_mm / (2 * stack.gap_mm)
    most = math.ceil(reach + 0.5)
    found = []
    for n in range(max(0, k - most), min(stack.count - 1, k + most) + 1):
        share = min(1.0, reach - abs(n - k) + 0.5)
        if share > _SLIVER:
            found.append((n, share))
    return found


def images_cut(volume: Volume, stack: PlaneStack, k: int, slab: Slab | None = None) -> list[int]:
    """The images of the volume that make up plane `k`, or the slab about it; all, unless planes lie along images."""
    slices = volume.shape[0]
    if stack.voxels is None or stack.voxels[0][0] != 0:
        return list(range(slices))
    sense = stack.voxels[0][1]
    return [n if sense > 0 else slices - 1 - n for n, _ in slab_shares(stack, k, slab)]


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


def _voxels(volume: Volume, stack: PlaneStack, shares: list[tuple[int, float]], slab: Slab | None) -> PlaneImage:
    """Planes of voxels: no value is interpolated."""
    assert stack.voxels is not None
    axes = [axis for axis, _ in stack.voxels]
    across, down, right = (slice(None, None, sense) for _, sense in stack.voxels)
    stood = volume.pixels.transpose(axes)[across, down, right]
    start, stop = shares[0][0], shares[-1][0] + 1
    pictures = stood[start:stop]
    by_slice = [slice(None), slice(None), slice(None)]
    position = axes.index(0)
    by_slice[position] = slice(start, stop) if position == 0 else slice(None)
    loaded = _along(volume.loaded, position, stack)[tuple(by_slice)]
    plain = volume.rescaled and volume.series.padding_value is None and bool(volume.loaded.all())
    if not volume.rescaled:
        records = volume.series.slices
        slopes, intercepts = (
            _along(np.array([getattr(record, name) for record in records], np.float32), position, stack)[
                tuple(by_slice)
            ]
            for name in ("slope", "intercept")
        )
        pictures = pictures.astype(np.float32) * slopes + intercepts
    if plain:
        return PlaneImage(_plain(pictures, [share for _, share in shares], slab), None)
    known = np.broadcast_to(loaded, pictures.shape)
    padding = padding_entries(volume)
    if padding is not None:
        known = known & (stood[start:stop] != _along(padding, position, stack)[tuple(by_slice)])
    if len(shares) == 1:
        return _finished(volume, pictures[0], ~known[0])
    if volume.rescaled and slab is not None and slab.projection is Projection.MIP:
        brightest = np.where(known, pictures, PADDED).max(axis=0)
        return _finished(volume, brightest, np.asarray(~np.any(known, axis=0)))
    values = np.where(known, pictures, np.float32(np.nan))
    values = _projected(list(values), [share for _, share in shares], slab)
    return _finished(volume, values, np.isnan(values))


def _along(values: NDArray[Any], position: int, stack: PlaneStack) -> NDArray[Any]:
    """One value for each slice, shaped to stand beside the stood voxels."""
    assert stack.voxels is not None
    shape = [1, 1, 1]
    shape[position] = -1
    return np.asarray(values[:: stack.voxels[position][1]].reshape(shape))


def _plain(pictures: NDArray[Any], shares: list[float], slab: Slab | None) -> NDArray[Any]:
    """Of int16 values that were all measured and read."""
    if len(shares) == 1 or slab is None:
        return np.asarray(pictures[0])
    if slab.projection is Projection.MIP:
        return np.asarray(pictures.max(axis=0))
    total = np.zeros(pictures.shape[1:], np.float32)
    for picture, share in zip(pictures, shares, strict=True):
        total += picture if share == 1.0 else picture * np.float32(share)
    return np.asarray(np.rint(total / np.float32(sum(shares))), np.int16)


def _projected(pictures: list[NDArray[np.float32]], shares: list[float], slab: Slab | None) -> NDArray[np.float32]:
    """One picture of the planes of a slab; NaN counts for nothing, and stays where there is nothing else."""
    if len(pictures) == 1 or slab is None:
        return pictures[0]
    if slab.projection is Projection.MIP:
        return np.asarray(np.fmax.reduce(pictures))
    total, weight = np.zeros_like(pictures[0]), np.zeros_like(pictures[0])
    for picture, share in zip(pictures, shares, strict=True):
        known = ~np.isnan(picture)
        np.add(total, picture * np.float32(share), out=total, where=known)
        np.add(weight, np.float32(share), out=weight, where=known)
    return np.divide(total, weight, out=np.full_like(total, np.nan), where=weight > 0)


def _finished(volume: Volume, values: NDArray[Any], outside: NDArray[np.bool_]) -> PlaneImage:
    """The values as the volume keeps them, with what is outside marked."""
    some = bool(outside.any())
    if volume.rescaled:
        filled = np.where(outside, PADDED, values) if some else values
        if filled.dtype != np.int16:
            filled = np.rint(filled).astype(np.int16)
        return PlaneImage(filled, outside if some else None)
    filled = np.where(outside, np.float32(np.nan), values) if some else values
    return PlaneImage(np.asarray(filled, np.float32), outside if some else None)
