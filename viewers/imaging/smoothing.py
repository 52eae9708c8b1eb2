"""How much a lesion's images are smoothed before its outline is read off."""

from __future__ import annotations

import numpy as np

from viewers.imaging.crop import Coarse, Crop, Mask
from viewers.imaging.distances import depth_mm
from viewers.imaging.reference import robust_mean_sd
from viewers.imaging.tissue import Tissue, smoothed

SCANNER_MM = 0.6
"""Blur of a scanner in the plane, a standard deviation: kernels for soft tissue have 0.4 to 0.8."""
_SIGMAS_MM = (0.5, 0.75, 1.0, 1.3, 1.7, 2.1, 2.5)
_QUIET, _THICK_QUIET = 0.14, 0.065
"""Noise may be this part of the contrast: images are smoothed no more than that needs, since that rounds off tips."""
_THIN_MM, _THICK_MM = 7.0, 12.0
"""Up to this depth of the enhancing part the first of them holds, from the second the other: in a thick lesion noise
makes the longest line longer than blur makes it shorter."""


def contrast_of(coarse: Coarse, rough: Mask, tissue: Tissue) -> float:
    """How far the enhancing part of a lesion lies above liver, as a median."""
    inside = coarse.values[_enhancing(coarse, rough, tissue)]
    return float(np.median(inside)) - tissue.liver if len(inside) else 0.0


def quiet_of(coarse: Coarse, rough: Mask, tissue: Tissue) -> float:
    """Which part of the contrast noise may be, by how thick the enhancing part of the lesion is."""
    deepest = float(depth_mm(_enhancing(coarse, rough, tissue), coarse.spacing_mm).max())
    return float(np.interp(deepest, (_THIN_MM, _THICK_MM), (_QUIET, _THICK_QUIET)))


def least_blur_mm(liver: Crop, noise: float) -> float:
    """The least blur that brings the noise of a piece of liver down to this."""
    for sigma_mm in _SIGMAS_MM:
        if robust_mean_sd(smoothed(liver.values, liver.spacing_mm, sigma_mm).ravel())[1] <= noise:
            return sigma_mm
    return _SIGMAS_MM[-1]


def _enhancing(coarse: Coarse, rough: Mask, tissue: Tissue) -> Mask:
    return np.asarray(rough & (coarse.values > tissue.enhancing) & (coarse.values < tissue.oil))
