"""Files one after the other into what the scan needs of each: in full where it must be, else only what is their own."""

from __future__ import annotations

import zlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from viewers.imaging.headers import (
    Header,
    acquired_at_of,
    frame_bytes_of,
    image_file,
    looks_like_a_data_set,
    only_day_of,
    parsed,
    position_of,
    refuse_if_cut_short,
    rescale_of,
    window_of,
)
from viewers.imaging.imagefile import NOT_DICOM, FileKind, FrameHeader, FrameKind, ImageFile, NotAnImage
from viewers.imaging.rawheader import FIRST_READ, HeaderReader, RawHeader
from viewers.imaging.rawtags import Value, plain_clock, plain_position, plain_uid, plain_whole, tags_of
from viewers.imaging.sources import PlainFile, Source, why_closed
from viewers.imaging.tags import MALFORMED

_TIMES = ("AcquisitionTime", "AcquisitionDateTime")
_RESCALE = ("RescaleSlope", "RescaleIntercept")
_WINDOW = ("WindowCenter", "WindowWidth")
_OWN = frozenset(("SOPInstanceUID", "InstanceNumber", "ImagePositionPatient", *_TIMES, *_RESCALE, *_WINDOW))
"""What usually differs from file to file of a series; all else is converted once."""

_TO_UNDERSTAND_TIMES = (
    *_TIMES, "StudyDate", "SeriesDate", "AcquisitionDate", "PerformedProcedureStepStartDate",
    "FrameAcquisitionDateTime",
)  # fmt: skip
_OTHER_TIMES = ("AcquisitionDateTime", "FrameAcquisitionDateTime")
_PLAIN = frozenset(("SOPInstanceUID", "InstanceNumber", "ImagePositionPatient", "AcquisitionTime"))
_KINDS_KEPT = 4096
_DEFLATED, _META = b"1.2.840.10008.1.2.1.99", 2048
_DEFLATES_TO, _LARGEST_DEFLATED, _CHUNK = 1032, 1_000_000_000, 1 << 20


@dataclass(frozen=True, slots=True)
class _Known:
    """A file that others resemble: what it says, which of its own values change, and what is needed beside these.

    `day` is the day that a changing AcquisitionTime belongs to, where nothing else has a say; `plainly` tells that the
    changing values are of the few that usually change, which are written plainly in nearly all files.
    """

    image: ImageFile
    frame_bytes: int
    own: frozenset[str]
    beside: Mapping[str, Value]
    day: str
    plainly: bool


class FileReader:
    """Reads one file after the other, and is fast where they resemble each other."""

    def __init__(self) -> None:
        self._raw = HeaderReader()
        self._known: dict[Hashable, _Known] = {}
        self._same: dict[FileKind | FrameKind, Any] = {}

    def read(self, source: Source) -> ImageFile:
        """Everything the scan needs from one file.

        Raises
        ------
        NotAnImage
            With the reason: not DICOM, truncated, no pixels, not permitted, and so on.
        """
        try:
            with source:
                start = source.read(FIRST_READ)
                if start[128:132] != b"DICM" and not looks_like_a_data_set(start):
                    raise NotAnImage(NOT_DICOM)
                raw = self._raw.read(start, source.read)
                image = self._plain(source, raw) if raw is not None else None
                return image or _parsed(source, start)
        except MALFORMED as error:
            raise _damaged(f"{type(error).__name__} while reading its header") from None
        except OSError as error:
            if error.errno is None:  # pydicom's own word for a file that ends too early
                raise _damaged("it ends inside its header") from None
            raise NotAnImage(why_closed(source.path, error)) from None
        except MemoryError:
            raise _damaged("a header value claims more bytes than there is memory") from None

    def _plain(self, source: Source, raw: RawHeader) -> ImageFile | None:
        """The file by its raw header, None where some value needs a full parse."""
        changing = raw.changing
        others = tuple([item for item in changing.items() if item[0] not in _OWN])
        key = (raw.layout, raw.pixel_length, others)
        known = self._known.get(key)
        if known is not None:
            return _alike(source, raw, known)
        tags = tags_of(raw.found)
        if tags is None:
            return None
        sop_class = tags.text("SOPClassUID") or raw.media_sop_class
        image = image_file(
            source.path, Header(tags, sop_class, raw.syntax, raw.pixel_offset, raw.pixel_length, source.size)
        )
        if len(image.frames) == 1:
            if len(self._known) >= _KINDS_KEPT or len(self._same) >= _KINDS_KEPT:
                self._known.clear()
                self._same.clear()
            image = self._sharing(image)
            if raw.layout is not None:  # without one nothing tells that a value is there in both files
                self._known[key] = _known(image, raw)
        return image

    def _sharing(self, image: ImageFile) -> ImageFile:
        frame = image.frames[0]
        frame = replace(frame, kind=self._same.setdefault(frame.kind, frame.kind))
        return replace(image, kind=self._same.setdefault(image.kind, image.kind), frames=(frame,))


