"""How far the voxels of a box lie from a mask, or from the outline of one."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Vector
from viewers.imaging.crop import Mask


def outside_mm(mask: Mask, spacing_mm: Vector, reach_mm: float = np.inf) -> NDArray[np.float32]:
    """Distance in mm of each voxel to the nearest one of the mask, 0 inside; infinite where the mask is empty.

    What lies farther than `reach_mm` may be told as infinite: looking no farther is quicker. Told to 0.001 mm, so that
    what lies exactly so far counts the same in whatever box it was looked at.
    SimpleITK's distance map is exact outside a mask; inside it, it is not in thick slices: take it of the rest there.
    """
    sitk: Any = importlib.import_module("SimpleITK")
    if not mask.any():
        return np.full(mask.shape, np.inf, np.float32)
    box = _box_around(mask, [reach_mm / step for step in spacing_mm]) if np.isfinite(reach_mm) else (slice(None),) * 3
    image = sitk.GetImageFromArray(mask[box].astype(np.uint8))
    image.SetSpacing(spacing_mm[::-1])
    distance = sitk.SignedMaurerDistanceMap(image, insideIsPositive=False, squaredDistance=False, useImageSpacing=True)
    found: NDArray[np.float32] = np.maximum(np.asarray(sitk.GetArrayFromImage(distance), np.float32), 0)
    np.round(found, 3, out=found)
    if found.shape == mask.shape:
        return found
    whole = np.full(mask.shape, np.inf, np.float32)
    whole[box] = found
    return whole


def inside_mm(mask: Mask, spacing_mm: Vector) -> NDArray[np.float32]:
    """Distance in mm of each voxel of the mask to the nearest one that is not of it, 0 outside."""
    inside = np.zeros(mask.shape, np.float32)
    if mask.any():
        box = _box_around(mask, (1, 1, 1))  # from a voxel inside, nothing outside this box is nearer than its sides
        inside[box] = outside_mm(~mask[box], spacing_mm)
    return inside


def depth_mm(mask: Mask, spacing_mm: Vector) -> NDArray[np.float32]:
    """Distance in mm of each voxel of the mask to its outline, which lies half a voxel beyond; 0 or less outside."""
    return inside_mm(mask, spacing_mm) - np.float32(0.5 * min(spacing_mm))


def grown(mask: Mask, spacing_mm: Vector, by_mm: float) -> Mask:
    """A mask with what lies within a distance of it."""
    if not mask.any():
        return mask
    return np.asarray(outside_mm(mask, spacing_mm, by_mm) <= by_mm)


def _box_around(mask: Mask, margin: Sequence[float]) -> tuple[slice, ...]:
    """The box of a mask that is not empty, and so many voxels more on each side."""
    box = []
    for axis, more in enumerate(margin):
        at = np.flatnonzero(mask.any(tuple(a for a in range(3) if a != axis)))
        box.append(slice(max(0, int(at[0]) - int(np.ceil(more))), int(at[-1]) + int(np.ceil(more)) + 1))
    return tuple(box)
