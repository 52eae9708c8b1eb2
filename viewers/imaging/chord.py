"""The longest straight line inside a shape in one image, which may have holes that the line must not cross.

Shapes, places and lengths are those of `line_runs`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewers.imaging.line_runs import (
    Level,
    PlaneChord,
    Points,
    Spacing,
    chord_between,
    framed,
    longest_run,
    to_mm,
)

_APART_MM = 2.2
"""The pairs of outline points that are tried first are this far from their neighbours; the best is then refined."""
_STEP_PX, _COARSE_PX = 0.4, 0.9
_MOST_PAIRS, _ALIKE_MM, _MOST_MOVES, _MOST_CANDIDATES = 3, 5.0, 6, 8
_SLACK_MM = 2.0
"""How much longer than its pair of outline points a line can become when it is moved."""
_BEYOND_MM = 4.0
"""How far a refined line may grow beyond either end of the line it came from."""
_BATCH, _LARGEST_BATCH = 48, 2048
_MOST_POINTS = 120
_FRACTIONS = np.array([8, 4, 12, 2, 6, 10, 14, 1, 3, 5, 7, 9, 11, 13, 15], np.int64)
"""Sixteenths of a line at which it is looked at first, the middle before the quarters."""


def longest_chord(
    level: Level, spacing_mm: Spacing, *, gap_mm: float = 0.0, longer_than_mm: float = 0.0
) -> PlaneChord | None:
    """The longest line between two points of the outline that stays inside; see `longest_of`."""
    found = longest_of([level], spacing_mm, gap_mm=gap_mm, longer_than_mm=longer_than_mm)
    return None if found is None else found[1]


def longest_of(
    levels: Sequence[Level], spacing_mm: Spacing, *, gap_mm: float = 0.0, longer_than_mm: float = 0.0
) -> tuple[int, PlaneChord] | None:
    """The longest line that stays inside, among the slices of a shape.

    Parameters
    ----------
    levels
        The shape in each slice.
    spacing_mm
        Distance between rows and between columns.
    gap_mm
        How much of the line, in all, may lie outside. 0: none.
    longer_than_mm
        Shorter lines are not looked for.

    Returns
    -------
    (index of the slice, line) or None
        None where no line is longer than `longer_than_mm`. Lines are found among pairs of outline points one or two
        mm apart, and the best of them moved freely, to about 0.05 mm; equal ones: the earlier slice.
    """
    shapes = [framed(level) for level in levels]
    found = sorted(_candidates(shapes, spacing_mm, gap_mm, longer_than_mm), key=lambda c: -c.length_mm)
    moved = []
    longest = longer_than_mm
    for candidate in found[:_MOST_CANDIDATES]:
        if candidate.length_mm + _SLACK_MM < longest:
            break
        line = _settled(shapes[candidate.k], spacing_mm, candidate.line, gap_mm)
        if line is not None:
            moved.append((math.dist(*line), candidate.k, line))
            longest = max(longest, math.dist(*line))
    if not moved or longest <= longer_than_mm:
        return None
    _, k, line = max(moved, key=lambda m: (m[0], -m[1]))
    return k, chord_between(*_refined(shapes[k], spacing_mm, line, gap_mm), spacing_mm)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A pair of outline points of slice `k`, between which all pixels are inside."""

    k: int
    line: tuple[Points, Points]
    length_mm: float


def _candidates(
    shapes: Sequence[Level], spacing_mm: Spacing, gap_mm: float, longer_than_mm: float
) -> Iterator[_Candidate]:
    """The longest pairs of each slice that can still hold the longest line; slices of small extent are passed over."""
    points = [outline_points(level, spacing_mm) for level in shapes]
    bounds = [_hull_diameter(p)[0] if len(p) > 1 else 0.0 for p in points]
    longest = longer_than_mm
    for k in sorted(range(len(shapes)), key=lambda k: -bounds[k]):
        if bounds[k] <= longest:
            return
        for line in _pairs(shapes[k], points[k], spacing_mm, gap_mm, longest - _SLACK_MM):
            length = math.dist(*line)
            longest = max(longest, length - _SLACK_MM)
            yield _Candidate(k, line, length)


