from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tool_events import OBLIQUE, SHIFTED, tool_event
from viewers.imaging.geometry import dot, length_mm, minus
from viewers.tools.bidirectional import BidirectionalDrawn, BidirectionalState, Long, Short, is_busy, preview, step
from viewers.tools.events import EventKind, WorldEvent

P, M, R, C = EventKind.PRESS, EventKind.MOVE, EventKind.RELEASE, EventKind.CANCEL


def run(*events: WorldEvent) -> tuple[BidirectionalState, list[BidirectionalDrawn]]:
    state: BidirectionalState = Long()
    drawn = []
    for event in events:
        state, effect = step(state, event)
        if effect is not None:
            drawn.append(effect)
    return state, drawn


def stroke(a: tuple[float, float], b: tuple[float, float]) -> tuple[WorldEvent, ...]:
    return tool_event(P, *a), tool_event(M, *b), tool_event(R, *b)


def test_that_the_short_line_is_the_part_of_the_stroke_that_is_across_the_long_one() -> None:
    # in mm on the plane: long from (0, 0) to (33, 0); short from (11, 0) towards (13.2, 14): only 14 mm are across
    state, drawn = run(*stroke((0, 0), (30, 0)), *stroke((10, 0), (12, 20)))
    assert state == Long()
    (both,) = drawn
    assert both.long == (OBLIQUE.to_world(0, 0), OBLIQUE.to_world(30, 0))
    assert both.short[0] == OBLIQUE.to_world(10, 0)
    assert both.short[1] == pytest.approx(OBLIQUE.to_world(10, 20))
    assert length_mm(*both.short) == pytest.approx(14.0)


place = st.tuples(st.floats(0, 80), st.floats(0, 60))


@given(place, place, place, place)
def test_that_the_lines_are_always_perpendicular_and_on_the_plane(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> None:
    _, drawn = run(*stroke(a, b), *stroke(c, d))
    for both in drawn:
        long, short = minus(both.long[1], both.long[0]), minus(both.short[1], both.short[0])
        cosine = dot(long, short) / (math.hypot(*long) * math.hypot(*short))
        assert abs(cosine) < 1e-9
        assert abs(OBLIQUE.distance_mm(both.short[1])) < 1e-9


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((*stroke((0, 0), (30, 0)), tool_event(C, 0, 0)), id="cancelled"),
        pytest.param((*stroke((0, 0), (30, 0)), tool_event(M, 1, 1, SHIFTED)), id="another-image"),
    ],
)
def test_that_both_lines_are_given_up(events: tuple[WorldEvent, ...]) -> None:
    state, drawn = run(*events)
    assert (state, drawn, is_busy(state)) == (Long(), [], False)


def test_that_a_short_stroke_along_the_long_line_is_drawn_anew() -> None:
    state, drawn = run(*stroke((0, 0), (30, 0)), *stroke((5, 5), (25, 5)))
    assert drawn == []
    assert isinstance(state, Short)
    assert preview(state) == ((OBLIQUE.to_world(0, 0), OBLIQUE.to_world(30, 0)),)


def test_that_the_preview_shows_the_short_line_across() -> None:
    state, _ = run(*stroke((0, 0), (30, 0)), tool_event(P, 10, 0), tool_event(M, 12, 20))
    assert preview(state)[1][1] == pytest.approx(OBLIQUE.to_world(10, 20))


@given(st.lists(st.builds(tool_event, st.sampled_from([P, M, R, C]), st.floats(0, 80), st.floats(0, 60)), max_size=20))
def test_that_no_sequence_leaves_a_stuck_tool(sequence: list[WorldEvent]) -> None:
    state, _ = run(*sequence, tool_event(C, 0, 0))
    assert not is_busy(state)
