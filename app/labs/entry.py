"""What is typed into a cell, as an exact laboratory value; never changed, never guessed at."""

from __future__ import annotations

import re
from fractions import Fraction

from app.labs.units import ANALYTES, ULN, AnalyteUnits, Unit
from app.state.clinical import Analyte, Bound, LabValue

_CELL = re.compile(r"([<>]?)\s*([0-9][0-9.,]*)\s*(.*)", re.DOTALL)
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,}", re.ASCII)
_COMMA_OF_TWO_MEANINGS = re.compile(r"[1-9]\d{0,2},\d{3}", re.ASCII)
_MOST_DIGITS = 24


class EntryRefused(ValueError):
    """A cell cannot be read; the message says why and what to write instead."""


def exact_number(text: str) -> Fraction:
    """A number as it is written: 1.4, 1,4, 1,234,567 or 1,234.5; exactly.

    Raises
    ------
    EntryRefused
        If it is no such number. ``35,000`` may be thirty-five or thirty-five thousand: it is not taken for either.
    """
    written = text.strip()
    if len(written) > _MOST_DIGITS:
        raise EntryRefused("the number is too long")
    if _COMMA_OF_TWO_MEANINGS.fullmatch(written):
        raise EntryRefused(f"{written} may be {written.replace(',', '')} or {written.replace(',', '.')}; write which")
    if _THOUSANDS.fullmatch(written):
        return Fraction(written.replace(",", ""))
    if re.fullmatch(r"[0-9]+([.,][0-9]+)?", written):
        return Fraction(written.replace(",", "."))
    raise EntryRefused(f"{written!r} is no number, such as 1.1")


def read_value(
    analyte: Analyte, text: str, unit: str, upper_limit: Fraction | None = None, confirmed: bool = False
) -> LabValue:
    """The value of a cell: a number, with ``>`` or ``<`` before it and a unit after it if that is not the column's.

    Parameters
    ----------
    unit
        The unit of the column.
    upper_limit
        The laboratory's upper limit in the column's unit.

    Raises
    ------
    EntryRefused
        If it is no number, or the unit is not one of this analyte.
    """
    rule = ANALYTES[analyte]
    matched = _CELL.fullmatch(text.strip())
    if matched is None:
        raise EntryRefused(f"{rule.name}: {text.strip()!r} is no number, such as 1.1 or >35000")
    sign, digits, own_unit = matched.groups()
    try:
        number = exact_number(digits)
    except EntryRefused as refused:
        raise EntryRefused(f"{rule.name}: {refused}") from refused
    known = rule.unit(own_unit or unit)
    if known is None and (why := rule.why_refused(own_unit or unit)):
        raise EntryRefused(why)
    if known is None:
        raise EntryRefused(f"{rule.name}: the unit {own_unit or unit!r} is none of {_units(rule)}")
    limit = upper_limit if known == rule.unit(unit) else None
    return LabValue(
        analyte, number, known.text, _canonical(number, known, limit), rule.canonical, Bound(sign), limit, confirmed
    )


def _units(rule: AnalyteUnits) -> str:
    return ", ".join(x.text or "no unit" for x in rule.units)


def _canonical(number: Fraction, unit: Unit, upper_limit: Fraction | None) -> Fraction | None:
    if unit.factor is not None:
        return number * unit.factor
    return None if not upper_limit else number / upper_limit


def question(value: LabValue) -> str:
    """What to ask about a value outside the plausible range; empty where there is nothing to ask."""
    rule = ANALYTES[value.analyte]
    unit = rule.unit(value.unit)
    if value.confirmed or unit is None:
        return ""
    least, most, number, said = rule.least, rule.most, value.canonical, rule.canonical
    if unit.least is not None and unit.most is not None and not unit.least <= value.value <= unit.most:
        least, most, number, said = unit.least, unit.most, value.value, unit.text
    if number is None or least <= number <= most:
        return ""
    shown = f"{number_text(value.value)} {value.unit}".strip()
    return f"{rule.name} {shown}: {number_text(least)} to {number_text(most)} {said}".strip() + " is usual. As typed?"


def number_text(number: Fraction) -> str:
    """A number with as many decimals as it has, three at most; ``≈`` before one that has more."""
    for places in range(4):
        if (number * 10**places).denominator == 1:
            return f"{float(number):.{places}f}" if places else str(number)
    return f"≈{float(number):.3g}" if number < 1 else f"≈{float(number):.2f}"


def exact_text(number: Fraction) -> str:
    """The shortest decimal text of a number that was typed; it reads back as the same number."""
    places = next((n for n in range(_MOST_DIGITS) if (number * 10**n).denominator == 1), None)
    if places is None:
        return str(number)
    scaled = str(int(number * 10**places)).rjust(places + 1, "0")
    return f"{scaled[:-places]}.{scaled[-places:]}" if places else scaled


def typed_text(value: LabValue) -> str:
    """The value as it was typed, in its unit."""
    return f"{value.bound}{exact_text(value.value)}"


def canonical_text(value: LabValue) -> str:
    """The value in the unit of the rules, or what is missing for it."""
    if value.canonical is None:
        return "no upper limit" if value.canonical_unit == ULN else ""
    return f"{value.bound}{number_text(value.canonical)} {value.canonical_unit}".strip()
