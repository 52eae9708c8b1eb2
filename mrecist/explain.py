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


Show = Callable[[Number, Mapping[str, Number]], str]


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
    form, shown = _compiled(words)
    return form % tuple([scope if name == "scope" else show(numbers[name], numbers) for name, show in shown])


@lru_cache(maxsize=512)
def _template(rule: str) -> tuple[str, Template]:
    """What a rule of the rule sets says, and the scope that its prefix names."""
    prefix, _, rest = rule.partition("-")
    scope = _SCOPES.get(prefix, "")
    return scope, SENTENCES[rest if scope else rule]


@lru_cache(maxsize=512)
def _compiled(words: str) -> tuple[str, tuple[tuple[str, Show], ...]]:
    """A sentence as a form to be filled in, and each name in it with the way its value is shown."""
    form, shown = [], []
    for literal, name, _, _ in Formatter().parse(words):
        form.append(literal.replace("%", "%%"))
        if name is not None:
            form.append("%s")
            shown.append((name, _show(name)))
    return "".join(form), tuple(shown)


def _show(name: str) -> Show:
    if name in _LIMITS:
        return _limit
    if name.endswith("_pct"):
        return _percent
    if name == "growth_mm":
        return _growth
    return _length if name.endswith("_mm") else _plain


def _limit(value: Number, _: Mapping[str, Number]) -> str:
    return value if isinstance(value, str) else signed(value, 0 if value.denominator == 1 else 1)


def _growth(value: Number, _: Mapping[str, Number]) -> str:
    return value if isinstance(value, str) else signed(value)


def _length(value: Number, _: Mapping[str, Number]) -> str:
    return value if isinstance(value, str) else _digits(value.numerator, value.denominator, 1)


def _plain(value: Number, _: Mapping[str, Number]) -> str:
    return value if isinstance(value, str) else plain(value)


def _percent(value: Number, numbers: Mapping[str, Number]) -> str:
    if isinstance(value, str):
        return value
    known = [numbers.get(name) for name in _LIMITS]
    return percent(value, tuple([x for x in known if x is not None and not isinstance(x, str)]))


def number(value: Fraction | int, decimals: int = 1) -> str:
    """A number with a fixed count of decimals, rounded half up from zero, with a true minus sign."""
    return _digits(value.numerator, value.denominator, decimals)


@lru_cache(maxsize=8192)
def _digits(over: int, under: int, decimals: int) -> str:
    scale = 10**decimals
    scaled = (2 * abs(over) * scale + under) // (2 * under)
    whole, part = divmod(scaled, scale)
    digits = f"{whole}.{part:0{decimals}}" if decimals else str(whole)
    return MINUS + digits if over < 0 and scaled else digits


def signed(value: Fraction | int, decimals: int = 1) -> str:
    """The same with a plus sign on growth."""
    over = value.numerator
    digits = _digits(over, value.denominator, decimals)
    return f"+{digits}" if over > 0 else digits


def percent(value: Fraction | int, limits: tuple[Fraction | int, ...] = ()) -> str:
    """A signed percentage that never reads as a limit which the exact value does not reach."""
    text = signed(value)
    for limit in limits:
        decimals = 1
        while text == signed(limit, decimals) and value != limit and decimals < _MOST_DECIMALS:
            decimals += 1
            text = signed(value, decimals)
    return text


def plain(value: Fraction | int) -> str:
    """A value as short as it is exact to three decimals: 2.1, 0.95, 1500."""
    if value.denominator == 1:
        return str(value.numerator)
    return number(value, 3).rstrip("0").rstrip(".")
