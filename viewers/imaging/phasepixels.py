"""How bright aorta and liver are on CT, as evidence of the phase where the headers do not tell it.

The limits are those of the reading practice for adults: they leave gaps on purpose, in which nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import PhaseName, Series
from viewers.imaging.decode import read_stored
from viewers.imaging.errors import ImagingError
from viewers.imaging.geometry import dot

Image = NDArray[np.float32]

_GRID_MM = 2.0
_BODY_HU, _BRIGHT_HU = -300.0, 300.0
_AORTA_RADIUS_MM, _RING_MM = 7.0, 17.0
_LEFT_MM = (-6.0, 34.0)
"""Where the centre of the aorta lies beside the middle of the body, towards the patient's left."""
_DEPTH = (0.40, 0.74)
"""And where from front to back, as parts of the depth of the body."""
_LEAST_AORTA_HU = 20.0
_EVEN_HU = 22.0
_ALONE = 0.72
"""Part of a ring around the aorta that must be darker: behind it lies the spine, which is not."""
_DARKER_HU = 30.0
_LEAST_LIVER_MM2 = 3000.0
_SAMPLES = (0.18, 0.26, 0.34, 0.42, 0.5, 0.58)
"""Slices to look at, as parts of the stack from its upper end: liver and aorta lie together in some of them."""
_AGREE_HU = 45.0


@dataclass(frozen=True, slots=True)
class Densities:
    """Mean of the aorta and median of the liver in HU."""

    aorta_hu: float
    liver_hu: float


def phase_of(densities: Densities) -> PhaseName | None:
    """The phase that these densities show; None between the limits, or where two phases would fit."""
    aorta, liver = densities.aorta_hu, densities.liver_hu
    fits = []
    if aorta < 65:
        fits.append(PhaseName.PRE)
    if aorta > 200 and liver < 85:
        fits.append(PhaseName.ARTERIAL)
    if 120 <= aorta <= 190 and liver >= 95:
        fits.append(PhaseName.PORTAL_VENOUS)
    if aorta >= 80 and abs(aorta - liver) <= 30:
        fits.append(PhaseName.DELAYED)
    return fits[0] if len(fits) == 1 else None


def densities_of(series: Series) -> Densities | None:
    """Densities in a CT series, from a few of its slices; None where aorta or liver are not found in two that agree.

    Reads at most six images. A file that cannot be read gives None: loading it will say why.
    """
    spacing = series.pixel_spacing_mm
    if not series.hounsfield or spacing is None or not series.volume_ok or not _is_axial(series):
        return None
    positions = [record.position for record in series.slices]
    if any(position is None for position in positions):
        return None
    top_first = sorted(range(len(positions)), key=lambda k: -(positions[k] or (0.0, 0.0, 0.0))[2])
    try:
        chosen = dict.fromkeys(top_first[int(part * len(top_first))] for part in _SAMPLES)
        images = [_upright(series, k) for k in chosen]
    except ImagingError:
        return None
    return densities_in(images, spacing)


def densities_in(images: Sequence[NDArray[Any]], spacing_mm: tuple[float, float]) -> Densities | None:
    """Densities in axial images.

    Parameters
    ----------
    images
        HU, rows x columns: rows from front to back, columns towards the patient's left.
    spacing_mm
        (between rows, between columns).
    """
    aortas, livers = [], []
    for image in images:
        coarse = _coarse(image, spacing_mm)
        box = _body(coarse)
        if box is None:
            continue
        aorta, liver = _aorta(coarse, box), _liver(coarse, box)
        if aorta is not None and liver is not None:
            aortas.append(aorta)
            livers.append(liver)
    if len(aortas) < 2 or max(np.ptp(aortas), np.ptp(livers)) > _AGREE_HU:
        return None
    return Densities(round(float(np.median(aortas)), 1), round(float(np.median(livers)), 1))


def _is_axial(series: Series) -> bool:
    row, column = series.row_direction, series.column_direction
    return bool(row and column and abs(dot(row, (1.0, 0.0, 0.0))) > 0.9 and abs(dot(column, (0.0, 1.0, 0.0))) > 0.9)


