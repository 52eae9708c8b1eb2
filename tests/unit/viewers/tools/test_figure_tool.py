"""Every way to draw, drag, nudge and give up a figure, on an oblique plane with pixels of 0.7 x 1.1 mm.

Screen pixels are 0.5 mm: 10 px are 5 mm, the tremor of 3 px is 1.5 mm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.support.tool_events import OBLIQUE as PLANE
from tests.support.tool_events import SHIFTED as OTHER
from tests.support.tool_events import tool_event as at
from viewers.imaging.geometry import SlicePlane, dot, length_mm, minus
from viewers.tools.events import EventKind, Key, Point, WorldEvent
from viewers.tools.figure_tool import (
    Done,
    Drawing,
    Editing,
    FigureDrawn,
    FigureEdited,
    FigureEffect,
    FigureGrip,
    FigureSelected,
    FigureState,
    Idle,
    figure_grip_at,
    is_busy,
    step,
    under_way,
)
from viewers.tools.figures import Figure, FigureKind, Points, is_sound

P, M, R, C, K = EventKind.PRESS, EventKind.MOVE, EventKind.RELEASE, EventKind.CANCEL, EventKind.KEY

Place = tuple[float, float]


def world(*places: Place) -> Points:
    return tuple(PLANE.to_world(*place) for place in places)


@dataclass
class Run:
    state: FigureState = field(default_factory=Idle)
    effects: list[FigureEffect] = field(default_factory=list)


def run(
    *events: WorldEvent,
    figures: tuple[Figure, ...] = (),
    armed: FigureKind | None = None,
    state: FigureState | None = None,
) -> Run:
    result = Run(state or Idle())
    for event in events:
        result.state, effect = step(result.state, event, figures, armed)
        if effect is not None:
            result.effects.append(effect)
    return result


def stroke(*places: Place) -> tuple[WorldEvent, ...]:
    """Press at the first place, move through the others, release at the last."""
    return (at(P, *places[0]), *(at(M, *place) for place in places[1:]), at(R, *places[-1]))


def clicks(*places: Place) -> tuple[WorldEvent, ...]:
    return tuple(event for place in places for event in (at(M, *place), at(P, *place), at(R, *place)))


LENGTH = Figure("a", FigureKind.LENGTH, world((10, 10), (40, 30)))


@pytest.mark.parametrize(
    ("kind", "events", "expected"),
    [
        pytest.param(FigureKind.LENGTH, stroke((2, 3), (30, 15)), [(2, 3), (30, 15)], id="length-drag"),
        pytest.param(FigureKind.LENGTH, clicks((2, 3), (30, 15)), [(2, 3), (30, 15)], id="length-clicks"),
        pytest.param(FigureKind.ARROW, stroke((2, 3), (30, 15)), [(2, 3), (30, 15)], id="arrow-drag"),
        pytest.param(FigureKind.POINT, clicks((12, 13)), [(12, 13)], id="point-click"),
        pytest.param(FigureKind.POINT, stroke((2, 3), (12, 13)), [(12, 13)], id="point-placed-on-release"),
        pytest.param(FigureKind.ANGLE, clicks((30, 5), (5, 5), (5, 30)), [(30, 5), (5, 5), (5, 30)], id="angle-clicks"),
        pytest.param(
            FigureKind.ANGLE,
            (*stroke((30, 5), (5, 5)), at(M, 5, 20), *clicks((5, 30))),
            [(30, 5), (5, 5), (5, 30)],
            id="angle-drag-then-click",
        ),
        pytest.param(
            FigureKind.ELLIPSE, stroke((10, 10), (30, 20)), [(10, 15), (30, 15), (20, 10), (20, 20)], id="ellipse-drag"
        ),
        pytest.param(
            FigureKind.ELLIPSE,
            clicks((10, 10), (30, 20)),
            [(10, 15), (30, 15), (20, 10), (20, 20)],
            id="ellipse-clicks",
        ),
        pytest.param(
            FigureKind.BIDIRECTIONAL,
            # in mm: long from (0, 0) to (33, 0), short from (11, 0) towards (13.2, 14): only 14 mm are across
            (*stroke((0, 0), (30, 0)), *stroke((10, 0), (12, 20))),
            [(0, 0), (30, 0), (10, 0), (10, 20)],
            id="bidirectional-drags",
        ),
        pytest.param(
            FigureKind.BIDIRECTIONAL,
            clicks((0, 0), (30, 0), (10, 0), (12, 20)),
            [(0, 0), (30, 0), (10, 0), (10, 20)],
            id="bidirectional-clicks",
        ),
        pytest.param(
            FigureKind.FREEHAND,
            stroke((10, 10), (20, 10), (20.5, 10), (20, 20), (10, 20)),
            [(10, 10), (20, 10), (20, 20), (10, 20)],
            id="freehand-drag",
        ),
        pytest.param(
            FigureKind.FREEHAND,
            clicks((10, 10), (20, 10), (20, 20), (10, 20), (11, 11)),
            [(10, 10), (20, 10), (20, 20), (10, 20)],
            id="freehand-closed-on-its-first-corner",
        ),
        pytest.param(
            FigureKind.FREEHAND,
            clicks((10, 10), (20, 10), (20, 20), (20, 20)),
            [(10, 10), (20, 10), (20, 20)],
            id="freehand-closed-by-a-double-click",
        ),
    ],
)
def test_that_a_figure_is_drawn(kind: FigureKind, events: tuple[WorldEvent, ...], expected: list[Place]) -> None:
    done = run(*events, armed=kind)
    (drawn,) = done.effects
    assert isinstance(drawn, FigureDrawn)
    assert drawn.kind is kind
    assert list(drawn.points) == [pytest.approx(point) for point in world(*expected)]
    assert not is_busy(done.state)


def test_that_a_length_is_that_of_the_way_in_the_patient() -> None:
    (drawn,) = run(*stroke((2, 3), (30, 15)), armed=FigureKind.LENGTH).effects
    assert isinstance(drawn, FigureDrawn)
    # 28 columns of 1.1 mm and 12 rows of 0.7 mm: sqrt(30.8^2 + 8.4^2) = sqrt(1019.2)
    assert length_mm(*drawn.points[:2]) == pytest.approx(31.924911902778, abs=1e-9)


@pytest.mark.parametrize(
    ("kind", "events"),
    [
        pytest.param(FigureKind.LENGTH, clicks((2, 3), (2, 3)), id="two-clicks-at-one-place"),
        pytest.param(FigureKind.LENGTH, (at(P, 2, 3), at(M, 20, 9), at(C, 0, 0), at(R, 30, 15)), id="cancelled"),
        pytest.param(FigureKind.LENGTH, (at(P, 2, 3), at(M, 20, 9), at(R, 30, 15, OTHER)), id="another-image"),
        pytest.param(FigureKind.LENGTH, (at(M, 2, 3), at(R, 30, 15)), id="no-press"),
        pytest.param(FigureKind.ANGLE, (*stroke((30, 5), (5, 5)), at(C, 0, 0), *clicks((5, 30))), id="angle-cancelled"),
        pytest.param(FigureKind.BIDIRECTIONAL, (*stroke((0, 0), (30, 0)), at(C, 0, 0)), id="only-the-long-line"),
        pytest.param(FigureKind.FREEHAND, (*clicks((0, 0), (30, 0)), at(C, 0, 0)), id="two-corners"),
        pytest.param(FigureKind.POINT, (at(P, 2, 3), at(C, 0, 0), at(R, 2, 3)), id="point-cancelled"),
    ],
)
def test_that_nothing_is_drawn(kind: FigureKind, events: tuple[WorldEvent, ...]) -> None:
    assert run(*events, armed=kind).effects == []


def test_that_a_short_stroke_along_the_long_line_is_drawn_anew() -> None:
    done = run(*stroke((0, 0), (30, 0)), *clicks((5, 5), (25, 5)), armed=FigureKind.BIDIRECTIONAL)
    assert done.effects == []
    assert under_way(done.state) == (FigureKind.BIDIRECTIONAL, world((0, 0), (30, 0)), False)
    again = run(*stroke((10, 0), (10, 20)), armed=FigureKind.BIDIRECTIONAL, state=done.state)
    assert len(again.effects) == 1


def test_that_the_short_line_is_shown_across_while_it_is_drawn() -> None:
    state = run(*stroke((0, 0), (30, 0)), at(P, 10, 0), at(M, 12, 20), armed=FigureKind.BIDIRECTIONAL).state
    shown = under_way(state)
    assert shown is not None
    assert shown[1][3] == pytest.approx(PLANE.to_world(10, 20))


def test_that_with_a_tool_in_hand_a_press_beside_a_figure_draws() -> None:
    done = run(*stroke((40, 30), (60, 30)), figures=(LENGTH,), armed=FigureKind.LENGTH)
    assert [type(effect) for effect in done.effects] == [FigureDrawn]


@pytest.mark.parametrize(
    ("catch", "to", "expected"),
    [
        pytest.param((40, 30), (44, 38), [(10, 10), (44, 38)], id="end"),
        pytest.param((10, 10), (6, 2), [(6, 2), (40, 30)], id="start"),
        pytest.param((42, 33), (46, 41), [(10, 10), (44, 38)], id="caught-beside-the-end"),
        pytest.param((25, 20), (30, 28), [(15, 18), (45, 38)], id="whole-by-its-body"),
    ],
)
def test_that_a_figure_follows_what_is_caught(catch: Place, to: Place, expected: list[Place]) -> None:
    done = run(*stroke(catch, to), figures=(LENGTH,))
    selected, edited = done.effects
    assert selected == FigureSelected("a")
    assert isinstance(edited, FigureEdited)
    assert list(edited.points) == [pytest.approx(point) for point in world(*expected)]


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(clicks((40, 30)), id="clicked"),
        pytest.param(stroke((40, 30), (41, 30)), id="trembled"),
        pytest.param((at(P, 40, 30), at(M, 60, 30), at(C, 0, 0)), id="cancelled"),
        pytest.param((at(P, 40, 30), at(M, 60, 30), at(M, 60, 30, OTHER), at(R, 60, 30)), id="another-image"),
        pytest.param(stroke((40, 30), (10, 10)), id="onto-its-other-end"),
    ],
)
def test_that_a_figure_stays_as_it_was(events: tuple[WorldEvent, ...]) -> None:
    done = run(*events, figures=(LENGTH,))
    assert done.effects == [FigureSelected("a")]
    assert isinstance(done.state, Idle)


def test_that_a_figure_that_may_not_be_edited_is_picked_and_not_moved() -> None:
    locked = Figure("a", FigureKind.LENGTH, LENGTH.points, editable=False)
    done = run(*stroke((25, 20), (60, 30)), figures=(locked,))
    assert done.effects == [FigureSelected("a")]
    assert run(at(K, 0, 0, key=Key.UP), figures=(locked,), state=done.state).effects == []


@pytest.mark.parametrize(
    ("point", "handle"),
    [
        pytest.param((40, 30), 1, id="on the end"),
        pytest.param((44.4, 30), 1, id="9.7 px from the end"),
        pytest.param((25, 20), None, id="on the line"),
        pytest.param((25, 23), None, id="4.1 px from the line"),
        pytest.param((50, 50), "nothing", id="elsewhere"),
    ],
)
def test_that_a_handle_is_caught_within_10_px_and_a_line_within_5(point: Place, handle: int | str | None) -> None:
    found = figure_grip_at(PLANE.to_world(*point), (LENGTH,), 0.5)
    assert ("nothing" if found is None else found[1].handle) == handle


@pytest.mark.parametrize(
    ("key", "shift", "moved_mm"),
    [
        pytest.param(Key.RIGHT, False, (0.08, 0.06, 0.0), id="right"),
        pytest.param(Key.LEFT, False, (-0.08, -0.06, 0.0), id="left"),
        pytest.param(Key.DOWN, False, (0.0, 0.0, -0.1), id="down"),
        pytest.param(Key.UP, True, (0.0, 0.0, 1.0), id="shift-up"),
    ],
)
@pytest.mark.parametrize("handle", [0, 1, None])
def test_that_arrows_nudge_what_is_selected(handle: int | None, key: Key, shift: bool, moved_mm: Point) -> None:
    done = run(at(K, 0, 0, key=key, shift=shift), figures=(LENGTH,), state=Idle(FigureGrip(LENGTH, handle)))
    (edited,) = done.effects
    assert isinstance(edited, FigureEdited)
    for n, (before, after) in enumerate(zip(LENGTH.points, edited.points, strict=True)):
        by = moved_mm if handle in (n, None) else (0.0, 0.0, 0.0)
        assert after == pytest.approx([a + b for a, b in zip(before, by, strict=True)])


@pytest.mark.parametrize(
    ("state", "figures"),
    [
        pytest.param(Idle(), (LENGTH,), id="nothing-selected"),
        pytest.param(Idle(FigureGrip(LENGTH)), (), id="figure-is-gone"),
        pytest.param(Done(LENGTH.kind, LENGTH.points), (LENGTH,), id="not-handed-in-yet"),
    ],
)
def test_that_arrows_move_nothing_else(state: FigureState, figures: tuple[Figure, ...]) -> None:
    assert run(at(K, 0, 0, key=Key.UP), figures=figures, state=state).effects == []


places = st.tuples(st.floats(-5, 85), st.floats(-5, 65))


class AnySequence(RuleBasedStateMachine):
    """A reader does anything in any order; the figures that are told of are handed in again, as the desk does."""

    def __init__(self) -> None:
        super().__init__()
        self.state: FigureState = Idle()
        self.armed: FigureKind | None = None
        self.figures: dict[str, Figure] = {}
        self.on: dict[str, SlicePlane] = {}
        self.plane = PLANE
        self.told = 0

    def send(self, event: WorldEvent) -> None:
        here = tuple(figure for name, figure in self.figures.items() if self.on[name] == event.plane)
        self.state, effect = step(self.state, event, here, self.armed)
        match effect:
            case FigureDrawn(kind, points):
                self.told += 1
                name = str(self.told)
                self.figures[name], self.on[name] = Figure(name, kind, points), event.plane
            case FigureEdited(name, points):
                assert name in self.figures, "an edit of a figure that is not there"
                self.figures[name] = Figure(name, self.figures[name].kind, points)

    @rule(place=places)
    def press(self, place: Place) -> None:
        self.send(at(P, *place, self.plane))

    @rule(place=places)
    def move(self, place: Place) -> None:
        self.send(at(M, *place, self.plane))

    @rule(place=places)
    def release(self, place: Place) -> None:
        self.send(at(R, *place, self.plane))

    @rule(key=st.sampled_from(list(Key)), shift=st.booleans())
    def nudge(self, key: Key, shift: bool) -> None:
        self.send(at(K, 0, 0, self.plane, key=key, shift=shift))

    @precondition(lambda self: self.figures)
    @rule(data=st.data(), to=places)
    def drag_a_figure(self, data: st.DataObject, to: Place) -> None:
        name = data.draw(st.sampled_from(sorted(self.figures)))
        self.plane = self.on[name]
        point = data.draw(st.sampled_from(self.figures[name].points))
        self.send(at(P, *self.plane.to_pixel(point), self.plane))
        self.send(at(M, *to, self.plane))
        self.send(at(R, *to, self.plane))

    @rule(kind=st.sampled_from([None, *FigureKind]))
    def arm(self, kind: FigureKind | None) -> None:
        self.armed, self.state = kind, self.state if isinstance(self.state, Idle) else Idle()

    @rule()
    def scroll(self) -> None:
        self.plane = OTHER if self.plane == PLANE else PLANE

    @precondition(lambda self: self.figures)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if not is_busy(self.state):
            del self.figures[data.draw(st.sampled_from(sorted(self.figures)))]

    @rule()
    def cancel(self) -> None:
        self.send(at(C, 0, 0, self.plane))
        assert self.state == Idle()

    @invariant()
    def every_figure_is_whole_and_on_its_image(self) -> None:
        for name, figure in self.figures.items():
            assert is_sound(figure.kind, figure.points)
            assert all(abs(self.on[name].distance_mm(point)) < 1e-6 for point in figure.points)
            if figure.kind is FigureKind.BIDIRECTIONAL:
                long, short = (minus(figure.points[n + 1], figure.points[n]) for n in (0, 2))
                if min(math.hypot(*long), math.hypot(*short)) > 0.01:
                    assert abs(dot(long, short)) <= 1e-6 * math.hypot(*long) * math.hypot(*short)

    @invariant()
    def what_is_under_way_can_be_shown_and_left(self) -> None:
        shown = under_way(self.state)
        assert (shown is not None) == isinstance(self.state, (Drawing, Done))
        left, effect = step(self.state, at(C, 0, 0, self.plane))
        assert (left, effect) == (Idle(), None)
        if is_busy(self.state):
            elsewhere = OTHER if self.state.plane == PLANE else PLANE  # type: ignore[union-attr]
            assert step(self.state, at(M, 3, 3, elsewhere)) == (Idle(), None)


TestAnySequence = AnySequence.TestCase


@given(st.sampled_from(list(FigureKind)), st.lists(places, min_size=1, max_size=6))
@example(FigureKind.BIDIRECTIONAL, [(0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (2.0, 0.0)])
def test_that_whatever_is_clicked_a_few_clicks_more_end_it(kind: FigureKind, first: list[Place]) -> None:
    state = run(*clicks(*first), armed=kind).state
    # three pairs of places in three directions: two clicks along the long line are no short one
    for corner in ((70, 60), (5, 13), (61, 5), (9, 48), (33, 5), (40, 60), (5, 5), (5, 5), (5, 5)):
        if not is_busy(state):
            return
        state = run(*clicks(corner), armed=kind, state=state).state
    assert not is_busy(state)


@given(st.sampled_from([FigureKind.LENGTH, FigureKind.ARROW]), st.tuples(places, places))
def test_that_a_dragged_end_is_where_the_pointer_is_within_a_hundredth_of_a_millimetre(
    kind: FigureKind, ends: tuple[Place, Place]
) -> None:
    figure = Figure("a", kind, world((10, 10), (40, 30)))
    done = run(*stroke((40, 30), *ends), figures=(figure,))
    for effect in done.effects:
        if isinstance(effect, FigureEdited):
            dx, dy = (ends[1][0] - 10) * 1.1, (ends[1][1] - 10) * 0.7
            assert length_mm(*effect.points[:2]) == pytest.approx(math.hypot(dx, dy), abs=0.01)


def test_that_editing_shows_the_figure_where_it_is_now() -> None:
    state = run(at(P, 40, 30), at(M, 44, 38), figures=(LENGTH,)).state
    assert isinstance(state, Editing)
    assert state.points[1] == pytest.approx(PLANE.to_world(44, 38))
