"""Painting an assisted measurement over an image: outlines, hatching, and the ball of reference tissue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from viewers.imaging.lesion_shape import Segments, SliceShape
from viewers.tools.events import Point
from viewers.tools.projection import Projection
from viewers.tools.proposal import Ball
from viewers.widgets.palette import ViewPalette
from viewers.widgets.source import ImageSource, derived_label

_VIABLE_PX, _WHOLE_PX, _HATCH_PX, _BALL_PX = 1.4, 1.0, 1.0, 1.4
_LABEL_GAP_PX = 4.0
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
        _paint_ball(painter, shown.ball, shown.label, projection, colours)
    painter.restore()


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


def _paint_ball(painter: QPainter, ball: Ball, label: str, projection: Projection, colours: ViewPalette) -> None:
    plane = projection.plane
    if plane is None:
        return
    cut_mm = ball.cut_mm(plane)
    middle, radius = QPointF(*projection.view_of_world(ball.centre)), ball.shown_mm(plane) / projection.mm_per_px
    style = Qt.PenStyle.SolidLine if cut_mm > 0 else Qt.PenStyle.DotLine
    painter.setPen(
        QPen(colours.colour(colours.met, 1.0 if cut_mm > 0 else _ELSEWHERE), _BALL_PX * colours.scale, style)
    )
    painter.drawEllipse(middle, radius, radius)
    if label:
        label = label if cut_mm > 0 else f"{label}, {abs(plane.distance_mm(ball.centre)):.0f} mm away"
        painter.setFont(colours.font(colours.overlay_px))
        metrics = painter.fontMetrics()
        width, height = metrics.horizontalAdvance(label) + 8 * colours.scale, metrics.height()
        left = min(max(middle.x() - width / 2, 2.0), projection.size_px[0] - width - 2)
        top = middle.y() + radius + _LABEL_GAP_PX * colours.scale
        if top + height > projection.size_px[1] - 2:
            top = middle.y() - radius - _LABEL_GAP_PX * colours.scale - height
        plate = QRectF(left, top, width, height)
        painter.fillRect(plate, colours.colour(colours.plate, colours.plate_opacity))
        painter.setPen(colours.colour(colours.met))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, label)
