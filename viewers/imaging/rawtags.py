"""Values taken from raw bytes, converted as a full parse by pydicom converts them, or not at all."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from viewers.imaging.tags import B_VALUES, PRIVATE_BLOCKS, Tags

_ENCODINGS = {"": "latin-1", "ISO_IR 6": "latin-1", "ISO_IR 100": "latin-1", "ISO_IR 192": "utf-8"}
_TEXT = {"AE", "AS", "CS", "DA", "DT", "LO", "LT", "PN", "SH", "ST", "TM", "UI", "UT"}
_ONE_VALUE = {"LT", "ST", "UT"}
_NUMBERS = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_INTEGER = re.compile(r"[+-]?\d{1,9}")
_NUMBER = rb" *([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?) *"
_PLAIN_POSITION = re.compile(rb"\\".join((_NUMBER, _NUMBER, _NUMBER)))
_PLAIN_UID = re.compile(rb"([0-9.]+)\0*")
_PLAIN_WHOLE = re.compile(rb" *([+-]?\d{1,9}) *")
_PLAIN_TIME = re.compile(rb"(\d\d)(\d\d)(\d\d)(\.\d{1,6})? *")
ANY_VR = ("UN",)

KEYWORDS = (
    "AcquisitionContrast", "AcquisitionDate", "AcquisitionDateTime", "AcquisitionNumber", "AcquisitionProtocolName",
    "AcquisitionTime", "BitsAllocated", "BitsStored", "BodyPartExamined", "Columns", "ContrastBolusAgent",
    "ContrastBolusAgentAdministered", "ContrastBolusAgentPhase", "ContrastBolusStartTime", "ConvolutionKernel",
    "DiffusionBValue", "EchoNumbers", "EchoPulseSequence", "EchoTime", "EffectiveEchoTime", "FrameAcquisitionDateTime",
    "FrameAcquisitionNumber", "FrameOfReferenceUID", "FrameType", "HighBit", "ImageComments", "ImageOrientationPatient",
    "ImagePositionPatient", "ImageType", "InstanceNumber", "InstitutionName", "KVP", "LossyImageCompression",
    "Manufacturer", "Modality", "NominalCardiacTriggerDelayTime", "NumberOfFrames", "NumberOfTemporalPositions",
    "PatientAge", "PatientBirthDate", "PatientID", "PatientIdentityRemoved", "PatientName", "PatientSex",
    "PerformedProcedureStepStartDate", "PhotometricInterpretation", "PixelPaddingValue", "PixelRepresentation",
    "PixelSpacing", "ProtocolName", "RepetitionTime", "RescaleIntercept", "RescaleSlope", "RescaleType", "Rows",
    "SOPClassUID", "SOPInstanceUID", "SamplesPerPixel", "ScanningSequence", "SeriesDate", "SeriesDescription",
    "SeriesInstanceUID", "SeriesNumber", "SeriesTime", "SliceThickness", "SpecificCharacterSet", "StackID",
    "StudyDate", "StudyDescription", "StudyInstanceUID", "SyntheticData", "TemporalPositionIdentifier",
    "TemporalPositionIndex", "TriggerTime", "WindowCenter", "WindowWidth",
)  # fmt: skip
"""Every attribute the scan asks for; asking for another is an error."""

_KNOWN = frozenset(KEYWORDS)

Value = tuple[str, bytes]
"""VR and bytes of a value."""


class OddError(Exception):
    """The file is not plain enough to be read as raw bytes."""


def private_keyword(group: int, element: int) -> str:
    """What a private element is called here."""
    return f"{group:04x},{element:04x}"


@cache
def wanted_tags() -> dict[int, tuple[str, tuple[str, ...]]]:
    """Keyword and permitted VRs of each wanted tag."""
    from pydicom.datadict import dictionary_VR, tag_for_keyword

    tags = {keyword: int(tag_for_keyword(keyword) or 0) for keyword in KEYWORDS}
    standard = {tag: (keyword, tuple(dictionary_VR(tag).split(" or "))) for keyword, tag in tags.items()}
    return standard | _private_tags()


def _private_tags() -> dict[int, tuple[str, tuple[str, ...]]]:
    """The blocks of the makers' b values, and what stands in them at that place whoever owns the block."""
    named: dict[int, tuple[str, tuple[str, ...]]] = {}
    for group, _, element, _ in B_VALUES:
        for block in PRIVATE_BLOCKS:
            named[group << 16 | block] = (private_keyword(group, block), ("LO",))
            place = block << 8 | element
            named[group << 16 | place] = (private_keyword(group, place), ANY_VR)
    return named


