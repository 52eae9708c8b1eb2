"""Dates as far as they are known: a day, or months or a year of which the day was never recorded."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from enum import StrEnum
from typing import Any

_REDUCED = re.compile(r"(\d{4})(?:-(\d{2})(?:/(\d{4})-(\d{2}))?)?")


class Precision(StrEnum):
    DAY = "day"
    MONTH = "month"
    MONTHS = "months"
    YEAR = "year"


class PartialDate(date):
    """A date known to its month, to a span of months or to its year alone; it is kept, written and shown as such.

    It stands in order, and is counted from, as its first possible day; `last_day` is the last one. Its text is that of
    ISO 8601 with reduced precision: ``2012-02``, ``2012``, ``2010-08/2010-09``. It equals no full date. Sums and
    differences are plain dates and times, from the first possible day on.

    Parameters
    ----------
    year : int
    month : int, optional
        None where only the year is known.
    until : tuple of int, optional
        Year and month that end a span of months.

    Raises
    ------
    ValueError
        If there is no such month, or the span ends before it begins.
    """

    __slots__ = ("_last", "_text")
    _last: date
    _text: str

    def __new__(
        cls, year: int, month: int | None = None, day: int | None = None, *, until: tuple[int, int] | None = None
    ) -> Any:
        if day is not None and month is not None:  # a sum, which Python makes of the class of its terms
            return date(year, month, day)
        made = super().__new__(cls, year, 1 if month is None else month, 1)
        ends = until or (year, 12 if month is None else month)
        made._last = date(ends[0], ends[1], monthrange(*ends)[1])
        made._text = f"{year:04}" if month is None else f"{year:04}-{month:02}"
        if until is not None:
            made._text += f"/{until[0]:04}-{until[1]:02}"
            if until <= (year, month or 1):
                raise ValueError(f"{made._text} ends before it begins, or is one month")
        return made

    @property
    def precision(self) -> Precision:
        if "/" in self._text:
            return Precision.MONTHS
        return Precision.MONTH if "-" in self._text else Precision.YEAR

    @property
    def last_day(self) -> date:
        return self._last

    def isoformat(self) -> str:
        return self._text

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"PartialDate({self._text})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PartialDate) and self._text == other._text

    def __ne__(self, other: object) -> bool:  # `date` has one of its own, which would not ask `__eq__`
        return not self == other

    def __hash__(self) -> int:
        return hash((PartialDate, self._text))

    def __reduce__(self) -> tuple[Any, ...]:
        return read_date, (self._text,)


def read_date(text: str) -> date:
    """A date from ISO 8601 text: ``2012-02-03``, or a `PartialDate` from ``2012-02``, ``2012`` or a span of months.

    Raises
    ------
    ValueError
        If the text is no date.
    """
    reduced = _REDUCED.fullmatch(text)
    if reduced is None:
        return date.fromisoformat(text)
    year, month, last_year, last_month = (None if x is None else int(x) for x in reduced.groups())
    assert year is not None
    until = None if last_year is None or last_month is None else (last_year, last_month)
    made: date = PartialDate(year, month, until=until)
    return made


def precision_of(on: date) -> Precision:
    return on.precision if isinstance(on, PartialDate) else Precision.DAY


def last_day(on: date) -> date:
    """The last day that it can have been."""
    return on.last_day if isinstance(on, PartialDate) else on


def in_order(on: date) -> tuple[int, int]:
    """What dates are sorted by: the first day that each can have been, then the last."""
    return on.toordinal(), last_day(on).toordinal()


def slack_days(on: date) -> int:
    """How many days later than its first possible day it can have been: 0 where the day is known."""
    return last_day(on).toordinal() - on.toordinal()
