"""A measured lesion as outlines to be drawn: viable tissue, the whole lesion, and what is barred as oil or bone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.assist import Prepared, propose_part
from viewers.imaging.assisted import AssistedMeasurement, AssistSettings
from viewers.imaging.catalogue import Vector
from viewers.imaging.crop import Grid, Mask
from viewers.imaging.sections import LesionSections, ViablePart

Segments = NDArray[np.float32]
"""Straight pieces in no order, (count, 4): column and row of one end, column and row of the other, in pixels of the
image; (0, 0) is the centre of its first pixel."""

METHOD = "assisted viable diameter 7"
"""Name and version of the method, as records keep it: another result from the same click is another version."""

_NONE: Segments = np.empty((0, 4), np.float32)
_ROUND_MM = 0.7
_HATCH_PX = 3
_BESIDE_MM = 3.0
_INSIDE_PX = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class SliceShape:
    """The outlines in one image. `barred` is hatching over what counts as lipiodol, bone or an artery."""

    viable: Segments
    whole: Segments
    barred: Segments


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A measurement, what it was made from, and what it looks like: `slices` by the image's number in the series."""

    prepared: Prepared
    measured: AssistedMeasurement
    part: ViablePart | None
    slices: Mapping[int, SliceShape]


def proposal_of(prepared: Prepared, settings: AssistSettings | None = None, before: Proposal | None = None) -> Proposal:
    """The proposal that a threshold gives for a prepared lesion.

    Parameters
    ----------
    before
        A proposal of the same prepared lesion: what the threshold does not change is taken from it.
    """
    measured, part = propose_part(prepared, settings)
    sections, oil_hu = prepared.sections, measured.settings.lipiodol_hu
    slices: Mapping[int, SliceShape] = {}
    if sections is not None and part is not None:
        same = before is not None and before.prepared is prepared and before.measured.settings.lipiodol_hu == oil_hu
        fixed = before.slices if same and before is not None else _fixed(sections, oil_hu)
        slices = _with_viable(sections, part, fixed)
    return Proposal(prepared, measured, part, slices)


def outside_viable_mm(proposal: Proposal, k: int, start: Vector, end: Vector) -> float | None:
    """How much of a line on image `k` of the series does not lie in viable tissue, mm; None where nothing is known.

    Parameters
    ----------
    k
        The image's number in the series.
    start, end
        Patient LPS mm.
    """
    sections, part = proposal.prepared.sections, proposal.part
    plane = proposal.prepared.volume.planes[k]
    if sections is None or part is None or plane is None:
        return None
    at = k - sections.crop.start[0]
    if not 0 <= at < len(part.levels):
        return math.dist(start, end)
    level = part.levels[at]
    a, b = (np.subtract(plane.to_pixel(point), sections.crop.start[:0:-1]) for point in (start, end))
    count = max(2, math.ceil(float(np.hypot(*(b - a))) / _INSIDE_PX))
    along = a + (np.arange(count)[:, None] + 0.5) / count * (b - a)
    columns, rows = np.rint(along).astype(int).T
    known = (columns >= 0) & (rows >= 0) & (columns < level.shape[1]) & (rows < level.shape[0])
    inside = np.zeros(count, bool)
    inside[known] = level[rows[known], columns[known]] > 0
    return float((~inside).mean()) * math.dist(start, end)


def contour(level: Grid) -> Segments:
    """Where the bilinear level of an image is zero, as straight pieces through its cells of 2 x 2 pixels."""
    a, b, c, d = level[:-1, :-1], level[:-1, 1:], level[1:, 1:], level[1:, :-1]
    code = (a > 0) + 2 * (b > 0) + 4 * (c > 0) + 8 * (d > 0)
    rows, columns = np.nonzero((code > 0) & (code < 15))
    if not len(rows):
        return np.empty((0, 4), np.float32)
    kind = code[rows, columns]
    one, two, three, four = (part[rows, columns].astype(np.float64) for part in (a, b, c, d))
    edges = np.stack(
        [
            np.stack([columns + _part(one, two), rows + 0.0], 1),
            np.stack([columns + 1.0, rows + _part(two, three)], 1),
            np.stack([columns + _part(four, three), rows + 1.0], 1),
            np.stack([columns + 0.0, rows + _part(one, four)], 1),
        ]
    )
    pieces = []
    for number, pairs in enumerate(_CROSSED):
        here = np.flatnonzero(kind == number)
        for first, second in pairs if len(here) else ():
            pieces.append(np.concatenate([edges[first, here], edges[second, here]], 1))
    return np.concatenate(pieces).astype(np.float32)


_TOP, _RIGHT, _BOTTOM, _LEFT = range(4)
_CROSSED: tuple[tuple[tuple[int, int], ...], ...] = (
    (),
    ((_LEFT, _TOP),),
    ((_TOP, _RIGHT),),
    ((_LEFT, _RIGHT),),
    ((_RIGHT, _BOTTOM),),
    ((_LEFT, _TOP), (_RIGHT, _BOTTOM)),
    ((_TOP, _BOTTOM),),
    ((_LEFT, _BOTTOM),),
    ((_LEFT, _BOTTOM),),
    ((_TOP, _BOTTOM),),
    ((_TOP, _RIGHT), (_LEFT, _BOTTOM)),
    ((_RIGHT, _BOTTOM),),
    ((_LEFT, _RIGHT),),
    ((_TOP, _RIGHT),),
    ((_LEFT, _TOP),),
    (),
)
"""Which edges of a cell the outline crosses, by which corners (1, 2, 4, 8, clockwise) lie inside."""


def _part(here: NDArray[np.float64], there: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far from here to there the level is zero; half way where it is not between them, which no outline uses."""
    apart = here - there
    crossed = (here > 0) != (there > 0)
    return np.where(crossed, here / np.where(crossed, apart, 1.0), 0.5)


def _fixed(sections: LesionSections, lipiodol_hu: float) -> dict[int, SliceShape]:
    """What the threshold does not change: the whole lesion, and what is barred."""
    from scipy.ndimage import gaussian_filter

    first, top, left = sections.crop.start
    dy, dx = sections.crop.spacing_mm[1:]
    rounded = gaussian_filter(sections.outline.astype(np.float32), (0.0, _ROUND_MM / dy, _ROUND_MM / dx)) - 0.5
    barred = sections.oil(lipiodol_hu) & (sections.allowed > -_BESIDE_MM)
    shift = np.array([left, top, left, top], np.float32)
    return {
        k + first: SliceShape(_NONE, contour(rounded[k]) + shift, _hatched(barred[k]) + shift)
        for k in range(len(rounded))
    }


def _with_viable(sections: LesionSections, part: ViablePart, fixed: Mapping[int, SliceShape]) -> dict[int, SliceShape]:
    first, top, left = sections.crop.start
    shift = np.array([left, top, left, top], np.float32)
    return {k: replace(shape, viable=contour(part.levels[k - first]) + shift) for k, shape in fixed.items()}


def _hatched(mask: Mask) -> Segments:
    """Diagonals over a mask, a few pixels apart, as a piece in each pixel they cross."""
    rows, columns = np.nonzero(mask)
    here = (rows + columns) % _HATCH_PX == 0
    rows, columns = rows[here], columns[here]
    pieces = np.column_stack([columns - 0.5, rows + 0.5, columns + 0.5, rows - 0.5])
    return np.asarray(pieces, np.float32)
