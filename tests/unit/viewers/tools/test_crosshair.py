"""The crosshair on an oblique image of 0.7 x 1.1 mm pixels; half a millimetre is one pixel of the screen."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.support.tool_events import OBLIQUE, SHIFTED, tool_event
from viewers.imaging.geometry import SlicePlane, along, cross, dot, length_mm, minus
from viewers.tools.crosshair import (
    CrosshairEffect,
    CrosshairState,
    CrossLine,
    Idle,
    Localised,
    Moving,
    PlaneTurned,
    Shifting,
    Turning,
    is_busy,
    step,
)
from viewers.tools.events import EventKind, Key, Point

PLACE = OBLIQUE.to_world(40, 60)


def level_line(turnable: bool) -> CrossLine:
    """Along row 60, from column 0 to column 80: 44 mm to either side of the place."""
    return CrossLine("OBL", OBLIQUE.to_world(0, 60), OBLIQUE.to_world(80, 60), turnable)


UPRIGHT = CrossLine("SAG", OBLIQUE.to_world(40, 0), OBLIQUE.to_world(40, 120))


def run(
    *events: tuple[EventKind, float, float], lines: tuple[CrossLine, ...] = (), place: Point | None = PLACE
) -> tuple[CrosshairState, list[CrosshairEffect | None]]:
    state: CrosshairState = Idle()
    effects = []
    for kind, column, row in events:
        state, effect = step(state, tool_event(kind, column, row), place, lines)
        effects.append(effect)
    return state, effects


PRESS, MOVE, RELEASE, CANCEL = EventKind.PRESS, EventKind.MOVE, EventKind.RELEASE, EventKind.CANCEL


def test_that_a_press_brings_the_place_there_and_a_drag_takes_it_along() -> None:
    state, effects = run((PRESS, 10, 10), (MOVE, 12, 15), (RELEASE, 13, 16))
    assert state == Idle()
    assert effects == [Localised(OBLIQUE.to_world(*at)) for at in ((10, 10), (12, 15), (13, 16))]
    assert run((PRESS, 10, 10), place=None)[1] == [Localised(OBLIQUE.to_world(10, 10))]


def test_that_the_place_itself_is_taken_without_a_jump() -> None:
    # 3 columns of 1.1 mm are 6.6 pixels of the screen: within the reach of a handle
    state, effects = run((PRESS, 43, 60), (MOVE, 53, 65))
    assert isinstance(state, Moving)
    assert effects[0] is None
    assert isinstance(effects[1], Localised)
    assert effects[1].point == pytest.approx(OBLIQUE.to_world(50, 65))


def test_that_the_inner_part_of_a_line_shifts_its_plane() -> None:
    # the inner two thirds of 44 mm end 29.3 mm from the place, that is at column 13.3
    state, effects = run((PRESS, 15, 61), (MOVE, 22, 71), (RELEASE, 22, 71), lines=(level_line(True), UPRIGHT))
    assert state == Idle() and effects[0] is None
    for effect in effects[1:]:
        assert isinstance(effect, Localised)
        # ten rows down, and no column aside: the place stays on the upright line
        assert effect.point == pytest.approx(OBLIQUE.to_world(40, 70))


def test_that_a_line_that_cannot_be_turned_is_shifted_by_its_outer_part_too() -> None:
    state, _ = run((PRESS, 2, 60), lines=(level_line(False),))
    assert isinstance(state, Shifting)
    state, effects = run((PRESS, 40, 4), (MOVE, 50, 30), lines=(UPRIGHT,))
    assert isinstance(effects[1], Localised)
    assert effects[1].point == pytest.approx(OBLIQUE.to_world(50, 60))


def test_that_the_outer_third_of_a_line_turns_its_plane_about_the_place() -> None:
    state, effects = run((PRESS, 5, 60), (MOVE, 5, 90), lines=(level_line(True),))
    assert isinstance(state, Turning) and effects[0] is None
    turned = effects[1]
    assert isinstance(turned, PlaneTurned)
    assert (turned.plane, turned.normal) == ("OBL", OBLIQUE.normal)
    # from 38.5 mm left of the place to 21 mm below that: the line tips by atan(21 / 38.5)
    angle = math.atan2(30 * 0.7, 35 * 1.1)
    right, down = dot(turned.direction, OBLIQUE.row_direction), dot(turned.direction, OBLIQUE.column_direction)
    assert (abs(right), abs(down)) == pytest.approx((math.cos(angle), math.sin(angle)))
    assert right * down < 0


def test_that_a_click_on_a_line_turns_and_moves_nothing() -> None:
    for column in (5, 25):
        state, effects = run((PRESS, column, 62), (RELEASE, column, 62), lines=(level_line(True),))
        assert state == Idle()
        match effects[1]:
            case Localised(point):
                assert point == pytest.approx(PLACE)
            case PlaneTurned(direction=direction):
                assert direction == pytest.approx(OBLIQUE.row_direction)
            case _:
                pytest.fail("a release tells where the crosshair is")


def test_that_of_two_lines_on_each_other_the_one_that_turns_is_taken() -> None:
    beneath = replace(level_line(False), plane="COR")
    state, _ = run((PRESS, 4, 60), lines=(beneath, level_line(True)))
    assert isinstance(state, Turning) and state.line == "OBL"


@pytest.mark.parametrize(("column", "row"), [(10, 10), (5, 60), (25, 60), (40, 60)])
def test_that_cancel_takes_back_what_the_drag_did(column: float, row: float) -> None:
    lines = (level_line(True),)
    state, effects = run((PRESS, column, row), (MOVE, column + 20, row + 9), (CANCEL, 0, 0), lines=lines)
    assert state == Idle()
    match effects[-1]:
        case Localised(point):
            assert point == PLACE
        case PlaneTurned(direction=direction):
            assert direction == OBLIQUE.row_direction
        case _:
            pytest.fail("a cancelled drag is taken back")


def test_that_another_image_under_the_pointer_ends_the_drag() -> None:
    state, _ = step(Idle(), tool_event(PRESS, 10, 10), PLACE)
    state, effect = step(state, tool_event(MOVE, 12, 12, SHIFTED), PLACE)
    assert state == Idle() and effect == Localised(PLACE)


def test_that_near_the_place_a_plane_does_not_whirl() -> None:
    _, effects = run((PRESS, 5, 60), (MOVE, 41, 61), lines=(level_line(True),))
    assert effects[1] is None


class CrosshairMachine(RuleBasedStateMachine):
    """Any sequence of inputs, on any image: nothing is stuck, and what is told lies on the image it was told on."""

    def __init__(self) -> None:
        super().__init__()
        self.state: CrosshairState = Idle()
        self.place: Point | None = None
        self.direction: Point = OBLIQUE.row_direction
        self.plane: SlicePlane = OBLIQUE

    def lines(self) -> tuple[CrossLine, ...]:
        if self.place is None:
            return ()
        centre = along(self.place, self.plane.normal, -self.plane.distance_mm(self.place))
        across = cross(self.plane.normal, self.direction)
        ends = [(along(centre, way, -40.0), along(centre, way, 40.0)) for way in (self.direction, across)]
        return CrossLine("OBL", *ends[0], True), CrossLine("COR", *ends[1])

    @rule(
        kind=st.sampled_from(list(EventKind)),
        column=st.floats(-0.5, 79.5),
        row=st.floats(-0.5, 119.5),
        elsewhere=st.booleans(),
    )
    def input(self, kind: EventKind, column: float, row: float, elsewhere: bool) -> None:
        self.plane = SHIFTED if elsewhere and kind is EventKind.MOVE else OBLIQUE
        event = tool_event(kind, column, row, self.plane, key=Key.UP if kind is EventKind.KEY else None)
        before = self.state
        self.state, effect = step(before, event, self.place, self.lines())
        match effect:
            case Localised(point):
                self.place = point
            case PlaneTurned(direction=direction):
                assert isinstance(before, Turning)
                self.direction = direction
                assert math.hypot(*direction) == pytest.approx(1)
                assert dot(direction, OBLIQUE.normal) == pytest.approx(0, abs=1e-9)
        if kind in (EventKind.RELEASE, EventKind.CANCEL):
            assert not is_busy(self.state)
        if kind is EventKind.PRESS and self.plane is OBLIQUE and before == Idle():
            assert is_busy(self.state)

    @invariant()
    def place_is_known_once_told(self) -> None:
        if self.place is not None:
            assert all(map(math.isfinite, self.place))
            assert length_mm(self.place, OBLIQUE.to_world(40, 60)) < 500
        if isinstance(self.state, (Moving, Shifting, Turning)):
            assert math.hypot(*minus(self.state.on.origin, OBLIQUE.origin)) == 0


TestCrosshairMachine = CrosshairMachine.TestCase
