"""What a report of others says about a case: its lines on the images that the case has, as proposals."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from app.exports.source_images import ImageMissing, SourceImages
from app.exports.sr_reading import (
    SHORT,
    PatientLine,
    PixelLine,
    ReadGroup,
    ReadLength,
    ReadReport,
    RefusedPart,
    ReportRefused,
    refuse_unless_alike,
)
from app.state.proposals import Proposal, ProposedAxis
from app.state.record import Record
from mrecist.values import Diameter, Line, Point
from viewers.imaging.catalogue import Series, SliceRecord
from viewers.imaging.geometry import length_mm

_IN_PLANE_MM = 0.5
"""A line given in the patient lies on an image when both its ends are this near to its plane."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """The proposals of one file, and what of it is none, with the reason."""

    proposals: tuple[Proposal, ...]
    refused: tuple[RefusedPart, ...]


def proposals_of(report: ReadReport, record: Record, images: SourceImages) -> Proposed:
    """Place the lengths of a report on the images of a case.

    Raises
    ------
    ReportRefused
        If the report is of another patient.
    """
    if report.patient_id != record.patient.id.strip():
        raise ReportRefused("it is of another patient than the case")
    proposals: list[Proposal] = []
    refused = list(report.refused)
    places = _Places(record, images)
    number = 0
    for group in report.groups:
        for length in group.lengths:
            number += 1
            try:
                proposals.append(_proposal(report, group, length, number, places))
            except (ReportRefused, ImageMissing) as why:
                refused.append(RefusedPart(f"{group.label or 'a group'}: {length.name}", str(why)))
    return Proposed(tuple(proposals), tuple(refused))


def _proposal(report: ReadReport, group: ReadGroup, length: ReadLength, number: int, places: _Places) -> Proposal:
    line, visit_id = places.pixel(length.line) if isinstance(length.line, PixelLine) else places.patient(length.line)
    refuse_unless_alike(length.mm, length_mm(line.start, line.end))
    try:
        diameter = Diameter.from_mm(repr(length.mm))
    except ValueError as error:
        raise ReportRefused(str(error)) from error
    axis = ProposedAxis.SHORT if length.axis == SHORT else ProposedAxis.WHOLE if length.whole else ProposedAxis.LONG
    source = ", ".join(part for part in (report.maker, report.observer) if part) or "another program"
    return Proposal(
        f"{report.sop_uid}/{number}",
        source,
        group.label,
        group.tracking_uid,
        visit_id,
        axis,
        diameter,
        line,
        group.organ,
        group.segment,
    )


class _Places:
    """Where images of the case are."""

    def __init__(self, record: Record, images: SourceImages) -> None:
        self._record, self._images = record, images
        self._at: dict[tuple[str, int], list[tuple[Series, SliceRecord]]] = {}
        self._series: list[Series] = []
        for ref in record.series:
            try:
                series = images.series(ref.uid)
            except ImageMissing:
                continue
            self._series.append(series)
            for one in series.slices:
                self._at.setdefault((one.sop_uid, one.frame + 1), []).append((series, one))

    def pixel(self, line: PixelLine) -> tuple[Line, str]:
        """A line in the pixels of an image, in the patient by the image's own geometry."""
        series, _ = self._found(line.sop_uid, line.frame)
        image = self._images.image(series.uid, line.sop_uid)
        plane = image.plane(line.frame)
        if plane is None or not series.measurable:
            raise ReportRefused("its image has no geometry: not measurable")
        columns, rows = image.size
        for column, row in (line.start, line.end):
            if not (-0.5 <= column <= columns - 0.5 and -0.5 <= row <= rows - 0.5):
                raise ReportRefused("its line reaches outside its image")
        return self._line(series, line.sop_uid, line.frame, plane.to_world(*line.start), plane.to_world(*line.end))

    def patient(self, line: PatientLine) -> tuple[Line, str]:
        """A line in the patient, on the one image on which it lies."""
        on = [(series, one) for series, one in self._candidates(line) if self._lies_on(series, one, line)]
        if not on:
            raise ReportRefused("no image of the case holds both ends of its line")
        if len(on) > 1:
            raise ReportRefused(f"its line lies on {len(on)} images, and which is meant is not said")
        series, one = on[0]
        return self._line(series, one.sop_uid, one.frame + 1, line.start, line.end)

    def _candidates(self, line: PatientLine) -> Iterator[tuple[Series, SliceRecord]]:
        for series in self._series:
            same_frame = series.frame_of_reference_uid == line.frame_of_reference_uid != ""
            for one in series.slices:
                if (one.sop_uid == line.sop_uid) if line.sop_uid else same_frame:
                    yield series, one

    def _lies_on(self, series: Series, one: SliceRecord, line: PatientLine) -> bool:
        if one.position is None or series.row_direction is None or series.column_direction is None:
            return False
        plane = self._images.image(series.uid, one.sop_uid).plane(one.frame + 1) if _near(series, one, line) else None
        return plane is not None and all(
            abs(plane.distance_mm(point)) <= _IN_PLANE_MM for point in (line.start, line.end)
        )

    def _found(self, sop_uid: str, frame: int) -> tuple[Series, SliceRecord]:
        found = self._at.get((sop_uid, frame), [])
        if not found:
            raise ReportRefused("its image is not in the case: import the images first")
        return found[0]

    def _line(self, series: Series, sop_uid: str, frame: int, start: Point, end: Point) -> tuple[Line, str]:
        visit = self._record.visit_of_series(series.uid)
        if visit is None:
            raise ReportRefused("its image belongs to no time point of the case")
        return Line(series.uid, sop_uid, frame, series.frame_of_reference_uid, start, end), visit.id


def _near(series: Series, one: SliceRecord, line: PatientLine) -> bool:
    """Whether the slice as the catalogue knows it is near the line: only then is its header read."""
    from viewers.imaging.geometry import cross, dot, minus

    if one.position is None or series.row_direction is None or series.column_direction is None:
        return False
    normal = cross(series.row_direction, series.column_direction)
    return math.fabs(dot(minus(line.start, one.position), normal)) <= 2 * _IN_PLANE_MM
