"""How bright a lesion, the liver and the aorta are in one series: a column of the enhancement strip."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from viewers.imaging.catalogue import Vector
from viewers.imaging.crop import coarse_of, crop_around, planes_of, voxel_at
from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import along, dot, is_parallel, length_mm, minus
from viewers.imaging.lesion_extent import COARSE_MM
from viewers.imaging.phasepixels import densities_in
from viewers.imaging.reference import ReferenceRegion, ball_values, propose_centre, robust_mean_sd
from viewers.imaging.volume import Volume

_HALF_WIDTH_MM = 1.5
"""The values of a lesion are those this close to its line, which runs through viable tissue alone."""
_INSIDE = 0.8
"""The part of the line that is looked at: its ends lie on the outline, which is blurred."""
_STEP_MM = 0.5
_LEAST = 8
_AROUND_MM, _CLEAR_MM = 56.0, 10.0
_AORTA_SAMPLES = (0.18, 0.26, 0.34, 0.42, 0.5, 0.58)


@dataclass(frozen=True, slots=True)
class Uptake:
    """Mean values in the volume's unit; None where nothing can be told."""

    lesion: float | None
    liver: float | None
    aorta: float | None


def uptake_in(volume: Volume, start: Vector, end: Vector, liver: ReferenceRegion | None) -> Uptake:
    """The column of one series.

    Parameters
    ----------
    volume
        Of the frame of reference in which the places are. Nothing is registered: between breaths a small lesion can
        have moved out of its line.
    start, end
        The lesion's viable line, LPS mm.
    liver
        Where the liver is measured.
    """
    aorta = _aorta(volume)
    try:
        return Uptake(_along_line(volume, start, end), _in_ball(volume, liver), aorta)
    except ImagingError:  # no geometry, or one image alone
        return Uptake(None, None, aorta)


def find_liver(volume: Volume, start: Vector, end: Vector) -> ReferenceRegion | None:
    """An even part of the liver near a lesion, as the assistant proposes it; None where there is none."""
    middle = along(start, minus(end, start), 0.5)
    voxel = voxel_at(volume, middle)
    if voxel is None:
        return None
    crop = crop_around(volume, voxel, _AROUND_MM)
    coarse = coarse_of(crop, COARSE_MM)
    near = coarse.index(crop.inside(voxel))
    clear_mm = 0.5 * length_mm(start, end) + _CLEAR_MM
    found = propose_centre(coarse, (float(near[0]), float(near[1]), float(near[2])), clear_mm, volume.unit == "HU")
    if found is None:
        return None
    at, radius_mm = found
    k, row, column = coarse.voxel(at)
    k = min(round(k), crop.values.shape[0] - 1)
    plane = planes_of(volume)[k + crop.start[0]]
    return ReferenceRegion(plane.to_world(column + crop.start[2], row + crop.start[1]), radius_mm)


def _along_line(volume: Volume, start: Vector, end: Vector) -> float | None:
    """The mean of the voxels beside a line, in the image nearest to it."""
    length = length_mm(start, end)
    if length == 0:
        return None
    voxel = voxel_at(volume, along(start, minus(end, start), 0.5))
    if voxel is None:
        return None
    k = round(voxel[0])
    plane = planes_of(volume)[k]
    a, b = (np.array(plane.to_pixel(point)) for point in (start, end))
    parts = np.linspace((1 - _INSIDE) / 2, (1 + _INSIDE) / 2, max(2, math.ceil(_INSIDE * length / _STEP_MM)))
    along_line = a + parts[:, None] * (b - a)
    spacing = np.array([plane.column_spacing_mm, plane.row_spacing_mm])
    reach = _HALF_WIDTH_MM / spacing
    low, high = np.floor(along_line.min(0) - reach).astype(int), np.ceil(along_line.max(0) + reach).astype(int)
    columns = np.arange(max(low[0], 0), min(high[0] + 1, volume.shape[2]))
    rows = np.arange(max(low[1], 0), min(high[1] + 1, volume.shape[1]))
    if not len(columns) or not len(rows):
        return None
    grid = np.stack(np.meshgrid(columns, rows), -1)[..., None, :]
    away = np.linalg.norm((grid - along_line) * spacing, axis=-1).min(-1)
    image = np.asarray(volume.values(k), np.float32)[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    values = image[away <= _HALF_WIDTH_MM]
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) >= _LEAST else None


def _in_ball(volume: Volume, region: ReferenceRegion | None) -> float | None:
    voxel = None if region is None else voxel_at(volume, region.centre)
    if region is None or voxel is None:
        return None
    crop = crop_around(volume, voxel, region.radius_mm + 2)
    values = ball_values(crop, crop.inside(voxel), region.radius_mm)
    return robust_mean_sd(values)[0] if len(values) >= _LEAST else None


def _aorta(volume: Volume) -> float | None:
    """The mean of the aorta, where it is found in two images that agree; CT alone, and images as they are usual."""
    planes = [plane for plane in volume.planes if plane is not None]
    usual = volume.unit == "HU" and len(planes) == len(volume.planes)
    if not usual or not all(_upright(p.row_direction, p.column_direction) for p in planes[:1]):
        return None
    order = sorted(range(len(planes)), key=lambda k: -planes[k].origin[2])
    chosen = dict.fromkeys(order[int(part * len(order))] for part in _AORTA_SAMPLES)
    images = [volume.values(k) for k in chosen]
    found = densities_in(images, (planes[0].row_spacing_mm, planes[0].column_spacing_mm))
    return None if found is None else found.aorta_hu


def _upright(row: Vector, column: Vector) -> bool:
    """The patient's right at the left of the image, the front above."""
    left, back = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)
    return is_parallel(row, left) and is_parallel(column, back) and dot(row, left) > 0 and dot(column, back) > 0
