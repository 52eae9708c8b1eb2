"""What the columns of a table of clinical data mean: a mapping, in TOML, proposed from the heading and confirmed.

A mapping that was confirmed is kept for the layout of its file, that is for the names of its columns in their order.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from app.labs.entry import EntryRefused, exact_number
from app.labs.meanings import DATED, HEADINGS, OF_A_ROW, STATUS, Meaning
from app.labs.meanings import plain as _plain
from app.labs.units import ANALYTES, spelling
from app.state.clinical import Analyte
from mrecist.tomltables import read_table

DateOrder = Literal["YYYY-MM-DD", "DD-MM-YYYY", "MM-DD-YYYY"]
DATE_ORDERS: tuple[DateOrder, ...] = ("YYYY-MM-DD", "DD-MM-YYYY", "MM-DD-YYYY")

_NAMES: Mapping[Analyte, tuple[str, ...]] = MappingProxyType(
    {
        Analyte.BILIRUBIN: ("bilirubin", "totalbilirubin", "tbil", "tbilirubin", "bilirubintotal", "bil"),
        Analyte.ALBUMIN: ("albumin", "alb"),
        Analyte.INR: ("inr", "ptinr", "pt(inr)"),
        Analyte.AST: ("ast", "got", "sgot"),
        Analyte.ALT: ("alt", "gpt", "sgpt"),
        Analyte.NEUTROPHILS: ("neutrophils", "anc", "neutrophil", "absoluteneutrophilcount"),
        Analyte.HAEMOGLOBIN: ("haemoglobin", "hemoglobin", "hb", "hgb"),
        Analyte.PLATELETS: ("platelets", "platelet", "plt", "plateletcount"),
        Analyte.CREATININE: ("creatinine", "cr", "crea", "scr"),
        Analyte.AFP: ("afp", "alphafetoprotein", "afoetoprotein"),
        Analyte.PIVKA_II: ("pivkaii", "pivka2", "pivka", "dcp"),
    }
)
_DATES = (
    *("date", "day", "sampledate", "labdate", "collectiondate", "collected", "visitdate", "eventdate"),
    *("treatmentdate", "startdate", "start", "begun", "begunon", "from"),
)
GRAYS = ("Gy", "cGy")
_CASES = ("case", "caseid", "patient", "patientid", "subject", "subjectid")


class MappingError(ValueError):
    """The text is no mapping; the message names every fault."""


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """The column of an analyte; its unit, and the laboratory's upper limit, are said here or have columns."""

    analyte: str
    column: str
    unit: str = ""
    unit_column: str = ""
    upper_limit: str = ""
    upper_limit_column: str = ""


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """The column of something else than a laboratory value: `meaning` is one of `Meaning`; a dose of radiation has a
    unit, Gy or cGy."""

    meaning: str
    column: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ClinicalMapping:
    """A mapping: the column of the date, the order of its parts, the columns of the values and of other data.

    `case` is the column of the case or patient, where the table is of many: only rows of the case are read. `date` is
    empty where each column has dates of its own.
    """

    date: str = ""
    values: tuple[ValueColumn, ...] = ()
    date_order: DateOrder = "YYYY-MM-DD"
    case: str = ""
    fields: tuple[FieldColumn, ...] = ()

    def column(self, meaning: Meaning) -> str:
        """The column of that meaning; empty where there is none."""
        return next((x.column for x in self.fields if x.meaning == meaning), "")

    def columns(self) -> Iterator[str]:
        """Every column that it names."""
        if self.date:
            yield self.date
        if self.case:
            yield self.case
        for one in self.values:
            yield from (x for x in (one.column, one.unit_column, one.upper_limit_column) if x)
        yield from (x.column for x in self.fields)


def parse_mapping(text: str) -> ClinicalMapping:
    """Read a mapping from TOML text.

    Raises
    ------
    MappingError
        If it is no TOML, a key is missing or unknown, or an analyte, a unit or a limit is none.
    """
    mapping, faults = read_table(ClinicalMapping, text)
    if mapping is not None:
        faults = list(_faults(mapping))
    if mapping is None or faults:
        raise MappingError("not a mapping: " + "; ".join(faults))
    return mapping


def _faults(mapping: ClinicalMapping) -> Iterator[str]:
    if not mapping.values and not mapping.fields:
        yield "values and fields are empty: name a column"
    yield from _field_faults(mapping)
    names = [x.analyte for x in mapping.values]
    yield from (f"values: {x} is there twice" for x in dict.fromkeys(names) if names.count(x) > 1)
    for at, one in enumerate(mapping.values):
        where = f"values[{at}] ({one.column})"
        if one.analyte not in list(Analyte):
            yield f"{where}: {one.analyte!r} is none of {', '.join(Analyte)}"
            continue
        rule = ANALYTES[Analyte(one.analyte)]
        in_heading = "" if one.unit_column else rule.why_refused(_named(one.column)[1])
        if why := rule.why_refused(one.unit) or in_heading:
            yield f"{where}: {why}"
        elif not one.unit_column and rule.unit(one.unit) is None:
            yield f"{where}: the unit {one.unit!r} is none of {', '.join(x.text or 'no unit' for x in rule.units)}"
        if one.upper_limit:
            try:
                exact_number(one.upper_limit)
            except EntryRefused as refused:
                yield f"{where}: upper_limit: {refused}"


