"""The texts in the corners of a view, on plates that never cover each other, however small the view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import assert_never

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from viewers.widgets.marks import Chip, CornerEntry, CornerTexts, OverlayLevel, TextLine, Tone
from viewers.widgets.painted_once import IMAGES, Drawn, Latest, PaintedOnce, Picture, Recipe
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

_WARNS = (Tone.AMBER, Tone.ERROR)

Size = tuple[float, float]
Row = TextLine | tuple[Chip, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows below each other, how wide each is, and how wide and high all of them are."""

    rows: tuple[Row, ...]
    widths: tuple[float, ...]
    width: float
    height: float


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
    """The corner texts of one view; those that were shown before are kept as pictures."""

    def __init__(self, palette: ViewPalette) -> None:
        self._palette = palette
        self._fonts = palette.font(palette.overlay_px), palette.font(palette.overlay_px, bold=True)
        self._metrics = QFontMetricsF(self._fonts[0]), QFontMetricsF(self._fonts[1])
        self._rises = [metrics.ascent() - metrics.descent() for metrics in self._metrics]
        self._plate, self._text = palette.colour(palette.plate, palette.plate_opacity), QColor(palette.text)
        self._kept = PaintedOnce(IMAGES)
        self._advances: dict[tuple[str, bool], float] = {}
        self._whole: dict[str, tuple[Sequence[CornerEntry], _Rows]] = {}
        self._beside: dict[str, tuple[object, tuple[_Rows, _Rows, bool]]] = {}
        self._arranged: Latest[tuple[Picture, ...]] = Latest(IMAGES)

    def pictures(
        self, size: Size, top_px: float, texts: CornerTexts, level: OverlayLevel, ratio: float
    ) -> tuple[Drawn, ...]:
        """The corner texts below `top_px` (what a banner takes), for a device of `ratio`.

        Two corners beside each other share the width; what is longer is shortened in its middle, chips stand below
        each other. Where the first line of the right corner would not fit beside the left one, that corner stands
        below it. The lower corners lose their last lines where the height does not suffice.
        """
        key = (size, top_px, texts, level, ratio)
        known = self._arranged.get(key)
        if known is not None:
            return known
        blocks = self.blocks(size, top_px, at_level(texts, level))
        drawn = [self._kept.drawn(block.name, block, ratio, partial(self._recipe, block)) for block in blocks]
        pictures = tuple(one for one in drawn if isinstance(one, Picture))
        if len(pictures) == len(drawn):
            self._arranged.put(key, pictures)
        return tuple(drawn)

    # Arranging

    def blocks(self, size: Size, top_px: float, shown: CornerTexts) -> list[Block]:
        """Where the rows of each corner stand in a view of `size`."""
        scale = self._palette.scale
        edge_x, edge_y, pad = _EDGE_X * scale, _EDGE_Y * scale, _PAD * scale
        between = _BETWEEN * scale + 2 * pad
        right = size[0] - edge_x
        top, bottom = top_px + edge_y, size[1] - edge_y
        upper_left, upper_right, stacked = self._side_by_side(
            ("top left", shown.top_left), ("top right", shown.top_right), right - edge_x - between, right - edge_x
        )
        lower_right_of = CLEAR_OF_RULER_PX * scale
        room = right - lower_right_of
        lower_left, lower_right, _ = self._side_by_side(
            ("bottom left", shown.bottom_left), ("bottom right", shown.bottom_right), room - between, room, stack=False
        )
        below = top + (upper_left.height + between if stacked and upper_left.rows else 0.0)
        ends = [top + upper_left.height, below + upper_right.height]
        ends = [max(ends)] * 2 if stacked else ends
        blocks = [_block("top left", upper_left, edge_x, top), _block("top right", upper_right, right, below)]
        for name, rows, x, end in (
            ("bottom left", lower_left, lower_right_of, ends[0]),
            ("bottom right", lower_right, right, ends[1]),
        ):
            while rows.rows and bottom - rows.height < end + between:
                rows = self._measured(rows.rows[:-1])
            blocks.append(_block(name, rows, x, bottom - rows.height))
        return [block for block in blocks if block.rows]

    def _side_by_side(
        self,
        left: tuple[str, Sequence[CornerEntry]],
        right: tuple[str, Sequence[CornerEntry]],
        room: float,
        alone: float,
        stack: bool = True,
    ) -> tuple[_Rows, _Rows, bool]:
        """The rows of two corners in `room` for both together, and whether the right one goes below the left one.

        `alone` is the room of a corner that has the width to itself. Arranged when the words or the room change.
        """
        key = (left, right, room, alone, stack)
        known = self._beside.get(left[0])
        if known is None or known[0] != key:
            known = self._beside[left[0]] = key, self._arranged_beside(*key)
        return known[1]

    def _arranged_beside(
        self,
        left: tuple[str, Sequence[CornerEntry]],
        right: tuple[str, Sequence[CornerEntry]],
        room: float,
        alone: float,
        stack: bool,
    ) -> tuple[_Rows, _Rows, bool]:
        whole = [self._unshortened(name, entries) for name, entries in (left, right)]
        for_left, for_right = left[1], right[1]
        if not (for_left and for_right):
            return self._fitted(for_left, alone), self._fitted(for_right, alone), False
        if whole[0].width + whole[1].width <= room:
            return whole[0], whole[1], False
        first = whole[1].widths[0]
        if stack and first > room / 2:
            return self._fitted(for_left, alone), self._fitted(for_right, alone), True
        first = min(first, room / 2)
        share = min(whole[1].width, max(first, _RIGHT_SHARE * room, room - whole[0].width))
        return self._fitted(for_left, room - share), self._fitted(for_right, share), False

    def _unshortened(self, name: str, entries: Sequence[CornerEntry]) -> _Rows:
        """The rows of a corner as wide as they are; measured when they change."""
        known = self._whole.get(name)
        if known is None or known[0] != entries:
            known = self._whole[name] = (entries, self._measured(_rows(entries)))
        return known[1]

    def _measured(self, rows: tuple[Row, ...]) -> _Rows:
        widths = tuple(self._width(row) for row in rows)
        height = sum(_LINE_PX if isinstance(row, TextLine) else _CHIP_PX for row in rows) * self._palette.scale
        return _Rows(rows, widths, max(widths, default=0.0), height)

    def _fitted(self, entries: Sequence[CornerEntry], width: float) -> _Rows:
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
        return self._measured(tuple(rows))

    def _fitted_chip(self, chip: Chip, width: float) -> Chip:
        over = self._width((chip,)) - width
        if over <= 0:
            return chip
        if chip.short:
            return self._fitted_chip(replace(chip, text=chip.short, short=""), width)
        bold = bool(chip.value)
        room = self._advance(chip.text, bold) - over
        return replace(chip, text=self._elided(chip.text, bold, room))

    def _elided(self, text: str, bold: bool, width: float) -> str:
        return self._metrics[bold].elidedText(text, Qt.TextElideMode.ElideMiddle, max(0.0, width))

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
        scale, pad = self._palette.scale, _PAD * self._palette.scale
        height = sum(_LINE_PX if isinstance(row, TextLine) else _CHIP_PX for row in block.rows) * scale
        plate = QRectF(block.left - pad, block.top - pad / 2, block.width + 2 * pad, height + pad).toAlignedRect()

        def paint(painter: QPainter) -> None:
            _paint_plate(painter, plate, self._plate)
            y = block.top
            for row, width in zip(block.rows, block.widths, strict=True):
                x = block.left + block.width - width if block.name.endswith("right") else block.left
                if isinstance(row, TextLine):
                    self._paint_text(painter, x, y, _LINE_PX, row.text, row.bold, self._text)
                    y += _LINE_PX * scale
                else:
                    for chip in row:
                        x += self._paint_chip(painter, chip, x, y) + _CHIP_GAP * scale
                    y += _CHIP_PX * scale

        return QRectF(plate), paint

    def _paint_chip(self, painter: QPainter, chip: Chip, x: float, y: float) -> float:
        """Gives its width."""
        palette, scale = self._palette, self._palette.scale
        border, colour = _tone_colours(chip.tone, palette)
        begins, ends = self._chip_text(chip)
        width = ends + _CHIP_PADDING * scale
        painter.setBrush(self._plate)
        painter.setPen(QPen(QColor(border), 1.0))
        painter.drawRoundedRect(QRectF(x + 0.5, y + 0.5, width - 1, _CHIP_PX * scale - 2), 3, 3)
        inner = x + _CHIP_PADDING / 2 * scale
        self._paint_text(painter, inner, y - 0.5, _CHIP_PX, chip.text, bool(chip.value), QColor(colour))
        if chip.value:
            self._paint_text(painter, inner + begins, y - 0.5, _CHIP_PX, f" {chip.value}", False, QColor(colour))
        return width

    def _paint_text(
        self, painter: QPainter, x: float, y: float, height_px: float, text: str, bold: bool, colour: QColor
    ) -> None:
        painter.setFont(self._fonts[bold])
        painter.setPen(colour)
        painter.drawText(QPointF(x, y + (height_px * self._palette.scale + self._rises[bold]) / 2), text)


