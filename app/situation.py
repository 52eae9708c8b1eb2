"""What the window shows now, and what an action needs of it. An answer is what is missing, in the user's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from itertools import product
from typing import Any


@dataclass(frozen=True, slots=True)
class Situation:
    """What the window shows now; enough to tell which actions make sense. `locked`: why findings cannot be changed."""

    case: bool = False
    visit: bool = False
    images: bool = False
    lesion: str | None = None
    undo: str = ""
    redo: str = ""
    locked: str = ""
    lesions_in_sight: bool = True
    figure: bool = False
    proposal: bool = False
    clinical: bool = True
    undo_stops: str = ""


_BLINDED = "Your read hides clinical data and decisions; Case, Reading mode lifts that, with a reason."

EnabledWhen = Callable[[Situation], str]
"""Empty when the action can run, otherwise what is missing, in the user's words."""


def always(_now: Situation) -> str:
    return ""


def case_open(now: Situation) -> str:
    return "" if now.case else "Open a case first."


def images_open(now: Situation) -> str:
    return "" if now.images else "No images are open."


def unlocked(now: Situation) -> str:
    if not now.visit:
        return "Open a case first."
    if not now.lesions_in_sight:
        return "Go back to the lesions first."
    return now.locked


def lesion_selected(now: Situation) -> str:
    return unlocked(now) or ("" if now.lesion else "Select a lesion in the table first.")


def can_draw(now: Situation) -> str:
    if not now.images:
        return "No images are open."
    return now.locked


def proposal_open(now: Situation) -> str:
    return unlocked(now) or ("" if now.proposal else "Nothing is proposed.")


def figure_or_lesion_selected(now: Situation) -> str:
    return "" if now.figure else lesion_selected(now)


def can_undo(now: Situation) -> str:
    return "" if now.undo else now.undo_stops or "Nothing of this sitting can be taken back."


def can_redo(now: Situation) -> str:
    return "" if now.redo else "Nothing was taken back."


def clinical_in_sight(now: Situation) -> str:
    return case_open(now) or ("" if now.clinical else _BLINDED)


def both_possible(first: EnabledWhen, second: EnabledWhen) -> bool:
    """Whether some situation enables two actions at once."""
    return bool(_where_possible(first) & _where_possible(second))


@cache
def _where_possible(enabled_when: EnabledWhen) -> int:
    """The situations that enable an action, one bit for each."""
    return sum(1 << number for number, now in enumerate(every_situation()) if not enabled_when(now))


@cache
def every_situation() -> tuple[Situation, ...]:
    """Each combination of what is there and what is not."""
    values: list[tuple[Any, Any]] = [
        (True, False) if isinstance(told.default, bool) else (told.default, "some") for told in fields(Situation)
    ]
    return tuple(Situation(*combination) for combination in product(*values))
