"""The basic confidentiality profile of DICOM PS3.15 as data: what to do with which attribute, and which words stay."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from app.resources import read_text

_UNITS = re.compile(r"\d{1,3}(\.\d{1,2})?(mm|cm|s|sec|min|%|kv|mas|hu)|\d(\.\d{1,2})?|\d{2}(\.\d)?", re.IGNORECASE)
_WORD = re.compile(r"[^\s,;:/\\()\[\]{}<>|_^=&\"']+")


@dataclass(frozen=True, slots=True)
class Rules:
    """Table E.1-1, and what stays beside it.

    Parameters
    ----------
    actions
        For a tag what to do: ``X`` remove, ``Z`` empty, ``D`` replace, ``U`` map as a UID, or a choice of them.
    words
        What stays of descriptions, in lower case.
    shifted_dates, kept_times, descriptors, kept_texts, kept_bytes, naming
        Keywords of attributes, as ``resources/deidentification/kept.toml`` explains them.
    """

    actions: Mapping[int, str]
    words: frozenset[str]
    shifted_dates: frozenset[str]
    kept_times: frozenset[str]
    descriptors: frozenset[str]
    kept_texts: frozenset[str]
    kept_bytes: frozenset[str]
    naming: frozenset[str]

    def action(self, tag: int) -> str:
        """What the profile asks for; empty where it asks for nothing."""
        return self.actions.get(tag, "")

    def cleaned(self, text: str) -> str:
        """The words of a description that say nothing of a person."""
        return " ".join(word for word in _WORD.findall(text) if self._stays(word))

    def _stays(self, word: str) -> bool:
        parts = [part for part in re.split(r"[-.+*]", word.casefold()) if part]
        return (
            word.casefold() in self.words
            or bool(_UNITS.fullmatch(word))
            or bool(parts and len(parts) > 1 and all(part in self.words for part in parts))
        )


@cache
def load_rules() -> Rules:
    """The shipped table and words."""
    rows = csv.DictReader(io.StringIO(read_text("deidentification", "basic_profile.csv")))
    actions = {int(row["tag"], 16): row["action"] for row in rows}
    lines = read_text("deidentification", "words.txt").splitlines()
    words = frozenset(word.casefold() for line in lines if not line.startswith("#") for word in line.split())
    kept = tomllib.loads(read_text("deidentification", "kept.toml"))
    return Rules(MappingProxyType(actions), words, **{name: frozenset(text.split()) for name, text in kept.items()})