def read_header(path: Path) -> ImageFile:
    """What one file alone says; raises as `FileReader.read`."""
    return FileReader().read(PlainFile(str(path)))


def _parsed(source: Source, start: bytes) -> ImageFile:
    from pydicom.errors import BytesLengthException, InvalidDicomError

    if _DEFLATED in start[:_META] and source.size * _DEFLATES_TO > _LARGEST_DEFLATED:
        _refuse_bomb(source, start)
    try:
        return image_file(source.path, parsed(source.stream(), source.size))
    except InvalidDicomError:
        raise NotAnImage(NOT_DICOM) from None
    except BytesLengthException as error:
        raise _damaged(f"{type(error).__name__} while reading its header") from None


def _refuse_bomb(source: Source, start: bytes) -> None:
    """Refuse a deflated file that unpacks to more than can be held; a parse would unpack all of it at once."""
    at = 144 + int.from_bytes(start[140:144], "little")  # behind the group length of the file meta information
    stream, inflate, unpacked = source.stream(), zlib.decompressobj(-zlib.MAX_WBITS), 0
    stream.seek(at)
    while packed := inflate.unconsumed_tail or stream.read(_CHUNK):
        unpacked += len(inflate.decompress(packed, _CHUNK))
        if unpacked > _LARGEST_DEFLATED:
            raise NotAnImage(f"it unpacks to more than {_LARGEST_DEFLATED / 1e9:g} GB, which is too much to hold")


def _damaged(how: str) -> NotAnImage:
    return NotAnImage(f"a damaged DICOM file ({how})")


def _known(image: ImageFile, raw: RawHeader) -> _Known:
    own, found = _OWN & raw.changing.keys(), raw.found
    beside = {"SpecificCharacterSet", *_RESCALE, *_WINDOW, *_TO_UNDERSTAND_TIMES}
    acquired_at = image.frames[0].acquired_at
    day = acquired_at[:11] if acquired_at and found.keys().isdisjoint(_OTHER_TIMES) else ""
    return _Known(
        image=image,
        frame_bytes=frame_bytes_of(image.kind),
        own=own,
        beside={keyword: value for keyword, value in found.items() if keyword in beside - own},
        day=day,
        plainly=own <= _PLAIN and (bool(day) or "AcquisitionTime" not in own),
    )


def _alike(source: Source, raw: RawHeader, known: _Known) -> ImageFile | None:
    """A file that says the same as a known one in all but its own values; None where these need a full parse."""
    changing, like, own = raw.changing, known.image, known.own
    refuse_if_cut_short(1, known.frame_bytes, raw.syntax, raw.pixel_offset, raw.pixel_length, source.size)
    frame = like.frames[0]
    offset = None if frame.pixel_offset is None else raw.pixel_offset
    if known.plainly:
        uid = plain_uid(changing["SOPInstanceUID"]) if "SOPInstanceUID" in own else like.sop_uid
        number = plain_whole(changing["InstanceNumber"]) if "InstanceNumber" in own else like.instance_number
        place = plain_position(changing["ImagePositionPatient"]) if "ImagePositionPatient" in own else frame.position
        clock = plain_clock(changing["AcquisitionTime"]) if "AcquisitionTime" in own else ""
        if uid is not None and number is not None and place is not None and clock is not None:
            at = known.day + clock if clock else frame.acquired_at
            own_frame = FrameHeader(0, place, at, frame.slope, frame.intercept, offset, frame.kind)
            return ImageFile(source.path, uid, number, like.date_without_study, like.window, like.kind, (own_frame,))
    tags = tags_of({**known.beside, **{keyword: changing[keyword] for keyword in own}})
    if tags is None:
        return None
    slope, intercept = rescale_of(tags)
    return ImageFile(
        source.path,
        tags.text("SOPInstanceUID") if "SOPInstanceUID" in own else like.sop_uid,
        tags.whole("InstanceNumber") if "InstanceNumber" in own else like.instance_number,
        only_day_of(tags),
        window_of(tags),
        like.kind,
        (
            FrameHeader(
                0,
                position_of(tags) if "ImagePositionPatient" in own else frame.position,
                acquired_at_of(tags),
                slope,
                intercept,
                offset,
                frame.kind,
            ),
        ),
    )
