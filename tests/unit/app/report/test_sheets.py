"""Blocks on pages: all of them, in order, none cut, headings never alone."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app.report.sheets import Block, broken


@dataclass(frozen=True)
class Box:
    tall: float
    keep: bool = False
    head: Block | None = None

    def height(self, width: float) -> float:
        return self.tall

    def paint(self, painter: QPainter, box: QRectF) -> None:
        raise AssertionError("nothing is painted here")

    def again(self) -> Block | None:
        return self.head


boxes = st.builds(Box, st.floats(1, 90), st.just(False))


@given(st.lists(boxes, max_size=30))
def test_that_every_block_stands_once_in_order_and_whole_on_its_page(blocks: list[Box]) -> None:
    pages = broken(blocks, 100, 100)
    assert [placed.block for page in pages for placed in page] == blocks
    for page in pages:
        assert page or not blocks
        ends = [placed.top + placed.height for placed in page]
        assert all(end <= 100 + 1e-9 for end in ends)
        assert all(abs(placed.top - end) < 1e-9 for placed, end in zip(page[1:], ends, strict=False))


def test_that_a_heading_goes_to_the_page_of_what_it_heads() -> None:
    text, heading, more = Box(70), Box(10, keep=True), Box(30)
    assert [[p.block for p in page] for page in broken([text, heading, more], 100, 100)] == [[text], [heading, more]]


def test_that_a_table_repeats_its_head_on_the_next_page() -> None:
    head = Box(10, keep=True)
    rows = [Box(40, head=head) for _ in range(4)]
    pages = broken([head, *rows], 100, 100)
    assert [[p.block for p in page] for page in pages] == [[head, rows[0], rows[1]], [head, rows[2], rows[3]]]
    assert [p.top for p in pages[1]] == [0, 10, 50]


def test_that_what_is_higher_than_a_page_begins_one() -> None:
    small, tall = Box(10), Box(150)
    assert [[p.block for p in page] for page in broken([small, tall, small], 100, 100)] == [[small], [tall], [small]]
