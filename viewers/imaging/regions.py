"""What the pixels in a region of an image say: mean, SD, extremes, their number, and the area of the region.

A pixel belongs to a region when its centre lies within the outline or on it. So a region between the centres of
pixels holds none, however large a share of them it covers: that is said, and no value is made up for it. Pixels that
were never measured (padding) are counted apart and left out of every value.

The area is that of the outline itself, not of the pixels: pi a b of an ellipse, the shoelace sum of a polygon.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.catalogue import Vector
from viewers.imaging.geometry import SlicePlane, length_mm

_ON_THE_OUTLINE_MM = 1e-6
"""A centre this near counts as lying on the outline: rounding must not decide."""

Flags = NDArray[np.bool_]
Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ellipse:
    """`axis` and `across` are the ends of its two axes, perpendicular and through one centre, patient mm (LPS)."""

    axis: tuple[Vector, Vector]
    across: tuple[Vector, Vector]


@dataclass(frozen=True, slots=True)
class Polygon:
    """The corners of a closed outline, three or more, patient mm (LPS)."""

    corners: tuple[Vector, ...]


Region = Ellipse | Polygon


@dataclass(frozen=True, slots=True)
class RegionStatistics:
    """The values of the pixels in a region, in the unit of the image.

    Parameters
    ----------
    pixels
        How many have their centre in the region and were measured.
    padded
        How many have their centre in the region and were never measured.
    area_mm2
        Area of the region; None where its outline crosses itself, so that what lies within is not defined.
    mean, minimum, maximum
        None without any pixel.
    sd
        Standard deviation of the values, with n - 1; None for fewer than two pixels.
    """

    pixels: int
    padded: int
    area_mm2: float | None
    mean: float | None = None
    sd: float | None = None
    minimum: float | None = None
    maximum: float | None = None


def region_statistics(
    values: NDArray[Any], plane: SlicePlane, region: Region, padding: Flags | None = None
) -> RegionStatistics:
    """The statistics of a region on one image.

    Parameters
    ----------
    values
        The image, shape (rows, columns).
    plane
        Where it is; the region is dropped onto it at right angles.
    region
        Where to measure.
    padding
        Which pixels were never measured, same shape; None where all were.

    A polygon whose outline crosses itself has no area and no values.
    """
    area = area_mm2(region)
    if area is None:
        return RegionStatistics(0, 0, None)
    rows, columns, inside = pixels_in(region, plane, (values.shape[0], values.shape[1]))
    unmeasured = inside & padding[rows, columns] if padding is not None else np.zeros_like(inside)
    found = np.asarray(values[rows, columns][inside & ~unmeasured], np.float64)
    padded = int(unmeasured.sum())
    if not found.size:
        return RegionStatistics(0, padded, area)
    sd = float(found.std(ddof=1)) if found.size > 1 else None
    return RegionStatistics(
        int(found.size), padded, area, float(found.mean()), sd, float(found.min()), float(found.max())
    )


def area_mm2(region: Region) -> float | None:
    """The area of a region in mm2; None for a polygon whose outline crosses itself."""
    match region:
        case Ellipse(axis, across):
            return math.pi * length_mm(*axis) * length_mm(*across) / 4
        case Polygon(corners):
            flat = _flat(corners)
            if crosses_itself(flat):
                return None
            x, y = flat[:, 0], flat[:, 1]
            return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def pixels_in(region: Region, plane: SlicePlane, shape: tuple[int, int]) -> tuple[slice, slice, Flags]:
    """The part of an image of `shape` (rows, columns) that can hold the region, and which pixels of it do."""
    corners = (*region.axis, *region.across) if isinstance(region, Ellipse) else region.corners
    places = np.array([plane.to_pixel(corner) for corner in corners])
    low, high = places.min(axis=0), places.max(axis=0)
    if isinstance(region, Ellipse):  # an oblique ellipse bulges beyond the ends of its axes, by no more than this
        centre, reach = places[:2].mean(axis=0), np.abs(places - places[:2].mean(axis=0)).sum(axis=0)
        low, high = centre - reach, centre + reach
    first = np.maximum(np.floor(low).astype(int) - 1, 0)
    last = np.minimum(np.ceil(high).astype(int) + 2, (shape[1], shape[0]))
    columns, rows = (slice(int(a), max(int(a), int(b))) for a, b in zip(first, last, strict=True))
    size = (plane.column_spacing_mm, plane.row_spacing_mm)
    x = np.arange(columns.start, columns.stop, dtype=np.float64)[None, :] * size[0]
    y = np.arange(rows.start, rows.stop, dtype=np.float64)[:, None] * size[1]
    outline = places * size
    inside = _in_ellipse(x, y, outline) if isinstance(region, Ellipse) else _in_polygon(x, y, outline)
    return rows, columns, inside


def crosses_itself(outline: Places) -> bool:
    """Whether two sides of a closed outline that are not neighbours cross; corners are (n, 2), mm."""
    a, b = outline, np.roll(outline, -1, axis=0)
    count = len(a)

    def side(p: Places, q: Places, r: Places) -> Places:
        turned: Places = (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (
            r[..., 0] - p[..., 0]
        )
        return turned

    p, q, r, s = a[:, None], b[:, None], a[None, :], b[None, :]
    apart = (side(p, q, r) * side(p, q, s) < 0) & (side(r, s, p) * side(r, s, q) < 0)
    gap = np.abs(np.arange(count)[:, None] - np.arange(count)[None, :])
    return bool((apart & (gap > 1) & (gap < count - 1)).any())


def _in_ellipse(x: Places, y: Places, ends: Places) -> Flags:
    centre = ends[:2].mean(axis=0)
    u, v = (ends[1] - ends[0]) / 2, (ends[3] - ends[2]) / 2
    a, b = math.hypot(*u), math.hypot(*v)
    dx, dy = x - centre[0], y - centre[1]
    slack = _ON_THE_OUTLINE_MM
    box = u[0] * v[1] - u[1] * v[0]
    if abs(box) <= slack * max(a, b):  # seen edge on: a line, which no pixel lies within
        return np.zeros((y.shape[0], x.shape[1]), np.bool_)
    # on a plane that is not the ellipse's own its axes need not be at right angles: shares of each, not projections
    along_u, along_v = (dx * v[1] - dy * v[0]) / box * a, (dy * u[0] - dx * u[1]) / box * b
    inside: Flags = (along_u / (a + slack)) ** 2 + (along_v / (b + slack)) ** 2 <= 1.0
    return inside


def _in_polygon(x: Places, y: Places, corners: Places) -> Flags:
    """Within by the even-odd rule, or nearer to a side than rounding can tell; `x` is (1, n), `y` is (m, 1)."""
    inside = np.zeros((y.shape[0], x.shape[1]), np.bool_)
    on_outline = np.zeros_like(inside)
    slack = _ON_THE_OUTLINE_MM
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        dx, dy = x1 - x0, y1 - y0
        squared = dx * dx + dy * dy
        if squared == 0.0:
            continue
        rows = _between(y[:, 0], min(y0, y1) - slack, max(y0, y1) + slack)
        columns = _between(x[0], min(x0, x1) - slack, max(x0, x1) + slack)
        near_x, near_y = x[:, columns], y[rows]
        share = np.clip(((near_x - x0) * dx + (near_y - y0) * dy) / squared, 0.0, 1.0)
        off = (near_x - x0 - share * dx) ** 2 + (near_y - y0 - share * dy) ** 2
        on_outline[rows, columns] |= off <= slack**2
        if dy != 0.0:
            with np.errstate(
                over="ignore", invalid="ignore"
            ):  # of rows that do not cross a side that is level but for rounding
                crossed_at = x0 + dx * ((near_y - y0) / dy)
            inside[rows] ^= ((y0 > near_y) != (y1 > near_y)) & (x < crossed_at)
    return inside | on_outline


def _between(places: Places, low: float, high: float) -> slice:
    """Which of the ascending `places` lie from `low` to `high`."""
    return slice(int(np.searchsorted(places, low)), int(np.searchsorted(places, high, side="right")))


def _flat(corners: Sequence[Vector]) -> Places:
    """The corners of a plane polygon in two coordinates of that plane, mm."""
    points = np.asarray(corners, np.float64)
    points = points - points[0]
    # the plane through the corners: the two directions in which they are spread most
    directions = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2]
    flat: Places = points @ directions[:2].T
    return flat
