"""Lungs, airways, heart and mediastinum."""

from __future__ import annotations

import numpy as np

from app.demo.abdomen import Diaphragm
from app.demo.enhancement import Acquisition, hu_of
from app.demo.frame import Trunk
from app.demo.plane import Canvas, Image, Plane, blend, carve, ellipsoid, random_waves, turned
from app.demo.vessels import Tubes, chain, coverage, grow, join

_LUNG_GRAIN = random_waves(31, 50, 4.0, 20.0, 15.0)
_MEDIASTINUM_EDGE = random_waves(32, 8, 30.0, 80.0, 2.0)
_HEART_EDGE = random_waves(33, 6, 50.0, 110.0, 1.8)

LUNG_VESSELS: Tubes = join(
    [
        grow(201, (-34, 6, 178), (-0.7, -0.3, 0.75), 40, 4.6, 7, 40.0, 0.76, 0.70),
        grow(202, (-36, 12, 166), (-0.9, -0.35, -0.1), 42, 4.4, 7, 40.0, 0.76, 0.70),
        grow(203, (-36, 20, 158), (-0.7, 0.25, -0.8), 46, 5.2, 7, 40.0, 0.78, 0.71),
        grow(204, (-36, 20, 158), (-0.5, 0.75, -0.5), 42, 4.6, 7, 42.0, 0.78, 0.70),
        grow(205, (-34, 14, 172), (-0.6, 0.7, 0.4), 40, 4.2, 7, 42.0, 0.76, 0.70),
        grow(206, (-30, 10, 150), (-0.8, -0.5, -0.45), 42, 4.2, 7, 42.0, 0.76, 0.70),
        grow(211, (36, 8, 182), (0.6, -0.45, 0.7), 40, 4.4, 7, 40.0, 0.76, 0.70),
        grow(212, (38, 14, 170), (0.9, -0.35, 0.0), 40, 4.2, 7, 40.0, 0.76, 0.70),
        grow(213, (38, 24, 162), (0.7, 0.35, -0.75), 46, 5.0, 7, 40.0, 0.78, 0.71),
        grow(214, (38, 24, 164), (0.5, 0.75, -0.4), 42, 4.4, 7, 42.0, 0.78, 0.70),
        grow(215, (36, 18, 178), (0.6, 0.7, 0.45), 40, 4.2, 7, 42.0, 0.76, 0.70),
    ]
)
_BRONCHI: Tubes = join(
    [
        chain((0, 16, 300, 8.5), (0, 16, 200, 8.5), (0, 16, 186, 9.5)),
        chain((-2, 16, 186, 7.5), (-16, 17, 174, 6.8), (-28, 17, 166, 5.6)),
        chain((2, 16, 186, 7.0), (18, 19, 174, 6.2), (34, 21, 166, 5.2)),
        chain((-28, 17, 166, 4.6), (-42, 12, 172, 3.2), (-52, 6, 186, 2.2)),
        chain((-28, 17, 166, 4.8), (-36, 22, 150, 3.8), (-44, 30, 130, 2.6), (-52, 40, 110, 1.7)),
        chain((34, 21, 166, 4.2), (46, 14, 174, 3.0), (54, 4, 188, 2.0)),
        chain((34, 21, 166, 4.6), (42, 28, 148, 3.4), (48, 36, 128, 2.4), (54, 44, 108, 1.6)),
    ]
)
_PULMONARY: Tubes = join(
    [
        chain((18, -42, 150, 13.5), (20, -34, 170, 13.5), (14, -20, 184, 12.5)),
        chain((16, -22, 182, 11.0), (-6, -8, 178, 10.0), (-26, 2, 174, 9.0), (-36, 8, 168, 7.0)),
        chain((18, -24, 184, 10.5), (32, 0, 182, 9.5), (38, 14, 174, 7.5)),
    ]
)
_ARCH: Tubes = chain(
    (-14, -36, 140, 15.0), (-18, -36, 170, 15.0), (-15, -32, 196, 14.5), (-4, -18, 212, 14.0), (10, 6, 218, 13.0),
    (20, 26, 214, 12.5), (25, 42, 200, 12.2), (25, 48, 180, 12.2),
)  # fmt: skip
_HEAD_ARTERIES: Tubes = join(
    [
        chain((-8, -14, 218, 6.4), (-14, -14, 240, 6.0), (-22, -10, 275, 5.5)),
        chain((2, -6, 222, 4.0), (6, -6, 250, 3.8), (10, -4, 290, 3.6)),
        chain((12, 6, 224, 4.8), (18, 8, 250, 4.6), (28, 8, 280, 4.4)),
    ]
)
_CAVA_UPPER: Tubes = chain((-26, -8, 130, 9.5), (-26, -14, 170, 9.5), (-25, -18, 215, 9.0), (-24, -24, 245, 7.5))
_INNOMINATE: Tubes = chain((-24, -22, 226, 7.0), (4, -38, 230, 6.4), (30, -34, 244, 6.2))


