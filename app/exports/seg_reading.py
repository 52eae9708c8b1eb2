"""Segmentations of others, read for their lesions: the longest line in a mask, and the one across it, as lengths.

Only binary segments whose type is coded as a lesion, mass, nodule or neoplasm are taken; an organ is none, and a
fractional mask has no outline. The lines lie on the images that the masks were drawn on.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.exports.source_images import plane_of
from app.exports.sr_reading import (
    LONG,
    SHORT,
    PatientLine,
    ReadGroup,
    ReadLength,
    ReadReport,
    RefusedPart,
    ReportRefused,
    code_of,
    site_of_codes,
)
from viewers.imaging.chord import longest_of, perpendicular_chord
from viewers.imaging.geometry import SlicePlane, length_mm
from viewers.imaging.line_runs import PlaneChord
from viewers.imaging.tags import MALFORMED

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SEGMENTATION_STORAGE = "1.2.840.10008.5.1.4.1.1.66.4"
_LESIONS = frozenset(
    (
        ("108369006", "SCT"),
        ("M-8FFFF", "SRT"),
        ("52988006", "SCT"),
        ("M-01100", "SRT"),
        ("4147007", "SCT"),
        ("M-03000", "SRT"),
        ("27925004", "SCT"),
        ("M-03010", "SRT"),
        ("86049000", "SCT"),
        ("M-80003", "SRT"),
        ("14799000", "SCT"),
        ("M-80006", "SRT"),
    )
)
"""Neoplasm, lesion, mass, nodule, primary neoplasm, metastasis."""
_LEAST_MM = 3.0
_MOST_VOXELS = 400_000_000


def read_segmentation(path: Path) -> ReadReport:
    """Read a SEG file as if it were a report of the lengths of its lesions.

    Raises
    ------
    ReportRefused
        If it is no segmentation, or none that can be read.
    """
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        dataset = pydicom.dcmread(path)
        if dataset.get("SOPClassUID") != SEGMENTATION_STORAGE:
            raise ReportRefused("it is no segmentation")
        return _report(dataset)
    except InvalidDicomError as error:
        raise ReportRefused("it is no DICOM file") from error
    except MALFORMED as error:
        raise ReportRefused("its content breaks the standard and cannot be read") from error


def _report(dataset: Dataset) -> ReadReport:
    kind = str(dataset.get("SegmentationType", ""))
    if kind != "BINARY":
        raise ReportRefused(
            f"it is {kind.lower() or 'of no known type'}, not binary: where its outlines lie is not said"
        )
    frame_uid = str(dataset.get("FrameOfReferenceUID", "") or "")
    if not frame_uid:
        raise ReportRefused("it names no frame of reference")
    refused: list[RefusedPart] = []
    groups: list[ReadGroup] = []
    wanted = []
    for segment in dataset.SegmentSequence:
        label = str(segment.get("SegmentLabel", "")) or f"segment {segment.SegmentNumber}"
        types = segment.get("SegmentedPropertyTypeCodeSequence") or []
        if code_of(types) in _LESIONS:
            wanted.append((segment, label))
        else:
            what = str(types[0].get("CodeMeaning", "")) if types else "nothing that is coded"
            refused.append(RefusedPart(label, f"it is {what}, not a lesion"))
    pixels = _pixels(dataset) if wanted else None
    for segment, label in wanted:
        lengths = _lengths(dataset, pixels, int(segment.SegmentNumber), frame_uid)
        if lengths:
            organ, part = site_of_codes(
                code_of([item])
                for keyword in ("AnatomicRegionSequence", "PrimaryAnatomicStructureSequence")
                for item in segment.get(keyword) or []
            )
            name = str(segment.get("TrackingID", "") or label)
            groups.append(ReadGroup(name, str(segment.get("TrackingUID", "") or ""), organ, part, lengths))
        else:
            refused.append(RefusedPart(label, f"no line of {_LEAST_MM:g} mm fits into it on an image with geometry"))
    return ReadReport(
        str(dataset.SOPInstanceUID),
        str(dataset.get("PatientID", "") or "").strip(),
        str(dataset.get("StudyInstanceUID", "")),
        str(dataset.get("Manufacturer", "") or "").strip(),
        str(dataset.get("ContentCreatorName", "") or ""),
        tuple(groups),
        tuple(refused),
    )


def _pixels(dataset: Dataset) -> Any:
    """The masks, (frames, rows, columns)."""
    if int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("NumberOfFrames", 1)) > _MOST_VOXELS:
        raise ReportRefused("it is too large")
    try:
        pixels = np.asarray(dataset.pixel_array)
    except (*MALFORMED, MemoryError) as error:
        raise ReportRefused("its pixels cannot be decoded") from error
    return pixels[None] if pixels.ndim == 2 else pixels


def _lengths(dataset: Dataset, pixels: Any, number: int, frame_uid: str) -> tuple[ReadLength, ...]:
    """The longest line in any frame of a segment, and the longest across it."""
    best: tuple[PlaneChord, PlaneChord | None, SlicePlane, str] | None = None
    for at, groups in enumerate(dataset.PerFrameFunctionalGroupsSequence):
        if _segment_of(dataset, groups) != number:
            continue
        plane = plane_of(dataset, at + 1)
        if plane is None or not pixels[at].any():
            continue
        level = np.asarray(pixels[at] > 0, np.float32) - np.float32(0.5)
        spacing = plane.row_spacing_mm, plane.column_spacing_mm
        least = best[0].length_mm if best else _LEAST_MM
        found = longest_of([level], spacing, longer_than_mm=least)
        if found is not None:
            across = perpendicular_chord(level, spacing, found[1])
            best = found[1], across, plane, _source_of(groups)
    if best is None:
        return ()
    long, short, plane, source = best
    lengths = [_length(LONG, "Longest diameter of the mask", long, plane, frame_uid, source)]
    if short is not None:
        lengths.append(_length(SHORT, "Short axis of the mask", short, plane, frame_uid, source))
    return tuple(lengths)


def _length(axis: str, name: str, chord: PlaneChord, plane: SlicePlane, frame_uid: str, source: str) -> ReadLength:
    start, end = plane.to_world(*chord.start), plane.to_world(*chord.end)
    return ReadLength(axis, name, length_mm(start, end), PatientLine(frame_uid, source, start, end))


def _segment_of(dataset: Dataset, groups: Dataset) -> int | None:
    """Which segment a frame belongs to; where all are of one, the file says so once."""
    for place in (groups, *(dataset.get("SharedFunctionalGroupsSequence") or [])):
        for item in place.get("SegmentIdentificationSequence") or []:
            return int(item.ReferencedSegmentNumber)
    return None


def _source_of(groups: Dataset) -> str:
    """The one image that a frame was drawn on; empty where none or several are named."""
    named = {
        str(source.get("ReferencedSOPInstanceUID", ""))
        for derived in groups.get("DerivationImageSequence") or []
        for source in derived.get("SourceImageSequence") or []
    }
    return named.pop() if len(named) == 1 else ""
