"""Which time points of a long course the lesion table shows, and how wide its columns are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import Enum

from app.models.lesion_cells import Column, ColumnKind


class Density(Enum):
    """How close the columns stand: at the wide panel, at the narrow one, or where a long course needs the room."""

    WIDE = 0
    NARROW = 1
    DENSE = 2


_WIDTHS = {
    ColumnKind.LESION: (57, 44, 43),
    ColumnKind.VISIT: (64, 60, 48),
    ColumnKind.VS_BASELINE: (62, 52, 45),
    ColumnKind.VS_NADIR: (62, 52, 45),
    ColumnKind.WHOLE: (58, 52, 52),
    ColumnKind.SERIES: (100, 86, 86),
    ColumnKind.STATE: (30, 26, 26),
}
_SITE_LEAST = (74, 63, 63)
"""``Lung RLL`` is read without being cut."""
NARROW_BELOW = 440


def is_narrow(width: int) -> bool:
    """Whether the panel has its narrow width (396) rather than its wide one (480), in px at 100 %."""
    return width < NARROW_BELOW


def width_of(kind: ColumnKind, density: Density) -> int:
    """Width of a column in px at 100 %; the site column takes what is left and has no width of its own."""
    return _WIDTHS[kind][density.value]


def density_for(columns: Sequence[Column], width: int) -> Density:
    """The widest spacing at which every time point has room; the closest one where none has."""
    visits = sum(column.kind is ColumnKind.VISIT for column in columns)
    open_ones = (Density.NARROW,) if is_narrow(width) else (Density.WIDE, Density.NARROW)
    return next((d for d in open_ones if visits_that_fit(columns, width, d) >= visits), Density.DENSE)


def visits_that_fit(columns: Sequence[Column], width: int, density: Density) -> int:
    """How many time points have room beside the other columns; at least 2."""
    others = sum(width_of(c.kind, density) for c in columns if c.kind not in (ColumnKind.VISIT, ColumnKind.SITE))
    return max(2, (width - others - _SITE_LEAST[density.value]) // width_of(ColumnKind.VISIT, density))


def visits_shown(visits: Sequence[str], pinned: Collection[str], room: int, back: int) -> tuple[str, ...]:
    """The time points in sight, in order.

    Pinned ones (baseline, nadir, prior, current) always are; what room is left shows a stretch of the others that
    ends `back` steps before the newest. Where even the pinned ones do not fit they are shown all the same.
    """
    free = [visit for visit in visits if visit not in pinned]
    slots = max(0, room - sum(visit in pinned for visit in visits))
    end = len(free) - min(back, steps_back(visits, pinned, room))
    shown = set(free[max(0, end - slots) : end]) if slots else set()
    return tuple(visit for visit in visits if visit in pinned or visit in shown)


def steps_back(visits: Sequence[str], pinned: Collection[str], room: int) -> int:
    """How far back the table can be scrolled."""
    free = sum(visit not in pinned for visit in visits)
    slots = max(0, room - (len(visits) - free))
    return max(0, free - slots) if slots else 0
