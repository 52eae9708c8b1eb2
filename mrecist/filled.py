"""Texts that were filled into templates, and remember them, so that they can be told in another language."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Part = tuple[str, tuple[tuple[str, str], ...]]
"""A template, and what was filled in by name."""


class Filled(str):
    """A text of parts joined by semicolons, each made from a template."""

    __slots__ = ("parts",)
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, template: str, **values: str) -> Filled:
        """One part."""
        return cls.kept(template.format(**values), ((template, tuple(values.items())),))

    @classmethod
    def joined(cls, texts: Iterable[str]) -> Filled:
        """Several texts as one; one that remembers no template is a template itself."""
        told = tuple(texts)
        parts = [part for x in told for part in (x.parts if isinstance(x, Filled) else ((_literal(x), ()),))]
        return cls.kept("; ".join(told), tuple(parts))

    @classmethod
    def kept(cls, text: str, parts: tuple[Part, ...]) -> Filled:
        """A text that reads otherwise and says the same as these parts."""
        found = cls(text)
        found.parts = parts
        return found

    def translated(self, translate: Callable[[str], str]) -> str:
        """The same in another language; a template that is not known there stays English.

        What was filled in stays as it is, unless it is such a text itself.
        """
        return "; ".join([translate(template).format(**_told(values, translate)) for template, values in self.parts])


def _told(values: tuple[tuple[str, str], ...], translate: Callable[[str], str]) -> dict[str, str]:
    return {name: x.translated(translate) if isinstance(x, Filled) else x for name, x in values}


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
