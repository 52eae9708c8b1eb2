"""Registers a CT with an MR, or two MR, rigidly about the liver: by what the one tells of the other, not by values.

The same tissue may be bright in the one and dark in the other, and no scale leads from one to the other. So the shift
is that of most shared information among all shifts; then mutual information in the body and about the liver; then the
motion that follows from where edges in the liver are found again, by every other block. The blocks in between tell
whether it holds. There is no refinement by demons, which compare values: fat, oil and vessels that turn dark would be
taken for movement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from viewers.imaging.agreement import Agreement, Blocks, half_block, look_for_blocks
from viewers.imaging.block_fit import fitted
from viewers.imaging.coarse_image import AIR_HU, FATTY_HU, OUTSIDE, CoarseImage, Mask, upright
from viewers.imaging.edges import edges_of
from viewers.imaging.evening import evened
from viewers.imaging.organs import Organ, body_of, bone_of, box_of, find_liver, grown
from viewers.imaging.place_search import Fit
from viewers.imaging.registration import About, Registration
from viewers.imaging.registration_quality import ACROSS_ALIKE, Evidence, judge_quality
from viewers.imaging.rigid import RigidMotion, register_rigidly, resampled
from viewers.imaging.shared_information import Classes, best_shared, class_edges, classes_of

_SEARCH_GRID_MM = 10.0
_LEAST_OVERLAP = 0.3
_AROUND_MM, _OFF_BONE_MM, _CHECKED_MM, _BOX_MM = 10.0, 4.0, 4.0, 40.0
_MR_LIKE_CT = 0.35
"""What brings the spread of an MR liver, an uneven coil included, near that of a CT liver in HU."""
_MIRRORED = {2: "left to right", 1: "front to back", 0: "head to foot"}


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """An exam, its body, and its classes on an upright grid."""

    image: CoarseImage
    body: Mask
    grid: CoarseImage
    classes: Classes


def register_across(
    first: CoarseImage,
    second: CoarseImage,
    *,
    step: Callable[[int], None] = lambda _done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Registration, Evidence]:
    """The rigid motion of the liver between two exams of which at least one is MR, with its quality.

    Parameters
    ----------
    first, second
        The earlier and the later exam.
    step
        Told the steps done, 2 to 5.
    cancelled
        Asked within steps.

    Raises
    ------
    Cancelled
        `cancelled` said so.
    """
    turned = second.hounsfield and not first.hounsfield  # the liver is found best on CT
    ours, theirs = (_seen(image) for image in ((second, first) if turned else (first, second)))
    start, fit, mirrored = _placed(ours, theirs)
    step(2)
    a, b = ours.image, theirs.image
    motion = register_rigidly(a, b, ours.body, start, shrink=(2,), cancelled=cancelled)
    step(3)
    organ = _liver(ours)
    mask = ours.body if organ is None else organ.mask
    step(4)
    if organ is not None:
        region = grown(mask, a, _AROUND_MM)
        if a.hounsfield:
            region &= ~grown(bone_of(a), a, _OFF_BONE_MM)
        motion = register_rigidly(a, b, region, motion, shrink=(1,), share=0.5, cancelled=cancelled)
    low, high = box_of(mask, a, _BOX_MM)
    grid, part = a.cropped(low, high), mask[tuple(slice(m, n) for m, n in zip(low, high, strict=True))]
    blocks, _ = _blocks(grid, b, motion, part)
    motion = fitted(grid, motion, blocks.part(0, 2), ACROSS_ALIKE)
    found, overlap = _checked(grid, b, motion, part)
    step(5)
    evidence = Evidence(About.LIVER, organ is not None, fit, mirrored, across=True)
    quality = judge_quality(evidence, found, overlap, motion.degrees)
    return Registration(About.LIVER, motion.reversed() if turned else motion, None, quality), evidence


def _seen(image: CoarseImage) -> _Seen:
    body = body_of(image)
    even = evened(image, body)
    nothing = np.float32(AIR_HU if image.hounsfield else FATTY_HU)
    grid = upright(replace(even, values=np.where(body, even.values, nothing)), _SEARCH_GRID_MM, soft=False)
    return _Seen(even, body, grid, classes_of(grid.values, grid.values > OUTSIDE / 2, class_edges(even, body)))


def _placed(ours: _Seen, theirs: _Seen) -> tuple[RigidMotion, Fit | None, tuple[str, float] | None]:
    """The shift of most shared information; and which mirror image shares how much, where one shares more."""
    fit = best_shared(ours.classes, theirs.classes, least_overlap=_LEAST_OVERLAP)
    mirrored: tuple[str, float] | None = None
    best = -1.0 if fit is None else fit.correlation
    for axis, name in _MIRRORED.items():
        turned = best_shared(ours.classes, np.flip(theirs.classes, axis), least_overlap=_LEAST_OVERLAP)
        if turned is not None and turned.correlation > best:
            best = turned.correlation
            mirrored = name, best
    at = np.zeros((1, 3)) if fit is None else np.asarray([fit.shift], np.float64)
    shift = theirs.grid.points(at)[0] - ours.grid.points(np.zeros((1, 3)))[0]
    return RigidMotion.by((float(shift[0]), float(shift[1]), float(shift[2]))), fit, mirrored


def _liver(seen: _Seen) -> Organ | None:
    image = seen.image
    if image.hounsfield:
        return find_liver(image, seen.body)
    like_ct = (image.values - np.float32(FATTY_HU)) * np.float32(_MR_LIKE_CT)
    return find_liver(replace(image, values=like_ct, hounsfield=True), seen.body)


def _blocks(grid: CoarseImage, other: CoarseImage, motion: RigidMotion, organ: Mask) -> tuple[Blocks, float]:
    """Where edges of the organ are found in the other exam, and how much of the organ that one holds."""
    moved = resampled(other, grid, motion, OUTSIDE)
    there = moved.values > OUTSIDE / 2
    overlap = float(there[organ].mean()) if organ.any() else 0.0
    near = ndimage.binary_dilation(organ, iterations=3) & there
    if not near.any():
        none = np.zeros((0, 3))
        return Blocks(none.astype(np.intp), none, np.zeros(0)), overlap
    told = edges_of(grid, grid.soft(), np.ones_like(there), near), edges_of(grid, moved.soft(), there, near)
    whole = ndimage.minimum_filter(there, [2 * half + 1 for half in half_block(grid)])  # no block is cut off there
    return look_for_blocks(grid, grid.soft(), told, whole, grown(organ, grid, _CHECKED_MM)), overlap


def _checked(grid: CoarseImage, other: CoarseImage, motion: RigidMotion, organ: Mask) -> tuple[Agreement, float]:
    """What the blocks say that the motion was not fitted to."""
    blocks, overlap = _blocks(grid, other, motion, organ)
    return blocks.part(1, 2).agreement(ACROSS_ALIKE), overlap
