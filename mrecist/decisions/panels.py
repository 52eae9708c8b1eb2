"""Advisory panels as plain values: what a published scheme looks at, and what it would say. A panel never decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from mrecist.decisions.advisory_words import LABELS, SCHEMES, WORDS
from mrecist.explain import sentence
from mrecist.results import Number, Reason

_NOTHING: Mapping[str, Number] = MappingProxyType({})
Points = Fraction | int


class Scheme(StrEnum):
    ART = "ART"
    ABCR = "ABCR"
    JSH_2014 = "JSH-2014"
    JSH_2021 = "JSH-2021"
    EASL = "EASL"
    TACTICS = "TACTICS"
    TWO_SESSIONS = "TWO-SESSIONS"


class State(StrEnum):
    """Does one item of a scheme hold? What is not recorded is neither met nor not met."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_RECORDED = "not_recorded"
    NOT_APPLICABLE = "not_applicable_at_baseline"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a scheme at one time point.

    Attributes
    ----------
    id : str
        The scheme and its criterion: ``ART-AST``.
    state : State
    template : str
        Its sentence, with the names of `numbers` in braces.
    numbers : mapping of str to number or str
        What was looked at, exact.
    points : Fraction or int, optional
        None where the scheme has no points, or where the item is not recorded.
    possible : tuple of Fraction or int, optional
        Where the scheme has points: the fewest and the most the item can still have.
    """

    id: str
    state: State
    template: str
    numbers: Mapping[str, Number] = field(default_factory=lambda: _NOTHING)
    points: Points | None = None
    possible: tuple[Points, Points] | None = None

    @property
    def text(self) -> str:
        """The item as one plain English sentence with its numbers."""
        return sentence(self.id, self.numbers, self.template)


@dataclass(frozen=True, slots=True)
class Panel:
    """What one scheme says at one time point.

    `source` names the paper, and how far its text was at hand. `applicable` is false where the scheme does not speak
    of this time point: `verdict` then says why, and there are no items. `total` is None where the scheme has no
    points, or an item that has some is not recorded; `verdict` then holds the range that is still possible.
    """

    scheme: Scheme
    title: str
    source: str
    applicable: bool
    items: tuple[Item, ...]
    total: Points | None
    verdict: Reason
    caveats: tuple[Reason, ...] = ()


def item(
    scheme: Scheme,
    criterion: str,
    state: State,
    numbers: Mapping[str, Number] = _NOTHING,
    *,
    words: str = "",
    points: Points | None = None,
    possible: tuple[Points, Points] | None = None,
) -> Item:
    """One item with its sentence: that of its state, or the one that `words` names instead."""
    if points is not None:
        possible = (points, points)
    template = WORDS[f"{criterion}.{words or state}"]
    return Item(f"{scheme}-{criterion}", state, template, numbers, points, possible)


def said(rule: str, numbers: Mapping[str, Number] = _NOTHING) -> Reason:
    """A verdict or a caveat with its sentence."""
    return Reason(rule, numbers, template=WORDS[rule])


def panel(scheme: Scheme, items: Sequence[Item], verdict: Reason, caveats: Sequence[Reason] = ()) -> Panel:
    """A panel that applies, with the total of its points."""
    title, source = SCHEMES[scheme]
    scored = [x for x in items if x.possible is not None]
    known = [x.points for x in scored if x.points is not None]
    total = sum(known) if scored and len(known) == len(scored) else None
    return Panel(scheme, title, source, True, tuple(items), total, verdict, tuple(caveats))


def inapplicable(scheme: Scheme, verdict: Reason, items: Sequence[Item] = (), caveats: Sequence[Reason] = ()) -> Panel:
    """A panel whose scheme does not speak of this time point."""
    title, source = SCHEMES[scheme]
    return Panel(scheme, title, source, False, tuple(items), None, verdict, tuple(caveats))


def possible_total(items: Sequence[Item]) -> tuple[Points, Points]:
    """The lowest and the highest total that what is recorded leaves possible."""
    ranges = [x.possible for x in items if x.possible is not None]
    return sum(low for low, _ in ranges), sum(high for _, high in ranges)


def any_of(scheme: Scheme, items: Sequence[Item]) -> Reason:
    """The verdict of a scheme that one met item suffices for: met, open while one is not recorded, or not met."""
    met, open_items = _labels(items, State.MET), _labels(items, State.NOT_RECORDED)
    if met:
        return said(f"{scheme}-MET", {"met": met})
    return said(f"{scheme}-OPEN", {"missing": open_items}) if open_items else said(f"{scheme}-NOT-MET")


def _labels(items: Sequence[Item], state: State) -> str:
    return ", ".join(LABELS[x.id.removeprefix(f"{_scheme_of(x)}-")] for x in items if x.state is state)


def _scheme_of(one: Item) -> Scheme:
    return next(x for x in Scheme if one.id.startswith(f"{x}-"))


def panel_data(panel: Panel, translate: Callable[[str], str] | None = None) -> dict[str, Any]:
    """A panel as plain data: points and numbers are JSON numbers, nearest to the exact value.

    With `translate` its title and its sentences are in another language (`mrecist.explain.sentence`).
    """
    return {
        "scheme": panel.scheme.value,
        "title": panel.title if translate is None else translate(panel.title),
        "source": panel.source,
        "applicable": panel.applicable,
        "items": [_item_data(x, translate) for x in panel.items],
        "total": _plain(panel.total),
        "verdict": _said_data(panel.verdict, translate),
        "caveats": [_said_data(x, translate) for x in panel.caveats],
    }


def _item_data(one: Item, translate: Callable[[str], str] | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state.value,
        "text": sentence(one.id, one.numbers, one.template, translate),
        "points": _plain(one.points),
        "possible_points": None if one.possible is None else [_plain(x) for x in one.possible],
        "numbers": _numbers(one.numbers),
    }


def _said_data(reason: Reason, translate: Callable[[str], str] | None) -> dict[str, Any]:
    text = sentence(reason.rule, reason.numbers, reason.template, translate)
    return {"rule": reason.rule, "text": text, "numbers": _numbers(reason.numbers)}


def _numbers(numbers: Mapping[str, Number]) -> dict[str, float | int | str]:
    return {name: str(x) if isinstance(x, str) else _number(x) for name, x in numbers.items()}


def _plain(value: Points | None) -> float | int | None:
    return None if value is None else _number(value)


def _number(value: Points) -> float | int:
    return value.numerator if value.denominator == 1 else value.numerator / value.denominator
