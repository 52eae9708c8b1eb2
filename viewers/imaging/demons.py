"""Refinement by demons about one organ: a smooth displacement on top of a rigid motion, and its inverse.

J.-P. Thirion, Image matching as a diffusion process, Med Image Anal 1998;2(3):243-60; with the symmetric forces of
T. Vercauteren et al., NeuroImage 2009;45(1 Suppl):S61-72, as SimpleITK has them. Demons compare values, so those of the
second exam are first put on the scale of the first: each becomes the mean of what it lies on there. What oil has
made bright inside the organ counts as the organ's own tissue in both.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from viewers.imaging.coarse_image import OUTSIDE, CoarseImage, Mask, Matrix, Values, image_of
from viewers.imaging.errors import Cancelled

sitk: Any = importlib.import_module("SimpleITK")

_THREADS = 2
_ROUNDS, _ITERATIONS = 3, 8
_SMOOTH_MM = 14.0
_CLOSE_MM = 0.02
_INVERSE_STEPS = 60
_OILY = 95.0
"""Brighter than the organ's tissue by more than any vessel: oil, metal, contrast in a bile duct."""
_BINS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A displacement on a grid: what is at p moves by u(p), linear between grid points and nothing beyond the grid.

    Parameters
    ----------
    displacement_mm
        float32 (slices, rows, columns, 3), LPS mm.
    affine
        4 x 4, voxel (k, j, i, 1) to patient LPS mm.
    """

    displacement_mm: NDArray[np.float32]
    affine: Matrix

    def carry(self, points: Matrix) -> Matrix:
        """Points (n, 3) moved by the field, LPS mm."""
        voxels = (points - self.affine[:3, 3]) @ np.linalg.inv(self.affine[:3, :3]).T
        moved = [
            ndimage.map_coordinates(self.displacement_mm[..., axis], voxels.T, order=1, mode="constant")
            for axis in range(3)
        ]
        return np.asarray(points + np.stack(moved, -1))

    def back(self, points: Matrix) -> Matrix:
        """Where points (n, 3) were before the field moved them; NaN where no place is found within 0.02 mm."""
        found = points.copy()
        for _ in range(_INVERSE_STEPS):
            missed = points - self.carry(found)
            found = found + missed
            if np.abs(missed).max(initial=0.0) < _CLOSE_MM / 10:
                break
        lost = np.linalg.norm(points - self.carry(found), axis=1) > _CLOSE_MM
        found[lost] = np.nan
        return np.asarray(found)

    @property
    def largest_mm(self) -> float:
        return float(np.linalg.norm(self.displacement_mm, axis=-1).max(initial=0.0))

    @property
    def least_stretch(self) -> float:
        """The smallest Jacobian determinant: 1 is no change of volume, 0 or less a fold."""
        step = np.linalg.norm(self.affine[:3, :3], axis=0)
        directions = self.affine[:3, :3] / step
        # the gradient along the grid's axes, turned into the patient's
        slopes = np.stack([np.gradient(self.displacement_mm, step[axis], axis=axis) for axis in range(3)], -1)
        jacobian = np.eye(3) + slopes @ directions.T
        return float(np.linalg.det(jacobian).min())


def refine(
    fixed: CoarseImage,
    moved: CoarseImage,
    organ: Mask,
    tissue: float,
    level: float | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Field:
    """The displacement that makes the second exam, already moved onto the grid of the first, look like the first.

    Parameters
    ----------
    fixed, moved
        Both exams on one grid; `OUTSIDE` where the second one has no voxels.
    organ
        What is refined, on that grid.
    tissue
        The level of the organ's tissue in the first.
    level
        For lungs: all that is brighter counts as equally bright. None for a solid organ, where all that is darker
        than fat counts as equally dark, and values are put on the scale of the first exam.

    Raises
    ------
    Cancelled
        `cancelled` said so.
    """
    there = moved.values > OUTSIDE / 2
    field: Any = None
    if level is not None:
        first, second = (np.minimum(image.values, np.float32(level)) for image in (fixed, moved))
        target, other = (image_of(x, fixed.affine) for x in (first, np.where(there, second, first)))
        field = _demons(target, other, None, fixed, _ROUNDS * _ITERATIONS, cancelled)
        return Field(np.asarray(sitk.GetArrayFromImage(field), np.float32), fixed.affine)
    first = _without_oil(fixed.soft(), organ, tissue)
    second = moved.soft()
    own = float(np.median(second[organ & there])) if (organ & there).any() else tissue
    near = ndimage.binary_dilation(organ, iterations=3)
    second = np.where(there, _without_oil(second, near, own), first)
    target = image_of(first, fixed.affine)
    for _ in range(_ROUNDS):
        now = second if field is None else _pulled(second, fixed.affine, field)
        scale = _scale(now, first, near & there)
        other = image_of(_rescaled(second, scale), fixed.affine)
        field = _demons(target, other, field, fixed, _ITERATIONS, cancelled)
    return Field(np.asarray(sitk.GetArrayFromImage(field), np.float32), fixed.affine)


def rescaled_onto(values: Values, onto: Values, where: Mask) -> Values:
    """Values of another phase on the scale of these: each becomes the mean of what it lies on in `where`."""
    return _rescaled(values, _scale(values, onto, where))


def _demons(
    fixed: Any,
    moving: Any,
    start: Any,
    grid: CoarseImage,
    iterations: int,
    cancelled: Callable[[], bool],
) -> Any:
    demons = sitk.FastSymmetricForcesDemonsRegistrationFilter()
    demons.SetNumberOfThreads(_THREADS)
    demons.SetNumberOfWorkUnits(_THREADS)
    demons.SetNumberOfIterations(iterations)
    demons.SetSmoothDisplacementField(True)
    demons.SetStandardDeviations([_SMOOTH_MM / s for s in grid.spacing_mm[::-1]])
    demons.SetSmoothUpdateField(False)
    demons.SetMaximumUpdateStepLength(2.0)
    demons.SetIntensityDifferenceThreshold(1.0)
    demons.AddCommand(sitk.sitkIterationEvent, lambda: demons.Abort() if cancelled() else None)
    try:
        found = demons.Execute(fixed, moving) if start is None else demons.Execute(fixed, moving, start)
    except RuntimeError:
        if cancelled():
            raise Cancelled from None
        raise
    if cancelled():
        raise Cancelled
    return found


def _without_oil(values: Values, organ: Mask, tissue: float) -> Values:
    return np.where(organ & (values > tissue + _OILY), np.float32(tissue), values).astype(np.float32)


def _pulled(values: Values, affine: Matrix, field: Any) -> Values:
    transform = sitk.DisplacementFieldTransform(sitk.Cast(field, sitk.sitkVectorFloat64))
    image = image_of(values, affine)
    return np.asarray(sitk.GetArrayFromImage(sitk.Resample(image, image, transform)), np.float32)


def _scale(values: Values, onto: Values, where: Mask) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For values in steps, the mean of what they lie on: a line of points (value, mean)."""
    low, high = float(values[where].min()), float(values[where].max()) + 1e-3
    edges = np.linspace(low, high, _BINS + 1)
    at = np.clip(np.digitize(values[where], edges) - 1, 0, _BINS - 1)
    counts = np.bincount(at, minlength=_BINS).astype(np.float64)
    sums = np.bincount(at, weights=onto[where], minlength=_BINS)
    # steps that are hardly met borrow from their neighbours
    counts, sums = (ndimage.gaussian_filter1d(x, 1.2, mode="nearest") for x in (counts, sums))
    known = counts > 3
    middles = (edges[:-1] + edges[1:]) / 2
    return middles[known], sums[known] / counts[known]


def _rescaled(values: Values, scale: tuple[NDArray[np.float64], NDArray[np.float64]]) -> Values:
    return np.interp(values, *scale).astype(np.float32)
