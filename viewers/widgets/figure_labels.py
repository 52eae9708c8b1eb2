"""What is written beside a figure: lengths, angles and values as measured on the image that is shown. No Qt."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import assert_never

from viewers.imaging.geometry import SlicePlane, length_mm
from viewers.imaging.regions import Ellipse, Polygon, RegionStatistics, area_mm2, region_statistics
from viewers.tools.figures import REGIONS, FigureKind, Points, angle_degrees
from viewers.widgets.marks import ViewFigure, length_text
from viewers.widgets.source import ImageSource

THIN = "\N{THIN SPACE}"
_KEPT = 256
_ON_THE_EDGE_PX = 1e-6


class FigureLabels:
    """Labels of the figures on the images of one view; each is measured once and kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, tuple[str, ...]] = OrderedDict()

    def lines(self, figure: ViewFigure, source: ImageSource, k: int, under_way: bool = False) -> tuple[str, ...]:
        """The label of a figure on image `k`, most telling line first; empty while that image is being read.

        A figure that is `under_way`, being drawn or dragged, has other points at every repaint: it says no more than
        `lines_under_way` unless it was measured with these very points.
        """
        if not source.ready(k):
            return ()
        key = (figure.kind, figure.points, figure.note, figure.flag, id(source), k, source.plane(k))
        if key not in self._kept:
            if under_way:
                return lines_under_way(figure, source, k)
            self._kept[key] = label_lines(figure, source, k)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def forget(self) -> None:
        """The pixels of the source changed, or another source is shown."""
        self._kept.clear()


def label_lines(figure: ViewFigure, source: ImageSource, k: int) -> tuple[str, ...]:
    """The label of a figure as measured on image `k` of a stack, most telling line first."""
    plane = source.plane(k)
    if plane is None:
        return ()
    lines = _measured(figure.kind, figure.points, figure.note, source, k, plane)
    return (*lines, figure.flag) if figure.flag and lines else lines


def lines_under_way(figure: ViewFigure, source: ImageSource, k: int) -> tuple[str, ...]:
    """What can be told of a figure at every move of the pointer: of a region no values, of an outline nothing.

    Whether an outline crosses itself, so that it has no area, takes too long to find out.
    """
    if figure.kind is FigureKind.FREEHAND:
        return ()
    if figure.kind is not FigureKind.ELLIPSE:
        return label_lines(figure, source, k)
    area = area_mm2(region_of(figure.kind, figure.points))
    lines = () if area is None or source.plane(k) is None else (_area_text(area),)
    return (*lines, figure.flag) if figure.flag and lines else lines


def region_of(kind: FigureKind, points: Points) -> Ellipse | Polygon:
    """The region a figure encloses.

    Raises
    ------
    ValueError
        If a figure of this kind encloses none.
    """
    if kind is FigureKind.ELLIPSE:
        return Ellipse((points[0], points[1]), (points[2], points[3]))
    if kind is FigureKind.FREEHAND:
        return Polygon(points)
    raise ValueError(f"a figure of kind {kind} encloses no region")


def region_lines(found: RegionStatistics, unit: str) -> tuple[str, ...]:
    """Mean and SD; extremes; area and number of pixels; what is lacking, in words."""
    if found.area_mm2 is None:
        return ("outline crosses itself: nothing measured",)
    area = _area_text(found.area_mm2)
    padded = (f"{found.padded} px never measured",) if found.padded else ()
    if found.mean is None or found.minimum is None or found.maximum is None:
        return (area, *(padded or ("smaller than one pixel: no value",)))
    spread = "" if found.sd is None else f" \N{PLUS-MINUS SIGN} {_number(found.sd, 1)}"
    extremes = f"min {_number(found.minimum)}  max {_number(found.maximum)}"
    return (_valued(f"{_number(found.mean, 1)}{spread}", unit), extremes, f"{area}  {found.pixels} px", *padded)


def value_text(value: float, unit: str) -> str:
    """One value with its unit; a signal without one says so."""
    return _valued(_number(value), unit)


def _measured(
    kind: FigureKind, points: Points, note: str, source: ImageSource, k: int, plane: SlicePlane
) -> tuple[str, ...]:
    match kind:
        case FigureKind.LENGTH:
            return (length_text(length_mm(*points[:2])),)
        case FigureKind.BIDIRECTIONAL:
            lengths = sorted((length_mm(*ends) for ends in (points[:2], points[2:]) if len(ends) == 2), reverse=True)
            return (" \N{MULTIPLICATION SIGN} ".join(f"{length:.1f}" for length in lengths) + f"{THIN}mm",)
        case FigureKind.ANGLE:
            return (f"{angle_degrees(points):.1f}\N{DEGREE SIGN}",)
        case FigureKind.ARROW:
            return tuple(note.splitlines())
        case FigureKind.POINT:
            pixel = _pixel_at(plane.to_pixel(points[0]), source)
            if pixel is None:
                return ()
            column, row = pixel
            padding = source.padding(k)
            if padding is not None and padding[row, column]:
                return ("never measured",)
            value = source.value_at(k, row, column)
            return (value_text(value, source.unit) if math.isfinite(value) else "never measured",)
        case FigureKind.ELLIPSE | FigureKind.FREEHAND:
            found = region_statistics(source.pixels(k), plane, region_of(kind, points), source.padding(k))
            return region_lines(found, source.unit)
        case _:
            assert_never(kind)


def _pixel_at(place: tuple[float, float], source: ImageSource) -> tuple[int, int] | None:
    """The pixel (column, row) a place lies in; one on the edge of the image lies in the last; None beside the image."""
    column, row = place
    low = -0.5 - _ON_THE_EDGE_PX
    if not (low <= column <= source.columns - 1 - low and low <= row <= source.rows - 1 - low):
        return None
    return min(max(round(column), 0), source.columns - 1), min(max(round(row), 0), source.rows - 1)


def short_label(kind: FigureKind, lines: tuple[str, ...], flag: str) -> tuple[str, ...]:
    """What stays of a label while its figure is not selected: the first line, and what the numbers do not say."""
    if kind is FigureKind.ARROW:
        return lines
    return (*lines[:1], flag) if flag and len(lines) > 1 else lines[: 2 if kind in REGIONS and len(lines) == 2 else 1]


def _valued(text: str, unit: str) -> str:
    return f"{text}{THIN}{unit}" if unit else f"signal {text}"


def _number(value: float, digits: int | None = None) -> str:
    places = (0 if value == round(value) else 1) if digits is None else digits
    text = f"{value:.{places}f}"
    return text.replace("-", "\N{MINUS SIGN}") if float(text) else text.lstrip("-")


def _area_text(area: float) -> str:
    return f"{area:.1f}{THIN}mm\N{SUPERSCRIPT TWO}" if area < 100 else f"{area:.0f}{THIN}mm\N{SUPERSCRIPT TWO}"
