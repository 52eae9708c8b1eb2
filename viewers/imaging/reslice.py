"""Pictures of other planes through a loaded volume, and of slabs of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.errors import Cancelled
from viewers.imaging.plane_stacks import PlaneStack
from viewers.imaging.rescale import PADDED
from viewers.imaging.sampling import padding_entries, rounded, sample_plane, sample_whole
from viewers.imaging.volume import Volume

_SLIVER = 1e-6
_COARSE_COST = 2.5


class Projection(Enum):
    """How the planes of a slab become one picture; the value is the word that a view shows."""

    MIP = "MIP"
    MEAN = "MEAN"


@dataclass(frozen=True, slots=True)
class Slab:
    """The brightest (MIP) or the mean value within `thickness_mm`, half of it on either side of a plane."""

    projection: Projection
    thickness_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class PlaneImage:
    """Values of a plane in the volume's unit: int16, or float32 for a volume of stored values.

    `outside` marks pixels at which nothing was measured, or has not been read yet; their value is -32768 or NaN. None
    where there is no such pixel.
    """

    pixels: NDArray[Any]
    outside: NDArray[np.bool_] | None


def reslice(
    volume: Volume,
    stack: PlaneStack,
    k: int,
    slab: Slab | None = None,
    grain: int = 1,
    cancelled: Callable[[], bool] | None = None,
) -> PlaneImage:
    """The picture of plane `k` of a stack of this volume, or of the slab about it.

    A slab takes all planes it touches. Its mean weighs each by the share of its thickness that lies in the slab; a
    slab no thicker than the distance of two planes is the plane itself.

    Parameters
    ----------
    grain
        Of planes between the voxels: with 2 or more a coarse picture, for looking while it moves. One value stands
        for so many rows and columns; of a slab only one in so many planes is taken.
    cancelled
        Asked before each plane between the voxels; true stops with `Cancelled`.
    """
    shares = slab_shares(stack, k, slab)
    if stack.voxels is not None:
        return _voxels(volume, stack, shares, slab)
    shares = shares[len(shares) // 2 % grain :: grain]  # with the plane itself, and as many on either side
    made = _between_voxels(volume, _coarser(stack, grain), shares, slab, cancelled)
    if grain == 1:
        return made
    outside = None if made.outside is None else _enlarged(made.outside, grain, stack)
    return PlaneImage(_enlarged(made.pixels, grain, stack), outside)


def _between_voxels(
    volume: Volume,
    stack: PlaneStack,
    shares: list[tuple[int, float]],
    slab: Slab | None,
    cancelled: Callable[[], bool] | None,
) -> PlaneImage:
    """One plane between the voxels, or the slab of several."""
    pictures = []
    for n, _ in shares:
        if cancelled is not None and cancelled():
            raise Cancelled
        if volume.rescaled and len(shares) == 1:
            return PlaneImage(*sample_whole(volume, stack.plane(n), stack.rows, stack.columns, PADDED))
        pictures.append(sample_plane(volume, stack.plane(n), stack.rows, stack.columns))
    values = _projected(pictures, [share for _, share in shares], slab)
    return PlaneImage(*rounded(values, PADDED)) if volume.rescaled else _finished(volume, values, np.isnan(values))


def grain_within(stack: PlaneStack, k: int, slab: Slab | None, values: int) -> int:
    """How coarse a picture must be to be made within the time of so many values of the volume; 1 where the fine one is.

    The values of a coarse picture lie too far apart to share what comes from memory: each takes the time of some.
    """
    if stack.voxels is not None:
        return 1
    planes = len(slab_shares(stack, k, slab))
    over = stack.rows * stack.columns * planes / values
    if over <= 1:
        return 1
    over *= _COARSE_COST
    return math.ceil(math.sqrt(over) if planes == 1 else math.cbrt(over))


def _enlarged(picture: NDArray[Any], grain: int, stack: PlaneStack) -> NDArray[Any]:
    """Each value so many rows and columns large, on the pixels of the stack."""
    wide = picture.repeat(grain, axis=1)[:, : stack.columns]
    return np.broadcast_to(wide[:, None], (len(wide), grain, stack.columns)).reshape(-1, stack.columns)[: stack.rows]


def _coarser(stack: PlaneStack, grain: int) -> PlaneStack:
    """Pixels so many times as large, each about the middle of those it stands for."""
    if grain == 1:
        return stack
    first, middle = stack.first, (grain - 1) / 2
    larger = replace(
        first,
        origin=first.to_world(middle, middle),
        row_spacing_mm=first.row_spacing_mm * grain,
        column_spacing_mm=first.column_spacing_mm * grain,
    )
    return replace(stack, first=larger, rows=-(-stack.rows // grain), columns=-(-stack.columns // grain))


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


def _voxels(volume: Volume, stack: PlaneStack, shares: list[tuple[int, float]], slab: Slab | None) -> PlaneImage:
    """Planes of voxels: no value is interpolated."""
    assert stack.voxels is not None
    axes = [axis for axis, _ in stack.voxels]
    across, down, right = (slice(None, None, sense) for _, sense in stack.voxels)
    stood = volume.pixels.transpose(axes)[across, down, right]
    start, stop = shares[0][0], shares[-1][0] + 1
    entries = pictures = _laid_out(stood[start:stop], axes)
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
        known = known & (entries != _along(padding, position, stack)[tuple(by_slice)])
    if len(shares) == 1:
        return _finished(volume, pictures[0], ~known[0])
    if volume.rescaled and slab is not None and slab.projection is Projection.MIP:
        brightest = np.where(known, pictures, PADDED).max(axis=0)
        return _finished(volume, brightest, np.asarray(~np.any(known, axis=0)))
    values = np.where(known, pictures, np.float32(np.nan))
    values = _projected(list(values), [share for _, share in shares], slab)
    return _finished(volume, values, np.isnan(values))


def _laid_out(pictures: NDArray[Any], axes: list[int]) -> NDArray[Any]:
    """The pictures with their rows one behind the other in memory, copied where they are not."""
    if axes[2] == 2:
        return pictures
    if len(pictures) > 1:  # first all that lies together in the volume: from there it is quickly put in order
        pictures = np.ascontiguousarray(pictures.transpose(np.argsort(axes))).transpose(axes)
    return np.ascontiguousarray(pictures)


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
    nothing = PADDED if volume.rescaled else np.float32(np.nan)
    some = bool(outside.any())
    if some:
        values = np.where(outside, nothing, values)
    if volume.rescaled and values.dtype != np.int16:
        values = np.rint(values, out=values).astype(np.int16)
    return PlaneImage(values if volume.rescaled else np.asarray(values, np.float32), outside if some else None)
