"""The lesions: shapes in the body whose longest lines are known by formula, and how they look.

Every lesion's largest section lies on an image, at a height that is a whole multiple of 5 mm in the body. Outlines are
circles and ellipses dented inwards away from the ends of the measured line: a dent shortens every other chord and
leaves that line as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from app.demo.enhancement import Acquisition, Part, brightness_of
from app.demo.plane import Canvas, Image, ellipsoid, random_waves, turned
from app.demo.story import Diameters
from mrecist.values import Point

_MOTTLE = random_waves(61, 40, 5.0, 13.0, 1.0)
_GRAIN = random_waves(62, 30, 6.0, 16.0, 1.0)


@dataclass(frozen=True, slots=True)
class Chord:
    """A line in the body and its length in mm; it lies in one axial plane."""

    start: Point
    end: Point
    length_mm: float


@dataclass(frozen=True, slots=True)
class Blob:
    """An ellipsoid with one axis along z, its long axis `angle_deg` from +x towards +y, dented off its long axis.

    A negative `dent` bulges outwards instead: right for a hole, which must nowhere be smaller than the formula says.
    """

    centre: Point
    half_long: float
    half_short: float
    half_high: float
    angle_deg: float = 0.0
    dent: float = 0.0
    lobes: int = 5
    clear_deg: tuple[float, ...] = (0.0,)
    """Directions from the long axis, with their opposites, that stay free of dents."""

    def distance(self, x: Image, y: Image, z: float) -> Image:
        """About the signed distance in mm of body points to the surface."""
        u, v = turned(x - np.float32(self.centre[0]), y - np.float32(self.centre[1]), self.angle_deg)
        if self.dent:
            around = np.arctan2(v / np.float32(self.half_short), u / np.float32(self.half_long))
            wave = 2 - np.cos(self.lobes * around + np.float32(self.lobes)) - np.cos((self.lobes - 3) * around)
            wave *= np.float32(0.25)
            free = np.ones_like(around)
            for degrees in self.clear_deg:
                away = np.abs(np.sin(around - np.float32(math.radians(degrees))))
                free *= np.clip((away - np.float32(0.25)) / np.float32(0.35), 0, 1)
            grown = 1 + np.float32(self.dent) * wave * free
            u, v = u * grown, v * grown
        return ellipsoid(u, v, z - self.centre[2], (self.half_long, self.half_short, self.half_high))

    def axis(self, across: bool = False) -> Chord:
        """The long axis, or the short one, in the plane of the centre."""
        half = self.half_short if across else self.half_long
        return chord_at(self.centre, half, self.angle_deg + (90.0 if across else 0.0))


def chord_at(centre: Point, half_mm: float, angle_deg: float) -> Chord:
    """The line through `centre`, `half_mm` to each side, in this direction in the axial plane."""
    dx, dy = half_mm * math.cos(math.radians(angle_deg)), half_mm * math.sin(math.radians(angle_deg))
    x, y, z = centre
    return Chord((x - dx, y - dy, z), (x + dx, y + dy, z), 2 * half_mm)


def _moved(centre: Point, angle_deg: float, by_mm: float) -> Point:
    x, y, z = centre
    return x + by_mm * math.cos(math.radians(angle_deg)), y + by_mm * math.sin(math.radians(angle_deg)), z


@dataclass(frozen=True, slots=True)
class NecroticTumour:
    """A ball of tumour with an off-centre ball of necrosis in it, cut through the middle of both.

    Ball radius R, core radius r, core d off centre: the longest chord of the rim that leaves the core alone is the
    tangent on the far side of it, at R² = (L/2)² + (r - d)², so L = 2 √(R² - (r - d)²).
    """

    centre: Point
    viable_mm: float
    whole_mm: float
    core_off_mm: float
    core_angle_deg: float
    whole_angle_deg: float

    @property
    def core_radius_mm(self) -> float:
        radius = self.whole_mm / 2
        return math.sqrt(radius**2 - (self.viable_mm / 2) ** 2) + self.core_off_mm

    @property
    def outline(self) -> Blob:
        radius = self.whole_mm / 2
        chord = self.counted()
        ends = tuple(
            math.degrees(math.atan2(y - self.centre[1], x - self.centre[0])) - self.whole_angle_deg
            for x, y, _ in (chord.start, chord.end)
        )
        return Blob(self.centre, radius, radius, radius, self.whole_angle_deg, 0.13, 7, (0.0, *ends))

    @property
    def core(self) -> Blob:
        radius = self.core_radius_mm
        return Blob(
            _moved(self.centre, self.core_angle_deg, self.core_off_mm),
            radius,
            radius,
            radius,
            self.core_angle_deg,
            -0.17,
            7,
            (0.0,),
        )

    def counted(self) -> Chord:
        far = self.core_radius_mm - self.core_off_mm
        middle = _moved(self.centre, self.core_angle_deg + 180.0, far)
        return chord_at(middle, self.viable_mm / 2, self.core_angle_deg + 90.0)

    def whole(self) -> Chord:
        return chord_at(self.centre, self.whole_mm / 2, self.whole_angle_deg)

    def paint(self, canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
        plane = canvas.plane
        if abs(plane.zv - self.centre[2]) > self.whole_mm / 2 + 2:
            return
        box = plane.box(*self.centre[:2], self.whole_mm / 2)
        x, y = plane.at(box)
        outline = self.outline.distance(x, y, plane.zv)
        _paint_tumour(canvas, outline, phases, box, rim=True)
        core = plane.soft(self.core.distance(x, y, plane.zv), 2.6)
        canvas.paint(brightness_of("necrosis", phases), core, box)
        canvas.add(np.float32(5.0) * plane.waves(plane.zv, _GRAIN, box), core, box)


@dataclass(frozen=True, slots=True)
class TreatedTumour:
    """After chemoembolisation: a round outline, oil on one side of it, and viable tumour (an ellipsoid) on the other.

    The viable ellipsoid lies wholly inside the outline and clear of the oil, so its long axis is the longest viable
    chord; the outline's diameter is the whole one. Where `hidden`, a film of oil lies over all of it: CT shows nothing
    but oil, and the viable part is seen on MR alone, which hardly shows oil.
    """

    centre: Point
    viable_mm: float
    whole_mm: float
    viable_half_short: float
    viable_off_mm: float
    viable_angle_deg: float
    whole_angle_deg: float
    oil_radius_mm: float
    oil_off_mm: float
    hidden: bool = False

    @property
    def outline(self) -> Blob:
        radius = self.whole_mm / 2
        return Blob(self.centre, radius, radius, radius, self.whole_angle_deg, 0.05, 7, (0.0,))

    @property
    def viable(self) -> Blob:
        return Blob(
            _moved(self.centre, self.viable_angle_deg + 90.0, self.viable_off_mm),
            self.viable_mm / 2,
            self.viable_half_short,
            max(0.4 * self.viable_mm, 7.0),
            self.viable_angle_deg,
            0.12,
            6,
        )

    @property
    def oil(self) -> Blob:
        radius = self.oil_radius_mm
        return Blob(_moved(self.centre, self.viable_angle_deg - 90.0, self.oil_off_mm), radius, radius, radius)

    def counted(self) -> Chord:
        return self.viable.axis()

    def whole(self) -> Chord:
        return chord_at(self.centre, self.whole_mm / 2, self.whole_angle_deg)

    def paint(self, canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
        plane = canvas.plane
        if abs(plane.zv - self.centre[2]) > self.whole_mm / 2 + 2:
            return
        box = plane.box(*self.centre[:2], self.whole_mm / 2)
        x, y = plane.at(box)
        outline = self.outline.distance(x, y, plane.zv)
        canvas.paint(brightness_of("treated", phases), plane.soft(outline), box)
        _paint_tumour(canvas, self.viable.distance(x, y, plane.zv), phases, box, rim=False)
        covers = self.hidden and phases[0].part is not Part.LIVER_MR
        oil = outline + np.float32(1.0) if covers else self.oil.distance(x, y, plane.zv)
        mottle = plane.waves(plane.zv, _MOTTLE, box)
        held = plane.soft(oil, 2.5) * np.clip(mottle * np.float32(1.6) + np.float32(2.5 if covers else 0.75), 0, 1)
        thinnest = np.float32(0.6 if covers else 0.25)
        density = np.clip(np.float32(1.0) + np.float32(0.45) * mottle, thinnest, np.float32(1.9))
        base = np.asarray(brightness_of("lipiodol", phases), dtype=np.float32)[:, None, None]
        canvas.paint(base * density, held, box)


@dataclass(frozen=True, slots=True)
class SolidTumour:
    """A liver nodule that enhances throughout: an ellipsoid; whole and viable diameter are its long axis."""

    blob: Blob

    @property
    def centre(self) -> Point:
        return self.blob.centre

    def counted(self) -> Chord:
        return self.blob.axis()

    def whole(self) -> Chord:
        return self.blob.axis()

    def paint(self, canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
        plane = canvas.plane
        if abs(plane.zv - self.centre[2]) > self.blob.half_high + 2:
            return
        box = plane.box(*self.centre[:2], self.blob.half_long)
        x, y = plane.at(box)
        _paint_tumour(canvas, self.blob.distance(x, y, plane.zv), phases, box, rim=self.blob.half_long > 10)


@dataclass(frozen=True, slots=True)
class Metastasis:
    """A soft-tissue ellipsoid outside the liver; of a node the short axis counts, and it does not breathe."""

    blob: Blob
    tissue: str = "lung metastasis"

    @property
    def node(self) -> bool:
        return self.tissue == "node"

    @property
    def centre(self) -> Point:
        return self.blob.centre

    def counted(self) -> Chord:
        return self.blob.axis(across=self.node)

    def whole(self) -> Chord:
        return self.blob.axis()

    def paint(self, canvas: Canvas, phases: tuple[Acquisition, ...]) -> None:
        plane = canvas.plane
        z = plane.z if self.node else plane.zv
        if abs(z - self.centre[2]) > self.blob.half_high + 2:
            return
        box = plane.box(*self.centre[:2], self.blob.half_long)
        x, y = plane.at(box)
        canvas.paint(brightness_of(self.tissue, phases), plane.soft(self.blob.distance(x, y, z)), box)


LiverLesion = NecroticTumour | TreatedTumour | SolidTumour
AnyLesion = LiverLesion | Metastasis


def _paint_tumour(
    canvas: Canvas, distance: Image, phases: tuple[Acquisition, ...], box: tuple[slice, slice], rim: bool
) -> None:
    """Tumour with an uneven blush in the arterial phase, and a capsule that shows late."""
    plane = canvas.plane
    grain = plane.waves(plane.zv, _GRAIN, box)
    base = np.asarray(brightness_of("tumour", phases), dtype=np.float32)[:, None, None]
    blush = np.asarray([16.0 if p.phase == "arterial" else 5.0 for p in phases], dtype=np.float32)[:, None, None]
    inside = plane.soft(distance)
    canvas.paint(base + canvas.grain * blush * np.clip(grain, -1.3, 1.3), inside, box)
    if rim:
        late = tuple(0.0 if p.phase in ("pre", "arterial") else 1.0 for p in phases)
        ring = np.clip(1 - np.abs(distance + np.float32(0.9)) / np.float32(1.1), 0, 1)
        shown = ring * np.asarray(late, dtype=np.float32)[:, None, None]
        canvas.paint(brightness_of("capsule", phases), np.float32(0.75) * shown, box)


# --- where they are -------------------------------------------------------------------------------------------------

IT1_CENTRE: Point = (-84.0, -24.0, 20.0)
IT2_CENTRE: Point = (46.0, -60.0, 15.0)
IN1_CENTRE: Point = (-88.0, 34.0, -35.0)
ET1_CENTRE: Point = (-86.0, 38.0, 120.0)
ET2_CENTRE: Point = (74.0, -22.0, 190.0)
ET3_CENTRE: Point = (-2.0, 20.0, 165.0)
SMALL_NODULES: tuple[tuple[Point, float], ...] = (
    ((-104.0, -18.0, 130.0), 3.4),
    ((-62.0, 48.0, 195.0), 3.0),
    ((98.0, 34.0, 150.0), 3.7),
    ((60.0, 62.0, 205.0), 3.1),
)
THROMBUS: tuple[tuple[Point, Point, float, float], ...] = (
    # from, to, radius at each end: the right branch from its origin into its anterior division
    ((-34.0, -2.0, -3.0), (-50.0, 0.0, 0.0), 7.6, 8.4),
    ((-50.0, 0.0, 0.0), (-62.0, -4.0, 4.0), 8.4, 6.2),
    ((-62.0, -4.0, 4.0), (-70.0, -6.0, 9.0), 6.2, 3.4),
)
THROMBUS_CENTRE: Point = (-50.0, 0.0, 0.0)
_IT1_TREATED = {  # half short axis and offset of the viable part, oil radius and offset
    "FU1": (8.0, 11.0, 9.5, 7.5),
    "FU2": (6.6, 11.5, 9.8, 6.4),
    "FU3": (7.0, 11.6, 9.8, 6.6),
}
_HIDDEN_BY_OIL = ("FU2",)
_IT2_TREATED = {"FU1": (4.6, 4.9, 3.6, 5.0), "FU2": (4.0, 4.3, 3.2, 4.4), "FU3": (4.2, 4.4, 3.2, 4.5)}


def build_lesion(lesion_id: str, timepoint_id: str, size: Diameters) -> AnyLesion:
    """The shape of one lesion at one time point, with exactly these diameters."""
    counted, whole = size.counted, size.whole or size.counted
    match lesion_id:
        case "IT1" if timepoint_id == "BL":
            return NecroticTumour(IT1_CENTRE, counted, whole, 1.8, -70.0, 62.0)
        case "IT1":
            short, off, oil, oil_off = _IT1_TREATED[timepoint_id]
            hidden = timepoint_id in _HIDDEN_BY_OIL
            return TreatedTumour(IT1_CENTRE, counted, whole, short, off, 76.0, 20.0, oil, oil_off, hidden)
        case "IT2" if timepoint_id == "BL":
            return SolidTumour(Blob(IT2_CENTRE, counted / 2, 0.44 * counted, 0.46 * counted, -32.0, 0.08, 5))
        case "IT2":
            short, off, oil, oil_off = _IT2_TREATED[timepoint_id]
            hidden = timepoint_id in _HIDDEN_BY_OIL
            return TreatedTumour(IT2_CENTRE, counted, whole, short, off, -32.0, 60.0, oil, oil_off, hidden)
        case "IN1":
            return SolidTumour(Blob(IN1_CENTRE, counted / 2, 0.43 * counted, 7.5, 25.0, 0.06, 4))
        case "ET1":
            return Metastasis(Blob(ET1_CENTRE, counted / 2, 0.45 * counted, 0.48 * counted, -38.0, 0.08, 6))
        case "ET2":
            return Metastasis(Blob(ET2_CENTRE, counted / 2, 0.44 * counted, 0.48 * counted, 55.0, 0.08, 5))
        case "ET3":
            return Metastasis(Blob(ET3_CENTRE, whole / 2, counted / 2, 0.5 * counted, 8.0), "node")
        case _:
            raise ValueError(f"the scene has no lesion {lesion_id}")
