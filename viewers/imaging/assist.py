"""The assisted measurement: from a click or a drawn axis to viable and whole diameters of a lesion.

`prepare` does what the threshold does not change (crop, reference liver, extent, outline) and keeps it; `propose`
measures what was prepared, and is quick enough for a slider. Both are pure: the volume is only read.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np

from viewers.imaging.assisted import AssistedMeasurement, AssistSettings, Click, DrawnAxis, Enhancement, Extents
from viewers.imaging.catalogue import Vector
from viewers.imaging.crop import (
    Coarse,
    Crop,
    Index,
    Mask,
    box_of,
    coarse_of,
    crop_around,
    even_run,
    planes_of,
    voxel_at,
)
from viewers.imaging.errors import Cancelled, ImagingError
from viewers.imaging.geometry import length_mm
from viewers.imaging.lesion_extent import COARSE_MM, NOT_SEPARABLE, Extent, find_extent
from viewers.imaging.necks import VESSEL, is_vessel, parted, reaches_sides
from viewers.imaging.outline import allowed_mm, brighter_vessel, depth_in, watershed
from viewers.imaging.reference import (
    UNEVEN_HU,
    ReferenceLiver,
    ReferenceRegion,
    ball_values,
    propose_centre,
    reference_in,
    robust_mean_sd,
)
from viewers.imaging.sections import LesionSections, ViablePart
from viewers.imaging.smoothing import SCANNER_MM, contrast_of, least_blur_mm, quiet_of
from viewers.imaging.tissue import Tissue, smoothed
from viewers.imaging.volume import Volume

Start = Click | DrawnAxis

_HALF_MM, _LARGEST_HALF_MM = 56.0, 120.0
_CLEAR_MM = 12.0
_COARSE_SMOOTH_MM = 1.4
_EXTENT_NOISE, _EXTENT = 5.0, 0.6
_AXIAL = 0.9
_STEPS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A lesion made ready for measuring: what does not change with the threshold.

    `sections` is None where no lesion was found; `why_not` then says why in words.
    """

    volume: Volume
    start: Start
    settings: AssistSettings
    reference: ReferenceLiver | None
    sections: LesionSections | None
    warnings: tuple[str, ...]
    why_not: str = ""


