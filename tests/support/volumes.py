"""Volumes made in memory: anisotropic, oblique, with values that are known at every place in the patient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tests.support.phantoms import OBLIQUE, Vector
from tests.support.series import series, slices
from viewers.imaging.catalogue import Series
from viewers.imaging.geometry import affine_of
from viewers.imaging.volume import Volume, plane_of

GRADIENT = np.array([3.0, -5.0, 7.0])
"""HU for one mm to the left, to the back and to the head."""

ORIGIN: Vector = (-20.5, 33.25, -41.0)


def ramp(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The value of the ramp at places in the patient (..., 3), LPS mm."""
    return np.asarray(points @ GRADIENT + 100.0)


def volume(
    shape: tuple[int, int, int] = (9, 14, 12),
    spacing_mm: tuple[float, float, float] = (3.0, 1.1, 0.7),
    directions: tuple[Vector, Vector] = OBLIQUE,
    shear: Vector = (0.0, 0.0, 0.0),
    pixels: NDArray[np.int16] | None = None,
    **fields: object,
) -> Volume:
    """A loaded volume; a ramp unless `pixels` are given. `shear` moves each slice sideways, mm for each mm."""
    row, column = directions
    normal = np.cross(row, column)
    steps = [spacing_mm[0] * k * (normal + np.asarray(shear)) + np.asarray(ORIGIN) for k in range(shape[0])]
    positions: list[Vector] = [(float(x), float(y), float(z)) for x, y, z in steps]
    records = tuple(
        replace(record, position=position) for record, position in zip(slices("1.2", shape[0]), positions, strict=True)
    )
    found: Series = replace(
        series("1.2", None),
        rows=shape[1],
        columns=shape[2],
        pixel_spacing_mm=spacing_mm[1:],
        row_direction=row,
        column_direction=column,
        slices=records,
        **fields,
    )
    affine = affine_of(positions, row, column, spacing_mm[1:]) if found.volume_ok else None
    if pixels is None:
        assert affine is not None
        pixels = np.rint(ramp(places(affine, shape))).astype(np.int16)
    return Volume(
        series=found,
        pixels=pixels,
        rescaled=True,
        unit="HU",
        planes=tuple(plane_of(found, k) for k in range(shape[0])),
        affine=affine,
        spacing_mm=spacing_mm,
        loaded=np.ones(shape[0], np.bool_),
    )


def places(affine: NDArray[np.float64], shape: tuple[int, int, int]) -> NDArray[np.float64]:
    """Where each voxel is, (slices, rows, columns, 3)."""
    voxels = np.moveaxis(np.indices(shape), 0, -1)
    return np.asarray(voxels @ affine[:3, :3].T + affine[:3, 3])


def directions_of(angle_a: float, angle_b: float, angle_c: float) -> tuple[Vector, Vector]:
    """Row and column direction of an axial plane turned about y, then x, then z by degrees c, b and a."""
    a, b, c = (np.radians(angle) for angle in (angle_a, angle_b, angle_c))
    z = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    y = np.array([[np.cos(c), 0, np.sin(c)], [0, 1, 0], [-np.sin(c), 0, np.cos(c)]])
    turn = z @ x @ y
    row, column = (tuple(map(float, turn[:, n])) for n in (0, 1))
    return row, column  # type: ignore[return-value]
