"""Drawing, dragging, reshaping and nudging figures on one image plane.

``step(state, event, figures, armed) -> (state, effect)`` is the whole tool, for every kind of figure. Figures are drawn
by pressing and dragging, or by clicks with the pointer moved in between, or by both in turn; a freehand outline closes
itself when the button is let go, or by a click on its first corner or twice on its last. Figures that are there are
picked by a handle (which reshapes) or by their lines (which moves them whole), while no tool is armed: a press with a
tool in hand draws. Every state is left by CANCEL, and by a change of plane.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from viewers.imaging.geometry import SlicePlane, along, dot, length_mm, minus
from viewers.tools.caliper import BIG_NUDGE_MM, NUDGE_MM, TREMOR_PX
from viewers.tools.events import EventKind, Modifier, Point, WorldEvent
from viewers.tools.figures import (
    POINT_COUNTS,
    Figure,
    FigureKind,
    Points,
    across,
    ellipse_in_box,
    handle_points,
    is_sound,
    reshaped,
    shifted,
    strokes,
)
from viewers.tools.hit import BODY_PX, HANDLE_PX, nearest_between

FREEHAND_STEP_PX = 3.0
"""An outline gets a corner each time the pointer has gone this far."""


@dataclass(frozen=True, slots=True)
class FigureGrip:
    """A figure that is held or selected, by the handle of one of its points or, with None, as a whole."""

    figure: Figure
    handle: int | None = None


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is under way; `selected` is what the arrow keys move."""

    selected: FigureGrip | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A new figure: the points that are placed, and the pointer `at` the next one.

    `held` while the button is down; `clicks` counts presses since the last point was placed; `stroke` is how many
    points were placed when the button went down. `right` and `down` are the screen's directions, for an ellipse.
    """

    kind: FigureKind
    placed: Points
    at: Point
    plane: SlicePlane
    right: Point
    down: Point
    held: bool = True
    clicks: int = 1
    stroke: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """A figure was drawn and is not yet among those that are handed in."""

    kind: FigureKind
    points: Points


@dataclass(frozen=True, slots=True)
class Editing:
    """A figure follows the pointer, which went down at `pressed`; `points` is where it is now."""

    grip: FigureGrip
    points: Points
    plane: SlicePlane
    pressed: Point
    moved: bool = False


FigureState = Idle | Drawing | Done | Editing


@dataclass(frozen=True, slots=True)
class FigureDrawn:
    kind: FigureKind
    points: Points


@dataclass(frozen=True, slots=True)
class FigureEdited:
    id: str
    points: Points


@dataclass(frozen=True, slots=True)
class FigureSelected:
    id: str


FigureEffect = FigureDrawn | FigureEdited | FigureSelected
Step = tuple[FigureState, FigureEffect | None]


def step(
    state: FigureState, event: WorldEvent, figures: tuple[Figure, ...] = (), armed: FigureKind | None = None
) -> Step:
    """What one event makes of the tool, and what it tells the world.

    Parameters
    ----------
    state
        Where the tool stands.
    event
        The input, in patient mm.
    figures
        The figures shown on the event's plane that can be picked.
    armed
        The kind that a press draws; with None a press picks.
    """
    if event.kind is EventKind.CANCEL:
        return Idle(), None
    match state:
        case Idle() | Done():
            return _step_idle(state, event, figures, armed)
        case Drawing():
            return (Idle(), None) if event.plane != state.plane else _step_drawing(state, event)
        case Editing():
            return (Idle(), None) if event.plane != state.plane else _step_editing(state, event)
        case _:
            assert_never(state)


def is_busy(state: FigureState) -> bool:
    """Whether a figure is being drawn or dragged."""
    return isinstance(state, (Drawing, Editing))


def figure_grip_at(point: Point, figures: tuple[Figure, ...], mm_per_px: float) -> tuple[float, FigureGrip] | None:
    """The handle within 10 px of the screen, else the figure with a line within 5 px; with its distance in mm.

    Only an editable figure has handles; a point is picked anywhere within 10 px.
    """
    handles = [
        (length_mm(point, figure.points[n]), FigureGrip(figure, n))
        for figure in figures
        if figure.editable and figure.kind is not FigureKind.POINT
        for n in handle_points(figure.kind, figure.points)
    ]
    bodies = [(_distance_mm(point, figure), FigureGrip(figure)) for figure in figures]
    spots = [entry for entry in bodies if entry[1].figure.kind is FigureKind.POINT]
    for reach, found in ((HANDLE_PX, handles + spots), (BODY_PX, bodies)):
        near = [entry for entry in found if entry[0] <= reach * mm_per_px]
        if near:
            return min(near, key=lambda entry: entry[0])
    return None


def under_way(state: FigureState) -> tuple[FigureKind, Points, bool] | None:
    """The figure to draw while the tool is at work: its kind, the points so far, and whether its outline is closed."""
    match state:
        case Drawing(kind=FigureKind.ELLIPSE):
            return state.kind, ellipse_in_box(state.placed[0], state.at, state.right, state.down), True
        case Drawing(kind=FigureKind.BIDIRECTIONAL, placed=(start, end, third)):
            return state.kind, (start, end, third, across((start, end), third, state.at, state.plane)), False
        case Drawing(kind=FigureKind.BIDIRECTIONAL, placed=(_, _)):
            return state.kind, state.placed, False
        case Drawing():
            return state.kind, (*state.placed, state.at), False
        case Done():
            return state.kind, state.points, True
        case Idle() | Editing():
            return None
        case _:
            assert_never(state)


def _step_idle(state: Idle | Done, event: WorldEvent, figures: tuple[Figure, ...], armed: FigureKind | None) -> Step:
    if event.kind is EventKind.KEY:
        return _nudge(state, event, figures) if isinstance(state, Idle) else (state, None)
    if event.kind is not EventKind.PRESS:
        return state, None
    if armed is not None:
        placed = () if armed is FigureKind.POINT else (event.point,)
        return Drawing(armed, placed, event.point, event.plane, event.right, event.down), None
    found = figure_grip_at(event.point, figures, event.mm_per_px)
    if found is None:
        return Idle(), None
    grip = found[1]
    selected = FigureSelected(grip.figure.id)
    if not grip.figure.editable:
        return Idle(grip), selected
    return Editing(grip, grip.figure.points, event.plane, event.point), selected


# --- drawing --------------------------------------------------------------------------------------------------------


def _step_drawing(state: Drawing, event: WorldEvent) -> Step:
    if state.kind is FigureKind.FREEHAND:
        return _step_outline(state, event)
    match event.kind:
        case EventKind.PRESS:
            pressed = replace(state, at=event.point, held=True, clicks=state.clicks + 1)
            if state.kind is FigureKind.BIDIRECTIONAL and len(state.placed) == 2:
                return replace(pressed, placed=(*state.placed, event.point), clicks=1), None
            return pressed, None
        case EventKind.MOVE:
            return replace(state, at=event.point), None
        case EventKind.RELEASE:
            return _placed(replace(state, at=event.point), event.mm_per_px) if state.held else (state, None)
        case EventKind.KEY:
            return state, None
        case EventKind.CANCEL:
            return Idle(), None
        case _:
            assert_never(event.kind)


def _placed(state: Drawing, mm_per_px: float) -> Step:
    """The button came up: the point under the pointer is placed, unless that was a click at the last one."""
    if not _is_apart(state, mm_per_px):
        if state.clicks < 2:
            return replace(state, held=False), None
        if len(state.placed) == 3 and state.kind is FigureKind.BIDIRECTIONAL:
            return replace(state, placed=state.placed[:2], held=False), None
        return Idle(), None
    placed = (*state.placed, state.at)
    if state.kind is FigureKind.ELLIPSE:
        return _finished(state, ellipse_in_box(placed[0], placed[1], state.right, state.down))
    if state.kind is FigureKind.BIDIRECTIONAL and len(placed) == 4:
        return _finished(state, (*placed[:3], across((placed[0], placed[1]), placed[2], placed[3], state.plane)))
    if len(placed) == POINT_COUNTS[state.kind]:
        return _finished(state, placed)
    return replace(state, placed=placed, held=False, clicks=0), None


def _is_apart(state: Drawing, mm_per_px: float) -> bool:
    """Whether the pointer is far enough from the last point to place another: more than the hand's tremor."""
    tremor = TREMOR_PX * mm_per_px
    if not state.placed:
        return True
    last = state.placed[-1]
    if state.kind is FigureKind.ELLIPSE:
        run = minus(state.at, last)
        return min(abs(dot(run, state.right)), abs(dot(run, state.down))) >= tremor
    if state.kind is FigureKind.BIDIRECTIONAL and len(state.placed) == 3:
        return length_mm(last, across((state.placed[0], state.placed[1]), last, state.at, state.plane)) >= tremor
    return length_mm(last, state.at) >= tremor


