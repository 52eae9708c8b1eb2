"""One file's header: what the scan needs to know of each image in it, without touching its pixels."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from viewers.imaging.catalogue import PatientTags, Vector
from viewers.imaging.geometry import directions_of
from viewers.imaging.imagefile import FileKind, FrameHeader, FrameKind, ImageFile, NotAnImage
from viewers.imaging.rawheader import FIRST_READ, HeaderReader, RawHeader
from viewers.imaging.rawtags import tags_of
from viewers.imaging.sources import PlainFile, Source, why_closed
from viewers.imaging.tags import MALFORMED, Tags, frame_groups

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
_NO_IMAGES = (
    ("1.2.840.10008.1.3.10", "a DICOMDIR (index of a disc) holds no images"),
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


_OWN = frozenset(
    (
        "SOPInstanceUID", "InstanceNumber", "ImagePositionPatient", "AcquisitionTime", "AcquisitionDateTime",
        "WindowCenter", "WindowWidth", "RescaleSlope", "RescaleIntercept",
    )
)  # fmt: skip
"""What usually differs from file to file of a series; all else is converted once."""
_BESIDE_OWN = (
    "SpecificCharacterSet", "StudyDate", "SeriesDate", "AcquisitionDate", "PerformedProcedureStepStartDate",
    "FrameAcquisitionDateTime",
)  # fmt: skip
"""What has to be known beside to understand them."""
_OWN_AND_BESIDE = (*sorted(_OWN), *_BESIDE_OWN)
_KINDS_KEPT = 4096


class FileReader:
    """Reads one file after the other, and is fast where they resemble each other."""

    def __init__(self) -> None:
        self._raw = HeaderReader()
        self._like: dict[Hashable, tuple[ImageFile, int]] = {}
        self._same: dict[FileKind | FrameKind, Any] = {}

    def read(self, source: Source) -> ImageFile:
        """Everything the scan needs from one file.

        Raises
        ------
        NotAnImage
            With the reason: not DICOM, truncated, no pixels, not permitted, and so on.
        """
        from pydicom.errors import BytesLengthException, InvalidDicomError

        try:
            with source:
                return self._read(source)
        except InvalidDicomError:
            raise NotAnImage("not a DICOM file") from None
        except (*MALFORMED, BytesLengthException) as error:
            raise NotAnImage(f"a damaged DICOM file ({type(error).__name__} while reading its header)") from None
        except OSError as error:
            if error.errno is None:  # pydicom's own word for a file that ends too early
                raise NotAnImage("a damaged DICOM file (it ends inside its header)") from None
            raise NotAnImage(why_closed(source.path, error)) from None
        except MemoryError:
            raise NotAnImage("a damaged DICOM file (a header value claims more bytes than there is memory)") from None

    def _read(self, source: Source) -> ImageFile:
        start = source.read(FIRST_READ)
        if start[128:132] != b"DICM" and not _looks_like_a_data_set(start):
            raise NotAnImage("not a DICOM file")
        raw = self._raw.read(start, source.read)
        image = self._plain(source, raw) if raw is not None else None
        return image or _image_file(source.path, _parsed(source.stream(), source.size))

    def _plain(self, source: Source, raw: RawHeader) -> ImageFile | None:
        """The file by its raw header, None where some value needs a full parse."""
        others = tuple(item for item in raw.changing.items() if item[0] not in _OWN)
        key = (raw.layout, raw.syntax, raw.pixel_length, others)
        known = self._like.get(key)
        if known is not None:
            return _alike(source, raw, *known)
        tags = tags_of(raw.found)
        if tags is None:
            return None
        sop_class = tags.text("SOPClassUID") or raw.media_sop_class
        image = _image_file(
            source.path, _Header(tags, sop_class, raw.syntax, raw.pixel_offset, raw.pixel_length, source.size)
        )
        if len(image.frames) == 1:
            if len(self._like) >= _KINDS_KEPT:
                self._like.clear()
                self._same.clear()
            frame = image.frames[0]
            frame = replace(frame, kind=self._same.setdefault(frame.kind, frame.kind))
            image = replace(image, kind=self._same.setdefault(image.kind, image.kind), frames=(frame,))
            self._like[key] = (image, _frame_bytes(image.kind))
        return image


def read_header(path: Path) -> ImageFile:
    """What one file alone says; raises as `FileReader.read`."""
    return FileReader().read(PlainFile(str(path)))


def _alike(source: Source, raw: RawHeader, like: ImageFile, frame_bytes: int) -> ImageFile | None:
    """A file that says the same as `like` in all but its own values; None where one of these needs a full parse."""
    changing, constant = raw.changing, raw.constant
    own = {keyword: changing.get(keyword) or constant.get(keyword) for keyword in _OWN_AND_BESIDE}
    tags = tags_of({keyword: value for keyword, value in own.items() if value is not None})
    if tags is None:
        return None
    frame = like.frames[0]
    # Without a layout nothing tells that a value is there in both, so that all are taken from this file.
    everything = raw.layout is None

    def differs(*keywords: str) -> bool:
        return everything or not changing.keys().isdisjoint(keywords)

    position, acquired_at, slope, intercept = frame.position, frame.acquired_at, frame.slope, frame.intercept
    day, window = like.date_without_study, like.window
    if differs("ImagePositionPatient"):
        position = _position(tags)
    if differs("AcquisitionTime", "AcquisitionDateTime"):
        acquired_at = _acquired_at(tags)
    if differs("AcquisitionDateTime"):
        day = _only_day(tags)
    if differs("RescaleSlope", "RescaleIntercept"):
        slope, intercept = _rescale(tags)
    if differs("WindowCenter", "WindowWidth"):
        window = _window(tags)
    _refuse_if_cut_short(1, frame_bytes, raw.syntax, raw.pixel_offset, raw.pixel_length, source.size)
    offset = None if frame.pixel_offset is None else raw.pixel_offset
    number = tags.whole("InstanceNumber") if differs("InstanceNumber") else like.instance_number
    sop_uid = tags.text("SOPInstanceUID") if differs("SOPInstanceUID") else like.sop_uid
    own_frame = FrameHeader(0, position, acquired_at, slope, intercept, offset, frame.kind)
    return ImageFile(source.path, sop_uid, number, day, window, like.kind, (own_frame,))


def _looks_like_a_data_set(start: bytes) -> bool:
    """True for a data set without preamble: it begins with a low element of group 2 or 8, either byte order."""
    little = start[:4] and start[0] in (2, 8) and start[1] == 0 and start[3] == 0
    big = start[:4] and start[0] == 0 and start[1] in (2, 8) and start[2] == 0
    return len(start) >= 8 and bool(little or big)


@dataclass(frozen=True, slots=True)
class _Header:
    """A file's attributes, however they were read; `dataset` only where a full parse was needed."""

    tags: Tags
    sop_class: str
    syntax: str
    pixel_offset: int | None
    pixel_length: int | None
    size: int
    dataset: FileDataset | None = None


