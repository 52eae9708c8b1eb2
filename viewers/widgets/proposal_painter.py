"""Painting an assisted measurement over an image: outlines, hatching, and the ball of reference tissue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from viewers.imaging.geometry import SlicePlane
from viewers.imaging.lesion_shape import Segments, SliceShape
from viewers.tools.events import Point
from viewers.tools.projection import Projection
from viewers.tools.proposal import Ball
from viewers.widgets.label_places import beside_ring, free_place
from viewers.widgets.palette import ViewPalette
from viewers.widgets.source import ImageSource, derived_label

_VIABLE_PX, _WHOLE_PX, _HATCH_PX, _BALL_PX = 1.4, 1.0, 1.0, 1.4
_ELSEWHERE = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class ViewProposal:
    """What a view shows of a proposal.

    `slices` are shown on the images of the series they were found on, by number; `ball`, with its `label`, on every
    image of its frame of reference, dotted where it lies above or below; `axis` is the one that is being drawn.
    """

    series_uid: str = ""
    frame_of_reference_uid: str | None = None
    slices: Mapping[int, SliceShape] = field(default_factory=dict)
    ball: Ball | None = None
    label: str = ""
    axis: tuple[Point, Point] | None = None


def paint_proposal(
    painter: QPainter, shown: ViewProposal, source: ImageSource, k: int, projection: Projection, colours: ViewPalette
) -> None:
    """Paint what belongs to image `k` of a series as it was acquired, in view coordinates."""
    plane, scale = projection.plane, colours.scale
    if plane is None or derived_label(source):
        return
    shape = shown.slices.get(k) if source.series_uid == shown.series_uid else None
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if shape is not None:
        for pieces, colour, width in (
            (shape.barred, colours.error, _HATCH_PX),
            (shape.whole, colours.ghost, _WHOLE_PX),
            (shape.viable, colours.caliper, _VIABLE_PX),
        ):
            style = Qt.PenStyle.DashLine if pieces is shape.whole else Qt.PenStyle.SolidLine
            _draw(painter, pieces, projection, QPen(colours.colour(colour, 0.9), width * scale, style))
    if shown.axis is not None and all(abs(plane.distance_mm(end)) < 0.01 for end in shown.axis):
        painter.setPen(QPen(colours.colour(colours.ghost), _VIABLE_PX * scale, Qt.PenStyle.DashLine))
        a, b = (QPointF(*projection.view_of_world(end)) for end in shown.axis)
        painter.drawLine(a, b)
    if shown.ball is not None and source.frame_of_reference_uid == shown.frame_of_reference_uid:
        _paint_ball(painter, shown.ball, plane, projection, colours)
    painter.restore()


def name_ball(
    painter: QPainter,
    shown: ViewProposal,
    source: ImageSource,
    projection: Projection,
    colours: ViewPalette,
    taken: Sequence[QRectF],
) -> list[QRectF]:
    """The label of the ball on its plate, clear of what is `taken`; gives the places that are taken then.

    Its value is that of one series: in other phases the circle stands without it.
    """
    plane, ball, occupied = projection.plane, shown.ball, list(taken)
    elsewhere = source.series_uid != shown.series_uid or derived_label(source)
    if plane is None or ball is None or not shown.label or elsewhere:
        return occupied
    cut = ball.cut_mm(plane) > 0
    label = shown.label if cut else f"{shown.label}, {abs(plane.distance_mm(ball.centre)):.0f} mm away"
    painter.save()
    painter.setFont(colours.font(colours.overlay_px))
    metrics = painter.fontMetrics()
    size = metrics.horizontalAdvance(label) + 8 * colours.scale, float(metrics.height())
    middle, radius = projection.view_of_world(ball.centre), ball.shown_mm(plane) / projection.mm_per_px
    plate = free_place(beside_ring(middle, radius, size, colours.scale), projection.size_px, occupied, colours.scale)
    painter.fillRect(plate, colours.colour(colours.plate, colours.plate_opacity))
    painter.setPen(colours.colour(colours.met))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, label)
    painter.restore()
    return [*occupied, plate]


def _draw(painter: QPainter, pieces: Segments, projection: Projection, pen: QPen) -> None:
    if not len(pieces):
        return
    origin, right, down = (projection.view_of_pixel(*at) for at in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
    (ax, ay), (bx, by) = (
        (right[0] - origin[0], right[1] - origin[1]),
        (down[0] - origin[0], down[1] - origin[1]),
    )
    lines = [
        QLineF(
            origin[0] + c * ax + r * bx,
            origin[1] + c * ay + r * by,
            origin[0] + e * ax + s * bx,
            origin[1] + e * ay + s * by,
        )
        for c, r, e, s in pieces.tolist()
    ]
    if pen.style() is Qt.PenStyle.DashLine:  # pieces of a pixel are too short for dashes: every other one is left out
        pen.setStyle(Qt.PenStyle.SolidLine)
        lines = [line for line, (c, r, _e, _s) in zip(lines, pieces.tolist(), strict=True) if int(c + r) // 2 % 2]
    painter.setPen(pen)
    painter.drawLines(lines)


def _paint_ball(painter: QPainter, ball: Ball, plane: SlicePlane, projection: Projection, colours: ViewPalette) -> None:
    cut_mm = ball.cut_mm(plane)
    middle, radius = QPointF(*projection.view_of_world(ball.centre)), ball.shown_mm(plane) / projection.mm_per_px
    style = Qt.PenStyle.SolidLine if cut_mm > 0 else Qt.PenStyle.DotLine
    painter.setPen(
        QPen(colours.colour(colours.met, 1.0 if cut_mm > 0 else _ELSEWHERE), _BALL_PX * colours.scale, style)
    )
    painter.drawEllipse(middle, radius, radius)