def perpendicular_chord(
    level: Level, spacing_mm: Spacing, axis: PlaneChord, *, gap_mm: float = 0.0
) -> PlaneChord | None:
    """The longest line inside that crosses `axis` at a right angle; None where the axis has no length."""
    level = framed(level)
    start, end = to_mm(axis.start, spacing_mm), to_mm(axis.end, spacing_mm)
    length = float(np.linalg.norm(end - start))
    if length == 0:
        return None
    along = (end - start) / length
    across = np.array([-along[1], along[0]])
    count = max(3, int(length / (_COARSE_PX * min(spacing_mm))))
    middles = start + np.linspace(0.0, 1.0, count + 2)[1:-1, None] * (end - start)
    best = longest_run(level, spacing_mm, middles, np.broadcast_to(across, middles.shape), length, gap_mm, _COARSE_PX)
    return None if best is None else chord_between(*best, spacing_mm)


def longest_diameter(level: Level, spacing_mm: Spacing) -> PlaneChord | None:
    """The line between the two points of the outline that lie farthest apart, whatever lies between them."""
    points = outline_points(framed(level), spacing_mm)
    return chord_between(*_hull_diameter(points)[1:], spacing_mm) if len(points) > 1 else None


def diameter_bound_mm(level: Level, spacing_mm: Spacing) -> float:
    """No line between two points of the shape is longer than this; quick to tell."""
    points = outline_points(framed(level), spacing_mm)
    return _hull_diameter(points)[0] if len(points) > 1 else 0.0


def outline_points(level: Level, spacing_mm: Spacing) -> Points:
    """Where the level crosses zero between neighbouring pixels, in no order."""
    inside = level > 0
    found = []
    for axis in (0, 1):
        here, there = (level[:-1], level[1:]) if axis == 0 else (level[:, :-1], level[:, 1:])
        a, b = (inside[:-1], inside[1:]) if axis == 0 else (inside[:, :-1], inside[:, 1:])
        rows, columns = np.nonzero(a != b)
        low, high = here[rows, columns].astype(np.float64), there[rows, columns].astype(np.float64)
        part = low / (low - high)
        at = [columns + (part if axis == 1 else 0), rows + (part if axis == 0 else 0)]
        found.append(np.column_stack(at))
    return np.concatenate(found) * (spacing_mm[1], spacing_mm[0])


def _extreme(points: Points) -> NDArray[np.intp]:
    """Indices of points that lie farthest out in some direction: those of the hull among them, to 0.02 %."""
    angles = np.linspace(0, 2 * math.pi, 180, endpoint=False)
    outwards = points @ np.array([np.cos(angles), np.sin(angles)])
    return np.unique(outwards.argmax(0))


def _hull_diameter(points: Points) -> tuple[float, Points, Points]:
    """The two points that lie farthest apart, and how far."""
    corners = points[_extreme(points)]
    apart = np.hypot(*(corners[:, None] - corners[None]).transpose(2, 0, 1))
    a, b = np.unravel_index(int(apart.argmax()), apart.shape)
    return float(apart[a, b]), corners[a], corners[b]


def _pairs(
    level: Level, points: Points, spacing_mm: Spacing, gap_mm: float, longer_than_mm: float
) -> Iterator[tuple[Points, Points]]:
    """A few pairs of outline points whose line lies in inside pixels, the longest first, no two alike."""
    points = _thinned(points)
    a, b = np.triu_indices(len(points), 1)
    lengths = np.hypot(points[a, 0] - points[b, 0], points[a, 1] - points[b, 1])
    kept = np.flatnonzero(lengths > max(0.0, longer_than_mm))
    kept = kept[np.argsort(-lengths[kept], kind="stable")]
    a, b, lengths = a[kept], b[kept], lengths[kept]
    inside = level > 0
    told: list[tuple[Points, Points]] = []
    for batch in _batches(len(a)):  # the longest first: most pairs need not be looked at
        found = _inside(inside, points[a[batch]], points[b[batch]], lengths[batch], spacing_mm, gap_mm) + batch.start
        starts, ends = points[a[found]], points[b[found]]
        for pair in told:
            starts, ends = _unlike(starts, ends, pair)
        while len(starts):
            pair = starts[0], ends[0]
            yield pair
            told.append(pair)
            if len(told) == _MOST_PAIRS:
                return
            starts, ends = _unlike(starts, ends, pair)


def _batches(count: int) -> Iterator[slice]:
    """Few pairs at first, since in a shape without holes the longest lie inside; then more and more."""
    last, size = 0, _BATCH
    while (first := last) < count:
        last, size = min(first + size, count), min(4 * size, _LARGEST_BATCH)
        yield slice(first, last)


