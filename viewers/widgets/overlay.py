"""Painting what stands over an image: ruler, letters, banner, placeholder, note, borders."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from viewers.imaging.geometry import EdgeLetters
from viewers.widgets.marks import Placeholder
from viewers.widgets.painted_once import OutlinedTexts, PaintedOnce, Picture, Recipe
from viewers.widgets.palette import ViewPalette

BANNER_PX = 24
BANNER_LINE_PX = 16
_BANNER_LINES = 3
_BANNER_FLAGS = Qt.AlignmentFlag.AlignVCenter.value | Qt.AlignmentFlag.AlignLeft.value | Qt.TextFlag.TextWordWrap.value
RULER_END_PX = 40.0
"""The ruler and its figures stand left of this."""

_RULER_X = 10.0
_FIGURES_PX = 20.0
_TICK = 4.0
_FOOT_PX = 84.0
_LONG_TICK = 7.0
_OUTLINE = 1.0


def letter_pictures(
    size: tuple[float, float],
    top_px: float,
    letters: EdgeLetters,
    plates: Sequence[QRectF],
    palette: ViewPalette,
    kept: PaintedOnce,
    ratio: float,
) -> tuple[Picture, ...]:
    """The sides of the patient, in the middle of the four edges, clear of the `plates` of the corners.

    `top_px` is what a banner takes from above.
    """
    box = 22.0 * palette.scale
    width, height = size
    middle = (height + top_px) / 2
    places = (
        ("top", letters.top, QRectF((width - box) / 2, top_px + 3, box, box * 0.8)),
        ("bottom", letters.bottom, QRectF((width - box) / 2, height - box * 0.8 - 3, box, box * 0.8)),
        ("left", letters.left, QRectF(15 * palette.scale, middle - box * 1.9, box, box)),
        ("right", letters.right, QRectF(width - box, middle - box * 0.5, box * 0.75, box)),
    )
    cleared = ((name, text, _clear(rect, plates, height)) for name, text, rect in places)
    return tuple(
        kept.picture(name, (text, rect.getRect()), ratio, partial(_letter, text, rect, palette))
        for name, text, rect in cleared
    )


def ruler_picture(
    size: tuple[float, float],
    top_px: float,
    px_per_mm: float,
    plates: Sequence[QRectF],
    palette: ViewPalette,
    kept: PaintedOnce,
    ratio: float,
) -> tuple[Picture, ...]:
    """A scale at the left edge with a tick every centimetre, 10 cm long or as many whole cm as fit; or none.

    It stands in the middle of what `top_px`, a banner, leaves of the height, but never under one of the `plates`.
    """
    height = size[1] - top_px
    figures = _FIGURES_PX * palette.scale
    above = [plate for plate in plates if plate.left() < RULER_END_PX * palette.scale]
    first = max([top_px, *(plate.bottom() + 4 for plate in above if plate.center().y() < size[1] / 2)])
    centimetres = min(10, int(min(height * 0.6, size[1] - first - figures) / (10 * px_per_mm)))
    if centimetres < 1:
        return ()
    length = centimetres * 10 * px_per_mm
    top = round(max(first, min(top_px + (height - length) / 2, size[1] - figures - length))) + 0.5
    recipe = partial(_ruler, centimetres, top, length, palette)
    return (kept.picture("ruler", (top, length), ratio, recipe),)


def _clear(rect: QRectF, plates: Sequence[QRectF], height: float) -> QRectF:
    """The box of a letter moved past the plates it would touch: down from upper ones, up from lower ones."""
    moved = QRectF(rect)
    for plate in plates:
        if not moved.adjusted(-_OUTLINE, -_OUTLINE, _OUTLINE, _OUTLINE).intersects(plate):
            continue
        if plate.center().y() < height / 2:
            moved.moveTop(plate.bottom() + 2)
        else:
            moved.moveBottom(plate.top() - 2)
    return moved


def _letter(text: str, rect: QRectF, palette: ViewPalette) -> Recipe:
    def paint(painter: QPainter) -> None:
        painter.setFont(palette.font(palette.overlay_px))
        _outlined(painter, rect, Qt.AlignmentFlag.AlignCenter, text, palette.text_2, palette)

    return rect.adjusted(-_OUTLINE, -_OUTLINE, _OUTLINE, _OUTLINE), paint


def _ruler(centimetres: int, top: float, length: float, palette: ViewPalette) -> Recipe:
    x = round(_RULER_X * palette.scale) + 0.5
    label = QRectF(x - 3, top + length + 2, (RULER_END_PX - _RULER_X) * palette.scale, 16 * palette.scale)

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


def banner_px(text: str, width: float, palette: ViewPalette) -> float:
    """The height of a banner: 24 px, and more where its text needs more lines, up to three."""
    lines = _banner_lines(text, width, palette)
    return (BANNER_PX + BANNER_LINE_PX * (min(_BANNER_LINES, max(1, lines)) - 1)) * palette.scale


def paint_banner(painter: QPainter, width: float, height: float, text: str, palette: ViewPalette) -> None:
    """A band across the view, as high as `banner_px` says: the image must not be trusted. Its end is cut first."""
    rect = QRectF(0, 0, width, height)
    painter.fillRect(rect, QColor(palette.error))
    painter.setFont(palette.font(palette.body_px, bold=True))
    painter.setPen(QColor(palette.background))
    while _banner_lines(text, width, palette) > _BANNER_LINES and " " in text:
        text = text.removesuffix("…").rsplit(" ", 1)[0] + "…"
    painter.drawText(rect.adjusted(8 * palette.scale, 0, -8 * palette.scale, 0), _BANNER_FLAGS, text)


def _banner_lines(text: str, width: float, palette: ViewPalette) -> int:
    metrics = QFontMetricsF(palette.font(palette.body_px, bold=True))
    room = QRectF(0, 0, width - 16 * palette.scale, metrics.height())
    return round(metrics.boundingRect(room, _BANNER_FLAGS, text).height() / metrics.lineSpacing())


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


def paint_foot(
    painter: QPainter, size: tuple[float, float], text: str, palette: ViewPalette, texts: OutlinedTexts
) -> None:
    """A short text low in the middle of the view: what is true of the whole picture, for a moment."""
    width, _ = texts.size(text, palette.overlay_px, False)
    place = QPointF((size[0] - width) / 2, size[1] - _FOOT_PX * palette.scale)
    texts.draw(painter, place, text, palette.amber, palette.overlay_px, False)


def paint_progress(painter: QPainter, size: tuple[float, float], share: float, palette: ViewPalette) -> None:
    """A thin line at the lower edge, as long as the share (0 to 1) of the series that has been read."""
    thickness = 2.0 * palette.scale
    painter.fillRect(QRectF(0, size[1] - thickness, size[0] * min(1.0, share), thickness), QColor(palette.accent))


def paint_border(painter: QPainter, size: tuple[float, float], focused: bool, palette: ViewPalette) -> None:
    """The border of the active view, 2 px; the ring of the focus, 1 px, within it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    _frame(painter, size, 0, 2, QColor(palette.accent))
    if focused:
        _frame(painter, size, 2, 1, QColor(palette.background))


def _frame(painter: QPainter, size: tuple[float, float], inset: int, thickness: int, colour: QColor) -> None:
    """Four filled bars on whole pixels: a stroked rectangle, or a translucent one, takes many times as long."""
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


def _outlined(
    painter: QPainter, rect: QRectF, align: Qt.AlignmentFlag, text: str, colour: str, palette: ViewPalette
) -> None:
    painter.setPen(palette.colour(palette.background, 0.85))
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        painter.drawText(rect.translated(dx, dy), align, text)
    painter.setPen(QColor(colour))
    painter.drawText(rect, align, text)
