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


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Where blocks of the first image are found in the second.

    Parameters
    ----------
    places
        The middles of the blocks, voxels (n, 3).
    offsets_mm
        How far from there each fits best, mm along slices, rows and columns (n, 3).
    alike
        The correlation there (n).
    """

    places: NDArray[np.intp]
    offsets_mm: NDArray[np.float64]
    alike: NDArray[np.float64]

    def part(self, start: int, step: int) -> Blocks:
        """Every `step`-th of them from `start` on."""
        return Blocks(self.places[start::step], self.offsets_mm[start::step], self.alike[start::step])

    def agreement(self, alike: float = _ALIKE) -> Agreement:
        """What they say; `alike` is the correlation from which a block counts as found again."""
        if not len(self.places):
            return Agreement(0, 0.0, None, 0.0)
        far = np.linalg.norm(self.offsets_mm, axis=1)
        good = self.alike >= alike
        residual = float(np.median(far[good])) if good.any() else None
        return Agreement(len(far), float((good & (far <= _NEAR_MM)).mean()), residual, float(np.median(self.alike)))


def agreement(grid: CoarseImage, first: Values, second: Values, there: Mask, region: Mask) -> Agreement:
    """Look for blocks of `first` in `second`, both on one grid, by their values.

    Parameters
    ----------
    grid
        Where the voxels are.
    there
        Which voxels the second image has.
    region
        Where the middles of blocks may be.
    """
    return look_for_blocks(grid, first, (first[None], second[None]), there, region).agreement()


def half_block(grid: CoarseImage) -> list[int]:
    """How many voxels a block reaches to either side of its middle."""
    return [max(2, round(_HALF_MM / s)) for s in grid.spacing_mm]


def look_for_blocks(
    grid: CoarseImage, structure: Values, told: tuple[Values, Values], there: Mask, region: Mask
) -> Blocks:
    """Look for blocks of the first image in the second.

    Parameters
    ----------
    structure
        The first image: blocks are taken where it has structure in every direction.
    told
        What of the first and of the second image is compared, each (channels, slices, rows, columns) on the grid.
    there, region
        Where the middles of blocks may be: both.
    """
    half = half_block(grid)
    reach = [max(2, round(_SEARCH_MM / s)) for s in grid.spacing_mm]
    places = _structured(structure, region & there, [h + r for h, r in zip(half, reach, strict=True)], grid.spacing_mm)
    first, second = told
    spread = _spread(second, half)
    looked = [(place, _looked_for(first, second, spread, place, half, reach, grid.spacing_mm)) for place in places]
    found = [(place, *where) for place, where in looked if where is not None]
    return Blocks(
        np.array([place for place, _, _ in found], np.intp).reshape(-1, 3),
        np.array([off for _, off, _ in found], np.float64).reshape(-1, 3),
        np.array([alike for _, _, alike in found], np.float64),
    )


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


def _spread(values: Values, half: list[int]) -> NDArray[np.float64]:
    """Of the block about each voxel the square root of the sum of squares about the means of its channels."""
    size = [2 * h + 1 for h in half]
    total = np.zeros(values.shape[1:])
    for channel in values.astype(np.float64):
        mean = ndimage.uniform_filter(channel, size, mode="constant")
        total += ndimage.uniform_filter(channel**2, size, mode="constant") - mean**2
    return np.sqrt(np.maximum(total * np.prod(size), 1e-6))


def _looked_for(
    first: Values,
    second: Values,
    spread: NDArray[np.float64],
    place: NDArray[np.intp],
    half: list[int],
    reach: list[int],
    spacing_mm: tuple[float, ...],
) -> tuple[list[float], float] | None:
    """How far from its place a block fits best (mm), and its correlation there; None for one without contrast."""
    block = first[:, *(slice(c - h, c + h + 1) for c, h in zip(place, half, strict=True))]
    around = second[:, *(slice(c - h - r, c + h + r + 1) for c, h, r in zip(place, half, reach, strict=True))]
    block = block - block.mean((1, 2, 3), keepdims=True)
    norm = float(np.sqrt((block**2).sum()))
    if norm < 1e-3:
        return None
    shifts = tuple(2 * r + 1 for r in reach)
    products = np.zeros(int(np.prod(shifts)))
    for ours, theirs in zip(block, around, strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(theirs, ours.shape)
        products += windows.reshape(len(products), -1) @ ours.ravel()
    there = spread[tuple(slice(c - r, c + r + 1) for c, r in zip(place, reach, strict=True))]
    correlation = products.reshape(shifts) / (norm * there)
    at = np.unravel_index(int(correlation.argmax()), correlation.shape)
    off = [
        float((i - r + _between(correlation, at, axis)) * step)
        for axis, (i, r, step) in enumerate(zip(at, reach, spacing_mm, strict=True))
    ]
    return off, float(correlation[at])


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
