"""Painting what stands over an image: corner texts on plates, ruler, letters, banner, placeholder, borders."""

from __future__ import annotations

from functools import partial
from typing import assert_never

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from viewers.imaging.geometry import EdgeLetters
from viewers.widgets.marks import Chip, CornerEntry, CornerTexts, OverlayLevel, Placeholder, TextLine, Tone
from viewers.widgets.painted_once import PaintedOnce, Picture, Recipe
from viewers.widgets.palette import ViewPalette

BANNER_PX = 24
_EDGE_X = 10.0
_EDGE_Y = 8.0
_PAD = 4.0
_CLEAR_OF_RULER = 46.0
_RULER_X = 10.0
_TICK = 4.0
_LONG_TICK = 7.0


def corner_pictures(
    size: tuple[float, float],
    top_px: float,
    texts: CornerTexts,
    level: OverlayLevel,
    palette: ViewPalette,
    kept: PaintedOnce,
    ratio: float,
) -> tuple[Picture, ...]:
    """The corner texts below `top_px` (what a banner takes); less than full keeps name and date.

    Minimal keeps the first line of each corner, bold lines at the upper left and the chips.
    """
    shown = _at_level(texts, level)
    width, height = size
    x_edge, y_edge = _EDGE_X * palette.scale, _EDGE_Y * palette.scale
    return tuple(
        kept.picture(name, (entries, x, y), ratio, partial(_block, name, entries, QPointF(x, y), palette))
        for name, entries, x, y in (
            ("top left", shown.top_left, x_edge, y_edge + top_px),
            ("top right", shown.top_right, width - x_edge, y_edge + top_px),
            ("bottom left", shown.bottom_left, _CLEAR_OF_RULER * palette.scale, height - y_edge),
            ("bottom right", shown.bottom_right, width - x_edge, height - y_edge),
        )
        if entries
    )


def letter_pictures(
    size: tuple[float, float],
    top_px: float,
    letters: EdgeLetters,
    palette: ViewPalette,
    kept: PaintedOnce,
    ratio: float,
) -> tuple[Picture, ...]:
    """The sides of the patient, in the middle of the four edges; `top_px` is what a banner takes from above."""
    box = 22.0 * palette.scale
    width, height = size
    middle = (height + top_px) / 2
    return tuple(
        kept.picture(name, (text, size, top_px), ratio, partial(_letter, text, rect, palette))
        for name, text, rect in (
            ("top", letters.top, QRectF(width / 2 - box, top_px + 3, 2 * box, box * 0.8)),
            ("bottom", letters.bottom, QRectF(width / 2 - box, height - box * 0.8 - 3, 2 * box, box * 0.8)),
            ("left", letters.left, QRectF(15 * palette.scale, middle - box * 1.9, box, box)),
            ("right", letters.right, QRectF(width - box, middle - box * 0.5, box * 0.75, box)),
        )
    )


def ruler_picture(
    size: tuple[float, float],
    top_px: float,
    px_per_mm: float,
    palette: ViewPalette,
    kept: PaintedOnce,
    ratio: float,
) -> tuple[Picture, ...]:
    """A scale at the left edge with a tick every centimetre, 10 cm long or as many whole cm as fit; or none."""
    height = size[1] - top_px
    centimetres = min(10, int(height * 0.6 / (10 * px_per_mm)))
    if centimetres < 1:
        return ()
    length = centimetres * 10 * px_per_mm
    top = round(top_px + (height - length) / 2) + 0.5
    recipe = partial(_ruler, centimetres, top, length, palette)
    return (kept.picture("ruler", (top, length), ratio, recipe),)


def _letter(text: str, rect: QRectF, palette: ViewPalette) -> Recipe:
    def paint(painter: QPainter) -> None:
        painter.setFont(palette.font(palette.overlay_px))
        _outlined(painter, rect, Qt.AlignmentFlag.AlignCenter, text, palette.text_2, palette)

    return rect.adjusted(-1, -1, 1, 1), paint


