"""One file's header: what the scan needs to know of each image in it, without touching its pixels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, BinaryIO

from viewers.imaging.catalogue import PatientTags, SequenceTags, Vector
from viewers.imaging.geometry import directions_of
from viewers.imaging.imagefile import FileKind, FrameHeader, FrameKind, ImageFile, NotAnImage
from viewers.imaging.streams import RLE
from viewers.imaging.tags import Tags, frame_groups

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
NATIVE = (IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG)
JPEG_LOSSY = tuple(f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 53, 55))
"""JPEG processes that never keep every value; other syntaxes may, LossyImageCompression says."""

_STORAGE = "1.2.840.10008.5.1.4.1.1."
_PARAMETRIC_MAP = _STORAGE + "30"
A_DICOMDIR = "a DICOMDIR (index of a disc) holds no images"
_NO_IMAGES = (
    ("1.2.840.10008.1.3.10", A_DICOMDIR),
    (_STORAGE + "88.59", "a key object selection holds no images"),
    (_STORAGE + "88.", "a structured report (SR) holds no images"),
    (_STORAGE + "66.4", "a segmentation (SEG) holds no images to read"),
    (_STORAGE + "66.7", "a segmentation (SEG) holds no images to read"),
    (_STORAGE + "66.", "a registration or surface object holds no images"),
    (_STORAGE + "67", "a real-world value map holds no images"),
    (_STORAGE + "481.2", "a radiotherapy dose (RT) holds no images to read"),
    (_STORAGE + "481.3", "a radiotherapy structure set (RT) holds no images"),
    (_STORAGE + "481.1", "a radiotherapy image (RT) is not read"),
    (_STORAGE + "481.", "a radiotherapy plan or record (RT) holds no images"),
    (_STORAGE + "11.", "a presentation state holds no images"),
    (_STORAGE + "104.", "an encapsulated document holds no images"),
    (_STORAGE + "9.", "a waveform holds no images"),
    (_PARAMETRIC_MAP, "a parametric map is not read"),
    (_STORAGE + "4.2", "spectroscopy holds no images"),
    (_STORAGE + "77.1.6", "a microscopy slide is not read"),
)
_VIDEO = "1.2.840.10008.1.2.4.10"
_PIXEL_DATA, _FLOAT_PIXELS = b"\xe0\x7f\x10\x00", (b"\xe0\x7f\x08\x00", b"\xe0\x7f\x09\x00")
_LARGEST_MATRIX = 65535
_POINTERS_TO_TIME = (0x00209128, 0x0020930D)
"""TemporalPositionIndex and TemporalPositionTimeOffset."""


def looks_like_a_data_set(start: bytes) -> bool:
    """True for a data set without preamble: it begins with a low element of group 2 or 8, either byte order."""
    little = start[:4] and start[0] in (2, 8) and start[1] == 0 and start[3] == 0
    big = start[:4] and start[0] == 0 and start[1] in (2, 8) and start[2] == 0
    return len(start) >= 8 and bool(little or big)


@dataclass(frozen=True, slots=True)
class Header:
    """A file's attributes, however they were read; `dataset` only where a full parse was needed."""

    tags: Tags
    sop_class: str
    syntax: str
    pixel_offset: int | None
    pixel_length: int | None
    size: int
    dataset: FileDataset | None = None


def parsed(file: BinaryIO, size: int) -> Header:
    """The header of a file that stands at its beginning, by a full parse."""
    import pydicom

    dataset = pydicom.dcmread(file, stop_before_pixels=True, force=True)
    tags, syntax = Tags(dataset), _transfer_syntax(dataset)
    meta = getattr(dataset, "file_meta", None)
    sop_class = tags.text("SOPClassUID") or str((meta or {}).get("MediaStorageSOPClassUID", ""))
    offset, length = _pixel_element(dataset, file, syntax, sop_class)
    return Header(tags, sop_class, syntax, offset, length, size, dataset)


