"""The blocks a report is made of: headings, paragraphs, rows of tables, pictures, a drawing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from app.panels.marks import paint_response_letters
from app.report.sheets import Block
from app.theme import Face, Theme, flat_pen
from mrecist.values import Response

_TALL = 1e5
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop)


@dataclass(frozen=True)
class Text:
    """Words that break into lines."""

    theme: Theme
    words: str
    token: str = "text.1"
    face: Face = Face.BODY
    bold: bool = False
    above: float = 0.0
    below: float = 3.0
    left: float = 0.0
    keep: bool = False

    def height(self, width: float) -> float:
        metrics = QFontMetricsF(self.theme.font(self.face, self.bold))
        box = metrics.boundingRect(QRectF(0, 0, max(1.0, width - self.left), _TALL), _WRAP, self.words)
        return self.above + box.height() + self.below

    def paint(self, painter: QPainter, box: QRectF) -> None:
        painter.setFont(self.theme.font(self.face, self.bold))
        painter.setPen(self.theme.colour(self.token))
        painter.drawText(box.adjusted(self.left, self.above, 0, 0), _WRAP, self.words)

    def again(self) -> Block | None:
        return None


@dataclass(frozen=True)
class Heading:
    """A heading with a line above it; it never stands alone at the foot of a page."""

    theme: Theme
    words: str
    note: str = ""
    keep: bool = True

    def height(self, width: float) -> float:
        return 34.0

    def paint(self, painter: QPainter, box: QRectF) -> None:
        top = box.top() + 10
        painter.fillRect(QRectF(box.left(), top, box.width(), 1), self.theme.colour("line.strong"))
        font = self.theme.font(Face.TITLE, bold=True)
        painter.setFont(font)
        painter.setPen(self.theme.colour("text.1"))
        line = QRectF(box.left(), top + 3, box.width(), 20)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), self.words)
        if self.note:
            wide = QFontMetricsF(font).horizontalAdvance(self.words)
            painter.setFont(self.theme.font(Face.SMALL))
            painter.setPen(self.theme.colour("text.2"))
            painter.drawText(line.adjusted(wide + 10, 1, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), self.note)

    def again(self) -> Block | None:
        return None


@dataclass(frozen=True)
class Gap:
    tall: float
    keep: bool = False

    def height(self, width: float) -> float:
        return self.tall

    def paint(self, painter: QPainter, box: QRectF) -> None:
        return None

    def again(self) -> Block | None:
        return None


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its share of the width, and whether it holds numbers."""

    title: str
    share: float
    right: bool = False


@dataclass(frozen=True)
class Row:
    """One row; a cell is words, or a response that is drawn as its mark. It repeats the head of its table."""

    theme: Theme
    columns: Sequence[Column]
    cells: Sequence[str | Response]
    bold: bool = False
    head: Block | None = None
    tokens: Sequence[str] = field(default_factory=tuple)
    keep: bool = False

    def height(self, width: float) -> float:
        metrics = QFontMetricsF(self.theme.font(Face.SMALL, self.bold))
        tall = 16.0
        for column, cell in zip(self.columns, self.cells, strict=True):
            if isinstance(cell, Response) or not cell:
                continue
            room = QRectF(0, 0, max(1.0, self._wide(column, width) - 6), _TALL)
            tall = max(tall, metrics.boundingRect(room, _WRAP, cell).height())
        return tall + 5

    def paint(self, painter: QPainter, box: QRectF) -> None:
        left = box.left()
        for number, (column, cell) in enumerate(zip(self.columns, self.cells, strict=True)):
            wide = self._wide(column, box.width())
            room = QRectF(left, box.top() + 2, wide - 6, box.height() - 4)
            if isinstance(cell, Response):
                paint_response_letters(painter, QRectF(left, box.top() + 2, wide, 16), cell, self.theme, Face.SMALL)
            else:
                token = self.tokens[number] if number < len(self.tokens) and self.tokens[number] else "text.1"
                painter.setFont(self.theme.font(Face.SMALL, self.bold))
                painter.setPen(self.theme.colour(token))
                side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
                painter.drawText(room, _WRAP | int(side), cell)
            left += wide
        painter.fillRect(QRectF(box.left(), box.bottom() - 0.5, box.width(), 0.5), self.theme.colour("line.divider"))

    def again(self) -> Block | None:
        return self.head

    def _wide(self, column: Column, width: float) -> float:
        return width * column.share / sum(one.share for one in self.columns)


