"""Digital phantoms of liver lesions in memory: shapes with chords known by formula, slabs, blur and noise.

A scene is painted in the frame of the stack, in mm: u along the rows, v down the columns, w along the normal. Each
voxel is the mean of the scene over its slab (partial volume), blurred in the plane like an image of a scanner, with
noise of a given standard deviation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from tests.support.phantoms import AXIAL, Phantom, Vector, write_phantom
from viewers.imaging.catalogue import PatientTags, Phase, PhaseName, Series, SliceRecord
from viewers.imaging.geometry import SlicePlane, affine_of
from viewers.imaging.volume import Volume

Grid = NDArray[np.float32]
Inside = Callable[[Grid, Grid, Grid], NDArray[np.bool_]]
"""Which of the points (u, v, w), in mm from the middle of the scene, lie in a shape."""

LIVER_HU, NECROSIS_HU, FAT_HU = 74.0, 28.0, -100.0


@dataclass(frozen=True)
class Part:
    """A shape filled with one value; later parts lie over earlier ones."""

    inside: Inside
    value: float


def ball(radius: float, at: Vector = (0.0, 0.0, 0.0)) -> Inside:
    return ellipsoid((radius, radius, radius), at)


def ellipsoid(radii: Vector, at: Vector = (0.0, 0.0, 0.0), turned_degrees: float = 0.0) -> Inside:
    """An ellipsoid; its first two axes are turned in the plane from u towards v."""
    c, s = math.cos(math.radians(turned_degrees)), math.sin(math.radians(turned_degrees))

    def inside(u: Grid, v: Grid, w: Grid) -> NDArray[np.bool_]:
        x, y = u - np.float32(at[0]), v - np.float32(at[1])
        along, across = c * x + s * y, c * y - s * x
        z = w - np.float32(at[2])
        return np.asarray((along / radii[0]) ** 2 + (across / radii[1]) ** 2 + (z / radii[2]) ** 2 < 1)

    return inside


def tube(radius: float, through: Vector, towards: Vector) -> Inside:
    """An endless cylinder."""
    axis = np.asarray(towards) / np.linalg.norm(towards)

    def inside(u: Grid, v: Grid, w: Grid) -> NDArray[np.bool_]:
        x, y, z = (a - np.float32(b) for a, b in zip((u, v, w), through, strict=True))
        along = x * axis[0] + y * axis[1] + z * axis[2]
        return np.asarray(x * x + y * y + z * z - along * along < radius * radius)

    return inside


@dataclass(frozen=True)
class LesionPhantom:
    """A stack through a liver with what the parts say in it. `size_mm` is its extent (u, v, w)."""

    parts: Sequence[Part]
    spacing_mm: Vector = (2.5, 0.8, 0.8)
    """(Between slices, between rows, between columns)."""
    size_mm: Vector = (160.0, 150.0, 120.0)
    directions: tuple[Vector, Vector] = AXIAL
    liver: Inside = field(default_factory=lambda: ellipsoid((95.0, 80.0, 90.0)))
    liver_value: float = LIVER_HU
    around_value: float = FAT_HU
    shifted_px: Vector = (0.0, 0.0, 0.0)
    """How far the middle of the scene lies off the centre of a voxel, in voxels (u, v, w)."""
    noise_sd: float = 12.0
    grain_px: float = 0.0
    """Standard deviation, in pixels, of the blur of the noise; 0 is white noise."""
    blur_mm: float = 0.7
    seed: int = 1
    modality: str = "CT"
    phase: PhaseName | None = PhaseName.ARTERIAL

    def but(self, **changes: object) -> LesionPhantom:
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(slices, rows, columns)."""
        u, v, w = self.size_mm
        dw, dv, du = self.spacing_mm
        return int(w / dw) // 2 * 2 + 1, int(v / dv) // 2 * 2 + 1, int(u / du) // 2 * 2 + 1

    @property
    def voxel_diagonal_mm(self) -> float:
        return math.hypot(*self.spacing_mm[1:])

    def axes(self, subdivided: Vector = (1, 1, 1)) -> tuple[Grid, Grid, Grid]:
        """u of each column, v of each row and w of each slice, or of their parts."""
        made = []
        for count, step, off, parts in zip(
            self.shape[::-1], self.spacing_mm[::-1], self.shifted_px, subdivided, strict=True
        ):
            n = int(parts)
            fine = (np.arange(count * n) + 0.5) / n - 0.5
            made.append(((fine - count // 2 - off) * step).astype(np.float32))
        return made[0], made[1], made[2]

    def clean(self) -> Grid:
        """The values without noise, (slices, rows, columns)."""
        us, vs, ws = self.axes((3, 3, 5))
        slices, rows, columns = self.shape
        out = np.empty(self.shape, np.float32)
        u, v = us[None, :], vs[:, None]
        for k in range(slices):
            layers = []
            for w in ws[5 * k : 5 * k + 5]:
                layer = np.full((len(vs), len(us)), self.around_value, np.float32)
                for part in (Part(self.liver, self.liver_value), *self.parts):
                    layer[part.inside(u, v, w)] = part.value
                layers.append(layer.reshape(rows, 3, columns, 3).mean((1, 3)))
            sigma = self.blur_mm / self.spacing_mm[1], self.blur_mm / self.spacing_mm[2]
            out[k] = gaussian_filter(np.mean(layers, 0), sigma)
        return out

    def noise(self) -> Grid:
        made = np.random.default_rng(self.seed).standard_normal(self.shape).astype(np.float32)
        if self.grain_px:
            made = gaussian_filter(made, (0.0, self.grain_px, self.grain_px))
            made /= made.std()
        return made * np.float32(self.noise_sd)

    def volume(self, clean: Grid | None = None) -> Volume:
        """The phantom as a loaded series; `clean` may be given to save making it again for another noise."""
        values = np.rint((self.clean() if clean is None else clean) + self.noise()).astype(np.int16)
        return volume_of(values, self)

    def world(self, u: float, v: float, w: float) -> Vector:
        """Patient LPS mm of a point of the scene."""
        row, column = (np.asarray(d) for d in self.directions)
        x, y, z = ORIGIN_OF_SCENE + row * u + column * v + np.cross(row, column) * w
        return float(x), float(y), float(z)

    def write(self, folder: Path) -> Phantom:
        """The phantom as DICOM files."""
        values = np.rint(self.clean() + self.noise()).astype(np.int16)
        us, vs, ws = self.axes()
        tags = {"SeriesDescription": "ARTERIAL 35s", "ContrastBolusAgent": "CONTRAST"} if self.phase else {}
        phantom = Phantom(
            rows=self.shape[1],
            columns=self.shape[2],
            pixel_spacing_mm=self.spacing_mm[1:],
            heights_mm=tuple(float(w - ws[0]) for w in ws),
            thickness_mm=self.spacing_mm[0],
            directions=self.directions,
            origin=self.world(float(us[0]), float(vs[0]), float(ws[0])),
            modality=self.modality,
            tags=tags,
            rescale=(1.0, -1024.0) if self.modality == "CT" else None,
        )
        offset = 1024 if self.modality == "CT" else 0

        def place(k: int, dataset: object) -> None:
            dataset.PixelData = (values[k] + offset).astype("<u2").tobytes()  # type: ignore[attr-defined]

        write_phantom(folder, phantom, place)
        return phantom


ORIGIN_OF_SCENE = np.array([-61.5, 12.25, -310.0])


def volume_of(values: NDArray[np.int16], phantom: LesionPhantom) -> Volume:
    row, column = phantom.directions
    us, vs, ws = phantom.axes()
    positions = [phantom.world(float(us[0]), float(vs[0]), float(w)) for w in ws]
    spacing = phantom.spacing_mm[1], phantom.spacing_mm[2]
    hounsfield = phantom.modality == "CT"
    series = Series(
        uid="2.25.7001",
        series_uid="2.25.7001",
        study_uid="2.25.7000",
        frame_of_reference_uid="2.25.7002",
        patient=PatientTags("PHANTOM", "", "", None, ""),
        study_date=None,
        acquired_at=None,
        modality=phantom.modality,
        description="phantom",
        study_description="",
        series_number=1,
        manufacturer="",
        contrast_agent="",
        kvp=None,
        rows=values.shape[1],
        columns=values.shape[2],
        bits_stored=16,
        bits_allocated=16,
        signed=True,
        photometric="MONOCHROME2",
        pixel_spacing_mm=spacing,
        row_direction=row,
        column_direction=column,
        slice_thickness_mm=phantom.spacing_mm[0],
        slices=tuple(
            SliceRecord(f"{k}.dcm", f"2.25.7100{k}", 0, p, k, 1.0, 0.0, "1.2.840.10008.1.2.1", 0, None)
            for k, p in enumerate(positions)
        ),
        phase=Phase(phantom.phase, 0.95 if phantom.phase else 0.0),
        measurable=True,
        volume_ok=True,
        why_not=(),
        findings=(),
        hounsfield=hounsfield,
        slice_spacing_mm=phantom.spacing_mm[0],
    )
    return Volume(
        series=series,
        pixels=values,
        rescaled=True,
        unit="HU" if hounsfield else "stored",
        planes=tuple(SlicePlane(p, row, column, *spacing) for p in positions),
        affine=affine_of(positions, row, column, spacing),
        spacing_mm=phantom.spacing_mm,
        loaded=np.ones(len(values), np.bool_),
    )
