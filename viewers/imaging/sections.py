"""A lesion slice by slice: its viable part, its diameters and volumes, and the values inside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.assisted import AssistSettings, Enhancement, Extents, ImageLine
from viewers.imaging.catalogue import Vector
from viewers.imaging.chord import diameter_bound_mm, longest_diameter, longest_of, perpendicular_chord
from viewers.imaging.chord_turns import evened
from viewers.imaging.crop import Crop, Grid, Mask, planes_of
from viewers.imaging.distances import depth_mm
from viewers.imaging.geometry import length_mm
from viewers.imaging.line_runs import PlaneChord
from viewers.imaging.reference import ReferenceLiver
from viewers.imaging.viable import are_fine, viable_levels
from viewers.imaging.volume import Volume

_OUTLINE_MM = 0.7
"""The watershed's outline runs along voxels; so much blur makes it smooth without moving it."""
_STEEP = 60.0
"""How fast the level of that limit falls, per mm: as steep as edges are, so that no corner is rounded."""
_HOLE_MM2 = 4.0
_LEAST_MM = 3.0
_OIL_BLUR_MM = 1.8
_TREATED = 0.15
"""At least this part of a treated lesion is dead tissue or lipiodol."""
_CHOSEN_SD, _SPECKS_SD, _SPECKS = 0.2, 0.6, 0.3
"""Noise helps to choose what is viable, so a faint part seems brighter than it is, by up to 0.15 SD of the liver. Where
it is less than that part of a lesion as faint as itself, only noise made it stand out, which adds up to 0.5 SD."""


@dataclass(frozen=True, slots=True)
class SliceChord:
    """A line in slice `k` of a lesion's box."""

    k: int
    chord: PlaneChord


@dataclass(frozen=True, slots=True, eq=False)
class ViablePart:
    """The viable part of a lesion at one threshold: a level for each slice of the box, positive inside."""

    levels: Grid
    spacing_mm: tuple[float, float]
    volume_ml: float | None

    @property
    def mask(self) -> Mask:
        return np.asarray(self.levels > 0)

    def longest(self, gap_mm: float) -> SliceChord | None:
        """The longest line in any slice that stays inside, but for `gap_mm`; what noise adds to it is taken off."""
        found = longest_of(list(self.levels), self.spacing_mm, gap_mm=gap_mm, longer_than_mm=_LEAST_MM)
        if found is None:
            return None
        k, chord = found
        if are_fine(self.spacing_mm):
            chord = evened(self.levels[k], self.spacing_mm, chord, gap_mm=gap_mm)
        return SliceChord(k, chord)

    def perpendicular(self, axis: SliceChord, gap_mm: float) -> SliceChord | None:
        chord = perpendicular_chord(self.levels[axis.k], self.spacing_mm, axis.chord, gap_mm=gap_mm)
        return None if chord is None else SliceChord(axis.k, chord)


