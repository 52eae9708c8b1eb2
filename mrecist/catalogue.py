"""Catalogues: the sentences of the rules in another language, read from text that the caller supplies."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter


class CatalogueError(ValueError):
    """The text is no catalogue; the message names every text at fault."""


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """English templates and words with what they are in another language; `language` is its BCP 47 tag."""

    language: str
    name: str
    texts: Mapping[str, str]

    def __call__(self, english: str) -> str:
        """The text in this language; what the catalogue does not have stays English."""
        return self.texts.get(english, english)


def parse_catalogue(text: str) -> Catalogue:
    """Read a catalogue from TOML text: `language`, `name`, and the table `texts` from English to the language.

    Raises
    ------
    CatalogueError
        If the text is not TOML, a key is missing, unknown or no text, or a translation does not show exactly what the
        English shows; all faults are named.
    """
    try:
        table = tomllib.loads(text)
    except ValueError as error:
        raise CatalogueError(f"not a catalogue: {error}") from error
    language, name, texts = (table.get(key) for key in _KEYS)
    faults = [f"{key} is unknown" for key in table if key not in _KEYS]
    if not isinstance(language, str) or not isinstance(name, str) or not isinstance(texts, dict):
        raise CatalogueError("not a catalogue: " + "; ".join([*faults, "it has language, name and a table texts"]))
    for english, told in texts.items():
        if not isinstance(told, str) or not told.strip():
            faults.append(f"{english!r} has no text")
        elif placeholders(told) != placeholders(english):
            faults.append(f"{told!r} does not show what {english!r} shows")
    if faults:
        raise CatalogueError("not a catalogue: " + "; ".join(faults))
    return Catalogue(language, name, dict(texts))


_KEYS = ("language", "name", "texts")


def placeholders(template: str) -> tuple[str, ...] | None:
    """What a template shows, sorted by name; None if its braces do not match."""
    try:
        return tuple(sorted(name for _, name, _, _ in Formatter().parse(template) if name is not None))
    except ValueError:
        return None
