"""The lines of a read as the views show them. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from app.state.record import Record
from mrecist.case import Read
from mrecist.lesions import Finding, Lesion, Measured, Present
from mrecist.values import Diameter, Line, Point, Region
from viewers.widgets.marks import LineStyle, ViewLine

if TYPE_CHECKING:
    from app.reading.marking import Drawing

COUNTED, WHOLE = "counted", "whole"
ASKED = "asked"
"""The name of a line that was not taken, while it is asked what it shall be."""


def line_id(lesion_id: str, part: str, number: int) -> str:
    """The name of a line in a view; `lesion_of` reads it back."""
    return f"{lesion_id}|{part}|{number}"


def lesion_of(line: str) -> tuple[str, str]:
    """The lesion a line belongs to, and which diameter it is (`COUNTED` or `WHOLE`)."""
    lesion_id, part, _ = line.split("|")
    return lesion_id, part


def lines_for(
    record: Record, read_id: str, visit_id: str, series_uid: str, selected: str | None, ghosts: bool
) -> tuple[ViewLine, ...]:
    """The lines of one time point on one series.

    Lines drawn on this series are the reader's own; lines of other series of the same frame of reference are ghosts,
    on the image at their place. A signed time point's lines cannot be moved.
    """
    read = record.read(read_id)
    here = record.series_ref(series_uid)
    if read is None or here is None:
        return ()
    editable = not record.is_signed(read_id, visit_id)
    shown = []
    for lesion, part, number, line, diameter in _lines(read, visit_id):
        name = line_id(lesion.id, part, number)
        chosen = lesion.id == selected
        label = f"{lesion.id} {diameter} mm" if diameter else lesion.id
        if part == WHOLE:
            label = f"whole {diameter} mm" if chosen and diameter else ""
        if line.series_uid == series_uid:
            style = LineStyle.WHOLE if part == WHOLE else LineStyle.SELECTED if chosen else LineStyle.OWN
            shown.append(
                ViewLine(name, line.start, line.end, line.sop_uid, line.frame, label, style, editable and chosen)
            )
        elif ghosts and part == COUNTED and line.frame_of_reference_uid == here.frame_of_reference_uid is not None:
            shown.append(ViewLine(name, line.start, line.end, "", 1, label, LineStyle.GHOST))
    return tuple(shown)


def asked_line(drawing: Drawing) -> ViewLine:
    """A line that was not taken, dashed on its image, while the reader is asked what it shall be."""
    line = drawing.line
    label = f"{drawing.diameter} mm ?"
    return ViewLine(ASKED, line.start, line.end, line.sop_uid, line.frame, label, LineStyle.PROPOSAL)


def as_prior(lines: tuple[ViewLine, ...]) -> tuple[ViewLine, ...]:
    """The lines of another time point beside the one that is read: pale, and not to be moved."""
    return tuple(replace(line, style=LineStyle.GHOST, editable=False) for line in lines)


def diameters_of(read: Read, visit_id: str) -> frozenset[tuple[str, frozenset[Point]]]:
    """The lines that diameters of a time point were read from: image and ends of each."""
    return frozenset((line.sop_uid, frozenset((line.start, line.end))) for *_, line, _ in _lines(read, visit_id))


def place_of(read: Read, visit_id: str, lesion_id: str) -> Line | None:
    """The line that says where a lesion is at a time point."""
    found = read.observation(visit_id, lesion_id)
    lines = _evidence(found.finding) if found else ()
    return next((line for part, _, line, _ in lines if part == COUNTED), None)


def liver_read_on(record: Record, read: Read, visit_id: str) -> str | None:
    """The modality of all lines of liver lesions at a time point; None where there is none, or more than one."""
    liver = (lesion for lesion in read.lesions if lesion.region is Region.INTRAHEPATIC)
    lines = (place_of(read, visit_id, lesion.id) for lesion in liver)
    found = {ref.modality for line in lines if line is not None and (ref := record.series_ref(line.series_uid))}
    return found.pop() if len(found) == 1 else None


def _lines(read: Read, visit_id: str) -> Iterator[tuple[Lesion, str, int, Line, Diameter | None]]:
    timepoint = read.timepoint(visit_id)
    for observation in timepoint.observations if timepoint else ():
        lesion = read.lesion(observation.lesion_id)
        if lesion is not None:
            for part, number, line, diameter in _evidence(observation.finding):
                yield lesion, part, number, line, diameter


def _evidence(finding: Finding) -> tuple[tuple[str, int, Line, Diameter | None], ...]:
    match finding:
        case Measured(diameter=counted, whole=whole):
            alone = len(finding.evidence) == 1
            own = tuple((COUNTED, n, line, counted if alone else None) for n, line in enumerate(finding.evidence))
            apart = [
                line for line in finding.whole_evidence if not any(_same(line, other) for other in finding.evidence)
            ]
            return own + tuple((WHOLE, n, line, whole) for n, line in enumerate(apart))
        case Present(diameter=noted):
            return tuple((COUNTED, n, line, noted) for n, line in enumerate(finding.evidence))
        case _:
            return ()


def _same(a: Line, b: Line) -> bool:
    """Two diameters along one line: it is shown once."""
    return a.sop_uid == b.sop_uid and {a.start, a.end} == {b.start, b.end}
