from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from viewers.tools.pin import Marked, Pinned, step


def test_that_a_place_is_pinned_by_a_click_in_each_of_two_frames() -> None:
    marked, pinned = step(None, "A", (1.0, 2.0, 3.0))
    assert (marked, pinned) == (Marked("A", (1.0, 2.0, 3.0)), None)
    marked, pinned = step(marked, "B", (4.0, 5.0, 6.0))
    assert (marked, pinned) == (None, Pinned("A", (1.0, 2.0, 3.0), "B", (4.0, 5.0, 6.0)))


def test_that_a_second_click_in_the_same_frame_takes_the_place_of_the_first() -> None:
    marked, _ = step(None, "A", (1.0, 2.0, 3.0))
    marked, pinned = step(marked, "A", (7.0, 8.0, 9.0))
    assert (marked, pinned) == (Marked("A", (7.0, 8.0, 9.0)), None)


clicks = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 9)), max_size=12)


@settings(max_examples=40)
@given(clicks)
def test_that_whatever_is_clicked_a_pin_has_the_last_click_in_each_of_two_frames(seen: list[tuple[str, int]]) -> None:
    marked: Marked | None = None
    waiting: list[tuple[str, int]] = []
    for frame, place in seen:
        waiting.append((frame, place))
        marked, pinned = step(marked, frame, (float(place), 0.0, 0.0))
        if pinned is None:
            assert marked == Marked(frame, (float(place), 0.0, 0.0))
            continue
        assert marked is None, "nothing is left over for the next pin"
        first = waiting[-2]
        assert (pinned.frame_a, pinned.point_a[0]) == first and (pinned.frame_b, pinned.point_b[0]) == (frame, place)
        assert {name for name, _ in waiting} == {pinned.frame_a, pinned.frame_b} and pinned.frame_a != pinned.frame_b
        waiting = []
