"""DICOM structured reports as files: one for each read and time point, in the study of the images that were measured.

``notes.csv`` says which diameters are numbers without a line on an image, and which are not in a report.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from app.exports.dicom_documents import MANUFACTURER, DicomDocuments, Made, name_schemes
from app.exports.exported import ExportedRead
from app.exports.sr_content import Profile, ReportContent, report_content
from app.exports.staging import Staging
from app.state.record import Visit
from app.storage.database import Database

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_SERIES_NUMBER = 9901


class StructuredReports(DicomDocuments):
    """The writer of SR files, of one profile."""

    what = "structured report"
    nothing = "no lesion was recorded yet"

    def __init__(
        self, staging: Staging, prefix: str, database: Database, profile: Profile, key: bytes | None = None
    ) -> None:
        super().__init__(staging, prefix, database, key)
        self._profile = profile

    def _documents(self, one: ExportedRead, visit: Visit, origin: str) -> Iterator[tuple[str, Made]]:
        yield "", partial(self._report, one, visit, origin)

    def _report(self, one: ExportedRead, visit: Visit, origin: str) -> Any:
        note = partial(self._note, one, visit)
        content = report_content(one, visit, origin, self._profile, self._images, note, self._masks)
        if content is None:
            return None
        headers = content.evidence or (self._images.first_of(iter(visit.series)).header,)
        return report_document(one, visit, content, headers, self._profile)


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
