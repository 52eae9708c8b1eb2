"""Takes the coil's uneven brightness out of an MR: each value by the mean brightness of the body about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from viewers.imaging.coarse_image import BRIGHT_HU, FATTY_HU, CoarseImage, Mask

_ABOUT_MM = 45.0
_DARK = 0.12
"""The part of the range below which a voxel is air, in the lungs too, and tells nothing of the coil."""


def evened(coarse: CoarseImage, body: Mask) -> CoarseImage:
    """An MR with the slow changes of its brightness in the body taken out; CT as it is.

    What is brighter than usual for its surroundings stays so; only what changes over 10 cm and more is lost.
    """
    if coarse.hounsfield:
        return coarse
    signal = np.maximum(coarse.values - np.float32(FATTY_HU), 0)
    seen = body & (signal > _DARK * (BRIGHT_HU - FATTY_HU))
    if not seen.any():
        return coarse
    sigma = [_ABOUT_MM / step for step in coarse.spacing_mm]
    share = ndimage.gaussian_filter(seen.astype(np.float32), sigma)
    mean = ndimage.gaussian_filter(np.where(seen, signal, 0).astype(np.float32), sigma) / np.maximum(share, 1e-3)
    usual = float(mean[seen].mean())
    gain = np.where(share > 0.02, usual / np.maximum(mean, 0.2 * usual), 1.0)
    return replace(coarse, values=(np.clip(signal * gain, 0, BRIGHT_HU - FATTY_HU) + FATTY_HU).astype(np.float32))
