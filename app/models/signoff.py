"""What stands between a time point and its signature, line by line, and how a signature is told. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum

from app.state.signatures import SignatureMeaning, SignedVisit
from app.words import translated


class Item(StrEnum):
    """One line of the checklist."""

    BASELINE = "baseline"
    LESIONS = "lesions"
    QUESTIONS = "questions"
    WARNINGS = "warnings"
    PROPOSALS = "proposals"


class LineState(Enum):
    """`OPEN` may stay so, and is signed as open; `BLOCKS` may not."""

    DONE = "done"
    OPEN = "open"
    BLOCKS = "blocks"


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A line of the checklist: `open_points` in words; `visit_id` or `lesion_id` is where a press on it goes."""

    item: Item
    text: str
    state: LineState
    detail: str = ""
    open_points: tuple[str, ...] = ()
    visit_id: str = ""
    lesion_id: str = ""


def blocks(lines: Iterable[CheckLine]) -> bool:
    return any(line.state is LineState.BLOCKS for line in lines)


def left_open(lines: Iterable[CheckLine]) -> tuple[str, ...]:
    """What is signed as open, in words."""
    return tuple(point for line in lines if line.state is LineState.OPEN for point in line.open_points)


def meaning_word(meaning: SignatureMeaning | None) -> str:
    """In one word; of an old signature that it was not stated."""
    words = {
        SignatureMeaning.AUTHORSHIP: translated("Authorship"),
        SignatureMeaning.REVIEW: translated("Review"),
        SignatureMeaning.APPROVAL: translated("Approval"),
        SignatureMeaning.RESPONSIBILITY: translated("Responsibility"),
    }
    return translated("meaning not stated") if meaning is None else words[meaning]


def meaning_text(meaning: SignatureMeaning | None) -> str:
    """What the signer says by it."""
    texts = {
        SignatureMeaning.AUTHORSHIP: translated("read and measured by me"),
        SignatureMeaning.REVIEW: translated("images and measurements reviewed by me"),
        SignatureMeaning.APPROVAL: translated("adjudicated by me: this result holds"),
        SignatureMeaning.RESPONSIBILITY: translated("read and measured under my responsibility"),
    }
    return "" if meaning is None else texts[meaning]


def meaning_told(meaning: SignatureMeaning | None) -> str:
    """Word and text: ``Authorship: read and measured by me``."""
    text = meaning_text(meaning)
    return f"{meaning_word(meaning)}: {text}" if text else meaning_word(meaning)


def local_time(at: str) -> str:
    """A time of the log (UTC, ISO 8601) in the time of this computer; empty where there is none."""
    return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M}" if at else ""


def signed_told(signed: SignedVisit) -> str:
    """Printed name and time, in the time of this computer."""
    if not signed.at:
        return translated("Signed by {reader}", reader=signed.by)
    return translated("Signed by {reader}, {at}", reader=signed.by, at=local_time(signed.at))
