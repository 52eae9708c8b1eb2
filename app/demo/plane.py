"""One axial image of the scene: its place in the body, and soft-edged shapes painted on it.

The body has its own frame: x to the left, y to the back, z up, in mm, with the liver hilum near the origin. A `Pose`
says how that body lay on the table at one time point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrecist.values import Point

Image = NDArray[np.floating[Any]]
"""Single precision at run time; numpy's types cannot follow that through arithmetic with plain numbers."""
Box = tuple[slice, slice]
SLICE_MM = 5.0
_SMALL_PRODUCT = 400_000


@dataclass(frozen=True, slots=True)
class Pose:
    """How the body lay: turned about the long axis, shifted on the table, and how deep the breath was.

    `breath_mm` moves the organs that hang on the diaphragm upwards; spine, ribs and mediastinum stay.
    """

    turn_deg: float
    shift_mm: tuple[float, float]
    table_mm: float
    breath_mm: float

    def to_patient(self, body: Point, breathes: bool = True) -> Point:
        """Patient coordinates (LPS mm) of a place in the body."""
        c, s = math.cos(math.radians(self.turn_deg)), math.sin(math.radians(self.turn_deg))
        x, y, z = body
        lifted = z + (self.breath_mm if breathes else 0.0)
        return c * x - s * y + self.shift_mm[0], s * x + c * y + self.shift_mm[1], lifted + self.table_mm


