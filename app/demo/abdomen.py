"""The organs below the diaphragm, painted from back to front."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.demo.circulation import ADRENALS, HEPATIC_ARTERY, RENAL_VEINS, SPLENIC_VEIN, Vessels
from app.demo.enhancement import Acquisition, brightness_of
from app.demo.frame import Trunk
from app.demo.plane import Box, Canvas, Image, Plane, blend, carve, ellipsoid, random_waves, turned
from app.demo.vessels import Tubes, chain, coverage

_LIVER_EDGE = random_waves(11, 10, 35.0, 90.0, 1.6)
_LIVER_GRAIN = random_waves(12, 60, 5.0, 22.0, 3.6)
_SPLEEN_EDGE = random_waves(13, 8, 28.0, 70.0, 1.4)
_ARCIFORM = random_waves(14, 40, 9.0, 22.0, 19.0)
_STOMACH_EDGE = random_waves(15, 8, 18.0, 50.0, 1.9)
_FOOD = random_waves(16, 40, 4.0, 14.0, 10.0)
_DOME = random_waves(17, 6, 60.0, 140.0, 1.6)
_LOOPS = random_waves(18, 8, 18.0, 50.0, 2.2)
_PANCREAS = random_waves(19, 30, 4.0, 10.0, 12.0)


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
    middle = 70 - (x / 62) ** 2 * 40 - ((y + 12) / 92) ** 2 * 34
    right -= np.clip(y - 28, 0, None) ** 2 * np.float32(0.012)
    left -= np.clip(y - 28, 0, None) ** 2 * np.float32(0.012)
    dome = -blend(blend(-right, -left, 14.0), -middle, 12.0) + plane.waves(float(zv), _DOME)
    return Diaphragm(((zv - dome) * np.float32(0.62)).astype(np.float32))


def liver_distance(plane: Plane, trunk: Trunk, diaphragm: Diaphragm) -> Image:
    """About the signed distance (mm) to the liver's surface."""
    x, y = plane.xy
    z = plane.zv
    right = ellipsoid(x + np.float32(78), y - np.float32(4), z - 6.0, (80.0, 104.0, 104.0))
    left = ellipsoid(x - np.float32(28), y + np.float32(50), z - 26.0, (60.0, 40.0, 46.0))
    tongue = ellipsoid(x - np.float32(52), y + np.float32(58), z - 18.0, (34.0, 23.0, 30.0))
    fourth = ellipsoid(x + np.float32(6), y + np.float32(46), z - 22.0, (44.0, 42.0, 50.0))
    right = blend(right, fourth, 14.0)
    front = ellipsoid(x - np.float32(18), y + np.float32(64), z - 18.0, (54.0, 27.0, 40.0))
    right = blend(right, front, 10.0)
    caudate = ellipsoid(x + np.float32(8), y - np.float32(14), z - 20.0, (20.0, 15.0, 30.0))
    liver = blend(blend(blend(right, left, 26.0), tongue, 10.0), caudate, 5.0)
    hollow = ellipsoid(x - np.float32(26), y - np.float32(34), z + 22.0, (66.0, 52.0, 70.0))
    liver = carve(liver, np.maximum(hollow, -caudate - np.float32(2)), 10.0)
    under = ellipsoid(x - np.float32(10), y + np.float32(30), z + 62.0, (74.0, 66.0, 56.0))
    liver = carve(liver, under, 12.0)
    kidney = ellipsoid(x + np.float32(60), y - np.float32(62), z + 66.0, (38.0, 38.0, 66.0))
    liver = carve(liver, kidney, 7.0)
    cleft_x, cleft_y = turned(x - np.float32(20), y + np.float32(70), 78.0)
    cleft = ellipsoid(cleft_x, cleft_y, z - 4.0, (19.0, 1.5, 26.0))
    liver = carve(liver, cleft, 1.5)
    venosum = ellipsoid(*turned(x + np.float32(2), y + np.float32(4), -38.0), z - 20.0, (17.0, 1.1, 30.0))
    liver = carve(liver, venosum, 1.2)
    gate = ellipsoid(*turned(x + np.float32(24), y + np.float32(2), 12.0), z + 9.0, (26.0, 7.0, 10.0))
    liver = carve(liver, gate, 4.0)
    spine = ellipsoid(x, y - np.float32(84), 0.0, (50.0, 48.0, 900.0))
    liver = carve(liver, spine, 8.0)
    bladder = ellipsoid(x + np.float32(42), y + np.float32(46), z + 36.0, (17.0, 19.0, 32.0))
    liver = carve(liver, bladder, 4.0)
    liver = liver + plane.waves(z, _LIVER_EDGE)
    return np.asarray(np.maximum(np.maximum(liver, trunk.cavity - np.float32(0.3)), diaphragm.above + np.float32(0.8)))


