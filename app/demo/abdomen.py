"""The organs below the diaphragm, painted from back to front."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.demo.enhancement import Acquisition, hu_of
from app.demo.frame import Trunk
from app.demo.plane import Box, Canvas, Image, Plane, blend, carve, ellipsoid, random_waves, turned
from app.demo.vessels import Tubes, chain, coverage, grow, join

_LIVER_EDGE = random_waves(11, 10, 35.0, 90.0, 1.6)
_LIVER_GRAIN = random_waves(12, 60, 5.0, 22.0, 3.6)
_SPLEEN_EDGE = random_waves(13, 8, 28.0, 70.0, 1.4)
_ARCIFORM = random_waves(14, 40, 9.0, 22.0, 19.0)
_STOMACH_EDGE = random_waves(15, 8, 18.0, 50.0, 1.9)
_FOOD = random_waves(16, 40, 4.0, 14.0, 14.0)
_DOME = random_waves(17, 6, 60.0, 140.0, 1.6)
_LOOPS = random_waves(18, 8, 18.0, 50.0, 2.2)
_PANCREAS = random_waves(19, 30, 4.0, 10.0, 12.0)

_HILUM = (-20.0, -4.0, -6.0)
PORTAL: Tubes = join(
    [
        chain((10, 14, -48, 6.2), (2, 8, -34, 6.6), (-10, 0, -18, 7.0), (*_HILUM, 7.0)),
        chain((*_HILUM, 6.8), (-36, -3, -3, 6.2), (-50, 0, 0, 5.8)),
        chain((-50, 0, 0, 5.2), (-64, -6, 6, 4.6), (-72, -10, 14, 4.0)),
        chain((-50, 0, 0, 5.0), (-66, 14, -6, 4.4), (-80, 26, -12, 3.8)),
        chain((*_HILUM, 5.6), (-8, -16, 2, 5.0), (8, -26, 8, 4.8), (18, -38, 11, 5.0), (20, -50, 12, 4.2)),
        grow(101, (-72, -10, 14), (-0.6, -0.5, 0.6), 30, 3.4, 5),
        grow(102, (-72, -10, 14), (-0.8, 0.3, 0.7), 28, 3.2, 5),
        grow(103, (-64, -6, 6), (-0.4, -0.9, -0.6), 30, 3.0, 5),
        grow(104, (-80, 26, -12), (-0.8, 0.4, 0.6), 28, 3.2, 5),
        grow(105, (-80, 26, -12), (-0.5, 0.3, -0.9), 30, 3.2, 5),
        grow(106, (20, -50, 12), (0.9, -0.25, 0.1), 24, 2.8, 4),
        grow(107, (18, -38, 11), (0.8, 0.05, 0.6), 24, 2.8, 4),
        grow(108, (20, -50, 12), (-0.6, -0.5, -0.2), 20, 2.6, 4),
        grow(109, (-8, -16, 2), (-0.3, -0.5, 0.9), 26, 2.4, 4),
    ]
)
HEPATIC: Tubes = join(
    [
        chain((-22, 36, 66, 6.0), (-44, 34, 54, 5.4), (-68, 28, 36, 4.8), (-88, 20, 14, 3.8), (-98, 14, -10, 2.8)),
        chain((-20, 34, 66, 5.4), (-28, 14, 54, 4.8), (-36, -10, 40, 4.2), (-42, -34, 24, 3.4), (-46, -50, 6, 2.4)),
        chain((-18, 33, 67, 5.2), (0, 8, 56, 4.4), (20, -14, 44, 3.6), (40, -34, 34, 2.8)),
        grow(121, (-68, 28, 36), (-0.5, 0.7, 0.1), 28, 2.8, 4),
        grow(122, (-88, 20, 14), (-0.6, -0.4, 0.0), 24, 2.4, 4),
        grow(123, (-36, -10, 40), (-0.8, -0.5, 0.1), 28, 2.6, 4),
        grow(124, (-42, -34, 24), (0.5, -0.6, -0.2), 22, 2.2, 4),
        grow(125, (20, -14, 44), (0.6, -0.6, -0.1), 22, 2.2, 4),
        grow(126, (-44, 34, 54), (-0.5, -0.2, 0.6), 24, 2.4, 4),
    ]
)
HEPATIC_ARTERY: Tubes = join(
    [
        chain((6, 40, -8, 3.2), (8, 26, -4, 3.0), (-2, 12, -6, 2.4), (-14, 0, -4, 2.2), (-30, -6, 1, 1.9)),
        chain((-30, -6, 1, 1.8), (-46, -8, 6, 1.6), (-60, -14, 12, 1.5), (-70, -18, 18, 1.3)),
        chain((-14, 0, -4, 1.7), (6, -22, 8, 1.5), (22, -44, 13, 1.3), (36, -54, 15, 1.1)),
        grow(131, (-46, -8, 6), (-0.7, 0.6, -0.1), 26, 1.2, 3, thin=0.8),
        # splenic artery, left gastric artery, superior mesenteric artery
        chain(
            (8, 26, -4, 2.8),
            (24, 22, -2, 2.6),
            (42, 30, 4, 2.5),
            (58, 26, 6, 2.4),
            (74, 36, 12, 2.2),
            (88, 42, 16, 2.0),
        ),
        chain((8, 26, -4, 1.6), (16, 8, 12, 1.5), (28, 2, 24, 1.2)),
        chain((6, 34, -22, 3.4), (6, 22, -34, 3.4), (8, 18, -60, 3.4), (8, 16, -110, 3.2)),
        # renal arteries
        chain((10, 48, -36, 2.8), (-14, 52, -42, 2.6), (-46, 58, -50, 2.4)),
        chain((14, 48, -34, 2.8), (32, 54, -38, 2.6), (54, 58, -42, 2.4)),
    ]
)
SPLENIC_VEIN: Tubes = join(
    [
        chain((10, 14, -48, 5.0), (22, 18, -30, 4.6), (40, 26, -14, 4.4), (62, 34, -2, 4.2), (86, 44, 12, 3.8)),
        chain((10, 14, -48, 5.4), (14, 12, -64, 5.4), (16, 12, -112, 5.0)),
    ]
)
_RENAL_VEINS: Tubes = join(
    [
        chain((-18, 34, -46, 4.6), (-34, 46, -48, 4.2), (-50, 56, -52, 3.8)),
        chain((-16, 32, -42, 4.2), (6, 30, -42, 3.8), (28, 44, -42, 4.0), (52, 56, -44, 3.8)),
    ]
)
_FEEDERS: Tubes = join(
    [
        grow(141, (-70, -18, 18), (-0.5, -0.1, 0.1), 16, 1.1, 4, 45.0, thin=0.85),
        grow(142, (36, -54, 15), (0.8, -0.3, 0), 9, 0.9, 3),
    ]
)
_ADRENALS: Tubes = join(
    [
        chain((-26, 46, 4, 2.2), (-30, 56, -2, 2.0), (-34, 64, -12, 1.6)),
        chain((34, 44, 0, 2.4), (40, 54, -6, 2.0), (36, 62, -14, 1.6)),
        chain((40, 54, -6, 2.0), (50, 58, -14, 1.6)),
    ]
)


@dataclass(frozen=True)
class Diaphragm:
    """Signed distance (mm, positive above) to the two domes, and to the inside of the wall."""

    above: Image


def build_diaphragm(plane: Plane) -> Diaphragm:
    """The domes: the right one higher; both fall off to the wall, lowest at the back."""
    x, y = plane.xy
    zv = np.float32(plane.zv)
    right = 92 - ((x + 62) / 80) ** 2 * 62 - ((y + 14) / 88) ** 2 * 58
    left = 78 - ((x - 72) / 68) ** 2 * 66 - ((y + 6) / 88) ** 2 * 64
    right -= np.clip(y - 28, 0, None) ** 2 * np.float32(0.012)
    left -= np.clip(y - 28, 0, None) ** 2 * np.float32(0.012)
    dome = -blend(-right, -left, 14.0) + plane.waves(float(zv), _DOME)
    return Diaphragm(((zv - dome) * np.float32(0.62)).astype(np.float32))


def liver_distance(plane: Plane, trunk: Trunk, diaphragm: Diaphragm) -> Image:
    """About the signed distance (mm) to the liver's surface."""
    x, y = plane.xy
    z = plane.zv
    right = ellipsoid(x + np.float32(78), y - np.float32(4), z - 6.0, (80.0, 104.0, 104.0))
    left = ellipsoid(x - np.float32(28), y + np.float32(50), z - 26.0, (60.0, 38.0, 46.0))
    tongue = ellipsoid(x - np.float32(52), y + np.float32(58), z - 18.0, (34.0, 23.0, 30.0))
    caudate = ellipsoid(x + np.float32(8), y - np.float32(14), z - 20.0, (20.0, 15.0, 30.0))
    liver = blend(blend(blend(right, left, 16.0), tongue, 10.0), caudate, 5.0)
    hollow = ellipsoid(x - np.float32(26), y - np.float32(34), z + 22.0, (66.0, 52.0, 70.0))
    liver = carve(liver, np.maximum(hollow, -caudate - np.float32(2)), 10.0)
    under = ellipsoid(x - np.float32(10), y + np.float32(30), z + 62.0, (74.0, 66.0, 56.0))
    liver = carve(liver, under, 12.0)
    kidney = ellipsoid(x + np.float32(60), y - np.float32(62), z + 66.0, (38.0, 38.0, 66.0))
    liver = carve(liver, kidney, 7.0)
    cleft_x, cleft_y = turned(x - np.float32(20), y + np.float32(70), 78.0)
    cleft = ellipsoid(cleft_x, cleft_y, z - 6.0, (30.0, 1.6, 34.0))
    liver = carve(liver, cleft, 1.5)
    venosum = ellipsoid(*turned(x + np.float32(2), y + np.float32(4), -38.0), z - 20.0, (17.0, 1.1, 30.0))
    liver = carve(liver, venosum, 1.2)
    gate = ellipsoid(*turned(x + np.float32(24), y + np.float32(2), 12.0), z + 9.0, (26.0, 7.0, 10.0))
    liver = carve(liver, gate, 4.0)
    bladder = ellipsoid(x + np.float32(42), y + np.float32(46), z + 36.0, (17.0, 19.0, 32.0))
    liver = carve(liver, bladder, 4.0)
    liver = liver + plane.waves(z, _LIVER_EDGE)
    return np.maximum(np.maximum(liver, trunk.cavity + np.float32(2.2)), diaphragm.above + np.float32(2.4))


