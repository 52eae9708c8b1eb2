"""Straight lines through a shape in one image, and how far they run inside it.

A shape is a level: an array (rows, columns) of numbers that are positive inside and negative outside. Its outline is
where the bilinear interpolation of the level is zero, so that ends lie between pixel centres (a sub-pixel
iso-contour). Pixel coordinates are (column, row); lengths are in mm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Level = NDArray[np.float32]
Points = NDArray[np.float64]
"""Points in mm from the centre of the first pixel, (count, 2): along the rows, down the columns."""
Pixel = tuple[float, float]
Spacing = tuple[float, float]
"""(Between rows, between columns) in mm."""


@dataclass(frozen=True, slots=True)
class PlaneChord:
    """A straight line in one image: its ends as pixel coordinates (column, row), and its length."""

    start: Pixel
    end: Pixel
    length_mm: float


def framed(level: Level) -> Level:
    """The level with its border outside, so that every shape ends."""
    framed = np.array(level, np.float32)
    for edge in (framed[0], framed[-1], framed[:, 0], framed[:, -1]):
        np.minimum(edge, -1.0, out=edge)
    return framed


def to_mm(pixel: Pixel, spacing_mm: Spacing) -> Points:
    """A pixel coordinate in mm from the centre of the first pixel."""
    return np.array([pixel[0] * spacing_mm[1], pixel[1] * spacing_mm[0]])


def chord_between(start: Points, end: Points, spacing_mm: Spacing) -> PlaneChord:
    """The line between two places in mm."""
    a = (float(start[0]) / spacing_mm[1], float(start[1]) / spacing_mm[0])
    b = (float(end[0]) / spacing_mm[1], float(end[1]) / spacing_mm[0])
    return PlaneChord(a, b, math.dist(start, end))


def longest_run(
    level: Level,
    spacing_mm: Spacing,
    middles: Points,
    directions: Points,
    reach_mm: float,
    gap_mm: float,
    step_px: float,
) -> tuple[Points, Points] | None:
    """The longest stretch inside, among lines through `middles` along unit `directions`, that holds its middle."""
    step = step_px * min(spacing_mm)
    count = max(2, math.ceil(reach_mm / step))
    at = np.arange(-count, count + 1) * step
    values = _bilinear(level, middles[:, None] + at[:, None] * directions[:, None], spacing_mm)
    backward = _run(values[:, count::-1], step)
    forward = _run(values[:, count:], step)
    lengths = forward + backward
    if gap_mm > 0:
        spans = [_span(line, step, gap_mm, count) for line in values]
        backward, forward = np.array([b for b, _ in spans]), np.array([f for _, f in spans])
        lengths = forward + backward
    best = int(lengths.argmax())
    if lengths[best] <= 0:
        return None
    middle, direction = middles[best], directions[best]
    return middle - direction * backward[best], middle + direction * forward[best]


def _run(values: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """How far each line goes from its first sample until the level is zero."""
    outside = values <= 0
    first = np.where(outside.any(1), outside.argmax(1), values.shape[1] - 1)
    last = np.maximum(first - 1, 0)
    index = np.arange(len(values))
    low, high = values[index, last], values[index, first]
    part = np.where((low > 0) & (high <= 0), low / np.where(low > high, low - high, 1.0), 0.0)
    return np.where(first > 0, (last + part) * step, 0.0)


def _span(line: NDArray[np.float64], step: float, gap_mm: float, middle: int) -> tuple[float, float]:
    """The longest stretch around the middle that begins and ends inside, with at most `gap_mm` of it outside."""
    change = np.flatnonzero((line[:-1] > 0) != (line[1:] > 0))
    crossings = [float(i + line[i] / (line[i] - line[i + 1]) - middle) * step for i in change]
    if line[0] > 0:
        crossings.insert(0, -middle * step)
    if line[-1] > 0:
        crossings.append(middle * step)
    runs = list(zip(crossings[::2], crossings[1::2], strict=True))
    best = (0.0, 0.0)
    for i, (start, _) in enumerate(runs):
        outside = 0.0
        for j in range(i, len(runs)):
            outside += runs[j][0] - runs[j - 1][1] if j > i else 0.0
            if outside > gap_mm:
                break
            if start <= 0 <= runs[j][1] and runs[j][1] - start > sum(best):
                best = (-start, runs[j][1])
    return best


def _bilinear(level: Level, at: Points, spacing_mm: Spacing) -> NDArray[np.float64]:
    from scipy.ndimage import map_coordinates

    places = at[..., 1] / spacing_mm[0], at[..., 0] / spacing_mm[1]
    values = map_coordinates(level, places, np.float64, order=1, mode="constant", cval=-1.0, prefilter=False)
    return np.asarray(values)
