"""Where a clicked lesion is, roughly: its enhancing parts with the dead and oily parts that belong to them.

Worked on a grid of about 2 mm, from thresholds alone. Vessels that run into the lesion are cut off where a ball no
longer fits; how large a ball is tried from large to small, and the largest that still fits the clicked part is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Vector
from viewers.imaging.clicked_parts import around as part_around
from viewers.imaging.clicked_parts import click_mm, holding
from viewers.imaging.crop import Coarse, Grid, Mask
from viewers.imaging.distances import depth_mm, grown, outside_mm
from viewers.imaging.tissue import Tissue
from viewers.imaging.treated_parts import dead_parts, with_oil

COARSE_MM = 2.0
_BALLS_MM = (9.0, 6.5, 5.0, 3.6, 2.2)
"""Radii with which vessels are cut off."""
_FINER, _FINER_MM = 0.6, 6.5
"""The body is then cut more finely: a ball of this part of its depth, at most so large."""
_CORNER_MM, _STUMP_MM = 9.0, 2.1
"""What juts out of the body of a lesion by less belongs to it; of a longer one only a stump does."""
_LEAST_VESSEL_MM3 = 150.0
_LUMP_MM, _LUMP, _LUMP_LONG, _TREATED = 2.0, 0.3, 5.0, 0.15
"""A lump of some depth, and not much longer than deep, is a second part of a lesion that holds dead or oily parts."""
_ROUND_MM, _ROUND = 3.0, 2.8
"""So is a thick lump that reaches no farther than a ball would: vessels are longer than wide."""
_MAIN = 0.8
"""What is at least so deep, in parts of the depth of the body, larger and not much longer, is its other half."""
_SHEET, _DEEP_SHEET = 6.0, 4.5
"""What is this many times larger than a tube of its depth and reach is no vessel, but the rest of a thin lesion; the
second, where it is as deep as the body: vessels that meet the body are together as large, but thinner."""
_THIN, _THIN_MM = 0.25, 5.0
"""What juts out so far is a vessel where the square of that is more than this part of the area on which it stands: a
horn of a lesion stands on a broad foot."""
_BROAD, _REACH = 6.0, 2.0
"""What stands on a foot so many times as large as a section of a tube of its depth is another half. Where more
is cut off with it, a smaller ball is tried; what that adds reaches no farther than so many times the depth."""
_OIL_BLUR_MM = 2.1


@dataclass(frozen=True, slots=True, eq=False)
class Extent:
    """A lesion on the coarse grid, the vessels that were cut off it, and what enhances beside it without touching.

    `why_not` says, where `mask` is None, in words why there is none.
    """

    mask: Mask | None
    cut: Mask | None = None
    beside: Mask | None = None
    why_not: str = ""


def find_extent(coarse: Coarse, values: Grid, tissue: Tissue, marks: list[Vector], within: Mask | None) -> Extent:
    """The lesion that was clicked.

    Parameters
    ----------
    coarse
        The grid.
    values
        Its smoothed values.
    tissue
        What separates tissues on these values.
    marks
        Coarse voxel coordinates that lie in the lesion: the click, or places along the drawn axis.
    within
        Where the lesion can be at all, None: anywhere.
    """
    oil = np.asarray(coarse.values > tissue.oil)
    beside_oil = grown(oil, coarse.spacing_mm, _OIL_BLUR_MM)
    enhancing = (values > tissue.enhancing) & ~beside_oil
    dead = dead_parts(values, tissue, enhancing, beside_oil, marks, coarse.spacing_mm)
    lesion = with_oil(oil, beside_oil, enhancing | dead, marks, coarse.spacing_mm)
    lesion = _filled(lesion)
    if not (lesion & (enhancing | dead | beside_oil)).any():
        return Extent(None, why_not=NOT_SEPARABLE)
    found = _part_at(lesion, dead | beside_oil, marks, coarse.spacing_mm, within)
    if found.mask is not None and within is not None:
        found = replace(found, mask=found.mask & within)
    return found


NOT_SEPARABLE = "nothing at this place stands out from the reference liver by 2 SD: no viable tumour can be separated"


def _filled(mask: Mask) -> Mask:
    """Holes closed, also those that are closed in their slice alone."""
    from scipy.ndimage import binary_fill_holes

    filled = mask.copy()
    for k in np.flatnonzero(mask.any((1, 2))):
        filled[k] = binary_fill_holes(mask[k])
    return np.asarray(binary_fill_holes(filled))


def _part_at(lesion: Mask, treated: Mask, marks: list[Vector], spacing_mm: Vector, within: Mask | None) -> Extent:
    """The part that holds the marks, without the vessels that run into it."""
    depth = depth_mm(lesion, spacing_mm)
    first, first_mm = None, 0.0
    depth_within = depth if within is None else np.where(within, depth, np.float32(0))
    for ball_mm in _BALLS_MM:
        body = _body(lesion, depth_within, ball_mm, marks, spacing_mm)
        if body is None:
            continue
        finer_mm = min(_FINER * float(depth[body].max()), _FINER_MM)
        if finer_mm < ball_mm:
            near = grown(body, spacing_mm, _CORNER_MM)
            finer = _body(lesion & near, depth_within, finer_mm, marks, spacing_mm)
            body = body if finer is None else finer
        found, broad = _with_corners(body, lesion, treated, depth, spacing_mm)
        if first is None:
            first, first_mm = found, float(depth[body].max())
        if not broad:
            grew_mm = _beyond_mm(found, first, spacing_mm)
            return found if grew_mm <= _REACH * first_mm else first
    if first is not None:
        return first
    thin = holding(lesion, marks, spacing_mm, click_mm(spacing_mm))
    if thin is not None:
        return Extent(thin)
    around = part_around(lesion & (depth > _BALLS_MM[-1] - 1.0), marks[len(marks) // 2], spacing_mm)
    return Extent(around) if around is not None else Extent(None, why_not=NOT_SEPARABLE)


def _beyond_mm(found: Extent, first: Extent, spacing_mm: Vector) -> float:
    """How far an extent reaches beyond another one."""
    if found is first or found.mask is None or first.mask is None or not found.mask.any():
        return 0.0
    return float(outside_mm(first.mask, spacing_mm)[found.mask].max())


def _body(
    lesion: Mask, depth: NDArray[np.float32], ball_mm: float, marks: list[Vector], spacing_mm: Vector
) -> Mask | None:
    """The part that holds the marks and that a ball can reach."""
    cores = depth >= ball_mm
    if not cores.any():
        return None
    return holding(grown(cores, spacing_mm, ball_mm) & lesion, marks, spacing_mm, click_mm(spacing_mm))


def _with_corners(
    body: Mask, lesion: Mask, treated: Mask, depth: NDArray[np.float32], spacing_mm: Vector
) -> tuple[Extent, bool]:
    """The body with what juts out of it a little; what juts out far is a vessel, or another lesion, and is cut off.

    And whether something was cut off across so broad a foot that more than a vessel went with it.
    """
    from scipy.ndimage import label, maximum, mean

    away = outside_mm(body, spacing_mm)
    close = lesion & (away <= _STUMP_MM)
    labels, count = label(lesion & ~close)
    if not count:
        return Extent(close), False
    index = np.arange(1, count + 1)
    farthest, nearest = np.asarray(maximum(away, labels, index)), -np.asarray(maximum(-away, labels, index))
    touches = nearest <= _STUMP_MM + 1.1 * max(spacing_mm)
    deepest = np.asarray(maximum(depth, labels, index))
    lump = (deepest >= np.maximum(_LUMP_MM, _LUMP * float(depth[body].max()))) & (farthest <= _LUMP_LONG * deepest)
    if np.count_nonzero(body & treated) < _TREATED * np.count_nonzero(body):
        lump &= np.asarray(mean(treated, labels, index)) >= _TREATED
    foot = _foot_mm2(labels, count, close, spacing_mm)
    voxel_mm3 = float(np.prod(spacing_mm))
    volume = np.bincount(labels.ravel(), minlength=count + 1)[1:] * voxel_mm3
    body_mm3 = np.count_nonzero(body) * voxel_mm3
    lump |= (deepest >= _ROUND_MM) & (farthest <= _ROUND * deepest)
    deep = deepest >= _MAIN * float(depth[body].max())
    main = deep & (farthest <= _LUMP_LONG * deepest) & (volume > body_mm3)
    sheet = volume > np.where(deep, _DEEP_SHEET, _SHEET) * np.pi * deepest**2 * farthest
    lump |= (main | sheet) & (foot > 0)
    thin = (farthest > _THIN_MM) & ((farthest - _STUMP_MM) ** 2 > _THIN * foot) & ~lump
    broad = foot > _BROAD * np.pi * deepest**2
    corner = np.concatenate([[False], touches & ~thin & ((farthest <= _CORNER_MM) | lump | broad)])
    other = touches & ((volume >= _LEAST_VESSEL_MM3) | thin) & ~corner[1:]
    vessel = np.concatenate([[False], other & (foot > 0)])[labels]
    beside = np.concatenate([[False], other & (foot == 0)])[labels]
    stump = ~body & grown(vessel, spacing_mm, _STUMP_MM + 0.5 * min(spacing_mm))
    more = other & broad & (volume >= _LEAST_VESSEL_MM3)
    return Extent((close | corner[labels]) & ~stump, vessel, beside), bool(more.any())


def _foot_mm2(labels: NDArray[np.int32], count: int, body: Mask, spacing_mm: Vector) -> NDArray[np.float64]:
    """The area of the faces of voxels that each part shares with the body, mm²."""
    area = np.zeros(count + 1)
    for axis, step in enumerate(spacing_mm):
        low = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
        high = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
        face_mm2 = float(np.prod(spacing_mm)) / step
        for part, beside in ((low, high), (high, low)):
            area += np.bincount(labels[part][body[beside]], minlength=count + 1) * face_mm2
    return area[1:]
