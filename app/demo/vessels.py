"""Tubes: vessel trees grown once from a fixed seed, and painted on an image with the partial volume of its slice."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.demo.plane import Box, Image, Plane
from mrecist.values import Point

Node = tuple[float, float, float, float]
"""A place and the radius there, in mm."""

Tubes = NDArray[np.float64]
"""One straight piece a row: x, y, z and radius at its start, then at its end, in mm."""


def chain(*nodes: Node) -> Tubes:
    """Pieces through these nodes (x, y, z, radius)."""
    return np.array([[*a, *b] for a, b in itertools.pairwise(nodes)])


def within(seed: int, count: int, centre: Point, radii: Point) -> NDArray[np.float64]:
    """Places spread evenly in an ellipsoid, (count, 3)."""
    rng = np.random.default_rng(seed)
    direction = rng.normal(size=(count, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    away = rng.uniform(size=(count, 1)) ** (1 / 3)
    return np.asarray(np.asarray(centre) + direction * away * np.asarray(radii))


def fill(
    seed: int,
    trunk: Sequence[Sequence[Node]],
    targets: NDArray[np.float64],
    tip_mm: float,
    power: float = 2.6,
    balance: float = 0.28,
    step_mm: float = 6.0,
) -> Tubes:
    """A tree from a trunk to every target, as vessels grow: short ways, and not too long a way from the root.

    Nearest targets come first; each is joined to the node where its distance plus `balance` times the way to the root
    is least. Then the branches are smoothed, which moves forks a few mm. Radii follow Murray's law: the radius to
    this `power` is the sum over the branches.

    Parameters
    ----------
    trunk
        Chains of nodes (x, y, z, least radius); the first is the root, and every later chain starts at a node of an
        earlier one.
    """
    rng = np.random.default_rng(seed)
    room = sum(len(c) for c in trunk) + len(targets) * 40
    at, way = np.empty((room, 3)), np.empty(room)
    parent, least = np.full(room, -1), np.zeros(room)
    used = 0

    def put(place: NDArray[np.float64], of: int, radius: float) -> int:
        nonlocal used
        at[used], parent[used], least[used] = place, of, radius
        way[used] = 0.0 if of < 0 else way[of] + np.linalg.norm(place - at[of])
        used += 1
        return used - 1

    for line in trunk:
        start = np.asarray(line[0][:3])
        here = int(np.argmin(np.linalg.norm(at[:used] - start, axis=1))) if used else put(start, -1, line[0][3])
        for x, y, z, radius in line[1:]:
            here = put(np.array([x, y, z]), here, radius)
    trunk_nodes = used
    for target in targets[np.argsort(np.linalg.norm(targets - at[0], axis=1))]:
        gap = np.linalg.norm(at[:used] - target, axis=1)
        here = int(np.argmin(gap + balance * way[:used]))
        steps = min(max(1, round(float(gap[here]) / step_mm)), 39)
        origin = at[here].copy()
        bend = rng.normal(scale=0.09 * gap[here], size=3)
        for k in range(1, steps + 1):
            t = k / steps
            here = put(origin + (target - origin) * t + bend * math.sin(math.pi * t), here, 0.0)
    at, parent = at[:used], parent[:used]
    for _ in range(4):
        children = np.bincount(parent[1:], minlength=used)
        below = np.zeros((used, 3))
        np.add.at(below, parent[1:], at[1:])
        free = (np.arange(used) >= trunk_nodes) & (children > 0)
        at[free] = 0.5 * at[free] + 0.25 * at[parent[free]] + 0.25 * below[free] / children[free, None]
    flow = np.zeros(used)
    for node in range(used - 1, 0, -1):
        if flow[node] == 0.0:
            flow[node] = tip_mm**power
        flow[parent[node]] += flow[node]
    radius_mm = np.maximum(flow ** (1 / power), least[:used])
    child = np.arange(1, used)
    up = parent[child]
    before = np.where(child < trunk_nodes, radius_mm[up], np.minimum(radius_mm[up], 1.25 * radius_mm[child]))
    return np.column_stack([at[up], before, at[child], radius_mm[child]])


def join(parts: Sequence[Tubes]) -> Tubes:
    return np.concatenate(parts)


def coverage(plane: Plane, z: float, tubes: Tubes, box: Box | None = None) -> tuple[Image, Box] | None:
    """How much of each pixel the tubes fill in a slice at height `z`, with the box that holds them all."""
    half = plane.thickness_mm / 2
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
        filled = np.float32(min(1.0, 2 * widest / plane.thickness_mm + upright))
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
