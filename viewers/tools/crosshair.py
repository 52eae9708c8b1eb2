"""The shared place and the planes through it: pressing or dragging moves the place, and shifts or turns a plane."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import assert_never

from viewers.imaging.geometry import SlicePlane, along, cross, dot, length_mm, minus
from viewers.tools.events import EventKind, Point, WorldEvent
from viewers.tools.hit import BODY_PX, HANDLE_PX, nearest_between

TURNING_SHARE = 1 / 3
"""How much of either half of a line, from its end, turns the plane; the rest shifts it."""

_NO_WAY = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class CrossLine:
    """Where another plane cuts the image that is shown.

    Parameters
    ----------
    plane
        The name of that plane.
    start, end
        The ends of the line as far as it is in sight, LPS mm.
    turnable
        Whether the plane may be turned about the place.
    """

    plane: str
    start: Point
    end: Point
    turnable: bool = False

    @property
    def direction(self) -> Point:
        """Unit vector from start to end."""
        return _unit(minus(self.end, self.start))


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is held."""


@dataclass(frozen=True, slots=True)
class Moving:
    """The place is held; `origin` is where it was, `offset` leads from the pointer to the place."""

    on: SlicePlane
    origin: Point
    offset: Point


@dataclass(frozen=True, slots=True)
class Shifting:
    """The inner part of a line is held: the place goes with it at a right angle to the line (`across`)."""

    on: SlicePlane
    origin: Point
    line: str
    caught: Point
    across: Point


@dataclass(frozen=True, slots=True)
class Turning:
    """The outer part of a line is held: its plane turns about the place; `origin` is how the line ran."""

    on: SlicePlane
    place: Point
    line: str
    origin: Point
    caught: Point


CrosshairState = Idle | Moving | Shifting | Turning


@dataclass(frozen=True, slots=True)
class Localised:
    """The shared place is now here, LPS mm."""

    point: Point


@dataclass(frozen=True, slots=True)
class PlaneTurned:
    """The line of that plane now runs along `direction` (unit vector) on an image with this normal, about the place."""

    plane: str
    normal: Point
    direction: Point


CrosshairEffect = Localised | PlaneTurned


def step(
    state: CrosshairState, event: WorldEvent, place: Point | None, lines: tuple[CrossLine, ...] = ()
) -> tuple[CrosshairState, CrosshairEffect | None]:
    """What one event makes of the crosshair, and what it tells the world; it tells while the drag goes on.

    Parameters
    ----------
    state
        Where the crosshair stands.
    event
        The input. CANCEL, and another image under the pointer, take back what the drag has done.
    place
        The shared place, LPS mm; None where there is none yet.
    lines
        The lines in sight on the event's image.
    """
    match state:
        case Idle():
            return _press(event, place, lines) if event.kind is EventKind.PRESS else (state, None)
        case Moving() | Shifting() | Turning():
            if event.kind is EventKind.CANCEL or event.plane != state.on:
                return Idle(), _taken_back(state)
            if event.kind is EventKind.KEY:
                return state, None
            effect = _dragged(state, event)
            return (Idle() if event.kind is EventKind.RELEASE else state), effect
        case _:
            assert_never(state)


def is_busy(state: CrosshairState) -> bool:
    """Whether the place or a plane is being dragged."""
    return not isinstance(state, Idle)


def turned_on_screen(direction: Point, right: Point, down: Point, degrees: float) -> Point:
    """A direction in an image (unit vector, LPS) turned clockwise as it is seen.

    `right` and `down` are the unit vectors in the image that are seen to point there.
    """
    across, downward = dot(direction, right), dot(direction, down)
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turned = along((0.0, 0.0, 0.0), right, across * cosine - downward * sine)
    return _unit(along(turned, down, across * sine + downward * cosine))


def line_at(
    point: Point, place: Point | None, lines: tuple[CrossLine, ...], mm_per_px: float
) -> tuple[CrossLine, bool] | None:
    """The line within 5 px of a point and whether it would be turned there; None near the place itself.

    Of lines that lie on each other the one that can be turned comes first.
    """
    if place is not None and length_mm(point, place) <= HANDLE_PX * mm_per_px:
        return None
    near = [
        (not line.turnable, distance, line)
        for line in lines
        if (distance := length_mm(point, nearest_between(line.start, line.end, point))) <= BODY_PX * mm_per_px
    ]
    if not near:
        return None
    line = min(near, key=lambda entry: entry[:2])[2]
    return line, line.turnable and _is_outer(point, place, line)


def _is_outer(point: Point, place: Point | None, line: CrossLine) -> bool:
    middle = along(line.start, minus(line.end, line.start), 0.5)
    centre = place if place is not None else middle
    end = min((line.start, line.end), key=lambda corner: length_mm(corner, point))
    return length_mm(point, end) <= TURNING_SHARE * length_mm(centre, end)


def _press(
    event: WorldEvent, place: Point | None, lines: tuple[CrossLine, ...]
) -> tuple[CrosshairState, CrosshairEffect | None]:
    point, plane = event.point, event.plane
    if place is None:
        return Moving(plane, point, _NO_WAY), Localised(point)
    on_image = along(place, plane.normal, -plane.distance_mm(place))
    found = line_at(point, on_image, lines, event.mm_per_px)
    if found is not None:
        line, turns = found
        if turns:
            return Turning(plane, on_image, line.plane, line.direction, point), None
        across = _unit(cross(plane.normal, line.direction))
        return Shifting(plane, place, line.plane, point, across), None
    if length_mm(point, on_image) <= HANDLE_PX * event.mm_per_px:
        return Moving(plane, place, minus(on_image, point)), None
    return Moving(plane, place, _NO_WAY), Localised(point)


def _dragged(state: Moving | Shifting | Turning, event: WorldEvent) -> CrosshairEffect | None:
    match state:
        case Moving():
            return Localised(along(event.point, state.offset, 1.0))
        case Shifting():
            way = dot(minus(event.point, state.caught), state.across)
            return Localised(along(state.origin, state.across, way))
        case Turning():
            before, now = minus(state.caught, state.place), minus(event.point, state.place)
            if math.hypot(*now) <= HANDLE_PX * event.mm_per_px:
                return None  # so near the place a tremble would whirl the plane
            normal = state.on.normal
            angle = math.atan2(dot(cross(before, now), normal), dot(before, now))
            across = cross(normal, state.origin)
            direction = along(along(_NO_WAY, state.origin, math.cos(angle)), across, math.sin(angle))
            return PlaneTurned(state.line, normal, direction)
        case _:
            assert_never(state)


def _taken_back(state: Moving | Shifting | Turning) -> CrosshairEffect:
    match state:
        case Moving() | Shifting():
            return Localised(state.origin)
        case Turning():
            return PlaneTurned(state.line, state.on.normal, state.origin)
        case _:
            assert_never(state)


def _unit(vector: Point) -> Point:
    return along((0.0, 0.0, 0.0), vector, 1.0 / (math.hypot(*vector) or 1.0))
