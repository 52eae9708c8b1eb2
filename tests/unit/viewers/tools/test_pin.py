from __future__ import annotations

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
