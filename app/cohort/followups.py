"""The follow-ups of a read as a cohort needs them: there, or still text until a view asks for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple


class Nearest(NamedTuple):
    """The least change that would give another overall response: of the sum, or of one lesion."""

    response: str
    by_mm: float
    lesion: str | None


class TimePointRow(NamedTuple):
    """One follow-up. What is told by scope is in the order of `SCOPES`: liver, outside it, both.

    Attributes
    ----------
    responses : tuple of str
        Empty texts where only a table states a response.
    sums_mm, changes_pct : tuple of (float or None)
        Changes from baseline; None where a sum is partial or missing.
    stated : str or None
        The response that a table gives.
    nearest : Nearest or None
    """

    timepoint: str
    day: int
    responses: tuple[str, str, str]
    composite: str
    sums_mm: tuple[float | None, ...]
    changes_pct: tuple[float | None, ...]
    new_lesions: int
    stated: str | None
    nearest: Nearest | None


class FollowUpText:
    """The follow-ups of all reads of one case as text; read once for all of them."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def parsed(self) -> list[Any]:
        found: list[Any] = json.loads(self._text)
        return found


class TimePointRows:
    """The follow-ups of one read: there, or still text, which is read when they are first asked for.

    Most views of a cohort ask for none of them, and there are many.
    """

    __slots__ = ("_found", "_place", "_text")

    def __init__(self, found: Sequence[TimePointRow] | None, text: FollowUpText | None = None, place: int = 0) -> None:
        self._found = None if found is None else tuple(found)
        self._text = text
        self._place = place

    @property
    def all(self) -> tuple[TimePointRow, ...]:
        if self._found is None:
            told = self._text.parsed[self._place] if self._text is not None else []
            self._found, self._text = tuple([_timepoint_row(t) for t in told]), None
        return self._found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TimePointRows) and self.all == other.all

    def __hash__(self) -> int:
        return hash(self.all)

    def __repr__(self) -> str:
        return repr(self.all)


def plain_timepoint(at: TimePointRow) -> list[Any]:
    """A follow-up as plain values, by place."""
    near = (None, None, None) if at.nearest is None else at.nearest
    return [at[0], at[1], *at[2], at[3], *at[4], *at[5], at[6], at[7], *near]


def _timepoint_row(t: list[Any]) -> TimePointRow:
    (name, day, r1, r2, r3, composite, s1, s2, s3, c1, c2, c3, new, stated, response, by_mm, lesion) = t
    nearest = None if response is None else Nearest(response, by_mm, lesion)
    return TimePointRow(name, day, (r1, r2, r3), composite, (s1, s2, s3), (c1, c2, c3), new, stated, nearest)
