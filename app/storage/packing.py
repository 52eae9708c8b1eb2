"""Scanned series and files as compact text and back: slices and files as columns, which a large folder needs."""

from __future__ import annotations

import json
import zlib
from dataclasses import fields, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from app.state.codec import canonical, exact_converter
from viewers.imaging.catalogue import Refused, Series, SliceRecord
from viewers.imaging.imagefile import FileKind, FrameHeader, FrameKind, ImageFile
from viewers.imaging.known import Outcome

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")

SPOILED = (zlib.error, ValueError, TypeError, LookupError, AttributeError)
"""What taking back raises on text that is damaged, or was kept by another version of the scanner."""

_SLICE_FIELDS = tuple(field.name for field in fields(SliceRecord))


def packed(plain: Any) -> bytes:
    """Plain values as compressed canonical text; file names that are no Unicode are kept as they are."""
    return zlib.compress(canonical(plain).encode("utf-8", "surrogatepass"), level=1)


def unpacked(content: bytes) -> Any:
    """Plain values from compressed text; raises one of `SPOILED`."""
    return json.loads(zlib.decompress(content))


def series_as_plain(series: Series) -> dict[str, Any]:
    """A series as plain values, its slices as columns."""
    plain: dict[str, Any] = _converter().unstructure(replace(series, slices=()))
    plain["slices"] = {name: [getattr(one, name) for one in series.slices] for name in _SLICE_FIELDS}
    return plain


def series_from_plain(plain: dict[str, Any]) -> Series:
    """A series from plain values; raises one of `SPOILED`."""
    slices = plain["slices"]
    if not isinstance(slices, dict):  # kept before slices were columns
        return _structured(plain, Series)
    if set(slices) != set(_SLICE_FIELDS):
        raise ValueError("slices of another version")
    slices["position"] = [None if place is None else tuple(place) for place in slices["position"]]
    records = tuple(SliceRecord(*values) for values in zip(*(slices[name] for name in _SLICE_FIELDS), strict=True))
    return replace(_structured(plain | {"slices": []}, Series), slices=records)


def outcomes_as_plain(outcomes: dict[str, tuple[Outcome, ...]]) -> dict[str, Any]:
    """What came of files, by path, as plain values; what files say alike stands once."""
    kinds: dict[FileKind, int] = {}
    frame_kinds: dict[FrameKind, int] = {}

    def plain(one: Outcome) -> list[Any]:
        if isinstance(one, Refused):
            return [one.file, one.reason]
        frames = [(frame_kinds.setdefault(f.kind, len(frame_kinds)), *_own(f)) for f in one.frames]
        day = one.date_without_study.isoformat() if one.date_without_study else None
        kind = kinds.setdefault(one.kind, len(kinds))
        return [one.path, one.sop_uid, one.instance_number, day, one.window, kind, frames]

    files = {path: [plain(one) for one in of_path] for path, of_path in outcomes.items()}
    to_plain = _converter().unstructure
    return {"files": files, "kinds": list(map(to_plain, kinds)), "frame_kinds": list(map(to_plain, frame_kinds))}


def outcomes_from_plain(plain: dict[str, Any]) -> dict[str, tuple[Outcome, ...]]:
    """What came of files from plain values; raises one of `SPOILED`."""
    kinds = [_structured(one, FileKind) for one in plain["kinds"]]
    frame_kinds = [_structured(one, FrameKind) for one in plain["frame_kinds"]]

    def outcome(values: list[Any]) -> Outcome:
        if len(values) == 2:
            return Refused(*values)
        path, sop_uid, number, day, window, kind, frames = values
        return ImageFile(
            path,
            sop_uid,
            number,
            date.fromisoformat(day) if day else None,
            tuple(window) if window else None,
            kinds[kind],
            tuple(
                FrameHeader(i, None if place is None else tuple(place), at, slope, intercept, offset, frame_kinds[of])
                for of, i, place, at, slope, intercept, offset in frames
            ),
        )

    return {path: tuple(map(outcome, of_path)) for path, of_path in plain["files"].items()}


def _own(frame: FrameHeader) -> tuple[Any, ...]:
    return frame.index, frame.position, frame.acquired_at, frame.slope, frame.intercept, frame.pixel_offset


def _structured(plain: Any, cls: type[T]) -> T:
    from cattrs.errors import ForbiddenExtraKeysError

    try:
        return _converter().structure(plain, cls)
    except ForbiddenExtraKeysError as error:
        raise ValueError("of another version") from error


@cache
def _converter() -> Converter:
    return exact_converter()