def paint_abdomen(canvas: Canvas, trunk: Trunk, diaphragm: Diaphragm, phases: tuple[Acquisition, ...]) -> Image:
    """Everything below the diaphragm but the lesions; returns the liver's coverage."""
    plane = canvas.plane
    below = plane.soft(np.maximum(trunk.cavity, diaphragm.above))
    canvas.paint(hu_of("fat", phases), below)
    _paint_crura(canvas, phases, below)
    _paint_kidneys(canvas, phases)
    _paint_tubes(canvas, _ADRENALS, "gland", phases)
    _paint_bowel(canvas, trunk, phases)
    _paint_pancreas(canvas, phases)
    _paint_stomach(canvas, trunk, diaphragm, phases)
    _paint_spleen(canvas, trunk, diaphragm, phases)
    _paint_tubes(canvas, _RENAL_VEINS, "cava", phases)
    _paint_tubes(canvas, SPLENIC_VEIN, "portal vein", phases)
    liver = _paint_liver(canvas, trunk, diaphragm, phases)
    bladder = ellipsoid(*_from(plane, -42, -48), plane.zv + 36.0, (13.0, 15.0, 28.0))
    canvas.paint(hu_of("bowel wall", phases), plane.soft(bladder - np.float32(1.2)))
    canvas.paint(hu_of("bile", phases), plane.soft(bladder + np.float32(1.0)))
    return liver


