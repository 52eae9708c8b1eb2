"""Where liver and lungs roughly are on a coarse image: enough to guide a registration, not to measure anything.

The liver is found as the largest solid piece of even soft tissue on the patient's right; the lungs as air inside the
body; what breath does not move as bone in the middle of the body. No learnt model, no atlas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from viewers.imaging.coarse_image import CoarseImage, Mask, Values

_SOFT = 10.0, 200.0
"""Clamped block means of parenchyma in any phase."""
_BONE = 190.0
_AIR_HU, _LUNG_HU = -400.0, (-980.0, -500.0)
_LEAST_LIVER_ML, _LEAST_LUNG_ML = 250.0, 300.0
_LEAST_DEPTH_MM = 18.0
"""How deep a liver must reach: muscles, kidneys and spleen are thinner."""
_OPENING_MM = 9.0
_LIKE_HU = 12.0
_MIDDLE_MM, _ABOUT_BONE_MM, _OFF_ORGAN_MM, _LEAST_BONE_ML, _LUNG_SECTION_CM2 = 50.0, 10.0, 4.0, 20.0, 150.0
_MOSTLY = 0.5
_MOST_WALL = 0.2
"""A tissue that makes up more than this of the outermost centimetre of the body is wall."""


@dataclass(frozen=True, slots=True, eq=False)
class Organ:
    """A mask on the grid of its image, and the mean and standard deviation of its tissue."""

    mask: Mask
    mean: float
    sd: float
    volume_ml: float


def body_of(coarse: CoarseImage) -> Mask:
    """The body without the table: the largest piece brighter than air, its holes filled image by image."""
    threshold = -300.0 if coarse.hounsfield else -120.0
    solid = ndimage.binary_opening(coarse.values > threshold, _ball(coarse, 6.0))
    body = _largest(solid)
    if body is None:
        return np.asarray(coarse.values > threshold)
    return np.stack([ndimage.binary_fill_holes(layer) for layer in body])


def bone_of(coarse: CoarseImage) -> Mask:
    """Bone, and whatever else is as bright."""
    return np.asarray(coarse.values > _BONE)


def find_liver(coarse: CoarseImage, body: Mask) -> Organ | None:
    """The liver; None where no large solid organ lies on the right."""
    blur = [2.5 / s for s in coarse.spacing_mm]
    smooth = ndimage.gaussian_filter(coarse.soft(), blur)
    deep = body & (ndimage.gaussian_filter(coarse.values, blur) > _SOFT[0]) & (smooth < _SOFT[1])
    seed = _deepest(coarse, body, deep, smooth)
    if seed is None:
        return None
    mean, sd = _level(smooth[seed])
    reach = max(2.6 * sd, 9.0)
    like = deep & (np.abs(smooth - mean) <= reach)
    opened = ndimage.binary_opening(ndimage.binary_closing(like, _ball(coarse, 5.0)), _ball(coarse, _OPENING_MM))
    labels, count = ndimage.label(opened)
    if count == 0:
        return None
    counts = np.bincount(labels[seed & opened], minlength=count + 1)
    counts[0] = 0
    if counts.max() == 0:
        return None
    liver = labels == int(counts.argmax())
    liver = ndimage.binary_fill_holes(ndimage.binary_closing(liver, _ball(coarse, 12.0)))
    volume_ml = float(liver.sum()) * coarse.voxel_mm3 / 1000.0
    return Organ(liver, mean, sd, volume_ml) if volume_ml >= _LEAST_LIVER_ML else None


def _deepest(coarse: CoarseImage, body: Mask, deep: Mask, smooth: Values) -> Mask | None:
    """The inner part of the thickest piece of one tissue on the right that is not the wall of the trunk."""
    right = _to_the_right_mm(coarse, body)
    under = ndimage.distance_transform_edt(np.pad(body, 1), coarse.spacing_mm)[1:-1, 1:-1, 1:-1]
    wall = body & (under > 3.0) & (under < 10.0)
    best: tuple[float, Mask] | None = None
    for level in _commonest(smooth[deep]):
        like = ndimage.binary_closing(deep & (np.abs(smooth - level) <= _LIKE_HU), _ball(coarse, 5.0))
        like = ndimage.binary_opening(like, _ball(coarse, _OPENING_MM))
        if float((like & wall).sum()) > _MOST_WALL * float(wall.sum()):
            continue
        depth = ndimage.distance_transform_edt(like, coarse.spacing_mm)
        # the deepest place counts; to the right it counts more, since heart and spleen are to the left
        score = np.where(right > -20.0, depth + np.clip(right, -20.0, 60.0) * 0.25, 0.0)
        at = np.unravel_index(int(score.argmax()), score.shape)
        if depth[at] >= _LEAST_DEPTH_MM and (best is None or score[at] > best[0]):
            best = float(score[at]), like & _near(coarse, at, 1.1 * float(depth[at]))
    return None if best is None else best[1]


def _commonest(values: Values) -> list[float]:
    """The levels that occur most, at most four: the peaks of the histogram."""
    if not len(values):
        return []
    counts, edges = np.histogram(values, np.arange(_SOFT[0], _SOFT[1] + 1, 3.0))
    smooth = ndimage.gaussian_filter1d(counts.astype(np.float64), 1.0)
    peaks = np.flatnonzero((smooth >= np.roll(smooth, 1)) & (smooth > np.roll(smooth, -1)) & (smooth > 0))
    first = peaks[np.argsort(-smooth[peaks], kind="stable")][:4]
    return [float((edges[i] + edges[i + 1]) / 2) for i in first]


def find_lungs(coarse: CoarseImage, body: Mask) -> Organ | None:
    """Air in the body that is lung and not bowel: the large pieces; None where there is little of it, or for MR."""
    if not coarse.hounsfield:
        return None
    air = body & (coarse.values < _AIR_HU)
    labels, count = ndimage.label(air)
    if count == 0:
        return None
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    kept = np.flatnonzero(sizes * coarse.voxel_mm3 / 1000.0 > 100.0)
    lungs = np.isin(labels, kept)
    values = coarse.values[lungs]
    volume_ml = float(lungs.sum()) * coarse.voxel_mm3 / 1000.0
    if volume_ml < _LEAST_LUNG_ML or not _LUNG_HU[0] < float(np.median(values)) < _LUNG_HU[1]:
        return None
    lungs = ndimage.binary_closing(lungs, _ball(coarse, 10.0)) & body
    return Organ(np.asarray(lungs), float(values.mean()), float(values.std()), volume_ml)


def find_trunk(coarse: CoarseImage, body: Mask) -> tuple[Mask, Mask] | None:
    """What breath does not move, in the middle of the body: to register, spine and breastbone; to check, more.

    Lungs and liver are in neither, and ribs, which breathe, hardly. The mediastinum, between large sections of the
    lungs, is checked with the bones; further down, and on images that are mostly of the abdomen, what lies in the
    middle hangs on the diaphragm. None where there is little bone, or for MR.
    """
    if not coarse.hounsfield:
        return None
    lungs, liver = find_lungs(coarse, body), find_liver(coarse, body)
    still = np.ones_like(body)
    for organ in (lungs, liver):
        if organ is not None:
            still &= ~grown(organ.mask, coarse, _OFF_ORGAN_MM)
    middle = body & (np.abs(_to_the_right_mm(coarse, body)) < _MIDDLE_MM)
    bone = bone_of(coarse) & middle & still
    if float(bone.sum()) * coarse.voxel_mm3 / 1000.0 < _LEAST_BONE_ML:
        return None
    about = grown(bone, coarse, _ABOUT_BONE_MM) & still
    if lungs is None:
        return about, about
    areas_cm2 = lungs.mask.sum((1, 2)) * coarse.spacing_mm[1] * coarse.spacing_mm[2] / 100.0
    chest = areas_cm2 > _LUNG_SECTION_CM2
    return about, about | (middle & still & chest[:, None, None]) if chest.mean() > _MOSTLY else about


def grown(mask: Mask, coarse: CoarseImage, by_mm: float) -> Mask:
    """The mask and what lies within `by_mm` of it."""
    away = ndimage.distance_transform_edt(~mask, coarse.spacing_mm)
    return np.asarray(away <= by_mm)


def box_of(mask: Mask, coarse: CoarseImage, margin_mm: float) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The first and beyond the last voxel of a box around a mask."""
    low, high = [], []
    for axis, step in enumerate(coarse.spacing_mm):
        there = np.flatnonzero(mask.any(tuple(a for a in range(3) if a != axis)))
        reach = int(np.ceil(margin_mm / step))
        low.append(max(int(there[0]) - reach, 0))
        high.append(min(int(there[-1]) + reach + 1, mask.shape[axis]))
    return tuple(low), tuple(high)


