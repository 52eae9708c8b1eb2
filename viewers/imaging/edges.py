"""The edges of an image, told so that images of different modalities can be compared.

An edge is where it is, whichever of its sides is the brighter one. Each voxel holds the direction of its edge without a
sign, weighed by how sharp the edge is: the normalised gradient of E. Haber and J. Modersitzki, Intensity gradient based
registration and fusion of multi-modal images, Methods Inf Med 2007;46(3):292-9.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from viewers.imaging.coarse_image import CoarseImage, Mask, Values

_SMOOTH_MM = 3.0
_PAIRS = ((0, 0, 1.0), (1, 1, 1.0), (2, 2, 1.0), (0, 1, 2.0**0.5), (0, 2, 2.0**0.5), (1, 2, 2.0**0.5))
"""The parts of a symmetric tensor; those off the diagonal are there twice."""

Edges = NDArray[np.float32]


def edges_of(grid: CoarseImage, values: Values, there: Mask, region: Mask) -> Edges:
    """The outer product of the normalised gradient with itself, float32 (6, slices, rows, columns), 0 to 1.

    Parameters
    ----------
    grid
        Where the voxels are.
    values
        The image on that grid.
    there
        Which voxels it has; none of its edges lies at the edge of these.
    region
        Where the usual strength of an edge is taken from: weaker ones count for less.
    """
    sigma = [_SMOOTH_MM / step for step in grid.spacing_mm]
    smooth = ndimage.gaussian_filter(np.where(there, values, values[there].mean() if there.any() else 0), sigma)
    slopes = np.stack([np.gradient(smooth, step, axis=axis) for axis, step in enumerate(grid.spacing_mm)])
    strength = np.sqrt((slopes**2).sum(0))
    inner = ndimage.binary_erosion(there, iterations=2)
    usual = float(np.median(strength[region & inner])) if (region & inner).any() else 1.0
    slopes = np.where(inner, slopes / np.sqrt(strength**2 + max(usual, 1e-6) ** 2), 0)
    return np.stack([w * slopes[i] * slopes[j] for i, j, w in _PAIRS]).astype(np.float32)
