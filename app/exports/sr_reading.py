"""Structured reports of others (TID 1500), read with tolerance and without a guess.

Codes are taken as SNOMED CT (``SCT``) or in the older style (``SRT``, ``99SDM``); lines stand at the number or at its
group, in the pixels of an image or in the patient, by value or by reference. What is not exactly two points of a stated
length is refused with the reason. Nothing here knows a case: see `app.exports.sr_proposals`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.exports.sr_codes import SEGMENTS, SITES, WHOLE_LONGEST
from mrecist.values import Organ, Point, Segment
from viewers.imaging.tags import MALFORMED

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

LONG, SHORT = "long", "short"
_REPORT, _MEASUREMENTS, _GROUP = ("126000", "DCM"), ("126010", "DCM"), ("125007", "DCM")
_TRACKING_ID, _TRACKING_UID = ("112039", "DCM"), ("112040", "DCM")
_COMMENT, _OBSERVER = ("121106", "DCM"), ("121008", "DCM")
_SITE = frozenset((("363698007", "SCT"), ("G-C0E3", "SRT")))
_AXIS_OF: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("103339001", "SCT"): LONG,
        ("G-A185", "SRT"): LONG,
        ("131187009", "SCT"): LONG,
        ("G-A193", "SRT"): LONG,
        ("410668003", "SCT"): LONG,
        ("G-D7FE", "SRT"): LONG,
        ("81827009", "SCT"): LONG,
        ("M-02550", "SRT"): LONG,
        ("103340004", "SCT"): SHORT,
        ("G-A186", "SRT"): SHORT,
        ("131188004", "SCT"): SHORT,
        ("G-A194", "SRT"): SHORT,
    }
)
"""Long axis, major axis, length and diameter; short and minor axis."""

_OLD_SITES: Mapping[tuple[str, str], Organ] = MappingProxyType(
    {
        ("T-62000", "SRT"): Organ.LIVER,
        ("T-48810", "SRT"): Organ.PORTAL_VEIN,
        ("T-28000", "SRT"): Organ.LUNG,
        ("T-29000", "SRT"): Organ.PLEURA,
        ("T-B3000", "SRT"): Organ.ADRENAL,
        ("T-D016E", "SRT"): Organ.BONE,
        ("T-C4000", "SRT"): Organ.LYMPH_NODE,
        ("T-A0100", "SRT"): Organ.BRAIN,
        ("T-C3000", "SRT"): Organ.SPLEEN,
        ("T-71000", "SRT"): Organ.KIDNEY,
        ("T-01000", "SRT"): Organ.SKIN,
    }
)
_MM: Mapping[str, float] = MappingProxyType({"mm": 1.0, "cm": 10.0, "m": 1000.0, "um": 0.001})
_SAME_MM, _SAME_PART = 0.55, 0.02
_DEEPEST = 40


class ReportRefused(Exception):
    """The file is no report that can be read; the message says why, without naming the file."""


@dataclass(frozen=True, slots=True)
class PixelLine:
    """Two points of an image as (column, row), the centre of the first pixel being (0, 0). `frame` counts from 1."""

    sop_uid: str
    frame: int
    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True, slots=True)
class PatientLine:
    """Two points in patient LPS mm, in a frame of reference; `sop_uid` is the image they were taken from, if stated."""

    frame_of_reference_uid: str
    sop_uid: str
    start: Point
    end: Point


@dataclass(frozen=True, slots=True)
class ReadLength:
    """One length of a group: its axis, in mm as stated, and the line it was inferred from.

    `whole` is true where it is said to be that of the whole lesion, viable or not.
    """

    axis: str
    name: str
    mm: float
    line: PixelLine | PatientLine
    whole: bool = False


@dataclass(frozen=True, slots=True)
class ReadGroup:
    """One measurement group that holds a length.

    `organ` and `segment` are None where the site is not coded, or coded otherwise than is known here.
    """

    label: str
    tracking_uid: str
    organ: Organ | None
    segment: Segment | None
    lengths: tuple[ReadLength, ...]


@dataclass(frozen=True, slots=True)
class RefusedPart:
    """Something of a report that was not taken, and why."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A report: whose it is, from whom, what it measures, and what of it was not taken."""

    sop_uid: str
    patient_id: str
    study_uid: str
    maker: str
    observer: str
    groups: tuple[ReadGroup, ...]
    refused: tuple[RefusedPart, ...]


def read_report(path: Path) -> ReadReport:
    """Read an SR file.

    Raises
    ------
    ReportRefused
        If it is no DICOM file, no SR, or no imaging measurement report.
    """
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        dataset = pydicom.dcmread(path)
    except InvalidDicomError as error:
        raise ReportRefused("it is no DICOM file") from error
    except MALFORMED as error:
        raise ReportRefused("the file is damaged") from error
    try:
        dataset.decode()
        return report_of(dataset)
    except MALFORMED as error:
        raise ReportRefused("its content breaks the standard and cannot be read") from error


