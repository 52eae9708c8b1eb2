"""Painting figures over an image: outlines, arrows, angles, points; their handles, and their numbers beside them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from viewers.tools.figures import FigureKind, handle_points, strokes
from viewers.tools.projection import Projection
from viewers.widgets.label_places import Pair, beside_box, beside_line, free_place
from viewers.widgets.line_painter import DASHES, HOVER_PX, OUTLINE_PX, Handles, end_bar, look_of
from viewers.widgets.marks import LabelledFigure, LineStyle
from viewers.widgets.painted_once import OutlinedTexts
from viewers.widgets.palette import ViewPalette

_HEAD_PX = 11.0
_HEAD_DEGREES = 25.0
_ARC_PX = 18.0
_CROSS_PX, _CROSS_GAP_PX = 8.0, 3.0
_FAR_PX = 26.0
"""A label farther than this from its figure is tied to it by a thin line."""


def paint_figures(
    painter: QPainter,
    figures: Iterable[LabelledFigure],
    projection: Projection,
    palette: ViewPalette,
    texts: OutlinedTexts,
    hovered: str = "",
    taken: Sequence[QRectF] = (),
) -> None:
    """All figures, then all their labels: clear of each other, of the places that are `taken`, and of the figures."""
    shown = [(one, _path(one, projection, palette.scale)) for one in figures]
    for one, path in shown:
        _paint_figure(painter, one, path, projection, bool(hovered) and one.figure.id == hovered, palette)
    view, occupied = QRectF(0, 0, *projection.size_px), list(taken)
    boxes = [_box(path) for _, path in shown]
    for (one, _), box in zip(shown, boxes, strict=True):
        if one.label and view.intersects(box):
            occupied.append(_paint_label(painter, one, box, projection, (occupied, boxes), palette, texts))


def _path(one: LabelledFigure, projection: Projection, scale: float) -> QPainterPath:
    """The figure in view coordinates, without handles."""
    figure = one.figure
    places = [QPointF(*place) for place in projection.views_of_world(figure.points)]
    path = QPainterPath()
    if figure.kind is FigureKind.POINT:
        _add_cross(path, places[0], scale)
        return path
    for stroke in strokes(figure.kind, figure.points, one.closed):
        path.addPolygon([QPointF(*place) for place in projection.views_of_world(stroke)])
    if figure.kind is FigureKind.ARROW and len(places) == 2:
        _add_head(path, places[0], places[1], scale)
    if figure.kind is FigureKind.ANGLE and len(places) == 3:
        _add_arc(path, places, scale)
    handles = figure.style is LineStyle.SELECTED
    if figure.kind in (FigureKind.LENGTH, FigureKind.BIDIRECTIONAL) and not handles:
        for n in range(0, len(places) - 1, 2):
            for a, b in ((places[n], places[n + 1]), (places[n + 1], places[n])):
                bar = end_bar(a.toTuple(), b.toTuple(), scale)
                path.moveTo(bar.p1())
                path.lineTo(bar.p2())
    return path


def _paint_figure(
    painter: QPainter,
    one: LabelledFigure,
    path: QPainterPath,
    projection: Projection,
    hovered: bool,
    palette: ViewPalette,
) -> None:
    look = look_of(one.figure.style, palette)
    thickness = (look.thickness_px + (HOVER_PX if hovered else 0.0)) * palette.scale
    dark = QPen(QColor(palette.background), thickness + OUTLINE_PX * palette.scale)
    bright = QPen(QColor(look.colour), thickness)
    lines = QPen(bright)
    if look.dashed:
        lines.setDashPattern(DASHES)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (dark, lines):
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(path)
    kind, handles = one.figure.kind, Handles.of(bright, palette)
    if kind is FigureKind.POINT and one.figure.style is LineStyle.SELECTED:
        handles.paint(painter, QPointF(*projection.view_of_world(one.figure.points[0])))
    elif one.closed and (one.figure.style is LineStyle.SELECTED or (hovered and one.figure.editable)):
        for n in handle_points(kind, one.figure.points):
            handles.paint(painter, QPointF(*projection.view_of_world(one.figure.points[n])))


def _paint_label(
    painter: QPainter,
    one: LabelledFigure,
    box: QRectF,
    projection: Projection,
    others: tuple[list[QRectF], list[QRectF]],
    palette: ViewPalette,
    texts: OutlinedTexts,
) -> QRectF:
    """The lines of the label in one place; gives the place they took."""
    figure = one.figure
    look = look_of(figure.style, palette)
    main = palette.overlay_px if look.dashed else palette.label_px
    fonts = [(main, True), *[(palette.overlay_px, False)] * (len(one.label) - 1)]
    sizes = [texts.size(text, *font) for text, font in zip(one.label, fonts, strict=True)]
    size = (max(width for width, _ in sizes), sum(height for _, height in sizes))
    ends = projection.views_of_world(figure.points)
    if figure.kind is FigureKind.ARROW:
        tail = QRectF(ends[-1][0] - 2, ends[-1][1] - 2, 4, 4)
        beyond = beside_line(ends[-1], ends[0], size, projection.size_px, palette.scale)
        places = [beyond[_tail_first(ends, projection)], *beside_box(tail, size, palette.scale)]
    elif figure.kind is FigureKind.LENGTH:
        places = beside_line(ends[0], ends[-1], size, projection.size_px, palette.scale)
    else:
        places = beside_box(box, size, palette.scale)
    taken, boxes = others
    rect = free_place(places, projection.size_px, taken, palette.scale, [*boxes])
    _tie(painter, rect, box, look.colour, palette)
    y = rect.top()
    for text, font, (_, height) in zip(one.label, fonts, sizes, strict=True):
        texts.draw(painter, QPointF(rect.left(), y), text, look.colour, *font)
        y += height
    return rect


def _tail_first(ends: Sequence[Pair], projection: Projection) -> int:
    """Which of the places beside an arrow lies beyond its tail."""
    middle = (projection.size_px[0] / 2, projection.size_px[1] / 2)
    return 0 if math.dist(ends[-1], middle) >= math.dist(ends[0], middle) else 1


def _tie(painter: QPainter, label: QRectF, box: QRectF, colour: str, palette: ViewPalette) -> None:
    """A thin line from a label to its figure where something stood between them."""
    a = QPointF(
        min(max(box.center().x(), label.left()), label.right()), min(max(box.center().y(), label.top()), label.bottom())
    )
    b = QPointF(min(max(a.x(), box.left()), box.right()), min(max(a.y(), box.top()), box.bottom()))
    if math.hypot(*(a - b).toTuple()) > _FAR_PX * palette.scale:
        painter.setPen(QPen(palette.colour(colour, 0.6), palette.scale))
        painter.drawLine(a, b)


def _box(path: QPainterPath) -> QRectF:
    """The place a figure takes; a straight line has some width too."""
    return path.controlPointRect().adjusted(-1, -1, 1, 1)


def _add_cross(path: QPainterPath, at: QPointF, scale: float) -> None:
    inner, outer = _CROSS_GAP_PX * scale, _CROSS_PX * scale
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        path.moveTo(at + QPointF(dx * inner, dy * inner))
        path.lineTo(at + QPointF(dx * outer, dy * outer))


def _add_head(path: QPainterPath, tip: QPointF, tail: QPointF, scale: float) -> None:
    shaft = QLineF(tip, tail)
    for turn in (_HEAD_DEGREES, -_HEAD_DEGREES):
        barb = QLineF.fromPolar(_HEAD_PX * scale, shaft.angle() + turn)
        path.moveTo(tip)
        path.lineTo(tip + barb.p2())


def _add_arc(path: QPainterPath, places: Sequence[QPointF], scale: float) -> None:
    """The arc of the angle, within the shorter leg."""
    first, second = QLineF(places[1], places[0]), QLineF(places[1], places[2])
    radius = min(_ARC_PX * scale, first.length() / 2, second.length() / 2)
    sweep = first.angleTo(second)
    around = QRectF(places[1].x() - radius, places[1].y() - radius, 2 * radius, 2 * radius)
    path.arcMoveTo(around, first.angle())
    path.arcTo(around, first.angle(), sweep if sweep <= 180 else sweep - 360)
