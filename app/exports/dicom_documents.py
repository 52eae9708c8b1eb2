"""DICOM files that are made of reads, in the study of the images that were measured: what all of them have in common.

A file is named by the place of its case in the export, so that no name tells of a patient. ``notes.csv`` beside them
says what is not in them. For a PACS they hold the patient as the images do; else they leave as `app.exports.
without_patient` says.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from app.exports.assisted_masks import MaskMaker
from app.exports.deidentify import Pseudonym
from app.exports.exported import ExportedCase, ExportedRead, ExportRefused
from app.exports.notes import Notes
from app.exports.source_images import ImageMissing, SourceImages
from app.exports.sr_codes import OWN_SCHEME
from app.exports.staging import Staging
from app.exports.without_patient import WithoutPatient
from app.state.record import Visit
from app.storage.catalogue import StoredCatalogue
from app.storage.database import Database

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MANUFACTURER = "Hepatrace"

Made = Callable[[], Any]
"""Makes one document; None where there is nothing to say. Raises `ImageMissing`."""


class DicomDocuments(ABC):
    """The `app.exports.formats.CaseWriter` of DICOM files.

    Parameters
    ----------
    key
        See `Pseudonym`: with it the files leave without the patient.
    """

    what: ClassVar[str]
    """What is made, for notes."""
    nothing: ClassVar[str]
    """Why a read of which nothing can be made has none, where no image is missing."""

    def __init__(self, staging: Staging, prefix: str, database: Database, key: bytes | None = None) -> None:
        self._staging, self._prefix, self._key = staging, prefix, key
        self._find = StoredCatalogue(database).get
        self._leaving: WithoutPatient | None = None
        self._images = SourceImages(self._find)
        self._masks = MaskMaker()
        self._notes = Notes(staging, prefix)
        self._noted = ""
        self._cases = 0

    @abstractmethod
    def _documents(self, one: ExportedRead, visit: Visit, origin: str) -> Iterator[tuple[str, Made]]:
        """What there is to make of a read at a time point, each with what its name ends with."""

    def add(self, case: ExportedCase) -> Mapping[str, str]:
        """The files of a case; what cannot be made is noted, a read without any is told apart."""
        rows = case.rows()
        if not rows:
            raise ExportRefused(f"{case.id}: its log is empty")
        self._cases += 1
        origin = rows[0].hash
        if self._key is not None:
            self._leaving = WithoutPatient(Pseudonym(self._key, case.id), case.record)
            origin = self._leaving.origin(origin)
        self._images = SourceImages(self._find, self._leaving.header if self._leaving else None)
        left_out: dict[str, str] = {}
        for read in case.reads:
            one = self._leaving.read(read) if self._leaving else read
            written, why, self._noted = 0, "", ""
            for visit in one.record.visits:
                for part, make in self._documents(one, visit, origin):
                    try:
                        written += self._save(make(), one, visit, part)
                    except ImageMissing as missing:
                        why = str(missing)
                        self._note(one, visit, f"no {self.what}: {missing}")
            if not written:
                left_out[one.id] = f"no {self.what} could be made of it: {why or self._noted or self.nothing}"
        return left_out

    def finish(self) -> None:
        self._notes.finish()

    def close(self) -> None:
        self._images.forget()
        self._masks.forget()

    def _save(self, document: Any, one: ExportedRead, visit: Visit, part: str) -> bool:
        if document is None:
            return False
        if self._leaving is not None:
            self._leaving.finish(document)
        name = f"{self._cases:04}_{plain_name(one.read.id)}_{plain_name(visit.id)}{part}.dcm"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            document.save_as(self._staging.path(f"{self._prefix}{name}"), enforce_file_format=True)
        return True

    def _note(self, one: ExportedRead, visit: Visit, text: str) -> None:
        leaving = self._leaving
        named = one.record.case_id if leaving is None else leaving.name
        self._noted = text if leaving is None else leaving.said(text)
        self._notes.add(named, one.read.id, visit.id, self._noted)


def name_schemes(document: Dataset) -> None:
    """Say whose the codes of our own are."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodingSchemeDesignator = OWN_SCHEME
    item.CodingSchemeName = "Hepatrace local codes"
    item.CodingSchemeResponsibleOrganization = "Hepatrace"
    document.CodingSchemeIdentificationSequence = [item]


def plain_name(text: str) -> str:
    """A name as part of a file name."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-.") else "-" for letter in text)
