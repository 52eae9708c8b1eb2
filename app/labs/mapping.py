"""What the columns of a table of laboratory values mean: a mapping, in TOML, proposed from the heading and confirmed.

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
_DATES = ("date", "sampledate", "labdate", "collectiondate", "collected", "day")
_CASES = ("case", "caseid", "patient", "patientid", "subject", "subjectid")


class LabMappingError(ValueError):
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
class LabMapping:
    """A mapping: the column of the date, the order of its parts, the columns of the values.

    `case` is the column of the case or patient, where the table is of many: only rows of the case are read.
    """

    date: str
    values: tuple[ValueColumn, ...]
    date_order: DateOrder = "YYYY-MM-DD"
    case: str = ""

    def columns(self) -> Iterator[str]:
        """Every column that it names."""
        yield self.date
        if self.case:
            yield self.case
        for one in self.values:
            yield from (x for x in (one.column, one.unit_column, one.upper_limit_column) if x)


def parse_mapping(text: str) -> LabMapping:
    """Read a mapping from TOML text.

    Raises
    ------
    LabMappingError
        If it is no TOML, a key is missing or unknown, or an analyte, a unit or a limit is none.
    """
    mapping, faults = read_table(LabMapping, text)
    if mapping is not None:
        faults = list(_faults(mapping))
    if mapping is None or faults:
        raise LabMappingError("not a mapping: " + "; ".join(faults))
    return mapping


def _faults(mapping: LabMapping) -> Iterator[str]:
    if not mapping.values:
        yield "values is empty: name a column"
    names = [x.analyte for x in mapping.values]
    yield from (f"values: {x} is there twice" for x in dict.fromkeys(names) if names.count(x) > 1)
    for at, one in enumerate(mapping.values):
        where = f"values[{at}] ({one.column})"
        if one.analyte not in list(Analyte):
            yield f"{where}: {one.analyte!r} is none of {', '.join(Analyte)}"
            continue
        rule = ANALYTES[Analyte(one.analyte)]
        if not one.unit_column and rule.unit(one.unit) is None:
            yield f"{where}: the unit {one.unit!r} is none of {', '.join(x.text or 'no unit' for x in rule.units)}"
        if one.upper_limit:
            try:
                exact_number(one.upper_limit)
            except EntryRefused as refused:
                yield f"{where}: upper_limit: {refused}"


def mapping_text(mapping: LabMapping) -> str:
    """The mapping as TOML text that reads back as itself."""
    lines = [f"date = {_quoted(mapping.date)}", f"date_order = {_quoted(mapping.date_order)}"]
    if mapping.case:
        lines.append(f"case = {_quoted(mapping.case)}")
    for one in mapping.values:
        lines += ["", "[[values]]", f"analyte = {_quoted(one.analyte)}", f"column = {_quoted(one.column)}"]
        for key in ("unit", "unit_column", "upper_limit", "upper_limit_column"):
            if text := getattr(one, key):
                lines.append(f"{key} = {_quoted(text)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML basic string


def proposed_mapping(columns: Sequence[str]) -> LabMapping | None:
    """A mapping guessed from the names of the columns, to be confirmed; None where there is no date or no value.

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
    return LabMapping(on, tuple(values), case=case) if on is not None and values else None


def _named(column: str) -> tuple[str, str]:
    """The name and the unit of a heading: ``AFP (ng/mL)``, ``AFP [ng/mL]``, ``AFP, ng/mL``."""
    found = re.fullmatch(r"(.+?)\s*[(\[]\s*([^()\[\]]+?)\s*[)\]]|(.+?),\s*(.+)", column)
    if found is None:
        return column, ""
    name, unit = found[1] or found[3], found[2] or found[4]
    return (column, "") if spelling(unit) == "inr" else (name, unit)


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-./]", "", name.lower())


def kept_mapping(folder: Path, columns: Sequence[str]) -> LabMapping | None:
    """The mapping that was confirmed for this layout before; None if there is none that can be read."""
    try:
        return parse_mapping(_file(folder, columns).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, LabMappingError):
        return None


def keep_mapping(folder: Path, columns: Sequence[str], mapping: LabMapping) -> None:
    """Keep a confirmed mapping for the files of this layout; raises OSError if it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    target = _file(folder, columns)
    part = target.with_suffix(".part")
    part.write_text(mapping_text(mapping), encoding="utf-8")
    part.replace(target)


def _file(folder: Path, columns: Sequence[str]) -> Path:
    return folder / f"{hashlib.sha256(json.dumps(list(columns)).encode()).hexdigest()[:32]}.toml"