def _level(values: Values) -> tuple[float, float]:
    middle = float(np.median(values))
    return middle, max(1.4826 * float(np.median(np.abs(values - middle))), 1.0)


def _to_the_right_mm(coarse: CoarseImage, body: Mask) -> NDArray[np.float64]:
    """How far each voxel lies to the patient's right of the body's middle, mm; LPS x grows to the left."""
    some = np.argwhere(body)[::7].astype(np.float64)
    middle = float(coarse.points(some)[:, 0].mean()) if len(some) else 0.0
    k, j, i = (np.arange(n, dtype=np.float64) for n in body.shape)
    a = coarse.affine[0]
    x = a[0] * k[:, None, None] + a[1] * j[None, :, None] + a[2] * i[None, None, :] + a[3]
    return np.asarray(middle - x)


def _near(coarse: CoarseImage, at: tuple[np.intp, ...], reach_mm: float) -> Mask:
    z, y, x = ((np.arange(n) - c) * s for n, c, s in zip(coarse.values.shape, at, coarse.spacing_mm, strict=True))
    return np.asarray(z[:, None, None] ** 2 + y[None, :, None] ** 2 + x[None, None, :] ** 2 <= reach_mm**2)


def _ball(coarse: CoarseImage, radius_mm: float) -> Mask:
    reach = [int(radius_mm / s) for s in coarse.spacing_mm]
    z, y, x = (np.arange(-r, r + 1) * s for r, s in zip(reach, coarse.spacing_mm, strict=True))
    away = z[:, None, None] ** 2 + y[None, :, None] ** 2 + x[None, None, :] ** 2
    return np.asarray(away <= radius_mm**2 + 1e-6)


def _largest(mask: Mask) -> Mask | None:
    labels, count = ndimage.label(mask)
    if count == 0:
        return None
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray(labels == int(sizes.argmax()))