def paint_thorax(canvas: Canvas, trunk: Trunk, diaphragm: Diaphragm, phases: tuple[Acquisition, ...]) -> None:
    """Everything above the diaphragm but the lesions."""
    plane = canvas.plane
    x, y = plane.xy
    middle = _mediastinum(plane)
    chest = np.maximum(trunk.cavity, -diaphragm.above)
    pleura = np.maximum(chest, -middle)
    canvas.paint(hu_of("muscle", phases), plane.soft(np.maximum(chest, diaphragm.above - np.float32(2.6))))
    canvas.paint(hu_of("fat", phases), plane.soft(np.maximum(chest, middle)))
    lung = plane.soft(pleura)
    slope = (y * np.float32(0.38)).astype(np.float32) + plane.waves(plane.zv, _LUNG_GRAIN)
    base = np.asarray(hu_of("lung", phases), dtype=np.float32)[:, None, None]
    canvas.paint(base + slope, lung)
    _paint_fissures(canvas, lung, phases)
    met = coverage(plane, plane.zv, LUNG_VESSELS)
    if met is not None:
        part, box = met
        canvas.paint(hu_of("lung vessel", phases), part * plane.soft(pleura[box] + np.float32(1.5)), box)
    _paint_heart(canvas, diaphragm, phases)
    for tubes, tissue in (
        (_CAVA_UPPER, "cava"),
        (_INNOMINATE, "cava"),
        (_PULMONARY, "heart"),
        (_ARCH, "artery"),
        (_HEAD_ARTERIES, "artery"),
    ):
        _paint_tube(canvas, tubes, tissue, phases)
    if plane.z > 40:
        ox, oy = (8.0, 30.0) if plane.z > 140 else (14.0, 26.0)
        box = plane.box(ox, oy, 12)
        gx, gy = plane.at(box)
        gullet = ellipsoid(gx - np.float32(ox), gy - np.float32(oy), 0.0, (8.0, 6.0, 900.0))
        canvas.paint(hu_of("oesophagus", phases), plane.soft(gullet), box)
    wall = _BRONCHI.copy()
    wall[:, [3, 7]] += 1.3
    _paint_tube(canvas, wall, "muscle", phases)
    _paint_tube(canvas, _BRONCHI, "airway", phases)


def _mediastinum(plane: Plane) -> Image:
    """Signed distance (mm) to what lies between the lungs."""
    x, y = plane.xy
    z = plane.z
    heart = _heart(plane) - np.float32(3.5)
    core = ellipsoid(x - np.float32(2), y - np.float32(12), 0.0, (30.0, 46.0, 900.0))
    front = ellipsoid(x - np.float32(2), y + np.float32(56), 0.0, (15.0, 40.0, 900.0))
    spine = ellipsoid(x - np.float32(4), y - np.float32(60), 0.0, (26.0, 30.0, 900.0))
    middle = blend(blend(core, front, 9.0), spine, 6.0)
    middle = blend(middle, heart, 7.0)
    if z > 205:
        middle = blend(middle, ellipsoid(x, y, z - 270.0, (40.0, 50.0, 60.0)), 10.0)
    hila = ellipsoid(np.abs(x) - np.float32(34), y - np.float32(14), z - 168.0, (13.0, 13.0, 20.0))
    return blend(middle, hila, 6.0) + plane.waves(z, _MEDIASTINUM_EDGE)


def _heart(plane: Plane) -> Image:
    x, y = plane.xy
    z = plane.zv
    ventricles = ellipsoid(*turned(x - np.float32(28), y + np.float32(34), 32.0), z - 106.0, (58.0, 42.0, 38.0))
    atria = ellipsoid(x + np.float32(10), y + np.float32(16), z - 132.0, (44.0, 34.0, 34.0))
    return blend(ventricles, atria, 12.0) + plane.waves(z, _HEART_EDGE)


def _paint_heart(canvas: Canvas, diaphragm: Diaphragm, phases: tuple[Acquisition, ...]) -> None:
    plane = canvas.plane
    z = plane.zv
    if not 62 < z < 172:
        return
    x, y = plane.xy
    heart = np.maximum(_heart(plane), diaphragm.above * np.float32(-1) + np.float32(2))
    sac = plane.soft(heart)
    canvas.paint(hu_of("myocardium", phases), sac)
    left = ellipsoid(*turned(x - np.float32(42), y + np.float32(26), 38.0), z - 108.0, (34.0, 16.0, 26.0))
    right = ellipsoid(*turned(x - np.float32(10), y + np.float32(52), 24.0), z - 108.0, (42.0, 16.0, 28.0))
    right_atrium = ellipsoid(x + np.float32(30), y + np.float32(28), z - 122.0, (20.0, 26.0, 30.0))
    left_atrium = ellipsoid(x - np.float32(4), y - np.float32(4), z - 140.0, (33.0, 15.0, 20.0))
    root = ellipsoid(x + np.float32(4), y + np.float32(28), z - 140.0, (15.0, 15.0, 26.0))
    within = heart + np.float32(3.2)
    for chamber, tissue in (
        (right, "heart"),
        (right_atrium, "cava"),
        (left_atrium, "heart"),
        (left, "heart"),
        (root, "artery"),
    ):
        canvas.paint(hu_of(tissue, phases), plane.soft(np.maximum(chamber, within), 2.0))
    cut = np.maximum(np.abs(carve(heart, left, 1.0) + np.float32(1.0)) - np.float32(1.1), -sac + np.float32(0.2))
    canvas.paint(hu_of("fat", phases), plane.soft(cut) * np.float32(0.35))


def _paint_fissures(canvas: Canvas, lung: Image, phases: tuple[Acquisition, ...]) -> None:
    """The oblique fissures as faint lines, and the minor one as a hazy band."""
    plane = canvas.plane
    x, y = plane.xy
    plane_of = (
        y * np.float32(0.75) + np.float32(170.0) - np.float32(plane.zv) + np.abs(x) * np.float32(0.1)
    ) * np.float32(0.75)
    line = plane.soft(np.abs(plane_of) - np.float32(0.4))
    canvas.add(np.full_like(line, 95.0), line * lung)


def _paint_tube(canvas: Canvas, tubes: Tubes, tissue: str, phases: tuple[Acquisition, ...]) -> None:
    met = coverage(canvas.plane, canvas.plane.z, tubes)
    if met is not None:
        canvas.paint(hu_of(tissue, phases), met[0], met[1])
