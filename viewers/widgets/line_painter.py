"""Painting lines over an image: end bars, handles, the length beside the end, and the loupe."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from viewers.tools.projection import Projection
from viewers.widgets.marks import LineStyle, ViewLine, ViewPlace
from viewers.widgets.overlay import draw_outlined
from viewers.widgets.palette import ViewPalette

LOUPE_PX = 120.0
LOUPE_FACTOR = 2.0
_LINE_PX = 1.5
_HOVER_PX = 0.5
_RULER_PX = 46.0
"""The ruler and its figures stand left of this."""

_NAMES_PX = 38.0
"""Name and date stand above this."""

_BAR_PX = 5.0
_HANDLE_PX = 3.0
_OUTLINE_PX = 1.5


@dataclass(frozen=True, slots=True)
class _Look:
    colour: str
    dashed: bool
    thickness_px: float


def paint_lines(
    painter: QPainter,
    lines: Iterable[ViewLine],
    projection: Projection,
    palette: ViewPalette,
    hovered: str = "",
    taken: Sequence[QRectF] = (),
) -> None:
    """All lines, then all their labels, so that no line crosses a length.

    Labels keep clear of each other, of the ends of lines and of the places that are `taken`; a line that is out of
    sight has none.
    """
    placed = [
        (line, QPointF(*projection.view_of_world(line.start)), QPointF(*projection.view_of_world(line.end)))
        for line in lines
    ]
    for line, start, end in placed:
        _paint_line(painter, line, start, end, bool(hovered) and line.id == hovered, palette)
    clear = 4.0 * palette.scale
    occupied = list(taken)
    occupied += [QRectF(end.x() - clear, end.y() - clear, 2 * clear, 2 * clear) for _, *ends in placed for end in ends]
    view = QRectF(0, 0, *projection.size_px)
    for line, start, end in placed:
        if line.label and view.intersects(QRectF(start, end).normalized().adjusted(-1, -1, 1, 1)):
            occupied.append(_paint_label(painter, line, start, end, projection.size_px, occupied, palette))


def paint_places(painter: QPainter, places: Iterable[ViewPlace], projection: Projection, palette: ViewPalette) -> None:
    """A pale dashed circle for each place whose sphere the plane cuts, with its label below."""
    if projection.plane is None:
        return
    for place in places:
        squared = place.radius_mm**2 - projection.plane.distance_mm(place.centre) ** 2
        if squared <= 0:
            continue
        centre = QPointF(*projection.view_of_world(place.centre))
        radius = math.sqrt(squared) * projection.framing.px_per_mm
        painter.setBrush(Qt.BrushStyle.NoBrush)
        dashes = QPen(QColor(palette.ghost), palette.scale)
        dashes.setDashPattern([4.0, 4.0])
        for pen in (QPen(palette.colour(palette.background, 0.5), 2.0 * palette.scale), dashes):
            painter.setPen(pen)
            painter.drawEllipse(centre, radius, radius)
        if place.label:
            font = palette.font(palette.overlay_px, bold=True)
            painter.setFont(font)
            metrics = QFontMetricsF(font)
            left = centre.x() - metrics.horizontalAdvance(place.label) / 2
            below = QPointF(left, centre.y() + radius + 4 * palette.scale + metrics.ascent())
            draw_outlined(painter, below, place.label, palette.ghost, palette)


def paint_loupe(
    painter: QPainter,
    at: QPointF,
    size: tuple[float, float],
    paint_content: Callable[[QPainter], None],
    palette: ViewPalette,
) -> None:
    """What lies under `at`, twice as large, in a round glass up and to the right of it (or where there is room).

    `paint_content` paints the image and its lines in view coordinates.
    """
    extent = LOUPE_PX * palette.scale
    away = 0.75 * extent
    x = at.x() + away if at.x() + away + extent / 2 < size[0] else at.x() - away
    y = at.y() - away if at.y() - away - extent / 2 > 0 else at.y() + away
    glass = QRectF(x - extent / 2, y - extent / 2, extent, extent)
    path = QPainterPath()
    path.addEllipse(glass)
    painter.save()
    painter.setClipPath(path)
    painter.fillRect(glass, QColor(palette.background))
    painter.translate(glass.center())
    painter.scale(LOUPE_FACTOR, LOUPE_FACTOR)
    painter.translate(-at.x(), -at.y())
    paint_content(painter)
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(palette.text_3), 1.0))
    painter.drawEllipse(glass)


def _look(style: LineStyle, palette: ViewPalette) -> _Look:
    match style:
        case LineStyle.OWN | LineStyle.SELECTED:
            return _Look(palette.caliper, False, _LINE_PX)
        case LineStyle.WHOLE:
            return _Look(palette.caliper, False, 1.0)
        case LineStyle.GHOST | LineStyle.PROPOSAL:
            return _Look(palette.ghost, True, _LINE_PX)
        case _:
            assert_never(style)


def _paint_line(
    painter: QPainter, line: ViewLine, start: QPointF, end: QPointF, hovered: bool, palette: ViewPalette
) -> None:
    look = _look(line.style, palette)
    scale = palette.scale
    thickness = (look.thickness_px + (_HOVER_PX if hovered else 0.0)) * scale
    handles = line.style is LineStyle.SELECTED or (hovered and line.editable)
    bars = [] if handles else [(_bar(start, end, scale), True), (_bar(end, start, scale), True)]
    strokes = [((start, end), False), *bars]
    dark = QPen(palette.colour(palette.background, 0.7), thickness + _OUTLINE_PX * scale)
    bright = QPen(QColor(look.colour), thickness)
    dashed = QPen(bright)
    if look.dashed:
        dashed.setDashPattern([4.0, 3.0])
    for pen, dash in ((dark, dark), (bright, dashed)):
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        dash.setCapStyle(Qt.PenCapStyle.FlatCap)
        for (a, b), is_bar in strokes:
            painter.setPen(pen if is_bar else dash)
            painter.drawLine(a, b)
    if handles:
        radius = _HANDLE_PX * scale
        for place in (start, end):
            painter.setBrush(palette.colour(palette.background, 0.55))
            painter.setPen(QPen(palette.colour(palette.background, 0.7), thickness + _OUTLINE_PX * scale))
            painter.drawEllipse(place, radius, radius)
            painter.setPen(bright)
            painter.drawEllipse(place, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _bar(place: QPointF, other: QPointF, scale: float) -> tuple[QPointF, QPointF]:
    """The bar across a line's end, at right angles to it."""
    run = other - place
    length = math.hypot(run.x(), run.y()) or 1.0
    across = QPointF(-run.y(), run.x()) * (_BAR_PX * scale / length)
    return place - across, place + across


