"""The values of volumes on planes, as SimpleITK finds them."""

from __future__ import annotations

import math

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from viewers.imaging.geometry import SlicePlane
from viewers.imaging.volume import Volume


def as_itk(made: Volume) -> SimpleITK.Image:
    """The volume with its geometry."""
    assert made.affine is not None
    image = SimpleITK.GetImageFromArray(made.pixels)
    columns = made.affine[:3, [2, 1, 0]]
    lengths = np.linalg.norm(columns, axis=0)
    image.SetSpacing(lengths.tolist())
    image.SetDirection((columns / lengths).ravel().tolist())
    image.SetOrigin(made.affine[:3, 3].tolist())
    return image


def by_itk(image: SimpleITK.Image, plane: SlicePlane, rows: int, columns: int) -> NDArray[np.float64]:
    """Its values at the pixels of a plane; NaN outside."""
    out = SimpleITK.Resample(
        image,
        (columns, rows, 1),
        SimpleITK.Transform(3, SimpleITK.sitkIdentity),
        SimpleITK.sitkLinear,
        plane.origin,
        (plane.column_spacing_mm, plane.row_spacing_mm, 1.0),
        np.stack([plane.row_direction, plane.column_direction, plane.normal], 1).ravel().tolist(),
        math.nan,
        SimpleITK.sitkFloat64,
    )
    return np.asarray(SimpleITK.GetArrayFromImage(out)[0], np.float64)
