"""DICOM structured reports as files: one for each read and time point, in the study of the images that were measured.

A file is named by the place of its case in the export, so that no name tells of a patient. ``notes.csv`` beside them
says which diameters are numbers without a line on an image, and which are not in a report.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from app.exports.assisted_masks import MaskMaker
from app.exports.exported import ExportedCase, ExportedRead, ExportRefused
from app.exports.notes import Notes
from app.exports.source_images import ImageMissing, SourceImages
from app.exports.sr_codes import OWN_SCHEME
from app.exports.sr_content import Profile, ReportContent, report_content
from app.exports.staging import Staging
from app.state.record import Visit
from app.storage.catalogue import StoredCatalogue
from app.storage.database import Database

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MANUFACTURER = "Hepatrace"
_SERIES_NUMBER = 9901


class StructuredReports:
    """The `app.exports.formats.CaseWriter` of SR files."""

    def __init__(self, staging: Staging, prefix: str, database: Database, profile: Profile) -> None:
        self._staging, self._prefix, self._profile = staging, prefix, profile
        self._images = SourceImages(StoredCatalogue(database).get)
        self._masks = MaskMaker()
        self._notes = Notes(staging, prefix)
        self._cases = 0

    def add(self, case: ExportedCase) -> Mapping[str, str]:
        """The reports of a case; a time point none of whose images can be read is left out of them, and noted."""
        rows = case.rows()
        if not rows:
            raise ExportRefused(f"{case.id}: its log is empty")
        self._images.forget()
        self._cases += 1
        left_out: dict[str, str] = {}
        for one in case.reads:
            written, why = 0, "no lesion was recorded yet"
            for visit in one.record.visits:
                try:
                    written += self._write(one, visit, rows[0].hash)
                except ImageMissing as missing:
                    why = str(missing)
                    self._notes.add(case.id, one.read.id, visit.id, f"no report: {missing}")
            if not written:
                left_out[one.id] = f"no structured report could be made of it: {why}"
        return left_out

    def finish(self) -> None:
        self._notes.finish()

    def close(self) -> None:
        self._images.forget()
        self._masks.forget()

    def _write(self, one: ExportedRead, visit: Visit, origin: str) -> bool:
        def note(text: str) -> None:
            self._notes.add(one.record.case_id, one.read.id, visit.id, text)

        content = report_content(one, visit, origin, self._profile, self._images, note, self._masks)
        if content is None:
            return False
        headers = content.evidence or (self._images.first_of(_series_of(visit)).header,)
        document = report_document(one, visit, content, headers, self._profile)
        path = self._staging.path(
            f"{self._prefix}{self._cases:04}_{plain_name(one.read.id)}_{plain_name(visit.id)}.dcm"
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            document.save_as(path, enforce_file_format=True)
        return True


def report_document(
    one: ExportedRead, visit: Visit, content: ReportContent, headers: tuple[Dataset, ...], profile: Profile
) -> Any:
    """The report as a Comprehensive SR in the study of the first of these images, complete once the read is signed."""
    from highdicom import UID, sr

    study = headers[0].StudyInstanceUID
    same_first = sorted(headers, key=lambda header: header.StudyInstanceUID != study)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # values of the source images that bend the standard are copied as they are
        document = sr.ComprehensiveSR(
            evidence=same_first,
            content=content.tree,
            series_instance_uid=UID(),
            series_number=_SERIES_NUMBER,
            sop_instance_uid=UID(),
            instance_number=1,
            manufacturer=MANUFACTURER,
            is_complete=True,
            is_final=one.record.is_signed(one.read.id, visit.id),
            is_verified=False,
            series_description=f"Hepatrace {visit.id}" + (" for OHIF" if profile is Profile.OHIF else ""),
        )
    document.SpecificCharacterSet = "ISO_IR 192"
    name_schemes(document)
    return document


def name_schemes(document: Dataset) -> None:
    """Say whose the codes of our own are."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodingSchemeDesignator = OWN_SCHEME
    item.CodingSchemeName = "Hepatrace local codes"
    item.CodingSchemeResponsibleOrganization = "Hepatrace"
    document.CodingSchemeIdentificationSequence = [item]


def _series_of(visit: Visit) -> Iterator[str]:
    yield from visit.series


def plain_name(text: str) -> str:
    """A name as part of a file name."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-.") else "-" for letter in text)
