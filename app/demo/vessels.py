"""Tubes: vessel trees grown once from a fixed seed, and painted on an image with the partial volume of its slice."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.demo.plane import SLICE_MM, Box, Image, Plane
from mrecist.values import Point

Tubes = NDArray[np.float64]
"""One straight piece a row: x, y, z and radius at its start, then at its end, in mm."""


def chain(*nodes: tuple[float, float, float, float]) -> Tubes:
    """Pieces through these nodes (x, y, z, radius)."""
    return np.array([[*a, *b] for a, b in zip(nodes[:-1], nodes[1:], strict=True)])


def _unit(v: NDArray[np.float64]) -> NDArray[np.float64]:
    return v / max(float(np.linalg.norm(v)), 1e-9)


def grow(
    seed: int,
    start: Point,
    direction: Point,
    length_mm: float,
    radius_mm: float,
    depth: int,
    spread_deg: float = 38.0,
    shorten: float = 0.78,
    thin: float = 0.74,
) -> Tubes:
    """A tree that forks in two at the end of every branch; branches bend a little and get shorter and thinner."""
    rng = np.random.default_rng(seed)
    pieces: list[list[float]] = []
    todo = [(np.array(start), _unit(np.array(direction)), length_mm, radius_mm, depth)]
    while todo:
        at, heading, length, radius, left = todo.pop()
        for part in range(2):
            heading = _unit(heading + rng.normal(scale=0.14, size=3))
            end = at + heading * length / 2
            r0, r1 = radius * (1 - 0.08 * part), radius * (0.92 - 0.08 * part)
            pieces.append([*at, r0, *end, r1])
            at = end
        if left == 0:
            continue
        side = _unit(np.cross(heading, rng.normal(size=3)))
        for sign in (1.0, -1.0):
            angle = math.radians(spread_deg * rng.uniform(0.5, 1.15)) * sign
            onward = _unit(heading * math.cos(angle) + side * math.sin(angle))
            todo.append((at, onward, length * shorten * rng.uniform(0.8, 1.2), radius * thin, left - 1))
    return np.array(pieces)


def join(parts: Sequence[Tubes]) -> Tubes:
    return np.concatenate(parts)


def coverage(plane: Plane, z: float, tubes: Tubes, box: Box | None = None) -> tuple[Image, Box] | None:
    """How much of each pixel the tubes fill in a slice at height `z`, with the box that holds them all."""
    half = SLICE_MM / 2
    low = np.minimum(tubes[:, 2] - tubes[:, 3], tubes[:, 6] - tubes[:, 7])
    high = np.maximum(tubes[:, 2] + tubes[:, 3], tubes[:, 6] + tubes[:, 7])
    met = tubes[(low < z + half) & (high > z - half)]
    if not len(met):
        return None
    image = np.zeros((plane.size, plane.size), dtype=np.float32)
    reach = [plane.size, 0, plane.size, 0]
    for x0, y0, z0, r0, x1, y1, z1, r1 in met:
        rise = z1 - z0
        if abs(rise) > 1e-6:
            margin = half + 0.5 * max(r0, r1)
            t0, t1 = sorted(((z - margin - z0) / rise, (z + margin - z0) / rise))
            t0, t1 = max(t0, 0.0), min(t1, 1.0)
        else:
            t0, t1 = 0.0, 1.0
        if t1 <= t0:
            continue
        ax, ay, ar = x0 + t0 * (x1 - x0), y0 + t0 * (y1 - y0), r0 + t0 * (r1 - r0)
        bx, by, br = x0 + t1 * (x1 - x0), y0 + t1 * (y1 - y0), r0 + t1 * (r1 - r0)
        widest = max(ar, br)
        here = plane.box((ax + bx) / 2, (ay + by) / 2, abs(bx - ax) / 2 + widest, abs(by - ay) / 2 + widest)
        x, y = plane.at(here)
        if not x.size:
            continue
        dx, dy = bx - ax, by - ay
        span = dx * dx + dy * dy
        t = np.clip(((x - ax) * np.float32(dx) + (y - ay) * np.float32(dy)) / np.float32(max(span, 1e-6)), 0, 1)
        gap = np.sqrt((x - ax - t * np.float32(dx)) ** 2 + (y - ay - t * np.float32(dy)) ** 2)
        length = math.sqrt(span + rise * rise)
        upright = abs(rise) / max(length, 1e-6)
        filled = np.float32(min(1.0, 2 * widest / SLICE_MM + upright))
        outside = max(abs(z - (z0 + z1) / 2) - abs(rise) / 2 - half * 0.4, 0.0)
        if outside:
            filled *= np.float32(max(0.0, 1 - (outside / (widest + half * 0.6)) ** 2))
        part = filled * plane.soft(gap - (np.float32(ar) + t * np.float32(br - ar)))
        np.maximum(image[here], part, out=image[here])
        rows, columns = here
        reach = [
            min(reach[0], rows.start),
            max(reach[1], rows.stop),
            min(reach[2], columns.start),
            max(reach[3], columns.stop),
        ]
    if reach[1] <= reach[0] or reach[3] <= reach[2]:
        return None
    found = (slice(reach[0], reach[1]), slice(reach[2], reach[3]))
    return image[found], found
