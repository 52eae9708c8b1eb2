"""A table of sums or responses as reads without images.

A sum becomes as many parts as it takes to stay under the longest diameter there may be, in tenths of a mm that add up
to the sum exactly; the parts of one case are the same for all readers and time points.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from app.cohort.mapping import READER, Columns, TableMapping
from app.cohort.reads import CohortRead
from app.cohort.sheets import Row, Sheet, SheetError, number
from app.cohort.table_cells import Cells, in_days
from mrecist.case import Case, ClinicalEvent, EventKind, Read, TimePoint, TimePointRead
from mrecist.censoring import Outcome, Why
from mrecist.lesions import Features, Finding, Lesion, Measured, Nonviable, Observation, Present
from mrecist.values import (
    LONGEST_PLAUSIBLE_MM,
    Axis,
    Certainty,
    Diameter,
    LesionKind,
    LesionRole,
    Organ,
    Proof,
    Region,
    Response,
)

_YES, _NO = frozenset(("1", "yes", "y", "true")), frozenset(("0", "no", "n", "false", ""))
_STATED = "sum of diameters, as the table gives it"


@dataclass(frozen=True, slots=True)
class TableReads:
    """The reads of a table, and what of it could not be read as one."""

    reads: tuple[CohortRead, ...]
    left_out: tuple[str, ...]


@dataclass(slots=True)
class _Visit:
    """One time point of one read as it is gathered; lengths in tenths of a mm."""

    day: int | None = None
    liver: int | None = None
    whole: int | None = None
    outside: int | None = None
    new_lesion: bool = False
    stated: Response | None = None
    stated_whole: Response | None = None

    @property
    def is_empty(self) -> bool:
        known = (self.liver, self.whole, self.outside, self.stated, self.stated_whole)
        return all(x is None for x in known) and not self.new_lesion

    @property
    def is_measured(self) -> bool:
        return not (self.liver is None and self.whole is None and self.outside is None)


@dataclass(slots=True)
class _Gathered:
    """What the rows of one case say."""

    line: int
    arm: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    times: dict[str, Outcome] = field(default_factory=dict)
    reads: dict[str, dict[str, _Visit]] = field(default_factory=dict)


def table_reads(sheet: Sheet, mapping: TableMapping, digest: str = "") -> TableReads:
    """Every read that a table holds.

    Parameters
    ----------
    sheet : Sheet
    mapping : TableMapping
    digest : str
        Of the table, as the head of every read.

    Raises
    ------
    SheetError
        If a column is missing, or a cell does not hold what the mapping says; every cell at fault is named.
    """
    sheet.require(mapping.columns())
    work = _Table(sheet, mapping)
    cases = work.gathered()
    if work.cells.faults:
        raise SheetError(work.cells.faults)
    if not cases:
        raise SheetError([f"{sheet.name}: no row is what the mapping asks for; look at its [[where]]"])
    reads = [read for case_id, found in cases.items() for read in work.reads_of(case_id, found, digest)]
    if not reads:
        raise SheetError([f"{sheet.name}: no case can be read; the first reason: {work.left_out[0]}"])
    return TableReads(tuple(reads), tuple(work.left_out))


def digest_of(content: bytes, mapping: str) -> str:
    """SHA-256 of a table and its mapping together."""
    return hashlib.sha256(hashlib.sha256(content).digest() + mapping.encode("utf-8")).hexdigest()


class _Table:
    """A sheet, its mapping, and what was found wrong."""

    def __init__(self, sheet: Sheet, mapping: TableMapping) -> None:
        self.sheet = sheet
        self.mapping = mapping
        self.cells = Cells(sheet.name, {x.written: Response(x.response) for x in mapping.codes})
        self.left_out: list[str] = []

    # --- rows into cases -------------------------------------------------------------------------------------------

    def gathered(self) -> dict[str, _Gathered]:
        mapping = self.mapping
        cases: dict[str, _Gathered] = {}
        for row in self.sheet.rows:
            if any(row[w.column] != w.value for w in mapping.where):
                continue
            case_id = row[mapping.case]
            if not case_id:
                self.cells.fault(row, mapping.case, "is empty; every row names its case")
                continue
            known = case_id in cases
            found = cases.setdefault(case_id, _Gathered(row.line))
            self.patient(row, found, known)
            for name in mapping.reader_names:
                reader = row[mapping.reader] if mapping.reader else name
                if mapping.reader and not reader:
                    self.cells.fault(row, mapping.reader, "is empty; every row names its reader")
                self.visits(row, found.reads.setdefault(reader, {}), name)
        return cases

    def patient(self, row: Row, found: _Gathered, known: bool) -> None:
        """What is true of the patient whoever reads: it must not change from row to row."""
        mapping = self.mapping
        for column in (*mapping.fields, *([mapping.arm] if mapping.arm else [])):
            before = found.fields.get(column)
            if known and before != row[column]:
                self.cells.fault(
                    row, column, f"{row[column]!r} was {before!r} in an earlier row of {row[mapping.case]!r}"
                )
            found.fields[column] = row[column]
        found.arm = found.fields.get(mapping.arm, "")
        for stated in mapping.times:
            if not row[stated.time] and not row[stated.event]:
                continue
            time, event = number(row[stated.time]), number(row[stated.event])
            if time is None or time < 0:
                self.cells.fault(row, stated.time, f"{row[stated.time]!r} is no time; write a number, 0 or more")
                continue
            if event is None or event not in (0, 1):
                self.cells.fault(row, stated.event, f"{row[stated.event]!r} is neither 1 (event) nor 0 (censored)")
                continue
            days = in_days(time, stated.unit)
            outcome = Outcome(days, event == 1, Why.STATED, f"column {stated.time}", int(event), days)
            if known and found.times.get(stated.endpoint) != outcome:
                self.cells.fault(row, stated.time, f"is not what an earlier row of {row[mapping.case]!r} says")
            found.times[stated.endpoint] = outcome

    def visits(self, row: Row, visits: dict[str, _Visit], reader: str) -> None:
        """The time points that one row tells of one read."""
        mapping = self.mapping
        for at in mapping.timepoints:
            visit = visits.setdefault(at.name, _Visit())
            visit.day = self.cells.day(row, at.day.replace(READER, reader), at.unit)
            self.values(row, visit, at.columns, reader)
        if mapping.visits is not None:
            name = row[mapping.visits.name]
            if not name:
                self.cells.fault(row, mapping.visits.name, "is empty; every row names its time point")
                return
            if name in visits and mapping.criteria is None:
                self.cells.fault(row, mapping.visits.name, f"{name!r} is there twice for one read")
            visit = visits.setdefault(name, _Visit())
            visit.day = self.cells.day(row, mapping.visits.day, mapping.visits.unit)
            self.values(row, visit, mapping.visits.columns, reader)

    def values(self, row: Row, visit: _Visit, columns: Columns, reader: str) -> None:
        criteria = self.mapping.criteria
        whole_row = criteria is not None and row[criteria.column] == criteria.whole
        if criteria is not None and not whole_row and row[criteria.column] != criteria.viable:
            return
        own = {name: getattr(columns, name).replace(READER, reader) for name in Columns.__dataclass_fields__}
        if (length := self.cells.length(row, own["sum_mm"])) is not None:
            visit.liver, visit.whole = (visit.liver, length) if whole_row else (length, visit.whole)
        if (length := self.cells.length(row, own["whole_mm"])) is not None:
            visit.whole = length
        if (length := self.cells.length(row, own["extra_sum_mm"])) is not None:
            visit.outside = length
        if (response := self.cells.response(row, own["response"])) is not None:
            if whole_row:
                visit.stated_whole = response
            else:
                visit.stated = response
        if (response := self.cells.response(row, own["whole_response"])) is not None:
            visit.stated_whole = response
        if own["new_lesion"]:
            word = row[own["new_lesion"]].lower()
            if word not in _YES | _NO:
                self.cells.fault(row, own["new_lesion"], f"{word!r} is neither yes nor no")
            visit.new_lesion = visit.new_lesion or word in _YES

    # --- cases into reads ------------------------------------------------------------------------------------------

    def reads_of(self, case_id: str, found: _Gathered, digest: str) -> Iterator[CohortRead]:
        """The reads of one case; a case of stated times alone has one, without any assessment."""
        usable = {reader: v for reader, visits in found.reads.items() if (v := self.in_order(case_id, reader, visits))}
        longest = max((_longest(x) for v in usable.values() for x in v.values()), default=0)
        parts = max(1, -(-longest // (LONGEST_PLAUSIBLE_MM * 10)))
        times = _with_survival(found.times)
        fields = {name: value for name, value in found.fields.items() if name != self.mapping.arm}
        for index, (reader, visits) in enumerate(usable.items(), 1):
            days_known = all(v.day is not None for v in list(visits.values())[1:])
            case = self.case(case_id, found, reader, f"read-{index}", visits, parts)
            stated = {name: v.stated for name, v in list(visits.items())[1:] if v.stated is not None}
            whole = {name: v.stated_whole for name, v in list(visits.items())[1:] if v.stated_whole is not None}
            yield CohortRead(
                case, case, f"read-{index}", reader, fields, stated, whole, times, days_known,
                any(v.is_measured for v in visits.values()), all(v.outside is None for v in visits.values()), digest,
            )  # fmt: skip
        if not usable and times:
            case = Case(case_id, reads=(Read("read-1"),), arm=found.arm or None, protocol=self.mapping.protocol or None)
            yield CohortRead(case, case, "read-1", "", fields, times=times, measured=False, head=digest)

    def in_order(self, case_id: str, reader: str, visits: Mapping[str, _Visit]) -> dict[str, _Visit]:
        """The time points that were read, in order; empty, with the reason kept, where this is no read."""
        who = f"{case_id}{f', reader {reader}' if reader else ''}"
        if not visits:
            return {}
        if self.mapping.visits is not None:
            if all(v.day is not None for v in visits.values()):
                visits = dict(sorted(visits.items(), key=lambda x: x[1].day or 0))
            visits = _with_baseline(visits)
        kept = {name: v for name, v in visits.items() if not v.is_empty}
        if not kept:
            self.left_out.append(f"{who}: nothing was read")
            return {}
        baseline = next(iter(visits))
        followed = [v for name, v in kept.items() if name != baseline]
        if any(v.is_measured for v in followed) and not (baseline in kept and kept[baseline].is_measured):
            self.left_out.append(f"{who}: no sum at baseline ({baseline})")
            return {}
        if not followed:
            self.left_out.append(f"{who}: nothing was read after the baseline")
            return {}
        kept = {baseline: visits[baseline], **{name: v for name, v in kept.items() if name != baseline}}
        days = [kept[baseline].day or 0, *(v.day for v in list(kept.values())[1:] if v.day is not None)]
        if any(later <= earlier for earlier, later in pairwise(days)):
            told = ", ".join(map(str, days))
            self.left_out.append(f"{who}: days {told} do not follow each other; read without its days")
            for visit in kept.values():
                visit.day = None
        return kept

    def case(
        self, case_id: str, found: _Gathered, reader: str, read_id: str, visits: Mapping[str, _Visit], parts: int
    ) -> Case:
        """The case with this read. A sum is told as parts; days that are not known are counted 0, 1, 2 ..."""
        known = all(v.day is not None for v in list(visits.values())[1:])
        first = next(iter(visits.values()))
        days = [(v.day or 0) if known else index for index, v in enumerate(visits.values())]
        lesions: list[Lesion] = []
        if first.liver is not None or first.whole is not None:
            lesions += [_target(f"IT{n + 1}", Region.INTRAHEPATIC) for n in range(parts)]
        if first.outside is not None:
            lesions += [_target(f"ET{n + 1}", Region.EXTRAHEPATIC) for n in range(parts)]
        if any(v.new_lesion for v in visits.values()):
            lesions.append(_NEW)
        seen = tuple(TimePointRead(name, tuple(_observations(visit, lesions, parts))) for name, visit in visits.items())
        return Case(
            case_id,
            timepoints=tuple(TimePoint(name, day) for name, day in zip(visits, days, strict=True)),
            reads=(Read(read_id, reader, lesions=tuple(lesions), timepoints=seen),),
            events=_survived(found.times.get("OS")) if known else (),
            protocol=self.mapping.protocol or None,
            arm=found.arm or None,
        )


_NEW = Lesion("IN1", Region.INTRAHEPATIC, LesionRole.NEW, Organ.LIVER, LesionKind.OTHER, site="as the table gives it")


def _target(name: str, region: Region) -> Lesion:
    liver = region is Region.INTRAHEPATIC
    axis = Axis.VIABLE_LONGEST if liver else Axis.LONGEST
    return Lesion(name, region, LesionRole.TARGET, Organ.LIVER if liver else Organ.OTHER, axis=axis, site=_STATED)


def _with_baseline(visits: Mapping[str, _Visit]) -> Mapping[str, _Visit]:
    """A table of responses may leave the baseline out: its first row, if it has a response, is a follow-up."""
    first = next(iter(visits.values()))
    if first.stated is None and first.stated_whole is None:
        return visits
    if any(v.is_measured for v in visits.values()):
        return visits
    return {"": _Visit(day=None if first.day is None else min(0, first.day - 1)), **visits}


def _survived(survival: Outcome | None) -> tuple[ClinicalEvent, ...]:
    """Death, or the last contact, of which the table states the time; days of it count from the same day 0."""
    if survival is None:
        return ()
    kind = EventKind.DEATH if survival.event else EventKind.LAST_CONTACT
    return (ClinicalEvent(kind, int(survival.days + 0.5)),)


def _observations(visit: _Visit, lesions: list[Lesion], parts: int) -> Iterator[Observation]:
    """What was found: a part of each sum; a sum that is missing leaves its parts out, so that they are not recorded."""
    for lesion in lesions:
        index = int(lesion.id[2:]) - 1
        if lesion is _NEW:
            if visit.new_lesion:
                stated = Features(certainty=Certainty.UNEQUIVOCAL, proof=Proof.POSITIVE)
                yield Observation(lesion.id, Present(), stated)
            continue
        if lesion.region is Region.EXTRAHEPATIC:
            if visit.outside is not None:
                yield Observation(lesion.id, Measured(_part(visit.outside, parts, index)))
            continue
        whole = None if visit.whole is None else _part(visit.whole, parts, index)
        finding: Finding | None = None
        if visit.liver is not None:
            viable = _part(visit.liver, parts, index)
            finding = Measured(viable, whole) if viable.tenths or whole is None else Nonviable(whole)
        elif whole is not None:
            finding = Measured(whole, whole)
        if finding is not None:
            yield Observation(lesion.id, finding)


def _part(tenths: int, parts: int, index: int) -> Diameter:
    return Diameter(tenths // parts + (index < tenths % parts))


def _longest(visit: _Visit) -> int:
    return max(visit.liver or 0, visit.whole or 0, visit.outside or 0)


def _with_survival(times: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """Stated times with what follows from them: death competes with progression; PFS is the first of the two.

    ============ =========== ===================================== ===================================
    progressed   died        PFS, where it is not stated           cumulative incidence of progression
    ============ =========== ===================================== ===================================
    yes          any         progression                           progression
    no           yes         death                                 death, on its own day
    no           no          censored as TTP                       censored as TTP
    ============ =========== ===================================== ===================================
    """
    found = dict(times)
    progression, survival = times.get("TTP"), times.get("OS")
    if progression is None or survival is None:
        return found
    died = survival.event and not progression.event and survival.days >= progression.days
    if died:
        found["TTP"] = Outcome(progression.days, False, progression.reason, progression.source, 2, survival.days)
    if "PFS" not in times:
        ended = survival if died else progression
        found["PFS"] = Outcome(
            ended.days,
            ended.event,
            Why.STATED,
            f"{progression.source} and {survival.source}",
            int(ended.event),
            ended.days,
        )
    return found
