"""The JSON Schema of a TOML text that `mrecist.tomltables` reads, for editors that check while one types."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

DRAFT = "http://json-schema.org/draft-07/schema#"


def json_schema(kind: type[Any], title: str) -> dict[str, Any]:
    """The schema (draft 7) of the table that the dataclass `kind` is read from."""
    return {"$schema": DRAFT, "title": title, **_schema(kind)}


def _schema(hint: Any) -> dict[str, Any]:
    origin, given = get_origin(hint), get_args(hint)
    if is_dataclass(hint):
        return _table(hint)
    if origin is tuple:
        return {"type": "array", "items": _schema(given[0])}
    if origin is Literal:
        return {"enum": list(given)}
    if origin in (UnionType, Union):
        kinds = [_schema(x) for x in given if x is not NoneType]
        return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    if hint is str:
        return {"type": "string", "minLength": 1}
    if hint is bool:
        return {"type": "boolean"}
    return {"type": "integer" if hint is int else "number", "minimum": 0}


def _table(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    wanted = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]
    return {
        "type": "object",
        "properties": {f.name: _schema(hints[f.name]) for f in fields(kind)},
        "required": wanted,
        "additionalProperties": False,
    }