def _paint_label(
    painter: QPainter,
    line: ViewLine,
    start: QPointF,
    end: QPointF,
    size: tuple[float, float],
    taken: list[QRectF],
    palette: ViewPalette,
) -> QRectF:
    """The label beside its own line, clear of the ruler and of other labels; gives the place it took."""
    font = palette.font(palette.label_px if not _look(line.style, palette).dashed else palette.overlay_px, bold=True)
    metrics = QFontMetricsF(font)
    width, height = metrics.horizontalAdvance(line.label), metrics.ascent() + metrics.descent()
    rect = _free_place(start, end, (width, height), size, taken, palette.scale)
    painter.setFont(font)
    draw_outlined(
        painter,
        QPointF(rect.left(), rect.top() + metrics.ascent()),
        line.label,
        _look(line.style, palette).colour,
        palette,
    )
    return rect


def _free_place(
    start: QPointF,
    end: QPointF,
    label: tuple[float, float],
    size: tuple[float, float],
    taken: list[QRectF],
    scale: float,
) -> QRectF:
    """Beyond the end that is farther from the middle of the view, else beyond the other, above, below, beside the line.

    Where no such place is free, beyond the far end all the same, moved down until it is clear of other labels.
    """
    width, height = label
    middle = QPointF(size[0] / 2, size[1] / 2)
    far, near = sorted((start, end), key=lambda place: -math.hypot(*(place - middle).toTuple()))
    run = far - near
    length = math.hypot(run.x(), run.y()) or 1.0
    gap = 10.0 * scale
    beyond = QPointF(run.x() / length * (gap + width / 2), run.y() / length * (gap + height / 2))
    box = QRectF(start, end).normalized()
    above = QPointF(box.center().x(), box.top() - gap - height / 2)
    below = QPointF(box.center().x(), box.bottom() + gap + height / 2)
    aside = QPointF(box.right() + gap + width / 2, box.center().y())
    other_side = QPointF(box.left() - gap - width / 2, box.center().y())
    places = [
        QRectF(centre.x() - width / 2, centre.y() - height / 2, width, height)
        for centre in (far + beyond, near - beyond, above, below, aside, other_side)
    ]
    clear_of_ruler = _RULER_PX * scale
    below_names = _NAMES_PX * scale
    room = QRectF(clear_of_ruler, below_names, size[0] - clear_of_ruler - 2, size[1] - below_names - 2)
    for place in places:
        if room.contains(place) and not any(place.intersects(other) for other in taken):
            return place
    rect = places[0]
    rect.moveLeft(min(max(clear_of_ruler, rect.left()), max(2.0, size[0] - width - 2)))
    rect.moveTop(min(max(2.0, rect.top()), max(2.0, size[1] - height - 2)))
    while any(rect.intersects(other) for other in taken) and rect.bottom() + 2 < size[1]:
        rect.translate(0, 2)
    return rect