def _field_faults(mapping: ClinicalMapping) -> Iterator[str]:
    meanings = [x.meaning for x in mapping.fields]
    for at, one in enumerate(mapping.fields):
        where = f"fields[{at}] ({one.column})"
        if one.meaning not in list(Meaning):
            yield f"{where}: {one.meaning!r} is none of {', '.join(Meaning)}"
        elif meanings.count(one.meaning) > 1 and one.meaning not in list(DATED):
            yield f"{where}: {one.meaning} is there twice"
        elif one.meaning == Meaning.DOSE_GY and one.unit not in GRAYS:
            yield f"{where}: the unit {one.unit!r} is none of {', '.join(GRAYS)}"
        elif one.meaning in OF_A_ROW and Meaning.WHAT not in meanings:
            yield f"{where}: {one.meaning} needs a column that says what was given: meaning = {Meaning.WHAT.value!r}"
    needing = bool(mapping.values) or Meaning.WHAT in meanings
    needing |= any(x in meanings for x in STATUS) and Meaning.TIME_POINT not in meanings
    if needing and not mapping.date:
        yield "date is empty: name the column of the date"


def mapping_text(mapping: ClinicalMapping) -> str:
    """The mapping as TOML text that reads back as itself."""
    lines = [f"date = {_quoted(mapping.date)}"] if mapping.date else []
    lines.append(f"date_order = {_quoted(mapping.date_order)}")
    if mapping.case:
        lines.append(f"case = {_quoted(mapping.case)}")
    for one in mapping.values:
        lines += ["", "[[values]]", f"analyte = {_quoted(one.analyte)}", f"column = {_quoted(one.column)}"]
        for key in ("unit", "unit_column", "upper_limit", "upper_limit_column"):
            if text := getattr(one, key):
                lines.append(f"{key} = {_quoted(text)}")
    for field in mapping.fields:
        lines += ["", "[[fields]]", f"meaning = {_quoted(field.meaning)}", f"column = {_quoted(field.column)}"]
        if field.unit:
            lines.append(f"unit = {_quoted(field.unit)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML basic string


def proposed_mapping(columns: Sequence[str]) -> ClinicalMapping | None:
    """A mapping guessed from the names of the columns, to be confirmed; None where nothing is recognised.

    A unit is taken from the heading alone (``T-Bil (umol/L)``); without one it is left empty, which is no mapping yet.
    """
    on = next((c for c in columns if _plain(c) in _DATES), None)
    values: list[ValueColumn] = []
    for column in columns:
        name, unit = _named(column)
        analyte = next((a for a, known in _NAMES.items() if _plain(name) in known), None)
        if analyte is None or any(x.analyte == analyte for x in values):
            continue
        limits = (f"{name}uln", f"{name}upperlimit", f"{name}limit")
        limit = next((c for c in columns if _plain(c) in [_plain(x) for x in limits]), "")
        unit_column = next((c for c in columns if _plain(c) == _plain(f"{name}unit")), "")
        found = ANALYTES[analyte].unit(unit)
        values.append(
            ValueColumn(analyte.value, column, found.text if found else "", unit_column, upper_limit_column=limit)
        )
    case = next((c for c in columns if _plain(c) in _CASES), "")
    taken = {on, case, *(y for x in values for y in (x.column, x.unit_column, x.upper_limit_column))}
    fields = _proposed_fields([c for c in columns if c not in taken])
    if on is None:  # without one, only columns with dates of their own can be read
        values, fields = [], tuple(x for x in fields if x.meaning in DATED or x.meaning == Meaning.ARM)
    if not values and not any(x.meaning != Meaning.TIME_POINT for x in fields):
        return None
    return ClinicalMapping(on or "", tuple(values), case=case, fields=fields)


def _proposed_fields(columns: Sequence[str]) -> tuple[FieldColumn, ...]:
    found: list[FieldColumn] = []
    for column in columns:
        name, unit = _named(column)
        meaning = next((m for m, known in HEADINGS.items() if {_plain(name), _plain(column)} & set(known)), None)
        if meaning is None or (meaning not in DATED and any(x.meaning == meaning for x in found)):
            continue
        gray = next((x for x in GRAYS if x.lower() in (unit.lower(), _plain(column)[-len(x) :])), "")
        if meaning is Meaning.DOSE and gray:
            meaning = Meaning.DOSE_GY
        if meaning is Meaning.DOSE_GY:
            gray = "cGy" if "cgy" in column.lower() else gray
        found.append(FieldColumn(meaning.value, column, gray if meaning is Meaning.DOSE_GY else ""))
    if not any(x.meaning == Meaning.WHAT for x in found):
        found = [x for x in found if x.meaning not in OF_A_ROW]
    return tuple(found)


def _named(column: str) -> tuple[str, str]:
    """The name and the unit of a heading: ``AFP (ng/mL)``, ``AFP [ng/mL]``, ``AFP, ng/mL``."""
    found = re.fullmatch(r"(.+?)\s*[(\[]\s*([^()\[\]]+?)\s*[)\]]|(.+?),\s*(.+)", column)
    if found is None:
        return column, ""
    name, unit = found[1] or found[3], found[2] or found[4]
    return (column, "") if spelling(unit) == "inr" else (name, unit)


def unit_of(column: str) -> str:
    """The unit that a heading names; empty where it names none."""
    return _named(column)[1]


def kept_mapping(folder: Path, columns: Sequence[str]) -> ClinicalMapping | None:
    """The mapping that was confirmed for this layout before; None if there is none that can be read."""
    try:
        return parse_mapping(_file(folder, columns).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, MappingError):
        return None


def keep_mapping(folder: Path, columns: Sequence[str], mapping: ClinicalMapping) -> None:
    """Keep a confirmed mapping for the files of this layout; raises OSError if it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    target = _file(folder, columns)
    part = target.with_suffix(".part")
    part.write_text(mapping_text(mapping), encoding="utf-8")
    part.replace(target)


def _file(folder: Path, columns: Sequence[str]) -> Path:
    return folder / f"{hashlib.sha256(json.dumps(list(columns)).encode()).hexdigest()[:32]}.toml"
