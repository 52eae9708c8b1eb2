"""The rows of a picture shared out, band by band, among threads that wait for such work."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise

_OTHERS = min(4, os.cpu_count() or 1) - 1
"""Threads beside the one that asks."""


def fill_in_bands(fill: Callable[[int, int], None], rows: int, bands: int) -> None:
    """Call `fill(top, bottom)` for all of so many rows, in bands of about the same height, each taken by a free thread.

    Whoever asks takes bands too, and does not wait for a thread that is busy with something else.

    Parameters
    ----------
    fill
        Fills the rows from `top` to before `bottom`, and does not hold the interpreter meanwhile; may be called from
        several threads at the same time. What it raises is raised here.
    rows, bands
        How many; one band is filled by the calling thread.
    """
    bands = max(1, min(bands, rows))
    edges = [rows * n // bands for n in range(bands + 1)]
    left = iter(list(pairwise(edges)))

    def work() -> None:
        for top, bottom in left:  # each pair is handed out once, to whichever thread asks first
            fill(top, bottom)

    asked = [_others().submit(work) for _ in range(min(_OTHERS, bands - 1))]
    try:
        work()
    finally:
        failures = [future.exception() for future in asked if not future.cancel()]
    for failure in failures:
        if failure is not None:
            raise failure


@cache
def _others() -> ThreadPoolExecutor:
    """The threads that wait: to start one anew takes as long as half a plane."""
    return ThreadPoolExecutor(_OTHERS, thread_name_prefix="bands")
