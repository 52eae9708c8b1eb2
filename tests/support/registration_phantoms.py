"""Pairs of CT and MR volumes of one body at two time points, with the true place of every point at both.

The body is that of the demonstration study (`app.demo`): anatomy, vessels, breathing. Between two exams it lies
elsewhere on the table, is turned, breathes to another depth (what hangs on the diaphragm slides along the ribs),
is bent a little inside, is in another phase, and lesions shrink, grow or hold oil.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from app.demo.abdomen import build_diaphragm, liver_distance, paint_abdomen, paint_great_vessels
from app.demo.circulation import Vessels
from app.demo.enhancement import Acquisition, Part, brightness_of
from app.demo.frame import build_trunk, paint_bones, paint_table, paint_wall
from app.demo.lesions import Blob, Metastasis, SolidTumour
from app.demo.noise import MrNoise, Noise
from app.demo.plane import Canvas, Plane, Pose
from app.demo.scene import Anatomy, grow_anatomy
from app.demo.thorax import paint_thorax
from app.demo.vessels import fill, within
from tests.support.phantoms import Vector
from tests.support.series import series, slices
from viewers.imaging.geometry import affine_of
from viewers.imaging.volume import Volume, plane_of

Points = NDArray[np.float64]

CASE_SEEDS = tuple(range(7301, 7321))
"""The 20 made cases by which proposals of lesions' places are judged; fixed before anything was tuned."""

_LIVER_MIDDLE = (-50.0, -8.0, 14.0)
_WINDOW_MM = (95.0, 95.0, 85.0)