@dataclass(frozen=True, slots=True, eq=False)
class LesionSections:
    """A box of a volume around a lesion, with its outline and whole diameters; None where it is too faint for these."""

    volume: Volume
    crop: Crop
    smooth: Grid
    outline: Mask
    allowed: Grid
    whole: Extents | None
    blur_mm: float

    @classmethod
    def of(
        cls, volume: Volume, crop: Crop, smooth: Grid, outline: Mask, allowed: Grid, blur_mm: float
    ) -> LesionSections | None:
        """None where the outline is empty. `allowed` is how deep each voxel lies in what may be lesion, mm."""
        from scipy.ndimage import gaussian_filter

        spacing = crop.spacing_mm[1:]
        sigma = [0.0, _OUTLINE_MM / spacing[0], _OUTLINE_MM / spacing[1]]
        rounded = np.asarray(gaussian_filter(outline.astype(np.float32), sigma) - 0.5, np.float32)
        long = _whole_longest(rounded, spacing)
        if long is None:
            return None
        short = perpendicular_chord(rounded[long.k], spacing, long.chord)
        volume_ml = float(np.count_nonzero(outline)) * crop.voxel_ml if volume.series.volume_ok else None
        short_line = None if short is None else image_line(volume, crop, SliceChord(long.k, short))
        whole = Extents(image_line(volume, crop, long), short_line, volume_ml)
        return cls(volume, crop, smooth, outline, np.asarray(allowed * _STEEP, np.float32), whole, blur_mm)

    def line(self, found: SliceChord) -> ImageLine:
        """A line of the box as one of the patient."""
        return image_line(self.volume, self.crop, found)

    def oil(self, limit: float) -> Mask:
        """Lipiodol, bone and arteries, without what their blur reaches."""
        if self.volume.unit != "HU":
            return np.zeros(self.smooth.shape, bool)
        return np.asarray(np.maximum(self.crop.values, self.smooth) > limit)

    def viable(self, reference: ReferenceLiver, threshold: float, settings: AssistSettings) -> ViablePart:
        """The viable part at a threshold; nothing where it lies above that by its noise alone."""
        spacing = self.crop.spacing_mm[1:]
        oil = self.oil(settings.lipiodol_hu)
        bright = np.asarray((self.smooth > threshold) & (self.allowed > 0))
        levels = np.full(self.smooth.shape, -1.0, np.float32)
        rows = np.flatnonzero(bright.any((1, 2)))
        if len(rows):
            part = slice(rows[0], rows[-1] + 1)
            near = oil.copy()
            for k in range(rows[0], rows[-1] + 1):
                near[k] = _near_oil(oil[k], np.asarray(oil[max(0, k - 1) : k + 2].any(0)), bright[k], spacing)
            levels[part] = viable_levels(
                self.smooth[part],
                self.allowed[part],
                threshold,
                reference.mean,
                reference.sd,
                near[part],
                spacing,
                self.blur_mm,
                self.outline[part],
            )
            _fill_pinholes(levels[part], spacing)
            _drop_specks(levels, self.crop)
            self._drop_faint(levels, threshold + _CHOSEN_SD * reference.sd)
            if not self._is_bright(levels > 0, threshold, reference):
                levels.fill(-1.0)
        mask = levels > 0
        volume_ml = float(np.count_nonzero(mask)) * self.crop.voxel_ml if self.volume.series.volume_ok else None
        return ViablePart(levels, spacing, volume_ml)

    def _drop_faint(self, levels: Grid, least: float) -> None:
        """Of several parts that seem viable those that are not by their own level, whatever a brighter one is."""
        from scipy.ndimage import label

        labels, count = label(levels > 0)
        for part in range(1, count + 1) if count > 1 else ():
            mask = labels == part
            if max(float(self.crop.values[mask].mean()), self._level(mask)) < least:
                levels[mask] = -1.0

    def _is_bright(self, mask: Mask, threshold: float, reference: ReferenceLiver) -> bool:
        """Whether what seems viable is above the threshold as a whole, and not by its noise alone."""
        if not mask.any():
            return False
        least, sure = threshold + _CHOSEN_SD * reference.sd, threshold + _SPECKS_SD * reference.sd
        mean = float(self.crop.values[mask].mean())
        if mean >= sure:
            return True
        level = max(mean, self._level(mask))
        if level < least or level >= sure:
            return bool(level >= least)
        lesion = (self.outline | mask) & (self.smooth > (reference.mean + threshold) / 2)
        return bool(np.count_nonzero(mask) >= _SPECKS * np.count_nonzero(lesion) or self._level(lesion) >= least)

    def _level(self, mask: Mask) -> float:
        """The mean of the unsmoothed values; those near the outline, which blur makes fainter, weigh little."""
        weights = depth_mm(mask, self.crop.spacing_mm)[mask] ** 2
        return float(np.average(self.crop.values[mask], weights=weights))

    def stands_out(self, reference: ReferenceLiver, settings: AssistSettings) -> bool:
        """Whether the lesion can be told from liver: by viable tissue, or by dead tissue or lipiodol."""
        beyond = settings.threshold_sd * reference.sd
        treated = self.outline & ((self.smooth < reference.mean - beyond) | self.oil(settings.lipiodol_hu))
        if np.count_nonzero(treated) >= _TREATED * np.count_nonzero(self.outline):
            return True
        bright = self.outline & (self.smooth > reference.mean + beyond)
        sure = reference.mean + beyond + _SPECKS_SD * reference.sd
        good_part = np.count_nonzero(bright) >= _SPECKS * np.count_nonzero(self.outline)  # a few voxels are noise
        if good_part and self.crop.values[bright].mean() >= sure:
            return True
        return bool(self.viable(reference, reference.mean + beyond, settings).mask.any())

    def enhancement(self, viable: ViablePart, reference: ReferenceLiver, settings: AssistSettings) -> Enhancement:
        """Means of the unsmoothed values in the viable part and the whole lesion."""
        mask = viable.mask
        whole = self.outline | mask
        inside, all_of = self.crop.values[mask], self.crop.values[whole]
        oil = self.oil(settings.lipiodol_hu) & whole
        count = max(len(all_of), 1)
        mean = float(inside.mean()) if len(inside) else None
        return Enhancement(
            viable_mean=mean,
            viable_sd=float(inside.std()) if len(inside) else None,
            excess_sd=None if mean is None else (mean - reference.mean) / reference.sd,
            whole_mean=float(all_of.mean()) if len(all_of) else 0.0,
            whole_sd=float(all_of.std()) if len(all_of) else 0.0,
            viable_share=len(inside) / count,
            lipiodol_share=float(np.count_nonzero(oil)) / count if self.volume.unit == "HU" else None,
        )


