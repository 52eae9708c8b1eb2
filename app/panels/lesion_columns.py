"""Which time points of a long course the lesion table shows, and how wide its columns are."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.models.lesion_cells import Column, ColumnKind

_FIXED_WIDTH = {
    ColumnKind.LESION: (57, 44),
    ColumnKind.VISIT: (61, 60),
    ColumnKind.VS_BASELINE: (62, 52),
    ColumnKind.VS_NADIR: (62, 52),
    ColumnKind.WHOLE: (58, 52),
    ColumnKind.SERIES: (100, 86),
    ColumnKind.STATE: (30, 26),
}
_SITE_LEAST = (74, 58)
NARROW_BELOW = 440


def is_narrow(width: int) -> bool:
    """Whether the panel has its narrow width (396) rather than its wide one (480), in px at 100 %."""
    return width < NARROW_BELOW


def width_of(kind: ColumnKind, narrow: bool) -> int:
    """Width of a column in px at 100 %; the site column takes what is left and has no width of its own."""
    return _FIXED_WIDTH[kind][narrow]


def visits_that_fit(columns: Sequence[Column], width: int) -> int:
    """How many time points have room beside the other columns; at least 2."""
    narrow = is_narrow(width)
    others = sum(width_of(c.kind, narrow) for c in columns if c.kind not in (ColumnKind.VISIT, ColumnKind.SITE))
    return max(2, (width - others - _SITE_LEAST[narrow]) // width_of(ColumnKind.VISIT, narrow))


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
