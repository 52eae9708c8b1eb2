"""Plain English for every rule that can hold: one sentence template for each rule id.

Lengths and percentages are shown with one decimal, rounded half up from the exact value; a percentage that would be
shown as the threshold it does not reach is shown with as many decimals as it takes to tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from mrecist.results import Number
from mrecist.sentences import SENTENCES

MINUS = "\u2212"
_SCOPES = {"IH": "Intrahepatic", "EH": "Extrahepatic", "OV": "Overall (pooled)", "R11": "RECIST 1.1"}
_MOST_DECIMALS = 6


def sentence(rule: str, numbers: Mapping[str, Number]) -> str:
    """The sentence for one rule with its numbers.

    Raises
    ------
    KeyError
        If the rule has no sentence, or the sentence asks for a number that is not there.
    """
    prefix, _, rest = rule.partition("-")
    template = SENTENCES[rest if prefix in _SCOPES and rest in SENTENCES else rule]
    words = _words(numbers)
    text = template(numbers) if callable(template) else template
    return text.format_map(words | {"scope": _SCOPES.get(prefix, "")})


def number(value: Fraction | int, decimals: int = 1) -> str:
    """A number with a fixed count of decimals, rounded half up, with a true minus sign."""
    step = Decimal(1).scaleb(-decimals)
    scaled = abs(value) * 10**decimals
    whole = int(scaled + Fraction(1, 2))
    exact = (Decimal(whole) * step).quantize(step, rounding=ROUND_HALF_UP)
    return f"{MINUS if value < 0 and whole else ''}{exact}"


def signed(value: Fraction | int, decimals: int = 1) -> str:
    """The same with a plus sign on growth."""
    return f"+{number(value, decimals)}" if value > 0 else number(value, decimals)


def percent(value: Fraction | int, limits: tuple[Fraction | int, ...] = ()) -> str:
    """A signed percentage that never reads as a limit which the exact value does not reach."""
    decimals = 1
    while decimals < _MOST_DECIMALS and any(_misread(value, limit, decimals) for limit in limits):
        decimals += 1
    return signed(value, decimals)


def _misread(value: Fraction | int, limit: Fraction | int, decimals: int) -> bool:
    return value != limit and signed(value, decimals) == signed(limit, decimals)


def _words(numbers: Mapping[str, Number]) -> dict[str, str]:
    limits = tuple(v for k in ("response_pct", "progression_pct") if isinstance(v := numbers.get(k), Fraction | int))
    words = {}
    for name, value in numbers.items():
        if isinstance(value, str):
            words[name] = value
        elif name in ("response_pct", "progression_pct"):
            words[name] = signed(value, 0 if Fraction(value).denominator == 1 else 1)
        elif name.endswith("_pct"):
            words[name] = percent(value, limits)
        elif name == "growth_mm":
            words[name] = signed(value)
        elif name.endswith("_mm"):
            words[name] = number(value)
        elif isinstance(value, int):
            words[name] = str(value)
        else:
            words[name] = plain(value)
    return words


def plain(value: Fraction) -> str:
    """A laboratory value as short as it is exact: 2.1, 0.95, 1500."""
    if value.denominator == 1:
        return str(value.numerator)
    text = number(value, 3)
    return text.rstrip("0").rstrip(".")
