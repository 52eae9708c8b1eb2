"""What a reader's typing in the lesion table means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.keymap import Keymap
from app.keystroke import KeyStroke
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

_LETTERS = {
    "finding.gone": "D",
    "finding.small": "M",
    "finding.progression": "U",
    "measure.nontarget": "N",
}


def letters_of(keymap: Keymap) -> Mapping[KeyStroke, str]:
    """The keys that record a finding in the lesion table, each with the finding's letter.

    They are the keys of the actions that record it everywhere, as far as they are single letters or signs. Not
    evaluable is none of them: its key asks for the reason, in the table as elsewhere.
    """
    return {
        key: letter
        for action_id, letter in _LETTERS.items()
        for key in keymap.keys(action_id)
        if key.types and not key.modifiers and not key.name.isdigit()
    }


def finding_of_key(key: str, lesion: Lesion, at_baseline: bool = False) -> Finding | None:
    """The finding a letter stands for; None where it says nothing of such a lesion.

    D no viable tumour (liver) or disappeared (elsewhere) · M too small to measure · E not evaluable ·
    U unequivocal progression, of a non-target · N still there, of a non-target or new lesion. At baseline a target has
    a diameter and nothing else, and nothing has progressed yet.
    """
    target = lesion.role is LesionRole.TARGET
    if at_baseline and (target or key == "U"):
        return None
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

    A typed value rests on no line, so the lines of the value it replaces do not carry over; the whole diameter does,
    unless the lesion would be smaller than its viable part.
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
        kept = replace(before, diameter=diameter, evidence=())
        too_small = before.whole is not None and before.whole < diameter
        return replace(kept, whole=None, whole_evidence=()) if too_small else kept
    return Measured(diameter)
