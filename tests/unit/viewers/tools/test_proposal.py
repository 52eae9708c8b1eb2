from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.support.tool_events import OBLIQUE, SHIFTED, tool_event
from viewers.imaging.geometry import along, length_mm
from viewers.tools import proposal
from viewers.tools.events import EventKind, Point
from viewers.tools.proposal import Ball, BallMoved, Idle, Moving, Started, Starting, State

PRESS, MOVE, RELEASE, CANCEL = EventKind.PRESS, EventKind.MOVE, EventKind.RELEASE, EventKind.CANCEL
ABOVE_MM = 6.0
BALL = Ball(along(OBLIQUE.to_world(50.0, 40.0), OBLIQUE.normal, ABOVE_MM), 10.0)


def played(*events, ball=None, armed=False):
    state, effects = Idle(), []
    for event in events:
        state, effect = proposal.step(state, event, ball, armed)
        effects += [effect] if effect is not None else []
    return state, effects


def test_that_a_click_starts_at_its_place_and_a_drag_along_its_axis() -> None:
    clicked = played(tool_event(PRESS, 10, 20), tool_event(RELEASE, 10, 20), armed=True)
    assert clicked == (Idle(), [Started(OBLIQUE.to_world(10, 20), None)])
    drawn = played(tool_event(PRESS, 10, 20), tool_event(MOVE, 30, 20), tool_event(RELEASE, 40, 20), armed=True)
    assert drawn == (Idle(), [Started(OBLIQUE.to_world(10, 20), OBLIQUE.to_world(40, 20))])


def test_that_a_hand_that_trembles_has_clicked() -> None:
    start, end = tool_event(PRESS, 10, 20), tool_event(RELEASE, 11, 20)
    assert length_mm(start.point, end.point) < 4 * start.mm_per_px
    assert played(start, end, armed=True)[1] == [Started(start.point, None)]


def test_that_the_ball_keeps_its_distance_from_the_image_it_is_moved_on() -> None:
    away = OBLIQUE.distance_mm(BALL.centre)
    _, effects = played(tool_event(PRESS, 52, 41), tool_event(MOVE, 60, 50), tool_event(RELEASE, 72, 61), ball=BALL)
    (moved,) = effects
    assert isinstance(moved, BallMoved)
    assert OBLIQUE.distance_mm(moved.centre) == pytest.approx(away)
    assert OBLIQUE.to_pixel(moved.centre) == pytest.approx((70.0, 60.0))


def test_that_a_press_beside_the_ball_is_not_for_the_tool() -> None:
    assert BALL.cut_mm(OBLIQUE) == pytest.approx(8.0)  # 10² - 6² = 8²
    column = 50.0 + 8.1 / OBLIQUE.column_spacing_mm
    assert played(tool_event(PRESS, column, 40), ball=BALL) == (Idle(), [])
    assert proposal.is_busy(played(tool_event(PRESS, column - 0.5, 40), ball=BALL)[0])


@pytest.mark.parametrize(
    "end", [tool_event(CANCEL, 30, 20), tool_event(MOVE, 30, 20, SHIFTED)], ids=["cancelled", "on another image"]
)
@pytest.mark.parametrize("armed", [True, False])
def test_that_what_is_under_way_can_be_given_up(end, armed) -> None:
    assert played(tool_event(PRESS, 50, 40), end, ball=BALL, armed=armed) == (Idle(), [])


class AnySequence(RuleBasedStateMachine):
    """Whatever comes in about the ball, on either image: the tool is not stuck, and tells only what was asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.state: State = Idle()
        self.pressed: Point | None = None

    @rule(
        kind=st.sampled_from(list(EventKind)),
        column=st.floats(40.0, 60.0),
        row=st.floats(25.0, 55.0),
        elsewhere=st.booleans(),
        ball=st.sampled_from([BALL, None]),
        armed=st.booleans(),
    )
    def input(
        self, kind: EventKind, column: float, row: float, elsewhere: bool, ball: Ball | None, armed: bool
    ) -> None:
        event = tool_event(kind, column, row, SHIFTED if elsewhere else OBLIQUE)
        before = self.state
        self.state, effect = proposal.step(before, event, ball, armed)
        if kind is PRESS and before == Idle():
            self.pressed = event.point
            assert not proposal.is_busy(self.state) or armed or ball is not None
        if kind in (RELEASE, CANCEL):
            assert not proposal.is_busy(self.state)
        if isinstance(before, (Starting, Moving)) and before.plane != event.plane:
            assert (self.state, effect) == (Idle(), None), "what was begun on one image is not ended on another"
        match effect:
            case Started(start=start, end=end):
                assert kind is RELEASE and isinstance(before, Starting) and start == self.pressed
                assert before.plane == event.plane
                assert all(abs(event.plane.distance_mm(place)) < 1e-6 for place in (start, end or start))
            case BallMoved(centre=centre):
                assert kind is RELEASE and isinstance(before, Moving) and before.plane == event.plane
                assert event.plane.distance_mm(centre) == pytest.approx(event.plane.distance_mm(BALL.centre))


TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = settings(max_examples=40, stateful_step_count=15)
