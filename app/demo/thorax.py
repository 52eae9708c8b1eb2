"""Lungs, airways, heart and mediastinum."""

from __future__ import annotations

import numpy as np

from app.demo.abdomen import Diaphragm
from app.demo.enhancement import Acquisition, Part, brightness_of
from app.demo.frame import Trunk
from app.demo.plane import Canvas, Image, Plane, blend, carve, ellipsoid, random_waves, turned
from app.demo.vessels import Tubes, chain, coverage, fill, join, within

_LUNG_GRAIN = random_waves(31, 50, 4.0, 20.0, 15.0)
_MEDIASTINUM_EDGE = random_waves(32, 8, 30.0, 80.0, 2.0)
_HEART_EDGE = random_waves(33, 6, 50.0, 110.0, 1.8)

_RIGHT = ((-80.0, 8.0, 165.0), (58.0, 88.0, 118.0))
_LEFT = ((80.0, 10.0, 165.0), (58.0, 88.0, 116.0))
_RIGHT_TRUNK = (
    ((-34, 10, 168, 6.0), (-40, 6, 178, 4.6), (-52, 0, 196, 3.6)),
    ((-34, 10, 168, 5.6), (-42, 20, 156, 5.0), (-50, 30, 136, 4.0), (-58, 38, 116, 3.2)),
    ((-34, 10, 168, 4.6), (-48, 4, 160, 3.4), (-62, -8, 152, 2.6)),
)
_LEFT_TRUNK = (
    ((36, 14, 174, 6.0), (44, 8, 184, 4.6), (54, 0, 200, 3.6)),
    ((36, 14, 174, 5.6), (44, 24, 160, 5.0), (52, 34, 138, 4.0), (60, 42, 116, 3.2)),
    ((36, 14, 174, 4.4), (50, 4, 168, 3.4), (64, -10, 160, 2.6)),
)


def grow_lung_vessels() -> Tubes:
    """Arteries and veins of both lungs; the same trees every time."""
    return join(
        [
            fill(201, _RIGHT_TRUNK, within(202, 2000, *_RIGHT), 0.36, 2.5, 0.22),
            fill(203, _LEFT_TRUNK, within(204, 1900, *_LEFT), 0.36, 2.5, 0.22),
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


def paint_thorax(
    canvas: Canvas, trunk: Trunk, diaphragm: Diaphragm, vessels: Tubes, phases: tuple[Acquisition, ...]
) -> None:
    """Everything above the diaphragm but the lesions."""
    plane = canvas.plane
    y = plane.xy[1]
    middle = _mediastinum(plane)
    chest = np.maximum(trunk.cavity, -diaphragm.above)
    pleura = np.maximum(chest, -middle)
    canvas.paint(brightness_of("muscle", phases), plane.soft(np.maximum(chest, diaphragm.above - np.float32(2.6))))
    canvas.paint(brightness_of("fat", phases), plane.soft(np.maximum(chest, middle)))
    lung = plane.soft(pleura)
    slope = (y * np.float32(0.38)).astype(np.float32) + plane.waves(plane.zv, _LUNG_GRAIN)
    base = np.asarray(brightness_of("lung", phases), dtype=np.float32)[:, None, None]
    on_mr = phases[0].part is Part.LIVER_MR  # where lung has hardly any signal, and fissures none
    canvas.paint(base + (np.float32(0.1) if on_mr else np.float32(1)) * slope, lung)
    if not on_mr:
        _paint_fissures(canvas, lung, phases)
    met = coverage(plane, plane.zv, vessels)
    if met is not None:
        part, box = met
        canvas.paint(brightness_of("lung vessel", phases), part * plane.soft(pleura[box] + np.float32(1.5)), box)
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
        ox, oy = (9.0, 38.5)
        box = plane.box(ox, oy, 12)
        gx, gy = plane.at(box)
        gullet = ellipsoid(gx - np.float32(ox), gy - np.float32(oy), 0.0, (8.0, 6.0, 900.0))
        canvas.paint(brightness_of("oesophagus", phases), plane.soft(gullet), box)
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
    canvas.paint(brightness_of("myocardium", phases), sac)
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
        canvas.paint(brightness_of(tissue, phases), plane.soft(np.maximum(chamber, within), 2.0))
    cut = np.maximum(np.abs(carve(heart, left, 1.0) + np.float32(1.0)) - np.float32(1.1), -sac + np.float32(0.2))
    canvas.paint(brightness_of("fat", phases), plane.soft(cut) * np.float32(0.35))


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
        canvas.paint(brightness_of(tissue, phases), met[0], met[1])