def _step_outline(state: Drawing, event: WorldEvent) -> Step:
    match event.kind:
        case EventKind.PRESS:
            pressed = replace(state, at=event.point, held=True, stroke=len(state.placed))
            closing = len(state.placed) > 2 and (
                length_mm(event.point, state.placed[0]) <= HANDLE_PX * event.mm_per_px
                or length_mm(event.point, state.placed[-1]) <= TREMOR_PX * event.mm_per_px
            )
            if closing:
                return _finished(state, state.placed)
            return _with_corner(pressed, event, TREMOR_PX), None
        case EventKind.MOVE:
            moved = replace(state, at=event.point)
            return _with_corner(moved, event, FREEHAND_STEP_PX) if state.held else moved, None
        case EventKind.RELEASE if state.held:
            let_go = replace(_with_corner(replace(state, at=event.point), event, FREEHAND_STEP_PX), held=False)
            # corners that came while the button was down were drawn by dragging: the outline closes itself
            dragged = len(let_go.placed) > state.stroke + 1
            return _finished(state, let_go.placed) if dragged and len(let_go.placed) > 2 else (let_go, None)
        case EventKind.RELEASE | EventKind.KEY:
            return state, None
        case EventKind.CANCEL:
            return Idle(), None
        case _:
            assert_never(event.kind)


