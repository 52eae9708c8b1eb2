"""One JSON object and its path: typed access that collects faults instead of stopping at the first."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, TypeVar

from mrecist.values import LONGEST_PLAUSIBLE_MM, Diameter

_LONGEST_QUOTE = 60
_LONGEST_NUMBER = 60
_LEAST_EXPONENT = -30
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of characters (lone surrogates): no file or screen takes them."""
Choice = TypeVar("Choice", bound=StrEnum)


class Duplicated(dict[str, Any]):
    """A JSON object in which `names` were written more than once."""

    def __init__(self, values: dict[str, Any], names: tuple[str, ...]) -> None:
        super().__init__(values)
        self.names = names


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A JSON number that is out of reach of exact arithmetic: of too many digits, or of an absurd exponent."""

    text: str

    def __str__(self) -> str:
        return self.text


class Written(Decimal):
    """A decimal as it stands in a file, with what is made of it: the same few are written again and again.

    `exact` is its value, `ratio` that as numerator and denominator, and `recorded` the diameter of that many mm; None
    where there is none, or where `Fields` has to look closer.
    """

    exact: Fraction | None = None
    ratio: tuple[int, int] = (0, 1)
    recorded: Diameter | None = None


@lru_cache(maxsize=65_536)
def read_decimal(text: str) -> Decimal | Unreadable:
    """A JSON number as it was written, or `Unreadable`, which every field refuses."""
    if len(text) > _LONGEST_NUMBER:
        return Unreadable(text)
    try:
        written = Written(text)
    except InvalidOperation:
        return Unreadable(text)
    if written.is_finite() and _LEAST_EXPONENT <= written.adjusted() <= -_LEAST_EXPONENT:
        written.exact = Fraction(written)
        written.ratio = written.exact.as_integer_ratio()
        if 0 <= written <= LONGEST_PLAUSIBLE_MM:
            written.recorded = Diameter.from_mm(written)
    return written


def as_text(value: object) -> str:
    """A value as it may stand in a message: short, on one line."""
    text = str(value) if isinstance(value, Decimal | Unreadable) else json.dumps(value, default=str, ensure_ascii=False)
    text = shown(text)
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def shown(text: str) -> str:
    """The text with each character that cannot be written as its code."""
    return _UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@lru_cache(maxsize=16_384)
def _exact(value: Decimal | int) -> Fraction:
    """Laboratory values repeat, and exact fractions are slow to make."""
    return Fraction(value)


@lru_cache(maxsize=16_384)
def _recorded(mm: Decimal | int) -> Diameter:
    return Diameter.from_mm(mm)


@cache
def _by_value(kind: type[StrEnum]) -> dict[str, StrEnum]:
    return {member.value: member for member in kind}


@dataclass(slots=True)
class Fields:
    """The keys of one JSON object. Every accessor returns None where the key is absent, null or at fault."""

    values: dict[str, Any]
    path: str
    faults: list[str]

    @classmethod
    def of(cls, value: object, path: str, faults: list[str], what: str) -> Fields | None:
        """The object at `path`, or None with a fault where there is something else."""
        if not isinstance(value, dict):
            faults.append(f"{path or 'file'}: {as_text(value)} is not {what} (a JSON object)")
            return None
        found = cls(value, path, faults)
        if isinstance(value, Duplicated):
            for name in value.names:
                found.fault(shown(name), "is written more than once")
        return found

    def fault(self, name: str, text: str) -> None:
        self.faults.append(f"{self.path}.{name}: {text}" if self.path else f"{name}: {text}")

    def only(self, known: AbstractSet[str]) -> None:
        """Every other key is unknown; they are told as they are written."""
        if self.values.keys() <= known:
            return
        for name in self.values:
            if name not in known:
                self.fault(shown(str(name)), "is not a known key")

    def _missing(self, name: str, required: bool) -> None:
        """Nothing is given: a fault where there has to be something."""
        if required:
            self.fault(name, "is missing" if name not in self.values else "is null")

    def text(self, name: str, *, required: bool = False, empty: bool = False) -> str | None:
        value = self.values.get(name)
        if value is None:
            self._missing(name, required)
            return None
        if not isinstance(value, str) or not (value.strip() or empty):
            self.fault(name, f"{as_text(value)} is not a text")
            return None
        if not value.isprintable() and _UNWRITABLE.search(value):
            self.fault(name, f"{as_text(value)} has a character that cannot be written")
            return None
        return value

    def whole(self, name: str, least: int, most: int, *, required: bool = False) -> int | None:
        value = self.values.get(name)
        if value is None:
            self._missing(name, required)
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            self.fault(name, f"{as_text(value)} is not a whole number")
            return None
        if not least <= value <= most:
            self.fault(name, f"{as_text(value)} is not between {least} and {most}")
            return None
        return value

    def decimal(self, name: str) -> Decimal | int | None:
        """A finite number, exact as it was written; 0, or at least 1e-30 from it, so that exact arithmetic is fast."""
        value = self.values.get(name)
        if value is None or type(value) is int or (type(value) is Written and value.exact is not None):
            return value
        if isinstance(value, float):
            value = Decimal(str(value))
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.fault(name, f"{as_text(value)} is not a number")
            return None
        if isinstance(value, Decimal) and not value.is_finite():
            self.fault(name, f"{as_text(value)} is not a finite number")
            return None
        if isinstance(value, Decimal) and value.adjusted() < _LEAST_EXPONENT:
            if value:
                self.fault(name, f"{as_text(value)} is too close to 0 for a measured value")
            return None if value else 0
        return value

    def number(self, name: str, least: int, most: int, *, above: bool = False) -> Fraction | None:
        """A number between two limits; with `above`, the lower limit itself is outside."""
        value = self.values.get(name)
        if type(value) is Written and value.exact is not None:
            over, under = value.ratio
            if least * under < over <= most * under:
                return value.exact
        value = self.decimal(name)
        if value is None:
            return None
        if least < value <= most or (value == least and not above):
            return _exact(value)
        limits = f"above {least} and at most {most}" if above else f"between {least} and {most}"
        self.fault(name, f"{as_text(value)} is not {limits}")
        return None

    def diameter(self, name: str) -> Diameter | None:
        """A length between 0 and 500 mm, rounded once, half up, to tenths."""
        value = self.values.get(name)
        if value is None or (type(value) is Written and value.recorded is not None):
            return None if value is None else value.recorded
        value = self.decimal(name)
        if value is None:
            return None
        try:
            return _recorded(value)
        except ValueError:
            self.fault(name, f"{as_text(value)} is not a length between 0 and {LONGEST_PLAUSIBLE_MM} mm")
            return None

    def flag(self, name: str) -> bool | None:
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            self.fault(name, f"{as_text(value)} is neither true nor false")
            return None
        return value

    def choice(self, name: str, kind: type[Choice], *, required: bool = False) -> Choice | None:
        value = self.values.get(name)
        if value is None:
            self._missing(name, required)
            return None
        if isinstance(value, str) and (found := _by_value(kind).get(value)) is not None:
            return found  # type: ignore[return-value]  # of this kind, as `_by_value` made it
        self.fault(name, f"{as_text(value)} is not one of {', '.join(kind)}")
        return None

    def word(self, name: str, known: Collection[str]) -> str | None:
        """One of a number of words that the caller knows."""
        value = self.values.get(name)
        if value is None or (isinstance(value, str) and value in known):
            return value
        self.fault(name, f"{as_text(value)} is not one of {', '.join(known)}")
        return None

    def table(self, name: str) -> Fields | None:
        value = self.values.get(name)
        path = f"{self.path}.{name}" if self.path else name
        return None if value is None else Fields.of(value, path, self.faults, "a table")

    def sequence(self, name: str, *, required: bool = False) -> Sequence[Any]:
        value = self.values.get(name)
        if value is None:
            self._missing(name, required)
            return ()
        if not isinstance(value, list):
            self.fault(name, f"{as_text(value)} is not a list")
            return ()
        return value
