"""What a pointer or a key does to an image plane, in patient millimetres: the one input of every tool."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from viewers.imaging.catalogue import Vector
from viewers.imaging.geometry import SlicePlane

Point = Vector
"""A place in patient coordinates: left, posterior, superior, in mm."""


class EventKind(Enum):
    PRESS = auto()
    MOVE = auto()
    RELEASE = auto()
    KEY = auto()
    CANCEL = auto()


class Button(Enum):
    NONE = auto()
    LEFT = auto()
    MIDDLE = auto()
    RIGHT = auto()


class Modifier(Enum):
    SHIFT = auto()
    CONTROL = auto()
    ALT = auto()


class Key(Enum):
    """The keys a tool listens to; left, right, up and down are directions on the screen."""

    LEFT = auto()
    RIGHT = auto()
    UP = auto()
    DOWN = auto()


@dataclass(frozen=True, slots=True)
class WorldEvent:
    """One input on one image plane.

    Parameters
    ----------
    kind
        What happened. CANCEL stands for Esc, lost focus and a change of slice.
    point
        Where, in patient mm (LPS); for KEY and CANCEL the last place of the pointer.
    pixel
        The same place as (column, row) of the image, fractions allowed, (0, 0) the centre of the first pixel.
    plane
        The plane of the image under the pointer.
    mm_per_px
        Millimetres in one pixel of the screen, so that a tool can know a 10 px handle.
    right, down
        Unit vectors (LPS) of the screen's own directions, flips taken into account.
    """

    kind: EventKind
    point: Point
    pixel: tuple[float, float]
    plane: SlicePlane
    mm_per_px: float
    right: Point
    down: Point
    button: Button = Button.NONE
    modifiers: frozenset[Modifier] = frozenset()
    key: Key | None = None

    def way_of(self, key: Key) -> tuple[Point, int]:
        """Where an arrow key points: one of the screen's own directions, and 1 along it or -1 against it."""
        match key:
            case Key.RIGHT:
                return self.right, 1
            case Key.LEFT:
                return self.right, -1
            case Key.DOWN:
                return self.down, 1
            case Key.UP:
                return self.down, -1
            case _:
                assert_never(key)
