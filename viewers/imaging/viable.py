"""Which voxels of a lesion are viable, and where exactly their outline lies.

Two questions are answered apart. *What* is viable: tissue above the threshold, reference mean + 2 SD, and below the
limit of lipiodol. *Where it ends*: at half height between the level of the viable tissue and the level of what lies
beside it, be it liver, necrosis or fat; a threshold itself would cut a bright lesion too wide and a faint one too
narrow, since scanners blur edges.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.crop import Grid, Mask

_LEVEL_MM = 9.0
"""Side of the square from which the level on either side of an edge is taken."""
_BAND = 0.08
"""An outline lies only where at least this part of that square is above the threshold."""
_LOWEST_SD = 15.0
"""Lung or air beside a lesion count as at most so many SD below liver, or they would drown all other neighbours."""
_ENOUGH = 0.15
_LOWEST = 0.3
"""An edge lies at least this part of the way from liver to viable tissue, or liver beside fat would count as viable."""
_PART = 0.6
"""The mean of tissue this part of the way to the threshold, and above, must exceed it: peaks of noise do not count."""
_FINE_MM = 1.2
_DEEP = 1e4


def viable_levels(
    values: Grid, lesion: Grid, threshold: float, liver: float, sd: float, oil: Mask, spacing_mm: tuple[float, float]
) -> Grid:
    """Slices as levels that are positive in viable tissue and zero on its sub-pixel outline.

    Parameters
    ----------
    values
        Smoothed values, (slices, rows, columns).
    lesion
        Level of the whole lesion: positive inside.
    threshold
        The least value of viable tissue.
    liver, sd
        Mean and standard deviation of the reference liver.
    oil
        Lipiodol and what its blur reaches: never viable.
    spacing_mm
        Between rows and between columns.
    """
    scale = np.float32(1 / (2 * sd))
    floor = np.float32(liver - _LOWEST_SD * sd)
    low = np.maximum(values, floor)
    bright = np.maximum(values - np.float32(threshold), 0) * scale
    bright[oil | (lesion <= 0)] = 0
    bright[_plateau(values, threshold, liver, oil | (lesion <= 0), spacing_mm) <= threshold] = 0
    dark = np.clip((np.float32(threshold) - low) * scale, 0, 1)
    dark *= dark
    dark[oil] = 0
    above, below = _spread(bright, spacing_mm), _spread(dark, spacing_mm)
    inner = _spread(bright * values, spacing_mm) / np.maximum(above, np.float32(1e-6))
    outer = _spread(dark * low, spacing_mm) / np.maximum(below, np.float32(1e-6))
    # Where hardly anything is dark, it is noise inside viable tissue: its level then says nothing of what lies beside.
    outer = np.where(outer > liver, liver + (outer - liver) * np.minimum(below / np.float32(_ENOUGH), 1), outer)
    half = (inner + outer) / 2
    half = np.maximum(half, inner * _LOWEST + np.float32(liver * (1 - _LOWEST)))
    edge = np.where((above > 1e-3) & (below > 1e-3), half, np.float32(threshold))
    level = np.minimum(values - edge, lesion)
    above = _spread((bright > 0).astype(np.float32), spacing_mm)
    far = above < _BAND
    level[far] = np.minimum(level[far], -1)
    level[oil] = -_DEEP
    return np.asarray(level, np.float32)


def _plateau(
    values: Grid, threshold: float, liver: float, barred: Mask, spacing_mm: tuple[float, float]
) -> NDArray[np.float32]:
    """The local mean of what may be enhancing."""
    region = ((values > liver + _PART * (threshold - liver)) & ~barred).astype(np.float32)
    mean = _spread(region * values, spacing_mm) / np.maximum(_spread(region, spacing_mm), np.float32(1e-6))
    return np.asarray(mean, np.float32)


def _spread(image: NDArray[np.float32], spacing_mm: tuple[float, float]) -> Grid:
    """The mean over a square around each pixel; worked on every other pixel where pixels are small."""
    from scipy.ndimage import uniform_filter

    if max(spacing_mm) > _FINE_MM or min(image.shape[1:]) < 8:
        size = [1, *(max(3, 2 * round(_LEVEL_MM / (2 * step)) + 1) for step in spacing_mm)]
        return np.asarray(uniform_filter(image, size, mode="nearest"), np.float32)
    size = [1, *(max(3, 2 * round(_LEVEL_MM / (4 * step)) + 1) for step in spacing_mm)]
    coarse = uniform_filter(image[:, ::2, ::2], size, mode="nearest")
    return doubled(doubled(coarse, 1, image.shape[1]), 2, image.shape[2])


def doubled(image: NDArray[np.float32], axis: int, count: int) -> NDArray[np.float32]:
    """Every other value along an axis is there; those in between become the mean of their neighbours."""
    image = np.moveaxis(image, axis, 0)
    out = np.empty((count, *image.shape[1:]), np.float32)
    out[::2] = image
    between = out[1::2]
    after = image[1:]
    between[: len(after)] = (image[:-1] + after) / 2
    between[len(after) :] = image[-1]
    return np.moveaxis(out, 0, axis)
