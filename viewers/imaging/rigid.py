"""Rigid registration by mutual information, and the rigid motion that comes of it."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Vector
from viewers.imaging.coarse_image import CoarseImage, Mask, Matrix
from viewers.imaging.errors import Cancelled

sitk: Any = importlib.import_module("SimpleITK")

_SEED = 4211
_THREADS = 1
"""With more, the sums of the measure round otherwise from run to run, and the same exams would not give the same."""
_BINS = 40


@dataclass(frozen=True, slots=True, eq=False)
class RigidMotion:
    """A turn and a shift: what is at p in the first exam is at `turn` p + `shift_mm` in the second (LPS mm)."""

    turn: Matrix
    shift_mm: NDArray[np.float64]

    @staticmethod
    def by(shift_mm: Vector) -> RigidMotion:
        """A shift alone."""
        return RigidMotion(np.eye(3), np.asarray(shift_mm, np.float64))

    def carry(self, points: Matrix) -> Matrix:
        """Points (n, 3) of the first exam as points of the second."""
        return np.asarray(points @ self.turn.T + self.shift_mm)

    def back(self, points: Matrix) -> Matrix:
        """Points (n, 3) of the second exam as points of the first."""
        return np.asarray((points - self.shift_mm) @ self.turn)

    def reversed(self) -> RigidMotion:
        """The motion from the second exam to the first."""
        return RigidMotion(self.turn.T, -self.turn.T @ self.shift_mm)

    @property
    def degrees(self) -> float:
        """The angle of the turn."""
        return math.degrees(math.acos(min(1.0, max(-1.0, (float(np.trace(self.turn)) - 1) / 2))))

    def transform(self) -> Any:
        made = sitk.AffineTransform(3)
        made.SetMatrix(self.turn.ravel().tolist())
        made.SetTranslation(self.shift_mm.tolist())
        return made


def resampled(moving: CoarseImage, onto: CoarseImage, motion: RigidMotion, outside: float) -> CoarseImage:
    """The second exam's image as seen on the grid of the first; `outside` where it has no voxels."""
    found = sitk.Resample(moving.image(), onto.image(), motion.transform(), sitk.sitkLinear, outside, sitk.sitkFloat32)
    return CoarseImage(sitk.GetArrayFromImage(found), onto.affine, moving.hounsfield)


def register_rigidly(
    fixed: CoarseImage,
    moving: CoarseImage,
    mask: Mask,
    start: RigidMotion,
    *,
    soft: bool = True,
    shrink: tuple[int, ...] = (2, 1),
    share: float = 0.3,
    cancelled: Callable[[], bool] = lambda: False,
) -> RigidMotion:
    """The rigid motion that makes what lies in the mask share most information with the second exam.

    Parameters
    ----------
    fixed, moving
        The images of the first and the second exam.
    mask
        Which voxels of the first count.
    start
        Where the search begins: it finds what is within about 25 mm and 10 degrees of it.
    soft
        Whether all that is darker than fat counts as equally dark.
    shrink
        By how much the grids are made coarser, step by step.
    share
        The part of the voxels that is sampled, on a regular pattern.

    Raises
    ------
    Cancelled
        `cancelled` said so.
    """
    euler = _euler_at(fixed, mask, start)
    method = sitk.ImageRegistrationMethod()
    method.SetNumberOfThreads(_THREADS)
    method.SetNumberOfWorkUnits(_THREADS)
    method.SetMetricAsMattesMutualInformation(_BINS)
    method.SetMetricFixedMask(_mask_image(fixed, mask))
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentage(share, _SEED)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetShrinkFactorsPerLevel(list(shrink))
    method.SetSmoothingSigmasPerLevel([1.5 * (n > 1) * max(fixed.spacing_mm) for n in shrink])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=4.0, minStep=0.05, numberOfIterations=60, relaxationFactor=0.5, gradientMagnitudeTolerance=1e-6
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetInitialTransform(euler, inPlace=True)
    method.AddCommand(sitk.sitkIterationEvent, lambda: method.Abort() if cancelled() else None)
    try:
        method.Execute(_image(fixed, soft), _image(moving, soft))
    except RuntimeError:
        if cancelled():
            raise Cancelled from None
        return start  # too few voxels overlap for the measure: what the search by shifts found stands
    if cancelled():
        raise Cancelled
    turn = np.asarray(euler.GetMatrix()).reshape(3, 3)
    centre, shift = np.asarray(euler.GetCenter()), np.asarray(euler.GetTranslation())
    return RigidMotion(turn, shift + centre - turn @ centre)


def _euler_at(fixed: CoarseImage, mask: Mask, start: RigidMotion) -> Any:
    """The start as a turn about the middle of the mask, so that turn and shift hardly depend on each other."""
    centre = fixed.points(np.argwhere(mask)[::5].astype(np.float64)).mean(0)
    euler = sitk.Euler3DTransform()
    euler.SetCenter(centre.tolist())
    euler.SetMatrix(start.turn.ravel().tolist())
    euler.SetTranslation((start.shift_mm + start.turn @ centre - centre).tolist())
    return euler


def _image(coarse: CoarseImage, soft: bool) -> Any:
    return coarse.image(coarse.soft() if soft else coarse.values)


def _mask_image(coarse: CoarseImage, mask: Mask) -> Any:
    return coarse.image(mask.astype(np.uint8))
