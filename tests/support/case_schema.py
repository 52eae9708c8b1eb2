"""The published schema of case files, made from the classes of the events.

    .venv/bin/python -m tests.support.case_schema     writes resources/schema/hepatrace-case-2.json

An event of an older version has any payload: it is brought up to date by the program that reads it.
"""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from app.exports.case_pictures import LONGEST_BASE64, MEDIA_TYPE
from app.state.codec import _FINDING_WORDS, EVENT_TYPES
from mrecist.lesions import Finding
from mrecist.values import Diameter
from tests.conftest import ROOT
from viewers.imaging.catalogue import PhaseName

PATH = ROOT / "resources/schema/hepatrace-case-2.json"
_PLAIN = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    Fraction: {"type": "string", "pattern": r"^-?\d+(/\d+)?$", "description": "an exact fraction: 3/2"},
    Diameter: {"type": "integer", "minimum": 0, "maximum": 5000, "description": "tenths of a millimetre"},
    date: {
        "type": "string",
        "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$",
        "description": "ISO 8601; without day or month where that is not known",
    },
}
_HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


class _Definitions:
    def __init__(self) -> None:
        self.found: dict[str, Any] = {}

    def of(self, kind: Any) -> dict[str, Any]:
        if kind in _PLAIN:
            return dict(_PLAIN[kind])
        if kind == Finding:
            return self._named("Finding", lambda: {"oneOf": [self._finding(one) for one in get_args(Finding)]})
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            parts = get_args(kind)
            return {"anyOf": [{"type": "null"} if part is type(None) else self.of(part) for part in parts]}
        if origin is tuple:
            parts = get_args(kind)
            if len(parts) == 2 and parts[1] is Ellipsis:
                return {"type": "array", "items": self.of(parts[0])}
            listed = [self.of(part) for part in parts]
            return {"type": "array", "items": listed, "minItems": len(parts), "maxItems": len(parts)}
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return self._named(kind.__name__, lambda: {"enum": [one.value for one in kind]})
        if is_dataclass(kind):
            return self._named(kind.__name__, lambda: self.object(kind))
        raise TypeError(kind)

    def object(self, kind: Any, **more: Any) -> dict[str, Any]:
        hints = get_type_hints(kind)
        properties = {field.name: self.of(hints[field.name]) for field in fields(kind)} | more
        return {
            "type": "object",
            "properties": properties,
            "required": sorted(properties),
            "additionalProperties": False,
        }

    def _finding(self, kind: Any) -> dict[str, Any]:
        return self.object(kind, type={"const": _FINDING_WORDS[kind]})

    def _named(self, name: str, make: Any) -> dict[str, Any]:
        if name not in self.found:
            self.found[name] = {}
            self.found[name] = make()
        return {"$ref": f"#/definitions/{name}"}


def schema() -> dict[str, Any]:
    definitions = _Definitions()
    payloads = [
        {
            "if": {"properties": {"kind": {"const": name}, "version": {"const": event.version}}},
            "then": {"properties": {"payload": definitions.of(event)}},
        }
        for name, event in EVENT_TYPES.items()
    ]
    entry = {
        "type": "object",
        "properties": {
            "sequence": {"type": "integer", "minimum": 1},
            "at": {"type": "string", "description": "UTC, ISO 8601 with microseconds"},
            "author": {"type": "string"},
            "read": {"type": ["string", "null"], "description": "the read it belongs to; null: to the case"},
            "kind": {"enum": list(EVENT_TYPES)},
            "version": {"type": "integer", "minimum": 1},
            "payload": {"type": "object"},
            "hash": _HASH,
        },
        "allOf": payloads,
    }
    entry |= {"required": sorted(entry["properties"]), "additionalProperties": False}
    image = {
        "type": "object",
        "properties": {
            **{name: {"type": "string"} for name in ("read", "lesion", "timepoint")},
            "line": _HASH | {"description": "SHA-256 over the JSON text of the line that is drawn: "
                             "[series, image, frame, start, end], no spaces"},
            "phase": {"enum": ["", *PhaseName]},
            "number": {"type": "integer", "minimum": 0, "description": "which image of its series; 0: not known"},
            "of": {"type": "integer", "minimum": 0, "description": "of how many"},
            "media_type": {"const": MEDIA_TYPE},
            "sha256": _HASH,
            "base64": {"type": "string", "maxLength": LONGEST_BASE64},
        },
    }  # fmt: skip
    image |= {"required": sorted(image["properties"]), "additionalProperties": False}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A whole case of Hepatrace: its log, entry by entry",
        "description": "The hash of an entry is SHA-256 over the JSON text (UTF-8, no spaces) of the list "
        '["hepatrace-entry/1", hash of the entry before (64 zeros before the first), case, sequence, at, author, read, '
        "kind, version, SHA-256 of the payload as JSON text with sorted keys and no spaces]. `head` is the last hash.",
        "type": "object",
        "properties": {
            "schema": {"const": "hepatrace-case/2"},
            "case": {"type": "string", "minLength": 1},
            "head": _HASH,
            "entries": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/entry"}},
            "images": {"type": "array", "items": {"$ref": "#/definitions/image"}},
        },
        "required": ["schema", "case", "head", "entries"],
        "additionalProperties": False,
        "definitions": {"entry": entry, "image": image, **dict(sorted(definitions.found.items()))},
    }


def text() -> str:
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def write(path: Path = PATH) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    write()