def _parsed(file: BinaryIO, size: int) -> _Header:
    import pydicom

    file.seek(0)
    dataset = pydicom.dcmread(file, stop_before_pixels=True, force=True)
    tags, syntax = Tags(dataset), _transfer_syntax(dataset)
    meta = getattr(dataset, "file_meta", None)
    sop_class = tags.text("SOPClassUID") or str((meta or {}).get("MediaStorageSOPClassUID", ""))
    offset, length = _pixel_element(dataset, file, syntax, sop_class)
    return _Header(tags, sop_class, syntax, offset, length, size, dataset)


def _image_file(path: str, header: _Header) -> ImageFile:
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
    stored = tags.whole("BitsStored") or allocated
    count = tags.whole("NumberOfFrames") or 1
    frame_bytes = rows * columns * samples * allocated // 8
    _refuse_if_cut_short(count, frame_bytes, syntax, value_offset, value_length, header.size)
    direct = (
        value_offset is not None
        and syntax in NATIVE
        and samples == 1
        and value_length is not None
        and not (syntax == EXPLICIT_BIG and allocated == 8)
    )
    offsets = [value_offset + i * frame_bytes if direct and value_offset is not None else None for i in range(count)]
    kind = FileKind(
        enhanced=dataset is not None and "PerFrameFunctionalGroupsSequence" in dataset,
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
        contrast_agent=tags.text("ContrastBolusAgent"),
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
    )
    return ImageFile(
        path=path,
        sop_uid=tags.text("SOPInstanceUID"),
        instance_number=tags.whole("InstanceNumber"),
        date_without_study=_only_day(tags),
        window=_window(tags),
        kind=kind,
        frames=_frames(tags, dataset, count, offsets),
    )


