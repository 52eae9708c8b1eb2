"""What the columns of a table mean: a mapping, written in TOML, from columns to reads. `docs/cohort.md` tells how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from mrecist.caseendpoints import TITLES
from mrecist.tomltables import read_table

Unit = Literal["days", "weeks", "months", "years"]
ResponseWord = Literal["CR", "PR", "SD", "PD", "NE", "NN", "ND"]
READER = "{reader}"
"""Stands in a name of a column for the reader, where each reader has columns of its own."""


class MappingError(ValueError):
    """The text is no mapping; the message names every fault."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one time point. Sums are in mm.

    Attributes
    ----------
    sum_mm, whole_mm : str
        Sum of the viable diameters of the liver, and of its whole diameters.
    extra_sum_mm : str
        Sum of the diameters outside the liver.
    response, whole_response : str
        The category that the table itself gives, by viable and by whole diameters.
    new_lesion : str
        Was there a new lesion? 1 or yes, 0, no or nothing.
    """

    sum_mm: str = ""
    whole_mm: str = ""
    extra_sum_mm: str = ""
    response: str = ""
    whole_response: str = ""
    new_lesion: str = ""

    @property
    def named(self) -> tuple[str, ...]:
        found = (self.sum_mm, self.whole_mm, self.extra_sum_mm, self.response, self.whole_response, self.new_lesion)
        return tuple(x for x in found if x)


@dataclass(frozen=True, slots=True)
class _NamedColumns:
    """A name, a day in its unit, and what is read of a time point."""

    name: str
    day: str = ""
    unit: Unit = "days"
    sum_mm: str = ""
    whole_mm: str = ""
    extra_sum_mm: str = ""
    response: str = ""
    whole_response: str = ""
    new_lesion: str = ""

    @property
    def columns(self) -> Columns:
        return Columns(
            self.sum_mm, self.whole_mm, self.extra_sum_mm, self.response, self.whole_response, self.new_lesion
        )


@dataclass(frozen=True, slots=True)
class TimePointColumns(_NamedColumns):
    """One time point of a table that has one row a read. The first is the baseline, at day 0 unless `day` says.

    The baseline of a table of responses has no column.

    `day` is a column, in `unit`; without it nothing is known of when the time point was.
    """


@dataclass(frozen=True, slots=True)
class VisitRows(_NamedColumns):
    """A table that has one row a time point: the columns of its name and its day, and what else it holds.

    Without `day` the rows of a read are in order of time, the first being the baseline.
    """


@dataclass(frozen=True, slots=True)
class Where:
    """Only rows that have this value in this column."""

    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Criteria:
    """A table whose rows are by viable or by whole diameters, as a column says: both become one read."""

    column: str
    viable: str
    whole: str


@dataclass(frozen=True, slots=True)
class Code:
    """How the table writes a response."""

    written: str
    response: ResponseWord


@dataclass(frozen=True, slots=True)
class StatedTime:
    """A time to an event as the table states it: the columns of the time and of the event (1 event, 0 censored)."""

    endpoint: str
    time: str
    event: str
    unit: Unit = "days"


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A mapping.

    Attributes
    ----------
    case : str
        The column of the case.
    reader : str
        The column of the reader; or `readers`: their names, each with columns of its own, whose names hold
        ``{reader}``. With neither there is one reader.
    timepoints, visits
        One of the two: one row a read, or one row a time point.
    fields : tuple of str
        Columns by which groups may be told apart.
    arm : str
        The column of the arm.
    protocol : str
        The study whose endpoints are counted.
    title, source : str
        What this cohort is called, and where it was published.
    """

    case: str
    title: str = ""
    source: str = ""
    reader: str = ""
    readers: tuple[str, ...] = ()
    arm: str = ""
    protocol: str = ""
    fields: tuple[str, ...] = ()
    timepoints: tuple[TimePointColumns, ...] = ()
    visits: VisitRows | None = None
    criteria: Criteria | None = None
    where: tuple[Where, ...] = ()
    codes: tuple[Code, ...] = ()
    times: tuple[StatedTime, ...] = ()

    @property
    def reader_names(self) -> tuple[str, ...]:
        """The readers with columns of their own; one nameless where a column, or nothing, tells the reader."""
        return self.readers or ("",)

    def columns(self) -> Iterator[str]:
        """Every column that it names, with the readers filled in."""
        visits = self.visits
        shared = [self.case, self.reader, self.arm, *self.fields, *(w.column for w in self.where)]
        shared += [x for t in self.times for x in (t.time, t.event)]
        shared += [self.criteria.column] if self.criteria is not None else []
        own = [x for t in self.timepoints for x in (t.day, *t.columns.named)]
        own += [visits.name, visits.day, *visits.columns.named] if visits is not None else []
        yield from (x for x in shared if x)
        yield from (x.replace(READER, name) for name in self.reader_names for x in own if x)


def parse_mapping(text: str) -> TableMapping:
    """Read a mapping from TOML text.

    Raises
    ------
    MappingError
        If it is no TOML, a key is missing, unknown or of the wrong type, or it says two things at once.
    """
    mapping, faults = read_table(TableMapping, text)
    if mapping is not None:
        faults = list(_faults(mapping))
    if mapping is None or faults:
        raise MappingError("not a mapping: " + "; ".join(faults))
    return mapping


def _faults(mapping: TableMapping) -> Iterator[str]:
    if mapping.reader and mapping.readers:
        yield "reader and readers: give the column of the reader, or their names, not both"
    if mapping.timepoints and mapping.visits is not None:
        yield "timepoints and visits: give one of the two"
    if not mapping.timepoints and mapping.visits is None and not mapping.times:
        yield "timepoints, visits and times are missing: there is nothing to read"
    if len(mapping.timepoints) == 1:
        yield "timepoints: a baseline alone has no response; name a follow-up (the baseline needs no column)"
    names = [t.name for t in mapping.timepoints]
    yield from (f"timepoints: the name {n} is there twice" for n in dict.fromkeys(names) if names.count(n) > 1)
    for index, timepoint in enumerate(mapping.timepoints):
        if index and not timepoint.columns.named:
            yield f"timepoints[{index}] names no column of a sum or a response"
    if mapping.visits is not None and not mapping.visits.columns.named:
        yield "visits names no column of a sum or a response"
    own = [x for t in mapping.timepoints for x in t.columns.named]
    own += mapping.visits.columns.named if mapping.visits is not None else ()
    if mapping.readers and not any(READER in x for x in own):
        yield f"readers: no column of a sum or a response has {READER} in its name"
    if not mapping.readers and any(READER in x for x in own):
        yield f"readers is missing, and a column has {READER} in its name"
    endpoints = [t.endpoint for t in mapping.times]
    yield from (f"times: {x} is none of {', '.join(TITLES)}" for x in endpoints if x not in TITLES)
    yield from (f"times: {x} is there twice" for x in dict.fromkeys(endpoints) if endpoints.count(x) > 1)


DAYS_OF = {"days": Decimal(1), "weeks": Decimal(7), "months": Decimal("30.4375"), "years": Decimal("365.25")}
"""How many days a unit has; a month is a twelfth of 365.25 days."""