def report_of(dataset: Dataset) -> ReadReport:
    """The report of a data set; see `read_report`."""
    if dataset.get("Modality") == "SEG":
        raise ReportRefused("it is a segmentation, not a structured report")
    if "ContentSequence" not in dataset and "ConceptNameCodeSequence" not in dataset:
        raise ReportRefused("it is no structured report")
    if _concept(dataset) != _REPORT:
        title = _meaning(dataset) or "a document without a title"
        raise ReportRefused(f"it is no imaging measurement report (TID 1500), but: {title}")
    refused: list[RefusedPart] = []
    groups: list[ReadGroup] = []
    containers = [one for one in _under(dataset) if _concept(one) == _MEASUREMENTS]
    found = [item for one in containers for item in _under(one) if _concept(item) == _GROUP]
    for number, item in enumerate(found, start=1):
        group = _group(dataset, item, number, refused)
        if group is not None:
            groups.append(group)
    if not found:
        refused.append(RefusedPart("the report", "it has no measurement group"))
    return ReadReport(
        str(dataset.get("SOPInstanceUID", "")),
        str(dataset.get("PatientID", "") or "").strip(),
        str(dataset.get("StudyInstanceUID", "")),
        str(dataset.get("Manufacturer", "") or "").strip(),
        next(
            (str(one.PersonName) for one in _under(dataset) if _concept(one) == _OBSERVER and "PersonName" in one), ""
        ),
        tuple(groups),
        tuple(refused),
    )


# --- a group --------------------------------------------------------------------------------------------------------


def _group(root: Dataset, group: Dataset, number: int, refused: list[RefusedPart]) -> ReadGroup | None:
    children = list(_children(root, group))
    label = next((_text(one) for one in children if _concept(one) == _COMMENT), "")
    label = label or next((_text(one) for one in children if _concept(one) == _TRACKING_ID), "")
    where = label or f"group {number}"
    uid = next((str(one.get("UID", "")) for one in children if _concept(one) == _TRACKING_UID), "")
    numbers = [one for one in children if one.get("ValueType") == "NUM" and one.get("RelationshipType") == "CONTAINS"]
    measured = [one for one in numbers if _concept(one) in _AXIS_OF]
    if not measured:
        names = sorted({_meaning(one) for one in numbers} - {""})
        why = f"it has no diameter, only: {', '.join(names)}" if names else "it has no diameter"
        refused.append(RefusedPart(where, why))
        return None
    regions = [one for one in children if one.get("ValueType") in ("SCOORD", "SCOORD3D")]
    lengths = []
    for one in measured:
        try:
            lengths.append(_length(root, one, regions if len(measured) == 1 else []))
        except ReportRefused as why_not:
            refused.append(RefusedPart(f"{where}: {_meaning(one) or 'a length'}", str(why_not)))
    if not lengths:
        return None
    organ, segment = _site(children)
    return ReadGroup(label, uid, organ, segment, tuple(lengths))


def _length(root: Dataset, number: Dataset, regions: Sequence[Dataset]) -> ReadLength:
    mm = _value_mm(number)
    shapes = [one for one in _children(root, number) if one.get("ValueType") in ("SCOORD", "SCOORD3D")] or regions
    if not shapes:
        raise ReportRefused(f"{mm:g} mm is a number without a line on an image")
    if len(shapes) > 1:
        raise ReportRefused(f"it is inferred from {len(shapes)} lines, and which is meant is not said")
    line = _line(root, shapes[0])
    if isinstance(line, PatientLine):
        refuse_unless_alike(mm, math.dist(line.start, line.end))
    whole = any(code_of(one.get("ConceptCodeSequence")) == WHOLE_LONGEST[:2] for one in _children(root, number))
    return ReadLength(_AXIS_OF[_concept(number)], _meaning(number), mm, line, whole)


def refuse_unless_alike(mm: float, drawn_mm: float) -> None:
    """A number and the line it was inferred from must agree within 0.55 mm or 2 %, the larger.

    Raises
    ------
    ReportRefused
        If they do not: one of the two is wrong, and which is not known.
    """
    if abs(mm - drawn_mm) > max(_SAME_MM, _SAME_PART * mm):
        raise ReportRefused(f"it says {mm:g} mm, but its line is {drawn_mm:.1f} mm long")


def _value_mm(number: Dataset) -> float:
    values = number.get("MeasuredValueSequence") or []
    if len(values) != 1:
        raise ReportRefused("it has no value")
    units = values[0].get("MeasurementUnitsCodeSequence") or []
    unit = str(units[0].get("CodeValue", "")) if units else ""
    if unit not in _MM:
        raise ReportRefused(f"its unit {unit or '(none)'} is no length")
    value = float(values[0].NumericValue) * _MM[unit]
    if not math.isfinite(value) or value <= 0:
        raise ReportRefused("its value is no length")
    return value


