"""The images of a case as DICOM files without their patient: a folder for each case, and in it one for each series.

An image that cannot be read, that would still name its patient, or whose header says that text is burned in is left
out; ``notes.csv`` says so, and where else text may be burned in. Nothing in it or in a name tells of the patient.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.exports.deidentify import Pseudonym, StillIdentified, deidentified
from app.exports.exported import ExportedCase, ExportRefused
from app.exports.notes import Notes
from app.exports.pixel_doubts import burned_in
from app.exports.pseudonym_key import pseudonym_key
from app.exports.source_images import ImageMissing, SourceImages
from app.exports.staging import Staging
from app.storage.catalogue import StoredCatalogue
from app.storage.database import Database
from viewers.imaging.archives import ArchiveError
from viewers.imaging.sources import opened
from viewers.imaging.tags import MALFORMED

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset


class DeidentifiedImages:
    """The `app.exports.formats.CaseWriter` of image files.

    Parameters
    ----------
    key
        See `Pseudonym`; that of the user unless given.
    """

    def __init__(self, staging: Staging, prefix: str, database: Database, key: bytes | None = None) -> None:
        self._staging, self._prefix = staging, prefix
        self._images = SourceImages(StoredCatalogue(database).get)
        self._key = key or pseudonym_key()
        self._notes = Notes(staging, prefix)
        self._cases = 0

    def add(self, case: ExportedCase) -> Mapping[str, str]:
        """Write all images of a case that can leave."""
        self._cases += 1
        pseudonym = Pseudonym(self._key, case.id)
        written, why = 0, "it has no images"
        for number, ref in enumerate(case.record.series, start=1):
            visit = case.record.visit_of_series(ref.uid)
            place = (pseudonym.name, "", visit.id if visit else "")
            try:
                paths = list(dict.fromkeys(one.path for one in self._images.series(ref.uid).slices))
            except ImageMissing:
                why = "its images are not in the catalogue: import their folder again"
                self._notes.add(*place, f"series {number}: left out, {why}")
                continue
            for at, path in enumerate(paths, start=1):
                named = f"series {number}, image {at}"
                try:
                    doubts = self._leave(path, pseudonym, f"{number:04}/{at:05}.dcm")
                except (ImageMissing, StillIdentified, *MALFORMED) as error:
                    why = str(error) if isinstance(error, (ImageMissing, StillIdentified)) else "its header is damaged"
                    self._notes.add(*place, f"{named}: left out, {why}")
                    continue
                written += 1
                for doubt in doubts:
                    self._notes.add(*place, f"series {number}: {doubt}; look at it before it leaves")
        if not written:
            raise ExportRefused(f"{case.id}: none of its images can leave: {why}")
        return {}

    def finish(self) -> None:
        self._notes.finish()

    def close(self) -> None:
        self._images.forget()

    def _leave(self, path: str, pseudonym: Pseudonym, name: str) -> tuple[str, ...]:
        """Write one image without its patient; answers what may be seen in its pixels."""
        whole = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they quote values
            dataset = _read(path)
            doubts = burned_in(dataset)
            if any("BurnedInAnnotation" in one for one in doubts):
                raise StillIdentified("its header says that text is burned in")
            clean = deidentified(dataset, pseudonym)
            try:
                clean.save_as(whole, enforce_file_format=True)
            except OSError as error:  # a value that cannot be written: not the disk, which is not touched yet
                raise ValueError("a value cannot be written") from error
        self._staging.path(f"{self._prefix}{self._cases:04}/{name}").write_bytes(whole.getbuffer())
        return doubts


def _read(path: str) -> FileDataset:
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        with opened(path) as stream:
            return pydicom.dcmread(stream)
    except (OSError, ArchiveError, InvalidDicomError) as error:
        raise ImageMissing("its file cannot be read any more") from error
