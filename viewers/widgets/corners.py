"""The texts in the corners of a view, on plates that never cover each other, however small the view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import assert_never

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from viewers.widgets.marks import Chip, CornerEntry, CornerTexts, OverlayLevel, TextLine, Tone
from viewers.widgets.painted_once import Drawn, PaintedOnce, Recipe
from viewers.widgets.palette import ViewPalette

CLEAR_OF_RULER_PX = 46.0
_EDGE_X, _EDGE_Y = 10.0, 8.0
_PAD = 4.0
_BETWEEN = 6.0
"""Between two plates."""

_RIGHT_SHARE = 0.42
"""Of the width, where both sides want more than there is: the patient's name is longer than a date."""

_LINE_PX, _CHIP_PX = 14.0, 17.0
_CHIP_PADDING, _CHIP_GAP = 8.0, 4.0

_ADVANCES = 512
"""How many widths are kept."""

Size = tuple[float, float]
Row = TextLine | tuple[Chip, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of one corner, as wide and as many as there is room for, and the upper left corner of their text."""

    name: str
    rows: tuple[Row, ...]
    widths: tuple[float, ...]
    left: float
    top: float

    @property
    def width(self) -> float:
        return max(self.widths)


class Corners:
    """The corner texts of one view; a corner is painted anew when it changes."""

    def __init__(self, palette: ViewPalette) -> None:
        self._palette = palette
        self._plain, self._bold = palette.font(palette.overlay_px), palette.font(palette.overlay_px, bold=True)
        self._metrics = QFontMetricsF(self._plain), QFontMetricsF(self._bold)
        self._kept = PaintedOnce()
        self._advances: dict[tuple[str, bool], float] = {}
        self._last: tuple[object, list[Block]] = (None, [])

    def pictures(
        self, size: Size, top_px: float, texts: CornerTexts, level: OverlayLevel, ratio: float
    ) -> tuple[Drawn, ...]:
        """The corner texts below `top_px` (what a banner takes), for a device of `ratio`.

        Two corners beside each other share the width; what is longer is shortened in its middle, chips stand below
        each other. Where the first line of the right corner would not fit beside the left one, that corner stands
        below it. The lower corners lose their last lines where the height does not suffice.
        """
        key = (size, top_px, texts, level)
        if key != self._last[0]:
            self._last = key, self.blocks(size, top_px, at_level(texts, level))
        return tuple(
            self._kept.drawn(block.name, block, ratio, partial(self._recipe, block)) for block in self._last[1]
        )

    # Arranging

    def blocks(self, size: Size, top_px: float, shown: CornerTexts) -> list[Block]:
        """Where the rows of each corner stand in a view of `size`."""
        scale = self._palette.scale
        edge_x, edge_y, pad = _EDGE_X * scale, _EDGE_Y * scale, _PAD * scale
        between = _BETWEEN * scale + 2 * pad
        right = size[0] - edge_x
        top, bottom = top_px + edge_y, size[1] - edge_y
        upper_left, upper_right, stacked = self._side_by_side(
            shown.top_left, shown.top_right, right - edge_x - between, right - edge_x
        )
        lower_right_of = CLEAR_OF_RULER_PX * scale
        lower_left, lower_right, _ = self._side_by_side(
            shown.bottom_left, shown.bottom_right, right - lower_right_of - between, right - lower_right_of, stack=False
        )
        below = top + (self._height(upper_left) + between if stacked and upper_left else 0.0)
        ends = [top + self._height(upper_left), below + self._height(upper_right)]
        ends = [max(ends)] * 2 if stacked else ends
        blocks = [
            self._block("top left", upper_left, edge_x, top),
            self._block("top right", upper_right, right, below, at_right=True),
        ]
        for name, rows, x, end in (
            ("bottom left", lower_left, lower_right_of, ends[0]),
            ("bottom right", lower_right, right, ends[1]),
        ):
            while rows and bottom - self._height(rows) < end + between:
                rows = rows[:-1]
            blocks.append(self._block(name, rows, x, bottom - self._height(rows), at_right=name.endswith("right")))
        return [block for block in blocks if block is not None]

    def _side_by_side(
        self, left: Sequence[CornerEntry], right: Sequence[CornerEntry], room: float, alone: float, stack: bool = True
    ) -> tuple[tuple[Row, ...], tuple[Row, ...], bool]:
        """The rows of two corners in `room` for both together, and whether the right one goes below the left one.

        `alone` is the room of a corner that has the width to itself.
        """
        if not (left and right):
            return self._fitted(left, alone), self._fitted(right, alone), False
        wanted = [max(self._width(row) for row in _rows(entries)) for entries in (left, right)]
        if sum(wanted) <= room:
            return _rows(left), _rows(right), False
        first = self._width(_rows(right)[0])
        if stack and first > room / 2:
            return self._fitted(left, alone), self._fitted(right, alone), True
        for_right = min(wanted[1], max(first, _RIGHT_SHARE * room, room - wanted[0]))
        return self._fitted(left, room - for_right), self._fitted(right, for_right), False

    def _fitted(self, entries: Sequence[CornerEntry], width: float) -> tuple[Row, ...]:
        """Rows no wider than `width`: lines shortened in the middle, chips on further rows."""
        rows: list[Row] = []
        for row in _rows(entries):
            if isinstance(row, TextLine):
                rows.append(replace(row, text=self._elided(row.text, row.bold, width)))
                continue
            line: tuple[Chip, ...] = ()
            for chip in row:
                if line and self._width((*line, chip)) > width:
                    rows.append(line)
                    line = ()
                line = (*line, self._fitted_chip(chip, width))
            rows.append(line)
        return tuple(rows)

    def _fitted_chip(self, chip: Chip, width: float) -> Chip:
        over = self._width((chip,)) - width
        if over <= 0:
            return chip
        bold = bool(chip.value)
        room = self._advance(chip.text, bold) - over
        return replace(chip, text=self._elided(chip.text, bold, room))

    def _elided(self, text: str, bold: bool, width: float) -> str:
        return self._metrics[bold].elidedText(text, Qt.TextElideMode.ElideMiddle, max(0.0, width))

    def _block(self, name: str, rows: tuple[Row, ...], x: float, top: float, at_right: bool = False) -> Block | None:
        if not rows:
            return None
        widths = tuple(self._width(row) for row in rows)
        return Block(name, rows, widths, x - max(widths) if at_right else x, top)

    def _height(self, rows: Sequence[Row]) -> float:
        return sum(_LINE_PX if isinstance(row, TextLine) else _CHIP_PX for row in rows) * self._palette.scale

    def _width(self, row: Row) -> float:
        if isinstance(row, TextLine):
            return self._advance(row.text, row.bold)
        scale = self._palette.scale
        chips = sum(self._chip_text(chip)[1] for chip in row)
        return chips + (_CHIP_PADDING * len(row) + _CHIP_GAP * (len(row) - 1)) * scale

    def _chip_text(self, chip: Chip) -> tuple[float, float]:
        """Where the value of a chip begins, from the beginning of its text, and where it ends."""
        if not chip.value:
            return 0.0, self._advance(chip.text, False)
        begins = self._advance(chip.text, True)
        return begins, begins + self._advance(f" {chip.value}", False)

    def _advance(self, text: str, bold: bool) -> float:
        """How wide a text is; shaping it takes longer than looking it up."""
        known = self._advances.get((text, bold))
        if known is None:
            if len(self._advances) > _ADVANCES:
                self._advances.clear()
            known = self._advances[text, bold] = self._metrics[bold].horizontalAdvance(text)
        return known

    # Painting

    def _recipe(self, block: Block) -> Recipe:
        palette, pad = self._palette, _PAD * self._palette.scale
        height = self._height(block.rows)
        plate = QRectF(block.left - pad, block.top - pad / 2, block.width + 2 * pad, height + pad)

        def paint(painter: QPainter) -> None:
            _paint_plate(painter, plate.toAlignedRect(), palette.colour(palette.plate, palette.plate_opacity))
            y = block.top
            for row, width in zip(block.rows, block.widths, strict=True):
                x = block.left + block.width - width if block.name.endswith("right") else block.left
                if isinstance(row, TextLine):
                    self._paint_text(painter, x, y, _LINE_PX, row.text, row.bold, palette.text)
                    y += _LINE_PX * palette.scale
                else:
                    for chip in row:
                        x += self._paint_chip(painter, chip, x, y) + _CHIP_GAP * palette.scale
                    y += _CHIP_PX * palette.scale

        return QRectF(plate.toAlignedRect()), paint

    def _paint_chip(self, painter: QPainter, chip: Chip, x: float, y: float) -> float:
        """Gives its width."""
        palette, scale = self._palette, self._palette.scale
        border, colour = _tone_colours(chip.tone, palette)
        begins, ends = self._chip_text(chip)
        width = ends + _CHIP_PADDING * scale
        painter.setBrush(palette.colour(palette.plate, palette.plate_opacity))
        painter.setPen(QPen(QColor(border), 1.0))
        painter.drawRoundedRect(QRectF(x + 0.5, y + 0.5, width - 1, _CHIP_PX * scale - 2), 3, 3)
        inner = x + _CHIP_PADDING / 2 * scale
        self._paint_text(painter, inner, y - 0.5, _CHIP_PX, chip.text, bool(chip.value), colour)
        if chip.value:
            self._paint_text(painter, inner + begins, y - 0.5, _CHIP_PX, f" {chip.value}", False, colour)
        return width

    def _paint_text(
        self, painter: QPainter, x: float, y: float, height_px: float, text: str, bold: bool, colour: str
    ) -> None:
        metrics = self._metrics[bold]
        font: QFont = self._bold if bold else self._plain
        painter.setFont(font)
        painter.setPen(QColor(colour))
        spare = height_px * self._palette.scale - metrics.ascent() - metrics.descent()
        painter.drawText(QPointF(x, y + spare / 2 + metrics.ascent()), text)


def _paint_plate(painter: QPainter, rect: QRect, colour: QColor) -> None:
    """A plate with its corner pixels left out. Qt hands a rounded one to its threads, and waits for them."""
    for part in (
        QRect(rect.left() + 1, rect.top(), rect.width() - 2, 1),
        QRect(rect.left(), rect.top() + 1, rect.width(), rect.height() - 2),
        QRect(rect.left() + 1, rect.bottom(), rect.width() - 2, 1),
    ):
        painter.fillRect(part, colour)


def at_level(texts: CornerTexts, level: OverlayLevel) -> CornerTexts:
    """What is written at a level; the first line of the upper corners (patient, date) is never left out.

    Minimal keeps the first line of each corner, bold lines at the upper left and the chips at the upper right.
    """
    match level:
        case OverlayLevel.FULL:
            return texts
        case OverlayLevel.MINIMAL:
            chips = tuple(entry for entry in texts.top_right[1:] if isinstance(entry, (Chip, tuple)))
            return CornerTexts(
                texts.top_left[:1] + tuple(e for e in texts.top_left[1:] if isinstance(e, TextLine) and e.bold),
                texts.top_right[:1] + chips,
                texts.bottom_left[:1],
                texts.bottom_right[:1],
            )
        case OverlayLevel.OFF:
            return CornerTexts(texts.top_left[:1], texts.top_right[:1])
        case _:
            assert_never(level)


def _rows(entries: Sequence[CornerEntry]) -> tuple[Row, ...]:
    return tuple(
        TextLine(entry) if isinstance(entry, str) else (entry,) if isinstance(entry, Chip) else entry
        for entry in entries
    )


def _tone_colours(tone: Tone, palette: ViewPalette) -> tuple[str, str]:
    """Border and text of a chip."""
    match tone:
        case Tone.PLAIN:
            return palette.text_3, palette.text
        case Tone.MET:
            return palette.met, palette.met
        case Tone.AMBER:
            return palette.amber, palette.amber
        case Tone.ERROR:
            return palette.error, palette.error
        case Tone.ACCENT:
            return palette.accent, palette.accent
        case _:
            assert_never(tone)
