"""Starting an assisted measurement by a click or an axis, and moving its reference ball: one pure step."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import assert_never

from viewers.imaging.geometry import SlicePlane, along, length_mm, minus
from viewers.tools.events import EventKind, Point, WorldEvent

TREMOR_PX = 4.0
"""A hand that moves less than this has clicked; more draws an axis."""


@dataclass(frozen=True, slots=True)
class Ball:
    """The ball of reference tissue: centre in patient LPS mm, radius in mm."""

    centre: Point
    radius_mm: float

    def cut_mm(self, plane: SlicePlane) -> float:
        """The radius of the circle in which a plane cuts the ball; 0 where it does not."""
        away = plane.distance_mm(self.centre)
        return math.sqrt(max(self.radius_mm**2 - away**2, 0.0))

    def shown_mm(self, plane: SlicePlane) -> float:
        """The radius with which it is drawn on a plane: that of its cut, its own where it lies above or below."""
        return self.cut_mm(plane) or self.radius_mm


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is under way."""


@dataclass(frozen=True, slots=True)
class Starting:
    """The button is down; where it went down, and where the pointer is now."""

    start: Point
    end: Point
    plane: SlicePlane


@dataclass(frozen=True, slots=True)
class Moving:
    """The ball follows the pointer; `offset` is from the pointer to its centre when it was caught."""

    ball: Ball
    offset: Point
    plane: SlicePlane


State = Idle | Starting | Moving


@dataclass(frozen=True, slots=True)
class Started:
    """A click (`end` is None) or an axis drawn from `start` to `end`."""

    start: Point
    end: Point | None


@dataclass(frozen=True, slots=True)
class BallMoved:
    centre: Point


Effect = Started | BallMoved


def step(state: State, event: WorldEvent, ball: Ball | None, armed: bool) -> tuple[State, Effect | None]:
    """What one event makes of the tool, and what it tells the world.

    Parameters
    ----------
    ball
        The reference ball that is shown, if one is: a press on its circle catches it.
    armed
        Whether a press elsewhere starts a measurement.
    """
    if event.kind is EventKind.CANCEL:
        return Idle(), None
    match state:
        case Idle():
            return _pressed(event, ball, armed), None
        case Starting():
            return _starting(state, event)
        case Moving():
            return _moving(state, event)
        case _:
            assert_never(state)


def is_busy(state: State) -> bool:
    """Whether the button is held on something of this tool."""
    return not isinstance(state, Idle)


def _pressed(event: WorldEvent, ball: Ball | None, armed: bool) -> State:
    if event.kind is not EventKind.PRESS:
        return Idle()
    if armed:
        return Starting(event.point, event.point, event.plane)
    if ball is not None and length_mm(event.point, _on_plane(ball.centre, event.plane)) <= ball.shown_mm(event.plane):
        return Moving(ball, minus(ball.centre, event.point), event.plane)
    return Idle()


def _starting(state: Starting, event: WorldEvent) -> tuple[State, Effect | None]:
    if event.plane != state.plane:
        return Idle(), None
    if event.kind is EventKind.MOVE:
        return replace(state, end=event.point), None
    if event.kind is EventKind.RELEASE:
        drawn = length_mm(state.start, event.point) >= TREMOR_PX * event.mm_per_px
        return Idle(), Started(state.start, event.point if drawn else None)
    return state, None


def _moving(state: Moving, event: WorldEvent) -> tuple[State, Effect | None]:
    if event.plane != state.plane:
        return Idle(), None
    centre = along(event.point, state.offset, 1.0)
    if event.kind is EventKind.MOVE:
        return replace(state, ball=replace(state.ball, centre=centre)), None
    if event.kind is EventKind.RELEASE:
        return Idle(), BallMoved(centre)
    return state, None


def _on_plane(point: Point, plane: SlicePlane) -> Point:
    return along(point, plane.normal, -plane.distance_mm(point))
