"""Passes over one stretch of the body, told by how the images follow each other: each pass is a sweep of even steps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from viewers.imaging.geometry import SAME_POSITION_MM, tolerance_mm

_FEWEST = 3
"""Images of a sweep: two tell no step."""
_LOST_IN_ROW = 2
"""Images that may be missing between two of a sweep."""
_CONTIGUOUS = 1.5
"""Slices of a whole pass lie at most so many thicknesses apart; every second one of a pass lies two or more apart."""


def sweeps_of(heights_mm: Sequence[float]) -> list[range]:
    """The sweeps in a row of images, as ranges of their places in that row.

    Parameters
    ----------
    heights_mm
        Along the normal, in the order in which the images were numbered.

    Returns
    -------
    One range for each sweep: a run of three images or more in one direction, at even steps of which a few may be
    missing. All images as one where they are not two sweeps or more, with nothing left over.
    """
    whole = [range(len(heights_mm))]
    steps = [b - a for a, b in pairwise(heights_mm)]
    sizes = sorted(abs(step) for step in steps if abs(step) > SAME_POSITION_MM)
    if not sizes:
        return whole
    usual, starts, direction = sizes[len(sizes) // 2], [0], 0.0
    for i, step in enumerate(steps, start=1):
        if _goes_on(step, usual) and step * direction >= 0:
            direction = step
        else:
            starts.append(i)
            direction = 0.0
    sweeps = [range(a, b) for a, b in pairwise([*starts, len(heights_mm)])]
    return sweeps if min(map(len, sweeps)) >= _FEWEST else whole


def covers_its_stretch(heights_mm: Sequence[float], thickness_mm: float) -> bool:
    """Whether the slices of one sweep leave no room for those of another: then that one is a pass of its own.

    MR may acquire every second slice first, and those between them in a second sweep: these leave room.
    """
    gaps = sorted(b - a for a, b in pairwise(sorted(heights_mm)))
    return gaps[len(gaps) // 2] <= _CONTIGUOUS * thickness_mm


def _goes_on(step: float, usual: float) -> bool:
    times = round(abs(step) / usual)
    return 1 <= times <= 1 + _LOST_IN_ROW and abs(abs(step) - times * usual) <= times * tolerance_mm(usual)