def _upright(series: Series, k: int) -> Image:
    """A slice in HU, turned so that its columns run to the patient's left and its rows to the back."""
    record = series.slices[k]
    image = read_stored(series, record).astype(np.float32) * np.float32(record.slope) + np.float32(record.intercept)
    if series.row_direction and series.row_direction[0] < 0:
        image = image[:, ::-1]
    if series.column_direction and series.column_direction[1] < 0:
        image = image[::-1]
    return np.asarray(image)


def _coarse(image: NDArray[Any], spacing_mm: tuple[float, float]) -> Image:
    """The image on a grid of about 2 mm, each point the mean around it."""
    from scipy.ndimage import uniform_filter, zoom

    sizes = [max(1, round(_GRID_MM / spacing)) for spacing in spacing_mm]
    smooth = uniform_filter(np.clip(image, -1024, 1500).astype(np.float32), sizes)
    return np.asarray(zoom(smooth, [spacing / _GRID_MM for spacing in spacing_mm], order=1), np.float32)


def _body(coarse: Image) -> tuple[slice, slice] | None:
    from scipy.ndimage import binary_opening, find_objects, label

    # The table is thin and is opened away.
    parts, count = label(binary_opening(coarse > _BODY_HU, iterations=3))
    if count == 0:
        return None
    largest = int(np.argmax(np.bincount(parts.ravel())[1:])) + 1
    rows, columns = find_objects(parts)[largest - 1]
    wide = (columns.stop - columns.start) * _GRID_MM
    deep = (rows.stop - rows.start) * _GRID_MM
    return (rows, columns) if 180 <= wide <= 600 and 120 <= deep <= 450 else None


def _disc(radius_mm: float) -> NDArray[np.float32]:
    reach = int(radius_mm / _GRID_MM)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return np.asarray(np.hypot(x, y) * _GRID_MM <= radius_mm, np.float32)


def _aorta(coarse: Image, box: tuple[slice, slice]) -> float | None:
    """The mean of the brightest even disc before the spine, left of the middle, that stands alone."""
    from scipy.ndimage import convolve

    rows, columns = box
    middle, deep = (columns.start + columns.stop) / 2, rows.stop - rows.start
    far = int(_RING_MM / _GRID_MM) + 1
    top, bottom = (int(rows.start + part * deep) for part in _DEPTH)
    left, right = (int(middle + mm / _GRID_MM) for mm in _LEFT_MM)
    part = coarse[max(0, top - far) : bottom + far, max(0, left - far) : right + far]
    disc = _disc(_AORTA_RADIUS_MM)
    disc /= disc.sum()
    mean = convolve(part, disc)
    spread = np.sqrt(np.maximum(convolve(part * part, disc) - mean * mean, 0))
    angles = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    ring_y, ring_x = (np.rint(f(angles) * _RING_MM / _GRID_MM).astype(int) for f in (np.sin, np.cos))
    inner = mean[far:-far, far:-far]
    even = (spread[far:-far, far:-far] <= _EVEN_HU) & (inner >= _LEAST_AORTA_HU)
    places = np.argwhere(even)
    for y, x in places[np.argsort(-inner[even], kind="stable")]:
        ring = part[y + far + ring_y, x + far + ring_x]
        if float((ring < inner[y, x] - _DARKER_HU).mean()) >= _ALONE:
            return float(inner[y, x])
    return None


def _liver(coarse: Image, box: tuple[slice, slice]) -> float | None:
    """The median of the largest even region of soft tissue in the right half of the body."""
    from scipy.ndimage import binary_opening, label, uniform_filter

    rows, columns = box
    middle = (columns.start + columns.stop) // 2
    half = coarse[rows.start : rows.stop, columns.start : middle]
    mean = uniform_filter(half, 5)
    spread = np.sqrt(np.maximum(uniform_filter(half * half, 5) - mean * mean, 0))
    even = (spread < _EVEN_HU) & (half > 20) & (half < _BRIGHT_HU)
    parts, count = label(binary_opening(even, iterations=2))
    if count == 0:
        return None
    largest = parts == int(np.argmax(np.bincount(parts.ravel())[1:])) + 1
    if float(largest.sum()) * _GRID_MM**2 < _LEAST_LIVER_MM2:
        return None
    return float(np.median(half[largest]))
