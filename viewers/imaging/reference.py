"""The reference liver: a ball of unaffected liver whose mean and standard deviation tell what is enhanced.

The ball is proposed, never silently used: it is part of every result and can be moved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Vector
from viewers.imaging.crop import Coarse, Crop, Grid

RADIUS_MM = 10.0
_SMALLEST_RADIUS_MM = 6.0
_LEAST_VOXELS = 60
_LIVER_HU = (0.0, 220.0)
"""What liver can measure in any phase, from severe steatosis to the portal venous phase."""
UNEVEN_HU = 60.0
"""What varies by more is no even liver with noise, but fat, muscle or bowel: it is not proposed."""
_NEAR_MM = 40.0
"""How fast the weight of a place falls with its distance from the lesion: what surrounds a lesion is liver."""
_CLIP_SD = 3.0
_BINS = 96


@dataclass(frozen=True, slots=True)
class ReferenceRegion:
    """A ball of reference liver: centre in patient LPS mm and radius in mm."""

    centre: Vector
    radius_mm: float = RADIUS_MM


@dataclass(frozen=True, slots=True)
class ReferenceLiver:
    """Mean and standard deviation of the values in a ball, robust against vessels, in the volume's unit."""

    region: ReferenceRegion
    mean: float
    sd: float
    voxels: int
    proposed: bool


def robust_mean_sd(values: NDArray[np.float32]) -> tuple[float, float]:
    """Mean and standard deviation without what lies more than 3 robust standard deviations off the median.

    The robust standard deviation to begin with is 1.4826 times the median absolute deviation.
    """
    kept = values.astype(np.float64)
    middle = float(np.median(kept))
    sd = max(1.4826 * float(np.median(np.abs(kept - middle))), 0.5)
    mean = middle
    for _ in range(3):
        inside = kept[np.abs(kept - mean) <= _CLIP_SD * sd]
        if len(inside) < 2:
            break
        mean, sd = float(inside.mean()), max(float(inside.std(ddof=1)), 1e-6)
    return mean, sd


def ball_values(crop: Crop, centre: Vector, radius_mm: float) -> NDArray[np.float32]:
    """The values within `radius_mm` of a voxel coordinate of the crop."""
    reach = [int(np.ceil(radius_mm / step)) for step in crop.spacing_mm]
    low = [max(0, round(c) - r) for c, r in zip(centre, reach, strict=True)]
    high = [min(n, round(c) + r + 1) for c, r, n in zip(centre, reach, crop.values.shape, strict=True)]
    if any(a >= b for a, b in zip(low, high, strict=True)):
        return np.empty(0, np.float32)
    box = crop.values[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
    z, y, x = (
        ((np.arange(a, b) - c) * step) ** 2 for a, b, c, step in zip(low, high, centre, crop.spacing_mm, strict=True)
    )
    return box[z[:, None, None] + y[None, :, None] + x[None, None, :] <= radius_mm**2]


def propose_centre(coarse: Coarse, around: Vector, clear_mm: float, hounsfield: bool) -> tuple[Vector, float] | None:
    """A place for the reference ball in an even part of the tissue that is commonest around a lesion.

    Parameters
    ----------
    coarse
        The surroundings on a coarse grid.
    around
        The coarse voxel coordinate of the lesion.
    clear_mm
        The ball stays at least this far from `around`.
    hounsfield
        Whether values are HU, so that air, fat and bone are known by their value.

    Returns
    -------
    (coarse voxel coordinate of the centre, radius in mm) or None where no even tissue is found.
    """
    for radius_mm in (RADIUS_MM, _SMALLEST_RADIUS_MM):
        found = _even_place(coarse, around, clear_mm, hounsfield, radius_mm)
        if found is not None:
            return found, radius_mm
    return None


def _even_place(coarse: Coarse, around: Vector, clear_mm: float, hounsfield: bool, radius_mm: float) -> Vector | None:
    from scipy.ndimage import uniform_filter

    values = coarse.values
    size = [max(1, 2 * round(1.6 * radius_mm / (2 * step)) + 1) for step in coarse.spacing_mm]
    if any(s > n for s, n in zip(size, values.shape, strict=True)):
        return None
    level = float(np.median(values))
    mean: Grid = uniform_filter(values - level, size)
    variance: Grid = uniform_filter((values - level) ** 2, size) - mean**2
    mean = mean + np.float32(level)
    sd = np.sqrt(np.maximum(variance, 0))
    inner = np.zeros(values.shape, bool)
    inner[tuple(slice(s // 2, n - s // 2) for s, n in zip(size, values.shape, strict=True))] = True
    low, high = _LIVER_HU if hounsfield else (0.15 * float(np.percentile(values, 99)), np.inf)
    z, y, x = ((np.arange(n) - c) * step for n, c, step in zip(values.shape, around, coarse.spacing_mm, strict=True))
    away = np.sqrt(z[:, None, None] ** 2 + y[None, :, None] ** 2 + x[None, None, :] ** 2)
    possible = inner & (mean > low) & (mean < high) & (away >= clear_mm)
    if not possible.any():
        return None
    even = possible & (sd <= 2.0 * float(np.percentile(sd[possible], 10)) + 1e-3)
    weight = np.exp(-away[even] / _NEAR_MM)
    liver = _commonest(mean[even], weight)
    spread = max(float(np.median(sd[even])), 1e-3)
    near = even & (np.abs(mean - liver) <= spread)
    if not near.any():
        return None
    cost = np.where(near, sd / spread + away / 60.0 + np.abs(mean - liver) / spread, np.inf)
    k, j, i = np.unravel_index(int(cost.argmin()), cost.shape)
    return float(k), float(j), float(i)


def _commonest(values: NDArray[np.float32], weights: NDArray[np.float64]) -> float:
    """The mode of weighted values."""
    from scipy.ndimage import gaussian_filter1d

    counts, edges = np.histogram(values, _BINS, weights=weights)
    peak = int(gaussian_filter1d(counts, 1.5).argmax())
    return float((edges[peak] + edges[peak + 1]) / 2)


def reference_in(crop: Crop, centre: Vector, region: ReferenceRegion, proposed: bool) -> ReferenceLiver | None:
    """Statistics of a ball at a voxel coordinate of the crop; None where too few voxels lie in it."""
    values = ball_values(crop, centre, region.radius_mm)
    if len(values) < _LEAST_VOXELS:
        return None
    mean, sd = robust_mean_sd(values)
    return ReferenceLiver(region, mean, sd, len(values), proposed)
