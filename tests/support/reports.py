"""A case whose one liver lesion is measured on a phantom that lies on the disk, and its structured reports."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from app.exports.assisted_masks import MaskMaker
from app.exports.exported import ExportedRead, exported_reads
from app.exports.source_images import SourceImages
from app.exports.sr_content import Profile, report_content
from app.exports.sr_files import report_document
from app.importing import ref_of
from app.resources import DEFAULT_RULESET, load_ruleset
from app.state.figures import Figure, FigureOfRead
from app.state.record import Patient, Record, Visit
from mrecist.case import Read, TimePointRead
from mrecist.lesions import Finding, Lesion, Measured, Observation
from mrecist.values import Axis, Diameter, LesionRole, Line, Organ, Region, Segment
from tests.support.phantoms import Phantom, write_phantom
from viewers.imaging.catalogue import Series
from viewers.imaging.scan import scan
from viewers.imaging.volume import load_volume

ORIGIN = "0f" * 32
"""Stands for the hash of the first row of a log."""
ON, LATER = date(2026, 1, 5), date(2026, 2, 20)

LESION = Lesion(
    "IT1",
    Region.INTRAHEPATIC,
    LesionRole.TARGET,
    Organ.LIVER,
    axis=Axis.VIABLE_LONGEST,
    segments=(Segment.VIII,),
)


@dataclass(frozen=True)
class PhantomCase:
    """A phantom as it was scanned."""

    series: Series
    images: SourceImages

    @classmethod
    def on_disk(cls, folder: Path, phantom: Phantom) -> PhantomCase:
        write_phantom(folder, phantom)
        (series,) = scan(folder).series
        return cls(series, SourceImages({series.uid: series}.get))

    def line(self, k: int, start: tuple[float, float], end: tuple[float, float]) -> Line:
        """A line between two pixels (column, row) of slice k, by the geometry of the viewer."""
        plane = load_volume(self.series).planes[k]
        assert plane is not None
        one = self.series.slices[k]
        a, b = plane.to_world(*start), plane.to_world(*end)
        return Line(self.series.uid, one.sop_uid, one.frame + 1, self.series.frame_of_reference_uid, a, b)

    def read(
        self,
        finding: Finding,
        *figures: Figure,
        reader: str = "Reader A",
        lesion: Lesion = LESION,
        more: Sequence[Finding] = (),
        later: Finding | None = None,
        rules: str = DEFAULT_RULESET,
    ) -> ExportedRead:
        """A read of a lesion at baseline, perhaps of more (IT2, IT3 ...), and of the first at a follow-up."""
        visits = [Visit("BL", ON, (ON,), (self.series.uid,), confirmed=True)]
        lesions = (lesion, *(replace(lesion, id=f"IT{number}") for number in range(2, len(more) + 2)))
        seen = [Observation(one.id, found) for one, found in zip(lesions, (finding, *more), strict=True)]
        at = [TimePointRead("BL", tuple(seen))]
        if later is not None:
            visits.append(Visit("FU1", LATER, (LATER,), ()))
            at.append(TimePointRead("FU1", (Observation(lesion.id, later),)))
        read = Read("read-1", reader, lesions=lesions, timepoints=tuple(at))
        patient = Patient(self.series.patient.id)
        held = tuple(FigureOfRead("read-1", figure) for figure in figures)
        refs = (ref_of(self.series),)
        record = Record("C-1", patient, None, ON, True, refs, tuple(visits), (read,), figures=held)
        return exported_reads(record, "ab" * 32, load_ruleset(rules))[0]

    def report(
        self,
        one: ExportedRead,
        profile: Profile = Profile.STANDARD,
        notes: list[str] | None = None,
        masks: MaskMaker | None = None,
    ) -> Dataset:
        """The report of the last time point as a file would hold it."""
        visit = one.record.visits[-1]
        told = [] if notes is None else notes
        content = report_content(one, visit, ORIGIN, profile, self.images, told.append, masks)
        assert content is not None
        headers = content.evidence or (self.images.first_of(iter((self.series.uid,))).header,)
        buffer = io.BytesIO()
        report_document(one, visit, content, headers, profile).save_as(buffer)
        buffer.seek(0)
        return pydicom.dcmread(buffer)


def measured(mm: str | float, *lines: Line, whole: str | None = None, whole_lines: tuple[Line, ...] = ()) -> Measured:
    return Measured(Diameter.from_mm(mm), Diameter.from_mm(whole) if whole else None, lines, whole_lines)
