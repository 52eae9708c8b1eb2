"""Writes the demonstration study: four time points of one patient as DICOM files, with the truth beside them.

A folder holds ``FU1/arterial/0001.dcm`` and so on, ``truth.json``, and ``complete``, which names the version. All is
written into a folder beside it and renamed at the end, so that what bears the name is whole.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from datetime import time as clock
from enum import StrEnum
from pathlib import Path

from cattrs import BaseValidationError
from pydicom.dataset import Dataset

from app.demo.dicom import Examination, Raster, series_header, write_image
from app.demo.enhancement import Acquisition, Part
from app.demo.lesions import SMALL_NODULES, THROMBUS_CENTRE, Chord, Metastasis
from app.demo.noise import MrNoise, Noise, noise_hu
from app.demo.plane import SLICE_MM, Image, Plane
from app.demo.scene import Anatomy, Scene, grow_anatomy
from app.demo.story import Story, StoryTimePoint, read_story
from app.demo.truth import TrueFinding, TrueLine, TrueSeries, TrueTimePoint, Truth, read_truth, truth_text
from mrecist.values import Point

SCENE_VERSION = "2"
WORKERS = 2
_STAMP = "complete"
_STAMP_START = "demonstration study"
_UNFINISHED = "-unfinished-demonstration-"
_ABANDONED_S = 3600
_INJECTED = {"BL": clock(14, 3, 25), "FU1": clock(10, 42, 0), "FU2": clock(9, 59, 5), "FU3": clock(13, 20, 40)}
_INJECTED_ON_MR = {"FU2": clock(15, 36, 10)}


class Variant(StrEnum):
    """The same scene, whole (about 300 MB) or small for tests: coarser pixels and fewer images (about 45 MB)."""

    FULL = "full"
    SMALL = "small"


class DemoCancelled(Exception):
    """The user stopped the writing; nothing is left of it."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Pixels of the images of a part, and the heights in the breathing body of the topmost and the lowest, in mm.

    `rows` are those that are kept about the middle; `step_mm` is the thickness of an image, with no gap to the next.
    """

    size: int
    spacing_mm: float
    top_mm: float
    bottom_mm: float
    step_mm: float = SLICE_MM
    rows: int | None = None

    @property
    def heights(self) -> list[float]:
        count = int((self.top_mm - self.bottom_mm) / self.step_mm) + 1
        return [self.top_mm - self.step_mm * k for k in range(count)]

    @property
    def raster(self) -> Raster:
        rows = self.rows or self.size
        return Raster(rows, self.size, self.spacing_mm, self.step_mm, first_row=(self.size - rows) // 2)


GRIDS: dict[Variant, dict[Part, Grid]] = {
    Variant.FULL: {
        Part.LIVER: Grid(384, 0.9, 95, -90),
        Part.CHEST: Grid(384, 0.9, 285, 15),
        Part.LIVER_MR: Grid(320, 1.1875, 95, -75, 2.5, rows=256),
    },
    Variant.SMALL: {
        Part.LIVER: Grid(192, 1.8, 70, -55),
        Part.CHEST: Grid(192, 1.8, 225, 90),
        Part.LIVER_MR: Grid(192, 1.90625, 45, -10, 5.0, rows=152),
    },
}


def demo_folder(data_folder: Path, variant: Variant) -> Path:
    """Where the study of this variant is kept in the user's data folder."""
    return data_folder / "demo" / variant.value


def find_study(folder: Path, variant: Variant) -> Truth | None:
    """The truth of the study in `folder` if it is whole and of this version, else None."""
    try:
        if (folder / _STAMP).read_text(encoding="utf-8") != _stamp(variant):
            return None
        truth = read_truth(folder / "truth.json")
    except (OSError, ValueError, BaseValidationError):
        return None
    images = sum(1 for p in truth.timepoints for s in p.series for _ in (folder / s.folder).glob("*.dcm"))
    return truth if images == truth.images else None


