"""The outline of a whole lesion on the grid of the acquisition, by marker watershed on the gradient."""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

from viewers.imaging.crop import Coarse, Grid, Mask, Spacing3
from viewers.imaging.distances import depth_mm, grown
from viewers.imaging.tissue import smoothed
from viewers.imaging.viable import doubled

_INNER_MM, _OUTER_MM = 1.8, 3.6
"""How far inside and outside the rough extent the markers begin: between them the watershed decides."""
_SLOPE_MM = 1.4
"""Blur before the gradient is taken, in all, against noise."""
_THICK_MM = 2.9
_LEAST, _TOUCHING_MM = 20, 1.5
_LARGE, _HALF = 120_000, 0.51
"""More voxels than this are worked on every other row and column."""
_STUMP_MM, _STUMP, _DISC_MM, _DISC, _FAR_MM = 8.0, 0.35, 16.0, 0.75, 1e4
BESIDE_MM = 2.2
"""Viable tissue may reach this far beyond the rough extent, which is exact to one of its voxels only."""


def watershed(smooth: Grid, sigma_mm: float, depth: Grid, bright: Mask, spacing_mm: Spacing3) -> Mask:
    """The lesion on the grid of the acquisition.

    Parameters
    ----------
    smooth, sigma_mm
        Smoothed values, and by how much they are.
    depth
        How deep in the rough extent of the lesion each voxel lies, mm; negative outside.
    bright
        Enhancing voxels: inside the rough extent they are lesion whatever the gradient.
    spacing_mm
        Between slices, rows and columns.
    """
    sitk: Any = importlib.import_module("SimpleITK")
    inner = (depth > min(_INNER_MM, 0.5 * float(depth.max()))) | (bright & (depth > 0))
    outer = depth < -_OUTER_MM
    for edge in (outer[:, 0], outer[:, -1], outer[:, :, 0], outer[:, :, -1]):
        edge[...] = True
    marks = inner.astype(np.uint8) + 2 * (outer & ~inner).astype(np.uint8)
    slope = _slope(smooth, sigma_mm, spacing_mm)
    large = smooth.size > _LARGE
    if large:  # every other pixel tells the outline of dead tissue as well; that of enhancing tissue is in the markers
        marks, slope = marks[:, ::2, ::2], slope[:, ::2, ::2]
    found = sitk.MorphologicalWatershedFromMarkers(
        sitk.GetImageFromArray(np.ascontiguousarray(slope)),
        sitk.GetImageFromArray(np.ascontiguousarray(marks)),
        markWatershedLine=False,
        fullyConnected=False,
    )
    lesion = np.asarray(sitk.GetArrayFromImage(found) == 1)
    if large:
        part = doubled(doubled(lesion.astype(np.float32), 1, smooth.shape[1]), 2, smooth.shape[2])
        lesion = part > _HALF
    return np.asarray((lesion | inner) & ~(outer & ~inner))


def _slope(smooth: Grid, sigma_mm: float, spacing_mm: Spacing3) -> Grid:
    """The gradient; within slices alone where they are thick, since a small lesion has no flat top across them."""
    blurred = smoothed(smooth, spacing_mm, math.sqrt(max(_SLOPE_MM**2 - sigma_mm**2, 0.01)))
    axes = (1, 2) if spacing_mm[0] > _THICK_MM else (0, 1, 2)
    slope = np.zeros(smooth.shape, np.float32)
    for axis in axes:
        if smooth.shape[axis] > 1:
            slope += (np.gradient(blurred, spacing_mm[axis], axis=axis) ** 2).astype(np.float32)
    return np.asarray(np.sqrt(slope))


def depth_in(
    coarse: Coarse, rough: Mask, cut: Mask | None, beside: Mask | None, box: tuple[slice, slice, slice]
) -> tuple[Grid, Grid | None, Grid | None]:
    """How deep in a rough extent, known on a coarse grid, the voxels of a box of its crop lie, mm.

    And how far from the vessels that were cut off and from what lies beside, None where there is none.
    """
    inside, outside = depth_mm(rough, coarse.spacing_mm), depth_mm(~rough, coarse.spacing_mm)
    depth = _resampled(np.where(rough, inside, -outside), coarse, box)

    def away(part: Mask | None) -> Grid | None:
        if part is None or not part.any():
            return None
        return _resampled(depth_mm(~part, coarse.spacing_mm), coarse, box)

    return depth, away(cut), away(beside)


def allowed_mm(depth: Grid, lesion: Mask, from_cut: Grid | None, spacing_mm: Spacing3) -> Grid:
    """How deep in what may be lesion voxels lie: a little more than the rough extent, without stumps of cut vessels.

    A stump is what a disc does not fit into, close to where a vessel was cut off.
    """
    from scipy.ndimage import binary_fill_holes

    allowed = depth + np.float32(BESIDE_MM)
    if from_cut is None:
        return allowed
    allowed = np.minimum(allowed, from_cut)
    filled = lesion & (allowed > 0)
    for k in np.flatnonzero((from_cut < _STUMP_MM).any((1, 2)) & filled.any((1, 2))):
        filled[k] = binary_fill_holes(filled[k])
    in_plane = (_FAR_MM, spacing_mm[1], spacing_mm[2])
    inside = depth_mm(filled, in_plane)
    deepest_mm = float(inside.max())
    disc_mm, stump_mm = min(_DISC_MM, _DISC * deepest_mm), min(_STUMP_MM, _STUMP * deepest_mm)
    opened = grown(inside >= disc_mm, in_plane, disc_mm + 0.25 * min(spacing_mm[1:]))
    allowed[filled & ~opened & (from_cut < stump_mm)] = -1.0
    return np.asarray(allowed, np.float32)


def brighter_vessel(smooth: Grid, lesion: Mask, from_cut: Grid) -> Mask:
    """Inside what may be lesion, the continuation of a cut vessel that is clearly brighter than the lesion."""
    from scipy.ndimage import label

    vessel = smooth[from_cut < 0]
    inside = smooth[lesion & (from_cut > _STUMP_MM)]
    none = np.zeros(smooth.shape, bool)
    if len(vessel) < _LEAST or len(inside) < _LEAST:
        return none
    level, spread = float(np.median(inside)), float(np.std(inside))
    limit = (level + float(np.percentile(vessel, 75))) / 2
    if limit < level + 1.5 * spread:
        return none
    labels, _ = label((smooth > limit) & (from_cut < _STUMP_MM))
    touching = np.unique(labels[(from_cut < _TOUCHING_MM) & (labels > 0)])
    return np.isin(labels, touching) if len(touching) else none


def _resampled(values: Grid, coarse: Coarse, box: tuple[slice, slice, slice]) -> Grid:
    """A coarse grid read by linear interpolation at the voxels of a box of its crop."""
    read = values
    for axis, (part, f) in enumerate(zip(box, coarse.factors, strict=True)):
        at = np.clip((np.arange(part.start, part.stop) - (f - 1) / 2) / f, 0, read.shape[axis] - 1)
        low = np.minimum(at.astype(np.int64), max(read.shape[axis] - 2, 0))
        high = np.minimum(low + 1, read.shape[axis] - 1)
        shape = [1, 1, 1]
        shape[axis] = len(at)
        part_of = (at - low).astype(np.float32).reshape(shape)
        read = np.take(read, low, axis) * (1 - part_of) + np.take(read, high, axis) * part_of
    return np.asarray(read, np.float32)
