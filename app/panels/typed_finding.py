"""What a reader's typing in the lesion table means."""

from __future__ import annotations

from dataclasses import replace

from mrecist.lesions import (
    Absent,
    Finding,
    Lesion,
    Measured,
    Nonviable,
    NotEvaluable,
    Present,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.values import Diameter, LesionRole, Region

KEYS = frozenset("DMEUN")


def finding_of_key(key: str, lesion: Lesion) -> Finding | None:
    """The finding a letter stands for; None where it says nothing of such a lesion.

    D no viable tumour (liver) or disappeared (elsewhere) · M too small to measure · E not evaluable ·
    U unequivocal progression, of a non-target · N still there, of a non-target or new lesion.
    """
    target = lesion.role is LesionRole.TARGET
    match key:
        case "D":
            return Nonviable() if lesion.region is Region.INTRAHEPATIC else Absent()
        case "M" if target:
            return TooSmall()
        case "E":
            return NotEvaluable()
        case "U" if lesion.role is LesionRole.NONTARGET:
            return UnequivocalProgression()
        case "N" if not target:
            return Present()
        case _:
            return None


def finding_of_text(text: str, lesion: Lesion, before: Finding | None) -> Finding | None:
    """The finding that a typed diameter stands for; None when the text is no diameter or nothing changed.

    A typed value rests on no line, so the lines of the value it replaces do not carry over; the whole diameter does.
    """
    try:
        diameter = Diameter.from_mm(text.strip().replace(",", "."))
    except ValueError:
        return None
    if isinstance(before, Measured | Present) and before.diameter == diameter:
        return None
    if lesion.role is not LesionRole.TARGET:
        return Present(diameter)
    if isinstance(before, Measured):
        return replace(before, diameter=diameter, evidence=())
    return Measured(diameter)