def measure_assisted(
    volume: Volume,
    start: Start,
    *,
    settings: AssistSettings | None = None,
    reference: ReferenceRegion | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> AssistedMeasurement:
    """Viable and whole diameters of the lesion at a place; see `prepare` and `propose`."""
    settings = settings or AssistSettings()
    prepared = prepare(volume, start, settings=settings, reference=reference, progress=progress, cancelled=cancelled)
    return propose(prepared, settings)


def prepare(
    volume: Volume,
    start: Start,
    *,
    settings: AssistSettings | None = None,
    reference: ReferenceRegion | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Prepared:
    """Find the lesion at a place, and the liver it is compared with.

    Parameters
    ----------
    volume
        A loaded CT or MR stack.
    start
        A click anywhere in the lesion, or an axis drawn across it.
    settings
        The threshold with which the lesion is found.
    reference
        Where the reference liver is; None: it is proposed.
    progress
        Called with (steps done, steps in all).
    cancelled
        Asked between steps; true stops with `Cancelled`.

    Raises
    ------
    ImagingError
        The series has no geometry, is no stack or no CT or MR, or the place is outside it.
    Cancelled
        `cancelled` said so.
    """
    return _Preparation(volume, start, settings or AssistSettings(), reference, progress, cancelled).run()


def propose(prepared: Prepared, settings: AssistSettings | None = None) -> AssistedMeasurement:
    """The measurement of a prepared lesion, perhaps with another threshold or tolerance.

    The outline of the whole lesion and the reference stay as they were prepared.
    """
    return propose_part(prepared, settings)[0]


def propose_part(
    prepared: Prepared, settings: AssistSettings | None = None
) -> tuple[AssistedMeasurement, ViablePart | None]:
    """The same, with the viable part it was measured in; None where no lesion was found."""
    settings = settings or prepared.settings
    volume, reference, sections = prepared.volume, prepared.reference, prepared.sections
    threshold = None if reference is None else reference.mean + settings.threshold_sd * reference.sd
    result = AssistedMeasurement(
        series_uid=volume.series.uid,
        start=prepared.start,
        settings=settings,
        unit=volume.unit,
        reference=reference,
        threshold=threshold,
        viable=None,
        whole=None,
        enhancement=None,
        warnings=prepared.warnings,
    )
    if sections is None or reference is None or threshold is None:
        return replace(result, warnings=(prepared.why_not, *prepared.warnings)), None
    viable = sections.viable(reference, threshold, settings)
    long = viable.longest(settings.gap_mm)
    if long is None and sections.whole is None:
        return replace(result, warnings=(NOT_SEPARABLE,)), None
    found: Extents | None = None
    if long is not None:
        short = viable.perpendicular(long, settings.gap_mm)
        found = Extents(sections.line(long), None if short is None else sections.line(short), viable.volume_ml)
    enhancement = sections.enhancement(viable, reference, settings)
    warnings = [*prepared.warnings, *_remarks(enhancement)]
    if found is None:
        warnings.insert(0, NOT_SEPARABLE)
        enhancement = replace(enhancement, viable_mean=None, viable_sd=None, excess_sd=None, viable_share=0.0)
    measured = replace(result, viable=found, whole=sections.whole, enhancement=enhancement, warnings=tuple(warnings))
    return measured, viable


def _remarks(enhancement: Enhancement) -> list[str]:
    share = enhancement.lipiodol_share
    if share is not None and share > 0.5:
        return [f"{share:.0%} of the lesion is covered by lipiodol, which hides enhancement on CT: MRI tells more"]
    return []


class _Preparation:
    """The steps of `prepare`, in order."""

    def __init__(
        self,
        volume: Volume,
        start: Start,
        settings: AssistSettings,
        reference: ReferenceRegion | None,
        progress: Callable[[int, int], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._volume, self._start, self._settings = volume, start, settings
        self._asked, self._progress, self._cancelled = reference, progress, cancelled
        self._warnings: list[str] = []
        self._done = 0
        self._reference_voxel: Vector = (0.0, 0.0, 0.0)
        self._limits = (0.0, 0.0)

    def run(self) -> Prepared:
        volume = self._volume
        _check_series(volume)
        marks = [self._voxel(point) for point in _points(self._start)]
        middle = marks[len(marks) // 2]
        self._remark_series(round(middle[0]))
        drawn_mm = length_mm(self._start.start, self._start.end) if isinstance(self._start, DrawnAxis) else None
        half_mm = _HALF_MM if drawn_mm is None else max(_HALF_MM, 0.7 * drawn_mm + 40.0)
        run = even_run(volume, round(middle[0]))
        while True:
            crop = crop_around(volume, middle, half_mm, run, COARSE_MM)
            coarse = coarse_of(crop, COARSE_MM)
            self._step()
            reference = self._reference(crop, coarse, middle, drawn_mm)
            if reference is None:
                return self._without("no even liver tissue was found around this place: place the reference by hand")
            self._step()
            smooth = smoothed(coarse.values, coarse.spacing_mm, _COARSE_SMOOTH_MM)
            tissue = self._tissue(reference)
            self._limits = reference.mean + self._settings.threshold_sd * reference.sd, reference.sd
            at = [_coarse_mark(coarse, crop.inside(mark)) for mark in marks]
            within = (
                None
                if drawn_mm is None
                else _ball(coarse, at[len(at) // 2], 0.5 * drawn_mm + max(6.0, 0.15 * drawn_mm))
            )
            extent = find_extent(coarse, smooth, tissue, at, within)
            extent, beyond = self._parted(crop, coarse, extent, tissue, crop.inside(middle))
            if extent.mask is not None and half_mm < _LARGEST_HALF_MM and reaches_sides(extent.mask):
                half_mm = _LARGEST_HALF_MM
                continue
            break
        self._step()
        if extent.mask is None:
            return self._without(extent.why_not, reference)
        if is_vessel(extent, coarse.spacing_mm):
            return self._without(VESSEL, reference)
        if reaches_sides(extent.mask):
            self._warnings.append("the lesion reaches the edge of the image part that was looked at: check its outline")
        sections = self._sections(crop, coarse, extent, extent.mask, tissue, beyond)
        if sections is None:
            return self._without(NOT_SEPARABLE, reference)
        if not sections.stands_out(reference, self._settings):
            sections = replace(sections, whole=None)
        self._step()
        return Prepared(volume, self._start, self._settings, reference, sections, tuple(self._warnings))

    def _without(self, why: str, reference: ReferenceLiver | None = None) -> Prepared:
        return Prepared(self._volume, self._start, self._settings, reference, None, tuple(self._warnings), why)

    def _step(self) -> None:
        if self._cancelled is not None and self._cancelled():
            raise Cancelled
        self._done = min(self._done + 1, _STEPS)
        if self._progress is not None:
            self._progress(self._done, _STEPS)

    def _voxel(self, point: Vector) -> Vector:
        if not all(map(math.isfinite, point)):
            raise ImagingError("the place is no number", remedy="give three numbers in patient LPS mm")
        voxel = voxel_at(self._volume, point)
        if voxel is None:
            x, y, z = point
            raise ImagingError(
                f"the place {x:g}, {y:g}, {z:g} mm lies outside the images", remedy="choose a place on an image"
            )
        return voxel

    def _remark_series(self, k: int) -> None:
        volume = self._volume
        plane = planes_of(volume)[k]
        if abs(plane.normal[2]) < _AXIAL:
            self._warnings.append("the images are not axial: the diameters lie in the plane of the images")
        if not volume.series.volume_ok:
            self._warnings.append("the slices are no even stack: diameters hold in their slice, volumes are not told")

    def _reference(self, crop: Crop, coarse: Coarse, middle: Vector, drawn_mm: float | None) -> ReferenceLiver | None:
        if self._asked is not None:
            voxel = voxel_at(self._volume, self._asked.centre)
            if voxel is None:
                raise ImagingError("the reference lies outside the images", remedy="move it onto the liver")
            around = crop_around(self._volume, voxel, self._asked.radius_mm + 2)
            return reference_in(around, around.inside(voxel), self._asked, proposed=False)
        clear = _CLEAR_MM if drawn_mm is None else 0.5 * drawn_mm + 10.0
        near = _coarse_mark(coarse, crop.inside(middle))
        found = propose_centre(coarse, near, clear, self._volume.unit == "HU")
        if found is None:
            return None
        centre, radius_mm = found
        k, j, i = coarse.voxel(centre)
        k = float(min(round(k), crop.values.shape[0] - 1))
        plane = planes_of(self._volume)[int(k) + crop.start[0]]
        region = ReferenceRegion(plane.to_world(i + crop.start[2], j + crop.start[1]), radius_mm)
        proposed = reference_in(crop, (k, j, i), region, proposed=True)
        return None if proposed is None or (self._volume.unit == "HU" and proposed.sd > UNEVEN_HU) else proposed

    def _tissue(self, reference: ReferenceLiver) -> Tissue:
        hounsfield = self._volume.unit == "HU"
        noise = reference.sd
        voxel = voxel_at(self._volume, reference.region.centre)
        if voxel is not None:
            self._reference_voxel, radius_mm = voxel, reference.region.radius_mm
            around = crop_around(self._volume, voxel, radius_mm + 8, None, COARSE_MM)  # the same, wherever the lesion
            grid = coarse_of(around, COARSE_MM)
            box = Crop(smoothed(grid.values, grid.spacing_mm, _COARSE_SMOOTH_MM), (0, 0, 0), grid.spacing_mm)
            near = ball_values(box, _coarse_mark(grid, around.inside(voxel)), radius_mm)
            if len(near) >= 20:
                noise = robust_mean_sd(near)[1]
        return Tissue(
            enhancing=reference.mean + _extent_threshold(self._settings.threshold_sd * reference.sd, noise),
            oil=self._settings.lipiodol_hu if hounsfield else math.inf,
            liver=reference.mean,
            noise=noise,
            hounsfield=hounsfield,
        )

    def _parted(
        self, crop: Crop, coarse: Coarse, extent: Extent, tissue: Tissue, middle: Vector
    ) -> tuple[Extent, Mask | None]:
        """The lesion without the vessels that hang on it by a neck, and what lies beyond the necks."""
        if extent.mask is None or (extent.cut is None and not reaches_sides(extent.mask)):
            return extent, None
        sigma_mm, _ = self._blur(coarse, extent.mask, tissue)
        mark = round(middle[0]), round(middle[1]), round(middle[2])
        found = parted(crop, coarse, extent, tissue, self._limits, sigma_mm, mark)
        return (extent, None) if found is None else found

    def _blur(self, coarse: Coarse, rough: Mask, tissue: Tissue) -> tuple[float, float]:
        """By how much the images are smoothed, mm, and how far the lesion lies above liver."""
        contrast = contrast_of(coarse, rough, tissue)
        liver = crop_around(self._volume, self._reference_voxel, 8.0)
        return least_blur_mm(liver, quiet_of(coarse, rough, tissue) * contrast), contrast

    def _sections(
        self, crop: Crop, coarse: Coarse, extent: Extent, rough: Mask, tissue: Tissue, beyond: Mask | None
    ) -> LesionSections | None:
        box = box_of(crop, coarse, rough)
        values = np.ascontiguousarray(crop.values[box])
        sigma_mm, contrast = self._blur(coarse, rough, tissue)
        smooth = smoothed(values, crop.spacing_mm, sigma_mm)
        self._step()
        depth, from_cut, from_beside = depth_in(coarse, rough, extent.cut, extent.beside, box)
        bright = (smooth > max(tissue.enhancing, tissue.liver + 0.5 * contrast)) & (smooth < tissue.oil)
        whole = watershed(smooth, sigma_mm, depth, bright, crop.spacing_mm)
        allowed = allowed_mm(depth, whole | bright, from_cut, crop.spacing_mm)
        if from_beside is not None:
            allowed = np.minimum(allowed, from_beside)
        if beyond is not None:
            allowed[beyond[box]] = -1.0
        if from_cut is not None or beyond is not None:
            self._warnings.append("a vessel or other enhancing tissue touches the lesion and was cut off: check there")
        if from_cut is not None:
            allowed[brighter_vessel(smooth, bright & (allowed > 0), from_cut)] = -1.0
        whole &= allowed > 0
        start: Index = tuple(part.start + first for part, first in zip(box, crop.start, strict=True))
        box_crop, blur_mm = Crop(values, start, crop.spacing_mm), math.hypot(sigma_mm, SCANNER_MM)
        return LesionSections.of(self._volume, box_crop, smooth, whole, allowed, blur_mm)


def _points(start: Start) -> list[Vector]:
    match start:
        case Click(point):
            return [point]
        case DrawnAxis(a, b):
            if length_mm(a, b) == 0:
                raise ImagingError("the drawn axis has no length", remedy="draw it across the lesion")
            parts = [0.15 + 0.7 * n / 8 for n in range(9)]
            return [tuple(p + (q - p) * part for p, q in zip(a, b, strict=True)) for part in parts]  # type: ignore[misc]
        case _:
            assert_never(start)


def _check_series(volume: Volume) -> None:
    series = volume.series
    if not series.measurable:
        why = "; ".join(series.why_not) or "its geometry is not known"
        raise ImagingError(f"the series cannot be measured: {why}", remedy="choose another series")
    if series.colour or not (volume.unit == "HU" or series.modality == "MR"):
        raise ImagingError(
            "the values are neither HU of CT nor those of MR, so enhancement cannot be told from them",
            remedy="choose a CT or MR series",
        )


def _extent_threshold(excess: float, noise: float) -> float:
    """How far above liver a lesion is looked for on the coarse grid, where there is less noise: no farther than needed.

    What is viable is decided later, and by `excess`.
    """
    return max(0.0, min(excess, max(_EXTENT_NOISE * noise, _EXTENT * excess)))


def _coarse_mark(coarse: Coarse, voxel: Vector) -> Vector:
    k, j, i = coarse.index(voxel)
    return float(k), float(j), float(i)


def _ball(coarse: Coarse, centre: Vector, radius_mm: float) -> Mask:
    z, y, x = (
        ((np.arange(n) - c) * step) ** 2
        for n, c, step in zip(coarse.values.shape, centre, coarse.spacing_mm, strict=True)
    )
    return np.asarray(z[:, None, None] + y[None, :, None] + x[None, None, :] <= radius_mm**2)
