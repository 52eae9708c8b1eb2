"""Drawing, dragging and nudging a straight line on one image plane.

``step(state, event, lines, armed) -> (state, effect)`` is the whole tool. A line is drawn by press, drag and release
or by click, move and click; an end of a line that is there already is dragged by its handle or nudged by the arrow
keys. Every state is left by CANCEL, and by a change of plane: no line runs from one slice into another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from viewers.imaging.geometry import SlicePlane, along, length_mm, minus
from viewers.tools.events import EventKind, Modifier, Point, WorldEvent
from viewers.tools.hit import Grip, Part, Segment, grip_at

TREMOR_PX = 3.0
"""A hand that moves less than this has clicked, not dragged; a line shorter than this is no line."""

NUDGE_MM = 0.1
BIG_NUDGE_MM = 1.0


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is under way; `selected` is what the arrow keys move."""

    selected: Grip | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A new line follows the pointer; `held` while the button is down, `clicks` counts the presses so far."""

    start: Point
    end: Point
    plane: SlicePlane
    held: bool = True
    clicks: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """A line was drawn and is not yet among the lines that are handed in."""

    start: Point
    end: Point


@dataclass(frozen=True, slots=True)
class Editing:
    """One end of `grip.line` follows the pointer; `offset` is from the pointer to that end when it was caught."""

    grip: Grip
    start: Point
    end: Point
    plane: SlicePlane
    offset: Point


CaliperState = Idle | Drawing | Done | Editing


@dataclass(frozen=True, slots=True)
class LineDrawn:
    start: Point
    end: Point


@dataclass(frozen=True, slots=True)
class LineEdited:
    id: str
    start: Point
    end: Point


@dataclass(frozen=True, slots=True)
class LineSelected:
    id: str


CaliperEffect = LineDrawn | LineEdited | LineSelected


def step(
    state: CaliperState, event: WorldEvent, lines: tuple[Segment, ...] = (), armed: bool = True
) -> tuple[CaliperState, CaliperEffect | None]:
    """What one event makes of the tool, and what it tells the world.

    Parameters
    ----------
    state
        Where the tool stands.
    event
        The input, in patient mm.
    lines
        The lines shown on the event's plane.
    armed
        Whether a press on empty ground starts a new line. Handles and nudging work either way.
    """
    if event.kind is EventKind.CANCEL:
        return Idle(), None
    match state:
        case Idle() | Done():
            return _step_idle(state, event, lines, armed)
        case Drawing():
            return (Idle(), None) if event.plane != state.plane else _step_drawing(state, event)
        case Editing():
            return (Idle(), None) if event.plane != state.plane else _step_editing(state, event)
        case _:
            assert_never(state)


def is_busy(state: CaliperState) -> bool:
    """Whether a line is being drawn or dragged."""
    return isinstance(state, (Drawing, Editing))


def _step_idle(
    state: Idle | Done, event: WorldEvent, lines: tuple[Segment, ...], armed: bool
) -> tuple[CaliperState, CaliperEffect | None]:
    if event.kind is EventKind.KEY:
        return _nudge(state, event, lines) if isinstance(state, Idle) else (state, None)
    if event.kind is not EventKind.PRESS:
        return state, None
    grip = grip_at(event.point, lines, event.mm_per_px)
    if grip is not None and grip.part is not Part.BODY:
        line = grip.line
        caught = line.start if grip.part is Part.START else line.end
        offset = minus(caught, event.point)
        return Editing(grip, line.start, line.end, event.plane, offset), LineSelected(line.id)
    if armed:
        return Drawing(event.point, event.point, event.plane), None
    if grip is not None:
        return Idle(grip), LineSelected(grip.line.id)
    return Idle(), None


def _step_drawing(state: Drawing, event: WorldEvent) -> tuple[CaliperState, CaliperEffect | None]:
    match event.kind:
        case EventKind.PRESS:
            return replace(state, end=event.point, held=True, clicks=state.clicks + 1), None
        case EventKind.MOVE:
            return replace(state, end=event.point), None
        case EventKind.RELEASE:
            if length_mm(state.start, event.point) >= TREMOR_PX * event.mm_per_px:
                return Done(state.start, event.point), LineDrawn(state.start, event.point)
            if state.clicks > 1:
                return Idle(), None
            return replace(state, end=event.point, held=False), None
        case EventKind.KEY:
            return state, None
        case EventKind.CANCEL:
            return Idle(), None
        case _:
            assert_never(event.kind)


def _step_editing(state: Editing, event: WorldEvent) -> tuple[CaliperState, CaliperEffect | None]:
    match event.kind:
        case EventKind.MOVE | EventKind.PRESS:
            return _dragged(state, event), None
        case EventKind.RELEASE:
            moved = _dragged(state, event)
            line = moved.grip.line
            if (moved.start, moved.end) == (line.start, line.end) or length_mm(moved.start, moved.end) == 0.0:
                return Idle(moved.grip), None
            edited = replace(line, start=moved.start, end=moved.end)
            return Idle(Grip(edited, moved.grip.part)), LineEdited(line.id, moved.start, moved.end)
        case EventKind.KEY:
            return state, None
        case EventKind.CANCEL:
            return Idle(), None
        case _:
            assert_never(event.kind)


def _dragged(state: Editing, event: WorldEvent) -> Editing:
    """The line with the caught end under the pointer; within the hand's tremor it stays where it was."""
    target = along(event.point, state.offset, 1.0)
    line = state.grip.line
    if state.grip.part is Part.START:
        still = length_mm(target, line.start) < TREMOR_PX * event.mm_per_px and state.start == line.start
        return state if still else replace(state, start=target)
    still = length_mm(target, line.end) < TREMOR_PX * event.mm_per_px and state.end == line.end
    return state if still else replace(state, end=target)


def _nudge(state: Idle, event: WorldEvent, lines: tuple[Segment, ...]) -> tuple[Idle, CaliperEffect | None]:
    """Move the selected end, or the whole line, by 0.1 mm (Shift: 1 mm) along the screen's own directions."""
    grip = state.selected
    if grip is None or event.key is None:
        return state, None
    line = next((known for known in lines if known.id == grip.line.id), None)
    if line is None or not line.editable:
        return state, None
    distance = BIG_NUDGE_MM if Modifier.SHIFT in event.modifiers else NUDGE_MM
    direction, sign = event.way_of(event.key)
    start = line.start if grip.part is Part.END else along(line.start, direction, sign * distance)
    end = line.end if grip.part is Part.START else along(line.end, direction, sign * distance)
    if length_mm(start, end) == 0.0:
        return state, None
    return Idle(Grip(replace(line, start=start, end=end), grip.part)), LineEdited(line.id, start, end)
