"""Where a lesion ends and a vessel that touches it begins: at the narrowest place between the two.

On the coarse grid two bodies that touch run into each other. Here the outline at half height is looked at, on the grid
of the acquisition: whatever leads on from the lesion to where vessels were cut off, or out of the box, and hangs on the
clicked part by a neck alone, is no part of it.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.crop import Box, Coarse, Crop, Index, Mask, Spacing3, box_of
from viewers.imaging.distances import grown, inside_mm, outside_mm
from viewers.imaging.lesion_extent import Extent
from viewers.imaging.outline import BESIDE_MM, depth_in
from viewers.imaging.smoothing import SCANNER_MM
from viewers.imaging.tissue import Tissue, dark_below, smoothed
from viewers.imaging.viable import viable_levels

_VESSEL_MM, _EXIT_MM = 14.0, 6.0
"""So much of a vessel that was cut off is looked at; beyond the second distance it leads on."""
_NECK, _STEP_MM = 0.8, 0.4
"""A neck is at most this part as thick as the thinner of the two it joins, and its radius smaller by this much."""
_HALVINGS = 6
_NEAR_MM = 3.5
_STEEP = 60.0
_LONG, _VERY_LONG, _TUBE = 4.0, 9.0, 1.5
"""A tube is this many times longer than deep, and not much larger than a cylinder of its depth and length; one that is
longer than the second is a vessel, and any that leads on at both ends."""
_AS_THICK, _END, _TOUCHING_MM = 0.6, 0.7, 4.0
"""What leads on is at least so thick, beside the tube, and meets it so near an end."""
_LESION, _VESSEL, _OUTSIDE = 1, 2, 3

VESSEL = (
    "what was clicked runs on as a vessel, and no neck parts a lesion from it: where a lesion would end cannot be told."
    " Draw the diameter by hand"
)


def parted(
    crop: Crop,
    coarse: Coarse,
    extent: Extent,
    tissue: Tissue,
    viable: tuple[float, float],
    sigma_mm: float,
    mark: Index,
) -> tuple[Extent, Mask] | None:
    """A lesion parted at necks from the vessels that touch it.

    Parameters
    ----------
    crop, coarse
        The images, and the grid of the extent.
    extent
        The lesion found there, and what was cut off it.
    tissue
        What separates tissues on the coarse grid.
    viable
        The least level of viable tissue, and the standard deviation of the reference liver.
    sigma_mm
        Blur against noise.
    mark
        The clicked voxel of the crop.

    Returns
    -------
    (extent, mask of the crop) or None
        What is left of the lesion, and what lies beyond its necks; None where there is no neck.
    """
    rough = extent.mask
    if rough is None:
        return None
    cut = np.zeros_like(rough) if extent.cut is None else extent.cut
    away = outside_mm(rough, coarse.spacing_mm, _VESSEL_MM)
    joined = rough | (cut & (away <= _VESSEL_MM))
    box = box_of(crop, coarse, joined)
    solid = _solid(crop, coarse, joined, box, tissue, viable, sigma_mm)
    exits = _at_ends(rough | cut) | (cut & (away > _EXIT_MM))
    found = beyond_necks(solid, _on_fine(exits, coarse, box), _in_box(mark, box), crop.spacing_mm)
    if found is None:
        return None
    beyond, lesion = np.zeros(crop.values.shape, bool), np.zeros(crop.values.shape, bool)
    beyond[box], lesion[box] = found, solid & ~found
    from_beyond, from_lesion = (outside_mm(_on_coarse(part, coarse), coarse.spacing_mm) for part in (beyond, lesion))
    left = _part_nearest(rough & (from_lesion < from_beyond), coarse.index(mark))
    return None if left is None else (Extent(left, extent.cut, extent.beside), beyond)


def reaches_sides(mask: Mask) -> bool:
    """Whether a part reaches the sides of its box, within slices."""
    return bool(mask[:, [0, -1]].any() or mask[:, :, [0, -1]].any())


def is_vessel(extent: Extent, spacing_mm: Spacing3) -> bool:
    """Whether what was found is a piece of a vessel: a tube that is very long, or leads on at both its ends."""
    mask = extent.mask
    if mask is None:
        return False
    depth_mm = float(inside_mm(mask, spacing_mm).max())
    places = np.argwhere(mask) * spacing_mm
    if len(places) < 2:  # a single voxel has no length
        return False
    middle = places.mean(0)
    axis = np.linalg.eigh(np.cov((places - middle).T))[1][:, -1]
    along = (places - middle) @ axis
    long_mm = float(np.ptp(along))
    tube_mm3 = math.pi * depth_mm**2 * long_mm
    if long_mm <= _LONG * depth_mm or len(places) * float(np.prod(spacing_mm)) > _TUBE * tube_mm3:
        return False
    if long_mm > _VERY_LONG * depth_mm:
        return True
    ends = [] if extent.cut is None else _ends(mask, extent.cut, spacing_mm, _AS_THICK * depth_mm)
    at = [float((end - middle) @ axis) / (long_mm / 2) for end in ends]
    return bool(at) and min(at) < -_END and max(at) > _END


def _ends(mask: Mask, cut: Mask, spacing_mm: Spacing3, thick_mm: float) -> list[NDArray[np.float64]]:
    """Where what was cut off touches what is left, mm, if it is so thick."""
    from scipy.ndimage import label, maximum

    labels, count = label(cut)
    near = labels * grown(mask, spacing_mm, max(_TOUCHING_MM, 1.1 * max(spacing_mm)))
    deepest = np.atleast_1d(maximum(inside_mm(cut | mask, spacing_mm), labels, np.arange(1, count + 1)))
    found = [np.argwhere(near == n) * spacing_mm for n in range(1, count + 1) if deepest[n - 1] >= thick_mm]
    return [at.mean(0) for at in found if len(at)]


def beyond_necks(solid: Mask, exits: Mask, mark: Index, spacing_mm: Spacing3) -> Mask | None:
    """What leads to the exits and hangs on the clicked part by a neck alone.

    Parameters
    ----------
    solid
        The lesion with what touches it, without holes.
    exits
        Where vessels lead on.
    mark
        A voxel in the lesion.
    spacing_mm
        Between slices, rows and columns.

    Returns
    -------
    Mask or None
        The part on the exits' side of the neck; None where no way leads to an exit, or there is no neck on it.
    """
    from scipy.ndimage import label, maximum

    exits = exits & solid
    depth = inside_mm(solid, spacing_mm)
    peak = _uphill(depth, mark, spacing_mm)
    if peak is None or not exits.any():
        return None

    def deeper(than_mm: float) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """The parts deeper than this, exits with them, and which of the parts lead out."""
        labels, count = label((depth > than_mm) | exits)
        leads = np.zeros(count + 1, bool)
        leads[labels[exits]] = True
        return labels, leads

    joined_mm, apart_mm = 0.0, _NECK * float(depth[peak])
    labels, leads = deeper(apart_mm)
    if leads[labels[peak]]:
        return None
    for _ in range(_HALVINGS):
        middle_mm = (joined_mm + apart_mm) / 2
        tried, out = deeper(middle_mm)
        if out[tried[peak]]:
            joined_mm = middle_mm
        else:
            apart_mm, labels, leads = middle_mm, tried, out
    index = np.flatnonzero(leads)
    thinner = np.minimum(maximum(depth, labels, index), maximum(depth, labels, labels[peak]))
    necked = index[(joined_mm <= _NECK * thinner) & (thinner - joined_mm >= _STEP_MM)]
    if not len(necked):
        return None
    marks = np.where(solid, 0, _OUTSIDE).astype(np.uint8)
    marks[np.isin(labels, necked)] = _VESSEL
    marks[labels == labels[peak]] = _LESION
    return np.asarray((_flooded(-depth, marks) == _VESSEL) & solid)


def _solid(
    crop: Crop,
    coarse: Coarse,
    rough: Mask,
    box: Box,
    tissue: Tissue,
    viable: tuple[float, float],
    sigma_mm: float,
) -> Mask:
    """Viable, dead and oily tissue of a rough extent, filled slice by slice."""
    from scipy.ndimage import binary_fill_holes

    threshold, sd = viable
    smooth = smoothed(np.ascontiguousarray(crop.values[box]), crop.spacing_mm, sigma_mm)
    depth, _, _ = depth_in(coarse, rough, None, None, box)
    oil = np.asarray(smooth > tissue.oil)
    limit = (depth + np.float32(BESIDE_MM)) * np.float32(_STEEP)
    spacing_mm, blur_mm = crop.spacing_mm[1:], math.hypot(sigma_mm, SCANNER_MM)
    levels = viable_levels(smooth, limit, threshold, tissue.liver, sd, oil, spacing_mm, blur_mm)
    solid = (levels > 0) | ((depth > 0) & (smooth < dark_below(tissue))) | oil
    for k in np.flatnonzero(solid.any((1, 2))):
        solid[k] = binary_fill_holes(solid[k])
    return np.asarray(solid)


def _flooded(heights: NDArray[np.float32], marks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    sitk: Any = importlib.import_module("SimpleITK")
    found = sitk.MorphologicalWatershedFromMarkers(
        sitk.GetImageFromArray(heights), sitk.GetImageFromArray(marks), markWatershedLine=False, fullyConnected=False
    )
    return np.asarray(sitk.GetArrayFromImage(found))


def _uphill(depth: NDArray[np.float32], mark: Index, spacing_mm: Spacing3) -> Index | None:
    """From a mark uphill to where the depth is greatest around; None where the mark is not near any tissue."""
    reach = [max(1, round(_NEAR_MM / step)) for step in spacing_mm]
    at = mark
    if depth[at] <= 0:
        low, box = _around(depth, at, reach)
        inside = np.argwhere(box > 0)
        if not len(inside):
            return None
        away = np.linalg.norm((inside + low - np.asarray(at)) * spacing_mm, axis=1)
        at = _index(inside[int(away.argmin())] + low)
    while True:
        low, box = _around(depth, at, [1, 1, 1])
        there = _index(np.asarray(np.unravel_index(int(box.argmax()), box.shape)) + low)
        if depth[there] <= depth[at]:
            return at
        at = there


def _around(values: NDArray[np.float32], at: Index, reach: list[int]) -> tuple[list[int], NDArray[np.float32]]:
    low = [max(0, c - r) for c, r in zip(at, reach, strict=True)]
    return low, values[tuple(slice(a, c + r + 1) for a, c, r in zip(low, at, reach, strict=True))]


def _index(at: NDArray[np.intp]) -> Index:
    return int(at[0]), int(at[1]), int(at[2])


def _in_box(mark: Index, box: Box) -> Index:
    k, j, i = (min(max(c, part.start), part.stop - 1) - part.start for c, part in zip(mark, box, strict=True))
    return k, j, i


def _at_ends(mask: Mask) -> Mask:
    """What of a mask lies at the sides of its array."""
    inner = np.zeros(mask.shape, bool)
    inner[1:-1, 1:-1, 1:-1] = True
    return mask & ~inner


def _part_nearest(mask: Mask, at: Index) -> Mask | None:
    """The connected part nearest to a voxel."""
    from scipy.ndimage import label

    labels, count = label(mask)
    if not count:
        return None
    where = np.argwhere(mask)
    nearest = where[int(np.linalg.norm(where - np.asarray(at), axis=1).argmin())]
    return np.asarray(labels == labels[tuple(nearest)])


def _on_fine(mask: Mask, coarse: Coarse, box: Box) -> Mask:
    """A mask of the coarse grid at the voxels of a box of its crop."""
    at = [
        np.clip(np.rint((np.arange(part.start, part.stop) - (f - 1) / 2) / f).astype(int), 0, n - 1)
        for part, f, n in zip(box, coarse.factors, mask.shape, strict=True)
    ]
    return np.asarray(mask[np.ix_(*at)])


def _on_coarse(mask: Mask, coarse: Coarse) -> Mask:
    """A mask of the crop at the middles of coarse voxels."""
    at = [
        np.rint(np.arange(n) * f + (f - 1) / 2).astype(int)
        for n, f in zip(coarse.values.shape, coarse.factors, strict=True)
    ]
    return np.asarray(mask[np.ix_(*at)])
