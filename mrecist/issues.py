"""What does not conform, or is to be known of: issues, and what a time point raises beside its responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from mrecist.sumnumbers import Number

_NOTHING: Mapping[str, Number] = MappingProxyType({})


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Issue:
    """A finding about conformance; `overridden` holds the recorded justification, if there is one."""

    rule: str
    severity: Severity
    lesion: str | None = None
    numbers: Mapping[str, Number] = field(default_factory=lambda: _NOTHING)
    overridden: str = ""

    @property
    def text(self) -> str:
        from mrecist.explain import sentence

        return sentence(self.rule, self.numbers)


class Noted(NamedTuple):
    """What a time point draws attention to: the flags that no single scope raises, and its issues."""

    raised: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