@dataclass(frozen=True)
class Plane:
    """An axial image of `size` x `size` square pixels; its centre is the origin of patient x and y."""

    pose: Pose
    z_patient_mm: float
    size: int
    spacing_mm: float
    thickness_mm: float = SLICE_MM

    @property
    def z(self) -> float:
        """Height in the body, for what does not breathe."""
        return self.z_patient_mm - self.pose.table_mm

    @property
    def zv(self) -> float:
        """Height in the body, for what moves with the diaphragm."""
        return self.z - self.pose.breath_mm

    @property
    def origin_mm(self) -> float:
        """Patient x and y of the first pixel's centre."""
        return -(self.size - 1) / 2 * self.spacing_mm

    @cached_property
    def axes(self) -> tuple[Image, Image]:
        """Patient x of each column and patient y of each row, from where the body lies; see `xy`."""
        line = (self.origin_mm + self.spacing_mm * np.arange(self.size)).astype(np.float32)
        return line - np.float32(self.pose.shift_mm[0]), line - np.float32(self.pose.shift_mm[1])

    @cached_property
    def xy(self) -> tuple[Image, Image]:
        """Body x and y of every pixel, each (rows, columns)."""
        px, py = self.axes
        c = np.float32(math.cos(math.radians(self.pose.turn_deg)))
        s = np.float32(math.sin(math.radians(self.pose.turn_deg)))
        return c * px[None, :] + s * py[:, None], c * py[:, None] - s * px[None, :]

    @property
    def whole(self) -> Box:
        return slice(0, self.size), slice(0, self.size)

    def box(self, x: float, y: float, rx: float, ry: float | None = None) -> Box:
        """The pixels within `rx` and `ry` mm of a place in the body, with a margin for the soft edge."""
        px, py, _ = self.pose.to_patient((x, y, 0.0))
        margin = 3.0 + 2 * self.spacing_mm

        def side(at: float, reach: float) -> slice:
            low = math.floor((at - reach - margin - self.origin_mm) / self.spacing_mm)
            high = math.ceil((at + reach + margin - self.origin_mm) / self.spacing_mm) + 1
            return slice(min(max(low, 0), self.size), min(max(high, 0), self.size))

        return side(py, rx if ry is None else ry), side(px, rx)

    def at(self, box: Box) -> tuple[Image, Image]:
        x, y = self.xy
        return x[box], y[box]

    def soft(self, distance_mm: Image, width_mm: float | None = None) -> Image:
        """Coverage of a shape given the signed distance to its surface: 1 inside, 0 outside, a ramp of one pixel."""
        width = max(1.1 * self.spacing_mm, 1.0) if width_mm is None else width_mm
        return np.asarray(np.clip(np.float32(0.5) - distance_mm / np.float32(width), 0.0, 1.0))

    def waves(self, z: float, waves: NDArray[np.float64], box: Box | None = None) -> Image:
        """Sum of plane waves (rows of kx, ky, kz, phase, amplitude) over the image, from outer products."""
        rows, columns = box or self.whole
        px, py = (a.astype(np.float64) for a in self.axes)
        px, py = px[columns], py[rows]
        turn = math.radians(self.pose.turn_deg)
        kx = waves[:, 0] * math.cos(turn) - waves[:, 1] * math.sin(turn)
        ky = waves[:, 0] * math.sin(turn) + waves[:, 1] * math.cos(turn)
        along = np.exp(1j * (kx[:, None] * px + (waves[:, 2] * z + waves[:, 3])[:, None])) * waves[:, 4:5]
        down = np.exp(1j * ky[:, None] * py)
        both = np.concatenate([down.real, -down.imag]).T.astype(np.float32)
        across = np.concatenate([along.real, along.imag]).astype(np.float32)
        # small products: a linear algebra library would split a large one among threads that the workers need
        step = max(1, _SMALL_PRODUCT // max(across.size, 1))
        return np.concatenate([both[i : i + step] @ across for i in range(0, max(len(both), 1), step)])


def random_waves(seed: int, count: int, shortest_mm: float, longest_mm: float, amplitude: float) -> NDArray[np.float64]:
    """Plane waves in random directions whose sum has about this standard deviation; the same for the same seed."""
    rng = np.random.default_rng(seed)
    direction = rng.normal(size=(count, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    length = np.exp(rng.uniform(math.log(shortest_mm), math.log(longest_mm), count))
    k = direction * (2 * math.pi / length)[:, None]
    phase = rng.uniform(0, 2 * math.pi, count)
    return np.column_stack([k, phase, np.full(count, amplitude * math.sqrt(2 / count))])


def ellipsoid(x: Image, y: Image, dz: float, radii: tuple[float, float, float]) -> Image:
    """About the signed distance (mm) to an ellipsoid about the origin, exact on its surface."""
    a, b, c = (np.float32(r) for r in radii)
    z2 = np.float32(dz * dz)
    k0 = np.sqrt((x / a) ** 2 + (y / b) ** 2 + z2 / (c * c))
    k1 = np.sqrt((x / (a * a)) ** 2 + (y / (b * b)) ** 2 + z2 / (c * c * c * c))
    return k0 * (k0 - np.float32(1)) / np.maximum(k1, np.float32(1e-4))


def turned(x: Image, y: Image, degrees: float) -> tuple[Image, Image]:
    """Coordinates along and across a direction `degrees` from +x towards +y."""
    c, s = np.float32(math.cos(math.radians(degrees))), np.float32(math.sin(math.radians(degrees)))
    return c * x + s * y, c * y - s * x


def blend(a: Image, b: Image, reach_mm: float) -> Image:
    """Union of two shapes with a rounded joint."""
    h = np.clip(np.float32(0.5) + (b - a) / np.float32(2 * reach_mm), 0, 1)
    return b + (a - b) * h - np.float32(reach_mm) * h * (1 - h)


def carve(a: Image, b: Image, reach_mm: float) -> Image:
    """Shape `a` without shape `b`, with a rounded edge."""
    return -blend(-a, b, reach_mm)


class Canvas:
    """How bright one image is in several phases, (phases, rows, columns), painted from back to front.

    Brightness is HU on CT and arbitrary units on MR. `grain` is how strongly the texture of tissues, which is told in
    HU, shows in those units.
    """

    def __init__(self, plane: Plane, phases: int, background: float = -1000.0, grain: float = 1.0) -> None:
        self.plane = plane
        self.grain = np.float32(grain)
        self.values = np.full((phases, plane.size, plane.size), background, dtype=np.float32)

    def paint(self, tissue: tuple[float, ...] | Image, coverage: Image, box: Box | None = None) -> None:
        """Lay a tissue over what is there: one brightness a phase, or (phases, rows, columns) of the box."""
        rows, columns = box or self.plane.whole
        part = self.values[:, rows, columns]
        value = np.asarray(tissue, dtype=np.float32)
        if value.ndim == 1:
            value = value[:, None, None]
        part += coverage * (value - part)

    def add(self, hu: Image, coverage: Image, box: Box | None = None) -> None:
        """Add texture, the same in every phase, where a tissue covers."""
        rows, columns = box or self.plane.whole
        self.values[:, rows, columns] += self.grain * hu * coverage
