"""How places of one frame of reference are found in another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Protocol

from viewers.imaging.geometry import along
from viewers.tools.events import Point

_NOWHERE = (0.0, 0.0, 0.0)


class LinkKind(Enum):
    """How two frames of reference came to be linked."""

    SAME = auto()
    SHIFT = auto()
    PIN = auto()
    REGISTERED = auto()


class PlaceMap(Protocol):
    """Finds places of one frame of reference in another, wherever they are."""

    def carry(self, point: Point) -> Point:
        """A place of the first frame as a place of the second (LPS mm)."""

    def reversed(self) -> PlaceMap:
        """From the second frame to the first."""


@dataclass(frozen=True, slots=True)
class FrameLink:
    """Where places of one frame of reference are found in another.

    Parameters
    ----------
    offset_mm
        A place p of the first frame is at p + offset in the second (LPS mm).
    residual_mm
        How far from their own place the lesions that both know are found across the link, root mean square; None
        where nothing tells.
    lesions
        How many lesions the link or its residual rests on.
    mapping
        Finds places by more than a shift; it then goes before the offset.
    doubtful
        Whether there is a reason not to trust it.
    part
        What was registered, in a word: the residual is told of that alone.
    elsewhere
        Whether what is looked at is another part than what the link was found on, so that no residual holds for it.
    """

    kind: LinkKind
    offset_mm: Point = _NOWHERE
    residual_mm: float | None = None
    lesions: int = 0
    mapping: PlaceMap | None = None
    doubtful: bool = False
    part: str = ""
    elsewhere: bool = False

    def carry(self, point: Point) -> Point:
        """A place of the first frame as a place of the second (LPS mm)."""
        return along(point, self.offset_mm, 1.0) if self.mapping is None else self.mapping.carry(point)

    def reversed(self) -> FrameLink:
        """The link from the second frame to the first."""
        back = None if self.mapping is None else self.mapping.reversed()
        return replace(self, offset_mm=along(_NOWHERE, self.offset_mm, -1.0), mapping=back)


SAME_FRAME = FrameLink(LinkKind.SAME)
