"""Numbers of a result as JSON: those of reasons by name, and sums straight from whole tenths of a mm.

Each is the float nearest to the exact value, as Python writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from json.encoder import encode_basestring_ascii as as_json

from mrecist.sumnumbers import Number, SumNumbers
from mrecist.target import SumAt, mm_of
from mrecist.thresholds import Thresholds


def _number(value: Number) -> str:
    """A text, a whole number, or the float nearest to the exact value: a division of whole numbers is rounded once."""
    if isinstance(value, str):
        return as_json(value)
    return repr(value) if type(value) is int else _ratio(*value.as_integer_ratio())


@lru_cache(maxsize=16_384)
def _ratio(over: int, under: int) -> str:
    """Few numbers are many times told, and a float is slow to write."""
    return repr(over / under)


@lru_cache(maxsize=16_384)
def mm_text(tenths: int) -> str:
    """So many tenths of a mm, in mm."""
    return repr(tenths / 10)


def _change(now: int, before: int) -> str:
    """A change in per cent."""
    return repr(100 * (now - before) / before)


def numbers_text(numbers: Mapping[str, Number]) -> str:
    """The numbers of a reason or an issue by name: one JSON object."""
    if type(numbers) is not SumNumbers:
        return f"{{{', '.join([f'{as_json(name)}: {_number(x)}' for name, x in numbers.items()])}}}"
    at = numbers.at
    total, baseline, nadir = at.total, at.baseline, at.nadir
    found = limits_text(numbers.limits, numbers.floor)
    if baseline is not None:
        found += f', "baseline_mm": {mm_text(baseline)}'
    if nadir is not None:
        found += f', "nadir_mm": {mm_text(nadir)}, "nadir_at": {as_json(numbers.nadir_at or "")}'
    if total is not None:
        found += f', "sum_mm": {mm_text(total)}'
        if baseline:
            found += f', "change_pct": {_change(total, baseline)}'
        if nadir is not None:
            found += f', "growth_mm": {mm_text(total - nadir)}'
            if nadir:
                found += f', "growth_pct": {_change(total, nadir)}'
    more = "".join([f", {as_json(name)}: {_number(x)}" for name, x in numbers.more.items()])
    return f"{{{found}{more}}}"


@lru_cache(maxsize=512)
def limits_text(limits: Thresholds, floor: Fraction | int) -> str:
    """The limits that a sum is held against, with which its numbers begin; `floor` in tenths of a mm."""
    return (
        f'"response_pct": {_ratio(*limits.response_pct.as_integer_ratio())}, '
        f'"progression_pct": {_ratio(*limits.progression_pct.as_integer_ratio())}, '
        f'"floor_mm": {_ratio(*mm_of(floor).as_integer_ratio())}'
    )


Lengths = tuple[str, str, str, str, str]
"""A sum, its baseline and nadir in mm, and its changes from these two in per cent, as JSON: null for what is not."""


def lengths_of(at: SumAt) -> Lengths:
    """Those of a sum, straight from whole tenths of a mm."""
    total, baseline, nadir = at.total, at.baseline, at.nadir
    from_baseline = from_nadir = "null"
    if total is not None:
        if baseline:
            from_baseline = _change(total, baseline)
        if nadir:
            from_nadir = from_baseline if nadir == baseline else _change(total, nadir)
    return (
        "null" if total is None else mm_text(total),
        "null" if baseline is None else mm_text(baseline),
        "null" if nadir is None else mm_text(nadir),
        from_baseline,
        from_nadir,
    )


def sums_text(lengths: Lengths, comparable: bool) -> str:
    """The sums of a scope and, where they can be compared, their changes: what a response begins with."""
    total, baseline, nadir, from_baseline, from_nadir = lengths
    if not comparable:
        from_baseline = from_nadir = "null"
    return (
        f'"sum_mm": {total}, "baseline_sum_mm": {baseline}, "nadir_sum_mm": {nadir}, '
        f'"change_from_baseline_pct": {from_baseline}, "change_from_nadir_pct": {from_nadir}'
    )


NO_SUMS = sums_text(("null", "null", "null", "null", "null"), comparable=False)
