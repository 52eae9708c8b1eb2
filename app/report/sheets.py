"""Paper: blocks one below the other, broken into pages with a head and a foot. Lengths are pixels, 96 to the inch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPainter, QPdfWriter

_PER_INCH = 96
_FINE = 1200
HEAD, FOOT, EDGE = 62.0, 40.0, 46.0
PAPERS = {"a4": QPageSize.PageSizeId.A4, "letter": QPageSize.PageSizeId.Letter}


def screen_dots_per_inch() -> int:
    """What plots were laid out for: on another device their axes would be of another size than their curves."""
    screen = QGuiApplication.primaryScreen()
    return round(screen.logicalDotsPerInch()) if screen is not None else _PER_INCH


class Block(Protocol):
    """A part of a page. `keep` holds it on the page of the block that follows it."""

    @property
    def keep(self) -> bool: ...

    def height(self, width: float) -> float: ...

    def paint(self, painter: QPainter, box: QRectF) -> None: ...

    def again(self) -> Block | None:
        """What stands above this block when it is the first on a page: the head of its table."""


@dataclass(frozen=True)
class Placed:
    block: Block
    top: float
    height: float


def broken(blocks: Sequence[Block], width: float, height: float) -> list[list[Placed]]:
    """The blocks on pages of this size. What is higher than a page begins one; no page is empty."""
    pages: list[list[Placed]] = [[]]
    top = 0.0
    at = 0
    while at < len(blocks):
        together = _kept(blocks, at)
        needed = sum(block.height(width) for block in together)
        if top > 0 and top + needed > height:
            pages.append([])
            top = 0.0
            repeated = blocks[at].again()
            if repeated is not None:
                tall = repeated.height(width)
                pages[-1].append(Placed(repeated, 0.0, tall))
                top = tall
        for block in together:
            tall = block.height(width)
            pages[-1].append(Placed(block, top, tall))
            top += tall
        at += len(together)
    return pages


def _kept(blocks: Sequence[Block], at: int) -> Sequence[Block]:
    """A block with all that must stand on its page."""
    end = at
    while end < len(blocks) - 1 and blocks[end].keep:
        end += 1
    return blocks[at : end + 1]


PageEdge = Callable[[QPainter, QRectF, int, int], None]
"""Paints the head or the foot of a page into a box: which page, of how many."""


def write_pdf(
    path: Path, title: str, blocks: Sequence[Block], head: PageEdge, foot: PageEdge, paper: str = "a4"
) -> int:
    """Write the pages and answer how many there are.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    size = QPageSize(PAPERS[paper])
    content = QBuffer()  # errors of the disk are seen when its bytes are written, not while they are painted
    content.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(content)
    writer.setResolution(_FINE)
    writer.setTitle(title)
    writer.setCreator("Hepatrace")
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    inches: QSizeF = size.size(QPageSize.Unit.Inch)
    wide, tall = inches.width() * _PER_INCH, inches.height() * _PER_INCH
    inside = QRectF(EDGE, HEAD, wide - 2 * EDGE, tall - HEAD - FOOT)
    pages = broken(blocks, inside.width(), inside.height())
    painter = QPainter(writer)
    try:
        painter.scale(_FINE / _PER_INCH, _FINE / _PER_INCH)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, page in enumerate(pages, start=1):
            if number > 1:
                writer.newPage()
            head(painter, QRectF(EDGE, 0, inside.width(), HEAD), number, len(pages))
            foot(painter, QRectF(EDGE, tall - FOOT, inside.width(), FOOT), number, len(pages))
            for placed in page:
                painter.save()
                placed.block.paint(
                    painter, QRectF(inside.left(), inside.top() + placed.top, inside.width(), placed.height)
                )
                painter.restore()
    finally:
        painter.end()
    content.close()
    path.write_bytes(content.data().data())
    return len(pages)
