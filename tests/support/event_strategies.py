"""Hypothesis strategies that build any event from its annotations."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from mrecist.values import LONGEST_PLAUSIBLE_MM, Diameter


@cache
def any_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type as our frozen dataclasses annotate them."""
    if kind is Diameter:
        return st.builds(Diameter, st.integers(0, LONGEST_PLAUSIBLE_MM * 10))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{f.name: any_of(hints[f.name]) for f in fields(kind)})  # type: ignore[arg-type]
    if get_origin(kind) in (Union, types.UnionType):
        return st.one_of([any_of(one) for one in get_args(kind)])
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        if inner[-1] is Ellipsis:
            return st.lists(any_of(inner[0]), max_size=3).map(tuple)
        return st.tuples(*[any_of(one) for one in inner])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(max_size=12),
        int: st.integers(-(2**53), 2**53),
        bool: st.booleans(),
        float: st.floats(allow_nan=False, allow_infinity=False),
        date: st.dates(),
        Fraction: st.fractions(),
        types.NoneType: st.none(),
    }
    return simple[kind]
