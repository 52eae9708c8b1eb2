"""Registers two exams of one patient: rigid, then rigid for the organ, then demons; and says how far to trust it.

What breath does not move, spine and mediastinum, is registered apart from the lungs, rigidly. An exam by MR is
registered with another, or with CT, by `register_across`, rigidly.

`register_rigidly_about` is ready in seconds and is what linked scrolling uses. `register_closely` refines it for what
needs a place in the organ. What does not fit is told as failed, with the numbers that say so, and links nothing.
Results are the same on every run: fixed seeds, fixed numbers of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from viewers.imaging.agreement import Agreement, agreement
from viewers.imaging.catalogue import Vector
from viewers.imaging.coarse_image import OUTSIDE, CoarseImage, Mask, Values, coarse_image, upright
from viewers.imaging.demons import Field, refine, rescaled_onto
from viewers.imaging.errors import Cancelled, ImagingError
from viewers.imaging.organs import body_of, bone_of, box_of, find_liver, find_lungs, find_trunk, grown
from viewers.imaging.place_search import Fit, best_fit
from viewers.imaging.register_across import register_across
from viewers.imaging.registration import About, Quality, Registration
from viewers.imaging.registration_quality import Evidence, judge_quality
from viewers.imaging.rigid import RigidMotion, register_rigidly, resampled
from viewers.imaging.volume import Volume

_GRID_MM, _SEARCH_GRID_MM = 4.5, 8.0
_LEAST_OVERLAP = 0.3
_AROUND_MM, _OFF_BONE_MM, _CHECKED_MM = 10.0, 4.0, 4.0
_REFINED_MM = 26.0
_LUNG_LEVEL_HU, _INNER_LEVEL_HU, _INSIDE_MM = -200.0, -600.0, 14.0
"""For the lungs all that is brighter counts as equally bright: ribs and spine do not breathe, and have no say. They are
checked well inside, where the edge of the mediastinum, which hardly breathes, does not outshine all."""
_LEVELS_MM, _AIR_HU = tuple(range(-28, 29, 4)), -1000.0
_FARTHEST_MM, _LEAST_STRETCH = 25.0, 0.2
"""A refinement that moves anything farther, or squeezes it to less than a fifth, is not taken."""
_MIRRORED = {2: "left to right", 1: "front to back", 0: "head to foot"}

Progress = Callable[[int, int], None]
Asked = Callable[[], bool]
STEPS = 7
"""How many steps a whole registration reports."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """What the refinement needs of the rigid registration: both images, and the organ in the first."""

    first: CoarseImage
    second: CoarseImage
    organ: Mask
    tissue: float
    evidence: Evidence


def register_rigidly_about(
    first: Volume,
    second: Volume,
    about: About,
    *,
    progress: Progress = lambda _done, _all: None,
    cancelled: Asked = lambda: False,
) -> tuple[Registration, Pair]:
    """The rigid motion of an organ between two exams, with its quality.

    Parameters
    ----------
    first, second
        Loaded volumes of the earlier and the later exam.
    about
        The organ, or the trunk; where it is not found in the first exam, the whole body is registered, and that is
        told.
    progress
        Called with (steps done, `STEPS`).
    cancelled
        Asked between and within steps; true stops with `Cancelled`.

    Raises
    ------
    ImagingError
        The two cannot be compared: neither CT in HU nor MR of the liver, no even volume, too few images.
    Cancelled
        `cancelled` said so.
    """

    def step(done: int) -> None:
        if cancelled():
            raise Cancelled
        progress(done, STEPS)

    across = about is About.LIVER and all(_has_liver_scale(x) for x in (first, second))
    across = across and "MR" in (first.series.modality, second.series.modality)
    if not across and (first.unit == "HU") != (second.unit == "HU"):
        names = f"{first.series.modality} and {second.series.modality}"
        raise ImagingError(f"{names} are not registered with each other", remedy="pin one place on both")
    step(0)
    a, b = coarse_image(first, _GRID_MM), coarse_image(second, _GRID_MM)
    step(1)
    if across:
        found, evidence = register_across(a, b, step=step, cancelled=cancelled)
        return found, Pair(a, b, np.zeros(a.values.shape, np.bool_), 0.0, evidence)
    body, soft = body_of(a), about is About.LIVER
    start, fit, mirrored = _placed(a, b, soft)
    step(2)
    moved = register_rigidly(a, b, body, start, soft=soft, shrink=(2,), cancelled=cancelled)
    step(3)
    if about is About.TRUNK:
        found, pair = _of_the_trunk(a, b, body, moved, Evidence(about, True, fit, mirrored), cancelled)
        step(5)
        return found, pair
    organ = find_liver(a, body) if about is About.LIVER else find_lungs(a, body)
    mask = body if organ is None else organ.mask
    tissue = float(np.median(a.values[mask])) if organ is None else organ.mean
    step(4)
    region = body if organ is None else grown(mask, a, _AROUND_MM) & ~grown(bone_of(a), a, _OFF_BONE_MM)
    moved = register_rigidly(a, b, region, moved, soft=soft, shrink=(1,), share=0.5, cancelled=cancelled)
    step(5)
    evidence = Evidence(about, organ is not None, fit, mirrored)
    pair = Pair(a, b, mask, tissue, evidence)
    return _judged(pair, about, moved, None), pair


def _of_the_trunk(
    a: CoarseImage, b: CoarseImage, body: Mask, start: RigidMotion, seen: Evidence, cancelled: Asked
) -> tuple[Registration, Pair]:
    """The rigid motion of spine and breastbone: it starts where the body, which breathes, was put."""
    trunk = find_trunk(a, body)
    if trunk is None:
        pair = Pair(a, b, body, 0.0, replace(seen, organ_found=False))
        return _judged(pair, seen.about, start, None), pair
    about_bone, checked = trunk
    motion = register_rigidly(
        a, b, about_bone, _at_best_level(a, b, about_bone, start), soft=False, share=0.5, cancelled=cancelled
    )
    pair = Pair(a, b, checked, 0.0, seen)
    return _judged(pair, seen.about, motion, None), pair


def _at_best_level(a: CoarseImage, b: CoarseImage, mask: Mask, start: RigidMotion) -> RigidMotion:
    """The start, up or down by as much as makes bones agree best: what breathes may have pulled the body off them."""
    ours = a.values[mask] - a.values[mask].mean()
    best: tuple[float, RigidMotion] = (-1.0, start)
    for up_mm in _LEVELS_MM:
        moved = RigidMotion(start.turn, start.shift_mm + np.array([0.0, 0.0, up_mm]))
        theirs = np.maximum(resampled(b, a, moved, OUTSIDE).values[mask], _AIR_HU)
        theirs = theirs - theirs.mean()
        norm = float(np.sqrt((ours**2).sum() * (theirs**2).sum()))
        alike = float((ours * theirs).sum()) / norm if norm > 0 else -1.0
        if alike > best[0]:
            best = alike, moved
    return best[1]


def register_closely(pair: Pair, rigid: Registration, *, cancelled: Asked = lambda: False) -> Registration:
    """The registration refined by demons; as it was where it failed, is with an MR, of the trunk, or no better then.

    Raises
    ------
    Cancelled
        `cancelled` said so.
    """
    stays_rigid = pair.evidence.across or rigid.about is About.TRUNK
    if rigid.quality.status == "failed" or not pair.evidence.organ_found or stays_rigid:
        return rigid
    low, high = box_of(pair.organ, pair.first, _REFINED_MM)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    grid = pair.first.cropped(low, high)
    moved = resampled(pair.second, grid, rigid.motion, OUTSIDE)
    level = _LUNG_LEVEL_HU if rigid.about is About.LUNGS else None
    field = refine(grid, moved, pair.organ[box], pair.tissue, level, cancelled)
    if field.largest_mm > _FARTHEST_MM or field.least_stretch < _LEAST_STRETCH:
        return rigid
    closer = _judged(pair, rigid.about, rigid.motion, field)
    before, after = rigid.quality, closer.quality
    better = (
        before.residual_mm is not None
        and after.residual_mm is not None
        and after.residual_mm < before.residual_mm
        and after.confirmed >= before.confirmed - 0.05
    )
    return closer if better else rigid


def _has_liver_scale(volume: Volume) -> bool:
    """Whether the liver can be compared: CT in HU, or MR."""
    return volume.unit == "HU" or volume.series.modality == "MR"


def _placed(a: CoarseImage, b: CoarseImage, soft: bool) -> tuple[RigidMotion, Fit | None, tuple[str, float] | None]:
    """The shift at which both fit best; and which mirror image fits how well, where one fits better."""
    one, other = upright(a, _SEARCH_GRID_MM, soft), upright(b, _SEARCH_GRID_MM, soft)
    there, theirs = one.values > OUTSIDE / 2, other.values > OUTSIDE / 2
    fit = best_fit(one.values, there, other.values, theirs, least_overlap=_LEAST_OVERLAP)
    mirrored: tuple[str, float] | None = None
    for axis, name in _MIRRORED.items():
        turned = best_fit(
            one.values, there, np.flip(other.values, axis), np.flip(theirs, axis), least_overlap=_LEAST_OVERLAP
        )
        best = max(-1.0 if fit is None else fit.correlation, -1.0 if mirrored is None else mirrored[1])
        if turned is not None and turned.correlation > best:
            mirrored = name, turned.correlation
    if fit is None:
        middles = [_middle_of(image) for image in (one, other)]
        return RigidMotion.by(_minus(middles[1], middles[0])), None, mirrored
    zero = np.zeros((1, 3))
    shift = other.points(np.asarray([fit.shift], np.float64))[0] - one.points(zero)[0]
    return RigidMotion.by((float(shift[0]), float(shift[1]), float(shift[2]))), fit, mirrored


def _judged(pair: Pair, about: About, motion: RigidMotion, field: Field | None) -> Registration:
    """The registration with its quality: what lies beside each other now, block by block."""
    low, high = box_of(pair.organ, pair.first, 40.0)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    grid, organ = pair.first.cropped(low, high), pair.organ[box]
    moved = resampled(pair.second, grid, motion, OUTSIDE)
    there = moved.values > OUTSIDE / 2
    overlap = float(there[organ].mean()) if organ.any() else 0.0
    if field is not None:
        moved = _bent(moved, field)
    found = _agreement(pair, grid, moved, there, organ, about)
    return Registration(about, motion, field, _quality(pair, found, overlap, motion))


def _agreement(pair: Pair, grid: CoarseImage, moved: CoarseImage, there: Mask, organ: Mask, about: About) -> Agreement:
    if about is About.LUNGS:
        ours, theirs = (_lungs_only(image) for image in (grid, moved))
        return agreement(grid, ours, theirs, there, ~grown(~organ, grid, _INSIDE_MM))
    if about is About.TRUNK:
        return agreement(grid, grid.values, moved.values, there, organ)
    region = grown(organ, grid, _CHECKED_MM) if pair.evidence.organ_found else organ
    near = ndimage.binary_dilation(organ, iterations=3) & there
    if not near.any():
        return Agreement(0, 0.0, None, 0.0)
    ours = grid.soft()
    return agreement(grid, ours, rescaled_onto(moved.soft(), ours, near), there, region)


def _lungs_only(image: CoarseImage) -> Values:
    """The lungs in front of an even background: neither ribs nor the air around the body."""
    level = np.float32(_INNER_LEVEL_HU)
    return np.where(body_of(image), np.minimum(image.values, level), level)


def _bent(moved: CoarseImage, field: Field) -> CoarseImage:
    """The second exam, moved, as the refinement shows it."""
    shape = moved.values.shape
    voxels = np.indices(shape).reshape(3, -1).T.astype(np.float64)
    places = moved.voxels(field.carry(moved.points(voxels)))
    values = ndimage.map_coordinates(moved.values, places.T, order=1, mode="nearest").reshape(shape)
    return replace(moved, values=np.asarray(values, np.float32))


def _quality(pair: Pair, found: Agreement, overlap: float, motion: RigidMotion) -> Quality:
    return judge_quality(pair.evidence, found, overlap, motion.degrees)


def _middle_of(image: CoarseImage) -> Vector:
    x, y, z = image.points((np.asarray([image.values.shape], np.float64) - 1) / 2)[0].tolist()
    return x, y, z


def _minus(a: Vector, b: Vector) -> Vector:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]
