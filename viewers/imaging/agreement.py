"""How well two registered images agree, told by what the registration did not use: where small blocks fit best.

Blocks of 29 mm with structure in every direction are taken from the first image, and each is looked for within 13 mm
of its place in the second. A block that fits best where it is confirms the registration, one that fits better elsewhere
says how far off it is, and one that fits nowhere tells that the two do not show the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from viewers.imaging.coarse_image import CoarseImage, Mask, Values

_HALF_MM, _SEARCH_MM = 14.5, 13.0
_APART_MM = 17.0
_MOST = 60
_ALIKE = 0.6
"""The correlation from which a block counts as found again."""
_NEAR_MM = 9.0
"""How far from its place a block may be found and still confirm it."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the blocks say.

    Parameters
    ----------
    blocks
        How many were looked for.
    confirmed
        The share that is found again (correlation of 0.6 or more) within 9 mm of its place.
    residual_mm
        Median distance from its place of those found again; None where none is.
    correlation
        Median correlation at the best place.
    """

    blocks: int
    confirmed: float
    residual_mm: float | None
    correlation: float


def agreement(grid: CoarseImage, first: Values, second: Values, there: Mask, region: Mask) -> Agreement:
    """Look for blocks of `first` in `second`, both on one grid.

    Parameters
    ----------
    grid
        Where the voxels are.
    there
        Which voxels the second image has.
    region
        Where the middles of blocks may be.
    """
    half = [max(2, round(_HALF_MM / s)) for s in grid.spacing_mm]
    reach = [max(2, round(_SEARCH_MM / s)) for s in grid.spacing_mm]
    places = _structured(first, region & there, [h + r for h, r in zip(half, reach, strict=True)], grid.spacing_mm)
    if not len(places):
        return Agreement(0, 0.0, None, 0.0)
    away, alike = [], []
    for place in places:
        found = _looked_for(first, second, place, half, reach, grid.spacing_mm)
        if found is not None:
            away.append(found[0])
            alike.append(found[1])
    if not away:
        return Agreement(0, 0.0, None, 0.0)
    far, correlation = np.asarray(away), np.asarray(alike)
    good = correlation >= _ALIKE
    residual = float(np.median(far[good])) if good.any() else None
    return Agreement(len(far), float((good & (far <= _NEAR_MM)).mean()), residual, float(np.median(correlation)))


def _structured(first: Values, region: Mask, margin: list[int], spacing_mm: tuple[float, ...]) -> NDArray[np.intp]:
    """Places with structure in every direction, the strongest first: the least eigenvalue of the gradients' spread."""
    smooth = ndimage.gaussian_filter(first, 0.7)
    slopes = [np.gradient(smooth, step, axis=axis) for axis, step in enumerate(spacing_mm)]
    sigma = [0.5 * _HALF_MM / s for s in spacing_mm]
    tensor = np.empty((*first.shape, 3, 3), np.float32)
    for a in range(3):
        for b in range(a, 3):
            tensor[..., a, b] = tensor[..., b, a] = ndimage.gaussian_filter(slopes[a] * slopes[b], sigma)
    inner = np.zeros(first.shape, bool)
    inner[tuple(slice(m, n - m) for m, n in zip(margin, first.shape, strict=True))] = True
    possible = np.argwhere(region & inner)
    if not len(possible):
        return possible
    strength = np.linalg.eigvalsh(tensor[tuple(possible.T)])[:, 0]
    order = np.argsort(-strength, kind="stable")
    left = possible[order]
    kept: list[NDArray[np.intp]] = []
    millimetres = left * np.asarray(spacing_mm)
    free = np.ones(len(left), bool)
    while len(kept) < _MOST and free.any():
        at = int(free.argmax())
        kept.append(left[at])
        free &= ((millimetres - millimetres[at]) ** 2).sum(1) >= _APART_MM**2
    return np.asarray(kept)


def _looked_for(
    first: Values,
    second: Values,
    place: NDArray[np.intp],
    half: list[int],
    reach: list[int],
    spacing_mm: tuple[float, ...],
) -> tuple[float, float] | None:
    """How far from its place a block fits best (mm), and its correlation there; None for one without contrast."""
    block = first[tuple(slice(c - h, c + h + 1) for c, h in zip(place, half, strict=True))]
    around = second[tuple(slice(c - h - r, c + h + r + 1) for c, h, r in zip(place, half, reach, strict=True))]
    block = block - block.mean()
    norm = float(np.sqrt((block**2).sum()))
    if norm < 1e-3:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(around, block.shape)
    count = block.size
    sums = windows.sum((3, 4, 5), dtype=np.float64)
    squares = np.einsum("abcijk,abcijk->abc", windows, windows, dtype=np.float64)
    products = np.einsum("abcijk,ijk->abc", windows, block, dtype=np.float64)
    spread = np.sqrt(np.maximum(squares - sums**2 / count, 1e-6))
    correlation = products / (norm * spread)
    at = np.unravel_index(int(correlation.argmax()), correlation.shape)
    off = [
        (i - r + _between(correlation, at, axis)) * step
        for axis, (i, r, step) in enumerate(zip(at, reach, spacing_mm, strict=True))
    ]
    return float(np.linalg.norm(off)), float(correlation[at])


def _between(values: NDArray[np.float64], at: tuple[np.intp, ...], axis: int) -> float:
    """Where between the voxels the peak lies: the top of the parabola through it and its neighbours."""
    i, n = int(at[axis]), values.shape[axis]
    if not 0 < i < n - 1:
        return 0.0

    def value(step: int) -> float:
        return float(values[tuple(k + step if a == axis else k for a, k in enumerate(at))])

    before, peak, after = value(-1), value(0), value(1)
    bend = before - 2 * peak + after
    return 0.0 if bend >= -1e-9 else max(-0.5, min(0.5, 0.5 * (before - after) / bend))