def image_line(volume: Volume, crop: Crop, found: SliceChord) -> ImageLine:
    """A line in a slice of a crop, with the image it is on and its ends in patient LPS mm."""
    k = found.k + crop.start[0]
    record, series, plane = volume.series.slices[k], volume.series, planes_of(volume)[k]

    def world(pixel: tuple[float, float]) -> Vector:
        return plane.to_world(pixel[0] + crop.start[2], pixel[1] + crop.start[1])

    start, end = world(found.chord.start), world(found.chord.end)
    return ImageLine(
        series_uid=series.uid,
        sop_uid=record.sop_uid,
        frame=record.frame,
        slice_index=k,
        frame_of_reference_uid=series.frame_of_reference_uid,
        start=start,
        end=end,
        length_mm=length_mm(start, end),
    )


def _whole_longest(levels: Grid, spacing: tuple[float, float]) -> SliceChord | None:
    best: SliceChord | None = None
    bounds = [diameter_bound_mm(level, spacing) for level in levels]
    for k in sorted(range(len(bounds)), key=lambda k: -bounds[k]):
        if best is not None and bounds[k] <= best.chord.length_mm:
            break
        chord = longest_diameter(levels[k], spacing)
        if chord is not None and (best is None or chord.length_mm > best.chord.length_mm):
            best = SliceChord(k, chord)
    return best


def _near_oil(oil: Mask, around: Mask, bright: Mask, spacing: tuple[float, float]) -> Mask:
    """Oil with the rim that only its blur makes bright: what does not touch bright tissue farther away.

    `around` is the oil of this slice and its neighbours, which slices share where it begins and ends.
    """
    from scipy.ndimage import binary_dilation

    if not around.any():
        return oil
    steps = max(1, round(_OIL_BLUR_MM / min(spacing)))
    rim = binary_dilation(around, iterations=steps)
    beyond = binary_dilation(bright & ~rim, iterations=steps)
    return np.asarray(oil | (rim & ~beyond))


def _fill_pinholes(levels: Grid, spacing: tuple[float, float]) -> None:
    """Holes too small to be seen as tissue are noise."""
    from scipy.ndimage import label

    in_plane = np.zeros((3, 3, 3), bool)
    in_plane[1] = [[False, True, False], [True, True, True], [False, True, False]]
    labels, count = label(levels <= 0, in_plane)
    if not count:
        return
    small: NDArray[np.bool_] = np.bincount(labels.ravel(), minlength=count + 1) * spacing[0] * spacing[1] < _HOLE_MM2
    small[0] = False
    if small.any():
        levels[small[labels]] = float(np.median(levels[levels > 0])) if (levels > 0).any() else 1.0


def _drop_specks(levels: Grid, crop: Crop) -> None:
    """Parts smaller than a ball of the least diameter, or than eight voxels, are noise."""
    from scipy.ndimage import label

    labels, count = label(levels > 0)
    if not count:
        return
    least = max(8.0, np.pi / 6 * _LEAST_MM**3 / (1000 * crop.voxel_ml))
    small = np.bincount(labels.ravel()) < least
    small[0] = False
    levels[small[labels]] = -1.0