@dataclass(frozen=True)
class TableHead:
    """The headings of a table, on a tinted ground."""

    theme: Theme
    columns: Sequence[Column]
    keep: bool = True

    def height(self, width: float) -> float:
        return 20.0

    def paint(self, painter: QPainter, box: QRectF) -> None:
        painter.fillRect(box, self.theme.colour("surface.raised"))
        whole = sum(column.share for column in self.columns)
        left = box.left()
        painter.setFont(self.theme.font(Face.RULE, bold=True))
        painter.setPen(self.theme.colour("text.2"))
        for column in self.columns:
            wide = box.width() * column.share / whole
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            room = QRectF(left + (0 if column.right else 2), box.top(), wide - 6, box.height())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | side), column.title)
            left += wide

    def again(self) -> Block | None:
        return None


def table(
    theme: Theme,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str | Response]],
    bold: Sequence[int] = (),
    faint: Sequence[int] = (),
) -> list[Block]:
    """A table as a head and its rows, which break over pages with the head repeated; `bold` and `faint` are numbers."""
    head = TableHead(theme, columns)
    grey = ("text.2",) * len(columns)
    made = [
        Row(theme, columns, cells, number in bold, head, grey if number in faint else ())
        for number, cells in enumerate(rows)
    ]
    return [head, *made]


@dataclass(frozen=True)
class Drawing:
    """A picture that is painted as vectors."""

    tall: float
    draw: Callable[[QPainter, QRectF], None]
    keep: bool = False

    def height(self, width: float) -> float:
        return self.tall

    def paint(self, painter: QPainter, box: QRectF) -> None:
        self.draw(painter, box)

    def again(self) -> Block | None:
        return None


@dataclass(frozen=True)
class KeyPicture:
    """An image with the line that was measured, or a note why there is none; below it what it shows."""

    title: str
    caption: str
    image: QImage | None = None
    line: tuple[tuple[float, float], tuple[float, float]] | None = None
    mm_per_px: float = 0.0
    note: str = ""


def paint_key_picture(painter: QPainter, square: QRectF, picture: KeyPicture, theme: Theme) -> None:
    """Paint an image with its line and a bar of 10 mm."""
    assert picture.image is not None
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(square, picture.image)
    scale = square.width() / picture.image.width()
    if picture.line is not None:
        ends = [QPointF(square.left() + x * scale, square.top() + y * scale) for x, y in picture.line]
        for colour, wide in ((QColor(0, 0, 0, 150), 2.6), (QColor("#FFE066"), 1.2)):
            painter.setPen(flat_pen(colour, wide))
            painter.drawLine(*ends)
    if picture.mm_per_px:
        bar = 10 / picture.mm_per_px * scale
        foot = QPointF(square.left() + 7, square.bottom() - 7)
        painter.setFont(theme.font(Face.RULE))
        wide = max(bar, QFontMetricsF(painter.font()).horizontalAdvance("10 mm"))
        painter.fillRect(QRectF(foot.x() - 4, foot.y() - 16, wide + 8, 20), QColor(0, 0, 0, 150))
        painter.setPen(flat_pen(QColor("white"), 2))
        painter.drawLine(foot, QPointF(foot.x() + bar, foot.y()))
        painter.setPen(QColor("white"))
        painter.drawText(QPointF(foot.x(), foot.y() - 4), "10 mm")


@dataclass(frozen=True)
class Pictures:
    """Pictures of one lesion side by side, all of one size."""

    theme: Theme
    pictures: Sequence[KeyPicture]
    across: int = 3
    keep: bool = False

    def height(self, width: float) -> float:
        return self._side(width) + 40

    def paint(self, painter: QPainter, box: QRectF) -> None:
        side = self._side(box.width())
        for number, picture in enumerate(self.pictures):
            square = QRectF(box.left() + number * (side + 12), box.top(), side, side)
            painter.fillRect(square, QColor("black"))
            if picture.image is not None:
                paint_key_picture(painter, square, picture, self.theme)
            else:
                painter.setFont(self.theme.font(Face.SMALL))
                painter.setPen(QColor("#B6BEC5"))
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(square.adjusted(10, 10, -10, -10), int(flags), picture.note)
            self._said(painter, QRectF(square.left(), square.bottom() + 2, side, 34), picture)

    def again(self) -> Block | None:
        return None

    def _side(self, width: float) -> float:
        return (width - 12 * (self.across - 1)) / self.across

    def _said(self, painter: QPainter, box: QRectF, picture: KeyPicture) -> None:
        for row, (said, bold, token) in enumerate(
            ((picture.title, True, "text.1"), (picture.caption, False, "text.2"))
        ):
            font = self.theme.font(Face.SMALL, bold)
            painter.setFont(font)
            painter.setPen(self.theme.colour(token))
            shown = QFontMetricsF(font).elidedText(said, Qt.TextElideMode.ElideRight, box.width())
            line = QRectF(box.left(), box.top() + row * 15, box.width(), 15)
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), shown)
