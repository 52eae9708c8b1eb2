"""Edits that begin, lock and open a read; `app.state.events` has all kinds of edits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.state.reading_mode import Hidden
from app.state.signatures import SignatureMeaning
from mrecist.case import ReadKind


@dataclass(frozen=True, slots=True)
class ReadStarted:
    """A reader begins a read of the case. Version 2: `hides` is what the reader does not get to see."""

    kind: ClassVar[str] = "read_started"
    version: ClassVar[int] = 2
    reader: str
    read_kind: ReadKind = ReadKind.LOCAL
    blinded: bool = False
    hides: tuple[Hidden, ...] = ()


@dataclass(frozen=True, slots=True)
class HidingLifted:
    """The reader had something shown that the read hides; the reason is required, and it is not taken back."""

    kind: ClassVar[str] = "hiding_lifted"
    version: ClassVar[int] = 1
    by: str
    what: tuple[Hidden, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class VisitSigned:
    """The reader signed this time point: `head` is the log's hash up to there, `shown` the responses as shown.

    Version 2: `meaning` is what the signature stands for, `left_open` what was open and signed as open, in words.
    """

    kind: ClassVar[str] = "visit_signed"
    version: ClassVar[int] = 2
    visit_id: str
    by: str
    head: str
    ruleset: str
    shown: tuple[tuple[str, str], ...]
    meaning: SignatureMeaning | None = None
    left_open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitAmended:
    """A signed time point is opened again; the reason is required."""

    kind: ClassVar[str] = "visit_amended"
    version: ClassVar[int] = 1
    visit_id: str
    by: str
    reason: str
