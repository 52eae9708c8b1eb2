"""A volume as a small SimpleITK image for registration: block means of clamped values, with its place in the patient.

Values are clamped before they are averaged, so that lipiodol, bone and metal, whose blocks would outshine all others,
count as no more than bright tissue.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Vector
from viewers.imaging.errors import ImagingError
from viewers.imaging.volume import Volume

sitk: Any = importlib.import_module("SimpleITK")

Values = NDArray[np.float32]
Mask = NDArray[np.bool_]
Matrix = NDArray[np.float64]

AIR_HU, BRIGHT_HU = -1000.0, 250.0
"""Values are clamped to these: below is nothing, above is lipiodol, bone, metal or concentrated contrast."""
FATTY_HU = -150.0
"""Soft tissue is what is above it; for soft tissue all that is darker counts as this."""

OUTSIDE = -3000.0
"""What a resampled image holds where the source has no voxels."""

_PERCENTILES = 2.0, 99.0
_MR_RANGE = FATTY_HU, BRIGHT_HU


@dataclass(frozen=True, slots=True, eq=False)
class CoarseImage:
    """Values on a coarse grid and where the grid is.

    Parameters
    ----------
    values
        float32 (slices, rows, columns): HU clamped to -1000 ... 250; of other modalities their range between the 2nd
        and the 99th percentile, stretched to -150 ... 250.
    affine
        4 x 4, voxel (k, j, i, 1) to patient LPS mm.
    hounsfield
        Whether values are HU.
    """

    values: Values
    affine: Matrix
    hounsfield: bool

    @property
    def spacing_mm(self) -> Vector:
        """Between slices, rows and columns."""
        z, y, x = np.linalg.norm(self.affine[:3, :3], axis=0).tolist()
        return z, y, x

    @property
    def voxel_mm3(self) -> float:
        return float(np.prod(self.spacing_mm))

    def soft(self) -> Values:
        """The values with all that is darker than fat as dark as that."""
        return np.maximum(self.values, np.float32(FATTY_HU))

    def image(self, values: NDArray[Any] | None = None) -> Any:
        """The values, or others on the same grid, as a SimpleITK image."""
        return image_of(self.values if values is None else values, self.affine)

    def points(self, voxels: NDArray[Any]) -> Matrix:
        """Patient LPS mm of voxel coordinates (n, 3) = (slice, row, column)."""
        return np.asarray(voxels @ self.affine[:3, :3].T + self.affine[:3, 3], np.float64)

    def voxels(self, points: Matrix) -> Matrix:
        """Voxel coordinates (n, 3) of patient points, LPS mm."""
        return np.asarray((points - self.affine[:3, 3]) @ np.linalg.inv(self.affine[:3, :3]).T, np.float64)

    def cropped(self, low: tuple[int, ...], high: tuple[int, ...]) -> CoarseImage:
        """The voxels from `low` to before `high`."""
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        moved = self.affine.copy()
        moved[:3, 3] = self.points(np.asarray([low], np.float64))[0]
        return CoarseImage(np.ascontiguousarray(self.values[box]), moved, self.hounsfield)


def coarse_image(volume: Volume, aim_mm: float) -> CoarseImage:
    """A loaded volume as block means on a grid of about `aim_mm`.

    Raises
    ------
    ImagingError
        The stack is no sound volume, or too small to be told from another.
    """
    if volume.affine is None:
        raise ImagingError(
            "its images are not one even volume, so that it cannot be registered", remedy="pin one place on both"
        )
    steps = np.linalg.norm(volume.affine[:3, :3], axis=0)
    factors = [max(1, round(aim_mm / step)) for step in steps.tolist()]
    counts = [n // f for n, f in zip(volume.shape, factors, strict=True)]
    if min(counts) < 6:
        raise ImagingError(
            f"it is too thin to be registered ({volume.shape[0]} images)", remedy="pin one place on both"
        )
    low, high = _range_of(volume)
    made = np.empty(tuple(counts), np.float32)
    for k in range(counts[0]):
        slab = [_clamped(volume, k * factors[0] + n, low, high) for n in range(factors[0])]
        made[k] = _block_mean(slab, factors[1], factors[2])
    hounsfield = volume.unit == "HU"
    if not hounsfield:
        made = (made - low) * np.float32((_MR_RANGE[1] - _MR_RANGE[0]) / max(high - low, 1e-6)) + _MR_RANGE[0]
    affine = volume.affine.copy()
    affine[:3, 3] += volume.affine[:3, :3] @ [(f - 1) / 2 for f in factors]
    affine[:3, :3] *= np.asarray(factors, np.float64)
    return CoarseImage(made.astype(np.float32, copy=False), affine, hounsfield)


def image_of(values: NDArray[Any], affine: Matrix) -> Any:
    """Values (slices, rows, columns) on a grid, as a SimpleITK image."""
    image = sitk.GetImageFromArray(values)
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    image.SetSpacing(spacing[::-1].tolist())
    image.SetDirection(_orthonormal(affine[:3, :3] / spacing)[:, ::-1].ravel().tolist())
    image.SetOrigin(affine[:3, 3].tolist())
    return image


def upright(coarse: CoarseImage, step_mm: float, soft: bool = True) -> CoarseImage:
    """The image on a grid along the patient's axes (slices to the head, rows to the back, columns to the left).

    What lies beyond the images is `OUTSIDE`.
    """
    corners = np.array([[k, j, i] for k in (0, 1) for j in (0, 1) for i in (0, 1)]) * (
        np.asarray(coarse.values.shape) - 1
    )
    places = coarse.points(corners)
    low, high = places.min(0), places.max(0)
    counts = np.maximum(np.floor((high - low) / step_mm).astype(int) + 1, 1)
    affine = np.zeros((4, 4))
    affine[[2, 1, 0], [0, 1, 2]] = step_mm
    affine[:3, 3] = low + ((high - low) - (counts - 1) * step_mm) / 2
    affine[3, 3] = 1.0
    values = coarse.soft() if soft else coarse.values
    factors = [max(1, int(step_mm / s)) for s in coarse.spacing_mm]
    image = sitk.BinShrink(coarse.image(values), factors[::-1])
    grid = image_of(np.zeros(tuple(counts[::-1].tolist()), np.uint8), affine)
    found = sitk.Resample(image, grid, sitk.Transform(), sitk.sitkLinear, OUTSIDE, sitk.sitkFloat32)
    return CoarseImage(sitk.GetArrayFromImage(found), affine, coarse.hounsfield)


def _orthonormal(directions: Matrix) -> Matrix:
    """The nearest directions at right angles: of a stack tilted by less than the half degree that is let pass."""
    u, _, v = np.linalg.svd(directions)
    return np.asarray(u @ v)


def _range_of(volume: Volume) -> tuple[float, float]:
    if volume.unit == "HU":
        return AIR_HU, BRIGHT_HU
    some = np.concatenate([volume.values(k)[::4, ::4].ravel() for k in range(0, volume.shape[0], 2)])
    low, high = np.percentile(some, _PERCENTILES)
    return float(low), float(high)


def _clamped(volume: Volume, k: int, low: float, high: float) -> NDArray[Any]:
    values = volume.values(k)
    if values.dtype == np.int16 and volume.unit == "HU":
        return np.asarray(np.clip(values, np.int16(low), np.int16(high)))
    return np.asarray(np.clip(values, low, high), np.float32)


def _block_mean(slab: list[NDArray[Any]], rows: int, columns: int) -> Values:
    """The mean over images, then over rows, then over columns: whole rows are added, which is fast."""
    kind = np.int32 if slab[0].dtype == np.int16 else np.float32
    total: NDArray[Any] = slab[0].astype(kind)
    for other in slab[1:]:
        total += other
    high, wide = total.shape[0] // rows, total.shape[1] // columns
    total = total[: high * rows, : wide * columns].reshape(high, rows, wide * columns).sum(1)
    found = total.reshape(high, wide, columns).sum(2) / np.float32(len(slab) * rows * columns)
    return np.asarray(found, np.float32)