def _unlike(starts: Points, ends: Points, pair: tuple[Points, Points]) -> tuple[Points, Points]:
    """The lines of which no end lies near an end of this one, or only one does."""
    from_first, from_second = (np.hypot(*(at[:, None] - np.stack(pair)).transpose(2, 0, 1)) for at in (starts, ends))
    straight = np.maximum(from_first[:, 0], from_second[:, 1])
    crossed = np.maximum(from_first[:, 1], from_second[:, 0])
    kept = np.minimum(straight, crossed) >= _ALIKE_MM
    return starts[kept], ends[kept]


def _thinned(points: Points) -> Points:
    """Fewer points, about evenly far apart; those farthest out are always among them."""
    apart_mm = _APART_MM
    while True:
        cells = np.floor(points / apart_mm).astype(np.int64)
        _, kept = np.unique(cells[:, 0] * 1_000_003 + cells[:, 1], return_index=True)
        if len(kept) <= _MOST_POINTS:
            return np.asarray(points[np.union1d(kept, _extreme(points))])
        apart_mm *= 1.25


def _inside(
    inside: NDArray[np.bool_],
    starts: Points,
    ends: Points,
    lengths: NDArray[np.float64],
    spacing_mm: Spacing,
    gap_mm: float,
) -> NDArray[np.intp]:
    """Which of these lines lie inside; looked at first where most lines that do not are found out."""
    from viewers.imaging.compiled_lines import likely

    starts, ends = np.ascontiguousarray(starts), np.ascontiguousarray(ends)
    found = np.empty(len(starts), np.bool_)
    looked_at = _FRACTIONS if len(starts) > _BATCH else _FRACTIONS[:0]
    likely(inside, starts, ends, lengths, *spacing_mm, gap_mm, looked_at, found)
    left = np.flatnonzero(found)
    if not len(left):
        return left
    return left[_outside_mm(inside, starts[left], ends[left], spacing_mm) <= gap_mm]


def _outside_mm(inside: NDArray[np.bool_], starts: Points, ends: Points, spacing_mm: Spacing) -> NDArray[np.float64]:
    """How much of each line lies in outside pixels, but for a pixel at each end."""
    from viewers.imaging.compiled_lines import share_outside

    lengths = np.linalg.norm(ends - starts, axis=1)
    pixel = max(spacing_mm)
    count = max(2, int(lengths.max() / (_STEP_PX * min(spacing_mm))))
    clear = np.minimum(pixel / np.maximum(lengths, 1e-9), 0.5)
    share = np.empty(len(lengths))
    share_outside(inside, starts, ends, clear, count, *spacing_mm, share)
    return np.asarray(share * lengths)


def _settled(
    level: Level, spacing_mm: Spacing, line: tuple[Points, Points], gap_mm: float
) -> tuple[Points, Points] | None:
    """The line moved to where it is longest nearby, both its ends on the outline; None where it lies outside."""
    reach_mm = max(1.8, 1.5 * max(spacing_mm))
    best = None
    for _ in range(_MOST_MOVES):
        moved = _moved(level, spacing_mm, line, gap_mm, reach_mm, 7, _COARSE_PX)
        if moved is None or (best is not None and math.dist(*moved) < math.dist(*best) + 0.05):
            break
        best = line = moved
    return best


def _refined(level: Level, spacing_mm: Spacing, line: tuple[Points, Points], gap_mm: float) -> tuple[Points, Points]:
    for reach_mm, steps in ((0.6, 9), (0.15, 7)):
        moved = _moved(level, spacing_mm, line, gap_mm, reach_mm, steps, _STEP_PX)
        line = line if moved is None or math.dist(*moved) < math.dist(*line) else moved
    return line


def _moved(
    level: Level,
    spacing_mm: Spacing,
    line: tuple[Points, Points],
    gap_mm: float,
    reach_mm: float,
    steps: int,
    step_px: float,
) -> tuple[Points, Points] | None:
    """The longest line among those whose ends lie up to `reach_mm` to either side of this one's."""
    start, end = line
    length = math.dist(start, end)
    if length == 0:
        return None
    along = (end - start) / length
    across = np.array([-along[1], along[0]])
    offsets = np.linspace(-reach_mm, reach_mm, steps)
    first, second = (offset.ravel()[:, None] for offset in np.meshgrid(offsets, offsets, indexing="ij"))
    middles = (start + end) / 2 + across * (first + second) / 2
    directions = along * length + across * (second - first)
    directions /= np.hypot(directions[:, :1], directions[:, 1:])
    return longest_run(level, spacing_mm, middles, directions, length / 2 + _BEYOND_MM, gap_mm, step_px)
