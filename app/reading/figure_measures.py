"""What a recorded figure measures by its points alone, and how its plane lies. Pure; no Qt and no images."""

from __future__ import annotations

from app.state.figures import Figure, FigureKind
from mrecist.values import Point
from viewers.imaging.geometry import along, is_axial, is_parallel, length_mm
from viewers.imaging.regions import Ellipse, Polygon
from viewers.imaging.regions import area_mm2 as area_of_region
from viewers.tools.figures import angle_degrees as angle_between


def plane_word(normal: Point) -> str:
    """The plane at right angles to a unit vector: AX, COR, SAG, or OBL when it is none of them within 10 degrees."""
    if is_axial(normal):
        return "AX"
    if is_parallel(normal, (0.0, 1.0, 0.0)):
        return "COR"
    return "SAG" if is_parallel(normal, (1.0, 0.0, 0.0)) else "OBL"


def plane_flag(figure: Figure) -> str:
    """What the numbers of a figure do not say of the plane it was drawn on; empty for an axial image as acquired."""
    word = plane_word(figure.normal)
    return figure.derived if word == "AX" else f"{figure.derived or word}, not axial"


def lengths_of(figure: Figure) -> tuple[tuple[str, Point, Point], ...]:
    """The straight lengths in a figure that can become a diameter: what to call each, and its ends."""
    match figure.kind:
        case FigureKind.LENGTH:
            return (("this length", figure.points[0], figure.points[1]),)
        case FigureKind.BIDIRECTIONAL:
            a, b, c, d = figure.points
            ends = sorted(((a, b), (c, d)), key=lambda line: -length_mm(*line))
            return (("the long line", *ends[0]), ("the short line", *ends[1]))
        case _:
            return ()


def middle_of(figure: Figure) -> Point:
    """The middle of a figure's points: the place to show."""
    share = 1.0 / len(figure.points)
    place = (0.0, 0.0, 0.0)
    for point in figure.points:
        place = along(place, point, share)
    return place


def angle_degrees(figure: Figure) -> float | None:
    """The angle of an angle; None of anything else."""
    return angle_between(figure.points) if figure.kind is FigureKind.ANGLE else None


def area_mm2(figure: Figure) -> float | None:
    """The area of a region; None of anything else, and where the outline crosses itself."""
    match figure.kind:
        case FigureKind.ELLIPSE:
            a, b, c, d = figure.points
            return area_of_region(Ellipse((a, b), (c, d)))
        case FigureKind.FREEHAND:
            return area_of_region(Polygon(figure.points))
        case _:
            return None
