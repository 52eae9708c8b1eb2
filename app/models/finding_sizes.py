"""The sizes of a finding as text, whether or not they count for a sum."""

from __future__ import annotations

from app import words
from app.models.reading import counted_mm
from mrecist.lesions import (
    Absent,
    Finding,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Present,
    Split,
    TooSmall,
    UnequivocalProgression,
)


def size_of(finding: Finding | None) -> str:
    """The diameter of a finding in mm, whether or not it counts for a sum."""
    size = finding.diameter.mm if isinstance(finding, Present) and finding.diameter else counted_mm(finding)
    return words.DASH if size is None else words.mm(size)


def whole_of(finding: Finding | None) -> str | None:
    """The diameter of the whole lesion, as text; None where it was not measured."""
    match finding:
        case Measured(whole=whole) | Absent(whole=whole) | Nonviable(whole=whole) | TooSmall(whole=whole):
            return None if whole is None else words.mm(whole)
        case Present(whole=whole):
            return None if whole is None else words.mm(whole)
        case UnequivocalProgression() | NotEvaluable() | Merged() | Split() | None:
            return None
