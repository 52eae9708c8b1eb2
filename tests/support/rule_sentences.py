"""The sentences of the rules as the pages show them: in words, in every variant that a template can give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter

from mrecist.results import Number
from mrecist.sentences import Template
from tests.support.doc_tables import PageError

_PLACEHOLDERS = {
    "at": "time point",
    "nadir_at": "its time point",
    "pr_at": "its time point",
    "counted_at": "time point",
    "because": "reason",
    "response_pct": "limit",
    "progression_pct": "limit",
    "floor_mm": "floor",
    "evaluated": "number",
    "gates_lower": "gates",
    "asked": "what is asked",
}


def in_words(template: str) -> str:
    """A template as it is read: what is filled in stands in italics."""
    said = []
    for literal, name, _, _ in Formatter().parse(template):
        said.append(literal)
        if name:
            said.append(f"*{_PLACEHOLDERS.get(name, name.removesuffix('_mm').removesuffix('_pct').replace('_', ' '))}*")
    return "".join(said)


class _Asked(Exception):
    """A template wants to know a number that was not settled yet."""

    def __init__(self, name: str) -> None:
        self.name = name


class _Settled(Mapping[str, Number]):
    """Numbers of which some are settled, each as a value or as absent (None)."""

    def __init__(self, values: Mapping[str, int | None]) -> None:
        self._values = values

    def _look(self, name: str) -> int | None:
        if name not in self._values:
            raise _Asked(name)
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return self._look(str(name)) is not None

    def __getitem__(self, name: str) -> Number:
        value = self._look(name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        raise PageError("a template looks through all numbers: its variants cannot be told")

    def __len__(self) -> int:
        raise PageError("a template counts the numbers: its variants cannot be told")


def variants(template: Template) -> tuple[str, ...]:
    """Every sentence a template can give: each number it looks at is tried as 1, 2, 0 and absent."""
    if isinstance(template, str):
        return (template,)
    found: dict[str, None] = {}
    open_: list[dict[str, int | None]] = [{}]
    while open_:
        values = open_.pop()
        try:
            found[template(_Settled(values))] = None
        except _Asked as asked:
            open_ += [{**values, asked.name: value} for value in (None, 0, 2, 1)]
        except KeyError:
            continue  # without this number there is no such sentence
    return tuple(found)
