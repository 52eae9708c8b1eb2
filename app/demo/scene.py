"""One image of the demonstration patient: the body, the lesions of a time point, and the scanner's noise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.demo.abdomen import build_diaphragm, paint_abdomen, paint_great_vessels
from app.demo.enhancement import CHEST_PHASES, LIVER_PHASES, Acquisition, hu_of
from app.demo.frame import build_trunk, paint_bones, paint_table, paint_wall
from app.demo.lesions import SMALL_NODULES, THROMBUS, AnyLesion, Metastasis, build_lesion
from app.demo.plane import Canvas, Image, Plane, Pose
from app.demo.story import StoryTimePoint
from app.demo.thorax import paint_thorax
from app.demo.vessels import coverage

NOISE_HU = {Acquisition.CHEST: 11.0}
LIVER_NOISE_HU = 9.5


@dataclass(frozen=True, slots=True)
class Scan:
    """How one time point was scanned: the pose in the liver series and in the chest series, which has its own breath."""

    liver: Pose
    chest: Pose


SCANS: dict[str, Scan] = {
    "BL": Scan(Pose(0.0, (0.0, 2.0), -118.5, 0.0), Pose(0.0, (0.0, 2.0), -118.5, 0.0)),
    "FU1": Scan(Pose(1.3, (4.2, -1.1), -141.0, 6.5), Pose(1.3, (4.2, -1.1), -141.0, 5.0)),
    "FU2": Scan(Pose(-1.0, (-3.6, 4.4), -96.2, -4.0), Pose(-1.0, (-3.6, 4.4), -96.2, -5.0)),
    "FU3": Scan(Pose(0.7, (2.1, 3.2), -127.4, 3.0), Pose(0.7, (2.1, 3.2), -127.4, 5.0)),
}


class Scene:
    """The patient at one time point."""

    def __init__(self, point: StoryTimePoint) -> None:
        self.scan = SCANS[point.id]
        self.lesions: dict[str, AnyLesion] = {
            name: build_lesion(name, point.id, size) for name, size in point.diameters_mm.items()
        }

    def pose(self, chest: bool) -> Pose:
        return self.scan.chest if chest else self.scan.liver

    def render(self, plane: Plane, chest: bool) -> Image:
        """HU without noise: (4, rows, columns) of the liver phases, or (1, rows, columns) of the chest series."""
        phases = CHEST_PHASES if chest else LIVER_PHASES
        canvas = Canvas(plane, len(phases))
        trunk, diaphragm = build_trunk(plane), build_diaphragm(plane)
        paint_table(canvas, phases)
        paint_wall(canvas, trunk, phases)
        if plane.zv > -70:
            paint_thorax(canvas, trunk, diaphragm, phases)
        paint_bones(canvas, trunk, phases)
        if plane.zv < 100:
            paint_abdomen(canvas, trunk, diaphragm, phases)
        paint_great_vessels(canvas, phases)
        self._paint_thrombus(canvas, phases)
        for lesion in self.lesions.values():
            lesion.paint(canvas, phases)
        _paint_small_nodules(canvas, phases)
        return canvas.hu

    def _paint_thrombus(self, canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
        tubes = np.array([[*start, r0, *end, r1] for start, end, r0, r1 in THROMBUS])
        met = coverage(canvas.plane, canvas.plane.zv, tubes)
        if met is not None:
            canvas.paint(hu_of("thrombus", phases), met[0], met[1])


def _paint_small_nodules(canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
    from app.demo.lesions import Blob

    for centre, radius in SMALL_NODULES:
        Metastasis(Blob(centre, radius, 0.92 * radius, max(radius, 3.2))).paint(canvas, phases)


class Noise:
    """Quantum noise with the grain of a reconstruction kernel; the same seed gives the same noise."""

    FRAMES = 24

    def __init__(self, size: int, spacing_mm: float) -> None:
        self._size = size
        self._spacing_mm = spacing_mm

    @cached_property
    def _frames(self) -> Image:
        rng = np.random.default_rng(7)
        n = self._size
        f = np.hypot(np.fft.fftfreq(n)[:, None], np.fft.rfftfreq(n)[None, :]) / self._spacing_mm
        shape = np.sqrt(f + 0.02) * np.exp(-((f / 0.34) ** 2))
        made = np.empty((self.FRAMES, n, n), dtype=np.float32)
        for i in range(self.FRAMES):
            frame = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((n, n))) * shape, s=(n, n))
            made[i] = frame / frame.std()
        return made

    @cached_property
    def _strength(self) -> Image:
        """More noise towards the middle of the body, where fewer photons arrive."""
        line = (np.arange(self._size) - self._size / 2) * self._spacing_mm
        r = np.hypot(line[None, :] / 165.0, line[:, None] / 120.0)
        return (0.62 + 0.46 * np.exp(-(r**2) * 1.3)).astype(np.float32)

    def prepare(self) -> None:
        """Make the frames now, before several threads ask for them."""
        _ = self._frames, self._strength

    def draw(self, seed: tuple[int, ...]) -> Image:
        """Noise with a standard deviation of about 1 in the middle, (rows, columns)."""
        rng = np.random.default_rng(seed)
        first, second = rng.choice(self.FRAMES, 2, replace=False)
        shift = rng.integers(0, self._size, 4)
        a = np.roll(self._frames[first], (int(shift[0]), int(shift[1])), (0, 1))
        b = np.roll(self._frames[second], (int(shift[2]), int(shift[3])), (0, 1))
        mixed = (a + b) * np.float32(0.70710678)
        return mixed * self._strength
