"""The variables of each domain and the terms of each code list, as `resources/sdtm` declares them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from app.resources import read_text

Value = str | int | float | None
Record = dict[str, Value]
"""One record of a domain: variable and value; what is not named is empty."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable: its name, label and type (Char or Num), the code list it is held to, and what it says here."""

    domain: str
    name: str
    label: str
    type: str
    codelist: str
    says: str


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a code list.

    `source` is CDISC (of the oncology terminology, with its NCI `code`), another CDISC list, an extension of an
    extensible CDISC list, or a list of this project.
    """

    codelist: str
    term: str
    code: str
    source: str
    meaning: str


@cache
def domains() -> Mapping[str, tuple[Variable, ...]]:
    """The variables of each domain, in their order."""
    found: dict[str, tuple[Variable, ...]] = {}
    for row in _rows("variables.csv"):
        found[row["domain"]] = (*found.get(row["domain"], ()), Variable(*row.values()))
    return MappingProxyType(found)


@cache
def terms() -> Mapping[str, tuple[Term, ...]]:
    """The terms of each code list that this program may write."""
    found: dict[str, tuple[Term, ...]] = {}
    for row in _rows("terms.csv"):
        found[row["codelist"]] = (*found.get(row["codelist"], ()), Term(*row.values()))
    return MappingProxyType(found)


@cache
def meaning_of(codelist: str, term: str) -> str:
    """What a declared term means.

    Raises
    ------
    KeyError
        If the term is not declared.
    """
    for one in terms().get(codelist, ()):
        if one.term == term:
            return one.meaning
    raise KeyError(f"{codelist} {term}")


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read_text("sdtm", name))))