def _paint_plate(painter: QPainter, rect: QRect, colour: QColor) -> None:
    """A plate with its corner pixels left out. Qt hands a rounded one to its threads, and waits for them."""
    for part in (
        QRect(rect.left() + 1, rect.top(), rect.width() - 2, 1),
        QRect(rect.left(), rect.top() + 1, rect.width(), rect.height() - 2),
        QRect(rect.left() + 1, rect.bottom(), rect.width() - 2, 1),
    ):
        painter.fillRect(part, colour)


def _block(name: str, rows: _Rows, x: float, top: float) -> Block:
    """`x` is the left or, for a corner at the right, the right end of the text."""
    return Block(name, rows.rows, rows.widths, x - rows.width if name.endswith("right") else x, top)


def at_level(texts: CornerTexts, level: OverlayLevel) -> CornerTexts:
    """What is written at a level; the first line of the upper corners (patient, date) is never left out.

    Nor are the chips that warn, such as of an image that is mirrored or not aligned.

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
            warnings = [_warning(row) for row in _rows(texts.top_right)]
            return CornerTexts(texts.top_left[:1], (*texts.top_right[:1], *filter(None, warnings)))
        case _:
            assert_never(level)


def _warning(row: Row) -> tuple[Chip, ...]:
    """The chips of a row that warn."""
    return () if isinstance(row, TextLine) else tuple(chip for chip in row if chip.tone in _WARNS)


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
