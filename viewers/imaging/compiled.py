"""Loops over pixels compiled by Numba, for what takes NumPy one pass of the memory after another.

What is compiled is kept on disk, beside its module or in the user's cache; a fresh installation takes some seconds for
it. While a loop runs it does not hold the interpreter. What is handed over is trusted: no loop looks whether an index
lies within its array.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from numba import njit

Loop = Callable[..., Any]

_compile: Any = partial(njit, nogil=True, error_model="numpy")


def within(loop: Loop) -> Loop:
    """A part of other loops, compiled and kept with each of them."""
    part: Loop = _compile()(loop)
    return part


def compiled(loop: Loop, *signatures: Any) -> Loop:
    """A loop, compiled for values of just these types."""
    made: Loop
    try:
        made = _compile(list(signatures), cache=True)(loop)
    except Exception:  # noqa: BLE001 - no folder to keep it, or what was kept is damaged, in any way; else raised below
        made = _compile(list(signatures))(loop)
    return made
