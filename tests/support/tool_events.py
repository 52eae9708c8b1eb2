"""Inputs for tools on an oblique plane with rows 0.7 mm and columns 1.1 mm apart."""

from __future__ import annotations

from viewers.imaging.geometry import SlicePlane
from viewers.tools.events import Button, EventKind, Key, Modifier, WorldEvent

OBLIQUE = SlicePlane((5.0, -20.0, 40.0), (0.8, 0.6, 0.0), (0.0, 0.0, -1.0), 0.7, 1.1)
SHIFTED = SlicePlane((3.2, -17.6, 40.0), (0.8, 0.6, 0.0), (0.0, 0.0, -1.0), 0.7, 1.1)
"""The next image, 3 mm along the normal."""


def tool_event(
    kind: EventKind,
    column: float,
    row: float,
    plane: SlicePlane = OBLIQUE,
    mm_per_px: float = 0.5,
    key: Key | None = None,
    shift: bool = False,
) -> WorldEvent:
    """An input at a pixel coordinate of the plane, seen unflipped."""
    return WorldEvent(
        kind,
        plane.to_world(column, row),
        (column, row),
        plane,
        mm_per_px,
        plane.row_direction,
        plane.column_direction,
        Button.LEFT,
        frozenset({Modifier.SHIFT}) if shift else frozenset(),
        key,
    )
