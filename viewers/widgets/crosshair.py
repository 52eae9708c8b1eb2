"""The crosshair over an image: the shared place, and where other planes through it cut the image."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QRegion, QTransform

from viewers.imaging.geometry import along, minus
from viewers.tools.crosshair import TURNING_SHARE, CrossLine
from viewers.tools.events import Point
from viewers.tools.projection import Projection
from viewers.tools.reference import within
from viewers.widgets.overlay import draw_outlined
from viewers.widgets.palette import ViewPalette

GAP_PX = 14.0
"""Nothing is drawn this near the place: the eye wants the pixels there."""

_HANDLE_PX = 4.0
_LABEL_SHARE, _TURNABLE_LABEL_SHARE = 0.2, 0.42
_NO_WAY_PX = 1e-6
_RING_SHARES = (0.5, 0.65, 0.8, 0.95)
"""Of the part of a line that turns its plane, from the line's end: where its ring may stand, the best first."""

_DASHES: dict[str, list[float]] = {"AX": [10.0, 4.0], "COR": [5.0, 4.0], "SAG": [1.5, 4.0]}


@dataclass(frozen=True, slots=True)
class Cut:
    """Where another plane through the place cuts the image: its word, the way of the line (unit vector, LPS)."""

    plane: str
    direction: Point
    turnable: bool = False


@dataclass(frozen=True, slots=True)
class Crosshair:
    """A place in the patient (LPS mm) and the planes that meet there; without planes a level and an upright line."""

    place: Point
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """Where another image cuts this one (ends in LPS mm); `faint` for the first and last image of a stack."""

    start: Point
    end: Point
    faint: bool = False


def lines_in_sight(crosshair: Crosshair, projection: Projection, size: tuple[int, int]) -> tuple[CrossLine, ...]:
    """The lines of the planes as far as they lie on the image, of `size` (rows, columns), and in the view."""
    lines = (_in_sight(crosshair.place, cut, projection, size) for cut in crosshair.cuts)
    return tuple(line for line in lines if line is not None)


def paint_crosshair(
    painter: QPainter,
    crosshair: Crosshair,
    projection: Projection,
    size: tuple[int, int],
    palette: ViewPalette,
    reach_mm: float,
) -> None:
    """Thin lines with a gap about the place, where the image is within `reach_mm` of it.

    A plane is told by its word and its dashes, not by its colour alone. Rings mark where a line turns its plane.
    """
    plane = projection.plane
    if plane is None or abs(plane.distance_mm(crosshair.place)) > reach_mm:
        return
    cuts = crosshair.cuts or (Cut("", projection.right), Cut("", projection.down))
    place = QPointF(*projection.view_of_world(crosshair.place))
    # the lines that move nothing lie below those that can be taken
    for cut in sorted(cuts, key=lambda one: one.turnable):
        line = _in_sight(crosshair.place, cut, projection, size)
        if line is not None:
            ends = [QPointF(*projection.view_of_world(end)) for end in (line.start, line.end)]
            _paint_cut(painter, cut, place, ends, palette)


def paint_reference_lines(
    painter: QPainter, lines: Iterable[ReferenceLine], projection: Projection, palette: ViewPalette
) -> None:
    """Thin dashed lines; those of the first and last image of a stack fainter."""
    for line in lines:
        ends = (QPointF(*projection.view_of_world(end)) for end in (line.start, line.end))
        pen = QPen(palette.colour(palette.ghost, 0.45 if line.faint else 1.0), palette.scale)
        pen.setDashPattern([2.0, 5.0] if line.faint else [6.0, 4.0])
        painter.setPen(pen)
        painter.drawLine(_crisp(QLineF(*ends), painter.deviceTransform()))


def _in_sight(place: Point, cut: Cut, projection: Projection, size: tuple[int, int]) -> CrossLine | None:
    """The part of a line that lies on the image and in the view; None where it passes them by."""
    if projection.plane is None:
        return None
    on_image = within(projection.plane, *size, place, cut.direction)
    if on_image is None:
        return None
    (x0, y0), (x1, y1) = (projection.view_of_world(end) for end in on_image)
    near, far = 0.0, 1.0
    for start, way, most in ((x0, x1 - x0, projection.size_px[0]), (y0, y1 - y0, projection.size_px[1])):
        if abs(way) < _NO_WAY_PX:
            if not 0 <= start <= most:
                return None
            continue
        first, last = sorted((-start / way, (most - start) / way))
        near, far = max(near, first), min(far, last)
    if near >= far:
        return None
    run = minus(on_image[1], on_image[0])
    return CrossLine(cut.plane, along(on_image[0], run, near), along(on_image[0], run, far), cut.turnable)


