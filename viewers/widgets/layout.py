"""How many tiles a grid shows and where they stand. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

GAP_PX = 2
SMALLEST_WIDTH_PX, SMALLEST_HEIGHT_PX = 300.0, 260.0
"""A tile is never smaller, before scaling; fewer are shown instead, on several pages."""

LOOSE_SHARE = 0.85
"""A loose layout holds while its tiles are at least this share of the largest they could be."""

MOST_ROWS, MOST_COLUMNS = 3, 4

Size = tuple[float, float]
Box = tuple[int, int, int, int]
"""Left, top, width and height in pixels."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Tiles in rows and columns, in reading order.

    With `large` the first tile takes all rows and all columns but the last, where the others stand below each other.
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

    def boxes(self, size: tuple[int, int]) -> Iterator[Box]:
        """Where the tiles stand in an area of `size`, with gaps of 2 px and no pixel left over."""
        for row, column, rows, columns in self._cells():
            left, right = (_edge(size[0], self.columns, n) for n in (column, column + columns))
            top, bottom = (_edge(size[1], self.rows, n) for n in (row, row + rows))
            yield left, top, right - left - GAP_PX, bottom - top - GAP_PX

    def smallest(self, size: Size) -> Size:
        """Width and height of its smallest tile in an area of `size`."""
        return (
            (size[0] - GAP_PX * (self.columns - 1)) / self.columns,
            (size[1] - GAP_PX * (self.rows - 1)) / self.rows,
        )

    def fits(self, size: Size, least: Size) -> bool:
        """Whether no tile is smaller than `least` in an area of `size`."""
        width, height = self.smallest(size)
        return width >= least[0] and height >= least[1]

    def _cells(self) -> Iterator[tuple[int, int, int, int]]:
        if self.large:
            yield 0, 0, self.rows, self.columns - 1
            for row in range(self.rows):
                yield row, self.columns - 1, 1, 1
        else:
            for row in range(self.rows):
                for column in range(self.columns):
                    yield row, column, 1, 1


ONE, TWO, FOUR = Layout(1, 1), Layout(1, 2), Layout(2, 2)
CHOICES = (ONE, TWO, Layout(1, 3), FOUR, Layout(2, 3), Layout(3, 3))
"""What the reader can choose from."""


def fitting(wanted: Layout, size: Size, least: Size = (SMALLEST_WIDTH_PX, SMALLEST_HEIGHT_PX)) -> Layout:
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
        if not wanted.loose or min(wanted.smallest(size)) >= LOOSE_SHARE * max(whole):
            return wanted
    if wanted.large and (narrower := Layout(wanted.rows, 2, large=True)).fits(size, least):
        return narrower

    def worth(shape: Layout) -> tuple[int, float, float]:
        side = min(shape.smallest(size))
        shown = min(shape.count, wanted.count)
        return (shown, side, -shape.count) if wanted.loose else (shown, -shape.count, side)

    return max(shapes, key=worth, default=ONE)


def _edge(length: int, parts: int, n: int) -> int:
    return round((length + GAP_PX) * n / parts)
