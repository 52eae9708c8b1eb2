"""What of a finding goes into a structured report: diameters with the lines they were read from, on their images."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from app.exports.source_images import ImageMissing, SourceImage, SourceImages
from app.exports.sr_codes import ACROSS, AXES, LONG_AXIS, SHORT_AXIS, WHOLE_LONGEST, Term
from app.reading.figure_measures import lengths_of
from app.state.figures import Figure, FigureKind
from app.state.naming import default_axis
from mrecist.lesions import (
    Absent,
    Finding,
    Lesion,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Present,
    Split,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.values import Axis, Diameter, Line, Point
from viewers.imaging.geometry import length_mm

HALF_PIXEL = 0.5
"""In SCOORD the first pixel's centre is (0.5, 0.5), here it is (0, 0)."""

_OFF_PLANE_MM = 0.1
"""A line farther than this from the plane of its image was not drawn on it."""

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line in the pixels of an image: (column, row) of both ends by the convention of SCOORD."""

    image: SourceImage
    frame: int
    start: tuple[float, float]
    end: tuple[float, float]
    length_mm: float


@dataclass(frozen=True, slots=True)
class Axes:
    """One diameter: what is measured, how, how long, and the lines it was read from (none where there is no image).

    The parts of a split lesion have a line each, and their sum is the diameter.
    """

    concept: Term
    how: Term
    diameter: Diameter
    lines: tuple[DrawnLine, ...] = ()


def drawn_line(line: Line, images: SourceImages) -> DrawnLine:
    """A line of the record in the pixels of its image, by the image's own geometry.

    Raises
    ------
    ImageMissing
        If the image cannot be read, has no geometry, or the line does not lie on it.
    """
    image = images.image(line.series_uid, line.sop_uid)
    plane = image.plane(line.frame)
    if plane is None:
        raise ImageMissing(f"image {line.sop_uid} does not say where its pixels are")
    ends = []
    columns, rows = image.size
    for point in (line.start, line.end):
        column, row = plane.to_pixel(point)
        if abs(plane.distance_mm(point)) > _OFF_PLANE_MM or not (
            -HALF_PIXEL <= column <= columns - HALF_PIXEL and -HALF_PIXEL <= row <= rows - HALF_PIXEL
        ):
            raise ImageMissing(f"a line does not lie on its image {line.sop_uid}: the image has changed")
        ends.append((column + HALF_PIXEL, row + HALF_PIXEL))
    return DrawnLine(image, line.frame, ends[0], ends[1], length_mm(line.start, line.end))


def axes_of(
    lesion: Lesion,
    finding: Finding,
    figures: tuple[Figure, ...],
    images: SourceImages,
    note: Note,
    across: Callable[[Line], Line | None] = lambda line: None,
) -> tuple[Axes, ...]:
    """The diameters of a finding, that of the lesion's own axis first, then that of the whole lesion.

    Parameters
    ----------
    note
        Told what has no place on an image.
    across
        The short axis that was proposed with a line, if one was; raises `ImageMissing` where it is not found again.
    """
    counted = lesion.axis or default_axis(lesion.region, lesion.kind)
    concept = SHORT_AXIS if counted is Axis.SHORT else LONG_AXIS
    diameter, whole, evidence, whole_evidence = _recorded(finding)
    found: list[Axes] = []
    if diameter is not None:
        found.append(Axes(concept, AXES[counted], diameter, _lines(evidence, images, note)))
        found += _other_axis(found[0], evidence, figures, images, note)
        if len(found) == 1 and concept is LONG_AXIS and len(evidence) == 1:
            found += _proposed_across(evidence[0], across, images, note)
    if whole is not None:
        found.append(Axes(LONG_AXIS, WHOLE_LONGEST, whole, _lines(whole_evidence, images, note)))
    for axes in found:
        if not axes.lines:
            note(f"{axes.how.meaning}, {axes.diameter} mm: a number without a line on an image")
    return tuple(found)


def _recorded(
    finding: Finding,
) -> tuple[Diameter | None, Diameter | None, tuple[Line, ...], tuple[Line, ...]]:
    """The diameter that counts and that of the whole lesion, and the lines of each."""
    match finding:
        case Measured(diameter, whole, evidence, whole_evidence):
            return diameter, whole, evidence, whole_evidence
        case Present(noted, whole, evidence):
            return noted, whole, evidence, ()
        case TooSmall(noted, whole):
            return noted, whole, (), ()
        case Absent(whole) | Nonviable(whole):
            return None, whole, (), ()
        case UnequivocalProgression(noted):
            return noted, None, (), ()
        case NotEvaluable() | Merged() | Split():
            return None, None, (), ()
        case _:
            assert_never(finding)


def _lines(lines: tuple[Line, ...], images: SourceImages, note: Note) -> tuple[DrawnLine, ...]:
    """All lines, or none where one cannot be placed: part of the lines would not be the diameter."""
    try:
        return tuple(drawn_line(line, images) for line in lines)
    except ImageMissing as missing:
        note(str(missing))
        return ()


def _other_axis(
    counted: Axes, evidence: tuple[Line, ...], figures: tuple[Figure, ...], images: SourceImages, note: Note
) -> Iterator[Axes]:
    """The other axis, where the diameter is one of the two lengths of a figure that the reader drew."""
    if len(evidence) != 1:
        return
    line = evidence[0]
    for figure in figures:
        if figure.kind is not FigureKind.BIDIRECTIONAL or (figure.sop_uid, figure.frame) != (line.sop_uid, line.frame):
            continue
        pairs = [(a, b) for _, a, b in lengths_of(figure)]
        at = next((n for n, pair in enumerate(pairs) if _same(pair, line)), None)
        if at is None or (at == 0) is not (counted.concept is LONG_AXIS):
            continue
        start, end = pairs[1 - at]
        other = SHORT_AXIS if counted.concept is LONG_AXIS else LONG_AXIS
        drawn = _lines((replace(line, start=start, end=end),), images, note)
        how = ACROSS if other is SHORT_AXIS else AXES[Axis.LONGEST]
        yield Axes(other, how, Diameter.from_mm(length_mm(start, end)), drawn)
        return


def _proposed_across(
    line: Line, across: Callable[[Line], Line | None], images: SourceImages, note: Note
) -> Iterator[Axes]:
    """The short axis that was proposed with a line; where it cannot be found again, that is told."""
    try:
        short = across(line)
    except ImageMissing as missing:
        note(f"no short axis, which was proposed too: {missing}")
        return
    if short is not None:
        mm = Diameter.from_mm(length_mm(short.start, short.end))
        yield Axes(SHORT_AXIS, ACROSS, mm, _lines((short,), images, note))


def _same(pair: tuple[Point, Point], line: Line) -> bool:
    return set(pair) == {line.start, line.end}


def tracking_uid(origin: str, read_id: str, lesion_id: str, part: str = "") -> str:
    """The UID of a lesion of a read, the same at all its time points and in every export.

    Parameters
    ----------
    origin
        The hash of the first row of the case's log, which no other case has.
    part
        Tells the annotations of one lesion apart, where each needs a UID of its own.
    """
    digest = hashlib.sha256("\0".join(("lesion", origin, read_id, lesion_id, part)).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"