def _frame_bytes(kind: FileKind) -> int:
    return kind.rows * kind.columns * kind.samples_per_pixel * kind.bits_allocated // 8


def _window(tags: Tags) -> tuple[float, float] | None:
    width, centre = tags.number("WindowWidth"), tags.number("WindowCenter")
    return (width, centre) if width is not None and centre is not None and width >= 1 else None


def _rescale(tags: Tags) -> tuple[float | None, float | None]:
    slope = tags.number("RescaleSlope")
    return slope if slope != 0 else None, tags.number("RescaleIntercept")


def _position(tags: Tags) -> Vector | None:
    position = tags.numbers("ImagePositionPatient", 3)
    return (position[0], position[1], position[2]) if position else None


def _acquired_at(tags: Tags) -> str | None:
    return (
        tags.date_time("FrameAcquisitionDateTime")
        or tags.moment("AcquisitionDate", "AcquisitionTime")
        or tags.date_time("AcquisitionDateTime")
        or tags.moment("StudyDate", "AcquisitionTime")
    )


def _only_day(tags: Tags) -> date | None:
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


def _refuse_if_cut_short(
    count: int, frame_bytes: int, syntax: str, offset: int | None, length: int | None, size: int
) -> None:
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
    frames = []
    for i in range(count):
        own = frame_groups(own_items[i] if own_items and i < len(own_items) else None)
        frame_tags = Tags(dataset, (own, shared))
        kind = _frame_kind(frame_tags)
        frames.append(_frame(frame_tags, kinds.setdefault(kind, kind), i, offsets[i], alone=True))
    return tuple(frames)


def _frame(tags: Tags, kind: FrameKind, index: int, offset: int | None, *, alone: bool) -> FrameHeader:
    slope, intercept = _rescale(tags)
    return FrameHeader(index, _position(tags) if alone else None, _acquired_at(tags), slope, intercept, offset, kind)


def _frame_kind(tags: Tags) -> FrameKind:
    spacing, thickness = tags.numbers("PixelSpacing", 2), tags.number("SliceThickness")
    return FrameKind(
        directions=directions_of(tags.numbers("ImageOrientationPatient", 6)),
        pixel_spacing_mm=(spacing[0], spacing[1]) if spacing and min(spacing) > 0 and max(spacing) < 1000 else None,
        thickness_mm=thickness if thickness is not None and 0 < thickness < 1000 else None,
        rescale_type=tags.text("RescaleType"),
        frame_type=tags.texts("FrameType") or tags.texts("ImageType"),
        echo=tags.text("EffectiveEchoTime") or tags.text("EchoNumbers") or tags.text("EchoTime"),
        stack=tags.text("StackID"),
        temporal_position=tags.text("TemporalPositionIndex") or tags.text("TemporalPositionIdentifier"),
        acquisition=tags.text("FrameAcquisitionNumber") or tags.text("AcquisitionNumber"),
        b_value=tags.b_value(),
        trigger=tags.text("NominalCardiacTriggerDelayTime") or tags.text("TriggerTime"),
        bolus_phase=tags.text("ContrastBolusAgentPhase"),
    )
