"""Clinical data that have dates of their own: laboratory values, enrolment, and the course of a treatment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


class Analyte(StrEnum):
    """What a laboratory measured."""

    BILIRUBIN = "bilirubin"
    ALBUMIN = "albumin"
    INR = "inr"
    AST = "ast"
    ALT = "alt"
    NEUTROPHILS = "neutrophils"
    HAEMOGLOBIN = "haemoglobin"
    PLATELETS = "platelets"
    CREATININE = "creatinine"
    AFP = "afp"
    PIVKA_II = "pivka_ii"


class Bound(StrEnum):
    """Whether the laboratory gave a number, or only that the value lies above or below one."""

    NONE = ""
    ABOVE = ">"
    BELOW = "<"


@dataclass(frozen=True, slots=True)
class LabValue:
    """One value as it was typed, and what it is in the unit of the rules.

    Attributes
    ----------
    value : Fraction
        The number as typed, in `unit`.
    canonical : Fraction or None
        The same in `canonical_unit`; None where it cannot be told: multiples of an upper limit that is not known.
    upper_limit : Fraction or None
        The laboratory's upper limit of normal, in `unit`.
    confirmed : bool
        The value lies outside the plausible range, and whoever entered it said that it is as typed.
    """

    analyte: Analyte
    value: Fraction
    unit: str
    canonical: Fraction | None
    canonical_unit: str
    bound: Bound = Bound.NONE
    upper_limit: Fraction | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class LabSet:
    """The values of one blood sample; `on` is its date as far as it is known."""

    id: str
    on: date
    values: tuple[LabValue, ...]

    def of(self, analyte: Analyte) -> LabValue | None:
        return next((x for x in self.values if x.analyte is analyte), None)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Consent, enrolment, randomisation; None is "not recorded"."""

    consented: date | None = None
    enrolled: date | None = None
    randomised: date | None = None
    arm: str = ""


@dataclass(frozen=True, slots=True)
class DoseChange:
    """From `on` the dose is `dose`; an interruption is a dose of its own words."""

    on: date
    dose: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TreatmentCycle:
    """One cycle of a treatment that is given in cycles, such as HAIC; `number` counts from 1."""

    number: int
    on: date
    until: date | None = None
    dose: str = ""
