"""Pinning one place in two frames of reference: click it in one view, then in a view of the other."""

from __future__ import annotations

from dataclasses import dataclass

from viewers.tools.events import Point


@dataclass(frozen=True, slots=True)
class Marked:
    """The place that was clicked first, in its frame of reference (LPS mm)."""

    frame: str
    point: Point


@dataclass(frozen=True, slots=True)
class Pinned:
    """The effect: one place, as it was clicked in two frames of reference (LPS mm)."""

    frame_a: str
    point_a: Point
    frame_b: str
    point_b: Point


def step(marked: Marked | None, frame: str, point: Point) -> tuple[Marked | None, Pinned | None]:
    """The state after a click, and what was pinned by it.

    A second click in the same frame of reference takes the place of the first.
    """
    if marked is None or marked.frame == frame:
        return Marked(frame, point), None
    return None, Pinned(marked.frame, marked.point, frame, point)