def _with_corner(state: Drawing, event: WorldEvent, apart_px: float) -> Drawing:
    if length_mm(state.placed[-1], event.point) < apart_px * event.mm_per_px:
        return state
    return replace(state, placed=(*state.placed, event.point))


def _finished(state: Drawing, points: Points) -> Step:
    if not is_sound(state.kind, points):
        return Idle(), None
    return Done(state.kind, points), FigureDrawn(state.kind, points)


# --- dragging and nudging -------------------------------------------------------------------------------------------


def _step_editing(state: Editing, event: WorldEvent) -> Step:
    match event.kind:
        case EventKind.MOVE | EventKind.PRESS:
            return _dragged(state, event), None
        case EventKind.RELEASE:
            moved = _dragged(state, event)
            figure = moved.grip.figure
            if moved.points == figure.points:
                return Idle(moved.grip), None
            edited = replace(moved.grip, figure=replace(figure, points=moved.points))
            return Idle(edited), FigureEdited(figure.id, moved.points)
        case EventKind.KEY:
            return state, None
        case EventKind.CANCEL:
            return Idle(), None
        case _:
            assert_never(event.kind)


def _dragged(state: Editing, event: WorldEvent) -> Editing:
    """The figure where the pointer has it; within the hand's tremor it stays where it was."""
    by = minus(event.point, state.pressed)
    if not state.moved and length_mm(event.point, state.pressed) < TREMOR_PX * event.mm_per_px:
        return state
    points = _changed(state.grip, by, state.plane)
    return replace(state, points=state.points if points is None else points, moved=True)


def _changed(grip: FigureGrip, by: Point, plane: SlicePlane) -> Points | None:
    figure = grip.figure
    if grip.handle is None:
        return shifted(figure.points, by)
    target = along(figure.points[grip.handle], by, 1.0)
    return reshaped(figure.kind, figure.points, grip.handle, target, plane)


def _nudge(state: Idle, event: WorldEvent, figures: tuple[Figure, ...]) -> Step:
    """Move the selected handle, or the whole figure, by 0.1 mm (Shift: 1 mm) along the screen's own directions."""
    grip = state.selected
    if grip is None or event.key is None:
        return state, None
    figure = next((known for known in figures if known.id == grip.figure.id), None)
    if figure is None or not figure.editable or (grip.handle is not None and grip.handle >= len(figure.points)):
        return state, None
    distance = BIG_NUDGE_MM if Modifier.SHIFT in event.modifiers else NUDGE_MM
    direction, sign = event.way_of(event.key)
    now = FigureGrip(figure, grip.handle)
    points = _changed(now, along((0.0, 0.0, 0.0), direction, sign * distance), event.plane)
    if points is None or points == figure.points:
        return state, None
    return Idle(replace(now, figure=replace(figure, points=points))), FigureEdited(figure.id, points)


def _distance_mm(point: Point, figure: Figure) -> float:
    nearest = [
        length_mm(point, nearest_between(a, b, point))
        for stroke in strokes(figure.kind, figure.points)
        for a, b in zip(stroke, stroke[1:] or stroke, strict=False)
    ]
    return min(nearest)