def _line(root: Dataset, shape: Dataset) -> PixelLine | PatientLine:
    kind = str(shape.get("GraphicType", ""))
    data = [float(part) for part in shape.get("GraphicData") or []]
    width = 3 if shape.ValueType == "SCOORD3D" else 2
    points = [tuple(data[at : at + width]) for at in range(0, len(data) - width + 1, width)]
    if kind != "POLYLINE" or len(points) != 2 or len(data) != 2 * width or points[0] == points[1]:
        raise ReportRefused(f"it is inferred from {kind or 'a shape'} of {len(points)} points, not from a line of two")
    if not all(map(math.isfinite, data)):
        raise ReportRefused("its line has no place")
    images = [one for one in _children(root, shape) if one.get("ValueType") == "IMAGE"]
    if width == 3:
        frame_uid = str(shape.get("ReferencedFrameOfReferenceUID", ""))
        sop = _image(images[0])[0] if len(images) == 1 else ""
        return PatientLine(frame_uid, sop, (data[0], data[1], data[2]), (data[3], data[4], data[5]))
    if len(images) != 1:
        raise ReportRefused("its line is selected from no image, or from several")
    uid, frame = _image(images[0])
    half = 0.5  # SCOORD counts from the corner of the first pixel
    return PixelLine(uid, frame, (data[0] - half, data[1] - half), (data[2] - half, data[3] - half))


def _image(item: Dataset) -> tuple[str, int]:
    references = item.get("ReferencedSOPSequence") or []
    if len(references) != 1:
        raise ReportRefused("its image is not named")
    frames = references[0].get("ReferencedFrameNumber")
    frames = [frames] if isinstance(frames, (int, float, str)) else list(frames or [])
    if len(frames) > 1:
        raise ReportRefused("its line is selected from several frames")
    return str(references[0].get("ReferencedSOPInstanceUID", "")), int(frames[0]) if frames else 1


def _site(children: Sequence[Dataset]) -> tuple[Organ | None, Segment | None]:
    return site_of_codes(code_of(one.get("ConceptCodeSequence")) for one in children if _concept(one) in _SITE)


def site_of_codes(codes: Iterable[tuple[str, str]]) -> tuple[Organ | None, Segment | None]:
    """The organ and the liver segment of coded sites; None where they are not known or name several."""
    organs: set[Organ] = set()
    segments: set[Segment] = set()
    for code in codes:
        organs |= {organ for organ, term in SITES.items() if (term.value, term.scheme) == code}
        organs |= {_OLD_SITES[code]} if code in _OLD_SITES else set()
        segments |= {segment for segment, term in SEGMENTS.items() if (term.value, term.scheme) == code}
    if segments and organs <= {Organ.LIVER}:
        return Organ.LIVER, segments.pop() if len(segments) == 1 else None
    return (organs.pop() if len(organs) == 1 and not segments else None), None


# --- content items --------------------------------------------------------------------------------------------------


def _children(root: Dataset, item: Dataset) -> Iterator[Dataset]:
    """The items below one, those that it only refers to included."""
    for child in item.get("ContentSequence") or []:
        path = child.get("ReferencedContentItemIdentifier")
        if path is None:
            yield child
            continue
        at: Any = root
        try:
            for step in list(path)[1:] if not isinstance(path, int) else []:
                at = at.ContentSequence[int(step) - 1]
        except (IndexError, *MALFORMED):
            continue
        yield at


def _under(item: Dataset, deep: int = 0) -> Iterator[Dataset]:
    """All items below one, level by level."""
    if deep > _DEEPEST:
        return
    children = list(item.get("ContentSequence") or [])
    yield from children
    for child in children:
        yield from _under(child, deep + 1)


def code_of(sequence: Any) -> tuple[str, str]:
    """Value and scheme of the first item of a code sequence, the scheme in the spelling used here; else empty."""
    if not sequence:
        return "", ""
    scheme = str(sequence[0].get("CodingSchemeDesignator", "")).strip()
    value = sequence[0].get("CodeValue") or sequence[0].get("LongCodeValue") or ""
    return str(value).strip(), {"SNM3": "SRT", "99SDM": "SRT"}.get(scheme, scheme)


def _concept(item: Dataset) -> tuple[str, str]:
    return code_of(item.get("ConceptNameCodeSequence"))


def _meaning(item: Dataset) -> str:
    named = item.get("ConceptNameCodeSequence")
    return str(named[0].get("CodeMeaning", "")).strip() if named else ""


def _text(item: Dataset) -> str:
    return str(item.get("TextValue", "") or "").strip()


def is_segmentation(path: Path) -> bool:
    """Whether a file says that it is a DICOM segmentation.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        return bool(pydicom.dcmread(path, specific_tags=["Modality"], stop_before_pixels=True).get("Modality") == "SEG")
    except (InvalidDicomError, *MALFORMED):
        return False
