"""Dates as far as they are known: a day, or a month or year of which the day was never recorded."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from enum import StrEnum
from typing import Any

_REDUCED = re.compile(r"(\d{4})(?:-(\d{2}))?")


class Precision(StrEnum):
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class PartialDate(date):
    """A date known to its month or year alone; it is kept, written and shown as such.

    It stands in order, and is counted from, as its first possible day; `last_day` is the last one. Its text is that of
    ISO 8601 with reduced precision: ``2012-02``, ``2012``. It equals no full date. Sums and differences are plain dates
    and times, from the first possible day on.

    Parameters
    ----------
    year : int
    month : int, optional
        None where only the year is known.
    """

    __slots__ = ("_month_known",)
    _month_known: bool

    def __new__(cls, year: int, month: int | None = None, day: int | None = None) -> Any:
        if day is not None and month is not None:  # a sum, which Python makes of the class of its terms
            return date(year, month, day)
        made = super().__new__(cls, year, 1 if month is None else month, 1)
        made._month_known = month is not None
        return made

    @property
    def precision(self) -> Precision:
        return Precision.MONTH if self._month_known else Precision.YEAR

    @property
    def last_day(self) -> date:
        if self._month_known:
            return date(self.year, self.month, monthrange(self.year, self.month)[1])
        return date(self.year, 12, 31)

    def isoformat(self) -> str:
        return f"{self.year:04}-{self.month:02}" if self._month_known else f"{self.year:04}"

    def __str__(self) -> str:
        return self.isoformat()

    def __repr__(self) -> str:
        return f"PartialDate({self.isoformat()})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PartialDate) and self.isoformat() == other.isoformat()

    def __ne__(self, other: object) -> bool:  # `date` has one of its own, which would not ask `__eq__`
        return not self == other

    def __hash__(self) -> int:
        return hash((PartialDate, self.isoformat()))

    def __reduce__(self) -> tuple[Any, ...]:
        return PartialDate, (self.year, self.month) if self._month_known else (self.year,)


def read_date(text: str) -> date:
    """A date from ISO 8601 text: ``2012-02-03``, or a `PartialDate` from ``2012-02`` or ``2012``.

    Raises
    ------
    ValueError
        If the text is no date.
    """
    reduced = _REDUCED.fullmatch(text)
    if reduced is None:
        return date.fromisoformat(text)
    year, month = reduced.groups()
    made: date = PartialDate(int(year)) if month is None else PartialDate(int(year), int(month))
    return made


def precision_of(on: date) -> Precision:
    return on.precision if isinstance(on, PartialDate) else Precision.DAY


def last_day(on: date) -> date:
    """The last day that it can have been."""
    return on.last_day if isinstance(on, PartialDate) else on


def slack_days(on: date) -> int:
    """How many days later than its first possible day it can have been: 0 where the day is known."""
    return last_day(on).toordinal() - on.toordinal()
