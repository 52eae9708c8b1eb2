"""Figures of a read: lengths, angles, regions, notes and points that a reader drew beside the lesions.

They are shown and kept, and nothing is judged by them: no response reads a figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from mrecist.values import Point


class FigureKind(StrEnum):
    LENGTH = "length"
    BIDIRECTIONAL = "bidirectional"
    ELLIPSE = "ellipse"
    FREEHAND = "freehand"
    ANGLE = "angle"
    ARROW = "arrow"
    POINT = "point"


FEWEST_POINTS: Mapping[FigureKind, int] = MappingProxyType(
    {
        FigureKind.LENGTH: 2,
        FigureKind.BIDIRECTIONAL: 4,
        FigureKind.ELLIPSE: 4,
        FigureKind.FREEHAND: 3,
        FigureKind.ANGLE: 3,
        FigureKind.ARROW: 2,
        FigureKind.POINT: 1,
    }
)
"""How many points a figure has; only a freehand outline may have more."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure on an image of the case.

    Parameters
    ----------
    points
        Patient mm (LPS), in the order of `viewers.tools.figures`.
    series_uid, sop_uid, frame
        The image, frames counted from 1. `sop_uid` is empty where the plane was never acquired: `series_uid` is then
        the series it was computed from, and `derived` says what was shown ("COR", "AP - PRE").
    normal
        Unit vector (LPS) at right angles to the plane it was drawn on.
    note
        What an arrow says; free text.
    """

    id: str
    kind: FigureKind
    points: tuple[Point, ...]
    series_uid: str
    sop_uid: str
    frame: int
    frame_of_reference_uid: str | None
    normal: Point
    derived: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FigureOfRead:
    """A figure and the read it belongs to."""

    read_id: str
    figure: Figure
