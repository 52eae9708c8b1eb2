"""Every way to draw, drag, nudge and give up a line, on an oblique plane with pixels of 0.7 x 1.1 mm."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.support.tool_events import OBLIQUE as PLANE
from tests.support.tool_events import SHIFTED as OTHER
from tests.support.tool_events import tool_event as at
from viewers.imaging.geometry import SlicePlane, length_mm
from viewers.tools.caliper import (
    CaliperEffect,
    CaliperState,
    Done,
    Drawing,
    Editing,
    Idle,
    LineDrawn,
    LineEdited,
    LineSelected,
    is_busy,
    step,
)
from viewers.tools.events import EventKind, Key, Point, WorldEvent
from viewers.tools.hit import Grip, Part, Segment

LINE = Segment("IT1", PLANE.to_world(10, 10), PLANE.to_world(40, 30))


def press(column: float, row: float, plane: SlicePlane = PLANE) -> WorldEvent:
    return at(EventKind.PRESS, column, row, plane)


def move(column: float, row: float, plane: SlicePlane = PLANE) -> WorldEvent:
    return at(EventKind.MOVE, column, row, plane)


def release(column: float, row: float, plane: SlicePlane = PLANE) -> WorldEvent:
    return at(EventKind.RELEASE, column, row, plane)


def arrow(key: Key, shift: bool = False) -> WorldEvent:
    return at(EventKind.KEY, 0, 0, key=key, shift=shift)


CANCEL = at(EventKind.CANCEL, 0, 0)


@dataclass
class Run:
    state: CaliperState
    effects: list[CaliperEffect] = field(default_factory=list)


def run(
    *events: WorldEvent, lines: tuple[Segment, ...] = (), armed: bool = True, state: CaliperState | None = None
) -> Run:
    result = Run(state or Idle())
    for event in events:
        result.state, effect = step(result.state, event, lines, armed)
        if effect is not None:
            result.effects.append(effect)
    return result


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((press(2, 3), move(20, 9), release(30, 15)), id="press-drag-release"),
        pytest.param((press(2, 3), release(2, 3), move(20, 9), press(30, 15), release(30, 15)), id="click-move-click"),
        pytest.param(
            (press(2, 3), release(2.5, 3), press(29, 14), move(30, 15), release(30, 15)), id="click-then-drag"
        ),
        pytest.param((press(2, 3), release(30, 15)), id="no-move-in-between"),
    ],
)
def test_that_a_line_is_drawn_between_the_two_places(events: tuple[WorldEvent, ...]) -> None:
    done = run(*events)
    assert done.effects == [LineDrawn(PLANE.to_world(2, 3), PLANE.to_world(30, 15))]
    assert done.state == Done(PLANE.to_world(2, 3), PLANE.to_world(30, 15))
    # 28 columns of 1.1 mm and 12 rows of 0.7 mm: sqrt(30.8^2 + 8.4^2) = sqrt(1019.2)
    assert length_mm(done.state.start, done.state.end) == pytest.approx(31.924911902778, abs=1e-9)


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((press(2, 3), release(2, 3), press(2, 3), release(2, 3)), id="two-clicks-at-one-place"),
        pytest.param((press(2, 3), release(2, 3), press(3, 3), release(3, 3)), id="two-clicks-2-px-apart"),
        pytest.param((press(2, 3), move(20, 9), CANCEL, release(30, 15)), id="cancelled"),
        pytest.param((press(2, 3), move(20, 9), release(30, 15, OTHER)), id="released-on-another-image"),
        pytest.param((press(2, 3), release(2, 3), move(9, 9, OTHER), press(30, 15)), id="moved-to-another-image"),
        pytest.param((move(2, 3), release(30, 15)), id="no-press"),
    ],
)
def test_that_nothing_is_drawn(events: tuple[WorldEvent, ...]) -> None:
    assert run(*events).effects == []


def test_that_two_clicks_at_one_place_end_the_drawing() -> None:
    assert run(press(2, 3), release(2, 3), press(2, 3), release(2, 3)).state == Idle()


def test_that_the_line_follows_the_pointer_while_it_is_drawn() -> None:
    assert run(press(2, 3), move(20, 9)).state == Drawing(PLANE.to_world(2, 3), PLANE.to_world(20, 9), PLANE)


def test_that_an_unarmed_press_on_empty_ground_draws_nothing() -> None:
    assert run(press(2, 3), move(20, 9), release(30, 15), armed=False) == Run(Idle())


@pytest.mark.parametrize("armed", [True, False], ids=["armed", "unarmed"])
@pytest.mark.parametrize(
    ("catch", "to", "expected"),
    [
        pytest.param((40, 30), (44, 38), (PLANE.to_world(10, 10), PLANE.to_world(44, 38)), id="end"),
        pytest.param((10, 10), (6, 2), (PLANE.to_world(6, 2), PLANE.to_world(40, 30)), id="start"),
        pytest.param((42, 33), (46, 41), (PLANE.to_world(10, 10), PLANE.to_world(44, 38)), id="caught-beside-the-end"),
    ],
)
def test_that_an_end_follows_its_handle(
    armed: bool, catch: tuple[float, float], to: tuple[float, float], expected: tuple[Point, Point]
) -> None:
    done = run(press(*catch), move(*to), release(*to), lines=(LINE,), armed=armed)
    assert done.effects[0] == LineSelected("IT1")
    edited = done.effects[1]
    assert isinstance(edited, LineEdited)
    assert (edited.id, edited.start, edited.end) == ("IT1", pytest.approx(expected[0]), pytest.approx(expected[1]))
    assert isinstance(done.state, Idle)


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((press(40, 30), release(40, 30)), id="clicked"),
        pytest.param((press(40, 30), move(41, 30), release(41, 30)), id="trembled-2-px"),
        pytest.param((press(40, 30), move(60, 30), CANCEL), id="cancelled"),
        pytest.param((press(40, 30), move(60, 30), move(60, 30, OTHER), release(60, 30)), id="another-image"),
    ],
)
def test_that_a_line_stays_as_it_was(events: tuple[WorldEvent, ...]) -> None:
    done = run(*events, lines=(LINE,))
    assert done.effects == [LineSelected("IT1")]
    assert isinstance(done.state, Idle)


def test_that_a_line_that_may_not_be_edited_has_no_handles() -> None:
    locked = Segment("IT1", LINE.start, LINE.end, editable=False)
    assert run(press(40, 30), move(60, 30), release(60, 30), lines=(locked,), armed=False).effects == [
        LineSelected("IT1")
    ]


@pytest.mark.parametrize(
    ("key", "shift", "moved_mm"),
    [
        pytest.param(Key.RIGHT, False, (0.08, 0.06, 0.0), id="right"),
        pytest.param(Key.LEFT, False, (-0.08, -0.06, 0.0), id="left"),
        pytest.param(Key.DOWN, False, (0.0, 0.0, -0.1), id="down"),
        pytest.param(Key.UP, False, (0.0, 0.0, 0.1), id="up"),
        pytest.param(Key.UP, True, (0.0, 0.0, 1.0), id="shift-up"),
    ],
)
@pytest.mark.parametrize("part", list(Part), ids=lambda part: part.name.lower())
def test_that_arrows_nudge_what_is_selected(
    part: Part, key: Key, shift: bool, moved_mm: tuple[float, float, float]
) -> None:
    done = run(arrow(key, shift), lines=(LINE,), state=Idle(Grip(LINE, part)))
    effect = done.effects[0]
    assert isinstance(effect, LineEdited)
    shifted = {
        "start": [a + b for a, b in zip(LINE.start, moved_mm, strict=True)],
        "end": [a + b for a, b in zip(LINE.end, moved_mm, strict=True)],
    }
    assert effect.start == pytest.approx(LINE.start if part is Part.END else shifted["start"])
    assert effect.end == pytest.approx(LINE.end if part is Part.START else shifted["end"])


def test_that_nudges_add_up_on_the_line_as_it_is_handed_in() -> None:
    state: CaliperState = Idle(Grip(LINE, Part.END))
    line = LINE
    for _ in range(10):
        state, effect = step(state, arrow(Key.RIGHT), (line,))
        assert isinstance(effect, LineEdited)
        line = Segment("IT1", effect.start, effect.end)
    assert length_mm(line.end, LINE.end) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("state", "lines"),
    [
        pytest.param(Idle(), (LINE,), id="nothing-selected"),
        pytest.param(Idle(Grip(LINE, Part.END)), (), id="line-is-gone"),
        pytest.param(Idle(Grip(LINE, Part.END)), (Segment("IT1", LINE.start, LINE.end, False),), id="locked"),
        pytest.param(Done(LINE.start, LINE.end), (LINE,), id="not-handed-in-yet"),
    ],
)
def test_that_arrows_move_nothing_else(state: CaliperState, lines: tuple[Segment, ...]) -> None:
    assert run(arrow(Key.UP), state=state, lines=lines).effects == []


places = st.tuples(st.floats(-5, 85), st.floats(-5, 65))
events = st.one_of(
    st.builds(
        lambda kind, place, plane: at(kind, *place, plane),
        st.sampled_from([EventKind.PRESS, EventKind.MOVE, EventKind.RELEASE, EventKind.CANCEL]),
        places | st.sampled_from([(10.0, 10.0), (40.0, 30.0), (25.0, 20.0)]),
        st.sampled_from([PLANE, PLANE, PLANE, OTHER]),
    ),
    st.builds(arrow, st.sampled_from(list(Key)), st.booleans()),
)


@given(st.lists(events, max_size=25), st.booleans())
def test_that_no_sequence_leaves_a_stuck_tool(sequence: list[WorldEvent], armed: bool) -> None:
    state = run(*sequence, lines=(LINE,), armed=armed).state
    assert run(CANCEL, state=state).state == Idle()
    # the button comes up, then a click ends what waits for a second click
    freed = run(release(70, 60), press(70, 60), release(70, 60), state=state, armed=False).state
    assert not is_busy(freed)


@given(st.lists(events, max_size=25))
def test_that_every_line_told_has_a_length_and_lies_on_one_image(sequence: list[WorldEvent]) -> None:
    for effect in run(*sequence, lines=(LINE,)).effects:
        if isinstance(effect, (LineDrawn, LineEdited)):
            assert length_mm(effect.start, effect.end) > 0
            plane = min((PLANE, OTHER), key=lambda p: abs(p.distance_mm(effect.start)))
            assert abs(plane.distance_mm(effect.start)) < 1e-9
            if isinstance(effect, LineDrawn):
                assert abs(plane.distance_mm(effect.end)) < 1e-9


class AnySequence(RuleBasedStateMachine):
    """A reader draws, drags and nudges in any order; the lines that are told of are handed in again."""

    def __init__(self) -> None:
        super().__init__()
        self.state: CaliperState = Idle()
        self.lines: dict[str, Segment] = {}
        self.armed = True
        self.plane = PLANE
        self.told = 0

    def send(self, event: WorldEvent) -> None:
        here = tuple(x for x in self.lines.values() if abs(event.plane.distance_mm(x.start)) < 1e-6)
        self.state, effect = step(self.state, event, here, self.armed)
        match effect:
            case LineDrawn(start, end):
                self.told += 1
                self.lines[str(self.told)] = Segment(str(self.told), start, end)
            case LineEdited(name, start, end):
                assert name in self.lines, "an edit of a line that is not there"
                self.lines[name] = Segment(name, start, end)

    @rule(kind=st.sampled_from([EventKind.PRESS, EventKind.MOVE, EventKind.RELEASE]), place=places)
    def point(self, kind: EventKind, place: tuple[float, float]) -> None:
        self.send(at(kind, *place, self.plane))

    @rule(key=st.sampled_from(list(Key)), shift=st.booleans())
    def nudge(self, key: Key, shift: bool) -> None:
        self.send(at(EventKind.KEY, 0, 0, self.plane, key=key, shift=shift))

    @rule(armed=st.booleans())
    def arm(self, armed: bool) -> None:
        self.armed = armed

    @rule()
    def scroll(self) -> None:
        self.plane = OTHER if self.plane == PLANE else PLANE

    @rule()
    def cancel(self) -> None:
        self.send(at(EventKind.CANCEL, 0, 0, self.plane))
        assert self.state == Idle()

    @invariant()
    def every_line_has_a_length_on_one_image(self) -> None:
        for line in self.lines.values():
            assert length_mm(line.start, line.end) > 0
            assert any(max(abs(p.distance_mm(end)) for end in (line.start, line.end)) < 1e-6 for p in (PLANE, OTHER))

    @invariant()
    def another_image_ends_what_is_under_way(self) -> None:
        if isinstance(self.state, (Drawing, Editing)):
            elsewhere = OTHER if self.state.plane == PLANE else PLANE
            assert step(self.state, move(3, 3, elsewhere)) == (Idle(), None)


TestAnySequence = AnySequence.TestCase


def test_that_editing_shows_the_line_where_it_is_now() -> None:
    state = run(press(40, 30), move(44, 38), lines=(LINE,)).state
    assert isinstance(state, Editing)
    assert state.end == pytest.approx(PLANE.to_world(44, 38))
