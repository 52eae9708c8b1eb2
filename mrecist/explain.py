"""Plain English for every rule that can hold: one sentence template for each rule id.

Lengths and percentages are shown with one decimal, rounded half up from the exact value; a percentage that would be
shown as the threshold it does not reach is shown with as many decimals as it takes to tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from string import Formatter

from mrecist.filled import Filled
from mrecist.sentences import SENTENCES, Template
from mrecist.sumnumbers import Number, SumNumbers, SumPattern
from mrecist.target import mm_of
from mrecist.thresholds import Thresholds

MINUS = "\u2212"
_SCOPES = {"IH": "Intrahepatic", "EH": "Extrahepatic", "OV": "Overall (pooled)", "R11": "RECIST 1.1"}
_LIMITS = ("response_pct", "progression_pct")
_MOST_DECIMALS = 6
_WORDS = ("examinations", "missing", "because", "organ", "asked", "treatment", "met", "worse", "patterns")
"""What a sentence shows that is words of this project, not the reader's."""


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
        Gives a template, or a word that one shows, in another language; names in braces stay.

    Raises
    ------
    KeyError
        If the rule has no sentence, or the sentence asks for a number that is not there.
    """
    if type(numbers) is SumNumbers and translate is None:
        form, names = form_of_sums(rule, numbers.pattern)
        return form % _shown_sums(numbers, names)
    scope, found = ("", template) if template else _template(rule)
    words = found if isinstance(found, str) else found(numbers)
    if translate is not None:
        words, scope = translate(words), scope and translate(scope)
        numbers = _translated(numbers, translate)
    form, shown = _compiled(words, scope)
    return form % _shown(numbers, shown)


def _translated(numbers: Mapping[str, Number], translate: Callable[[str], str]) -> Mapping[str, Number]:
    """The same with the words among them in another language; lists of them are separated by commas."""
    words = {name: ", ".join(map(translate, str(numbers[name]).split(", "))) for name in _WORDS if name in numbers}
    words |= {name: x.translated(translate) for name, x in numbers.items() if isinstance(x, Filled)}
    return {**numbers, **words} if words else numbers


@lru_cache(maxsize=512)
def form_of_sums(rule: str, pattern: SumPattern) -> tuple[str, frozenset[str]]:
    """The sentence for the numbers of a sum as a form (``%(name)s``), and which of them it shows.

    Of the numbers it depends on nothing but which there are, and which are 0.
    """
    scope, found = _template(rule)
    form, shown = _compiled(found if isinstance(found, str) else found(pattern.numbers()), scope)
    return form, frozenset(name for name, _ in shown)


def _shown(numbers: Mapping[str, Number], names: Sequence[tuple[str, Show | None]]) -> dict[str, str]:
    """These numbers as they are shown, by name."""
    told = {}
    limits: list[tuple[int, int]] | None = None
    for name, show in names:
        value = numbers[name]
        if isinstance(value, str):
            told[name] = value
        elif show is not None:
            told[name] = show(*value.as_integer_ratio())
        else:
            if limits is None:
                limits = _limits(numbers)
            told[name] = _percent(*value.as_integer_ratio(), *limits)
    return told


def _shown_sums(numbers: SumNumbers, names: frozenset[str]) -> dict[str, str]:
    """The numbers of a sum as they are shown, straight from whole tenths of a mm: those of these names, and others."""
    at = numbers.at
    total, baseline, nadir = at.total, at.baseline, at.nadir
    limits = numbers.limits
    told = shown_limits(limits, numbers.floor).copy()
    if total is not None:
        told["sum_mm"] = _tenths(total)
        if baseline and "change_pct" in names:
            told["change_pct"] = shown_change(total, baseline, limits)
        if nadir is not None and "growth_mm" in names:
            told["growth_mm"] = shown_growth(total - nadir)
        if nadir and "growth_pct" in names:
            told["growth_pct"] = shown_change(total, nadir, limits)
    if baseline is not None:
        told["baseline_mm"] = _tenths(baseline)
    if nadir is not None:
        told["nadir_mm"] = _tenths(nadir)
        told["nadir_at"] = numbers.nadir_at or ""
    if numbers.more:
        told |= _shown(numbers.more, [(name, _show(name)) for name in numbers.more])
    return told


@lru_cache(maxsize=512)
def shown_limits(limits: Thresholds, floor: Fraction | int) -> dict[str, str]:
    """The limits as they are shown, by name."""
    return {
        "response_pct": _limit(*limits.response_pct.as_integer_ratio()),
        "progression_pct": _limit(*limits.progression_pct.as_integer_ratio()),
        "floor_mm": number(mm_of(floor)),
    }


@lru_cache(maxsize=64)
def _limit_tenths(limits: Thresholds) -> frozenset[int]:
    """The limits as a percentage is shown beside them: whole tenths of a per cent."""
    return frozenset(
        _rounded(10 * abs(x.numerator), x.denominator) for x in (limits.response_pct, limits.progression_pct)
    )


def shown_change(now: int, before: int, limits: Thresholds, minus: str = MINUS) -> str:
    """A change in per cent, which never reads as a limit that the exact value does not reach."""
    over = 100 * (now - before)
    tenths = _rounded(10 * abs(over), before)
    if tenths in _limit_tenths(limits):
        shown = percent(Fraction(over, before), (limits.response_pct, limits.progression_pct))
        return shown.replace(MINUS, minus)
    return _with_sign(over, tenths, minus)


def shown_growth(tenths: int, minus: str = MINUS) -> str:
    """A change of so many tenths of a mm, in mm."""
    return _with_sign(tenths, abs(tenths), minus)


def _with_sign(exact: int, tenths: int, minus: str) -> str:
    """So many tenths, rounded from what is `exact` without its sign; what rounds to 0 has no minus."""
    digits = _tenths(tenths)
    if exact > 0:
        return f"+{digits}"
    return minus + digits if tenths else digits


@lru_cache(maxsize=8192)
def _tenths(tenths: int) -> str:
    return f"{tenths / 10:.1f}"


def _rounded(over: int, under: int) -> int:
    """The nearest whole number to a ratio that is not negative, half up."""
    return (2 * over + under) // (2 * under)


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
            form.append(f"%({name})s")
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
