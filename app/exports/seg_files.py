"""Viable masks as DICOM segmentations: one file for each series of a time point on which the assistant measured.

Each lesion is a segment with its label and the tracking UID that it has in structured reports. Findings that were drawn
by hand have no mask; ``notes.csv`` says which assisted ones could not be made again, and why.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.exports.assisted_masks import AssistedMask, MaskMaker
from app.exports.exported import ExportedCase, ExportedRead, ExportRefused
from app.exports.notes import Notes
from app.exports.source_images import ImageMissing, SourceImages
from app.exports.sr_codes import ABNORMAL, NEOPLASM, sites_of
from app.exports.sr_content import coded, person_name
from app.exports.sr_files import MANUFACTURER, name_schemes, plain_name
from app.exports.sr_measures import tracking_uid
from app.exports.staging import Staging
from app.state.record import Visit
from app.storage.catalogue import StoredCatalogue
from app.storage.database import Database
from mrecist.lesions import Lesion
from viewers.imaging.catalogue import Series
from viewers.imaging.lesion_shape import METHOD

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_SERIES_NUMBER = 9902


@dataclass(frozen=True, slots=True)
class Segment:
    """The viable mask of one lesion."""

    lesion: Lesion
    uid: str
    mask: AssistedMask


class Segmentations:
    """The `app.exports.formats.CaseWriter` of SEG files."""

    def __init__(self, staging: Staging, prefix: str, database: Database) -> None:
        self._staging, self._prefix = staging, prefix
        self._images = SourceImages(StoredCatalogue(database).get)
        self._masks = MaskMaker()
        self._notes = Notes(staging, prefix)
        self._cases = 0

    def add(self, case: ExportedCase) -> Mapping[str, str]:
        """The masks of a case; a read without any is told apart."""
        rows = case.rows()
        if not rows:
            raise ExportRefused(f"{case.id}: its log is empty")
        self._images.forget()
        self._cases += 1
        left_out: dict[str, str] = {}
        for one in case.reads:
            written = sum(self._write(one, visit, rows[0].hash) for visit in one.record.visits)
            if not written:
                left_out[one.id] = "it has no mask: only what the assistant measured has one"
        return left_out

    def finish(self) -> None:
        self._notes.finish()

    def close(self) -> None:
        self._images.forget()
        self._masks.forget()

    def _write(self, one: ExportedRead, visit: Visit, origin: str) -> int:
        number = 0
        for series_uid, segments in self._segments(one, visit, origin).items():
            try:
                series = self._images.series(series_uid)
                document = segmentation(one, visit, series, segments, self._images)
            except ImageMissing as missing:
                self._note(one, visit, f"no segmentation: {missing}")
                continue
            number += 1
            name = f"{self._cases:04}_{plain_name(one.read.id)}_{plain_name(visit.id)}_{number}.dcm"
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                document.save_as(self._staging.path(f"{self._prefix}{name}"), enforce_file_format=True)
        return number

    def _segments(self, one: ExportedRead, visit: Visit, origin: str) -> dict[str, list[Segment]]:
        found: dict[str, list[Segment]] = {}
        for lesion in one.read.lesions:
            assistance = one.record.assistance(one.read.id, visit.id, lesion.id)
            if assistance is None:
                continue
            uid = assistance.automatic_line.series_uid
            try:
                mask = self._masks.mask(assistance, self._images.series(uid))
            except ImageMissing as missing:
                self._note(one, visit, f"{lesion.id}: {missing}")
                continue
            found.setdefault(uid, []).append(Segment(lesion, tracking_uid(origin, one.read.id, lesion.id), mask))
            seen = one.read.observation(visit.id, lesion.id)
            edited = assistance.edited_mm(seen.finding) if seen else None
            if edited:
                text = f"{lesion.id}: the reader changed the diameter by {edited:+.1f} mm; the mask is as proposed"
                self._note(one, visit, text)
        return found

    def _note(self, one: ExportedRead, visit: Visit, text: str) -> None:
        self._notes.add(one.record.case_id, one.read.id, visit.id, text)


def segmentation(one: ExportedRead, visit: Visit, series: Series, segments: list[Segment], images: SourceImages) -> Any:
    """A SEG of these lesions on the images of their series.

    Raises
    ------
    ImageMissing
        If an image cannot be read, or has no place in the patient.
    """
    from highdicom import UID, seg

    first = min(one.mask.start[0] for one in segments)
    last = max(one.mask.start[0] + len(one.mask.mask) for one in segments)
    headers = _headers(series, images)
    several = "NumberOfFrames" in headers[0]
    pixels = np.zeros((len(series.slices), series.rows, series.columns, len(segments)), np.uint8)
    for number, segment in enumerate(segments):
        k, row, column = segment.mask.start
        depth, height, width = segment.mask.mask.shape
        pixels[k : k + depth, row : row + height, column : column + width, number] = segment.mask.mask
    if several:
        order = np.argsort([record.frame for record in series.slices])
        if len(order) != int(headers[0].NumberOfFrames):
            raise ImageMissing("its file holds several stacks: a mask cannot name its frames")
        pixels = pixels[order]
    else:
        headers, pixels = headers[first:last], pixels[first:last]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            document = seg.Segmentation(
                source_images=headers,
                pixel_array=pixels,
                segmentation_type="BINARY",
                segment_descriptions=[_description(n, segment) for n, segment in enumerate(segments, 1)],
                series_instance_uid=UID(),
                series_number=_SERIES_NUMBER,
                sop_instance_uid=UID(),
                instance_number=1,
                manufacturer=MANUFACTURER,
                manufacturer_model_name="Hepatrace",
                software_versions=_version(),
                device_serial_number="none",
                content_label="VIABLE_TUMOUR",
                content_description=f"Viable tumour at {visit.id}"[:64],
                content_creator_name=person_name(one.read.reader) or None,
                series_description=f"Hepatrace viable masks {visit.id}"[:64],
            )
        except (ValueError, AttributeError, KeyError) as error:
            raise ImageMissing(f"the headers of its images do not allow it ({type(error).__name__})") from error
    document.SpecificCharacterSet = "ISO_IR 192"
    name_schemes(document)
    return document


def _headers(series: Series, images: SourceImages) -> list[Dataset]:
    if series.frame_of_reference_uid is None:
        raise ImageMissing("its images name no frame of reference")
    uids = list(dict.fromkeys(record.sop_uid for record in series.slices))
    return [images.image(series.uid, uid).header for uid in uids]


def _description(number: int, segment: Segment) -> Any:
    from highdicom import AlgorithmIdentificationSequence, seg
    from pydicom.sr.codedict import codes

    lesion = segment.lesion
    return seg.SegmentDescription(
        segment_number=number,
        segment_label=f"{lesion.id} viable"[:64],
        segmented_property_category=coded(ABNORMAL),
        segmented_property_type=coded(NEOPLASM),
        algorithm_type="SEMIAUTOMATIC",
        algorithm_identification=AlgorithmIdentificationSequence(
            name=METHOD, family=codes.DCM.MorphologicalOperations, version=_version()
        ),
        tracking_uid=segment.uid,
        tracking_id=lesion.id,
        anatomic_regions=[coded(site) for site in sites_of(lesion)] or None,
    )


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("hepatrace")
    except PackageNotFoundError:
        return "0"
