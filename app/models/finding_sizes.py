"""The sizes of a finding as text, whether or not they count for a sum."""

from __future__ import annotations

from app import words
from app.models.reading import counted_mm
from app.state.assistance import Assistance
from app.words import translated
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


def proposed_of(finding: Finding | None, kept: Assistance | None) -> str:
    """What the assistant proposed of a diameter, to stand beside it; empty where it proposed nothing.

    ``proposed 37.1, at first 38.0``: 38.0 mm came of the click, 37.1 of the threshold and reference that were accepted,
    and the reader moved the line to something else.
    """
    recorded = finding.diameter if isinstance(finding, Measured | Present) else None
    if kept is None or recorded is None:
        return ""
    unmoved, unchanged = kept.proposed == recorded, kept.automatic == kept.proposed
    said = translated("as proposed") if unmoved else translated("proposed {mm}", mm=words.mm(kept.proposed))
    return said if unchanged else f"{said}, {translated('at first {mm}', mm=words.mm(kept.automatic))}"


def whole_of(finding: Finding | None) -> str | None:
    """The diameter of the whole lesion, as text; None where it was not measured."""
    match finding:
        case Measured(whole=whole) | Absent(whole=whole) | Nonviable(whole=whole) | TooSmall(whole=whole):
            return None if whole is None else words.mm(whole)
        case Present(whole=whole):
            return None if whole is None else words.mm(whole)
        case UnequivocalProgression() | NotEvaluable() | Merged() | Split() | None:
            return None
