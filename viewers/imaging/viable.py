"""Which voxels of a lesion are viable, and where exactly their outline lies.

Two questions are answered apart. *What* is viable: tissue above the threshold, reference mean + 2 SD, and below the
limit of lipiodol. *Where it ends*: at half height between the level of the viable tissue and the level of what lies
beside it, be it liver, necrosis or fat; a threshold itself would cut a bright lesion too wide and a faint one too
narrow, since scanners blur edges.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.crop import Grid, Mask

_LEVEL_MM, _BESIDE_MM = 9.0, 5.0
"""Sides of the squares from which the levels of viable tissue and of what lies beside it are taken."""
_BAND = 0.08
"""An outline lies only where at least this part of the larger square may be viable."""
_LOWEST_SD = 15.0
"""Lung or air beside a lesion count as at most so many SD below liver, or they would drown all other neighbours."""
_DEAD_MM, _AWAY_MM, _STEEP = 3.0, 2.4, 0.03
"""Dead tissue beside an outline is judged by a smaller square so far beyond it, where the outline is this steep."""
_ENOUGH = 0.15
_LOWEST = 0.3
"""An edge lies at least this part of the way from liver to viable tissue, or liver beside fat would count as viable.
Beside the dead parts of the lesion it may lie lower, but no more than a pixel farther out for that."""
_PART = 0.6
"""What may be viable is looked for this part of the way from liver to the threshold: blur makes thin tissue fainter."""
_ROUNDS, _OVER = 3, 1.6
"""Levels and outline are found from each other in so many rounds, each going so much farther than it says: thin walls
seem fainter and wider than they are at first, and come right slowly. In coarse pixels, of which a thin wall has one or
two, going farther makes small lesions too short."""
_COARSE_ROUNDS, _COARSE_OVER = 2, 1.0
_MOST = 1.25
"""The level of viable tissue is at most so many times as far above liver as the brightest pixel nearby."""
_EVEN_MM = 0.9
"""Blur of an outline before its bend is measured: shorter bends are noise."""
_PRIOR = np.float32(0.02)
_FINE_MM, _THINNED = 1.2, 0.125
"""Where pixels are smaller, levels are worked out on every other one; and the variance, in those, of thinning."""
_DEEP = 1e4


def are_fine(spacing_mm: tuple[float, float]) -> bool:
    """Whether pixels, by rows and by columns, are so small that thin walls and the noise of an outline can be told."""
    return max(spacing_mm) <= _FINE_MM


def viable_levels(
    values: Grid,
    lesion: Grid,
    threshold: float,
    liver: float,
    sd: float,
    oil: Mask,
    spacing_mm: tuple[float, float],
    blur_mm: float,
    whole: Mask | None = None,
) -> Grid:
    """Slices as levels that are positive in viable tissue and zero on its sub-pixel outline.

    Parameters
    ----------
    values
        Smoothed values, (slices, rows, columns).
    lesion
        Level of the whole lesion: positive inside.
    threshold
        The least level of viable tissue.
    liver, sd
        Mean and standard deviation of the reference liver.
    oil
        Lipiodol and what its blur reaches: never viable.
    spacing_mm
        Between rows and between columns.
    blur_mm
        Standard deviation of the blur of `values` in the plane: that of the scanner and that of smoothing.
    whole
        The whole lesion with its dead parts, if it is known: what lies beside viable tissue in there is told by itself.
    """
    from scipy.ndimage import maximum_filter

    fine = are_fine(spacing_mm) and min(values.shape[1:]) >= 8
    rounds, over = (_ROUNDS, _OVER) if fine else (_COARSE_ROUNDS, _COARSE_OVER)
    whole = whole if fine else None
    low = np.maximum(values, np.float32(liver - _LOWEST_SD * sd))
    barred = np.asarray(oil | (lesion <= 0))
    low_h, oil_h, barred_h = (low[:, ::2, ::2], oil[:, ::2, ::2], barred[:, ::2, ::2]) if fine else (low, oil, barred)
    whole_h = None if whole is None else whole[:, ::2, ::2]
    step_mm = (2 * spacing_mm[0], 2 * spacing_mm[1]) if fine else spacing_mm
    thinned = _THINNED if fine else 0.0

    def full(image: Grid) -> Grid:
        return doubled(doubled(image, 1, values.shape[1]), 2, values.shape[2]) if fine else image

    peak = _highest(low_h, oil_h | barred_h, step_mm)
    most = np.float32(liver) + np.float32(_MOST) * np.maximum(peak - np.float32(liver), 0)
    inner, outer, near = _first_levels(low_h, threshold, liver, sd, oil_h, barred_h, step_mm)
    dead = np.zeros(near.shape, bool)
    found, bend = inner, np.zeros(1, np.float32)
    out = barred | (full(near.astype(np.float32)) < 0.5)
    for turn in range(rounds + 1):
        step = np.maximum(inner - outer, np.float32(2 * sd))
        shift = step * bend * near
        half, least = (inner + outer) / 2, inner * np.float32(_LOWEST) + np.float32(liver * (1 - _LOWEST))
        edge = full(np.maximum(half, least) - shift)
        if turn == rounds:
            break
        ramp = np.float32(2.5 * blur_mm / min(spacing_mm))
        part = np.clip((low - edge) * (ramp / full(step)) + np.float32(0.5), 0, 1)
        part[out] = 0
        part = _thinned(part) if fine else part
        share = _blurred(part, step_mm, blur_mm, thinned)
        even = _blurred(part, step_mm, _EVEN_MM, thinned)
        bend = even - _blurred(even, step_mm, blur_mm)
        rest = 1 - share
        share[oil_h] = 0
        rest[oil_h] = 0
        found = _level_of(share, low_h - outer * rest, inner, step_mm, _LEVEL_MM)
        found = np.minimum(inner + np.float32(over) * (found - inner), most)
        inner = np.maximum(found, np.float32(threshold))
        others = low_h - inner * share
        outer = _level_of(rest, others, outer, step_mm, _BESIDE_MM)
        if whole_h is not None and turn == rounds - 1:
            close = _level_of(rest, others, outer, step_mm, _DEAD_MM)
            outer, dead = _beyond(close, outer, even, near, whole_h, step_mm)
        outer = np.minimum(outer, inner - np.float32(sd))
    edge -= full(np.maximum(least - half, 0) * dead) * maximum_filter(low > edge, (1, 3, 3))
    level = np.minimum(low - edge, lesion)
    none = out | (full(found) <= threshold)
    level[none] = np.minimum(level[none], -1)
    level[oil] = -_DEEP
    return np.asarray(level, np.float32)


def _thinned(image: Grid) -> Grid:
    """Every other row and column, each a mean over its neighbours by 1 : 2 : 1."""
    from scipy.ndimage import correlate1d

    weights = (0.25, 0.5, 0.25)
    rows = np.ascontiguousarray(correlate1d(image, weights, 1, mode="nearest")[:, ::2])
    return np.ascontiguousarray(correlate1d(rows, weights, 2, mode="nearest")[:, :, ::2])


def _first_levels(
    low: Grid, threshold: float, liver: float, sd: float, oil: Mask, barred: Mask, spacing_mm: tuple[float, float]
) -> tuple[Grid, Grid, Mask]:
    """Local levels of what may be viable and of what is not, and where there is something that may be."""
    scale = np.float32(1 / (2 * sd))
    bright = np.maximum(low - np.float32(liver + _PART * (threshold - liver)), 0) * scale
    bright[barred] = 0
    dark = np.clip((np.float32(threshold) - low) * scale, 0, 1)
    dark *= dark
    dark[oil] = 0
    above, below = _spread(bright, spacing_mm), _spread(dark, spacing_mm)
    inner = _spread(bright * low, spacing_mm) / np.maximum(above, np.float32(1e-6))
    outer = _spread(dark * low, spacing_mm) / np.maximum(below, np.float32(1e-6))
    # Where hardly anything is dark, it is noise inside viable tissue: its level then says nothing of what lies beside.
    mean = np.float32(liver)
    outer = np.where(outer > mean, mean + (outer - mean) * np.minimum(below / np.float32(_ENOUGH), 1), outer)
    outer = np.where(below > 1e-3, outer, mean)
    inner = np.where(above > 1e-3, inner, np.float32(threshold))
    near = _spread((bright > 0).astype(np.float32), spacing_mm) >= _BAND
    return np.asarray(inner, np.float32), np.asarray(outer, np.float32), np.asarray(near)


def _beyond(
    close: Grid, outer: Grid, even: Grid, near: Mask, whole: Mask, spacing_mm: tuple[float, float]
) -> tuple[Grid, Mask]:
    """The level of what lies beside an outline, taken from that side alone where it is dead tissue; and where that is.

    `close` is the level of what is not viable within a small square, `outer` within a larger one on all sides, `even`
    the share of viable tissue, which falls across the outline.
    """
    down, along = (np.gradient(even, step, axis=axis) for axis, step in zip((1, 2), spacing_mm, strict=True))
    steep = np.hypot(down, along)
    k, j, i = np.nonzero(near & (steep > _STEEP))
    away = np.float32(-_AWAY_MM) / steep[k, j, i]
    rows = np.clip(np.rint(j + down[k, j, i] * away / spacing_mm[0]).astype(np.intp), 0, even.shape[1] - 1)
    columns = np.clip(np.rint(i + along[k, j, i] * away / spacing_mm[1]).astype(np.intp), 0, even.shape[2] - 1)
    inside = whole[k, rows, columns]
    k, j, i, rows, columns = (index[inside] for index in (k, j, i, rows, columns))
    found, dead = outer.copy(), np.zeros(even.shape, bool)
    found[k, j, i] = close[k, rows, columns]
    dead[k, j, i] = True
    return found, dead


def _level_of(share: Grid, values: Grid, before: Grid, spacing_mm: tuple[float, float], side_mm: float) -> Grid:
    """The local level of a tissue of which each pixel holds a share, by least squares: partial volume is no part of it.

    `values` are what that tissue alone adds, `before` the level where there is little of it.
    """
    weight = _spread(share * share, spacing_mm, side_mm) + _PRIOR
    return np.asarray((_spread(share * values, spacing_mm, side_mm) + _PRIOR * before) / weight, np.float32)


def _blurred(image: Grid, spacing_mm: tuple[float, float], sigma_mm: float, done: float = 0.0) -> Grid:
    """A Gaussian in the plane; `done` is the variance, in pixels, that the image is blurred by already."""
    from scipy.ndimage import gaussian_filter

    sigma = [math.sqrt(max((sigma_mm / step) ** 2 - done, 0.01)) for step in spacing_mm]
    return np.asarray(gaussian_filter(image, (0.0, *sigma), truncate=2.5), np.float32)


def _highest(low: Grid, barred: Mask, spacing_mm: tuple[float, float]) -> Grid:
    """The greatest value within the larger square around each pixel."""
    from scipy.ndimage import maximum_filter

    size = [1, *(max(3, 2 * round(_LEVEL_MM / (2 * step)) + 1) for step in spacing_mm)]
    return np.asarray(maximum_filter(np.where(barred, low.min(), low), size, mode="nearest"), np.float32)


def _spread(image: Grid, spacing_mm: tuple[float, float], side_mm: float = _LEVEL_MM) -> Grid:
    """The mean over a square around each pixel."""
    from scipy.ndimage import uniform_filter

    size = [1, *(max(3, 2 * round(side_mm / (2 * step)) + 1) for step in spacing_mm)]
    return np.asarray(uniform_filter(image, size, mode="nearest"), np.float32)


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
