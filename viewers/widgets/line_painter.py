"""Painting lines over an image: end bars, handles, the length beside the end, and the loupe."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from viewers.tools.projection import Projection
from viewers.widgets.label_places import Pair, beside_line, beside_ring, free_place
from viewers.widgets.marks import LineStyle, ViewLine, ViewPlace
from viewers.widgets.painted_once import IMAGES, Latest, OutlinedTexts
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
class Handles:
    """Small rings where a line can be caught."""

    radius_px: float
    ground: QColor
    outline: QPen
    ring: QPen

    @classmethod
    def of(cls, pen: QPen, palette: ViewPalette) -> Handles:
        """Handles of a line that is drawn with `pen`."""
        outline = QPen(palette.colour(palette.background, 0.7), pen.widthF() + OUTLINE_PX * palette.scale)
        return cls(_HANDLE_PX * palette.scale, palette.colour(palette.background, 0.55), outline, pen)

    def paint(self, painter: QPainter, place: QPointF) -> None:
        painter.setBrush(self.ground)
        for pen in (self.outline, self.ring):
            painter.setPen(pen)
            painter.drawEllipse(place, self.radius_px, self.radius_px)
        painter.setBrush(Qt.BrushStyle.NoBrush)


@dataclass(frozen=True, slots=True)
class _Pens:
    """What a line is drawn with, the outline first; the dashes are for the line itself, not for its end bars."""

    look: Look
    solid: tuple[QPen, QPen]
    dashes: tuple[QPen, QPen] | None
    handles: Handles


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line where it is seen: itself and its end bars, or the places of its handles; and where its label stands."""

    pens: _Pens
    run: QLineF
    bars: list[QLineF]
    handles: list[QPointF]
    label: tuple[QPointF, str, float] | None


class LinePainter:
    """Paints the lines of one view; pens are made once, lines and labels of an image placed when they change."""

    def __init__(self, palette: ViewPalette, texts: OutlinedTexts) -> None:
        self._palette, self._texts = palette, texts
        self._kept: dict[tuple[LineStyle, bool], _Pens] = {}
        self._latest: Latest[tuple[object, list[_Placed], list[QRectF]]] = Latest(IMAGES)

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
        shown, before = tuple(lines), list(taken)
        if not shown:
            return before
        image, key = (shown[0].sop_uid, shown[0].frame), (shown, projection, hovered, before)
        known = self._latest.get(image)
        if known is None or known[0] != key:
            known = key, *self._placed(*key)
            self._latest.put(image, known)
        _, placed, occupied = known
        for line in placed:
            _paint_line(painter, line)
        for line in placed:
            if line.label is not None:
                place, text, size_px = line.label
                self._texts.draw(painter, place, text, line.pens.look.colour, size_px, True)
        return list(occupied)

    def _placed(
        self, lines: tuple[ViewLine, ...], projection: Projection, hovered: str, taken: list[QRectF]
    ) -> tuple[list[_Placed], list[QRectF]]:
        """Where the lines and their labels are seen, and the places that are taken then."""
        scale, clear = self._palette.scale, 4.0 * self._palette.scale
        ends = projection.views_of_world(end for line in lines for end in (line.start, line.end))
        occupied = [*taken, *(QRectF(x - clear, y - clear, 2 * clear, 2 * clear) for x, y in ends)]
        view_size, placed = projection.size_px, []
        view = QRectF(0, 0, *view_size)
        for line, start, end in zip(lines, ends[::2], ends[1::2], strict=True):
            near = bool(hovered) and line.id == hovered
            pens, label = self._pens(line.style, near), None
            if line.label and view.intersects(_around(start, end)):
                size_px = self._palette.overlay_px if pens.look.dashed else self._palette.label_px
                places = beside_line(start, end, self._texts.size(line.label, size_px, True), view_size, scale)
                occupied.append(free_place(places, view_size, occupied, scale))
                label = occupied[-1].topLeft(), line.label, size_px
            if line.style is LineStyle.SELECTED or (near and line.editable):
                bars, handles = [], [QPointF(*start), QPointF(*end)]
            else:
                bars, handles = [end_bar(start, end, scale), end_bar(end, start, scale)], []
            placed.append(_Placed(pens, QLineF(*start, *end), bars, handles, label))
        return placed, occupied

    def _pens(self, style: LineStyle, hovered: bool) -> _Pens:
        known = self._kept.get((style, hovered))
        if known is None:
            known = self._kept[style, hovered] = _pens(style, hovered, self._palette)
        return known


