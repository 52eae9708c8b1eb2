"""Viable masks as DICOM segmentations: one file for each series of a time point on which the assistant measured.

Each lesion is a segment with its label and the tracking UID that it has in structured reports. Findings that were drawn
by hand have no mask; ``notes.csv`` says which assisted ones could not be made again, and why.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from app.exports.assisted_masks import AssistedMask
from app.exports.dicom_documents import MANUFACTURER, DicomDocuments, Made, name_schemes
from app.exports.exported import ExportedRead
from app.exports.source_images import ImageMissing, SourceImages
from app.exports.sr_codes import ABNORMAL, NEOPLASM, sites_of
from app.exports.sr_content import coded, person_name
from app.exports.sr_measures import tracking_uid
from app.state.record import Visit
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


class Segmentations(DicomDocuments):
    """The writer of SEG files."""

    what = "segmentation"
    nothing = "only what the assistant measured has a mask"

    def _documents(self, one: ExportedRead, visit: Visit, origin: str) -> Iterator[tuple[str, Made]]:
        for number, (series_uid, segments) in enumerate(self._segments(one, visit, origin).items(), start=1):
            yield f"_{number}", partial(self._segmentation, one, visit, series_uid, segments)

    def _segmentation(self, one: ExportedRead, visit: Visit, series_uid: str, segments: list[Segment]) -> Any:
        return segmentation(one, visit, self._images.series(series_uid), segments, self._images)

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