@dataclass(frozen=True)
class Bend:
    """A smooth displacement, rigid nowhere: waves of 110 to 260 mm, strongest at `middle`, gone far from it.

    What an unbent image shows at p + d(p) the bent one shows at p. `rms_mm` is the root mean square length of d at
    the middle; 0 bends nothing.
    """

    rms_mm: float
    seed: int
    middle: Vector = (0.0, 0.0, 0.0)
    window_mm: Vector = _WINDOW_MM

    def displacement(self, points: Points) -> Points:
        """d at points (n, 3), mm."""
        rng = np.random.default_rng(self.seed)
        directions = rng.normal(size=(8, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        waves = directions * (2 * math.pi / rng.uniform(110.0, 260.0, (8, 1)))
        amplitudes = rng.normal(size=(8, 3)) * (self.rms_mm / math.sqrt(12.0))
        phases = rng.uniform(0, 2 * math.pi, 8)
        away = points - np.asarray(self.middle)
        window = np.exp(-0.5 * ((away / np.asarray(self.window_mm)) ** 2).sum(1))
        return np.asarray((np.sin(away @ waves.T + phases) @ amplitudes) * window[:, None])

    def shown_at(self, points: Points) -> Points:
        """Where the bent image shows what lay at `points`: the solution of p + d(p) = point."""
        found = points.copy()
        for _ in range(40):
            found = points - self.displacement(found)
        return found


@dataclass(frozen=True)
class Grid:
    """A stack of axial images: their size and spacing, and the body heights of the lowest and the topmost, in mm."""

    size: int
    spacing_mm: float
    slice_mm: float
    low_mm: float
    high_mm: float

    @property
    def count(self) -> int:
        return round((self.high_mm - self.low_mm) / self.slice_mm) + 1


@dataclass(frozen=True)
class Lesion:
    """An ellipsoid in the body: `radius_mm`, in the liver or in a lung; `oily` where oil filled a part of it."""

    centre: Vector
    radius_mm: float
    tissue: str = "tumour"
    oily: bool = False


@dataclass(frozen=True)
class Exam:
    """One series of one time point."""

    pose: Pose
    grid: Grid
    phase: Acquisition = Acquisition.ARTERIAL
    bend: Bend = Bend(0.0, 0)
    lesions: tuple[Lesion, ...] = ()
    noise_sd: float = 12.0
    seed: int = 1
    patient: int = 0
    """0 is the demonstration's body; another number another one: other vessels, other proportions."""
    uneven: float = 0.25
    """Of MR: by how much the coil's brightness rises and falls across the body, as a part of it."""

    @property
    def on_mr(self) -> bool:
        return self.phase.part is Part.LIVER_MR

    def but(self, **changes: object) -> Exam:
        return replace(self, **changes)  # type: ignore[arg-type]

    def place(self, body_points: Points, breathes: bool = True) -> Points:
        """Patient coordinates (n, 3), LPS mm, of points in the body, as this exam shows them."""
        posed = np.array([self.pose.to_patient((x, y, z), breathes) for x, y, z in body_points.tolist()])
        return self._bent.shown_at(posed)

    def volume(self) -> Volume:
        """The series, loaded."""
        clean = self._clean()
        noisy = self._received(clean) if self.on_mr else clean + self._noise()
        return volume_of(self, np.rint(noisy).astype(np.int16))

    @property
    def heights(self) -> NDArray[np.float64]:
        """Patient z of each image."""
        first = self.pose.table_mm + self.grid.low_mm
        return first + self.grid.slice_mm * np.arange(self.grid.count)

    @property
    def _bent(self) -> Bend:
        """The bend about the middle of the liver or the lungs as the pose put it."""
        return replace(self.bend, middle=self.pose.to_patient(self.bend.middle))

    def _clean(self) -> NDArray[np.float32]:
        images = [self._image(Plane(self.pose, float(z), self.grid.size, self.grid.spacing_mm)) for z in self.heights]
        made = np.stack(images).astype(np.float32)
        if self.patient:
            return self._stretched(made)
        return made if self.bend.rms_mm == 0 else self._warped(made, self._bent.displacement)

    def _stretched(self, made: NDArray[np.float32]) -> NDArray[np.float32]:
        """Other proportions: wider or narrower by up to 12 % along each axis, and bent by 12 mm."""
        rng = np.random.default_rng(self.patient)
        scale = 1 + rng.choice([-1.0, 1.0], 3) * rng.uniform(0.05, 0.12, 3)
        middle = np.asarray(self.pose.to_patient(_LIVER_MIDDLE))
        bend = Bend(12.0, self.patient, (middle[0], middle[1], middle[2]), (150.0, 150.0, 150.0))
        return self._warped(made, lambda p: (p - middle) * (scale - 1) + bend.displacement(p))

    def _warped(self, made: NDArray[np.float32], displacement: object) -> NDArray[np.float32]:
        image = SimpleITK.GetImageFromArray(made)
        step, low = self.grid.spacing_mm, -(self.grid.size - 1) / 2 * self.grid.spacing_mm
        image.SetSpacing((step, step, self.grid.slice_mm))
        image.SetOrigin((low, low, float(self.heights[0])))
        knot = 8.0
        counts = [
            math.ceil(n * s / knot) + 2 for n, s in zip(made.shape, (self.grid.slice_mm, step, step), strict=True)
        ]
        z, y, x = np.meshgrid(*(np.arange(n) * knot for n in counts), indexing="ij")
        points = np.stack([x + low, y + low, z + self.heights[0]], -1).reshape(-1, 3)
        field = displacement(points).reshape(*counts, 3)  # type: ignore[operator]
        knots = SimpleITK.GetImageFromArray(field, isVector=True)
        knots.SetSpacing((knot, knot, knot))
        knots.SetOrigin(image.GetOrigin())
        bent = SimpleITK.Resample(
            image, SimpleITK.DisplacementFieldTransform(knots), SimpleITK.sitkLinear, self._nothing
        )
        return np.asarray(SimpleITK.GetArrayFromImage(bent))

    def _image(self, plane: Plane) -> NDArray[np.float32]:
        phases = (self.phase,)
        canvas, anatomy = Canvas(plane, 1, self._nothing), anatomy_of(self.patient)
        trunk, diaphragm = build_trunk(plane), build_diaphragm(plane)
        if not self.on_mr:  # the table gives no signal
            paint_table(canvas, phases)
        paint_wall(canvas, trunk, phases)
        if plane.zv > -70:
            paint_thorax(canvas, trunk, diaphragm, anatomy.lung_vessels, phases)
        paint_bones(canvas, trunk, phases)
        if plane.zv < 100:
            paint_abdomen(canvas, trunk, diaphragm, anatomy.vessels, phases)
        paint_great_vessels(canvas, phases)
        for lesion in self.lesions:
            _paint_lesion(canvas, lesion, phases)
        return np.asarray(canvas.values[0])

    @property
    def _nothing(self) -> float:
        return 0.0 if self.on_mr else -1000.0

    def _received(self, clean: NDArray[np.float32]) -> NDArray[np.float32]:
        """An MR as its coil hears it: brighter here than there, and with noise."""
        rng = np.random.default_rng(self.seed)
        size = self.grid.size
        line = (np.arange(size) - size / 2) * self.grid.spacing_mm
        heights = self.heights - self.heights.mean()
        kx, ky, kz = rng.uniform(-1, 1, 3) * 2 * math.pi / 400.0
        wave = np.sin(
            kx * line[None, None, :] + ky * line[None, :, None] + kz * heights[:, None, None] + rng.uniform(0, 6.28)
        )
        noise = _hiss(size)
        signal = (clean * (1 + self.uneven * wave)).astype(np.float32)
        return np.stack([noise.magnitude(one, (self.seed, k)) for k, one in enumerate(signal)])

    def _noise(self) -> NDArray[np.float32]:
        grain = _grain(self.grid.size, self.grid.spacing_mm)
        drawn = [grain.draw((self.seed, k)) * self.noise_sd for k in range(self.grid.count)]
        return np.asarray(np.stack(drawn), np.float32)


def _paint_lesion(canvas: Canvas, lesion: Lesion, phases: tuple[Acquisition, ...]) -> None:
    blob = Blob(lesion.centre, lesion.radius_mm, 0.86 * lesion.radius_mm, 0.9 * lesion.radius_mm, 30.0, 0.08)
    if lesion.tissue != "tumour":
        Metastasis(blob, lesion.tissue).paint(canvas, phases)
        return
    SolidTumour(blob).paint(canvas, phases)
    if lesion.oily:
        x, y, z = lesion.centre
        radius = 0.6 * lesion.radius_mm
        oil = Blob((x + 0.25 * lesion.radius_mm, y, z), radius, radius, radius)
        plane = canvas.plane
        if abs(plane.zv - z) <= radius + 2:
            box = plane.box(oil.centre[0], y, radius)
            canvas.paint(brightness_of("lipiodol", phases), plane.soft(oil.distance(*plane.at(box), plane.zv)), box)


@cache
def anatomy_of(patient: int) -> Anatomy:
    """The vessels of a body; those of every number but 0 grow to other places."""
    own = grow_anatomy()
    if patient == 0:
        return own
    portal = fill(
        patient,
        (
            ((10, 14, -48, 6.2), (-10, 0, -18, 7.0), (-30, -10, -3, 6.2), (-44, -12, 8, 5.4)),
            ((-44, -12, 8, 5.0), (-70, 20, 16, 4.0)),
            ((-30, -10, -3, 5.4), (4, -30, 10, 4.6)),
        ),
        within(patient + 1, 700, (-60.0, 0.0, 6.0), (76.0, 86.0, 84.0)),
        0.56,
    )
    hepatic = fill(
        patient + 2,
        (
            ((-22, 36, 70, 6.0), (-36, 20, 48, 5.2), (-60, -10, 30, 4.0)),
            ((-36, 20, 48, 4.6), (-90, 40, 20, 3.2)),
        ),
        within(patient + 3, 400, (-60.0, 0.0, 6.0), (76.0, 86.0, 84.0)),
        0.55,
    )
    vessels = Vessels(portal, hepatic, own.vessels.feeders, own.vessels.mesenteric)
    right = fill(
        patient + 4,
        (((-34, 10, 168, 6.0), (-46, 16, 182, 4.6), (-60, 20, 130, 3.4)),),
        within(patient + 5, 1800, (-80.0, 8.0, 165.0), (58.0, 88.0, 118.0)),
        0.36,
        2.5,
        0.22,
    )
    left = fill(
        patient + 6,
        (((36, 14, 174, 6.0), (50, 22, 190, 4.6), (64, 26, 132, 3.4)),),
        within(patient + 7, 1700, (80.0, 10.0, 165.0), (58.0, 88.0, 116.0)),
        0.36,
        2.5,
        0.22,
    )
    return Anatomy(vessels, np.concatenate([right, left]))


@cache
def _grain(size: int, spacing_mm: float) -> Noise:
    made = Noise(size, spacing_mm)
    made.prepare()
    return made


@cache
def _hiss(size: int) -> MrNoise:
    made = MrNoise(size)
    made.prepare()
    return made


def liver_points(count: int, seed: int, deep_mm: float = 4.0) -> Points:
    """Points of the body in the liver, at least about `deep_mm` below its surface, (n, 3)."""
    rng = np.random.default_rng(seed)
    found: list[Points] = []
    for z in rng.uniform(-70.0, 88.0, 60 * count):
        plane = Plane(Pose(0.0, (0.0, 0.0), 0.0, 0.0), float(z), 96, 4.0)
        inside = np.argwhere(liver_distance(plane, build_trunk(plane), build_diaphragm(plane)) < -deep_mm)
        if len(inside) and rng.uniform() < len(inside) / 1600:
            row, column = inside[rng.integers(len(inside))]
            found.append(np.array([plane.origin_mm + 4.0 * column, plane.origin_mm + 4.0 * row, z]))
        if len(found) == count:
            break
    return np.asarray(found)


def lung_points(count: int, seed: int) -> Points:
    """Points of the body in the lungs, (n, 3)."""
    rng = np.random.default_rng(seed)
    middles = np.where(rng.uniform(size=(count, 1)) < 0.5, [[-84.0, 14.0, 175.0]], [[86.0, 20.0, 178.0]])
    direction = rng.normal(size=(count, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return np.asarray(middles + direction * rng.uniform(size=(count, 1)) ** (1 / 3) * [[28.0, 44.0, 62.0]])


def still_points(seed: int) -> Points:
    """Points of the body that breath does not move: four in the mediastinum, two in the spine, two in the sternum."""
    rng = np.random.default_rng(seed)
    boxes = (
        [((-20, 0, 120), (30, 35, 215))] * 4
        + [((-10, 60, 90), (10, 75, 240))] * 2
        + [((-8, -84, 130), (8, -80, 230))] * 2
    )
    return np.array([rng.uniform(low, high) for low, high in boxes])


def volume_of(exam: Exam, values: NDArray[np.int16]) -> Volume:
    """Values of an exam as a loaded series."""
    grid = exam.grid
    low, row, column = -(grid.size - 1) / 2 * grid.spacing_mm, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)
    positions: list[Vector] = [(low, low, float(z)) for z in exam.heights]
    name = f"2.25.{exam.patient}{exam.seed}"
    records = tuple(
        replace(record, position=position)
        for record, position in zip(slices(name, len(positions)), positions, strict=True)
    )
    spacing = (grid.spacing_mm, grid.spacing_mm)
    made = replace(
        series(name, None),
        modality="MR" if exam.on_mr else "CT",
        hounsfield=not exam.on_mr,
        rows=grid.size,
        columns=grid.size,
        pixel_spacing_mm=spacing,
        row_direction=row,
        column_direction=column,
        slices=records,
    )
    return Volume(
        series=made,
        pixels=values,
        rescaled=True,
        unit="stored" if exam.on_mr else "HU",
        planes=tuple(plane_of(made, k) for k in range(grid.count)),
        affine=affine_of(positions, row, column, spacing),
        spacing_mm=(grid.slice_mm, *spacing),
        loaded=np.ones(grid.count, np.bool_),
    )


# --- the made cases -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MadeCase:
    """A patient at two time points: liver and chest series of each, and the lesions' centres in the body."""

    liver: tuple[Exam, Exam]
    chest: tuple[Exam, Exam]
    liver_lesions: Points
    chest_lesions: Points


LIVER_GRID = Grid(160, 2.4, 5.0, -105.0, 105.0)
CHEST_GRID = Grid(160, 2.4, 5.0, 60.0, 280.0)


def made_case(seed: int) -> MadeCase:
    """Case of a seed: 4 lesions in the liver, 4 in the lungs; table shift up to 60 mm, breath up to 18 mm."""
    rng = np.random.default_rng(seed)
    in_liver, in_lungs = liver_points(4, seed, 14.0), lung_points(4, seed)
    before = [Lesion(_vector(c), float(rng.uniform(6, 20))) for c in in_liver]
    chest_before = [Lesion(_vector(c), float(rng.uniform(4, 12)), "lung metastasis") for c in in_lungs]
    after = tuple(replace(x, radius_mm=x.radius_mm * rng.uniform(0.5, 1.3), oily=rng.uniform() < 0.6) for x in before)
    chest_after = tuple(replace(x, radius_mm=x.radius_mm * rng.uniform(0.6, 1.5)) for x in chest_before)
    first, second = _pose(rng, 4.0), _pose(rng, 18.0)
    phases = [Acquisition(str(x)) for x in rng.choice([Acquisition.ARTERIAL, Acquisition.PORTAL_VENOUS], 2)]
    prior = Exam(first, LIVER_GRID, phases[0], lesions=tuple(before), seed=seed)
    bend = Bend(float(rng.uniform(2.0, 6.0)), seed, _LIVER_MIDDLE)
    current = Exam(second, LIVER_GRID, phases[1], bend, after, seed=seed + 1)
    chest_first = replace(first, breath_mm=first.breath_mm + rng.uniform(-4, 4))
    chest_second = replace(second, breath_mm=float(rng.uniform(-14, 14)))
    chest_bend = Bend(float(rng.uniform(2.0, 5.0)), seed + 50, (0.0, 10.0, 150.0), (140.0, 140.0, 90.0))
    chest_prior = Exam(chest_first, CHEST_GRID, Acquisition.CHEST, lesions=tuple(chest_before), seed=seed + 2)
    chest_current = Exam(chest_second, CHEST_GRID, Acquisition.CHEST, chest_bend, chest_after, seed=seed + 3)
    return MadeCase((prior, current), (chest_prior, chest_current), in_liver, in_lungs)


def _pose(rng: np.random.Generator, breath_mm: float) -> Pose:
    shift = (float(rng.uniform(-15, 15)), float(rng.uniform(-12, 12)))
    return Pose(float(rng.uniform(-4, 4)), shift, float(rng.uniform(-160, -100)), float(rng.uniform(-1, 1) * breath_mm))


def _vector(point: Points) -> Vector:
    return float(point[0]), float(point[1]), float(point[2])


MR_SEEDS = tuple(range(8401, 8421))
"""The 20 made pairs with MR on one side or on both; fixed before anything was tuned."""

MR_GRID = Grid(160, 2.375, 3.0, -75.0, 96.0)


def made_mr_case(seed: int) -> tuple[tuple[Exam, Exam], Points]:
    """A pair of a seed and its lesions: CT with MR, MR with CT, or MR with MR, each in a phase of its own.

    The MR is in breath held out, by up to 22 mm from that of CT, in the middle of the magnet, and of an uneven coil.
    """
    rng = np.random.default_rng(seed)
    places = liver_points(4, seed, 14.0)
    before = tuple(Lesion(_vector(c), float(rng.uniform(6, 20))) for c in places)
    after = tuple(replace(x, radius_mm=x.radius_mm * rng.uniform(0.5, 1.3), oily=rng.uniform() < 0.6) for x in before)
    on = ((False, True), (True, False), (False, True), (True, True))[seed % 4]
    exams = []
    for n, (mr, lesions) in enumerate(zip(on, (before, after), strict=True)):
        phases = [x for x in (Part.LIVER_MR if mr else Part.LIVER).acquisitions if mr or x is not Acquisition.PRE]
        pose = _pose(rng, 22.0 if mr else 6.0)
        if mr:
            pose = replace(pose, table_mm=float(rng.uniform(-25, 25)))
        bend = Bend(float(rng.uniform(2.0, 6.0)) if n else 0.0, seed, _LIVER_MIDDLE)
        phase = phases[int(rng.integers(len(phases)))]
        uneven = float(rng.uniform(0.1, 0.4))
        exams.append(Exam(pose, MR_GRID if mr else LIVER_GRID, phase, bend, lesions, 12.0, seed + n, 0, uneven))
    return (exams[0], exams[1]), places