def _paint_cut(painter: QPainter, cut: Cut, place: QPointF, ends: list[QPointF], palette: ViewPalette) -> None:
    colour = QColor(_colour(cut, palette))
    gap = GAP_PX * palette.scale
    device = painter.deviceTransform()
    for end in ends:
        half = QLineF(place, end)
        if half.length() <= gap:
            continue
        start = half.pointAt(gap / half.length())
        run = _crisp(QLineF(start, end), device)
        shadow = QPen(QColor(palette.background), 3.0 * palette.scale)  # translucent it would take Qt far longer
        line = QPen(colour, palette.scale)
        line.setCapStyle(Qt.PenCapStyle.FlatCap)
        if cut.plane in _DASHES:
            line.setDashPattern(_DASHES[cut.plane])
        for pen in (shadow, line):
            painter.setPen(pen)
            painter.drawLine(run)
        if cut.turnable:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, 1.5 * palette.scale))
            radius = _HANDLE_PX * palette.scale
            painter.drawEllipse(_ring_place(painter, half, radius), radius, radius)
    if cut.plane:
        share = _TURNABLE_LABEL_SHARE if cut.turnable else _LABEL_SHARE  # clear of the ring, and of a line beneath
        _paint_word(painter, cut.plane, place, ends, share, colour, palette)


def _crisp(line: QLineF, device: QTransform) -> QLineF:
    """An upright or level line on whole pixels of the device: between two of them it would be wide and faint."""

    def on_pixel(value: float, offset: float) -> float:
        return (math.floor(value * device.m11() + offset) + 0.5 - offset) / device.m11()

    (x1, y1), (x2, y2) = (line.x1(), line.y1()), (line.x2(), line.y2())
    if abs(x2 - x1) < _NO_WAY_PX:
        x1 = x2 = on_pixel(x1, device.dx())
    elif abs(y2 - y1) < _NO_WAY_PX:
        y1 = y2 = on_pixel(y1, device.dy())
    return QLineF(x1, y1, x2, y2)


def _ring_place(painter: QPainter, half: QLineF, radius: float) -> QPointF:
    """Where the line turns its plane, clear of the words in the corners, through which nothing is painted."""
    places = [half.pointAt(1 - TURNING_SHARE * share) for share in _RING_SHARES]
    if not painter.hasClipping():
        return places[0]
    free, reach = painter.clipRegion(), math.ceil(radius) + 1

    def is_free(place: QPointF) -> bool:
        ring = QRect(place.toPoint() - QPoint(reach, reach), QSize(2 * reach + 1, 2 * reach + 1))
        return QRegion(ring).subtracted(free).isEmpty()

    return next(filter(is_free, places), places[-1])


def _paint_word(
    painter: QPainter,
    word: str,
    place: QPointF,
    ends: list[QPointF],
    share: float,
    colour: QColor,
    palette: ViewPalette,
) -> None:
    """Beside the longer half of the line, a share of the way from its end to the place, off letters and corners."""
    font = palette.font(palette.overlay_px, bold=True)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    half = max((QLineF(place, end) for end in ends), key=lambda line: line.length())
    at = half.pointAt(1 - share)
    upright = abs(half.dy()) > abs(half.dx())
    space = 5.0 * palette.scale
    corner = (
        QPointF(at.x() + space, at.y() + metrics.ascent() / 2)
        if upright
        else QPointF(at.x() - metrics.horizontalAdvance(word) / 2, at.y() - space)
    )
    draw_outlined(painter, corner, word, colour.name(), palette)


def _colour(cut: Cut, palette: ViewPalette) -> str:
    known = {"AX": palette.accent, "COR": palette.met, "SAG": palette.amber, "OBL": palette.text}
    return known.get(cut.plane, palette.accent)
