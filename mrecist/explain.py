"""Plain English for every rule that can hold: one sentence template for each rule id.

Lengths and percentages are shown with one decimal, rounded half up from the exact value; a percentage that would be
shown as the threshold it does not reach is shown with as many decimals as it takes to tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from string import Formatter

from mrecist.results import Number
from mrecist.sentences import SENTENCES, Template

MINUS = "\u2212"
_SCOPES = {"IH": "Intrahepatic", "EH": "Extrahepatic", "OV": "Overall (pooled)", "R11": "RECIST 1.1"}
_LIMITS = ("response_pct", "progression_pct")
_MOST_DECIMALS = 6


Show = Callable[[int, int], str]
"""Shows a number, given as numerator and denominator."""


def sentence(
    rule: str, numbers: Mapping[str, Number], template: str = "", translate: Callable[[str], str] | None = None
) -> str:
    """The sentence for one rule with its numbers.

    Parameters
    ----------
    rule : str
        Rule id, with the prefix of its scope where it has one.
    numbers : mapping of str to number or str
        What the sentence shows, by name.
    template : str, optional
        The sentence itself, where the rule is a row of a protocol.
    translate : callable, optional
        Gives the template in another language; its names in braces stay.

    Raises
    ------
    KeyError
        If the rule has no sentence, or the sentence asks for a number that is not there.
    """
    scope, found = ("", template) if template else _template(rule)
    words = found if isinstance(found, str) else found(numbers)
    if translate is not None:
        words = translate(words)
    form, shown = _compiled(words, scope)
    told = []
    limits: list[tuple[int, int]] | None = None
    for name, show in shown:
        value = numbers[name]
        if isinstance(value, str):
            told.append(value)
        elif show is not None:
            told.append(show(*value.as_integer_ratio()))
        else:
            if limits is None:
                limits = _limits(numbers)
            told.append(_percent(*value.as_integer_ratio(), *limits))
    return form % tuple(told)


@lru_cache(maxsize=512)
def _template(rule: str) -> tuple[str, Template]:
    """What a rule of the rule sets says, and the scope that its prefix names."""
    prefix, _, rest = rule.partition("-")
    scope = _SCOPES.get(prefix, "")
    return scope, SENTENCES[rest if scope else rule]


@lru_cache(maxsize=512)
def _compiled(words: str, scope: str) -> tuple[str, tuple[tuple[str, Show | None], ...]]:
    """A sentence as a form to be filled in, and each name in it with the way its value is shown.

    None stands for a percentage, which is shown beside the limits.
    """
    form, shown = [], []
    for literal, name, _, _ in Formatter().parse(words):
        form.append(literal.replace("%", "%%"))
        if name == "scope":
            form.append(scope.replace("%", "%%"))
        elif name is not None:
            form.append("%s")
            shown.append((name, _show(name)))
    return "".join(form), tuple(shown)


def _show(name: str) -> Show | None:
    if name in _LIMITS:
        return _limit
    if name.endswith("_pct"):
        return None
    if name == "growth_mm":
        return _signed
    return _digits if name.endswith("_mm") else _plain


def _limits(numbers: Mapping[str, Number]) -> list[tuple[int, int]]:
    """Those limits beside which a percentage of the same sentence is shown."""
    return [x.as_integer_ratio() for name in _LIMITS if not isinstance(x := numbers.get(name, ""), str)]


def number(value: Fraction | int, decimals: int = 1) -> str:
    """A number with a fixed count of decimals, rounded half up from zero, with a true minus sign."""
    return _digits(*value.as_integer_ratio(), decimals)


def signed(value: Fraction | int, decimals: int = 1) -> str:
    """The same with a plus sign on growth."""
    return _signed(*value.as_integer_ratio(), decimals)


def percent(value: Fraction | int, limits: tuple[Fraction | int, ...] = ()) -> str:
    """A signed percentage that never reads as a limit which the exact value does not reach."""
    return _percent(*value.as_integer_ratio(), *[x.as_integer_ratio() for x in limits])


def plain(value: Fraction | int) -> str:
    """A value as short as it is exact to three decimals: 2.1, 0.95, 1500."""
    return _plain(*value.as_integer_ratio())


# --- the same of numerator and denominator in lowest terms, which are looked up faster than a fraction ---------------


@lru_cache(maxsize=8192)
def _digits(over: int, under: int, decimals: int = 1) -> str:
    scale = 10**decimals
    scaled = (2 * abs(over) * scale + under) // (2 * under)
    whole, part = divmod(scaled, scale)
    digits = f"{whole}.{part:0{decimals}}" if decimals else str(whole)
    return MINUS + digits if over < 0 and scaled else digits


@lru_cache(maxsize=8192)
def _signed(over: int, under: int, decimals: int = 1) -> str:
    digits = _digits(over, under, decimals)
    return f"+{digits}" if over > 0 else digits


@lru_cache(maxsize=8192)
def _percent(over: int, under: int, *limits: tuple[int, int]) -> str:
    text = _signed(over, under)
    for limit in limits:
        decimals = 1
        while text == _signed(*limit, decimals) and (over, under) != limit and decimals < _MOST_DECIMALS:
            decimals += 1
            text = _signed(over, under, decimals)
    return text


@lru_cache(maxsize=8192)
def _limit(over: int, under: int) -> str:
    return _signed(over, under, 0 if under == 1 else 1)


@lru_cache(maxsize=8192)
def _plain(over: int, under: int) -> str:
    return str(over) if under == 1 else _digits(over, under, 3).rstrip("0").rstrip(".")
