"""The values of a volume on any plane, linear between its voxels.

A loop of our own rather than SimpleITK, which needs a second copy of the volume (0.2 GB and half a second for a CT),
cannot tell pixels of slices that are still being read, and cuts fractions off instead of rounding them.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.bands import fill_in_bands
from viewers.imaging.geometry import SlicePlane
from viewers.imaging.volume import Volume

Floats = NDArray[np.float32]

_BAND = 32_000
"""Pixels that a thread samples in one go; to hand them over takes a tenth of that time."""


def sample_plane(volume: Volume, plane: SlicePlane, rows: int, columns: int) -> Floats:
    """The values of a volume at the pixels of a plane.

    A voxel is as large as the distance to its neighbours: beyond the centre of an outermost voxel, its value holds for
    half that distance.

    Parameters
    ----------
    volume
        One with an affine; its slices may still be loading.
    plane
        Where the pixels are, at any angle.
    rows, columns
        How many pixels the plane has.

    Returns
    -------
    ndarray
        float32, (rows, columns), in the volume's unit, not rounded. NaN where nothing was measured: outside the
        volume, between slices of which one has not been read, and beside padding.
    """
    out = np.empty((rows, columns), np.float32)
    _sample(volume, plane, out, np.empty((0, 0), np.int16), np.empty((0, 0), np.bool_), 0)
    return out


def sample_whole(
    volume: Volume, plane: SlicePlane, rows: int, columns: int, nothing: int
) -> tuple[NDArray[np.int16], NDArray[np.bool_] | None]:
    """As `rounded` of `sample_plane`, in one go."""
    whole, outside = np.empty((rows, columns), np.int16), np.empty((rows, columns), np.bool_)
    _sample(volume, plane, np.empty((0, 0), np.float32), whole, outside, nothing)
    return whole, outside if outside.any() else None


def _sample(
    volume: Volume,
    plane: SlicePlane,
    out: Floats,
    whole: NDArray[np.int16],
    outside: NDArray[np.bool_],
    nothing: int,
) -> None:
    """The values of a volume into `out`, or where that is empty, as whole numbers into the others."""
    if volume.affine is None:
        raise ValueError("a stack without an affine has no values between its images")
    from viewers.imaging.compiled_planes import paired, plane_values

    to_voxel, entries = np.linalg.inv(volume.affine), volume.pixels.reshape(-1)
    fill = partial(
        plane_values(volume.pixels.dtype),
        entries,
        paired(entries, volume.shape[2]),
        *volume.shape,
        (to_voxel @ (*plane.origin, 1.0))[:3],
        to_voxel[:3, :3] @ plane.column_direction * plane.row_spacing_mm,
        to_voxel[:3, :3] @ plane.row_direction * plane.column_spacing_mm,
        *_rescale(volume),
        _unread(volume),
        _padding(volume),
        out,
        whole,
        outside,
        nothing,
    )
    rows, columns = out.shape if out.size else whole.shape
    fill_in_bands(fill, rows, 1 + rows * columns // _BAND)


def rounded(values: Floats, nothing: int) -> tuple[NDArray[np.int16], NDArray[np.bool_] | None]:
    """Sampled values as whole numbers, halves to the even one, and where nothing was measured; there is `nothing`.

    None for the latter where all was measured.
    """
    from viewers.imaging.compiled_planes import rounded as loop

    entries, outside = np.empty(values.shape, np.int16), np.empty(values.shape, np.bool_)
    loop(np.ascontiguousarray(values), nothing, entries, outside)
    return entries, outside if outside.any() else None


def padding_entries(volume: Volume) -> NDArray[np.int64] | None:
    """The entry of `volume.pixels` that marks padding, for each slice; None where the series has no padding."""
    if volume.series.padding_value is None:
        return None
    return np.array([volume.padding_entry(k) for k in range(volume.shape[0])], np.int64)


def _padding(volume: Volume) -> NDArray[np.int64]:
    entries = padding_entries(volume)
    return np.empty(0, np.int64) if entries is None else entries


def _rescale(volume: Volume) -> tuple[Floats, Floats]:
    """Slope and intercept of each slice; of none where the entries are the values."""
    records = () if volume.rescaled else volume.series.slices
    return (
        np.array([record.slope for record in records], np.float32),
        np.array([record.intercept for record in records], np.float32),
    )


def _unread(volume: Volume) -> NDArray[np.bool_]:
    """Which slices have not been read; of none where all have been."""
    return np.empty(0, np.bool_) if volume.loaded.all() else ~volume.loaded