def _ruler(centimetres: int, top: float, length: float, palette: ViewPalette) -> Recipe:
    x = round(_RULER_X * palette.scale) + 0.5
    label = QRectF(x - 3, top + length + 2, 60 * palette.scale, 16 * palette.scale)

    def paint(painter: QPainter) -> None:
        dark, bright = palette.colour(palette.background, 0.7), palette.colour(palette.text_2)
        for colour, thickness in ((dark, 3.0), (bright, 1.0)):
            painter.setPen(QPen(colour, thickness * palette.scale))
            painter.drawLine(QPointF(x, top), QPointF(x, top + length))
            for i in range(centimetres + 1):
                tick = (_LONG_TICK if i in (0, centimetres // 2, centimetres) else _TICK) * palette.scale
                y = top + i * length / centimetres
                painter.drawLine(QPointF(x, y), QPointF(x + tick, y))
        painter.setFont(palette.font(palette.overlay_px - 1))
        _outlined(painter, label, Qt.AlignmentFlag.AlignLeft, f"{centimetres} cm", palette.text_2, palette)

    return QRectF(x - 4, top - 3, label.width() + 4, length + label.height() + 8), paint


def paint_banner(painter: QPainter, width: float, text: str, palette: ViewPalette) -> None:
    """A band of 24 px across the view: the image must not be trusted."""
    rect = QRectF(0, 0, width, BANNER_PX * palette.scale)
    painter.fillRect(rect, QColor(palette.error))
    font = palette.font(palette.body_px, bold=True)
    painter.setFont(font)
    painter.setPen(QColor(palette.background))
    shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width - 16 * palette.scale)
    painter.drawText(rect.adjusted(8, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def paint_placeholder(
    painter: QPainter, size: tuple[float, float], placeholder: Placeholder, palette: ViewPalette
) -> QRectF:
    """A grey tile where an image is missing, or one sentence where none is yet; gives the place of the sentence."""
    area = QRectF(0, 0, *size)
    painter.fillRect(area, QColor(palette.raised if placeholder.missing else palette.background))
    painter.setFont(palette.font(palette.body_px))
    painter.setPen(QColor(palette.text if placeholder.missing else palette.text_2))
    place = area.adjusted(0.1 * size[0], 0.4 * size[1], -0.1 * size[0], 0)
    flags = Qt.AlignmentFlag.AlignTop.value | Qt.AlignmentFlag.AlignLeft.value | Qt.TextFlag.TextWordWrap.value
    painter.drawText(place, flags, placeholder.text)
    return painter.boundingRect(place, flags, placeholder.text)


def paint_note(painter: QPainter, size: tuple[float, float], text: str, palette: ViewPalette) -> None:
    """A short text on a plate in the middle of the view: this image is still being read, or there is none here."""
    font = palette.font(palette.body_px)
    painter.setFont(font)
    width = QFontMetricsF(font).horizontalAdvance(text) + 16 * palette.scale
    rect = QRectF((size[0] - width) / 2, size[1] / 2 - 12 * palette.scale, width, 24 * palette.scale)
    painter.fillRect(rect, palette.colour(palette.plate, palette.plate_opacity))
    painter.setPen(QColor(palette.text_2))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def paint_progress(painter: QPainter, size: tuple[float, float], share: float, palette: ViewPalette) -> None:
    """A thin line at the lower edge, as long as the share (0 to 1) of the series that has been read."""
    thickness = 2.0 * palette.scale
    painter.fillRect(QRectF(0, size[1] - thickness, size[0] * min(1.0, share), thickness), QColor(palette.accent))


def paint_border(painter: QPainter, size: tuple[float, float], focused: bool, palette: ViewPalette) -> None:
    """The border of the active view, 2 px; the ring of the focus, 1 px, within it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    _frame(painter, size, 0, 2, QColor(palette.accent))
    if focused:
        _frame(painter, size, 2, 1, palette.colour(palette.background, 0.8))


def _frame(painter: QPainter, size: tuple[float, float], inset: int, thickness: int, colour: QColor) -> None:
    """Four filled bars on whole pixels: a stroked rectangle, or one with soft edges, takes many times as long."""
    width, height = int(size[0]) - 2 * inset, int(size[1]) - 2 * inset
    for x, y, w, h in (
        (0, 0, width, thickness),
        (0, height - thickness, width, thickness),
        (0, thickness, thickness, height - 2 * thickness),
        (width - thickness, thickness, thickness, height - 2 * thickness),
    ):
        painter.fillRect(QRect(inset + x, inset + y, w, h), colour)


def draw_outlined(painter: QPainter, place: QPointF, text: str, colour: str, palette: ViewPalette) -> None:
    """Text at a baseline, with a dark outline so that it is read on any image."""
    painter.setPen(palette.colour(palette.background, 0.85))
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1)):
        painter.drawText(place + QPointF(dx, dy), text)
    painter.setPen(QColor(colour))
    painter.drawText(place, text)


def _at_level(texts: CornerTexts, level: OverlayLevel) -> CornerTexts:
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


def _block(name: str, entries: tuple[CornerEntry, ...], corner: QPointF, palette: ViewPalette) -> Recipe:
    """The plate of one corner with its lines; `corner` is the outermost point of the text."""
    plain, bold = palette.font(palette.overlay_px), palette.font(palette.overlay_px, bold=True)
    line_height, chip_height, pad = 14.0 * palette.scale, 17.0 * palette.scale, _PAD * palette.scale
    widths = [_width(entry, plain, bold, palette) for entry in entries]
    heights = [chip_height if isinstance(entry, (Chip, tuple)) else line_height for entry in entries]
    width, height = max(widths), sum(heights)
    right = name.endswith("right")
    left = corner.x() - width if right else corner.x()
    first = corner.y() - height if name.startswith("bottom") else corner.y()
    plate = QRectF(left - pad, first - pad / 2, width + 2 * pad, height + pad)

    def paint(painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.colour(palette.plate, palette.plate_opacity))
        painter.drawRoundedRect(plate, 3, 3)
        top = first
        for entry, entry_width, entry_height in zip(entries, widths, heights, strict=True):
            rect = QRectF(left + width - entry_width if right else left, top, entry_width, entry_height)
            if isinstance(entry, (Chip, tuple)):
                _paint_chips(painter, entry, rect, plain, bold, palette)
            else:
                line = entry if isinstance(entry, TextLine) else TextLine(entry)
                painter.setFont(bold if line.bold else plain)
                painter.setPen(QColor(palette.text))
                painter.drawText(rect.adjusted(0, 0, 2, 0), Qt.AlignmentFlag.AlignVCenter, line.text)
            top += entry_height

    return plate, paint


def _width(entry: CornerEntry, plain: QFont, bold: QFont, palette: ViewPalette) -> float:
    if isinstance(entry, tuple):
        return sum(_width(chip, plain, bold, palette) for chip in entry) + 4 * palette.scale * (len(entry) - 1)
    if isinstance(entry, Chip):
        padding = 8 * palette.scale
        if not entry.value:
            return QFontMetricsF(plain).horizontalAdvance(entry.text) + padding
        value = QFontMetricsF(plain).horizontalAdvance(f" {entry.value}")
        return QFontMetricsF(bold).horizontalAdvance(entry.text) + value + padding
    if isinstance(entry, TextLine):
        return QFontMetricsF(bold if entry.bold else plain).horizontalAdvance(entry.text)
    return QFontMetricsF(plain).horizontalAdvance(entry)


def _paint_chips(
    painter: QPainter, entry: Chip | tuple[Chip, ...], rect: QRectF, plain: QFont, bold: QFont, palette: ViewPalette
) -> None:
    x = rect.left()
    for chip in (entry,) if isinstance(entry, Chip) else entry:
        border, text = _tone_colours(chip.tone, palette)
        box = QRectF(x + 0.5, rect.top() + 0.5, _width(chip, plain, bold, palette) - 1, rect.height() - 2)
        painter.setBrush(palette.colour(palette.plate, palette.plate_opacity))
        painter.setPen(QPen(QColor(border), 1.0))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QColor(text))
        painter.setFont(bold if chip.value else plain)
        inner = box.adjusted(4 * palette.scale, 0, 2, 0)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, chip.text)
        if chip.value:
            advance = QFontMetricsF(bold).horizontalAdvance(chip.text)
            painter.setFont(plain)
            painter.drawText(inner.adjusted(advance, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, f" {chip.value}")
        x += box.width() + 1 + 4 * palette.scale


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


def _outlined(
    painter: QPainter, rect: QRectF, align: Qt.AlignmentFlag, text: str, colour: str, palette: ViewPalette
) -> None:
    painter.setPen(palette.colour(palette.background, 0.85))
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        painter.drawText(rect.translated(dx, dy), align, text)
    painter.setPen(QColor(colour))
    painter.drawText(rect, align, text)
