"""What a time point takes of a row of laboratory values, on request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from app.labs.entry import question
from app.labs.units import ANALYTES
from app.state.clinical import Analyte, Bound, LabSet
from app.state.dates import Precision, precision_of
from app.state.record import Record
from mrecist.case import ClinicalStatus, Marker

_MARKERS = (Analyte.AFP, Analyte.PIVKA_II)


@dataclass(frozen=True, slots=True)
class Filled:
    """The status with the values of the row; `changed` names what it had otherwise, `left` what cannot be used."""

    status: ClinicalStatus
    taken: tuple[str, ...]
    changed: tuple[str, ...]
    left: tuple[str, ...]


def fill(record: Record, visit_id: str, labs: LabSet) -> Filled:
    """The clinical status of a time point with these values in it; what the row does not have stays as it was.

    Raises
    ------
    ValueError
        If the row has no full date or day 0 is not confirmed: the age of the values is part of the status.
    """
    if precision_of(labs.on) is not Precision.DAY:
        raise ValueError(f"Only the month of these values is known ({labs.on.isoformat()}); type their day first.")
    if record.day0 is None:
        raise ValueError("Confirm baseline and day 0 first: the day of the values is counted from it.")
    visit = record.visit(visit_id)
    before = (visit.clinical if visit else None) or ClinicalStatus()
    change: dict[str, Any] = {"labs_day": record.day(labs.on)}
    taken, changed, left = [], [], []
    for value in labs.values:
        rule = ANALYTES[value.analyte]
        new = usable(value.canonical, value.bound, value.analyte)
        if question(value):
            left.append(f"{rule.name} (not confirmed as typed)")
        elif new is None:
            left.append(f"{rule.name} ({'no upper limit' if value.canonical is None else 'only a bound is known'})")
        else:
            old = getattr(before, rule.attribute)
            taken.append(rule.name)
            if old is not None and old != new:
                changed.append(rule.name)
            change[rule.attribute] = new
    return Filled(replace(before, **change), tuple(taken), tuple(changed), tuple(left))


def usable(canonical: Fraction | None, bound: Bound, analyte: Analyte) -> Fraction | Marker | None:
    """As the status keeps it; None where it has no place for it."""
    if canonical is None or bound is Bound.BELOW:
        return None
    if analyte in _MARKERS:
        return Marker(canonical, bound is Bound.ABOVE)
    return canonical if bound is Bound.NONE else None
