"""Places that a reader pinned in two examinations, so that their views go together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from app.state.refusal import EditRefused
from mrecist.values import Point

if TYPE_CHECKING:
    from app.state.record import Record


@dataclass(frozen=True, slots=True)
class PlacePinned:
    """One place was pinned in two examinations, or the pin between them was taken out. No response reads it.

    Parameters
    ----------
    frames
        Two frames of reference.
    places
        The same place in each, LPS mm; None takes the pin out.
    """

    kind: ClassVar[str] = "place_pinned"
    version: ClassVar[int] = 1
    frames: tuple[str, str]
    places: tuple[Point, Point] | None


@dataclass(frozen=True, slots=True)
class Pin:
    """One place in two frames of reference, LPS mm, and the read it belongs to."""

    read_id: str
    frames: tuple[str, str]
    places: tuple[Point, Point]

    @property
    def offset_mm(self) -> Point:
        """The way from the place in the first frame of reference to that in the second."""
        (ax, ay, az), (bx, by, bz) = self.places
        return bx - ax, by - ay, bz - az

    def reversed(self) -> Pin:
        """The same pin, told from the other frame of reference."""
        return replace(self, frames=self.frames[::-1], places=self.places[::-1])


def pin_between(pins: Sequence[Pin], read_id: str, frame_a: str, frame_b: str) -> Pin | None:
    """The pin of a read between two frames of reference, told from the first of them."""
    for pin in pins:
        if pin.read_id == read_id and pin.frames in ((frame_a, frame_b), (frame_b, frame_a)):
            return pin if pin.frames[0] == frame_a else pin.reversed()
    return None


def pin_place(record: Record, event: PlacePinned, read_id: str | None) -> Record:
    """The record with a pin in place of an older one between the same two frames of reference, or without it."""
    if not read_id or record.read(read_id) is None:
        raise EditRefused(f"The case has no read {read_id or '(none given)'}.")
    known = {ref.frame_of_reference_uid for ref in record.series}
    if len(set(event.frames)) != 2 or not set(event.frames) <= known:
        raise EditRefused("A pin ties two examinations of the case.")
    old = pin_between(record.pins, read_id, *event.frames)
    others = tuple(p for p in record.pins if p.read_id != read_id or set(p.frames) != set(event.frames))
    if event.places is None:
        if old is None:
            raise EditRefused("No place is pinned between these examinations.")
        return replace(record, pins=others)
    if not all(math.isfinite(value) for place in event.places for value in place):
        raise EditRefused("A pin needs places in the patient.")
    return replace(record, pins=(*others, Pin(read_id, event.frames, event.places)))
