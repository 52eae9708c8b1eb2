"""The schema says of a dataclass what the reader of TOML wants of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from mrecist.tomlschema import DRAFT, json_schema


@dataclass
class Part:
    on: bool


@dataclass
class Whole:
    name: str
    parts: tuple[Part, ...]
    limit: Fraction | None = None
    floor: Fraction | Literal["by_content"] = "by_content"
    count: int = 0


def test_that_each_type_has_its_schema() -> None:
    number = {"type": "number", "minimum": 0}
    part = {
        "type": "object",
        "properties": {"on": {"type": "boolean"}},
        "required": ["on"],
        "additionalProperties": False,
    }
    assert json_schema(Whole, "T") == {
        "$schema": DRAFT,
        "title": "T",
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "parts": {"type": "array", "items": part},
            "limit": number,
            "floor": {"anyOf": [number, {"enum": ["by_content"]}]},
            "count": {"type": "integer", "minimum": 0},
        },
        "required": ["name", "parts"],
        "additionalProperties": False,
    }
