"""Dead and oily tissue that belongs to a lesion: treated parts have no edge of their own towards what enhances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Vector
from viewers.imaging.clicked_parts import CLICK_MM, holding
from viewers.imaging.crop import Grid, Mask
from viewers.imaging.distances import depth_mm, grown, outside_mm
from viewers.imaging.tissue import Tissue, dark_below, smoothed

_SMOOTH_MM = 1.4
_FAT_HU = -30.0
_CONTACT = 0.25
"""A dead or oily part belongs to the lesion where at least this part of its shell is lesion."""
_SHEET_CONTACT, _SHEET_FAT = 0.3, 0.01
"""Beyond the blurred edges of a dead sheet at least so much is lesion, and at most so much fat."""
_SHELL_MM, _CLOSE_MM = 3.2, 2.6
_OPENED_MM = 1.2
_VEINS_MM = (2.2, 3.6, 5.0, 6.5)
"""On MR hepatic veins are as dark in the arterial phase as what is dead: they are cut off a dead part by such balls."""


def dead_parts(
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


def with_oil(oil: Mask, beside_oil: Mask, lesion: Mask, marks: list[Vector], spacing_mm: Vector) -> Mask:
    """A lesion with the oily parts that belong to it.

    Parameters
    ----------
    oil, beside_oil
        Lipiodol, and the same with what its blur reaches.
    lesion
        Its enhancing and dead parts.
    marks
        Voxel coordinates that lie in the lesion.
    spacing_mm
        Between slices, rows and columns.
    """
    if not oil.any():
        return lesion
    return np.asarray(lesion | _belonging(beside_oil, lesion, marks, spacing_mm))


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


def _surrounding(labels: NDArray[np.int32], count: int, lesion: Mask, marks: list[Vector], spacing_mm: Vector) -> Mask:
    """The parts that lie around a good part of the piece of lesion nearest to the marks."""
    surrounds = np.zeros(count + 1, bool)
    piece = holding(lesion, marks, spacing_mm, 3 * CLICK_MM)
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