def image_file(path: str, header: Header) -> ImageFile:
    """What a header says of its images; raises `NotAnImage` with the reason where there are none to read."""
    tags, sop_class, syntax, dataset = header.tags, header.sop_class, header.syntax, header.dataset
    for prefix, reason in _NO_IMAGES:
        if sop_class == prefix or (prefix.endswith(".") and sop_class.startswith(prefix)):
            raise NotAnImage(reason)
    if syntax.startswith(_VIDEO) and len(syntax) > len(_VIDEO):
        raise NotAnImage("a video is not read")
    rows, columns = tags.whole("Rows"), tags.whole("Columns")
    if not re.fullmatch(IMPLICIT_LITTLE.replace(".", r"\.") + r"(\.\d+)*", syntax):
        raise NotAnImage("its encoding (transfer syntax) is not a standard one")
    value_offset, value_length = header.pixel_offset, header.pixel_length
    if syntax != DEFLATED and value_offset is None:
        what = " (the file may have been cut short)" if rows and columns else ""
        raise NotAnImage(f"the file holds no pixels{what}")
    allocated = tags.whole("BitsAllocated") or 0
    samples = tags.whole("SamplesPerPixel") or 1
    if not rows or not columns or not (0 < rows <= _LARGEST_MATRIX and 0 < columns <= _LARGEST_MATRIX):
        raise NotAnImage("its Rows or Columns are missing or impossible")
    if allocated not in (8, 16, 32) or samples not in (1, 3, 4):
        raise NotAnImage(f"pixels of {allocated} bits and {samples} samples are not read")
    stored, high = tags.whole("BitsStored") or allocated, tags.whole("HighBit")
    if high is not None and 0 < stored <= high < allocated and syntax in (*NATIVE, DEFLATED, RLE):
        raise NotAnImage(f"its pixels do not stand in the lowest bits (BitsStored {stored}, HighBit {high})")
    count = tags.whole("NumberOfFrames") or 1
    frame_bytes = rows * columns * samples * allocated // 8
    refuse_if_cut_short(count, frame_bytes, syntax, value_offset, value_length, header.size)
    direct = (
        value_offset is not None
        and syntax in NATIVE
        and samples == 1
        and value_length is not None
        and not (syntax == EXPLICIT_BIG and allocated == 8)
    )
    offsets = [value_offset + i * frame_bytes if direct and value_offset is not None else None for i in range(count)]
    enhanced = dataset is not None and "PerFrameFunctionalGroupsSequence" in dataset
    kind = FileKind(
        enhanced=enhanced,
        series_uid=tags.text("SeriesInstanceUID"),
        study_uid=tags.text("StudyInstanceUID"),
        frame_of_reference_uid=tags.text("FrameOfReferenceUID") or None,
        patient=PatientTags(
            id=tags.text("PatientID"),
            name=tags.text("PatientName"),
            sex=tags.text("PatientSex"),
            birth_date=tags.day("PatientBirthDate"),
            age=tags.text("PatientAge"),
        ),
        study_date=tags.day("StudyDate"),
        series_at=tags.moment("SeriesDate", "SeriesTime"),
        modality=tags.text("Modality"),
        description=tags.text("SeriesDescription"),
        study_description=tags.text("StudyDescription"),
        protocol=" ".join(filter(None, (tags.text("ProtocolName"), tags.text("AcquisitionProtocolName")))),
        comments=tags.text("ImageComments"),
        body_part=tags.text("BodyPartExamined"),
        series_number=tags.whole("SeriesNumber"),
        manufacturer=tags.text("Manufacturer"),
        kernel=tags.text("ConvolutionKernel"),
        contrast_agent=tags.coded_agents() if enhanced else tags.text("ContrastBolusAgent"),
        bolus_started_at=tags.moment("AcquisitionDate", "ContrastBolusStartTime")
        or tags.moment("StudyDate", "ContrastBolusStartTime"),
        kvp=tags.number("KVP"),
        image_type=tags.texts("ImageType"),
        rows=rows,
        columns=columns,
        samples_per_pixel=samples,
        bits_stored=stored if 0 < stored <= allocated else allocated,
        bits_allocated=allocated,
        signed=tags.whole("PixelRepresentation") == 1,
        photometric=tags.text("PhotometricInterpretation"),
        padding_value=tags.word("PixelPaddingValue"),
        lossy=tags.text("LossyImageCompression") == "01" or syntax in JPEG_LOSSY,
        # The attribute is young (2023); the demonstration study says it in the institution as well.
        synthetic=tags.text("SyntheticData") == "YES" or tags.text("InstitutionName") == "SYNTHETIC",
        transfer_syntax=syntax,
        frames=count,
        institution=tags.text("InstitutionName"),
        deidentified=tags.text("PatientIdentityRemoved").upper() == "YES",
    )
    return ImageFile(
        path=path,
        sop_uid=tags.text("SOPInstanceUID"),
        instance_number=tags.whole("InstanceNumber"),
        date_without_study=only_day_of(tags),
        window=window_of(tags),
        kind=kind,
        frames=_frames(tags, dataset, count, offsets),
    )


