"""The wall of the trunk: skin, fat, muscle, ribs, spine, breastbone, shoulder blades, and the table beneath."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from app.demo.enhancement import Acquisition, brightness_of
from app.demo.plane import Canvas, Image, Plane, blend, carve, ellipsoid, random_waves, turned

_SKIN = random_waves(1, 8, 90.0, 220.0, 1.6)
_INNER = random_waves(2, 8, 45.0, 110.0, 1.3)
_FAT = random_waves(3, 26, 7.0, 40.0, 5.0)
_MUSCLE = random_waves(4, 30, 3.5, 16.0, 5.0)
_TRABECULAE = random_waves(5, 40, 3.0, 9.0, 18.0)
RIB_PITCH_MM = 25.0
VERTEBRA_MM = 30.0


@dataclass(frozen=True)
class Trunk:
    """Signed distances (mm) on one image: to the skin, to the inner surface of the wall, to the spine."""

    skin: Image
    cavity: Image


def _ring(x: Image, y: Image, half_x: float, half_y: float, back: float, power: float) -> Image:
    """About the distance to a rounded oval, flatter at the back."""
    h = np.where(y > 0, np.float32(half_y * back), np.float32(half_y))
    u, v = np.abs(x) / np.float32(half_x), np.abs(y) / h
    k = (u**power + v**power) ** np.float32(1 / power)
    away = np.hypot(x, y)
    return (k - 1) * away / np.maximum(k, np.float32(0.05))


def build_trunk(plane: Plane) -> Trunk:
    """The surfaces of the trunk at the height of the image."""
    x, y = plane.xy
    z = plane.z
    up = min(max((z - 120) / 130, 0.0), 1.0)
    low = min(max(-z / 100, 0.0), 1.0)
    half_x = 160 - 5 * low - 2 * up
    half_y = 112 - 6 * low - 12 * up
    skin = _ring(x, y, half_x, half_y, 1.10, 2.35) + plane.waves(z, _SKIN)
    furrow = np.exp(-((x / 9) ** 2)) * np.clip(y / 60, 0, 1)
    skin = skin + 4 * furrow.astype(np.float32)
    top = min(max((z - 215) / 70, 0.0), 1.0)
    inner_x, inner_y = 136 - 4 * low - 52 * top**1.3 - 8 * up, 91 - 6 * low - 16 * top - 8 * up
    cavity = _ring(x, y - np.float32(2), inner_x, inner_y, 1.03, 2.15) + plane.waves(z, _INNER) * np.float32(0.6)
    spine = ellipsoid(x, y - np.float32(95), 0.0, (27.0, 36.0, 900.0))
    return Trunk(skin, carve(cavity, spine, 9.0))


def paint_wall(canvas: Canvas, trunk: Trunk, phases: tuple[Acquisition, ...]) -> None:
    """Skin, fat and muscle, up to the cavity; what lies in the cavity comes later."""
    plane = canvas.plane
    x, y = plane.xy
    z = plane.z
    canvas.paint(brightness_of("skin", phases), plane.soft(trunk.skin))
    inside = plane.soft(trunk.skin + np.float32(1.8))
    canvas.paint(brightness_of("fat", phases), inside)
    canvas.add(plane.waves(z, _FAT), inside)
    up = min(max((z - 130) / 70, 0.0), 1.0)
    fibre = plane.waves(z, _MUSCLE)
    shoulder = min(max((z - 215) / 70, 0.0), 1.0)
    sheath = np.maximum(trunk.cavity - np.float32(11.0 + 24.0 * shoulder), trunk.skin + np.float32(7.0))
    back_pair = np.abs(x)
    erector = ellipsoid(back_pair - np.float32(31), y - np.float32(100), 0.0, (25.0, 16.0, 900.0))
    sheath = blend(sheath, erector, 4.0)
    muscle = plane.soft(sheath)
    lat = ellipsoid(back_pair - np.float32(133 - 6 * up), y - np.float32(30), 0.0, (13.0 + 7 * up, 52.0, 900.0))
    muscle = np.maximum(muscle, plane.soft(np.maximum(lat, trunk.skin + np.float32(9))))
    if z > 120:
        pectoral = ellipsoid(back_pair - np.float32(72), y + np.float32(84), 0.0, (58.0, 11.0 + 6 * up, 900.0))
        shift = np.float32(1 - min((z - 120) / 30, 1.0)) * 14
        muscle = np.maximum(muscle, plane.soft(np.maximum(pectoral + shift, trunk.skin + np.float32(8))))
        blade = ellipsoid(back_pair - np.float32(88), y - np.float32(80), 0.0, (46.0, 14.0, 900.0))
        muscle = np.maximum(muscle, plane.soft(np.maximum(blade + shift, trunk.skin + np.float32(8))))
    elif z < 70:
        rectus = ellipsoid(
            back_pair - np.float32(34), y + np.float32(96 - 6 * min(max(-z / 100, 0), 1)), 0.0, (30.0, 7.0, 900.0)
        )
        muscle = np.maximum(muscle, plane.soft(np.maximum(rectus, trunk.skin + np.float32(7))))
    canvas.paint(brightness_of("muscle", phases), muscle)
    canvas.add(fibre, muscle)
    strands = plane.soft(np.abs(erector + np.float32(0.5)) - np.float32(0.6)) * np.float32(0.7)
    septum = plane.soft(np.abs(trunk.cavity - np.float32(8.2) - fibre * np.float32(0.12)) - np.float32(0.7))
    canvas.paint(
        brightness_of("fat", phases),
        np.maximum(strands, septum * np.clip(np.float32(0.3) + fibre * np.float32(0.07), 0, 0.6)) * inside,
    )


def paint_bones(canvas: Canvas, trunk: Trunk, phases: tuple[Acquisition, ...]) -> None:
    """Ribs with their cartilage, vertebrae with canal and processes, breastbone and shoulder blades."""
    plane = canvas.plane
    x, y = plane.xy
    z = plane.z
    _paint_ribs(canvas, trunk, phases)
    _paint_vertebra(canvas, phases)
    if z > 75:
        height = 6.2 if z < 110 else 7.0
        front = float(-86 + 8 * min(max((z - 120) / 130, 0), 1))
        breast = ellipsoid(x, y - np.float32(front), 0.0, (19.0 if z > 95 else 10.0, height, 900.0))
        _paint_bone(canvas, breast, phases, plane.box(0, front, 24, 12))
    if z > 148:
        grown = min((z - 148) / 30, 1.0)
        for side in (-1.0, 1.0):
            u, v = turned(x - np.float32(side * 96), y - np.float32(76), -side * 32.0)
            bent = v + (u / np.float32(38)) ** 2 * np.float32(7)
            blade = ellipsoid(u, bent, 0.0, (10 + 28 * grown, 3.2, 900.0))
            if z > 215:
                spine = ellipsoid(u - np.float32(-side * 6), bent - np.float32(8), 0.0, (4.0, 10.0, 900.0))
                blade = blend(blade, spine, 2.0)
            _paint_bone(canvas, blade, phases, plane.box(side * 96, 76, 44, 36), 1.6)
    if z > 232:
        for side in (-1.0, 1.0):
            u, v = turned(x - np.float32(side * 60), y + np.float32(58), side * 24.0)
            collar = ellipsoid(u, v, z - 246.0, (44.0, 6.5, 9.0))
            _paint_bone(canvas, collar, phases, plane.box(side * 60, -58, 50, 30))


def _paint_bone(
    canvas: Canvas, distance: Image, phases: tuple[Acquisition, ...], box: tuple[slice, slice], shell_mm: float = 1.7
) -> None:
    plane = canvas.plane
    part = distance[box] if distance.shape == (plane.size, plane.size) else distance
    canvas.paint(brightness_of("bone", phases), plane.soft(part) * np.float32(0.92), box)
    marrow = plane.soft(part + np.float32(shell_mm))
    canvas.paint(brightness_of("marrow", phases), marrow, box)
    canvas.add(plane.waves(plane.z, _TRABECULAE, box), marrow, box)


def _paint_ribs(canvas: Canvas, trunk: Trunk, phases: tuple[Acquisition, ...]) -> None:
    plane = canvas.plane
    x, y = plane.xy
    z = plane.z
    around = np.arctan2(np.abs(x), y - np.float32(10))  # 0 at the spine, pi at the breastbone
    fall = np.float32(128) * np.clip(around / np.float32(math.pi), 0, 1) ** np.float32(0.9)
    odd = np.where(x > 0, np.float32(3.0), np.float32(0.0))
    level = (np.float32(z) + fall + odd) / np.float32(RIB_PITCH_MM)
    number = np.floor(level)
    up = (level - number - np.float32(0.5)) * np.float32(RIB_PITCH_MM)
    depth = trunk.cavity - np.float32(5.2)
    rib = (np.sqrt((depth / np.float32(3.9)) ** 2 + (up / np.float32(6.6)) ** 2) - 1) * np.float32(3.9)
    # the lowest ribs float: they end before the front
    last = np.clip(
        np.float32(0.62 * math.pi) + (number + np.float32(1)) * np.float32(0.13 * math.pi),
        0.25 * math.pi,
        0.97 * math.pi,
    )
    near_front = np.float32(0.73 * math.pi)
    ends = plane.soft((around - last) * np.float32(90))
    ends *= plane.soft((np.float32(0.09 * math.pi) - around) * np.float32(70))
    costal = plane.soft((near_front - around) * np.float32(90))
    present = ends * (number > -3)
    covered = plane.soft(rib) * present
    canvas.paint(brightness_of("bone", phases), covered * (1 - costal) * np.float32(0.9))
    marrow = plane.soft(rib + np.float32(1.5)) * present * (1 - costal)
    canvas.paint(brightness_of("rib marrow", phases), marrow)
    canvas.paint(brightness_of("cartilage", phases), covered * costal)


def _paint_vertebra(canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
    plane = canvas.plane
    box = plane.box(0, 86, 50, 46)
    x, y = plane.at(box)
    z = plane.z
    at = (z % VERTEBRA_MM) - VERTEBRA_MM / 2
    disc = abs(at) > VERTEBRA_MM / 2 - 4.0
    waist = 1.0 - 0.07 * math.cos(at / VERTEBRA_MM * 2 * math.pi)
    body = ellipsoid(x, y - np.float32(66), 0.0, (21.0 * waist, 16.5 * waist, 900.0))
    notch = ellipsoid(x, y - np.float32(87), 0.0, (9.5, 8.5, 900.0))
    body = carve(body, notch, 2.5)
    pair = np.abs(x)
    arch = np.abs(ellipsoid(x, y - np.float32(89), 0.0, (12.5, 11.0, 900.0))) - np.float32(2.6)
    process = ellipsoid(x, y - np.float32(106), 0.0, (2.9, 12.0, 900.0))
    u, v = turned(pair - np.float32(28), y - np.float32(90), 24.0)
    wing = ellipsoid(u, v, 0.0, (16.0, 4.0, 900.0))
    joint = ellipsoid(pair - np.float32(13), y - np.float32(94), 0.0, (5.5, 6.0, 900.0))
    head = ellipsoid(pair - np.float32(32), y - np.float32(76), 0.0, (8.5, 5.0, 900.0))
    if disc:
        canvas.paint(brightness_of("disc", phases), plane.soft(body), box)
        back = blend(joint, process + np.float32(1.2), 2.0)
    else:
        _paint_bone(canvas, body, phases, box, 1.5)
        back = blend(blend(arch, process, 3.0), joint, 2.0)
    if -9 < at < 9:
        back = blend(back, wing, 2.5)
    _paint_bone(canvas, back, phases, box, 2.0)
    if z > -12 and 2 < at < 14:
        _paint_bone(canvas, head, phases, box, 1.8)
    canal = ellipsoid(x, y - np.float32(88), 0.0, (9.0, 8.0, 900.0))
    canvas.paint(brightness_of("fat", phases), plane.soft(canal) * np.float32(0.85), box)
    cord = ellipsoid(x, y - np.float32(88), 0.0, (6.6, 5.8, 900.0))
    canvas.paint(brightness_of("cord", phases), plane.soft(cord), box)


def paint_table(canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
    """The curved top of the couch, which stays where it is when the patient moves on it."""
    plane = canvas.plane
    line = plane.origin_mm + plane.spacing_mm * np.arange(plane.size, dtype=np.float32)
    px, py = line[None, :], line[:, None]
    top = np.float32(124.0) - (px / np.float32(195.0)) ** 2 * np.float32(30.0)
    under = np.float32(143.0) - np.abs(px / np.float32(195.0)) ** np.float32(3) * np.float32(40.0)
    reach = plane.soft(np.abs(px) - np.float32(190.0))
    between = plane.soft(top - py) * plane.soft(py - under) * reach
    air = np.float32(1) - np.clip((canvas.values[0] + 1000) / 300, 0, 1)
    canvas.paint(brightness_of("foam", phases), between * air)
    shells = np.maximum(
        plane.soft(np.abs(py - top) - np.float32(0.7)), plane.soft(np.abs(py - under) - np.float32(0.8))
    )
    canvas.paint(brightness_of("table", phases), shells * reach * air * np.float32(0.8))
