from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewers.tools.cine import looped, pictures_due, ping_pong, rate_held


@pytest.mark.parametrize(
    ("elapsed_ms", "rate", "due"), [(0, 10, 0), (99, 10, 0), (100, 10, 1), (1000, 30, 30), (950, 8, 7)]
)
def test_that_what_is_due_follows_the_clock(elapsed_ms: float, rate: int, due: int) -> None:
    assert pictures_due(elapsed_ms, rate) == due


def test_that_ping_pong_turns_round_at_both_ends() -> None:
    assert [ping_pong(1, n, 4) for n in range(9)] == [1, 2, 3, 2, 1, 0, 1, 2, 3]
    assert [ping_pong(0, n, 1) for n in range(3)] == [0, 0, 0]
    assert [ping_pong(0, n, 2) for n in range(4)] == [0, 1, 0, 1]


def test_that_a_loop_begins_anew_in_either_direction() -> None:
    assert [looped(2, n, 4) for n in range(4)] == [2, 3, 0, 1]
    assert [looped(1, -n, 4) for n in range(4)] == [1, 0, 3, 2]


@given(st.integers(1, 500), st.integers(0, 10_000), st.data())
def test_that_every_picture_is_one_of_the_stack(count: int, steps: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, count - 1))
    assert 0 <= ping_pong(start, steps, count) < count
    assert 0 <= looped(start, -steps, count) < count


@pytest.mark.parametrize(("wanted", "held"), [(0, 1), (1, 1), (17, 17), (30, 30), (31, 30)])
def test_that_a_rate_lies_between_1_and_30(wanted: int, held: int) -> None:
    assert rate_held(wanted) == held
