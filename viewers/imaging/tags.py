"""DICOM values taken with suspicion: a value that is missing or malformed is None or empty, never a guess."""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import MutableSequence, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

MALFORMED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What pydicom raises, while reading or converting, on files that break the standard."""

PRIVATE_BLOCKS = range(0x10, 0x18)
B_VALUES = (
    (0x0019, "SIEMENS MR HEADER", 0x0C, ""),
    (0x0043, "GEMS_PARM_01", 0x39, ""),
    (0x2001, "Philips Imaging DD 001", 0x03, "<f"),
    (0x0065, "Image Private Header", 0x09, "<d"),
)
"""Where makers keep the b value in classic MR: group, owner of the block, element, form in binary (else text)."""
_GE_OFFSET = 100_000
"""GE adds 1,000,000,000 to some b values."""

_NOT_INTO_BLOOD = re.compile(r"ORAL|RECTAL|ENTER|GASTR|STOMA|VESIC|URETHR")
"""Routes of a contrast agent (context group 11) by which it does not reach the liver with the blood."""

_ESCAPE = re.compile(r"\x1b[\x20-\x2f]*[\x30-\x7e]")
"""An ISO 2022 escape that pydicom leaves in the text it decoded (ISO 2022 IR 58, Chinese)."""

_DATE = re.compile(r"(\d{4})[.\-]?(\d\d)[.\-]?(\d\d)")
_TIME = re.compile(r"(\d\d):?(\d\d)?:?(\d\d)?(\.\d{1,6})?")


class Tags:
    """The values of one image: those of its own frame before those all frames share, before those of the file."""

    def __init__(self, dataset: Dataset, groups: Sequence[dict[str, DataElement]] = ()) -> None:
        self._dataset, self._groups = dataset, groups

    def value(self, keyword: str) -> Any:
        """The value as pydicom converts it; None when it is missing or will not convert."""
        for group in self._groups:
            if keyword in group:
                return group[keyword].value
        try:
            return self._dataset.get(keyword)
        except MALFORMED:
            return None

    def text(self, keyword: str) -> str:
        """The value as one line of text, several values joined by a backslash; empty when missing."""
        value = self.value(keyword)
        if value is None or isinstance(value, bytes):
            return ""
        try:
            parts = value if _is_multi(value) else [value]
            return "\\".join(" ".join(_ESCAPE.sub("", str(part)).replace("\0", "").split()) for part in parts)
        except MALFORMED:
            return ""

    def texts(self, keyword: str) -> tuple[str, ...]:
        """Several values of text, the empty ones left out."""
        return tuple(part.strip() for part in self.text(keyword).split("\\") if part.strip())

    def numbers(self, keyword: str, count: int) -> tuple[float, ...] | None:
        """Exactly `count` finite numbers, else None."""
        value = self.value(keyword)
        if value is None or isinstance(value, (str, bytes)):
            return None
        try:
            values = tuple(float(v) for v in (value if _is_multi(value) else [value]))
        except MALFORMED:
            return None
        return values if len(values) == count and all(map(math.isfinite, values)) else None

    def number(self, keyword: str) -> float | None:
        """The first value as a finite number, else None."""
        value = self.value(keyword)
        try:
            first = value[0] if _is_multi(value) else value
            number = float(first)
        except MALFORMED:
            return None
        return number if math.isfinite(number) else None

    def whole(self, keyword: str) -> int | None:
        """The first value as a whole number, else None."""
        number = self.number(keyword)
        return int(number) if number is not None and number == int(number) else None

    def word(self, keyword: str) -> int | None:
        """A whole number whose sign the header leaves open (US or SS), which a parse may leave as two bytes."""
        value = self.value(keyword)
        if isinstance(value, bytes):
            return int.from_bytes(value, "little") if len(value) == 2 else None
        return self.whole(keyword)

    def private(self, group: int, element: int) -> Any:
        """A private value as number or bytes; None when it is missing or will not convert."""
        try:
            found = self._dataset.get((group, element))
            value = None if found is None else found.value
            first = value[0] if _is_multi(value) else value
        except MALFORMED:
            return None
        return first.encode("ascii", "replace") if isinstance(first, str) else first

    def b_value(self) -> str:
        """The diffusion b value in s/mm2 as text: the standard attribute, else the maker's own in a classic image."""
        said = self.text("DiffusionBValue")
        if said or self.text("Modality") != "MR":
            return said
        for group, owner, element, form in B_VALUES:
            for block in PRIVATE_BLOCKS:
                if _bare(self.private(group, block)) == owner.encode():
                    value = _private_number(self.private(group, block << 8 | element), form)
                    if value is not None:
                        return f"{value % _GE_OFFSET if value > _GE_OFFSET else value:g}"
        return ""

    def coded_agents(self) -> str:
        """The contrast agents of an enhanced object, joined by commas: its text, else what its codes mean.

        Enhanced objects name agents by codes alone. One that was drunk or instilled is not in the blood, and left out.
        """
        if said := self.text("ContrastBolusAgent"):
            return said
        named = []
        for item in _items(self.value("ContrastBolusAgentSequence")):
            agent = Tags(item)
            routes = [Tags(route) for route in _items(agent.value("ContrastBolusAdministrationRouteSequence"))]
            inside = [r for r in routes if _NOT_INTO_BLOOD.search(r.text("CodeMeaning").upper())]
            name = agent.text("CodeMeaning") or agent.text("CodeValue")
            if name and (not routes or len(inside) < len(routes)):
                named.append(name)
        return ", ".join(named)

    def day(self, keyword: str) -> date | None:
        """The date a DA or DT value begins with, also in the old spelling with dots."""
        return _day(self.text(keyword))

    def moment(self, date_keyword: str, time_keyword: str) -> str | None:
        """Date and time of day as ISO 8601 text, None unless both are there."""
        clock = _clock(self.text(time_keyword))
        day = self.day(date_keyword) if clock else None
        return f"{day.isoformat()}T{clock}" if day and clock else None

    def date_time(self, keyword: str) -> str | None:
        """A DT value as ISO 8601 text without its zone."""
        text = self.text(keyword)
        day, clock = _day(text), _clock(text[8:])
        return f"{day.isoformat()}T{clock}" if day and clock else None


