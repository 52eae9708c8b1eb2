"""Painting lines over an image: end bars, handles, the length beside the end, and the loupe."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from viewers.tools.projection import Projection
from viewers.widgets.label_places import beside_line, free_place
from viewers.widgets.marks import LineStyle, ViewLine, ViewPlace
from viewers.widgets.painted_once import OutlinedTexts
from viewers.widgets.palette import ViewPalette

LOUPE_PX = 120.0
LOUPE_FACTOR = 2.0
_LINE_PX = 1.5
HOVER_PX = 0.5
_BAR_PX = 5.0
_HANDLE_PX = 3.0
OUTLINE_PX = 1.5


DASHES = (4.0, 3.0)


@dataclass(frozen=True, slots=True)
class Look:
    """The colour of a line, whether it is dashed, and how thick it is before scaling."""

    colour: str
    dashed: bool
    thickness_px: float


@dataclass(frozen=True, slots=True)
class _Pens:
    """What a line is drawn with, the outline first; the dashes are for the line itself, not for its end bars."""

    solid: tuple[QPen, QPen]
    dashes: tuple[QPen, QPen] | None


class LinePainter:
    """Paints the lines of one view; its pens are made once."""

    def __init__(self, palette: ViewPalette, texts: OutlinedTexts) -> None:
        self._palette, self._texts = palette, texts
        self._kept: dict[tuple[LineStyle, bool], _Pens] = {}

    def paint(
        self,
        painter: QPainter,
        lines: Iterable[ViewLine],
        projection: Projection,
        hovered: str = "",
        taken: Sequence[QRectF] = (),
    ) -> list[QRectF]:
        """All lines, then all their labels, so that no line crosses a length; gives the places that are taken then.

        Labels keep clear of each other, of the ends of lines and of the places that are `taken`; a line that is out of
        sight has none.
        """
        occupied, shown = list(taken), list(lines)
        if not shown:
            return occupied
        starts = projection.views_of_world(line.start for line in shown)
        ends = projection.views_of_world(line.end for line in shown)
        placed = [(line, QPointF(*a), QPointF(*b)) for line, a, b in zip(shown, starts, ends, strict=True)]
        for line, start, end in placed:
            self._paint_line(painter, line, start, end, bool(hovered) and line.id == hovered)
        clear = 4.0 * self._palette.scale
        occupied += [QRectF(x - clear, y - clear, 2 * clear, 2 * clear) for x, y in (*starts, *ends)]
        view = QRectF(0, 0, *projection.size_px)
        for line, start, end in placed:
            if line.label and view.intersects(QRectF(start, end).normalized().adjusted(-1, -1, 1, 1)):
                occupied.append(self._paint_label(painter, line, (start, end), projection.size_px, occupied))
        return occupied

    def _paint_line(self, painter: QPainter, line: ViewLine, start: QPointF, end: QPointF, hovered: bool) -> None:
        palette, pens = self._palette, self._pens(line.style, hovered)
        handles = line.style is LineStyle.SELECTED or (hovered and line.editable)
        run, bars = QLineF(start, end), []
        if not handles:
            bars = [QLineF(*end_bar(start, end, palette.scale)), QLineF(*end_bar(end, start, palette.scale))]
        for n, pen in enumerate(pens.solid):
            painter.setPen(pen)
            if pens.dashes is None:
                painter.drawLines([run, *bars])
            else:
                painter.drawLines(bars)
                painter.setPen(pens.dashes[n])
                painter.drawLine(run)
        if handles:
            for place in (start, end):
                paint_handle(painter, place, pens.solid[1], palette)

    def _pens(self, style: LineStyle, hovered: bool) -> _Pens:
        known = self._kept.get((style, hovered))
        if known is None:
            known = self._kept[style, hovered] = _pens(style, hovered, self._palette)
        return known

    def _paint_label(
        self,
        painter: QPainter,
        line: ViewLine,
        ends: tuple[QPointF, QPointF],
        size: tuple[float, float],
        taken: list[QRectF],
    ) -> QRectF:
        """The label beside its own line, clear of the ruler and of other labels; gives the place it took."""
        palette, texts = self._palette, self._texts
        look = look_of(line.style, palette)
        size_px = palette.overlay_px if look.dashed else palette.label_px
        places = beside_line(*ends, texts.size(line.label, size_px, True), size, palette.scale)
        rect = free_place(places, size, taken, palette.scale)
        texts.draw(painter, rect.topLeft(), line.label, look.colour, size_px, True)
        return rect


def paint_places(
    painter: QPainter,
    places: Iterable[ViewPlace],
    projection: Projection,
    palette: ViewPalette,
    texts: OutlinedTexts,
) -> None:
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
            width, _ = texts.size(place.label, palette.overlay_px, True)
            below = QPointF(centre.x() - width / 2, centre.y() + radius + 4 * palette.scale)
            texts.draw(painter, below, place.label, palette.ghost, palette.overlay_px, True)


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


def look_of(style: LineStyle, palette: ViewPalette) -> Look:
    """How lines and figures of a style are drawn."""
    match style:
        case LineStyle.OWN | LineStyle.SELECTED:
            return Look(palette.caliper, False, _LINE_PX)
        case LineStyle.WHOLE:
            return Look(palette.caliper, False, 1.0)
        case LineStyle.GHOST | LineStyle.PROPOSAL:
            return Look(palette.ghost, True, _LINE_PX)
        case _:
            assert_never(style)


def _pens(style: LineStyle, hovered: bool, palette: ViewPalette) -> _Pens:
    look = look_of(style, palette)
    thickness = (look.thickness_px + (HOVER_PX if hovered else 0.0)) * palette.scale
    # the outline is opaque: a translucent line takes Qt ten times as long
    outline = QPen(QColor(palette.background), thickness + OUTLINE_PX * palette.scale)
    bright = QPen(QColor(look.colour), thickness)
    for pen in (outline, bright):
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if not look.dashed:
        return _Pens((outline, bright), None)
    dashes = QPen(outline), QPen(bright)
    for pen in dashes:
        pen.setDashPattern([dash * thickness / pen.widthF() for dash in DASHES])
    return _Pens((outline, bright), dashes)


def paint_handle(painter: QPainter, place: QPointF, pen: QPen, palette: ViewPalette) -> None:
    """A small ring where a line can be caught."""
    radius = _HANDLE_PX * palette.scale
    painter.setBrush(palette.colour(palette.background, 0.55))
    painter.setPen(QPen(palette.colour(palette.background, 0.7), pen.widthF() + OUTLINE_PX * palette.scale))
    painter.drawEllipse(place, radius, radius)
    painter.setPen(pen)
    painter.drawEllipse(place, radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def end_bar(place: QPointF, other: QPointF, scale: float) -> tuple[QPointF, QPointF]:
    """The bar across a line's end, at right angles to it."""
    x, y = place.x(), place.y()
    run_x, run_y = other.x() - x, other.y() - y
    share = _BAR_PX * scale / (math.hypot(run_x, run_y) or 1.0)
    across_x, across_y = -run_y * share, run_x * share
    return QPointF(x - across_x, y - across_y), QPointF(x + across_x, y + across_y)