def paint_abdomen(
    canvas: Canvas, trunk: Trunk, diaphragm: Diaphragm, vessels: Vessels, phases: tuple[Acquisition, ...]
) -> Image:
    """Everything below the diaphragm but the lesions; returns the liver's coverage."""
    plane = canvas.plane
    below = plane.soft(np.maximum(trunk.cavity, diaphragm.above))
    canvas.paint(brightness_of("fat", phases), below)
    _paint_crura(canvas, phases, below)
    _paint_kidneys(canvas, phases)
    _paint_tubes(canvas, ADRENALS, "gland", phases)
    _paint_tubes(canvas, vessels.mesenteric, "portal vein", phases, below)
    _paint_bowel(canvas, trunk, phases)
    _paint_pancreas(canvas, phases)
    _paint_stomach(canvas, trunk, diaphragm, phases)
    _paint_spleen(canvas, trunk, diaphragm, phases)
    _paint_tubes(canvas, RENAL_VEINS, "cava", phases)
    _paint_tubes(canvas, SPLENIC_VEIN, "portal vein", phases)
    liver = _paint_liver(canvas, trunk, diaphragm, vessels, phases)
    bladder = ellipsoid(*_from(plane, -42, -48), plane.zv + 36.0, (13.0, 15.0, 28.0))
    canvas.paint(brightness_of("bowel wall", phases), plane.soft(bladder - np.float32(1.2)))
    canvas.paint(brightness_of("bile", phases), plane.soft(bladder + np.float32(1.0)))
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
        canvas.paint(brightness_of("muscle", phases), plane.soft(wall - np.float32(1.0)), box)
        canvas.paint(brightness_of("artery", phases), plane.soft(wall), box)
        if -70 < z < 10 and int(z // 12) % 2:
            plaque = ellipsoid(x - np.float32(ax + 8.0), y - np.float32(ay + 5.5), 0.0, (3.0, 1.6, 900.0))
            canvas.paint(brightness_of("plaque", phases), plane.soft(plaque), box)
    if plane.zv < 92:
        cx, cy = -22.0 + 4 * min(max(-plane.zv / 100, 0), 1), 37.0 - 6 * min(max((plane.zv - 60) / 40, 0), 1)
        box = plane.box(cx, cy, 18)
        x, y = plane.at(box)
        cava = ellipsoid(*turned(x - np.float32(cx), y - np.float32(cy), 14.0), 0.0, (13.0, 9.8, 900.0))
        # in the arterial phase no contrast has come back yet below the renal veins
        blood = brightness_of("cava" if plane.zv > -46 else "lower cava", phases)
        canvas.paint(blood, plane.soft(cava), box)
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
    canvas.paint(brightness_of(tissue, phases), part if within is None else part * within[box], box)


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
        canvas.paint(brightness_of("muscle", phases), plane.soft(crus) * below)
    if z < 0:
        grown = min(-z / 70, 1.0)
        psoas = ellipsoid(np.abs(x) - np.float32(34), y - np.float32(72), 0.0, (7 + 10 * grown, 9 + 8 * grown, 900.0))
        canvas.paint(brightness_of("muscle", phases), plane.soft(psoas))


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
        canvas.paint(brightness_of("kidney cortex", phases), plane.soft(kidney), box)
        inner = plane.soft(kidney + pyramids, 2.2)
        canvas.paint(brightness_of("kidney medulla", phases), inner * np.float32(0.92), box)
        canvas.paint(
            brightness_of("fat", phases),
            plane.soft(np.maximum(sinus + np.float32(2.5), kidney - np.float32(30))) * (abs(dz) < 34),
            box,
        )
        pelvis = ellipsoid(u + np.float32(side * 19), v, dz, (11.0, 3.6, 18.0))
        canvas.paint(brightness_of("urine", phases), plane.soft(pelvis), box)


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
        canvas.paint(brightness_of("bowel wall", phases), plane.soft(loop), box)
        _paint_content(canvas, loop + np.float32(2.2), y, y0 + 2.0, content, phases, box)


def _paint_content(
    canvas: Canvas, lumen: Image, y: Image, level: float, content: str, phases: tuple[Acquisition, ...], box: Box
) -> None:
    """Fluid or stool below a level, gas above it, since the patient lies on the back."""
    plane = canvas.plane
    inside = plane.soft(lumen)
    food = plane.waves(plane.zv, _FOOD, box)
    canvas.paint(brightness_of("bowel fluid", phases), inside, box)
    if content == "stool":
        canvas.add(food * np.float32(2.5) - np.float32(10), inside, box)
        bubbles = np.clip(food / 14 - np.float32(1.0), 0, 1)
        canvas.paint(brightness_of("air", phases), inside * bubbles, box)
        return
    canvas.add(food * np.float32(0.5), inside, box)
    if content == "gas":
        canvas.paint(brightness_of("air", phases), inside * plane.soft(y - np.float32(level), 1.2), box)


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
    canvas.paint(brightness_of("pancreas", phases), part * np.clip(np.float32(0.95) + lobules / 60, 0.6, 1), box)


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
    canvas.paint(brightness_of("bowel wall", phases), plane.soft(stomach), box)
    folds = np.float32(4.2) + plane.waves(z, _LOOPS, box) * np.float32(0.6)
    _paint_content(canvas, stomach + folds, y, -40.0, "gas", phases, box)


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
    mottled = np.asarray([1.0 if p.phase == "arterial" else 0.08 for p in phases], dtype=np.float32)
    texture = plane.waves(z, _ARCIFORM, box)
    base = np.asarray(brightness_of("spleen", phases), dtype=np.float32)[:, None, None]
    canvas.paint(base + canvas.grain * mottled[:, None, None] * texture, coverage_, box)


def _paint_liver(
    canvas: Canvas, trunk: Trunk, diaphragm: Diaphragm, vessels: Vessels, phases: tuple[Acquisition, ...]
) -> Image:
    plane = canvas.plane
    distance = liver_distance(plane, trunk, diaphragm)
    liver = plane.soft(distance)
    canvas.paint(brightness_of("liver", phases), liver)
    canvas.add(plane.waves(plane.zv, _LIVER_GRAIN), liver)
    inner = plane.soft(distance + np.float32(4))
    _paint_tubes(canvas, vessels.hepatic, "hepatic vein", phases, inner)
    # the portal trunk lies outside the liver: only its branches end at the surface
    reach = np.maximum(inner, plane.soft(ellipsoid(*_from(plane, -14, 2), plane.zv + 22.0, (46.0, 26.0, 40.0))))
    _paint_tubes(canvas, vessels.portal, "portal vein", phases, reach)
    _paint_tubes(canvas, vessels.feeders, "artery", phases, inner)
    return liver