def frame_bytes_of(kind: FileKind) -> int:
    """How many bytes the pixels of one frame take."""
    return kind.rows * kind.columns * kind.samples_per_pixel * kind.bits_allocated // 8


def window_of(tags: Tags) -> tuple[float, float] | None:
    """The (width, centre) that the file asks for."""
    width, centre = tags.number("WindowWidth"), tags.number("WindowCenter")
    return (width, centre) if width is not None and centre is not None and width >= 1 else None


def rescale_of(tags: Tags) -> tuple[float | None, float | None]:
    """Slope and intercept; a slope of 0 is none."""
    slope = tags.number("RescaleSlope")
    return slope if slope != 0 else None, tags.number("RescaleIntercept")


def position_of(tags: Tags) -> Vector | None:
    """Centre of the first pixel, LPS mm."""
    position = tags.numbers("ImagePositionPatient", 3)
    return (position[0], position[1], position[2]) if position else None


def acquired_at_of(tags: Tags) -> str | None:
    """When the image was acquired, ISO 8601 without a zone."""
    return (
        tags.date_time("FrameAcquisitionDateTime")
        or tags.moment("AcquisitionDate", "AcquisitionTime")
        or tags.date_time("AcquisitionDateTime")
        or tags.moment("StudyDate", "AcquisitionTime")
    )


def only_day_of(tags: Tags) -> date | None:
    """The one day that all the dates of the exam but StudyDate name, None when they differ or there is none."""
    keywords = ("SeriesDate", "AcquisitionDate", "AcquisitionDateTime", "PerformedProcedureStepStartDate")
    days = {day for keyword in keywords if (day := tags.day(keyword)) is not None}
    return days.pop() if len(days) == 1 else None


def _transfer_syntax(dataset: FileDataset) -> str:
    meta = getattr(dataset, "file_meta", None)
    named = str((meta or {}).get("TransferSyntaxUID", "")).strip("\0 ")
    if named:
        return named
    implicit, little = dataset.original_encoding
    if not little:
        return EXPLICIT_BIG
    return IMPLICIT_LITTLE if implicit else EXPLICIT_LITTLE


def _pixel_element(dataset: FileDataset, file: BinaryIO, syntax: str, sop_class: str) -> tuple[int | None, int | None]:
    """Offset and length of the pixel data's value where reading stopped; no length when it is encapsulated."""
    if syntax == DEFLATED:
        return None, None
    implicit, little = dataset.original_encoding
    at, head = file.tell(), file.read(12)
    tag = head[:4] if little else bytes((head[1], head[0], head[3], head[2])) if len(head) == 12 else b""
    if tag in _FLOAT_PIXELS and sop_class != _PARAMETRIC_MAP:
        raise NotAnImage("pixels stored as floating-point numbers are not read")
    if tag != _PIXEL_DATA:
        return None, None
    start = 4 if implicit else 8
    length = int.from_bytes(head[start : start + 4], "little" if little else "big")
    return at + start + 4, None if length == 0xFFFFFFFF else length


def refuse_if_cut_short(
    count: int, frame_bytes: int, syntax: str, offset: int | None, length: int | None, size: int
) -> None:
    """Raise `NotAnImage` where the file does not hold the pixels that its header speaks of."""
    if count < 1:
        raise NotAnImage("its NumberOfFrames is impossible")
    if syntax in NATIVE and length is not None and offset is not None:
        there = min(length, size - offset)
        if there < count * frame_bytes:
            raise NotAnImage(f"the file is cut short: {max(there, 0)} of {count * frame_bytes} bytes of pixels")
    elif count * 8 > size:
        raise NotAnImage(f"a damaged DICOM file ({count} frames in {size} bytes)")