def plain_uid(value: Value) -> str | None:
    """A UID of digits and dots; None where it is anything else, as with the following functions."""
    match = _PLAIN_UID.fullmatch(value[1])
    return match.group(1).decode("ascii") if match else None


def plain_whole(value: Value) -> int | None:
    """A whole number."""
    match = _PLAIN_WHOLE.fullmatch(value[1])
    return int(match.group(1)) if match else None


def plain_position(value: Value) -> tuple[float, float, float] | None:
    """Three finite numbers."""
    match = _PLAIN_POSITION.fullmatch(value[1])
    if match is None:
        return None
    x, y, z = map(float, match.groups())
    return (x, y, z) if math.isfinite(x + y + z) else None


def plain_clock(value: Value) -> str | None:
    """A time of day, hours to seconds or fractions of these, as ISO 8601."""
    match = _PLAIN_TIME.fullmatch(value[1])
    if match is None:
        return None
    hour, minute, second, fraction = match.groups()
    if hour > b"23" or minute > b"59" or second > b"60":
        return None
    return (b":".join((hour, minute, second)) + (fraction or b"")).decode("ascii")


def tags_of(found: Mapping[str, Value]) -> Tags | None:
    """Values converted from raw bytes, as `Tags` gives them; None where that needs a full parse."""
    try:
        return RawTags(found)
    except (OddError, UnicodeDecodeError):
        return None


@lru_cache(maxsize=4096)
def _strings(vr: str, content: bytes, encoding: str | None) -> tuple[str, ...]:
    """The values of a text or of decimal text; raises `OddError` for what pydicom may read otherwise."""
    if content.isascii() and b"\x1b" not in content:
        text = content.decode("ascii")
    elif encoding is None or b"\x1b" in content or b"\x00" in content.rstrip(b"\0"):
        raise OddError
    else:
        text = content.decode(encoding)
    if vr in ("DS", "IS"):
        parts = [part.strip(" ") for part in text.rstrip(" \0").split("\\")]
        pattern = _DECIMAL if vr == "DS" else _INTEGER
        if parts != [""] and not all(map(pattern.fullmatch, parts)):
            raise OddError
        return tuple(parts)
    parts = [text] if vr in _ONE_VALUE else text.split("\\")
    return tuple(" ".join(part.replace("\0", "").split()) for part in parts)


class RawTags(Tags):
    """Values converted from raw bytes when asked for, as `Tags` gives them."""

    def __init__(self, found: Mapping[str, Value]) -> None:
        self._found = found
        encoding = _ENCODINGS.get(found.get("SpecificCharacterSet", ("CS", b""))[1].decode("ascii").strip("\0 "))
        self._strings = {
            keyword: _strings(vr, content, encoding)
            for keyword, (vr, content) in found.items()
            if (vr in _TEXT or vr in ("DS", "IS")) and keyword in _KNOWN
        }

    def value(self, keyword: str) -> Any:
        """A number, a list of numbers or a text; None when missing or empty."""
        if keyword not in self._found:
            if keyword not in _KNOWN:
                raise KeyError(keyword)
            return None
        vr, content = self._found[keyword]
        if vr in ("DS", "IS"):
            texts = self._strings[keyword]
            if texts == ("",):
                return None
            values = [float(text) if vr == "DS" else int(text) for text in texts]
            return values[0] if len(values) == 1 else values
        if vr in _NUMBERS:
            size = struct.calcsize(_NUMBERS[vr])
            numbers = struct.unpack(f"<{len(content) // size}{_NUMBERS[vr]}", content[: len(content) // size * size])
            return None if not numbers else numbers[0] if len(numbers) == 1 else list(numbers)
        if keyword not in self._strings:
            return content
        return "\\".join(self._strings[keyword])

    def text(self, keyword: str) -> str:
        """The value as one line of text, several values joined by a backslash; empty when missing."""
        strings = self._strings.get(keyword)
        if strings is not None:
            return "\\".join(strings)
        value = self.value(keyword)
        if value is None or isinstance(value, bytes):
            return ""
        return "\\".join(map(str, value)) if isinstance(value, list) else str(value)

    def private(self, group: int, element: int) -> Any:
        """A private value as number or bytes; None when missing."""
        found = self._found.get(private_keyword(group, element))
        if found is None:
            return None
        vr, content = found
        form = struct.Struct("<" + _NUMBERS[vr]) if vr in _NUMBERS else None
        if form is None:
            return content
        return form.unpack_from(content)[0] if len(content) >= form.size else None
