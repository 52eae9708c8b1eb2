"""What the rows of a table add to a case beside laboratory values; nothing is recorded, overwritten or added twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from app.cohort.sheets import Row
from app.labs.entry import EntryRefused, exact_number, exact_text
from app.labs.mapping import ClinicalMapping
from app.labs.meanings import (
    Meaning,
    Step,
    What,
    is_own_word,
    read_ascites,
    read_grade,
    read_step,
    read_what,
)
from app.state.clinical import DoseChange, Enrolment, TreatmentCycle
from app.state.clinical_edits import check_treatment
from app.state.dates import in_order, last_day
from app.state.record import DatedEvent, DatedTreatment, Record
from app.state.refusal import EditRefused
from mrecist.case import Ascites, ClinicalStatus, EventKind, TreatmentKind

_MOST_GY, _MOST_FRACTIONS = 100, 50
_Recorded = TypeVar("_Recorded", DatedTreatment, DatedEvent, Enrolment, DoseChange, TreatmentCycle)


class RowRefused(ValueError):
    """A row, or what it says, is not taken; the message says why."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one row adds, in words; `asks` is the question about what is unusual in it, empty where there is none."""

    text: str
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What a row says of a treatment, an event or a step of the enrolment."""

    what: What
    on: date
    step: Step = Step.BEGUN
    until: date | None = None
    dose: str = ""
    cycle: int | None = None
    dose_gy: Fraction | None = None
    fractions: int | None = None
    note: str = ""
    written: str = ""
    """What it is called in the table, and the dose as written there, where the program keeps other words."""


class Additions:
    """A case as it would be with the rows that were taken so far."""

    def __init__(self, record: Record, new_id: Callable[[], str], today: date) -> None:
        self._record, self._new_id, self._today = record, new_id, today
        self._treatments = {x.id: x for x in record.treatments}
        self._events = {x.id: x for x in record.events}
        self.enrolment = record.enrolment
        self._statuses = {v.id: v.clinical or ClinicalStatus() for v in record.visits}

    # --- what has changed ---------------------------------------------------------------------------------------

    @property
    def treatments(self) -> tuple[DatedTreatment, ...]:
        return tuple(x for x in self._treatments.values() if x not in self._record.treatments)

    @property
    def events(self) -> tuple[DatedEvent, ...]:
        return tuple(x for x in self._events.values() if x not in self._record.events)

    @property
    def new_enrolment(self) -> Enrolment | None:
        return None if self.enrolment == self._record.enrolment else self.enrolment

    @property
    def statuses(self) -> tuple[tuple[str, ClinicalStatus], ...]:
        before = {v.id: v.clinical or ClinicalStatus() for v in self._record.visits}
        return tuple((name, status) for name, status in self._statuses.items() if status != before[name])

    # --- rows ---------------------------------------------------------------------------------------------------

    def take(self, given: Given, as_typed: bool) -> Told | None:
        """Take what a row says; None where it is recorded already. What is asked about is taken only `as_typed`.

        Raises
        ------
        RowRefused
            If it differs from what is recorded, or does not fit it.
        """
        told = Told(_text(given), self._question(given))
        before = dict(self._treatments), dict(self._events), self.enrolment
        if isinstance(given.what, TreatmentKind):
            new = self._take_treatment(given, given.what)
        elif isinstance(given.what, EventKind):
            new = self._take_event(given, given.what)
        else:
            new = self._take_enrolment(given.what.value, given.on)
        if told.asks and not as_typed:
            self._treatments, self._events, self.enrolment = before
        return told if new else None

    def take_arm(self, arm: str) -> Told | None:
        """Take the arm; None where it is recorded already. Raises RowRefused."""
        return Told(f"arm {arm}") if self._take_enrolment("arm", arm) else None

    def take_status(self, visit_id: str, field: str, value: int | Ascites) -> Told | None:
        """Take ECOG, ascites or encephalopathy of a time point; None where it is recorded already.

        Raises
        ------
        RowRefused
            If the time point has another value, or is signed.
        """
        status = self._statuses[visit_id]
        there = getattr(status, field)
        name = "ECOG" if field == "ecog" else field
        if there == value:
            return None
        if there is not None:
            raise RowRefused(f"{visit_id} has {name} {there} already; correct it there if this is right")
        if any(x.visit_id == visit_id for x in self._record.signed):
            raise RowRefused(f"{visit_id} is signed; amend it first")
        change: dict[str, Any] = {field: value}
        self._statuses[visit_id] = replace(status, **change)
        return Told(f"{name} {value} at {visit_id}")

    def visit_of(self, name: str, on: date | None) -> str:
        """The time point of a row: by its name, else that of which an exam is of its date. Raises RowRefused."""
        known = ", ".join(f"{v.id} {v.on.isoformat()}" for v in self._record.visits) or "none"
        if name:
            if self._record.visit(name) is None:
                raise RowRefused(f"there is no time point {name}; there are: {known}")
            return name
        found = [v.id for v in self._record.visits if on is not None and on in (v.on, *v.exam_dates)]
        if len(found) != 1:
            told = on.isoformat() if on is not None else "this date"
            raise RowRefused(f"no time point is of {told}; give its name in a column. There are: {known}")
        return found[0]

    # --- inside -------------------------------------------------------------------------------------------------

    def _question(self, given: Given) -> str:
        born = self._record.patient.birth_date
        if given.on > self._today:
            return f"{given.on.isoformat()} is still to come. As typed?"
        if born is not None and last_day(given.on) < born:
            return f"{given.on.isoformat()} is before the patient's birth. As typed?"
        if given.dose_gy is not None and not 1 <= given.dose_gy <= _MOST_GY:
            return f"{exact_text(given.dose_gy)} Gy: 1 to {_MOST_GY} Gy is usual. As typed?"
        if given.fractions is not None and given.fractions > _MOST_FRACTIONS:
            return f"{given.fractions} fractions: 1 to {_MOST_FRACTIONS} is usual. As typed?"
        return ""

    def _take_treatment(self, given: Given, kind: TreatmentKind) -> bool:
        old: DatedTreatment | None
        if given.cycle is not None:
            old, new = self._with_cycle(given, kind, given.cycle)
        elif given.step is Step.BEGUN:
            old, new = self._begun(given, kind)
        else:
            old = self._running(kind, given.on)
            if old is None:
                raise RowRefused(f"no {kind.value} is recorded that runs on {given.on.isoformat()}")
            new = _changed(old, given) if given.step is Step.DOSE_CHANGE else _filled(old, until=given.on)
        if old == new:
            return False
        try:
            check_treatment(new)
        except EditRefused as refused:
            raise RowRefused(refused.reason) from refused
        self._treatments[new.id] = new
        return True

    def _begun(self, given: Given, kind: TreatmentKind) -> tuple[DatedTreatment | None, DatedTreatment]:
        said: dict[str, Any] = {
            "until": given.until, "dose": given.dose, "note": given.note,
            "dose_gy": given.dose_gy, "fractions": given.fractions,
        }  # fmt: skip
        old = next((x for x in self._treatments.values() if (x.kind, x.on) == (kind, given.on)), None)
        if old is not None:
            return old, _filled(old, **said)
        return None, DatedTreatment(self._new_id(), kind, given.on, **said)

    def _with_cycle(self, given: Given, kind: TreatmentKind, number: int) -> tuple[DatedTreatment, DatedTreatment]:
        """The course with this cycle; one that runs, or a new one."""
        cycle = TreatmentCycle(number, given.on, given.until, given.dose)
        courses = [x for x in self._treatments.values() if x.kind is kind]
        for course in courses:
            same = next((x for x in course.cycles if (x.number, x.on) == (number, given.on)), None)
            if same is not None:
                full = _filled(same, until=given.until, dose=given.dose)
                return course, replace(course, cycles=tuple(full if x is same else x for x in course.cycles))
        running = self._running(kind, given.on)
        if running is not None and all(x.number < number for x in running.cycles):
            return running, replace(running, cycles=(*running.cycles, cycle))
        clash = next((x for c in courses for x in c.cycles if x.number == number), None)
        if clash is not None and number > 1:
            told = f"cycle {number} of {kind.value} is recorded on {clash.on.isoformat()}"
            raise RowRefused(f"{told}; correct it there if this is right")
        made = DatedTreatment(self._new_id(), kind, given.on, note=given.note, cycles=(cycle,))
        return replace(made, cycles=()), made

    def _running(self, kind: TreatmentKind, on: date) -> DatedTreatment | None:
        """The treatment of that kind that was begun last and not ended before a day."""
        found = [
            x
            for x in self._treatments.values()
            if x.kind is kind and x.on <= on and (x.until is None or last_day(x.until) >= on)
        ]
        return max(found, key=lambda x: in_order(x.on), default=None)

    def _take_event(self, given: Given, kind: EventKind) -> bool:
        there = [x for x in self._events.values() if x.kind is kind]
        same = next((x for x in there if x.on == given.on), None)
        if same is not None:
            self._events[same.id] = _filled(same, note=given.note)
            return self._events[same.id] != same
        if there and kind in (EventKind.DEATH, EventKind.CONSENT_WITHDRAWN):
            name = kind.value.replace("_", " ")
            raise RowRefused(f"{name} is recorded on {there[0].on.isoformat()}; correct it there if this is right")
        made = DatedEvent(self._new_id(), kind, given.on, given.note)
        self._events[made.id] = made
        return True

    def _take_enrolment(self, field: str, value: date | str) -> bool:
        before = self.enrolment
        self.enrolment = _filled(before, **{field: value})
        return self.enrolment != before


def read_given(row: Row, mapping: ClinicalMapping, on: date | None, read_date: Callable[[str], date]) -> Given | None:
    """What a row says by its columns of treatments and events; None where it names nothing.

    Raises
    ------
    RowRefused
        If a cell cannot be read; the message says which.
    """
    texts = {m: row[column] for m in Meaning if (column := mapping.column(m))}
    name = texts.get(Meaning.WHAT, "")
    said = [m for m in (Meaning.STEP, Meaning.UNTIL, Meaning.DOSE, Meaning.CYCLE, Meaning.DOSE_GY, Meaning.FRACTIONS)
            if texts.get(m)]  # fmt: skip
    if not name:
        if said:
            raise RowRefused(f"{', '.join(mapping.column(m) for m in said)}: it is not said of what")
        return None
    if on is None:
        raise RowRefused(f"{name}: the date is missing")
    try:
        what = read_what(name)
        step = read_step(texts.get(Meaning.STEP, ""))
        until = read_date(text) if (text := texts.get(Meaning.UNTIL, "")) else None
        cycle = _whole(text) if (text := texts.get(Meaning.CYCLE, "")) else None
        fractions = _whole(text) if (text := texts.get(Meaning.FRACTIONS, "")) else None
        gy, gy_written = _grays(texts.get(Meaning.DOSE_GY, ""), mapping)
    except (ValueError, EntryRefused) as error:
        raise RowRefused(str(error)) from error
    note = texts.get(Meaning.NOTE, "")
    if isinstance(what, TreatmentKind) and not is_own_word(name, what) and name.lower() not in note.lower():
        note = f"{name}; {note}" if note else name
    if isinstance(what, TreatmentKind):
        if step is Step.DOSE_CHANGE and not texts.get(Meaning.DOSE):
            raise RowRefused("a dose change needs the dose from then on, in words if it was interrupted")
        return Given(what, on, step, until, texts.get(Meaning.DOSE, ""), cycle, gy, fractions, note, gy_written)
    if said:
        raise RowRefused(f"{', '.join(mapping.column(m) for m in said)}: {name} is no treatment")
    return Given(what, on, note=note if isinstance(what, EventKind) else "")


def read_status(meaning: Meaning, text: str) -> tuple[str, int | Ascites]:
    """The field of the clinical status and its value. Raises RowRefused."""
    try:
        if meaning is Meaning.ECOG:
            return "ecog", read_grade(text, 5)
        if meaning is Meaning.ENCEPHALOPATHY:
            return "encephalopathy", read_grade(text, 4)
        return "ascites", read_ascites(text)
    except ValueError as error:
        raise RowRefused(str(error)) from error


def _grays(text: str, mapping: ClinicalMapping) -> tuple[Fraction | None, str]:
    """The dose in Gy, and as it is written where that is another unit."""
    if not text:
        return None, ""
    unit = next(x.unit for x in mapping.fields if x.meaning == Meaning.DOSE_GY)
    number = exact_number(text)
    return (number / 100, f"{text} cGy") if unit == "cGy" else (number, "")


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1000):
        raise ValueError(f"{text!r} is no whole number from 1 on")
    return int(text)


def _changed(old: DatedTreatment, given: Given) -> DatedTreatment:
    there = next((x for x in old.dose_changes if x.on == given.on), None)
    if there is not None:
        full = _filled(there, dose=given.dose, reason=given.note)
        return replace(old, dose_changes=tuple(full if x is there else x for x in old.dose_changes))
    new = (*old.dose_changes, DoseChange(given.on, given.dose, given.note))
    return replace(old, dose_changes=tuple(sorted(new, key=lambda x: in_order(x.on))))


def _filled(old: _Recorded, **said: Any) -> _Recorded:
    """With what is said where nothing is recorded yet; raises RowRefused where something else is."""
    change: dict[str, Any] = {}
    for field, value in said.items():
        there = getattr(old, field)
        if value in (None, "") or value == there:
            continue
        if there not in (None, ""):
            told = there.isoformat() if isinstance(there, date) else there
            raise RowRefused(
                f"{field.replace('_', ' ')}: {told} is recorded already; correct it there if this is right"
            )
        change[field] = value
    return replace(old, **change) if change else old


def _text(given: Given) -> str:
    """What a row says in one line: ``sorafenib, dose change, 400 mg once daily``."""
    parts: list[str] = [given.what.value.replace("_", " ")]
    if given.cycle is not None:
        parts.append(f"cycle {given.cycle}")
    elif given.step is not Step.BEGUN:
        parts.append(given.step.value)
    parts += _said_of(given)
    return ", ".join(parts)


def _said_of(given: Given) -> Iterable[str]:
    if given.dose:
        yield given.dose
    if given.dose_gy is not None:
        gy = f"{exact_text(given.dose_gy)} Gy"
        yield f"{given.written} = {gy}" if given.written else gy
    if given.fractions is not None:
        yield f"{given.fractions} fractions"
    if given.until is not None:
        yield f"until {given.until.isoformat()}"
    if given.note:
        yield given.note