def write_study(
    folder: Path,
    variant: Variant,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Truth:
    """The demonstration study, whole, in `folder`; a whole one of this version is used again.

    Parameters
    ----------
    folder
        Made if needed. An older or broken demonstration study in it is replaced; anything else is left alone.
    progress
        Called from this thread with the number of images written and their total.
    cancelled
        Asked between images.

    Raises
    ------
    DemoCancelled
        If `cancelled` said so. Nothing new is left on the disk.
    FileExistsError
        If the folder holds something that is no demonstration study.
    OSError
        If the disk is full or cannot be written. Nothing new is left on the disk.
    """
    found = find_study(folder, variant)
    if found is not None:
        return found
    if folder.exists() and any(folder.iterdir()) and not _is_ours(folder):
        raise FileExistsError(f"{folder} holds other files; the demonstration study needs an empty folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}{_UNFINISHED}", dir=folder.parent))
    try:
        truth = _write_all(work, variant, progress, cancelled or (lambda: False))
        (work / "truth.json").write_text(truth_text(truth), encoding="utf-8")
        (work / _STAMP).write_text(_stamp(variant), encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return truth


def _is_ours(folder: Path) -> bool:
    """Whether a demonstration study of any version is here, so that it may be replaced."""
    try:
        return (folder / _STAMP).read_text(encoding="utf-8").startswith(_STAMP_START)
    except (OSError, ValueError):
        return False


def _sweep(folder: Path) -> None:
    """Remove what a run that was killed left behind; a run of the last hour may still be going on."""
    for left in folder.parent.glob(f".{folder.name}{_UNFINISHED}*"):
        if time.time() - left.stat().st_mtime > _ABANDONED_S:
            shutil.rmtree(left, ignore_errors=True)


def _stamp(variant: Variant) -> str:
    return f"{_STAMP_START} {variant.value}, scene {SCENE_VERSION}, story {read_story().version}\n"


@dataclass(frozen=True, slots=True)
class _Slab:
    """One height of one part of a time point: an image in each of its series."""

    exam: Examination
    scene: Scene
    plane: Plane
    part: Part
    raster: Raster
    index: int
    seed: int
    headers: dict[Acquisition, Dataset]


class _Noises:
    """The noise of both scanners, made before the threads start."""

    def __init__(self, grids: dict[Part, Grid]) -> None:
        ct, mr = grids[Part.LIVER], grids[Part.LIVER_MR]
        self._ct, self._mr = Noise(ct.size, ct.spacing_mm), MrNoise(mr.size)
        self._ct.prepare()
        self._mr.prepare()

    def on(self, clean: Image, acquisition: Acquisition, seed: tuple[int, ...]) -> Image:
        """The image with its noise."""
        if acquisition.part is Part.LIVER_MR:
            return self._mr.magnitude(clean, seed)
        return clean + self._ct.draw(seed) * noise_hu(acquisition)


def _write_all(
    work: Path, variant: Variant, progress: Callable[[int, int], None] | None, cancelled: Callable[[], bool]
) -> Truth:
    story = read_story()
    noises = _Noises(GRIDS[variant])
    anatomy = grow_anatomy()
    slabs = list(_slabs(story, variant))
    total = sum(len(s.headers) for s in slabs)
    done = 0
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="demo") as pool:
        waiting = iter(slabs)
        running = [pool.submit(_write_slab, work, s, anatomy, noises) for s in itertools.islice(waiting, 2 * WORKERS)]
        while running:
            if cancelled():
                for job in running:
                    job.cancel()
                raise DemoCancelled
            done += running.pop(0).result()
            if progress is not None:
                progress(done, total)
            running += [pool.submit(_write_slab, work, s, anatomy, noises) for s in itertools.islice(waiting, 1)]
    return Truth(
        version=f"{SCENE_VERSION}.{story.version}",
        variant=variant.value,
        case_id=story.case_id,
        protocol=story.protocol,
        day0=story.day0,
        reader=story.reader,
        patient=story.patient,
        lesions=story.lesions,
        timepoints=tuple(true_timepoint(story, point, variant) for point in story.timepoints),
        treatments=story.treatments,
        judgements=story.judgements,
        markers=story.markers,
        images=total,
    )


def _examination(story: Story, point: StoryTimePoint, variant: Variant, part: Part = Part.LIVER) -> Examination:
    """The CT of a time point, or its MR: a study and a frame of reference of its own."""
    injected = _INJECTED_ON_MR if part is Part.LIVER_MR else _INJECTED
    at = datetime.combine(point.on, injected[point.id])
    return Examination(variant.value, point.id, story.patient, at, part.modality)


