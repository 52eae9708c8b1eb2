"""TOML text into frozen dataclasses: no key is missing or unknown, and every fault is told."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, fields
from decimal import Decimal
from fractions import Fraction
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Table = TypeVar("Table", bound="DataclassInstance")
_EXPONENTS = 9


def read_table(kind: type[Table], text: str) -> tuple[Table | None, list[str]]:
    """The dataclass `kind` from TOML text, and every fault; None where there is one. Numbers are exact fractions."""
    try:
        table = tomllib.loads(text, parse_float=_exact)
    except ValueError as error:
        return None, [str(error)]
    faults: list[str] = []
    built = _build(kind, table, "", faults)
    return (None, faults) if faults else (built, [])


def _exact(text: str) -> Fraction:
    """A decimal as it was written; none of an exponent that no threshold has and that exact arithmetic chokes on."""
    value = Decimal(text)
    if not value.is_finite() or not -_EXPONENTS <= value.adjusted() <= _EXPONENTS:
        raise ValueError(f"{text} is no number that a threshold can be")
    return Fraction(value)


def _build(kind: type[Table], table: dict[str, Any], path: str, faults: list[str]) -> Table | None:
    hints = get_type_hints(kind)
    declared = {f.name: f for f in fields(kind)}
    faults += [f"{path}{key} is unknown" for key in table if key not in declared]
    values: dict[str, object] = {}
    for name, field in declared.items():
        if name in table:
            values[name] = _value(hints[name], table[name], f"{path}{name}", faults)
        elif field.default is MISSING and field.default_factory is MISSING:
            faults.append(f"{path}{name} is missing")
    return None if faults else kind(**values)


def _value(hint: Any, value: object, path: str, faults: list[str]) -> object:
    if hasattr(hint, "__dataclass_fields__"):
        if isinstance(value, dict):
            return _build(hint, value, f"{path}.", faults)
        faults.append(f"{path} is a table")
    elif get_origin(hint) is tuple:
        if isinstance(value, list):
            return tuple([_value(get_args(hint)[0], x, f"{path}[{i}]", faults) for i, x in enumerate(value)])
        faults.append(f"{path} is a list")
    elif get_origin(hint) in (UnionType, Union):
        return _either(get_args(hint), value, path, faults)
    elif get_origin(hint) is Literal:
        if value not in get_args(hint):
            faults.append(f"{path} is one of {', '.join(get_args(hint))}")
    elif hint is str:
        if not isinstance(value, str) or not value:
            faults.append(f"{path} is a text")
    elif hint is bool:
        if not isinstance(value, bool):
            faults.append(f"{path} is true or false")
    elif hint is int:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            faults.append(f"{path} is a whole number, 0 or more")
    elif isinstance(value, int | Fraction) and not isinstance(value, bool) and value >= 0:
        return Fraction(value)
    else:
        faults.append(f"{path} is a number, 0 or more")
    return value


def _either(hints: tuple[Any, ...], value: object, path: str, faults: list[str]) -> object:
    """A number or a word, or something that may be left out."""
    words = [word for hint in hints if get_origin(hint) is Literal for word in get_args(hint)]
    if isinstance(value, str) and value in words:
        return value
    return _value(next(h for h in hints if h is not NoneType and get_origin(h) is not Literal), value, path, faults)
