"""The values that separate the tissues of a liver, and the blur before they are compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from viewers.imaging.catalogue import Vector
from viewers.imaging.crop import Grid

_HYPO_SD, _HYPO_HU = 2.5, 8.0


@dataclass(frozen=True, slots=True)
class Tissue:
    """The values that separate tissues, in the volume's unit.

    `enhancing` is the least value of enhancing tissue, `oil` the least of lipiodol, bone and the like (infinite where
    values are not HU), `liver` and `noise` mean and standard deviation of the reference on the grid at hand.
    """

    enhancing: float
    oil: float
    liver: float
    noise: float
    hounsfield: bool


def dark_below(tissue: Tissue) -> float:
    """Dead tissue is darker than this."""
    return tissue.liver - max(_HYPO_SD * tissue.noise, _HYPO_HU if tissue.hounsfield else 0.0)


def smoothed(values: Grid, spacing_mm: Vector, sigma_mm: float) -> Grid:
    """A Gaussian of the same width in mm along all axes."""
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(values, [sigma_mm / step for step in spacing_mm], truncate=3.0), np.float32)
