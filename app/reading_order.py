"""The order in which parts of a screen are read, from where they stand: rows from top to bottom, columns from left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the screen in pixels; its right and lower edges belong to what is beside it."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height


def reading_order(boxes: Sequence[Box]) -> list[int]:
    """The numbers of the boxes as they are read.

    What a level line parts without crossing a box is read above first, then below; what only an upright line parts is
    read left first, then right; what no line parts, by its upper left corner.
    """
    return _ordered(list(boxes), list(range(len(boxes))))


def _ordered(boxes: list[Box], numbers: list[int]) -> list[int]:
    if len(numbers) < 2:
        return numbers
    for upright in (False, True):
        parts = _parted(boxes, numbers, upright)
        if len(parts) > 1:
            return [number for part in parts for number in _ordered(boxes, part)]
    return sorted(numbers, key=lambda n: (boxes[n].top, boxes[n].left))


def _parted(boxes: list[Box], numbers: list[int], upright: bool) -> list[list[int]]:
    """The boxes in groups that upright, or level, lines part."""
    spans = {n: (boxes[n].left, boxes[n].right) if upright else (boxes[n].top, boxes[n].bottom) for n in numbers}
    parts: list[list[int]] = []
    reached = 0
    for number in sorted(numbers, key=lambda n: spans[n]):
        first, end = spans[number]
        if parts and first < reached:
            parts[-1].append(number)
        else:
            parts.append([number])
        reached = end if len(parts[-1]) == 1 else max(reached, end)
    return parts