def _bare(value: Any) -> bytes:
    return value.strip(b"\0 ") if isinstance(value, bytes) else b""


def _private_number(value: Any, form: str) -> float | None:
    """The number a private value begins with; 0 or more, finite."""
    try:
        if isinstance(value, bytes):
            plain = form and len(value) == struct.calcsize(form)
            number = struct.unpack(form, value)[0] if plain else float(_bare(value.split(b"\\")[0]))
        else:
            number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _items(value: Any) -> Sequence[Dataset]:
    """The items of a sequence; none where it is missing or something else."""
    return list(value) if _is_multi(value) else []


def _is_multi(value: Any) -> bool:
    # Not merely iterable: a person's name is, letter by letter.
    return isinstance(value, (tuple, MutableSequence)) and not isinstance(value, bytearray)


@lru_cache(maxsize=1024)
def _day(text: str) -> date | None:
    match = _DATE.match(text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _clock(text: str) -> str | None:
    match = _TIME.match(text)
    if match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups()[:3])
    if hour > 23 or minute > 59 or second > 60:
        return None
    return f"{hour:02}:{minute:02}:{second:02}{match.group(4) or ''}"


def frame_groups(item: Dataset | None) -> dict[str, DataElement]:
    """The values of one item of a functional group sequence, one level deep, by keyword; private ones left out."""
    found: dict[str, DataElement] = {}
    if item is None:
        return found
    try:
        macros = [element for element in item if element.VR == "SQ" and not element.tag.is_private]
    except MALFORMED:
        return found
    for macro in macros:
        if not macro.value:
            continue
        try:
            for element in macro.value[0]:
                if element.keyword and element.VR != "SQ":
                    found.setdefault(element.keyword, element)
        except MALFORMED:
            continue
    return found
