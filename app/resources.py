"""Texts that the application ships: read from the `resources` package and handed to the parsers."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from mrecist.catalogue import Catalogue, parse_catalogue
from mrecist.protocols import Protocol, parse_protocol
from mrecist.rulesets import RuleSet, parse_ruleset

RULESETS = ("mrecist-literal", "harmonised-5", "recist-1.1")
DEFAULT_RULESET = RULESETS[0]
PROTOCOLS = ("cotsom", "sorafenib-vs-fm", "tace-sorafenib-sequential", "ld-ccrt", "multidisciplinary-hcc")
DEFAULT_PROTOCOL = PROTOCOLS[0]

SOURCE_LANGUAGE = "en"
LANGUAGES = (SOURCE_LANGUAGE, "ko")


def read_text(*path: str) -> str:
    """The text of one shipped file, for example ``read_text("rulesets", "recist-1.1.toml")``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    """
    return files("resources").joinpath(*path).read_text(encoding="utf-8")


@cache
def load_ruleset(name: str = DEFAULT_RULESET) -> RuleSet:
    """A shipped rule set by name, one of `RULESETS`.

    Raises
    ------
    KeyError
        If no shipped rule set has that name.
    """
    if name not in RULESETS:
        raise KeyError(name)
    return parse_ruleset(read_text("rulesets", f"{name}.toml"))


@cache
def load_protocol(name: str = DEFAULT_PROTOCOL) -> Protocol:
    """A shipped protocol by name, one of `PROTOCOLS`.

    Raises
    ------
    KeyError
        If no shipped protocol has that name.
    """
    if name not in PROTOCOLS:
        raise KeyError(name)
    return parse_protocol(read_text("protocols", f"{name}.toml"))


@cache
def load_catalogue(language: str) -> Catalogue | None:
    """The shipped sentences of the rules in one of `LANGUAGES`; None for English, in which they are written.

    Raises
    ------
    KeyError
        If there is no such language.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    return None if language == SOURCE_LANGUAGE else parse_catalogue(read_text("translations", f"{language}.toml"))
