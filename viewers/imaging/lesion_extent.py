"""Where a clicked lesion is, roughly: its enhancing parts with the dead and oily parts that belong to them.

Worked on a grid of about 2 mm, from thresholds alone. Vessels that run into the lesion are cut off where a ball no
longer fits; how large a ball is tried from large to small, and the largest that still fits the clicked part is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Vector
from viewers.imaging.crop import Coarse, Grid, Mask
from viewers.imaging.distances import depth_mm, grown, outside_mm

COARSE_MM = 2.0
_SMOOTH_MM = 1.4
_FAT_HU = -30.0
_BALLS_MM = (9.0, 6.5, 5.0, 3.6, 2.2)
"""Radii with which vessels are cut off."""
_FINER, _FINER_MM = 0.6, 6.5
"""The body is then cut more finely: a ball of this part of its depth, at most so large."""
_CORNER_MM, _STUMP_MM = 9.0, 2.1
"""What juts out of the body of a lesion by less belongs to it; of a longer one only a stump does."""
_CLICK_MM = 3.5
"""A click this close to a lesion is meant for it."""
_CONTACT = 0.25
"""A dead or oily part belongs to the lesion where at least this part of its shell is lesion."""
_SHEET_CONTACT, _SHEET_FAT = 0.3, 0.01
"""Beyond the blurred edges of a dead sheet at least so much is lesion, and at most so much fat."""
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
_BROAD = 6.0
"""What stands on a foot so many times as large as a section of a tube of its depth is no vessel, but another half."""
_SHELL_MM, _CLOSE_MM, _OIL_BLUR_MM = 3.2, 2.6, 2.1
_OPENED_MM = 1.2
_VEINS_MM = (2.2, 3.6, 5.0, 6.5)
"""On MR hepatic veins are as dark in the arterial phase as what is dead: they are cut off a dead part by such balls."""
_HYPO_SD, _HYPO_HU = 2.5, 8.0
_DIRECTIONS = 96


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


@dataclass(frozen=True, slots=True, eq=False)
class Extent:
    """A lesion on the coarse grid, the vessels that were cut off it, and what enhances beside it without touching.

    `why_not` says, where `mask` is None, in words why there is none.
    """

    mask: Mask | None
    cut: Mask | None = None
    beside: Mask | None = None
    why_not: str = ""


def smoothed(values: Grid, spacing_mm: Vector, sigma_mm: float) -> Grid:
    """A Gaussian of the same width in mm along all axes."""
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(values, [sigma_mm / step for step in spacing_mm], truncate=3.0), np.float32)


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
    dead = _dead_parts(values, tissue, enhancing, beside_oil, marks, coarse.spacing_mm)
    lesion = _with_oil(oil, beside_oil, enhancing | dead, marks, coarse.spacing_mm)
    lesion = _filled(lesion)
    if not (lesion & (enhancing | dead | beside_oil)).any():
        return Extent(None, why_not=NOT_SEPARABLE)
    found = _part_at(lesion, dead | beside_oil, marks, coarse.spacing_mm, within)
    if found.mask is not None and within is not None:
        found = replace(found, mask=found.mask & within)
    return found


NOT_SEPARABLE = "nothing at this place stands out from the reference liver by 2 SD: no viable tumour can be separated"


def dark_below(tissue: Tissue) -> float:
    """Dead tissue is darker than this."""
    return tissue.liver - max(_HYPO_SD * tissue.noise, _HYPO_HU if tissue.hounsfield else 0.0)


def _filled(mask: Mask) -> Mask:
    """Holes closed, also those that are closed in their slice alone."""
    from scipy.ndimage import binary_fill_holes

    filled = mask.copy()
    for k in np.flatnonzero(mask.any((1, 2))):
        filled[k] = binary_fill_holes(mask[k])
    return np.asarray(binary_fill_holes(filled))


def _dead_parts(
    values: Grid, tissue: Tissue, enhancing: Mask, beside_oil: Mask, marks: list[Vector], spacing_mm: Vector
) -> Mask:
    """Tissue darker than liver that is enclosed by enhancing or oily tissue to a good part, or was clicked."""
    floor = _FAT_HU if tissue.hounsfield else 0.05 * tissue.liver
    dark = dark_below(tissue)
    even = smoothed(values, spacing_mm, _SMOOTH_MM)
    hypo = (even < dark) & (values > floor) & ~beside_oil
    around = enhancing | beside_oil
    if not tissue.hounsfield:
        return _belonging(_without_veins(hypo, spacing_mm), around, marks, spacing_mm, _OPENED_MM)
    dead = _belonging(hypo, around, marks, spacing_mm, _OPENED_MM)
    return dead | _sheets(hypo & ~dead, around, np.asarray(values <= floor), spacing_mm)


def _sheets(dark: Mask, lesion: Mask, fat: Mask, spacing_mm: Vector) -> Mask:
    """Dead sheets between parts of a lesion; what blur made of the edges between them is neither, and passed over.

    Where fat is near, nothing is taken for a sheet: between organs that enhance a thin layer of fat is as dark.
    """
    from scipy.ndimage import distance_transform_edt, label

    labels, count = label(dark)
    if not count:
        return dark
    distance, index = distance_transform_edt(labels == 0, spacing_mm, return_indices=True)
    nearest = labels[tuple(index)]
    near = (distance > 0) & (distance <= 2 * _CLOSE_MM)
    shell = near & (distance > _CLOSE_MM)
    around, beyond = (np.maximum(np.bincount(nearest[part], minlength=count + 1), 1) for part in (near, shell))
    touched = np.bincount(nearest[shell & lesion], minlength=count + 1)
    fatty = np.bincount(nearest[near & fat], minlength=count + 1)
    sheets = (touched >= _SHEET_CONTACT * beyond) & (fatty <= _SHEET_FAT * around) & ~_at_border(labels, count)
    sheets[0] = False
    close = (distance <= _CLOSE_MM) & grown(lesion, spacing_mm, _CLOSE_MM)
    return np.asarray(sheets[nearest] & (close | dark))


def _without_veins(dark: Mask, spacing_mm: Vector) -> Mask:
    """Dark tissue, without the veins that would join what lies inside the liver to what is dark outside it."""
    from scipy.ndimage import label

    kept = np.zeros(dark.shape, bool)
    rest = dark
    for ball_mm in (_OPENED_MM, *_VEINS_MM):
        labels, count = label(_opened(rest, spacing_mm, ball_mm))
        outside = _at_border(labels, count)
        outside[0] = True
        kept |= ~outside[labels]
        outside[0] = False
        rest = outside[labels]
    return kept


def _opened(parts: Mask, spacing_mm: Vector, ball_mm: float) -> Mask:
    """What a ball of this radius can reach inside the parts, and about a voxel more."""
    return parts & grown(depth_mm(parts, spacing_mm) > ball_mm, spacing_mm, ball_mm + 1.5)


def _with_oil(oil: Mask, beside_oil: Mask, lesion: Mask, marks: list[Vector], spacing_mm: Vector) -> Mask:
    if not oil.any():
        return lesion
    return np.asarray(lesion | _belonging(beside_oil, lesion, marks, spacing_mm))


def _belonging(parts: Mask, lesion: Mask, marks: list[Vector], spacing_mm: Vector, opened_mm: float = 0.0) -> Mask:
    """The connected parts whose shell is lesion to a good part, with what lies between them and it."""
    from scipy.ndimage import label

    none = np.zeros(parts.shape, bool)
    if opened_mm and parts.any():
        parts = _opened(parts, spacing_mm, opened_mm)
    labels, count = label(parts)
    if not count:
        return none
    nearest, shell, close = _shells(labels, spacing_mm)
    touched = np.bincount(nearest[shell & lesion], minlength=count + 1)
    around = np.bincount(nearest[shell], minlength=count + 1)
    belongs = touched >= _CONTACT * np.maximum(around, 1)
    belongs |= _surrounding(labels, count, lesion, marks, spacing_mm)
    belongs |= _clicked(labels, marks, count)
    belongs &= ~_at_border(labels, count)
    belongs[0] = False
    kept = belongs[labels]
    return np.asarray(kept | (close & belongs[nearest] & grown(lesion, spacing_mm, _CLOSE_MM))) if kept.any() else none


def _surrounding(labels: NDArray[np.int32], count: int, lesion: Mask, marks: list[Vector], spacing_mm: Vector) -> Mask:
    """The parts that lie around a good part of the piece of lesion nearest to the marks."""
    surrounds = np.zeros(count + 1, bool)
    piece = _holding(lesion, marks, spacing_mm, 3 * _CLICK_MM)
    if piece is None:
        return surrounds
    away = outside_mm(piece, spacing_mm, 1.0 + _SHELL_MM)
    shell = (away > 1.0) & (away <= 1.0 + _SHELL_MM)
    around = np.bincount(labels[shell], minlength=count + 1)
    surrounds = around >= _CONTACT * max(int(np.count_nonzero(shell)), 1)
    surrounds[0] = False
    return surrounds


def _shells(labels: NDArray[np.int32], spacing_mm: Vector) -> tuple[NDArray[np.int32], Mask, Mask]:
    """The nearest label of each voxel, which voxels lie in the shell around any, and which very close to one."""
    from scipy.ndimage import distance_transform_edt

    distance, index = distance_transform_edt(labels == 0, spacing_mm, return_indices=True)
    return labels[tuple(index)], (distance > 0) & (distance <= _SHELL_MM), (distance > 0) & (distance <= _CLOSE_MM)


def _clicked(labels: NDArray[np.int32], marks: list[Vector], count: int) -> Mask:
    clicked = np.zeros(count + 1, bool)
    for mark in marks:
        k, j, i = (round(c) for c in mark)
        clicked[labels[k, j, i]] = True
    return clicked


def _at_border(labels: NDArray[np.int32], count: int) -> Mask:
    """Which parts reach the sides of the box, and so are no part of a lesion that lies inside it."""
    at_border = np.zeros(count + 1, bool)
    for axis in (1, 2):
        for end in (0, -1):
            at_border[np.unique(np.take(labels, end, axis))] = True
    return at_border


def _part_at(lesion: Mask, treated: Mask, marks: list[Vector], spacing_mm: Vector, within: Mask | None) -> Extent:
    """The part that holds the marks, without the vessels that run into it."""
    depth = depth_mm(lesion, spacing_mm)
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
        return _with_corners(body, lesion, treated, depth, spacing_mm)
    thin = _holding(lesion, marks, spacing_mm, _click_mm(spacing_mm))
    if thin is not None:
        return Extent(thin)
    around = _around(lesion & (depth > _BALLS_MM[-1] - 1.0), marks[len(marks) // 2], spacing_mm)
    return Extent(around) if around is not None else Extent(None, why_not=NOT_SEPARABLE)


def _body(
    lesion: Mask, depth: NDArray[np.float32], ball_mm: float, marks: list[Vector], spacing_mm: Vector
) -> Mask | None:
    """The part that holds the marks and that a ball can reach."""
    cores = depth >= ball_mm
    if not cores.any():
        return None
    return _holding(grown(cores, spacing_mm, ball_mm) & lesion, marks, spacing_mm, _click_mm(spacing_mm))


def _with_corners(body: Mask, lesion: Mask, treated: Mask, depth: NDArray[np.float32], spacing_mm: Vector) -> Extent:
    """The body with what juts out of it a little; what juts out far is a vessel, or another lesion, and is cut off."""
    from scipy.ndimage import label, maximum, mean

    away = outside_mm(body, spacing_mm)
    close = lesion & (away <= _STUMP_MM)
    labels, count = label(lesion & ~close)
    if not count:
        return Extent(close)
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
    return Extent((close | corner[labels]) & ~stump, vessel, beside)


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


def _holding(parts: Mask, marks: list[Vector], spacing_mm: Vector, near_mm: float) -> Mask | None:
    """The connected part in which, or within `near_mm` of which, most marks lie."""
    from scipy.ndimage import label

    labels, count = label(parts)
    if not count:
        return None
    votes = np.zeros(count + 1)
    nearest, distance = _nearest_labels(labels, marks, spacing_mm)
    for found, away in zip(nearest, distance, strict=True):
        if away <= near_mm:
            votes[found] += 1 / (1 + away)
    return np.asarray(labels == votes.argmax()) if votes.any() else None


def _click_mm(spacing_mm: Vector) -> float:
    """A click in the outermost slice of a lesion, which shows only a part of it, is meant for it too."""
    return max(_CLICK_MM, 1.1 * spacing_mm[0])


def _nearest_labels(
    labels: NDArray[np.int32], marks: list[Vector], spacing_mm: Vector
) -> tuple[list[int], list[float]]:
    found, distances = [], []
    for mark in marks:
        reach = [int(np.ceil(3 * _CLICK_MM / step)) + 1 for step in spacing_mm]
        low = [max(0, round(c) - r) for c, r in zip(mark, reach, strict=True)]
        box = labels[tuple(slice(a, round(c) + r + 1) for a, c, r in zip(low, mark, reach, strict=True))]
        at = np.argwhere(box > 0)
        if not len(at):
            found.append(0)
            distances.append(np.inf)
            continue
        away = np.linalg.norm((at + low - np.asarray(mark)) * spacing_mm, axis=1)
        best = int(away.argmin())
        found.append(int(box[tuple(at[best])]))
        distances.append(float(away[best]))
    return found, distances


def _around(parts: Mask, mark: Vector, spacing_mm: Vector) -> Mask | None:
    """The nearest part whose hull holds the mark: a dead part that looks like liver was clicked."""
    from scipy.ndimage import label

    labels, count = label(parts)
    best, nearest = None, 25.0
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(_DIRECTIONS, 3))
    for number in range(1, min(count, 60) + 1):
        at = (np.argwhere(labels == number) - np.asarray(mark)) * spacing_mm
        if len(at) < 8:
            continue
        away = float(np.linalg.norm(at, axis=1).min())
        if away < nearest and bool((np.max(at @ directions.T, axis=0) >= 0).all()):
            best, nearest = number, away
    return None if best is None else np.asarray(labels == best)
