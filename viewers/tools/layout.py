"""How many tiles a grid shows and where they stand. Pure; no Qt."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

Size = tuple[float, float]
Box = tuple[int, int, int, int]
"""Left, top, width and height in pixels."""

GAP_PX = 2
SMALLEST_WIDTH_PX, SMALLEST_HEIGHT_PX = 300.0, 260.0
"""A tile is never smaller, before scaling; fewer are shown instead, on several pages."""

LOOSE_SHARE = 0.85
"""A loose layout holds while its tiles are at least this share of the largest they could be."""

LEAST: Size = (SMALLEST_WIDTH_PX, SMALLEST_HEIGHT_PX)
MOST_ROWS, MOST_COLUMNS = 3, 4


@dataclass(frozen=True, slots=True)
class Layout:
    """Tiles in rows and columns, in reading order.

    With `large` the first tile takes all the room but the last column, where the others stand below each other.
    With `loose` the tiles may stand otherwise where they are much larger then.
    """

    rows: int
    columns: int
    large: bool = False
    loose: bool = False

    @property
    def count(self) -> int:
        """How many tiles it shows."""
        return 1 + self.rows if self.large else self.rows * self.columns

    def boxes(self, size: tuple[int, int], least: Size = LEAST) -> Iterator[Box]:
        """Where the tiles stand in an area of `size`, with gaps of 2 px and no pixel left over.

        Beside a large tile the others take a share of the width, and not less than `least`.
        """
        if not self.large:
            for row in range(self.rows):
                for column in range(self.columns):
                    yield _box(_edges(size[0], self.columns, column), _edges(size[1], self.rows, row))
            return
        beside = math.ceil(self._beside(size, least))
        yield 0, 0, size[0] - beside - GAP_PX, size[1]
        for row in range(self.rows):
            yield _box((size[0] - beside, size[0] + GAP_PX), _edges(size[1], self.rows, row))

    def smallest(self, size: Size, least: Size = LEAST) -> Size:
        """Width and height of its smallest tile in an area of `size`."""
        height = (size[1] - GAP_PX * (self.rows - 1)) / self.rows
        if self.large:
            beside = self._beside(size, least)
            return min(beside, size[0] - beside - GAP_PX), height
        return (size[0] - GAP_PX * (self.columns - 1)) / self.columns, height

    def fits(self, size: Size, least: Size = LEAST) -> bool:
        """Whether no tile is smaller than `least` in an area of `size`."""
        width, height = self.smallest(size, least)
        return width >= least[0] and height >= least[1]

    def _beside(self, size: Size, least: Size) -> float:
        """How wide the tiles beside a large one are."""
        return max(least[0], (size[0] - GAP_PX * (self.columns - 1)) / self.columns)


ONE, TWO, FOUR = Layout(1, 1), Layout(1, 2), Layout(2, 2)
CHOICES = (ONE, TWO, Layout(1, 3), FOUR, Layout(2, 3), Layout(3, 3))
"""What the reader can choose from."""


def fitting(wanted: Layout, size: Size, least: Size = LEAST) -> Layout:
    """The wanted layout where it fits; else, or where it is loose, what shows most of its tiles as large as can be.

    Parameters
    ----------
    size
        Width and height of the area in pixels.
    least
        What no tile may be smaller than; a single tile may.
    """
    every = (Layout(rows, columns) for rows in range(1, MOST_ROWS + 1) for columns in range(1, MOST_COLUMNS + 1))
    shapes = [shape for shape in every if shape.fits(size, least)]
    if wanted.fits(size, least):
        whole = [min(shape.smallest(size)) for shape in shapes if shape.count >= wanted.count]
        if not wanted.loose or min(wanted.smallest(size, least)) >= LOOSE_SHARE * max(whole):
            return wanted

    def worth(shape: Layout) -> tuple[int, float, float]:
        side = min(shape.smallest(size))
        shown = min(shape.count, wanted.count)
        return (shown, side, -shape.count) if wanted.loose else (shown, -shape.count, side)

    return max(shapes, key=worth, default=ONE)


def _edges(length: int, parts: int, n: int) -> tuple[int, int]:
    """Where part `n` begins, and where the next one does."""
    first, then = (round((length + GAP_PX) * k / parts) for k in (n, n + 1))
    return first, then


def _box(across: tuple[int, int], down: tuple[int, int]) -> Box:
    return across[0], down[0], across[1] - across[0] - GAP_PX, down[1] - down[0] - GAP_PX
