from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewers.tools.layout import CHOICES, FOUR, ONE, Layout, fitting


@pytest.mark.parametrize(
    ("wanted", "size", "shown"),
    [
        pytest.param(Layout(3, 3), (952, 860), Layout(3, 3), id="3x3-at-1600"),
        pytest.param(Layout(3, 3), (840, 676), FOUR, id="3x3-at-1280"),
        pytest.param(Layout(2, 3), (840, 676), FOUR, id="2x3-at-1280"),
        pytest.param(Layout(1, 3), (840, 676), Layout(2, 2), id="three-of-four-places"),
        pytest.param(Layout(1, 4), (952, 860), FOUR, id="a-strip-becomes-a-square"),
        pytest.param(Layout(1, 4), (1920, 1000), Layout(1, 4), id="a-strip-on-a-second-monitor"),
        pytest.param(Layout(2, 4), (952, 860), Layout(3, 3), id="eight-of-nine-places"),
        pytest.param(Layout(2, 3, large=True), (952, 860), Layout(2, 3, large=True), id="large-at-1600"),
        pytest.param(Layout(2, 3, large=True), (840, 676), Layout(2, 3, large=True), id="large-at-1280"),
        pytest.param(Layout(2, 3, large=True), (601, 676), Layout(2, 1), id="no-room-beside-a-large-one"),
        pytest.param(Layout(1, 3, loose=True), (952, 860), FOUR, id="three-in-a-row-would-be-thin"),
        pytest.param(Layout(1, 3, loose=True), (1500, 500), Layout(1, 3, loose=True), id="three-in-a-wide-row"),
        pytest.param(Layout(1, 4, loose=True), (1920, 1000), Layout(1, 4, loose=True), id="nearly-as-large"),
        pytest.param(FOUR, (576, 676), Layout(2, 1), id="below-each-other"),
        pytest.param(FOUR, (200, 150), ONE, id="one-may-be-smaller"),
    ],
)
def test_that_what_does_not_fit_gives_way_to_what_shows_most_of_it(
    wanted: Layout, size: tuple[int, int], shown: Layout
) -> None:
    assert fitting(wanted, size) == shown


@given(
    st.sampled_from((*CHOICES, Layout(1, 4), Layout(2, 4), Layout(2, 3, large=True))),
    st.integers(300, 2500),
    st.integers(260, 1500),
)
def test_that_no_tile_is_ever_too_small_and_tiles_fill_the_area(wanted: Layout, width: int, height: int) -> None:
    shown = fitting(wanted, (width, height))
    boxes = list(shown.boxes((width, height)))
    assert len(boxes) == shown.count
    assert all(w >= 299 and h >= 259 for _, _, w, h in boxes)  # a box is rounded to whole pixels
    assert (max(x + w for x, _, w, _ in boxes), max(y + h for _, y, _, h in boxes)) == (width, height)
    for i, (x, y, w, h) in enumerate(boxes):
        for x2, y2, w2, h2 in boxes[i + 1 :]:
            assert x + w + 2 <= x2 or x2 + w2 + 2 <= x or y + h + 2 <= y2 or y2 + h2 + 2 <= y


@pytest.mark.parametrize(
    ("size", "boxes"),
    [
        ((902, 602), [(0, 0, 600, 602), (602, 0, 300, 300), (602, 302, 300, 300)]),
        ((840, 602), [(0, 0, 538, 602), (540, 0, 300, 300), (540, 302, 300, 300)]),
        ((1204, 602), [(0, 0, 802, 602), (804, 0, 400, 300), (804, 302, 400, 300)]),
    ],
    ids=["as small as may be", "not smaller", "a third"],
)
def test_that_the_tiles_beside_a_large_one_are_a_third_and_never_too_small(
    size: tuple[int, int], boxes: list[tuple[int, int, int, int]]
) -> None:
    assert list(Layout(2, 3, large=True).boxes(size)) == boxes