def _paint_line(painter: QPainter, line: _Placed) -> None:
    pens = line.pens
    for n, pen in enumerate(pens.solid):
        painter.setPen(pen)
        if pens.dashes is None:
            painter.drawLines([line.run, *line.bars])
        else:
            painter.drawLines(line.bars)
            painter.setPen(pens.dashes[n])
            painter.drawLine(line.run)
    for place in line.handles:
        pens.handles.paint(painter, place)


def paint_places(
    painter: QPainter,
    places: Iterable[ViewPlace],
    projection: Projection,
    palette: ViewPalette,
) -> None:
    """A pale dashed circle for each place whose sphere the plane cuts."""
    for _, (x, y), radius in _cut(places, projection):
        centre = QPointF(x, y)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        dashes = QPen(QColor(palette.ghost), palette.scale)
        dashes.setDashPattern([4.0, 4.0])
        for pen in (QPen(palette.colour(palette.background, 0.5), 2.0 * palette.scale), dashes):
            painter.setPen(pen)
            painter.drawEllipse(centre, radius, radius)


def name_places(
    painter: QPainter,
    places: Iterable[ViewPlace],
    projection: Projection,
    palette: ViewPalette,
    texts: OutlinedTexts,
    taken: Sequence[QRectF],
) -> list[QRectF]:
    """The label of each circle that is in sight, clear of what is `taken`; gives the places that are taken then."""
    occupied, view = list(taken), QRectF(0, 0, *projection.size_px)
    for place, (x, y), radius in _cut(places, projection):
        if place.label and view.intersects(QRectF(x - radius, y - radius, 2 * radius, 2 * radius)):
            label = texts.size(place.label, palette.overlay_px, True)
            beside = beside_ring((x, y), radius, label, palette.scale)
            occupied.append(free_place(beside, projection.size_px, occupied, palette.scale))
            texts.draw(painter, occupied[-1].topLeft(), place.label, palette.ghost, palette.overlay_px, True)
    return occupied


def _cut(places: Iterable[ViewPlace], projection: Projection) -> Iterator[tuple[ViewPlace, Pair, float]]:
    """The places whose sphere the plane cuts, each with middle and radius of its circle in the view."""
    if projection.plane is None:
        return
    for place in places:
        squared = place.radius_mm**2 - projection.plane.distance_mm(place.centre) ** 2
        if squared > 0:
            yield place, projection.view_of_world(place.centre), math.sqrt(squared) * projection.framing.px_per_mm


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
    handles = Handles.of(bright, palette)
    if not look.dashed:
        return _Pens(look, (outline, bright), None, handles)
    dashes = QPen(outline), QPen(bright)
    for pen in dashes:
        pen.setDashPattern([dash * thickness / pen.widthF() for dash in DASHES])
    return _Pens(look, (outline, bright), dashes, handles)


def _around(start: Pair, end: Pair) -> QRectF:
    """The place a line takes, with a little width where it is upright or level."""
    left, top = min(start[0], end[0]) - 1, min(start[1], end[1]) - 1
    return QRectF(left, top, abs(start[0] - end[0]) + 2, abs(start[1] - end[1]) + 2)


def end_bar(place: Pair, other: Pair, scale: float) -> QLineF:
    """The bar across a line's end, at right angles to it."""
    x, y = place
    run_x, run_y = other[0] - x, other[1] - y
    share = _BAR_PX * scale / (math.hypot(run_x, run_y) or 1.0)
    across_x, across_y = -run_y * share, run_x * share
    return QLineF(x - across_x, y - across_y, x + across_x, y + across_y)
