"""One image of the demonstration patient: the body and the lesions of a time point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.demo.abdomen import build_diaphragm, paint_abdomen, paint_great_vessels
from app.demo.circulation import Vessels, grow_vessels
from app.demo.enhancement import CHEST_PHASES, LIVER_PHASES, Acquisition, hu_of
from app.demo.frame import build_trunk, paint_bones, paint_table, paint_wall
from app.demo.lesions import SMALL_NODULES, THROMBUS, AnyLesion, Blob, Metastasis, build_lesion
from app.demo.plane import Canvas, Image, Plane, Pose
from app.demo.story import StoryTimePoint
from app.demo.thorax import grow_lung_vessels, paint_thorax
from app.demo.vessels import Tubes, coverage


@dataclass(frozen=True, slots=True)
class Scan:
    """How the body lay in the liver series of a time point, and in its chest series, which has its own breath."""

    liver: Pose
    chest: Pose


SCANS: dict[str, Scan] = {
    "BL": Scan(Pose(0.0, (0.0, 2.0), -118.5, 0.0), Pose(0.0, (0.0, 2.0), -118.5, 0.0)),
    "FU1": Scan(Pose(1.3, (4.2, -1.1), -141.0, 6.5), Pose(1.3, (4.2, -1.1), -141.0, 5.0)),
    "FU2": Scan(Pose(-1.0, (-3.6, 4.4), -96.2, -4.0), Pose(-1.0, (-3.6, 4.4), -96.2, -5.0)),
    "FU3": Scan(Pose(0.7, (2.1, 3.2), -127.4, 3.0), Pose(0.7, (2.1, 3.2), -127.4, 5.0)),
}


@dataclass(frozen=True)
class Anatomy:
    """What is the same at every time point and slow to make."""

    vessels: Vessels
    lung_vessels: Tubes


def grow_anatomy() -> Anatomy:
    return Anatomy(grow_vessels(), grow_lung_vessels())


class Scene:
    """The patient at one time point: where the lesions are, and what an image shows."""

    def __init__(self, point: StoryTimePoint) -> None:
        self.scan = SCANS[point.id]
        self.lesions: dict[str, AnyLesion] = {
            name: build_lesion(name, point.id, size) for name, size in point.diameters_mm.items()
        }

    def pose(self, chest: bool) -> Pose:
        return self.scan.chest if chest else self.scan.liver

    def render(self, anatomy: Anatomy, plane: Plane, chest: bool) -> Image:
        """HU without noise: (4, rows, columns) of the liver phases, or (1, rows, columns) of the chest series."""
        phases = CHEST_PHASES if chest else LIVER_PHASES
        canvas = Canvas(plane, len(phases))
        trunk, diaphragm = build_trunk(plane), build_diaphragm(plane)
        paint_table(canvas, phases)
        paint_wall(canvas, trunk, phases)
        if plane.zv > -70:
            paint_thorax(canvas, trunk, diaphragm, anatomy.lung_vessels, phases)
        paint_bones(canvas, trunk, phases)
        if plane.zv < 100:
            paint_abdomen(canvas, trunk, diaphragm, anatomy.vessels, phases)
        paint_great_vessels(canvas, phases)
        self._paint_thrombus(canvas, phases)
        for lesion in self.lesions.values():
            lesion.paint(canvas, phases)
        _paint_small_nodules(canvas, phases)
        hu: Image = canvas.hu
        return hu

    def _paint_thrombus(self, canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
        tubes = np.array([[*start, r0, *end, r1] for start, end, r0, r1 in THROMBUS])
        met = coverage(canvas.plane, canvas.plane.zv, tubes)
        if met is not None:
            canvas.paint(hu_of("thrombus", phases), met[0], met[1])


def _paint_small_nodules(canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
    for centre, radius in SMALL_NODULES:
        Metastasis(Blob(centre, radius, 0.92 * radius, max(radius, 3.2))).paint(canvas, phases)
