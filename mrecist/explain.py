"""Plain English for every rule that can hold: one sentence template for each rule id.

Lengths and percentages are shown with one decimal, rounded half up from the exact value; a percentage that would be
shown as the threshold it does not reach is shown with as many decimals as it takes to tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from mrecist.results import Number
from mrecist.sentences import SENTENCES

MINUS = "\u2212"
_SCOPES = {"IH": "Intrahepatic", "EH": "Extrahepatic", "OV": "Overall (pooled)", "R11": "RECIST 1.1"}
_LIMITS = ("response_pct", "progression_pct")
_MOST_DECIMALS = 6


def sentence(rule: str, numbers: Mapping[str, Number]) -> str:
    """The sentence for one rule with its numbers.

    Raises
    ------
    KeyError
        If the rule has no sentence, or the sentence asks for a number that is not there.
    """
    prefix, _, rest = rule.partition("-")
    template = SENTENCES[rest if prefix in _SCOPES else rule]
    text = template(numbers) if callable(template) else template
    return text.format_map(_Words(numbers, _SCOPES.get(prefix, "")))


class _Words(dict[str, str]):
    """Each number as a sentence shows it, made when it is asked for."""

    def __init__(self, numbers: Mapping[str, Number], scope: str) -> None:
        super().__init__(scope=scope)
        self._numbers = numbers

    def __missing__(self, name: str) -> str:
        value = self._numbers[name]
        if isinstance(value, str):
            return value
        if name in _LIMITS:
            return signed(value, 0 if value.denominator == 1 else 1)
        if name.endswith("_pct"):
            limits = (self._numbers.get(x) for x in _LIMITS)
            return percent(value, tuple(x for x in limits if isinstance(x, int | Fraction)))
        if name == "growth_mm":
            return signed(value)
        if name.endswith("_mm"):
            return number(value)
        return plain(value)


def number(value: Fraction | int, decimals: int = 1) -> str:
    """A number with a fixed count of decimals, rounded half up from zero, with a true minus sign."""
    scale = 10**decimals
    over, under = value.numerator, value.denominator
    scaled = (2 * abs(over) * scale + under) // (2 * under)
    whole, part = divmod(scaled, scale)
    digits = f"{whole}.{part:0{decimals}}" if decimals else str(whole)
    return MINUS + digits if over < 0 and scaled else digits


def signed(value: Fraction | int, decimals: int = 1) -> str:
    """The same with a plus sign on growth."""
    return f"+{number(value, decimals)}" if value.numerator > 0 else number(value, decimals)


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
