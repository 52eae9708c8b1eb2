from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.reading_order import Box, reading_order

BOXES = st.lists(
    st.builds(Box, st.integers(0, 400), st.integers(0, 400), st.integers(1, 200), st.integers(1, 200)), max_size=12
)


def test_that_columns_beside_a_tall_one_are_read_left_to_right_each_from_its_top() -> None:
    bar, rail, tools, images, panel = (
        Box(0, 0, 1600, 40),
        Box(0, 40, 168, 900),
        Box(168, 40, 952, 36),
        Box(168, 76, 952, 864),
        Box(1120, 40, 480, 900),
    )
    assert reading_order([panel, images, rail, bar, tools]) == [3, 2, 4, 1, 0]


def test_that_a_row_is_read_to_its_end_before_the_next() -> None:
    grid = [Box(x, y, 90, 20) for y in (0, 30) for x in (0, 100, 200)]
    assert reading_order(grid) == [0, 1, 2, 3, 4, 5]


def test_that_a_label_set_a_little_lower_stays_in_its_row() -> None:
    assert reading_order([Box(200, 0, 80, 28), Box(0, 5, 80, 18), Box(100, 3, 60, 22)]) == [1, 2, 0]


def test_that_what_lies_over_others_is_read_by_its_corner() -> None:
    left, right, over = Box(0, 0, 100, 100), Box(100, 0, 100, 100), Box(50, 60, 100, 30)
    assert reading_order([over, right, left]) == [2, 1, 0]


@given(BOXES)
def test_that_every_box_is_read_once(boxes: list[Box]) -> None:
    assert sorted(reading_order(boxes)) == list(range(len(boxes)))


@given(BOXES)
def test_that_the_order_follows_the_places_alone(boxes: list[Box]) -> None:
    told = [boxes[n] for n in reading_order(boxes)]
    turned = list(reversed(boxes))
    again = [turned[n] for n in reading_order(turned)]
    assert [(box.top, box.left) for box in told] == [(box.top, box.left) for box in again]
