"""One image of the demonstration patient: the body and the lesions of a time point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.demo.abdomen import build_diaphragm, paint_abdomen, paint_great_vessels
from app.demo.circulation import Vessels, grow_vessels
from app.demo.enhancement import Acquisition, Part, brightness_of
from app.demo.frame import build_trunk, paint_bones, paint_table, paint_wall
from app.demo.lesions import SMALL_NODULES, THROMBUS, AnyLesion, Blob, Metastasis, build_lesion
from app.demo.plane import Canvas, Image, Plane, Pose
from app.demo.story import StoryTimePoint
from app.demo.thorax import grow_lung_vessels, paint_thorax
from app.demo.vessels import Tubes, coverage

Poses = Mapping[Part, Pose]
"""How the body lay in each part that was scanned; the chest and the MR have breaths of their own."""

POSES: dict[str, Poses] = {
    "BL": {Part.LIVER: Pose(0.0, (0.0, 2.0), -118.5, 0.0), Part.CHEST: Pose(0.0, (0.0, 2.0), -118.5, 0.0)},
    "FU1": {Part.LIVER: Pose(1.3, (4.2, -1.1), -141.0, 6.5), Part.CHEST: Pose(1.3, (4.2, -1.1), -141.0, 5.0)},
    "FU2": {
        Part.LIVER: Pose(-1.0, (-3.6, 4.4), -96.2, -4.0),
        Part.CHEST: Pose(-1.0, (-3.6, 4.4), -96.2, -5.0),
        # breath held after breathing out, so that the liver is higher than on CT; the middle of the magnet is z = 0
        Part.LIVER_MR: Pose(1.8, (5.5, -8.0), -16.0, 9.0),
    },
    "FU3": {Part.LIVER: Pose(0.7, (2.1, 3.2), -127.4, 3.0), Part.CHEST: Pose(0.7, (2.1, 3.2), -127.4, 5.0)},
}
_MR_GRAIN = 1.5


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
        self.poses = POSES[point.id]
        self.lesions: dict[str, AnyLesion] = {
            name: build_lesion(name, point.id, size) for name, size in point.diameters_mm.items()
        }

    @property
    def parts(self) -> tuple[Part, ...]:
        """What was scanned at this time point."""
        return tuple(self.poses)

    @property
    def liver_read_on(self) -> Part:
        """What the liver is read on: MR where there is one."""
        return Part.LIVER_MR if Part.LIVER_MR in self.poses else Part.LIVER

    def render(self, anatomy: Anatomy, plane: Plane, part: Part) -> Image:
        """Brightness without noise, (series of the part, rows, columns): HU on CT, arbitrary units on MR."""
        phases = part.acquisitions
        trunk, diaphragm = build_trunk(plane), build_diaphragm(plane)
        if part is Part.LIVER_MR:  # the table gives no signal
            canvas = Canvas(plane, len(phases), background=0.0, grain=_MR_GRAIN)
        else:
            canvas = Canvas(plane, len(phases))
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
        values: Image = canvas.values
        return values

    def _paint_thrombus(self, canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
        tubes = np.array([[*start, r0, *end, r1] for start, end, r0, r1 in THROMBUS])
        met = coverage(canvas.plane, canvas.plane.zv, tubes)
        if met is not None:
            canvas.paint(brightness_of("thrombus", phases), met[0], met[1])


def _paint_small_nodules(canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
    for centre, radius in SMALL_NODULES:
        Metastasis(Blob(centre, radius, 0.92 * radius, max(radius, 3.2))).paint(canvas, phases)
