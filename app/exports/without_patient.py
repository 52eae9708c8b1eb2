"""Reports and segmentations of a case that leave without its patient, beside images that do.

They are made on headers without their patient, so that every reference is to the image as it leaves, and of a read
without its reader. What is left is to take out when they were made, and to look whether anything is named.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from app.exports.confidentiality import load_rules
from app.exports.deidentify import Named, Pseudonym, StillIdentified, all_elements, deidentified
from app.exports.source_images import ImageMissing

if TYPE_CHECKING:
    from pydicom.dataset import Dataset, FileDataset

    from app.exports.exported import ExportedRead
    from app.state.record import Record

_MADE_AT = ("InstanceCreationDate", "InstanceCreationTime", "SeriesDate", "SeriesTime", "ContributionDateTime")
_SAME_IN_ALL = frozenset(
    (
        "CodeValue",
        "CodeMeaning",
        "CodingSchemeName",
        "CodingSchemeResponsibleOrganization",
        "DeidentificationMethod",
        "Manufacturer",
        "ManufacturerModelName",
        "ContributionDescription",
        "DimensionDescriptionLabel",
        "SegmentAlgorithmName",
        "AlgorithmName",
    )
)
"""Texts that every such file has: they say nothing of a patient, whatever he is called."""
_OWN_WORDS = frozenset(("Hepatrace", "assisted", "viable", "Viable", "diameter", "tumour", "masks", "for", "OHIF"))
_UID = re.compile(r"\d+(\.\d+){4,}")


class WithoutPatient:
    """One case on its way out; it learns from the headers that it cleans what the patient is called.

    Parameters
    ----------
    record
        Its patient and readers are not to be named either.
    """

    def __init__(self, pseudonym: Pseudonym, record: Record) -> None:
        self._pseudonym = pseudonym
        people = [record.patient.name, *(read.reader for read in record.reads)]
        self._named = [Named.of_people(people, (record.patient.id, record.case_id), load_rules())]

    @property
    def name(self) -> str:
        """What the patient is called."""
        return self._pseudonym.name

    def origin(self, origin: str) -> str:
        """What tracking UIDs are made from: others than in the reports for the PACS, and the same in every export."""
        return self._pseudonym.uid(f"log {origin}")

    def read(self, one: ExportedRead) -> ExportedRead:
        """The read without its reader."""
        return replace(one, read=replace(one.read, reader=""))

    def header(self, header: FileDataset) -> FileDataset:
        """The header of an image as it leaves.

        Raises
        ------
        ImageMissing
            If it would still name the patient.
        """
        rules = load_rules()
        self._named.append(Named.of(header, rules))
        try:
            return deidentified(header, self._pseudonym, rules)
        except StillIdentified as still:
            raise ImageMissing(str(still)) from still

    def finish(self, document: Dataset) -> None:
        """Take out when a document was made, and look through it.

        The true day beside days that were moved would tell how far; moved, too, to whom knows when it was made. Where
        there has to be one, it is the day of the study.

        Raises
        ------
        ImageMissing
            If it would still name the patient, as a label may that a reader gave.
        """
        for part in (document, *document.get("ContributingEquipmentSequence", ())):
            for keyword in _MADE_AT:
                if keyword in part:
                    delattr(part, keyword)
        document.ContentDate = document.get("StudyDate") or "19000101"
        document.ContentTime = document.get("StudyTime") or "000000"
        for element in all_elements(document):
            values = element.value if isinstance(element.value, list) or element.VM > 1 else [element.value]
            if element.keyword in _SAME_IN_ALL or element.VR == "SQ":
                continue
            for value in map(str, values):
                if value == self.name:
                    continue
                text = " ".join(word for word in value.split() if word not in _OWN_WORDS)
                if any(named.stands_in(element.VR, text) for named in self._named):
                    raise ImageMissing(f"{element.keyword} would still name the patient: it was not written")

    def said(self, text: str) -> str:
        """A note with the UIDs as they leave, and without the words that name the patient."""
        told = _UID.sub(lambda found: self._pseudonym.uid(found[0]), text)
        return " ".join("…" if any(named.is_in(word) for named in self._named) else word for word in told.split())