def _frames(tags: Tags, dataset: FileDataset | None, count: int, offsets: list[int | None]) -> tuple[FrameHeader, ...]:
    shared_items = tags.value("SharedFunctionalGroupsSequence") if dataset is not None else None
    own_items = tags.value("PerFrameFunctionalGroupsSequence") if dataset is not None else None
    kinds: dict[FrameKind, FrameKind] = {}
    if dataset is None or not (shared_items or own_items):
        # Frames that merely share one position have no known place.
        kind = _frame_kind(tags)
        return tuple(_frame(tags, kind, i, offsets[i], alone=count == 1) for i in range(count))
    shared = frame_groups(shared_items[0] if shared_items else None)
    dimension = _dimension_of_time(dataset)
    frames = []
    for i in range(count):
        own = frame_groups(own_items[i] if own_items and i < len(own_items) else None)
        frame_tags = Tags(dataset, (own, shared))
        kind = _frame_kind(frame_tags, _place_in_time(frame_tags, dimension))
        frames.append(_frame(frame_tags, kinds.setdefault(kind, kind), i, offsets[i], alone=True))
    return tuple(frames)


def _dimension_of_time(dataset: FileDataset) -> int | None:
    """Which of the dimensions that count the frames of an enhanced object is that of time."""
    dimensions = Tags(dataset).value("DimensionIndexSequence")
    pointers = [Tags(item).value("DimensionIndexPointer") for item in dimensions or ()]
    return next((i for i, pointer in enumerate(pointers) if pointer in _POINTERS_TO_TIME), None)


def _place_in_time(tags: Tags, dimension: int | None) -> str:
    """The temporal position by the dimensions of a frame; empty where they do not count it."""
    places = tags.text("DimensionIndexValues").split("\\")
    return places[dimension] if dimension is not None and dimension < len(places) else ""


def _frame(tags: Tags, kind: FrameKind, index: int, offset: int | None, *, alone: bool) -> FrameHeader:
    slope, intercept = rescale_of(tags)
    return FrameHeader(
        index, position_of(tags) if alone else None, acquired_at_of(tags), slope, intercept, offset, kind
    )


def _frame_kind(tags: Tags, place_in_time: str = "") -> FrameKind:
    spacing, thickness = tags.numbers("PixelSpacing", 2), tags.number("SliceThickness")
    repeat = tags.text("TemporalPositionIndex") or tags.text("TemporalPositionIdentifier") or place_in_time
    return FrameKind(
        directions=directions_of(tags.numbers("ImageOrientationPatient", 6)),
        pixel_spacing_mm=(spacing[0], spacing[1]) if spacing and min(spacing) > 0 and max(spacing) < 1000 else None,
        thickness_mm=thickness if thickness is not None and 0 < thickness < 1000 else None,
        rescale_type=tags.text("RescaleType"),
        frame_type=tags.texts("FrameType") or tags.texts("ImageType"),
        echo=tags.text("EffectiveEchoTime") or tags.text("EchoNumbers") or tags.text("EchoTime"),
        stack=tags.text("StackID"),
        temporal_position=repeat,
        acquisition=tags.text("FrameAcquisitionNumber") or tags.text("AcquisitionNumber"),
        b_value=tags.b_value(),
        trigger=tags.text("NominalCardiacTriggerDelayTime") or tags.text("TriggerTime"),
        bolus_phase=tags.text("ContrastBolusAgentPhase"),
        sequence=_sequence(tags, repeat),
    )


def _sequence(tags: Tags, repeat: str) -> SequenceTags:
    echo_ms = tags.number("EffectiveEchoTime")
    trigger_ms = tags.number("NominalCardiacTriggerDelayTime")
    return SequenceTags(
        pulse=tags.text("ScanningSequence") or tags.text("EchoPulseSequence"),
        contrast=tags.text("AcquisitionContrast"),
        echo_ms=echo_ms if echo_ms is not None else tags.number("EchoTime"),
        b_value=tags.b_value(),
        repeat=repeat,
        repeats=tags.whole("NumberOfTemporalPositions"),
        trigger_ms=trigger_ms if trigger_ms is not None else tags.number("TriggerTime"),
        agent_given=tags.text("ContrastBolusAgentAdministered"),
        repetition_ms=tags.number("RepetitionTime"),
    )
