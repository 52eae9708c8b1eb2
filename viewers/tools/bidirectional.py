"""Two lines on one image plane: the longest diameter, then the short one, perpendicular to it by construction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from viewers.imaging.geometry import SlicePlane, along, cross, dot, length_mm, minus
from viewers.tools import caliper
from viewers.tools.events import EventKind, Point, WorldEvent

NOTHING_YET = caliper.Idle()


@dataclass(frozen=True, slots=True)
class Long:
    """The long line is awaited or being drawn."""

    state: caliper.CaliperState = NOTHING_YET


@dataclass(frozen=True, slots=True)
class Short:
    """The long line stands on `plane`; the short one is awaited or being drawn."""

    start: Point
    end: Point
    plane: SlicePlane
    state: caliper.CaliperState = NOTHING_YET


BidirectionalState = Long | Short


@dataclass(frozen=True, slots=True)
class BidirectionalDrawn:
    """Ends of the long and of the short line, patient mm (LPS); the short line is perpendicular to the long one."""

    long: tuple[Point, Point]
    short: tuple[Point, Point]


def step(state: BidirectionalState, event: WorldEvent) -> tuple[BidirectionalState, BidirectionalDrawn | None]:
    """What one event makes of the tool; CANCEL and a change of plane give up both lines."""
    if event.kind is EventKind.CANCEL:
        return Long(), None
    match state:
        case Long():
            inner, effect = caliper.step(state.state, event)
            if isinstance(effect, caliper.LineDrawn):
                return Short(effect.start, effect.end, event.plane), None
            return Long(inner), None
        case Short():
            if event.plane != state.plane:
                return Long(), None
            inner, effect = caliper.step(state.state, event)
            if isinstance(effect, caliper.LineDrawn):
                end = across(state, effect.start, effect.end)
                if length_mm(effect.start, end) < caliper.TREMOR_PX * event.mm_per_px:
                    return Short(state.start, state.end, state.plane), None
                return Long(), BidirectionalDrawn((state.start, state.end), (effect.start, end))
            return Short(state.start, state.end, state.plane, inner), None
        case _:
            assert_never(state)


def across(state: Short, start: Point, wanted: Point) -> Point:
    """The end of a line from `start` that is nearest to `wanted` and perpendicular to the long line, in its plane."""
    direction = cross(state.plane.normal, minus(state.end, state.start))
    return along(start, direction, dot(minus(wanted, start), direction) / dot(direction, direction))


def preview(state: BidirectionalState) -> tuple[tuple[Point, Point], ...]:
    """The lines to draw while the tool is at work, long one first."""
    inner = state.state
    drawn = (inner.start, inner.end) if isinstance(inner, caliper.Drawing) else None
    match state:
        case Long():
            return () if drawn is None else (drawn,)
        case Short():
            long = (state.start, state.end)
            return (long,) if drawn is None else (long, (drawn[0], across(state, *drawn)))
        case _:
            assert_never(state)


def is_busy(state: BidirectionalState) -> bool:
    """Whether a line is begun that Esc would give up."""
    return isinstance(state, Short) or caliper.is_busy(state.state)