def _slabs(story: Story, variant: Variant) -> Iterator[_Slab]:
    for number, point in enumerate(story.timepoints):
        scene = Scene(point)
        for order, part in enumerate(Part):
            if part not in scene.parts:
                continue
            exam, grid, pose = _examination(story, point, variant, part), GRIDS[variant][part], scene.poses[part]
            headers = {a: series_header(exam, a, grid.raster) for a in part.acquisitions}
            for index, height in enumerate(grid.heights):
                z = pose.to_patient((0.0, 0.0, height))[2]
                plane = Plane(pose, round(z, 2), grid.size, grid.spacing_mm, grid.step_mm)
                seed = 1000 * number + 500 * order + index
                yield _Slab(exam, scene, plane, part, grid.raster, index, seed, headers)


def _write_slab(work: Path, slab: _Slab, anatomy: Anatomy, noises: _Noises) -> int:
    clean = slab.scene.render(anatomy, slab.plane, slab.part)
    for number, (acquisition, values) in enumerate(zip(slab.part.acquisitions, clean, strict=True)):
        path = work / _series_folder(slab.exam.timepoint_id, acquisition) / f"{slab.index + 1:04d}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        noisy = noises.on(values, acquisition, (slab.seed, number))
        write_image(path, slab.headers[acquisition], slab.exam, acquisition, slab.index, slab.plane, slab.raster, noisy)
    return len(clean)


def _series_folder(timepoint_id: str, acquisition: Acquisition) -> str:
    return f"{timepoint_id}/{acquisition.value}"


# --- the truth ------------------------------------------------------------------------------------------------------


def true_timepoint(story: Story, point: StoryTimePoint, variant: Variant) -> TrueTimePoint:
    """What is true of one time point: its series, and every lesion's lines in the patient coordinates of its exam."""
    scene, grids = Scene(point), GRIDS[variant]
    exams = {part: _examination(story, point, variant, part) for part in scene.parts}
    series = tuple(
        TrueSeries(
            exams[part].series_uid(a),
            a.phase,
            len(grids[part].heights),
            _series_folder(point.id, a),
            part.modality,
            exams[part].study_uid,
            exams[part].frame_of_reference_uid,
        )
        for part in scene.parts
        for a in part.acquisitions
    )

    def finding(name: str, part: Part, phase: str, centres: tuple[Point, ...], moves: bool = True) -> TrueFinding:
        exam, pose = exams[part], scene.poses[part]
        acquisition = next(a for a in part.acquisitions if a.phase == phase)
        places = tuple(_rounded(pose.to_patient(c, moves)) for c in centres)
        lifted = centres[0][2] + (0.0 if moves else -pose.breath_mm)
        index = grids[part].heights.index(round(lifted))
        lesion = scene.lesions.get(name)

        def line(chord: Chord) -> TrueLine:
            ends = _rounded(pose.to_patient(chord.start, moves)), _rounded(pose.to_patient(chord.end, moves))
            return TrueLine(*ends, round(chord.length_mm, 1))

        return TrueFinding(
            lesion_id=name,
            phase=phase,
            series_uid=exam.series_uid(acquisition),
            sop_uid=exam.sop_uid(acquisition, index),
            frame_of_reference_uid=exam.frame_of_reference_uid,
            z_mm=places[0][2],
            centres=places,
            counted=line(lesion.counted()) if lesion else None,
            whole=line(lesion.whole()) if lesion else None,
            typical_vascular_pattern=True if name.startswith("I") and lesion else None,
        )

    liver = scene.liver_read_on
    findings = [
        finding(name, Part.CHEST, "chest", (lesion.centre,), moves=not lesion.node)
        if isinstance(lesion, Metastasis)
        else finding(name, liver, "arterial", (lesion.centre,))
        for name, lesion in scene.lesions.items()
    ]
    findings.append(finding("INT1", liver, "portal_venous", (THROMBUS_CENTRE,)))
    findings.append(finding("ENT1", Part.CHEST, "chest", tuple(c for c, _ in SMALL_NODULES)))
    order = {lesion.id: i for i, lesion in enumerate(story.lesions)}
    return TrueTimePoint(
        id=point.id,
        on=point.on,
        day=(point.on - story.day0).days,
        study_uid=exams[Part.CHEST].study_uid,
        frame_of_reference_uid=exams[Part.CHEST].frame_of_reference_uid,
        series=series,
        findings=tuple(sorted(findings, key=lambda f: order[f.lesion_id])),
        clinical=point.clinical,
        responses=point.truth,
    )


def _rounded(point: Point) -> Point:
    return round(point[0], 3), round(point[1], 3), round(point[2], 2)