def paint_great_vessels(canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
    """Aorta and inferior vena cava, below and through the diaphragm."""
    plane = canvas.plane
    z = plane.z
    down = min(max((z - 20) / 130, 0.0), 1.0)
    ax, ay = 8.0 + 17.0 * down, 44.0 + 4.0 * down - 3.0 * min(max(-z / 100, 0), 1)
    if z < 205:
        box = plane.box(ax, ay, 16)
        x, y = plane.at(box)
        wall = ellipsoid(x - np.float32(ax), y - np.float32(ay), 0.0, (11.2 + 1.2 * down, 11.0 + 1.2 * down, 900.0))
        canvas.paint(hu_of("muscle", phases), plane.soft(wall - np.float32(1.0)), box)
        canvas.paint(hu_of("artery", phases), plane.soft(wall), box)
        if -70 < z < 10 and int(z // 12) % 2:
            plaque = ellipsoid(x - np.float32(ax + 8.0), y - np.float32(ay + 5.5), 0.0, (3.0, 1.6, 900.0))
            canvas.paint(tuple(520.0 for _ in phases), plane.soft(plaque), box)
    if plane.zv < 92:
        cx, cy = -22.0 + 4 * min(max(-plane.zv / 100, 0), 1), 37.0 - 6 * min(max((plane.zv - 60) / 40, 0), 1)
        box = plane.box(cx, cy, 18)
        x, y = plane.at(box)
        cava = ellipsoid(*turned(x - np.float32(cx), y - np.float32(cy), 14.0), 0.0, (13.0, 9.8, 900.0))
        mixed = tuple(
            v if p is not Acquisition.ARTERIAL else (v if plane.zv > -46 else 62.0)
            for v, p in zip(hu_of("cava", phases), phases, strict=True)
        )
        canvas.paint(mixed, plane.soft(cava), box)
    _paint_tubes(canvas, HEPATIC_ARTERY, "artery", phases)


def _from(plane: Plane, x0: float, y0: float) -> tuple[Image, Image]:
    x, y = plane.xy
    return x - np.float32(x0), y - np.float32(y0)


def _paint_tubes(
    canvas: Canvas, tubes: Tubes, tissue: str, phases: tuple[Acquisition, ...], within: Image | None = None
) -> None:
    met = coverage(canvas.plane, canvas.plane.zv, tubes)
    if met is None:
        return
    part, box = met
    canvas.paint(hu_of(tissue, phases), part if within is None else part * within[box], box)


def _paint_crura(canvas: Canvas, phases: tuple[Acquisition, ...], below: Image) -> None:
    plane = canvas.plane
    z = plane.z
    if z > 70:
        return
    x, y = plane.xy
    lean = np.float32(4.0 * min(max(z / 60, -1), 1))
    for side in (-1.0, 1.0):
        u, v = turned(x - np.float32(8 + side * 17), y - np.float32(50) + lean, -side * 58.0)
        crus = ellipsoid(u, v, 0.0, (22.0, 4.2, 900.0))
        canvas.paint(hu_of("muscle", phases), plane.soft(crus) * below)
    if z < 0:
        grown = min(-z / 70, 1.0)
        psoas = ellipsoid(np.abs(x) - np.float32(34), y - np.float32(72), 0.0, (7 + 10 * grown, 9 + 8 * grown, 900.0))
        canvas.paint(hu_of("muscle", phases), plane.soft(psoas))


def _paint_kidneys(canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
    plane = canvas.plane
    for side, x0, y0, z0 in ((-1.0, -60.0, 62.0, -66.0), (1.0, 64.0, 62.0, -50.0)):
        dz = plane.zv - z0
        if abs(dz) > 56:
            continue
        box = plane.box(x0, y0, 36)
        x, y = plane.at(box)
        u, v = turned(x - np.float32(x0 - side * dz * 0.12), y - np.float32(y0 + dz * 0.08), side * 38.0)
        kidney = ellipsoid(u, v, dz, (29.0, 24.0, 54.0))
        sinus = ellipsoid(u + np.float32(side * 20), v, dz, (21.0, 9.0, 30.0))
        kidney = carve(kidney, sinus, 4.0)
        around = np.arctan2(v, u + np.float32(side * 8))
        pyramids = np.float32(6.8) + np.float32(3.0) * np.cos(around * 8 + np.float32(dz * 0.16))
        canvas.paint(hu_of("kidney cortex", phases), plane.soft(kidney), box)
        inner = plane.soft(kidney + pyramids, 2.2)
        canvas.paint(hu_of("kidney medulla", phases), inner * np.float32(0.92), box)
        canvas.paint(
            hu_of("fat", phases),
            plane.soft(np.maximum(sinus + np.float32(2.5), kidney - np.float32(30))) * (abs(dz) < 34),
            box,
        )
        pelvis = ellipsoid(u + np.float32(side * 19), v, dz, (11.0, 3.6, 18.0))
        canvas.paint(hu_of("urine", phases), plane.soft(pelvis), box)


def _paint_bowel(canvas: Canvas, trunk: Trunk, phases: tuple[Acquisition, ...]) -> None:
    """Colic flexures with gas, duodenum and small-bowel loops."""
    plane = canvas.plane
    loops = (  # centre, radii, content
        ((104.0, -34.0, -22.0), (24.0, 26.0, 34.0), "gas"),
        ((92.0, -52.0, -64.0), (22.0, 20.0, 30.0), "gas"),
        ((-70.0, -62.0, -84.0), (28.0, 19.0, 26.0), "gas"),
        ((-22.0, -66.0, -92.0), (34.0, 15.0, 20.0), "stool"),
        ((30.0, -62.0, -84.0), (32.0, 16.0, 24.0), "gas"),
        ((-34.0, -10.0, -56.0), (15.0, 14.0, 26.0), "fluid"),
        ((56.0, -24.0, -62.0), (24.0, 18.0, 22.0), "fluid"),
        ((34.0, -36.0, -50.0), (20.0, 14.0, 16.0), "fluid"),
        ((22.0, -20.0, -82.0), (24.0, 17.0, 20.0), "fluid"),
        ((70.0, 8.0, -92.0), (22.0, 18.0, 22.0), "fluid"),
        ((-6.0, -28.0, -68.0), (20.0, 15.0, 16.0), "fluid"),
        ((-84.0, 8.0, -98.0), (26.0, 24.0, 22.0), "stool"),
        ((104.0, 18.0, -88.0), (17.0, 18.0, 40.0), "stool"),
    )
    for (x0, y0, z0), radii, content in loops:
        dz = plane.zv - z0
        if abs(dz) > radii[2] + 4:
            continue
        box = plane.box(x0, y0, radii[0] + 4, radii[1] + 4)
        x, y = plane.at(box)
        loop = ellipsoid(x - np.float32(x0), y - np.float32(y0), dz, radii) + plane.waves(plane.zv, _LOOPS, box)
        loop = np.maximum(loop, trunk.cavity[box] + np.float32(3))
        canvas.paint(hu_of("bowel wall", phases), plane.soft(loop), box)
        _paint_content(canvas, loop + np.float32(2.2), y, y0 + 2.0, content, phases, box)


def _paint_content(
    canvas: Canvas, lumen: Image, y: Image, level: float, content: str, phases: tuple[Acquisition, ...], box: Box
) -> None:
    """Fluid or stool below a level, gas above it, since the patient lies on the back."""
    plane = canvas.plane
    inside = plane.soft(lumen)
    food = plane.waves(plane.zv, _FOOD, box)
    canvas.paint(hu_of("bowel fluid", phases), inside, box)
    if content == "stool":
        canvas.add(food * np.float32(2.5) - np.float32(10), inside, box)
        bubbles = np.clip(food / 14 - np.float32(1.0), 0, 1)
        canvas.paint(hu_of("air", phases), inside * bubbles, box)
        return
    canvas.add(food * np.float32(0.5), inside, box)
    if content == "gas":
        canvas.paint(hu_of("air", phases), inside * plane.soft(y - np.float32(level), 1.2), box)


def _paint_pancreas(canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
    plane = canvas.plane
    gland = chain(
        (-18, 2, -58, 12), (-8, 0, -44, 12), (6, 0, -30, 9.5), (26, 6, -18, 9), (52, 20, -8, 9.5), (76, 32, 2, 8)
    )
    met = coverage(plane, plane.zv, gland)
    if met is None:
        return
    part, box = met
    lobules = plane.waves(plane.zv, _PANCREAS, box)
    canvas.paint(hu_of("pancreas", phases), part * np.clip(np.float32(1.0) + lobules / 40, 0.35, 1), box)


def _paint_stomach(canvas: Canvas, trunk: Trunk, diaphragm: Diaphragm, phases: tuple[Acquisition, ...]) -> None:
    plane = canvas.plane
    if plane.zv < -72:
        return
    z = plane.zv
    box = plane.box(58, -20, 70, 66)
    x, y = plane.at(box)
    fundus = ellipsoid(x - np.float32(64), y - np.float32(4), z - 40.0, (40.0, 42.0, 42.0))
    body = ellipsoid(*turned(x - np.float32(66), y + np.float32(26), -24.0), z - 6.0, (38.0, 28.0, 56.0))
    antrum = ellipsoid(*turned(x - np.float32(22), y + np.float32(44), 10.0), z + 44.0, (44.0, 17.0, 22.0))
    stomach = blend(blend(fundus, body, 14.0), antrum, 12.0) + plane.waves(z, _STOMACH_EDGE, box)
    stomach = np.maximum(stomach, np.maximum(trunk.cavity[box] + np.float32(4), diaphragm.above[box] + np.float32(3)))
    canvas.paint(hu_of("bowel wall", phases), plane.soft(stomach), box)
    folds = np.float32(4.2) + plane.waves(z, _LOOPS, box) * np.float32(0.6)
    _paint_content(canvas, stomach + folds, y, -26.0, "gas", phases, box)


def _paint_spleen(canvas: Canvas, trunk: Trunk, diaphragm: Diaphragm, phases: tuple[Acquisition, ...]) -> None:
    plane = canvas.plane
    z = plane.zv
    if not -52 < z < 84:
        return
    box = plane.box(104, 42, 50, 64)
    x, y = plane.at(box)
    spleen = ellipsoid(*turned(x - np.float32(104), y - np.float32(40), 66.0), z - 14.0, (56.0, 31.0, 60.0))
    hollow = ellipsoid(x - np.float32(64), y - np.float32(18), z - 14.0, (36.0, 40.0, 80.0))
    spleen = carve(spleen, hollow, 6.0) + plane.waves(z, _SPLEEN_EDGE, box)
    spleen = np.maximum(spleen, np.maximum(trunk.cavity[box] + np.float32(2.5), diaphragm.above[box] + np.float32(2.5)))
    coverage_ = plane.soft(spleen)
    mottled = np.asarray([1.0 if p is Acquisition.ARTERIAL else 0.08 for p in phases], dtype=np.float32)
    texture = plane.waves(z, _ARCIFORM, box)
    base = np.asarray(hu_of("spleen", phases), dtype=np.float32)[:, None, None]
    canvas.paint(base + mottled[:, None, None] * texture, coverage_, box)


def _paint_liver(canvas: Canvas, trunk: Trunk, diaphragm: Diaphragm, phases: tuple[Acquisition, ...]) -> Image:
    plane = canvas.plane
    distance = liver_distance(plane, trunk, diaphragm)
    liver = plane.soft(distance)
    canvas.paint(hu_of("liver", phases), liver)
    canvas.add(plane.waves(plane.zv, _LIVER_GRAIN), liver)
    inner = plane.soft(distance + np.float32(4))
    _paint_tubes(canvas, HEPATIC, "hepatic vein", phases, inner)
    # the portal trunk lies outside the liver: only its branches end at the surface
    reach = np.maximum(inner, plane.soft(ellipsoid(*_from(plane, -14, 2), plane.zv + 22.0, (46.0, 26.0, 40.0))))
    _paint_tubes(canvas, PORTAL, "portal vein", phases, reach)
    _paint_tubes(canvas, _FEEDERS, "artery", phases, inner)
    return liver
